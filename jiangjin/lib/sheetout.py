"""Lists and tables as files: .xlsx with typed cells, .csv as UTF-8 text. Rows are taken one after the other.

    columns = [OutColumn("name", _("project name"), "text", 30), OutColumn("agreed", _("agreed (亿元)"), "money_yi")]
    sheet = OutSheet(_("Projects"), columns, rows, totals=[_("Total"), Decimal("10360000")])
    return xlsx_response("projects.xlsx", [sheet], about=[(_("as of"), "2020-12-31")])

Whoever calls has asked whether the account may (projects/permissions.py) and wrote it down (accounts/auditing.py).
Amounts come in 万元, whatever the unit of their column; None is an empty cell, never 0.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from xlsxwriter.format import Format

from jiangjin.lib.outcells import KINDS, plain
from jiangjin.lib.rowsheet import Renderer, RowSheet, column_names, renderer
from jiangjin.lib.text import safe_for_spreadsheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
MOST_ROWS = 1_048_576  # of a sheet, its head and totals included
LONGEST_TITLE = 31
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\]")
LINES_AT_ONCE = 200
A4, A3 = 9, 8

About = Sequence[tuple[str, str]]


class TooManyRows(Exception):
    """More rows than a sheet of a workbook can have; `most` is how many this one takes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column: its key, its head (with the unit), one of `outcells.KINDS`, and its width in characters (0: usual)."""

    key: str
    label: str | Promise
    kind: str = "text"
    width: int = 0


@dataclass(slots=True)
class OutSheet:
    """A table. A row has a value a column; `totals` too, its label in the first text column.

    `groups` is a head above the head: (label, how many columns), one after the other. `frozen`: columns that stay.
    """

    title: str
    columns: Sequence[OutColumn]
    rows: Iterable[Sequence[Any]]
    totals: Sequence[Any] | None = None
    groups: Sequence[tuple[str, int]] = ()
    frozen: int = 0
    wide: bool = False  # prints on A3
    written: int = 0  # how many rows went into the workbook, without its totals

    @property
    def head_rows(self) -> int:
        return 2 if self.groups else 1

    @property
    def most_rows(self) -> int:
        """How many rows it may have in a workbook, without its head and totals."""
        return MOST_ROWS - self.head_rows - (self.totals is not None)


def xlsx_response(filename: str, sheets: Sequence[OutSheet], about: About = ()) -> FileResponse:
    """The tables as a workbook, and a sheet that says what they are. The file is gone once it is sent.

    Raises TooManyRows; what can be known before belongs into a kind refusal (`OutSheet.most_rows`).
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it, and with that it is gone
    try:
        write_xlsx(target, sheets, about)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=filename, content_type=XLSX)


def write_xlsx(target: BinaryIO, sheets: Sequence[OutSheet], about: About = ()) -> None:
    """Write the workbook. Memory stays the same however many rows; what is half done lies in a folder that goes."""
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(target, options)
        titles: set[str] = set()
        for sheet in sheets:
            _SheetWriter(book, sheet, _title(sheet.title, titles)).write()
        if about:
            _write_about(book, about, _title(_("About this file"), titles))
        book.close()


def csv_response(filename: str, sheet: OutSheet, broken: Callable[[], None] | None = None) -> StreamingHttpResponse:
    """The table as text, streamed row by row. Without totals: who reads it with a program sums by himself.

    `broken` is called where the stream ends before its end: a row could not be made, or nobody takes it any more.
    """
    return streamed(filename, csv_lines(sheet), broken)


def streamed(filename: str, chunks: Iterator[str], broken: Callable[[], None] | None = None) -> StreamingHttpResponse:
    """Text as a file while it is made; `broken` as for `csv_response`."""
    response = StreamingHttpResponse(_streamed(chunks, get_language(), broken), content_type=CSV)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response


