"""The tables of parks and of clusters as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from industries.models import Cluster
from projects import exports, permissions
from projects.models import Project
from reports import figures
from reports.asked import asked
from reports.grid import Cell, Column, Grid, Row
from reports.gridout import send_grids
from reports.places import park_lines, totals_of


@require_GET
def park_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """All parks with their totals of a year, those inside another below it."""
    permissions.require_export(request.user)
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    rows = []
    for line in park_lines(projects, when):
        name = line.park.name if line.park else _("Park not filled in")
        rows.append(_row([name, line.park and line.park.get_kind_display()], line.row, line.row.share))
        for child in line.inside:
            rows.append(_row([child.name, f"{_('inside')} {line.park.short_name}"], child, None, level=1))
    rows.append(_total([figures.name_of_whole(request.user), None], totals_of(projects, when)["total"]))
    columns = [Column(_("Park"), key="park", width=30), Column(_("Kind"), key="kind", width=16), *_columns()]
    inside = _("A park inside another stands below it and is counted in it; the totals count it once.")
    return _sent(request, ending, [Grid(_("Parks"), columns, rows, [inside])])


@require_GET
def cluster_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The clusters with their totals of a year; in a workbook also their chains and leading firms."""
    permissions.require_export(request.user)
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    rows = [
        _row([row.name or _("Cluster not filled in")], row, row.share, [row.change])
        for row in figures.by_cluster(figures.compare(projects, when, "cluster"))
    ]
    total = totals_of(projects, when)["total"]
    rows.append(_total([figures.name_of_whole(request.user)], total, [total.change]))
    columns = [Column(_("Cluster"), key="cluster", width=22), *_columns()]
    columns.append(Column(_("Change of amount (100 million)"), "signed_yi", key="change"))
    outside = _("What lies outside the “4+1” counts in the district.")
    return _sent(request, ending, [Grid(_("Clusters"), columns, rows, [outside]), _chains()])


def _chains() -> Grid:
    columns = [
        Column(_("Cluster"), key="cluster", width=22),
        Column(_("Chain"), key="chain", width=26),
        Column(_("Leading firms"), key="firms", width=60),
    ]
    rows = [
        Row([Cell(cluster.name), Cell(chain.name), Cell("、".join(firm.name for firm in chain.leading_firms.all()))])
        for cluster in Cluster.objects.prefetch_related("chains__leading_firms")
        for chain in cluster.chains.all()
    ]
    return Grid(_("Chains and leading firms"), columns, rows)


def _columns() -> list[Column]:
    return [
        Column(_("Projects"), "count", key="projects"),
        Column(_("More or fewer"), "signed", key="projects_change"),
        Column(_("Agreed (100 million)"), "yi", key="agreed_capital"),
        Column(_("Share"), "rate", key="share"),
        Column(_("Growth"), "growth", key="growth"),
        Column(_("Arrived (100 million)"), "yi", key="arrived_capital"),
        Column(_("Amount not filled in"), "count", key="unknown_capital"),
    ]


def _row(
    names: list[Any], row: figures.Row, share: Any, more: list[Any] | None = None, *, level: int = 0, role: str = "row"
) -> Row:
    now = row.now
    values = [now.projects, row.projects_change, now.agreed, share, row.growth, now.arrived, now.unknown]
    return Row([Cell(value) for value in (*names, *values, *(more or []))], role, level)


def _total(names: list[Any], total: figures.Row, more: list[Any] | None = None) -> Row:
    return _row(names, total, 1 if total.now.agreed else None, more, role="total")


def _sent(request: HttpRequest, ending: str, grids: list[Grid]) -> HttpResponseBase:
    when, main = asked(request.GET), grids[0]
    main.notes += [*exports.period_rules(when.period), _("More or fewer, growth and change: against the year before.")]
    chosen = [(str(_("year")), str(when.year))]
    return send_grids(request, ending, main.title, grids, conditions=chosen, day=when.shown)
