"""An import asks the database as often for many rows as for few: first, again, and with other amounts."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports import arrivals as arrivals_plan
from imports import investorbook, known, people
from tests.imports.books import ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
PROJECTS = (
    *("项目编号", "项目名称", "投资方", "落户园区", "协议投资额（亿元）", "其中：新增（亿元）", "签约时间"),
    *("计划开工时间", "挂帅领导", "进展情况", "项目阶段"),
)
ARRIVALS = ("项目编号", "项目名称", "2020年1月到位资金（万元）", "2020年2月到位资金（万元）")
FEW = 20  # keys that are asked for by name, for this test; beyond it the whole register is read


def projects(count: int, amount: int) -> list[list[Any]]:
    return [
        [
            *(f"P-{count}-{n}", f"{count}号材料{n}", f"{count}材料公司{n}", "双福", amount, 1, "2019-06-30"),
            *("2019-08", f"毛平{count}{n % 2}", f"已投资{amount}亿元", "已签约"),
        ]
        for n in range(count)
    ]


def arrivals(count: int, amount: int) -> list[list[Any]]:
    return [[f"P-{count}-{n}", f"{count}号材料{n}", amount, 30] for n in range(count)]


def queries(path: Path, action: str, count: int) -> int:
    """How many queries an import makes all of whose rows do the same."""
    with CaptureQueriesContext(connection) as captured:
        status, answer = run(path)
    assert (status, answer[action]) == (0, count), answer["errors"][:3]
    return len(captured)


def of_all_imports(folder: Path, count: int) -> dict[str, int]:
    """Projects and their arrivals: first, again, and with other amounts."""
    counts = {}
    for kind, rows, header in (("projects", projects, PROJECTS), ("arrivals", arrivals, ARRIVALS)):
        for action, amount in (("create", 5), ("unchanged", 5), ("update", 6)):
            path = ledger(folder / f"{kind}-{count}-{action}.xlsx", *rows(count, amount), header=header)
            counts[f"{kind} {action}"] = queries(path, action, count)
    return counts


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (arrivals_plan, investorbook, known, people):
        monkeypatch.setattr(module, "FEW", FEW)
    few = of_all_imports(tmp_path, 3)
    some = of_all_imports(tmp_path, 25)
    assert of_all_imports(tmp_path, 70) == some
    assert max(*few.values(), *some.values()) <= 50
