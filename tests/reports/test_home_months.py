"""The running totals of the home page: this year's line ends at the day, last year's goes to its end."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from reports.home import Months
from tests.builders import make_project
from tests.reports.pages import assert_opens_its_rows, figure_links

pytestmark = pytest.mark.django_db
YI = Decimal(10000)


@pytest.fixture
def register(vocabulary: None) -> None:
    """Signed in several months of two years; one of each year is known to the year alone."""
    for signed, agreed in (("2019-02-03", "1"), ("2019-06-20", "2"), ("2019-11", "4"), ("2019", "8")):
        make_project(agreed=agreed, signed=signed)
    for signed, agreed in (("2020-03-01", "10"), ("2020-06-10", "20"), ("2020-08-01", "30"), ("2020", "40")):
        make_project(agreed=agreed, signed=signed)


def months(client: Client, query: str) -> Months:
    return client.get(f"/?{query}").context["months"]


def in_yi(amounts: list) -> list:
    return [None if amount is None else int(amount / YI) for amount in amounts]


def test_this_years_line_ends_at_the_day_and_last_years_goes_on(register: None, leader: Client) -> None:
    found = months(leader, "year=2020&as_of=2020-06-15")
    assert in_yi([row.running for row in found.rows]) == [0, 0, 10, 10, 10, 30, *[None] * 6]
    assert in_yi([row.before for row in found.rows]) == [0, 1, 1, 1, 1, 3, 3, 3, 3, 3, 7, 7]
    assert found.undated.agreed == 0  # 2020 alone: its last possible day is to come
    assert (found.undated_before, found.whole_before) == (8 * YI, 15 * YI)
    chart = found.for_chart()
    assert chart["running"][6:] == [None] * 6
    assert chart["before"][10:] == [7.0, 7.0]


def test_growth_is_still_over_the_same_days(register: None, leader: Client) -> None:
    response = leader.get("/?year=2020&as_of=2020-06-15")
    assert response.context["total"].before.agreed == YI
    assert "2019-06-15" in response.content.decode()  # said beside the chart, which shows more of that year


def test_a_year_that_is_over_is_compared_whole(register: None, leader: Client) -> None:
    response = leader.get("/?year=2020&as_of=2020-12-31")
    found = response.context["months"]
    assert in_yi([row.running for row in found.rows])[5:8] == [30, 30, 60]
    assert found.undated.agreed == 40 * YI
    assert found.whole_before == response.context["total"].before.agreed == 15 * YI


def test_a_year_before_that_nobody_registered_is_unknown_and_no_line_of_zeros(register: None, leader: Client) -> None:
    found = months(leader, "year=2019&as_of=2020-12-31")
    assert [row.before for row in found.rows] == [None] * 12
    assert found.whole_before is None
    assert found.for_chart()["before"] == [None] * 12


def test_in_a_year_to_come_the_year_before_ends_at_the_day(register: None, leader: Client) -> None:
    found = months(leader, "year=2021&as_of=2020-06-15")
    assert [row.running for row in found.rows] == [None] * 12
    assert in_yi([row.before for row in found.rows]) == [0, 0, 10, 10, 10, 30, *[None] * 6]


def test_what_is_dated_later_than_today_leaves_no_hole_in_the_line(
    register: None, leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.date(2020, 6, 15)
    monkeypatch.setattr("reports.asked.as_of_day", lambda: today)
    monkeypatch.setattr("reports.asked.timezone.localdate", lambda: today)
    found = months(leader, "year=2020")
    assert in_yi([row.running for row in found.rows]) == [0, 0, 10, 10, 10, 30, 30, 60, *[None] * 4]


def test_each_month_opens_its_rows(register: None, leader: Client) -> None:
    links = [one for one in figure_links(leader, "/?year=2020&as_of=2020-12-31") if "period=2020-" in one.href]
    assert len(links) == 8  # number and amount of three months and of what is known to the year alone
    for link in links:
        assert_opens_its_rows(leader, link)
