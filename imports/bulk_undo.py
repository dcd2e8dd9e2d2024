"""Undo of a bulk change, and the undo of that: what an import's undo does, under the change's own reason."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from imports.batches import AlreadySettled, PreviewOutdated
from imports.models import Takeback
from imports.undoing import carry_out, lock_taken_back, plan_of, require_parks
from jiangjin.lib import takeback
from jiangjin.lib.replay import Choice
from jiangjin.lib.takeback import NoWay
from projects import permissions
from projects.models import BulkEdit


def may_undo(user: User, edit: BulkEdit) -> bool:
    """Who made it, managers of the whole district and administrators; all of them only as long as they write."""
    if not permissions.may_write_some(user):
        return False
    if edit.user_id == user.pk:
        return True
    return user.role != permissions.RECORDER and permissions.writes_everywhere(user)


def last_undo(edit: BulkEdit) -> Takeback | None:
    """The newest undo of a change, or undo of an undo."""
    return Takeback.objects.filter(subject=edit.reason).select_related("user").first()


def plan_undo(edit: BulkEdit, *, user: User | None) -> takeback.Takeback:
    """What undoing a change, or undoing its undo, would do now. Raises ParksNotYours, NoWay."""
    plan = plan_of(edit.reason, back=not edit.undone).settle()
    require_parks(plan, user)
    return plan


def undo_bulk(
    *,
    edit: BulkEdit,
    user: User | None,
    back: bool,
    digest: str | None = None,
    choices: frozenset[Choice] = frozenset(),
) -> Takeback:
    """Undo a change, or with `back` False its undo, in one transaction; `choices` are written against later edits.

    Raises AlreadySettled where that was done before, PreviewOutdated where the preview with this digest would look
    different now, ParksNotYours, NoWay.
    """
    try:
        with transaction.atomic():
            return _undo_bulk(edit, user, back, digest, choices)
    except IntegrityError as error:
        raise NoWay from error


def _undo_bulk(
    edit: BulkEdit, user: User | None, back: bool, digest: str | None, choices: frozenset[Choice]
) -> Takeback:
    # In the order of an import's undo: what is locked first is the same for all.
    lock_taken_back(edit.reason)
    locked = BulkEdit.objects.select_for_update().get(pk=edit.pk)
    if locked.undone == back:
        raise AlreadySettled
    plan = plan_of(locked.reason, back=back)
    if digest is not None and plan.digest != digest:
        raise PreviewOutdated
    plan.settle(choices)
    require_parks(plan, user)
    done = carry_out(plan, Takeback(subject=locked.reason, back=back, user=user))
    locked.undone = edit.undone = back
    locked.save(update_fields=["undone"])
    return done
