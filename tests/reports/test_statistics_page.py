"""The statistics page: parks under parents, other times compared, sorting, wrong questions, who sees what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from reports.grid import Cell, Column, Grid, Row
from reports.gridout import sheet_of
from tests.builders import make_park, make_project, make_user
from tests.reports.pages import assert_opens_its_rows, figure_links, totals

pytestmark = pytest.mark.django_db


def test_a_park_holds_its_own_part_and_those_inside_it(vocabulary: None, leader: Client) -> None:
    make_project(park="luohuang", agreed="5")
    make_project(park="luohuang-smart-home", agreed="2")
    make_project(park="shuangfu", agreed="1")
    make_project(park="no-park", agreed="6")
    make_project(agreed="7")
    grid = leader.get("/reports/statistics/?year=2020&cols=none&measures=projects,agreed&compare=").context["grid"]
    said = {row.cells[0].value: (row.role, row.level, row.cells[1].value) for row in grid.rows}
    names = list(said)
    assert said[names[0]] == ("subtotal", 0, 3)
    luohuang = [row for row in grid.rows if "珞璜" in str(row.cells[0].value)]
    assert [(row.level, row.cells[1].value, row.cells[2].value) for row in luohuang] == [
        (1, 2, Decimal(70000)),
        (2, 1, Decimal(50000)),
        (2, 1, Decimal(20000)),
    ]
    assert [row.role for row in grid.rows[-2:]] == ["unknown", "total"]
    assert grid.rows[-1].cells[2].value == Decimal(210000)
    links = figure_links(leader, "/reports/statistics/?year=2020&cols=none&measures=projects,agreed&compare=")
    assert len(links) > 12
    for link in links:
        assert_opens_its_rows(leader, link)


def test_narrowed_to_a_part_a_whole_park_opens_no_more(vocabulary: None, leader: Client) -> None:
    make_project(park="luohuang", agreed="5")
    make_project(park="luohuang-smart-home", agreed="2")
    url = "/reports/statistics/?year=2020&park=luohuang-smart-home&cols=none&measures=projects,agreed&compare="
    links = figure_links(leader, url)
    assert {link.text for link in links} == {"1", "2.00"}
    for link in links:
        assert_opens_its_rows(leader, link)


def test_growth_is_against_the_same_time_of_the_year_before(vocabulary: None, leader: Client) -> None:
    make_project(cluster="materials", agreed="30", signed="2020-05")
    make_project(cluster="materials", agreed="10", signed="2019-05", reached={"started": "2019-07"})
    make_project(cluster="materials", agreed="50", signed="2019-10")
    url = "/reports/statistics/?rows=cluster&year=2020&as_of=2020-08-31&measures=projects,agreed,start_rate&compare=yoy"
    grid = leader.get(url).context["grid"]
    total = dict(zip((column.key for column in grid.columns), grid.rows[-1].cells, strict=True))
    assert total["2019.agreed"].value == Decimal(600000)  # as it is known on the day
    assert total["vs0.agreed-growth"].value == 2  # 30 against 10
    assert total["vs0.agreed-change"].value == Decimal(200000)
    assert total["vs0.projects-change"].value == 0
    assert total["vs0.start_rate-points"].value == -1
    assert any("2019-08-31" in note for note in grid.notes)


def test_the_period_before_ends_where_this_one_stands(vocabulary: None, leader: Client) -> None:
    make_project(cluster="materials", agreed="3", signed="2020-07-10")
    make_project(cluster="materials", agreed="1", signed="2020-04-10")
    make_project(cluster="materials", agreed="8", signed="2020-06-10")
    url = "/reports/statistics/?rows=cluster&cols=none&period=2020Q3&as_of=2020-08-15&measures=agreed&compare=prior"
    grid = leader.get(url).context["grid"]
    total = dict(zip((column.key for column in grid.columns), grid.rows[-1].cells, strict=True))
    assert total["agreed"].value == Decimal(30000)
    assert total["vs0.agreed-growth"].value == 2


def compared(client: Client, query: str, key: str) -> dict[str, Any]:
    """The cells of a column by the names of the rows."""
    grid = client.get(f"/reports/statistics/?cols=none&measures=projects,agreed&{query}").context["grid"]
    (place,) = [place for place, column in enumerate(grid.columns) if column.key == key]
    return {str(row.cells[0].value): row.cells[place] for row in grid.rows}


def opened(client: Client, url: str) -> tuple[int, Decimal]:
    found = totals(client, url)
    return int(found["data-count"]), Decimal(found["data-agreed"])


@pytest.mark.parametrize(
    ("rows", "first", "second", "before"),
    [
        ("month", "2020 年 01 月", "2020 年 02 月", "2019 年 12 月"),
        ("quarter", "2020 年第 1 季度", "2020 年第 2 季度", "2019 年第 4 季度"),
    ],
)
def test_rows_of_time_are_compared_with_the_row_before(
    vocabulary: None, leader: Client, rows: str, first: str, second: str, before: str
) -> None:
    months = ["2019-12", "2020-01", "2020-02"] if rows == "month" else ["2019-12", "2020-01", "2020-05"]
    for day, amount in zip(months, ("1", "3", "2"), strict=True):
        make_project(agreed=amount, signed=f"{day}-10")
    make_project(agreed="9", signed="2020")
    query = f"rows={rows}&year=2020&as_of=2020-12-31&compare=prior"
    growth = compared(leader, query, "vs0.agreed-growth")
    assert growth[first].value == 2  # 3 against 1
    assert growth[first].title == f"{before}，截至 2020-{'11-30' if rows == 'month' else '09-30'}：1.00"
    assert growth[second].value == Decimal(-1) / 3
    assert opened(leader, growth[second].url) == (1, Decimal(20000))
    change = compared(leader, query, "vs0.projects-change")
    after = next(cell for name, cell in change.items() if name not in (first, second))
    assert after.value == -1  # nothing any more: opens what was there before
    assert opened(leader, after.url) == (1, Decimal(20000))
    whole, unknown = list(change.values())[-1], change["2020 年（月份未填）"]
    assert (whole.value, unknown.value, whole.url) == (None, None, "")


def test_the_row_before_ends_where_this_one_stands(vocabulary: None, leader: Client) -> None:
    make_project(agreed="1", signed="2020-07-10")
    make_project(agreed="8", signed="2020-07-20")
    make_project(agreed="3", signed="2020-08-10")
    query = "rows=month&year=2020&as_of=2020-08-15&compare=prior"
    assert compared(leader, query, "vs0.agreed-growth")["2020 年 08 月"].value == 2


@pytest.mark.parametrize("compare", ["yoy", "prior", "yoy&compare=prior"])
def test_years_are_compared_with_the_year_before(vocabulary: None, leader: Client, compare: str) -> None:
    make_project(agreed="2", signed="2018-05-10")
    make_project(agreed="1", signed="2019-05-10")
    make_project(agreed="3", signed="2020-05-10")
    growth = compared(leader, f"rows=year&as_of=2020-12-31&compare={compare}", "vs0.agreed-growth")
    said = [cell.value for cell in growth.values()]
    assert said == [None, Decimal(-1) / 2, 2, None]
    assert opened(leader, list(growth.values())[1].url) == (1, Decimal(10000))


def test_growth_change_and_share_open_their_rows(vocabulary: None, leader: Client) -> None:
    make_project(cluster="materials", agreed="30", signed="2020-05")
    make_project(cluster="materials", agreed="10", signed="2019-05")
    make_project(cluster="equipment", agreed="5", signed="2019-06")
    query = "rows=cluster&year=2020&as_of=2020-08-31&compare=yoy&compare=share"
    for key in ("vs0.agreed-growth", "vs0.agreed-change", "vs0.agreed-share", "vs0.projects-change"):
        cells = compared(leader, query, key)
        assert opened(leader, cells["材料"].url) == (1, Decimal(300000)), key
        if not key.endswith("share"):
            assert opened(leader, cells["装备制造"].url) == (1, Decimal(50000)), key  # of the year before
    page = leader.get(f"/reports/statistics/?cols=none&measures=projects,agreed&{query}").content.decode()
    assert "，截至 2019-08-31：15.00" in page


def test_growth_on_nothing_is_a_dash(vocabulary: None, leader: Client) -> None:
    make_project(park="shuangfu", agreed="3")
    grid = leader.get("/reports/statistics/?year=2020&measures=agreed,arrival_rate&compare=yoy").context["grid"]
    total = dict(zip((column.key for column in grid.columns), grid.rows[-1].cells, strict=True))
    assert total["vs0.agreed-growth"].value is None
    assert total["vs0.arrival_rate-points"].value is None


def test_without_terminated_says_how_many(vocabulary: None, leader: Client) -> None:
    make_project(park="shuangfu", agreed="3")
    gone = make_project(park="shuangfu", agreed="4")
    Project.objects.filter(pk=gone.pk).update(condition="terminated")
    url = "/reports/statistics/?year=2020&cols=none&compare=&terminated=0"
    grid = leader.get(url).context["grid"]
    assert grid.rows[-1].cells[1].value == 1
    assert any("1 项未计入" in note for note in grid.notes)
    for link in figure_links(leader, url):
        assert_opens_its_rows(leader, link)
    response = leader.get(f"{url}&condition=terminated")
    assert response.status_code == 422
    assert response.context["faults"]


def test_sorting_keeps_parts_below_their_whole(vocabulary: None, leader: Client) -> None:
    for number in range(3):
        make_project(park="baisha", agreed="9", signed=f"2020-0{number + 1}-01")
    make_project(park="luohuang", agreed="1")
    make_project(park="luohuang-smart-home", agreed="50")
    make_project(agreed="99")
    grid = leader.get("/reports/statistics/?year=2020&cols=none&compare=&sort=-projects").context["grid"]
    names = [(row.level, row.cells[1].value) for row in grid.rows]
    assert names[:5] == [(0, 5), (1, 3), (1, 2), (2, 1), (2, 1)]
    assert [row.role for row in grid.rows[-2:]] == ["unknown", "total"]


def test_what_cannot_be_asked(vocabulary: None, leader: Client) -> None:
    for query in ("rows=nonsense&cols=&measures=,x", "rows=year&cols=month", "rows=park&cols=park", "period=2020-13",
                  "years=²&sort=-x", "saved=99999999999999999999", "rows=month&period=all"):  # fmt: skip
        assert leader.get(f"/reports/statistics/?{query}").status_code == 200, query
    response = leader.get("/reports/statistics/?park=nowhere")
    assert response.status_code == 422
    assert response.context["grid"] is None


def test_a_recorder_of_own_parks_sees_their_figures_alone(vocabulary: None, client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project(park="shuangfu", agreed="3")
    make_project(park="degan", agreed="4")
    client.force_login(make_user("own", "recorder", parks=["shuangfu"]))
    grid = client.get("/reports/statistics/?year=2020&cols=none&compare=").context["grid"]
    assert grid.rows[-1].cells[1].value == 1


def test_queries_do_not_grow_with_the_register(vocabulary: None, leader: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            leader.get("/reports/statistics/?year=2020&cols=cluster&compare=yoy&compare=prior&as_of=2020-12-31")
        return len(captured)

    make_project(park="shuangfu", cluster="materials", agreed="1", arrivals={"2020-07": "1"})
    make_project(park="shuangfu", cluster="materials", agreed="1", signed="2019-05")  # something to compare with
    leader.get("/reports/statistics/")
    before = count()
    make_park("inner", parent="shuangfu")
    for cluster in ("materials", "equipment", None):
        make_project(park="inner", cluster=cluster, agreed="1", signed="2019-05", arrivals={"2020-07": "1"})
    assert count() == before


def test_the_file_holds_the_table(vocabulary: None, leader: Client) -> None:
    make_project(park="shuangfu", agreed="3")
    response = leader.get("/reports/statistics/export.csv?year=2020&cols=none&measures=projects,agreed&compare=")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "双福" in text
    assert "3" in text
    book = leader.get("/reports/statistics/export.xlsx")
    assert book.status_code == 200
    assert b"".join(book.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    stranger = make_user("stranger", "leader")
    stranger.may_export = False
    stranger.save()
    leader.force_login(stranger)
    assert leader.get("/reports/statistics/export.csv").status_code == 403


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rows=bogus", "bogus"),
        ("cols=bogus", "bogus"),
        ("rows=year&cols=month", "不分列"),
        ("rows=month&period=all&year=2020", "2020"),
        ("years=99", "99"),
        ("period=2030Q9", "2030Q9"),
        ("year=abc", "abc"),
        ("as_of=2020-13-45", "2020-13-45"),
        ("measures=agreed,bogus", "bogus"),
        ("rows=quarter&cols=none&period=2020-08&compare=prior", "上一行"),
        ("rows=park&cols=none&period=all&compare=yoy", "不作比较"),
    ],
)
def test_what_the_table_does_not_follow_is_said(vocabulary: None, leader: Client, query: str, said: str) -> None:
    response = leader.get(f"/reports/statistics/?{query}")
    assert len(response.context["passed_over"]) == 1
    assert said in response.context["passed_over"][0]
    assert response.context["passed_over"][0] in response.content.decode()


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("cols=none&year=2020", False),
        ("cols=year", False),
        ("rows=month&cols=none", True),
        ("rows=quarter&cols=none&period=2020-08", False),
        ("cols=quarter", True),
        ("cols=none&period=2020Q3", True),
    ],
)
def test_the_period_before_is_offered_where_it_says_something(
    vocabulary: None, leader: Client, query: str, offered: bool
) -> None:
    response = leader.get(f"/reports/statistics/?{query}")
    assert any(one.value == "prior" for one in response.context["compare"]) is offered
    assert not response.context["passed_over"]


@pytest.mark.parametrize(
    "url", ["/?year=abc", "/?as_of=2020-13-45", "/reports/cohorts/?by=zzz", "/reports/targets/?measure=zzz"]
)
def test_other_pages_say_what_they_pass_over(vocabulary: None, leader: Client, url: str) -> None:
    response = leader.get(url)
    (said,) = response.context["passed_over"]
    assert url.rpartition("=")[2] in said
    assert said in response.content.decode()


def test_points_in_a_file_have_four_decimals_at_most(vocabulary: None) -> None:
    column, third = Column("差", "points"), Decimal(1) / 3
    grid = Grid("表", [Column("名"), column], [Row([Cell("甲"), Cell(third)]), Row([Cell("乙"), Cell(-third)])])
    assert [row[1] for row in sheet_of(grid).rows] == [Decimal("33.3333"), Decimal("-33.3333")]
