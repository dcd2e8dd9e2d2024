"""The page of reconciliation (对账): what was published beside what the register computes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from industries.models import Cluster
from parks.models import Park
from projects import permissions
from projects.models import Project
from projects.periods import ALL
from reports import reconciling
from reports.asked import Asked, asked, header_of
from reports.fixed_views import FixForm, fix
from reports.fixing import may_fix, require_fix
from reports.grid import Cell, Column, Grid, Row
from reports.gridout import send_grids
from reports.links import Place
from reports.reconciling import AGREES, DIFFERS, LATER, NEARLY, UNANSWERED, Line


@require_GET
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Each published figure with its computed one, the difference, and the rows behind it."""
    when = asked(request.GET)
    lines = lines_of(request, when)
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in WORDS}
    context = {
        **header_of(when),
        "later": counts[LATER],
        "counts": [(str(WORDS[verdict]()), number) for verdict, number in counts.items() if number],
        "all": len(lines),
        "grid": grid_of(lines, when),
        "fix_form": FixForm(auto_id="fix-%s") if may_fix(request.user) else None,
    }
    return render(request, "reports/reconciliation.html", context)


@require_GET
def reconciliation_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The same as a file."""
    permissions.require_export(request.user)
    when = asked(request.GET)
    grid = grid_of(lines_of(request, when), when)
    return send_grids(request, ending, grid.title, [grid], conditions=[], day=when.shown)


@require_POST
def reconciliation_fix(request: HttpRequest) -> HttpResponse:
    """Keep the comparison as it is reported; behind it are all projects, for its figures are of several periods."""
    require_fix(request.user)
    when = asked(request.GET)
    grid = grid_of(lines_of(request, when), when)
    return fix(
        request,
        grids=[grid],
        title=str(grid.title),
        page=f"{reverse('reports:reconciliation')}?{request.GET.urlencode()}",
        conditions=[],
        lists=[Place(ALL).counted()],
        day=when.shown,
        is_cut=when.day is not None,
    )


WORDS = {
    AGREES: lambda: _("agrees"),
    NEARLY: lambda: _("near, as printed"),
    DIFFERS: lambda: _("differs"),
    LATER: lambda: _("published for a later day"),
    UNANSWERED: lambda: _("cannot be answered here"),
}
TONES = {DIFFERS: "late", LATER: "weak", UNANSWERED: "weak"}


def lines_of(request: HttpRequest, when: Asked) -> list[Line]:
    """The figures of everything that the account sees."""
    names = {("district", ""): _("Whole district")}
    names |= {("cluster", code): name for code, name in Cluster.objects.values_list("code", "name")}
    names |= {("park", code): name for code, name in Park.objects.values_list("code", "short_name")}
    own = None
    if permissions.sees_own_parks_only(request.user):
        own = set(Park.objects.filter(pk__in=request.user.writable_park_ids).values_list("code", flat=True))
    return reconciling.reconciled(Project.objects.visible_to(request.user).counted(), when.day, names, own)


def grid_of(lines: list[Line], when: Asked) -> Grid:
    """One row a figure, in the order of scopes and measures."""
    columns = [
        Column(_("scope")),
        Column(_("figure"), width=28),
        Column(_("period"), weak=True),
        Column(_("result")),
        Column(_("difference"), "signed_number"),
        Column(_("published"), "number"),
        Column(_("computed"), "number"),
        Column(_("unit"), weak=True),
        Column(_("how it is counted"), weak=True, width=50),
    ]
    notes = [
        _("It agrees where the computed figure rounds to the printed one; 近 and 余 mean within a tenth."),
        _("Clusters add up to less than the district: what lies outside the “4+1” counts in the district."),
        _("Figures of parks up to a year are cumulative; figures of clusters are of the year alone: not comparable."),
    ]
    if any(line.verdict == LATER for line in lines):
        words = _("Published for a later day: the period ends after %(day)s, to which the register is computed here.")
        notes.insert(0, words % {"day": when.shown.isoformat()})
    empty = _("No figures have been published yet. The administrator enters them.")
    rows = [_row(line) for line in lines]
    return Grid(_("Reconciliation"), columns, rows, notes, "reconciliation", empty, cards=True)


def _row(line: Line) -> Row:
    figure = line.published
    printed = reconciling.number_of(figure.value)
    until = figure.period.startswith("to-")
    period = _("up to %(year)s") % {"year": figure.period[3:]} if until else figure.period
    return Row(
        [
            Cell(line.scope),
            Cell(line.label),
            Cell(period),
            Cell(WORDS[line.verdict](), tone=TONES.get(line.verdict, "")),
            Cell(line.difference),
            Cell(figure.value if printed is None else printed, title=figure.qualifier),
            Cell(line.computed, line.params),
            Cell(" ".join(filter(None, (figure.qualifier, figure.unit)))),
            Cell(line.why or line.definition),
        ]
    )
