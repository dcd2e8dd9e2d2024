"""Sheets of an .xls (BIFF5 and BIFF8): the records of the workbook stream that carry cells, formats and spans."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from imports.reading.errors import ReadError
from imports.reading.formats import BUILTIN, PLAIN, NumberFormat, classify, number_cell
from imports.reading.ole import Container
from imports.reading.raw import ERROR, FORMULA_WITHOUT_VALUE, Budget, RawCell, RawSheet, put, text_cell
from imports.reading.remarks import tell_comments
from imports.reading.xlsremarks import Remarks
from imports.reading.xlstext import Texts, read_shared_texts, short_text, unicode_text

BOF, EOF, CONTINUE, FILEPASS, CODEPAGE, DATEMODE = 0x0809, 0x000A, 0x003C, 0x002F, 0x0042, 0x0022
BOUNDSHEET, FONT, FORMAT, XF, SST = 0x0085, 0x0031, 0x041E, 0x00E0, 0x00FC
ROW, COLINFO, MERGED, NOTE, OBJECT, OBJECT_TEXT = 0x0208, 0x007D, 0x00E5, 0x001C, 0x005D, 0x01B6
NUMBER, RK, MULRK, BOOLERR, FORMULA, STRING = 0x0203, 0x027E, 0x00BD, 0x0205, 0x0006, 0x0207
LABEL, RICH, LABELSST = 0x0204, 0x00D6, 0x00FD
WORKSHEET, PICTURE = 0, 8
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
CODEPAGES = {1200: "utf-16-le", 936: "gb18030", 950: "big5", 932: "cp932", 949: "cp949", 65001: "utf-8"}

Record = tuple[int, bytes, int]  # kind, data, where the next record starts


@dataclass(slots=True)
class Entry:
    name: str
    hidden: bool
    offset: int


@dataclass(slots=True)
class Globals:
    """What all sheets of a workbook share."""

    wide: bool = True  # BIFF8, which writes texts in UTF-16
    encoding: str = "gb18030"
    epoch_1904: bool = False
    entries: list[Entry] = field(default_factory=list)
    fonts_struck: list[bool] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    cells: list[tuple[int, int]] = field(default_factory=list)  # of each XF: font, format
    styles: list[NumberFormat] = field(default_factory=list)
    struck: list[bool] = field(default_factory=list)
    texts: Texts = field(default_factory=list)


def records(stream: bytes, at: int) -> Iterator[Record]:
    """The records from a place on."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        at += 4 + length
        if at > len(stream):
            raise ReadError("damaged", detail="xls: a record beyond the end")
        yield kind, stream[at - length : at], at


def read_xls(container: Container, budget: Budget) -> tuple[list[RawSheet], bool]:
    """The worksheets, and whether day 0 is that of 1904."""
    stream = container.stream("workbook", "book")
    try:
        book = _read_globals(stream, budget)
        sheets = [SheetReader(entry, book, budget).read(stream) for entry in book.entries]
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ReadError("damaged", detail=f"xls: {error}") from None
    if not sheets:
        raise ReadError("no_sheet")
    return sheets, book.epoch_1904


def _read_globals(stream: bytes, budget: Budget) -> Globals:
    book = Globals()
    first = True
    for kind, data, after in records(stream, 0):
        if first:
            if kind != BOF:
                raise ReadError("old_excel" if kind in (0x0009, 0x0209, 0x0409) else "damaged")
            book.wide = struct.unpack_from("<H", data)[0] >= 0x0600
            first = False
        elif kind == FILEPASS:
            raise ReadError("encrypted")
        elif kind == SST:
            book.texts = read_shared_texts(data, _continued(stream, after), budget)
        elif kind == EOF:
            break
        else:
            _read_global(kind, data, book)
    for font, number in book.cells:
        book.styles.append(classify(book.formats.get(number, BUILTIN.get(number, ""))))
        font -= font > 4  # there is no font number 4
        book.struck.append(0 <= font < len(book.fonts_struck) and book.fonts_struck[font])
    return book


def _continued(stream: bytes, at: int) -> Iterator[bytes]:
    for kind, data, _ in records(stream, at):
        if kind != CONTINUE:
            return
        yield data


def _read_global(kind: int, data: bytes, book: Globals) -> None:
    if kind == CODEPAGE:
        book.encoding = CODEPAGES.get(struct.unpack_from("<H", data)[0], "cp1252")
    elif kind == DATEMODE:
        book.epoch_1904 = struct.unpack_from("<H", data)[0] == 1
    elif kind == BOUNDSHEET:
        offset, hidden, sort = struct.unpack_from("<IBB", data)
        name = short_text(data, 6, book.wide, book.encoding)
        if sort == WORKSHEET:
            book.entries.append(Entry(name, hidden & 3 != 0, offset))
    elif kind == FONT:
        book.fonts_struck.append(bool(struct.unpack_from("<H", data, 2)[0] & 0x08))
    elif kind == FORMAT:
        number = struct.unpack_from("<H", data)[0]
        code = unicode_text(data, 2) if book.wide else short_text(data, 2, False, book.encoding)
        book.formats[number] = code
    elif kind == XF:
        book.cells.append(struct.unpack_from("<HH", data))


