"""Deleting, restoring and rewriting very many rows as they were: a constant number of statements, no object a row.

None of these writes a history (`jiangjin.lib.history.record_history`); the caller does, in the same transaction.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connections, models, router

BATCH = 10_000  # SQLite allows 32,766 variables a statement


def delete_rows(model: type[models.Model], ids: Iterable[int]) -> None:
    """Delete rows that nothing refers to any more at the end of the transaction."""
    ids = list(ids)
    using = router.db_for_write(model)
    for start in range(0, len(ids), BATCH):
        model._base_manager.filter(pk__in=ids[start : start + BATCH])._raw_delete(using)


def restore_rows(model: type[models.Model], history_ids: Sequence[int]) -> None:
    """Insert rows again under their old keys as these history records hold them, to the last bit."""
    if not history_ids:
        return
    history = model.history.model  # type: ignore[attr-defined]
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    kept = {field.name for field in history._meta.concrete_fields}
    columns = ", ".join(quote(field.column) for field in model._meta.concrete_fields if field.name in kept)
    if connection.vendor == "postgresql":
        these, argument = "= ANY(%s)", [list(history_ids)]
    else:
        these, argument = "IN (SELECT value FROM json_each(%s))", [json.dumps(list(history_ids))]
    # Table and column names are the models' own; every value is a parameter.
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) "
        f"SELECT {columns} FROM {quote(history._meta.db_table)} WHERE history_id {these}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, argument)


def update_rows(model: type[models.Model], rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Write columns, by attname, of rows by key; one prepared statement for each set of columns."""
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields = {field.attname: field for field in model._meta.concrete_fields}
    alike: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for pk, values in rows.items():
        if values:
            names = tuple(sorted(values))
            stored = [fields[name].get_db_prep_save(values[name], connection) for name in names]
            alike[names].append([*stored, pk])
    with connection.cursor() as cursor:
        for names, changes in alike.items():
            columns = ", ".join(f"{quote(fields[name].column)} = %s" for name in names)
            key = quote(model._meta.pk.column)
            cursor.executemany(f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {key} = %s", changes)
