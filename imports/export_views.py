"""Projects as a ledger that the import reads, and the blank template with the same headers."""

import tempfile

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from imports.exporting import csv_lines, write_xlsx
from jiangjin.lib.sheetout import XLSX
from projects import conditions, exports, listing, permissions
from projects.export_views import narrowed, refused

TITLE = gettext_lazy("Ledger of projects")
IN_MEMORY = 8 * 1024 * 1024


@require_GET
def ledger(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The listed projects as a ledger: every column that the import reads, so that it comes back unchanged."""
    exports.require_ending(ending)
    permissions.require_export(request.user)
    filters = narrowed(request)
    if faults := conditions.faults_of(filters):
        return refused(faults)
    if filters.looks_back:
        return _of_today_alone(request)
    found = listing.ordered(filters.qs, listing.sort_of(request.GET), filters.asked)
    chosen = [(chip.label, chip.value) for chip in conditions.chips_of(filters)]
    table = exports.Outgoing(TITLE, [], found.count(), conditions=chosen)
    filename = f"{TITLE}-{timezone.localdate():%Y%m%d}.{ending}"
    if ending == "csv":
        return exports.send_lines(request, filename, table, csv_lines(found))
    return exports.send_built(request, table, lambda: _workbook(found, filename))


def _of_today_alone(request: HttpRequest) -> HttpResponse:
    """Why there is no ledger of an earlier day, and where to go: it is brought back as what holds now."""
    params = request.GET.copy()
    params.pop("as_of", None)
    query = {"earlier": request.GET.urlencode(), "now": params.urlencode()}
    return render(request, "imports/ledger_refused.html", query, status=422)


@require_GET
def template_xlsx(request: HttpRequest) -> HttpResponseBase:
    """A blank ledger."""
    return _workbook(None, "template.xlsx")


def _workbook(projects: QuerySet | None, filename: str) -> FileResponse:
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the response closes it
    write_xlsx(target, projects)  # type: ignore[arg-type]
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=filename, content_type=XLSX)
