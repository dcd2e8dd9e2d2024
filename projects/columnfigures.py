"""Columns that follow from several rows: sums, rates, the next milestone, the light, what is missing, the last word."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import DateField, F, FloatField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Cast, NullIf

from jiangjin.lib.dates import PartialDay
from projects import judged, lights, stages
from projects.choices import CapitalOrigin, CommitmentKind
from projects.columnplaces import LIGHT, MILESTONES, Asked, Place
from projects.counting import after, agreed_by, arrived_by, happened
from projects.lacking import lacking_any
from projects.models import CapitalArrival, CapitalCommitment, Note, Project
from projects.querysets import ProjectQuerySet

CENT = Decimal("0.01")


class Computed(Place):
    """What the database computes for each project: the same expression is shown, ordered by and compared.

    `read` makes the shown value where Python knows it more exactly from what is stored.
    """

    derived = True

    def __init__(
        self, name: str, expression: Callable[[Asked], Any], *, read: Callable[[Project], Any] | None = None
    ) -> None:
        super().__init__(read)
        self.name, self.expression = name, expression

    def value(self, project: Project) -> Any:
        found = self.read(project) if self.read else getattr(project, self.name)
        return None if found == "" else found

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        if shown and self.read:
            return projects
        return (projects.annotate if shown else projects.alias)(**{self.name: self.expression(asked)})

    def order(self) -> F | None:
        return F(self.name)

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        return Q(**{f"{self.name}__{lookup}": float(value) if self.read and isinstance(value, Decimal) else value})

    def empty(self, asked: Asked) -> Q:
        return Q(**{f"{self.name}__isnull": True})


def increases() -> Computed:
    """What was added to the initial agreement, in 万元."""
    added = Q(kind=CommitmentKind.INCREASE)
    return Computed("added_capital", lambda asked: _sum(CapitalCommitment, "amount", "committed_on", asked, added))


def agreed_in_year() -> Computed:
    """What was agreed in the time that is asked for, or the year of the as-of day, in 万元."""
    return Computed("agreed_year", _agreed_in_period)


def arrived_in_year() -> Computed:
    """What arrived in the time that is asked for, or the year of the as-of day, in 万元."""
    return Computed("arrived_year", _arrived_in_period)


def arrived_foreign() -> Computed:
    """Foreign capital that arrived, in 万元."""
    foreign = Q(origin=CapitalOrigin.FOREIGN)
    return Computed("arrived_foreign", lambda asked: _sum(CapitalArrival, "amount", "month", asked, foreign))


def arrived_from_outside() -> Computed:
    """What arrived from outside the city, in 万元."""
    return Computed("arrived_outside_city", lambda asked: _sum(CapitalArrival, "outside_city", "month", asked, Q()))


def _agreed_in_period(asked: Asked) -> Subquery:
    meant = asked.time.within("committed_on") & after("committed_on", asked.since)
    meant &= Q() if asked.kinds is None else Q(kind__in=asked.kinds)
    return _sum(CapitalCommitment, "amount", "committed_on", asked, meant)


def _arrived_in_period(asked: Asked) -> Subquery:
    time = asked.arrived_in or asked.time
    return _sum(CapitalArrival, time.sums, "month", asked, time.within("month") & after("month", asked.since))


def _sum(model: type, column: str, dated: str, asked: Asked, of: Q) -> Subquery:
    """The sum over a project's own rows by the day; NULL where there is none, for unknown is not zero."""
    rows = model.objects.filter(of, happened(dated, asked.day), project=OuterRef("pk")).order_by().values("project")
    return Subquery(rows.annotate(whole=Sum(column)).values("whole"))


def ratio(name: str, above: str, below: str, *, units: int = 1) -> Computed:
    """One amount for each unit of another value; NULL where either is unknown, or the lower one is nothing.

    units: how many of the stored unit above are 1 (amounts are stored as fen; a million of them are 1 万元); then it is
    an amount, rounded to two decimals.
    """

    def expression(asked: Asked) -> Any:
        whole = Cast(_then(above, asked), FloatField())
        whole = whole / float(units) if units > 1 else whole
        return whole / NullIf(Cast(_then(below, asked), FloatField()), 0.0)

    def read(project: Project) -> Decimal | None:
        upper, lower = getattr(project, above), getattr(project, below)
        if upper is None or not lower:
            return None
        return (upper / lower).quantize(CENT, ROUND_HALF_UP) if units > 1 else upper / lower

    place = Computed(name, expression, read=read)
    place.operators, place.fields = ("ge", "le", "empty", "filled"), (above, below)
    return place


