"""Lists of this room as files: projects, investors, obstacles, officials and departments, monthly arrivals."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from projects import (
    arrivalgrid,
    columnsums,
    conditions,
    exports,
    grid_views,
    investor_views,
    listing,
    listout,
    people,
    people_views,
    permissions,
    savedviews,
    tablesout,
    waiting,
)
from projects.choices import CapitalOrigin
from projects.exports import Outgoing
from projects.filters import ProjectFilter
from projects.models import Project

LATE = _("Late: with a red light.")


@require_GET
def project_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Exactly the list: its rows, its order, its columns, its totals."""
    permissions.require_export(request.user)
    filters = narrowed(request)
    if faults := conditions.faults_of(filters):
        return refused(faults)
    asked, found = filters.asked, filters.qs
    totals = filters.totals(found)
    shown = listout.out_columns(request.GET, asked)
    sums, sort = columnsums.sums_of(found, shown, asked), listing.sort_of(request.GET)
    sheet = listout.sheet_of(found, shown, sort=sort, asked=asked, totals=totals, sums=sums)
    chosen = [(chip.label, chip.value) for chip in conditions.chips_of(filters)]
    rules = [*listout.rules_of(shown, sums), *listout.time_rules(shown, asked), *exports.usual_rules()]
    about = exports.about_of(request, _("Projects"), chosen, asked.today, rules)
    return exports.send(request, ending, Outgoing(_("Projects"), [sheet], listed(totals), about, chosen))


@require_GET
def investor_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list of firms under the same conditions."""
    permissions.require_export(request.user)
    asked = investor_views.Conditions.of(request.GET)
    investors, totals = investor_views.listed(request.user, asked)
    count = investors.count()
    sheet = tablesout.investors_sheet(investors, count, totals)
    rules = [
        _("Of each firm: the projects that it leads or joins, of all years; amounts in 亿元."),
        _("A project of several firms stands with each of them and counts once in the totals."),
        *exports.usual_rules(),
    ]
    chosen = asked.in_words()
    about = exports.about_of(request, _("Investors"), chosen, as_of_day(), rules)
    return exports.send(request, ending, Outgoing(_("Investors"), [sheet], count, about, chosen))


@require_GET
def obstacle_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """What waits for whom, or what was solved: all rows of the page's groups, in its order."""
    permissions.require_export(request.user)
    today, filters = as_of_day(), waiting.WaitingFilter(request.GET)
    if not filters.is_valid():
        return refused([f"{filters[name].label}: {error}" for name, found in filters.errors.items() for error in found])
    solved = filters.cleaned_data["solved"]
    found = waiting.all_rows(request.user, filters.cleaned_data, today)
    count = found.count()
    sheet = tablesout.obstacles_sheet(found, count, today, solved=solved)
    chosen = filters.in_words()
    about = exports.about_of(request, sheet.title, chosen, today, exports.usual_rules())
    title = _("Solved obstacles") if solved else _("What waits for whom")
    return exports.send(request, ending, Outgoing(title, [sheet], count, about, chosen))


@require_GET
def official_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Officials, or departments, with their figures."""
    permissions.require_export(request.user)
    by_unit, q = people_views.asked(request.GET)
    today = as_of_day()
    if by_unit:
        units = people.units_with_figures(request.user, today, q)
        title, sheet, rows = _("Departments"), tablesout.units_sheet(units), len(units)
    else:
        officials = people.officials_with_figures(request.user, today, q)
        title, sheet, rows = _("Officials"), tablesout.officials_sheet(officials), len(officials)
    chosen = [(str(_("search words")), q)] if q else []
    rules = [_("The projects that they answer for, of all years; amounts in 亿元."), LATE, *exports.usual_rules()]
    about = exports.about_of(request, title, chosen, today, rules)
    return exports.send(request, ending, Outgoing(title, [sheet], rows, about, chosen))


@require_GET
def arrival_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The grid of monthly arrivals: the projects that the account may write, under the list's conditions."""
    permissions.require_writer(request.user)
    permissions.require_export(request.user)
    year, origin, filters = grid_views.asked(request)
    if faults := conditions.faults_of(filters):
        return refused(faults)
    found = arrivalgrid.writable(filters.qs, request.user)
    rows = found.count()
    sheet = tablesout.arrivals_sheet(found, rows, year=year, origin=origin)
    chosen = [(chip.label, chip.value) for chip in conditions.chips_of(filters)]
    chosen += [(str(_("year of the months")), str(year)), (str(_("capital origin")), str(CapitalOrigin(origin).label))]
    rules = [_("Amounts in 万元, booked in the month; amounts known only for a year or a day are left out.")]
    title = _("Monthly arrivals")
    about = exports.about_of(request, title, chosen, as_of_day(), [*rules, *exports.usual_rules()])
    return exports.send(request, ending, Outgoing(title, [sheet], rows, about, chosen))


def narrowed(request: HttpRequest) -> ProjectFilter:
    """The filter of these parameters and of the saved view that they name; `request.GET` is both from here on."""
    words = conditions.vocabulary()
    request.GET = savedviews.opened(request.GET, savedviews.visible_views(request.user), words).params
    return conditions.narrowed(request.GET, Project.objects.visible_to(request.user), words, user=request.user)


def listed(totals: listout.Totals) -> int:
    """How many rows a list with these totals has."""
    return totals.projects + totals.increased


def refused(faults: list[str]) -> HttpResponse:
    """What is wrong with the parameters, a line each; nothing was exported."""
    text = _("A condition could not be understood, so nothing was exported. Go back to the list and correct it.")
    return HttpResponse("\n".join([str(text), *faults]), status=400, content_type="text/plain; charset=utf-8")
