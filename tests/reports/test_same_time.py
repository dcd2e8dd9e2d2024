"""The same time of the year before: one rule on every page, the end of a month for the end of a month."""

from __future__ import annotations

import datetime

import pytest
from django.http import QueryDict
from django.test import Client

from projects.models import Project
from projects.periods import months_earlier, year_earlier
from reports.asked import asked
from reports.monthly.asked import month_of
from tests.builders import make_project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2020-02-29", "2019-02-28"),
        ("2021-02-28", "2020-02-29"),
        ("2021-02-27", "2020-02-27"),
        ("2020-08-15", "2019-08-15"),
        ("2020-04-30", "2019-04-30"),
    ],
)
def test_all_pages_compare_with_the_same_day(vocabulary: None, leader: Client, day: str, before: str) -> None:
    make_project(park="shuangfu", agreed="1", signed=day)
    make_project(park="shuangfu", agreed="2", signed=before)
    then = datetime.date.fromisoformat(before)
    assert year_earlier(datetime.date.fromisoformat(day)) == then
    params = QueryDict(f"year={day[:4]}&as_of={day}&month={day[:7]}")
    assert asked(params).same_time_before == then
    assert month_of(params, Project.objects.all()).day_before == then
    grid = leader.get(f"/reports/statistics/?year={day[:4]}&as_of={day}&cols=none&compare=yoy").context["grid"]
    assert any(before in note for note in grid.notes)
    home = leader.get(f"/?year={day[:4]}&as_of={day}").context
    assert home["total"].projects_change == 0


def test_some_months_earlier() -> None:
    assert months_earlier(datetime.date(2020, 6, 30), 1) == datetime.date(2020, 5, 31)
    assert months_earlier(datetime.date(2020, 3, 30), 1) == datetime.date(2020, 2, 29)
    assert months_earlier(datetime.date(2020, 1, 15), 3) == datetime.date(2019, 10, 15)
