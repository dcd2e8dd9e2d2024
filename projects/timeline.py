"""The time line of a project: everything that happened, by the day on which it happened, as far as that is known.

What has no day stands at a place of its own: no day is ever invented for it, not even that of its typing.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import attachments, obstacles, stages
from projects.choices import CapitalOrigin, CommitmentKind, Condition, NoteKind
from projects.differences import amount_words
from projects.models import Attachment, ConditionPeriod, Handover, Milestone, Note, Obstacle, Project
from projects.reasons import Reason
from projects.sources import Sources, day_of

ON_PROJECT_PAGE = 10  # of what has a day
MOST_RECORDS = 5000  # of the history of milestones, looked through for moved plans
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
SIGNED, CONTACT, INTENT = "signed_on", "first_contact_on", "intent_on"


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


@dataclass(frozen=True, slots=True)
class Told:
    """What a project's page has read already: the sources of its values, its obstacles and its attachments."""

    sources: Sources
    obstacles: obstacles.OfProject
    attachments: attachments.OfProject


def timeline_of(project: Project, told: Told, *, user: User) -> Timeline:
    """Everything that happened to the project, as this account may see it. A constant number of queries."""
    entries = [
        *_signing(project, told),
        *_capital(project, told),
        *_milestones(project, told),
        *_moved_plans(project),
        *_stage_moves(project),
        *_conditions(project, told),
        *_handovers(project),
        *_notes(project, told),
        *_obstacles(project, told),
        *_attachments(told),
        *_merges(project, user),
    ]
    dated = [one for one in entries if one.day is not None]
    dated.sort(key=lambda one: (one.day.code, one.at.timestamp() if one.at else 0.0, one.key), reverse=True)
    return Timeline(dated, [one for one in entries if one.day is None])


def _signing(project: Project, told: Told) -> Iterator[Entry]:
    words = {CONTACT: _("first contact"), INTENT: _("intent signed"), SIGNED: _("signed")}
    for name, text in words.items():
        day = getattr(project, name)
        signed = name == SIGNED and project.stage not in stages.PIPELINE
        if day is not None or signed:
            detail = project.signed_event if name == SIGNED else ""
            yield _sourced(Entry("milestones", day, text, detail=detail), told, "project", name, 0)


def _sourced(entry: Entry, told: Told, table: str, column: str, row: int) -> Entry:
    """With the source of the value that tells it, where that is known."""
    source = told.sources.of(table, column, row)
    return replace(entry, source=source.text, url=source.url) if source else entry


def _capital(project: Project, told: Told) -> Iterator[Entry]:
    for one in project.commitments.all():
        amount = _rounded(one.amount)
        text = f"{one.get_kind_display()} {amount if one.kind == CommitmentKind.INITIAL else _signed(amount)}"
        detail = " · ".join(filter(None, (one.agreement_number, one.note)))
        yield _sourced(Entry("capital", one.committed_on, text, one.pk, detail), told, "commitments", "amount", one.pk)
    for one in project.arrivals.all():
        origin = one.get_origin_display()
        told_as = (
            _("arrived %(amount)s (%(origin)s)") if one.origin == CapitalOrigin.FOREIGN else _("arrived %(amount)s")
        )
        text = told_as % {"amount": _rounded(one.amount), "origin": origin}
        entry = Entry("capital", one.month, text, one.pk, one.note, evidence=told.attachments.of("arrival", one.pk))
        yield _sourced(entry, told, "arrivals", "amount", one.pk)


def _rounded(amount: Decimal) -> str:
    """An amount in 万元 told in 亿元, to the whole 万元 where it has one; the tables of the page have every digit."""
    return amount_words(round(amount) if abs(amount) >= 1 else amount)


def _signed(amount: str) -> str:
    return amount.replace("-", "−") if amount.startswith("-") else f"+{amount}"


def _milestones(project: Project, told: Told) -> Iterator[Entry]:
    for one in project.milestones.all():
        if one.reached:
            text = _("reached: %(milestone)s") % {"milestone": one}
            evidence = told.attachments.of("milestone", one.pk)
            entry = Entry("milestones", one.actual_on, text, one.pk, evidence=evidence)
            column = "actual_on" if one.actual_on else "reached"
            yield _sourced(entry, told, "milestones", column, one.pk)


def _moved_plans(project: Project) -> Iterator[Entry]:
    """A planned or promised day that became another one, on the day on which somebody wrote that."""
    words = {
        "planned_on": gettext_lazy("plan of %(milestone)s: %(old)s → %(new)s"),
        "promised_on": gettext_lazy("promise of %(milestone)s: %(old)s → %(new)s"),
    }
    records = Milestone.history.filter(project=project.pk).exclude(history_type="-").select_related("history_user")
    newest = list(records.order_by("-history_id")[:MOST_RECORDS])
    former: dict[int, Any] = {}
    for record in reversed(newest):
        before, former[record.id] = former.get(record.id), record
        for column, template in words.items():
            old, new = getattr(before, column, None), getattr(record, column)
            if old is not None and old != new:
                name = record.name or record.get_kind_display()
                values = {"milestone": name, "old": old, "new": new or _("not filled in")}
                why = record.plan_reason if record.plan_reason != before.plan_reason else ""
                yield _of_record(record, Entry("plans", _day_of(record.history_date), template % values, detail=why))


