"""Pages of the import: bring a file, see how it was understood, see what it would do, write it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imports import batches, choices, columnspage, decisions, jobs, pages, undoing
from imports.access import get_batch, get_own
from imports.columns import MappingError
from imports.forms import ConfirmForm, UploadForm
from imports.generation import generation
from imports.models import BatchState, ImportBatch, RowAction
from imports.overview import LEFT_OUT
from imports.reading import ReadError
from imports.results import result_rows, rows_left_out
from imports.said import KINDS, Words, word_choices
from imports.typed import deciding, keep_typed
from imports.understanding import NoLedger
from imports.unknownwords import UnknownWord
from imports.work_views import unreadable, working
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
        batch = _bring(request, form)
        if batch is not None:
            return redirect(*batch)
    brought = ImportBatch.objects.visible_to(request.user).select_related("user")
    context = {
        "form": form,
        "page": Paginator(brought, PER_PAGE).get_page(request.GET.get("page")),
        "kinds": KINDS,
        "may_import": permissions.may_write_some(request.user),
    }
    return render(request, "imports/importbatch_list.html", context, status=422 if form.errors else 200)


def _bring(request: HttpRequest, form: UploadForm) -> tuple[str, int] | None:
    """Where to go with the file that was sent; None, with an error in the form, where it is no ledger."""
    file, name = form.content()
    batch = batches.bring_file(file=file, filename=name, user=request.user)
    if jobs.takes_long(file.size):
        jobs.start_preview(batch=batch)
        return "imports:detail", batch.pk
    try:
        plan = batches.preview(batch, user=request.user).plan
    except UNREADABLE as error:
        batches.forget(batch=batch)
        form.add_error(None, f"{name}: {error.message}")
        return None
    if not plan.needs and not plan.rows:
        batches.forget(batch=batch)
        form.add_error(None, f"{name}: {_('The table has no rows of data.')}")
        return None
    batches.decide_kind(batch=batch, kind=plan.kind)
    if len(plan.rows) > settings.IMPORT_BACKGROUND_ROWS:
        jobs.start_preview(batch=batch)
        return "imports:detail", batch.pk
    return ("imports:columns" if choices.left_to_decide(plan) else "imports:detail"), batch.pk


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of a waiting batch, or what a written one did."""
    batch = get_batch(request, pk)
    if batch.state == BatchState.UNREADABLE:
        return unreadable(request, batch, batch.trouble)
    if batch.state != BatchState.WAITING:
        return _result(request, batch)
    if batch.work:
        return working(request, batch)
    try:
        # Whoever looks at another's preview sees what its owner would write.
        seen = batches.overview(batch, user=batch.user or request.user)
    except UNREADABLE as error:
        return unreadable(request, batch, error.message, by_mapping=isinstance(error, MappingError))
    if seen is None:
        return working(request, batch)
    if seen.needs_mapping:
        return redirect("imports:columns", pk=batch.pk)
    context = {
        "batch": batch,
        "is_outdated": batch.in_background and seen.generation != generation(),
        **pages.preview_context(seen, batch, request.GET, request.user),
    }
    return render(request, "imports/importbatch_preview.html", context)


@require_http_methods(["GET", "POST"])
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """How the columns were understood, and what a person decides about them."""
    batch = get_batch(request, pk) if request.method == "GET" else get_own(request, pk)
    if batch.state != BatchState.WAITING:
        return redirect(batch)
    if batch.work:
        return working(request, batch)
    error = batch.trouble
    if request.method == "POST":
        try:
            return _decide_columns(request, batch)
        except (batches.AlreadySettled, batches.UnderWay):
            return redirect(batch)
        except UNREADABLE as failed:
            error = failed.message
    try:
        page = columnspage.columns_page(batch, user=batch.user or request.user)
    except UNREADABLE as failed:
        return unreadable(request, batch, failed.message, by_mapping=isinstance(failed, MappingError))
    if page is None:
        return working(request, batch)
    if request.method == "POST":
        decisions.keep_sent(request.POST, page.sheets)
    lists = word_choices(Words())
    context = {
        "batch": batch,
        "columns_page": page,
        "fields": choices.field_groups(),
        "kinds": choices.KIND_LABELS,
        "money_units": choices.MONEY_UNITS,
        "leave_out": decisions.LEAVE_OUT,
        "lists": lists,
        "words": [(word, _ordered(word, lists[word.kind], request.POST)) for word in page.words],
        "decided": [(word, lists[word.kind], request.POST.get(word.key, word.code)) for word in page.decided],
        "others_stay": not permissions.writes_everywhere(request.user),
        "error": error,
        "may_decide": batch.user_id == request.user.pk,
    }
    return render(request, "imports/importbatch_columns.html", context, status=422 if request.method == "POST" else 200)


