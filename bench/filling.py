"""A register full of made-up projects, written straight into its tables: `python -m bench.filling COUNT`.

An import of as many would take minutes and is measured by itself; here only the stock that others are measured on.
"""

from __future__ import annotations

import random
import sys
from decimal import Decimal

import django

SEED = 500116
OFFICIALS = 40


def fill(count: int) -> None:
    """So many projects, each with a firm, a commitment and two milestones, most with arrivals."""
    from django.db import transaction

    from industries.models import Cluster
    from jiangjin.lib.bulk import NewRow, insert_rows
    from jiangjin.lib.dates import PartialDay
    from parks.models import Park
    from projects.models import CapitalArrival, CapitalCommitment, Investor, Milestone, Official, Participation, Project

    chance = random.Random(SEED)
    parks, clusters = (
        list(Park.objects.values_list("pk", flat=True)),
        list(Cluster.objects.values_list("pk", flat=True)),
    )
    firms = [
        NewRow(name=f"重庆津沙智能装备有限公司{n:06d}", name_key=f"重庆津沙{n:06d}") for n in range(count // 2 + 1)
    ]
    officials = [NewRow(name=f"官员{n:02d}", post="副区长") for n in range(OFFICIALS)]
    projects, parts, commitments, arrivals, milestones = [], [], [], [], []
    for number in range(count):
        signed = PartialDay(chance.randrange(2016, 2021), chance.randrange(1, 13), chance.randrange(1, 29))
        agreed = Decimal(chance.randrange(1000, 600_000))
        arrived = agreed / 4 if chance.random() < 0.7 else None
        name = f"津沙智能装备生产基地项目{number:07d}"
        project = NewRow(
            code=f"BX-{number:07d}",
            name=name,
            name_key=name,
            park=chance.choice(parks),
            cluster=chance.choice(clusters),
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
        projects.append(project)
        parts.append(NewRow(project=project, investor=firms[number % len(firms)], role="lead"))
        commitments.append(NewRow(project=project, kind="initial", amount=agreed, committed_on=signed))
        if arrived:
            arrivals.append(NewRow(project=project, month=PartialDay(2020, chance.randrange(1, 13)), amount=arrived))
        begun = chance.random() < 0.5
        started = PartialDay(signed.year + 1, signed.month, signed.day)
        actual = started if begun else None
        milestones.append(NewRow(project=project, kind="started", planned_on=started, reached=begun, actual_on=actual))
        milestones.append(NewRow(project=project, kind="production", planned_on=PartialDay(signed.year + 3, 6)))
    tables = [(Official, officials), (Investor, firms), (Project, projects), (Participation, parts)]
    tables += [(CapitalCommitment, commitments), (CapitalArrival, arrivals), (Milestone, milestones)]
    with transaction.atomic():
        for model, rows in tables:
            insert_rows(model, rows, len(rows))


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