def csv_lines(sheet: OutSheet) -> Iterator[str]:
    """Lines, some at a time, after the byte order mark that spreadsheets need to read Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow([safe_for_spreadsheet(plain(label)) for label in _heads(sheet)])
    kinds = [KINDS[column.kind] for column in sheet.columns]
    for number, row in enumerate(sheet.rows, 1):
        writer.writerow([_csv_cell(kind, value) for kind, value in zip(kinds, row, strict=True)])
        if number % LINES_AT_ONCE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _csv_cell(kind: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):  # a word, whatever the column holds: as in a workbook
        return safe_for_spreadsheet(plain(value))
    return kind.text(value) if kind.number else safe_for_spreadsheet(kind.text(value))


def _heads(sheet: OutSheet) -> list[str]:
    """The head of each column; in one line, below a group with its name in front."""
    above = [label for label, width in sheet.groups for __ in range(width)]
    labels = [str(column.label) for column in sheet.columns]
    return [f"{upper} {label}".strip() for upper, label in zip(above, labels, strict=True)] if above else labels


def _streamed(chunks: Iterator[str], language: str | None, broken: Callable[[], None] | None) -> Iterator[str]:
    """The chunks in the language of the page: they are made after the view has returned, and its language with it."""
    whole = False
    try:
        while True:
            with override(language):
                chunk = next(chunks, None)
            if chunk is None:
                whole = True
                return
            yield chunk
    finally:
        if broken and not whole:
            broken()


def _title(wanted: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, without those that are forbidden, none twice."""
    name = FORBIDDEN_IN_TITLE.sub(" ", plain(wanted)).strip("' ") or "1"
    title, number = name[:LONGEST_TITLE], 2
    while title.casefold() in taken:
        ending = f" {number}"
        title, number = name[: LONGEST_TITLE - len(ending)] + ending, number + 1
    taken.add(title.casefold())
    return title


def _write_about(book: xlsxwriter.Workbook, about: About, title: str) -> None:
    page = book.add_worksheet(title)
    page.set_column(0, 0, 20, book.add_format({"valign": "top", "bold": True}))
    wrapped = book.add_format({"valign": "top", "text_wrap": True})
    page.set_column(1, 1, 90, wrapped)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    for number, (label, text) in enumerate(about):
        page.write_string(number, 0, _harmless(plain(label)))
        page.write_string(number, 1, _harmless(plain(text)))


def _harmless(text: str) -> str:
    # xlsxwriter takes what stands between <r> and </r> for markup of its own; a blank at the end is none.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


class _SheetWriter:
    """One sheet while it is written: its formats, and the row that comes next."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: OutSheet, title: str) -> None:
        self.book, self.sheet = book, sheet
        self.page: RowSheet = book.add_worksheet(title, worksheet_class=RowSheet)
        self.kinds = [KINDS[column.kind] for column in sheet.columns]
        self.row = 0

    def write(self) -> None:
        """Head, rows, totals; the filter spans the rows alone."""
        self._set_up()
        self._write_head()
        first = self.row
        last = self.sheet.most_rows + first
        names, renderers = column_names(len(self.kinds)), self._renderers({})
        for values in self.sheet.rows:
            if self.row == last:
                raise TooManyRows(last - first)
            self.page.write_line(self.row, values, names, renderers)
            self.row += 1
        self.sheet.written = self.row - first
        self.page.autofilter(first - 1, 0, max(first, self.row - 1), len(self.kinds) - 1)
        if self.sheet.totals is not None:
            self.page.write_line(self.row, self.sheet.totals, names, self._renderers({"bold": True, "top": 1}))

    def _renderers(self, style: dict[str, Any]) -> list[Renderer]:
        """What writes the cells of each column in this style."""

        def made(pattern: str) -> Format:
            return self.book.add_format({**style, **({"num_format": pattern} if pattern else {})})

        patterns = {pattern for kind in self.kinds for pattern in (kind.whole, kind.parted)}
        formats = {pattern: made(pattern) for pattern in patterns}
        quoted = self.book.add_format({**style, "quote_prefix": True})
        words = formats.get("") if style else None
        return [
            renderer(kind, formats[kind.whole], formats[kind.parted or kind.whole], quoted, words)
            for kind in self.kinds
        ]

    def _set_up(self) -> None:
        for number, (column, kind) in enumerate(zip(self.sheet.columns, self.kinds, strict=True)):
            self.page.set_column(number, number, column.width or kind.width)
        self.page.freeze_panes(self.sheet.head_rows, self.sheet.frozen)
        self.page.repeat_rows(0, self.sheet.head_rows - 1)
        self.page.set_landscape()
        self.page.set_paper(A3 if self.sheet.wide else A4)
        self.page.fit_to_pages(1, 0)
        self.page.set_footer("&C&P / &N")

    def _write_head(self) -> None:
        look = {"bold": True, "bottom": 1, "valign": "vcenter", "text_wrap": True, "bg_color": "#F1F5F9"}
        left, right = self.book.add_format(look), self.book.add_format({**look, "align": "right"})
        if self.sheet.groups:
            self._write_groups(self.book.add_format({**look, "align": "center"}))
        for number, (column, kind) in enumerate(zip(self.sheet.columns, self.kinds, strict=True)):
            self.page.write_string(self.row, number, _harmless(plain(column.label)), right if kind.number else left)
        self.row += 1

    def _write_groups(self, centred: Format) -> None:
        place = 0
        for label, width in self.sheet.groups:
            if label and width > 1:
                self.page.merge_range(0, place, 0, place + width - 1, "", centred)
            self.page.write_string(0, place, _harmless(plain(label)), centred)
            place += width
        self.row = 1
