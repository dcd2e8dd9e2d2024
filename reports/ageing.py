"""Who waits longest: projects that are at their stage for longer than nine in ten of their kind took to leave it.

Kind is the cluster; where fewer than ENOUGH of it have left a stage, those of all clusters together. Days count from
the last day that the reaching of the stage could mean; what is known to the year alone, or not at all, is no measure.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from jiangjin.lib.partialday import PartialDay
from projects.choices import SIGNED_STAGES, STAGE_OF_MILESTONE, Condition, Stage
from projects.counting import condition_by, happened
from projects.models import Milestone
from projects.periods import ALL
from projects.querysets import ProjectQuerySet
from reports.cohorts import Code

ENOUGH = 20  # that have left a stage, to speak of a kind
LEAST = 10  # in the whole district, to compare at all
STAGES = SIGNED_STAGES[:-1]  # nothing follows full production


@dataclass(frozen=True, slots=True)
class Measure:
    """How many days nine in ten of a kind took to leave a stage, and of how many that is known."""

    days: int
    known: int
    of_cluster: bool


@dataclass(frozen=True, slots=True)
class Old:
    """A project that is at its stage longer than that. `over` is by how many days."""

    pk: int
    stage: Stage
    since: PartialDay
    days: int
    measure: Measure

    @property
    def over(self) -> int:
        return self.days - self.measure.days


@dataclass(slots=True)
class AtStage:
    """The live projects at a stage: all, those whose day of reaching it is known, those that are old there."""

    stage: Stage
    live: int = 0
    dated: int = 0
    old: int = 0
    district: Measure | None = None


@dataclass(frozen=True, slots=True)
class Ageing:
    """The stages in their order, and the old projects, the longest over first."""

    stages: list[AtStage]
    old: list[Old]


@dataclass(frozen=True, slots=True)
class _Path:
    """The stages that a project had reached by the day, in their order, each with the day where it is known."""

    pk: int
    cluster: int | None
    live: bool
    steps: list[tuple[Stage, PartialDay | None]]


def ninth_of_ten(days: Sequence[int]) -> int:
    """The least number of days within which nine in ten had left: of 20 the 18th shortest."""
    return sorted(days)[-(-len(days) * 9 // 10) - 1]


def ageing_of(
    compared: ProjectQuerySet, wanted: ProjectQuerySet, day: datetime.date | None, shown: datetime.date
) -> Ageing:
    """Of the wanted projects those that are old at their stage, measured against all of `compared`; three queries."""
    paths = list(_paths(compared, day))
    measures = _measures(paths)
    chosen = set(wanted.signed_within(ALL, day).values_list("pk", flat=True))
    stages = {stage: AtStage(stage, district=measures.get((stage, None))) for stage in STAGES}
    old = []
    for path in paths:
        stage, since = path.steps[-1]
        if path.pk not in chosen or not path.live or stage not in stages:
            continue
        line = stages[stage]
        line.live += 1
        if not _is_measure(since):
            continue
        line.dated += 1
        measure = measures.get((stage, path.cluster)) or measures.get((stage, None))
        days = (shown - since.last).days  # type: ignore[union-attr]
        if measure and days > measure.days:
            line.old += 1
            old.append(Old(path.pk, stage, since, days, measure))  # type: ignore[arg-type]
    return Ageing(list(stages.values()), sorted(old, key=lambda one: (-one.over, one.pk)))


def _is_measure(day: PartialDay | None) -> bool:
    return day is not None and day.month is not None


def _paths(projects: ProjectQuerySet, day: datetime.date | None) -> Iterator[_Path]:
    signed = projects.signed_within(ALL, day).order_by()
    how: Any = F("condition") if day is None else condition_by(day)
    reached: dict[int, list[tuple[Stage, int | None]]] = defaultdict(list)
    milestones = Milestone.objects.filter(
        happened("actual_on", day), project__in=signed.values("pk"), reached=True, kind__in=STAGE_OF_MILESTONE
    ).order_by()
    for pk, kind, code in milestones.annotate(code=Code("actual_on")).values_list("project", "kind", "code"):
        reached[pk].append((STAGE_OF_MILESTONE[kind], code))
    rows = signed.annotate(signed=Code("signed_on"), how=how).values_list("pk", "cluster", "how", "signed")
    for pk, cluster, condition, code in rows:
        steps = [(Stage.SIGNED, code), *sorted(reached[pk], key=lambda step: step[0].rank)]
        known = [(stage, PartialDay.from_code(one) if one else None) for stage, one in steps]
        yield _Path(pk, cluster, condition != Condition.TERMINATED, known)


def _measures(paths: list[_Path]) -> dict[tuple[Stage, int | None], Measure]:
    """By stage and cluster, and by stage and None for the whole; what is too few is left out."""
    taken: dict[tuple[Stage, int | None], list[int]] = defaultdict(list)
    for path in paths:
        for (stage, begun), (__, left) in zip(path.steps, path.steps[1:], strict=False):
            if _is_measure(begun) and _is_measure(left):
                days = (left.last - begun.last).days  # type: ignore[union-attr]
                if days < 0:  # registered before it signed, or produced before it was complete: no waiting
                    continue
                taken[stage, None].append(days)
                if path.cluster is not None:
                    taken[stage, path.cluster].append(days)
    least = {True: ENOUGH, False: LEAST}
    return {
        key: Measure(ninth_of_ten(days), len(days), key[1] is not None)
        for key, days in taken.items()
        if len(days) >= least[key[1] is not None]
    }
