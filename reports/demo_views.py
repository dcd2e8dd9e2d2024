"""The administrator's button that takes the demo out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require_administrator
from reports.clearing import Cleared, NoOtherAdministrator, clear_demo


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Take demo data and demo accounts out; the page with the button has asked first."""
    require_administrator(request.user)
    try:
        cleared = clear_demo(user=request.user)
    except NoOtherAdministrator as error:
        messages.error(request, error.message)
        return redirect("accounts:user_list")
    if request.user.is_demo:
        logout(request)
    messages.success(request, _sentence(cleared))
    return redirect("accounts:user_list")


def _sentence(cleared: Cleared) -> str:
    said = _(
        "The demo is out: %(projects)d projects, %(investors)d investors, %(officials)d officials, "
        "%(imports)d imports, %(accounts)d accounts."
    ) % dict(cleared)
    if cleared["kept"]:
        said += _("These stay, for real work was done on them: %(codes)s.") % {"codes": "、".join(cleared["kept"])}
    return said
