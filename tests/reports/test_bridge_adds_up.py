"""The bridge between two totals adds up, for days, filters and years by chance; each step is its list's footer."""

from __future__ import annotations

import datetime
import random

import pytest
from django.db import connection
from django.http import QueryDict

from projects import conditions
from projects.models import Project
from projects.periods import ALL, Period
from reports.bridge import Asked, bridge_of
from reports.bridge_asked import asked_of
from reports.cube import Scope
from reports.links import list_url
from tests.reports.test_figures_agree import footer, register, some_filters  # noqa: F401

pytestmark = pytest.mark.django_db
# All of them on SQLite; on PostgreSQL as many as show that the same questions are understood there.
PAIRS = 200 if connection.vendor == "sqlite" else 50


def listed(params: list[tuple[str, str]]) -> tuple[int, object, object, int]:
    """What the footer of the list says: projects, agreed, arrived, and those listed for an increase alone."""
    filters = conditions.narrowed(
        QueryDict(list_url(params).partition("?")[2]), Project.objects.all(), conditions.vocabulary()
    )
    assert not conditions.faults_of(filters), params
    found = filters.totals(filters.qs)
    return found.projects, found.agreed, found.arrived, found.increased


def some_pair(chance: random.Random) -> tuple[datetime.date, datetime.date]:
    edges = ["2019-12-31", "2020-02-29", "2020-03-31", "2020-06-30", "2020-12-31", "2021-12-31"]
    first = datetime.date(2017, 12, 1)
    days = [first + datetime.timedelta(chance.randint(0, 1600)), datetime.date.fromisoformat(chance.choice(edges))]
    days.append(first + datetime.timedelta(chance.randint(0, 1600)))
    one, other = sorted(chance.sample(days, 2))
    return one, other


def some_question(chance: random.Random) -> Asked:
    since, until = some_pair(chance)
    params = [("from", since.isoformat()), ("to", until.isoformat())]
    if chance.random() < 0.6:
        params += some_filters(chance)
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


def test_bridge_adds_up_for_pairs_of_days(register: None) -> None:  # noqa: F811
    chance = random.Random(11)
    felt = dict.fromkeys(("new", "increased", "reduced", "arrived", "terminated", "reopened"), 0)
    for __ in range(PAIRS):
        asked = some_question(chance)
        bridge = bridge_of(asked)
        case = (asked.since, asked.until, asked.period.code, asked.live, asked.params)
        assert bridge.adds_up(), (case, bridge.start, bridge.end, bridge.steps)
        for day, total in ((asked.since, bridge.start), (asked.until, bridge.end)):
            assert listed(asked.at(day))[:3] == (total.projects, total.agreed, total.arrived), (case, day)
            if not asked.live:
                cube = Scope(asked.projects, asked.period, day).total()
                assert footer(cube)[:3] == (total.projects, total.agreed, total.arrived)
        for step in chance.sample(bridge.steps, 1):
            projects, agreed, arrived, increased = listed(step.params)
            assert step.concerned == projects + increased, (case, step)
            assert abs(step.projects) in (0, projects), (case, step)
            assert abs(step.agreed) in (0, abs(agreed)), (case, step)  # type: ignore[arg-type]
            assert abs(step.arrived) in (0, arrived), (case, step)
        for step in bridge.steps:
            if step.kind in felt:
                felt[step.kind] += step.concerned
    assert all(felt.values()), felt  # the register has all of it, or this shows nothing


def test_default_is_all_years_with_terminated(register: None) -> None:  # noqa: F811
    asked = asked_of(QueryDict("from=2020-03-31&to=2020-12-31"), Project.objects.all(), user=None).question
    assert (asked.period, asked.live, asked.params) == (ALL, False, ())
    year = asked_of(QueryDict("from=2020-03-31&to=2020-12-31&year=2020"), Project.objects.all(), user=None).question
    assert year.period == Period(2020)