class SheetReader:
    """One sheet's records and what they have gathered."""

    def __init__(self, entry: Entry, book: Globals, budget: Budget) -> None:
        self.sheet = RawSheet(entry.name, entry.hidden)
        self.entry = entry
        self.book = book
        self.budget = budget
        self.blank_results: list[tuple[int, int]] = []
        self.other_results = 0
        self.waiting: tuple[int, int, int] | None = None  # a formula whose text comes in the next record
        self.pictures = 0
        self.remarks = Remarks(self.sheet, book.wide, book.encoding, budget)

    def read(self, stream: bytes) -> RawSheet:
        depth = 0
        found = self._handlers()
        for kind, data, after in records(stream, self.entry.offset):
            if kind == BOF:
                depth += 1  # a chart inside a sheet brings its own pair
            elif depth == 0:
                raise ReadError("damaged", detail="xls: a sheet does not begin")
            elif kind == EOF:
                depth -= 1
                if depth == 0:
                    break
            elif depth == 1:
                if kind == STRING:
                    self._string(data, _continued(stream, after))
                elif kind == OBJECT_TEXT:
                    self.remarks.object_text(data, _continued(stream, after))
                elif handler := found.get(kind):
                    handler(data)
        return self._finish()

    def _handlers(self) -> dict:
        return {
            NUMBER: self._number, RK: self._rk, MULRK: self._mulrk, BOOLERR: self._boolerr, FORMULA: self._formula,
            LABELSST: self._shared, LABEL: self._label, RICH: self._label, ROW: self._row, COLINFO: self._columns,
            MERGED: self._merged, NOTE: self.remarks.note, OBJECT: self._object,
        }  # fmt: skip

    def _put(self, row: int, column: int, style: int, value: RawCell) -> None:
        """Rows and columns come 0-based."""
        if value is None:
            return
        self.budget.row(row + 1)
        self.budget.column(column + 1)
        self.budget.add(1)
        put(self.sheet.rows, row + 1, column + 1, value)
        if style < len(self.book.struck) and self.book.struck[style]:
            self.sheet.struck_rows.add(row + 1)

    def _put_number(self, row: int, column: int, style: int, number: int | float) -> None:
        if number != number or number in (float("inf"), float("-inf")):
            self._put(row, column, style, (ERROR, "#NUM!", ""))
            return
        known = self.book.styles[style] if style < len(self.book.styles) else PLAIN
        self._put(row, column, style, number_cell(number, known, self.book.epoch_1904))

    def _number(self, data: bytes) -> None:
        self._put_number(*struct.unpack_from("<HHHd", data))

    def _rk(self, data: bytes) -> None:
        row, column, style, packed = struct.unpack_from("<HHHI", data)
        self._put_number(row, column, style, unpack_rk(packed))

    def _mulrk(self, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        for i in range((len(data) - 6) // 6):
            style, packed = struct.unpack_from("<HI", data, 4 + 6 * i)
            self._put_number(row, column + i, style, unpack_rk(packed))

    def _boolerr(self, data: bytes) -> None:
        row, column, style, value, is_error = struct.unpack_from("<HHHBB", data)
        self._put(row, column, style, (ERROR, ERRORS.get(value, "#N/A"), "") if is_error else value == 1)

    def _formula(self, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data)
        result = data[6:14]
        self.waiting = None
        if result[6:8] != b"\xff\xff":
            self.other_results += 1
            self._put_number(row, column, style, struct.unpack("<d", result)[0])
        elif result[0] == 0:
            self.waiting = (row, column, style)
            self.other_results += 1
        elif result[0] == 1:
            self.other_results += 1
            self._put(row, column, style, result[2] == 1)
        elif result[0] == 2:
            self.other_results += 1
            self._put(row, column, style, (ERROR, ERRORS.get(result[2], "#N/A"), ""))
        else:
            self.blank_results.append((row, column))

    def _string(self, data: bytes, more: Iterator[bytes]) -> None:
        if self.waiting is None:
            return
        row, column, style = self.waiting
        self.waiting = None
        if self.book.wide:
            text = unicode_text(data, 0, more)
        else:
            text = data[2 : 2 + struct.unpack_from("<H", data)[0]].decode(self.book.encoding)
        self._put_text(row, column, style, text)

    def _put_text(self, row: int, column: int, style: int, text: str) -> None:
        self.budget.text(text)
        self._put(row, column, style, text_cell(text))

    def _shared(self, data: bytes) -> None:
        row, column, style, index = struct.unpack_from("<HHHI", data)
        self._put(row, column, style, self.book.texts[index])

    def _label(self, data: bytes) -> None:
        row, column, style, length = struct.unpack_from("<HHHH", data)
        text = unicode_text(data, 6) if self.book.wide else data[8 : 8 + length].decode(self.book.encoding)
        self._put_text(row, column, style, text)

    def _row(self, data: bytes) -> None:
        if data[12] & 0x20:
            self.sheet.hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)

    def _columns(self, data: bytes) -> None:
        first, last, _, _, flags = struct.unpack_from("<HHHHH", data)
        if flags & 1:
            self.sheet.hidden_columns.append((first + 1, last + 1))

    def _merged(self, data: bytes) -> None:
        for i in range(struct.unpack_from("<H", data)[0]):
            top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * i)
            self.sheet.merged.append((top + 1, left + 1, bottom + 1, right + 1))

    def _object(self, data: bytes) -> None:
        if len(data) >= 6 and self.book.wide:
            self.pictures += struct.unpack_from("<H", data, 4)[0] == PICTURE
            self.remarks.object(data)

    def _finish(self) -> RawSheet:
        """Formulas whose stored result is nothing, all over the sheet, were never calculated; some are just empty."""
        if not self.other_results:
            for row, column in self.blank_results:
                self._put(row, column, 0, FORMULA_WITHOUT_VALUE)
        self.sheet.tidy()
        self.remarks.finish()
        tell_comments(self.sheet)
        if self.pictures:
            self.sheet.note("pictures", count=self.pictures)
        return self.sheet


def unpack_rk(packed: int) -> int | float:
    """A number in four bytes: an integer or the upper half of a double, perhaps to be divided by 100."""
    number: int | float
    if packed & 2:
        number = (packed >> 2) - (0x40000000 if packed & 0x80000000 else 0)
    else:
        number = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number
