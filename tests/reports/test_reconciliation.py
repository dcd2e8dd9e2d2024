"""Published figures beside computed ones: both sides are of the same scope, the same parks, the same days."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from projects.choices import ProjectSource
from projects.models import Project
from reports.asked import asked
from reports.links import list_url
from reports.models import PublishedFigure
from reports.reconciliation_views import lines_of
from reports.reconciling import Line, reconciled
from tests.builders import make_investor, make_project, make_user
from tests.reports.pages import totals

pytestmark = pytest.mark.django_db


def publish(scope: str, code: str, measure: str, period: str = "2020", value: str = "1") -> None:
    PublishedFigure.objects.create(scope=scope, scope_code=code, period=period, measure=measure, value=value, unit="个")


def line(day: str | None = None) -> Line:
    """The only figure that is published."""
    (found,) = reconciled(Project.objects.counted(), datetime.date.fromisoformat(day) if day else None, {})
    return found


@pytest.fixture(autouse=True)
def nothing_published(vocabulary: None) -> None:
    PublishedFigure.objects.all().delete()


@pytest.mark.parametrize(
    "measure",
    ["new_projects", "projects_of_1_billion_yuan_or_more", "china_500_firms", "signings_from_visits"],
)
@pytest.mark.parametrize(("scope", "code"), [("park", "luohuang"), ("cluster", "equipment")])
def test_a_figure_counts_its_own_scope(leader: Client, measure: str, scope: str, code: str) -> None:
    """A park with the parks inside it, as the list behind it."""
    for number, (park, cluster) in enumerate(
        [("luohuang", "equipment"), ("luohuang-smart-home", "equipment"), ("shuangfu", "materials")]
    ):
        firm = make_investor(f"五百强{number}", honours=["china_500"]).name
        make_project(park=park, cluster=cluster, agreed="12", investor=firm, source=ProjectSource.VISIT.value)
    publish(scope, code, measure)
    found = line()
    assert found.computed == 2
    assert Decimal(totals(leader, list_url(found.params))["data-count"]) == 2


def test_the_year_before_ends_on_the_same_day() -> None:
    make_project(signed="2020-03-01", agreed="4")
    make_project(signed="2019-03-01", agreed="1")
    make_project(signed="2019-10-01", agreed="8")
    publish("district", "", "agreed_capital_change")
    assert line("2020-08-31").computed == 3
    assert line("2021-02-01").computed == -5
    assert line().computed == -5


def test_the_running_year_is_compared_with_the_same_time(settings: object) -> None:
    settings.TODAY = datetime.date(2020, 8, 31)  # type: ignore[attr-defined]
    make_project(signed="2019-10-01")
    make_project(signed="2020-03-01")
    publish("district", "", "new_projects_change")
    assert line().computed == 1


@pytest.mark.parametrize("period", ["2020", "to-2020"])
@pytest.mark.parametrize(
    ("day", "value", "verdict"),
    [
        ("2020-06-30", "2", "later"),
        ("2020-12-30", "3", "later"),
        ("2020-06-30", "1", "agrees"),
        ("2020-12-31", "2", "agrees"),
        ("2020-12-31", "3", "differs"),
        ("2021-03-01", "3", "differs"),
        (None, "3", "differs"),
    ],
)
def test_half_a_year_does_not_differ_from_the_whole(period: str, day: str | None, value: str, verdict: str) -> None:
    make_project(signed="2020-03-01")
    make_project(signed="2020-10-01")
    publish("district", "", "new_projects", period, value)
    assert line(day).verdict == verdict


def test_page_and_files_say_what_is_of_a_later_day(leader: Client) -> None:
    make_project(signed="2020-03-01")
    make_project(signed="2020-10-01")
    publish("district", "", "new_projects", value="2")
    publish("district", "", "outbound_visits", value="9")
    page, export = "/reports/reconciliation/", "/reports/reconciliation/export"
    early = leader.get(f"{page}?as_of=2020-06-30").content.decode()
    assert "<b>1</b> 口径日期不同" in early
    assert "1 个公布数的日期晚于 2020-06-30。" in early
    assert "<b>1</b> 不一致" not in early
    assert ",口径日期不同,-1,2,1," in b"".join(leader.get(f"{export}.csv?as_of=2020-06-30")).decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(leader.get(f"{export}.xlsx?as_of=2020-06-30"))))
    said = [str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("口径日期不同：公布数是整个时期的数" in cell for cell in said)
    whole = leader.get(f"{page}?as_of=2020-12-31").content.decode()
    assert "口径日期" not in whole
    assert "<b>1</b> 一致" in whole


def test_up_to_a_year_there_is_no_year_before() -> None:
    make_project(signed="2020-03-01")
    publish("district", "", "new_projects_change", "to-2020")
    assert (line().verdict, line().computed) == ("unanswered", None)


@pytest.mark.parametrize("period", ["0", "²⁰²⁰", "9999", "02020", "2020Q1", "to-", "to-0", "2020年"])
def test_a_period_that_is_none_is_told(leader: Client, period: str) -> None:
    publish("district", "", "new_projects", period)
    assert (line().verdict, bool(line().why)) == ("unanswered", True)
    assert leader.get("/reports/reconciliation/").status_code == 200


@pytest.mark.parametrize(("scope", "code"), [("chain", "x"), ("park", "nowhere"), ("园区", "shuangfu")])
def test_a_place_that_is_none_is_told(leader: Client, scope: str, code: str) -> None:
    publish(scope, code, "new_projects")
    assert (line().verdict, line().computed) == ("unanswered", None)
    assert line().why in leader.get("/reports/reconciliation/").content.decode()


def test_who_sees_own_parks_only_compares_these_alone(client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    for park in ("shuangfu", "luohuang", "luohuang-smart-home"):
        make_project(park=park, cluster="equipment")
    for place in [("district", ""), ("cluster", "equipment"), ("park", "luohuang"), ("park", "shuangfu")]:
        publish(*place, "new_projects")
    client.force_login(make_user("recorder", parks=["luohuang"]))  # and of the park inside it
    computed = {line.published.scope_code: line.computed for line in lines(client)}
    assert computed == {"": None, "equipment": None, "luohuang": 2, "shuangfu": None}
    assert "它的范围超出本账号能看到的园区。" in client.get("/reports/reconciliation/").content.decode()


def lines(client: Client) -> list[Line]:
    request = client.get("/reports/reconciliation/").wsgi_request
    return lines_of(request, asked(request.GET))
