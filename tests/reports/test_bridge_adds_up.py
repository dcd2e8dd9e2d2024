"""The bridge between two totals adds up, for days, filters and years by chance; each step is its list's footer."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from django.http import QueryDict

from projects import conditions
from projects.between import FLOWS, KINDS
from projects.models import Project
from projects.periods import ALL, Period
from projects.querysets import Totals
from reports.bridge import Asked, Step, bridge_of
from reports.bridge_asked import asked_of
from reports.cube import Scope
from reports.links import list_url
from tests.reports.test_figures_agree import footer, register, some_filters, vocabulary  # noqa: F401

pytestmark = pytest.mark.django_db
QUESTIONS, EACH = 50, 4  # of each question so many pairs of days, that end on the same day: 200 pairs


def listed(params: list[tuple[str, str]]) -> tuple[int, Decimal, Decimal, int]:
    """What the footer of the list says: projects, agreed, arrived, and those listed for an increase alone."""
    filters = conditions.narrowed(QueryDict(list_url(params).partition("?")[2]), Project.objects.all(), vocabulary())
    assert not conditions.faults_of(filters), params
    found = filters.totals(filters.qs)
    return found.projects, found.agreed, found.arrived, found.increased


EDGES = ["2019-12-31", "2020-02-29", "2020-03-31", "2020-06-30", "2020-12-31", "2021-12-31"]
FIRST = datetime.date(2017, 12, 1)
# Conditions that look at a day, besides those of `some_filters`.
DATED = [
    *[("f", "stage:ge:construction"), ("f", "agreed_year:ge:1"), ("f", "arrived_capital:filled")],
    *[("step", "performing"), ("reached", "started:2020"), ("key", "1"), ("stuck", "stalled"), ("gap", "amount")],
]


def some_day(chance: random.Random) -> datetime.date:
    edge = datetime.date.fromisoformat(chance.choice(EDGES))
    return chance.choice([edge, *[FIRST + datetime.timedelta(chance.randint(0, 1600)) for __ in range(2)]])


def some_question(chance: random.Random, days: list[datetime.date]) -> Asked:
    """A question up to the last of these days."""
    params = [("from", days[0].isoformat()), ("to", days[-1].isoformat())]
    if chance.random() < 0.6:
        params += some_filters(chance)
    if chance.random() < 0.2:
        params.append(chance.choice(DATED))
    if chance.random() < 0.3:
        params.append(("year", chance.choice(["2019", "2020"])))
    if chance.random() < 0.4:
        params.append(("live", "1"))
    query = QueryDict(mutable=True)
    for name, value in params:
        query.appendlist(name, value)
    asked = asked_of(query, Project.objects.all(), user=None)
    assert not asked.faults, (params, asked.faults)
    return asked.question


def assert_total_is_its_list(asked: Asked, day: datetime.date, total: Totals) -> None:
    """The list at either end says the same, and so does the cube."""
    said = (total.projects, total.agreed, total.arrived)
    assert listed(asked.at(day))[:3] == said, (asked.params, day)
    if not asked.live:
        cube = Scope(asked.projects, asked.period, day).cut(only=("projects", "agreed", "arrived")).total()
        assert footer(cube)[:3] == said, (asked.params, day)


def assert_opens_its_list(asked: Asked, kind: str, steps: dict[str, Step]) -> None:
    """The list behind a kind of change comes to its step; of a kind that no total feels, to its number."""
    projects, agreed, arrived, increased = listed(asked.changed(kind))
    case = (asked.since, asked.until, asked.params, kind)
    if kind not in steps:
        assert asked.of(kind).count() == projects + increased, case
        return
    step = steps[kind]
    assert step.concerned == projects + increased, case
    # Of what was agreed or came later its amount alone is a step; everything else brings or takes all of it.
    whole, money = kind not in FLOWS, kind == "arrived"
    assert abs(step.projects) == (projects if whole else 0), case
    assert abs(step.agreed) == (0 if money else abs(agreed)), case
    assert abs(step.arrived) == (arrived if whole or money else 0), case


def test_bridge_adds_up_for_pairs_of_days(register: None) -> None:  # noqa: F811
    chance = random.Random(11)
    felt = dict.fromkeys(("new", "increased", "reduced", "arrived", "terminated", "reopened"), 0)
    for __ in range(QUESTIONS):
        days = sorted(some_day(chance) for __ in range(EACH + 1))
        question = some_question(chance, days)
        for place, since in enumerate(days[:-1]):
            asked = replace(question, since=since)
            bridge = bridge_of(asked)
            assert bridge.adds_up(), (asked.since, asked.until, asked.params, bridge.start, bridge.end, bridge.steps)
            assert_total_is_its_list(asked, since, bridge.start)
            if not place:
                end = bridge.end
                assert_total_is_its_list(asked, asked.until, end)
            assert bridge.end == end, asked
            steps = {step.kind: step for step in bridge.steps}
            assert_opens_its_list(asked, chance.choice(list(KINDS)), steps)
            for kind in felt:
                felt[kind] += steps[kind].concerned if kind in steps else 0
    assert all(felt.values()), felt  # the register has all of it, or this shows nothing


def test_default_is_all_years_with_terminated(register: None) -> None:  # noqa: F811
    asked = asked_of(QueryDict("from=2020-03-31&to=2020-12-31"), Project.objects.all(), user=None).question
    assert (asked.period, asked.live, asked.params) == (ALL, False, ())
    year = asked_of(QueryDict("from=2020-03-31&to=2020-12-31&year=2020"), Project.objects.all(), user=None).question
    assert year.period == Period(2020)
