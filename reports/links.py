"""Where a figure leads: the list with exactly the rows that it was summed from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from projects.columns import DEFAULT
from projects.periods import EARLIER, Arrivals, Period
from reports.asked import Asked
from reports.dimensions import DIMENSIONS

Params = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: the period of its table, the entries that it lies in, and what else narrows the table's projects."""

    period: Period
    entries: tuple[tuple[str, str], ...] = ()  # (dimension, code)
    base: tuple[tuple[str, str], ...] = ()  # parameters of the whole table, such as as_of

    @property
    def time(self) -> Period | None:
        """The time of the cell itself, where a time dimension cuts the table finer than its period."""
        times = [Period.parse(code) for name, code in self.entries if DIMENSIONS[name].is_time]
        finer = [one for one in times if self.period.is_all or len(one.code) > len(self.period.code)]
        return max(finer, key=lambda one: len(one.code), default=None)

    def _narrowed(self) -> Params:
        """An entry takes the place of what the table was narrowed to in that dimension: it lies inside."""
        own = [(DIMENSIONS[name].parameter, code) for name, code in self.entries if not DIMENSIONS[name].is_time]
        taken = {parameter for parameter, __ in own}
        return [*((name, value) for name, value in self.base if name not in taken), *own]

    def counted(self) -> Params:
        """What counts in the period: signed in it, or with a commitment dated in it."""
        return [_when(self.time or self.period), *self._narrowed()]

    def booked(self) -> Params:
        """Where capital was booked in the cell's time for what counts in the table's period."""
        if self.time is None:
            return self.counted()
        return [_when(self.period), ("arrived_in", self.time.code), *self._narrowed()]

    def cohort(self, *more: tuple[str, str]) -> Params:
        """What was signed in the period, with its whole amounts up to the day."""
        return [("signed_in", (self.time or self.period).code), *self._narrowed(), *more]

    def cohort_with(self, column: str) -> Params:
        """The cohort in a list that shows this column beside the usual ones: its foot sums what it shows."""
        return self.cohort(("columns", ",".join([*(usual.key for usual in DEFAULT), column])))


def _when(period: Period) -> tuple[str, str]:
    return ("year" if period.is_year else "period", period.code)


def list_url(params: Iterable[tuple[str, str]]) -> str:
    """The address of the list with these conditions."""
    return f"{reverse('projects:list')}?{urlencode(list(params))}"


def year_url(when: Asked) -> str:
    """The list of the year's projects as of the page's day; further conditions are appended."""
    return list_url([_when(when.period), *when.params])


def arrived_earlier_url(when: Asked) -> str:
    """The list of those projects that capital arrived for in the year without their counting in it."""
    return list_url([("arrived_in", Arrivals.part_of(when.period, EARLIER).code), *when.params])


def same_time(when: Asked) -> str:
    """What a link to another page of figures carries, to stay in the year and at the day."""
    return urlencode([*([("year", str(when.year))] if when.year else []), *when.params])
