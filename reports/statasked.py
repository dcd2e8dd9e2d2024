"""What a table of the statistics page was asked to show. Its parameters, read and put right, are a contract:

rows, cols (a dimension; cols also `none`), measures, compare (yoy, prior, share), year or period (2020Q2, or Q2 and
-06 of the year), years (how many, if
the columns are years), terminated=0 (without), sort, as_of; and every condition of the list of projects but its times.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from projects import conditions
from projects.choices import Condition
from projects.filters import ProjectFilter
from projects.models import Project
from projects.periods import ALL, Period
from projects.permissions import Actor
from projects.querysets import ProjectQuerySet
from reports import asked as asking
from reports.cube import Scope
from reports.dimensions import DIMENSIONS
from reports.measures import Reading
from reports.statmeasures import MEASURES, USUAL, Measure

NO_COLUMNS = "none"
YEARS = (2, 3, 5, 10)
COMPARISONS = ("yoy", "prior", "share")
# Times are the table's own; a voided project counts in no figure.
USELESS = ("signed_in", "arrived_in", "voided")
NOT_NARROWING = {"as_of", "year", "period", *USELESS}
NARROWING = [name for name in ProjectFilter.base_filters if name not in NOT_NARROWING]
OWN_PARAMETERS = ("rows", "cols", "measures", "compare", "years", "period", "terminated", "sort")
FINER = ("quarter", "month")


@dataclass(frozen=True)
class StatAsked:
    """The table that is wanted. `narrowing`: conditions of the list, as typed; `day` cuts, `shown` is what is said."""

    rows: str
    cols: str
    measures: tuple[Measure, ...]
    compare: tuple[str, ...]
    years: int
    period: Period
    day: datetime.date | None
    shown: datetime.date
    terminated: bool
    sort: str
    narrowing: tuple[tuple[str, str], ...]
    user: Actor = field(repr=False)
    passed_over: tuple[str, ...] = ()  # what was asked for and cannot be, a sentence each

    @property
    def periods(self) -> list[Period]:
        """Where the columns are years, these; or the same quarter or month of each."""
        last = self.period.year or self.shown.year
        part = (self.period.quarter, self.period.month)
        return [Period(year, *part) for year in range(last - self.years + 1, last + 1)]

    @property
    def without(self) -> tuple[tuple[str, str], ...]:
        """What leaves the terminated out, as conditions of the list."""
        if self.terminated:
            return ()
        given = [value for name, value in self.narrowing if name == "condition"]
        kept = [one.value for one in Condition if one is not Condition.TERMINATED and (not given or one.value in given)]
        return tuple(("condition", value) for value in kept)

    def base(self, day: datetime.date | None) -> tuple[tuple[str, str], ...]:
        """The conditions of every link of the table: what it is narrowed to, and the day."""
        kept = self.narrowing if self.terminated else (pair for pair in self.narrowing if pair[0] != "condition")
        return (*kept, *self.without, *((("as_of", day.isoformat()),) if day else ()))

    @cached_property
    def words(self) -> conditions.Vocabulary:
        return conditions.vocabulary()

    def filters(self, day: datetime.date | None, pairs: tuple[tuple[str, str], ...] | None = None) -> ProjectFilter:
        """The list's own filter over what the account sees, as of a day."""
        params = QueryDict(mutable=True)
        for name, value in self.base(day) if pairs is None else pairs:
            params.appendlist(name, value)
        return conditions.narrowed(params, Project.objects.visible_to(self.user), self.words, user=self.user)

    def projects(self, day: datetime.date | None) -> ProjectQuerySet:
        """Those that the table is about, as of a day."""
        if not self.terminated and not self.without:
            return Project.objects.none()
        return self.filters(day).qs

    def scope(self, period: Period, day: datetime.date | None) -> Scope:
        return Scope(self.projects(day), period, day)

    @cached_property
    def sums(self) -> frozenset[str]:
        """The sums that the measures are made of, and those by which a row is there at all."""
        reading: Any = Reading()
        for measure in self.measures:
            measure.value(reading)
        return frozenset({"projects", "agreed", "arrived", *reading.sums})

    @cached_property
    def chips(self) -> list[conditions.Chip]:
        """What it is narrowed to, in words."""
        return conditions.chips_of(self.filters(None, self.narrowing))

    @property
    def faults(self) -> list[str]:
        """What is wrong with the conditions, a sentence each; with any of them there is no table."""
        faults = conditions.faults_of(self.filters(self.day))
        if not self.terminated and not self.without:
            faults.append(_("Only terminated projects are asked for, and they are left out."))
        return faults


