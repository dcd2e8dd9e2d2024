"""The grid in which monthly arrivals of many projects are typed, or pasted from a spreadsheet."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.demo import as_of_day
from jiangjin.lib.typedgrid import SomeWrong, was_of
from projects import arrivalgrid, conditions, listing, permissions
from projects.choices import CapitalOrigin
from projects.filters import ProjectFilter
from projects.models import Project
from projects.periods import Period
from projects.querysets import ProjectQuerySet

SHOWN_WARNINGS = 5


def asked(request: HttpRequest) -> tuple[int, str, ProjectFilter]:
    """The year of the months, the origin of the capital, and which visible projects."""
    visible = Project.objects.visible_to(request.user)
    filters = conditions.narrowed(request.GET, visible, conditions.vocabulary(), user=request.user)
    return _year(request), _origin(request), filters


@require_http_methods(["GET", "POST"])
def arrival_grid(request: HttpRequest) -> HttpResponse:
    """The projects that the list shows under the same parameters and the account may write; `months` is the year."""
    permissions.require_writer(request.user)
    year, origin, filters = asked(request)
    visible = Project.objects.visible_to(request.user)
    faults = conditions.faults_of(filters)
    found = Project.objects.none() if faults else arrivalgrid.writable(filters.qs, request.user)
    page = listing.CountedPaginator(found.order_by("code"), arrivalgrid.MOST, found.count()).get_page(
        request.GET.get("page")
    )
    projects = list(page.object_list)
    sent, status = None, 200
    if request.method == "POST":
        sent = arrivalgrid.read(request.POST, was_of(request.POST.get("was", "")), accepts="accept" in request.POST)
        if _saved(request, sent, year, origin):
            return redirect(request.get_full_path())
        status = 422
        projects = _with_sent(projects, visible, sent)
    context = {
        "rows": arrivalgrid.rows_of(projects, year=year, origin=origin, sent=sent),
        "months": arrivalgrid.MONTHS,
        "year": year,
        "years": range(as_of_day().year + 1, as_of_day().year - 10, -1),
        "origin": origin,
        "origins": CapitalOrigin.choices,
        "wrong": sent.errors if sent else {},
        "page": page,
        "chips": conditions.chips_of(filters),
        "faults": faults,
        "was_json": json.dumps(_shown(projects, year, origin)),
    }
    return render(request, "projects/arrival_grid.html", context, status=status)


def _saved(request: HttpRequest, sent: arrivalgrid.Sent, year: int, origin: str) -> bool:
    """Whether all was written; else the cells say what is wrong."""
    if sent.errors:
        return False
    if not sent.changes:
        messages.info(request, _("Nothing was changed."))
        return True
    try:
        written = arrivalgrid.write_arrivals(
            sent=sent, year=year, origin=origin, user=request.user, today=timezone.localdate()
        )
    except SomeWrong as error:
        sent.errors = error.errors
        return False
    number = len(sent.changes)
    messages.success(
        request, ngettext("%(number)d month saved.", "%(number)d months saved.", number) % {"number": number}
    )
    sentences = arrivalgrid.warnings_of(written, sent, year)
    for sentence in sentences[:SHOWN_WARNINGS]:
        messages.warning(request, sentence)
    if (more := len(sentences) - SHOWN_WARNINGS) > 0:
        messages.warning(
            request, ngettext("%(number)d more warning.", "%(number)d more warnings.", more) % {"number": more}
        )
    return True


def _with_sent(projects: list[Project], visible: ProjectQuerySet, sent: arrivalgrid.Sent) -> list[Project]:
    """Those that the page lists, and before them those that it no longer would and of which something was typed."""
    listed = {project.pk for project in projects}
    others = visible.filter(pk__in={pk for pk, __ in sent.texts} - listed).order_by("code")
    return [*others, *projects]


def _shown(projects: list[Project], year: int, origin: str) -> dict[str, str]:
    """What the boxes hold that are not empty, by name: what a change is told from."""
    rows = arrivalgrid.rows_of(projects, year=year, origin=origin)
    return {cell.name: cell.stored for row in rows for cell in row.cells if cell.stored}


def _year(request: HttpRequest) -> int:
    """Any year that a day can have, those after this one, too: what may be typed there is the grid's to say."""
    try:
        year = Period.parse(request.GET.get("months", "")).year
    except ValueError:
        year = None
    return year or as_of_day().year


def _origin(request: HttpRequest) -> str:
    wanted = request.GET.get("origin", "")
    return wanted if wanted in CapitalOrigin.values else CapitalOrigin.DOMESTIC
