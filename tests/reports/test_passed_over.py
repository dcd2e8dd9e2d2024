"""Pages of figures say which conditions of their address they have no use for; `year=all` is all years or is said."""

from __future__ import annotations

import pytest
from django.test import Client

from projects.periods import ALL, Period
from tests.builders import make_project

pytestmark = pytest.mark.django_db
DAYS = "from=2020-06-30&to=2020-12-31"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"/reports/changes/?{DAYS}&arrived_in=2020&as_of=2020-06-30", ["到位时段", "截至"]),
        (f"/reports/changes/?{DAYS}&kind=grown", ["grown"]),
        ("/reports/cohorts/?signed_from=2020&period=2020Q1", ["签约起", "时段"]),
        ("/reports/statistics/?signed_in=2020&voided=1", ["签约时段", "已作废"]),
        ("/reports/targets/?park=degan&year=all", ["园区", "all"]),
        ("/reports/plan/?stage=signed", ["阶段"]),
    ],
)
def test_what_a_page_has_no_use_for_is_said(leader: Client, url: str, said: list[str]) -> None:
    page = leader.get(url)
    sentences = page.context["passed_over"]
    assert len(sentences) >= 1
    for word in said:
        assert any(word in sentence for sentence in sentences), (word, sentences)
    assert sentences[0] in page.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        f"/reports/changes/?{DAYS}&park=degan&signed_in=2020&kind=new&year=all",
        "/reports/cohorts/?park=degan&by=park&step=half&year=all",
        "/reports/statistics/?park=degan&period=2020Q1",
        "/reports/targets/?year=2020&as_of=2020-06-30&measure=agreed",
    ],
)
def test_what_a_page_follows_is_not_said_to_be_passed_over(leader: Client, url: str) -> None:
    assert not leader.get(url).context["passed_over"]


def test_all_years_are_all_years(leader: Client) -> None:
    make_project(agreed="1", signed="2019-05-01")
    cohorts = leader.get("/reports/cohorts/?as_of=2020-12-31&year=all").context
    assert cohorts["year"] is None
    assert cohorts["grids"][0].rows[-1].cells[1].value == 1
    changes = leader.get(f"/reports/changes/?{DAYS}&year=all").context
    assert (changes["faults"], changes["asked"].period) == ([], ALL)
    assert leader.get(f"/reports/changes/?{DAYS}&year=2019").context["asked"].period == Period(2019)
