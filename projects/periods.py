"""The time that a figure is about: a year, a quarter, a month, all time, or what nobody dated.

Written in URLs as 2020, 2020Q1, 2020-06, 2020-none (dated to the year alone), `none` (undated) and `all`. What arrived
may be a part of it: 2020-06:foreign, 2020-06:outside_city, 2020:earlier.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR, PartialDay
from projects.choices import CapitalOrigin

WRITTEN = re.compile(r"(\d{4})(?:Q([1-4])|-(0[1-9]|1[0-2])|-(none))?", re.ASCII)
YEAR_ALONE = "none"  # in place of a month or a quarter that nobody knows


@dataclass(frozen=True, slots=True)
class Period:
    """Nothing of it set: all time. `undated`: what has no day at all."""

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    year_alone: bool = False
    undated: bool = False

    @classmethod
    def parse(cls, text: str) -> Period:
        """From its code; ValueError for what is none."""
        if text in ("all", "none"):
            return cls(undated=text == "none")
        found = WRITTEN.fullmatch(text)
        if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError(f"{text!r} is not a period.")
        year, quarter, month, alone = found.groups()
        return cls(int(year), quarter and int(quarter), month and int(month), bool(alone))

    @property
    def code(self) -> str:
        if self.year is None:
            return "none" if self.undated else "all"
        if self.quarter:
            return f"{self.year}Q{self.quarter}"
        if self.month:
            return f"{self.year}-{self.month:02d}"
        return f"{self.year}-{YEAR_ALONE}" if self.year_alone else str(self.year)

    @property
    def sums(self) -> str:
        """The column that amounts of the period sum."""
        return "amount"

    @property
    def label(self) -> str:
        """In words."""
        if self.year is None:
            return _("undated") if self.undated else _("all years")
        words = {"year": self.year, "quarter": self.quarter, "month": self.month}
        if self.quarter:
            return _("Q%(quarter)d %(year)d") % words
        if self.month:
            return _("%(year)d-%(month)02d") % words
        return (_("%(year)d, month unknown") if self.year_alone else _("the year %(year)d")) % words

    @property
    def is_all(self) -> bool:
        return self.year is None and not self.undated

    @property
    def is_year(self) -> bool:
        """A whole year."""
        return self.year is not None and not (self.quarter or self.month or self.year_alone)

    @property
    def first_month(self) -> int:
        """Of a year, 1; of the others, their own first month."""
        return self.month or (self.quarter * 3 - 2 if self.quarter else 1)

    @property
    def last_month(self) -> int:
        return self.month or (self.quarter * 3 if self.quarter else 12)

    @property
    def last_day(self) -> datetime.date | None:
        """None where it has no end."""
        return PartialDay(self.year, self.last_month).last if self.year else None

    def within(self, field: str) -> Q:
        """Rows whose PartialDayField certainly lies in it; one comparison that an index serves."""
        if self.year is None:
            return Q(**{field: None}) if self.undated else Q()
        if self.year_alone:
            return Q(**{field: PartialDay(self.year)})
        if not self.quarter and not self.month:
            return Q(**{f"{field}__year": self.year})
        first = PartialDay(self.year, self.first_month, 1)
        # A month stands after its days (jiangjin/lib/partialday.py): what is known to the month alone is inside.
        return Q(**{f"{field}__gte": first, f"{field}__lte": PartialDay(self.year, self.last_month)})

    def holds(self, day: PartialDay | None) -> bool:
        """Whether a day certainly lies in it: what `within` selects, of one value."""
        if self.year is None or day is None:
            return self.is_all or (self.undated and day is None)
        if self.year_alone:
            return day == PartialDay(self.year)
        if self.year != day.year or not (self.quarter or self.month):
            return self.year == day.year
        return day.month is not None and self.first_month <= day.month <= self.last_month

    def year_before(self) -> Period:
        """The same period of the year before (同比)."""
        return Period(None if self.year is None else self.year - 1, self.quarter, self.month, self.year_alone)

    def before(self) -> Period:
        """The period before (环比): the month, quarter or year before."""
        if self.year is None or not (self.quarter or self.month):
            return self.year_before()
        if self.quarter:
            return Period(self.year, self.quarter - 1) if self.quarter > 1 else Period(self.year - 1, 4)
        return Period(self.year, month=self.month - 1) if self.month > 1 else Period(self.year - 1, month=12)

    def after(self) -> Period:
        """The month, quarter or year after."""
        if self.year is None or not (self.quarter or self.month):
            return Period(None if self.year is None else self.year + 1, year_alone=self.year_alone)
        if self.quarter:
            return Period(self.year, self.quarter + 1) if self.quarter < 4 else Period(self.year + 1, 1)
        return Period(self.year, month=self.month + 1) if self.month < 12 else Period(self.year + 1, month=1)


ALL = Period()


def year_of_text(text: str) -> int | None:
    """A year of four digits that figures can be about: the year before and after it can be, too. None for others."""
    year = int(text) if re.fullmatch(r"\d{4}", text, re.ASCII) else 0
    return year if FIRST_YEAR < year < LAST_YEAR else None


def day_of_text(text: str) -> datetime.date | None:
    """A day written 2020-06-30 in such a year; None for what is none (Python reads other spellings, such as weeks)."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and FIRST_YEAR < day.year < LAST_YEAR else None


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day some months earlier, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_earlier(day: datetime.date, months: int) -> datetime.date:
    """The same time some months earlier (同期): as `months_before`, but the last of a month stays the last of one."""
    found = months_before(day, months)
    return PartialDay(found.year, found.month).last if is_month_end(day) else found


