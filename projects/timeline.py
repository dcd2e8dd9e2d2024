"""The time line of a project: everything that happened, by the day on which it happened, as far as that is known.

What has no day stands at a place of its own: no day is ever invented for it, not even that of its typing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects.choices import CapitalOrigin, CommitmentKind, NoteKind
from projects.differences import amount_words
from projects.models import Obstacle, Project
from projects.timelineentry import Entry, Told, day_of_moment, of_record, sourced, told_by
from projects.timelineway import conditions, handovers, milestones, moved_plans, signing, stage_moves

ON_PROJECT_PAGE = 10  # of what has a day
# What the page can be narrowed to.
KINDS: dict[str, Promise] = {
    "capital": gettext_lazy("capital"),
    "milestones": gettext_lazy("signing and milestones"),
    "plans": gettext_lazy("moved plans"),
    "stages": gettext_lazy("stages and conditions"),
    "people": gettext_lazy("officials"),
    "notes": gettext_lazy("notes"),
    "obstacles": gettext_lazy("obstacles"),
    "attachments": gettext_lazy("attachments"),
    "merges": gettext_lazy("mergings"),
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, newest first, and apart from it what has no day."""

    dated: list[Entry]
    undated: list[Entry]

    def only(self, kind: str) -> Timeline:
        """What is of this kind; an unknown one narrows nothing."""
        if kind not in KINDS:
            return self
        dated, undated = ([one for one in rows if one.kind == kind] for rows in (self.dated, self.undated))
        return Timeline(dated, undated)

    def newest(self, count: int) -> Timeline:
        """The first of each part: at most `count` of those with a day, and of the others what is left of it, but at
        least half as many."""
        room = max(count // 2, count - len(self.dated))
        return Timeline(self.dated[:count], self.undated[:room])

    def __len__(self) -> int:
        return len(self.dated) + len(self.undated)


def timeline_of(project: Project, told: Told, *, user: User) -> Timeline:
    """Everything that happened to the project, as this account may see it. A constant number of queries."""
    entries = [
        *signing(project, told),
        *_capital(project, told),
        *milestones(project, told),
        *moved_plans(project),
        *stage_moves(project),
        *conditions(project, told),
        *handovers(project),
        *_notes(project, told),
        *_obstacles(project, told),
        *_attachments(told),
        *_merges(project, user),
    ]
    dated = [one for one in entries if one.day is not None]
    dated.sort(key=lambda one: (one.day.code, one.at.timestamp() if one.at else 0.0, one.key), reverse=True)
    return Timeline(dated, [one for one in entries if one.day is None])


def _capital(project: Project, told: Told) -> Iterator[Entry]:
    for one in project.commitments.all():
        amount = _rounded(one.amount)
        text = f"{one.get_kind_display()} {amount if one.kind == CommitmentKind.INITIAL else _signed(amount)}"
        detail = " · ".join(filter(None, (one.agreement_number, one.note)))
        yield sourced(Entry("capital", one.committed_on, text, one.pk, detail), told, "commitments", "amount", one.pk)
    for one in project.arrivals.all():
        origin = one.get_origin_display()
        told_as = (
            _("arrived %(amount)s (%(origin)s)") if one.origin == CapitalOrigin.FOREIGN else _("arrived %(amount)s")
        )
        text = told_as % {"amount": _rounded(one.amount), "origin": origin}
        entry = Entry("capital", one.month, text, one.pk, one.note, evidence=told.attachments.of("arrival", one.pk))
        yield sourced(entry, told, "arrivals", "amount", one.pk)


def _rounded(amount: Decimal) -> str:
    """An amount in 万元 told in 亿元, to the whole 万元 where it has one; the tables of the page have every digit."""
    return amount_words(round(amount) if abs(amount) >= 1 else amount)


def _signed(amount: str) -> str:
    return amount.replace("-", "−") if amount.startswith("-") else f"+{amount}"


def _notes(project: Project, told: Told) -> Iterator[Entry]:
    rows = told.sources.mark("notes", project.notes.select_related("author", "official"))
    for note in rows:
        kind = "people" if note.kind == NoteKind.FOLLOW_UP else "notes"
        # A note that is met in a ledger says so; one that is typed, by whom.
        parts = (note.get_kind_display(), str(note.official or ""), str(note.author or ""), note.source)
        yield Entry(
            kind,
            note.noted_on,
            note.text,
            note.pk,
            source=" · ".join(filter(None, parts)),
            at=note.created_at,
            evidence=told.attachments.of("about", note.pk),
            note=note,
            may_raise=told.obstacles.raises(note),
        )


def _obstacles(project: Project, told: Told) -> Iterator[Entry]:
    solvers = _solvers(project)
    for one in (*told.obstacles.waiting, *told.obstacles.solved):
        row = one.row
        due = _("due %(day)s") % {"day": row.due_on} if row.due_on else ""
        detail = " · ".join(filter(None, (row.unit, str(row.official or ""), due)))
        raised = Entry(
            "obstacles",
            PartialDay.of(row.raised_on),
            _("obstacle: %(text)s") % {"text": row.text},
            row.pk,
            detail,
            told_by(str(row.author or "") or _("the command"), row.created_at),
            at=row.created_at,
            evidence=told.attachments.of("obstacle", row.pk),
        )
        yield raised
        if row.is_solved:
            text = _("solved: %(text)s") % {"text": row.text}
            entry = Entry("obstacles", PartialDay.of(row.resolved_on), text, row.pk, row.solution)
            yield of_record(solvers.get(row.pk), entry)


def _solvers(project: Project) -> dict[int, Any]:
    """The record that says last how an obstacle came to be solved, by the obstacle's key."""
    found: dict[int, Any] = {}
    solved: dict[int, bool] = defaultdict(bool)
    records = Obstacle.history.filter(project=project.pk).select_related("history_user").order_by("history_id")
    for record in records:
        if record.resolved_on is not None and not solved[record.id]:
            found[record.id] = record
        solved[record.id] = record.resolved_on is not None
    return found


def _attachments(told: Told) -> Iterator[Entry]:
    """Each on the day of its upload, with its file."""
    for row in told.attachments.shown:
        source = told_by(str(row.uploaded_by or "") or _("the command"), row.uploaded_at)
        text, day = _("file attached"), day_of_moment(row.uploaded_at)
        yield Entry("attachments", day, text, row.pk, row.note, source, at=row.uploaded_at, evidence=[row])


def _merges(project: Project, user: User) -> Iterable[Entry]:
    """Projects that were merged into this one; one that the account may not see is not named."""
    gone = list(Project.objects.visible_to(user).filter(merged_into=project).only("code", "name", "voided_at"))
    records = Project.history.filter(id__in=[one.pk for one in gone], merged_into=project.pk)
    writers = {record.id: record for record in records.select_related("history_user").order_by("-history_id")}
    for one in gone:
        if one.voided_at is not None:
            text = _("merged: %(code)s %(name)s") % {"code": one.code, "name": one.name}
            entry = Entry("merges", day_of_moment(one.voided_at), text, one.pk)
            yield of_record(writers.get(one.pk), entry)
