"""What the list is asked about changes: the parameter, what is wrong with it, its words, and a day for conditions."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from projects.between import Happened
from tests.builders import make_project, make_user
from tests.reports.pages import totals

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["increased:2020-06-30", "new:2020-01-01:live", "entered:2020-06-30"])
def test_written_as_it_is_read(text: str) -> None:
    assert Happened.parse(text).code == text


@pytest.mark.parametrize(
    "text",
    ["", "increased", "grown:2020-06-30", "new:2020-06", "new:2020-02-30", "new:2020-06-30:dead", "new:20200630xx"],
)
def test_what_is_no_change(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Happened.parse(text)


@pytest.fixture
def reader(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("leader", role="leader"))
    return client


@pytest.mark.parametrize("query", ["changed=grown", "reached_within=started", "judged_on=yesterday"])
def test_the_list_says_what_it_did_not_understand(reader: Client, query: str) -> None:
    make_project(agreed="1")
    assert totals(reader, f"/projects/?{query}")["data-count"] == "0"


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
