"""Sheets of an .xlsb: the records of its binary parts that carry cells, formats and spans."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from imports.reading.archive import Archive
from imports.reading.errors import ReadError
from imports.reading.formats import BUILTIN, PLAIN, NumberFormat, classify, number_cell
from imports.reading.raw import ERROR, Budget, RawCell, RawSheet, put, text_cell
from imports.reading.remarks import add_comment, words_of
from imports.reading.xls import ERRORS, unpack_rk
from imports.reading.xlsx import SheetEntry, main_part, read_findings, read_relations

ROW, RK, ERROR_CELL, BOOL, REAL, TEXT, SHARED = 0, 2, 3, 4, 5, 6, 7
FORMULA_TEXT, FORMULA_REAL, FORMULA_BOOL, FORMULA_ERROR = 8, 9, 10, 11
SHARED_ITEM, FONT, FORMAT, XF, COLUMNS, WORKBOOK, SHEET, MERGED = 19, 43, 44, 47, 60, 153, 156, 176
BEGIN_CELL_XFS, END_CELL_XFS = 617, 618
COMMENT_AUTHOR, COMMENT, COMMENT_TEXT = 632, 635, 637
LONGEST_RECORD = 16 * 1024 * 1024


@dataclass(slots=True)
class Book:
    """What all sheets of a workbook share."""

    epoch_1904: bool = False
    entries: list[SheetEntry] = field(default_factory=list)
    styles: list[NumberFormat] = field(default_factory=list)
    struck: list[bool] = field(default_factory=list)
    texts: list[RawCell] = field(default_factory=list)


def records(archive: Archive, part: str) -> Iterator[tuple[int, bytes]]:
    """The records of a part: a kind of one or two bytes, a length of one to four, the data."""
    data = bytearray()
    at = 0
    for piece in archive.chunks(part):
        data = data[at:] + piece
        at = 0
        while (found := _record(data, at)) is not None:
            kind, start, at = found
            yield kind, bytes(data[start:at])
        if len(data) - at > LONGEST_RECORD:
            raise ReadError("damaged", detail="xlsb: an endless record")
    if at != len(data):
        raise ReadError("damaged", detail="xlsb: the part ends early")


def _record(data: bytearray, at: int) -> tuple[int, int, int] | None:
    """Kind, start and end of the record at a place; None where it is not all there yet."""
    if at + 2 > len(data):
        return None
    kind = data[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
        at += 1
    length = shift = 0
    while True:
        if at >= len(data) or shift > 21:
            return None
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return (kind, at, at + length) if at + length <= len(data) else None


def wide_text(data: bytes, at: int) -> tuple[str, int]:
    """A text with a length of four bytes, and where it ends."""
    length = struct.unpack_from("<I", data, at)[0]
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(data):
        raise ReadError("damaged", detail="xlsb: a text ends early")
    return data[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def read_xlsb(archive: Archive, budget: Budget) -> tuple[list[RawSheet], bool]:
    """The worksheets of a checked container, and whether its day 0 is that of 1904."""
    main = main_part(archive)
    main = main if archive.has(main) else "xl/workbook.bin"
    relations = read_relations(archive, main)
    book = Book()
    try:
        for kind, data in records(archive, main):
            if kind == WORKBOOK:
                book.epoch_1904 = bool(data[0] & 1)
            elif kind == SHEET:
                _read_entry(data, relations, book)
        for kind, part in relations.values():
            if kind == "styles" and archive.has(part):
                _read_styles(archive, part, book)
            elif kind == "sharedstrings" and archive.has(part):
                _read_texts(archive, part, book, budget)
        sheets = [_read_sheet(archive, entry, book, budget) for entry in book.entries]
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ReadError("damaged", detail=f"xlsb: {error}") from None
    if not sheets:
        raise ReadError("no_sheet")
    return sheets, book.epoch_1904


def _read_entry(data: bytes, relations: dict[str, tuple[str, str]], book: Book) -> None:
    state = struct.unpack_from("<I", data)[0]
    identity, at = wide_text(data, 8)
    name, _ = wide_text(data, at)
    kind, part = relations.get(identity, ("", ""))
    if kind == "worksheet":
        book.entries.append(SheetEntry(name, state != 0, part))


def _read_styles(archive: Archive, part: str, book: Book) -> None:
    formats: dict[int, str] = {}
    fonts: list[bool] = []
    inside = False
    for kind, data in records(archive, part):
        if kind == FORMAT:
            formats[struct.unpack_from("<H", data)[0]] = wide_text(data, 2)[0]
        elif kind == FONT:
            fonts.append(bool(struct.unpack_from("<H", data, 2)[0] & 0x08))
        elif kind in (BEGIN_CELL_XFS, END_CELL_XFS):
            inside = kind == BEGIN_CELL_XFS
        elif kind == XF and inside:
            _, number, font = struct.unpack_from("<HHH", data)
            book.styles.append(classify(formats.get(number, BUILTIN.get(number, ""))))
            book.struck.append(font < len(fonts) and fonts[font])


def _read_texts(archive: Archive, part: str, book: Book, budget: Budget) -> None:
    for kind, data in records(archive, part):
        if kind == SHARED_ITEM:
            text = wide_text(data, 1)[0]
            budget.text(text)
            book.texts.append(text_cell(text))


def _read_sheet(archive: Archive, entry: SheetEntry, book: Book, budget: Budget) -> RawSheet:
    sheet = RawSheet(entry.name, entry.hidden)
    row = 0
    for kind, data in records(archive, entry.part):
        if kind == ROW:
            row = struct.unpack_from("<I", data)[0] + 1
            if len(data) > 11 and data[11] & 0x10 and row <= budget.limits.max_rows:
                sheet.hidden_rows.add(row)
        elif RK <= kind <= FORMULA_ERROR:
            column, style = struct.unpack_from("<II", data)
            style &= 0xFFFFFF
            value = _value(kind, data, style, book, budget)
            if value is not None:
                budget.row(row)
                budget.column(column + 1)
                budget.add(1)
                put(sheet.rows, row, column + 1, value)
                if style < len(book.struck) and book.struck[style]:
                    sheet.struck_rows.add(row)
        elif kind == COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<IIIIH", data)
            if flags & 1:
                sheet.hidden_columns.append((first + 1, last + 1))
        elif kind == MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            sheet.merged.append((top + 1, left + 1, bottom + 1, right + 1))
            budget.spans(len(sheet.merged))
    sheet.tidy()
    for relation, target in read_relations(archive, entry.part).values():
        if relation == "comments" and target.lower().endswith(".bin") and archive.has(target):
            _read_comments(archive, target, sheet, budget)
    read_findings(archive, entry.part, sheet, budget)
    return sheet


def _read_comments(archive: Archive, part: str, sheet: RawSheet, budget: Budget) -> None:
    authors: list[str] = []
    author = row = column = 0
    for kind, data in records(archive, part):
        if kind == COMMENT_AUTHOR:
            budget.spans(len(authors))
            authors.append(wide_text(data, 0)[0])
        elif kind == COMMENT:
            author, row, _, column = struct.unpack_from("<IIII", data)
        elif kind == COMMENT_TEXT:
            name = authors[author] if author < len(authors) else ""
            add_comment(sheet, row + 1, column + 1, words_of(wide_text(data, 1)[0], name), budget)


def _value(kind: int, data: bytes, style: int, book: Book, budget: Budget) -> RawCell:
    if kind == SHARED:
        return book.texts[struct.unpack_from("<I", data, 8)[0]]
    if kind in (TEXT, FORMULA_TEXT):
        text = wide_text(data, 8)[0]
        budget.text(text)
        return text_cell(text)
    if kind in (ERROR_CELL, FORMULA_ERROR):
        return (ERROR, ERRORS.get(data[8], "#N/A"), "")
    if kind in (BOOL, FORMULA_BOOL):
        return data[8] == 1
    number = unpack_rk(struct.unpack_from("<I", data, 8)[0]) if kind == RK else struct.unpack_from("<d", data, 8)[0]
    if number != number or number in (float("inf"), float("-inf")):
        return (ERROR, "#NUM!", "")
    known = book.styles[style] if style < len(book.styles) else PLAIN
    return number_cell(number, known, book.epoch_1904)
