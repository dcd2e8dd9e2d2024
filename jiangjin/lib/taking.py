"""Carrying a taking back out: rows go, return and change, with their history, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, connections, models, router

from jiangjin.lib.history import record_history
from jiangjin.lib.replay import Key, Subject
from jiangjin.lib.rewriting import delete_rows, restore_rows, update_rows
from jiangjin.lib.takeback import Takeback

# What a room's own rules write after the rows: the models' labels with the keys of the rows that they wrote.
Settle = Callable[[], dict[str, set[int]]]


def write_takeback(plan: Takeback, *, user: Any, reason: str, settle: Settle) -> dict[str, list[list[int]]]:
    """Write a settled plan. Returns what referred to deleted rows and became NULL, for `relink`."""
    deletes, inserts = _by_label(plan.deletes), _by_label(plan.inserts)
    unlinked = _unlink(plan)
    for label, ids in deletes.items():
        model = plan.subjects[label].model
        record_history(model, ids, "-", user=user, reason=reason)
        delete_rows(model, ids)
    # Changes first: what they free may be taken by what returns.
    changed: dict[str, set[int]] = defaultdict(set)
    for key in sorted(plan.updates):
        if plan.trails[key].now is not None:
            changed[key[0]].add(key[1])
    _update(plan, changed)
    for label, ids in inserts.items():
        records = [plan.trails[label, pk].records[-1].history_id for pk in ids]
        restore_rows(plan.subjects[label].model, records)
    _update(plan, {label: set(ids) for label, ids in inserts.items()})
    for label, written in settle().items():
        changed[label] |= written
    for label, subject in plan.subjects.items():
        new = inserts.get(label, [])
        old = sorted(changed[label] - set(new))
        for kind, ids in (("+", new), ("~", old)):
            if ids:
                record_history(subject.model, ids, kind, user=user, reason=reason)
    return unlinked


def _by_label(keys: list[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for label, pk in keys:
        found[label].append(pk)
    return found


def _update(plan: Takeback, changed: dict[str, set[int]]) -> None:
    for label, ids in changed.items():
        rows = {pk: plan.updates[label, pk] for pk in ids if (label, pk) in plan.updates}
        update_rows(plan.subjects[label].model, rows)


def _unlink(plan: Takeback) -> dict[str, list[list[int]]]:
    """Let what may refer to nothing refer to nothing instead of to a deleted row."""
    going, unlinked = set(plan.deletes), {}
    for field, pairs in plan.loose:
        found = [[pk, target[1]] for pk, target in pairs if target in going]
        if found:
            update_rows(field.model, {pk: {field.attname: None} for pk, __ in found})
            unlinked[f"{field.model._meta.label}.{field.name}"] = found
    return unlinked


def relink(model: type[models.Model], name: str, pairs: list[list[int]]) -> None:
    """Let rows refer again to what they referred to, where that is there again and nobody gave them another."""
    field: Any = model._meta.get_field(name)
    there = set(field.related_model._base_manager.values_list("pk", flat=True))
    writing = connections[router.db_for_write(model)]
    quote = writing.ops.quote_name
    column = quote(field.column)
    sql = (
        f"UPDATE {quote(model._meta.db_table)} SET {column} = %s "
        f"WHERE {quote(model._meta.pk.column)} = %s AND {column} IS NULL"
    )
    with writing.cursor() as cursor:
        cursor.executemany(sql, [(target, pk) for pk, target in pairs if target in there])


def lock_rows(subjects: Iterable[Subject], reasons: Iterable[str]) -> None:
    """Let nobody write to the rows that these reasons touched, or begin to refer to them, until the transaction ends.

    SQLite writes one at a time anyhow.
    """
    if not connection.features.has_select_for_update:
        return
    reasons = list(reasons)
    for subject in subjects:
        touched = subject.history.objects.filter(history_change_reason__in=reasons).order_by().values("id")
        rows = subject.model._base_manager.filter(pk__in=touched).order_by("pk")
        len(rows.select_for_update().values_list("pk", flat=True))
