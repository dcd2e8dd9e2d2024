"""A table of figures as a file: typed cells, its rules and filters on a sheet of their own."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from jiangjin.lib.money import YI
from jiangjin.lib.sheetout import OutColumn, OutSheet
from projects import exports
from projects.lights import CHOICES
from reports.grid import OUT_KINDS, Cell, Column, Grid, Row

INSIDE = "　"  # before the name of what lies inside the row above


def sheet_of(grid: Grid) -> OutSheet:
    """The table as a sheet; a total at its end becomes the sheet's own."""
    rows = list(grid.rows)
    total = rows.pop() if rows and rows[-1].role == "total" else None
    columns = [
        OutColumn(column.key or str(place), column.label, OUT_KINDS.get(column.kind, "text"), column.width)
        for place, column in enumerate(grid.columns)
    ]
    return OutSheet(
        str(grid.title),
        columns,
        [_values(grid.columns, row) for row in rows],
        _values(grid.columns, total) if total else None,
        grid.groups,
        frozen=1,
        wide=grid.wide,
    )


def _values(columns: Sequence[Column], row: Row) -> list[Any]:
    values = [_value(column, cell) for column, cell in zip(columns, row.cells, strict=True)]
    if row.level and isinstance(values[0], str):
        values[0] = INSIDE * row.level + values[0]
    return values


def _value(column: Column, cell: Cell) -> Any:
    if cell.value is None or cell.value == "":
        return None
    if column.kind == "light":
        return str(dict(CHOICES).get(cell.value, cell.value))
    if isinstance(cell.value, Decimal) and column.kind in ("mixed", "signed_mixed"):
        return cell.value / YI
    if column.kind == "points" and not isinstance(cell.value, str):
        return (Decimal(cell.value) * 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)  # as the rates in files
    return cell.value if column.kind in OUT_KINDS else str(cell.value)


def _notes(grid: Grid, of: int) -> list[str]:
    """Its counting rules; with its name where the file holds several tables."""
    return [f"{grid.title}：{note}" if of > 1 else note for note in grid.notes]


def send_grids(
    request: HttpRequest,
    ending: str,
    title: object,
    grids: Sequence[Grid],
    *,
    conditions: exports.Chosen,
    day: datetime.date,
    rules: Sequence[str] = (),
    more: Sequence[OutSheet] = (),
) -> HttpResponseBase:
    """The tables as one file, a sheet each (.csv takes the first); asks for the right and writes the export down.

    `rules` are said before those of the tables, `more` sheets stand behind them.
    """
    exports.require_ending(ending)
    notes = list(dict.fromkeys(note for grid in grids for note in _notes(grid, len(grids))))
    about = exports.about_of(request, title, conditions, day, [*rules, *notes, *exports.usual_rules()])
    sheets = [*(sheet_of(grid) for grid in grids), *more]
    rows = len(list(sheets[0].rows))
    return exports.send(request, ending, exports.Outgoing(str(title), sheets, rows, about, conditions))
