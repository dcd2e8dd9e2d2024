"""What changed between two days: the bridge from one total to the other, and the projects of each kind of change."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from projects import export_views, permissions
from projects.between import KINDS
from projects.models import Project
from projects.pages import years_offered
from reports import bridge, changelists, correction_grids
from reports.bridge_asked import AskedPage, asked_of
from reports.corrections import corrections_of
from reports.fixed_views import FixForm, fix
from reports.fixing import may_fix, require_fix
from reports.grid import Grid, with_rest
from reports.gridout import send_grids
from reports.links import Place, list_url
from reports.waterfall import waterfalls_of

PER_PAGE = 50
MOST_EXPORTED = 20_000  # of one kind; the list of projects exports any number
MOST_FIXED = 500  # the projects themselves are kept beside the tables, all of them


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """The bridge, drawn and as a table; below it the projects of one kind of change, a page at a time."""
    page = asked_of(request.GET, Project.objects.visible_to(request.user), user=request.user)
    asked = page.question
    found = bridge.bridge_of(asked)
    counts = found.counts()
    kind = _kind(request, counts)
    rows = Paginator(changelists.ordered(asked.of(kind)).values_list("pk", flat=True), PER_PAGE)
    rows.count = counts[kind]  # type: ignore[misc]
    shown = rows.get_page(request.GET.get("page"))
    corrected = corrections_of(asked)
    corrected_page = Paginator(corrected.changed, PER_PAGE).get_page(request.GET.get("corrected"))
    context = {
        "corrections": correction_grids.summary_grid(corrected),
        "corrected": correction_grids.changed_grid(asked, corrected_page.object_list),
        "corrected_page": corrected_page,
        "asked": asked,
        "faults": page.faults,
        "passed_over": page.passed_over,
        "chips": page.chips,
        "year": asked.period.year,
        "years": years_offered(),
        "bridge": found,
        "grid": bridge.grid_of(found),
        "waterfalls": waterfalls_of(found),
        "kinds": [(code, label, counts[code]) for code, label in KINDS.items()],
        "kind": kind,
        "kind_label": KINDS[kind],
        "page": shown,
        "list": changelists.grid_of(asked, kind, shown.object_list),
        "list_url": list_url(asked.changed(kind)),
        "fix_form": None if page.faults or not may_fix(request.user) else FixForm(auto_id="fix-%s"),
    }
    return render(request, "reports/changes.html", context)


def _kind(request: HttpRequest, counts: dict[str, int]) -> str:
    """The kind asked for, or the first one of which there is something."""
    wanted = request.GET.get("kind", "")
    return wanted if wanted in KINDS else next((kind for kind in KINDS if counts[kind]), "new")


@require_GET
def changes_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The bridge, and a sheet of each kind of change with its projects."""
    permissions.require_export(request.user)
    page = asked_of(request.GET, Project.objects.visible_to(request.user), user=request.user)
    if page.faults:
        return export_views.refused(page.faults)
    grids, title = _tables(page, MOST_EXPORTED, _page_url(request)), _("What changed between two days")
    return send_grids(request, ending, title, grids, conditions=_in_words(page), day=page.question.until)


@require_POST
def changes_fix(request: HttpRequest) -> HttpResponse:
    """Keep the bridge and its lists as they are reported."""
    require_fix(request.user)
    page = asked_of(request.GET, Project.objects.visible_to(request.user), user=request.user)
    if page.faults:
        return export_views.refused(page.faults)
    asked = page.question
    return fix(
        request,
        grids=_tables(page, MOST_FIXED, _page_url(request)),
        title=_("What changed between two days"),
        page=_page_url(request),
        conditions=[(str(label), str(value)) for label, value in _in_words(page)],
        lists=[Place(asked.period, base=asked.params).counted()],
        day=asked.until,
        is_cut=True,
    )


def _page_url(request: HttpRequest) -> str:
    return f"{reverse('reports:changes')}?{request.GET.urlencode()}"


def _tables(page: AskedPage, most: int, page_url: str) -> list[Grid]:
    """The bridge, the projects of each kind of change, the corrections; at most `most` rows a list, the rest said.

    page_url: this page, which lists all corrections.
    """
    asked = page.question
    found = bridge.bridge_of(asked)
    grids = [bridge.grid_of(found)]
    for kind, number in found.counts().items():
        if number:
            ids = list(changelists.ordered(asked.of(kind)).values_list("pk", flat=True)[:most])
            grid = changelists.grid_of(asked, kind, ids)
            grids.append(with_rest(grid, number - len(ids), list_url(asked.changed(kind))))
    corrected = corrections_of(asked)
    grids.append(correction_grids.summary_grid(corrected))
    if corrected.changed:
        grid = correction_grids.changed_grid(asked, corrected.changed[:most])
        grids.append(with_rest(grid, len(corrected.changed) - most, page_url))
    return grids


def _in_words(page: AskedPage) -> list[tuple[str, str]]:
    return [*_days(page), *((chip.label, chip.value) for chip in page.chips)]


def _days(page: AskedPage) -> list[tuple[str, str]]:
    asked = page.question
    said = [(_("from the end of"), f"{asked.since:%Y-%m-%d}"), (_("to the end of"), f"{asked.until:%Y-%m-%d}")]
    return [*said, (_("without terminated"), "")] if asked.live else said
