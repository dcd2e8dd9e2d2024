"""Moving a project on, or back; its plan; stalling, resuming, ending it. Each one atomic, with its history.

Whoever writes holds the project and reads it anew. Raises PermissionDenied where the account may not write it any more,
ConcurrentEdit where somebody saved since the page was opened, and MoveRefused with the reason in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import attachments, capital, stages
from projects.choices import CommitmentKind, Condition, MilestoneKind, ParticipationRole, Stage
from projects.locking import lock_writable
from projects.models import Milestone, Participation, Project
from projects.registering import (
    ConcurrentEdit,
    TypedCommitment,
    TypedInvestor,
    TypedMilestone,
    save_project,
    typed_milestones,
)

# What the table REQUIRED asks for that is a column of its own; the others are rows of the project's tables.
COLUMNS = {field.name for field in Project._meta.fields if field.name in stages.REQUIRED_LABELS} - {"agreed_capital"}


class MoveRefused(Exception):
    """The machine does not allow it, or something is missing; the message says what. Nothing was written."""


@dataclass(frozen=True, slots=True)
class PlannedMilestone:
    """A milestone as its page was sent. `name` is that of a free one; `why` the reason for moving a day of the plan."""

    kind: str
    name: str
    planned_on: PartialDay | None
    promised_on: PartialDay | None
    actual_on: PartialDay | None
    reached: bool
    why: str = ""


@transaction.atomic
def move_on(*, project: Project, to: Stage, given: Mapping[str, Any], version: int | None, user: User) -> Project:
    """Move a project to a later stage. `given`: values of what the table REQUIRED asks for, by its names; in 万元."""
    stored = _hold(project, version, user)
    start = Stage(stored.stage)
    if stages.MOVES.get((start, to)) != stages.FORWARD or not stages.allowed_move(start, to, user.role):
        raise MoveRefused(_("The project is not moved from %(start)s to %(end)s.") % _labels(start, to))
    if stored.condition == Condition.TERMINATED:
        raise MoveRefused(_("The project is terminated. Reopen it first."))
    for name, value in given.items():
        if name in COLUMNS:
            setattr(stored, name, value)
    if to in stages.PIPELINE:
        stored.stage = to
    milestones = _with_days(stored, to, given)
    saved = _save(
        stored,
        version=version,
        user=user,
        investors=_with_lead(stored, given["investor"]) if given.get("investor") else None,
        commitments=_with_initial(stored, given["agreed_capital"]) if given.get("agreed_capital") else None,
        milestones=milestones,
    )
    _require_everything(saved, to)
    return saved


@transaction.atomic
def move_back(*, project: Project, to: Stage, reason: str, version: int | None, user: User) -> Project:
    """Correct the stage: milestones after it are no longer reached, and their days stand in the history alone."""
    stored = _hold(project, version, user)
    start = Stage(stored.stage)
    if stages.MOVES.get((start, to)) != stages.CORRECTION or not stages.allowed_move(start, to, user.role):
        raise MoveRefused(_("The project is not moved from %(start)s to %(end)s.") % _labels(start, to))
    if not reason.strip():
        raise MoveRefused(_("A correction needs its reason."))
    if to.rank < Stage.SIGNED.rank:
        stored.signed_on, stored.stage = None, to
    if to.rank < Stage.INTENT.rank:
        stored.intent_on = None
    rows = [
        row if MilestoneKind(row.kind).stage.rank <= to.rank else TypedMilestone(row.kind, row.planned_on, None, False)
        for row in typed_milestones(stored)
    ]
    if (kind := stages.milestone_for(to)) and not any(row.kind == kind and row.reached for row in rows):
        rows = [row for row in rows if row.kind != kind] + [_reached(rows, kind, None)]
    return _save(stored, version=version, user=user, milestones=rows, why_moved=reason)


@transaction.atomic
def save_plan(
    *, project: Project, rows: Iterable[PlannedMilestone], removed: Iterable[str], version: int | None, user: User
) -> Project:
    """Write the milestones of a project as its page says; `removed`: names of free ones that go.

    Reaching one that makes a later stage is a move: it asks for what that stage needs. Going back is `move_back`.
    """
    stored = _hold(project, version, user)
    former = stages.days_of(stored)
    rows = list(rows)
    _require_reasons(stored, rows)
    gone = set(removed) - {row.name for row in rows if row.name}
    start = Stage(stored.stage)
    typed = [
        TypedMilestone(row.kind, row.planned_on, row.actual_on, row.reached, row.name, (row.promised_on, row.why))
        for row in rows
    ]
    said = {row.kind for row in rows}
    typed += [row for row in typed_milestones(stored) if row.kind not in said]
    reached = [row.kind for row in typed if row.reached or row.actual_on]
    end = stages.stage_of(reached, signed=stored.signed_on is not None, former=start)
    if end.rank < start.rank:
        raise MoveRefused(_("The stage would go back. That is a correction: make it on the page of the stage."))
    saved = _save(stored, version=version, user=user, milestones=typed)
    leaving = list(Milestone.objects.filter(project=saved, kind=MilestoneKind.OTHER, name__in=gone))
    attachments.let_go(of="milestone", ids=[row.pk for row in leaving], user=user, reason=None)
    for row in leaving:
        row._history_user = user
        row.delete()
    if end != start:
        if stored.condition == Condition.TERMINATED:
            raise MoveRefused(_("The project is terminated. Reopen it first."))
        _require_everything(saved, end)
    _require_order(saved, former)
    return saved


@transaction.atomic
def change_condition(
    *,
    project: Project,
    to: Condition,
    on: PartialDay,
    reason: str,
    version: int | None,
    user: User,
    reduce: Decimal | None = None,
) -> Project:
    """Stall, resume, terminate or reopen a project on a day, with a reason; the time that ends is kept as a past one.

    `reduce`: with a termination, what was agreed and has not arrived, in 万元: it is taken back by a reduction of that
    day. Refused where it is another amount by now.
    """
    stored = _hold(project, version, user)
    former = stages.days_of(stored)
    start = Condition(stored.condition)
    if not stages.allowed_condition(start, to, stage=Stage(stored.stage), role=user.role):
        raise MoveRefused(_("The project is not made %(end)s from %(start)s.") % _labels(start, to))
    if not reason.strip():
        raise MoveRefused(_("Say why."))
    if on.first > timezone.localdate():
        raise MoveRefused(_("This day has not come yet."))
    if stored.condition_on and on.certainly_before(stored.condition_on):
        raise MoveRefused(_("That lies before the day since which it is so (%(day)s).") % {"day": stored.condition_on})
    stored.condition, stored.condition_on, stored.condition_reason = to, on, reason
    commitments = None
    if reduce is not None:
        rest = not_arrived(stored)
        if to != Condition.TERMINATED or rest is None:
            raise MoveRefused(_("There is nothing left to reduce."))
        if rest != reduce:
            raise MoveRefused(_("More has arrived, or was agreed, meanwhile. Choose again."))
        reduction = TypedCommitment(CommitmentKind.REDUCTION, rest, on, str(_("terminated")))
        commitments = [*_typed_commitments(stored), reduction]
        if fault := capital.fault_of_days((row.kind, row.committed_on) for row in commitments):
            raise MoveRefused(str(fault))
    saved = _save(stored, version=version, user=user, commitments=commitments)
    _require_order(saved, former)
    return saved


def not_arrived(project: Project) -> Decimal | None:
    """What was agreed and has not arrived, in 万元; None where that is nothing or unknown."""
    if project.agreed_capital is None:
        return None
    rest = project.agreed_capital - (project.arrived_capital or Decimal(0))
    return rest if rest > 0 else None


def moved_plans(project: Project, rows: Iterable[PlannedMilestone]) -> list[PlannedMilestone]:
    """The rows whose planned or promised day was there and becomes another one."""
    known = {(row.kind, row.name): row for row in project.milestones.all()}
    found = []
    for row in rows:
        old = known.get((row.kind, row.name))
        pairs = [(old.planned_on, row.planned_on), (old.promised_on, row.promised_on)] if old else []
        if any(before is not None and before != after for before, after in pairs):
            found.append(row)
    return found


def _hold(project: Project, version: int | None, user: User) -> Project:
    """The project as it stands, which nobody else writes until the transaction ends. Raises PermissionDenied."""
    lock_writable(project.pk, user, takes_voided=True)
    stored = Project.objects.select_related("lead_official").prefetch_related("milestones").get(pk=project.pk)
    if stored.version != version or stored.is_voided:
        raise ConcurrentEdit
    return stored


def _save(
    stored: Project,
    *,
    version: int | None,
    user: User,
    investors: list[TypedInvestor] | None = None,
    commitments: list[TypedCommitment] | None = None,
    milestones: list[TypedMilestone] | None = None,
    why_moved: str = "",
) -> Project:
    official = stored.lead_official
    save_project(
        project=stored,
        version=version,
        official=(official.name, official.post) if official else ("", ""),
        investors=investors,
        commitments=commitments,
        milestones=milestones,
        user=user,
        why_moved=why_moved,
    )
    return Project.objects.prefetch_related("milestones", "participations__investor").get(pk=stored.pk)


def _with_days(stored: Project, to: Stage, given: Mapping[str, Any]) -> list[TypedMilestone]:
    """The main milestones with the days that were given, the one of the target reached."""
    rows = typed_milestones(stored)
    for kind, name in stages.ACTUAL_FIELD.items():
        if given.get(name) or kind.stage == to:
            rows = [row for row in rows if row.kind != kind] + [_reached(rows, kind, given.get(name))]
    for kind, name in stages.PLANNED_FIELD.items():
        if day := given.get(name):
            old = next((row for row in rows if row.kind == kind), TypedMilestone(kind, None, None, False))
            rows = [row for row in rows if row.kind != kind]
            rows.append(TypedMilestone(kind, day, old.actual_on, old.reached))
    return rows


def _reached(rows: list[TypedMilestone], kind: MilestoneKind, day: PartialDay | None) -> TypedMilestone:
    old = next((row for row in rows if row.kind == kind), None)
    return TypedMilestone(kind, old.planned_on if old else None, day, True)


def _with_lead(stored: Project, name: str) -> list[TypedInvestor]:
    joint = Participation.objects.filter(project=stored, role=ParticipationRole.JOINT).select_related("investor")
    others = [TypedInvestor(part.investor.name, part.role, part.share) for part in joint if part.investor.name != name]
    return [TypedInvestor(name, ParticipationRole.LEAD), *others]


def _typed_commitments(stored: Project) -> list[TypedCommitment]:
    rows = stored.commitments.all()
    return [TypedCommitment(row.kind, abs(row.amount), row.committed_on, row.note, row.pk) for row in rows]


def _with_initial(stored: Project, amount: Decimal) -> list[TypedCommitment]:
    """The agreement, dated as the signing; only asked for where there is no commitment at all."""
    return [*_typed_commitments(stored), TypedCommitment(CommitmentKind.INITIAL, amount, stored.signed_on)]


def _require_everything(saved: Project, to: Stage) -> None:
    names = stages.lacks(saved, to)
    if names:
        labels = "、".join(str(stages.REQUIRED_LABELS[name]) for name in names)
        raise MoveRefused(_("Missing for “%(stage)s”: %(fields)s.") % {"stage": to.label, "fields": labels})
    _require_order(saved)


def _require_order(saved: Project, former: Mapping[str, PartialDay | None] | None = None) -> None:
    """Refuse days that cannot be; of those that are as in `former` nothing is said: a ledger may have brought them."""
    days = stages.days_of(saved)
    touched = {name for name, day in days.items() if former is None or day != former.get(name)}
    for earlier, later in stages.broken_order(days, touched):
        raise MoveRefused(stages.out_of_order(earlier, later))
    extra = {str(row): row.actual_on for row in saved.milestones.all() if row.kind not in stages.ACTUAL_FIELD}
    today = timezone.localdate()
    asked = {name: days[name] for name in touched}
    late = [str(stages.DAY_LABELS[name]) for name in stages.in_the_future(asked, today)]
    late += [name for name, day in extra.items() if day and day.first > today]
    if late:
        raise MoveRefused(_("%(day)s: this day has not come yet.") % {"day": "、".join(late)})


def _require_reasons(stored: Project, rows: list[PlannedMilestone]) -> None:
    for row in moved_plans(stored, rows):
        if not row.why.strip():
            name = row.name or MilestoneKind(row.kind).label
            raise MoveRefused(_("%(milestone)s: say why the day is moved.") % {"milestone": name})


def _labels(start: Stage | Condition, end: Stage | Condition) -> dict[str, Any]:
    return {"start": start.label, "end": end.label}
