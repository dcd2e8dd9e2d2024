"""The one function behind every figure: the sums of some projects in a period, as of a day, cut by some dimensions.

The list shows the same: `projects.counting` selects and totals it by the same rules, and tests compare the two.
Each cell is made of at most five grouped queries, however many cells there are.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from projects.choices import Condition, Stage
from projects.counting import condition_by, happened
from projects.models import CapitalArrival, CapitalCommitment
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet
from projects.steps import LEASED, paid
from reports.dimensions import DIMENSIONS, NONE, MonthCode, time_code
from reports.measures import NOTHING, Figures, summed

Codes = tuple[str, ...]
# Which count of a cell a stage adds to: each stage counts in those before it.
REACHED = {
    "registered": Stage.REGISTERED,
    "land": Stage.LAND,
    "started": Stage.CONSTRUCTION,
    "completed": Stage.COMPLETED,
    "producing": Stage.PRODUCTION,
    "full": Stage.FULL_PRODUCTION,
}
SUMS = {"output": "expected_output", "tax": "expected_tax", "jobs": "expected_jobs", "land_area": "land_area"}


@dataclass(frozen=True)
class Cube:
    """Cells by the codes of their entries, in the order of `dimensions`."""

    dimensions: Codes
    cells: dict[Codes, Figures]

    def total(self) -> Figures:
        return summed(self.cells.values())

    def by(self, *dimensions: str) -> dict[Codes, Figures]:
        """Cells of some of the dimensions, the others added up."""
        places = [self.dimensions.index(name) for name in dimensions]
        parts: dict[Codes, list[Figures]] = defaultdict(list)
        for codes, figures in self.cells.items():
            parts[tuple(codes[place] for place in places)].append(figures)
        return {codes: summed(rows) for codes, rows in parts.items()}

    def by_one(self, dimension: str) -> dict[str, Figures]:
        """Cells of one dimension by its code."""
        return {code: figures for (code,), figures in self.by(dimension).items()}


@dataclass(frozen=True)
class Scope:
    """Which projects, when, and as of which day. The projects must be visible and counted (not voided)."""

    projects: ProjectQuerySet
    period: Period = ALL
    day: datetime.date | None = None

    def at(self, period: Period, day: datetime.date | None = None) -> Scope:
        """The same projects at another time."""
        return replace(self, period=period, day=day)

    def total(self) -> Figures:
        return self.cut().total()

    def cut(self, *dimensions: str) -> Cube:
        """The sums by these dimensions."""
        return Cube(dimensions, _Cutter(self, dimensions).cells())


@dataclass
class _Cutter:
    scope: Scope
    dimensions: Codes
    found: dict[Codes, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def cells(self) -> dict[Codes, Figures]:
        self._count_cohort()
        self._add_flows()
        if self.scope.day is not None:
            self._add_cohort_as_of()
        return {codes: replace(NOTHING, **sums) for codes, sums in self.found.items()}

    @property
    def cohort(self) -> ProjectQuerySet:
        return self.scope.projects.signed_within(self.scope.period, self.scope.day).order_by()

    def _keys(self, prefix: str, dated: str) -> dict[str, Any]:
        """What to group by; `dated` is the day that a time dimension looks at."""
        found = {}
        for place, name in enumerate(self.dimensions):
            dimension = DIMENSIONS[name]
            found[f"key{place}"] = (
                MonthCode(F(dated)) if dimension.key is None else dimension.key(prefix, self.scope.day)
            )
        return found

    def _codes(self, row: dict[str, Any]) -> Codes:
        codes = []
        for place, name in enumerate(self.dimensions):
            raw = row[f"key{place}"]
            codes.append(time_code(name, raw) if DIMENSIONS[name].is_time else NONE if raw is None else raw)
        return tuple(codes)

    def _take(self, rows: Iterable[dict[str, Any]], **names: str) -> None:
        for row in rows:
            cell = self.found[self._codes(row)]
            for name, of in names.items():
                cell[name] = cell.get(name, getattr(NOTHING, name)) + (row[of] or getattr(NOTHING, name))

    def _count_cohort(self) -> None:
        """Whatever a project itself says, by its stage and condition: how many have come how far follows."""
        day = self.scope.day
        keys = self._keys("", "signed_on")
        keys["at"] = DIMENSIONS["stage"].key("", day)  # type: ignore[misc]
        keys["how"] = F("condition") if day is None else condition_by(day)
        known = ~Q(agreed_capital=None)
        sums: dict[str, Any] = {
            "n_projects": Count("pk"),
            "n_unknown": Count("pk", filter=~known),
            **{f"n_{name}": Sum(column) for name, column in SUMS.items()},
            # Without a day the kept sums are what the dated rows come to (check_data).
            "n_agreed_whole": Sum("agreed_capital"),
            "n_arrived_to_date": Sum("arrived_capital"),
            "n_arrived_known": Sum("arrived_capital", filter=known),
            "n_agreed_on_land": Sum("agreed_capital", filter=Q(land_area__gt=0)),
        }
        steps = {"paid": Count("pk", filter=Q(paid(day))), "leased": Count("pk", filter=LEASED)}
        rows = list(self.cohort.annotate(**keys).values(*keys).annotate(**steps, **sums))
        dated = {"agreed_whole", "arrived_to_date", "arrived_known", "agreed_on_land"} if day is not None else set()
        self._take(rows, **{name[2:]: name for name in sums if name[2:] not in dated})
        for row in rows:
            self._take_progress(row)

    def _take_progress(self, row: dict[str, Any]) -> None:
        cell = self.found[self._codes(row)]
        rank = Stage(row["at"] or Stage.SIGNED).rank
        for name, stage in REACHED.items():
            if rank >= stage.rank:
                cell[name] = cell.get(name, 0) + row["n_projects"]
        # projects/steps.py says the same of the list.
        steps = row["n_projects"] if rank > Stage.SIGNED.rank else row["paid"]
        cell["performing"] = cell.get("performing", 0) + steps
        at_once = row["leased"] if rank == Stage.REGISTERED.rank else 0
        cell["landed"] = cell.get("landed", 0) + (row["n_projects"] if rank >= Stage.LAND.rank else at_once)
        for condition in (Condition.STALLED, Condition.TERMINATED):
            if row["how"] == condition:
                cell[condition.value] = cell.get(condition.value, 0) + row["n_projects"]

    def _add_flows(self) -> None:
        """What was agreed in the period, and booked in it for the projects that count in it."""
        scope = self.scope
        listed = self._among(scope.projects.in_period(scope.period, scope.day))
        self._take(self._rows(CapitalCommitment, "committed_on", listed, scope.period), agreed="total")
        self._take(self._rows(CapitalArrival, "month", listed, scope.period), arrived="total")

    def _add_cohort_as_of(self) -> None:
        """Of the cohort, what its dated rows come to by the day."""
        cohort = self._among(self.cohort)
        known = ~Q(project__agreed_capital=None)
        with_land = Q(project__land_area__gt=0)
        agreed = self._rows(CapitalCommitment, "committed_on", cohort, ALL, of="project__signed_on", part=with_land)
        self._take(agreed, agreed_whole="total", agreed_on_land="part")
        arrived = self._rows(CapitalArrival, "month", cohort, ALL, of="project__signed_on", part=known)
        self._take(arrived, arrived_to_date="total", arrived_known="part")

    def _among(self, projects: ProjectQuerySet) -> Q:
        return Q(project__in=projects.order_by().values("pk"))

    def _rows(
        self, model: Any, dated: str, among: Q, period: Period, of: str | None = None, part: Q | None = None
    ) -> QuerySet:
        """Amounts of dated rows by the keys; a time dimension looks at `of`, else at the rows' own day."""
        keys = self._keys("project__", of or dated)
        rows = model.objects.filter(among, period.within(dated), happened(dated, self.scope.day)).order_by()
        return rows.annotate(**keys).values(*keys).annotate(total=Sum("amount"), part=Sum("amount", filter=part or Q()))
