"""Where the numbers come from. One function a question, over one queryset; amounts in 万元.

Every figure is made by `ProjectQuerySet.totals` or by the same sums grouped, so that the list behind its link shows the
same: signed in the year counts, commitments dated in the year sum (design, section 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from industries.models import Cluster
from parks.models import Park
from projects.choices import Stage
from projects.models import CapitalArrival, CapitalCommitment, Participation
from projects.querysets import ProjectQuerySet, Totals

NOTHING = Totals(0, Decimal(0), Decimal(0), 0)
NONE = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: an entry of the vocabulary, or the unknown (code `none`), this year and the year before."""

    code: str
    name: str
    now: Totals
    before: Totals
    note: str = ""  # the parks inside it that hold some of its projects, with their numbers
    share: Decimal | None = None  # of the agreed amount of all rows; None where that is zero

    @property
    def arrival_rate(self) -> Decimal | None:
        """Of what was agreed; None on zero."""
        return ratio(self.now.arrived, self.now.agreed)

    @property
    def growth(self) -> Decimal | None:
        """Of the agreed amount over the year before; None on zero or unknown."""
        return growth(self.now.agreed, self.before.agreed)

    @property
    def change(self) -> Decimal:
        return self.now.agreed - self.before.agreed

    @property
    def projects_change(self) -> int:
        return self.now.projects - self.before.projects


