"""A table of the statistics page against another period: 同比 (the year before), 环比 (the period before), shares."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from jiangjin.lib.written import WRITERS
from projects.periods import Period, months_earlier, year_earlier
from reports.cube import Cube
from reports.dimensions import DIMENSIONS, time_codes
from reports.grid import Cell
from reports.links import Place, list_url
from reports.measures import Figures, growth, ratio
from reports.statasked import FINER, StatAsked, offers_prior
from reports.statmeasures import BOTH, CHANGE, GROWTH, POINTS, Measure
from reports.statparts import Part

Codes = dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Extra:
    """A column of a comparison. `value` takes the figures now, those before, and those of the whole table now.

    `looks_back`: it says something of both times, a share of now alone.
    """

    key: str
    label: str
    kind: str
    value: Callable[[Figures, Figures, Figures], Any]
    measure: Measure
    looks_back: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures by code of the rows, now and before, with the columns that compare them.

    `place` is that of the whole now, `past` gives the place that a row is compared with: None where there is none.
    """

    title: str
    now: Codes
    before: Codes
    extras: list[Extra]
    place: Place
    past: Callable[[Part], Place | None] = lambda part: None
    rule: str = ""


def comparisons_of(asked: StatAsked, whole: Place, now: Codes) -> list[Comparison]:
    """What the table is compared with; `whole` is the place of all of it, `now` its figures by row."""
    made = []
    main, back = whole.period, asked.day or asked.shown
    if "yoy" in asked.compare and main.year:
        made.append(_against(asked, whole, now, main.year_before(), year_earlier(back)))
    elif {"yoy", "prior"} & {*asked.compare} and asked.rows == "year":
        made.append(_row_by_row(asked, whole, now))
    if "prior" in asked.compare and main.year and (prior := _prior(asked, whole, now)):
        made.append(prior)
    if "share" in asked.compare and (extras := [_share(one) for one in asked.measures if one.has_share]):
        if made:  # beside the first comparison, as its last columns
            made[0] = replace(made[0], extras=[*made[0].extras, *extras])
        else:
            made.append(Comparison(_("Share of %(period)s") % {"period": main.label}, now, {}, extras, whole))
    return made


