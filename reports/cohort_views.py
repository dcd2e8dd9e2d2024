"""Cohort rates, and the projects that are at their stage longer than nine in ten of their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from projects import conditions, export_views, permissions
from projects.models import Project
from projects.pages import years_offered
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet
from reports.ageing import Ageing, ageing_of
from reports.ageing_grids import old_grid, stages_grid
from reports.asked import Asked, asked, not_a_choice, unused
from reports.cohort_grids import CUTS, grids_of
from reports.cohorts import STEPS, Cohorts
from reports.dimensions import DIMENSIONS
from reports.fixed_views import FixForm, fix
from reports.fixing import may_fix, require_fix
from reports.grid import Grid, with_rest
from reports.gridout import send_grids
from reports.links import Params, Place

PER_PAGE = 50
MOST_FIXED = 500  # rows of who waits longest; the projects themselves are kept beside the tables
STEP_LABELS = {
    "quarter": gettext_lazy("quarters"),
    "half": gettext_lazy("half-years"),
    "year": gettext_lazy("years"),
}
# What the page asks itself, and conditions that its own links need for the cohorts.
OWN = ("by", "step", "page", "sort", "per_page", "view", "year")
USELESS = (
    "period",
    "signed_in",
    "signed_from",
    "signed_to",
    "reached_within",
    "changed",
    "arrived_in",
    "judged_on",
    "voided",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked: the cohorts, how they are cut, and the conditions of the list."""

    cohorts: Cohorts
    cut: str
    asked: Asked
    filters: conditions.ProjectFilter
    base: Params

    @property
    def chips(self) -> list[conditions.Chip]:
        return [chip for chip in conditions.chips_of(self.filters) if chip.parameter != "as_of"]

    def ageing(self, visible: ProjectQuerySet) -> Ageing:
        """Who waits longest among the projects asked for, measured against all that the account sees."""
        cohorts = self.cohorts
        wanted = cohorts.projects.signed_within(cohorts.period, cohorts.day)
        return ageing_of(visible.counted(), wanted, cohorts.day, cohorts.shown)


def _page_of(request: HttpRequest) -> Page:
    given = request.GET.copy()
    if given.get("year") == ALL.code:
        given.pop("year")
    when = asked(given)
    kept = request.GET.copy()
    for name in (*OWN, *USELESS, "as_of"):
        kept.pop(name, None)
    for name, value in when.params:
        kept[name] = value
    visible = Project.objects.visible_to(request.user)
    filters = conditions.narrowed(kept, visible, conditions.vocabulary(), user=request.user)
    faults = conditions.faults_of(filters)
    step, cut = request.GET.get("step", ""), request.GET.get("by", "")
    cohorts = Cohorts(
        projects=Project.objects.none() if faults else filters.qs,
        day=when.day,
        shown=when.shown,
        step=step if step in STEPS else "quarter",
        period=Period(when.year) if when.year and given.get("year") else ALL,
    )
    base = [(name, value) for name, values in kept.lists() for value in values if value]
    return Page(cohorts, cut if cut in CUTS else "", when, filters, base)


def _grids(request: HttpRequest, page: Page) -> tuple[list[Grid], Grid, Ageing]:
    ageing = page.ageing(Project.objects.visible_to(request.user))
    signed = page.cohorts.period
    # Where a year was chosen, a stage's link holds what was signed in it.
    base = [*page.base] if signed.is_all else [*page.base, ("signed_in", signed.code)]
    return grids_of(page.cohorts, page.cut, page.base), stages_grid(ageing, base), ageing


@require_GET
def cohorts(request: HttpRequest) -> HttpResponse:
    """The rates of each cohort or entry; below them who waits longest, a page at a time."""
    page = _page_of(request)
    grids, stages, ageing = _grids(request, page)
    shown = Paginator(ageing.old, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "faults": conditions.faults_of(page.filters),
        "chips": page.chips,
        "year": page.cohorts.period.year,
        "years": years_offered(),
        "as_of": page.cohorts.shown,
        "step": page.cohorts.step,
        "step_label": STEP_LABELS[page.cohorts.step],
        "steps": STEP_LABELS.items(),
        "cut": page.cut,
        "cuts": [(code, DIMENSIONS[code].label) for code in CUTS],
        "grids": grids,
        "stages": stages,
        "old": old_grid(shown.object_list),
        "page": shown,
        "fix_form": None
        if conditions.faults_of(page.filters) or not may_fix(request.user)
        else FixForm(auto_id="fix-%s"),
        "passed_over": [
            *page.asked.passed_over,
            *unused(request.GET, USELESS),
            *not_a_choice(request.GET, "by", CUTS, _("cut by")),
            *not_a_choice(request.GET, "step", STEPS, _("cohorts by")),
        ],
    }
    return render(request, "reports/cohorts.html", context)


@require_GET
def cohorts_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The same tables, a sheet each; all that wait long."""
    permissions.require_export(request.user)
    page = _page_of(request)
    if faults := conditions.faults_of(page.filters):
        return export_views.refused(faults)
    grids, stages, ageing = _grids(request, page)
    title = _("Cohorts and waiting times")
    tables = [*grids, stages, old_grid(ageing.old)]
    return send_grids(request, ending, title, tables, conditions=_in_words(page), day=page.cohorts.shown)


@require_POST
def cohorts_fix(request: HttpRequest) -> HttpResponse:
    """Keep the tables as they are reported."""
    require_fix(request.user)
    page = _page_of(request)
    if faults := conditions.faults_of(page.filters):
        return export_views.refused(faults)
    grids, stages, ageing = _grids(request, page)
    page_url = f"{reverse('reports:cohorts')}?{request.GET.urlencode()}"
    old = with_rest(old_grid(ageing.old[:MOST_FIXED]), len(ageing.old) - MOST_FIXED, page_url)
    return fix(
        request,
        grids=[*grids, stages, old],
        title=_("Cohorts and waiting times"),
        page=page_url,
        conditions=_in_words(page),
        lists=[Place(page.cohorts.period, base=tuple(page.base)).cohort()],
        day=page.cohorts.shown,
        is_cut=page.cohorts.day is not None,
    )


def _in_words(page: Page) -> list[tuple[str, str]]:
    chosen = [(str(chip.label), str(chip.value)) for chip in page.chips]
    step = (str(_("cohorts by")), str(STEP_LABELS[page.cohorts.step]))
    return [*chosen, (str(_("signed in")), page.cohorts.period.label), step]
