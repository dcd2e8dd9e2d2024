"""What was reached of the measures that the register cannot count: typed in, or published by the bureau."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from jiangjin.lib.money import YI
from reports.models import PublishedFigure, TargetActual
from reports.targetmodels import TYPED, TargetMeasure, year_end

Key = tuple[str, str, str]  # scope, key, measure
TARGET = "target_"  # before the measure of a published figure that is a target


@dataclass(frozen=True, slots=True)
class Actual:
    """A figure as of the end of a day: firms, or 万元 since 1 January."""

    day: datetime.date
    value: Decimal
    source: str = ""

    @property
    def is_whole_year(self) -> bool:
        return self.day == year_end(self.day.year)


def actuals_of(until: datetime.date | None = None) -> dict[Key, list[Actual]]:
    """All of them up to a day, by day. What somebody typed in stands for what was published of the same day."""
    found: dict[Key, dict[datetime.date, Actual]] = defaultdict(dict)
    for figure in _published(""):
        key = (figure.scope, figure.scope_code, figure.measure)
        day, value = year_end(int(figure.period)), _value(figure)
        if value is not None:
            found[key][day] = Actual(day, value, figure.source)
    for row in TargetActual.objects.order_by():
        found[row.scope, row.key, row.measure][row.day] = Actual(row.day, row.value, row.source)
    return {
        key: [actual for day, actual in sorted(days.items()) if until is None or day <= until]
        for key, days in found.items()
    }


def latest_in(actuals: dict[Key, list[Actual]], year: int) -> dict[Key, Actual]:
    """The last one of each that lies in the year."""
    own = {key: [row for row in rows if row.day.year == year] for key, rows in actuals.items()}
    return {key: rows[-1] for key, rows in own.items() if rows}


def published_targets() -> dict[tuple[str, str, str, int], tuple[Decimal, str]]:
    """Targets that were published: (scope, key, measure, year) → value and where it stands."""
    found = {}
    for figure in _published(TARGET):
        value, measure = _value(figure), figure.measure.removeprefix(TARGET)
        if value is not None:
            found[figure.scope, figure.scope_code, measure, int(figure.period)] = (value, figure.source)
    return found


def _published(prefix: str) -> list[PublishedFigure]:
    names = [f"{prefix}{measure.value}" for measure in TYPED]
    rows = PublishedFigure.objects.filter(measure__in=names).order_by()
    return [row for row in rows if len(row.period) == 4 and row.period.isascii() and row.period.isdigit()]


def _value(figure: PublishedFigure) -> Decimal | None:
    """In 万元, or a number; None for what is no number in the measure's unit."""
    measure = TargetMeasure(figure.measure.removeprefix(TARGET))
    scale = {"亿元": YI, "万元": Decimal(1)}.get(figure.unit) if measure.is_money else Decimal(1)
    try:
        return None if scale is None else Decimal(figure.value) * scale
    except InvalidOperation:
        return None
