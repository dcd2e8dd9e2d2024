"""Values that somebody changed by hand since the last import wrote them, and that a file would now change again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.hands import hands_of
from imports.models import BatchState, ImportRow
from imports.movedrows import spoke_of
from imports.plan import RowPlan
from jiangjin.lib.text import sentence

CHUNK = 2000
EDITED = _("Changed by hand since the last import (%(hand)s): the file would change it back or again.")


def mark_edited(rows: Iterable[RowPlan]) -> None:
    """Say at each change whose hand the present value is from, where an import had written another one before.

    A value that was emptied by hand is one as well. Constant number of queries for a chunk of projects.
    """
    changing = [row for row in rows if row.different]
    for start in range(0, len(changing), CHUNK):
        _mark(changing[start : start + CHUNK])


def _mark(rows: list[RowPlan]) -> None:
    imported = _last_imported({(row.project_id, change.field) for row in rows for change in row.different})
    edited = [
        (row, change)
        for row in rows
        for change in row.different
        if (row.project_id, change.field) in imported and not _same(imported[row.project_id, change.field], change.old)
    ]
    if not edited:
        return
    hands = hands_of(edited)
    for row in rows:
        for place, change in enumerate(row.different):
            if hand := hands.get((row.project_id, change.field)):
                row.different[place] = replace(change, by_hand=hand)
                row.read.warn("edited_by_hand", sentence(EDITED, hand=hand), change.field)


def _last_imported(wanted: set[tuple[int | None, str]]) -> dict[tuple[int | None, str], Any]:
    """What the last import wrote of these fields of these projects, as ImportRow keeps it.

    Rows that a merging brought say what a project has from there, but nothing of what its own rows speak of.
    """
    projects = {project for project, __ in wanted if project}
    written = ImportRow.objects.filter(project__in=projects, batch__state=BatchState.COMMITTED).order_by("id")
    brought = spoke_of(projects)
    own: dict[tuple[int | None, str], Any] = {}
    others: dict[tuple[int | None, str], Any] = {}
    for pk, project, details in written.exclude(details=[]).values_list("pk", "project_id", "details"):
        found = own if brought.get(pk, project) == project else others
        for detail in details:
            if "new" in detail and (project, detail.get("field")) in wanted:
                found[project, detail["field"]] = detail["new"]
    return others | own


def _same(kept: Any, value: Any) -> bool:
    """Whether a value is what ImportRow keeps of it: amounts and days as text."""
    if isinstance(value, Decimal):
        try:
            return Decimal(str(kept)) == value
        except InvalidOperation:
            return False
    if isinstance(value, tuple):
        return isinstance(kept, list) and list(value) == kept
    return str(kept) == str(value)
