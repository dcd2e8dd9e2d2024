"""Pages of parks and clusters, each with its totals and its projects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from industries.models import Cluster
from parks.models import Park
from projects import listing, people, permissions
from projects.columns import DEFAULT
from projects.models import Project
from projects.pages import mark_rows, years_offered
from projects.querysets import ProjectQuerySet
from reports import figures
from reports.views import chosen_year, year_url


@dataclass(frozen=True, slots=True)
class ParkLine:
    """A root park of the list, or the unknown (without a park), and the parks inside it."""

    row: figures.Row
    park: Park | None
    inside: list[figures.Row]


@require_GET
def park_list(request: HttpRequest) -> HttpResponse:
    """All parks with their totals of a year; the ones inside another stand under it and are counted in it once."""
    year = chosen_year(request)
    projects = Project.objects.visible_to(request.user).counted()
    lines = park_lines(projects, year)
    context = {
        "year": year,
        "years": years_offered(),
        "year_url": year_url(year),
        "lines": lines,
        "widest": max((line.row.now.agreed for line in lines), default=0),
        **totals_of(projects, year),
    }
    return render(request, "reports/park_list.html", context)


def park_lines(projects: ProjectQuerySet, year: int) -> list[ParkLine]:
    """The root parks with their figures of a year, each with the parks inside it."""
    rows = figures.by_park(projects, year)
    parks = {park.code: park for park in Park.objects.all()}
    children = [park for park in parks.values() if park.parent_id]
    inside: dict[int, list[figures.Row]] = defaultdict(list)
    for park, row in zip(children, figures.by_entry(projects, "park", children, year), strict=True):
        inside[park.parent_id].append(row)
    return [ParkLine(row, found := parks.get(row.code), inside[found.pk] if found else []) for row in rows]


@require_GET
def park_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A park: its totals, the parks inside it, its projects."""
    park = get_object_or_404(Park.objects.select_related("parent").prefetch_related("children"), code=code)
    projects = Project.objects.visible_to(request.user).counted().in_parks([code])
    context = _figures_of(request, projects)
    context |= {
        "park": park,
        "children": figures.by_entry(projects, "park", park.children.all(), context["year"]),
        "clusters": [row for row in figures.by_cluster(projects, context["year"]) if row.now != figures.NOTHING],
        "list_url": f"{context['year_url']}&park={code}",
        "whole_url": f"{reverse('projects:list')}?park={code}",
        "chiefs": people.in_order(park.chiefs.select_related("official")),
        "task_forces": people.task_forces_with_members(park.task_forces.all()),
        "may_edit": permissions.may_write_in(request.user, park.pk),
        "may_name_chiefs": permissions.may_name_chiefs(request.user),
    }
    return render(request, "reports/park_detail.html", context)


@require_GET
def cluster_list(request: HttpRequest) -> HttpResponse:
    """The "4+1" clusters, what lies outside them, their chains and leading firms."""
    year = chosen_year(request)
    projects = Project.objects.visible_to(request.user).counted()
    rows = figures.by_cluster(projects, year)
    context = {
        "year": year,
        "years": years_offered(),
        "year_url": year_url(year),
        "rows": rows,
        "clusters": Cluster.objects.prefetch_related("chains__leading_firms"),
        "widest": max((row.now.agreed for row in rows), default=0),
        **totals_of(projects, year),
    }
    return render(request, "reports/cluster_list.html", context)


@require_GET
def cluster_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A cluster: its totals, chains and leading firms, its projects."""
    cluster = get_object_or_404(Cluster.objects.prefetch_related("chains__leading_firms"), code=code)
    projects = Project.objects.visible_to(request.user).counted().filter(cluster=cluster)
    context = _figures_of(request, projects)
    context |= {
        "cluster": cluster,
        "chains": figures.by_entry(projects, "chain", cluster.chains.all(), context["year"]),
        "chiefs": people.chiefs_of_chains(cluster.chains.all()),
        "may_name_chiefs": permissions.may_name_chiefs(request.user),
        "firms": [
            (chain.name, "、".join(firm.name for firm in chain.leading_firms.all()))
            for chain in cluster.chains.all()
            if chain.leading_firms.all()
        ],
        "parks": [row for row in figures.by_park(projects, context["year"]) if row.now != figures.NOTHING],
        "list_url": f"{context['year_url']}&cluster={code}",
        "whole_url": f"{reverse('projects:list')}?cluster={code}",
    }
    return render(request, "reports/cluster_detail.html", context)


def totals_of(projects: ProjectQuerySet, year: int) -> dict[str, Any]:
    """What a page's projects come to in the year, with the year before; `agreed`, `arrived` as scripts read them."""
    now = projects.in_year(year).totals(year)
    return {
        "total": figures.Row("", "", now, projects.in_year(year - 1).totals(year - 1)),
        "agreed": listing.plain(now.agreed),
        "arrived": listing.plain(now.arrived),
    }


def _figures_of(request: HttpRequest, projects: ProjectQuerySet) -> dict[str, Any]:
    """Totals of the chosen year and in all, and the year's projects, the largest first."""
    year = chosen_year(request)
    totals = totals_of(projects, year)
    now = totals["total"].now
    page = listing.page_of_rows(projects.in_year(year), request.GET, now.projects + now.increased)
    mark_rows(page.object_list, year=year, today=as_of_day(), columns=DEFAULT)
    return {
        "year": year,
        "years": years_offered(),
        "year_url": year_url(year),
        "whole": projects.totals(),
        "page": page,
        "heads": listing.heads(listing.sort_of(request.GET)),
        "as_of": as_of_day(),
        **totals,
    }
