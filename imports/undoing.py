"""Undo of an import, and the undo of that: planned from the history, looked at, written once in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.models import User
from imports.batches import AlreadySettled, PreviewOutdated
from imports.models import BatchState, ImportBatch, Takeback
from imports.undo_days import days_that_must_stay
from imports.undo_rules import LABEL, SUBJECTS, changes_of, chunks, project_of, rows_that_make_no_sense, settle_projects
from imports.undo_shown import kept_values
from imports.writing import lock_imports
from jiangjin.lib import takeback
from jiangjin.lib.replay import Choice, Key, Standing
from jiangjin.lib.takeback import NoWay
from jiangjin.lib.taking import lock_rows, relink, write_takeback
from projects import permissions
from projects.models import Project


class ParksNotYours(Exception):
    """The import touched projects that this account may not write; nothing was written, and none of them is named."""


def may_take_back(user: User, batch: ImportBatch) -> bool:
    """Who brought it, and managers of the whole district and administrators; all of them only as long as they write."""
    return batch.was_written and is_own_or_chiefs(user, batch.user_id)


def is_own_or_chiefs(user: User, author: int | None) -> bool:
    """Whether an account may take back what `author` wrote."""
    if not permissions.may_write_some(user):
        return False
    return author == user.pk or (user.role != permissions.RECORDER and permissions.writes_everywhere(user))


def last_takeback(batch: ImportBatch) -> Takeback | None:
    """The newest undo of a batch, or undo of an undo."""
    return batch.takebacks.select_related("user").first()


def plan_takeback(batch: ImportBatch, *, user: User | None) -> takeback.Takeback:
    """What undoing a written batch, or undoing its undo, would do now. `user` None is the command itself.

    Raises ParksNotYours, AlreadySettled for a batch that was never written, NoWay.
    """
    if not batch.was_written:
        raise AlreadySettled
    return look_at(batch.reason, back=batch.state == BatchState.COMMITTED, user=user)


def look_at(reason: str, *, back: bool, user: User | None) -> takeback.Takeback:
    """The settled plan for a page, nothing chosen yet. Raises ParksNotYours, and NoWay as `carry_out` does."""
    plan = plan_of(reason, back=back).settle()
    require_parks(plan, user)
    if nothing_returns(plan) and not plan.conflicts:
        raise NoWay
    return plan


def take_back(
    *,
    batch: ImportBatch,
    user: User | None,
    back: bool,
    digest: str | None = None,
    choices: frozenset[Choice] = frozenset(),
    all_conflicts: bool = False,
) -> Takeback:
    """Undo a batch, or with `back` False its undo, in one transaction; `choices` are written against later edits.

    Raises AlreadySettled where that was done before, PreviewOutdated where the preview with this digest would look
    different now, ParksNotYours, NoWay.
    """
    with taking_back(batch.reason):
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.state != (BatchState.COMMITTED if back else BatchState.UNDONE):
            raise AlreadySettled
        done = Takeback(subject=batch.reason, batch=locked, back=back, user=user)
        carry_out(done, digest=digest, choices=choices, all_conflicts=all_conflicts)
        locked.state = BatchState.UNDONE if back else BatchState.COMMITTED
        locked.save(update_fields=["state"])
    batch.state = locked.state
    return done


@contextmanager
def taking_back(reason: str) -> Iterator[None]:
    """A transaction in which nobody else writes to what `reason` and everything that is taken back touched.

    What the database refuses is NoWay: nothing was written.
    """
    try:
        with transaction.atomic():
            lock_imports()
            lock_rows(SUBJECTS, {reason, *_standing().dropped})
            yield
    except IntegrityError as error:
        raise NoWay from error


def carry_out(
    done: Takeback, *, digest: str | None, choices: frozenset[Choice] = frozenset(), all_conflicts: bool = False
) -> None:
    """Write what `done` says, which subject is taken back or counts again and by whom, and keep it; in `taking_back`.

    Raises PreviewOutdated where the preview with this digest would look different now, ParksNotYours, and NoWay, also
    where nothing of what should count again can return.
    """
    plan = plan_of(done.subject, back=done.back)
    if digest is not None and plan.digest != digest:
        raise PreviewOutdated
    if all_conflicts:
        choices = frozenset(conflict.choice for conflict in plan.conflicts if conflict.may_choose)
    plan.settle(choices)
    require_parks(plan, done.user)
    if nothing_returns(plan):
        raise NoWay
    _write(plan, done)


def nothing_returns(plan: takeback.Takeback) -> bool:
    """Whether a settled plan would say that a subject counts again, and everything of it is held back."""
    return not plan.back and plan.is_empty and bool(plan.obstacles)


def _write(plan: takeback.Takeback, done: Takeback) -> None:
    count(plan, done)
    done.decided = [list(choice) for choice in plan.decided]
    done.kept_values = kept_values(plan)
    done.save()
    done.unlinked = write_takeback(plan, user=done.user, reason=done.reason, settle=lambda: settle_projects(plan))
    if plan.inserts:
        _relink()
    done.save(update_fields=["unlinked"])


def plan_of(reason: str, *, back: bool) -> takeback.Takeback:
    """What taking back everything that carries this reason means, not settled yet."""
    before = _standing()
    dropped = before.dropped | {reason} if back else before.dropped - {reason}
    decided = {name: chosen for name, chosen in before.decided.items() if f" {reason} (" not in name}
    return takeback.Takeback(
        SUBJECTS,
        reason=reason,
        back=back,
        before=before,
        after=Standing(frozenset(dropped), decided),
        guard=_what_must_stay,
    )


def _what_must_stay(plan: takeback.Takeback) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Whole rows, and the days alone of others, that would make no sense beside what was edited since."""
    yield from ((key, ()) for key in rows_that_make_no_sense(plan))
    yield from days_that_must_stay(plan)


