"""Who may do what with projects. Knows no model, so that querysets and models can use it.

| role     | sees                                        | writes                                              |
| -------- | ------------------------------------------- | --------------------------------------------------- |
| recorder | all, or own parks (RECORDERS_SEE_OWN_PARKS) | projects of own parks; of all where `all_parks`     |
| manager  | all                                         | the same, and voids, restores and corrects stages   |
| leader   | all                                         | nothing                                             |
| auditor  | all                                         | nothing                                             |
| admin    | all                                         | everything                                          |

Taking lists and tables out as files is a right of its own (`may_export`), whatever the role.
"""

from typing import Protocol

from django.conf import settings
from django.core.exceptions import PermissionDenied

RECORDER, MANAGER, AUDITOR, ADMIN = "recorder", "manager", "auditor", "admin"
WRITERS = {RECORDER, MANAGER, ADMIN}


class Actor(Protocol):
    """What these rules ask of an account."""

    pk: int
    role: str
    all_parks: bool
    may_export: bool
    is_active: bool
    is_authenticated: bool

    @property
    def writable_park_ids(self) -> frozenset[int]: ...


def writes_everywhere(user: Actor) -> bool:
    """May write the projects of every park and of none."""
    return user.is_active and (user.role == ADMIN or (user.role in WRITERS and user.all_parks))


def may_write_some(user: Actor) -> bool:
    """May write at least somewhere: sees the buttons for new projects and imports."""
    return writes_everywhere(user) or (user.is_active and user.role in WRITERS and bool(user.writable_park_ids))


def may_write_in(user: Actor, park_id: int | None) -> bool:
    """May write projects of this park. A project without a park belongs to the district's own writers."""
    if writes_everywhere(user):
        return True
    return user.is_active and user.role in WRITERS and park_id is not None and park_id in user.writable_park_ids


def may_void_in(user: Actor, park_id: int | None) -> bool:
    """Voiding and restoring is a manager's, or the administrator's."""
    return user.role != RECORDER and may_write_in(user, park_id)


def may_merge_firms(user: Actor) -> bool:
    """Merging firms is for those who void projects; it asks for the parks of all projects of both."""
    return user.role != RECORDER and may_write_some(user)


def may_name_chiefs(user: Actor) -> bool:
    """Chiefs of parks and chains are named by a manager of the whole district, or the administrator."""
    return user.is_active and (user.role == ADMIN or (user.role == MANAGER and user.all_parks))


def may_export(user: Actor) -> bool:
    """Takes what it sees out as a file."""
    return user.is_active and user.may_export


def sees_merges(user: Actor) -> bool:
    """Reads what was merged: who may merge, and who sees all batches."""
    return user.is_active and (may_merge_firms(user) or sees_all_batches(user))


def sees_own_parks_only(user: Actor) -> bool:
    """Recorders see everything unless the district's setting narrows it."""
    return settings.RECORDERS_SEE_OWN_PARKS and user.role == RECORDER and not user.all_parks


def sees_all_batches(user: Actor) -> bool:
    """Sees imports and bulk changes of everybody."""
    return user.role in {AUDITOR, ADMIN} or (user.role == MANAGER and user.all_parks)


def sees_batch(user: Actor, author_id: int | None) -> bool:
    """Whether the page of a batch that this account brought opens: one's own, or all for those who see all."""
    return user.is_active and (sees_all_batches(user) or (author_id is not None and author_id == user.pk))


def require_writer(user: Actor) -> None:
    """Raise 403 for accounts that may write nowhere."""
    if not may_write_some(user):
        raise PermissionDenied


def require_write_in(user: Actor, park_id: int | None) -> None:
    """Raise 403 where the account may not write projects of this park."""
    if not may_write_in(user, park_id):
        raise PermissionDenied


def require_void_in(user: Actor, park_id: int | None) -> None:
    """Raise 403 where the account may not void or restore projects of this park."""
    if not may_void_in(user, park_id):
        raise PermissionDenied


def require_chiefs(user: Actor) -> None:
    """Raise 403 where the account may not name chiefs of parks and chains."""
    if not may_name_chiefs(user):
        raise PermissionDenied


def require_export(user: Actor) -> None:
    """Raise 403 where the account may not take lists and tables out."""
    if not may_export(user):
        raise PermissionDenied
