"""What the reader hands on: a workbook as sheets of typed cells, each at its own row and column number.

Plain data without Django, so that the child process which parses a file can make it cheaply and pickle it.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

CellValue = None | str | Decimal | datetime.date | datetime.datetime | datetime.time | bool


class CellKind(StrEnum):
    """What a cell is in the file, before anybody interprets it."""

    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"  # a finite Decimal of at most 15 significant digits
    DATE = "date"  # a true date cell; `value` is a date, or a datetime where the clock time is not midnight
    BOOL = "bool"
    ERROR = "error"  # #REF! and its kin; `value` is the error's text
    UNCALCULATED = "uncalculated"  # a formula without a stored value; `value` is None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `number_format` is the Excel format code where it matters: it hides a day, or shows a percentage."""

    kind: CellKind
    value: CellValue = None
    number_format: str = ""


EMPTY = Cell(CellKind.EMPTY)


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range; bounds are 1-based and included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """A sheet as it stands. `rows[i]` is sheet row i+1 and `rows[i][j]` is column j+1; short rows are allowed.

    Plain str, Decimal, date, bool and None stand for the Cell of that kind, so that a hundred thousand clean rows
    cost no object a cell; only cells with something to say (errors, formats) are Cell instances. Use `cell()`.
    """

    name: str
    rows: list[list[CellValue | Cell]]
    merged: list[Span] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    notes: list[tuple[str, str]] = field(default_factory=list)  # (code, sentence) of what a user must be told
    comments: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column) → 批注; never a value
    is_text: bool = False  # of a text file: where cells end is only a matter of its delimiters
    epoch_1904: bool = False  # a plain number that means a day counts from 1904; true date cells are resolved already

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a 1-based row and column; EMPTY beyond the edges."""
        if not (1 <= row <= len(self.rows)) or not (1 <= column <= len(self.rows[row - 1])):
            return EMPTY
        return as_cell(self.rows[row - 1][column - 1])


@dataclass(slots=True)
class Workbook:
    """A whole file. `format` is what the content is (xlsx, xls, xlsb, ods, html, text), whatever the name says."""

    format: str
    sheets: list[Sheet]
    encoding: str = ""  # of a text file
    notes: list[tuple[str, str]] = field(default_factory=list)
    epoch_1904: bool = False  # its sheets say so too


def as_cell(raw: CellValue | Cell) -> Cell:
    """The Cell that a raw grid value stands for."""
    if isinstance(raw, Cell):
        return raw
    if raw is None or raw == "":
        return EMPTY
    if isinstance(raw, bool):
        return Cell(CellKind.BOOL, raw)
    if isinstance(raw, Decimal):
        return Cell(CellKind.NUMBER, raw)
    if isinstance(raw, datetime.date):
        return Cell(CellKind.DATE, raw)
    return Cell(CellKind.TEXT, str(raw))


def column_letter(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
