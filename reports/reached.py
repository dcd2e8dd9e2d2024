"""What was reached of each measure that has targets, in a year as of a day: of the district, or by park, cluster, …

The measures are those of table 1 of the monthly report, with the same rules and the same lists behind them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from projects.choices import CapitalOrigin
from projects.counting import happened
from projects.models import CapitalArrival, Milestone
from projects.periods import Period
from projects.querysets import ProjectQuerySet
from reports.cube import Scope
from reports.dimensions import DIMENSIONS, code_of
from reports.links import Params
from reports.measures import ZERO
from reports.monthly.overview import EVENTS, MEASURES, Number
from reports.targetmodels import TargetMeasure, TargetScope

DIMENSION = {
    TargetScope.PARK.value: "park",
    TargetScope.CLUSTER.value: "cluster",
    TargetScope.DEPARTMENT.value: "lead_unit",
    TargetScope.OFFICIAL.value: "official",
}
SIGNED = (TargetMeasure.PROJECTS, TargetMeasure.AGREED)
ARRIVED = {
    TargetMeasure.ARRIVED: Sum("amount"),
    TargetMeasure.OUTSIDE_CITY: Sum("outside_city"),
    TargetMeasure.FOREIGN: Sum("amount", filter=Q(origin=CapitalOrigin.FOREIGN)),
}
PARAMS = {measure.code: measure.params for measure in MEASURES}
Found = dict[str, dict[str, Number]]  # measure → code of the dimension ("" for the whole) → what was reached


@dataclass(frozen=True, slots=True)
class Reached:
    """Which projects (visible and counted), in which year, as of which day; None where all counts."""

    projects: ProjectQuerySet
    period: Period
    day: datetime.date | None

    def of(self, measures: Iterable[TargetMeasure], scope: str = TargetScope.DISTRICT) -> Found:
        """By the scope's codes: at most seven queries, however many codes. Typed-in measures are not found here."""
        wanted = list(measures)
        name = DIMENSION.get(scope, "")
        found: Found = {}
        if set(wanted) & set(SIGNED):
            found |= self._signed(name)
        if set(wanted) & set(ARRIVED):
            found |= self._arrived(name)
        if any(measure.value in EVENTS for measure in wanted):
            found |= self._events(name)
        return {measure.value: found[measure.value] for measure in wanted if measure.value in found}

    def _signed(self, name: str) -> Found:
        cells = Scope(self.projects, self.period, self.day).cut(*filter(None, [name])).cells
        return {
            "projects": {"".join(codes): cell.projects for codes, cell in cells.items()},
            "agreed": {"".join(codes): cell.agreed for codes, cell in cells.items()},
        }

    @property
    def _begun(self) -> Q:
        """What the list holds as of the day."""
        projects = self.projects if self.day is None else self.projects.as_of(self.day)
        return Q(project__in=projects.order_by().values("pk"))

    def _keys(self, name: str) -> dict[str, Any]:
        return {"code": code_of(name, "project__")} if name else {}

    def _arrived(self, name: str) -> Found:
        keys = self._keys(name)
        rows = CapitalArrival.objects.filter(
            self._begun, self.period.within("month"), happened("month", self.day)
        ).order_by()
        sums = {measure.value: total for measure, total in ARRIVED.items()}
        asked = rows.annotate(**keys).values(*keys).annotate(**sums) if keys else [rows.aggregate(**sums)]
        found: Found = {measure: {} for measure in sums}
        for row in asked:
            code = row.get("code", "")
            if row["arrived"] is None:
                continue  # nothing came: none, not unknown
            # Nobody said of any of it whether it came from outside the city: unknown, not none.
            found["arrived"][code], found["outside_city"][code] = row["arrived"], row["outside_city"]
            found["foreign"][code] = row["foreign"] or ZERO
        return found

    def _events(self, name: str) -> Found:
        keys = self._keys(name)
        rows = Milestone.objects.filter(
            self._begun, self.period.within("actual_on"), happened("actual_on", self.day), reached=True
        )
        counted = rows.order_by().annotate(what=F("kind"), **keys).values("what", *keys).annotate(number=Count("pk"))
        kinds = {kind.value: measure for measure, kind in EVENTS.items()}
        found: Found = {measure: {} for measure in EVENTS}
        for row in counted:
            if row["what"] in kinds:
                found[kinds[row["what"]]][row.get("code", "")] = row["number"]
        return found


def nothing(measure: TargetMeasure) -> Number:
    """None of it, in the type of the measure."""
    return ZERO if measure.is_money else 0


def summed(measure: TargetMeasure, parts: Iterable[Number]) -> Number:
    """Several codes as one; unknown only where all of them are."""
    numbers = list(parts)
    known = [number for number in numbers if number is not None]
    return sum(known, nothing(measure)) if known or not numbers else None  # type: ignore[arg-type]


def list_params(measure: TargetMeasure, scope: str, code: str, period: Period, base: Params) -> Params:
    """The conditions of the list with exactly these rows."""
    own = [(DIMENSIONS[DIMENSION[scope]].parameter, code)] if scope in DIMENSION else []
    return [*PARAMS[measure.value](period), *base, *own]
