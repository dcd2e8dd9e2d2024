"""The page of a project's time line."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from projects import attachments, obstacles, permissions, sources, timeline, timelineentry
from projects.access import get_project

PER_PAGE = 50


@require_GET
def project_timeline(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that happened to a project, a page at a time; what has no day stands on the last one."""
    project = get_project(request, code)
    told = timelineentry.Told(
        sources.sources_of(project, user=request.user),
        obstacles.of_project(project, as_of_day()),
        attachments.of_project(project),
    )
    whole = timeline.timeline_of(project, told, user=request.user)
    kind = request.GET.get("kind", "")
    found = whole.only(kind)
    page = Paginator([*found.dated, *found.undated], PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    context = {
        "project": project,
        "kinds": [(key, label, len(whole.only(key))) for key, label in timeline.KINDS.items()],
        "kind": kind if kind in timeline.KINDS else "",
        "whole": len(whole),
        "timeline": timeline.Timeline(
            [one for one in shown if one.day is not None], [one for one in shown if one.day is None]
        ),
        "page": page,
        "as_of": as_of_day(),
        "may_edit": permissions.may_write_in(request.user, project.park_id) and not project.is_voided,
    }
    return render(request, "projects/project_timeline.html", context)
