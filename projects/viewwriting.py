"""Writing saved views: each one atomic, with its history."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from projects.models import DefaultView, SavedView
from projects.models.views import Sharing


@transaction.atomic
def save_view(*, view: SavedView, user: User, opens: bool | None = None) -> SavedView:
    """Save a new or changed view; `opens`: whether it opens for this account by itself, None leaves that as it is.

    Who is no longer named by the sharing no longer sees it; nobody else's default is touched.
    """
    if view.sharing != Sharing.GROUP:
        view.role, view.park = "", None
    _save(view, user)
    if opens is not None:
        set_default(view=view, user=user, opens=opens)
    return view


@transaction.atomic
def set_default(*, view: SavedView, user: User, opens: bool) -> None:
    """Let the list open with this view for an account, or no longer; doing either twice is doing it once."""
    # Two requests of one account at once: the second waits here, and then finds the row of the first.
    User.objects.select_for_update().get(pk=user.pk)
    row = DefaultView.objects.filter(user=user).first()
    if opens and (row is None or row.view_id != view.pk):
        row = row or DefaultView(user=user)
        row.view = view
        _save(row, user)
    elif not opens and row is not None and row.view_id == view.pk:
        _delete(row, user)


@transaction.atomic
def delete_view(*, view: SavedView, user: User) -> None:
    """Take a view away, also from those whom it opens for by itself; its history stays."""
    for row in DefaultView.objects.filter(view=view):
        _delete(row, user)
    _delete(view, user)


def _save(row: Any, user: User) -> None:
    row._history_user = user
    row.save()


def _delete(row: Any, user: User) -> None:
    row._history_user = user
    row.delete()
