"""How far everybody is with the targets of the year."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from projects import permissions
from projects.models import Project
from reports.asked import NARROWING, asked, header_of, not_a_choice, unused
from reports.gridout import send_grids
from reports.target_grids import Progress, label_of
from reports.targetmodels import TargetMeasure
from reports.targets import may_set_targets, own_parks


@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """The district by measure; parks, clusters, lead units and officials by one measure, furthest behind first."""
    progress, measure = _asked(request)
    context = {
        **header_of(progress.when),
        "passed_over": [
            *progress.when.passed_over,
            *unused(request.GET, NARROWING),
            *not_a_choice(request.GET, "measure", TargetMeasure.values, _("measure")),
        ],
        "grids": progress.grids(measure),
        "measures": [(one.value, label_of(one)) for one in TargetMeasure],
        "measure": measure,
        "may_set_targets": may_set_targets(request.user),
        "has_targets": bool(progress.targets),
    }
    return render(request, "reports/targets.html", context)


@require_GET
def targets_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The same tables as a file, a sheet each."""
    permissions.require_export(request.user)
    progress, measure = _asked(request)
    conditions = [(_("year"), str(progress.year)), (_("measure"), label_of(measure))]
    title = _("Targets of %(year)d") % {"year": progress.year}
    return send_grids(request, ending, title, progress.grids(measure), conditions=conditions, day=progress.when.shown)


def _asked(request: HttpRequest) -> tuple[Progress, TargetMeasure]:
    wanted = request.GET.get("measure", "")
    measure = TargetMeasure(wanted) if wanted in TargetMeasure.values else TargetMeasure.AGREED
    projects = Project.objects.visible_to(request.user).counted()
    # Beside the targets of others, what an account of some parks sees would look like all that was reached.
    return Progress(projects, asked(request.GET), own_parks(request.user)), measure
