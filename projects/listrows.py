"""Many projects as the columns of the list read them, for exports.

`fetching.fetched` does it for a page. For a hundred thousand rows the objects of the ORM take several times as long as
all the rest: a related manager an access, a query set a project, a park a project. Here a row is a plain object with
the same names, filled from tuples, and what many refer to is one object for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Model, prefetch_related_objects

from projects.choices import ParticipationRole
from projects.columnplaces import FIRMS, HONOURS, JOINED, MILESTONES, Asked, Worded
from projects.columns import Column
from projects.models import Investor, Milestone, Participation, Project
from projects.querysets import ProjectQuerySet
from projects.then import show_as_of

CHUNK = 2000
FIELDS = [field.attname for field in Project._meta.concrete_fields]


class Rows(list):
    """Rows of another table that belong to a project, asked for as of a related manager."""

    def all(self) -> Rows:
        return self


class Listed:
    """A project as columns read it: its fields, what it refers to, its firms and milestones."""

    participations: Rows
    milestones: Rows

    def __init__(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))

    @cached_property
    def lead_investor(self) -> Investor | None:
        """The contract party."""
        return next((part.investor for part in self.participations if part.role == ParticipationRole.LEAD), None)


class _Part:
    """A firm's part in a project."""

    __slots__ = ("investor", "role")

    def __init__(self, role: str, investor: Investor | None) -> None:
        self.role, self.investor = role, investor


class _Milestone:
    """A milestone as columns read it."""

    FIELDS: ClassVar = ("kind", "name", "planned_on", "promised_on", "reached", "actual_on")
    __slots__ = FIELDS
    __str__ = Milestone.__str__

    def __init__(self, *values: Any) -> None:
        self.kind, self.name, self.planned_on, self.promised_on, self.reached, self.actual_on = values


def rows_of(projects: ProjectQuerySet, shown: Sequence[Column], asked: Asked) -> Iterator[list[Any]]:
    """The values of these columns, a row a project; so many projects at a time, in a constant number of queries."""
    needs = {need for column in shown for need in column.needs}
    for column in shown:
        projects = column.place.annotated(projects, asked, shown=True)
    readers = [_reader(column) for column in shown]
    # All of them, whatever is shown: what a project lacks for its stage is found by looking at each.
    entries = _Entries(JOINED)
    names = [*FIELDS, *projects.query.annotation_select]
    rows = projects.values_list(*names).iterator(chunk_size=CHUNK)
    while chunk := [Listed(names, values) for values in islice(rows, CHUNK)]:
        entries.give(chunk)
        if asked.day is not None:
            show_as_of(chunk, asked.day)
        if FIRMS in needs:
            _give_firms(chunk, honours=HONOURS in needs)
        if MILESTONES in needs:
            _give_milestones(chunk)
        for project in chunk:
            yield [read(project) for read in readers]


class _Entries:
    """Parks, clusters, chains and officials: each read once, and the same object for all projects that refer to it."""

    def __init__(self, names: Iterable[str]) -> None:
        fields = [Project._meta.get_field(name) for name in names]
        self.known: dict[Any, dict[int, Model]] = {field: {} for field in fields}

    def give(self, chunk: Sequence[Listed]) -> None:
        """Set what the projects refer to."""
        for field, known in self.known.items():
            keys = [getattr(project, field.attname) for project in chunk]
            if wanted := {key for key in keys if key is not None} - known.keys():
                known.update(field.related_model._base_manager.in_bulk(wanted))
            for project, key in zip(chunk, keys, strict=True):
                setattr(project, field.name, known.get(key))


def _give_firms(chunk: Sequence[Listed], *, honours: bool) -> None:
    """Set the firms of each project, in two queries; with `honours` in three."""
    ids = [project.id for project in chunk]
    parts = list(Participation.objects.filter(project__in=ids).values_list("project_id", "role", "investor_id"))
    # By a join: asked for by their keys, a chunk of them is more than SQLite takes.
    firms = {firm.pk: firm for firm in Investor.objects.filter(participations__project__in=ids)}
    if honours:
        prefetch_related_objects(list(firms.values()), "honours")
    own: dict[int, Rows] = defaultdict(Rows)
    for project, role, investor in parts:
        own[project].append(_Part(role, firms.get(investor)))
    for one in chunk:
        one.participations = own[one.id]


def _give_milestones(chunk: Sequence[Listed]) -> None:
    """Set the milestones of each project, in one query."""
    rows = Milestone.objects.filter(project__in=[project.id for project in chunk])
    own: dict[int, Rows] = defaultdict(Rows)
    for project, *values in rows.values_list("project_id", *_Milestone.FIELDS):
        own[project].append(_Milestone(*values))
    for one in chunk:
        one.milestones = own[one.id]


def _reader(column: Column) -> Callable[[Any], Any]:
    """What reads a column's value. Words are translated once, and not a project."""
    if isinstance(column.place, Worded):
        path, words = column.place.path, {key: str(word) for key, word in column.place.words.items()}
        return lambda project: words.get(getattr(project, path)) or getattr(project, path) or None
    if column.kind == "light":
        lights = {key: str(word) for key, word in column.choices}
        return lambda project: lights[project.light_now]
    return column.value
