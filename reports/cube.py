"""The one function behind every figure: the sums of some projects in a period, as of a day, cut by some dimensions.

The list shows the same: `projects.counting` selects and totals it by the same rules, and tests compare the two.
Each cell is made of at most five grouped queries, however many cells there are.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from industries.models import Chain, Cluster
from parks.models import Park
from projects.choices import Condition, Stage
from projects.counting import condition_by, dated_in, happened
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
# Grouped by number: the database sorts and compares numbers faster than codes, and joins nothing.
NUMBERED: dict[str, Any] = {"park": Park, "cluster": Cluster, "chain": Chain}
# The dated rows of a project, and what dates them.
COMMITMENTS, ARRIVALS = ("commitments", "committed_on"), ("arrivals", "month")
PROGRESS = {*REACHED, "performing", "landed"}
AS_OF_AGREED, AS_OF_ARRIVED = {"agreed_whole", "agreed_on_land"}, {"arrived_to_date", "arrived_known"}
ALL_SUMS = frozenset(one.name for one in fields(Figures))
# Not a dimension of tables: whether something had come by `Scope.sooner`.
SOONER, LATER = "sooner", "later"
SUMS = {"output": "expected_output", "tax": "expected_tax", "jobs": "expected_jobs", "land_area": "land_area"}


@dataclass(frozen=True)
class Cube:
    """Cells by the codes of their entries, in the order of `dimensions`.

    `parts`: of all cells together the projects and the agreed amount of those that meet a condition, by its name.
    """

    dimensions: Codes
    cells: dict[Codes, Figures]
    parts: dict[str, Figures] = field(default_factory=dict)

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

    def within(self, dimension: str, codes: Collection[str]) -> Cube:
        """The cells of some entries of a dimension alone."""
        place = self.dimensions.index(dimension)
        return replace(self, cells={key: cell for key, cell in self.cells.items() if key[place] in codes})


@dataclass(frozen=True)
class Scope:
    """Which projects, when, and as of which day. The projects must be visible and counted (not voided)."""

    projects: ProjectQuerySet
    period: Period = ALL
    day: datetime.date | None = None
    # With an earlier day cells are cut by SOONER as well: what had been signed and agreed by it, and what came later.
    sooner: datetime.date | None = None
    # The codes of the vocabularies by their numbers, once known: the same at another time.
    numbers: dict[str, dict[int, str]] = field(default_factory=dict, compare=False, repr=False)

    def at(self, period: Period, day: datetime.date | None = None, sooner: datetime.date | None = None) -> Scope:
        """The same projects at another time."""
        return replace(self, period=period, day=day, sooner=sooner)

    def total(self) -> Figures:
        return self.cut().total()

    def cut(self, *dimensions: str, only: Collection[str] | None = None, parts: Mapping[str, Q] | None = None) -> Cube:
        """The sums by these dimensions. `only` names the sums of Figures that are read; the others may be left at 0.

        `parts` are conditions on projects, by name: what `Cube.parts` holds of them costs no look of its own.
        """
        if self.sooner:
            dimensions = (*dimensions, SOONER)
        cutter = _Cutter(self, dimensions, frozenset(ALL_SUMS if only is None else only), parts or {})
        return Cube(dimensions, cutter.cells(), {name: Figures(**sums) for name, sums in cutter.of_parts.items()})


@dataclass
class _Cutter:
    scope: Scope
    dimensions: Codes
    only: frozenset[str]
    parts: Mapping[str, Q] = field(default_factory=dict)
    found: dict[Codes, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    @cached_property
    def of_parts(self) -> dict[str, dict[str, Any]]:
        return {name: {} for name in self.parts}

    def cells(self) -> dict[Codes, Figures]:
        self._count_cohort()
        self._add_flows()
        if self.scope.day is not None:
            self._add_cohort_as_of()
        return {codes: Figures(**sums) for codes, sums in self.found.items()}

    @property
    def cohort(self) -> ProjectQuerySet:
        return self.scope.projects.signed_within(self.scope.period, self.scope.day).order_by()

    def _keys(self, dated: str) -> dict[str, Any]:
        """What to group by; `dated` is the day that a time dimension looks at."""
        found = {}
        for place, name in enumerate(self.dimensions):
            if name == SOONER:
                found[f"key{place}"] = self._sooner(dated)
                continue
            dimension = DIMENSIONS[name]
            found[f"key{place}"] = MonthCode(F(dated)) if dimension.key is None else dimension.key(self.scope.day)
        return found

    def _sooner(self, dated: str) -> Case:
        """Whether it counts by the earlier day: what is dated must be by then, and its project signed."""
        day = self.scope.sooner
        by_then = happened(dated, day) & happened("signed_on", day)
        return Case(When(by_then, then=Value(SOONER)), default=Value(LATER), output_field=CharField())

    @cached_property
    def _translators(self) -> list[tuple[str, Callable[[Any], str]]]:
        """Of each dimension where a row holds its raw key, and what makes a code of it: asked once a key."""
        return [(f"key{place}", cache(self._translator(name))) for place, name in enumerate(self.dimensions)]

    def _translator(self, name: str) -> Callable[[Any], str]:
        """Makes codes of what the database grouped a dimension by."""
        if name in NUMBERED:
            numbers = self.scope.numbers
            if name not in numbers:
                numbers[name] = dict(NUMBERED[name].objects.order_by().values_list("pk", "code"))
            return lambda raw: numbers[name].get(raw, NONE)
        if name != SOONER and DIMENSIONS[name].is_time:
            return lambda raw: time_code(name, raw)
        return lambda raw: NONE if raw is None else raw

    def _codes(self, row: dict[str, Any]) -> Codes:
        return tuple([translate(row[key]) for key, translate in self._translators])

    def _take(self, rows: Iterable[dict[str, Any]], **names: str) -> None:
        nothing = {name: getattr(NOTHING, name) for name in names}
        for row in rows:
            cell = self.found[self._codes(row)]
            for name, of in names.items():
                if found := row[of]:
                    cell[name] = cell.get(name, nothing[name]) + found

    def _take_parts(self, rows: list[dict[str, Any]], name: str) -> None:
        for part, sums in self.of_parts.items():
            sums[name] = sum((found for row in rows if (found := row[f"of_{part}"])), getattr(NOTHING, name))

    def _of_parts(self, of: Callable[[Q], Any]) -> dict[str, Any]:
        return {f"of_{name}": of(condition) for name, condition in self.parts.items()}

    def _count_cohort(self) -> None:
        """Whatever a project itself says, by its stage and condition: how many have come how far follows."""
        day = self.scope.day
        keys = self._keys("signed_on")
        if PROGRESS & self.only and "stage" not in self.dimensions:
            keys["at"] = DIMENSIONS["stage"].key(day)  # type: ignore[misc]
        if {"stalled", "terminated"} & self.only:
            keys["how"] = F("condition") if day is None else condition_by(day)
        known = ~Q(agreed_capital=None)
        sums: dict[str, Any] = {
            "n_projects": Count("pk"),
            "n_unknown": Count("pk", filter=~known),
            **{f"n_{name}": Sum(column) for name, column in SUMS.items()},
            **{f"n_{name}_known": Count(column) for name, column in SUMS.items()},
            # Without a day the kept sums are what the dated rows come to (check_data).
            "n_agreed_whole": Sum("agreed_capital"),
            "n_arrived_to_date": Sum("arrived_capital"),
            "n_arrived_known": Sum("arrived_capital", filter=known),
            "n_agreed_on_land": Sum("agreed_capital", filter=Q(land_area__gt=0)),
        }
        # What is not read is not asked: an index may then answer without the projects' long rows.
        sums = {name: sums[name] for name in sums if name == "n_projects" or name[2:] in self.only}
        steps = {}
        if "landed" in self.only:
            steps["leased"] = Count("pk", filter=LEASED)
        if "performing" in self.only:
            steps["paid"] = Count("pk", filter=Q(paid(day)))
        counts = self._of_parts(lambda condition: Count("pk", filter=condition))
        rows = _grouped(self.cohort, keys, {**steps, **sums, **counts})
        self._take_parts(rows, "projects")
        dated = AS_OF_AGREED | AS_OF_ARRIVED if day is not None else set()
        self._take(rows, **{name[2:]: name for name in sums if name[2:] not in dated})
        if PROGRESS & self.only:
            at = f"key{self.dimensions.index('stage')}" if "stage" in self.dimensions else "at"
            for row in rows:
                self._take_progress(row, row.get(at))
        for row in rows:
            self._take_condition(row)

    def _take_condition(self, row: dict[str, Any]) -> None:
        for condition in (Condition.STALLED, Condition.TERMINATED):
            if row.get("how") == condition:
                cell = self.found[self._codes(row)]
                cell[condition.value] = cell.get(condition.value, 0) + row["n_projects"]

    def _take_progress(self, row: dict[str, Any], at: str | None) -> None:
        cell = self.found[self._codes(row)]
        rank = Stage(at or Stage.SIGNED).rank
        for name, stage in REACHED.items():
            if rank >= stage.rank:
                cell[name] = cell.get(name, 0) + row["n_projects"]
        # projects/steps.py says the same of the list.
        steps = row["n_projects"] if rank > Stage.SIGNED.rank else row.get("paid", 0)
        cell["performing"] = cell.get("performing", 0) + steps
        at_once = row.get("leased", 0) if rank == Stage.REGISTERED.rank else 0
        cell["landed"] = cell.get("landed", 0) + (row["n_projects"] if rank >= Stage.LAND.rank else at_once)

    def _add_flows(self) -> None:
        """What was agreed in the period, and booked in it for the projects that count in it."""
        projects, period, day = self.scope.projects, self.scope.period, self.scope.day
        if "agreed" in self.only:
            # A commitment dated in the period makes its project count in it.
            sums = self._of_parts(lambda condition: Sum("commitments__amount", filter=condition))
            rows = self._rows(COMMITMENTS, projects.signed_within(ALL, day), period, sums)
            self._take(rows, agreed="total")
            self._take_parts(rows, "agreed")
        if "arrived" in self.only:
            self._take(self._rows(ARRIVALS, projects.in_period(period, day), period), arrived="total")

    def _add_cohort_as_of(self) -> None:
        """Of the cohort, what its dated rows come to by the day."""
        on_land, known = Q(land_area__gt=0), ~Q(agreed_capital=None)
        self._add_of_cohort(COMMITMENTS, "agreed_whole", "agreed_on_land", on_land)
        self._add_of_cohort(ARRIVALS, "arrived_to_date", "arrived_known", known)

    def _add_of_cohort(self, kind: tuple[str, str], whole: str, part: str, condition: Q) -> None:
        """All of the dated rows, and those of the projects that meet a condition; what is not read is not asked."""
        names = {whole: "total", part: "part"} if part in self.only else {whole: "total"}
        if self.only.isdisjoint(names):
            return
        more = {"part": Sum(f"{kind[0]}__amount", filter=condition)} if part in names else {}
        self._take(self._rows(kind, self.cohort, ALL, more, of="signed_on"), **names)

    def _rows(
        self,
        kind: tuple[str, str],
        projects: ProjectQuerySet,
        period: Period,
        more: Mapping[str, Any] | None = None,
        of: str | None = None,
    ) -> list[dict[str, Any]]:
        """Amounts of dated rows by the keys, and `more` sums; a time dimension looks at `of`, else at their own day.

        Asked from the projects: their table is read once, for what selects them and for the keys. All conditions of
        the rows stand in one `filter`, whose join the sums share.
        """
        name, dated = kind
        keys = self._keys(of or f"{name}__{dated}")
        wanted = dated_in(period, f"{name}__{dated}", self.scope.day)
        # What lies in a year is there. Else the join asks for a row by what the indexes hold, which is not its number.
        found = projects.order_by().filter(wanted if period.year else wanted & Q(**{f"{name}__project__isnull": False}))
        return _grouped(found, keys, {"total": Sum(f"{name}__amount"), **(more or {})})


def _grouped(found: QuerySet, keys: dict[str, Any], sums: dict[str, Any]) -> list[dict[str, Any]]:
    """The sums by the keys; without any, `values()` would group by the projects themselves."""
    if not keys:
        return [found.aggregate(**sums)]
    return list(found.annotate(**keys).values(*keys).annotate(**sums))
