"""Pages of fixed tables: figures as they were reported, and what was corrected since.

A report page fixes what it shows with one view of its own: `return fix(request, grids=[…], title=…, …)`.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jiangjin.lib.storedtext import StoredText
from projects import permissions
from reports.corrected import corrected_since
from reports.fixedprojects import projects_grid, projects_sheet
from reports.fixing import FixedAlready, fix_table, may_fix, remove_table, require_fix
from reports.grid import Grid
from reports.gridkept import grid_of
from reports.gridout import send_grids
from reports.links import Params
from reports.models import FixedTable

PER_PAGE = 50  # tables of the list, projects behind a table
AT_ONCE = 5000  # projects behind a table that are compared with today without being asked to


class FixForm(StoredText, forms.Form):
    """What the table is fixed as."""

    name = forms.CharField(label=gettext_lazy("name"), max_length=100)
    note = forms.CharField(
        label=gettext_lazy("note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def fix(
    request: HttpRequest,
    *,
    grids: Sequence[Grid],
    title: str,
    page: str,
    conditions: Sequence[tuple[str, str]],
    lists: Sequence[Params],
    day: datetime.date,
    is_cut: bool,
) -> HttpResponse:
    """Fix what a report page shows, with the name and the note of its form (reports/_fix_form.html)."""
    require_fix(request.user)
    form = FixForm(request.POST)
    again = {"form": form, "title": title, "back": page}
    if not form.is_valid():
        return render(request, "reports/fix_form.html", again, status=422)
    try:
        table = fix_table(
            grids=grids,
            title=title,
            page=page,
            conditions=conditions,
            lists=lists,
            day=day,
            is_cut=is_cut,
            user=request.user,
            **form.cleaned_data,
        )
    except FixedAlready as taken:
        words = _("You fixed figures as of %(day)s as “%(name)s” already. Give another name to fix these too.")
        form.add_error("name", words % {"day": day.isoformat(), "name": taken})
        return render(request, "reports/fix_form.html", again, status=422)
    messages.success(request, _("Fixed as “%(name)s”. Nobody can change it.") % {"name": table.name})
    return redirect(table)


@require_GET
def fixed_tables(request: HttpRequest) -> HttpResponse:
    """All fixed tables, newest first."""
    found = FixedTable.objects.visible_to(request.user).defer("grids", "lists")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/fixed_tables.html", {"tables": page, "page": page})


@require_GET
def fixed_table(request: HttpRequest, pk: int) -> HttpResponse:
    """A fixed table as it stood, what was corrected since, and the projects behind it with their values then."""
    table = get_object_or_404(FixedTable.objects.visible_to(request.user), pk=pk)
    opens = table.is_whole_for(request.user)
    page = Paginator(table.projects.all(), PER_PAGE).get_page(request.GET.get("page"))
    compares = page.paginator.count <= AT_ONCE or "compare" in request.GET
    context = {
        "table": table,
        "grids": [grid_of(kept, opens=opens) for kept in table.grids],
        "opens": opens,
        "is_wide": any(len(kept["columns"]) > 16 for kept in table.grids),
        "corrected": corrected_since(table, request.user) if compares else None,
        "page": page,
        "projects": projects_grid(page.object_list, request.user),
        "may_remove": table.may_be_removed_by(request.user),
    }
    return render(request, "reports/fixed_table.html", context)


@require_POST
def fixed_table_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it out of sight."""
    table = get_object_or_404(FixedTable.objects.visible_to(request.user), pk=pk)
    remove_table(table=table, user=request.user)
    messages.success(request, _("“%(name)s” was removed.") % {"name": table.name})
    return redirect("reports:fixed_tables")


@require_GET
def fixed_table_export(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """The table as it stood, and in a workbook the projects behind it."""
    permissions.require_export(request.user)
    table = get_object_or_404(FixedTable.objects.visible_to(request.user), pk=pk)
    grids = [grid_of(kept) for kept in table.grids]
    fixed = _("Fixed by %(name)s on %(at)s as “%(as)s”.") % {
        "name": table.made_by_name,
        "at": f"{timezone.localtime(table.made_at):%Y-%m-%d %H:%M}",
        "as": table.name,
    }
    return send_grids(
        request,
        ending,
        table.name,
        grids,
        conditions=[(str(label), str(value)) for label, value in table.conditions],
        day=table.day,
        rules=[fixed, table.note] if table.note else [fixed],
        more=[projects_sheet(table)],
    )


__all__ = ["FixForm", "fix", "fixed_table", "fixed_table_export", "fixed_table_remove", "fixed_tables", "may_fix"]
