"""What was planned to arrive by quarters, beside what came. Amounts in 万元.

A plan begins with its first planned quarter: what came before belongs to no plan and is not counted. A quarter is
compared once it has ended. Plan and arrivals are compared at the end of the last quarter that has: what came after it
belongs to the running quarter, as what is planned for that one does. A year counts once it is over.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import ExpressionWrapper, F, IntegerField, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from jiangjin.lib.money import MoneyField
from projects.models import CapitalArrival, PlannedArrival, Project
from projects.querysets import ProjectQuerySet

Quarter = tuple[int, int]  # year and 1 to 4


def end_of(quarter: Quarter) -> datetime.date:
    """The last day of a quarter."""
    year, number = quarter
    return datetime.date(year, number * 3, calendar.monthrange(year, number * 3)[1])


def last_ended(day: datetime.date) -> Quarter:
    """The last quarter that is over at the end of the day."""
    running = (day.year, (day.month + 2) // 3)
    if end_of(running) <= day:
        return running
    return (day.year, running[1] - 1) if running[1] > 1 else (day.year - 1, 4)


def _first_code(quarter: Quarter) -> int:
    """The least code of a month (PartialDay) that lies in the quarter or after it."""
    return quarter[0] * 10000 + (quarter[1] * 3 - 2) * 100


def _arrived(arrivals: Iterable[CapitalArrival], first: Quarter, day: datetime.date) -> Decimal:
    counted = (one for one in arrivals if one.month.code >= _first_code(first) and one.month.last <= day)
    return sum((one.amount for one in counted), Decimal(0))


def behind_plan(project: Project, day: datetime.date) -> Decimal | None:
    """How much less arrived than was planned, by the end of the last quarter that is over on the day, in 万元.

    More than zero is behind the plan, less is ahead of it; None where no planned quarter has ended: nothing to compare.
    Two queries unless prefetched. For many projects: `with_behind_plan`.
    """
    return _behind(list(project.planned_arrivals.all()), list(project.arrivals.all()), day)


def _behind(
    planned: Sequence[PlannedArrival], arrivals: Sequence[CapitalArrival], day: datetime.date
) -> Decimal | None:
    due = [row for row in planned if (row.year, row.quarter) <= last_ended(day)]
    if not due:
        return None
    first = min((row.year, row.quarter) for row in due)
    return sum((row.amount for row in due), Decimal(0)) - _arrived(arrivals, first, end_of(last_ended(day)))


def with_behind_plan(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    """The projects with `behind_plan`, the very figure of the function above, and no query more: `behind_plan__gt=0`
    are the late ones, NULL those without a planned quarter that has ended.
    """
    return comparable(projects, day).annotate(behind_plan=F("planned_by_day") - F("arrived_in_plan"))


def comparable(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    """The projects, to be filtered by `planned_by_day` and `arrived_in_plan`, which `behind_plan` is the difference of.

    Neither is selected, so that the database works them out for those rows alone that the other conditions leave.
    """
    year, quarter = last_ended(day)
    due = PlannedArrival.objects.filter(Q(year__lt=year) | Q(year=year, quarter__lte=quarter), project=OuterRef("pk"))
    due = due.order_by().values("project")
    # The code of the first month of the first planned quarter, as `_first_code` makes it.
    code = ExpressionWrapper(F("year") * 10000 + (F("quarter") * 3 - 2) * 100, output_field=IntegerField())
    # Of the few arrivals of a project: were the months a condition of the rows, PostgreSQL would go through all the
    # register's arrivals of those months for each project.
    in_plan = Q(month__by=end_of((year, quarter)), month__gte=OuterRef("plan_begins"))
    came = CapitalArrival.objects.filter(project=OuterRef("pk")).order_by()
    nothing = Value(Decimal(0), output_field=MoneyField())
    return projects.alias(
        plan_begins=Subquery(due.annotate(first=Min(code)).values("first")),
        planned_by_day=Subquery(due.annotate(whole=Sum("amount")).values("whole")),
        arrived_in_plan=Coalesce(
            Subquery(came.values("project").annotate(whole=Sum("amount", filter=in_plan)).values("whole")), nothing
        ),
    )


@dataclass(frozen=True, slots=True)
class PlannedQuarter:
    """A planned quarter beside what came in it, and both summed up to its end; `behind` once it has ended."""

    year: int
    quarter: int
    planned: Decimal
    arrived: Decimal
    planned_in_all: Decimal
    arrived_in_all: Decimal
    behind: Decimal | None

    @property
    def ahead(self) -> Decimal | None:
        """How much more arrived than was planned; less than zero where it is behind."""
        return None if self.behind is None else -self.behind


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a project by the day. `behind` as `behind_plan`; `due` what was planned up to the `last` ended
    quarter; `unplaced` what arrived in years that the plan covers, in no month that is known."""

    quarters: list[PlannedQuarter]
    behind: Decimal | None
    due: Decimal
    last: PlannedQuarter | None
    unplaced: Decimal

    @property
    def ahead(self) -> Decimal | None:
        """What arrived more than was due; less than zero where it is behind."""
        return None if self.behind is None else -self.behind


def plan_of(planned: Sequence[PlannedArrival], arrivals: Sequence[CapitalArrival], day: datetime.date) -> Plan:
    """The plan of a project beside its arrivals; what is known by the end of the day alone."""
    rows = sorted(planned, key=lambda row: (row.year, row.quarter))
    quarters: list[PlannedQuarter] = []
    due = Decimal(0)
    for row in rows:
        here = (row.year, row.quarter)
        end, planned_so_far = end_of(here), (quarters[-1].planned_in_all if quarters else Decimal(0)) + row.amount
        by = min(end, day)
        in_all = _arrived(arrivals, (rows[0].year, rows[0].quarter), by)
        own = sum((one.amount for one in arrivals if _in_quarter(one, here) and one.month.last <= by), Decimal(0))
        behind = planned_so_far - in_all if end <= day else None
        due = planned_so_far if end <= day else due
        quarters.append(PlannedQuarter(*here, row.amount, own, planned_so_far, in_all, behind))
    years = {row.year for row in rows}
    unplaced = sum((one.amount for one in arrivals if one.month.month is None and one.month.year in years), Decimal(0))
    last = next((row for row in reversed(quarters) if row.behind is not None), None)
    return Plan(quarters, _behind(rows, arrivals, day), due, last, unplaced)


def _in_quarter(arrival: CapitalArrival, quarter: Quarter) -> bool:
    month = arrival.month
    return month.month is not None and (month.year, (month.month + 2) // 3) == quarter
