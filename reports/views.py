"""The home page: one year on one screen, and every figure opens its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from industries.models import Cluster
from jiangjin.lib.aside import aside
from projects.choices import Stage
from projects.lightrules import RULES
from projects.models import Project
from reports import figures, home
from reports.asked import asked, header_of
from reports.links import arrived_earlier_url, same_time, year_url
from reports.measures import Figures, summed


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
    with aside(home.questions(request.user, projects, when)) as others:
        compared = figures.compare(projects, when, "cluster", "park", "month", parts=home.parts_of(when))
        clusters, parks = figures.by_cluster(compared), figures.by_park(compared)
        total, months = compared.whole(), home.months_of(compared, when)
        rest = home.Rest(**others.answers())
    five = [row.now for row in clusters if row.code not in {Cluster.OUTSIDE, figures.NONE}]
    divided = compared.now.parts | rest.standing.parts
    steps = home.funnel(divided, rest.days)
    started, producing = (home.step_of(steps, stage) for stage in (Stage.CONSTRUCTION, Stage.PRODUCTION))
    context = {
        **header_of(when),
        "year_url": year_url(when),
        "same_time": same_time(when),
        "is_empty": not rest.latest,
        "name_of_whole": figures.name_of_whole(request.user),
        "total": total,
        "cohort": replace(total.now, started=started.projects, producing=producing.projects),
        "arrived_earlier": rest.booked - total.now.arrived,
        "earlier_url": arrived_earlier_url(when),
        "large": divided["large"],
        "huge": divided["huge"],
        "ranks": [Rank(kind.value, str(kind.label), rest.firms[kind], divided[kind.value]) for kind in home.RANKS],
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
        "largest": rest.standing.largest,
        "lights": list(rest.lights.items()),
        "late": rest.late,
        "latest": rest.latest,
    }
    return render(request, "reports/home.html", context)


@require_GET
def light_rules(request: HttpRequest) -> HttpResponse:
    """The table of the lights, as it is applied."""
    return render(request, "reports/light_rules.html", {"rules": RULES})
