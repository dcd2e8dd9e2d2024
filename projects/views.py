"""Pages of projects: the list, one project, its forms."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.demo import as_of_day
from jiangjin.lib.money import format_yi
from projects import (
    attachments,
    capital_page,
    changes,
    facts,
    gone,
    lights,
    obstacles,
    pages,
    people,
    permissions,
    progress,
    registering,
    similarity,
    sources,
    timeline,
    timelineentry,
)
from projects.access import get_edited, get_project, get_writable
from projects.editing import ProjectForms
from projects.forms import NoteForm, VoidForm
from projects.meanwhile import kept_words
from projects.models import Project
from projects.people_forms import FollowUpForm
from projects.rowforms import typed_total

# How the form calls the name of an investor (projects/rowforms.py).
INVESTOR_FIELD = re.compile(r"investors-[0-9]{1,4}-name")


@require_GET
def project_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one project."""
    project = get_project(request, code)
    if project.merged_into_id:
        return redirect(get_project(request, pk=project.merged_into_id))
    today = as_of_day()
    told = sources.sources_of(project, user=request.user)
    commitments, arrivals = pages.running_commitments(project), pages.running_arrivals(project)
    told.mark("commitments", (one.row for one in commitments))
    told.mark("arrivals", (one.row for one in arrivals))
    waits, files = obstacles.of_project(project, today), attachments.of_project(project)
    happened = timeline.timeline_of(project, timelineentry.Told(told, waits, files), user=request.user)
    newest = happened.newest(timeline.ON_PROJECT_PAGE)
    context = {
        "project": project,
        "sources": told,
        "show_sources": request.GET.get("sources") == "1",
        "investors": told.marked_investors(project),
        "facts": facts.facts_of(project, told.project),
        "steps": pages.milestone_steps(project, today, told),
        "as_of": today,
        "commitments": commitments,
        "arrivals": arrivals,
        "arrival_rate": pages.arrival_rate(project),
        "capital": capital_page.page_of(
            project,
            commitments=[one.row for one in commitments],
            arrivals=[one.row for one in arrivals],
            snapshots=told.mark("snapshots", project.snapshots.all()),
            today=today,
            asked=request.GET.get("as_of"),
        ),
        "obstacles": waits,
        "attachments": files,
        "timeline": newest,
        "timeline_count": len(happened),
        "timeline_more": len(happened) - len(newest),
        "codes": told.mark("codes", project.codes.all()),
        "changes": changes.last_changes(project),
        "next_step": pages.next_step(project, today),
        "light": lights.lights_of([project], today)[project.pk],
        "missing": pages.missing_fields(project),
        "next_stage": progress.missing_for_next(project),
        "stays": progress.stays_of(project, today),
        "note_form": NoteForm(),
        "void_form": VoidForm(),
        **_people_of(project, request),
        "may_edit": permissions.may_write_in(request.user, project.park_id) and not project.is_voided,
        "may_void": permissions.may_void_in(request.user, project.park_id),
    }
    return render(request, "projects/project_detail.html", context)


def _people_of(project: Project, request: HttpRequest) -> dict[str, Any]:
    """Who follows the project, and the form of a follow-up."""
    handovers = people.handovers_of(project)
    return {
        "leads": people.leads_of(project, handovers),
        "follow_ups": people.follow_ups_of(project),
        "task_forces": people.task_forces_with_members(project.task_forces.all()),
        "follow_up_form": FollowUpForm(user=request.user, leads=project.lead_official),
        "is_followed": project.follows.filter(user=request.user).exists(),
    }


@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    """A new project."""
    permissions.require_writer(request.user)
    forms = ProjectForms(request.POST or None, project=None, user=request.user)
    if request.method == "POST" and forms.is_valid():
        project = _save(forms, request)
        if project is not None:
            messages.success(request, _("The project is registered as %(code)s.") % {"code": project.code})
            return redirect(project)
    return _form_page(request, forms, None)


