"""A table of the statistics page against another period: 同比 (the year before), 环比 (the period before), shares."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from projects.periods import Period, months_earlier, year_earlier
from reports.cube import Cube
from reports.dimensions import DIMENSIONS
from reports.measures import Figures, growth, ratio
from reports.statasked import StatAsked
from reports.statmeasures import BOTH, CHANGE, GROWTH, POINTS, Measure

Codes = dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Extra:
    """A column of a comparison. `value` takes the figures now, those before, and those of the whole table now."""

    key: str
    label: str
    kind: str
    value: Callable[[Figures, Figures, Figures], Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures by code of the rows, now and before, with the columns that compare them."""

    title: str
    now: Codes
    before: Codes
    extras: list[Extra]
    rule: str = ""


def comparisons_of(asked: StatAsked, main: Period, now: Codes) -> list[Comparison]:
    """What the table is compared with; `now` are the figures of its main period by row."""
    made = []
    if "yoy" in asked.compare and main.year:
        made.append(_against(asked, main, now, main.year_before(), year_earlier(asked.day or asked.shown)))
    if "prior" in asked.compare and main.year:
        prior = _prior(asked, main, now)
        if prior:
            made.append(prior)
    if "share" in asked.compare and (extras := [_share(one) for one in asked.measures if one.has_share]):
        if made:  # beside the first comparison, as its last columns
            first = made[0]
            made[0] = Comparison(first.title, first.now, first.before, [*first.extras, *extras], first.rule)
        else:
            made.append(Comparison(_("Share of %(period)s") % {"period": main.label}, now, {}, extras))
    return made


def _prior(asked: StatAsked, main: Period, now: Codes) -> Comparison | None:
    """The last quarter or month that has begun against the one before; of a whole year it would be the year before."""
    end = asked.day or asked.shown
    finer = next((name for name in (asked.cols, asked.rows) if name in ("quarter", "month")), "")
    if finer and not (main.quarter or main.month):
        month = 12 if main.year and end.year > main.year else end.month if end.year == main.year else 1
        period = Period(main.year, quarter=(month + 2) // 3) if finer == "quarter" else Period(main.year, month=month)
        now = asked.scope(period, asked.day).cut(asked.rows, only=asked.sums).by_one(asked.rows)
    elif main.quarter or main.month:
        period = main
    elif "yoy" in asked.compare:
        return None
    else:
        period = main
    if DIMENSIONS[asked.rows].is_time and finer == asked.rows:
        return None  # its rows stand one below the other
    back = 1 if period.month else 3 if period.quarter else 12
    return _against(asked, period, now, period.before(), months_earlier(end, back))


def _against(asked: StatAsked, period: Period, now: Codes, before: Period, day: datetime.date) -> Comparison:
    cube: Cube = asked.scope(before, day).cut(asked.rows, only=asked.sums)
    then = cube.by_one(asked.rows)
    if DIMENSIONS[asked.rows].is_time:
        then = {_later(code, period, before): one for code, one in then.items()}
    extras = [extra for measure in asked.measures for extra in _extras(measure, period, before)]
    words = {"now": period.label, "before": before.label, "day": f"{day:%Y-%m-%d}"}
    rule = _("%(now)s against %(before)s at the same time: as of %(day)s.") % words
    return Comparison(_("%(now)s over %(before)s") % words, now, then, extras, rule)


def _later(code: str, period: Period, before: Period) -> str:
    """The entry of a time in the period that stands where this one stood in the period before."""
    shift = (period.year or 0) - (before.year or 0)
    return f"{int(code[:4]) + shift}{code[4:]}" if code[:4].isdigit() else code


def _extras(measure: Measure, period: Period, before: Period) -> list[Extra]:
    grows = _("growth") if period.year_before() == before else _("growth over the period before")
    name = str(measure.name)
    value = measure.value
    code = measure.code

    def change(now: Figures, then: Figures, whole: Figures) -> Any:
        return value(now) - value(then)

    def grown(now: Figures, then: Figures, whole: Figures) -> Any:
        new, old = value(now), value(then)
        return None if new is None or old is None else growth(new, old)

    def points(now: Figures, then: Figures, whole: Figures) -> Any:
        new, old = value(now), value(then)
        # No arrival at all so long ago means that none was entered then, not that none came.
        unentered = code == "arrival_rate" and not then.arrived_known
        return None if new is None or old is None or unentered else new - old

    by = Extra(f"{code}-change", _("%(measure)s, change") % {"measure": name}, _signed(measure), change)
    growing = Extra(f"{code}-growth", f"{name} {grows}", "growth", grown)
    if measure.compared == POINTS:
        return [Extra(f"{code}-points", _("%(measure)s, points") % {"measure": name}, "points", points)]
    return {CHANGE: [by], GROWTH: [growing], BOTH: [growing, by]}.get(measure.compared, [])


def _signed(measure: Measure) -> str:
    return "signed_yi" if measure.kind == "yi" else "signed"


def _share(measure: Measure) -> Extra:
    label = _("%(measure)s, share") % {"measure": measure.name}
    return Extra(
        f"{measure.code}-share",
        label,
        "rate",
        lambda now, then, whole: ratio(measure.value(now), measure.value(whole)),
    )


def rules_of(made: Sequence[Comparison]) -> list[str]:
    return [one.rule for one in made if one.rule]
