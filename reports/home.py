"""What the home page shows besides its tables: the running totals, the funnel, the largest projects."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects import listing
from projects.choices import MAIN_MILESTONES, SIGNED_STAGES, STAGE_OF_MILESTONE, MilestoneKind, Stage
from projects.counting import happened
from projects.models import Project
from projects.periods import Period
from projects.querysets import ProjectQuerySet
from projects.then import show_as_of
from reports.asked import Asked
from reports.cube import Cube
from reports.links import Place, list_url
from reports.measures import NOTHING, Figures, ratio, summed

LARGEST = 10


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the year with what had been agreed up to its end, in 万元; None where it has not come yet."""

    period: Period
    figures: Figures
    running: Decimal | None
    before: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class Months:
    """The year by month; `undated` is what is known to the year alone and lies in no month."""

    rows: list[Month]
    undated: Figures
    undated_url: str
    undated_before: Decimal

    def for_chart(self) -> dict[str, Any]:
        """In 亿元 as numbers: a chart draws, it does not count."""
        return {
            "months": [row.period.month for row in self.rows],
            "running": [None if row.running is None else float(row.running / 10000) for row in self.rows],
            "before": [float(row.before / 10000) for row in self.rows],
            "urls": [row.url for row in self.rows],
            "undated": float(self.undated.agreed / 10000),
            "undatedUrl": self.undated_url,
        }


def months_of(now: Cube, before: Cube, when: Asked) -> Months:
    """Running totals of what was agreed, beside those of the year before."""
    found, earlier = now.by_one("month"), before.by_one("month")
    year = when.period.year or when.shown.year
    running, running_before = Decimal(0), Decimal(0)
    rows = []
    for number in range(1, 13):
        period = Period(year, month=number)
        figures = found.get(period.code, NOTHING)
        running += figures.agreed
        running_before += earlier.get(period.year_before().code, NOTHING).agreed
        has_come = (year, number) <= (when.shown.year, when.shown.month) or figures.agreed
        url = list_url(Place(period, base=tuple(when.params)).counted())
        rows.append(Month(period, figures, running if has_come else None, running_before, url))
    alone = Period(year, year_alone=True)
    return Months(
        rows,
        found.get(alone.code, NOTHING),
        list_url(Place(alone, base=tuple(when.params)).counted()),
        earlier.get(alone.year_before().code, NOTHING).agreed,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel: how many of the year's projects have come so far, and what was agreed for these."""

    stage: Stage
    projects: int
    agreed: Decimal
    standing: int  # those that came no further
    of_signed: Decimal | None
    of_former: Decimal | None  # 转化率 from the stage before
    days: int | None  # the median between the signing and this stage, of those known to the day
    days_known: int  # of how many
    query: str


def funnel(cube: Cube, projects: ProjectQuerySet, when: Asked) -> list[Step]:
    """The stages from the signing on; whoever came further counts in the stages before."""
    found = cube.by_one("stage")
    days = days_to_stages(projects.signed_within(when.period, when.day), when)
    steps: list[Step] = []
    for stage in SIGNED_STAGES:
        reached = [one for one in SIGNED_STAGES if one.rank >= stage.rank]
        figures = summed(found.get(one.value, NOTHING) for one in reached)
        known = days.get(stage, [])
        steps.append(
            Step(
                stage,
                figures.projects,
                figures.agreed,
                found.get(stage.value, NOTHING).projects,
                ratio(figures.projects, steps[0].projects) if steps else None,
                ratio(figures.projects, steps[-1].projects) if steps else None,
                round(statistics.median(known)) if known else None,
                len(known),
                "".join(f"&stage={one.value}" for one in reached) if stage is not Stage.SIGNED else "",
            )
        )
    return steps


def query_of(steps: list[Step], stage: Stage) -> str:
    """What selects those that have come to a stage."""
    return next(step.query for step in steps if step.stage is stage)


def days_to_stages(cohort: ProjectQuerySet, when: Asked) -> dict[Stage, list[int]]:
    """Days between the signing and each stage, of projects where both are known to the day."""
    # One `filter`: its conditions are of the same milestone.
    reached = cohort.filter(
        happened("milestones__actual_on", when.day),
        milestones__actual_on__isnull=False,
        milestones__reached=True,
        milestones__kind__in=MAIN_MILESTONES,
    )
    found: dict[Stage, list[int]] = defaultdict(list)
    rows = reached.order_by().values_list("milestones__kind", "signed_on", "milestones__actual_on")
    for kind, signed, actual in rows:
        if signed and signed.day and actual.day:
            found[STAGE_OF_MILESTONE[MilestoneKind(kind)]].append((actual.first - signed.first).days)
    return found


def largest(projects: ProjectQuerySet, when: Asked) -> list[Project]:
    """Those of the year with the largest agreed amounts, as of the day."""
    found = projects.in_period(when.period, when.day).exclude(agreed_capital=None)
    if when.day is None:
        # Nothing unknown is left: in the very order of the index, which is read for a few rows.
        ordered = found.order_by("-agreed_capital", "code")
    else:
        ordered = listing.ordered(found, "-agreed_capital", listing.asked_of(None, when.day))
    rows = list(ordered.select_related("park", "cluster")[:LARGEST])
    if when.day is not None:
        show_as_of(rows, when.day)
    return rows
