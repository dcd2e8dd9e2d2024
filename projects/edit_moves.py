"""What the form of a project may not do to its stage and its condition: those have pages of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from projects import stages
from projects.choices import Condition, Stage
from projects.forms import ProjectForm


def moves_are_allowed(form: ProjectForm, milestones: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a valid form neither takes the stage back nor changes the condition beyond the account's role.

    Adds the errors to the form. A new project has no stage yet; and what others saved since the page was opened is put
    beside the form first, which is then asked again.
    """
    project, data = form.instance, form.cleaned_data
    if project.pk is None or data.get("version") != project.version:
        return True
    start = Stage(project.stage)
    reached = [row["kind"] for row in milestones if row.get("reached") or row.get("actual_on")]
    end = stages.stage_of(reached, signed=data.get("signed_on") is not None, former=start)
    if end.rank < start.rank:
        text = _("The stage would go back. That is a correction: make it on the page of the stage.")
        form.add_error(None, text)
    elif end.rank > start.rank and Condition.TERMINATED == project.condition == data.get("condition"):
        form.add_error(None, _("The project is terminated. Reopen it first."))
    _check_condition(form, start)
    return not form.errors


def _check_condition(form: ProjectForm, stage: Stage) -> None:
    former, new = form.initial.get("condition"), form.cleaned_data.get("condition")
    if not new or former == new or former not in Condition.values:
        return
    if not stages.allowed_condition(Condition(former), Condition(new), stage=stage, role=form.user.role):
        form.add_error("condition", _("This change of the condition is a manager's."))
    elif former != Condition.ACTIVE and form.cleaned_data.get("condition_on") == form.initial.get("condition_on"):
        form.add_error("condition_on", _("Since when? This is still the day of the former condition."))
    elif (since := form.cleaned_data.get("condition_on")) and since.first > timezone.localdate():
        form.add_error("condition_on", _("This day has not come yet."))
