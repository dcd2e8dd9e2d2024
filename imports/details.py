"""What each row of a file did, as `ImportRow.details` keeps it."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

from imports.plan import UNWRITTEN, Change, ReadRow, RowPlan, shown
from jiangjin.lib.bulk import JsonText
from jiangjin.lib.dates import PartialDay

REPEATED = frozenset((Decimal, datetime.date))  # in columns whose amounts and days are few
_shown = functools.lru_cache(maxsize=16384)(shown)
_of_day = functools.lru_cache(maxsize=16384)(PartialDay.__str__)


def details_of(row: RowPlan, corrected: Mapping[str, str]) -> list[dict[str, Any]] | JsonText:
    """What is kept of a row. `corrected`: what the file says in cells that a person corrected, by "sheet!B17"."""
    read = row.read
    if row.is_new_project and row.accepted and not (corrected or read.elsewhere or read.comments or row.left_out):
        return _text_of_new(read)
    details = _all_of(row)
    if corrected:
        _with_file(row, details, corrected)
    return details


def _text_of_new(read: ReadRow) -> JsonText:
    """What `_all_of` gives for a new project of which every value stands in the row's own cells, written at once.

    Nearly all rows of a large import are such rows, and a dictionary a value costs more than storing it.
    """
    cells, columns, number = read.cells, read.columns, read.row
    width = len(cells)
    told = []
    for name, new in read.values.items():
        if name in UNWRITTEN:
            continue
        letter, index = columns.get(name, ("", width))
        raw = cells[index] if index < width else None
        cell = "" if raw is None or raw == "" else f"{letter}{number}"
        if type(raw) is not str:
            raw = _shown(raw) if type(raw) in REPEATED else shown(raw)
        if type(new) is not str:
            new = _of_day(new) if type(new) is PartialDay else _plain(new)
        value = quoted(new) if isinstance(new, str) else json.dumps(new, ensure_ascii=False)
        beside = "" if raw == new else f', "raw": {quoted(raw)}'
        told.append(f'{{"field": "{name}", "cell": "{cell}", "new": {value}{beside}}}')
    return JsonText(f"[{', '.join(told)}]")


def _all_of(row: RowPlan) -> list[dict[str, Any]]:
    """What a row did, or what is wrong with it; what a person left out of it; then the comments of its cells."""
    did = _did(row)
    if row.left_out:
        did += [_left(change) for change in row.left_out]
    if row.read.from_above:
        _say_origins(did, row.read)
    if row.read.comments:
        did += [{"cell": cell, "comment": words} for cell, words in row.read.comments]
    return did


def _did(row: RowPlan) -> list[dict[str, Any]]:
    if not row.accepted:
        return [error.as_json() for error in row.read.errors]
    return [_told(change.field, change.cell, change.raw, change.old, change.new) for change in row.changes]


def _say_origins(details: list[dict[str, Any]], read: ReadRow) -> None:
    """Beside a value whose cell is empty here the cell above in which it stands."""
    for detail in details:
        origin = (read.from_above or {}).get(detail.get("field") or detail.get("left_out") or "")
        if origin and detail.get("cell"):
            detail["from"] = f"{detail['cell'].rstrip('0123456789')}{origin}"


def _with_file(row: RowPlan, details: list[dict[str, Any]], corrected: Mapping[str, str]) -> None:
    """Beside a corrected value, taken, left out or wrong itself, what the file says in its cell."""
    for detail in details:
        cell = detail.get("from") or detail.get("cell") or f"{detail.get('column')}{row.read.row}"
        key = f"{row.read.sheet}!{cell}"
        if key in corrected and "comment" not in detail:
            detail["file"] = corrected[key]


def _left(change: Change) -> dict[str, Any]:
    """A value that a person left out; under names of its own, so that nothing takes it for one that was written."""
    told = _told(change.field, change.cell, change.raw, None, change.new)
    return {"left_out": told.pop("field"), "says": told.pop("new"), **told}


def _told(name: str, cell: str, raw: Any, old: Any, new: Any) -> dict[str, Any]:
    """What is as one expects is left out: no old value, and a cell that says just what was stored."""
    new = new if type(new) is str else _plain(new)
    raw = raw if type(raw) is str else shown(raw)
    detail = {"field": name, "cell": cell, "new": new}
    if raw != new:
        detail["raw"] = raw
    if old is not None:
        detail["old"] = _plain(old)
    return detail


def _plain(value: Any) -> Any:
    """A value for JSON; amounts stay text, so that nothing is lost."""
    if type(value) is PartialDay or type(value) is Decimal:  # most of what is no text
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return str(value)