def year_earlier(day: datetime.date) -> datetime.date:
    """The same day a year earlier (上年同期): 28 February for the 29th, and the 29th for the last of February."""
    return months_earlier(day, 12)


def is_month_end(day: datetime.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


FOREIGN, OUTSIDE_CITY, EARLIER = "foreign", "outside_city", "earlier"
PARTS_OF_ARRIVALS: dict[str, str | Promise] = {
    FOREIGN: gettext_lazy("foreign capital"),
    OUTSIDE_CITY: gettext_lazy("from outside the city"),
    EARLIER: gettext_lazy("for projects that do not count in it"),
}


@dataclass(frozen=True, slots=True)
class Arrivals(Period):
    """The time of arrivals, and which part of them: all, foreign capital, what came from outside the city.

    Or all for projects that do not count in that time themselves, most of them signed earlier.
    """

    part: str = ""

    @classmethod
    def parse(cls, text: str) -> Arrivals:
        time, __, part = text.partition(":")
        if part and part not in PARTS_OF_ARRIVALS:
            raise ValueError(f"{text!r} names no part of arrivals.")
        return cls.part_of(Period.parse(time), part)

    @classmethod
    def part_of(cls, period: Period, part: str = "") -> Arrivals:
        """A part of what arrived in a period."""
        return cls(period.year, period.quarter, period.month, period.year_alone, period.undated, part)

    @property
    def period(self) -> Period:
        """The time alone."""
        return Period(self.year, self.quarter, self.month, self.year_alone, self.undated)

    @property
    def code(self) -> str:
        return f"{self.period.code}:{self.part}" if self.part else self.period.code

    @property
    def label(self) -> str:
        words = self.period.label
        return f"{words} · {PARTS_OF_ARRIVALS[self.part]}" if self.part else words

    @property
    def sums(self) -> str:
        return OUTSIDE_CITY if self.part == OUTSIDE_CITY else "amount"

    def within(self, field: str) -> Q:
        """Arrivals of that part whose month lies in the period."""
        found = self.period.within(field)
        if self.part == FOREIGN:
            return found & Q(origin=CapitalOrigin.FOREIGN)
        return found & Q(outside_city__gt=0) if self.part == OUTSIDE_CITY else found
