"""Dated rows for the figures: `python -m bench.dated COUNT` writes so many projects with ten dated rows each.

Two commitments, five arrivals and three milestones over six years up to this one, straight into the tables.
"""

from __future__ import annotations

import datetime
import random
import sys
from decimal import Decimal

import django

from bench.madeup import SEED, Rows
from jiangjin.lib.bulk import NewRow
from jiangjin.lib.dates import PartialDay

YEARS, CHUNK = 6, 20_000
MONTHS = 10  # of a year: what is dated to its end would lie ahead
WAY = (("signed", 0), ("construction", 1), ("completed", 2), ("production", 3))
KINDS = ("started", "completed", "production")


def fill(count: int) -> None:
    """Projects and their rows, so many at a time; then what the database learns of them by itself after a while."""
    from django.db import connection, transaction

    chance = random.Random(SEED)
    for first in range(0, count, CHUNK):
        rows = Rows(chance, with_unknown=True)
        for number in range(first, min(first + CHUNK, count)):
            _project(rows, number)
        with transaction.atomic():
            rows.write()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _project(rows: Rows, number: int) -> None:
    """A project with its firm and its dated rows; amounts in 万元."""
    chance = rows.chance
    this_year = datetime.date.today().year  # noqa: DTZ011  made-up rows need no time zone
    signed = rows.day(chance.randrange(this_year - YEARS + 1, this_year + 1), MONTHS)
    initial, increase = Decimal(chance.randrange(1000, 400_000)), Decimal(chance.randrange(100, 50_000))
    stage, reached = chance.choice(WAY)
    monthly = initial / 20
    firm = rows.firm(number)
    if number % 50 == 0:
        rows.add("Honour", investor=firm, kind=chance.choice(["china_500", "listed"]))
    project = rows.project(
        number,
        firm,
        signed_on=signed,
        agreed_capital=initial + increase,
        arrived_capital=monthly * 5,
        stage=stage,
        condition="terminated" if chance.random() < 0.05 else "active",
    )
    later = PartialDay(min(signed.year + chance.randrange(3), this_year), MONTHS, chance.randrange(1, 29))
    for kind, amount, day in (("initial", initial, signed), ("increase", increase, max(later, signed))):
        rows.add("CapitalCommitment", project=project, kind=kind, amount=amount, committed_on=day)
    months = [(year, month) for year in range(signed.year, this_year + 1) for month in range(1, MONTHS + 1)]
    for at in chance.sample(months, 5):
        rows.add("CapitalArrival", project=project, month=PartialDay(*at), amount=monthly)
    _milestones(rows, project, signed, reached, this_year)


def _milestones(rows: Rows, project: NewRow, signed: PartialDay, reached: int, this_year: int) -> None:
    """A milestone a year from the signing on; the first `reached` of them were."""
    for place, kind in enumerate(KINDS):
        day = rows.day(min(signed.year + place, this_year), MONTHS)
        done = place < reached
        actual = max(day, signed) if done else None
        rows.add("Milestone", project=project, kind=kind, planned_on=day, reached=done, actual_on=actual)


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
