"""Of what was signed in each quarter: how much had started, produced, been paid in after so many months.

Rows of the database are read once and summed here: a window ends on another day for each signing (projects/windows.py).
Amounts in 万元.
"""

from __future__ import annotations

import calendar
import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, Field, Func, OuterRef, Q, Subquery, Sum

from projects.choices import Condition
from projects.counting import condition_by, happened
from projects.models import CapitalArrival, CapitalCommitment, Milestone
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet
from projects.windows import REACHED, milestones_for, window_end
from reports.dimensions import NONE, code_of

WINDOWS = (6, 12, 18)  # months
STEPS = {"quarter": 3, "half": 6, "year": 12}  # months of a cohort
MEASURES = tuple(REACHED)


class PlainNumber(Field):
    """A number as it comes from the database: of an IntegerField, Django would make one of each value of each row."""


class Code(Func):
    """The code of a day as a plain number."""

    template = "%(expressions)s"
    arity = 1
    output_field = PlainNumber()


@dataclass(slots=True)
class Window:
    """Of the projects whose window is over: how many there are, and how many had reached what."""

    of: int = 0
    reached: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    agreed: Decimal = Decimal(0)
    arrived: Decimal = Decimal(0)

    def add(self, other: Window) -> None:
        self.of += other.of
        for name in MEASURES:
            self.reached[name] += other.reached[name]
        self.agreed += other.agreed
        self.arrived += other.arrived


@dataclass(slots=True)
class Line:
    """A cohort, or an entry of a dimension with all its cohorts. `undated`: reached on a day that nobody knows."""

    projects: int = 0
    terminated: int = 0
    undated: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    windows: dict[int, Window] = field(default_factory=lambda: {months: Window() for months in WINDOWS})

    def add(self, other: Line) -> None:
        """Another line into this one."""
        self.projects += other.projects
        self.terminated += other.terminated
        for name in MEASURES:
            self.undated[name] += other.undated[name]
        for months, window in other.windows.items():
            self.windows[months].add(window)


def cohort_of(signed: int | None, step: str) -> str:
    """The cohort that a signing belongs to: 2020Q1, 2020H1, 2020, 2020-none (the year alone is known), none."""
    if signed is None:
        return NONE
    year, month = signed // 10000, signed // 100 % 100
    if step == "year":
        return str(year)
    if month > 12:
        return f"{year}-{NONE}"
    return f"{year}Q{(month + 2) // 3}" if step == "quarter" else f"{year}H{(month + 5) // 6}"


def last_month(code: str) -> tuple[int, int]:
    """Year and month in which a cohort ends."""
    year, kind, number = int(code[:4]), code[4:5], code[5:]
    return year, int(number) * 3 if kind == "Q" else int(number) * 6 if kind == "H" else 12


def is_over(code: str, months: int, day: datetime.date) -> bool:
    """Whether so many months have passed by the end of the day for all that was signed in the cohort."""
    if code == NONE:
        return False
    year, month = last_month(code)
    return _end_of_month(year * 12 + month - 1 + months) <= day


def last_over(step: str, months: int, day: datetime.date) -> datetime.date:
    """The last day of the newest cohort whose window is over: what was signed by then counts."""
    place = (day.year * 12 + day.month - 1) - months
    while (place + 1) % STEPS[step] or _end_of_month(place + months) > day:
        place -= 1
    return _end_of_month(place)


