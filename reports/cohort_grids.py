"""Cohort rates as tables: one for each measure, every number a link to its projects."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from projects.choices import Condition
from projects.periods import Period
from projects.windows import Within
from reports.cohorts import STEPS, WINDOWS, Cohorts, Line, is_over, last_month, last_over, summed
from reports.dimensions import DIMENSIONS, NONE, entries
from reports.grid import Cell, Column, Grid, Row
from reports.links import Params, Place
from reports.measures import ratio
from reports.statparts import Part, lines_of

TITLES: dict[str, str | Promise] = {
    "started": pgettext_lazy("of a cohort", "Started"),
    "production": pgettext_lazy("of a cohort", "In production"),
    "paid": gettext_lazy("Paid in"),
}
CUTS = ("park", "cluster", "official")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with its name; `cohort` is the code of a cohort; `params` narrow the list to its projects."""

    name: str
    line: Line
    params: Params
    cohort: str = ""
    level: int = 0
    role: str = "row"


def grids_of(cohorts: Cohorts, cut: str, base: Params) -> list[Grid]:
    """The tables of all measures; `base` are the list's parameters that hold for all of them."""
    lines = cohorts.lines(cut)
    everything = [("signed_in", cohorts.period.code), *base]
    shown = _by_entry(lines, cut, everything) if cut else _by_cohort(lines, base)
    whole = summed(one.line for one in shown if not one.level)
    total = Shown(str(_("All together")), whole, everything, role="total")
    rules = rules_of(cohorts, whole)
    return [_grid(cohorts, name, [*shown, total], rules[name]) for name in TITLES]


def _by_cohort(lines: dict[str, Line], base: Params) -> list[Shown]:
    """Newest first; of a year known alone after its quarters, the undated last."""
    order = sorted((code for code in lines if code != NONE), key=lambda code: (code[:4], _place(code)), reverse=True)
    shown = [Shown(cohort_label(code), lines[code], [*signed_in(code), *base], code) for code in order]
    if NONE in lines:
        name = str(_("signing day not filled in"))
        shown.append(Shown(name, lines[NONE], [("signed_in", NONE), *base], NONE, role="unknown"))
    return shown


def _place(code: str) -> tuple[bool, str]:
    return not code.endswith(NONE), code


def cohort_label(code: str) -> str:
    """A cohort in words."""
    if code[4:5] == "H":
        words = {"year": code[:4]}
        return (_("first half of %(year)s") if code.endswith("1") else _("second half of %(year)s")) % words
    return Period.parse(code).label


def signed_in(code: str) -> Params:
    """The list's parameters that select a cohort."""
    if code[4:5] != "H":
        return [("signed_in", code)]
    year, month = last_month(code)
    end = datetime.date(year, month, calendar.monthrange(year, month)[1])
    return [("signed_from", f"{year}-{month - 5:02d}-01"), ("signed_to", end.isoformat())]


def _by_entry(lines: dict[str, Line], cut: str, base: Params) -> list[Shown]:
    if cut == "park":
        place = Place(Period(), base=tuple(base))
        parts = lines_of(cut, set(lines), place.period, place.base)
        return [shown for part in parts for shown in _park(part, lines, place, 0)]
    parameter = DIMENSIONS[cut].parameter
    rest = [(key, value) for key, value in base if key != parameter]
    shown = []
    for entry in entries(cut, set(lines), Period()):
        if entry.code in lines:
            name, role = entry.name or str(_("not filled in")), "unknown" if entry.code == NONE else "row"
            shown.append(Shown(name, lines[entry.code], [(parameter, entry.code), *rest], role=role))
    return shown


def _park(part: Part, lines: dict[str, Line], place: Place, level: int) -> list[Shown]:
    """A line of the parks with those inside it, as on the statistics page; nothing where no project lies there."""
    found = [lines[code] for code in part.codes if code in lines]
    if not found:
        return []
    shown = [Shown(part.name, summed(found), list(part.place(place).base), level=level, role=part.role)]
    return shown + [one for inside in part.inside for one in _park(inside, lines, place, level + 1)]


def _grid(cohorts: Cohorts, name: str, shown: list[Shown], rules: list[str]) -> Grid:
    columns = [Column(_("Signed in") if any(one.cohort for one in shown) else _("Entry"), width=22)]
    columns += [Column(_("Projects"), "count"), Column(_("of them terminated"), "count", weak=True)]
    for months in WINDOWS:
        group = _("after %(months)d months") % {"months": months}
        columns += [
            Column(_("of"), "count", group, weak=True),
            Column(_("how many"), "count", group, weak=True),
            Column(_("share, %(months)d months") % {"months": months}, "rate", group),
        ]
        if name == "paid":
            columns.append(Column(_("arrived ÷ agreed"), "rate", group, weak=True))
    rows = [Row(_cells(cohorts, name, one), one.role, one.level) for one in shown]
    return Grid(str(TITLES[name]), columns, rows, rules, code=f"cohort-{name}", desk_groups=True)


def _cells(cohorts: Cohorts, name: str, one: Shown) -> list[Cell]:
    ended = [*one.params, ("condition", Condition.TERMINATED.value)]
    if any(name == "condition" for name, __ in one.params):
        ended = []  # narrowed by condition already: a second one would widen the list
    cells = [Cell(one.name), Cell(one.line.projects, one.params), Cell(one.line.terminated, ended)]
    for months, window in one.line.windows.items():
        width = 4 if name == "paid" else 3
        if one.cohort and not is_over(one.cohort, months, cohorts.shown):
            words = "—" if one.cohort == NONE else str(_("not over yet"))
            cells += [Cell(None), Cell(None), Cell(words, kind="text", tone="weak"), *([Cell(None)] * (width - 3))]
            continue
        over = [] if one.cohort else [("signed_to", last_over(cohorts.step, months, cohorts.shown).isoformat())]
        of = [*one.params, *over]
        reached = [*of, ("reached_within", Within(name, months).code)]
        number = window.reached[name]
        share = ratio(number, window.of)
        cells += [Cell(window.of, of), Cell(number, reached), Cell(share, reached if number else None)]
        if name == "paid":
            cells.append(Cell(ratio(window.arrived, window.agreed)))
    return cells


def rules_of(cohorts: Cohorts, whole: Line) -> dict[str, list[str]]:
    """How it is counted, by measure."""
    common = [
        _("The months run from each project’s signing; one known to the month or the year from its last possible day."),
        _("What was reached counts where even its last possible day lies within the months."),
        _("A cohort has a share once the months are over for all of it; until then it says so and counts in no total."),
        _("Terminated projects stay in: %(number)d of %(all)d.") % {"number": whole.terminated, "all": whole.projects},
    ]
    said: dict[str, list[str]] = {name: [] for name in TITLES}
    said["started"] += common  # of all three tables, said once
    for name in TITLES:
        if whole.undated[name]:
            words = _("%(number)d projects reached it on a day that nobody filled in: they are not counted as reached.")
            said[name].append(words % {"number": whole.undated[name]})
    said["started"].append(_("A later milestone shows that construction had started."))
    said["paid"].append(_("Paid in: any capital arrived. Arrived ÷ agreed: what had arrived and been agreed by then."))
    return said


__all__ = ["CUTS", "STEPS", "grids_of"]
