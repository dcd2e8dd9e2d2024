"""Where the values of a column stand: how one is read from a project, ordered by and compared in the database."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Case, DateField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from jiangjin.lib.dates import PartialDay, midnight
from projects.choices import Stage
from projects.counting import happened
from projects.models import Project
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet

# What must be fetched with the projects before `value` is asked; select_related for the first four.
JOINED = ("park", "cluster", "chain", "lead_official")
FIRMS, HONOURS, MILESTONES, LIGHT = "participations", "honours", "milestones", "light"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a value may depend on beside its project.

    The chosen period, if any; the as-of day that the page says; `day`, where everything is cut at that day; and the
    time whose arrivals are meant, where that is another one (the list's `arrived_in`). With `since`, of the amounts of
    a time only what was dated after that day; with `kinds`, of the commitments only these (the list's `changed`).
    """

    period: Period | None
    today: datetime.date
    day: datetime.date | None = None
    arrived_in: Period | None = None
    since: datetime.date | None = None
    kinds: Sequence[str] | None = None

    @property
    def time(self) -> Period:
        """Whose amounts are meant: the chosen period; else all that came after `since`, or the as-of day's year."""
        return self.period or (ALL if self.since else Period(self.today.year))

    @property
    def agreed_of_a_time(self) -> bool:
        """Whether the totals of a list sum what was agreed in a time, not whole amounts."""
        return self.since is not None or (self.period is not None and not self.period.is_all)

    @property
    def arrived_of_a_time(self) -> bool:
        """The same of what arrived."""
        return self.agreed_of_a_time or self.arrived_in is not None


class Place:
    """The base: a value that is shown and can be neither ordered by nor compared."""

    needs: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()  # those of the project itself, or of a row of JOINED, that `value` reads
    operators: tuple[str, ...] = ()  # of columnfilters.OPERATORS; empty: those of the column's kind
    derived = False  # follows from other rows: shown as — where there is none, for nobody can fill it in

    def __init__(self, read: Callable[[Project], Any] | None = None, needs: tuple[str, ...] = ()) -> None:
        self.read = read
        self.needs = needs or self.needs

    def value(self, project: Project) -> Any:
        """The typed value, or None where it is unknown; reads what `needs` fetched."""
        return self.read(project) if self.read else None

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        """With what `order` and `fits` name; `shown`: with what `value` reads."""
        return projects

    def order(self) -> F | None:
        """What to order by; None where it cannot be ordered by."""
        return None

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        """Projects with a known value for which the lookup holds."""
        raise NotImplementedError

    def empty(self, asked: Asked) -> Q:
        """Projects whose value nobody filled in."""
        raise NotImplementedError


def with_cut(projects: ProjectQuerySet, asked: Asked) -> ProjectQuerySet:
    """Adds `cut_at`, the day after which nothing counts, or None: for `Place.value`."""
    return projects.annotate(cut_at=Value(asked.day, output_field=DateField()))


class Stored(Place):
    """A column of Project, or one of a row that it refers to once: lead_official__name."""

    def __init__(self, path: str, *, read: Callable[[Project], Any] | None = None, needs: tuple[str, ...] = ()) -> None:
        super().__init__(read, needs)
        self.path, self.fields = path, (path,)

    def value(self, project: Project) -> Any:
        found = self.read(project) if self.read else getattr(project, self.path)
        return None if found == "" else found

    def order(self) -> F | None:
        return F(self.path)

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        return Q(**{f"{self.path}__{lookup}": value})

    def empty(self, asked: Asked) -> Q:
        return Q(**{self.path: None}) if self.is_null else Q(**{self.path: ""})

    @cached_property
    def is_null(self) -> bool:
        field = Project._meta.get_field(self.path)
        return bool(field.null)


class AsOf(Stored):
    """An annotation of `projects.then`, in place of the column that it is named after."""

    def empty(self, asked: Asked) -> Q:
        return Q(**{self.path: None})


class Referred(Stored):
    """A word of the row that a column of Project refers to."""

    def __init__(self, column: str, name: str) -> None:
        super().__init__(f"{column}__{name}", needs=(column,))
        self.column, self.name = column, name

    def value(self, project: Project) -> Any:
        row = getattr(project, self.column)
        return (getattr(row, self.name) or None) if row else None

    def empty(self, asked: Asked) -> Q:
        return Q(**{self.column: None}) | Q(**{self.path: ""})


