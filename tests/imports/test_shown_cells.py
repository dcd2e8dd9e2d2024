"""Cells whose number format says what is meant: days at the edge of the register's years."""

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from projects.models import Project
from tests.imports.books import codes, run, write_xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def formatted(path: Path, header: str, *cells: tuple[Any, str]) -> Path:
    """A ledger with one more column, whose cells have these values and number formats."""
    rows = [["序号", "项目名称", header], *([n, f"项目{n}", value] for n, (value, __) in enumerate(cells, 1))]
    book = openpyxl.load_workbook(write_xlsx(path, rows))
    for row, (__, code) in enumerate(cells, 2):
        book.active.cell(row, 3).number_format = code
    book.save(path)
    return path


@pytest.mark.parametrize("day", ["1978-01-01", "1985-01-01", "2061-05-06", "2100-12-31"])
def test_a_date_cell_and_a_typed_date_take_the_same_years(tmp_path, day):
    cells = [(datetime.date.fromisoformat(day), "yyyy-mm-dd"), (day, "@")]
    status, answer = run(formatted(tmp_path / "a.xlsx", "计划开工时间", *cells))
    assert (status, answer["create"], answer["errors"]) == (0, 2, [])
    found = {str(m.planned_on) for project in Project.objects.all() for m in project.milestones.all()}
    assert found == {day}


@pytest.mark.parametrize("day", ["1977-12-31", "1900-03-01", "2101-01-01"])
def test_a_date_cell_and_a_typed_date_outside_those_years_are_refused_alike(tmp_path, day):
    cells = [(datetime.date.fromisoformat(day), "yyyy-mm-dd"), (day, "@")]
    status, answer = run(formatted(tmp_path / "a.xlsx", "签约时间", *cells), "--dry-run")
    assert (status, codes(answer)) == (1, [(2, "C", "year_out_of_range"), (3, "C", "year_out_of_range")])
    assert answer["errors"][0]["message"] == answer["errors"][1]["message"]
    assert answer["errors"][0]["value"] == day


def test_a_number_in_the_dress_of_a_day_is_no_amount_and_no_broken_formula(tmp_path):
    path = formatted(tmp_path / "a.xlsx", "协议投资额（亿元）", (30, "yyyy-mm-dd"), (1200, "yyyy-mm-dd"))
    status, answer = run(path, "--dry-run")
    assert (status, codes(answer)) == (1, [(2, "C", "number_as_day"), (3, "C", "number_as_day")])
    assert "1900-01-30" in answer["errors"][0]["message"]