def _end_of_month(place: int) -> datetime.date:
    year, month = divmod(place, 12)
    return datetime.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Which projects, signed when, as of which day; `shown` is that day, or today where everything counts."""

    projects: ProjectQuerySet
    day: datetime.date | None
    shown: datetime.date
    step: str = "quarter"
    period: Period = ALL

    def lines(self, cut: str = "") -> dict[str, Line]:
        """By cohort, or by the entries of a dimension; in three queries however many projects there are."""
        found: dict[str, Line] = defaultdict(Line)
        cohort = self.projects.signed_within(self.period, self.day).order_by()
        for signed, key, terminated, *reached in self._projects(cohort, cut):
            self._count(found[self._row(signed, key, cut)], signed, terminated, reached)
        for model, dated, name in ((CapitalCommitment, "committed_on", "agreed"), (CapitalArrival, "month", "arrived")):
            for signed, key, when, amount in self._amounts(model, dated, cohort, cut):
                line = found[self._row(signed, key, cut)]
                for months in self._windows(signed):
                    if when is None or when <= window_end(signed, months):
                        window = line.windows[months]
                        setattr(window, name, getattr(window, name) + amount)
        return dict(found)

    def _row(self, signed: int | None, key: Any, cut: str) -> str:
        return key if cut else cohort_of(signed, self.step)

    def _windows(self, signed: int | None) -> Iterable[int]:
        code = cohort_of(signed, self.step)
        return [months for months in WINDOWS if is_over(code, months, self.shown)]

    def _count(self, line: Line, signed: int | None, terminated: bool, reached: list[Any]) -> None:
        """`reached`: for each measure the first day, then for each whether it was reached on a day unknown."""
        line.projects += 1
        line.terminated += terminated
        firsts = dict(zip(MEASURES, reached[: len(MEASURES)], strict=True))
        for name, undated in zip(MEASURES, reached[len(MEASURES) :], strict=True):
            line.undated[name] += bool(undated and firsts[name] is None)
        if signed is None:
            return
        for months in self._windows(signed):
            window, end = line.windows[months], window_end(signed, months)
            window.of += 1
            for name, first in firsts.items():
                window.reached[name] += first is not None and first <= end

    def _projects(self, cohort: ProjectQuerySet, cut: str) -> Any:
        key: Any = code_of(cut) if cut else Code("signed_on")
        how: Any = F("condition") if self.day is None else condition_by(self.day)
        firsts = {f"first_{name}": _first(name, self.day) for name in MEASURES}
        undated = {f"undated_{name}": Exists(_undated(name)) for name in MEASURES}
        rows = cohort.annotate(signed=Code("signed_on"), key=key, how=how, **firsts, **undated)
        for signed, key, how_now, *rest in rows.values_list("signed", "key", "how", *firsts, *undated):
            yield signed, key, how_now == Condition.TERMINATED, *rest

    def _amounts(self, model: Any, dated: str, cohort: ProjectQuerySet, cut: str) -> Any:
        """Sums by signing, entry and day, of projects whose agreed amount is known: both sides are the same ones."""
        key: Any = code_of(cut, "project__") if cut else Code("project__signed_on")
        known = cohort.exclude(agreed_capital=None).exclude(signed_on=None).values("pk")
        rows = model.objects.filter(happened(dated, self.day), project__in=known).order_by()
        rows = rows.annotate(signed=Code("project__signed_on"), key=key, when=Code(dated))
        return rows.values_list("signed", "key", "when").annotate(Sum("amount"))


def _rows(name: str) -> Any:
    stage = REACHED[name]
    own = OuterRef("pk")
    if stage is None:
        return CapitalArrival.objects.filter(project=own, amount__gt=0)
    return Milestone.objects.filter(project=own, reached=True, kind__in=milestones_for(stage))


def _first(name: str, day: datetime.date | None) -> Subquery:
    """The first day, by its code, on which a project reached it; of days that count by now."""
    dated = "month" if name == "paid" else "actual_on"
    known = _rows(name).filter(happened(dated, day), Q(**{f"{dated}__isnull": False}))
    return Subquery(known.order_by(dated).values(dated)[:1], output_field=PlainNumber())


def _undated(name: str) -> Any:
    return _rows(name).filter(month=None) if name == "paid" else _rows(name).filter(actual_on=None)


def summed(lines: Iterable[Line]) -> Line:
    """Several lines as one."""
    whole = Line()
    for line in lines:
        whole.add(line)
    return whole
