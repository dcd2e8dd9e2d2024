"""When: the stage machine, the order of days, what each stage needs. One table for form, import, page and filter."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Collection, Iterable

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDay
from projects.choices import MILESTONE_OF_STAGE, PIPELINE_STAGES, Condition, LandMode, MilestoneKind, Stage
from projects.models import Project
from projects.permissions import ADMIN, MANAGER, WRITERS

PIPELINE = PIPELINE_STAGES

# Hard order of days (glossary, section 3): the earlier one may never lie after the later one. Last come the pairs that
# others imply: they speak where the day between is not known.
DAY_ORDER = [
    ("first_contact_on", "signed_on"),
    ("signed_on", "started_on"),
    ("signed_on", "terminated_on"),
    ("started_on", "completed_on"),
    ("started_on", "production_on"),
    ("production_on", "full_production_on"),
    ("planned_start", "planned_completion"),
    ("planned_start", "planned_production"),
    ("planned_production", "planned_full_production"),
    ("signed_on", "completed_on"),
    ("signed_on", "production_on"),
    ("signed_on", "full_production_on"),
    ("started_on", "full_production_on"),
    ("planned_start", "planned_full_production"),
]
# Softer: such days are kept, and the page points at them.
SOFT_ORDER = [
    ("signed_on", "registered_on"),  # an old local firm
    ("land_on", "started_on"),
    ("completed_on", "production_on"),  # trial production first
    ("signed_on", "planned_start"),
]
DAY_LABELS = {
    "first_contact_on": _("first contact"),
    "intent_on": _("intent"),
    "signed_on": _("signing"),
    "registered_on": _("day of registration"),
    "land_on": _("day of the land award"),
    "terminated_on": _("termination"),
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
HAPPENED = frozenset(("first_contact_on", "intent_on", "signed_on", *ACTUAL_FIELD.values()))


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


def broken_order(days: dict[str, PartialDay | None], touched: Collection[str] | None = None) -> list[tuple[str, str]]:
    """Pairs (earlier, later) whose order is broken for every day that they could mean; of `touched` days if given.

    One that follows from a nearer broken pair is left out: one wrong day is one fault.
    """
    order = _order_among(tuple(days))
    found = {pair for pair in _reversed(order, days) if touched is None or set(pair) & set(touched)}
    if not found:
        return []
    return [(first, last) for first, last in DAY_ORDER if (first, last) in found and not _implied(first, last, found)]


@functools.lru_cache(maxsize=256)
def _order_among(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The pairs of DAY_ORDER between these days. All rows of a ledger have the same few."""
    return [(first, last) for first, last in DAY_ORDER if first in names and last in names]


def _implied(first: str, last: str, found: set[tuple[str, str]]) -> bool:
    between = {day for earlier, day in DAY_ORDER if earlier == first and (day, last) in DAY_ORDER}
    return any((first, day) in found or (day, last) in found for day in between)


def odd_order(days: dict[str, PartialDay | None]) -> list[tuple[str, str]]:
    """Pairs whose usual order is reversed for every day that they could mean: possible, and worth a look."""
    return _reversed(SOFT_ORDER, days)


def _reversed(order: list[tuple[str, str]], days: dict[str, PartialDay | None]) -> list[tuple[str, str]]:
    found = []
    for earlier, later in order:
        first = days.get(earlier)
        if first and (second := days.get(later)) and second.certainly_before(first):
            found.append((earlier, later))
    return found


def days_of(project: Project) -> dict[str, PartialDay | None]:
    """Every day of the project's way by its ledger field, planned ones too; reads prefetched milestones."""
    days = {name: getattr(project, name) for name in ("first_contact_on", "intent_on", "signed_on")}
    for row in project.milestones.all():
        kind = MilestoneKind(row.kind)
        if kind in ACTUAL_FIELD:
            days[ACTUAL_FIELD[kind]] = row.actual_on
        if kind in PLANNED_FIELD:
            days[PLANNED_FIELD[kind]] = row.planned_on
    days["terminated_on"] = project.condition_on if project.condition == Condition.TERMINATED else None
    return days


