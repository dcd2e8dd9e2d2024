"""Rows of a table that have to stand by themselves: what they took from a merge or from a row above becomes their own.

But a merged amount belongs to its rows together, so it stays merged: repeated in every row it would be added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from imports.fields import ALL_FIELDS
from imports.grid import Cell, CellValue, Sheet, Span
from imports.reread import Done
from imports.rowkinds import is_filled
from imports.understanding import Understood


@dataclass(slots=True)
class OwnRow:
    """A row with all that it says, and the merges of amounts that begin in it, at its new place.

    `covered`: columns under a merge that begins above.
    """

    done: Done
    raws: list[CellValue | Cell]
    merges: list[Span] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)


def own_rows(sheet: Sheet, part: Understood, rows: list[Done], at: int) -> list[OwnRow]:
    """Rows of a table, in order, as they are written one below the other from row `at` on."""
    made = {done.row: OwnRow(done, list(sheet.rows[done.row - 1])) for done in rows if done.row <= len(sheet.rows)}
    amounts = {
        column.number
        for column in part.proposal.mapped
        if ALL_FIELDS[column.field or ""].kind == "money" and column.treatment != "derived"
    }
    shared: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (row, column), origin in part.table.filled.items():
        if row not in made:
            continue
        if column in amounts:
            shared[origin, column].append(row)
        else:
            put(made[row].raws, column, sheet.rows[origin - 1][column - 1])
    for row, column, raw in _filled_down(sheet, part):
        if row in made:
            put(made[row].raws, column, raw)
    places = {row: at + number for number, row in enumerate(made)}
    for (origin, column), covered in shared.items():
        first, *others = sorted({*covered, *({origin} & made.keys())})
        put(made[first].raws, column, sheet.rows[origin - 1][column - 1])
        if others and places[others[-1]] - places[first] == len(others):
            made[first].merges.append(Span(places[first], column, places[others[-1]], column))
            for row in others:
                made[row].covered.add(column)
    return list(made.values())


def _filled_down(sheet: Sheet, part: Understood) -> Iterator[tuple[int, int, CellValue | Cell]]:
    """(row, column, what stands above) for empty cells of the columns that a person fills downwards."""
    columns = [column.number for column in part.proposal.mapped if column.number in part.proposal.fill_down]
    for column in columns:
        above: CellValue | Cell = None
        for row in part.table.rows:
            cells = sheet.rows[row - 1]
            raw = cells[column - 1] if column <= len(cells) else None
            if raw is None or raw == "":
                if above is not None and (row, column) not in part.table.filled:
                    yield row, column, above
            elif is_filled(raw):
                above = raw


def put(cells: list[Any], column: int, value: Any) -> None:
    """Set the cell of a 1-based column, however short the row is."""
    cells.extend([None] * (column - len(cells)))
    cells[column - 1] = value
