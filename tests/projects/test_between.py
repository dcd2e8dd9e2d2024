"""What the list is asked about changes: the parameter, what is wrong with it, its words, and a day for conditions."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client

from projects.between import Happened
from projects.filters import ProjectFilter
from tests.builders import make_project, make_user
from tests.reports.pages import totals

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["increased:2020-06-30", "new:2020-01-01:live", "entered:2020-06-30"])
def test_written_as_it_is_read(text: str) -> None:
    assert Happened.parse(text).code == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "increased", "grown:2020-06-30", "new:2020-06", "new:2020-02-30", "new:2020-06-30:dead"),
        *("new:20200630xx", "new:20200630", "new:2020-6-30", "new:02020-06-30", "new:2020-W01-1", "new:9999-12-31"),
        *("new:1978-12-31", "new:2100-01-01", "new:0001-01-01", "new:２０２０-06-30", "new: 2020-06-30"),
    ],
)
def test_what_is_no_change(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Happened.parse(text)


@pytest.fixture
def reader(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("leader", role="leader"))
    return client


WRONG_DAYS = ["yesterday", "2020-6-1", "02020-06-01", "20200601", "6/1/2020", "2020-02-30", "9999-12-31", "0001-01-01"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("changed", value) for value in ("grown", "new:2020-6-1", "new:9999-12-31", "new:02020-06-01")),
        *(("reached_within", value) for value in ("started", "started:06", "started:0", "paid:9999")),
        *((name, day) for name in ("judged_on", "as_of") for day in WRONG_DAYS),
        *(("year", year) for year in ("02020", "9999", "1", "2020.0", "２０２０", "twenty")),
        *(("period", period) for period in ("02020", "2020-6", "2020Q5", "9999", "2020q1")),
    ],
)
def test_the_list_says_what_it_did_not_understand(reader: Client, name: str, value: str) -> None:
    make_project(agreed="1")
    html = reader.get("/projects/", {name: value}).content.decode()
    alert = re.search(r'<div class="nothing" role="alert">.*?</ul>', html, re.DOTALL)
    assert alert
    assert f"<li>{ProjectFilter.base_filters[name].label}：" in alert[0]
    assert totals(reader, f"/projects/?{name}={value}")["data-count"] == "0"


@pytest.mark.parametrize("day", WRONG_DAYS)
def test_the_pages_with_a_day_never_fail_over_it(reader: Client, day: str) -> None:
    project = make_project(agreed="1")
    for url in (project.get_absolute_url(), "/obstacles/", "/officials/", "/"):
        assert reader.get(url, {"as_of": day}).status_code == 200, url


def test_amounts_of_a_flow_are_what_came_after_the_day(reader: Client) -> None:
    make_project(
        agreed="5", signed="2020-01-01", increases=[("2", "2020-09-01"), ("4", "2020-05-01"), ("8", "2021-01-01")]
    )
    found = totals(reader, "/projects/?as_of=2020-12-31&changed=increased:2020-06-30")
    assert (found["data-count"], found["data-agreed"]) == ("1", "20000")


def test_conditions_may_look_at_another_day_than_the_figures(reader: Client) -> None:
    make_project(agreed="5", signed="2020-01-01", reached={"started": "2020-09-01"})
    started = "/projects/?as_of=2020-06-30&stage=construction"
    assert totals(reader, started)["data-count"] == "0"
    assert totals(reader, f"{started}&judged_on=2020-12-31")["data-count"] == "1"
    assert datetime.date(2020, 6, 30) == Happened.parse("new:2020-06-30").since
