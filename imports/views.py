"""Pages of the import: bring a file, see how it was understood, see what it would do, write it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import batches, decisions, pages
from imports.columns import MappingError
from imports.forms import ConfirmForm, UploadForm
from imports.models import BatchState, ImportBatch, RowAction
from imports.planning import NoLedger
from imports.reading import ReadError
from projects import permissions

PER_PAGE = 30
UNREADABLE = (ReadError, NoLedger, MappingError)


@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Bring a file, and what was brought before."""
    if request.method == "POST":
        permissions.require_writer(request.user)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, name = form.content()
        batch = batches.bring_file(file=file, filename=name, user=request.user)
        try:
            made = batches.preview(batch, user=request.user)
        except UNREADABLE as error:
            batches.forget(batch=batch)
            form.add_error(None, f"{name}: {error.message}")
        else:
            return redirect("imports:columns" if made.plan.needs else "imports:detail", pk=batch.pk)
    brought = ImportBatch.objects.visible_to(request.user).select_related("user")
    context = {"form": form, "page": Paginator(brought, PER_PAGE).get_page(request.GET.get("page"))}
    return render(request, "imports/importbatch_list.html", context, status=422 if form.errors else 200)


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of a waiting batch, or what a written one did."""
    batch = _get_batch(request, pk)
    if batch.state != BatchState.WAITING:
        return _result(request, batch)
    try:
        made = batches.preview(batch, user=request.user)
    except UNREADABLE as error:
        return render(request, "imports/importbatch_unreadable.html", {"batch": batch, "error": error}, status=422)
    if made.plan.needs:
        return redirect("imports:columns", pk=batch.pk)
    context = {"batch": batch, **pages.preview_context(made.plan, batch, request.GET)}
    return render(request, "imports/importbatch_preview.html", context)


@require_http_methods(["GET", "POST"])
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """How the columns were understood, and what a person decides about them."""
    batch = _get_waiting(request, pk)
    error = None
    if request.method == "POST":
        try:
            batches.decide_columns(batch=batch, data=request.POST, user=request.user)
            return redirect("imports:detail", pk=batch.pk)
        except UNREADABLE as failed:
            error = failed.message
    try:
        sheets, plan = batches.understand_columns(batch, user=request.user)
    except UNREADABLE as failed:
        return render(request, "imports/importbatch_unreadable.html", {"batch": batch, "error": failed}, status=422)
    context = {
        "batch": batch,
        "sheets": sheets,
        "plan": plan,
        "fields": decisions.field_groups(),
        "units": decisions.UNITS,
        "leave_out": decisions.LEAVE_OUT,
        "choices": decisions.park_and_cluster_choices(),
        "words": decisions.unknown_words(plan.errors),
        "word_choices": pages.word_choices(),
        "error": error,
    }
    return render(request, "imports/importbatch_columns.html", context, status=422 if error else 200)


@require_POST
def import_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept implausible amounts of some rows as right."""
    batch = _get_waiting(request, pk)
    accepted = sorted({*batch.accepted, *request.POST.getlist("row")})
    batches.decide(batch=batch, accepted=accepted)
    return redirect("imports:detail", pk=batch.pk)


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the batch, exactly once."""
    batch = _get_batch(request, pk)
    permissions.require_writer(request.user)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The preview was not complete. Please look at it again."))
        return redirect(batch)
    try:
        batches.confirm(batch=batch, user=request.user, **form.cleaned_data)
        messages.success(request, _("Written. Each value keeps the file and cell that it came from."))
    except batches.AlreadySettled:
        messages.info(request, _("This import is settled already; nothing was written a second time."))
    except batches.PreviewOutdated:
        messages.warning(request, _("The register changed since you saw this preview. Please look at it once more."))
    except batches.Refused:
        messages.error(
            request, _("Nothing was written: some rows are refused. Correct them, or write the good rows only.")
        )
    except UNREADABLE as error:
        messages.error(request, str(error.message))
    return redirect(batch)


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a preview up; nothing was written."""
    batch = _get_batch(request, pk)
    try:
        batches.cancel(batch=batch)
        messages.success(request, _("Cancelled. Nothing was written."))
    except batches.AlreadySettled:
        messages.info(request, _("This import is written already."))
    return redirect("imports:list")


def _get_batch(request: HttpRequest, pk: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("user"), pk=pk)


def _get_waiting(request: HttpRequest, pk: int) -> ImportBatch:
    """A batch about which this account may still decide."""
    permissions.require_writer(request.user)
    visible = ImportBatch.objects.visible_to(request.user).select_related("user")
    return get_object_or_404(visible, pk=pk, state=BatchState.WAITING)


def _result(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    action = request.GET.get("show", "")
    rows = batch.rows.select_related("project")
    if action in RowAction.values:
        rows = rows.filter(action=action)
    page: Any = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"batch": batch, "page": page, "show": action, "rows": pages.result_rows(page.object_list)}
    return render(request, "imports/importbatch_detail.html", context)
