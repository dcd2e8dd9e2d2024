"""The home page: one year on one screen, and every figure opens its rows."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from jiangjin.lib.money import YI
from django.db.models import Count
from projects.choices import HonourKind, Stage
from projects.models import Project
from projects.pages import years_offered
from reports import figures


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Projects and capital of a year: in all, the large ones, by cluster, by park, by stage."""
    years = years_offered()
    year = chosen_year(request, years)
    projects = Project.objects.visible_to(request.user).counted()
    total, before = projects.in_year(year).totals(year), projects.in_year(year - 1).totals(year - 1)
    signed = projects.signed_in(year)
    stage_rows = {row["stage"]: row["n"] for row in signed.order_by().values("stage").annotate(n=Count("pk"))}
    clusters, parks = figures.by_cluster(projects, year), figures.by_park(projects, year)
    context = {
        "year": year,
        "years": years,
        "total": figures.Row("", "", total, before),
        "large": projects.in_year(year).at_least(10 * YI).totals(year),
        "huge": projects.in_year(year).at_least(50 * YI).totals(year),
        "china_500": figures.firms_with(signed, HonourKind.CHINA_500),
        "listed": figures.firms_with(signed, HonourKind.LISTED),
        "clusters": clusters,
        "inside": figures.add(
            dict(enumerate(row.now for row in clusters)),  # the "4+1" alone
            [number for number, row in enumerate(clusters) if row.code not in {"outside", figures.NONE}],
        ),
        "outside": next((row.now for row in clusters if row.code == "outside"), figures.NOTHING),
        "widest_cluster": max((row.now.agreed for row in clusters), default=Decimal(0)),
        "parks": parks,
        "widest_park": max((row.now.agreed for row in parks), default=Decimal(0)),
        "stages": [(stage, stage_rows[stage]) for stage in Stage if stage in stage_rows],
        "latest": projects.select_related("park", "cluster").order_by("-updated_at", "-pk")[:5],
    }
    return render(request, "reports/home.html", context)


def chosen_year(request: HttpRequest, years: list[int]) -> int:
    """The year in the URL, or the default day's; a year that cannot be one is passed over."""
    text = request.GET.get("year", "")
    if text.isascii() and text.isdigit() and 1978 <= int(text[:5]) <= 2100:
        return int(text)
    return as_of_day().year
