"""What a project waits for, and what stands in its way, at the end of a day: next milestones and lights ask it.

Of a day before the one that pages show by default only what had happened by then counts, as in `counting.happened`;
of that day or a later one, all that is registered.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.demo import as_of_day
from projects.counting import after, happened

if TYPE_CHECKING:
    from projects.models import Milestone


def cut_of(day: datetime.date) -> datetime.date | None:
    """The day at whose end what is registered is cut, for the questions below; None where all of it counts."""
    return day if day < as_of_day() else None


def waiting(cut: datetime.date | None) -> Q:
    """Milestones that are not reached."""
    return Q(reached=False) if cut is None else Q(reached=False) | after("actual_on", cut)


def reached(cut: datetime.date | None) -> Q:
    """Milestones that are reached."""
    return Q(reached=True) & happened("actual_on", cut)


def is_reached(row: Milestone, cut: datetime.date | None) -> bool:
    """Whether `reached` finds the milestone."""
    return row.reached and (cut is None or row.actual_on is None or row.actual_on.last <= cut)


def unsolved(cut: datetime.date | None) -> Q:
    """Obstacles that were raised and are not solved."""
    return (
        Q(resolved_on=None) if cut is None else Q(raised_on__lte=cut) & (Q(resolved_on=None) | Q(resolved_on__gt=cut))
    )


def next_milestone(milestones: Iterable[Milestone], cut: datetime.date | None = None) -> Milestone | None:
    """The earliest planned milestone that is not reached; reads what was prefetched."""
    planned = [milestone for milestone in milestones if milestone.planned_on and not is_reached(milestone, cut)]
    return min(planned, key=lambda milestone: milestone.planned_on, default=None)