def _prior(asked: StatAsked, whole: Place, now: Codes) -> Comparison | None:
    """The last quarter or month that has begun against the one before; of a whole year it would be the year before.

    Where the rows are such times, each against the one before it.
    """
    main, end = whole.period, asked.day or asked.shown
    if asked.rows in FINER:
        return _row_by_row(asked, whole, now) if offers_prior(asked.rows, asked.cols, main) else None
    place = whole
    if asked.cols in FINER and not (main.quarter or main.month):
        month = 12 if main.year and end.year > main.year else end.month if end.year == main.year else 1
        quarter = Period(main.year, quarter=(month + 2) // 3)
        place = replace(whole, period=quarter if asked.cols == "quarter" else Period(main.year, month=month))
        now = asked.scope(place.period, asked.day).cut(asked.rows, only=asked.sums).by_one(asked.rows)
    elif not (main.quarter or main.month) and "yoy" in asked.compare:
        return None
    period = place.period
    back = 1 if period.month else 3 if period.quarter else 12
    return _against(asked, place, now, period.before(), months_earlier(end, back))


def _against(asked: StatAsked, place: Place, now: Codes, before: Period, day: datetime.date) -> Comparison:
    period = place.period
    cube: Cube = asked.scope(before, day).cut(asked.rows, only=asked.sums)
    then = cube.by_one(asked.rows)
    if DIMENSIONS[asked.rows].is_time:
        then = {_later(code, period, before): one for code, one in then.items()}

    def past(part: Part) -> Place:
        time = part.time and (part.time[0], _later(part.time[1], before, period))
        return replace(part, time=time).place(Place(before, base=asked.base(day)))

    is_year = period.year_before() == before
    extras = [extra for measure in asked.measures for extra in _extras(measure, is_year=is_year)]
    words = {"now": period.label, "before": before.label, "day": f"{day:%Y-%m-%d}"}
    rule = _("%(now)s against %(before)s at the same time: as of %(day)s.") % words
    return Comparison(_("%(now)s over %(before)s") % words, now, then, extras, place, past, rule)


MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _row_by_row(asked: StatAsked, whole: Place, now: Codes) -> Comparison:
    """Rows of time, each against the one before it; the first one against the last before the table's period."""
    name, main = asked.rows, whole.period
    day = months_earlier(asked.day or asked.shown, MONTHS[name])
    shown = set(time_codes(name, main, set(now)))
    then: Codes = {}
    for period in (main,) if main.is_all else (main.before(), main):
        for code, figures in asked.scope(period, day).cut(name, only=asked.sums).by_one(name).items():
            time = Period.parse(code)
            if time.year and not time.year_alone and (following := time.after().code) in shown:
                then[following] = figures

    def past(part: Part) -> Place | None:
        time = Period.parse(part.time[1]) if part.time else Period()
        if not time.year or time.year_alone:
            return None
        before = time.before()
        home = main if main.is_all or before.code in time_codes(name, main, set()) else main.before()
        return replace(part, time=(name, before.code)).place(Place(home, base=asked.base(day)))

    extras = [extra for measure in asked.measures for extra in _extras(measure, is_year=name == "year")]
    rule = _("Each row against the one before it at the same time: as of %(day)s.") % {"day": f"{day:%Y-%m-%d}"}
    title = _("over the year before") if name == "year" else _("over the period before")
    return Comparison(title, now, then, extras, whole, past, rule)


def _later(code: str, period: Period, before: Period) -> str:
    """The entry of a time in the period that stands where this one stood in the period before."""
    shift = (period.year or 0) - (before.year or 0)
    return f"{int(code[:4]) + shift}{code[4:]}" if code[:4].isdigit() else code


def _extras(measure: Measure, *, is_year: bool) -> list[Extra]:
    grows = _("growth") if is_year else _("growth over the period before")
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

    by = Extra(f"{code}-change", _("%(measure)s, change") % {"measure": name}, _signed(measure), change, measure)
    growing = Extra(f"{code}-growth", f"{name} {grows}", "growth", grown, measure)
    if measure.compared == POINTS:
        return [Extra(f"{code}-points", _("%(measure)s, points") % {"measure": name}, "points", points, measure)]
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
        measure,
        looks_back=False,
    )


def cells_of(one: Comparison, part: Part, now: Figures, before: Figures, whole: Figures) -> list[Cell]:
    """The cells of a row. Each opens the list of now, or where that holds nothing the one that it is compared with."""
    here, past = part.place(one.place), one.past(part)
    made = []
    for extra in one.extras:
        if extra.looks_back and past is None:
            made.append(Cell(None))
            continue
        value, reads = extra.value(now, before, whole), extra.measure.value
        opens = here if reads(now) else past if past and extra.looks_back and reads(before) else None
        if value is None or opens is None:
            made.append(Cell(value))
            continue
        title = _said_of(extra.measure, before, past) if past and extra.looks_back else ""
        # By its address, not its conditions: a growth of nothing is something, too.
        made.append(Cell(value, href=list_url(extra.measure.opens(opens)), title=title))
    return made


def _said_of(measure: Measure, before: Figures, past: Place) -> str:
    """What a cell is compared with, in words."""
    value = measure.value(before)
    words = {"period": (past.time or past.period).label, "day": dict(past.base)["as_of"]}
    return _("%(period)s as of %(day)s: %(value)s") % {
        **words,
        "value": "—" if value is None else WRITERS[measure.kind](value),
    }


def rules_of(made: Sequence[Comparison]) -> list[str]:
    return [one.rule for one in made if one.rule]
