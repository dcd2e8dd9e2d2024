"""Pages on which what was agreed, what came and what is planned is entered, corrected, voided and brought back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.demo import as_of_day
from jiangjin.lib.money import format_yi
from projects import capital, capital_writing
from projects.access import get_edited, get_writable
from projects.capital_forms import FORMS, EntryForm, PlanForm, PlanYearForm, RestoreEntryForm, VoidEntryForm
from projects.capital_page import entry_words
from projects.capital_writing import PLANNED, TABLES, EntryChanged, EntryRefused, newest_record
from projects.models import Project


@require_http_methods(["GET", "POST"])
def entry_write(request: HttpRequest, code: str, table: str, pk: int | None = None) -> HttpResponse:
    """Enter a commitment or an arrival, or correct one."""
    project = get_edited(request, code)
    row = _entry(project, table, pk, typed=request.method == "POST")
    others = [one for one in TABLES[table].objects.filter(project=project) if one.pk != pk]
    form = FORMS[TABLES[table]](request.POST or None, row=row, others=others)
    form.initial["seen"] = newest_record(table, project.pk, pk)
    stored = None
    if request.method == "POST" and form.is_valid():
        try:
            _save_entry(form, table, project, pk, request)
            return redirect(f"{project.get_absolute_url()}#{table}")
        except EntryRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        except EntryChanged:
            stored = others if pk is None else [_entry(project, table, pk)]
    context = {
        "project": project,
        "form": form,
        "table": table,
        "row": row if row.pk else None,
        # What the register holds by now, where somebody wrote meanwhile; saving once more is then meant.
        "stored": None if stored is None else [entry_words(table, one) for one in stored],
        "seen": form.initial["seen"] if stored is not None or not form.is_bound else form["seen"].value(),
    }
    status = 409 if stored is not None else 422 if form.is_bound else 200
    return render(request, "projects/capital_form.html", context, status=status)


def _entry(project: Project, table: str, pk: int | None, *, typed: bool = False) -> Any:
    """The entry that a page is about. What was `typed` about one that is gone by now is refused, not lost."""
    row = TABLES[table].objects.filter(project=project, pk=pk).first() if pk else None
    if pk and row is None and not typed:
        raise Http404
    return row or TABLES[table](project=project)


def _save_entry(form: EntryForm, table: str, project: Project, pk: int | None, request: HttpRequest) -> None:
    former = project.agreed_capital
    capital_writing.write_entry(
        table=table,
        project_id=project.pk,
        pk=pk,
        values=form.values(),
        seen=form.cleaned_data["seen"],
        user=request.user,
    )
    messages.success(request, _("Saved."))
    agreed = Project.objects.values_list("agreed_capital", flat=True).get(pk=project.pk)
    if agreed is not None and agreed != former and agreed >= capital.REMARKABLE:
        text = _("%(amount)s 亿元 is agreed: one of the largest. Compare the unit once more.")
        messages.warning(request, text % {"amount": format_yi(agreed)})


@require_http_methods(["GET", "POST"])
def entry_void(request: HttpRequest, code: str, table: str, pk: int) -> HttpResponse:
    """Take an entry out, with a reason."""
    project = get_writable(request, code)
    row = _entry(project, table, pk)
    seen, status = newest_record(table, project.pk, pk), 200
    form = VoidEntryForm(request.POST or None, initial={"seen": seen})
    if form.is_bound:
        status = 422
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            capital_writing.void_entry(table=table, project_id=project.pk, pk=pk, user=request.user, **said)
        except EntryRefused as refused:
            form.add_error(None, str(refused.message))
        except EntryChanged:
            status = 409
            form.add_error(None, _("Somebody corrected this entry meanwhile: it says what stands below now."))
        else:
            messages.success(request, _("Voided. The entry is kept among the voided ones and can be brought back."))
            return redirect(f"{project.get_absolute_url()}#{table}")
    context = {"project": project, "form": form, "table": table, "words": entry_words(table, row), "seen": seen}
    return render(request, "projects/capital_void.html", context, status=status)


@require_POST
def entry_restore(request: HttpRequest, code: str) -> HttpResponse:
    """Bring a voided entry back."""
    project = get_writable(request, code)
    form = RestoreEntryForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This entry stands in the register again, or is not in its history any more."))
        return redirect(project)
    try:
        capital_writing.restore_entry(project_id=project.pk, user=request.user, **form.cleaned_data)
    except EntryRefused as refused:
        messages.error(request, _("Not restored: %(why)s") % {"why": refused.message})
    else:
        messages.success(request, _("The entry counts again; this is a change of its own."))
    return redirect(f"{project.get_absolute_url()}#{form.cleaned_data['table']}")


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """What is planned to arrive in the four quarters of a year."""
    project = get_edited(request, code)
    years = PlanYearForm(request.GET or None)
    is_readable = not years.is_bound or years.is_valid()
    year = years.cleaned_data["year"] if years.is_bound and is_readable else as_of_day().year
    stored = {row.quarter: row.amount for row in project.planned_arrivals.filter(year=year)}
    initial = {f"q{quarter}": amount for quarter, amount in stored.items()}
    initial["seen"] = newest_record(PLANNED, project.pk)
    form = PlanForm(request.POST or None, initial=initial, year=year)
    changed = False
    if request.method == "POST" and form.is_valid() and is_readable:
        try:
            capital_writing.plan_year(
                project_id=project.pk,
                year=year,
                amounts=form.amounts(),
                seen=form.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
                user=request.user,
            )
        except EntryRefused as refused:
            form.add_error(refused.field or None, str(refused.message))
        except EntryChanged:
            changed = True
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{project.get_absolute_url()}#planned_arrivals")
    context = {
        "project": project,
        "form": form,
        "years": years if years.is_bound else PlanYearForm(initial={"year": year}),
        "year": year,
        "stored": sorted(stored.items()) if changed else None,
        "changed": changed,
        "seen": initial["seen"] if changed or not form.is_bound else form["seen"].value(),
    }
    return render(
        request, "projects/capital_plan.html", context, status=409 if changed else 422 if form.is_bound else 200
    )
