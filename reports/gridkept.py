"""A table of figures as JSON and back: what is kept of one that was fixed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from jiangjin.lib.partialday import PartialDay
from reports.grid import Cell, Column, Grid, Row

# Kinds of values that JSON has no word for, and how they come back.
READERS: dict[str, Any] = {
    "decimal": Decimal,
    "day": datetime.date.fromisoformat,
    "partial": PartialDay.from_iso,
}


def kept_grid(grid: Grid) -> dict[str, Any]:
    """The table with its values, links and rules."""
    return {
        "code": grid.code,
        "title": str(grid.title),
        "notes": [str(note) for note in grid.notes],
        "empty": str(grid.empty),
        "wide": grid.wide,
        "desk_groups": grid.desk_groups,
        "cards": grid.cards,
        "columns": [
            {
                "label": str(column.label),
                "kind": column.kind,
                "group": str(column.group),
                "weak": column.weak,
                "key": column.key,
                "width": column.width,
            }
            for column in grid.columns
        ],
        "rows": [
            {"role": row.role, "level": row.level, "cells": [_kept_cell(cell) for cell in row.cells]}
            for row in grid.rows
        ],
    }


def grid_of(kept: dict[str, Any], *, opens: bool = True) -> Grid:
    """The table as it was kept; its figures open lists unless `opens` is False."""
    rows = [Row([_cell(cell, opens=opens) for cell in row["cells"]], row["role"], row["level"]) for row in kept["rows"]]
    columns = [Column(**column) for column in kept["columns"]]
    return Grid(
        kept["title"],
        columns,
        rows,
        list(kept["notes"]),
        kept["code"],
        kept["empty"],
        # Of tables that were fixed before these were kept it is not known.
        desk_groups=kept.get("desk_groups", False),
        wide=kept.get("wide", False),
        cards=kept.get("cards", False),
    )


def _kept_cell(cell: Cell) -> dict[str, Any]:
    kept: dict[str, Any] = {"value": _kept_value(cell.value)}
    if cell.params:
        kept["params"] = [[str(name), str(value)] for name, value in cell.params]
    if cell.href:
        kept["href"] = cell.href
    if cell.tone:
        kept["tone"] = cell.tone
    if not cell.dash:
        kept["dash"] = False
    if cell.kind:
        kept["kind"] = cell.kind
    if cell.title:
        kept["title"] = str(cell.title)
    return kept


def _cell(kept: dict[str, Any], *, opens: bool) -> Cell:
    value = kept["value"]
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        value = READERS[kind](text)
    params = [(name, text) for name, text in kept["params"]] if opens and "params" in kept else None
    return Cell(
        value,
        params,
        kept.get("href", ""),
        kept.get("dash", True),
        kept.get("tone", ""),
        kept.get("kind", ""),
        kept.get("title", ""),
    )


def _kept_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, PartialDay):
        return {"partial": str(value)}
    if isinstance(value, datetime.date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, bool | int):
        return value
    return strip_tags(value) if isinstance(value, SafeString) else str(value)
