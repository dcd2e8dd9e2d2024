"""The plan over several years (to 2025): a straight path from where it began to its target, and how far one is.

For measures that are typed in: firms above designated size, a stock, and industrial output, a flow of whole years. The
plan leads to the target that was published; targets that are set for a single year stand beside the path.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from reports.actuals import Actual, actuals_of, published_targets
from reports.targetmodels import Target, TargetMeasure
from reports.targets import DISTRICT, pace

MEASURES = (TargetMeasure.FIRMS, TargetMeasure.OUTPUT)
YEARS = 5  # of a plan: it begins with what was reached in the year before its first
FEN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Plan:
    """begin: what the path starts from; end and target: where it leads; yearly: targets of single years.

    Values in 万元, or numbers of firms.
    """

    measure: TargetMeasure
    begin: Actual
    end: int
    target: Decimal
    source: str
    actuals: tuple[Actual, ...]  # from the beginning on, by day
    yearly: dict[int, Decimal]

    @property
    def years(self) -> range:
        return range(self.begin.day.year, self.end + 1)

    def required(self, year: Decimal | int) -> Decimal:
        """What the path asks for at the end of a year, or of a part of one: 2021.5 is the middle of 2022."""
        first = self.begin.day.year
        value = self.begin.value + (self.target - self.begin.value) * (Decimal(year) - first) / (self.end - first)
        # A firm is whole, and the path is reached with the next one.
        return value.quantize(FEN) if self.measure.is_money else value.to_integral_value(ROUND_CEILING)

    def compares(self, actual: Actual) -> bool:
        """Whether the path says what should be there on that day: of a flow only at the end of a year."""
        return actual.is_whole_year or not self.measure.is_money

    def required_on(self, day: datetime.date) -> Decimal:
        """What the path asks for at the end of a day."""
        return self.required(place_of_day(day))

    @property
    def latest(self) -> Actual:
        """The last figure that can be compared with the path."""
        return [actual for actual in self.actuals if self.compares(actual)][-1]

    @property
    def ahead(self) -> Decimal:
        """How much the latest figure is ahead of the path; negative behind it."""
        return self.latest.value - self.required_on(self.latest.day)

    @property
    def needed_a_year(self) -> Decimal | None:
        """What must be added every year from the latest figure on; None once the end is reached."""
        left = self.end - place_of_day(self.latest.day)
        if left <= 0:
            return None
        need = max(self.target - self.latest.value, Decimal(0)) / left
        return need.quantize(FEN) if self.measure.is_money else need.to_integral_value(ROUND_CEILING)

    def at_end_of(self, year: int) -> Actual | None:
        """What was reached at the end of a year."""
        return next((actual for actual in self.actuals if actual.is_whole_year and actual.day.year == year), None)


def place_of_day(day: datetime.date) -> Decimal:
    """A day on the axis of years: the end of 2020 is 2020, of 30 June 2021 about 2020.5."""
    return day.year - 1 + pace(day.year, day)


def plans_as_of(day: datetime.date) -> list[Plan]:
    """The district's plans with what was known to be reached by the day. None without a target or a beginning."""
    actuals = actuals_of(day)
    published, yearly = published_targets(), _yearly()
    plans = []
    for measure in MEASURES:
        place = (DISTRICT, "", measure.value)
        known = {year: found for (*of, year), found in published.items() if tuple(of) == place}
        rows = actuals.get(place, [])
        if not known:
            continue
        end = max(known)
        whole = [row for row in rows if row.is_whole_year and row.day.year < end]
        begin = next((row for row in whole if row.day.year >= end - YEARS), None)
        if begin is not None:
            value, source = known[end]
            after = tuple(row for row in rows if row.day >= begin.day)
            plans.append(Plan(measure, begin, end, value, source, after, yearly[measure.value]))
    return plans


def _yearly() -> dict[str, dict[int, Decimal]]:
    """The district's targets of single years, by measure and year."""
    found: dict[str, dict[int, Decimal]] = {measure.value: {} for measure in MEASURES}
    for row in Target.objects.filter(scope=DISTRICT, measure__in=found).order_by():
        found[row.measure][row.year] = row.value
    return found
