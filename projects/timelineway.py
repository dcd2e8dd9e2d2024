"""How a project came along, as its time line tells it: milestones, plans, stages, conditions, who led it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.lib.dates import PartialDay
from projects import stages
from projects.choices import Condition
from projects.models import ConditionPeriod, Handover, Milestone, Project
from projects.timelineentry import Entry, Told, day_of_moment, first_records, of_record, sourced, told_by

MOST_RECORDS = 5000  # of the history of milestones, looked through for moved plans
SIGNED, CONTACT, INTENT = "signed_on", "first_contact_on", "intent_on"


def signing(project: Project, told: Told) -> Iterator[Entry]:
    words = {CONTACT: _("first contact"), INTENT: _("intent signed"), SIGNED: _("signed")}
    for name, text in words.items():
        day = getattr(project, name)
        signed = name == SIGNED and project.stage not in stages.PIPELINE
        if day is not None or signed:
            detail = project.signed_event if name == SIGNED else ""
            yield sourced(Entry("milestones", day, text, detail=detail), told, "project", name, 0)


def milestones(project: Project, told: Told) -> Iterator[Entry]:
    for one in project.milestones.all():
        if one.reached:
            text = _("reached: %(milestone)s") % {"milestone": one}
            evidence = told.attachments.of("milestone", one.pk)
            entry = Entry("milestones", one.actual_on, text, one.pk, evidence=evidence)
            column = "actual_on" if one.actual_on else "reached"
            yield sourced(entry, told, "milestones", column, one.pk)


def moved_plans(project: Project) -> Iterator[Entry]:
    """A planned or promised day that became another one, on the day on which somebody wrote that."""
    words = {
        "planned_on": gettext_lazy("plan of %(milestone)s: %(old)s → %(new)s"),
        "promised_on": gettext_lazy("promise of %(milestone)s: %(old)s → %(new)s"),
    }
    records = Milestone.history.filter(project=project.pk).exclude(history_type="-").select_related("history_user")
    newest = list(records.order_by("-history_id")[:MOST_RECORDS])
    former: dict[int, Any] = {}
    for record in reversed(newest):
        before, former[record.id] = former.get(record.id), record
        for column, template in words.items():
            old, new = getattr(before, column, None), getattr(record, column)
            if old is not None and old != new:
                name = record.name or record.get_kind_display()
                values = {"milestone": name, "old": old, "new": new or _("not filled in")}
                why = record.plan_reason if record.plan_reason != before.plan_reason else ""
                yield of_record(
                    record, Entry("plans", day_of_moment(record.history_date), template % values, detail=why)
                )


def stage_moves(project: Project) -> Iterator[Entry]:
    for one in project.stage_moves.select_related("user"):
        source = told_by(str(one.user or "") or _("the command"), one.entered_at)
        text = _("stage: %(move)s") % {"move": one}
        yield Entry("stages", one.effective_on, text, one.pk, one.reason, source, at=one.entered_at)


def conditions(project: Project, told: Told) -> Iterator[Entry]:
    written = first_records(ConditionPeriod, project)
    periods = list(project.condition_periods.all())
    present = [] if project.condition == Condition.ACTIVE else [(project.condition, project.condition_on)]
    for one in periods:
        record = written.get(one.pk)
        began = _("condition: %(condition)s") % {"condition": one.get_condition_display()}
        ended = _("no longer %(condition)s") % {"condition": one.get_condition_display()}
        # Where it gave way to another one on a day, the beginning of that one says both.
        later = [(row.condition, row.since) for row in periods if row.pk > one.pk] + present
        if one.until is None or not any(since == one.until and how != one.condition for how, since in later):
            yield of_record(record, Entry("stages", one.until, ended, one.pk, one.ended_because))
        yield of_record(record, Entry("stages", one.since, began, one.pk, one.reason))
    if project.condition != Condition.ACTIVE:
        text = _("condition: %(condition)s") % {"condition": project.get_condition_display()}
        entry = Entry("stages", project.condition_on, text, detail=project.condition_reason)
        yield sourced(entry, told, "project", "condition", 0)


def handovers(project: Project) -> Iterator[Entry]:
    written = first_records(Handover, project)
    for one in project.handovers.select_related("from_official", "to_official"):
        text = _("lead official: %(handover)s") % {"handover": one if one.from_official else one.to_official}
        yield of_record(written.get(one.pk), Entry("people", PartialDay.of(one.handed_on), text, one.pk, one.reason))
