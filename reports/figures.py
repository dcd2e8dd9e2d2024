"""Where the numbers come from: the year beside the year before, cut by a dimension; amounts in 万元.

Every figure is made by `reports.cube` or by `ProjectQuerySet.totals`, which follow one rule (design, section 4): signed
in the year counts, commitments dated in the year sum. So the list behind its link shows the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from parks.models import Park
from projects.counting import dated_in
from projects.models import CapitalArrival, Honour, Participation
from projects.periods import Period
from projects.permissions import Actor, sees_own_parks_only
from projects.querysets import ProjectQuerySet, Totals
from reports.asked import Asked
from reports.cube import SOONER, Cube, Scope
from reports.dimensions import NONE, entries, roots_of
from reports.measures import NOTHING, Figures, growth, ratio, summed

__all__ = ["NONE", "NOTHING", "Compared", "Row", "compare", "growth", "ratio", "summed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: an entry of the vocabulary, or the unknown (code `none`), this year and the year before."""

    code: str
    name: str
    now: Figures | Totals
    before: Figures | Totals
    note: str = ""  # the parks inside it that hold some of its projects, with their numbers
    share: Decimal | None = None  # of the agreed amount of all rows; None where that is zero
    is_compared: bool = True  # False: of the year before nothing is there in any row

    @property
    def growth(self) -> Decimal | None:
        """Of the agreed amount over the same time of the year before; None on zero or unknown."""
        return growth(self.now.agreed, self.before.agreed)

    @property
    def change(self) -> Decimal:
        return self.now.agreed - self.before.agreed

    @property
    def projects_change(self) -> int | None:
        """None where there is nothing to compare with, as `growth`."""
        return self.now.projects - self.before.projects if self.is_compared else None

    @property
    def arrival_rate(self) -> Decimal | None:
        """Of the projects signed in the period (glossary, section 2); None on zero."""
        return self.now.arrival_rate if isinstance(self.now, Figures) else None


# The sums that pages read of the year, and those of the year before.
CURRENT = ("projects", "unknown", "agreed", "arrived", "agreed_whole", "arrived_known")
EARLIER = ("projects", "agreed")


@dataclass(frozen=True)
class Compared:
    """The cells of a year and those of the same time of the year before, cut alike.

    `earlier` holds all of the year before that counts on the day: of it, `before` is what had come by the same day.
    """

    now: Cube
    before: Cube
    earlier: Cube
    period: Period

    def whole(self) -> Row:
        """All of it."""
        return compared_rows([Row("", "", self.now.total(), self.before.total())])[0]


def compare(
    projects: ProjectQuerySet, asked: Asked, *dimensions: str, parts: Mapping[str, Q] | None = None
) -> Compared:
    """A year, and the year before up to the same day of it; its cells hold the sums of CURRENT and of EARLIER.

    `parts` of the year itself: see `Scope.cut`.
    """
    scope = Scope(projects, asked.period, asked.day)
    sooner = asked.same_time_before if asked.same_time_before != asked.day else None
    earlier = scope.at(asked.period.year_before(), asked.day, sooner).cut(*dimensions, only=EARLIER)
    before = earlier.within(SOONER, (SOONER,)) if sooner else earlier
    return Compared(scope.cut(*dimensions, only=CURRENT, parts=parts), before, earlier, asked.period)


def whole(projects: ProjectQuerySet, asked: Asked) -> Row:
    """All of it, with those listed only for an increase (`Totals.increased`)."""
    earlier, day = asked.period.year_before(), asked.same_time_before
    now = projects.in_period(asked.period, asked.day).totals(asked.period, asked.day)
    before = projects.in_period(earlier, day).totals(earlier, day)
    return compared_rows([Row("", "", now, before)])[0]


def by_cluster(compared: Compared) -> list[Row]:
    """The clusters, what lies outside them, and the unknown where there is any: the parts add up to the whole."""
    now, before = compared.now.by_one("cluster"), compared.before.by_one("cluster")
    named = entries("cluster", {*now, *before}, compared.period)
    return with_shares(
        [Row(one.code, one.name, now.get(one.code, NOTHING), before.get(one.code, NOTHING)) for one in named]
    )


