"""Writing who follows: handing over, follow-ups, task forces, chiefs, and what an account watches. Each one atomic."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from industries.models import Chain
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import create_with_history, update_with_history
from parks.models import Park
from projects.choices import NoteKind, TaskForceRole
from projects.locking import lock_projects, lock_writable, tell_project
from projects.models import Chief, Follow, Handover, Note, Official, Project, TaskForce, TaskForceMember
from projects.officials import Pair, official_called
from projects.permissions import require_write_in
from projects.registering import SAME_AGAIN, write_once


class ChangedMeanwhile(Exception):
    """Somebody else wrote it since the page was opened; nothing was written."""


class SameOfficial(Exception):
    """Who should take over leads already; nothing was written."""


class TooEarly(Exception):
    """The day lies before what was written last: `what` says where, `day` is the earliest possible one."""

    def __init__(self, what: str, day: datetime.date) -> None:
        super().__init__(what, day)
        self.what, self.day = what, day


def require_after_last(projects: Iterable[int], day: datetime.date) -> None:
    """Raise TooEarly where one of these projects was handed over after this day already."""
    last = Handover.objects.filter(project__in=projects, handed_on__gt=day).order_by("-handed_on").first()
    if last is not None:
        raise TooEarly(last.project.name, last.handed_on)


@transaction.atomic
def hand_over(
    *, projects: Collection[int], former: int | None, to: Pair, day: datetime.date, reason: str, user: User
) -> int:
    """Give these projects to another official, or their first one; how many were given.

    `former`: the key of the official whom the page showed as leading all of them, None where nobody did. Raises
    ChangedMeanwhile where one of them is led by somebody else by now, or voided; SameOfficial; TooEarly; and
    PermissionDenied where the account may not write one of them any more.
    """
    ids = sorted(set(projects))
    lock_projects(ids)
    stored = list(Project.objects.counted().filter(pk__in=ids))
    if len(stored) != len(ids) or any(project.lead_official_id != former for project in stored):
        raise ChangedMeanwhile
    for project in stored:
        require_write_in(user, project.park_id)
    require_after_last(ids, day)
    official = official_called(*to, user=user)
    if official is None or official.pk == former:
        raise SameOfficial
    now = timezone.now()
    for project in stored:
        project.lead_official = official
        project.version += 1
        project.updated_at = now
    # The project's record first: what is written beside a saving is found after it (projects/changes.py).
    update_with_history(Project, stored, ["lead_official", "version", "updated_at"], user=user, reason="")
    handovers = [
        Handover(project=project, from_official_id=former, to_official=official, handed_on=day, reason=reason)
        for project in stored
    ]
    create_with_history(Handover, handovers, user=user, reason="")
    return len(stored)


@transaction.atomic
def write_follow_up(*, project: Project, official: Pair, day: datetime.date, text: str, user: User) -> Note:
    """Keep what an official did for a project on a day, under the account's name; the same one again only once.

    Raises PermissionDenied.
    """
    lock_writable(project.pk, user)
    note = Note(
        project=project,
        kind=NoteKind.FOLLOW_UP,
        text=text,
        author=user,
        official=official_called(*official, user=user),
        noted_on=PartialDay.of(day),
    )
    return write_once(note, user)


@dataclass(frozen=True, slots=True)
class TypedMember:
    """A row of a task force; `pk` of the member that it corrects. An official, or somebody by name."""

    official: Official | None
    name: str
    unit: str
    role: str
    duty: str
    pk: int | None = None


def task_force_version(task_force: TaskForce) -> str:
    """Changes with every saving of the task force, and of one of its members, whoever saves it."""
    own = TaskForce.history.filter(id=task_force.pk).aggregate(last=models.Max("history_id"))["last"]
    rows = TaskForceMember.history.filter(task_force=task_force.pk).aggregate(last=models.Max("history_id"))["last"]
    return f"{own or 0}-{rows or 0}"


@transaction.atomic
def save_task_force(
    *, task_force: TaskForce, members: Iterable[TypedMember], user: User, version: str = ""
) -> TaskForce:
    """Save a task force with exactly these members; what stays is not touched, what changes has its history.

    A new one that this account set up just now in the very same way is that one: a button pressed twice.
    `version` is the one that the page was opened with. Raises ChangedMeanwhile where it is another one by now,
    PermissionDenied where the account may not write its project or its park.
    """
    if task_force.project_id:
        lock_writable(task_force.project_id, user)
    else:
        require_write_in(user, task_force.park_id)
        Park.objects.select_for_update().get(pk=task_force.park_id)  # of two that are sent at once, the second waits
    members = list(members)
    if task_force.pk is None and (twin := _just_set_up(task_force, members, user)):
        return twin
    if task_force.pk:
        stored = TaskForce.objects.select_for_update().get(pk=task_force.pk)
        if task_force_version(stored) != version:
            raise ChangedMeanwhile
    if task_force.project_id:
        tell_project(task_force.project_id, user)
    _save(task_force, user)
    _save_members(task_force, members, user)
    return task_force


def _just_set_up(new: TaskForce, members: Iterable[TypedMember], user: User) -> TaskForce | None:
    records = TaskForce.history.filter(
        history_type="+", history_user=user, history_date__gte=timezone.now() - SAME_AGAIN, name=new.name
    )
    columns = ("project", "park", "name", "since", "until")
    alike = TaskForce.objects.filter(pk__in=records.values("id"), **{name: getattr(new, name) for name in columns})
    wanted = sorted(_told(row) for row in members)
    return next((one for one in alike if sorted(_told(row) for row in one.members.all()) == wanted), None)


def _told(row: TypedMember | TaskForceMember) -> tuple[int, str, str, str, str]:
    return (row.official.pk if row.official else 0, row.name, row.unit, row.role, row.duty)


def _save_members(task_force: TaskForce, members: Iterable[TypedMember], user: User) -> None:
    known = {row.pk: row for row in task_force.members.all()}
    kept = []
    for typed in members:
        row = (known.pop(typed.pk, None) if typed.pk else None) or TaskForceMember(task_force=task_force)
        new = {column: getattr(typed, column) for column in ("official", "name", "unit", "role", "duty")}
        if row.pk is None or any(getattr(row, column) != value for column, value in new.items()):
            for column, value in new.items():
                setattr(row, column, value)
            kept.append(row)
    for gone in known.values():
        gone._history_user = user
        gone.delete()
    # Who stops being the head is written before who becomes it: the database allows one at any moment.
    for row in sorted(kept, key=lambda member: member.role == TaskForceRole.HEAD):
        _save(row, user)


@transaction.atomic
def name_chief(
    *, place: Park | Chain, official: Pair | None, since: datetime.date | None, former: int | None, user: User
) -> Chief | None:
    """Name the chief of a park or a chain from a day on; the present one ends there.

    None for `official`: nobody follows. `former` is the key of the present chief that the page showed. Raises
    ChangedMeanwhile, SameOfficial, TooEarly.
    """
    # Two who name one at once: the second waits here, and then finds another present chief.
    type(place)._default_manager.select_for_update().get(pk=place.pk)
    of = {"park": place} if isinstance(place, Park) else {"chain": place}
    present = Chief.objects.filter(until=None, **of).first()
    if (present.pk if present else None) != former:
        raise ChangedMeanwhile
    follower = official_called(*official, user=user) if official else None
    if present is not None:
        if follower is not None and follower.pk == present.official_id:
            raise SameOfficial
        if since is not None and present.since and since < present.since:
            raise TooEarly(str(place), present.since)
        present.until = since
        _save(present, user)
    if follower is None:
        return None
    chief = Chief(official=follower, since=since, **of)
    _save(chief, user)
    return chief


@transaction.atomic
def set_follow(*, project: Project, user: User, follows: bool) -> None:
    """Watch a project, or stop watching it; doing either twice is doing it once."""
    lock_projects([project.pk])
    row = Follow.objects.filter(project=project, user=user).first()
    if follows and row is None:
        _save(Follow(project=project, user=user), user)
    elif row is not None and not follows:
        row._history_user = user
        row.delete()


def _save(row: Any, user: User) -> None:
    row._history_user = user
    row.save()
