"""Which project a page is about, and whether this account may open or change it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from projects import permissions
from projects.models import Project


def get_project(request: HttpRequest, code: str | None = None, **of: Any) -> Project:
    """A visible project by its number, or as `of` says; 404 for the others, whether they exist or not."""
    visible = Project.objects.visible_to(request.user).select_related("park", "cluster", "chain", "lead_official")
    if code is not None:
        of["code"] = code
    return get_object_or_404(visible.prefetch_related("participations__investor__honours", "milestones"), **of)


def get_writable(request: HttpRequest, code: str) -> Project:
    """A project that this account may change: 404 where it may not see it, 403 where it may only read it."""
    project = get_project(request, code)
    permissions.require_write_in(request.user, project.park_id)
    if project.is_voided:
        raise PermissionDenied
    return project


def get_edited(request: HttpRequest, code: str) -> Project:
    """The project whose form is opened or sent.

    Whoever sends a form loses nothing of it where the project was given another number, or was voided, meanwhile: the
    form comes back with what was typed.
    """
    if request.method != "POST":
        return get_writable(request, code)
    try:
        project = get_project(request, code)
    except Http404:
        project = _by_former_number(request, code)
    permissions.require_write_in(request.user, project.park_id)
    return project


def _by_former_number(request: HttpRequest, code: str) -> Project:
    """The one visible project that carried this number before; two parks may have numbered alike."""
    found = Project.objects.visible_to(request.user).filter(codes__code=code).values_list("pk", flat=True)[:2]
    if len(found) != 1:
        raise Http404
    return get_project(request, pk=found[0])
