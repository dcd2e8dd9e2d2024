"""Tables by chance: the parts add up to the whole, and every cell opens a list that says the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

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
        fill_register(random.Random(2021), 120)
        yield make_user("reader", "leader")
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


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
        for place, column in enumerate(grid.columns):
            code = column.key.rsplit(".", 1)[-1]
            if code in ADDS_UP:
                assert sum(row.cells[place].value for row in level_nought(grid)) == grid.rows[-1].cells[place].value, (
                    params,
                    column.key,
                )
        filled = [
            (row.cells[place], column, row)
            for row in grid.rows
            for place, column in enumerate(grid.columns)
            if row.cells[place].params and row.cells[place].value
        ]
        for cell, column, row in chance.sample(filled, min(8, len(filled))):
            assert_cell_opens(cell, column.key.rsplit(".", 1)[-1], row, grid, params)


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
    behind = listed(list(cell.params))[0]
    if code in ("projects", "unknown", "stalled", "terminated"):
        assert behind.projects == cell.value, (case, code, cell)
    elif code in FOOT:
        assert getattr(behind, FOOT[code]) == cell.value, (case, code, cell)
    elif code in RATES:
        block = [one for one in grid.columns if one.key.rsplit(".", 1)[-1] == "projects"]
        wholes = {row.cells[grid.columns.index(one)].value for one in block}
        assert cell.value in {ratio(behind.projects, whole) for whole in wholes if whole}, (case, code, cell)
