"""Who may look after accounts and the vocabulary, and who reads the log."""

from django.core.exceptions import PermissionDenied

from accounts.models import Role, User


def may_administer(user: User) -> bool:
    """Accounts, vocabulary and the demo data are the administrator's."""
    return user.is_active and user.role == Role.ADMIN


def require_administrator(user: User) -> None:
    """Raise 403 for everybody else."""
    if not may_administer(user):
        raise PermissionDenied


def may_audit(user: User) -> bool:
    """The log of what went out is read by the administrator and the auditor."""
    return user.is_active and user.role in {Role.ADMIN, Role.AUDITOR}


def require_auditor(user: User) -> None:
    """Raise 403 for everybody else."""
    if not may_audit(user):
        raise PermissionDenied
