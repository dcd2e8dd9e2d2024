"""A register full of made-up projects, written straight into its tables: `python -m bench.filling COUNT`.

An import of as many would take minutes and is measured by itself; here only the stock that others are measured on.
"""

from __future__ import annotations

import random
import sys
from decimal import Decimal

import django

from bench.madeup import SEED, Rows
from jiangjin.lib.bulk import NewRow
from jiangjin.lib.dates import PartialDay

OFFICIALS = 40


def fill(count: int) -> None:
    """So many projects, each with a firm, a commitment and two milestones, most with arrivals."""
    from django.db import transaction

    rows = Rows(random.Random(SEED))
    firms = [rows.firm(number) for number in range(count // 2 + 1)]
    officials = [rows.add("Official", name=f"官员{number:02d}", post="副区长") for number in range(OFFICIALS)]
    for number in range(count):
        _project(rows, number, firms[number % len(firms)], officials)
    with transaction.atomic():
        rows.write()


def _project(rows: Rows, number: int, firm: NewRow, officials: list[NewRow]) -> None:
    """A project with its rows; amounts in 万元."""
    chance = rows.chance
    signed = rows.day(chance.randrange(2016, 2021))
    agreed = Decimal(chance.randrange(1000, 600_000))
    arrived = agreed / 4 if chance.random() < 0.7 else None
    project = rows.project(
        number,
        firm,
        signed_on=signed,
        agreed_capital=agreed,
        arrived_capital=arrived,
        stage=chance.choice(["signed", "construction", "production"]),
        lead_official=chance.choice(officials),
        lead_unit=chance.choice(["区招商投资局", "区经济信息委", "区商务委"]),
        contact_name="张三",
        expected_jobs=chance.randrange(20, 2000),
        land_area=Decimal(chance.randrange(10, 900)),
    )
    rows.add("CapitalCommitment", project=project, kind="initial", amount=agreed, committed_on=signed)
    if arrived:
        month = PartialDay(2020, chance.randrange(1, 13))
        rows.add("CapitalArrival", project=project, month=month, amount=arrived)
    begun = chance.random() < 0.5
    started = PartialDay(signed.year + 1, signed.month, signed.day)
    actual = started if begun else None
    rows.add("Milestone", project=project, kind="started", planned_on=started, reached=begun, actual_on=actual)
    rows.add("Milestone", project=project, kind="production", planned_on=PartialDay(signed.year + 3, 6))


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
