"""Decisions about single cells in the preview: correct one, leave a change out, or take either back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imports import batches, jobs
from imports.access import get_own
from imports.corrections import LONGEST, MOST, place_of
from imports.models import ImportBatch

CELL = "cell-"  # how the fields of corrected cells are called: cell-台账!B17
LONGEST_KEY = 200


@require_POST
def import_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stands in cells that were refused or doubtful; an emptied field leaves its cell as it is."""
    batch = get_own(request, pk)
    cells = {
        key.removeprefix(CELL): text.strip()[:LONGEST]
        for key, text in request.POST.items()
        if key.startswith(CELL) and text.strip() and place_of(key.removeprefix(CELL)) and len(key) <= LONGEST_KEY
    }
    emptied = [key for key in request.POST.getlist("empty") if place_of(key) and len(key) <= LONGEST_KEY]
    cells |= dict.fromkeys(emptied, "")
    taken_back = request.POST.getlist("back")
    if cells or taken_back:
        try:
            batches.correct(batch=batch, cells=cells, taken_back=taken_back)
            jobs.look_again(batch=batch)
        except batches.TooManyCorrections:
            most = _("More than %(most)d cells are corrected: correct the file itself and bring it again.")
            messages.error(request, most % {"most": MOST})
        except (batches.AlreadySettled, batches.UnderWay):
            messages.info(request, _("The file is being worked on just now, or settled already; nothing was kept."))
    return _back(request, batch)


@require_POST
def import_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave single changes out, or take them after all."""
    batch = get_own(request, pk)
    leave, take = ([key for key in request.POST.getlist(name) if len(key) <= LONGEST_KEY] for name in ("leave", "take"))
    if leave or take:
        try:
            batches.choose_changes(batch=batch, leave=leave, take=take)
            jobs.look_again(batch=batch)
        except (batches.AlreadySettled, batches.UnderWay):
            messages.info(request, _("The file is being worked on just now, or settled already; nothing was kept."))
    return _back(request, batch)


def _back(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """To the tab and page of the preview that the form stood on."""
    show, page = request.GET.get("show", ""), request.GET.get("page", "")
    query = "&".join(
        f"{name}={value}"
        for name, value in (("show", show if show.isalpha() else ""), ("page", page if page.isdecimal() else ""))
        if value
    )
    return redirect(reverse("imports:detail", args=[batch.pk]) + (f"?{query}" if query else ""))
