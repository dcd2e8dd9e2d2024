"""Officials by name and post. A new post is a new row, so that what was written under the former one stays true."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from projects.models import Official
from projects.names import set_official_name

Pair = tuple[str, str]  # name and post; the post may be empty


def official_called(name: str, post: str, *, user: User | None) -> Official | None:
    """The official of exactly this name and post, made where there is none; None without a name."""
    if not name:
        return None
    return Official.objects.filter(name=name, post=post).first() or _made(name, post, user)


def _made(name: str, post: str, user: User | None) -> Official:
    official = Official(post=post)
    set_official_name(official, name)
    official._history_user = user
    try:
        with transaction.atomic():
            official.save()
    except IntegrityError:  # somebody else made the same one at this moment
        return Official.objects.get(name=name, post=post)
    return official
