"""Cohort rates, counted by hand: windows that are over or not, partial days, terminated, unknown; and the links."""

from __future__ import annotations

import datetime
import io
import random
from typing import Any

import openpyxl
import pytest
from django.test import Client

from projects.models import Project
from reports.cohorts import Cohorts, Line, cohort_of, is_over, last_over
from tests.builders import make_project
from tests.reports.pages import assert_opens_its_rows, figure_links
from tests.reports.random_register import fill_register

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 12, 31)


def lines(cut: str = "", step: str = "quarter", day: datetime.date = DAY) -> dict[str, Line]:
    return Cohorts(Project.objects.counted(), day, day, step).lines(cut)


def numbers(line: Line, months: int, measure: str = "started") -> tuple[int, int]:
    return line.windows[months].reached[measure], line.windows[months].of


def make_cohort() -> None:
    """Five projects of the first quarter of 2020; by hand: two started within six months, one in production."""
    common: dict[str, Any] = {"agreed": "1", "park": "shuangfu"}
    make_project("按期", signed="2020-01-10", reached={"started": "2020-07-10"}, **common)
    make_project("晚一天", signed="2020-01-10", reached={"started": "2020-07-11"}, **common)
    make_project("投产", signed="2020-03-31", reached={"production": "2020-09"}, arrivals={"2020-09": "1000"}, **common)
    make_project("日期不详", signed="2020-02", reached={"started": None}, **common)
    ended = make_project("终止", signed="2020-02-01", **common)
    Project.objects.filter(pk=ended.pk).update(condition="terminated")


def test_counted_by_hand(vocabulary: None) -> None:
    make_cohort()
    line = lines()["2020Q1"]
    assert (line.projects, line.terminated) == (5, 1)
    assert numbers(line, 6) == (2, 5)  # terminated ones stay below the line
    assert numbers(line, 6, "production") == (1, 5)
    assert numbers(line, 6, "paid") == (1, 5)
    assert line.undated["started"] == 1
    assert (line.windows[6].arrived, line.windows[6].agreed) == (1000, 50000)
    assert numbers(line, 12) == (0, 0)  # not over yet


def test_a_window_is_over_with_the_last_day_of_the_cohort() -> None:
    assert is_over("2020Q1", 6, datetime.date(2020, 9, 30))
    assert not is_over("2020Q1", 6, datetime.date(2020, 9, 29))
    assert is_over("2019-none", 6, datetime.date(2020, 6, 30))
    assert is_over("2020H1", 6, DAY)
    assert not is_over("none", 6, DAY)
    assert last_over("quarter", 6, DAY) == datetime.date(2020, 6, 30)
    assert last_over("year", 6, DAY) == datetime.date(2019, 12, 31)
    assert last_over("quarter", 6, datetime.date(2020, 12, 30)) == datetime.date(2020, 3, 31)


@pytest.mark.parametrize(
    ("signed", "step", "code"),
    [
        (20200630, "quarter", "2020Q2"),
        (20200799, "half", "2020H2"),
        (20209999, "quarter", "2020-none"),
        (20209999, "year", "2020"),
        (None, "quarter", "none"),
    ],
)
def test_cohort_of_a_signing(signed: int | None, step: str, code: str) -> None:
    assert cohort_of(signed, step) == code


def test_what_came_later_than_the_day_is_not_known_yet(vocabulary: None) -> None:
    make_project(agreed="1", signed="2020-01-10", reached={"started": "2020-06-30"})
    assert numbers(lines(day=datetime.date(2020, 9, 30))["2020Q1"], 6) == (1, 1)
    assert numbers(lines(day=datetime.date(2020, 9, 29))["2020Q1"], 6) == (0, 0)


def test_by_park_only_projects_whose_window_is_over(vocabulary: None) -> None:
    make_cohort()
    make_project("新签", agreed="1", signed="2020-11-01", park="shuangfu", reached={"started": "2020-11-20"})
    line = lines("park")["shuangfu"]
    assert line.projects == 6
    assert numbers(line, 6) == (2, 5)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "step=half",
        "step=year",
        "by=park",
        "by=cluster",
        "by=official",
        "by=park&year=2020",
        "park=shuangfu&year=2020",
        "by=park&park=luohuang-smart-home",
        "by=park&park=own%3Aluohuang",
        "by=park&park=luohuang-smart-home&park=shuangfu",
    ],
)
def test_every_figure_opens_its_rows(leader: Client, query: str) -> None:
    make_cohort()
    make_project("园中园", agreed="2", signed="2019-05", park="luohuang-smart-home", reached={"started": "2019-08-01"})
    make_project("只知年份", agreed="2", signed="2019", park="luohuang", cluster="equipment", official=("李勇", "区长"))
    make_project("未填日期", agreed="2", signed=None)
    links = figure_links(leader, f"/reports/cohorts/?as_of=2020-12-31&{query}")
    assert len(links) > 5
    for link in {link.href: link for link in links}.values():
        assert_opens_its_rows(leader, link)


