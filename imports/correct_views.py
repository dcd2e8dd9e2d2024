"""Decisions about rows and cells in the preview: accept an amount, answer, correct a cell, leave a change out.

Each keeps as well what stands typed elsewhere on the page.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imports import batches, jobs
from imports.access import get_own
from imports.corrections import place_of
from imports.models import ImportBatch
from imports.typed import LONGEST_KEY, deciding, keep_typed


@require_POST
def import_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept implausible amounts of some rows as right."""
    batch = get_own(request, pk)
    with deciding(request):
        keep_typed(batch=batch, data=request.POST)
        batches.decide(batch=batch, accepted=sorted({*batch.accepted, *_keys(request, "row")}))
        messages.success(request, _("Accepted. The amounts are taken as they stand in the file."))
        jobs.look_again(batch=batch)
    return _back(request, batch)


@require_POST
def import_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what rows are that look like known projects: the same, another, or not now; or take all of it back."""
    batch = get_own(request, pk)
    again = "again" in request.POST
    with deciding(request):
        decided = keep_typed(batch=batch, data=request.POST)
        if again:
            batches.decide(batch=batch, answers={})
        if decided or again:
            jobs.look_again(batch=batch)
    return _back(request, batch)


@require_POST
def import_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stands in cells that were refused or doubtful, that one is empty, or that the file holds after all."""
    batch = get_own(request, pk)
    emptied = {key: "" for key in _keys(request, "empty") if place_of(key)}
    taken_back = _keys(request, "back")
    with deciding(request):
        decided = keep_typed(batch=batch, data=request.POST)
        if emptied or taken_back:
            batches.correct(batch=batch, cells=emptied, taken_back=taken_back)
        if decided or emptied or taken_back:
            jobs.look_again(batch=batch)
    return _back(request, batch)


@require_POST
def import_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave single changes out, or take them after all."""
    batch = get_own(request, pk)
    leave, take = _keys(request, "leave"), _keys(request, "take")
    with deciding(request):
        decided = keep_typed(batch=batch, data=request.POST)
        if leave or take:
            batches.choose_changes(batch=batch, leave=leave, take=take)
        if decided or leave or take:
            jobs.look_again(batch=batch)
    return _back(request, batch)


def _keys(request: HttpRequest, name: str) -> list[str]:
    """What the pressed button says, as sheet!row, sheet!B17 or sheet!row!field."""
    return [key for key in request.POST.getlist(name) if len(key) <= LONGEST_KEY]


def _back(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """To the tab and page of the preview that the button stood on."""
    show, page = request.GET.get("show", ""), request.GET.get("page", "")
    query = "&".join(
        f"{name}={value}"
        for name, value in (("show", show if show.isalpha() else ""), ("page", page if page.isdecimal() else ""))
        if value
    )
    return redirect(reverse("imports:detail", args=[batch.pk]) + (f"?{query}" if query else ""))