def _decide_columns(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """Where to go with what was sent. Raises what columnspage.decide_columns raises."""
    former = dict(batch.mapping)
    same_columns = columnspage.decide_columns(batch=batch, data=request.POST, user=request.user)
    if batch.in_background:
        jobs.start_preview(batch=batch, former_mapping=former)
    if same_columns:
        return redirect("imports:detail", pk=batch.pk)
    messages.info(request, _("The header rows or the kind are others now: look at the columns once more."))
    return redirect("imports:columns", pk=batch.pk)


def _ordered(word: UnknownWord, entries: list[tuple[str, str]], sent: QueryDict) -> dict[str, Any]:
    """What a word may mean: the proposals, nearest first, then the rest; chosen is what was sent, never a guess."""
    proposals = [entry for name in word.proposals for entry in entries if entry[1] == name or entry[0] == name]
    rest = [entry for entry in entries if entry not in proposals]
    return {"proposals": proposals, "rest": rest, "chosen": sent.get(word.key, "")}


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the batch, exactly once. What stands typed on the page is taken first, and the preview shown anew."""
    batch = get_own(request, pk)
    typed = True
    with deciding(request):
        typed = keep_typed(batch=batch, data=request.POST)
        if typed:
            jobs.look_again(batch=batch)
            messages.warning(request, _("What you typed was taken first. Look at the preview, then write."))
    if typed:
        return redirect(batch)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The preview was not complete. Please look at it again."))
        return redirect(batch)
    if batch.in_background:
        return _confirm_in_background(request, batch, form)
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


def _confirm_in_background(request: HttpRequest, batch: ImportBatch, form: ConfirmForm) -> HttpResponse:
    try:
        jobs.start_writing(batch=batch, **form.cleaned_data)
    except batches.AlreadySettled:
        messages.info(request, _("This import is settled already; nothing was written a second time."))
    except batches.UnderWay:
        pass  # a second click: the page shows how far the first one is
    return redirect(batch)


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a preview up; nothing was written."""
    batch = get_own(request, pk)
    try:
        batches.cancel(batch=batch)
        messages.success(request, _("Cancelled. Nothing was written."))
    except batches.AlreadySettled:
        messages.info(request, _("This import is written already."))
    return redirect("imports:list")


@require_GET
def import_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was brought, to be saved, never to be shown by the browser."""
    batch = get_batch(request, pk)
    try:
        opened = batch.file.open("rb")
    except (OSError, ValueError):
        raise Http404 from None
    answer = FileResponse(opened, as_attachment=True, filename=batch.filename, content_type="application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _result(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    show = request.GET.get("show", "")
    rows = batch.rows.select_related("project")
    left_out = rows_left_out(batch)
    if show in RowAction.values:
        rows = rows.filter(action=show)
    elif show == LEFT_OUT and left_out:
        rows = rows.filter(pk__in=left_out)
    page: Any = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    counts = {
        RowAction.CREATE: batch.created,
        RowAction.UPDATE: batch.updated,
        RowAction.UNCHANGED: batch.unchanged,
        RowAction.REFUSED: batch.refused,
    }
    context = {
        "batch": batch,
        "page": page,
        "show": show,
        "tabs": [(action, action.label, count) for action, count in counts.items()],
        "whole": sum(counts.values()),
        "left_out_count": len(left_out),
        "rows": result_rows(page.object_list, Words()),
        "kind": KINDS.get(batch.kind, ""),
        "may_take_back": undoing.may_take_back(request.user, batch),
        "takeback": undoing.last_takeback(batch),
    }
    return render(request, "imports/importbatch_detail.html", context)