class TestRegisterByChance:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def register(cls, class_data: None) -> None:
        fill_register(random.Random(9), 60)

    @pytest.mark.parametrize(
        "narrowed", ["", "&step=half", "&year=2019", "&condition=active&condition=stalled", "&cluster=equipment"]
    )
    def test_every_cut_adds_up_to_the_same_whole(self, leader: Client, narrowed: str) -> None:
        wholes = []
        for cut in ("", "park", "cluster", "official"):
            response = leader.get(f"/reports/cohorts/?as_of=2021-06-30&by={cut}{narrowed}")
            assert f"by={cut}" in response.content.decode() or not cut
            for grid in response.context["grids"]:
                *rows, total = grid.rows
                parts = [row for row in rows if not row.level]
                assert len(parts) > 1 or narrowed
                for place, column in enumerate(grid.columns):
                    if column.kind == "count":
                        assert sum(row.cells[place].value or 0 for row in parts) == total.cells[place].value, (
                            cut,
                            place,
                        )
            wholes.append([[cell.value for cell in grid.rows[-1].cells[1:]] for grid in response.context["grids"]])
        assert wholes[0][0][0]
        assert all(whole == wholes[0] for whole in wholes)


def test_parks_of_a_narrowed_table_stand_in_their_tree(leader: Client) -> None:
    make_project("园中园", agreed="2", signed="2019-05", park="luohuang-smart-home")
    make_project("园区", agreed="2", signed="2019-05", park="luohuang")
    found = {}
    for query in ("", "&park=luohuang-smart-home"):
        grid = leader.get(f"/reports/cohorts/?as_of=2020-12-31&by=park{query}").context["grids"][0]
        found[query] = [(row.level, row.cells[0].value, row.cells[1].value) for row in grid.rows]
    group, root, alone, inside = found[""][:4]
    assert [group[0], root[0], alone[0], inside[0]] == [0, 1, 2, 2]
    assert [group[2], root[2], alone[2], inside[2]] == [2, 2, 1, 1]
    assert found["&park=luohuang-smart-home"] == [(*group[:2], 1), (*root[:2], 1), inside, (0, found[""][-1][1], 1)]


def test_number_of_queries_does_not_grow(leader: Client, django_assert_max_num_queries: Any) -> None:
    make_cohort()
    leader.get("/reports/cohorts/")
    with django_assert_max_num_queries(40) as few:
        leader.get("/reports/cohorts/?as_of=2020-12-31")
    for __ in range(6):
        make_cohort_again()
    with django_assert_max_num_queries(len(few.captured_queries)):
        leader.get("/reports/cohorts/?as_of=2020-12-31")


def make_cohort_again() -> None:
    make_project(signed="2019-01-10", agreed="1", park="degan", reached={"started": "2019-07-10"})


def test_the_page_and_its_file_say_which_cohorts_a_table_by_park_is_made_of(leader: Client) -> None:
    make_cohort()
    page = leader.get("/reports/cohorts/?as_of=2020-12-31&by=park&step=half").content.decode()
    assert "同期组划分 半年" in page.partition("</h1>")[0]
    response = leader.get("/reports/cohorts/export.xlsx?as_of=2020-12-31&by=park&step=half")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[arg-type]
    about = [tuple(row[:2]) for row in book.worksheets[-1].iter_rows(values_only=True)]
    assert ("条件", "同期组划分 半年") in about


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_export_says_what_is_not_over_yet(leader: Client, ending: str) -> None:
    make_cohort()
    response = leader.get(f"/reports/cohorts/export.{ending}?as_of=2020-12-31")
    assert response.status_code == 200
    body = b"".join(response.streaming_content)  # type: ignore[arg-type]
    if ending == "csv":
        assert "未满" in body.decode()
        return
    sheets = openpyxl.load_workbook(io.BytesIO(body)).worksheets[:3]
    rows = [[row for row in sheet.iter_rows(values_only=True) if row[0] == "2020 年第 1 季度"] for sheet in sheets]
    assert [(found[1], found[3], found[4]) for (found,) in rows] == [(5, 5, 2), (5, 5, 1), (5, 5, 1)]
    assert all("未满" in found for (found,) in rows)
