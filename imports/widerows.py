"""Rows of a text table that hold more cells than the header has columns: an unquoted 1,200 made two cells of one.

What stands behind it is in the wrong columns, and an amount of 1 is as good a number as one of 1,200: such a row is
refused as a whole. Spreadsheets have no such rows: a cell there cannot fall apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from imports.fields import ALL_FIELDS
from imports.grid import Cell, CellValue, Sheet
from imports.plan import ReadRow, shown
from imports.proposals import Proposal
from imports.rowkinds import is_filled
from imports.tables import Table
from jiangjin.lib.text import sentence

SHIFTED = "shifted_row"
TOO_WIDE = _(
    "This row has %(cells)s cells, and the header has %(columns)s columns: its values may stand in the wrong columns. "
    'Put figures and texts with a comma into quotation marks, e.g. "1,200", or write 1200.'
)
LONGEST = 200
_THOUSANDS, _REST = re.compile(r"\s*\d{1,3}"), re.compile(r"\d{3}(?:\.\d+)?\s*")


@dataclass(frozen=True, slots=True)
class WideRows:
    """The rows that are too wide, each with the number of its cells; `columns` is what the header has."""

    columns: int
    cells: dict[int, int]

    def refuse(self, row: ReadRow) -> None:
        """Refuse a row that is one of them."""
        message = sentence(TOO_WIDE, cells=str(self.cells[row.row]), columns=str(self.columns))
        name = next((name for name in ("name", "project_code") if name in row.columns), "name")
        row.refuse_whole(SHIFTED, message, name, ",".join(map(shown, row.cells))[:LONGEST])


def wide_rows(sheet: Sheet, table: Table, proposal: Proposal) -> WideRows:
    """Find them. Columns that a person mapped count like those with a header."""
    columns = max((column.number for column in proposal.columns if column.column.path or column.field), default=0)
    if not sheet.is_text or not columns:
        return WideRows(columns, {})
    amounts = [column.number for column in proposal.mapped if ALL_FIELDS[column.field or ""].kind == "money"]
    return WideRows(columns, dict(_wide(sheet, table, columns, amounts)))


def _wide(sheet: Sheet, table: Table, columns: int, amounts: list[int]) -> Iterator[tuple[int, int]]:
    """(row, cells) of rows that fill more cells than there are columns, or whose record is longer than the header's.

    A program that ends every record with one delimiter too many makes no row longer than the others: there only an
    amount that looks fallen apart counts.
    """
    header = max(columns, *(len(sheet.rows[row - 1]) for row in table.header_rows))
    some_fit = any(len(sheet.rows[row - 1]) <= header for row in table.rows)
    for row in table.rows:
        cells = sheet.rows[row - 1]
        if len(cells) <= columns:
            continue
        filled = sum(map(is_filled, cells))
        longer = len(cells) > header
        shifted = some_fit or any(map(is_filled, cells[header:])) or _fell_apart(cells, amounts)
        if filled > columns or (longer and shifted):
            yield row, len(cells)


def _fell_apart(cells: Sequence[CellValue | Cell], amounts: list[int]) -> bool:
    """Whether an amount ends in front of three digits: 1 | 200.00"""
    return any(
        _THOUSANDS.fullmatch(shown(cells[number - 1])) and _REST.fullmatch(shown(cells[number])) for number in amounts
    )
