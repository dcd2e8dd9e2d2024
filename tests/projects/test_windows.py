"""What a project had reached so many months after its signing: the ends of windows, partial days, unknown days."""

from __future__ import annotations

import calendar
import random

import pytest
from django.db.models import F

from jiangjin.lib.dates import PartialDay
from projects.models import Project
from projects.windows import Within, window_end, with_window_end
from tests.builders import make_project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("signed", "months", "end"),
    [
        ("2020-01-15", 6, 20200715),
        ("2020-08-31", 6, 20210299),  # February is shorter: its end
        ("2019-08-31", 6, 20200299),
        ("2020-08-30", 6, 20210299),
        ("2019-08-29", 6, 20200299),  # the 29th is the end of February 2020
        ("2019-08-28", 6, 20200228),
        ("2020-06-30", 6, 20201230),
        ("2020-06", 6, 20209999),  # at its last possible day, and to the end of the year
        ("2020", 6, 20210699),
        ("2020-12-31", 12, 20219999),
    ],
)
def test_end_of_a_window(signed: str, months: int, end: int) -> None:
    assert window_end(PartialDay.from_iso(signed).code, months) == end


def test_the_database_finds_the_same_ends() -> None:
    chance = random.Random(3)
    days = ["2020-08-31", "2020-02-29", "2020", "2020-06", "2099-09-30"]
    for __ in range(60):
        year, month = chance.randint(2016, 2021), chance.randint(1, 12)
        last = calendar.monthrange(year, month)[1]
        days.append(f"{year}-{month:02d}-{chance.choice([1, 28, last, last - 1]):02d}")
    for number, signed in enumerate(days):
        Project.objects.create(code=f"W-{number}", name=signed, signed_on=PartialDay.from_iso(signed))
    Project.objects.create(code="W-none", name="without a day")
    for months in (1, 6, 12, 18):
        found = with_window_end(Project.objects.all(), months).annotate(end=F("window_end"))
        ends = dict(found.values_list("name", "end"))
        assert ends == {day: window_end(PartialDay.from_iso(day).code, months) for day in days}


def reached(name: str, **fields: object) -> bool:
    project = make_project(name, agreed="1", **fields)  # type: ignore[arg-type]
    return Within.parse("started:6").of(Project.objects.filter(pk=project.pk)).exists()


def test_reached_on_the_last_day_but_not_the_day_after() -> None:
    assert reached("in time", signed="2020-01-15", reached={"started": "2020-07-15"})
    assert not reached("a day late", signed="2020-01-15", reached={"started": "2020-07-16"})


def test_a_month_counts_where_all_of_it_lies_in_the_window() -> None:
    assert reached("june", signed="2020-01-15", reached={"started": "2020-06"})
    assert not reached("july", signed="2020-01-15", reached={"started": "2020-07"})
    assert not reached("the year", signed="2020-01-15", reached={"started": "2020"})
    assert reached("signed in a month", signed="2020-01", reached={"started": "2020-07"})


def test_a_later_step_shows_the_earlier_one() -> None:
    assert reached("already producing", signed="2020-01-15", reached={"production": "2020-05-01"})
    assert not reached("only land", signed="2020-01-15", reached={"land": "2020-05-01"})


def test_what_nobody_dated_proves_nothing() -> None:
    assert not reached("started some day", signed="2020-01-15", reached={"started": None})
    assert not reached("signed some day", signed=None, reached={"started": "2020-05-01"})


def test_money_takes_an_amount() -> None:
    paid = make_project("paid", agreed="1", signed="2020-01-15", arrivals={"2020-07": "1"})
    early = make_project("paid early", agreed="1", signed="2020-01-15", arrivals={"2020-06": "1"})
    nothing = make_project("nothing came", agreed="1", signed="2020-01-15", arrivals={"2020-06": "0"})
    found = Within.parse("paid:6").of(Project.objects.filter(pk__in=[paid.pk, early.pk, nothing.pk]))
    assert [project.name for project in found] == ["paid early"]


@pytest.mark.parametrize(
    "text",
    ["started", "started:", "started:0", "started:06", "started:121", "started:9999", "started:６", "opened:6", ":6"],
)
def test_what_is_no_such_condition(text: str) -> None:
    with pytest.raises(ValueError, match="within months"):
        Within.parse(text)
