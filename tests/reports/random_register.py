"""A register made by chance, with everything that makes counting hard, and a second way to count it."""

from __future__ import annotations

import calendar
import datetime
import random
from decimal import Decimal

from django.db import connection

from projects import stages
from projects.choices import HonourKind, InvestorType, Stage
from projects.models import ConditionPeriod, Investor, Project
from tests.builders import make_investor, make_project

PARKS = ["shuangfu", "degan", "luohuang", "luohuang-smart-home", "tuanjiehu", "no-park", None]
CLUSTERS = ["consumer-goods", "equipment", "materials", "intelligent", "outside", None]
MILESTONES = ["registered", "land", "started", "completed", "production", "full_production"]
YEARS = (2018, 2019, 2020, 2021)


def some_day(chance: random.Random, year: int) -> str | None:
    """A day, a month, a year, or none."""
    month = chance.randint(1, 12)
    last = calendar.monthrange(year, month)[1]
    known = chance.random()
    if known < 0.08:
        return None
    if known < 0.2:
        return str(year)
    if known < 0.4:
        return f"{year}-{month:02d}"
    return f"{year}-{month:02d}-{chance.choice([1, chance.randint(1, last), last]):02d}"


def fill_register(chance: random.Random, projects: int) -> None:
    """Projects of four years; needs the vocabulary."""
    firms = [make_investor(f"随机企业{number}", type=chance.choice(["", *InvestorType.values])) for number in range(12)]
    for firm in firms[:6]:
        make_investor(firm.name, honours=chance.sample(list(HonourKind.values), chance.randint(1, 3)))
    for __ in range(projects):
        _make(chance, firms)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a database learns this by itself, but not of rows that are never committed


def _make(chance: random.Random, firms: list[Investor]) -> None:
    year = chance.choice(YEARS)
    signed = some_day(chance, year)
    early = signed is None and chance.random() < 0.4
    lead, joint = chance.sample(firms, 2)
    amount = lambda: str(chance.choice([Decimal("0.5"), 1, 5, 10, Decimal("12.345678"), 50, 100]))  # noqa: E731
    agreed = None if chance.random() < 0.15 else amount()
    reached = dict.fromkeys(chance.sample(MILESTONES, chance.randint(0, 4))) if not early else {}
    project = make_project(
        park=chance.choice(PARKS),
        cluster=chance.choice(CLUSTERS),
        agreed=agreed,
        signed=signed,
        investor=lead.name if chance.random() < 0.9 else None,
        joint=[joint.name] if chance.random() < 0.3 else [],
        increases=[(amount(), some_day(chance, chance.choice(YEARS)))] if agreed and chance.random() < 0.3 else [],
        reductions=[("0.1", some_day(chance, chance.choice(YEARS)))] if agreed and chance.random() < 0.2 else [],
        reached={kind: some_day(chance, min(2021, year + chance.randint(0, 2))) for kind in reached},
        arrivals={f"{chance.choice(YEARS)}-{month:02d}": "1234.56" for month in chance.sample(range(1, 13), 2)}
        if chance.random() < 0.5
        else {},
        official=(chance.choice(["", "李勇", "毛平"]), ""),
        voided="重复" if chance.random() < 0.05 else "",
        lead_unit=chance.choice(["", "双福园区", "招商局"]),
        source=chance.choice(["", "外出招商"]),
        expected_output=chance.choice([None, Decimal(1000)]),
        land_area=chance.choice([None, Decimal(100)]),
        land_mode=chance.choice(["", "leased", "granted"]),
        **({"stage": chance.choice(["lead", "negotiation", "intent"])} if early else {}),
    )
    _give_condition(chance, project, year)


def _give_condition(chance: random.Random, project: Project, year: int) -> None:
    if chance.random() < 0.2:
        ended = some_day(chance, min(2021, year + 1))
        Project.objects.filter(pk=project.pk).update(
            condition=chance.choice(["stalled", "terminated"]),
            condition_on=stages.PartialDay.from_iso(ended) if ended else None,
        )
    elif chance.random() < 0.3:
        ConditionPeriod.objects.create(
            project=project,
            condition=chance.choice(["stalled", "terminated"]),
            since=stages.PartialDay(year, 3),
            until=stages.PartialDay(year, 9, 15),
        )


def counts_by(known: object, day: datetime.date | None) -> bool:
    """Whether something counts at the end of the day: its last possible day is reached, or nobody dated it."""
    return day is None or known is None or known.last <= day  # type: ignore[attr-defined]


def stage_then(project: Project, day: datetime.date | None) -> Stage:
    return Stage(project.stage) if day is None else (stages.stage_as_of(project, day) or Stage.LEAD)


__all__ = ["fill_register"]
