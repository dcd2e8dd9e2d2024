"""Sheets for tests: built in code, or read from the sample files."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import python_calamine

from imports.grid import Sheet, Span, column_number

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"


def make_sheet(*rows: list, merged: tuple[str, ...] = (), name: str = "台账", hidden: bool = False) -> Sheet:
    """A sheet of the rows; ints become Decimals, merges are written A1:C1."""
    grid = [[Decimal(str(cell)) if type(cell) in (int, float) else cell for cell in row] for row in rows]
    return Sheet(name, grid, merged=[_span(area) for area in merged], hidden=hidden)


def _span(area: str) -> Span:
    (left, top), (right, bottom) = (
        (column_number(corner.rstrip("0123456789")), int(corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
        for corner in area.split(":")
    )
    return Span(top, left, bottom, right)


def sample_sheet(name: str) -> Sheet:
    """The one sheet of a sample file, as the reader would hand it on."""
    path = SAMPLES / name
    if path.suffix == ".csv":
        text = path.read_bytes().decode("gb18030")
        return Sheet(path.stem, [[cell or None for cell in row] for row in csv.reader(io.StringIO(text))])
    workbook = python_calamine.load_workbook(path)
    sheet = workbook.get_sheet_by_name(workbook.sheet_names[0])
    merged = [
        Span(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges
    ]
    rows = [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return Sheet(sheet.name, rows, merged=merged)


def _cell(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(format(value, ".15g"))
    return None if value == "" else value
