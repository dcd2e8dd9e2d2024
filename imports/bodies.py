"""The rows below a header: which are projects, and why the others are none.

A hundred thousand rows pass here, so an ordinary row is told by a few cheap looks at its raw values.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from imports.grid import Cell, CellKind, Sheet, Span
from imports.headerpaths import match_path
from imports.headers import normal
from imports.rowkinds import (
    Raw,
    is_column_numbers,
    is_continued,
    is_filled,
    is_footer,
    is_han_serial,
    is_heading,
    is_next_note,
    is_note,
    is_serial,
    names_category,
    number_of,
    raw_value,
    sum_word,
    text_of,
    unit_line,
)
from imports.rowsums import Line, settle
from imports.tables import Table

_SAMPLE = 300
_NOWHERE = -1
_MAY_BE_SUM = re.compile(r"[小合总共累]\s*计")
_YEARS = re.compile(r"(?:19|20)\d\d(?=年)")
_COUNT_ALONE = re.compile(r"\d{1,5}\s*(?:个|项|家)(?:项目)?")
_OPENS_HEADING = "一二三四五六七八九十（(第"


@dataclass(slots=True)
class _Body:
    """What is known of a table while its rows are read. Indexes are 0-based."""

    table: Table
    name: int
    serial: int
    headers: dict[int, set[str]]
    names: set[str]  # the header texts as they stand
    across: set[int]  # rows merged over three columns or more
    inherited: dict[tuple[int, int], int]  # (row, column) → row that holds the merged value
    arabic: bool  # serial numbers are 1, 2, 3, so 一 in their column is a heading
    header_row: int  # the last header row above, repeated ones included
    ended: bool = False  # a footer, a note or the total was met
    lines: list[Line] = field(default_factory=list)


def read_body(sheet: Sheet, table: Table, end: int) -> None:
    """Sort the rows below the header of `table` up to row `end` into data and skipped rows, groups and sums."""
    body = _start(sheet, table, end)
    data = table.rows
    for row in range(table.header_rows[-1] + 1, end + 1):
        cells = sheet.rows[row - 1]
        if row > body.header_row + 2 and _is_ordinary(body, cells):
            data.append(row)
            continue
        kind, text = _classify(body, row, cells)
        if kind == "data":
            data.append(row)
        else:
            body.lines.append(Line(row, kind, text))
            body.ended = body.ended or kind in ("footer", "note", "total")
            if kind in ("header_repeat", "column_numbers"):
                body.header_row = row
    settle(sheet, table, body.lines, body.serial + 1)
    table.rows.sort()
    table.skipped.sort(key=lambda skipped: skipped.row)
    if data:
        table.first_row, table.last_row = table.rows[0], table.rows[-1]
    kept = set(table.rows)
    table.filled = {
        place: source
        for place, source in body.inherited.items()
        if place[0] in kept and not is_filled(sheet.cell(*place))
    }


def _is_ordinary(body: _Body, cells: list[Raw]) -> bool:
    """A cheap look that settles nearly every row: a numbered serial cell and a name, or a name among other cells.

    Whatever could be a sum, a heading, a footer or a header is left to `_classify`.
    """
    name, serial = body.name, body.serial
    if not 0 <= name < len(cells):
        return False
    label = cells[name]
    if type(label) is not str or len(label) <= 3 or ("计" in label and _MAY_BE_SUM.search(label)):
        return False
    if serial >= 0:
        raw = cells[serial] if serial < len(cells) else None
        if type(raw) is Decimal or (type(raw) is str and raw.strip().isdigit()):
            return True
    if len(cells) - cells.count(None) < 4 or label[0] in _OPENS_HEADING or label in body.names:
        return False
    return not any(type(raw) is str and ("计" in raw or ":" in raw or "：" in raw) for raw in cells[:name])


def _start(sheet: Sheet, table: Table, end: int) -> _Body:
    top = table.header_rows[-1] + 1
    headers: dict[int, set[str]] = {}
    serial = _NOWHERE
    for column in table.columns:
        headers[column.number - 1] = {normal(text) for text in column.path}
        match = match_path(column.path)
        if match and serial == _NOWHERE and any(entry.field == "serial" for entry in match.entries):
            serial = column.number - 1
    inherited: dict[tuple[int, int], int] = {}
    across: set[int] = set()
    for span in sheet.merged:
        if span.top < top or span.top > end:
            continue
        if span.right - span.left >= 2 and span.top == span.bottom:
            across.add(span.top)
        elif span.bottom > span.top and is_filled(sheet.cell(span.top, span.left)):
            inherited |= _inherit(span, end)
    return _Body(
        table,
        (table.name_column or 0) - 1,
        serial,
        headers,
        {str(raw_value(raw)) for row in table.header_rows for raw in sheet.rows[row - 1]},
        across,
        inherited,
        _has_arabic_serials(sheet, serial, top),
        table.header_rows[-1],
    )


def _inherit(span: Span, end: int) -> dict[tuple[int, int], int]:
    return {(row, span.left): span.top for row in range(span.top + 1, min(span.bottom, end) + 1)}


def _has_arabic_serials(sheet: Sheet, serial: int, top: int) -> bool:
    cells = [row[serial] for row in sheet.rows[top - 1 : top - 1 + _SAMPLE] if 0 <= serial < len(row)]
    return sum(map(is_serial, cells)) > sum(map(is_han_serial, cells))


def _classify(body: _Body, row: int, cells: list[Raw]) -> tuple[str, str]:
    """(kind, text) of a row. Kinds besides the skipped reasons: data, and what `settle` decides in the end: heading
    (a text by itself), sums (a heading with amounts) and numbers (nothing but numbers)."""
    filled = [index for index, raw in enumerate(cells) if is_filled(raw)]
    if not filled:
        return "blank", ""
    if filled == [body.serial] and is_serial(cells[body.serial]):
        return "blank", ""  # a prepared number without a project
    if row <= body.header_row + 2 and _numbers_columns(body, cells):
        return "column_numbers", ""
    texts = {index: text for index in filled if (text := text_of(cells[index]))}
    words = "　".join(texts.values())[:200]
    if _repeats_header(body, texts, len(filled)):
        return "header_repeat", words
    named = body.name in texts or (row, body.name + 1) in body.inherited
    kind = _sum_kind(body, texts, named, cells) or _loose_kind(body, filled, texts, cells)
    if not kind:
        kind = _heading_kind(body, row, filled, texts, named, cells)
    return kind or "data", words


def _numbers_columns(body: _Body, cells: list[Raw]) -> bool:
    return is_column_numbers(cells, body.name if body.name >= 0 else None, len(body.headers))


def _repeats_header(body: _Body, texts: dict[int, str], filled: int) -> bool:
    if not texts:
        return False
    if filled <= 2 and any(is_continued(text) for text in texts.values()):
        return True
    # One look at the first text settles nearly every row.
    first = next(iter(texts))
    if normal(texts[first]) not in body.headers.get(first, ()):
        return False
    same = sum(normal(text) in body.headers.get(index, ()) for index, text in texts.items())
    return same >= max(2, 0.6 * filled)


def _sum_kind(body: _Body, texts: dict[int, str], named: bool, cells: list[Raw]) -> str:
    """subtotal or total where a whole cell says so: the name itself, or another one in a row that has no name."""
    if len(texts) >= 3 and not any(map(_says_number, cells)):
        return ""  # 名称 | 性质 | 合计 is a level of the header that was not taken for one, and no sum
    for index, text in texts.items():
        word = sum_word(text)
        if not word:
            continue
        numbered = 0 <= body.serial < len(cells) and is_serial(cells[body.serial])
        if index == body.name or not named or (index < body.name and not numbered):
            return word[0]
    return ""


def _says_number(raw: Raw) -> bool:
    """A number, a formula, or a text with a figure that is no year: 10亿元."""
    return isinstance(raw, Cell | Decimal) or any(map(str.isdecimal, _YEARS.sub("", text_of(raw))))


def _loose_kind(body: _Body, filled: list[int], texts: dict[int, str], cells: list[Raw]) -> str:
    """Rows around tables: footers, notes, unit lines and titles printed again on a page."""
    if not texts or filled[0] not in texts:
        return ""
    first = texts[filled[0]]
    numbers = len(filled) - len(texts)
    if is_footer(first) and numbers <= 1:
        return "footer"
    if is_note(first) and len(filled) <= 2 and not numbers and not _short_name(body, first, filled):
        return "note"
    if len(filled) > 3 or numbers:
        return ""
    if first == body.table.title:
        return "title"
    if any(unit_line(text) for text in texts.values()):
        return "unit_line"
    return "note" if body.ended and len(filled) == 1 and is_next_note(first) else ""


def _short_name(body: _Body, first: str, filled: list[int]) -> bool:
    """A name in its column beside another cell is a project, also where it reads 说明."""
    return filled[0] == body.name and len(filled) > 1


def _heading_kind(
    body: _Body, row: int, filled: list[int], texts: dict[int, str], named: bool, cells: list[Raw]
) -> str:
    numbers = [index for index in filled if index not in texts]
    if not texts:
        return "" if named or not _only_numbers(cells, numbers) else "numbers"
    first = filled[0]
    if first not in texts:
        return ""
    if body.arabic and first == body.serial and is_han_serial(cells[first]) and len(texts) <= 2:
        return "sums" if numbers else "heading"
    text = texts[first]
    lone = len(texts) == 1
    if body.arabic and first == body.serial and len(texts) == 2 and _COUNT_ALONE.fullmatch(texts.get(body.name, "")):
        return "sums" if numbers else "heading"  # 双福工业园 | 12个
    if numbers:
        amounts = all(number_of(cells[index]) is not None for index in numbers)
        return "sums" if lone and amounts and is_heading(text) and first <= max(body.name, 0) else ""
    if lone and first == body.name and body.arabic and names_category(text):
        return "heading"
    if lone and first == body.name and row not in body.across and not is_heading(text):
        return "note" if body.ended else ""  # a project of which only the name is known
    if lone and (first <= body.name or row in body.across):
        return "heading"
    return "heading" if not named and first < body.name and is_heading(text) and len(texts) <= 3 else ""


def _only_numbers(cells: list[Raw], numbers: list[int]) -> bool:
    """Numbers and formulas that were never calculated, no days."""
    for index in numbers:
        raw = cells[index]
        if isinstance(raw, Cell) and raw.kind is CellKind.UNCALCULATED:
            continue
        if number_of(raw) is None or isinstance(raw_value(raw), bool):
            return False
    return True
