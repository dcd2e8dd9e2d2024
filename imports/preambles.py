"""What stands above a table's header: its title, its unit, who filled it in and when."""

import re

from imports.grid import Sheet
from imports.headerblocks import Block
from imports.headers import header_years
from imports.rowkinds import (
    beside_unit,
    is_caption,
    is_filled,
    is_heading,
    is_note,
    line_units,
    names_category,
    text_of,
    title_units,
    unit_line,
)
from imports.tables import Skipped, Table

_ANNEX = re.compile(r"(?:附[件表]|表)\s*\d*[:：]?")
_NAMES_TABLE = re.compile(r"表|台账|清单|情况|统计|汇总|到位|到账|签约|年")


def read_preamble(sheet: Sheet, table: Table, begin: int, *, further: bool) -> None:
    """Title, unit line and caption above the header; `further`: of a table that is not the sheet's first."""
    for row in range(begin, table.header_rows[0]):
        texts = [text for raw in sheet.rows[row - 1] if (text := text_of(raw))]
        if is_blank(sheet, row):
            table.skipped.append(Skipped(row, "blank"))
            continue
        captions = [text for text in texts if is_caption(text) and not _only_unit(text)]
        units = _hear_lines(sheet, table, row)
        if captions:
            table.caption = "　".join(filter(None, (table.caption, *captions)))
        reason = "unit_line" if units else "note" if texts and is_note(texts[0]) else "caption"
        titles = [text for text in texts if not (text in captions or _only_unit(text) or _ANNEX.fullmatch(text))]
        if titles and reason != "note" and _heads_group(titles[0], further=further):
            reason = "group"
        elif titles and reason != "note" and not table.title:
            table.title, reason = titles[0], "title"
            del titles[0]
        dated = [text for text in titles if header_years(text) and not is_note(text)]
        if dated:  # 2020年6月　单位：万元 below a title without a year
            table.caption = "　".join(filter(None, (table.caption, *dated)))
        table.skipped.append(Skipped(row, reason, row_text(sheet, row)))


def _hear_lines(sheet: Sheet, table: Table, row: int) -> bool:
    """Take in the unit lines of a row, and the bracket that ends a title, 台账（亿元）; whether it holds a line."""
    found = False
    for text in map(text_of, sheet.rows[row - 1]):
        if units := line_units(text):
            table.hear_units(units, row)
            found = True
        elif units := title_units(text):
            table.hear_units(units, row)
    return found


def hear_below(sheet: Sheet, table: Table) -> None:
    """Unit lines and notes below the header: they give no unit, since they may be of something else, but contradict."""
    if not table.said_units:
        return
    for skipped in table.skipped:
        if skipped.row > table.header_rows[-1] and skipped.reason in ("unit_line", "note"):
            for units in filter(None, map(line_units, map(text_of, sheet.rows[skipped.row - 1]))):
                table.hear_units(units, skipped.row)


def read_unit_in_header(sheet: Sheet, table: Table, block: Block) -> None:
    """A unit line that shares the header's row, beside the last header.

    Below another header it is its column's own unit, and the table's only where nothing else says one.
    """
    silent = table.unit_row is None
    for row in table.header_rows:
        for index, raw in enumerate(sheet.rows[row - 1], 1):
            text = text_of(raw)
            alone = len(block.paths.get(index, ())) == 1
            if text and _only_unit(text) and (alone or (silent and table.unit_row is None)):
                table.hear_units(line_units(text) or ([], []), row)


def _only_unit(text: str) -> bool:
    """单位：亿元 by itself, not a title that also says its unit, nor a line that also says its year."""
    return unit_line(text) is not None and len(text) <= 16 and not header_years(beside_unit(text))


def _heads_group(text: str, *, further: bool) -> bool:
    """一、消费品产业（49个） heads rows; above a sheet's first header a number or a count alone may be of its title."""
    heading, category = is_heading(text), names_category(text)
    if not further:
        return heading and category
    return category or (heading and not _NAMES_TABLE.search(text))


def row_text(sheet: Sheet, row: int) -> str:
    """The texts of a row in one line."""
    return "　".join(text for raw in sheet.rows[row - 1] if (text := text_of(raw)))[:200]


def is_blank(sheet: Sheet, row: int) -> bool:
    """Whether a row says nothing."""
    return not any(map(is_filled, sheet.rows[row - 1]))
