"""Pages of parks and clusters, each with its totals and its projects."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from industries.models import Cluster
from parks.models import Park
from projects import listing
from projects.models import Project
from projects.pages import mark_rows, years_offered
from projects.querysets import ProjectQuerySet, Totals
from reports import figures
from reports.views import chosen_year, year_url


@require_GET
def park_list(request: HttpRequest) -> HttpResponse:
    """All parks with their totals of a year; the ones inside another stand under it and are counted in it once."""
    year = chosen_year(request)
    projects = Project.objects.visible_to(request.user).counted()
    rows = figures.by_park(projects, year)
    own = figures.grouped(projects, "park", year)
    parks = list(Park.objects.select_related("parent"))
    context = {
        "year": year,
        "years": years_offered(),
        "year_url": year_url(year),
        "rows": [(row, _inside(row.code, parks, own)) for row in rows],
        "parks": {park.code: park for park in parks},
        "total": figures.Row("", "", projects.in_year(year).totals(year), projects.in_year(year - 1).totals(year - 1)),
        "widest": max((row.now.agreed for row in rows), default=0),
    }
    return render(request, "reports/park_list.html", context)


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
        "total": figures.Row("", "", projects.in_year(year).totals(year), projects.in_year(year - 1).totals(year - 1)),
        "widest": max((row.now.agreed for row in rows), default=0),
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
        "firms": {chain.code: list(chain.leading_firms.all()) for chain in cluster.chains.all()},
        "parks": [row for row in figures.by_park(projects, context["year"]) if row.now != figures.NOTHING],
        "list_url": f"{context['year_url']}&cluster={code}",
        "whole_url": f"{reverse('projects:list')}?cluster={code}",
    }
    return render(request, "reports/cluster_detail.html", context)


def _inside(code: str, parks: list[Park], own: dict[Any, Totals]) -> list[tuple[Park, Totals]]:
    """The parks inside a park, each with its own totals."""
    return [
        (park, own.get(park.pk, figures.NOTHING))
        for park in parks
        if park.parent is not None and park.parent.code == code
    ]


def _figures_of(request: HttpRequest, projects: ProjectQuerySet) -> dict[str, Any]:
    """Totals of the chosen year and in all, and the year's projects, the largest first."""
    year = chosen_year(request)
    of_year = projects.in_year(year)
    total = figures.Row("", "", of_year.totals(year), projects.in_year(year - 1).totals(year - 1))
    rows = listing.with_increase_mark(listing.ordered(of_year.for_list(), listing.DEFAULT_SORT))
    page = listing.page_of(rows, request.GET, total.now.projects + total.now.increased)
    mark_rows(page.object_list, year=year, today=as_of_day())
    return {
        "year": year,
        "years": years_offered(),
        "year_url": year_url(year),
        "total": total,
        "whole": projects.totals(),
        "page": page,
    }
