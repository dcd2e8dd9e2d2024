"""Pages of obstacles: what waits for whom, and raising, correcting, solving and reopening one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.demo import as_of_day
from projects import obstacles, pages, waiting
from projects.access import get_writable
from projects.choices import NoteKind
from projects.models import Note, Obstacle, Project
from projects.obstacle_forms import ObstacleForm, SolveForm
from projects.registering import ConcurrentEdit


@require_GET
def obstacle_list(request: HttpRequest) -> HttpResponse:
    """What waits for whom, over all projects that the account sees."""
    pages.forget_day(request)
    today = as_of_day()
    filters = waiting.WaitingFilter(request.GET)
    found = waiting.page_of(request.user, filters, request.GET.get("page"), today)
    context = {
        "filters": filters,
        "found": found,
        "page": found.page,
        "shows_solved": request.GET.get("solved") == "1",
        "units": waiting.units_offered(request.user),
        "as_of": today,
    }
    return render(request, "projects/obstacle_list.html", context)


@require_http_methods(["GET", "POST"])
def obstacle_raise(request: HttpRequest, code: str) -> HttpResponse:
    """Write an obstacle down; from a note of a problem (`?note=12`) with its text taken over."""
    project = get_writable(request, code)
    form = ObstacleForm(request.POST or None, user=request.user, initial=_proposed(request, project))
    if request.method == "POST" and form.is_valid():
        obstacles.raise_obstacle(project=project, user=request.user, **form.values())
        messages.success(request, _("The obstacle is written down."))
        return redirect(f"{project.get_absolute_url()}#obstacles")
    return _form_page(request, project, form, None)


@require_http_methods(["GET", "POST"])
def obstacle_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Correct an obstacle; who saves second is told."""
    project = get_writable(request, code)
    obstacle = get_object_or_404(Obstacle, project=project, pk=pk)
    seen = {"seen": obstacles.version_of(obstacle)}
    form = ObstacleForm(request.POST or None, user=request.user, instance=obstacle, initial=seen)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"] or 0
        try:
            obstacles.correct_obstacle(obstacle=obstacle, seen=seen, user=request.user, **form.values())
        except ConcurrentEdit:
            stored = Obstacle.objects.select_related("official").get(pk=pk)
            form.data = form.data.copy()
            form.data["seen"] = obstacles.version_of(stored)
            return _form_page(request, project, form, stored, status=409)
        messages.success(request, _("Saved."))
        return redirect(f"{project.get_absolute_url()}#obstacles")
    return _form_page(request, project, form, None)


@require_http_methods(["GET", "POST"])
def obstacle_solve(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Keep when and how an obstacle was solved."""
    project = get_writable(request, code)
    obstacle = get_object_or_404(Obstacle.objects.select_related("official"), project=project, pk=pk)
    form = SolveForm(request.POST or None, initial={"resolved_on": as_of_day()}, raised_on=obstacle.raised_on)
    if obstacle.is_solved:
        messages.info(request, obstacles.settled_words(obstacle))
        return redirect(f"{project.get_absolute_url()}#obstacles")
    if request.method == "POST" and form.is_valid():
        try:
            obstacles.solve_obstacle(obstacle=obstacle, user=request.user, **form.cleaned_data)
            messages.success(request, _("The obstacle is solved."))
        except obstacles.AlreadySettled:
            messages.info(request, _("This obstacle is solved already."))
        return redirect(f"{project.get_absolute_url()}#obstacles")
    context = {"project": project, "one": obstacles.told(obstacle, as_of_day()), "form": form}
    return render(request, "projects/obstacle_solve.html", context, status=422 if form.is_bound else 200)


@require_POST
def obstacle_reopen(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """It was not solved after all."""
    project = get_writable(request, code)
    obstacle = get_object_or_404(Obstacle, project=project, pk=pk)
    try:
        obstacles.reopen_obstacle(obstacle=obstacle, user=request.user)
        messages.success(request, _("The obstacle waits again; how it had been solved stays in the history."))
    except obstacles.AlreadySettled:
        messages.info(request, obstacles.settled_words(obstacle))
    return redirect(f"{project.get_absolute_url()}#obstacles")


def _proposed(request: HttpRequest, project: Project) -> dict[str, Any]:
    """What a new form says: today, and of a note of a problem its words and its day, if that is known fully."""
    proposed: dict[str, Any] = {"raised_on": as_of_day()}
    number = request.GET.get("note", "")
    if number.isascii() and number.isdecimal() and len(number) <= 18:
        note = get_object_or_404(Note, project=project, pk=number, kind=NoteKind.PROBLEM)
        proposed |= {"text": note.text, "unit": project.lead_unit}
        if note.noted_on and note.noted_on.precision == "day":
            proposed["raised_on"] = note.noted_on.first
    return proposed


def _form_page(
    request: HttpRequest, project: Project, form: ObstacleForm, stored: Obstacle | None, status: int = 0
) -> HttpResponse:
    """`stored`: what somebody else saved meanwhile, shown beside what was typed."""
    context = {
        "project": project,
        "form": form,
        "stored": stored,
        "is_new": form.instance.pk is None,
        "units": waiting.units_offered(request.user),
    }
    return render(request, "projects/obstacle_form.html", context, status=status or (422 if form.is_bound else 200))
