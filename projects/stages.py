"""When: stages, the order of days, and what each stage needs. One table for the form, the import and the page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDay
from projects.choices import MILESTONE_OF_STAGE, MilestoneKind, Stage
from projects.models import Milestone, Project

PIPELINE = (Stage.LEAD, Stage.NEGOTIATION, Stage.INTENT)

# Hard order of days (glossary, section 3): the earlier one may never lie after the later one.
DAY_ORDER = [
    ("first_contact_on", "signed_on"),
    ("signed_on", "started_on"),
    ("started_on", "completed_on"),
    ("started_on", "production_on"),
    ("production_on", "full_production_on"),
    ("planned_start", "planned_completion"),
    ("planned_start", "planned_production"),
    ("planned_production", "planned_full_production"),
]
DAY_LABELS = {
    "first_contact_on": _("first contact"),
    "signed_on": _("signing"),
    "started_on": _("actual start"),
    "completed_on": _("actual completion"),
    "production_on": _("actual production"),
    "full_production_on": _("actual full production"),
    "planned_start": _("planned start"),
    "planned_completion": _("planned completion"),
    "planned_production": _("planned production"),
    "planned_full_production": _("planned full production"),
}
# Ledger field of a milestone's planned and actual day.
PLANNED_FIELD = {
    MilestoneKind.STARTED: "planned_start",
    MilestoneKind.COMPLETED: "planned_completion",
    MilestoneKind.PRODUCTION: "planned_production",
    MilestoneKind.FULL_PRODUCTION: "planned_full_production",
}
ACTUAL_FIELD = {
    MilestoneKind.REGISTERED: "registered_on",
    MilestoneKind.LAND: "land_on",
    MilestoneKind.STARTED: "started_on",
    MilestoneKind.COMPLETED: "completed_on",
    MilestoneKind.PRODUCTION: "production_on",
    MilestoneKind.FULL_PRODUCTION: "full_production_on",
}

DAY_FIELDS = ("first_contact_on", "intent_on", "signed_on", *PLANNED_FIELD.values(), *ACTUAL_FIELD.values())


def stage_of(reached: Iterable[str], *, signed: bool, former: str) -> Stage:
    """The stage that follows from the reached milestones; before the signing it is what people say."""
    stages = [stage for kind in reached if (stage := MilestoneKind(kind).stage)]
    if stages:
        return max(stages, key=lambda stage: stage.rank)
    if former in PIPELINE and not signed:
        return Stage(former)
    return Stage.SIGNED


def milestone_for(stage: Stage) -> MilestoneKind | None:
    """The milestone that a ledger's word for a stage says was reached; none for the signing and before."""
    return MILESTONE_OF_STAGE.get(stage)


def broken_order(days: dict[str, PartialDay | None]) -> list[tuple[str, str]]:
    """Pairs (earlier, later) whose order is broken for every day that they could mean."""
    broken = []
    for earlier, later in DAY_ORDER:
        first, second = days.get(earlier), days.get(later)
        if first and second and second.certainly_before(first):
            broken.append((earlier, later))
    return broken


def in_the_future(days: dict[str, PartialDay | None], today: datetime.date) -> list[str]:
    """Actual days that certainly lie after today."""
    actual = {"first_contact_on", "intent_on", "signed_on", *ACTUAL_FIELD.values()}
    return [name for name, day in days.items() if name in actual and day and day.first > today]


def next_milestone(milestones: Iterable[Milestone]) -> Milestone | None:
    """The earliest planned milestone that is not reached; reads what was prefetched."""
    waiting = [milestone for milestone in milestones if not milestone.reached and milestone.planned_on]
    return min(waiting, key=lambda milestone: milestone.planned_on, default=None)


# What each stage asks for besides what the stages before it asked (glossary, section 3). A name is a column of Project,
# `investor` or `agreed_capital`, or a milestone's actual day.
REQUIRED = {
    Stage.SIGNED: ["investor", "signed_on", "agreed_capital", "cluster", "park", "lead_unit"],
    Stage.REGISTERED: ["project_company", "company_credit_code", "registered_on"],
    Stage.LAND: ["land_area", "land_on"],
    Stage.CONSTRUCTION: ["started_on", "planned_completion"],
    Stage.COMPLETED: ["completed_on"],
    Stage.PRODUCTION: ["production_on"],
    Stage.FULL_PRODUCTION: ["full_production_on"],
}
REQUIRED_LABELS = {
    "investor": _("investor"),
    "signed_on": _("signing day"),
    "agreed_capital": _("agreed capital"),
    "cluster": _("cluster"),
    "park": _("park"),
    "lead_unit": _("lead unit"),
    "project_company": _("project company"),
    "company_credit_code": _("credit code of the project company"),
    "registered_on": _("day of registration"),
    "land_area": _("land area"),
    "land_on": _("day of the land award"),
    **{name: DAY_LABELS[name] for name in ("started_on", "completed_on", "production_on", "full_production_on")},
    "planned_completion": DAY_LABELS["planned_completion"],
}
# Stages that a project may pass without: a lease needs no land, an old local firm no new company.
MAY_BE_PASSED = {Stage.REGISTERED, Stage.LAND, Stage.COMPLETED}


def missing(project: Project) -> list[str]:
    """Labels of what the project's stage asks for and nobody filled in; reads prefetched milestones."""
    days = {}
    reached = set()
    for row in project.milestones.all():
        kind = MilestoneKind(row.kind)
        if kind.stage is None:
            continue
        days[ACTUAL_FIELD[kind]] = row.actual_on
        if kind in PLANNED_FIELD:
            days[PLANNED_FIELD[kind]] = row.planned_on
        if row.reached:
            reached.add(kind.stage)
    present = Stage(project.stage)
    asked = [
        name
        for stage, names in REQUIRED.items()
        if stage.rank <= present.rank and (stage in reached or stage not in MAY_BE_PASSED)
        for name in names
    ]
    return [REQUIRED_LABELS[name] for name in asked if not _filled(project, days, name)]


def _filled(project: Project, days: dict[str, PartialDay | None], name: str) -> bool:
    if name == "investor":
        return project.lead_investor is not None
    if name in days or not hasattr(project, name):
        return days.get(name) is not None
    return getattr(project, name) not in (None, "")