def _then(column: str, asked: Asked) -> Any:
    """A column of the project, an amount as of the day where there is one."""
    amounts = {"agreed_capital": agreed_by, "arrived_capital": arrived_by}
    return F(column) if asked.day is None or column not in amounts else amounts[column](asked.day)


def last_note(kind: str) -> Computed:
    """The newest sentence of a kind."""

    def expression(asked: Asked) -> Subquery:
        notes = Note.objects.filter(project=OuterRef("pk"), kind=kind).order_by("-created_at", "-pk")
        return Subquery(notes.values("text")[:1])

    return Computed(f"last_{kind}", expression)


class NextMilestone(Place):
    """The earliest planned milestone that is not reached: its words, its day, or the days left until it."""

    needs = (MILESTONES,)
    derived = True

    def __init__(self, show: Callable[[Any], Any]) -> None:
        super().__init__()
        self.show = show

    def value(self, project: Project) -> Any:
        waiting = judged.next_milestone(project.milestones.all(), project.judged_at)
        return self.show(waiting) if waiting else None

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        if not shown:
            return projects.with_next_milestone(asked.today)
        days = {"as_of_day": asked.today, "judged_at": judged.cut_of(asked.today)}
        return projects.annotate(**{name: Value(day, output_field=DateField()) for name, day in days.items()})

    def order(self) -> F:
        return F("next_planned_on")

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        return Q(**{f"next_planned_on__{lookup}": value})

    def empty(self, asked: Asked) -> Q:
        return Q(next_planned_on__isnull=True)


def next_words() -> NextMilestone:
    """开工 2021-05-04."""
    place = NextMilestone(lambda row: f"{row} {row.planned_on}")
    place.operators = ("empty", "filled")
    return place


def next_day() -> NextMilestone:
    """Its planned day."""
    return NextMilestone(lambda row: row.planned_on)


class DaysLeft(NextMilestone):
    """Days from the as-of day until the last day that the planned one could mean; below zero it is late."""

    def __init__(self) -> None:
        super().__init__(lambda row: row.planned_on)

    def value(self, project: Project) -> int | None:
        planned: PartialDay | None = super().value(project)
        return (planned.last - project.as_of_day).days if planned else None

    def fits(self, lookup: str, value: int, asked: Asked) -> Q:
        """`gte`, `lte` and `exact` of a number of days, said as bounds of the planned day itself."""
        until = Q(next_planned_on__by=_days_on(asked.today, value))
        before = Q(next_planned_on__by=_days_on(asked.today, value - 1))
        if lookup == "lte":
            return until
        later = Q(next_planned_on__isnull=False) & ~before
        return later & until if lookup == "exact" else later


def _days_on(day: datetime.date, days: int) -> datetime.date:
    """A day so many days later, at most the last one that there is."""
    room = (datetime.date.max - day).days if days > 0 else (day - datetime.date.min).days
    return day + datetime.timedelta(days=max(-room, min(room, days)))


class LightNow(Place):
    """The colour of the light as of the day, in its word."""

    needs = (LIGHT,)

    def value(self, project: Project) -> str:
        return str(dict(lights.CHOICES)[project.light_now])

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        return lights.with_light(projects, asked.today) if shown else projects

    def fits(self, lookup: str, value: str, asked: Asked) -> Q:
        """`exact` one of the colours."""
        found = lights.with_light(Project.objects.order_by(), asked.today).filter(light_now=value)
        return Q(pk__in=found.values("pk"))

    def empty(self, asked: Asked) -> Q:
        return Q(pk__in=[])


class Missing(Place):
    """What the stage of a project asks for and nobody filled in."""

    needs = ("cluster", "milestones", "park", "participations")
    fields = tuple(field.name for field in Project._meta.concrete_fields)
    operators = ("empty", "filled")
    derived = True

    def value(self, project: Project) -> str | None:
        return "、".join(str(label) for label in stages.missing(project)) or None

    def empty(self, asked: Asked) -> Q:
        return ~lacking_any()
