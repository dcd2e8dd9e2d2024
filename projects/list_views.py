"""The page of the list: narrowed, ordered, totalled, in the columns and views that one chose."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from projects import (
    boxanswer,
    boxhelp,
    columns,
    columnsums,
    conditions,
    listing,
    listout,
    pages,
    savedviews,
    tabs,
)
from projects.models import Project
from projects.periods import Period


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    """The register: narrowed, ordered, totalled; htmx gets the part that changes. `say` is a line of the smart box."""
    if "say" in request.GET:
        return redirect(boxanswer.address_of(request.GET, user=request.user))
    views = savedviews.visible_views(request.user)
    if address := savedviews.elsewhere(request, views):
        return redirect(address)
    visible = Project.objects.visible_to(request.user)
    words = conditions.vocabulary()
    opened = savedviews.opened(request.GET, views, words)
    request.GET = opened.params  # where the links of the page start from
    filters = conditions.narrowed(request.GET, visible, words, user=request.user)
    faults = conditions.faults_of(filters)
    found = Project.objects.none() if faults else filters.qs
    totals = filters.totals(found)
    listed = totals.projects + totals.increased
    asked = filters.asked
    shown = columns.chosen(request.GET)
    of_time = listout.of_time(shown, asked)
    page = listing.page_of_rows(found, request.GET, listed, asked, columns=[*shown, *of_time.values()])
    pages.mark_rows(page.object_list, period=asked.period, today=asked.today, columns=shown, of_time=of_time)
    context = {
        "filters": filters,
        "faults": faults,
        "chips": conditions.chips_of(filters),
        "drops": [] if faults or listed else conditions.worth_dropping(filters, visible, words),
        "heads": listing.heads(listing.sort_of(request.GET), shown),
        "sort": listing.sort_of(request.GET),
        "page": page,
        "per_page": listing.per_page_of(request.GET),
        "per_page_choices": listing.PER_PAGE,
        "totals": totals,
        "agreed": listing.plain(totals.agreed),
        "arrived": listing.plain(totals.arrived),
        "sums": columnsums.sums_of(found, shown, asked) if listed else [],
        "unknown": 0 if faults else conditions.unknown_beside(filters, visible, words, totals),
        "bounded": conditions.bounds_amount(filters),
        **_period_of(asked.period),
        "time_of_amounts": listing.time_of_amounts(asked),
        "years": pages.years_offered,  # asked where it is shown
        "as_of": asked.today,
        "told": boxanswer.told(request.GET, user=request.user),
        "box_help": boxhelp.HELP,
        **savedviews.shown_with(opened, views, shown),
        "tabs": tabs.tabs_of(request, opened, views, None if faults else totals.projects, filters.day),
    }
    return _list_page(request, context)


def _period_of(period: Period | None) -> dict[str, Any]:
    """What the header says of the time: a year, another period, or neither for all years."""
    if period is None or period.is_all:
        return {"year": None, "other_period": None}
    return {"year": period.year, "other_period": None} if period.is_year else {"year": None, "other_period": period}


def _list_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    template = "projects/project_list.html#results" if request.htmx else "projects/project_list.html"
    response = render(request, template, context)
    # One address, two answers: the browser's Back button must not be given the part alone.
    patch_vary_headers(response, ["HX-Request"])
    if request.htmx:
        query = conditions.query_of(request.GET)
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    savedviews.remember(response, request)
    return response
