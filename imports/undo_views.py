"""Undo of an import as a page: what would go and return, what was edited since; then once, or shown anew."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imports import undoing
from imports.batches import AlreadySettled, PreviewOutdated
from imports.forms import UndoForm
from imports.models import BatchState, ImportBatch, Takeback
from imports.undo_shown import shown_plan
from jiangjin.lib.takeback import NoWay
from projects import permissions


@require_http_methods(["GET", "POST"])
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What undoing a written import would do, or undoing its undo; a POST does what was shown, exactly once."""
    permissions.require_writer(request.user)
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("user"), pk=pk)
    if not batch.was_written:
        return redirect(batch)
    if not undoing.may_take_back(request.user, batch):
        raise PermissionDenied
    try:
        if request.method == "POST":
            return _confirmed(request, batch)
        return _preview(request, batch)
    except undoing.ParksNotYours:
        return render(request, "imports/importbatch_undo.html", {"batch": batch, "not_yours": True}, status=403)
    except NoWay:
        return render(request, "imports/importbatch_undo.html", {"batch": batch, "no_way": True}, status=409)


def _preview(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    plan = undoing.plan_takeback(batch, user=request.user)
    counted = Takeback()
    undoing.count(plan, counted)
    context = {
        "batch": batch,
        "back": batch.state == BatchState.COMMITTED,
        "digest": plan.digest,
        "counts": counted,
        "shown": shown_plan(plan),
        "changes_nothing": plan.is_empty,
    }
    return render(request, "imports/importbatch_undo.html", context)


def _confirmed(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    form = UndoForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The preview was not complete. Please look at it again."))
        return redirect("imports:undo", pk=batch.pk)
    back = form.cleaned_data["back"]
    try:
        done = undoing.take_back(
            batch=batch,
            user=request.user,
            back=back,
            digest=form.cleaned_data["digest"],
            choices=undoing.forced(request.POST.getlist("return")),
        )
    except AlreadySettled:
        messages.info(request, _("That was done already; nothing was written a second time."))
        return redirect(batch)
    except PreviewOutdated:
        messages.warning(request, _("The register changed since you saw this preview. Please look at it once more."))
        return redirect("imports:undo", pk=batch.pk)
    messages.success(request, said_of(done, again=_("The import counts again.")))
    return redirect(batch)


def said_of(done: Takeback, *, again: str) -> str:
    """What an undo did, in sentences; `again` is the first of an undo of an undo."""
    said = [_("Undone.") if done.back else again]
    if done.removed:
        said.append(_("%(number)s projects taken out.") % {"number": f"{done.removed:,}"})
    if done.restored:
        said.append(_("%(number)s projects put back.") % {"number": f"{done.restored:,}"})
    if done.returned:
        said.append(_("%(number)s values changed.") % {"number": f"{done.returned:,}"})
    if done.kept:
        said.append(_("%(number)s kept, because they were edited or used since.") % {"number": f"{done.kept:,}"})
    return " ".join(said)
