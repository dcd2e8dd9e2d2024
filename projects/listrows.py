"""Many projects with what the columns of the list read of other tables, for exports.

As `columns.fetched` does for a page, but for a hundred thousand rows: `prefetch_related` prepares a query a project and
`select_related` makes a park a project, which takes several times as long as all the rest.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet, prefetch_related_objects

from projects.columnplaces import FIRMS, HONOURS, JOINED, MILESTONES, Asked, Worded
from projects.columns import Column
from projects.models import Milestone, Participation, Project

Reader = Callable[[Project], Any]
CHUNK = 2000


def rows_of(
    projects: QuerySet, shown: Sequence[Column], *, year: int | None, today: datetime.date
) -> Iterator[list[Any]]:
    """The values of these columns, a row a project; so many projects at a time, in a constant number of queries."""
    needs = {need for column in shown for need in column.needs}
    for column in shown:
        projects = column.place.annotated(projects, Asked(year, today), shown=True)
    readers = [_reader(column) for column in shown]
    entries = _Entries(needs.intersection(JOINED))
    rows = iter(projects.iterator(chunk_size=CHUNK))
    while chunk := list(islice(rows, CHUNK)):
        entries.give(chunk)
        if FIRMS in needs:
            _give(chunk, "participations", Participation.objects.select_related("investor"))
        if HONOURS in needs:
            prefetch_related_objects(chunk, "participations__investor__honours")
        if MILESTONES in needs:
            _give(chunk, "milestones", Milestone.objects.all())
        for project in chunk:
            yield [read(project) for read in readers]


class _Entries:
    """Parks, clusters, chains and officials: each read once, and the same object for all projects that refer to it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.fields = [Project._meta.get_field(name) for name in names]
        self.known: dict[str, dict[int, Model]] = {field.name: {} for field in self.fields}

    def give(self, chunk: Sequence[Project]) -> None:
        """Set what the projects refer to."""
        for field in self.fields:
            known = self.known[field.name]
            wanted = {getattr(project, field.attname) for project in chunk} - known.keys() - {None}
            if wanted:
                known.update(field.related_model._base_manager.in_bulk(wanted))
            for project in chunk:
                field.set_cached_value(project, known.get(getattr(project, field.attname)))


def _give(chunk: Sequence[Project], name: str, rows: QuerySet) -> None:
    """Set the rows of another table that belong to each project, in one query."""
    own: dict[int, list[Any]] = defaultdict(list)
    for row in rows.filter(project__in=[project.pk for project in chunk]):
        own[row.project_id].append(row)
    for project in chunk:
        cache = project.__dict__.setdefault("_prefetched_objects_cache", {})
        cache[name] = own[project.pk]  # what project.milestones.all() then gives


def _reader(column: Column) -> Reader:
    """What reads a column's value. Words are translated once, and not a project."""
    if isinstance(column.place, Worded):
        path, words = column.place.path, {key: str(word) for key, word in column.place.words.items()}
        return lambda project: words.get(getattr(project, path)) or getattr(project, path) or None
    if column.kind == "light":
        lights = {key: str(word) for key, word in column.choices}
        return lambda project: lights[project.light_now]
    return column.value
