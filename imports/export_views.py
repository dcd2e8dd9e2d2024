"""The list of projects as a file, and the blank template: the headers that the import reads."""

import tempfile

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from imports.exporting import csv_lines, write_xlsx
from projects import conditions, listing
from projects.models import Project

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 8 * 1024 * 1024


@require_GET
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    """Exactly the listed projects as a workbook."""
    found, faults = _listed(request)
    return _refused(faults) if faults else _workbook(found, f"projects-{timezone.localdate():%Y%m%d}.xlsx")


@require_GET
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly the listed projects as text."""
    found, faults = _listed(request)
    if faults:
        return _refused(faults)
    response = StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="projects-{timezone.localdate():%Y%m%d}.csv"'
    return response


@require_GET
def template_xlsx(request: HttpRequest) -> HttpResponseBase:
    """A blank ledger."""
    return _workbook(None, "template.xlsx")


def _listed(request: HttpRequest) -> tuple[QuerySet, list[str]]:
    """The projects of the list with these parameters in its order, and what is wrong with the parameters."""
    visible = Project.objects.visible_to(request.user)
    filters = conditions.narrowed(request.GET, visible, conditions.vocabulary(), user=request.user)
    if faults := conditions.faults_of(filters):
        return Project.objects.none(), faults
    return listing.ordered(filters.qs, listing.sort_of(request.GET)), []


def _refused(faults: list[str]) -> HttpResponse:
    text = _("A condition could not be understood, so nothing was exported. Go back to the list and correct it.")
    return HttpResponse("\n".join([text, *faults]), status=400, content_type="text/plain; charset=utf-8")


def _workbook(projects: QuerySet | None, filename: str) -> FileResponse:
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the response closes it
    write_xlsx(target, projects)  # type: ignore[arg-type]
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=filename, content_type=XLSX)
