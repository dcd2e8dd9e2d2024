"""Undo of a bulk change, and the undo of that: what an import's undo does, under the change's own reason."""

from __future__ import annotations

from accounts.models import User
from imports.batches import AlreadySettled
from imports.models import Takeback
from imports.undoing import carry_out, is_own_or_chiefs, look_at, taking_back
from jiangjin.lib import takeback
from jiangjin.lib.replay import Choice
from projects.models import BulkEdit


def may_undo(user: User, edit: BulkEdit) -> bool:
    """Who made it, managers of the whole district and administrators; all of them only as long as they write."""
    return is_own_or_chiefs(user, edit.user_id)


def last_undo(edit: BulkEdit) -> Takeback | None:
    """The newest undo of a change, or undo of an undo."""
    return Takeback.objects.filter(subject=edit.reason).select_related("user").first()


def plan_undo(edit: BulkEdit, *, user: User | None) -> takeback.Takeback:
    """What undoing a change, or undoing its undo, would do now. Raises ParksNotYours, NoWay."""
    return look_at(edit.reason, back=not edit.undone, user=user)


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
    with taking_back(edit.reason):
        locked = BulkEdit.objects.select_for_update().get(pk=edit.pk)
        if locked.undone == back:
            raise AlreadySettled
        done = Takeback(subject=locked.reason, back=back, user=user)
        carry_out(done, digest=digest, choices=choices)
        locked.undone = edit.undone = back
        locked.save(update_fields=["undone"])
    return done
