"""What the child sends: sheets of builtin values only, because marshal carries nothing else and nothing else is safe.

A cell is None, str, bool, int, float, or a tuple (mark, payload, number format) for what is none of these. Whatever the
child begins with is a plain class: to import `dataclasses` took a quarter of the time of its start.
"""

import re
from collections.abc import Callable

from imports.reading.errors import ReadError
from imports.reading.limits import MAX_CELLS, MAX_SPANS, Limits

DATE = "d"  # payload (year, month, day) or (year, month, day, hour, minute, second)
TIME = "t"  # payload (hour, minute, second)
ERROR = "e"  # payload: the error's text
UNCALCULATED = "u"  # payload None
NUMBER = "n"  # payload int or float, beside a number format that matters

RawCell = None | str | bool | int | float | tuple
Note = tuple[str, dict[str, object]]
Area = tuple[int, int, int, int]  # top, left, bottom, right; 1-based, included
FORMULA_WITHOUT_VALUE = (UNCALCULATED, None, "")
BAD = re.compile("[\0\ud800-\udfff]")  # NUL and halves of a surrogate pair: no database takes them
BAD_CHARACTER = "␀"


class RawSheet:
    """One sheet; `rows[i][j]` stands in row i+1, column j+1."""

    def __init__(self, name: str, hidden: bool = False, rows: list[list[RawCell]] | None = None) -> None:
        self.name = name
        self.hidden = hidden
        self.rows: list[list[RawCell]] = [] if rows is None else rows
        self.merged: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: list[tuple[int, int]] = []  # first, last
        self.notes: list[Note] = []
        self.struck_rows: set[int] = set()
        self.comments: dict[tuple[int, int], str] = {}  # (row, column) → what it says
        # Rows that are on their way already; None: one of them changed, so all of them go once more.
        self.sent: int | None = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawSheet) and vars(self) == vars(other)

    def note(self, code: str, **params: object) -> None:
        self.notes.append((code, params))

    def tidy(self) -> None:
        """Cut what lies beyond the last value (formats, hidden tails, merges) and turn findings into notes."""
        while self.rows and not any(value is not None for value in self.rows[-1]):
            self.rows.pop()
        height, width = len(self.rows), max((len(row) for row in self.rows), default=0)
        self.hidden_rows = {row for row in self.hidden_rows if row <= height}
        columns = {c for first, last in self.hidden_columns for c in range(first, min(last, width) + 1)}
        self.hidden_columns = [(column, column) for column in sorted(columns)]
        areas = ((top, left, min(bottom, height), min(right, width)) for top, left, bottom, right in self.merged)
        self.merged = [a for a in areas if a[0] <= a[2] and a[1] <= a[3] and (a[0], a[1]) != (a[2], a[3])]
        for code, rows in (("hidden_rows", self.hidden_rows), ("struck_rows", self.struck_rows)):
            if rows:
                self.note(code, count=len(rows), rows=brief(sorted(rows)))
        if columns:
            self.note("hidden_columns", count=len(columns), columns=brief(sorted(columns), letter))


class Budget:
    """Counts what was kept over all sheets and refuses a file that is more than we take."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cells = 0

    def row(self, row: int) -> None:
        if row > self.limits.max_rows:
            raise ReadError("too_many_rows", limit=self.limits.max_rows)

    def column(self, column: int) -> None:
        if column > self.limits.max_columns:
            raise ReadError("too_many_columns", limit=self.limits.max_columns)

    def add(self, cells: int) -> None:
        self.cells += cells
        if self.cells > MAX_CELLS:
            raise ReadError("too_many_cells", limit=MAX_CELLS)

    def spans(self, count: int) -> None:
        if count > MAX_SPANS:
            raise ReadError("bomb")

    def text(self, text: str) -> None:
        if len(text) > self.limits.max_cell_chars:
            raise ReadError("cell_too_long", limit=self.limits.max_cell_chars)


def put(rows: list[list[RawCell]], row: int, column: int, value: RawCell) -> None:
    """Set a cell at a 1-based place, growing the grid no further than that; two values in one place are a fault."""
    while len(rows) < row:
        rows.append([])
    cells = rows[row - 1]
    if len(cells) < column - 1:
        cells.extend([None] * (column - 1 - len(cells)))
    if len(cells) == column - 1:
        cells.append(value)
    elif cells[column - 1] is None:
        cells[column - 1] = value
    else:
        raise ReadError("damaged", detail=f"two values at {letter(column)}{row}")


def text_cell(text: str) -> RawCell:
    """A text as a cell: None where it is empty, an error where it holds what no database takes."""
    if not text:
        return None
    return (ERROR, BAD.sub(BAD_CHARACTER, text), "") if BAD.search(text) else text


def letter(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def brief(numbers: list[int], show: Callable[[int], str] = str, most: int = 8) -> str:
    """5-9, 12, …: a list of numbers short enough for a sentence."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    shown = [show(first) if first == last else f"{show(first)}-{show(last)}" for first, last in runs[:most]]
    return ", ".join(shown) + (" …" if len(runs) > most else "")
