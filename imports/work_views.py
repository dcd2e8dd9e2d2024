"""Pages of a batch that cannot be shown: the worker is busy with it, or its file cannot be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from imports import jobs, progress
from imports.access import get_batch, get_own
from imports.batches import AlreadySettled, UnderWay
from imports.models import BatchWork, ImportBatch
from imports.typed import deciding, keep_typed

# After so many looks without a sign of the worker somebody should know.
LOOKS_WITHOUT_A_SIGN = 20


def working(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    """The page that waits for the worker, or asks for it where the preview has to be made again."""
    return render(request, "imports/importbatch_working.html", _context(request, batch, 0))


def unreadable(request: HttpRequest, batch: ImportBatch, message: Any, *, by_mapping: bool = False) -> HttpResponse:
    """The page that says why a batch's file cannot be read, or not with what was decided about its columns."""
    context = {
        "batch": batch,
        "message": message,
        "may_decide": batch.user_id == request.user.pk,
        "by_mapping": by_mapping,
    }
    return render(request, "imports/importbatch_unreadable.html", context, status=422)


@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the work is, for the page that waits; once it is done the page is loaded again."""
    batch = get_batch(request, pk)
    if not batch.work:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    looks = request.GET.get("looks", "")
    context = _context(request, batch, int(looks) + 1 if looks.isdecimal() and len(looks) < 6 else 0)
    return render(request, "imports/_progress.html", context)


def _context(request: HttpRequest, batch: ImportBatch, looks: int) -> dict[str, Any]:
    state = progress.state_of(batch.pk) if batch.work else None
    others = state is None and progress.others_at_work(batch.pk)
    return {
        "batch": batch,
        "state": state,
        "step": 4 if batch.work == BatchWork.WRITE else 2,
        "step_words": step_words(state.step) if state else "",
        "waits_for_others": others,
        "no_sign": state is None and not others and looks >= LOOKS_WITHOUT_A_SIGN,
        "looks": looks,
        "writing": state is not None and state.step == progress.WRITE,
        "may_decide": batch.user_id == request.user.pk,
    }


def step_words(step: str) -> str:
    """What the worker is doing, in words."""
    return {
        progress.READ: _("Reading the file"),
        progress.CELLS: _("Reading the rows"),
        progress.MATCH: _("Looking for the same projects"),
        progress.COMPARE: _("Comparing with the register"),
        progress.KEEP: _("Making the preview"),
        progress.WRITE: _("Writing"),
    }[step]


@require_POST
def import_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the preview be made once more: after an interruption, or because the register changed since."""
    batch = get_own(request, pk)
    with deciding(request):
        keep_typed(batch=batch, data=request.POST)
    try:
        jobs.start_preview(batch=batch)
    except AlreadySettled:
        messages.info(request, _("This import is settled already; nothing was written a second time."))
    except UnderWay:
        pass  # a second click
    return redirect(batch)
