"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from accounts.demo import is_demo_register
from accounts.permissions import may_administer, may_audit
from projects.permissions import may_export, may_write_some


def site(request: HttpRequest) -> dict[str, object]:
    """`demo`, `version`, and what the signed-in account may do, for the menu and the buttons."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return {
        "demo": is_demo_register(),
        "version": settings.VERSION,
        "may_write": known and may_write_some(user),
        "may_export": known and may_export(user),
        "may_audit": known and may_audit(user),
        "may_administer": known and may_administer(user),
    }
