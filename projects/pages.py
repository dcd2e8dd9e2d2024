"""What a page says about projects in words: marks of a row, the milestone line, what is missing."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jiangjin.lib.dates import PartialDay, YearOf
from projects import judged, lights, stages
from projects.choices import MAIN_MILESTONES, CommitmentKind, MilestoneKind
from projects.columnplaces import MILESTONES
from projects.columns import Column
from projects.models import CapitalArrival, CapitalCommitment, Milestone, Project
from projects.periods import Period
from projects.sources import Sources

SOON = 30  # days before a planned day from which it is due soon


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a planned day is from today, in words; `tone` is late, soon or empty."""

    words: str
    tone: str


def distance(planned: PartialDay, today: datetime.date) -> Distance:
    """Late once the planned day's last possible day is past."""
    days = (planned.last - today).days
    if days < 0:
        return Distance(ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}, "late")
    words = _("due today") if days == 0 else ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    return Distance(words, "soon" if days <= SOON else "")


@dataclass(frozen=True, slots=True)
class Cell:
    """A column with its value in one row; `of_time` where, of a whole amount, another one counts in the list's time."""

    column: Column
    value: Any
    of_time: Any = None
    is_partly: bool = False


def mark_rows(
    rows: Iterable[Project],
    *,
    period: Period | None,
    today: datetime.date,
    columns: Sequence[Column] | None = None,
    of_time: Mapping[str, Column] | None = None,
) -> list[Project]:
    """Add to each row what the list shows beside its columns; milestones must be prefetched.

    With `columns`, those of `listing.page_of_rows`, also the cells of the row: then only what they say is asked for.
    `of_time`: by the key of an amount, the column of that part of it which the foot of the list sums.
    """
    rows = list(rows)
    lit = columns is None or any(column.kind == "light" for column in columns)
    waits = lit or any(MILESTONES in column.needs for column in columns or ())
    found = lights.lights_of(rows, today) if lit else {}
    cut = judged.cut_of(today)
    for project in rows:
        waiting = judged.next_milestone(project.milestones.all(), cut) if waits else None
        project.waiting = waiting
        project.waiting_distance = distance(waiting.planned_on, today) if waiting else None
        if light := found.get(project.pk):
            project.light = project.light_now = light.colour
            project.light_reason = light.words
        # 增资: signed at another time, listed for a commitment dated in this one.
        project.only_increased = bool(period and not period.is_all and not period.holds(project.signed_on))
        project.cells = [_cell(column, project, (of_time or {}).get(column.key)) for column in columns or ()]
    return rows


def _cell(column: Column, project: Project, of_time: Column | None) -> Cell:
    whole = column.value(project)
    if of_time is None:
        return Cell(column, whole)
    part = of_time.value(project)
    return Cell(column, whole, part, (part or 0) != (whole or 0))


def forget_day(request: HttpRequest) -> None:
    """Of a page that is always as of the default day: its links and forms carry no other one along."""
    params = request.GET.copy()
    params.pop("as_of", None)
    request.GET = params


def years_offered() -> list[int]:
    """Years in which something was signed or agreed, newest first; asked by every page, so kept for half a minute."""
    return cache.get_or_set("years_offered", _years, 30)


def _years() -> list[int]:
    signed = Project.objects.counted().exclude(signed_on=None).order_by().values_list(YearOf("signed_on"))
    agreed = CapitalCommitment.objects.exclude(committed_on=None).order_by().values_list(YearOf("committed_on"))
    return sorted((year for (year,) in signed.union(agreed)), reverse=True)


@dataclass(frozen=True, slots=True)
class RunningCommitment:
    """A commitment and what it all came to with it, in 万元."""

    row: CapitalCommitment
    running: Decimal


def running_commitments(project: Project) -> list[RunningCommitment]:
    """The commitments in the order of their days, undated ones last; an initial one whose day leaves it open first."""
    rows = sorted(project.commitments.all(), key=_commitment_place)
    sums = accumulate(row.amount for row in rows)
    return [RunningCommitment(row, running) for row, running in zip(rows, sums, strict=True)]


def _commitment_place(row: CapitalCommitment) -> tuple[int, int, bool, int]:
    day, later = row.committed_on, row.kind != CommitmentKind.INITIAL
    if day is None:
        return 2 if later else 0, 0, later, row.pk
    return 1, day.code if later else PartialDay.of(day.first).code, later, row.pk


@dataclass(frozen=True, slots=True)
class RunningArrival:
    """An arrival and what had come with it, in 万元."""

    row: CapitalArrival
    running: Decimal


