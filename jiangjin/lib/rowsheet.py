"""Rows of a workbook as ready XML.

xlsxwriter keeps an object a cell and builds its XML out of attributes one by one: that alone takes longer than to read
a register. A sheet of ours goes round it where rows are many, and through it for all else: head, widths, packing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from jiangjin.lib.outcells import Kind, text_xml

Renderer = Callable[[Any], str]  # from a value that is there: the XML of its cell after the cell's name


class RowSheet(Worksheet):
    """A worksheet in constant memory that takes whole rows; between them it can be written to as usual, downwards."""

    def write_line(self, row: int, values: Sequence[Any], names: Sequence[str], renderers: Sequence[Renderer]) -> None:
        """Write a row below all others; None and "" are no cell at all."""
        self._write_single_row(row)  # what was written cell by cell goes first
        line = row + 1
        cells = [
            f'<c r="{name}{line}"{render(value)}'
            for value, name, render in zip(values, names, renderers, strict=True)
            if value is not None and value != ""
        ]
        self.fh.write(f'<row r="{line}">{"".join(cells)}</row>')
        for column in (0, len(names) - 1):
            self._check_dimensions(row, column)


def column_names(count: int) -> list[str]:
    """A, B, C … for so many columns."""
    return [xl_col_to_name(number) for number in range(count)]


def renderer(kind: Kind, whole: Format, parted: Format, quoted: Format, words: Format | None) -> Renderer:
    """What writes the values of a column: as numbers with a format, or as text (`words`: its format, None: none)."""
    formula_like = f' s="{quoted._get_xf_index()}"'
    usual = f' s="{words._get_xf_index()}"' if words else ""

    def text(value: Any) -> str:
        content, dangerous = text_xml(value if isinstance(value, str) else kind.text(value))
        return (formula_like if dangerous else usual) + content

    if kind.number is None:
        return text
    number, style = kind.number, f' s="{whole._get_xf_index()}"><v>'
    style_of_parts = f' s="{parted._get_xf_index()}"><v>'

    def plain_number(value: Any) -> str:
        # A word may stand where numbers do: a day of which only the month is known.
        digits = None if isinstance(value, str) else number(value)
        return text(value) if digits is None else f"{style}{digits}</v></c>"

    def any_number(value: Any) -> str:
        digits = None if isinstance(value, str) else number(value)
        if digits is None:
            return text(value)
        return f"{style_of_parts if '.' in digits else style}{digits}</v></c>"

    return any_number if whole is not parted else plain_number
