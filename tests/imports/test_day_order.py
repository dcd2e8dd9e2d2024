"""Days of a ledger that lie in the wrong order: told, never refused, also beside what the register holds."""

from pathlib import Path
from typing import Any

import pytest

from jiangjin.lib.dates import PartialDay
from projects.models import Milestone
from tests.builders import make_project
from tests.imports.books import ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "计划开工时间", "计划投产时间")


def told(path: Path, *row: Any) -> list[str]:
    __, answer = run(ledger(path, row, header=HEADER))
    assert answer["committed"], answer["errors"]
    return [one["message"] for one in answer["warnings"] if one["code"] == "date_order"]


def test_two_days_of_one_row(tmp_path: Path) -> None:
    (words,) = told(tmp_path / "a.xlsx", "P-1", "甲", "2024", "2023-05")
    assert "2024" in words
    assert "2023-05" in words
    assert told(tmp_path / "b.xlsx", "P-2", "乙", "2023", "2023-05") == []  # a year may mean any of its days


def test_a_day_beside_one_of_the_register(tmp_path: Path) -> None:
    make_project(code="P-1", name="甲", planned={"started": "2024"})
    (words,) = told(tmp_path / "a.xlsx", "P-1", "甲", None, "2023-05")
    assert "2024" in words
    assert Milestone.objects.get(kind="production").planned_on == PartialDay(2023, 5)
    # What the row does not change is not told again; neither is what it mends.
    assert told(tmp_path / "b.xlsx", "P-1", "甲", None, "2023-05") == []
    assert told(tmp_path / "c.xlsx", "P-1", "甲", "2023-01", None) == []
