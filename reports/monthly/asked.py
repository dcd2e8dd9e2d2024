"""Which month a monthly report is about, and as of which day; its projects."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.demo import as_of_day
from projects.filters import ProjectFilter
from projects.periods import Period, day_of_text, is_month_end, year_earlier
from projects.querysets import ProjectQuerySet
from reports.asked import default_day
from reports.cube import Cube, Scope
from reports.links import Place

MOST = 500  # rows of a list on the page; the file holds all


@dataclass(frozen=True)
class Month:
    """A month, the day that everything is as of, and the projects. The year runs to the day.

    The day lies in the month: its last one, or the day asked for, or today while the month is not over. A report of a
    past month is the same whenever it is made. `said`: what was asked for and is not followed, a sentence each.
    """

    month: Period
    day: datetime.date
    projects: ProjectQuerySet
    most: int | None = MOST
    said: tuple[str, ...] = ()

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
        return year_earlier(min(self.day, datetime.date(self.number_of_year, 12, 31)))

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


def month_of(params: QueryDict, projects: ProjectQuerySet, *, most: int | None = MOST) -> Month:
    """From `month` and `as_of`; what cannot be one is passed over. By default the month of the day asked for, or else
    the last whole month."""
    asked, today = day_of_text(params.get("as_of", "")), default_day() or as_of_day()
    month = _month(params.get("month", ""))
    if month is None:
        month = Period(asked.year, month=asked.month) if asked else last_whole_month(today)
    end = month.last_day or today
    inside = [day for day in (asked, today, timezone.localdate()) if day and _is_in(day, month)]
    day = inside[0] if inside and (asked is None or inside[0] == asked) else end
    return Month(month, day, projects, most, (*_passed_over(params, month, asked, day), *_said(month, asked, day)))


def _is_in(day: datetime.date, month: Period) -> bool:
    return (day.year, day.month) == (month.year, month.month)


def _said(month: Period, asked: datetime.date | None, day: datetime.date) -> list[str]:
    if asked and asked != day:
        words = _("%(asked)s does not lie in %(month)s: the report is as of the last day of the month, %(day)s.")
        return [words % {"asked": asked.isoformat(), "month": month.label, "day": day.isoformat()}]
    if day.replace(day=1) > timezone.localdate():
        return [_("%(month)s has not begun yet.") % {"month": month.label}]
    return []


def _passed_over(params: QueryDict, month: Period, asked: datetime.date | None, day: datetime.date) -> list[str]:
    """A month and a day that are none, and whatever else the address asks for: the report is of all that one sees."""
    said, texts = [], {name: params.get(name, "").strip()[:20] for name in ("month", "as_of")}
    if texts["month"] and _month(params["month"]) is None:
        said.append(
            _("“%(text)s” is not a month: %(month)s is shown.") % {"text": texts["month"], "month": month.label}
        )
    if texts["as_of"] and not asked:
        words = _("“%(text)s” is not a day: shown as of %(day)s.")
        said.append(words % {"text": texts["as_of"], "day": day.isoformat()})
    others = [name for name, values in params.lists() if name not in texts and any(values)]
    if others:
        known = ProjectFilter.base_filters
        labels = "、".join(str(known[name].label) if name in known else name[:20] for name in others)
        words = _("The monthly report is of all projects that you may see; it does not follow: %(names)s.")
        said.append(words % {"names": labels})
    return said


def last_whole_month(day: datetime.date) -> Period:
    """The month that ends on the day, or else the one before."""
    here = Period(day.year, month=day.month)
    return here if is_month_end(day) else here.before()


def _month(text: str) -> Period | None:
    try:
        found = Period.parse(text)
    except ValueError:
        return None
    return found if found.month and found.year and found.year > 1978 else None