def by_park(compared: Compared) -> list[Row]:
    """The root parks, each with the ones inside it, counted once; 园区外 and the unknown where there is any."""
    now, before = compared.now.by_one("park"), compared.before.by_one("park")
    named = entries("park", {*now, *before}, compared.period)
    rows = []
    for root, inside in roots_of(named):
        codes = [root.code, *(entry.code for entry in inside)]
        held = [(entry.name.removeprefix(root.name), now.get(entry.code, NOTHING).projects) for entry in inside]
        note = "、".join(f"{name} {number}" for name, number in held if number)
        row = Row(root.code, root.name, add(now, codes), add(before, codes), note)
        if root.code != Park.NO_PARK or row.now != NOTHING or row.before != NOTHING:
            rows.append(row)
    return with_shares(rows)


def by_entry(compared: Compared, by: str, named: Iterable[Any]) -> list[Row]:
    """Some entries of a vocabulary, such as the chains of a cluster, each with its own sums."""
    now, before = compared.now.by_one(by), compared.before.by_one(by)
    rows = [Row(one.code, one.name, now.get(one.code, NOTHING), before.get(one.code, NOTHING)) for one in named]
    return compared_rows(rows)


def add(figures: dict[str, Figures], codes: Iterable[str]) -> Figures:
    """The sum of several entries."""
    return summed(figures[code] for code in codes if code in figures)


def with_shares(rows: list[Row]) -> list[Row]:
    """Each row with its part of the whole."""
    total = sum((row.now.agreed for row in rows), Decimal(0))
    return [replace(row, share=ratio(row.now.agreed, total)) for row in compared_rows(rows)]


def compared_rows(rows: list[Row]) -> list[Row]:
    """Rows of one table: a year of which nothing is there was not without projects, it was not recorded."""
    is_compared = any(row.before.projects or row.before.agreed for row in rows)
    return [replace(row, is_compared=is_compared) for row in rows]


def name_of_whole(user: Actor) -> str:
    """What all that an account sees is called: the district, or its own parks where it sees no others."""
    return _("Own parks") if sees_own_parks_only(user) else _("Whole district")


def having_rank(honour: str) -> Q:
    """Projects in which a firm of that rank or honour takes part: the list's `rank`."""
    holders = Honour.objects.filter(kind=honour).order_by()
    return Q(pk__in=Participation.objects.filter(investor__in=holders.values("investor")).order_by().values("project"))


# Firms of one group count once.
GROUP = Coalesce(NullIf(F("investor__parent_name"), Value("")), F("investor__name"))


def firms_with(projects: ProjectQuerySet, *honours: str) -> int:
    """How many firms of one of these ranks or honours take part: distinct groups, as published figures count 家."""
    return _parts(projects, honours).aggregate(firms=Count(GROUP, distinct=True))["firms"]


def firms_by_honour(projects: ProjectQuerySet, *honours: str) -> dict[str, int]:
    """`firms_with` of each of these by itself."""
    counted = _parts(projects, honours).order_by().values_list("investor__honours__kind")
    return dict.fromkeys(honours, 0) | dict(counted.annotate(firms=Count(GROUP, distinct=True)))


def _parts(projects: ProjectQuerySet, honours: Collection[str]) -> QuerySet:
    return Participation.objects.filter(
        project__in=projects.order_by().values("pk"), investor__honours__kind__in=honours
    )


def booked_in(user: Actor, asked: Asked) -> Decimal:
    """What arrived in the year, in 万元, whether its projects count in it or were signed earlier."""
    # A list as of a day holds what had begun by then.
    booked = CapitalArrival.objects.visible_to(user, asked.day).filter(dated_in(asked.period, "month", asked.day))
    return booked.aggregate(total=Sum("amount"))["total"] or Decimal(0)
