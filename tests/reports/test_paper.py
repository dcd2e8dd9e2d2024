"""Report tables as they are printed: no column is cut, the head stands above its table, one size of paper a table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from reports.grid import Cell, Column, Grid, Row
from tests.builders import PASSWORD, make_project, make_user

A4, A3 = (842, 595), (1191, 842)  # points, landscape


def wide_grid(groups: int, each: int) -> Grid:
    columns = [
        Column("园区"),
        *(Column(f"{group}.{one}", "count", str(group)) for group in range(groups) for one in range(each)),
    ]
    return Grid("表", columns, [Row([Cell(column.label) for column in columns], "total")], ["注"], "t")


@pytest.mark.parametrize(("groups", "each", "most"), [(14, 4, 36), (2, 30, 22), (57, 1, 36), (1, 50, 36)])
def test_a_table_wider_than_paper_is_printed_in_parts(groups: int, each: int, most: int) -> None:
    grid = wide_grid(groups, each)
    parts = grid.sheets(most)
    assert all(len(part.columns) <= most for part in parts)
    assert [part.columns[0].label for part in parts] == ["园区"] * len(parts)
    assert [column for part in parts for column in part.columns[1:]] == grid.columns[1:]
    assert [[cell.value for cell in part.rows[0].cells] for part in parts] == [
        [column.label for column in part.columns] for part in parts
    ]
    assert [part.notes for part in parts] == [[]] * (len(parts) - 1) + [["注"]]
    assert len({part.code for part in parts}) == len(parts) > 1
    if each < most:
        seen = [group for part in parts for group in dict.fromkeys(column.group for column in part.columns[1:])]
        assert len(seen) == groups  # none stands on two sheets


def test_columns_without_a_group_are_printed_too() -> None:
    grid = wide_grid(3, 10)
    grid.columns[1:3] = [Column("项目", "count"), Column("终止", "count")]
    assert [column for part in grid.sheets(22) for column in part.columns[1:]] == grid.columns[1:]
    grid.columns[1:] = [replace(column, group="") for column in grid.columns[1:]]
    assert [column for part in grid.sheets(22) for column in part.columns[1:]] == grid.columns[1:]


def test_a_table_that_fits_is_printed_whole() -> None:
    grid = wide_grid(5, 4)
    assert grid.sheets(22) == [grid]


def sheets_of(page: Page, url: str) -> list[tuple[int, int]]:
    """The sizes of the printed sheets, in points."""
    page.goto(url)
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
    return [(round(float(width)), round(float(height))) for width, height in found]


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_pages_of_reports_on_paper(page: Page, live_server, vocabulary: None) -> None:
    make_user("leader", "leader")
    for month in range(1, 13):
        make_project(
            agreed="1234.56", signed=f"2020-{month:02d}-10", arrivals={"2020-12": "123456"}, lead_unit="招商局"
        )
    page.goto(f"{live_server.url}/reports/")
    page.fill("[name=username]", "leader")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    reports, day = f"{live_server.url}/reports", "as_of=2020-12-31"
    assert set(sheets_of(page, f"{reports}/monthly/key/?month=2020-12")) == {A3}
    assert sheets_of(page, f"{reports}/monthly/sizes/?month=2020-12") == [A4]
    figures = "measures=projects,agreed,arrived,arrival_rate"
    assert sheets_of(page, f"{reports}/statistics/?rows=cluster&cols=month&year=2020&{figures}&{day}") == [A3, A3]
    assert sheets_of(page, f"{reports}/statistics/?rows=cluster&cols=none&year=2020&{figures}&{day}") == [A4]
    # The head of a long table does not stand on a sheet of its own.
    assert sheets_of(page, f"{reports}/reconciliation/?{day}") == [A4, A4, A4]
