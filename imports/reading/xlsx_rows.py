"""Plain rows of a sheet and plain shared texts, taken by regular expression (see shortcut.py)."""

import re
from collections.abc import Iterator

from imports.reading.formats import number_cell
from imports.reading.raw import RawCell, text_cell
from imports.reading.richtext import unescape
from imports.reading.xlsx_columns import cells_of, rows_alike
from imports.reading.xlsx_shape import END, Found, Shapes

TYPE_CHECKING = False  # the child does without `typing`
if TYPE_CHECKING:
    from imports.reading.xlsx_sheet import SheetReader

SHEET_DATA, END_ROW = re.compile(rb"<sheetData(?:\s[^<>]*)?>"), END.encode()
SHARED, END_ITEM = re.compile(rb"<sst(?:\s[^<>]*)?>"), b"</si>"
ROW = re.compile(r"\s*<row((?:\s[^<>]*?)?)(/?)>")
ROW_NUMBER = re.compile(r'\sr="([1-9]\d{0,6})"', re.ASCII)
ROW_HIDDEN = re.compile(r'\shidden="(?:1|true)"')
# Letters, digits, style, kind, formula, value, inline text, and "/" of a cell without content.
CELL = re.compile(
    r'<c r="([A-Z]{1,3})(\d+)"(?: s="(\d+)")?(?: t="(n|s|str|inlineStr)")?'
    r"(?:>(<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?<v>([^<&\r]*)</v></c>"
    r"|><is><t(?: [^<>]*)?>([^<&\r]*)</t></is></c>"
    r"| ?(/)>)",
    re.ASCII,
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
ITEM = re.compile(r"<si><t(?: [^<>]*)?>([^<&\r]*)</t></si>")
KEPT, SHORT = 100_000, 20  # cells remembered, and the longest text that a column may repeat


class NotPlain(Exception):
    """A row for expat."""


class PlainRows:
    """Takes plain rows into the grid of a sheet reader; yields the others."""

    def __init__(self, reader: "SheetReader") -> None:
        self.reader = reader
        self.book = reader.book
        self.rows = reader.sheet.rows
        self.known: dict[tuple[str, str], RawCell] = {}
        self.texts: dict[str, RawCell] = {}
        self.shapes = Shapes(reader.struck_styles)
        self.longest = self.book.budget.limits.max_cell_chars
        self.apart = 0  # where rows end that must be taken one by one

    def take(self, text: str) -> Iterator[str]:
        if self.reader.in_data and self._is_blank(text):
            return
        start = self.apart = 0
        while (end := text.find(END, start)) >= 0:
            if self.reader.in_data and start >= self.apart and (after := self._rows_alike(text, start)):
                start = after
                continue
            piece, start = text[start:end], end + len(END)
            if not self.reader.in_data or not self._row(piece):
                yield piece + END

    def _is_blank(self, text: str) -> bool:
        """Whether all rows hold formatted empty cells only: no tag but rows ends, so no cell has anything in it."""
        if "</c>" in text:
            return False
        ends = text.count("</row>")
        if text.count("</") != ends or " hidden=" in text or text.count("<row") != text.count('<row r="'):
            return False
        last = ROW_NUMBER.search(text, text.rfind('<row r="'))
        if last is None:
            return False
        self.reader.row, self.reader.row_text, self.reader.column = int(last[1]), last[1], 0
        return True

    def _row(self, piece: str) -> bool:
        """Whether the piece, which may begin with rows without cells, was taken."""
        at = 0
        while True:
            tag = ROW.match(piece, at)
            if tag is None:
                return False
            number = ROW_NUMBER.search(tag[1])
            if number is None or tag[1].count('"') % 2:
                return False
            at = tag.end()
            if not tag[2]:
                break
            # Without cells it says at most that it is hidden; if the piece goes to expat later, it says so again.
            if ROW_HIDDEN.search(tag[1]):
                self._hide(int(number[1]))
        row, digits = int(number[1]), number[1]
        if row <= len(self.rows) or row > self.book.budget.limits.max_rows:
            return False
        parts = CELL.findall(piece, at)
        try:
            cells = self._cells(parts, piece.count("<", at), digits)
        except NotPlain:
            return False
        self.shapes.learn(piece, parts, self.reader.column_number)
        if ROW_HIDDEN.search(tag[1]):
            self._hide(row)
        self._take_row(row, digits, cells)
        return True

    def _rows_alike(self, text: str, start: int) -> int:
        """Take the rows from `start` on that look like the one before it; where they end, 0 if there are none."""
        shape, limits = self.shapes.last, self.book.budget.limits
        if shape is None or not shape.columns:
            return 0
        found, end = rows_alike(shape, text, start)
        if not found:
            return 0
        digits, *values = zip(*found, strict=True)
        first, last = int(digits[0]), int(digits[-1])
        try:
            cells, filled = cells_of(shape, values, self.longest, self._read)
        except NotPlain:
            cells, filled = [], 0
        if not cells or first <= len(self.rows) or last > limits.max_rows or max(map(len, cells)) > limits.max_columns:
            self.apart = end
            return 0
        self.book.budget.add(filled)
        self.rows.extend([] for _ in range(first - 1 - len(self.rows)))
        self.rows += cells
        reader = self.reader
        reader.row, reader.row_text, reader.column = last, digits[-1], len(cells[-1])
        return end

    def _take_row(self, row: int, digits: str, cells: list[RawCell]) -> None:
        reader, budget = self.reader, self.book.budget
        reader.row, reader.row_text, reader.column = row, digits, len(cells)
        if cells:
            if len(cells) > budget.limits.max_columns:
                budget.column(len(cells))
            budget.add(len(cells) - cells.count(None))
            self.rows.extend([] for _ in range(row - 1 - len(self.rows)))
            self.rows.append(cells)

    def _hide(self, row: int) -> None:
        if row <= self.book.budget.limits.max_rows:
            self.reader.sheet.hidden_rows.add(row)

    def _cells(self, found: list[Found], all_tags: int, digits: str) -> list[RawCell]:
        """The cells of a row; NotPlain where one of them, or a tag that belongs to none, must go to expat."""
        columns, struck_styles = self.reader.columns, self.reader.struck_styles
        known, texts = self.known, self.texts
        cells: list[RawCell] = []
        tags = last = 0
        struck = False
        for letters, row, style, kind, formula, value, inline, empty in found:
            if row != digits:
                raise NotPlain
            if empty:
                tags += 1
                continue
            tags += 6 if kind == "inlineStr" else 4
            if formula:
                tags += self._formula(formula)
            if not kind or kind == "n":
                cell = known.get((style, value))
            else:
                cell = texts.get(inline) if kind == "inlineStr" else None
            if cell is None:
                cell = self._value(style, kind, value, inline)
                if cell is None:
                    continue
            column = columns.get(letters) or self.reader.column_number(letters)
            if column != last + 1:
                if column <= last:
                    raise NotPlain
                cells.extend([None] * (column - last - 1))
            cells.append(cell)
            last = column
            struck = struck or style in struck_styles
        if all_tags != tags:
            raise NotPlain
        if struck:
            self.reader.sheet.struck_rows.add(int(digits))
        return cells

    def _formula(self, formula: str) -> int:
        """The number of its tags. Where the file wants to be calculated first, expat's handlers judge its value."""
        if self.book.recalculates:
            raise NotPlain
        self.reader.other_results += 1
        return formula.count("<")

    def _read(self, style: str, kind: str, value: str) -> RawCell:
        return self._text(value) if kind == "inlineStr" else self._value(style, kind, value, "")

    def _value(self, style: str, kind: str, value: str, inline: str) -> RawCell:
        if kind == "s":
            if not value.isdecimal() or int(value) >= len(self.book.texts):
                raise NotPlain
            return self.book.texts[int(value)]
        if kind == "str":
            return self._text(value)
        if kind == "inlineStr":
            if value:
                raise NotPlain
            return self._text(inline)
        return self._number(style, value)

    def _text(self, text: str) -> RawCell:
        if len(text) > self.longest:
            self.book.budget.text(text)
        cell = text if text.isprintable() and text and "_x" not in text else text_cell(unescape(text))
        if len(text) <= SHORT and len(self.texts) < KEPT:
            self.texts[text] = cell
        return cell

    def _number(self, style: str, text: str) -> RawCell:
        """A plain number under its format."""
        number: int | float
        if len(text) <= 15 and text.isascii() and text.isdigit():
            number = int(text)
        elif NUMBER.fullmatch(text):
            number = float(text)
        else:
            raise NotPlain
        cell: RawCell = number
        if style and style != "0" and int(style) < len(self.book.styles):
            cell = number_cell(number, self.book.styles[int(style)].format, self.book.epoch_1904)
        if len(self.known) < KEPT:
            self.known[style, text] = cell
        return cell


def plain_items(text: str) -> list[str] | None:
    """The shared texts of a block, or None where one of them is more than a plain text."""
    items = ITEM.findall(text)
    return items if text.count("<") == 4 * len(items) else None
