"""Bringing an earlier value back: a new change like any other, under every rule of the form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from projects import stages
from projects.changes import Change
from projects.choices import MAIN_MILESTONES, Condition, MilestoneKind, Stage
from projects.codes import is_usable
from projects.differences import LINKED, ROWS, SILENT, Difference, columns, shown_value
from projects.models import Project
from projects.permissions import may_write_in
from projects.reasons import RESTORING
from projects.registering import ConcurrentEdit, TypedMilestone, save_project, typed_milestones

# What follows from other rows, or has a door of its own.
FOLLOWING = {"agreed_capital", "arrived_capital", "stage", "void_reason", *SILENT}
MILESTONES = "milestones"
RESTORABLE = {field.name for field in columns()} - FOLLOWING


class NotRestorable(Exception):
    """The value cannot be brought back; the message says why. Nothing was written."""


def with_offers(changes: Iterable[Change], project: Project) -> list[Change]:
    """The changes, of which only those differences keep their `source` whose earlier value can be brought back."""
    names = {name: {row.pk: str(row)} for name in LINKED if (row := getattr(project, name))}
    kind = ROWS[MILESTONES]
    main = project.milestones.filter(kind__in=MAIN_MILESTONES)
    milestones = {kind.label(row): kind.words(row, {}) for row in main}
    offered = []
    for change in changes:
        kept = [
            one if _is_offered(project, one, names, milestones) else replace(one, source=None)
            for one in change.differences
        ]
        offered.append(replace(change, differences=kept))
    return offered


def _is_offered(
    project: Project, one: Difference, names: dict[str, dict[int, str]], milestones: dict[str, str]
) -> bool:
    """Whether it can be brought back, and is not what stands there now."""
    if one.field == MILESTONES:
        return milestones.get(one.label, "") != one.old
    if one.field not in RESTORABLE or one.gone:
        return False
    column = Project._meta.get_field(one.field)
    return shown_value(column, getattr(project, column.attname), names.get(one.field, {})) != one.old


def restore_value(*, project: Project, version: int | None, field: str, source: int, user: User) -> Project:
    """Give a column of the project, or one of its milestones, the value that the history row `source` holds.

    Raises NotRestorable, and ConcurrentEdit where somebody saved since the page was opened.
    """
    try:
        with transaction.atomic():
            return _restore(project.pk, version, field, source, user)
    except ValidationError as error:
        raise NotRestorable(" ".join(error.messages)) from error
    except IntegrityError as error:  # the number was taken between the check and the writing
        raise NotRestorable(_("Somebody else saved at the same moment. Look at the history once more.")) from error


def _restore(pk: int, version: int | None, field: str, source: int, user: User) -> Project:
    # Nothing of it is read before it is locked: what the page showed may be older.
    project = Project.objects.select_for_update().get(pk=pk)
    if project.version != version:
        raise ConcurrentEdit
    if not may_write_in(user, project.park_id) or project.is_voided:
        raise NotRestorable(_("You may not write this project."))
    milestones = None
    if field == MILESTONES:
        milestones = _milestones_with(project, source)
        _check_stage(project, milestones, user)
    else:
        _set_column(project, field, source, user)
    official = project.lead_official
    return save_project(
        project=project,
        version=version,
        official=(official.name, official.post) if official else ("", ""),
        investors=None,
        commitments=None,
        milestones=milestones,
        user=user,
        reason=f"{RESTORING} {source}",
    )


def _record(model: Any, source: int, **of: Any) -> Any:
    record = model.history.filter(history_id=source, **of).first()
    if record is None:
        raise NotRestorable(_("This earlier value is not in the history any more."))
    return record


def _set_column(project: Project, name: str, source: int, user: User) -> None:
    """Take the value over, or refuse it as the form would."""
    if name not in RESTORABLE:
        raise NotRestorable(_("This value follows from others. Correct those."))
    column = Project._meta.get_field(name)
    value = getattr(_record(Project, source, id=project.pk), column.attname)
    if value in (None, "") and not (column.null or column.blank):
        raise NotRestorable(_("This field cannot be empty."))
    setattr(project, column.attname, value)
    if column.is_relation and value is not None and not column.related_model._default_manager.filter(pk=value).exists():
        raise NotRestorable(_("What stood there is not in the register any more."))
    if not column.is_relation and value not in (None, ""):
        column.clean(value, project)
    check = CHECKS.get(name)
    if check:
        check(project, user)
    if name in stages.DAY_LABELS:
        _check_days(project, [], name)


def _check_park(project: Project, user: User) -> None:
    if not may_write_in(user, project.park_id):
        raise NotRestorable(_("You may not write projects of this park."))


def _check_code(project: Project, user: User) -> None:
    if not is_usable(project.code) or Project.objects.filter(code=project.code).exclude(pk=project.pk).exists():
        raise NotRestorable(_("The number %(code)s belongs to another project now.") % {"code": project.code})


def _check_chain(project: Project, user: User) -> None:
    chain = project.chain
    if chain and project.cluster_id and chain.cluster_id != project.cluster_id:
        raise NotRestorable(_("The chain and the cluster would not belong together. Correct both with “Edit”."))


def _check_condition(project: Project, user: User) -> None:
    if project.condition != Condition.ACTIVE and not project.condition_reason:
        raise NotRestorable(_("A project that is stalled or terminated needs its reason. Correct both with “Edit”."))
    start = Condition(Project.objects.values_list("condition", flat=True).get(pk=project.pk))
    end, stage = Condition(project.condition), Stage(project.stage)
    if start != end and not stages.allowed_condition(start, end, stage=stage, role=user.role):
        raise NotRestorable(_("This change of the condition is a manager's."))


CHECKS = {
    "park": _check_park,
    "code": _check_code,
    "chain": _check_chain,
    "cluster": _check_chain,
    "condition": _check_condition,
    "condition_reason": _check_condition,
}


def _milestones_with(project: Project, source: int) -> list[TypedMilestone]:
    """The project's milestones with the one of that history row as it was then."""
    former = _record(ROWS[MILESTONES].model, source, project=project.pk)
    promised = (former.promised_on, former.plan_reason)
    row = TypedMilestone(former.kind, former.planned_on, former.actual_on, former.reached, former.name, promised)
    rows = [*(one for one in typed_milestones(project) if one.kind != row.kind), row]
    kind = MilestoneKind(row.kind)
    _check_days(project, rows, stages.ACTUAL_FIELD.get(kind, ""), stages.PLANNED_FIELD.get(kind, ""))
    return rows


def _check_stage(project: Project, milestones: list[TypedMilestone], user: User) -> None:
    """Refuse where the stage would go back and the account may not correct it."""
    reached = [row.kind for row in milestones if row.reached]
    end = stages.stage_of(reached, signed=project.signed_on is not None, former=project.stage)
    if end != project.stage and not stages.allowed_move(Stage(project.stage), end, user.role):
        raise NotRestorable(_("The stage would go back. That is a correction, which a manager makes."))


def _check_days(project: Project, milestones: list[TypedMilestone], *names: str) -> None:
    """Refuse where one of these days would lie before what it must follow, or the other way round."""
    days: dict[str, Any] = {"first_contact_on": project.first_contact_on, "signed_on": project.signed_on}
    for row in milestones or typed_milestones(project):
        if row.kind in stages.ACTUAL_FIELD:
            days[stages.ACTUAL_FIELD[row.kind]] = row.actual_on
        if row.kind in stages.PLANNED_FIELD:
            days[stages.PLANNED_FIELD[row.kind]] = row.planned_on
    for earlier, later in stages.broken_order(days, names):
        raise NotRestorable(stages.out_of_order(earlier, later))
