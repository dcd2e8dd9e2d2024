"""Pages of parks and clusters, each with its totals and its projects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from industries.models import Cluster
from parks.models import Park
from projects import listing, people, permissions
from projects.columns import DEFAULT
from projects.models import Project
from projects.pages import mark_rows
from projects.querysets import ProjectQuerySet
from reports import figures
from reports.asked import Asked, asked, header_of
from reports.links import list_url, same_time, year_url


@dataclass(frozen=True, slots=True)
class ParkLine:
    """A root park of the list, or the unknown (without a park), and the parks inside it."""

    row: figures.Row
    park: Park | None
    inside: list[figures.Row]


@require_GET
def park_list(request: HttpRequest) -> HttpResponse:
    """All parks with their totals of a year; the ones inside another stand under it and are counted in it once."""
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    lines = park_lines(projects, when)
    context = {
        **header_of(when),
        "year_url": year_url(when),
        "same_time": same_time(when),
        "lines": lines,
        "widest": max((line.row.now.agreed for line in lines), default=0),
        "name_of_whole": figures.name_of_whole(request.user),
        **totals_of(projects, when),
    }
    return render(request, "reports/park_list.html", context)


def park_lines(projects: ProjectQuerySet, when: Asked) -> list[ParkLine]:
    """The root parks with their figures of a year, each with the parks inside it."""
    compared = figures.compare(projects, when, "park")
    parks = {park.code: park for park in Park.objects.all()}
    children = [park for park in parks.values() if park.parent_id]
    inside: dict[int, list[figures.Row]] = defaultdict(list)
    for park, row in zip(children, figures.by_entry(compared, "park", children), strict=True):
        inside[park.parent_id].append(row)
    rows = figures.by_park(compared)
    return [ParkLine(row, found := parks.get(row.code), inside[found.pk] if found else []) for row in rows]


@require_GET
def park_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A park: its totals, the parks inside it, its projects."""
    park = get_object_or_404(Park.objects.select_related("parent").prefetch_related("children"), code=code)
    projects = Project.objects.visible_to(request.user).counted().in_parks([code])
    when = asked(request.GET)
    compared = figures.compare(projects, when, "park", "cluster")
    context = _figures_of(request, projects, when)
    context |= {
        "park": park,
        "cohort": compared.now.total(),
        "children": figures.by_entry(compared, "park", park.children.all()),
        "clusters": [row for row in figures.by_cluster(compared) if row.now != figures.NOTHING],
        "list_url": f"{context['year_url']}&park={code}",
        "whole_url": list_url([("park", code), *when.params]),
        "chiefs": people.in_order(park.chiefs.select_related("official")),
        "task_forces": people.task_forces_with_members(park.task_forces.all()),
        "may_edit": permissions.may_write_in(request.user, park.pk),
        "may_name_chiefs": permissions.may_name_chiefs(request.user),
    }
    return render(request, "reports/park_detail.html", context)


@require_GET
def cluster_list(request: HttpRequest) -> HttpResponse:
    """The "4+1" clusters, what lies outside them, their chains and leading firms."""
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    rows = figures.by_cluster(figures.compare(projects, when, "cluster"))
    context = {
        **header_of(when),
        "year_url": year_url(when),
        "same_time": same_time(when),
        "rows": rows,
        "clusters": Cluster.objects.prefetch_related("chains__leading_firms"),
        "widest": max((row.now.agreed for row in rows), default=0),
        "name_of_whole": figures.name_of_whole(request.user),
        **totals_of(projects, when),
    }
    return render(request, "reports/cluster_list.html", context)


@require_GET
def cluster_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A cluster: its totals, chains and leading firms, its projects."""
    cluster = get_object_or_404(Cluster.objects.prefetch_related("chains__leading_firms"), code=code)
    projects = Project.objects.visible_to(request.user).counted().filter(cluster=cluster)
    when = asked(request.GET)
    compared = figures.compare(projects, when, "chain", "park")
    context = _figures_of(request, projects, when)
    context |= {
        "cluster": cluster,
        "cohort": compared.now.total(),
        "chains": figures.by_entry(compared, "chain", cluster.chains.all()),
        "chiefs": people.chiefs_of_chains(cluster.chains.all()),
        "may_name_chiefs": permissions.may_name_chiefs(request.user),
        "firms": [
            (chain.name, "、".join(firm.name for firm in chain.leading_firms.all()))
            for chain in cluster.chains.all()
            if chain.leading_firms.all()
        ],
        "parks": [row for row in figures.by_park(compared) if row.now != figures.NOTHING],
        "list_url": f"{context['year_url']}&cluster={code}",
        "whole_url": list_url([("cluster", code), *when.params]),
    }
    return render(request, "reports/cluster_detail.html", context)


def totals_of(projects: ProjectQuerySet, when: Asked) -> dict[str, Any]:
    """What a page's projects come to in the year, with the year before; `agreed`, `arrived` as scripts read them."""
    total = figures.whole(projects, when)
    return {
        "total": total,
        "agreed": listing.plain(total.now.agreed),
        "arrived": listing.plain(total.now.arrived),
    }


def _figures_of(request: HttpRequest, projects: ProjectQuerySet, when: Asked) -> dict[str, Any]:
    """Totals of the chosen year and in all, and the year's projects, the largest first."""
    totals = totals_of(projects, when)
    now = totals["total"].now
    found = projects.in_period(when.period, when.day)
    listed = now.projects + now.increased
    page = listing.page_of_rows(found, request.GET, listed, listing.asked_of(when.period, when.day))
    mark_rows(page.object_list, period=when.period, today=when.shown, columns=DEFAULT)
    everything = projects.as_of(when.day) if when.day else projects
    return {
        **header_of(when),
        "year_url": year_url(when),
        "same_time": same_time(when),
        "whole": everything.totals(None, when.day),
        "page": page,
        "heads": listing.heads(listing.sort_of(request.GET)),
        **totals,
    }
