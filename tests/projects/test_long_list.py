"""A page of a very long list is found in the order of an index: it must be the page of the whole list sorted as one."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects import listing
from projects.models import Project
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
# Columns with an index and without, that may be unknown and that are always there, and two that no column holds.
COLUMNS = (
    "agreed_capital",
    "arrived_capital",
    "signed_on",
    "code",
    "name",
    "lead_unit",
    "stage",
    "arrival_rate",
    "park",
)
SORTS = [sort for column in COLUMNS for sort in (column, f"-{column}")]
AMOUNTS = ["3", "1", None, "3", "2", None, "1"]  # equal ones, and unknown ones: they fill a page and a half


@pytest.fixture
def projects() -> None:
    for number in range(49):
        make_project(
            f"项目{number % 5}{number}",
            agreed=AMOUNTS[number % 7],
            signed=f"20{15 + number % 4}-0{1 + number % 9}" if number % 6 else None,
            arrivals={"2020-03": str(number % 3)} if number % 4 else {},
        )


def pages(sort: str, day: datetime.date | None = None) -> list[list[int]]:
    """The keys of every page of ten, and of one behind the last."""
    asked, found = listing.asked_of(None, day), Project.objects.counted()
    return [
        [row.pk for row in listing.page_of_rows(found, QueryDict(f"sort={sort}&per_page=10&page={page}"), 49, asked)]
        for page in range(1, 7)
    ]


def test_every_order_is_the_same_page_by_page(projects: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in (None, datetime.date(2017, 6, 30)):
        for sort in SORTS if day is None else ("-agreed_capital", "agreed_capital", "stage"):
            at_once = pages(sort, day)
            assert listing.is_sort(sort)
            assert len({key for page in at_once for key in page}) == 49, sort
            with monkeypatch.context() as patched:
                patched.setattr(listing, "SORTED_AT_ONCE", 0)
                assert pages(sort, day) == at_once, (sort, day)


def test_a_page_of_known_ones_asks_no_more_often(projects: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of those known is asked only where a page reaches behind them."""
    asked, found = listing.asked_of(None), Project.objects.counted()
    monkeypatch.setattr(listing, "SORTED_AT_ONCE", 0)
    with CaptureQueriesContext(connection) as queries:
        listing.page_of_rows(found, QueryDict("per_page=10&page=2"), 49, asked)
    assert not [query for query in queries.captured_queries if "COUNT(" in query["sql"]]


def test_an_empty_list_of_very_many_conditions_names_none(client: Client) -> None:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    make_project("甲", agreed="1")
    few = "&".join(["f=name:has:乙", *(f"f=name:ne:{number}" for number in range(11))])
    assert [drop.count for drop in client.get(f"/projects/?{few}").context["drops"]] == [1]
    assert client.get(f"/projects/?{few}&f=name:ne:99").context["drops"] == []
