"""What a row says once some of its writes no longer count, told from its history alone.

A row's value is that of the last write that counts. So what is taken back in any order ends in the same register: the
one in which it had never been written, with all later edits kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models

Key = tuple[str, int]  # label of the model and key of the row
Choice = tuple[str, int, str]  # the same with the name of a unit; "" is the row as a whole

WHOLE = ""
PREFIXES = ("undo ", "redo ")  # reasons of records that took something back: they are no edits of their own


def is_takeback(reason: str) -> bool:
    return reason.startswith(PREFIXES)


@dataclass(frozen=True, slots=True)
class Record:
    """A row's history record: what the row said after it."""

    history_id: int
    kind: str  # simple-history's `+`, `~` or `-`
    reason: str
    user_id: int | None
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Subject:
    """A tracked model, and how its columns are told apart. All names are those of `attname`.

    ignored: columns that follow from others, written by their own rules and never looked at; quiet: columns that
    return with what moved them, and that are no edit by themselves; together: columns that mean something only
    together.
    """

    model: type[models.Model]
    ignored: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()
    together: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def label(self) -> str:
        return self.model._meta.label

    @cached_property
    def history(self) -> Any:
        return self.model.history.model

    @cached_property
    def names(self) -> list[str]:
        """The tracked columns that are looked at."""
        kept = {field.name for field in self.history._meta.concrete_fields}
        columns = [field for field in self.model._meta.concrete_fields if field.name in kept and not field.primary_key]
        return [field.attname for field in columns if field.attname not in self.ignored]

    @cached_property
    def units(self) -> list[tuple[int, ...]]:
        """Places of columns that are one value: each alone, but for those that belong together."""
        joined = [tuple(self.names.index(name) for name in names) for names in self.together]
        taken = {place for places in joined for place in places}
        alone = [(place,) for place in range(len(self.names)) if place not in taken]
        return sorted([*joined, *alone])

    @cached_property
    def unit_of(self) -> dict[int, int]:
        return {place: number for number, places in enumerate(self.units) for place in places}

    @cached_property
    def quiet_units(self) -> set[int]:
        return {self.unit_of[self.names.index(name)] for name in self.quiet}

    @cached_property
    def links(self) -> list[tuple[int, type[models.Model], bool]]:
        """Of each key of another table: its place, that table's model, and whether rows go with what they name."""
        fields = {field.attname: field for field in self.model._meta.concrete_fields if field.is_relation}
        return [
            (place, fields[name].related_model, fields[name].remote_field.on_delete is models.CASCADE)
            for place, name in enumerate(self.names)
            if name in fields
        ]

    def unit_name(self, unit: int) -> str:
        return self.names[self.units[unit][0]]

    def value(self, values: tuple[Any, ...], unit: int) -> tuple[Any, ...]:
        return tuple(values[place] for place in self.units[unit])


@dataclass(frozen=True)
class Standing:
    """Which writes count.

    dropped: reasons whose writes are taken back; decided: what a person had a taking back write against later edits,
    by its reason.
    """

    dropped: frozenset[str]
    decided: Mapping[str, frozenset[Choice]] = field(default_factory=dict)

    def counts(self, reason: str) -> bool:
        return reason not in self.dropped and not is_takeback(reason)


@dataclass(slots=True)
class Effective:
    """What a row says by the writes that count. `alive` is None where nothing that counts speaks of the row."""

    alive: bool | None
    origin_counts: bool
    held: dict[int, int]  # unit → place of the record that wrote it last; the first record where none is named


class Trail:
    """A row's history, oldest record first, and what the row says now; None where it is gone."""

    def __init__(self, subject: Subject, pk: int, records: list[Record]) -> None:
        self.subject = subject
        self.pk = pk
        self.records = records
        self.now: tuple[Any, ...] | None = None
        self.key: Key = (subject.label, pk)
        self.writes = [self._written(place) for place in range(len(records))]

    def _written(self, place: int) -> frozenset[int]:
        """The units that a record changed; none of the first, which wrote all."""
        record = self.records[place]
        if not place or record.kind == "-":
            return frozenset()
        before = self.records[place - 1].values
        if record.values == before:
            return frozenset()
        unit_of = self.subject.unit_of
        pairs = enumerate(zip(record.values, before, strict=True))
        return frozenset(unit_of[at] for at, (new, old) in pairs if new != old)

    def replay(self, standing: Standing, until: int | None = None) -> Effective:
        """What the row says by the writes that count; those before the record at the place `until`."""
        first = self.records[0]
        # A row that was there before its history began was written by nobody who can take it back.
        origin = first.kind != "+" or standing.counts(first.reason)
        found = Effective(True if origin else None, origin, {})
        for place, record in enumerate(self.records[:until]):
            if place:
                self._take(found, place, record, standing)
        return found

    def _take(self, found: Effective, place: int, record: Record, standing: Standing) -> None:
        counts = standing.counts(record.reason)
        decided = standing.decided.get(record.reason, frozenset())
        if record.kind == "-":
            if counts or (*self.key, WHOLE) in decided:
                found.alive = False
            return
        for unit in self.writes[place]:
            if counts or (*self.key, self.subject.unit_name(unit)) in decided:
                found.held[unit] = place
                if counts and unit not in self.subject.quiet_units:
                    found.alive = True
        if counts and record.kind == "+":
            found.alive = True

    def value(self, found: Effective, unit: int) -> tuple[Any, ...]:
        return self.subject.value(self.records[found.held.get(unit, 0)].values, unit)

    def places_of(self, reason: str) -> list[int]:
        return [place for place, record in enumerate(self.records) if record.reason == reason]

    def is_made_by(self, reason: str) -> bool:
        return self.records[0].kind == "+" and self.records[0].reason == reason

    @property
    def states(self) -> list[tuple[Any, ...]]:
        """All that the row ever said."""
        said = [record.values for record in self.records]
        return said if self.now is None or self.now == said[-1] else [*said, self.now]

    @property
    def origin(self) -> str:
        return self.records[0].reason

    @property
    def is_known(self) -> bool:
        """Whether the row says what its newest history says; keys that became NULL with their target aside."""
        if self.now is None:
            return True
        last = self.records[-1].values
        links = {place for place, __, __ in self.subject.links}
        return self.now == last or all(
            is_now == said or (is_now is None and place in links)
            for place, (is_now, said) in enumerate(zip(self.now, last, strict=True))
        )


def trails_of(subject: Subject, reasons: Iterable[str]) -> dict[Key, Trail]:
    """All history of the rows that these reasons touched, and what they say now; two queries."""
    history, names = subject.history, subject.names
    touched = history.objects.filter(history_change_reason__in=list(reasons)).order_by().values("id")
    columns = ("id", "history_id", "history_type", "history_change_reason", "history_user_id")
    records: dict[int, list[Record]] = {}
    rows = history.objects.filter(id__in=touched).order_by("id", "history_id").values_list(*columns, *names)
    for pk, number, kind, reason, user, *values in rows.iterator(5000):
        records.setdefault(pk, []).append(Record(number, kind, reason or "", user, tuple(values)))
    found = {(subject.label, pk): Trail(subject, pk, own) for pk, own in records.items()}
    stored = subject.model._base_manager.filter(pk__in=touched).order_by().values_list("pk", *names)
    for pk, *values in stored.iterator(5000):
        found[subject.label, pk].now = tuple(values)
    return found
