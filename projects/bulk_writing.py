"""Writing a change of many projects: what the preview showed, once, in one transaction, with the history of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from jiangjin.lib.bulk import NewRow
from jiangjin.lib.history import create_with_history, insert_with_history, record_history
from jiangjin.lib.rewriting import update_rows
from projects.bulk import MOST, Plan, Selection, Wanted, plan_of
from projects.locking import lock_projects
from projects.models import BulkEdit, Handover, Milestone, Official, Project
from projects.names import set_official_name
from projects.traces import last_handovers, taken_over


class PreviewOutdated(Exception):
    """The projects are not those of the preview any more; it must be looked at again. Nothing was written."""


class AlreadyDone(Exception):
    """This very preview was confirmed before: a second click. `edit` is what the first one wrote."""

    def __init__(self, edit: BulkEdit) -> None:
        super().__init__(edit)
        self.edit = edit


class SomeRefused(Exception):
    """Some of the projects cannot be written and nobody chose to leave them out; nothing was written."""


def edit_many(*, select: Callable[[], Selection], wanted: Wanted, user: User, digest: str, leave_out: bool) -> BulkEdit:
    """Write what the preview with this digest showed; `select` tells anew which projects the filter finds.

    Raises PreviewOutdated, AlreadyDone, SomeRefused, and TooMany.
    """
    try:
        with transaction.atomic():
            return _edit_many(select, wanted, user, digest, leave_out)
    except IntegrityError as error:  # somebody made the same official, or the same milestone, at this moment
        raise PreviewOutdated from error


def _edit_many(select: Callable[[], Selection], wanted: Wanted, user: User, digest: str, leave_out: bool) -> BulkEdit:
    lock_projects(select().projects.order_by("code").values_list("pk", flat=True)[: MOST + 1])
    # Read only once nobody else writes them. What joined meanwhile makes another digest.
    plan = plan_of(select(), wanted, user=user)
    if plan.digest != digest:
        if done := BulkEdit.objects.filter(digest=digest, user=user).first():
            raise AlreadyDone(done)
        raise PreviewOutdated
    if plan.refused and not leave_out:
        raise SomeRefused
    if not plan.changed or plan.lacks_reason:
        raise PreviewOutdated
    edit = BulkEdit.objects.create(
        user=user,
        digest=digest,
        query=plan.selection.query,
        conditions=plan.selection.conditions,
        picked=plan.selection.picked is not None,
        values=list(wanted.said()),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        left_out=len(plan.refused),
    )
    _write(plan, edit)
    return edit


def _write(plan: Plan, edit: BulkEdit) -> None:
    official = _official(plan, edit)
    now = timezone.now()
    rows: dict[int, dict[str, Any]] = {}
    for row in plan.changed:
        columns = {**row.columns, "version": row.project.version + 1, "updated_at": now}
        if row.official:
            columns["lead_official_id"] = official.pk if official else None
        rows[row.project.pk] = columns
    update_rows(Project, rows)
    record_history(Project, sorted(rows), "~", user=edit.user, reason=edit.reason)
    _write_handovers(plan, edit, official)
    _write_milestones(plan, edit)


def _write_handovers(plan: Plan, edit: BulkEdit, official: Official | None) -> None:
    given = [row.project for row in plan.changed if row.official]
    last = last_handovers(project.pk for project in given) if given else {}
    end = official.pk if official else None
    handovers = [
        Handover(project=project, **taken)
        for project in given
        if (taken := taken_over(project.lead_official_id, end, last.get(project.pk)))
    ]
    create_with_history(Handover, handovers, user=edit.user, reason=edit.reason)


def _official(plan: Plan, edit: BulkEdit) -> Official | None:
    if not plan.wanted.lead_official or not plan.wanted.lead_official[0]:
        return None
    name, post = plan.wanted.lead_official
    found = Official.objects.filter(name=name, post=post).first()
    if found is None and any(row.official for row in plan.changed):
        found = Official(post=post)
        set_official_name(found, name)
        create_with_history(Official, [found], user=edit.user, reason=edit.reason)
    return found


def _write_milestones(plan: Plan, edit: BulkEdit) -> None:
    changed: dict[int, dict[str, Any]] = {}
    new: list[NewRow] = []
    for row in plan.changed:
        for kind, day in row.planned.items():
            known = plan.milestones.get((row.project.pk, kind))
            if known:
                why = plan.wanted.plan_reason if known.planned_on is not None else ""
                changed[known.pk] = {"planned_on": day, "plan_reason": why}
            else:
                new.append(NewRow(project=row.project.pk, kind=str(kind), planned_on=day))
    if changed:
        update_rows(Milestone, changed)
        record_history(Milestone, sorted(changed), "~", user=edit.user, reason=edit.reason)
    insert_with_history(Milestone, new, user=edit.user, reason=edit.reason)
