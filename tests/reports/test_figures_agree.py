"""A figure, the footer of the list behind it, and a count by hand are the same, for filters and days by chance."""

from __future__ import annotations

import datetime
import json
import random
from decimal import Decimal
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.http import QueryDict

from projects import conditions
from projects.choices import Stage
from projects.models import Project
from projects.periods import ALL, Period
from projects.querysets import Totals
from reports.cube import Scope
from reports.dimensions import DIMENSIONS
from reports.links import Place
from reports.measures import NOTHING, Figures, summed
from reports.tables import lines_of
from tests.reports.random_register import CLUSTERS, PARKS, YEARS, counts_by, fill_register, stage_then

pytestmark = pytest.mark.django_db
CASES = 200


@pytest.fixture(scope="module")
def register(shared_data: None) -> None:
    """One register for all cases."""
    fill_register(random.Random(2020), 150)


def some_period(chance: random.Random) -> Period:
    year = chance.choice(YEARS)
    return chance.choice(
        [
            ALL,
            Period(year),
            Period(year),
            Period(year, quarter=chance.randint(1, 4)),
            Period(year, month=8),
            Period(year, year_alone=True),
            Period(undated=True),
        ]
    )


def some_filters(chance: random.Random) -> list[tuple[str, str]]:
    found = []
    if chance.random() < 0.4:
        found.append(("park", chance.choice([park or "none" for park in PARKS])))
    if chance.random() < 0.4:
        found += [("cluster", cluster or "none") for cluster in chance.sample(CLUSTERS, 2)]
    if chance.random() < 0.2:
        found += [("stage", "signed"), ("stage", "construction")]
    if chance.random() < 0.2:
        found += [("condition", "active"), ("condition", "stalled")]
    if chance.random() < 0.2:
        found.append(("min_capital", chance.choice(["1", "5", "12.345678"])))
    if chance.random() < 0.2:
        found.append(("size", chance.choice(["none", "1-5", "10-20", "100-"])))
    if chance.random() < 0.2:
        found.append(("lead_type", chance.choice(["none", "private"])))
    return found


def some_day(chance: random.Random) -> datetime.date | None:
    edges = [
        datetime.date(2020, 12, 31),
        datetime.date(2020, 6, 30),
        datetime.date(2020, 2, 29),
        datetime.date(2019, 1, 1),
    ]
    any_day = datetime.date(2018, 1, 1) + datetime.timedelta(chance.randint(0, 1500))
    return chance.choice([None, None, any_day, *edges])


vocabulary = conditions.vocabulary


def listed(params: list[tuple[str, str]]) -> tuple[Totals, conditions.ProjectFilter]:
    """What the list says under these parameters: its own way from the address to the footer."""
    filters = conditions.narrowed(QueryDict(urlencode(params)), Project.objects.all(), vocabulary())
    assert not conditions.faults_of(filters), params
    return filters.totals(filters.qs), filters


def by_hand(projects: list[Project], period: Period, day: datetime.date | None) -> Figures:
    """The same in plain Python, without any query of ours."""
    count = dict.fromkeys(("projects", "unknown", "started", "producing", "performing", "landed"), 0)
    money = {name: Decimal(0) for name in ("agreed", "arrived", "agreed_whole", "arrived_to_date", "arrived_known")}
    for project in projects:
        early = project.stage in ("lead", "negotiation", "intent")
        binding = counts_by(project.signed_on, day) and not early
        signed = binding and period.holds(project.signed_on)
        given = [row for row in project.commitments.all() if counts_by(row.committed_on, day)]
        came = [row for row in project.arrivals.all() if counts_by(row.month, day)]
        dated = [row for row in given if period.holds(row.committed_on)]
        if signed or (binding and dated):
            money["agreed"] += sum(row.amount for row in dated)
            money["arrived"] += sum(row.amount for row in came if period.holds(row.month))
        if not signed:
            continue
        known = project.agreed_capital is not None
        rank = stage_then(project, day).rank
        count["projects"] += 1
        count["unknown"] += not known
        count["started"] += rank >= Stage.CONSTRUCTION.rank
        count["producing"] += rank >= Stage.PRODUCTION.rank
        count["performing"] += rank > Stage.SIGNED.rank or any(row.amount > 0 for row in came)
        leased = project.land_mode == "leased" and rank == Stage.REGISTERED.rank
        count["landed"] += rank >= Stage.LAND.rank or leased
        money["agreed_whole"] += sum(row.amount for row in given)
        money["arrived_to_date"] += sum(row.amount for row in came)
        money["arrived_known"] += sum(row.amount for row in came) if known else 0
    return Figures(**count, **money)


