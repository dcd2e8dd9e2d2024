"""What the page of a written batch shows: what each row did, from the rows that were kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from imports.models import ImportRow, RowAction
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


def _shown(row: ImportRow, words: Words) -> ShownResult:
    did = [detail for detail in row.details if "comment" not in detail]
    comments = [(detail["cell"], detail["comment"]) for detail in row.details if "comment" in detail]
    if row.action == RowAction.REFUSED:
        return ShownResult(row, [], [_problem(row, detail) for detail in did], comments)
    return ShownResult(row, [_change(detail, words) for detail in did], [], comments)


def _problem(row: ImportRow, detail: dict[str, Any]) -> dict[str, Any]:
    column = detail.get("column") or ""
    return {
        "cell": f"{column}{row.row}" if column else "",
        "value": detail.get("value", ""),
        "message": detail.get("message", ""),
    }


def _change(detail: dict[str, Any], words: Words) -> ShownChange:
    name = detail["field"]
    return ShownChange(
        field_label(name),
        words.stored(name, detail.get("old")),
        words.stored(name, detail["new"]),
        detail["cell"],
        detail.get("raw", ""),
        file=detail.get("file", ""),
    )
