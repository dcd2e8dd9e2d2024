"""What a saving leaves behind besides its values: the step of the stage, the condition that ended, who handed over.

The pages of the stage, of the condition and of handing over write these; a form, a bulk change and an import that
change the same columns write the same rows, so that the way of a project is whole whoever wrote it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import stages
from projects.choices import Condition, Stage
from projects.models import ConditionPeriod, Handover, Project, ProjectCode, StageMove


def leave_traces(project: Project, former: Project, *, user: User, why: str, reason: str | None) -> None:
    """Write what follows from the project being saved, with its rows, instead of `former`.

    A number that was changed by hand still finds the project; a condition that ended stays known as a past one; a step
    of the stage is dated as the stage that it led to; another lead official took over today. `why` is kept with the
    step, `reason` with the history.
    """
    rows: list[Any] = []
    if former.code != project.code and not project.codes.filter(code=former.code).exists():
        rows.append(ProjectCode(project=project, code=former.code))
    if ended := ended_condition(former, project):
        rows.append(ConditionPeriod(project=project, **ended))
    if former.stage != project.stage:
        days = {"signed_on": project.signed_on, "first_contact_on": project.first_contact_on}
        days |= {"intent_on": project.intent_on}
        if kind := stages.milestone_for(Stage(project.stage)):
            row = project.milestones.filter(kind=kind).only("actual_on").first()
            days[stages.ACTUAL_FIELD[kind]] = row.actual_on if row else None
        rows.append(StageMove(project=project, user=user, **step(former.stage, project.stage, days, why)))
    if former.lead_official_id != project.lead_official_id:
        last = last_handovers([project.pk]).get(project.pk)
        if taken := taken_over(former.lead_official_id, project.lead_official_id, last):
            rows.append(Handover(project=project, **taken))
    for row in rows:
        row._history_user, row._change_reason = user, reason
        row.save()


def step(start: str, end: str, days: Mapping[str, PartialDay | None], why: str) -> dict[str, Any]:
    """The columns of a StageMove. `days` by their ledger field, at least that of the stage that was reached."""
    day = days.get(stages.DAY_OF_STAGE[Stage(end)])
    return {"from_stage": start, "to_stage": end, "effective_on": day, "reason": why[:500]}


def ended_condition(former: Any, now: Any, day: PartialDay | None = None) -> dict[str, Any] | None:
    """The columns of a ConditionPeriod, where a condition ended; until the day of the new one, else `day` or today."""
    if former.condition in (Condition.ACTIVE, now.condition):
        return None
    today, since = timezone.localdate(), former.condition_on
    likely = (known for known in (now.condition_on, day) if known and known.first <= today)
    until = next((known for known in likely if not (since and known.certainly_before(since))), PartialDay.of(today))
    return {
        "condition": former.condition,
        "since": since,
        "until": until,
        "reason": former.condition_reason,
        "ended_because": now.condition_reason,
    }


def taken_over(start: int | None, end: int | None, last: datetime.date | None, why: str = "") -> dict[str, Any] | None:
    """The columns of a Handover of today, or of the day of the `last` one where that lies ahead; officials by key.

    None where nobody is known to have led before: a gap is filled in, and since when he leads is not said.
    """
    if start is None and last is None:
        return None
    today = timezone.localdate()
    day = max(today, last) if last else today
    return {"from_official_id": start, "to_official_id": end, "handed_on": day, "reason": why[:200]}


def last_handovers(projects: Iterable[int]) -> dict[int, datetime.date]:
    """The day of the newest handover of each of these projects that has one; one query."""
    rows = Handover.objects.filter(project__in=list(projects)).order_by()
    return dict(rows.values_list("project").annotate(last=Max("handed_on")))