def footer(figures: Figures) -> tuple[int, Decimal, Decimal, int]:
    return figures.projects, figures.agreed, figures.arrived, figures.unknown


def of_list(totals: Totals) -> tuple[int, Decimal, Decimal, int]:
    return totals.projects, totals.agreed, totals.arrived, totals.unknown


def test_figure_list_and_count_by_hand_are_the_same(register: None) -> None:
    chance = random.Random(7)
    for __ in range(CASES):
        period, day, filters = some_period(chance), some_day(chance), some_filters(chance)
        base = (*filters, *((("as_of", day.isoformat()),) if day else ()))
        __, chosen = listed([*base])
        dimension = chance.choice(list(DIMENSIONS))
        scope = Scope(chosen.qs, period, day)
        cube = scope.cut(dimension)
        total = cube.total()
        case = (period.code, day, filters, dimension)
        assert footer(total) == of_list(listed(Place(period, base=base).counted())[0]), case
        rows = list(chosen.qs.prefetch_related("commitments", "arrivals", "milestones"))
        hand = by_hand(rows, period, day)
        assert footer(total) == footer(hand), case
        for name in (
            "started",
            "producing",
            "performing",
            "landed",
            "agreed_whole",
            "arrived_to_date",
            "arrived_known",
        ):
            assert getattr(total, name) == getattr(hand, name), (name, case)
        lines = lines_of(cube, dimension, period)
        assert summed(line.figures for line in lines if not line.level) == total, case
        # An entry outside of what the table was narrowed to has no rows and leads nowhere.
        filled = [line for line in lines if line.figures != NOTHING]
        for line in chance.sample(filled, min(2, len(filled))):
            place = Place(period, ((dimension, line.code),), base)
            behind = listed(place.counted())[0]
            assert (line.figures.projects, line.figures.agreed, line.figures.unknown) == of_list(behind)[:2] + of_list(
                behind
            )[3:], (line, case)
            assert line.figures.arrived == listed(place.booked())[0].arrived, (line, case)
            cohort = listed(place.cohort())[0]
            assert (line.figures.agreed_whole, line.figures.arrived_to_date) == (cohort.agreed, cohort.arrived), (
                line,
                case,
            )


@pytest.mark.parametrize("year", [None, 2020])
@pytest.mark.parametrize("day", [None, "2020-08-31"])
@pytest.mark.parametrize("by", ["park", "cluster", "month", "stage"])
def test_the_command_prints_the_same(register: None, year: int | None, day: str | None, by: str) -> None:
    out = StringIO()
    asked = ["--json", "--by", by, *(["--year", str(year)] if year else []), *(["--as-of", day] if day else [])]
    call_command("statistics", *asked, stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["year"], answer["by"]) == (year, by)
    params = [("period", str(year) if year else "all"), *([("as_of", day)] if day else [])]
    behind = listed(params)[0]
    total = answer["total"]
    assert total["projects"] == behind.projects
    assert Decimal(total["agreed_capital"]) == behind.agreed
    assert Decimal(total["arrived_capital"]) == behind.arrived
    assert total["unknown_capital"] == behind.unknown
    for name in total:
        assert sum(Decimal(row[name]) for row in answer["rows"]) == Decimal(total[name])
    assert total["projects"] > 10
