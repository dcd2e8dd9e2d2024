"""Pages of saved tables: keep the one that is shown, look through them, rename, share, remove."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reports.models import SavedTable
from reports.savedtables import (
    NameTaken,
    NewTableForm,
    SavedTableForm,
    remove_saved_table,
    rename_table,
    require_change,
    save_table,
    stored_query,
)
from reports.statasked import stat_asked


@require_GET
def saved_tables(request: HttpRequest) -> HttpResponse:
    """Those that the account sees, with whose they are."""
    tables = list(SavedTable.objects.visible_to(request.user).select_related("owner"))
    for table in tables:
        table.may_change = table.may_be_changed_by(request.user)  # type: ignore[attr-defined]
    return render(request, "reports/saved_tables.html", {"tables": tables})


@require_POST
def saved_table_create(request: HttpRequest) -> HttpResponse:
    """Keep the table of these parameters (the query string) under a name."""
    form = NewTableForm(request.POST)
    if form.is_valid():
        year = stat_asked(request.GET, request.user).period.year if form.cleaned_data["with_year"] else None
        query = stored_query(request.GET, year=year)
        try:
            table = save_table(
                user=request.user,
                name=form.cleaned_data["name"],
                audience=form.cleaned_data["audience"],
                query=query,
                replaces=open_table(request),
            )
        except NameTaken:
            form.taken()
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": table.name})
            return redirect(_as_seen(table, request))
    return render(request, "reports/saved_table_form.html", {"form": form, "is_new": True}, status=422)


def _as_seen(table: SavedTable, request: HttpRequest) -> str:
    """Its address with the day and the year that were looked at: the table itself keeps neither."""
    asked, params = stat_asked(request.GET, request.user), request.GET
    seen = {"as_of": asked.day.isoformat()} if asked.day and params.get("as_of") else {}
    year = asked.period.year
    if year and (params.get("year") or params.get("period")) and "year" not in QueryDict(table.query):
        seen["year"] = str(year)
    return f"{table.get_absolute_url()}&{urlencode(seen)}" if seen else table.get_absolute_url()


@require_http_methods(["GET", "POST"])
def saved_table_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename it, share it otherwise."""
    table = get_object_or_404(SavedTable.objects.visible_to(request.user), pk=pk)
    require_change(table, request.user)
    form = SavedTableForm(request.POST or None, instance=SavedTable(name=table.name, audience=table.audience))
    if request.method == "POST" and form.is_valid():
        try:
            rename_table(table=table, user=request.user, **form.cleaned_data)
        except NameTaken:
            form.taken()
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:saved_tables")
    context = {"form": form, "table": table}
    return render(request, "reports/saved_table_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def saved_table_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it away."""
    table = get_object_or_404(SavedTable.objects.visible_to(request.user), pk=pk)
    remove_saved_table(table=table, user=request.user)
    messages.success(request, _("“%(name)s” was removed.") % {"name": table.name})
    return redirect("reports:saved_tables")


def open_table(request: HttpRequest) -> SavedTable | None:
    """The saved table that the address names, if the account sees it."""
    wanted = request.GET.get("saved", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return None
    return SavedTable.objects.visible_to(request.user).filter(pk=int(wanted)).first()
