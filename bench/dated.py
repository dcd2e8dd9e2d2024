"""Dated rows for the figures: `python -m bench.dated COUNT` writes so many projects with ten dated rows each.

Two commitments, five arrivals and three milestones over six years up to this one, straight into the tables.
"""

from __future__ import annotations

import datetime
import random
import sys
from decimal import Decimal

import django

SEED, YEARS, CHUNK = 500116, 6, 20_000
WAY = (("signed", 0), ("construction", 1), ("completed", 2), ("production", 3))
KINDS = ("started", "completed", "production")


def fill(count: int) -> None:
    """Projects and their rows, so many at a time; then what the database learns of them by itself after a while."""
    from django.db import connection

    chance = random.Random(SEED)
    for first in range(0, count, CHUNK):
        _fill(range(first, min(first + CHUNK, count)), chance)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _fill(numbers: range, chance: random.Random) -> None:
    from django.db import transaction

    from industries.models import Cluster
    from jiangjin.lib.bulk import NewRow, insert_rows
    from jiangjin.lib.dates import PartialDay
    from parks.models import Park
    from projects.models import CapitalArrival, CapitalCommitment, Honour, Investor, Milestone, Participation, Project

    this_year = datetime.date.today().year  # noqa: DTZ011  made-up rows need no time zone
    parks = [*Park.objects.values_list("pk", flat=True), None]
    clusters = [*Cluster.objects.values_list("pk", flat=True), None]
    firms, honours, projects, parts, commitments, arrivals, milestones = [], [], [], [], [], [], []
    for number in numbers:
        year = chance.randrange(this_year - YEARS + 1, this_year + 1)
        signed = PartialDay(year, chance.randrange(1, 11), chance.randrange(1, 29))
        initial, increase = Decimal(chance.randrange(1000, 400_000)), Decimal(chance.randrange(100, 50_000))
        stage, reached = chance.choice(WAY)
        monthly = initial / 20
        project = NewRow(
            code=f"BX-{number:07d}",
            name=f"津沙智能装备生产基地项目{number:07d}",
            name_key=f"津沙智能装备生产基地项目{number:07d}",
            park=chance.choice(parks),
            cluster=chance.choice(clusters),
            signed_on=signed,
            agreed_capital=initial + increase,
            arrived_capital=monthly * 5,
            stage=stage,
            condition="terminated" if chance.random() < 0.05 else "active",
        )
        firm = NewRow(name=f"重庆津沙智能装备有限公司{number:07d}", name_key=f"重庆津沙{number:07d}")
        if number % 50 == 0:
            honours.append(NewRow(investor=firm, kind=chance.choice(["china_500", "listed"])))
        projects.append(project)
        firms.append(firm)
        parts.append(NewRow(project=project, investor=firm, role="lead"))
        commitments.append(NewRow(project=project, kind="initial", amount=initial, committed_on=signed))
        later = PartialDay(min(year + chance.randrange(3), this_year), 10, chance.randrange(1, 29))
        commitments.append(NewRow(project=project, kind="increase", amount=increase, committed_on=later))
        months = chance.sample([(at, month) for at in range(year, this_year + 1) for month in range(1, 11)], 5)
        arrivals += [NewRow(project=project, month=PartialDay(*at), amount=monthly) for at in months]
        for place, kind in enumerate(KINDS):
            day = PartialDay(min(year + place, this_year), chance.randrange(1, 11), chance.randrange(1, 29))
            done = place < reached
            values = {"reached": True, "actual_on": max(day, signed)} if done else {"reached": False}
            milestones.append(NewRow(project=project, kind=kind, planned_on=day, **values))
    tables = [(Investor, firms), (Honour, honours), (Project, projects), (Participation, parts)]
    tables += [(CapitalCommitment, commitments), (CapitalArrival, arrivals), (Milestone, milestones)]
    with transaction.atomic():
        for model, rows in tables:
            insert_rows(model, rows, len(rows))


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