def _standing() -> Standing:
    """What is taken back now, and what people had written against later edits while doing so."""
    newest = {done.subject: done for done in Takeback.objects.order_by("pk").defer("kept_values", "unlinked")}
    return Standing(
        frozenset(subject for subject, done in newest.items() if done.back),
        {done.reason: frozenset((label, pk, unit) for label, pk, unit in done.decided) for done in newest.values()},
    )


def require_parks(plan: takeback.Takeback, user: User | None) -> None:
    """Raise ParksNotYours where a plan touches projects that the account may not write."""
    if user is None or permissions.writes_everywhere(user):
        return
    place = plan.subjects[LABEL[Project]].names.index("park_id")
    parks, elsewhere = set(), set()
    for key, trail in plan.trails.items():
        if key[0] == LABEL[Project]:
            parks.add((trail.now or trail.records[-1].values)[place])
            parks.add(plan.updates.get(key, {}).get("park_id", (trail.now or trail.records[-1].values)[place]))
        elif (project := project_of(plan, key)) and (LABEL[Project], project) not in plan.trails:
            elsewhere.add(project)
    for part in chunks(elsewhere):
        parks.update(Project.objects.filter(pk__in=part).values_list("park_id", flat=True))
    if not all(permissions.may_write_in(user, park) for park in parks):
        raise ParksNotYours


def count(plan: takeback.Takeback, done: Takeback) -> None:
    """Say in numbers what a settled plan does."""
    gone, back = plan.gone(LABEL[Project]), {pk for label, pk in plan.inserts if label == LABEL[Project]}
    done.removed, done.restored = len(gone), len(back)
    done.returned = len(changes_of(plan))
    done.kept = len(plan.kept) + len(plan.obstacles) + sum(label == LABEL[Project] for label, __ in plan.stays)


def _relink() -> None:
    """Let what lost its project by an undo refer to it again where it is back."""
    for done in Takeback.objects.filter(back=True).exclude(unlinked={}).only("unlinked"):
        for name, pairs in done.unlinked.items():
            label, __, field = name.rpartition(".")
            relink(apps.get_model(label), field, pairs)


def forced(choices: Iterable[str]) -> frozenset[Choice]:
    """Choices as a form sends them: `model:key:column`."""
    found = set()
    for text in choices:
        label, __, rest = text.partition(":")
        pk, __, unit = rest.partition(":")
        if pk.isdecimal() and len(pk) < 19:
            found.add((label, int(pk), unit))
    return frozenset(found)
