"""One line of a project's time line: what happened, on which day, and who told it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from jiangjin.lib.dates import PartialDay
from projects import attachments, obstacles
from projects.models import Attachment, Note, Project
from projects.reasons import Reason
from projects.sources import Sources, day_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `day` is None where nobody knows it; `source` says who told it and from where, `url`
    leads there. `evidence`: the files that belong to it; `note`: the note that it is."""

    kind: str
    day: PartialDay | None
    text: str
    key: int = 0
    detail: str = ""
    source: str = ""
    url: str = ""
    at: datetime.datetime | None = None  # of its typing: the order within a day
    evidence: list[Attachment] = field(default_factory=list)
    note: Note | None = None
    may_raise: bool = False  # a problem of which no obstacle was made yet


@dataclass(frozen=True, slots=True)
class Told:
    """What a project's page has read already: the sources of its values, its obstacles and its attachments."""

    sources: Sources
    obstacles: obstacles.OfProject
    attachments: attachments.OfProject


def sourced(entry: Entry, told: Told, table: str, column: str, row: int) -> Entry:
    """With the source of the value that tells it, where that is known."""
    source = told.sources.of(table, column, row)
    return replace(entry, source=source.text, url=source.url) if source else entry


def day_of_moment(at: datetime.datetime) -> PartialDay:
    """The day of a moment, in the district's own time."""
    return PartialDay.of(timezone.localtime(at).date())


def of_record(record: Any, entry: Entry) -> Entry:
    """With who wrote the history record, when and how; as it is where there is none."""
    if record is None:
        return entry
    who = str(record.history_user or "") or _("the command")
    how = Reason.of(record.history_change_reason).words(by_person=False)
    source = " ".join(filter(None, (told_by(who, record.history_date), how)))
    return replace(entry, source=source, key=record.id, at=record.history_date)


def told_by(who: str, at: datetime.datetime) -> str:
    """Who typed it, and when."""
    return _("filled in by %(who)s on %(day)s") % {"who": who, "day": day_of(at)}


def first_records(model: type[Model], project: Project) -> dict[int, Any]:
    """The record with which each row of the project's table came to be, by the row's key."""
    records = model.history.filter(project=project.pk, history_type="+")  # type: ignore[attr-defined]
    return {record.id: record for record in records.select_related("history_user").order_by("-history_id")}
