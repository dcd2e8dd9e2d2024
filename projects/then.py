"""What a project was at the end of a day, for rows that are shown, ordered and compared as of that day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from projects.counting import agreed_by, arrived_by, condition_by, stage_by
from projects.models import Project
from projects.querysets import ProjectQuerySet

# What a project is as of a day: its attribute, the name that a queryset gives it, and what it follows from.
THEN: dict[str, tuple[str, Callable[[datetime.date], Any]]] = {
    "agreed_capital": ("agreed_as_of", agreed_by),
    "arrived_capital": ("arrived_as_of", arrived_by),
    "stage": ("stage_then", stage_by),
    "condition": ("condition_then", condition_by),
}
NAMES = [name for name, __ in THEN.values()]


def then(projects: ProjectQuerySet, field: str, day: datetime.date | None) -> tuple[ProjectQuerySet, str]:
    """The projects and the name to ask for a field as of a day: the column itself where there is no day."""
    if day is None or field not in THEN:
        return projects, field
    name, expression = THEN[field]
    return projects.alias(**{name: expression(day)}), name


def as_then(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    """With everything of THEN, in the order of NAMES; what is not asked for costs nothing."""
    return projects.annotate(**{name: expression(day) for name, expression in THEN.values()})


def show_as_of(rows: Sequence[Any], day: datetime.date) -> None:
    """Give the rows of a page what they were at the end of the day. They are shown, never saved."""
    found = as_then(Project.objects.filter(pk__in=[row.id for row in rows]), day)
    was = {pk: values for pk, *values in found.values_list("pk", *NAMES)}
    for row in rows:
        for name, value in zip(THEN, was[row.id], strict=True):
            setattr(row, name, value)
