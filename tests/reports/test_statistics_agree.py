"""Tables by chance: the parts add up to the whole, and every cell opens a list that says the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from projects import columns, columnsums
from projects.models import Project
from reports.dimensions import DIMENSIONS
from reports.grid import Grid, Row
from reports.measures import ratio
from reports.statasked import stat_asked
from reports.statmeasures import MEASURES
from reports.stattable import TooManyColumns, table_of
from tests.builders import make_user
from tests.reports.random_register import fill_register
from tests.reports.test_figures_agree import listed, some_day, some_filters

pytestmark = pytest.mark.django_db
CASES = 40
ADDS_UP = ("projects", "agreed", "arrived", "arrived_to_date", "unknown", "terminated")
FLOWS = ("projects", "agreed", "arrived")
# What the footer of the list behind a measure says of it.
FOOT = {"agreed": "agreed", "arrived": "arrived", "arrived_to_date": "arrived"}
PROMISED: dict[str, list[Any]] = {
    "expected_output": [0, Decimal("1234.5678")],
    "expected_tax": [Decimal("0.01"), Decimal(500)],
    "expected_jobs": [0, 35, 1200],
    "land_area": [0, Decimal("0.1"), Decimal("120.123456")],
}
# Sums of what projects know: the list behind them shows the column, and says its sum.
COLUMNS = {"output": "expected_output", "tax": "expected_tax", "jobs": "expected_jobs", "land": "land_area"}
# Numerators of rates, counted by the list behind them.
RATES = ("start_rate", "production_rate", "full_rate", "registration_rate", "landing_rate", "performance_rate")


@pytest.fixture(scope="module")
def somebody(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A leader in a register by chance, taken away at the end of the module."""
    from django.db import transaction

    from reports.vocabulary import load_vocabulary

    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        load_vocabulary()
        chance = random.Random(2021)
        fill_register(chance, 120)
        fill_plans(chance)
        yield make_user("reader", "leader")
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def fill_plans(chance: random.Random) -> None:
    """What projects promise, known of some: 0, fractions, or nothing; for one source of nobody."""
    for project in Project.objects.exclude(source="外出招商"):
        for column, values in PROMISED.items():
            setattr(project, column, chance.choice([None, None, *values]))
        project.save_base(raw=True)
    Project.objects.filter(source="外出招商").update(**dict.fromkeys(PROMISED))


def table(user: Any, **params: Any) -> Grid:
    asked = stat_asked(QueryDict(urlencode(params, doseq=True)), user)
    assert not asked.faults
    return table_of(asked)


def level_nought(grid: Grid) -> list[Row]:
    """Rows that add up to the total: the first level without subtotals of rows that stand there themselves."""
    return [
        row
        for place, row in enumerate(grid.rows[:-1])
        if row.level == 0 and (row.role != "subtotal" or grid.rows[place + 1].level == 1)
    ]


def test_parts_add_up_and_open_their_rows(somebody: Any) -> None:
    chance = random.Random(11)
    for __ in range(CASES):
        rows, cols = chance.sample(list(DIMENSIONS), 2)
        params: dict[str, Any] = {"rows": rows, "cols": chance.choice([cols, "none", "year"]), "year": 2020}
        for name, value in some_filters(chance):
            params.setdefault(name, []).append(value)
        if day := some_day(chance):
            params["as_of"] = day.isoformat()
        params["period"] = chance.choice(["", "2020Q3", "2020-08", "all"])
        params["terminated"] = chance.choice(["1", "1", "0"])
        params["measures"] = list(MEASURES)
        params["compare"] = ""
        try:
            grid = table(somebody, **params)
        except TooManyColumns:
            continue
        assert_adds_up(grid, params)
        filled = [
            (row.cells[place], column, row)
            for row in grid.rows
            for place, column in enumerate(grid.columns)
            if row.cells[place].params and row.cells[place].value
        ]
        for cell, column, row in chance.sample(filled, min(8, len(filled))):
            assert_cell_opens(cell, column.key.rsplit(".", 1)[-1], row, grid, params)


def assert_adds_up(grid: Grid, case: Any) -> None:
    """The rows come to the total; what no row knows is unknown of all, and not 0."""
    for place, column in enumerate(grid.columns):
        code = column.key.rsplit(".", 1)[-1]
        if code in ADDS_UP or code in COLUMNS:
            parts = [row.cells[place].value for row in level_nought(grid)]
            known, total = [value for value in parts if value is not None], grid.rows[-1].cells[place].value
            assert sum(known) == (total or 0), (case, column.key)
            assert code in COLUMNS or len(known) == len(parts), (case, column.key)
            assert total is not None or not any(known), (case, column.key)


def test_what_is_compared_opens_its_rows(somebody: Any) -> None:
    """Whatever is compared: the list of now, or of the time before where now holds nothing."""
    chance = random.Random(12)
    opened = 0
    for __ in range(CASES):
        rows = chance.choice(["month", "quarter", "year", *DIMENSIONS])
        params: dict[str, Any] = {"rows": rows, "cols": "none", "year": 2020, "measures": list(FLOWS)}
        params["compare"] = chance.choice(["yoy", "prior"]) if DIMENSIONS[rows].is_time else "yoy"
        for name, value in some_filters(chance):
            params.setdefault(name, []).append(value)
        if day := some_day(chance):
            params["as_of"] = day.isoformat()
        grid = table(somebody, **params)
        place = {column.key: number for number, column in enumerate(grid.columns)}
        filled = [(row, name) for row in grid.rows for name in FLOWS if row.cells[place[f"vs0.{name}-change"]].url]
        for row, name in chance.sample(filled, min(6, len(filled))):
            now, change = row.cells[place[name]].value, row.cells[place[f"vs0.{name}-change"]]
            behind = listed(parse_qsl(urlsplit(change.url).query))[0]
            assert getattr(behind, name) == (now or -change.value), (params, name, change)
            opened += 1
    assert opened > CASES


def assert_cell_opens(cell: Any, code: str, row: Row, grid: Grid, case: Any) -> None:
    behind, filters = listed(list(cell.params))
    if code in ("projects", "unknown", "stalled", "terminated"):
        assert behind.projects == cell.value, (case, code, cell)
    elif code in COLUMNS:
        shown = columns.chosen(filters.data)
        sums = {one.column.key: one.value for one in columnsums.sums_of(filters.qs, shown, filters.asked)}
        assert sums == {COLUMNS[code]: cell.value}, (case, code, cell)
    elif code in FOOT:
        assert getattr(behind, FOOT[code]) == cell.value, (case, code, cell)
    elif code in RATES:
        block = [one for one in grid.columns if one.key.rsplit(".", 1)[-1] == "projects"]
        wholes = {row.cells[grid.columns.index(one)].value for one in block}
        assert cell.value in {ratio(behind.projects, whole) for whole in wholes if whole}, (case, code, cell)
