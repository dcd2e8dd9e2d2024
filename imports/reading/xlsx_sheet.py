"""One sheet of an .xlsx, read in a single pass over its XML.

Reading the cells ourselves, rather than a library's finished grid, keeps what such a grid hides: error cells, formulas
that nobody calculated, formats. And a stray cell at XFD1048576 costs a refusal, not a grid of 17 billion cells.
"""

import re
from collections.abc import Callable, Iterator

from imports.reading.archive import Archive
from imports.reading.errors import ReadError
from imports.reading.formats import number_cell
from imports.reading.partxml import LocalNames, Text, attributes, integer, is_true, parse
from imports.reading.raw import ERROR, FORMULA_WITHOUT_VALUE, Budget, RawCell, RawSheet, put, text_cell
from imports.reading.richtext import unescape
from imports.reading.shortcut import outside
from imports.reading.xlsx import Book, SheetEntry, open_book, read_findings
from imports.reading.xlsx_rows import END_ROW, SHEET_DATA, PlainRows

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
Offer = Callable[[RawSheet], None]
ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?Z?", re.ASCII)


class SheetReader:
    """The handlers of one sheet and what they have gathered."""

    def __init__(self, sheet: RawSheet, book: Book) -> None:
        self.sheet = sheet
        self.book = book
        self.text = Text()
        self.names = LocalNames()
        self.columns: dict[str, int] = {}  # letters → number
        self.row = self.column = 0
        self.kind = self.style = ""
        self.value: str | None = None
        self.pieces: list[str] = []
        self.formula = self.phonetic = self.in_cell = False
        self.zeros: list[tuple[int, int]] = []  # formulas whose stored value is 0
        self.other_results = 0
        self.in_data = False
        self.extensions = 0
        self.row_text = "0"
        self.struck_styles = frozenset(str(i) for i, style in enumerate(book.styles) if style.struck)
        self.count = 0

    def start(self, name: str, flat: list[str]) -> None:
        short = self.names[name]
        if short == "c" and self.in_data:
            self._start_cell(flat)
        elif short == "v" or short == "t":
            self.text.clear()
        elif short == "f":
            self.formula = self.in_cell
        elif short == "rPh":
            self.phonetic = True
        elif short == "row" and self.in_data:
            self._start_row(flat)
        elif not self.in_cell:
            self._start_other(short, flat)

    def _start_cell(self, flat: list[str]) -> None:
        self.in_cell = True
        self.kind = self.style = ""
        self.value = None
        self.formula = False
        place = ""
        for i in range(0, len(flat), 2):
            key = flat[i]
            if key == "r":
                place = flat[i + 1]
            elif key == "s":
                self.style = flat[i + 1]
            elif key == "t":
                self.kind = flat[i + 1]
        if not place:
            self.column += 1
            return
        letters = place.rstrip("0123456789")
        if place[len(letters) :] != self.row_text:
            self._start_row(["r", place[len(letters) :]])
        self.column = self.columns.get(letters) or self.column_number(letters)

    def column_number(self, letters: str) -> int:
        """A → 1, AA → 27, remembered."""
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise ReadError("damaged", detail=f"cell reference {letters[:20]!r}")
        number = 0
        for char in letters.upper():
            number = number * 26 + ord(char) - 64
        self.columns[letters] = number
        return number

    def _start_row(self, flat: list[str]) -> None:
        self.column = 0
        hidden = False
        place = ""
        for i in range(0, len(flat), 2):
            if flat[i] == "r":
                place = flat[i + 1]
            elif flat[i] == "hidden":
                hidden = is_true(flat[i + 1])
        self.row = integer(place) if place else self.row + 1
        if self.row < 1:
            raise ReadError("damaged", detail=f"row number {place[:20]!r}")
        self.row_text = place or str(self.row)
        if hidden and self.row <= self.book.budget.limits.max_rows:
            self.sheet.hidden_rows.add(self.row)

    def _start_other(self, short: str, flat: list[str]) -> None:
        if short == "sheetData":
            self.in_data = True
        elif short == "extLst":
            self.extensions += 1
        elif self.extensions:
            return
        elif short == "mergeCell":
            self._merge(attributes(flat).get("ref", ""))
        elif short == "col":
            values = attributes(flat)
            if is_true(values.get("hidden")):
                self.sheet.hidden_columns.append((integer(values.get("min"), 1), integer(values.get("max"), 1)))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        start, end = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last)
        if start and end:
            left, right = sorted((self.column_number(start[1]), self.column_number(end[1])))
            top, bottom = sorted((int(start[2]), int(end[2])))
            self.sheet.merged.append((top, left, bottom, right))
            self.book.budget.spans(len(self.sheet.merged))

    def end(self, name: str) -> None:
        short = self.names[name]
        if short == "c" and self.in_cell:
            self.in_cell = False
            if self.value is not None or self.pieces or self.formula:
                self._end_cell()
        elif short == "v":
            self.value = self.text.take()
        elif short == "t":
            if self.in_cell and not self.phonetic:
                self.pieces.append(self.text.take())
        elif short == "rPh":
            self.phonetic = False
        elif short == "sheetData":
            self.in_data = False
        elif short == "extLst" and not self.in_cell:
            self.extensions -= 1

    def _end_cell(self) -> None:
        cell = self._cell()
        self.pieces.clear()
        if cell is None:
            return
        row, column, budget = self.row, self.column, self.book.budget
        if row > budget.limits.max_rows or column > budget.limits.max_columns:
            budget.row(row)
            budget.column(column)
        self.count += 1
        if self.count & 0xFFF == 0:
            budget.add(0x1000)
        rows = self.sheet.rows
        if len(rows) == row and len(rows[-1]) == column - 1:
            rows[-1].append(cell)
        else:
            put(rows, row, column, cell)
            if row <= (self.sheet.sent or 0):
                self.sheet.sent = None
        if self.style and self.style in self.struck_styles:
            self.sheet.struck_rows.add(row)

    def _cell(self) -> RawCell:
        kind, value = self.kind, self.value
        if kind == "s":
            return self._shared(value)
        if kind in ("", "n"):
            return self._number((value or "").strip())
        if kind in ("str", "inlineStr"):
            if self.formula and value is None and not self.pieces:
                return FORMULA_WITHOUT_VALUE
            text = "".join(self.pieces) if self.pieces else value or ""
            self.book.budget.text(text)
            self.other_results += self.formula
            return text_cell(unescape(text))
        value = (value or "".join(self.pieces)).strip()
        if not value:
            return FORMULA_WITHOUT_VALUE if self.formula else (ERROR, "#N/A", "") if kind == "e" else None
        if kind == "b":
            return value in ("1", "true")
        if kind == "d":
            return self._iso_date(value)
        return (ERROR, value[:40], "")

    def _shared(self, value: str | None) -> RawCell:
        if not (value and value.strip().isdecimal()):
            return FORMULA_WITHOUT_VALUE if self.formula else None
        try:
            return self.book.texts[int(value)]
        except (IndexError, ValueError):
            raise ReadError("damaged", detail=f"no shared text {value[:20]}") from None

    def _number(self, text: str) -> RawCell:
        if not text:
            return FORMULA_WITHOUT_VALUE if self.formula else text_cell("".join(self.pieces))
        number: int | float
        if len(text) <= 15 and text.isascii() and text.isdigit():
            number = int(text)
        elif NUMBER.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                return (ERROR, text[:40], "")
        else:
            return (ERROR, text[:40], "")
        if self.formula:
            if number == 0 and self.book.recalculates:
                self.zeros.append((self.row, self.column))
            else:
                self.other_results += 1
        if self.style and self.style != "0":
            index = integer(self.style, -1)
            if 0 <= index < len(self.book.styles):
                return number_cell(number, self.book.styles[index].format, self.book.epoch_1904)
        return number

    def _iso_date(self, text: str) -> RawCell:
        from datetime import datetime

        from imports.reading.formats import date_cell

        match = ISO_DATE.fullmatch(text)
        try:
            parts = [int(part or 0) for part in match.groups()] if match else []
            return date_cell(datetime(*parts))  # noqa: DTZ001
        except (ValueError, TypeError):
            return (ERROR, text[:40], "")

    def finish(self) -> None:
        """Formulas that all stand at 0 in a file that asks to be calculated were never calculated."""
        self.book.budget.add(self.count & 0xFFF)
        if self.zeros and not self.other_results:
            self.sheet.sent = None
            for row, column in self.zeros:
                self.sheet.rows[row - 1][column - 1] = FORMULA_WITHOUT_VALUE


def read_xlsx(archive: Archive, budget: Budget, offer: Offer = lambda _: None) -> tuple[Iterator[RawSheet], bool]:
    """The worksheets of a checked container, one by one, and whether its day 0 is that of 1904.

    `offer` is shown each sheet again and again while it grows.
    """
    book, entries = open_book(archive, budget)
    return (read_sheet(archive, entry, book, offer) for entry in entries), book.epoch_1904


def read_sheet(archive: Archive, entry: SheetEntry, book: Book, offer: Offer) -> RawSheet:
    """Read one worksheet into a grid."""
    sheet = RawSheet(entry.name, entry.hidden)
    reader = SheetReader(sheet, book)

    def chunks() -> Iterator[bytes]:
        for chunk in archive.chunks(entry.part):
            yield chunk
            offer(sheet)

    lane = outside(chunks(), SHEET_DATA, END_ROW, lambda: reader.in_data, PlainRows(reader).take)
    parse(lane, reader.start, reader.end, reader.text)
    reader.finish()
    sheet.tidy()
    read_findings(archive, entry.part, sheet, book.budget)
    return sheet
