"""An HTML page under an .xls name: its one table, every cell as text. Nothing is run and no link is followed."""

import re
from html.parser import HTMLParser

from imports.reading.errors import ReadError
from imports.reading.raw import Budget, RawSheet, put, text_cell
from imports.reading.text import decode

CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]{3,20})""", re.IGNORECASE)
BREAKS = {"br", "p", "div", "li"}
SILENT = {"script", "style", "template", "noscript", "title", "xml"}


class TableParser(HTMLParser):
    """Gathers the cells of the tables of a page."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(convert_charrefs=True)
        self.budget = budget
        self.tables = self.depth = self.silent = 0
        self.row = 0
        self.column = 1
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.sheet = RawSheet("")
        self.occupied: dict[int, int] = {}  # column → last row that a cell above reaches down to

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag in SILENT:
            self.silent += 1
        elif tag == "table":
            self.tables += 1
            self.depth += 1
            if self.tables > 1:
                raise ReadError("html_many_tables")
        elif self.depth and tag == "tr":
            self._end_cell()
            self.row += 1
            self.column = 1
            if re.search(r"display\s*:\s*none", values.get("style", ""), re.IGNORECASE):
                self.sheet.hidden_rows.add(self.row)
        elif self.depth and tag in ("td", "th"):
            self._end_cell()
            self.row = max(self.row, 1)
            self.cell = []
            self.span = (_span(values.get("rowspan")), _span(values.get("colspan")))
        elif tag in BREAKS and self.cell:
            self.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table":
            self._end_cell()
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.silent:
            self.cell.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        text = re.sub(r" *\n *", "\n", "".join(self.cell)).strip(" \n")
        self.cell = None
        while self.occupied.get(self.column, 0) >= self.row:
            self.column += 1
        down, right = self.span
        last_row, last_column = self.row + down - 1, self.column + right - 1
        if text:
            self.budget.row(self.row)
            self.budget.column(self.column)
            self.budget.text(text)
            self.budget.add(1)
            put(self.sheet.rows, self.row, self.column, text_cell(text))
        if down > 1 or right > 1:
            self.sheet.merged.append((self.row, self.column, last_row, last_column))
            self.budget.spans(len(self.sheet.merged))
        if down > 1:
            for column in range(self.column, min(last_column, self.budget.limits.max_columns) + 1):
                self.occupied[column] = last_row
        self.column = last_column + 1


def _span(text: str | None) -> int:
    text = (text or "").strip()
    return max(1, min(int(text), 1_000_000)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def read_page(data: bytes, encoding: str | None, name: str, budget: Budget) -> tuple[RawSheet, str]:
    """The one table of a page; several or none are refused, because which one is meant is not ours to guess."""
    declared = CHARSET.search(data[:4096])
    if not encoding and declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        chosen = declared[1].decode("ascii").lower()
        encoding = "gb18030" if chosen in ("gb2312", "gbk", "gb18030") else None
    text, found = decode(data, encoding)
    if "\0" in text:
        raise ReadError("nul_character")
    parser = TableParser(budget)
    parser.feed(text)
    parser.close()
    parser._end_cell()
    if not parser.tables or not parser.sheet.rows:
        raise ReadError("html_no_table")
    parser.sheet.name = name
    parser.sheet.tidy()
    return parser.sheet, found
