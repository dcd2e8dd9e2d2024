"""Which month a monthly report is about, and as of which day; its projects."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from accounts.demo import as_of_day
from projects.periods import Period
from projects.querysets import ProjectQuerySet
from reports.asked import default_day
from reports.cube import Cube, Scope
from reports.links import Place

MOST = 500  # rows of a list on the page; the file holds all


@dataclass(frozen=True)
class Month:
    """A month, the day that everything is as of, and the projects. The year runs to the day.

    Without a word about the day it is the end of the month, or today while the month is not over: a report of a past
    month is the same whenever it is made.
    """

    month: Period
    day: datetime.date
    projects: ProjectQuerySet
    most: int | None = MOST

    @property
    def year(self) -> Period:
        return Period(self.month.year)

    @property
    def number_of_year(self) -> int:
        return self.month.year or self.day.year

    @property
    def year_before(self) -> Period:
        return self.year.year_before()

    @property
    def day_before(self) -> datetime.date:
        """Up to where the year before is compared: the same day, the end of a month for the end of a month."""
        year = self.number_of_year
        end = min(self.day, datetime.date(year, 12, 31))
        day = calendar.monthrange(year - 1, end.month)[1]
        return datetime.date(year - 1, end.month, day if _is_month_end(end) else min(end.day, day))

    @property
    def base(self) -> tuple[tuple[str, str], ...]:
        """What every link says besides its period."""
        return (("as_of", self.day.isoformat()),)

    @property
    def base_before(self) -> tuple[tuple[str, str], ...]:
        return (("as_of", self.day_before.isoformat()),)

    def place(self, *entries: tuple[str, str], base: tuple[tuple[str, str], ...] = ()) -> Place:
        """A cell of the year to the day."""
        return Place(self.year, entries, (*self.base, *base))

    @property
    def scope(self) -> Scope:
        """The year to the day."""
        return Scope(self.projects, self.year, self.day)

    @cached_property
    def cube(self) -> Cube:
        """The year to the day, cut once for the tables by park, by cluster and by size."""
        return self.scope.cut("park", "cluster", "size")

    @property
    def begun(self) -> ProjectQuerySet:
        """All that had begun by the day: what a list as of the day holds."""
        return self.projects.as_of(self.day)


def _is_month_end(day: datetime.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def month_of(params: QueryDict, projects: ProjectQuerySet, *, most: int | None = MOST) -> Month:
    """From `month` and `as_of`; what cannot be one is passed over. By default the last whole month."""
    asked, today = _date(params.get("as_of", "")), default_day() or as_of_day()
    month = _month(params.get("month", "")) or last_whole_month(asked or today)
    end = month.last_day or today
    return Month(month, asked or min(end, today), projects, most)


def last_whole_month(day: datetime.date) -> Period:
    """The month that ends on the day, or else the one before."""
    here = Period(day.year, month=day.month)
    return here if _is_month_end(day) else here.before()


def _month(text: str) -> Period | None:
    try:
        found = Period.parse(text)
    except ValueError:
        return None
    return found if found.month and found.year and found.year > 1978 else None


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
