"""How many days lay between the stages of some projects: medians, each with how many projects it is of.

Only days that are known to the day count: a month or a year leaves open how many days lay between. As of a day, what
was reached later does not count. Days are negative where a step came before the one that usually goes first.
"""

from __future__ import annotations

import datetime
import functools
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Q

from jiangjin.lib.partialday import UNKNOWN
from projects.choices import MAIN_MILESTONES, MILESTONE_OF_STAGE, SIGNED_STAGES, Stage
from projects.counting import happened
from projects.querysets import ProjectQuerySet
from reports.cohorts import Code


@dataclass(frozen=True, slots=True)
class Days:
    """`median` in days, a half where two lie in the middle; None where both days are known of no project."""

    median: Decimal | None = None
    known: int = 0  # of how many projects


@dataclass(frozen=True, slots=True)
class StageDays:
    """Of a stage: the days since the stage before it, and since the signing."""

    former: Days = Days()
    signing: Days = Days()


def stage_days(cohort: ProjectQuerySet, day: datetime.date | None) -> dict[Stage, StageDays]:
    """Of each stage after the signing; one query, with a row a project."""
    later = SIGNED_STAGES[1:]
    rows = list(_days(cohort, day))
    if not rows:
        return {stage: StageDays() for stage in later}
    signed, *reached = [[_number(code) for code in column] for column in zip(*rows, strict=True)]
    found, before = {}, signed
    for stage, at in zip(later, reached, strict=True):
        found[stage] = StageDays(_median(_between(before, at)), _median(_between(signed, at)))
        before = at
    return found


def _days(cohort: ProjectQuerySet, day: datetime.date | None) -> Iterable[tuple[int | None, ...]]:
    """Of each project the codes of its signing and of what it had reached, in the order of the stages."""
    # One `filter`: its conditions are of the same milestone, and the sums share its join.
    reached = cohort.filter(
        happened("milestones__actual_on", day),
        milestones__actual_on__isnull=False,
        milestones__reached=True,
        milestones__kind__in=MAIN_MILESTONES,
    )
    kinds = [MILESTONE_OF_STAGE[stage] for stage in SIGNED_STAGES[1:]]
    days = {f"at_{kind}": Max(Code("milestones__actual_on"), filter=Q(milestones__kind=kind)) for kind in kinds}
    rows = reached.order_by().annotate(signed=Code("signed_on")).values("pk", "signed").annotate(**days)
    return rows.values_list("signed", *days)


@functools.lru_cache(maxsize=8192)
def _number(code: int | None) -> int | None:
    """A count of days; None where the day itself is not known."""
    if code is None or code % 100 == UNKNOWN:
        return None
    return datetime.date(code // 10000, code // 100 % 100, code % 100).toordinal()


def _between(earlier: list[int | None], later: list[int | None]) -> list[int]:
    """Days from the one to the other, of the projects of which both are known."""
    return [end - start for start, end in zip(earlier, later, strict=True) if start is not None and end is not None]


def _median(days: list[int]) -> Days:
    return Days(Decimal(statistics.median(days)), len(days)) if days else Days()
