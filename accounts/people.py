"""Making and changing accounts: each one atomic, with its history."""

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import Role, User
from parks.models import Park


def people_choices() -> list[tuple[str, str]]:
    """Every account by its key, under the name that people know it by, in the order of names."""
    people = User.objects.order_by("display_name", "username").values_list("pk", "display_name", "username")
    return [(str(pk), name or username) for pk, name, username in people]


@transaction.atomic
def save_account(
    *, user: User, role: str, parks: Iterable[Park], all_parks: bool, password: str | None = None, is_demo: bool = False
) -> User:
    """Save a new or changed account with its role and parks; a new one needs a password.

    Raises ValidationError for a weak password or a name that is taken, PermissionError for the last administrator.
    """
    user.role = role
    user.all_parks = all_parks
    user.is_staff = user.is_superuser = role == Role.ADMIN
    user.is_demo = user.is_demo or is_demo
    if password is not None:
        validate_password(password, user)
        user.set_password(password)
    user.full_clean(exclude=["password"])
    refuse_without_administrator(user)
    user.save()
    user.parks.set(parks)
    return user


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    """A new password; every other session of the account ends with it."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


def refuse_without_administrator(user: User) -> None:
    """The register keeps at least one administrator who can log in."""
    if user.pk is None or (user.role == Role.ADMIN and user.is_active):
        return
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk)
    was = User.objects.filter(pk=user.pk, role=Role.ADMIN, is_active=True)
    if was.exists() and not others.exists():
        raise PermissionError("the last administrator")
