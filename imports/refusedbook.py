"""Refused rows as a workbook that imports as it is: the file's own headers and values, and beside them what is wrong.

What stands above the data keeps its rows and columns, so that unit lines, two-level headers and what was decided by
letter or by header row are read again in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.cell_range import CellRange

from imports.grid import Cell, CellKind, Sheet, Span, column_letter
from imports.headers import read_header
from imports.ownmarks import REASON, place_said
from imports.ownrows import OwnRow, own_rows, put
from imports.plan import shown
from imports.refusedcells import bold, sheet_title, text_cell, value_cell, wrong_cell
from imports.refusedwords import said_in_workbook
from imports.reread import Done, Reread, fault_column, kept_name
from imports.rowkinds import is_filled
from imports.understanding import Understood
from imports.widerows import SHIFTED
from jiangjin.lib.faults import SHIFTED_MARK, UNCALCULATED

WIDTHS = {"name": 30, "investor": 30}
REASON_WIDTH = 60


@dataclass(slots=True)
class _Section:
    """A table of a sheet, its head's first row and its refused rows."""

    part: Understood
    begin: int
    reason_column: int
    rows: list[Done] = field(default_factory=list)


def write_refused(target: BinaryIO, again: Reread) -> int:
    """Write the refused rows, a sheet for each sheet that has some; returns how many there are."""
    by_sheet: dict[str, list[Done]] = defaultdict(list)
    for done in again.rows.refused():
        by_sheet[done.sheet].append(done)
    book = Workbook(write_only=True)
    if again.workbook.epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    count = 0
    for sheet in again.workbook.sheets:
        refused = by_sheet.get(sheet.name) or by_sheet.get(kept_name(sheet.name), [])
        parts = [part for part in again.parts if part.sheet is sheet]
        if refused and parts:
            _write_sheet(book, sheet, _sections(sheet, parts, refused))
            count += len(refused)
    if count:
        book.save(target)
    return count


def _sections(sheet: Sheet, parts: list[Understood], refused: list[Done]) -> list[_Section]:
    """The tables to write: those with refused rows, and the first, whose title and unit hold for the others too."""
    parts = sorted(parts, key=lambda part: part.table.header_rows[0])
    widest = max(_width(sheet, part) for part in parts)
    for done in refused:  # what stands beside the table, too far down to be one of its columns
        cells = sheet.rows[done.row - 1] if done.row <= len(sheet.rows) else []
        widest = max([widest] + [number for number, raw in enumerate(cells[widest:], widest + 1) if is_filled(raw)])
    kept = {part.table.header_rows[0]: column for part in parts if (column := _reason_column(sheet, part))}
    sections = [_Section(part, _begin(part), kept.get(part.table.header_rows[0], widest + 1)) for part in parts]
    for done in sorted(refused, key=lambda done: done.row):
        # The table that it stands in: the last one whose header is above.
        above = [section for section in sections if section.part.table.header_rows[-1] < done.row]
        (above or sections)[-1 if above else 0].rows.append(done)
    return [section for number, section in enumerate(sections) if section.rows or number == 0]


def _width(sheet: Sheet, part: Understood) -> int:
    """The last column that the table, or a line of its head, has."""
    table = part.table
    head = sheet.rows[_begin(part) - 1 : table.header_rows[-1]]
    filled = [number for row in head for number, raw in enumerate(row, 1) if is_filled(raw)]
    return max([column.number for column in table.columns] + filled)


def _reason_column(sheet: Sheet, part: Understood) -> int | None:
    """The column of the reasons in a file that comes back a second time."""
    mapped = {column.number for column in part.proposal.mapped}
    for row in reversed(part.table.header_rows):
        for number, raw in enumerate(sheet.rows[row - 1], 1):
            if raw == REASON and number not in mapped:
                return number
    return None


def _begin(part: Understood) -> int:
    """The first row of what stands above a table's header: title, unit line, caption."""
    table = part.table
    return min([skip.row for skip in table.skipped if skip.row < table.header_rows[0]] + [table.header_rows[0]])


def _write_sheet(book: Workbook, sheet: Sheet, sections: list[_Section]) -> None:
    page = book.create_sheet(sheet_title(sheet.name))
    for section in sections:
        page.column_dimensions[column_letter(section.reason_column)].width = REASON_WIDTH
        for column in section.part.proposal.mapped:
            page.column_dimensions[column.letter].width = WIDTHS.get(column.field or "", 14)
    if len(sections) == 1:
        page.freeze_panes = f"A{sections[0].part.table.header_rows[-1] + 1}"
    at = 1  # the row that is written next
    for section in sections:
        if at > 1:
            page.append([])
            at += 1
        at = _write_head(page, sheet, section, at)
        for row in own_rows(sheet, section.part, section.rows, at):
            page.append(_cells(page, section, row))
            for span in row.merges:
                _merge(page, span)
        at += len(section.rows)
    if sheet.merged and not page.merged_cells.ranges:
        _merge_something(page, sheet, sections[0])


