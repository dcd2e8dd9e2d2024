"""Headings, subtotals and totals: which data rows each of them speaks of."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import Decimal

from imports.grid import Cell, CellKind, Sheet
from imports.rowkinds import number_of, stated_count, sum_word
from imports.tables import Group, Skipped, SumRow, Table


@dataclass(slots=True)
class Line:
    """A row that is no plain data, with the kind that its own cells suggest."""

    row: int
    kind: str
    text: str


def settle(sheet: Sheet, table: Table, lines: list[Line], serial_column: int) -> None:
    """Decide what the lines are now that all data rows are known, and put them into the table.

    A text by itself is a heading only where data follow; numbers by themselves are a sum only where they are one:
    otherwise the row is data, which then lacks its name.
    """
    for line in lines:
        if line.kind == "numbers":
            line.kind = _kind_of_numbers(sheet, table, line, lines, serial_column)
    table.rows.extend(line.row for line in lines if line.kind == "data")
    table.rows.sort()
    last = table.rows[-1] if table.rows else 0
    for line in lines:
        if line.kind in ("heading", "sums"):
            line.kind = ("group" if line.kind == "heading" else "group_sums") if line.row < last else "note"
    lines[:] = [line for line in lines if line.kind != "data"]
    for position, line in enumerate(lines):
        _settle_line(sheet, table, lines, position, serial_column)
        reason = "group" if line.kind == "group_sums" else line.kind
        table.skipped.append(Skipped(line.row, reason, line.text))


def _settle_line(sheet: Sheet, table: Table, lines: list[Line], position: int, serial_column: int) -> None:
    line = lines[position]
    if line.kind in ("group", "group_sums"):
        rows = _rows_below(table, lines, position)
        count = stated_count(line.text)
        table.groups.append(Group(line.row, line.text, rows, count))
        if line.kind == "group_sums":
            cells = _numbers(sheet, line.row, serial_column)
            table.sums.append(SumRow(line.row, "group", line.text, rows, cells, count))
    elif line.kind in ("subtotal", "total"):
        words = [word for text in line.text.split("　") if (word := sum_word(text))]
        count = next((word[1] for word in words if word[1] is not None), stated_count(line.text))
        cells = _numbers(sheet, line.row, serial_column)
        table.sums.append(SumRow(line.row, line.kind, line.text, _summed(table, lines, position), cells, count))


def _level(line: Line) -> int:
    """1 for 一、 and plain headings, 2 for （一）."""
    return 2 if line.text[:1] in "(（" else 1


def _between(table: Table, after: int, before: int | None = None) -> tuple[int, ...]:
    """The data rows below row `after` and above row `before`."""
    start = bisect_right(table.rows, after)
    return tuple(table.rows[start : bisect_left(table.rows, before) if before else None])


def _rows_below(table: Table, lines: list[Line], position: int) -> tuple[int, ...]:
    line = lines[position]
    for later in lines[position + 1 :]:
        if later.kind in ("group", "group_sums") and _level(later) <= _level(line):
            return _between(table, line.row, later.row)
        if later.kind == "total":
            return _between(table, line.row, later.row)
    return _between(table, line.row)


def _summed(table: Table, lines: list[Line], position: int) -> tuple[int, ...]:
    """The rows that a subtotal or total sums.

    A subtotal: since the last one or heading; where there are none, since the heading of the first level; else, at
    the top, those below it. A total: all, unless it stands amid the data: then those since the sum before it.
    """
    line = lines[position]
    earlier = lines[:position]
    top = max(
        (other.row for other in earlier if other.kind in ("group", "group_sums") and _level(other) == 1), default=0
    )
    last = max(
        (other.row for other in earlier if other.kind in ("group", "group_sums", "subtotal", "total")), default=0
    )
    if line.kind == "total":
        total = max((other.row for other in earlier if other.kind == "total"), default=0)
        amid = _between(table, total, line.row) and _between(table, line.row)
        return _between(table, total, line.row) if amid else tuple(table.rows)
    rows = _between(table, last, line.row) or _between(table, top, line.row)
    if rows:
        return rows
    following = (other.row for other in lines[position + 1 :] if other.kind in ("group", "subtotal", "total"))
    return _between(table, line.row, next(following, None))


def _numbers(sheet: Sheet, row: int, serial_column: int) -> dict[int, Decimal]:
    return {
        column: number
        for column, raw in enumerate(sheet.rows[row - 1], start=1)
        if column != serial_column and (number := number_of(raw)) is not None
    }


def _kind_of_numbers(sheet: Sheet, table: Table, line: Line, lines: list[Line], serial_column: int) -> str:
    """total, subtotal or data for a row that holds nothing but numbers."""
    numbers = _numbers(sheet, line.row, serial_column)
    above = [row for row in table.rows if row < line.row]
    if not numbers:
        cells = sheet.rows[line.row - 1]
        formulas = any(isinstance(raw, Cell) and raw.kind is CellKind.UNCALCULATED for raw in cells)
        return "total" if formulas and above and above[-1] == table.rows[-1] else "data"
    boundaries = [
        other.row for other in lines if other.row < line.row and other.kind in ("heading", "sums", "subtotal")
    ]
    since = [row for row in above if row > max(boundaries, default=0)]
    if _adds_up(sheet, above, numbers) or _adds_up(sheet, table.rows, numbers):
        return "total"
    return "subtotal" if _adds_up(sheet, since, numbers) else "data"


def _adds_up(sheet: Sheet, rows: list[int], numbers: dict[int, Decimal]) -> bool:
    if len(rows) < 2:
        return False
    for column, number in numbers.items():
        found = [value for row in rows if (value := number_of(sheet.cell(row, column))) is not None]
        if not found or sum(found) != number:
            return False
    return True
