"""The home page: one year on one screen, and every figure opens its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from industries.models import Cluster
from projects import changes, lights, pages
from projects.choices import Stage
from projects.lightrules import RULES
from projects.models import Project
from projects.querysets import ProjectQuerySet
from reports import figures, home
from reports.asked import asked, header_of
from reports.links import same_time, year_url
from reports.measures import Figures, summed

LATEST = 5  # rows of the short lists at the foot


@dataclass(frozen=True, slots=True)
class Rank:
    """A rank on the home page: how many firms (家), and the projects that they take part in."""

    code: str
    label: str
    firms: int
    totals: Figures


@require_GET
def home_page(request: HttpRequest) -> HttpResponse:
    """Projects and capital of a year, as of a day: in all, the large ones, by cluster, park, month and stage."""
    when = asked(request.GET)
    projects = Project.objects.visible_to(request.user).counted()
    compared = figures.compare(projects, when, "cluster", "park", "month", parts=home.parts_of(when))
    clusters, parks = figures.by_cluster(compared), figures.by_park(compared)
    total = compared.whole()
    divided = home.divided(compared, projects, when)
    months = home.months_of(compared, when)
    signed = projects.signed_within(when.period, when.day)
    steps = home.funnel(divided, projects, when)
    started, producing = (home.step_of(steps, stage) for stage in (Stage.CONSTRUCTION, Stage.PRODUCTION))
    late = lights.longest_late(signed, when.shown, LATEST)
    five = [row.now for row in clusters if row.code not in {Cluster.OUTSIDE, figures.NONE}]
    firms = figures.firms_by_honour(signed, *home.RANKS)
    latest = _latest(projects)
    context = {
        **header_of(when),
        "year_url": year_url(when),
        "same_time": same_time(when),
        "is_empty": not latest,
        "name_of_whole": figures.name_of_whole(request.user),
        "total": total,
        "cohort": replace(total.now, started=started.projects, producing=producing.projects),
        "arrived_earlier": figures.arrived_for_earlier(request.user, when, total.now.arrived),
        "large": divided["large"],
        "huge": divided["huge"],
        "ranks": [Rank(kind.value, str(kind.label), firms[kind], divided[kind.value]) for kind in home.RANKS],
        "clusters": clusters,
        "inside": summed(five),  # the "4+1" alone
        "outside": next((row.now for row in clusters if row.code == Cluster.OUTSIDE), figures.NOTHING),
        "widest_cluster": max((row.now.agreed for row in clusters), default=Decimal(0)),
        "parks": parks,
        "widest_park": max((row.now.agreed for row in parks), default=Decimal(0)),
        "months": months,
        "chart": months.for_chart(),
        # Said where growth is over less than the year before that the chart shows.
        "compared_to": when.same_time_before if total.before.agreed != (months.whole_before or 0) else None,
        "funnel": steps,
        "started_query": started.query,
        "producing_query": producing.query,
        "largest": home.largest(projects, when),
        "lights": list(lights.counts(signed, when.shown).items()),
        "late": pages.mark_rows(late, period=when.period, today=when.shown),
        "latest": latest,
    }
    return render(request, "reports/home.html", context)


def _latest(projects: ProjectQuerySet) -> list[Project]:
    """Those written last, with who wrote them and how.

    Numbers alone are sorted and cut; what is shown of a project is fetched for those few.
    """
    order = ("-updated_at", "-pk")
    few: ProjectQuerySet = Project.objects.filter(pk__in=projects.order_by(*order).values("pk")[:LATEST])
    rows = list(few.select_related("park", "cluster").order_by(*order))
    savings = changes.last_savings(row.pk for row in rows)
    for row in rows:
        row.last_saving = savings.get(row.pk)
    return rows


@require_GET
def light_rules(request: HttpRequest) -> HttpResponse:
    """The table of the lights, as it is applied."""
    return render(request, "reports/light_rules.html", {"rules": RULES})