def _merge_something(page: Any, sheet: Sheet, first: _Section) -> None:
    """Two empty cells above the header: in a sheet without a merge, short texts there count as a level of the header.

    The file had merges, but those of its data are filled in now.
    """
    last = first.reason_column
    for row in range(first.begin, first.part.table.header_rows[0]):
        if not is_filled(sheet.cell(row, last - 1)) and not is_filled(sheet.cell(row, last)):
            return _merge(page, Span(row, last - 1, row, last))


def _write_head(page: Any, sheet: Sheet, section: _Section, at: int) -> int:
    """What stands above the data, with its merges; returns the row below it."""
    table = section.part.table
    shift = at - section.begin
    last = table.header_rows[-1]
    names_reason = _reason_row(sheet, section)
    for row in range(section.begin, last + 1):
        raws = list(sheet.rows[row - 1])
        header = row in table.header_rows
        cells = [
            bold(page, value_cell(page, raw)) if header and is_filled(raw) else value_cell(page, raw) for raw in raws
        ]
        if row == names_reason:
            put(cells, section.reason_column, bold(page, REASON))
        page.append(cells)
    edge = max(column.number for column in table.columns)
    for span in sheet.merged:
        if section.begin <= span.top <= last:
            _merge(page, _head_span(span, section, edge, shift))
    return at + last - section.begin + 1


def _reason_row(sheet: Sheet, section: _Section) -> int:
    """The header's last row; above a row of nothing but units, which any other text would make unknown as such."""
    rows = section.part.table.header_rows
    texts = [str(raw) for raw in sheet.rows[rows[-1] - 1] if isinstance(raw, str) and is_filled(raw)]
    units = [text for text in texts if (header := read_header(text)).unit_kind and not header.bare]
    return rows[-2] if len(rows) > 1 and texts and len(units) == len(texts) else rows[-1]


def _head_span(span: Span, section: _Section, edge: int, shift: int) -> Span:
    """A merge of the head. A title over the whole table covers the new column too: else it would read as a header."""
    above = span.bottom < section.part.table.header_rows[0]
    right = section.reason_column if above and edge <= span.right < section.reason_column else span.right
    last = section.part.table.header_rows[-1]
    return Span(span.top + shift, span.left, min(span.bottom, last) + shift, right)


def _merge(page: Any, span: Span) -> None:
    if span.bottom > span.top or span.right > span.left:
        page.merged_cells.add(CellRange(None, span.left, span.top, span.right, span.bottom))


def _cells(page: Any, section: _Section, row: OwnRow) -> list[Any]:
    wrong = _wrong(section.part, row.done)
    shifted = {fault_column(section.part, fault) for fault in row.done.faults if fault.code == SHIFTED}
    cells = [value_cell(page, raw) for raw in row.raws]
    for column, messages in wrong.items():
        if column:
            raw = row.raws[column - 1] if column <= len(row.raws) else None
            if isinstance(raw, Cell) and raw.kind is CellKind.UNCALCULATED:
                raw = UNCALCULATED
            elif column in shifted and not str(raw or "").startswith(SHIFTED_MARK):
                # In a workbook nothing else tells such a row from a good one.
                raw = f"{SHIFTED_MARK}{shown(raw)}"
            put(cells, column, wrong_cell(page, raw, "" if column in row.covered else "\n".join(messages)))
    put(cells, section.reason_column, text_cell(page, _reasons(section.part, wrong)))
    return cells


def _wrong(part: Understood, done: Done) -> dict[int, list[str]]:
    """What is wrong by column number; 0 where it is about no column of the file."""
    wrong: dict[int, list[str]] = {}
    for fault in done.faults:
        messages = wrong.setdefault(fault_column(part, fault), [])
        if (said := said_in_workbook(fault.message)) not in messages:
            messages.append(said)
    return wrong


def _reasons(part: Understood, wrong: dict[int, list[str]]) -> str:
    """【协议投资额（亿元）】…"""
    said = []
    for number, messages in wrong.items():
        column = part.table.column(number)
        header = (column.header if column else "") or column_letter(number)
        said.append(place_said(header) + " ".join(messages))
    return "　".join(said)
