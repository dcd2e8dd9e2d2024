"""Who follows one project: handing it over, follow-ups, its task forces, and watching it oneself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from projects.access import get_project, get_writable
from projects.models import Official, Project, TaskForce
from projects.people_forms import FollowUpForm, HandoverForm, MemberFormSet, TaskForceForm, member_rows
from projects.people_views import early_words, handed
from projects.people_writing import (
    ChangedMeanwhile,
    SameOfficial,
    TooEarly,
    hand_over,
    save_task_force,
    set_follow,
    task_force_version,
    write_follow_up,
)


@require_http_methods(["GET", "POST"])
def project_hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Give a project to another official, or its first one."""
    project = get_writable(request, code)
    form = HandoverForm(request.POST or None, user=request.user, initial={"former": project.lead_official_id})
    if request.method == "POST" and form.is_valid() and _handed_over(form, project, request):
        messages.success(request, _("Handed over."))
        return redirect(f"{project.get_absolute_url()}#people")
    project = get_project(request, code)  # led by somebody else by now, it may be
    # After another mistake the page stays the one that was opened: only a told change makes it a newer one.
    former = form["former"].value() if form.is_bound and not form.is_outdated else project.lead_official_id
    context = {"project": project, "form": form, "former": former}
    return render(request, "projects/project_hand_over.html", context, status=422 if form.is_bound else 200)


def _handed_over(form: HandoverForm, project: Project, request: HttpRequest) -> bool:
    """Hand it over; False where that cannot be, and the form says why."""
    try:
        hand_over(projects=[project.pk], former=form.cleaned_data["former"], **handed(form), user=request.user)
    except ChangedMeanwhile:
        form.is_outdated = True
        form.add_error(None, _("Somebody else changed the lead official meanwhile. Look once more, then hand over."))
    except SameOfficial:
        form.add_error("official", _("The project is led by this official already. Choose another one."))
    except TooEarly as error:
        form.add_error("handed_on", early_words(error))
    return not form.errors


@require_POST
def project_follow_up(request: HttpRequest, code: str) -> HttpResponse:
    """Write down what an official did for a project."""
    project = get_writable(request, code)
    form = FollowUpForm(request.POST, user=request.user)
    pair = form.pair if form.is_valid() else None
    if pair is None:
        return render(request, "projects/follow_up_form.html", {"project": project, "form": form}, status=422)
    data = form.cleaned_data
    write_follow_up(project=project, official=pair, day=data["followed_on"], text=data["text"], user=request.user)
    return redirect(f"{project.get_absolute_url()}#people")


@require_POST
def project_follow(request: HttpRequest, code: str) -> HttpResponse:
    """Watch a project, or stop watching it: for every account that sees it."""
    project = get_project(request, code)
    set_follow(project=project, user=request.user, follows=request.POST.get("follows") == "1")
    return redirect(project)


@require_http_methods(["GET", "POST"])
def task_force_create(request: HttpRequest, code: str) -> HttpResponse:
    """A new task force of a project."""
    project = get_writable(request, code)
    return task_force_page(request, TaskForce(project=project), str(project), f"{project.get_absolute_url()}#people")


@require_http_methods(["GET", "POST"])
def task_force_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change who sits in a task force of a project; dissolve it with a day."""
    project = get_writable(request, code)
    force = get_object_or_404(TaskForce, pk=pk, project=project)
    return task_force_page(request, force, str(project), f"{project.get_absolute_url()}#people")


def task_force_page(request: HttpRequest, force: TaskForce, place: str, back: str) -> HttpResponse:
    """The form of a task force of a project or a park, whose name is `place`; the caller asked who may write it."""
    known = {str(one.pk): one for one in [*Official.objects.visible_to(request.user), *_sitting(force)]}
    forms: dict[str, Any] = {"form_kwargs": {"known": known}, "prefix": "members"}
    if request.method == "POST":
        form, members = TaskForceForm(request.POST), MemberFormSet(request.POST, **forms)
        if all([form.is_valid(), members.is_valid()]):
            try:
                force = form.written_into(force)
                typed, version = members.typed(), form.cleaned_data["version"]
                save_task_force(task_force=force, members=typed, user=request.user, version=version)
                messages.success(request, _("Saved."))
                return redirect(back)
            except ChangedMeanwhile:
                return _task_force_form(request, form, members, force, place, back, outdated=True)
    else:
        form = TaskForceForm(initial={"name": force.name, "since": force.since, "until": force.until})
        members = MemberFormSet(initial=member_rows(force.members.all()) if force.pk else [], **forms)
    return _task_force_form(request, form, members, force, place, back)


def _task_force_form(
    request: HttpRequest, form: TaskForceForm, members: Any, force: TaskForce, place: str, back: str, **more: Any
) -> HttpResponse:
    stored = TaskForce.objects.prefetch_related("members__official").get(pk=force.pk) if force.pk else None
    outdated = more.get("outdated", False)
    known_version = form["version"].value() if form.is_bound and not outdated else None
    context = {
        "form": form,
        "members": members,
        "stored": stored,
        "version": known_version or (task_force_version(force) if force.pk else ""),
        "place": place,
        "back": back,
        "outdated": outdated,
    }
    status = 409 if outdated else 422 if form.is_bound else 200
    return render(request, "projects/taskforce_form.html", context, status=status)


def _sitting(force: TaskForce) -> Any:
    """Officials who sit in it, also those that the account does not see elsewhere: a row must keep its official."""
    return Official.objects.filter(memberships__task_force=force) if force.pk else Official.objects.none()
