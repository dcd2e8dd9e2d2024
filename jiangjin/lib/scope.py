"""Which rows a taking back speaks of: those that a reason touched, what these refer to, and what refers to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from jiangjin.lib.replay import Key, Subject, Trail, trails_of


@dataclass
class Scope:
    """The rows by key.

    outside: those that rows of other makers refer to; loose: what refers to them and may refer to nothing instead,
    as (field, [(key of the row, what it names)]).
    """

    trails: dict[Key, Trail]
    outside: set[Key] = field(default_factory=set)
    loose: list[tuple[Any, list[tuple[int, Key]]]] = field(default_factory=list)


def load_scope(subjects: Iterable[Subject], reason: str, others: Collection[str]) -> Scope:
    """The rows that `reason` touched, and those of the reasons taken back besides that hang together with them."""
    subjects, reasons = list(subjects), {reason, *others}
    everything: dict[Key, Trail] = {}
    for subject in subjects:
        everything |= trails_of(subject, reasons)
    scope = Scope(_connected(everything, reason))
    tracked = {subject.label for subject in subjects}
    for subject in subjects:
        _find_users(scope, subject, reasons, tracked)
    return scope


def _connected(everything: dict[Key, Trail], reason: str) -> dict[Key, Trail]:
    """The rows that the reason touched, what these refer to, and what goes with them."""
    children: dict[Key, list[Key]] = defaultdict(list)
    targets: dict[Key, set[Key]] = defaultdict(set)
    for key, trail in everything.items():
        states = trail.states
        for place, model, goes_along in trail.subject.links:
            for pk in {values[place] for values in states}:
                target = (model._meta.label, pk)
                if target in everything:
                    targets[key].add(target)
                    if goes_along:
                        children[target].append(key)
    found: set[Key] = set()
    waiting = [key for key, trail in everything.items() if trail.places_of(reason)]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += [*targets[key], *children[key]]
    return {key: everything[key] for key in sorted(found)}


def _find_users(scope: Scope, subject: Subject, reasons: set[str], tracked: set[str]) -> None:
    """Rows that refer to this model's: one query for each table that can."""
    touched = subject.history.objects.filter(history_change_reason__in=list(reasons)).order_by().values("id")
    for relation in subject.model._meta.related_objects:
        if relation.many_to_many:
            continue
        key, label = relation.field, relation.related_model._meta.label
        rows = relation.related_model._base_manager.filter(**{f"{key.name}__in": touched}).order_by()
        pairs = [
            (pk, (subject.label, target))
            for pk, target in rows.values_list("pk", key.attname).iterator(5000)
            if (subject.label, target) in scope.trails and (label, pk) not in scope.trails
        ]
        if label not in tracked and key.remote_field.on_delete is models.SET_NULL:
            scope.loose.append((key, pairs))
        else:
            scope.outside.update(target for __, target in pairs)
