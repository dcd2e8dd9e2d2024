"""A day as far as it is known: to the day, the month or the year. Nothing is ever invented."""

import calendar
import datetime
import functools
import re
from dataclasses import dataclass
from typing import Self

from jiangjin.lib.years import FIRST_YEAR, LAST_YEAR

__all__ = ["FIRST_YEAR", "LAST_YEAR", "PartialDay"]
UNKNOWN = 99
ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class PartialDay:
    """2020, 2020-07 or 2020-06-30. Ordered by its code: a month stands after its days, a year after its months."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"The year {self.year} is outside {FIRST_YEAR}-{LAST_YEAR}.")
        if self.month is None:
            if self.day is not None:
                raise ValueError("A day needs its month.")
        elif not 1 <= self.month <= 12:
            raise ValueError(f"There is no month {self.month}.")
        elif self.day is not None:
            datetime.date(self.year, self.month, self.day)

    @classmethod
    def of(cls, day: datetime.date) -> Self:
        """The partial day of a date that is known fully."""
        if isinstance(day, datetime.datetime):
            raise TypeError("A moment is not a day: its day depends on the time zone. Give a date.")
        return cls(day.year, day.month, day.day)

    @classmethod
    def from_code(cls, code: int) -> Self:
        """20200630, 20200699 or 20209999 as stored."""
        return _from_code(cls, code)

    @classmethod
    def from_iso(cls, text: str) -> Self:
        """'2020-06-30', '2020-06' or '2020', exactly; typed text goes through `parse_day`."""
        found = ISO.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not YYYY, YYYY-MM or YYYY-MM-DD.")
        return cls(*(int(part) for part in found.groups() if part is not None))

    @property
    def code(self) -> int:
        """YYYYMMDD, with 99 for what is not known."""
        month = UNKNOWN if self.month is None else self.month
        return self.year * 10000 + month * 100 + (UNKNOWN if self.day is None else self.day)

    @property
    def precision(self) -> str:
        """How much is known: "day", "month" or "year"."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def first(self) -> datetime.date:
        """The first day that it could be."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> datetime.date:
        """The last day that it could be."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def is_past(self, today: datetime.date) -> bool:
        """Whether even its last possible day lies before `today`."""
        return self.last < today

    def certainly_before(self, other: "PartialDay") -> bool:
        """Whether it is before `other` for every day that both could mean (only then is an order broken)."""
        return self.year < other.year or (self.year == other.year and self.last < other.first)

    def begins_after(self, day: datetime.date) -> bool:
        """Whether even its first possible day lies after this one."""
        return self.year > day.year or (self.year == day.year and self.first > day)

    # As the dataclass would make them, without a tuple a time: days of many rows are compared and looked up.
    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self.year == other.year and self.month == other.month and self.day == other.day

    def __hash__(self) -> int:
        return self.year * 10000 + (self.month or 0) * 100 + (self.day or 0)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDay):
            return NotImplemented
        return self.code < other.code

    def __str__(self) -> str:
        if self.month is None:
            return str(self.year)
        if self.day is None:
            return f"{self.year}-{self.month:02d}"
        return f"{self.year}-{self.month:02d}-{self.day:02d}"


@functools.lru_cache(maxsize=8192)
def _from_code(cls: type[PartialDay], code: int) -> PartialDay:
    year, rest = divmod(code, 10000)
    month, day = divmod(rest, 100)
    return cls(year, None if month == UNKNOWN else month, None if day == UNKNOWN else day)
