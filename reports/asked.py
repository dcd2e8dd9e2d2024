"""Which year and which day a page of figures is about."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.demo import as_of_day
from projects.filters import ProjectFilter
from projects.pages import years_offered
from projects.periods import ALL, Period, day_of_text, year_earlier, year_of_text

# Conditions of the list, for a page that knows a year and a day alone.
NARROWING = [name for name in ProjectFilter.base_filters if name not in ("year", "as_of")]


@dataclass(frozen=True, slots=True)
class Asked:
    """`day` cuts the figures; None where everything registered counts. `shown` is the day that the page says.

    `passed_over`: what was asked for and cannot be, a sentence each.
    """

    year: int | None
    day: datetime.date | None
    shown: datetime.date
    passed_over: tuple[str, ...] = ()

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


def default_day() -> datetime.date | None:
    """What figures are cut at where nobody asks: a fixed or demo day; None on an ordinary day, when all counts."""
    day = as_of_day()
    return None if day == timezone.localdate() else day


def asked(params: QueryDict) -> Asked:
    """From `year` and `as_of`; what cannot be one is passed over, and said."""
    texts = {name: params.get(name, "").strip() for name in ("year", "as_of")}
    wanted, year = day_of_text(texts["as_of"]), year_of_text(texts["year"])
    day = wanted or default_day()
    shown = day or as_of_day()
    said = []
    if texts["year"] and not year:
        said.append(
            _("“%(text)s” is not a year: %(year)d is shown.") % {"text": texts["year"][:20], "year": shown.year}
        )
    if texts["as_of"] and not wanted:
        words = _("“%(text)s” is not a day: shown as of %(day)s.")
        said.append(words % {"text": texts["as_of"][:20], "day": shown.isoformat()})
    return Asked(year or shown.year, day, shown, tuple(said))


def not_a_choice(params: QueryDict, name: str, choices: Collection[str], label: object) -> list[str]:
    """A sentence where the parameter is none of the choices."""
    text = params.get(name, "").strip()
    if not text or text in choices:
        return []
    return [_("%(label)s: there is no “%(text)s”; it was passed over.") % {"label": label, "text": text[:20]}]


def unused(params: QueryDict, names: Iterable[str]) -> list[str]:
    """A sentence where the address holds conditions of the list, of these names, that the page has no use for."""
    filters = ProjectFilter.base_filters
    labels = [str(filters[name].label) for name in names if any(params.getlist(name))]
    if not labels:
        return []
    words = _("Conditions that this page has no use for were passed over: %(conditions)s.")
    return [words % {"conditions": "、".join(labels)}]


def header_of(asked: Asked) -> dict[str, object]:
    """What the head of a page with figures shows: the year, those to choose, the day."""
    return {
        "year": asked.year,
        "years": years_offered(),
        "as_of": asked.shown,
        "asked": asked,
        "passed_over": asked.passed_over,
    }
