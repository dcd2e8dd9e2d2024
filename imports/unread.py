"""What of a file is not read: sheets, with the reason, and columns without a field."""

from __future__ import annotations

from collections.abc import Iterable

from imports.plan import SheetPlan
from imports.said import sheet_reason


def unread_sheets(sheets: Iterable[SheetPlan]) -> list[tuple[str, str]]:
    """(name, reason in words) of the sheets that are not read."""
    return [
        # Whatever a hidden sheet holds, that it is hidden is why it was not read.
        (sheet.name, sheet_reason("hidden" if sheet.kind == "hidden" else sheet.reason))
        for sheet in sheets
        if not sheet.is_ledger
    ]


def unread_columns(sheets: Iterable[SheetPlan]) -> list[tuple[str, list[str]]]:
    """(sheet, ["F 备注2", …]) of the ledgers with columns that go into no field."""
    found = []
    for sheet in sheets:
        if sheet.is_ledger and sheet.unmapped:
            labels = (f"{column['column']} {column['header']}".strip() for column in sheet.unmapped)
            found.append((sheet.name, list(dict.fromkeys(labels))))  # further tables of a sheet repeat them
    return found