NOT_YET = _("This day has not come yet. Write a day that lies ahead under “planned”.")
OUT_OF_ORDER = _("%(later)s lies before %(earlier)s. Check both days.")


def out_of_order(earlier: str, later: str) -> str:
    """What is wrong with a pair of `broken_order`, in a sentence."""
    return str(OUT_OF_ORDER) % {"later": DAY_LABELS[later], "earlier": DAY_LABELS[earlier]}


def in_the_future(days: dict[str, PartialDay | None], today: datetime.date) -> list[str]:
    """Actual days that certainly lie after today."""
    return [name for name, day in days.items() if name in HAPPENED and day and day.begins_after(today)]


# The machine: forward to any later stage, by whoever writes; back is a correction, by a manager, with a reason. So the
# last stage, which nothing follows, is left by a manager alone.
FORWARD, CORRECTION = "forward", "correction"
MOVES = {
    (start, end): FORWARD if end.rank > start.rank else CORRECTION for start in Stage for end in Stage if start != end
}
MOVERS = {FORWARD: WRITERS, CORRECTION: {MANAGER, ADMIN}}

# Conditions: from, to → who. Reopening what was terminated is a correction.
CONDITION_MOVES = {
    (Condition.ACTIVE, Condition.STALLED): WRITERS,
    (Condition.STALLED, Condition.ACTIVE): WRITERS,
    (Condition.ACTIVE, Condition.TERMINATED): WRITERS,
    (Condition.STALLED, Condition.TERMINATED): WRITERS,
    (Condition.TERMINATED, Condition.ACTIVE): {MANAGER, ADMIN},
}


def allowed_move(start: Stage, end: Stage, role: str) -> bool:
    """Whether an account of this role may move a project from one stage to the other; its parks are asked apart."""
    kind = MOVES.get((start, end))
    return kind is not None and role in MOVERS[kind]


def allowed_condition(start: Condition, end: Condition, *, stage: Stage, role: str) -> bool:
    """Whether an account of this role may change the condition of a project in this stage."""
    if stage == Stage.FULL_PRODUCTION and end == Condition.TERMINATED and role not in MOVERS[CORRECTION]:
        return False
    return role in CONDITION_MOVES.get((start, end), ())


# What each stage asks for besides what the stages before it asked (glossary, section 3). A name is a column of Project,
# `investor`, or a milestone's planned or actual day. Until the signing the project's name stands for the investor's.
REQUIRED = {
    Stage.LEAD: ["lead_unit"],
    Stage.NEGOTIATION: ["first_contact_on"],
    Stage.INTENT: ["intent_on"],
    Stage.SIGNED: ["investor", "signed_on", "agreed_capital", "cluster", "park", "lead_unit"],
    Stage.REGISTERED: ["project_company", "company_credit_code", "registered_on"],
    Stage.LAND: ["land_area", "land_on", "land_mode"],
    Stage.CONSTRUCTION: ["started_on", "planned_completion"],
    Stage.COMPLETED: ["completed_on"],
    Stage.PRODUCTION: ["production_on"],
    Stage.FULL_PRODUCTION: ["full_production_on", "actual_output"],
}
REQUIRED_LABELS = {
    "investor": _("investor"),
    "first_contact_on": DAY_LABELS["first_contact_on"],
    "intent_on": _("day of the intent"),
    "signed_on": _("signing day"),
    "agreed_capital": _("agreed capital"),
    "cluster": _("cluster"),
    "park": _("park"),
    "lead_unit": _("lead unit"),
    "project_company": _("project company"),
    "company_credit_code": _("credit code of the project company"),
    "registered_on": DAY_LABELS["registered_on"],
    "land_area": _("land area"),
    "land_on": DAY_LABELS["land_on"],
    "land_mode": _("how the land came"),
    **{name: DAY_LABELS[name] for name in ("started_on", "completed_on", "production_on", "full_production_on")},
    "planned_completion": DAY_LABELS["planned_completion"],
    "actual_output": _("actual yearly output"),
}
# Stages that a project may pass without: a lease needs no land, an old local firm no new company.
MAY_BE_PASSED = {Stage.NEGOTIATION, Stage.INTENT, Stage.REGISTERED, Stage.LAND, Stage.COMPLETED}
# The day by which a stage was reached. A lead is one from its first contact on.
DAY_OF_STAGE = {
    Stage.LEAD: "first_contact_on",
    Stage.NEGOTIATION: "first_contact_on",
    Stage.INTENT: "intent_on",
    Stage.SIGNED: "signed_on",
    **{stage: ACTUAL_FIELD[kind] for stage, kind in MILESTONE_OF_STAGE.items()},
}


