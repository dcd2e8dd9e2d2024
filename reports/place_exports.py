"""The tables of parks and of clusters as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from industries.models import Cluster
from jiangjin.lib.sheetout import OutColumn, OutSheet
from projects import exports, permissions
from projects.models import Project
from reports import figures
from reports.asked import asked
from reports.places import park_lines, totals_of

INSIDE = "　"  # before the name of what lies inside the row above


@require_GET
def park_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """All parks with their totals of a year, those inside another below it."""
    permissions.require_export(request.user)
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    rows: list[list[Any]] = []
    for line in park_lines(projects, when):
        name = line.park.name if line.park else _("Park not filled in")
        rows.append([str(name), line.park and line.park.get_kind_display(), *_figures(line.row, line.row.share)])
        for child in line.inside:
            rows.append([INSIDE + child.name, f"{_('inside')} {line.park.short_name}", *_figures(child, None)])
    total = totals_of(projects, when)["total"]
    foot = [str(_("Whole district")), None, *_figures(total, 1 if total.now.agreed else None)]
    columns = [OutColumn("park", _("Park"), width=30), OutColumn("kind", _("Kind"), width=16), *_columns()]
    inside = _("A park inside another stands below it and is counted in it; the totals count it once.")
    return _sent(request, ending, _("Parks"), [OutSheet(str(_("Parks")), columns, rows, foot, frozen=1)], [inside])


@require_GET
def cluster_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The clusters with their totals of a year; in a workbook also their chains and leading firms."""
    permissions.require_export(request.user)
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    rows = [
        [row.name or str(_("Cluster not filled in")), *_figures(row, row.share), row.change]
        for row in figures.by_cluster(figures.compare(projects, when, "cluster"))
    ]
    total = totals_of(projects, when)["total"]
    foot = [str(_("Whole district")), *_figures(total, 1 if total.now.agreed else None), total.change]
    columns = [OutColumn("cluster", _("Cluster"), width=22), *_columns()]
    columns.append(OutColumn("change", _("Change of amount (100 million)"), "money_yi"))
    sheets = [OutSheet(str(_("Clusters")), columns, rows, foot, frozen=1), _chains()]
    outside = _("What lies outside the “4+1” counts in the district.")
    return _sent(request, ending, _("Clusters"), sheets, [outside])


def _chains() -> OutSheet:
    columns = [
        OutColumn("cluster", _("Cluster"), width=22),
        OutColumn("chain", _("Chain"), width=26),
        OutColumn("firms", _("Leading firms"), width=60),
    ]
    rows = [
        [cluster.name, chain.name, "、".join(firm.name for firm in chain.leading_firms.all())]
        for cluster in Cluster.objects.prefetch_related("chains__leading_firms")
        for chain in cluster.chains.all()
    ]
    return OutSheet(str(_("Chains and leading firms")), columns, rows, frozen=1)


def _columns() -> list[OutColumn]:
    return [
        OutColumn("projects", _("Projects"), "integer"),
        OutColumn("projects_change", _("More or fewer"), "integer"),
        OutColumn("agreed_capital", _("Agreed (100 million)"), "money_yi"),
        OutColumn("share", _("Share"), "percent"),
        OutColumn("growth", _("Growth"), "percent"),
        OutColumn("arrived_capital", _("Arrived (100 million)"), "money_yi"),
        OutColumn("unknown_capital", _("Amount not filled in"), "integer"),
    ]


def _figures(row: figures.Row, share: Any) -> list[Any]:
    now = row.now
    return [now.projects, row.projects_change, now.agreed, share, row.growth, now.arrived, now.unknown]


def _sent(
    request: HttpRequest, ending: str, title: str | Promise, sheets: list[OutSheet], rules: Iterable[object]
) -> HttpResponseBase:
    when = asked(request.GET)
    chosen = [(str(_("year")), str(when.year))]
    compared = _("More or fewer, growth and change: against the year before.")
    rules = [*rules, *exports.period_rules(when.period), compared, *exports.usual_rules()]
    about = exports.about_of(request, title, chosen, when.shown, rules)
    count = len(list(sheets[0].rows))
    return exports.send(request, ending, exports.Outgoing(title, sheets, count, about, chosen))
