"""What an undo would do, in words: what goes, what returns, what was edited since and stays."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy

from imports.undo_rules import LABEL, Change, changes_of
from imports.undo_words import MAIN, Named, Teller
from jiangjin.lib.replay import Key
from jiangjin.lib.takeback import Conflict, Obstacle, Takeback
from projects.models import Project

MOST = 200  # conflicts and projects that a page lists
FIRST_VALUES, MOST_VALUES = 50, 500  # values that return, at once and unfolded
KEPT = 1000  # that are remembered
WHY = {
    "taken": gettext_lazy("another row holds this value now"),
    "missing": gettext_lazy("what it refers to is gone"),
    "together": gettext_lazy("it belongs together with what was edited since"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Something edited since, in words: what and where, before the file, by the file, now, and whose edit it was."""

    key: str  # what a form sends to have it written all the same
    what: Named
    label: str
    before: str
    written: str
    now: str
    who: str
    at: datetime.datetime | None
    may_choose: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """A value that returns: whose and which, what it says now, what it will say; empty for none."""

    what: Named
    label: str
    now: str
    after: str


def told_conflict(teller: Teller, one: Conflict) -> Kept:
    """What was edited since; of a row that the import made and somebody edited what the whole row says."""
    if one.unit:
        label = teller.label(one.key, one.unit)
        before, written, now = (
            teller.values(one.key, one.unit, values) for values in (one.before, one.written, one.now)
        )
    else:
        label, (written, now) = teller.row(one.key, one.written, one.now)
        before = ""
    return Kept(
        key=":".join(map(str, one.choice)),
        what=teller.what(one.key),
        label=label,
        before=before,
        written=written,
        now=now,
        who=teller.who(one.by),
        at=teller.times.get((one.key[0], one.by.history_id)),
        may_choose=one.may_choose,
    )


def _told_obstacle(teller: Teller, one: Obstacle) -> Kept:
    """What cannot return because something took its place."""
    subject = teller.plan.trails[one.key].subject
    column = next((name for name in (*one.columns, *MAIN) if name in subject.names), subject.names[0])
    label = teller.label(one.key, column) if one.columns else str(subject.model._meta.verbose_name)
    return Kept("", teller.what(one.key), label, "", "", "", "", None, False, str(WHY[one.why]))


def _told_change(teller: Teller, change: Change, after: Sequence[Any]) -> Returned:
    """One value that returns, or a row that goes or returns with one."""
    key, unit = change
    trail = teller.plan.trails[key]
    if unit is None:
        label, (now, then) = teller.row(key, trail.now or (), after)
        return Returned(teller.what(key), label, now, then)
    subject, column = trail.subject, trail.subject.unit_name(unit)
    values = (subject.value(trail.now or (), unit), subject.value(tuple(after), unit))
    now, then = (teller.values(key, column, part) for part in values)
    return Returned(teller.what(key), teller.label(key, column), now, then)


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan in words: projects that go or return, what was edited since, projects that stay, what cannot return, and
    the values that return: the first, the next ones, and how many more."""

    going: list[Named]
    returning: list[Named]
    kept: list[Kept]
    staying: list[Kept]
    held: list[Kept]
    left_off: int
    values: list[Returned] = field(default_factory=list)
    more_values: list[Returned] = field(default_factory=list)
    values_left_off: int = 0


def shown_plan(plan: Takeback) -> Shown:
    """What a settled plan does, in words; long lists are cut and say so."""
    project = LABEL[Project]
    going = [key for key in plan.deletes if key[0] == project]
    returning = [key for key in plan.inserts if key[0] == project]
    staying = [key for key in plan.stays if key[0] == project]
    held = list(plan.obstacles.values())
    parts: list[list[Any]] = [plan.conflicts, staying, held]
    left_off = sum(max(0, len(part) - MOST) for part in parts)
    conflicts, staying, held = (part[:MOST] for part in parts)
    changes = changes_of(plan)
    keys = {*going[:MOST], *returning[:MOST], *staying, *(one.key for one in [*conflicts, *held])}
    keys |= {key for key, __ in changes[:MOST_VALUES]}
    teller = Teller(plan, keys)
    values = _told_changes(teller, changes[:MOST_VALUES])
    used = [(key[0], record) for key in staying for record in plan.trails[key].records[-1:]]
    teller.load_times([*used, *((one.key[0], one.by) for one in conflicts)])
    return Shown(
        [teller.what(key) for key in going[:MOST]],
        [teller.what(key) for key in returning[:MOST]],
        [told_conflict(teller, one) for one in conflicts],
        [_staying(plan, teller, key) for key in staying],
        [_told_obstacle(teller, one) for one in held],
        left_off,
        values[:FIRST_VALUES],
        values[FIRST_VALUES:],
        len(changes) - len(values),
    )


def _told_changes(teller: Teller, changes: list[Change]) -> list[Returned]:
    after = {label: teller.plan.after(label) for label in {key[0] for key, __ in changes}}
    return [_told_change(teller, change, after[change[0][0]].get(change[0][1], ())) for change in changes]


def _staying(plan: Takeback, teller: Teller, key: Key) -> Kept:
    """A project that the import made and that stays, with the newest edit of it where that is told by its own rows."""
    later = [record for record in plan.trails[key].records if record.reason != plan.reason]
    if not later:
        return Kept("", teller.what(key), "", "", "", "", "", None, False)
    who, at = teller.who(later[-1]), teller.times.get((key[0], later[-1].history_id))
    return Kept("", teller.what(key), "", "", "", "", who, at, False)


def kept_values(plan: Takeback) -> list[dict[str, str]]:
    """What a settled plan keeps, to be remembered with the undo."""
    kept = plan.kept[:KEPT]
    teller = Teller(plan, {one.key for one in kept})
    told = (told_conflict(teller, one) for one in kept)
    return [
        {"code": one.what.code, "what": one.what.name, "label": one.label, "before": one.before}
        | {"written": one.written, "now": one.now, "who": one.who}
        for one in told
    ]