class Worded(Stored):
    """A column with a closed list of words; its value is the word."""

    def __init__(self, path: str, words: Iterable[tuple[str, Any]]) -> None:
        super().__init__(path)
        self.words = dict(words)

    def value(self, project: Project) -> str | None:
        found = getattr(project, self.path)
        return str(self.words.get(found, found)) if found else None


class StageWord(Worded):
    """The stage, ordered by how far it is."""

    def __init__(self) -> None:
        super().__init__("stage", Stage.choices)

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        if shown:
            return projects
        return projects.alias(stage_rank=Case(*(When(stage=stage, then=Value(stage.rank)) for stage in Stage)))

    def order(self) -> F | None:
        return F("stage_rank")


class Entry(Place):
    """An entry of a vocabulary, known by its code, shown by its name and ordered by its position."""

    def __init__(self, column: str, name: str) -> None:
        super().__init__(needs=(column,))
        self.column, self.name, self.fields = column, name, (f"{column}__{name}",)

    def value(self, project: Project) -> str | None:
        entry = getattr(project, self.column)
        return getattr(entry, self.name) if entry else None

    def order(self) -> F | None:
        return F(f"{self.column}__position")

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        if lookup != "exact":
            # What it is called in full, too: the page may show a short name.
            return reduce(or_, (Q(**{f"{self.column}__{name}__{lookup}": value}) for name in {"name", self.name}))
        inside = Q(park__parent__code=value) if self.column == "park" else Q()
        return Q(**{f"{self.column}__code": value}) | inside

    def empty(self, asked: Asked) -> Q:
        return Q(**{self.column: None})


class Rows(Place):
    """A value of other rows that belong to a project: fits where one of them fits."""

    def __init__(
        self,
        rows: Callable[[], QuerySet],
        path: str,
        *,
        read: Callable[[Project], Any],
        needs: tuple[str, ...],
        name: str = "",
        past: bool = False,
    ) -> None:
        """`past`: the value is a day on which something happened: as of an earlier day nobody knows it."""
        super().__init__(read, needs)
        self.rows, self.path, self.name, self.past = rows, path, name, past

    def annotated(self, projects: ProjectQuerySet, asked: Asked, *, shown: bool = False) -> ProjectQuerySet:
        if shown:
            return with_cut(projects, asked) if self.past else projects
        return (
            projects.alias(**{self.name: Subquery(self._own(asked).values(self.path)[:1])}) if self.name else projects
        )

    def order(self) -> F | None:
        return F(self.name) if self.name else None

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        return Q(Exists(self._own(asked).filter(**{f"{self.path}__{lookup}": value})))

    def empty(self, asked: Asked) -> Q:
        known = self._own(asked).exclude(**{self.path: None})
        return ~Q(Exists(known.exclude(**{self.path: ""}) if self._is_text else known))

    def _own(self, asked: Asked) -> QuerySet:
        own = self.rows().filter(project=OuterRef("pk")).order_by()
        return own.filter(happened(self.path, asked.day)) if self.past else own

    @property
    def _is_text(self) -> bool:
        model: type[Model] = self.rows().model
        *steps, last = self.path.split("__")
        for step in steps:
            model = model._meta.get_field(step).related_model
        return model._meta.get_field(last).empty_strings_allowed


class Moment(Stored):
    """The day of a moment, in the district's own time."""

    operators = ("ge", "le", "eq", "ne")

    def value(self, project: Project) -> PartialDay:
        return PartialDay.of(timezone.localdate(getattr(project, self.path)))

    def fits(self, lookup: str, value: datetime.date, asked: Asked) -> Q:
        """`since` and `by` a day, as a partial day is compared."""
        day = value if lookup == "since" else value + datetime.timedelta(days=1)
        return Q(**{f"{self.path}__{'gte' if lookup == 'since' else 'lt'}": midnight(day)})

    def empty(self, asked: Asked) -> Q:
        return Q(pk__in=[])
