"""The recycle bin: what was voided, and what wrote many rows at once, each with whether and by whom it was undone.

A kind of batch is a line in BATCHES: who may see which of them, and how one of them is told.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.models import BatchState, ImportBatch, Merge, Takeback
from imports.said import KINDS
from projects.models import BulkEdit, Project
from projects.permissions import sees_merges

VOIDED = "projects"


@dataclass(slots=True)
class Entry:
    """One batch as the bin lists it. `subject` is what its history rows carry; `file_url` where a file is kept."""

    number: int
    name: str
    url: str
    kind: str
    who: User | None
    at: datetime.datetime
    state: str
    subject: str = ""
    undo_url: str = ""
    file_url: str = ""
    undone: bool = False
    takeback: Takeback | None = None  # the newest undo, or undo of an undo


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of batch: the tab's word, the rows that an account may see, newest first, and how one is told."""

    label: Promise
    visible: Callable[[User], QuerySet]
    entry: Callable[[Any], Entry]


def _import(batch: ImportBatch) -> Entry:
    undone = batch.state == BatchState.UNDONE
    return Entry(
        number=batch.pk,
        name=batch.filename,
        url=batch.get_absolute_url(),
        kind=str(KINDS.get(batch.kind, "")),
        who=batch.user,
        at=batch.committed_at or batch.created_at,
        state=str(batch.get_state_display()),
        subject=batch.reason,
        undo_url=reverse("imports:undo", args=[batch.pk]) if batch.was_written else "",
        file_url=reverse("imports:file", args=[batch.pk]),
        undone=undone,
    )


def _bulk(edit: BulkEdit) -> Entry:
    name = " · ".join(f"{label} {value or '—'}" for label, value in edit.values)
    kind = str(_("%(number)s projects") % {"number": edit.changed})
    return marked(edit, name=name, kind=kind, undo_url=reverse("undo:bulk_undo", args=[edit.pk]))


def marked(row: Any, *, name: str, kind: str, undo_url: str) -> Entry:
    """A batch whose row says by `user`, `at`, `reason` and `undone` all that the bin asks of it."""
    return Entry(
        number=row.pk,
        name=name,
        url=row.get_absolute_url(),
        kind=kind,
        who=row.user,
        at=row.at,
        state=str(_("undone") if row.undone else _("written")),
        subject=row.reason,
        undo_url=undo_url,
        undone=row.undone,
    )


def _merge(merge: Merge) -> Entry:
    name = f"{merge.gone_text} → {merge.kept_text}"
    undo_url = "" if merge.undone else merge.get_absolute_url()  # once undone, one merges anew
    return marked(merge, name=name, kind=str(merge.get_kind_display()), undo_url=undo_url)


def _merges(user: User) -> QuerySet:
    return Merge.objects.all() if sees_merges(user) else Merge.objects.none()


BATCHES: dict[str, Kind] = {
    "imports": Kind(_("Imports and their files"), lambda user: ImportBatch.objects.visible_to(user), _import),
    "merges": Kind(_("Mergings"), _merges, _merge),
    "bulk": Kind(_("Bulk changes"), lambda user: BulkEdit.objects.visible_to(user), _bulk),
}


def voided_projects(user: User) -> QuerySet:
    """Voided projects that the account sees, the latest first, each with who voided it as `voided_by`."""
    records = Project.history.model.objects.filter(id=OuterRef("pk"), voided_at=OuterRef("voided_at"))
    first = records.order_by("history_id").values("history_user__display_name")[:1]
    voided = Project.objects.visible_to(user).exclude(voided_at=None).select_related("park")
    return voided.annotate(voided_by=Subquery(first)).order_by("-voided_at", "-pk")


def entries_of(kind: Kind, rows: Iterable[Any]) -> list[Entry]:
    """Batches as they are listed, with their newest undo; one query for all."""
    entries = [kind.entry(row) for row in rows]
    done = Takeback.objects.filter(subject__in=[entry.subject for entry in entries]).select_related("user")
    newest = {one.subject: one for one in done.order_by("pk").defer("kept_values", "unlinked")}
    for entry in entries:
        entry.takeback = newest.get(entry.subject)
    return entries


def counts_of(user: User) -> dict[str, int]:
    """How many each tab lists."""
    voided = Project.objects.visible_to(user).exclude(voided_at=None)
    return {VOIDED: voided.count(), **{key: kind.visible(user).count() for key, kind in BATCHES.items()}}