@require_GET
def project_similar(request: HttpRequest) -> HttpResponse:
    """While a new project is typed: what may be the same, without details of what the account may not see."""
    permissions.require_writer(request.user)
    investors = [value for key, value in request.GET.items() if key == "investor" or INVESTOR_FIELD.fullmatch(key)]
    name, agreed = request.GET.get("name", ""), typed_total(request.GET)
    found = similarity.similar_projects(name, investors[:20], agreed, user=request.user)
    return render(request, "projects/_similar.html", {"similar": found})


@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Correct a project; who saves second sees both versions and loses nothing."""
    if page := _page_of_gone(request, code):
        return page
    project = get_edited(request, code)
    try:
        return _edit(request, project)
    except Project.DoesNotExist as error:  # taken out a moment ago
        if page := _page_of_gone(request, code):
            return page
        raise Http404 from error


def _edit(request: HttpRequest, project: Project) -> HttpResponse:
    forms = ProjectForms(request.POST or None, project=project, user=request.user)
    if request.method == "POST" and forms.is_valid():
        if project.is_voided:
            forms.refuse_voided(project)
        elif saved := _save(forms, request):
            messages.success(request, _saved_words(forms))
            return redirect(saved)
    # What was typed stands in the form's own object: the head of the page shows what is registered.
    return _form_page(request, forms, get_project(request, pk=project.pk))


@require_POST
def project_void(request: HttpRequest, code: str) -> HttpResponse:
    """Take a project out of lists and figures, with a reason."""
    project = get_project(request, code)
    permissions.require_void_in(request.user, project.park_id)
    form = VoidForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Not voided: a reason is needed."))
    elif not project.is_voided:
        registering.void_project(project=project, reason=form.cleaned_data["reason"], user=request.user)
        messages.success(request, _("Voided. The project keeps its number and its history and can be restored."))
    return redirect(project)


@require_POST
def project_restore(request: HttpRequest, code: str) -> HttpResponse:
    """Bring a voided project back."""
    project = get_project(request, code)
    permissions.require_void_in(request.user, project.park_id)
    if project.merged_into_id:
        messages.error(request, _("This project was merged into another one. Take the merging back instead."))
    elif project.is_voided:
        registering.restore_project(project=project, user=request.user)
        messages.success(request, _("Restored."))
    return redirect(project)


@require_POST
def project_note(request: HttpRequest, code: str) -> HttpResponse:
    """Write a note about a project."""
    project = get_writable(request, code)
    form = NoteForm(request.POST)
    if form.is_valid():
        registering.write_note(project=project, user=request.user, **form.cleaned_data)
    else:
        messages.error(request, _("The note is empty. Write a sentence."))
    return redirect(f"{project.get_absolute_url()}#notes")


def _save(forms: ProjectForms, request: HttpRequest) -> Project | None:
    """The saved project, or None where something must be looked at once more: the page says what."""
    try:
        project = forms.save()
    except registering.AmbiguousInvestor as error:
        forms.refuse_investor(error.name)
        return None
    if project is not None and forms.is_remarkable:
        amount = format_yi(project.agreed_capital)
        messages.warning(
            request,
            _("%(amount)s 亿元 is agreed: one of the largest. Compare the unit once more.") % {"amount": amount},
        )
    return project


def _saved_words(forms: ProjectForms) -> str:
    if not forms.taken:
        return _("Saved.")
    return _("Saved. What others changed meanwhile was kept: %(changes)s.") % {"changes": kept_words(forms.taken)}


def _page_of_gone(request: HttpRequest, code: str) -> HttpResponse | None:
    """What was typed about a project that is no longer there, to be registered as a new one."""
    record = gone.taken_out(request, code)
    if record is None:
        return None
    forms = ProjectForms(request.POST, project=None, user=request.user)
    forms.is_valid()
    forms.project.add_error(None, gone.words_of(record))
    return _form_page(request, forms, None)


def _form_page(request: HttpRequest, forms: ProjectForms, project: Project | None) -> HttpResponse:
    context: dict[str, Any] = {"forms": forms, "project": project}
    status = 409 if forms.conflict else 422 if forms.is_bound else 200
    return render(request, "projects/project_form.html", context, status=status)
