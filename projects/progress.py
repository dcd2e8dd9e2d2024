"""How a project came along, for its pages: time in each stage, former plans, what stands next, what looks odd."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import stages
from projects.choices import Condition, MilestoneKind, Stage
from projects.models import Milestone, Project
from projects.reasons import RESTORING, Reason


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in a stage. `days` is None where a day is not known; `about` where one is known to the month or year."""

    stage: Stage
    since: PartialDay | None
    days: int | None
    about: bool
    present: bool


def stays_of(project: Project, today: datetime.date) -> list[Stay]:
    """The stages that the project has been in, in their order; the present one runs until today or the termination.

    A stage that a later one overtook (completed only after production) took no time. Reads prefetched milestones.
    """
    entered = _entered(project)
    if project.condition == Condition.TERMINATED and project.condition_on:
        end = project.condition_on
    else:
        end = PartialDay.of(today)
    stays = []
    for number, (stage, since) in enumerate(entered):
        after = [day for __, day in entered[number + 1 :]]
        present = not after
        left = end if present else None if None in after else min(after, key=_middle)
        if since is None or left is None:
            stays.append(Stay(stage, since, None, False, present))
            continue
        days = (_middle(left) - _middle(since)).days
        if days >= 0 or present:
            about = not since.precision == left.precision == "day"
            stays.append(Stay(stage, since, max(0, days), about, present))
    return stays


def _entered(project: Project) -> list[tuple[Stage, PartialDay | None]]:
    """The stages that the project reached and the day of each; before the signing those alone that have a day."""
    now = Stage(project.stage)
    reached = {MilestoneKind(row.kind).stage for row in project.milestones.all() if row.reached}
    days = stages.days_of(project)
    found = []
    for stage in Stage:
        day = days.get(stages.DAY_OF_STAGE[stage])
        passed = now.rank > stage.rank
        begun = passed and day is not None and stage in (Stage.NEGOTIATION, Stage.INTENT)
        if stage == now or stage in reached or begun or (passed and stage == Stage.SIGNED):
            found.append((stage, day))
    return found


def _middle(day: PartialDay) -> datetime.date:
    """For lengths of time only: no day is taken to be this one."""
    return day.first + (day.last - day.first) // 2


@dataclass(frozen=True, slots=True)
class Moved:
    """A planned or promised day that became another one."""

    at: datetime.datetime
    who: str
    what: str
    old: PartialDay
    new: PartialDay | None
    why: str


def moved_days(project: Project) -> dict[int, list[Moved]]:
    """The former planned and promised days of each milestone, newest first, by its key; in one query."""
    found: dict[int, list[Moved]] = defaultdict(list)
    before: dict[int, Any] = {}
    records = Milestone.history.filter(project=project).select_related("history_user").order_by("history_id")
    for record in records:
        old = before.get(record.id)
        before[record.id] = record
        for what, name in ((_("planned"), "planned_on"), (_("promised"), "promised_on")):
            former = getattr(old, name, None)
            if former is not None and former != getattr(record, name):
                found[record.id].insert(0, _moved(record, what, former, getattr(record, name)))
    return dict(found)


def _moved(record: Any, what: str, old: PartialDay, new: PartialDay | None) -> Moved:
    # A file and a bulk change give their reason with how it came about; an undo brings the former reason back.
    how = Reason.of(record.history_change_reason)
    words = how.words(by_person=record.history_user is not None) if how.text else ""
    why = words if how.way or how.kind == RESTORING else " · ".join(filter(None, (record.plan_reason, words)))
    return Moved(record.history_date, str(record.history_user or _("the command")), what, old, new, why)


def warnings_of(project: Project) -> list[str]:
    """Days that are possible and worth a look, a sentence each; reads prefetched milestones."""
    text = _("%(later)s lies before %(earlier)s: possible, but unusual. Check both days.")
    return [
        text % {"later": stages.DAY_LABELS[later], "earlier": stages.DAY_LABELS[earlier]}
        for earlier, later in stages.odd_order(stages.days_of(project))
    ]


@dataclass(frozen=True, slots=True)
class Target:
    """A stage that a project can be moved to: what is missing for it, and whether getting there goes back."""

    stage: Stage
    missing: list[str]
    back: bool


def targets_of(project: Project, user: User) -> list[Target]:
    """The stages that this account may move the project to, in their order; reads prefetched rows."""
    now = Stage(project.stage)
    found = []
    for stage in Stage:
        back = stages.MOVES.get((now, stage)) == stages.CORRECTION
        if stages.allowed_move(now, stage, user.role) and (back or project.condition != Condition.TERMINATED):
            labels = [] if back else [str(stages.REQUIRED_LABELS[name]) for name in stages.lacks(project, stage)]
            found.append(Target(stage, labels, back))
    return found


def missing_for_next(project: Project) -> tuple[Stage, list[str]] | None:
    """The next stage, and the labels of what it asks for and nobody filled in; None at full production."""
    following = stages.next_stage(project)
    if following is None:
        return None
    return following, [str(stages.REQUIRED_LABELS[name]) for name in stages.lacks(project, following)]
