"""Who may look after accounts and the vocabulary."""

from django.core.exceptions import PermissionDenied

from accounts.models import Role, User


def may_administer(user: User) -> bool:
    """Accounts, vocabulary and the demo data are the administrator's."""
    return user.is_active and user.role == Role.ADMIN


def require_administrator(user: User) -> None:
    """Raise 403 for everybody else."""
    if not may_administer(user):
        raise PermissionDenied
