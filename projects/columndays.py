"""Columns of days, some of which lie after the as-of day: these are not known yet, nor is what goes with them.

Of a day that is known to the month or the year its last possible day decides, as in `counting.happened`.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, When

from jiangjin.lib.dates import PartialDay
from projects.choices import MilestoneKind
from projects.columnplaces import MILESTONES, Asked, Rows, Stored, with_cut
from projects.counting import happened
from projects.models import Milestone, Project
from projects.querysets import ProjectQuerySet


def milestone_day(kind: MilestoneKind, column: str) -> Rows:
    """The planned or actual day of a milestone that a project has once."""
    past = column == "actual_on"

    def read(project: Project) -> PartialDay | None:
        day = next((getattr(row, column) for row in project.milestones.all() if row.kind == kind), None)
        return None if past and _is_later(day, project) else day

    return Rows(
        lambda: Milestone.objects.filter(kind=kind),
        column,
        read=read,
        needs=(MILESTONES,),
        name=f"{kind.value}_{column}",
        past=past,
    )


def _is_later(day: PartialDay | None, project: Any) -> bool:
    return bool(day and project.cut_at and day.last > project.cut_at)


class OfCondition(Stored):
    """What is written of the condition that a project is in: nothing where that began after the as-of day."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.fields = (path, "condition_on")
        self.name = f"{path}_then"

    def value(self, project: Project) -> Any:
        return None if _is_later(project.condition_on, project) else super().value(project)

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        if shown:
            return with_cut(projects, asked)
        begun = Q() if asked.day is None else happened("condition_on", asked.day)
        return projects.alias(**{self.name: Case(When(begun, then=F(self.path))) if begun else F(self.path)})

    def order(self) -> F:
        return F(self.name)

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        return super().fits(lookup, value, asked) & happened("condition_on", asked.day)

    def empty(self, asked: Asked) -> Q:
        return super().empty(asked) | ~happened("condition_on", asked.day) if asked.day else super().empty(asked)
