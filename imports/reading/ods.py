"""Sheets of an .ods: named styles, then one pass over content.xml for values, spans, repeats, errors, hidden rows."""

import datetime
import re

from imports.reading.archive import Archive
from imports.reading.errors import ReadError
from imports.reading.formats import date_cell
from imports.reading.odsformats import WORDS, Styles
from imports.reading.partxml import LocalNames, Text, attributes, integer, parse
from imports.reading.raw import ERROR, FORMULA_WITHOUT_VALUE, NUMBER, TIME, Budget, RawCell, RawSheet, put, text_cell
from imports.reading.remarks import add_comment, tell_comments, words_of

ERROR_TEXT = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)|Err:\d{3}|#(?:错误|名称)[!?？！]?")
CLOCK = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S", re.ASCII)
FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# What stands inside a cell without being its text.
ASIDE = {"annotation", "frame", "tracked-changes", "shapes", "forms", "ruby-text", "custom-shape", "note"}


class ContentReader:
    """The handlers of content.xml."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.sheets: list[RawSheet] = []
        self.styles = Styles()
        self.names = LocalNames()
        self.text = Text()
        self.style = self.date_style = ""
        self.is_common = False  # inside the named styles of styles.xml
        self.sheet: RawSheet | None = None
        self.row = self.column = self.repeat_row = 1
        self.defaults: list[tuple[int, str]] = []  # (last column, default cell style)
        self.cells: list[tuple[int, int, RawCell, bool]] = []  # of the row: column, repeats, value, struck
        self.spans: list[tuple[int, int, int]] = []  # of the row: column, down, right
        self.cell: dict[str, str] | None = None
        self.lines: list[str] = []
        self.line: list[str] | None = None
        self.aside = self.pictures = 0
        self.remark: list[str] | None = None  # the paragraphs of a comment
        self.author = ""  # of the comment
        self.remarks: list[tuple[int, str]] = []  # of the row: column, words

    # --- tags ---
    def start(self, name: str, flat: list[str]) -> None:
        tag = self.names[name]
        if tag in ASIDE or (tag == "table" and (self.aside or self.sheet is not None)):
            self._flush()
            self.aside += 1
            if tag == "annotation" and self.aside == 1 and self.cell is not None:
                self.remark, self.author = [], ""
        elif self.aside:
            self.pictures += tag == "image"
            if tag in ("p", "creator", "date"):
                self.text.clear()
        elif tag in ("table-cell", "covered-table-cell"):
            self.cell = attributes(flat)
            self.lines = []
            # office:value-type says "string" where calcext:value-type beside it says "error"; locals are equal.
            if "error" in flat and any(flat[i].endswith("value-type") and flat[i + 1] == "error" for i in _keys(flat)):
                self.cell["value-type"] = "error"
        elif self.cell is not None:
            self._start_text(tag, flat)
        elif tag == "table-row":
            self._start_row(attributes(flat))
        elif tag == "table":
            self._start_table(attributes(flat))
        elif tag == "table-column":
            self._column(attributes(flat))
        elif self.sheet is None:
            self._start_style(tag, attributes(flat))

    def end(self, name: str) -> None:
        tag = self.names[name]
        if tag in ASIDE or (tag == "table" and self.aside):
            self.text.clear()
            self.aside -= 1
            if not self.aside and self.remark is not None:
                self.remarks.append((self.column, words_of("\n".join(self.remark), self.author)))
                self.remark = None
        elif self.aside:
            if tag == "p" and self.remark is not None:
                self.remark.append(self.text.take())
            elif tag == "creator" and self.remark is not None:
                self.author = self.text.take().strip()
        elif tag in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif tag in ("p", "h") and self.line is not None:
            self._flush()
            self.lines.append("".join(self.line))
            self.line = None
        elif tag == "table-row":
            self._end_row()
        elif tag == "table":
            self._end_table()
        elif self.cell is None:
            self.styles.numbers.end(tag, self.text.take() if tag in WORDS else "")
            self.text.clear()

    def _start_text(self, tag: str, flat: list[str]) -> None:
        if tag in ("p", "h"):
            self.text.clear()
            self.line = []
        elif self.line is not None and tag in ("s", "tab", "line-break"):
            self._flush()
            count = min(integer(attributes(flat).get("c"), 1), self.budget.limits.max_cell_chars)
            self.line.append({"s": " " * count, "tab": "\t", "line-break": "\n"}[tag])

    def _flush(self) -> None:
        if self.line is not None:
            self.line.append(re.sub(r"[ \t\r\n]+", " ", self.text.take()))

    # --- styles ---
    def start_common(self, name: str, flat: list[str]) -> None:
        """styles.xml: of its parts only the named styles are those of cells."""
        tag = self.names[name]
        if tag == "styles":
            self.is_common = True
        elif self.is_common:
            self._start_style(tag, attributes(flat))

    def end_common(self, name: str) -> None:
        tag = self.names[name]
        if tag == "styles":
            self.is_common = False
        elif self.is_common:
            self.styles.numbers.end(tag, self.text.take() if tag in WORDS else "")
        self.text.clear()

    def _start_style(self, tag: str, values: dict[str, str]) -> None:
        self.styles.numbers.start(tag, values)
        if tag in WORDS:
            self.text.clear()
        if tag == "style":
            # A paragraph's or a shape's style may have the name of a cell's.
            other = values.get("family", "table-cell") not in ("table-cell", "table")
            self.style = "" if other else values.get("name", "")
            self.styles.parents[self.style] = values.get("parent-style-name", "")
            if self.style and "data-style-name" in values:
                self.styles.data[self.style] = values["data-style-name"]
        elif tag == "table-properties" and values.get("display") == "false":
            self.styles.hidden_tables.add(self.style)
        elif tag == "text-properties" and self.style and "text-line-through-style" in values:
            self.styles.struck[self.style] = values["text-line-through-style"] != "none"
        elif tag == "date-style":
            self.date_style = values.get("name", "")
            self.styles.days[self.date_style] = False
        elif tag == "day" and self.date_style:
            self.styles.days[self.date_style] = True

    def _style_of(self, values: dict[str, str]) -> str:
        if name := values.get("style-name"):
            return name
        return next((style for last, style in self.defaults if self.column <= last), "")

    # --- tables ---
    def _start_table(self, values: dict[str, str]) -> None:
        hidden = values.get("style-name", "") in self.styles.hidden_tables
        self.sheet = RawSheet(values.get("name", ""), hidden)
        self.sheets.append(self.sheet)
        self.row, self.defaults, self.pictures = 1, [], 0

    def _end_table(self) -> None:
        if self.sheet is not None:
            self.sheet.tidy()
            tell_comments(self.sheet)
            if self.pictures:
                self.sheet.note("pictures", count=self.pictures)
        self.sheet = None

    def _column(self, values: dict[str, str]) -> None:
        last = self.defaults[-1][0] if self.defaults else 0
        count = max(1, integer(values.get("number-columns-repeated"), 1))
        self.defaults.append((last + count, values.get("default-cell-style-name", "")))
        if self.sheet is not None and values.get("visibility", "visible") != "visible":
            self.sheet.hidden_columns.append((last + 1, last + count))

    def _start_row(self, values: dict[str, str]) -> None:
        self.column = 1
        self.repeat_row = max(1, integer(values.get("number-rows-repeated"), 1))
        self.cells, self.spans, self.remarks = [], [], []
        if self.sheet is not None and values.get("visibility", "visible") != "visible":
            last = min(self.row + self.repeat_row - 1, self.budget.limits.max_rows)
            self.sheet.hidden_rows.update(range(self.row, last + 1))

    def _end_row(self) -> None:
        if self.sheet is None:
            return
        if self.cells:
            self.budget.row(self.row + self.repeat_row - 1)
            self.budget.add(self.repeat_row * sum(repeat for _, repeat, _, _ in self.cells))
            for row in range(self.row, self.row + self.repeat_row):
                for column, repeat, value, struck in self.cells:
                    for place in range(column, column + repeat):
                        put(self.sheet.rows, row, place, value)
                    if struck:
                        self.sheet.struck_rows.add(row)
        for column, down, right in self.spans:
            self.sheet.merged.append((self.row, column, self.row + down - 1, column + right - 1))
        for column, words in self.remarks:
            add_comment(self.sheet, self.row, column, words, self.budget)
        self.budget.spans(len(self.sheet.merged))
        self.row += self.repeat_row

    # --- cells ---
    def _end_cell(self) -> None:
        values = self.cell or {}
        self.cell = None
        style = self._style_of(values)
        repeat = max(1, integer(values.get("number-columns-repeated"), 1))
        value = self._value(values, style)
        if value is not None:
            self.budget.column(self.column + repeat - 1)
            self.cells.append((self.column, repeat, value, self.styles.is_struck(style)))
        down, right = integer(values.get("number-rows-spanned"), 1), integer(values.get("number-columns-spanned"), 1)
        if (down > 1 or right > 1) and repeat == 1:
            self.spans.append((self.column, max(1, down), max(1, right)))
        self.column += repeat

    def _value(self, values: dict[str, str], style: str) -> RawCell:
        text = "\n".join(self.lines)
        self.lines = []
        self.budget.text(text)
        formula = "formula" in values
        kind = values.get("value-type", "")
        if kind == "error" or (formula and ERROR_TEXT.fullmatch(text.strip())):
            return (ERROR, text.strip()[:40] or "#N/A", "")
        if kind in ("float", "percentage", "currency"):
            return self._number(values, kind, style)
        if kind == "date":
            return self._date(values.get("date-value", ""), style)
        if kind == "time":
            return _time(values.get("time-value", ""))
        if kind == "boolean":
            return values.get("boolean-value") == "true"
        text = values.get("string-value") or text
        self.budget.text(text)
        if formula and not kind and not text:
            return FORMULA_WITHOUT_VALUE
        return text_cell(text)

    def _number(self, values: dict[str, str], kind: str, style: str) -> RawCell:
        raw = values.get("value", "").strip()
        if not FLOAT.fullmatch(raw) or float(raw) in (float("inf"), float("-inf")):
            return (ERROR, raw[:40] or "#N/A", "")
        number: int | float = int(raw) if raw.isdigit() and len(raw) <= 15 else float(raw)
        if kind == "percentage":
            return (NUMBER, number, "0%")
        money = values.get("currency", "CNY")
        if kind == "currency" and money != "CNY":
            return (NUMBER, number, f"[${money[:5]}]0.00")
        code = self.styles.numbers.of(self.styles.data_of(style)).code
        return (NUMBER, number, code) if code else number

    def _date(self, raw: str, style: str) -> RawCell:
        code = "" if self.styles.days.get(self.styles.data_of(style), True) else "yyyy-mm"
        try:
            return date_cell(datetime.datetime.fromisoformat(raw).replace(tzinfo=None), code)
        except ValueError:
            return (ERROR, raw[:40] or "#N/A", "")


def _keys(flat: list[str]) -> range:
    return range(0, len(flat), 2)


def _time(raw: str) -> RawCell:
    match = CLOCK.fullmatch(raw)
    hour, minute, second = (int(part) for part in match.groups()) if match else (99, 0, 0)
    if hour < 24 and minute < 60 and second < 60:
        return (TIME, (hour, minute, second), "")
    return text_cell(raw[:40])


def read_ods(archive: Archive, budget: Budget) -> list[RawSheet]:
    """The sheets of a checked container."""
    reader = ContentReader(budget)
    if archive.has("styles.xml"):
        parse(archive.chunks("styles.xml"), reader.start_common, reader.end_common, reader.text)
    parse(archive.chunks("content.xml"), reader.start, reader.end, reader.text)
    if not reader.sheets:
        raise ReadError("no_sheet")
    return reader.sheets
