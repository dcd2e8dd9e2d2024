"""Taking a merging back: planned from the history like the undo of an import, written once in one transaction."""

from __future__ import annotations

from accounts.models import User
from imports.batches import AlreadySettled
from imports.models import ImportRow, Merge, PairKind, Takeback
from imports.undoing import carry_out, look_at, taking_back
from jiangjin.lib import takeback
from jiangjin.lib.replay import Choice
from projects import permissions
from projects.models import Investor, Project


class MergedSince(Exception):
    """What was kept was itself merged into another one since: that merging is taken back first."""


def may_take_back_merges(user: User) -> bool:
    """Who may merge at all; of whose parks the rows are, `require_parks` asks."""
    return permissions.may_merge_firms(user)


def plan_merge_takeback(merge: Merge, *, user: User) -> takeback.Takeback:
    """What taking a merging back would do now. Raises AlreadySettled, MergedSince, ParksNotYours, NoWay."""
    if merge.undone:
        raise AlreadySettled
    _require_still_there(merge)
    return look_at(merge.reason, back=True, user=user)


def take_merge_back(*, merge: Merge, user: User, digest: str, choices: frozenset[Choice] = frozenset()) -> Takeback:
    """Make two of what was made one, in one transaction; `choices` are written against later edits.

    Raises AlreadySettled, PreviewOutdated where the preview with this digest would look different now, MergedSince,
    ParksNotYours, NoWay.
    """
    with taking_back(merge.reason):
        locked = Merge.objects.select_for_update().get(pk=merge.pk)
        if locked.undone:
            raise AlreadySettled
        _require_still_there(locked)
        done = Takeback(subject=locked.reason, back=True, user=user)
        carry_out(done, digest=digest, choices=choices)
        if locked.kind == PairKind.PROJECT and Project.objects.filter(pk=locked.gone).exists():
            rows = ImportRow.objects.filter(pk__in=locked.moved_rows, project=locked.kept)
            rows.update(project=locked.gone)
        locked.undone = merge.undone = True
        locked.save(update_fields=["undone"])
    return done


def _require_still_there(merge: Merge) -> None:
    model = Project if merge.kind == PairKind.PROJECT else Investor
    if model.objects.filter(pk=merge.kept).exclude(merged_into=None).exists():  # type: ignore[attr-defined]
        raise MergedSince
