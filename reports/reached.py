"""What was reached of each measure that has targets, in a period as of a day: of the district, or by park, cluster, …

Table 1 of the monthly report is made of the same numbers, with the same lists behind them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from projects.choices import CapitalOrigin, MilestoneKind
from projects.counting import happened
from projects.models import CapitalArrival, Milestone
from projects.periods import FOREIGN, OUTSIDE_CITY, Arrivals, Period
from projects.querysets import ProjectQuerySet
from reports.cube import Scope
from reports.dimensions import DIMENSIONS, code_of
from reports.links import Params
from reports.measures import ZERO
from reports.targetmodels import TargetMeasure, TargetScope

Number = int | Decimal | None  # projects, or 万元; None where nobody filled it in
EVENTS = {
    "registered": MilestoneKind.REGISTERED,
    "started": MilestoneKind.STARTED,
    "completed": MilestoneKind.COMPLETED,
    "producing": MilestoneKind.PRODUCTION,
    "full": MilestoneKind.FULL_PRODUCTION,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A row: its name, and the list behind a figure of a period as of a day."""

    code: str
    label: str | Promise
    params: Callable[[Period], Params]
    level: int = 0


def _signed(period: Period) -> Params:
    return [("period", period.code)]


def _arrived(part: str = "") -> Callable[[Period], Params]:
    return lambda period: [("arrived_in", Arrivals.part_of(period, part).code)]


def _reached(kind: str) -> Callable[[Period], Params]:
    return lambda period: [("reached", f"{kind}:{period.code}")]


MEASURES = [
    Measure("projects", gettext_lazy("Newly signed projects"), _signed),
    Measure("agreed", gettext_lazy("Agreed capital (亿元)"), _signed),
    Measure("arrived", gettext_lazy("Capital arrived (亿元)"), _arrived()),
    Measure("outside_city", gettext_lazy("of which from outside the city (亿元)"), _arrived(OUTSIDE_CITY), 1),
    Measure("foreign", gettext_lazy("of which foreign (亿元)"), _arrived(FOREIGN), 1),
    Measure("registered", gettext_lazy("Companies registered"), _reached(EVENTS["registered"])),
    Measure("started", gettext_lazy("Construction started"), _reached(EVENTS["started"])),
    Measure("completed", gettext_lazy("Construction completed"), _reached(EVENTS["completed"])),
    Measure("producing", gettext_lazy("Production begun"), _reached(EVENTS["producing"])),
    Measure("full", gettext_lazy("Full production reached"), _reached(EVENTS["full"])),
]


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
    """Which projects (visible and counted), in which period, as of which day; None where all counts."""

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
        cells = (
            Scope(self.projects, self.period, self.day).cut(*filter(None, [name]), only=("projects", "agreed")).cells
        )
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

    @property
    def milestones(self) -> QuerySet:
        """All that were reached by the day, whenever."""
        return Milestone.objects.filter(self._begun, happened("actual_on", self.day), reached=True).order_by()

    def _events(self, name: str) -> Found:
        keys = self._keys(name)
        rows = self.milestones.filter(self.period.within("actual_on"))
        counted = rows.annotate(what=F("kind"), **keys).values("what", *keys).annotate(number=Count("pk"))
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
