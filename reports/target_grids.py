"""The tables of targets: of the district by measure, of everybody else by measure of one's choice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jiangjin.lib.money import format_yi
from projects.querysets import ProjectQuerySet
from reports.actuals import actuals_of, latest_in
from reports.asked import Asked
from reports.dimensions import NONE
from reports.grid import Cell, Column, Grid, Row
from reports.reached import Number, Reached, list_params, nothing
from reports.standings import Standing, ranks_of, standing, standings_of, sum_of_targets
from reports.targetmodels import TargetMeasure, TargetScope
from reports.targets import DISTRICT, Targets, pace, targets_of


@dataclass(frozen=True)
class Progress:
    """The targets of a year beside what was reached, for the projects that the account sees.

    parks: codes of those that an account is narrowed to; it gets their table alone.
    """

    projects: ProjectQuerySet
    when: Asked
    parks: frozenset[str] | None = None

    @cached_property
    def targets(self) -> Targets:
        return targets_of(self.year)

    @property
    def year(self) -> int:
        return self.when.year or self.when.shown.year

    @cached_property
    def gone(self) -> Decimal:
        return pace(self.year, self.when.shown)

    @cached_property
    def reached(self) -> Reached:
        return Reached(self.projects, self.when.period, self.when.day)

    @cached_property
    def whole(self) -> dict[str, Number]:
        """What the district reached, by measure."""
        typed = {what: value for (scope, __, what), value in self.typed.items() if scope == DISTRICT}
        found = self.reached.of(TargetMeasure)
        return {
            measure.value: measure.shown(typed.get(measure.value))
            if measure.is_typed
            else found[measure].get("", nothing(measure))
            for measure in TargetMeasure
        }

    @cached_property
    def typed(self) -> dict[tuple[str, str, str], Decimal]:
        """What was typed in or published of the year, up to the day."""
        return {key: row.value for key, row in latest_in(actuals_of(self.when.shown), self.year).items()}

    def grids(self, measure: TargetMeasure) -> list[Grid]:
        """All tables for a measure."""
        scopes = [TargetScope.PARK, TargetScope.CLUSTER, TargetScope.DEPARTMENT, TargetScope.OFFICIAL]
        if self.parks is not None:
            return [self._scope(TargetScope.PARK, measure)]
        return [self._district(), *(self._scope(scope, measure) for scope in scopes)]

    def _done(self, measure: TargetMeasure, scope: str) -> dict[str, Number]:
        if measure.is_typed:
            rows = {key: value for (kind, key, what), value in self.typed.items() if (kind, what) == (scope, measure)}
            return {key: measure.shown(value) for key, value in rows.items()}
        return self.reached.of([measure], scope)[measure]

    def _district(self) -> Grid:
        rows = []
        for measure in TargetMeasure:
            one = self._of_district(measure)
            rows.append(Row([Cell(label_of(measure)), *self._cells(one, measure, DISTRICT)]))
        return Grid(
            _("Whole district"), _columns(_("Measure"), ranked=False), rows, self._rules(), "district", cards=True
        )

    def _of_district(self, measure: TargetMeasure) -> Standing:
        target = self.targets.get((DISTRICT, "", measure))
        return standing(measure, "", "", target, self.whole[measure], self.gone)

    def _scope(self, scope: TargetScope, measure: TargetMeasure) -> Grid:
        done = self._done(measure, scope)
        standings = standings_of(measure, scope, self.targets, done, self.gone, self.when.period)
        if self.parks is not None:
            shown = [row for one in standings for row in ([one] if one.code in self.parks else one.inside)]
            standings = [row for row in shown if row.code in self.parks]
        # Among some parks alone a rank would say less than it seems to.
        ranks = ranks_of(standings) if self.parks is None else {}
        if scope in (TargetScope.DEPARTMENT, TargetScope.OFFICIAL) and not any(
            row.target is not None for row in standings
        ):
            standings = []  # a long list of people that says nothing about targets
        rows = []
        for row in standings:
            rows.append(self._row(row, measure, scope, ranks))
            rows += [self._row(child, measure, scope, {}, 1) for child in row.inside]
        notes: list[str] = []
        if self.parks is None and rows:
            rows.append(self._total(measure))
            if scope in (TargetScope.PARK, TargetScope.CLUSTER):
                notes = self._compared(measure, scope, standings)
        title = f"{TITLES[scope]} · {label_of(measure)}"
        empty = _("None of them has a target of this measure.")
        return Grid(title, _columns(str(scope.label).capitalize()), rows, notes, scope.value, empty, cards=True)

    def _row(self, row: Standing, measure: TargetMeasure, scope: str, ranks: dict[str, int], level: int = 0) -> Row:
        name = _("Not filled in") if row.code == NONE else row.name
        cells = [Cell(name), Cell(ranks.get(row.code)), *self._cells(row, measure, scope)]
        return Row(cells, "unknown" if row.code == NONE else "row", level)

    def _total(self, measure: TargetMeasure) -> Row:
        """The whole district: what the rows above come to, beside the target of the district."""
        one = self._of_district(measure)
        return Row([Cell(_("Whole district")), Cell(None), *self._cells(one, measure, DISTRICT)], "total")

    def _cells(self, row: Standing, measure: TargetMeasure, scope: str) -> list[Cell]:
        may_lack = row.code != NONE
        if measure.is_typed:
            done = Cell(row.done, href=reverse("reports:plan") if row.done is not None else "", dash=False)
        else:
            done = Cell(row.done, list_params(measure, scope, row.code, self.when.period, self.when.params), dash=False)
        late = row.gap is not None and row.gap < 0
        return [
            Cell(row.target, dash=not may_lack),
            done,
            Cell(row.rate),
            Cell(row.gone if row.target is not None else None),
            Cell(row.gap, tone="late" if late else ""),
            Cell(row.left),
        ]

    def _compared(self, measure: TargetMeasure, scope: TargetScope, rows: list[Standing]) -> list[str]:
        """Whether the targets of the parts come to the target of the whole."""
        parts, whole = sum_of_targets(rows), measure.shown(self.targets.get((DISTRICT, "", measure)))
        lacking = [row for row in rows if row.code != NONE and row.target is None]
        if parts is None:
            return [_("None of them has a target of this measure.")]
        said = {"sum": words_of(measure, parts)}
        if whole is None:
            notes = [_("Their targets come to %(sum)s; the district has no target of its own.") % said]
        else:
            difference = parts - whole  # type: ignore[operator]
            said |= {"whole": words_of(measure, whole), "difference": words_of(measure, abs(difference))}
            text = (
                _("Their targets come to %(sum)s, exactly the target of the district.")
                if not difference
                else _(
                    "Their targets come to %(sum)s, %(difference)s more than the target of the district (%(whole)s)."
                )
                if difference > 0
                else _(
                    "Their targets come to %(sum)s, %(difference)s less than the target of the district (%(whole)s)."
                )
            )
            notes = [text % said]
        if lacking:
            text = ngettext("%(number)d has no target.", "%(number)d have no target.", len(lacking))
            notes.append(text % {"number": len(lacking)})
        return notes

    def _rules(self) -> list[str]:
        share = f"{self.gone * 100:.1f}"
        said = {"year": self.year, "share": share, "day": self.when.shown.isoformat()}
        return [
            _("Of %(year)d %(share)s%% is gone on %(day)s. Ahead or behind: the part of the target less that.") % said,
            _("What was reached is counted as in table 1 of the monthly report; amounts in 100 million yuan."),
            _("Firms and industrial output are typed in; a number of firms does not grow with the year."),
        ]


TITLES = {
    TargetScope.PARK: gettext_lazy("By park"),
    TargetScope.CLUSTER: gettext_lazy("By cluster"),
    TargetScope.DEPARTMENT: gettext_lazy("By lead unit"),
    TargetScope.OFFICIAL: gettext_lazy("By lead official"),
}


def label_of(measure: TargetMeasure) -> str:
    """Its name with the unit."""
    return _("%(measure)s (%(unit)s)") % {"measure": measure.label, "unit": measure.unit}


def words_of(measure: TargetMeasure, value: Number) -> str:
    """A value with its unit, as a sentence says it."""
    shown = format_yi(value) if measure.is_money else f"{value:,}"  # type: ignore[arg-type]
    return f"{shown} {measure.unit}"


def _columns(first: str, ranked: bool = True) -> list[Column]:
    rank = [Column(_("Rank"), "count", weak=True, key="rank")] if ranked else []
    return [
        Column(first, width=24, key="name"),
        *rank,
        Column(_("Target"), "mixed", weak=True, key="target"),
        Column(_("Done"), "mixed", key="done"),
        Column(_("Of the target %"), "rate", key="rate"),
        Column(_("Of the year gone %"), "rate", weak=True, key="gone"),
        Column(_("Pace gap (points)"), "points", key="gap"),
        Column(_("Left to do"), "mixed", weak=True, key="left"),
    ]
