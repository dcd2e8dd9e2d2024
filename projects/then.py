"""What a project was at the end of a day, for rows that are shown, ordered and compared as of that day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from projects.models import Project
from projects.querysets import ProjectQuerySet

# What a project is as of a day: its attribute, and the annotation that a queryset gives it.
THEN = {
    "agreed_capital": "agreed_as_of",
    "arrived_capital": "arrived_as_of",
    "stage": "stage_then",
    "condition": "condition_then",
}


def as_then(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    """With everything of THEN; what is not asked for costs nothing."""
    return projects.with_agreed_as_of(day).with_arrived_as_of(day).with_stage_as_of(day).with_condition_as_of(day)


def show_as_of(rows: Sequence[Any], day: datetime.date) -> None:
    """Give the rows of a page what they were at the end of the day. They are shown, never saved."""
    found = as_then(Project.objects.filter(pk__in=[row.id for row in rows]), day)
    was = {pk: values for pk, *values in found.values_list("pk", *THEN.values())}
    for row in rows:
        for name, value in zip(THEN, was[row.id], strict=True):
            setattr(row, name, value)
