"""The monthly report: ten tables of a month, together and one by one, as a page and as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from projects import permissions
from projects.models import Project
from projects.periods import ALL
from reports.fixed_views import FixForm, fix
from reports.fixing import may_fix, require_fix
from reports.gridout import send_grids
from reports.links import Place
from reports.monthly.asked import Month, month_of
from reports.monthly.tables import LEFT_OUT, NOT_MADE, TABLES, Table


@require_GET
def monthly(request: HttpRequest) -> HttpResponse:
    """All tables of the month on one page, each on a sheet of its own in print."""
    return _page(request, list(TABLES.values()), None)


@require_GET
def monthly_table(request: HttpRequest, code: str) -> HttpResponse:
    """One of the tables."""
    return _page(request, [_table(code)], code)


@require_GET
def monthly_export(request: HttpRequest) -> HttpResponseBase:
    """All tables as one workbook, a sheet each."""
    return _file(request, "xlsx", list(TABLES.values()), _("Monthly report"))


@require_GET
def monthly_table_export(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """One of the tables as a file."""
    table = _table(code)
    return _file(request, ending, [table], str(table.label))


@require_POST
def monthly_fix(request: HttpRequest) -> HttpResponse:
    """Keep all tables as they are reported."""
    return _fixed(request, list(TABLES.values()), _("Monthly report"), reverse("reports:monthly"))


@require_POST
def monthly_table_fix(request: HttpRequest, code: str) -> HttpResponse:
    """Keep one of the tables as it is reported."""
    table = _table(code)
    return _fixed(request, [table], str(table.label), reverse("reports:monthly_table", args=[code]))


def _table(code: str) -> Table:
    if code not in TABLES:
        raise Http404
    return TABLES[code]


def _month(request: HttpRequest) -> Month:
    return month_of(request.GET, Project.objects.visible_to(request.user).counted())


def _page(request: HttpRequest, tables: list[Table], code: str | None) -> HttpResponse:
    month = _month(request)
    context: dict[str, Any] = {
        "month": month,
        "as_of": month.day,
        "passed_over": month.said,
        "grids": [table.make(month) for table in tables],
        "tables": TABLES.values(),
        "code": code,
        "not_made": NOT_MADE,
        "earlier": month.month.before().code,
        "later": month.month.after().code,
        "fix_form": FixForm(auto_id="fix-%s") if may_fix(request.user) else None,
    }
    return render(request, "reports/monthly.html", context)


def _file(request: HttpRequest, ending: str, tables: list[Table], name: str) -> HttpResponseBase:
    permissions.require_export(request.user)
    month = replace(_month(request), most=None)
    grids = [table.make(month) for table in tables]
    title = f"{name} {month.month.code}"
    return send_grids(request, ending, title, grids, conditions=_in_words(month, tables), day=month.day)


def _fixed(request: HttpRequest, tables: list[Table], name: str, path: str) -> HttpResponse:
    require_fix(request.user)
    month = _month(request)
    period = month.year if all(table.of_year for table in tables) else ALL
    return fix(
        request,
        grids=[table.make(month) for table in tables],
        title=f"{name} {month.month.code}",
        page=f"{path}?month={month.month.code}&as_of={month.day}",
        conditions=_in_words(month, tables),
        lists=[Place(period).counted()],
        day=month.day,
        is_cut=True,
    )


def _in_words(month: Month, tables: list[Table]) -> list[tuple[str, str]]:
    said = [(str(_("month")), month.month.label)]
    if len(tables) > 1:
        said.append((str(_("tables left out")), str(LEFT_OUT)))
    return [*said, *((str(_("passed over")), words) for words in month.said)]
