"""Obstacles: raised, corrected, solved, reopened; how long they wait, and for whom."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects.choices import NoteKind
from projects.locking import lock_writable, tell_project
from projects.models import Note, Obstacle, Official, Project
from projects.pages import Distance, distance
from projects.registering import ConcurrentEdit


class AlreadySettled(Exception):
    """It was solved, or reopened, before: a second click, another tab. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An obstacle with how long it waits, or took, in days and words; `far` is the distance of its due day."""

    row: Obstacle
    days: int
    words: str
    far: Distance | None

    @property
    def is_late(self) -> bool:
        """Waits, and its due day is past."""
        return self.far is not None and self.far.tone == "late"


def told(row: Obstacle, today: datetime.date) -> Waiting:
    """An obstacle as pages show it."""
    days = row.age(today)
    if row.is_solved:
        words = ngettext("solved after %(days)d day", "solved after %(days)d days", days) % {"days": days}
        return Waiting(row, days, words, None)
    words = ngettext("waits for %(days)d day", "waits for %(days)d days", days) % {"days": days}
    return Waiting(row, days, words, distance(row.due_on, today) if row.due_on else None)


def urgent_first(rows: Iterable[Obstacle], today: datetime.date) -> list[Waiting]:
    """Overdue ones first, the longest overdue before the others; then those that wait longest."""

    def place(one: Waiting) -> tuple[Any, ...]:
        late = one.row.due_on.last if one.is_late else datetime.date.max
        return late, one.row.raised_on, one.row.pk

    return sorted((told(row, today) for row in rows), key=place)


@dataclass(frozen=True, slots=True)
class OfProject:
    """The obstacles of one project: those that wait, urgent ones first, and the solved ones, newest first."""

    waiting: list[Waiting]
    solved: list[Waiting]

    def raises(self, note: Note) -> bool:
        """Whether a note's problem may be made an obstacle: it is one, and no obstacle says the same."""
        known = {one.row.text for one in (*self.waiting, *self.solved)}
        return note.kind == NoteKind.PROBLEM and note.text not in known


def of_project(project: Project, today: datetime.date) -> OfProject:
    """What its page shows; one query."""
    rows = list(project.obstacles.select_related("official", "author"))
    solved = sorted((row for row in rows if row.is_solved), key=lambda row: (row.resolved_on, row.pk), reverse=True)
    return OfProject(
        urgent_first((row for row in rows if not row.is_solved), today), [told(row, today) for row in solved]
    )


@transaction.atomic
def raise_obstacle(
    *,
    project: Project,
    text: str,
    unit: str,
    raised_on: datetime.date,
    official: Official | None,
    due_on: PartialDay | None,
    user: User,
) -> Obstacle:
    """Write down what stands in a project's way. The same one that still waits is not raised twice: a second click."""
    lock_writable(project.pk, user)
    same = project.obstacles.waiting().filter(text=text, unit=unit, raised_on=raised_on).first()
    if same is not None:
        return same
    row = Obstacle(project=project, text=text, unit=unit, raised_on=raised_on, official=official, due_on=due_on)
    row.author = user
    _save(row, user)
    return row


@transaction.atomic
def correct_obstacle(
    *,
    obstacle: Obstacle,
    seen: int,
    text: str,
    unit: str,
    raised_on: datetime.date,
    official: Official | None,
    due_on: PartialDay | None,
    user: User,
) -> None:
    """Correct what it says. `seen`: its version when the form was opened; raises ConcurrentEdit where it moved on."""
    row = _locked(obstacle, user)
    new = {"text": text, "unit": unit, "raised_on": raised_on, "official": official, "due_on": due_on}
    if all(getattr(row, name) == value for name, value in new.items()):
        return  # nothing to write; also a second click
    if version_of(row) != seen:
        raise ConcurrentEdit
    for name, value in new.items():
        setattr(row, name, value)
    _save(row, user)


@transaction.atomic
def solve_obstacle(*, obstacle: Obstacle, resolved_on: datetime.date, solution: str, user: User) -> None:
    """Keep the day on which it was solved, and how. Raises AlreadySettled."""
    row = _locked(obstacle, user)
    if row.is_solved:
        raise AlreadySettled
    row.resolved_on, row.solution = resolved_on, solution
    _save(row, user)


@transaction.atomic
def reopen_obstacle(*, obstacle: Obstacle, user: User) -> None:
    """It was not solved after all; how it had been solved stays in the history. Raises AlreadySettled."""
    row = _locked(obstacle, user)
    if not row.is_solved:
        raise AlreadySettled
    row.resolved_on, row.solution = None, ""
    _save(row, user)


def version_of(obstacle: Obstacle) -> int:
    """The number of its newest history row: who corrects it says which state was seen."""
    newest = obstacle.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return newest or 0


def _locked(obstacle: Obstacle, user: User) -> Obstacle:
    """The obstacle as it is stored now, while others wait. Raises PermissionDenied."""
    lock_writable(obstacle.project_id, user)
    return Obstacle.objects.select_related("official").get(pk=obstacle.pk)


def _save(row: Obstacle, user: User) -> None:
    tell_project(row.project_id, user)
    row._history_user = user
    row.save()


def settled_words(obstacle: Obstacle) -> str:
    """What a second click is told."""
    return _("This obstacle is solved already.") if obstacle.is_solved else _("This obstacle is open already.")
