"""From the child's plain values to the grid. Every frame and cell is checked: the child has read a stranger's file."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from imports.grid import Cell, CellKind, CellValue, Sheet, Span, Workbook
from imports.reading.errors import ReadError
from imports.reading.messages import note
from imports.reading.raw import DATE, ERROR, NUMBER, TIME, UNCALCULATED, RawCell, RawSheet
from jiangjin.lib.collector import collector_paused

KEPT = 50_000  # values remembered, so that equal cells are one object
SHORT = 40


class Cells:
    """Turns raw cells into grid values; equal numbers, dates and short texts become the same object."""

    def __init__(self) -> None:
        self.known: dict[object, CellValue | Cell] = {}
        self.texts: dict[str, str] = {}

    def row(self, raw: list[RawCell]) -> list[CellValue | Cell]:
        if type(raw) is not list:
            raise _nonsense()
        texts, other = self.texts, self._other
        if len(texts) < KEPT:
            return [
                (texts.setdefault(value, value) if len(value) < SHORT else value)
                if type(value) is str
                else other(value)
                for value in raw
            ]
        return [value if type(value) is str else other(value) for value in raw]

    def _other(self, value: RawCell) -> CellValue | Cell:
        """A cell that is no text."""
        if value is None or type(value) is bool:
            return value
        key = value if type(value) is not float else (value,)
        cell = self.known.get(key)
        if cell is None:
            cell = self._cell(value)
            if len(self.known) < KEPT:
                self.known[key] = cell
        return cell

    def _cell(self, value: RawCell) -> CellValue | Cell:
        if type(value) in (int, float):
            return decimal(value)
        if type(value) is not tuple or len(value) != 3 or type(value[2]) is not str:
            raise _nonsense()
        mark, payload, code = value
        if mark == UNCALCULATED:
            return Cell(CellKind.UNCALCULATED)
        if mark == ERROR and type(payload) is str:
            return Cell(CellKind.ERROR, payload, code)
        if mark == NUMBER and type(payload) in (int, float):
            return Cell(CellKind.NUMBER, decimal(payload), code)
        if mark in (DATE, TIME):
            moment = _moment(mark, payload)
            return Cell(CellKind.DATE, moment, code) if code or mark == TIME else moment
        raise _nonsense()


def decimal(number: int | float) -> Decimal:
    """A number as a Decimal of at most 15 digits, which is what a spreadsheet holds; never NaN, never infinite."""
    exact = Decimal(number) if isinstance(number, int) else Decimal(format(number, ".15g"))
    if not exact.is_finite():
        raise _nonsense()
    return exact if exact else Decimal(0)


def _moment(mark: str, payload: object) -> datetime.date | datetime.datetime | datetime.time:
    if type(payload) is not tuple or any(type(part) is not int for part in payload):
        raise _nonsense()
    if mark == TIME:
        return datetime.time(*payload)
    # A clock time in a sheet has no time zone.
    return datetime.date(*payload) if len(payload) == 3 else datetime.datetime(*payload)  # noqa: DTZ001


@collector_paused()
def workbook(frames: Iterator[tuple]) -> Workbook:
    """Put the frames of one file together."""
    book: Workbook | None = None
    rows: list[list[CellValue | Cell]] = []  # they come before their sheet
    cells = Cells()
    try:
        for frame in frames:
            kind, *values = frame
            if kind == "refused":
                code, params = values
                raise ReadError(str(code), **{str(key): value for key, value in dict(params).items()})
            if kind == "book":
                book = _book(*values)
            elif kind == "rows":
                first, raw = values
                if first == 0:  # perhaps once more
                    rows = []
                if first != len(rows):
                    raise _nonsense()
                rows.extend(cells.row(row) for row in raw)
            elif kind == "sheet":
                book.sheets.append(_sheet(rows, *values))
                book.sheets[-1].epoch_1904 = book.epoch_1904
                book.sheets[-1].is_text = book.format == "text"
                rows = []
            elif kind == "comments":
                book.sheets[-1].comments = _comments(*values)
            else:
                raise _nonsense()
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, OverflowError) as error:
        raise ReadError("damaged", detail=f"frame: {type(error).__name__}") from None
    if book is None:
        raise _nonsense()
    return book


def _book(kind: str, encoding: str, epoch_1904: bool, notes: list) -> Workbook:
    return Workbook(str(kind), [], str(encoding), _notes(notes), epoch_1904=bool(epoch_1904))


def _sheet(
    rows: list, name: str, height: int, hidden: bool, hidden_rows: list, hidden_columns: list, merged: list, notes: list
) -> Sheet:
    del rows[height:]
    return Sheet(
        name="".join(char for char in str(name) if char.isprintable())[:100],
        rows=rows,
        merged=[Span(*(int(edge) for edge in area)) for area in merged],
        hidden=bool(hidden),
        hidden_rows=frozenset(int(row) for row in hidden_rows),
        hidden_columns=frozenset(int(column) for column in hidden_columns),
        notes=_notes(notes),
    )


def _comments(raw: list) -> dict[tuple[int, int], str]:
    return {(int(row), int(column)): str(words) for row, column, words in raw}


def _notes(raw: list) -> list[tuple[str, str]]:
    return [(str(code), note(str(code), dict(params))) for code, params in raw]


def pasted(sheet: RawSheet) -> Workbook:
    """A pasted table as a workbook of one sheet."""
    cells = Cells()
    rows = [cells.row(row) for row in sheet.rows]
    return Workbook("text", [Sheet(sheet.name, rows, notes=_notes(sheet.notes), is_text=True)])


def _nonsense() -> ReadError:
    return ReadError("damaged", detail="the child sent nonsense")
