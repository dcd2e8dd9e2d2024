"""Cells of a workbook that goes back to its author: typed as they came, and what looks like a formula stays text."""

from __future__ import annotations

import datetime
import re
from typing import Any

from openpyxl.cell import Cell as BookCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from imports.grid import Cell, CellValue
from imports.ownmarks import comment_author
from imports.reading.remarks import MOST_CHARS, words_of
from jiangjin.lib.text import DANGEROUS

WRONG = PatternFill("solid", fgColor="FFFFC7CE")
HEADER = Font(bold=True)
WRAPPED = Alignment(wrap_text=True, vertical="top")
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
EARLIEST = 1905  # years before it are no days to a spreadsheet, in one of its two calendars or the other
LONGEST_TITLE = 31
# What a workbook's XML cannot hold.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORBIDDEN_IN_TITLE = re.compile(r"[\\*?:/\[\]]")


def sheet_title(name: str) -> str:
    """A sheet's name, without what only other programs allow in it."""
    return FORBIDDEN_IN_TITLE.sub(" ", FORBIDDEN.sub("", name))[:LONGEST_TITLE].strip("'") or "Sheet"


def value_cell(page: Any, raw: CellValue | Cell) -> Any:
    """What is appended to a row for a cell of the file: its plain value where that is enough, else a cell."""
    number_format = ""
    if isinstance(raw, Cell):
        raw, number_format = raw.value, raw.number_format
    if raw is None or raw == "":
        return None
    if isinstance(raw, str):
        return text_cell(page, raw)
    if isinstance(raw, datetime.date) and raw.year < EARLIEST:
        return text_cell(page, str(raw))
    if isinstance(raw, datetime.date):
        number_format = number_format or (MOMENT if isinstance(raw, datetime.datetime) else DAY)
    if not number_format:
        return raw
    cell = WriteOnlyCell(page, raw)
    cell.number_format = number_format
    return cell


def text_cell(page: Any, text: str) -> Any:
    """Text, whatever it begins with: what looks like a formula stays text also when somebody edits it."""
    text = FORBIDDEN.sub("", text)
    if not DANGEROUS.match(text) and text not in ERROR_CODES:
        return text
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def wrong_cell(page: Any, raw: CellValue | Cell, why: str) -> BookCell:
    """A cell in light red with a comment that says why; without `why` in red alone."""
    cell = _as_cell(page, value_cell(page, raw))
    cell.fill = WRONG
    if not why:
        return cell
    lines = sum(len(line) // 16 + 1 for line in why.splitlines())
    why = FORBIDDEN.sub("", why)[:MOST_CHARS]
    cell.comment = Comment(why, comment_author(words_of(why)), height=30 + 18 * min(lines, 20), width=260)
    return cell


def bold(page: Any, value: Any) -> BookCell:
    """A cell of the header."""
    cell = _as_cell(page, value)
    cell.font, cell.alignment = HEADER, WRAPPED
    return cell


def _as_cell(page: Any, value: Any) -> BookCell:
    return value if isinstance(value, BookCell) else WriteOnlyCell(page, value)
