"""What a person decided about single cells in the preview: another text for a cell, a change that is left out.

The file itself stays as it was brought; beside each corrected value what the file says is kept (ImportRow.details).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imports.grid import Sheet, column_number
from imports.plan import RowPlan, change_of, shown
from jiangjin.lib.dates import PartialDay

MOST = 2000  # corrected cells of a file
LONGEST = 500  # characters of a correction
LAST_COLUMN = 16_384
# A number under which a project is met stands beside its others: it overwrites nothing.
NEVER_LEFT_OUT = frozenset(("project_code",))


def place_of(key: str) -> tuple[str, int, int] | None:
    """(sheet, row, column) of "台账!B17"; None where it is no such key."""
    sheet, __, cell = key.rpartition("!")
    letters = cell.rstrip("0123456789")
    digits = cell[len(letters) :]
    if not sheet or not letters.isascii() or not letters.isalpha() or len(letters) > 3 or not 0 < len(digits) <= 7:
        return None
    column = column_number(letters)
    return (sheet, int(digits), column) if column <= LAST_COLUMN else None


def apply_corrections(sheet: Sheet, rows: Iterable[int], corrections: Mapping[str, str]) -> dict[str, str]:
    """Put the corrected texts into the cells of these data rows; returns what the file says there, by key."""
    said: dict[str, str] = {}
    wanted = [(key, place) for key in corrections if (place := place_of(key)) and place[0] == sheet.name]
    if not wanted:
        return said
    data = frozenset(rows)
    for key, (__, row, column) in wanted:
        if row not in data:
            continue
        cells = sheet.rows[row - 1]
        cells.extend([None] * (column - len(cells)))
        said[key] = shown(cells[column - 1])
        cells[column - 1] = corrections[key].strip() or None
    return said


def leave_out(row: RowPlan, left_out: frozenset[str]) -> None:
    """Take out of a row the values that a person does not want from it: as if their cells were empty.

    Its project must be found already, for by its name and numbers it finds it.
    """
    read = row.read
    for name in [*read.values, *(f"arrival {month}" for month in read.values.get("arrivals") or ())]:
        if f"{read.key}!{name}" not in left_out or name in NEVER_LEFT_OUT:
            continue
        if name.startswith("arrival "):
            months = read.values["arrivals"]
            read.values[name] = months.pop(PartialDay.from_iso(name.removeprefix("arrival ")))
        row.left_out.append(change_of(read, name))
        del read.values[name]
