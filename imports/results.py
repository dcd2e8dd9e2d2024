"""What the page of a written batch shows: what each row did, from the rows that were kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from imports.models import ImportBatch, ImportRow, RowAction
from imports.said import Words, field_label
from imports.shown import ShownChange

UNFOLDED = 3  # values


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A kept row in words; a refused one with what was wrong at which cell."""

    row: ImportRow
    changes: list[ShownChange]
    problems: list[dict[str, Any]]
    comments: list[tuple[str, str]] = field(default_factory=list)  # (cell, what somebody said there)
    left_out: list[ShownChange] = field(default_factory=list)  # what a person did not want from it

    @property
    def is_new(self) -> bool:
        return self.row.action == RowAction.CREATE

    @property
    def folds(self) -> bool:
        """A new project says all that it has: too much to read row by row."""
        return self.is_new and len(self.changes) > UNFOLDED

    @property
    def word(self) -> str:
        return str(RowAction(self.row.action).label)


def result_rows(rows: Iterable[ImportRow], words: Words) -> list[ShownResult]:
    """What the rows of a written batch did, in words."""
    return [_shown(row, words) for row in rows]


def rows_left_out(batch: ImportBatch) -> list[int]:
    """Keys of the rows of a written batch of which a person left something out; one query."""
    if not batch.left_out:
        return []
    # Decisions are kept that came to nothing, of a column that was given up since: the rows say what was left out.
    numbers = {key.rpartition("!")[0].rpartition("!")[2] for key in batch.left_out}
    rows = batch.rows.filter(row__in=[number for number in numbers if number.isdecimal()])
    return [pk for pk, details in rows.values_list("pk", "details") if any("left_out" in detail for detail in details)]


def _shown(row: ImportRow, words: Words) -> ShownResult:
    did = [detail for detail in row.details if "comment" not in detail and "left_out" not in detail]
    comments = [(detail["cell"], detail["comment"]) for detail in row.details if "comment" in detail]
    left = [_change(left_as_change(detail), words) for detail in row.details if "left_out" in detail]
    if row.action == RowAction.REFUSED:
        return ShownResult(row, [], [_problem(row, detail) for detail in did], comments, left)
    return ShownResult(row, [_change(detail, words) for detail in did], [], comments, left)


def left_as_change(detail: dict[str, Any]) -> dict[str, Any]:
    """A value that was left out, named as one that was written."""
    return {"field": detail["left_out"], "new": detail["says"], **detail}


def _problem(row: ImportRow, detail: dict[str, Any]) -> dict[str, Any]:
    column = detail.get("column") or ""
    return {
        "cell": f"{column}{row.row}" if column else "",
        "value": detail.get("value", ""),
        "message": detail.get("message", ""),
        "file": _file(detail),
    }


def _change(detail: dict[str, Any], words: Words) -> ShownChange:
    name = detail["field"]
    return ShownChange(
        field_label(name),
        words.stored(name, detail.get("old")),
        words.stored(name, detail["new"]),
        detail["cell"],
        detail.get("raw", ""),
        file=_file(detail),
    )


def _file(detail: dict[str, Any]) -> str:
    """What the file says where a person corrected it; empty where nobody did."""
    return detail["file"] or _("empty") if "file" in detail else ""