def stat_asked(params: QueryDict, user: Actor) -> StatAsked:
    """From the address; what cannot be is passed over and said, wrong conditions are told (`faults`)."""
    asked = asking.asked(params)
    rows = params.get("rows", "")
    rows = rows if rows in DIMENSIONS else "park"
    cols = params.get("cols", "year")
    period = _period(params.get("period", ""), asked.year) or asked.period
    both_times = rows in DIMENSIONS and DIMENSIONS[rows].is_time and cols in DIMENSIONS and DIMENSIONS[cols].is_time
    if cols not in DIMENSIONS or cols == rows or both_times:
        cols = NO_COLUMNS
    if rows == "year" and not params.get("period"):
        period = ALL
    elif (cols in FINER or rows in FINER) and period.year is None:
        period = asked.period
    years = params.get("years", "")
    number = int(years) if years in map(str, range(2, max(YEARS) + 1)) else YEARS[0]
    compare = _compared(params, cols)
    return StatAsked(
        rows,
        cols,
        tuple(MEASURES[code] for code in _several(params, "measures") if code in MEASURES)
        or tuple(MEASURES[code] for code in USUAL),
        compare,
        number,
        period,
        asked.day,
        asked.shown,
        params.getlist("terminated", ["1"])[-1] != "0",
        params.get("sort", ""),
        tuple((name, value) for name in NARROWING for value in params.getlist(name) if value),
        user,
        (*asked.passed_over, *_passed_over(params, rows, cols, period, number, compare, asked.year)),
    )


def offers_prior(rows: str, cols: str, period: Period) -> bool:
    """Whether 环比 says anything: of a whole year it would be 同比, and what is shorter than a row is no row before."""
    if rows in FINER:
        return rows == "month" or not period.month
    if period.quarter or period.month:
        return True
    return cols in FINER and bool(period.year)


def _passed_over(
    params: QueryDict,
    rows: str,
    cols: str,
    period: Period,
    years: int,
    compare: tuple[str, ...],
    asked_year: int | None,
) -> list[str]:
    """A sentence for each choice of the address that the table does not follow."""
    said = asking.not_a_choice(params, "rows", DIMENSIONS, _("rows"))
    said += asking.not_a_choice(params, "cols", {*DIMENSIONS, NO_COLUMNS}, _("columns"))
    wanted = params.get("cols", "")
    if wanted in DIMENSIONS and wanted != cols:
        words = _("Columns by %(cols)s do not go with rows by %(rows)s: shown without columns.")
        said.append(words % {"cols": DIMENSIONS[wanted].label, "rows": DIMENSIONS[rows].label})
    for name, label, known in (("measures", _("Measures"), MEASURES), ("compare", _("Compare"), COMPARISONS)):
        for code in _several(params, name):
            if code not in known:
                words = _("%(label)s: there is no “%(text)s”; it was passed over.")
                said.append(words % {"label": label, "text": code[:20]})
    said += asking.not_a_choice(params, "years", {str(years)}, _("how many years"))
    text = params.get("period", "").strip()
    if text and not _period(text, asked_year):
        said += asking.not_a_choice(params, "period", (), _("period"))
    elif text and (found := _period(text, asked_year)) != period and found is not None:
        words = _("Quarters and months are those of one year: %(shown)s instead of %(wanted)s.")
        said.append(words % {"shown": period.label, "wanted": found.label})
    said += asking.unused(params, USELESS)
    if "prior" in compare and not offers_prior(rows, cols, period) and (period.quarter or period.month):
        words = _("Of each row the table holds %(period)s alone: it is not compared with the row before.")
        said.append(words % {"period": period.label})
    if period.year is None and rows != "year" and cols != "year" and {"yoy", "prior"} & {*_several(params, "compare")}:
        said.append(_("All years together have no period before them: nothing is compared."))
    return said


def _several(params: QueryDict, name: str) -> list[str]:
    """Values by repetition or with commas, each once."""
    return list(dict.fromkeys(code for text in params.getlist(name) for code in text.split(",") if code))


def _compared(params: QueryDict, cols: str) -> tuple[str, ...]:
    if "compare" not in params:
        return ("yoy", "share") if cols in ("year", NO_COLUMNS) else ()
    wanted = _several(params, "compare")
    return tuple(name for name in COMPARISONS if name in wanted)


def _period(text: str, year: int | None) -> Period | None:
    """A period, or a part of the year that is looked at: Q2, -06."""
    for code in (text, f"{year}{text}"):
        try:
            return Period.parse(code) if text else None
        except ValueError:
            continue
    return None
