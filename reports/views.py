"""The home page: one year on one screen, and every figure opens its rows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from industries.models import Cluster
from jiangjin.lib.money import YI
from projects import lights, pages
from projects.choices import HonourKind
from projects.lightrules import RULES
from projects.models import Project
from projects.querysets import ProjectQuerySet, Totals
from reports import figures

LATEST = 5  # rows of the short lists at the foot


@dataclass(frozen=True, slots=True)
class Rank:
    """A rank on the home page: how many firms (家), and the projects that they take part in."""

    code: str
    label: str
    firms: int
    totals: Totals


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Projects and capital of a year: in all, the large ones, by cluster, by park, by stage."""
    years = pages.years_offered()
    day = as_of_day()
    year = chosen_year(request)
    projects = Project.objects.visible_to(request.user).counted()
    of_year, signed = projects.in_year(year), projects.signed_in(year)
    tables = figures.YearTables.of(projects, year)
    clusters, parks, stages = tables.clusters(), tables.parks(), tables.stages()
    five = [row.now for row in clusters if row.code not in {Cluster.OUTSIDE, figures.NONE}]
    context = {
        "year": year,
        "years": years,
        "year_url": year_url(year),
        "is_empty": not projects.exists(),
        "total": tables.total,
        "arrived_earlier": figures.arrived_for_earlier(projects, year),
        "large": of_year.at_least(10 * YI).totals(year),
        "huge": of_year.at_least(50 * YI).totals(year),
        "ranks": [_rank(projects, kind, year) for kind in (HonourKind.CHINA_500, HonourKind.LISTED)],
        "clusters": clusters,
        "inside": figures.summed(five),  # the "4+1" alone
        "outside": next((row.now for row in clusters if row.code == Cluster.OUTSIDE), figures.NOTHING),
        "widest_cluster": max((row.now.agreed for row in clusters), default=Decimal(0)),
        "parks": parks,
        "widest_park": max((row.now.agreed for row in parks), default=Decimal(0)),
        "stages": stages,
        "widest_stage": max((totals.projects for __, totals in stages), default=0),
        "lights": list(lights.counts(signed, day).items()),
        "late": pages.mark_rows(lights.longest_late(signed, day, LATEST), year=year, today=day),
        "as_of": day,
        "latest": _latest(projects),
    }
    return render(request, "reports/home.html", context)


def _latest(projects: ProjectQuerySet) -> ProjectQuerySet:
    """Those written last. Numbers alone are sorted and cut; what is shown of a project is fetched for those few."""
    order = ("-updated_at", "-pk")
    few: ProjectQuerySet = Project.objects.filter(pk__in=projects.order_by(*order).values("pk")[:LATEST])
    return few.select_related("park", "cluster").order_by(*order)


@require_GET
def light_rules(request: HttpRequest) -> HttpResponse:
    """The table of the lights, as it is applied."""
    return render(request, "reports/light_rules.html", {"rules": RULES})


def _rank(projects: ProjectQuerySet, kind: HonourKind, year: int) -> Rank:
    firms = figures.firms_with(projects.signed_in(year), kind)
    return Rank(kind.value, str(kind.label), firms, figures.ranked(projects, kind).in_year(year).totals(year))


def chosen_year(request: HttpRequest) -> int:
    """The year in the URL, or the default day's; a year that cannot be one is passed over."""
    text = request.GET.get("year", "")
    if text.isascii() and text.isdigit() and 1978 <= int(text[:5]) <= 2100:
        return int(text)
    return as_of_day().year


def year_url(year: int) -> str:
    """The list of the year's projects; further conditions are appended."""
    return f"{reverse('projects:list')}?year={year}"