def missing(project: Project) -> list[str]:
    """Labels of what the project's stage asks for and nobody filled in; reads prefetched milestones."""
    return [REQUIRED_LABELS[name] for name in lacks(project)]


def lacks(project: Project, target: Stage | None = None) -> list[str]:
    """Names of what a stage asks for and nobody filled in: the project's own one, or a later one as its target.

    The stages before it are asked with it, but for those that the project passed by. Granted land is never passed by.
    """
    end = target or Stage(project.stage)
    days = days_of(project)
    reached = {MilestoneKind(row.kind).stage for row in project.milestones.all() if row.reached}
    asked = dict.fromkeys(
        name
        for stage, names in REQUIRED.items()
        if stage == end or (stage.rank < end.rank and _applies(stage, project, reached))
        for name in names
    )
    return [name for name in asked if not _filled(project, days, name)]


def _applies(stage: Stage, project: Project, reached: set[Stage | None]) -> bool:
    if stage == Stage.LAND and project.land_mode == LandMode.GRANTED:
        return True
    return stage in reached or stage not in MAY_BE_PASSED


def _filled(project: Project, days: dict[str, PartialDay | None], name: str) -> bool:
    if name == "investor":
        return project.lead_investor is not None
    if name in days or not hasattr(project, name):
        return days.get(name) is not None
    return getattr(project, name) not in (None, "")


def next_stage(project: Project) -> Stage | None:
    """The stage that usually follows; None at full production."""
    rank = Stage(project.stage).rank + 1
    return list(Stage)[rank] if rank < len(Stage) else None


def stage_as_of(project: Project, day: datetime.date) -> Stage | None:
    """The stage that the project had reached by that day, from its dated rows alone; None where it was not begun.

    A partial day counts once its last possible day is past; what was reached on a day that nobody knows counts as of
    any day. Before the signing the project is no further than what people say of it now. Reads prefetched milestones.
    """
    now = Stage(project.stage)
    if now not in PIPELINE and _by(project.signed_on, day):
        kinds = [MilestoneKind(row.kind) for row in project.milestones.all() if row.reached and _by(row.actual_on, day)]
        return max((kind.stage for kind in kinds if kind.stage), key=lambda stage: stage.rank, default=Stage.SIGNED)
    if now == Stage.INTENT and project.intent_on is None:
        return Stage.INTENT
    if now not in (Stage.LEAD, Stage.NEGOTIATION) and project.intent_on and _by(project.intent_on, day):
        return Stage.INTENT
    known = project.first_contact_on is not None
    if (known and _by(project.first_contact_on, day)) or (not known and now in (Stage.LEAD, Stage.NEGOTIATION)):
        return Stage.LEAD if now == Stage.LEAD else Stage.NEGOTIATION
    return None


def _by(known: PartialDay | None, day: datetime.date) -> bool:
    return known is None or known.last <= day


def condition_as_of(project: Project, day: datetime.date) -> Condition:
    """The condition that the project was in on that day: the present one if it had begun, or a past one that holds it.

    A period without its first day counts from ever; a partial day as in `stage_as_of`. Reads prefetched periods.
    """
    now = Condition(project.condition)
    if now != Condition.ACTIVE and _by(project.condition_on, day):
        return now
    past = [
        Condition(row.condition)
        for row in project.condition_periods.all()
        if _by(row.since, day) and row.until is not None and not _by(row.until, day)
    ]
    # A termination inside a stalled time is the stronger word.
    return Condition.TERMINATED if Condition.TERMINATED in past else past[0] if past else Condition.ACTIVE
