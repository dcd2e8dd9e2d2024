"""Pages of a project's way: its milestones, its stage, its condition. Everybody who sees it looks; writers write."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.demo import as_of_day
from projects import permissions, progress, stages
from projects.access import get_project, get_writable
from projects.choices import Condition, MilestoneKind, Stage
from projects.conflicts import Clash
from projects.differences import ROWS
from projects.models import Milestone, Project
from projects.moves import MoveRefused, change_condition, move_back, move_on, save_plan
from projects.plan_forms import BasePlan, PlanFormSet, plan_rows
from projects.progress_forms import ConditionForm, CorrectionForm, MoveForm, VersionForm
from projects.registering import AmbiguousInvestor, ConcurrentEdit
from projects.sheets import MILESTONES

MEANWHILE = gettext_lazy(
    "Somebody else saved this project after you opened the page. What you typed stands below: look at it, save again."
)


@require_http_methods(["GET", "POST"])
def project_milestones(request: HttpRequest, code: str) -> HttpResponse:
    """All milestones of a project: planned, promised, reached; with the former days of the plan."""
    project = _opened(request, code)
    data = request.POST if request.method == "POST" else None
    formset, version, clashes, refusal, status = _plan(project, data), project.version, [], "", 200
    if data is not None:
        version, status = _number(data), 422
        try:
            if _save_plan(request, project, formset, version):
                messages.success(request, _("Saved."))
                return redirect("projects:milestones", code)
        except MoveRefused as error:
            refusal = str(error)
        except ConcurrentEdit:
            project = get_writable(request, code)
            formset = _plan(project, data)
            version, clashes, refusal, status = project.version, _clashes(project, formset), MEANWHILE, 409
    context = {
        "project": project,
        "formset": formset,
        "version": version,
        "clashes": clashes,
        "refusal": refusal,
        "warnings": progress.warnings_of(project),
        "may_edit": _may_edit(request, project),
    }
    return render(request, "projects/progress_milestones.html", context, status=status)


@require_http_methods(["GET", "POST"])
def project_stage(request: HttpRequest, code: str) -> HttpResponse:
    """The stage of a project: how long in each, the moves made; with `to`, the form of a move."""
    project = _opened(request, code)
    to = _wanted(Stage, request)
    form, status = None, 200
    may_move = to is not None and stages.allowed_move(Stage(project.stage), to, request.user.role)
    if to is not None and _may_edit(request, project) and not may_move:
        status = _overtaken(request, project, stages.allowed_move(Stage(project.stage), to, permissions.MANAGER))
    elif to is not None and _may_edit(request, project):
        data = request.POST if request.method == "POST" else None
        form = _move_form(request, project, to, data)
        if data is not None:
            status, form = _sent(request, project, form)
            if form is None:
                return redirect(project)
    elif request.method == "POST":
        raise Http404
    context = {
        "project": project,
        "form": form,
        "to": to,
        "back": isinstance(form, CorrectionForm),
        "targets": progress.targets_of(project, request.user) if _may_edit(request, project) else [],
        "stays": progress.stays_of(project, as_of_day()),
        "moves": project.stage_moves.select_related("user"),
        "may_edit": _may_edit(request, project),
    }
    return render(request, "projects/progress_stage.html", context, status=status)


@require_http_methods(["GET", "POST"])
def project_condition(request: HttpRequest, code: str) -> HttpResponse:
    """The condition of a project and its past ones; with `to`, the form that stalls, resumes, ends or reopens it."""
    project = _opened(request, code)
    to = _wanted(Condition, request)
    form, status = None, 200
    choices = _conditions(request, project)
    if to in choices:
        data = request.POST if request.method == "POST" else None
        form = ConditionForm(data, project=project, to=to, user=request.user)
        if data is not None:
            status, form = _sent(request, project, form)
            if form is None:
                return redirect(project)
    elif to is not None and _may_edit(request, project):
        status = _overtaken(request, project, to in _allowed_conditions(project, permissions.MANAGER))
    elif to is not None or request.method == "POST":
        raise Http404
    context = {
        "project": project,
        "form": form,
        "to": to,
        "choices": choices,
        "periods": project.condition_periods.order_by("-since", "-id"),
        "may_edit": _may_edit(request, project),
    }
    return render(request, "projects/progress_condition.html", context, status=status)


def _overtaken(request: HttpRequest, project: Project, is_a_managers: bool) -> int:
    """A form sent for what is no longer to be done: the page says how it stands now, and what had been typed as reason.

    404 where it is another role's to do, and where the page was not older: then somebody made the address up.
    """
    if is_a_managers or request.method != "POST" or _number(request.POST) >= project.version:
        raise Http404
    messages.warning(
        request, _("The page was older than the register: what you wanted is done, or no longer possible.")
    )
    if reason := request.POST.get("reason", "").strip()[:500]:
        messages.info(request, _("You had typed: “%(text)s”") % {"text": reason})
    return 409


def _opened(request: HttpRequest, code: str) -> Project:
    """Looking is for all who see the project, sending for those who may write it."""
    return get_writable(request, code) if request.method == "POST" else get_project(request, code)


def _may_edit(request: HttpRequest, project: Project) -> bool:
    return permissions.may_write_in(request.user, project.park_id) and not project.is_voided


def _wanted(kind: type[Stage] | type[Condition], request: HttpRequest) -> Any:
    """Where to, as the address says; None for nowhere, 404 for what is no such thing."""
    text = request.GET.get("to", "")
    if not text:
        return None
    if text not in kind.values:
        raise Http404
    return kind(text)


def _number(data: QueryDict) -> int:
    """The version that the page was opened with; what is no number is no version."""
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _conditions(request: HttpRequest, project: Project) -> list[Condition]:
    """The conditions that this account may give the project."""
    if not _may_edit(request, project):
        return []
    return _allowed_conditions(project, request.user.role)


def _allowed_conditions(project: Project, role: str) -> list[Condition]:
    start, stage = Condition(project.condition), Stage(project.stage)
    return [end for end in Condition if stages.allowed_condition(start, end, stage=stage, role=role)]


def _move_form(request: HttpRequest, project: Project, to: Stage, data: QueryDict | None) -> VersionForm:
    forward = stages.MOVES[Stage(project.stage), to] == stages.FORWARD
    form = MoveForm if forward else CorrectionForm
    return form(data, project=project, to=to, user=request.user)


def _sent(request: HttpRequest, project: Project, form: VersionForm) -> tuple[int, VersionForm | None]:
    """Write what a form says. The form is None once written; else the page shows it again, with that status."""
    if not form.is_valid():
        return 422, form
    try:
        _write(request, project, form)
    except MoveRefused as error:
        form.add_error(None, str(error))
        return 422, form
    except AmbiguousInvestor as error:
        text = _("Two investors are called %(name)s. Give one of them another name on its page first.")
        form.add_error(None, text % {"name": error.name})
        return 422, form
    except ConcurrentEdit:
        stored = get_writable(request, project.code)
        project.version, data = stored.version, request.POST.copy()
        data["version"] = str(stored.version)
        again = type(form)(data, project=stored, to=form.to, user=request.user)
        again.is_valid()
        again.add_error(None, MEANWHILE)
        return 409, again
    messages.success(request, _("Saved."))
    return 200, None


def _write(request: HttpRequest, project: Project, form: VersionForm) -> None:
    data = form.cleaned_data
    said = {"project": project, "to": form.to, "version": data["version"], "user": request.user}
    if isinstance(form, MoveForm):
        move_on(**said, given=form.given())
    elif isinstance(form, CorrectionForm):
        move_back(**said, reason=data["reason"])
    else:
        change_condition(**said, on=data["on"], reason=data["reason"], reduce=form.reduction)


def _plan(project: Project, data: QueryDict | None) -> BasePlan:
    rows = plan_rows(project, progress.moved_days(project))
    return PlanFormSet(data, prefix="milestones", initial=rows, form_kwargs={}, project=project)


def _save_plan(request: HttpRequest, project: Project, formset: BasePlan, version: int) -> bool:
    """Whether it was written. A page that is older than the register is not judged beside it, but shown again."""
    if version != project.version:
        raise ConcurrentEdit
    if not formset.is_valid():
        return False
    save_plan(project=project, rows=formset.rows(), removed=formset.removed(), version=version, user=request.user)
    return True


def _clashes(project: Project, formset: BasePlan) -> list[Clash]:
    """What stands in the register now beside what was typed, where they differ."""
    words = ROWS[MILESTONES].words
    known = {(row.kind, row.name): row for row in project.milestones.all()}
    found = []
    formset.is_valid()
    for form in formset.forms:
        data = form.cleaned_data
        if not data.get("kind") or (data["kind"] == MilestoneKind.OTHER and not data.get("name")):
            continue
        typed = Milestone(kind=data["kind"], name=data.get("name", ""), planned_on=data.get("planned_on"))
        typed.promised_on, typed.actual_on = data.get("promised_on"), data.get("actual_on")
        typed.reached = bool(data.get("reached"))
        stored = known.get((typed.kind, typed.name))
        typed.plan_reason = stored.plan_reason if stored else ""
        now = words(stored, {}) if stored else ""
        if now != words(typed, {}):
            found.append(Clash(str(typed), now, words(typed, {})))
    return found
