"""The first rows of a sheet as they stand, for the mapping page: title, unit line, merged header, some data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from imports.grid import Sheet, Span
from imports.plan import shown
from imports.said import skipped_word
from imports.tables import Table

ABOVE = 6  # rows above the header
FIRST = 5  # data rows right below it
MORE = 6  # rows further down that show something: an unknown word, a subtotal
LONGEST = 60
DITTO = "〃"


@dataclass(slots=True)
class ShownCell:
    text: str
    columns: int = 1  # how many columns and rows it covers
    rows: int = 1
    unknown: bool = False  # a word that stands in no list
    number: bool = False


@dataclass(slots=True)
class ShownLine:
    """A row of the sheet; `gap` where it stands for rows that are left out ("8–10")."""

    number: int = 0
    kind: str = ""  # header, or why it is no data; empty for data
    cells: list[ShownCell] = field(default_factory=list)
    gap: str = ""

    @property
    def word(self) -> str:
        return skipped_word(self.kind) if self.kind else ""


def first_rows(sheet: Sheet, table: Table, unknown: Iterable[tuple[int, int]], fills: set[int]) -> list[ShownLine]:
    """The lines to show. `unknown`: (row, column) of words in no list; `fills`: columns that are filled downwards."""
    marked = frozenset(unknown)
    head = [
        row
        for row in range(max(1, table.header_rows[0] - ABOVE), table.header_rows[-1] + 1)
        if _says(sheet, table, row)
    ]
    kinds = {skip.row: skip.reason for skip in table.skipped} | dict.fromkeys(table.header_rows, "header")
    lines = [ShownLine(row, kinds.get(row, ""), cells) for row, cells in _with_merges(sheet, table, head)]
    body = _body_rows(table, marked)
    lines += [ShownLine(row, kinds.get(row, ""), _data_cells(sheet, table, row, marked, fills)) for row in body]
    return _with_gaps(lines)


def _says(sheet: Sheet, table: Table, row: int) -> bool:
    cells = sheet.rows[row - 1] if row <= len(sheet.rows) else []
    return row in table.header_rows or any(cell is not None and cell != "" for cell in cells)


def _body_rows(table: Table, marked: frozenset[tuple[int, int]]) -> list[int]:
    """The first data rows, the first rows with an unknown word, the first subtotal and what follows it."""
    rows = set(table.rows[:FIRST])
    rows.update(sorted({row for row, __ in marked})[:MORE])
    if table.sums:
        first = table.sums[0].row
        rows.update({first, *[row for row in table.rows if row > first][:1]})
    return sorted(rows)


def _with_merges(sheet: Sheet, table: Table, rows: list[int]) -> Iterable[tuple[int, list[ShownCell]]]:
    """Cells of the rows above the data, each merge as one cell."""
    numbers = [column.number for column in table.columns]
    spans = [span for span in sheet.merged if rows and span.top <= rows[-1] and span.bottom >= rows[0]]
    for row in rows:
        cells = []
        for number in numbers:
            span = next((s for s in spans if s.top <= row <= s.bottom and s.left <= number <= s.right), None)
            if span is None:
                cells.append(_cell(sheet, row, number))
            elif (made := _merged(sheet, span, row, number, rows, numbers)) is not None:
                cells.append(made)
        yield row, cells


def _merged(sheet: Sheet, span: Span, row: int, number: int, rows: list[int], numbers: list[int]) -> ShownCell | None:
    """The cell of a merge at its first place that is shown; None at the others."""
    high = [r for r in rows if span.top <= r <= span.bottom]
    wide = [n for n in numbers if span.left <= n <= span.right]
    if row != high[0] or number != wide[0]:
        return None
    cell = _cell(sheet, span.top, span.left)
    cell.rows, cell.columns = len(high), len(wide)
    return cell


def _cell(sheet: Sheet, row: int, number: int) -> ShownCell:
    cell = sheet.cell(row, number)
    return ShownCell(shown(cell)[:LONGEST], number=cell.kind == "number")


def _data_cells(
    sheet: Sheet, table: Table, row: int, marked: frozenset[tuple[int, int]], fills: set[int]
) -> list[ShownCell]:
    cells = []
    data = row in table.rows
    for column in table.columns:
        cell = _cell(sheet, row, column.number)
        cell.unknown = (row, column.number) in marked
        if not cell.text and data and ((row, column.number) in table.filled or column.number in fills):
            cell.text = DITTO
        cells.append(cell)
    return cells


def _with_gaps(lines: list[ShownLine]) -> list[ShownLine]:
    told = lines[:1]
    for before, line in pairwise(lines):
        missing = line.number - before.number - 1
        if missing:
            first, last = before.number + 1, line.number - 1
            told.append(ShownLine(gap=str(first) if missing == 1 else f"{first}–{last}"))
        told.append(line)
    return told
