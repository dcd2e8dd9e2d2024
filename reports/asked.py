"""Which year and which day a page of figures is about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import QueryDict
from django.utils import timezone

from accounts.demo import as_of_day
from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR
from projects.pages import years_offered
from projects.periods import ALL, Period


@dataclass(frozen=True, slots=True)
class Asked:
    """`day` cuts the figures; None where everything registered counts. `shown` is the day that the page says."""

    year: int | None
    day: datetime.date | None
    shown: datetime.date

    @property
    def period(self) -> Period:
        return Period(self.year) if self.year else ALL

    @property
    def params(self) -> list[tuple[str, str]]:
        """What a link to the list must say besides the period, to hold the same rows."""
        return [("as_of", self.day.isoformat())] if self.day else []

    @property
    def same_time_before(self) -> datetime.date | None:
        """The day of the year before up to which its figures are compared (上年同期)."""
        end = self.day or self.shown
        if self.year is None or end >= datetime.date(self.year, 12, 31):
            return self.day
        return year_earlier(end)


def year_earlier(day: datetime.date) -> datetime.date:
    """The same day a year earlier; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def default_day() -> datetime.date | None:
    """What figures are cut at where nobody asks: a fixed or demo day; None on an ordinary day, when all counts."""
    day = as_of_day()
    return None if day == timezone.localdate() else day


def asked(params: QueryDict) -> Asked:
    """From `year` and `as_of`; what cannot be one is passed over."""
    day = day_in(params.get("as_of", "")) or default_day()
    shown = day or as_of_day()
    return Asked(_year(params.get("year", "")) or shown.year, day, shown)


def day_in(text: str) -> datetime.date | None:
    """A day written 2020-06-30; None for what is none, or lies where no figures can be."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and FIRST_YEAR < day.year < LAST_YEAR else None


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and FIRST_YEAR < int(text[:5]) < LAST_YEAR else None


def header_of(asked: Asked) -> dict[str, object]:
    """What the head of a page with figures shows: the year, those to choose, the day."""
    return {"year": asked.year, "years": years_offered(), "as_of": asked.shown, "asked": asked}