def running_arrivals(project: Project) -> list[RunningArrival]:
    """Arrivals in the order of their months."""
    rows = list(project.arrivals.all())
    sums = accumulate(row.amount for row in rows)
    return [RunningArrival(row, running) for row, running in zip(rows, sums, strict=True)]


def arrival_rate(project: Project) -> Decimal | None:
    """What arrived ÷ what was agreed; None where either is unknown, or nothing is agreed any more."""
    if project.arrived_capital is None or not project.agreed_capital:
        return None
    return project.arrived_capital / project.agreed_capital


def milestone_steps(project: Project, today: datetime.date, told: Sources | None = None) -> list[dict]:
    """The steps of the milestone line (components/milestones.html), the signing first; with what is `told` of them."""
    rows = _rows_of(project)
    steps = [
        {
            "label": _("signed"),
            "planned": None,
            "actual": project.signed_on,
            "state": "done" if project.stage_number else "todo",
            "words": "" if project.signed_on else _("day not filled in"),
            "tone": "",
        }
    ]
    waiting = judged.next_milestone(row for __, row in rows if row)
    for label, row in rows:
        steps.append(_step(label, row, waiting, today))
    if told is not None:
        _tell_sources(steps, rows, told)
    past = [number for number, step in enumerate(steps) if _lies_before(step, today)]
    if past:
        steps[past[-1]]["as_of"] = True
    return steps


Rows = list[tuple[str, Milestone | None]]


def _rows_of(project: Project) -> Rows:
    """The main milestones, those inside a stage that the project has, in their usual order; then its free ones."""
    known: dict[str, list[Milestone]] = {kind: [] for kind in MilestoneKind}
    for row in project.milestones.all():
        known[row.kind].append(row)
    rows: Rows = []
    for kind in MilestoneKind:
        rows += [(str(row), row) for row in known[kind]]
        if kind in MAIN_MILESTONES and not known[kind]:
            rows.append((str(kind.label), None))
    return rows


def _tell_sources(steps: list[dict], rows: Rows, told: Sources) -> None:
    """Add `planned_source`, `actual_source` and what they are of: the signing stands first, then the rows in order."""
    signed = told.of("project", "signed_on")
    steps[0]["actual_source"] = replace(signed, key="source-signing") if signed else None  # a fact has it, too
    for (__, row), step in zip(rows, steps[1:], strict=True):
        if row:
            step["planned_source"] = told.of("milestones", "planned_on", row.pk)
            step["actual_source"] = told.of("milestones", "actual_on" if row.actual_on else "reached", row.pk)
    for step in steps:
        step["planned_what"] = f"{step['label']} {_('planned')}"
        step["actual_what"] = f"{step['label']} {_('actual')}"


def _step(label: str, row: Milestone | None, waiting: Milestone | None, today: datetime.date) -> dict:
    planned, actual = (row.planned_on, row.actual_on) if row else (None, None)
    step = {"label": label, "planned": planned, "actual": actual, "state": "todo", "words": "", "tone": ""}
    step["promised"] = row.promised_on if row else None
    if row and row.reached:
        step["state"] = "done"
        if planned and actual:
            step |= _against_plan(planned, actual)
    elif planned:
        far = distance(planned, today)
        state = "missed" if far.tone == "late" else "next" if row == waiting else "todo"
        step |= {"words": far.words, "tone": far.tone, "state": state}
    return step


def _against_plan(planned: PartialDay, actual: PartialDay) -> dict:
    """How a reached milestone kept to its plan; nothing where a month or a year leaves that open."""
    if actual.first > planned.last:
        late = (actual.last - planned.last).days
        words = ngettext("%(days)d day after the plan", "%(days)d days after the plan", late) % {"days": late}
        return {"words": words, "tone": "soon"}
    if actual.last < planned.first:
        early = (planned.last - actual.last).days
        words = ngettext("%(days)d day before the plan", "%(days)d days before the plan", early) % {"days": early}
        return {"words": words, "tone": ""}
    return {}


def _lies_before(step: dict, today: datetime.date) -> bool:
    day = step["actual"] or step["planned"]
    return step["state"] == "done" or bool(day and day.last <= today)


def next_step(project: Project, today: datetime.date) -> tuple[Milestone, Distance] | None:
    """The next planned milestone and how far it is."""
    waiting = judged.next_milestone(project.milestones.all())
    return (waiting, distance(waiting.planned_on, today)) if waiting else None


def missing_fields(project: Project) -> list[str]:
    """Labels of what the stage that the project is in asks for and nobody filled in."""
    return [str(label) for label in stages.missing(project)]
