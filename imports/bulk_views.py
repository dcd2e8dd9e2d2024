"""A bulk change as a page: who changed what of which projects; and its undo, looked at first, done once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from imports.batches import AlreadySettled, PreviewOutdated
from imports.bulk_undo import last_undo, may_undo, plan_undo, undo_bulk
from imports.forms import UndoForm
from imports.models import Takeback
from imports.undo_shown import shown_plan
from imports.undo_views import said_of
from imports.undoing import ParksNotYours, count, forced
from jiangjin.lib.takeback import NoWay
from projects import permissions
from projects.models import BulkEdit

PAGE = "imports/bulkedit_undo.html"


@require_GET
def bulk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who changed how many projects, of which filter, to what; whether it still counts."""
    edit = _get_edit(request, pk)
    list_url = reverse("projects:list")
    context = {
        "edit": edit,
        "list_url": f"{list_url}?{edit.query}" if edit.query else list_url,
        "history_url": f"{reverse('projects:register_history')}?{urlencode({'batch': edit.reason})}",
        "takeback": last_undo(edit),
        "may_undo": may_undo(request.user, edit),
    }
    return render(request, "imports/bulkedit_detail.html", context)


@require_http_methods(["GET", "POST"])
def bulk_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What undoing a change would do, or undoing its undo; a POST does what was shown, exactly once."""
    permissions.require_writer(request.user)
    edit = _get_edit(request, pk)
    if not may_undo(request.user, edit):
        raise PermissionDenied
    try:
        if request.method == "POST":
            return _confirmed(request, edit)
        return render(request, PAGE, _preview(request, edit))
    except ParksNotYours:
        return render(request, PAGE, {"edit": edit, "not_yours": True}, status=403)
    except NoWay:
        return render(request, PAGE, {"edit": edit, "no_way": True}, status=409)


def _get_edit(request: HttpRequest, pk: int) -> BulkEdit:
    return get_object_or_404(BulkEdit.objects.visible_to(request.user).select_related("user"), pk=pk)


def _preview(request: HttpRequest, edit: BulkEdit) -> dict[str, Any]:
    plan = plan_undo(edit, user=request.user)
    counted = Takeback()
    count(plan, counted)
    return {
        "edit": edit,
        "back": not edit.undone,
        "digest": plan.digest,
        "counts": counted,
        "shown": shown_plan(plan),
        "changes_nothing": plan.is_empty,
    }


def _confirmed(request: HttpRequest, edit: BulkEdit) -> HttpResponse:
    form = UndoForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The preview was not complete. Please look at it again."))
        return redirect("undo:bulk_undo", pk=edit.pk)
    try:
        done = undo_bulk(
            edit=edit,
            user=request.user,
            back=form.cleaned_data["back"],
            digest=form.cleaned_data["digest"],
            choices=forced(request.POST.getlist("return")),
        )
    except AlreadySettled:
        messages.info(request, _("That was done already; nothing was written a second time."))
        return redirect(edit)
    except PreviewOutdated:
        messages.warning(request, _("The register changed since you saw this preview. Please look at it once more."))
        return redirect("undo:bulk_undo", pk=edit.pk)
    messages.success(request, said_of(done, again=_("The change counts again.")))
    return redirect(edit)
