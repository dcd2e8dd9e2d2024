"""Reads a spreadsheet into a grid of typed cells, whatever it is called and whoever wrote it.

Parsing happens in a child process (child.py), which imports this package too: that is why the functions below import
their Django side only when they are called.
"""

from __future__ import annotations

from pathlib import Path

from imports.reading.errors import ReadError

TYPE_CHECKING = False  # the child does without `typing`
if TYPE_CHECKING:
    from imports.grid import Workbook

__all__ = ["ReadError", "read_pasted", "read_workbook"]


def read_workbook(path: Path, *, filename: str = "", encoding: str | None = None) -> Workbook:
    """Read a file (.xlsx .xlsm .xls .xlsb .ods .et .csv .tsv .txt, or a web page of one table) by its content.

    `filename` is what the user calls it, for the ending and for messages; `encoding` overrides the guess for a text.
    Raises ReadError with one sentence for the user. Never changes the file, never leaves anything behind.
    """
    from imports.reading import reader

    return reader.read_workbook(Path(path), filename=filename, encoding=encoding)


def read_pasted(text: str) -> Workbook:
    """Read a table pasted from a spreadsheet: tabs between cells, quotes around cells with line breaks."""
    from imports.reading import reader

    return reader.read_pasted(text)