def growth(now: Decimal, before: Decimal) -> Decimal | None:
    """Relative change; None where there is nothing to compare with."""
    return (now - before) / before if before else None


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part of the whole; None on zero."""
    return part / whole if whole else None


def grouped(projects: ProjectQuerySet, by: str, year: int) -> dict[Any, Totals]:
    """Totals of a year by a column of Project (`cluster`, `park`, `stage`); the unknown under None."""
    return {key: totals for (key,), totals in grouped_by(projects, (by,), year).items()}


def grouped_by(projects: ProjectQuerySet, by: tuple[str, ...], year: int) -> dict[tuple[Any, ...], Totals]:
    """Totals of a year by several columns of Project together, in three queries."""
    signed = projects.signed_in(year).order_by().values_list(*by)
    counts = {
        tuple(key): (number, unknown)
        for *key, number, unknown in signed.annotate(
            projects=Count("pk"), unknown=Count("pk", filter=Q(agreed_capital=None))
        )
    }
    listed = projects.in_year(year).order_by().values("pk")
    columns = [f"project__{name}" for name in by]
    agreed, arrived = (
        {tuple(key): amount for *key, amount in rows.order_by().values_list(*columns).annotate(Sum("amount"))}
        for rows in (
            CapitalCommitment.objects.filter(project__in=listed, committed_on__year=year),
            CapitalArrival.objects.filter(project__in=listed, month__year=year),
        )
    )
    found = {}
    for key in {*counts, *agreed, *arrived}:
        number, unknown = counts.get(key, (0, 0))
        found[key] = Totals(number, agreed.get(key) or Decimal(0), arrived.get(key) or Decimal(0), unknown)
    return found


Parts = dict[Any, Totals]


@dataclass(frozen=True, slots=True)
class YearTables:
    """What a year and the one before come to, in all and by cluster, park and stage: one look at each for all of it."""

    now: dict[tuple[Any, ...], Totals]
    before: dict[tuple[Any, ...], Totals]
    listed: int  # in the year, with those that only an increase brought into it

    BY = ("cluster", "park", "stage")

    @classmethod
    def of(cls, projects: ProjectQuerySet, year: int) -> YearTables:
        now, before = grouped_by(projects, cls.BY, year), grouped_by(projects, cls.BY, year - 1)
        return cls(now, before, projects.in_year(year).count())

    @property
    def total(self) -> Row:
        """The whole: the parts add up to it, for every project lies in one of them."""
        now = summed(self.now.values())
        return Row("", "", replace(now, increased=self.listed - now.projects), summed(self.before.values()))

    def parts(self, by: str) -> tuple[Parts, Parts]:
        place = self.BY.index(by)
        return _folded(self.now, place), _folded(self.before, place)

    def clusters(self) -> list[Row]:
        return _cluster_rows(*self.parts("cluster"))

    def parks(self) -> list[Row]:
        return _park_rows(*self.parts("park"))

    def stages(self) -> list[tuple[Stage, Totals]]:
        return _stage_rows(self.parts("stage")[0])


def _folded(groups: dict[tuple[Any, ...], Totals], place: int) -> Parts:
    found: dict[Any, list[Totals]] = defaultdict(list)
    for key, totals in groups.items():
        found[key[place]].append(totals)
    return {key: summed(rows) for key, rows in found.items()}


def by_cluster(projects: ProjectQuerySet, year: int) -> list[Row]:
    """The clusters, what lies outside them, and the unknown where there is any: the parts add up to the whole."""
    return _cluster_rows(grouped(projects, "cluster", year), grouped(projects, "cluster", year - 1))


def _cluster_rows(now: Parts, before: Parts) -> list[Row]:
    rows = [
        Row(cluster.code, cluster.name, now.get(cluster.pk, NOTHING), before.get(cluster.pk, NOTHING))
        for cluster in Cluster.objects.all()
    ]
    return with_shares(rows + _unknown(now, before))


def by_park(projects: ProjectQuerySet, year: int) -> list[Row]:
    """The root parks, each with the ones inside it, counted once; 园区外 and the unknown where there is any."""
    return _park_rows(grouped(projects, "park", year), grouped(projects, "park", year - 1))


def _park_rows(now: Parts, before: Parts) -> list[Row]:
    children: dict[int | None, list[Park]] = defaultdict(list)
    for park in Park.objects.all():
        children[park.parent_id].append(park)
    rows = []
    for root in children[None]:
        inside = children[root.pk]
        ids = [root.pk, *(park.pk for park in inside)]
        held = [(park.short_name.removeprefix(root.short_name), now.get(park.pk, NOTHING).projects) for park in inside]
        note = "、".join(f"{name} {number}" for name, number in held if number)
        row = Row(root.code, root.short_name, add(now, ids), add(before, ids), note)
        if root.code != Park.NO_PARK or row.now != NOTHING or row.before != NOTHING:
            rows.append(row)
    return with_shares(rows + _unknown(now, before))


def by_entry(projects: ProjectQuerySet, by: str, entries: Iterable[Any], year: int) -> list[Row]:
    """Some entries of a vocabulary, such as the chains of a cluster, each with its own totals."""
    now, before = grouped(projects, by, year), grouped(projects, by, year - 1)
    return [Row(entry.code, entry.name, now.get(entry.pk, NOTHING), before.get(entry.pk, NOTHING)) for entry in entries]


def by_stage(projects: ProjectQuerySet, year: int) -> list[tuple[Stage, Totals]]:
    """The stages that projects of the year have come to, in their order."""
    return _stage_rows(grouped(projects, "stage", year))


def _stage_rows(now: Parts) -> list[tuple[Stage, Totals]]:
    return [(stage, now[stage.value]) for stage in Stage if stage.value in now]


def add(figures: dict[Any, Totals], keys: Iterable[Any]) -> Totals:
    """The sum of several groups."""
    return summed(figures[key] for key in keys if key in figures)


def summed(rows: Iterable[Totals]) -> Totals:
    """Several totals as one."""
    found = list(rows)
    return Totals(
        sum(row.projects for row in found),
        sum((row.agreed for row in found), Decimal(0)),
        sum((row.arrived for row in found), Decimal(0)),
        sum(row.unknown for row in found),
    )


def _unknown(now: dict[int | None, Totals], before: dict[int | None, Totals]) -> list[Row]:
    if None not in now and None not in before:
        return []
    return [Row(NONE, "", now.get(None, NOTHING), before.get(None, NOTHING))]


def with_shares(rows: list[Row]) -> list[Row]:
    """Each row with its part of the whole."""
    whole = sum((row.now.agreed for row in rows), Decimal(0))
    return [replace(row, share=ratio(row.now.agreed, whole)) for row in rows]


def ranked(projects: ProjectQuerySet, honour: str) -> ProjectQuerySet:
    """Projects in which a firm of that rank or honour takes part: the list's `rank`."""
    parts = Participation.objects.filter(project=OuterRef("pk"), investor__honours__kind=honour)
    return projects.filter(Exists(parts))


def firms_with(projects: ProjectQuerySet, honour: str) -> int:
    """How many firms of that rank or honour take part: distinct groups, as published figures count 家."""
    parts: QuerySet = Participation.objects.filter(
        project__in=projects.order_by().values("pk"), investor__honours__kind=honour
    )
    group = Coalesce(NullIf(F("investor__parent_name"), Value("")), F("investor__name"))
    return parts.aggregate(firms=Count(group, distinct=True))["firms"]


def arrived_for_earlier(projects: ProjectQuerySet, year: int) -> Decimal:
    """What arrived in the year for projects that do not count in it: shown beside the year's own arrivals."""
    others = projects.exclude(pk__in=projects.in_year(year).order_by().values("pk"))
    booked = CapitalArrival.objects.filter(project__in=others.order_by().values("pk"), month__year=year)
    return booked.aggregate(total=Sum("amount"))["total"] or Decimal(0)
