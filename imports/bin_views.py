"""The recycle bin as a page: one kind at a time, with how many there are of each."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from imports import bin as contents
from projects import permissions
from projects.models import Project

PER_PAGE = 30


@require_GET
def recycle_bin(request: HttpRequest) -> HttpResponse:
    """Voided projects with their reason and a way back; or batches of one kind with their undo state."""
    counts = contents.counts_of(request.user)
    show = request.GET.get("show", "")
    show = show if show in counts else contents.VOIDED
    kind = contents.BATCHES.get(show)
    rows = kind.visible(request.user).select_related("user") if kind else contents.voided_projects(request.user)
    page: Any = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    labels = {contents.VOIDED: _("Voided projects"), **{key: one.label for key, one in contents.BATCHES.items()}}
    context = {
        "tabs": [(key, labels[key], counts[key]) for key in labels],
        "show": show,
        "page": page,
        "voided": None if kind else [(row, _may_restore(request.user, row)) for row in page],
        "sees_mergings": bool(counts["merges"]),
        "entries": contents.entries_of(kind, page) if kind else None,
        "may_write": permissions.may_write_some(request.user),
    }
    return render(request, "imports/recycle_bin.html", context)


def _may_restore(user: User, project: Project) -> bool:
    """What was merged into another one comes back with its merging alone."""
    return project.merged_into_id is None and permissions.may_void_in(user, project.park_id)
