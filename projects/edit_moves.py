"""What the form of a project may not do to its stage and its condition: those have pages of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import stages
from projects.choices import Condition, MilestoneKind, Stage
from projects.forms import ProjectForm
from projects.models import Project
from projects.moves import not_arrived
from projects.rowforms import WhyForm


class MoveLacks(Exception):
    """The stage went forward and something that it asks for is not filled in; `names` are those of stages.REQUIRED."""

    def __init__(self, stage: Stage, names: list[str]) -> None:
        super().__init__(stage, names)
        self.stage, self.names = stage, names


def require_whole_move(saved: Project, former: str | None) -> None:
    """Raise MoveLacks where a saved project is further than it was, and not all that its stage asks for is there.

    What a stage that it is in already asks for may stay open. A new project is registered as far as it has come.
    """
    stage = Stage(saved.stage)
    if former is None or stage.rank <= Stage(former).rank:
        return
    stored = Project.objects.prefetch_related("milestones", "participations__investor").get(pk=saved.pk)
    if names := stages.lacks(stored, stage):
        raise MoveLacks(stage, names)


def say_what_lacks(error: MoveLacks, form: ProjectForm, milestones: BaseFormSet) -> None:
    """Say at each field, and above the form, what is missing for the stage."""
    words = _("“%(stage)s” needs this.") % {"stage": error.stage.label}
    rows = {row["kind"].value(): row for row in milestones.forms}
    for name in error.names:
        if name in form.fields:
            form.add_error(name, words)
        for column, table in (("planned_on", stages.PLANNED_FIELD), ("actual_on", stages.ACTUAL_FIELD)):
            for kind, field in table.items():
                if field == name and kind.value in rows:
                    rows[kind.value].add_error(column, words)
    labels = "、".join(str(stages.REQUIRED_LABELS[name]) for name in error.names)
    text = _("Missing for “%(stage)s”: %(fields)s.") % {"stage": error.stage.label, "fields": labels}
    where = _("On the page of the stage all of it can be given.")
    form.add_error(None, f"{text} {where}")


def _require_reason(project: Project, milestones: Iterable[Mapping[str, Any]], why: WhyForm) -> None:
    """A planned day that was there and becomes another one needs its reason, as on the page of the milestones."""
    known = {row.kind: row.planned_on for row in project.milestones.all()}
    moved = [
        str(MilestoneKind(row["kind"]).label)
        for row in milestones
        if known.get(row["kind"]) is not None and known[row["kind"]] != row.get("planned_on")
    ]
    if moved and not why.errors and not why.cleaned_data["plan_reason"]:
        text = _("%(milestones)s: a planned day that is moved needs a reason.")
        why.add_error("plan_reason", text % {"milestones": "、".join(moved)})


def moves_are_allowed(form: ProjectForm, milestones: Iterable[Mapping[str, Any]], why: WhyForm) -> bool:
    """Whether a valid form neither takes the stage back nor changes the condition beyond the account's role.

    And whether it says why planned days are moved. Adds the errors to the forms. A new project has no stage yet; and
    what others saved since the page was opened is put beside the form first, which is then asked again.
    """
    project, data = form.instance, form.cleaned_data
    if project.pk is None or data.get("version") != project.version:
        return True
    milestones = list(milestones)
    _require_reason(project, milestones, why)
    start = Stage(project.stage)
    reached = [row["kind"] for row in milestones if row.get("reached") or row.get("actual_on")]
    end = stages.stage_of(reached, signed=data.get("signed_on") is not None, former=start)
    if end.rank < start.rank:
        text = _("The stage would go back. That is a correction: make it on the page of the stage.")
        form.add_error(None, text)
    elif end.rank > start.rank and Condition.TERMINATED == project.condition == data.get("condition"):
        form.add_error(None, _("The project is terminated. Reopen it first."))
    _check_condition(form, start)
    return not form.errors and not why.errors


def _check_condition(form: ProjectForm, stage: Stage) -> None:
    former, new = form.initial.get("condition"), form.cleaned_data.get("condition")
    if not new or former == new or former not in Condition.values:
        return
    if not stages.allowed_condition(Condition(former), Condition(new), stage=stage, role=form.user.role):
        form.add_error("condition", _("This change of the condition is a manager's."))
    elif former != Condition.ACTIVE and form.cleaned_data.get("condition_on") == form.initial.get("condition_on"):
        form.add_error("condition_on", _("Since when? This is still the day of the former condition."))
    elif new == Condition.TERMINATED and not_arrived(form.instance) is not None:
        text = _("Terminate it on the page of the condition: it asks what becomes of the capital that has not arrived.")
        form.add_error("condition", text)
    elif (since := form.cleaned_data.get("condition_on")) and since.first > timezone.localdate():
        form.add_error("condition_on", _("This day has not come yet."))