def _day_of(at: datetime.datetime) -> PartialDay:
    return PartialDay.of(timezone.localtime(at).date())


def _of_record(record: Any, entry: Entry) -> Entry:
    """With who wrote the history record, when and how."""
    who = str(record.history_user or "") or _("the command")
    how = Reason.of(record.history_change_reason).words(by_person=False)
    source = " ".join(filter(None, (_by(who, record.history_date), how)))
    return replace(entry, source=source, key=record.id, at=record.history_date)


def _by(who: str, at: datetime.datetime) -> str:
    return _("filled in by %(who)s on %(day)s") % {"who": who, "day": day_of(at)}


def _stage_moves(project: Project) -> Iterator[Entry]:
    for one in project.stage_moves.select_related("user"):
        source = _by(str(one.user or "") or _("the command"), one.entered_at)
        text = _("stage: %(move)s") % {"move": one}
        yield Entry("stages", one.effective_on, text, one.pk, one.reason, source, at=one.entered_at)


def _conditions(project: Project, told: Told) -> Iterator[Entry]:
    written = _first_records(ConditionPeriod, project)
    periods = list(project.condition_periods.all())
    present = [] if project.condition == Condition.ACTIVE else [(project.condition, project.condition_on)]
    for one in periods:
        of_record = partial(_of_record, written[one.pk]) if one.pk in written else _as_it_is
        began = _("condition: %(condition)s") % {"condition": one.get_condition_display()}
        ended = _("no longer %(condition)s") % {"condition": one.get_condition_display()}
        # Where it gave way to another one on a day, the beginning of that one says both.
        later = [(row.condition, row.since) for row in periods if row.pk > one.pk] + present
        if one.until is None or not any(since == one.until and how != one.condition for how, since in later):
            yield of_record(Entry("stages", one.until, ended, one.pk, one.ended_because))
        yield of_record(Entry("stages", one.since, began, one.pk, one.reason))
    if project.condition != Condition.ACTIVE:
        text = _("condition: %(condition)s") % {"condition": project.get_condition_display()}
        entry = Entry("stages", project.condition_on, text, detail=project.condition_reason)
        yield _sourced(entry, told, "project", "condition", 0)


def _as_it_is(entry: Entry) -> Entry:
    return entry


def _handovers(project: Project) -> Iterator[Entry]:
    written = _first_records(Handover, project)
    for one in project.handovers.select_related("from_official", "to_official"):
        of_record: Callable[[Entry], Entry] = partial(_of_record, written[one.pk]) if one.pk in written else _as_it_is
        text = _("lead official: %(handover)s") % {"handover": one if one.from_official else one.to_official}
        yield of_record(Entry("people", PartialDay.of(one.handed_on), text, one.pk, one.reason))


def _first_records(model: type[Model], project: Project) -> dict[int, Any]:
    """The record with which each row of the project's table came to be, by the row's key."""
    records = model.history.filter(project=project.pk, history_type="+")  # type: ignore[attr-defined]
    return {record.id: record for record in records.select_related("history_user").order_by("-history_id")}


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
            _by(str(row.author or "") or _("the command"), row.created_at),
            at=row.created_at,
            evidence=told.attachments.of("obstacle", row.pk),
        )
        yield raised
        if row.is_solved:
            text = _("solved: %(text)s") % {"text": row.text}
            entry = Entry("obstacles", PartialDay.of(row.resolved_on), text, row.pk, row.solution)
            yield _of_record(solvers[row.pk], entry) if row.pk in solvers else entry


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
        source = _by(str(row.uploaded_by or "") or _("the command"), row.uploaded_at)
        text, day = _("file attached"), _day_of(row.uploaded_at)
        yield Entry("attachments", day, text, row.pk, row.note, source, at=row.uploaded_at, evidence=[row])


def _merges(project: Project, user: User) -> Iterable[Entry]:
    """Projects that were merged into this one; one that the account may not see is not named."""
    gone = list(Project.objects.visible_to(user).filter(merged_into=project).only("code", "name", "voided_at"))
    records = Project.history.filter(id__in=[one.pk for one in gone], merged_into=project.pk)
    writers = {record.id: record for record in records.select_related("history_user").order_by("-history_id")}
    for one in gone:
        if one.voided_at is not None:
            text = _("merged: %(code)s %(name)s") % {"code": one.code, "name": one.name}
            entry = Entry("merges", _day_of(one.voided_at), text, one.pk)
            yield _of_record(writers[one.pk], entry) if one.pk in writers else entry
