"""Years, days and periods that are none: every report page answers, and says what it passed over."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client

from reports.monthly.tables import TABLES
from reports.targetmodels import TargetMeasure
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
ODD = [
    "02020",
    "2020-6-1",
    "2020Q5",
    "0",
    "9999",
    "1978",
    "²⁰²⁰",
    "２０２０",
    "2020-W01-1",
    "20200601",
    "-1",
    "2020-02-30",
    "\x00",
    "x" * 300,
]
PAGES = {
    "/": ["year", "as_of"],
    "/mine/": ["as_of"],
    "/parks/": ["year", "as_of"],
    "/parks/shuangfu/": ["year", "as_of"],
    "/parks/export.csv": ["year", "as_of"],
    "/industries/": ["year", "as_of"],
    "/industries/materials/": ["year", "as_of"],
    "/reports/": ["year", "as_of"],
    "/reports/statistics/": ["year", "as_of", "period", "years", "signed_in", "saved"],
    "/reports/statistics/export.csv": ["year", "as_of", "period", "years"],
    "/reports/changes/": ["from", "to", "year", "period", "page", "corrected"],
    "/reports/changes/export.csv": ["from", "to", "year"],
    "/reports/cohorts/": ["year", "as_of", "step", "page"],
    "/reports/monthly/": ["month", "as_of"],
    **{f"/reports/monthly/{code}/": ["month"] for code in TABLES},
    "/reports/monthly/parks/export.csv": ["month", "as_of"],
    "/reports/targets/": ["year", "as_of"],
    "/reports/targets/edit/": ["year"],
    "/reports/plan/": ["year", "as_of"],
    "/reports/plan/actual/": ["day"],
    "/reports/reconciliation/": ["year", "as_of"],
    "/reports/fixed/": ["page"],
}


@pytest.fixture
def admin(vocabulary: None, client: Client) -> Client:
    make_project("甲", park="shuangfu", cluster="materials", agreed="3", signed="2020-05-01")
    client.force_login(make_user("admin", "admin"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks(admin: Client, page: str) -> None:
    more = {"measure": TargetMeasure.AGREED.value, "place": "district:"} if page.endswith("actual/") else {}
    for text in ODD:
        response = admin.get(f"{page}?{urlencode({**dict.fromkeys(PAGES[page], text), **more})}")
        # A file is refused with its reasons (400).
        assert response.status_code in (200, 422) + (400,) * ("export" in page), (page, text, response.status_code)


@pytest.mark.parametrize("page", [page for page, names in PAGES.items() if "year" in names and "export" not in page])
def test_a_year_that_is_none_is_said(admin: Client, page: str) -> None:
    response = admin.get(f"{page}?{urlencode({'year': '²⁰²⁰'})}")
    # Between two days a year is a condition of the list: with a wrong one nothing is listed.
    assert "“²⁰²⁰”" in response.content.decode() or response.context["faults"]


@pytest.mark.parametrize("text", ["2020Q5", "02020", "²⁰²⁰"])
def test_a_period_that_is_none_is_said(admin: Client, text: str) -> None:
    words = admin.get(f"/reports/statistics/?{urlencode({'period': text})}").content.decode()
    assert f"“{text}”" in words
