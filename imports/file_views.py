"""A batch's file given back: its refused rows to be corrected, and its sheets coloured by what their rows did."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from imports import batches, sheetpage
from imports.access import get_batch
from imports.export_views import IN_MEMORY, XLSX
from imports.mapping import MappingError
from imports.models import BatchState, ImportBatch
from imports.reading import ReadError
from imports.refusedbook import write_refused
from imports.reread import NoRows, Reread, reread
from imports.understanding import NoLedger
from imports.work_views import unreadable
from projects import exports, permissions

PER_PAGE = 100  # rows of a sheet


@require_GET
def import_refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows as a workbook that imports as it is, once they are corrected.

    Whoever brought the file has these rows; for anybody else it is an export.
    """
    batch = get_batch(request, pk)
    own = batch.user_id == request.user.pk
    if not own:
        permissions.require_export(request.user)
    if batch.work:
        return redirect(batch)
    try:
        again = reread(batches.read(batch), batch, user=batch.user or request.user)
    except (ReadError, NoLedger, MappingError) as error:
        return unreadable(request, batch, error.message)
    if again is None:
        return redirect(batch)
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the response closes it
    count = write_refused(target, again)  # type: ignore[arg-type]
    if not count:
        target.close()
        raise Http404
    target.seek(0)
    if not own:
        table = exports.Outgoing(gettext_lazy("Refused rows"), [], count, conditions=[("", batch.filename)])
        exports.record(request, "xlsx", table)
    name = f"{Path(batch.filename).stem}-被拒绝.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def import_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet of the file as it stands, a hundred rows a page, its cells marked by what they did."""
    batch = get_batch(request, pk)
    if batch.work:
        return redirect(batch)
    try:
        again = _reread(batch, request)
    except ReadError as error:
        return unreadable(request, batch, error.message)
    if again is None:
        return redirect(batch)
    sheets = again.workbook.sheets
    wanted = request.GET.get("sheet") or sheetpage.first_sheet(again)
    sheet = next((sheet for sheet in sheets if sheet.name == wanted), None)
    if sheet is None:
        raise Http404
    page: Any = Paginator(range(1, sheetpage.last_row(sheet) + 1), PER_PAGE).get_page(request.GET.get("page"))
    shown = sheetpage.shown_sheet(again, sheet, list(page.object_list), batch.corrections)
    context = {
        "batch": batch,
        "page": page,
        "sheet": sheet,
        "sheets": sheets,
        "shown": shown,
        "marks": sheetpage.legend(waiting=batch.state == BatchState.WAITING),
    }
    return render(request, "imports/importbatch_sheet.html", context)


def _reread(batch: ImportBatch, request: HttpRequest) -> Reread | None:
    """The file beside what its rows did; where it is no ledger, or its columns cannot be used, by itself."""
    workbook = batches.read(batch)
    try:
        return reread(workbook, batch, user=batch.user or request.user)
    except (NoLedger, MappingError):
        return Reread(workbook, [], [], NoRows())
