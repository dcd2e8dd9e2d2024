"""Bulk writes that leave a history, with one INSERT … SELECT a table instead of an object a row.

`QuerySet.update()` and plain `bulk_*` write no history: on tracked models use `save()` or these two.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router
from django.utils import timezone

from jiangjin.lib.bulk import NewRow, insert_rows

# SQLite allows 32,766 variables a statement; the widest table has about fifty columns.
BATCH = 500


def create_with_history(model: type[models.Model], objects: Sequence[Any], *, user: Any, reason: str) -> None:
    """Insert the objects and one `+` history row each. Primary keys are set on the objects.

    `user` is the acting account or None (the command itself); `reason` is kept with each history row.
    """
    if not objects:
        return
    model._default_manager.bulk_create(objects, batch_size=BATCH)
    record_history(model, [row.pk for row in objects], "+", user=user, reason=reason)


def insert_with_history(model: type[models.Model], rows: Sequence[NewRow], *, user: Any, reason: str) -> None:
    """`create_with_history` for very many rows: no object a row."""
    insert_rows(model, list(rows), len(rows))
    if rows:
        record_history(model, [row.pk for row in rows if row.pk], "+", user=user, reason=reason)


def update_with_history(
    model: type[models.Model], objects: Sequence[Any], fields: Iterable[str], *, user: Any, reason: str
) -> None:
    """Write `fields` of the objects and one `~` history row each."""
    names = sorted(set(fields))
    if not objects or not names:
        return
    model._default_manager.bulk_update(objects, names, batch_size=BATCH)
    record_history(model, [row.pk for row in objects], "~", user=user, reason=reason)


def record_history(model: type[models.Model], ids: Sequence[int], kind: str, *, user: Any, reason: str) -> None:
    """Copy the rows as they stand into the model's history table. `kind` is simple-history's `+`, `~` or `-`."""
    history = model.history.model  # type: ignore[attr-defined]
    using = router.db_for_write(model)
    connection = connections[using]
    quote = connection.ops.quote_name
    copied = [field for field in model._meta.concrete_fields if field.name in _tracked_names(history)]
    columns = ", ".join(quote(field.column) for field in copied)
    keys = sorted(set(ids))
    if keys and keys[-1] - keys[0] == len(keys) - 1:  # as those of an import are: one range needs no list
        these, argument = "BETWEEN %s AND %s", [keys[0], keys[-1]]
    elif connection.vendor == "postgresql":
        these, argument = "= ANY(%s)", [keys]
    else:
        these, argument = "IN (SELECT value FROM json_each(%s))", [json.dumps(keys)]
    # Table and column names are the models' own; every value is a parameter.
    sql = (
        f"INSERT INTO {quote(history._meta.db_table)} "
        f"({columns}, history_date, history_type, history_change_reason, history_user_id) "
        f"SELECT {columns}, %s, %s, %s, %s FROM {quote(model._meta.db_table)} "
        f"WHERE {quote(model._meta.pk.column)} {these}"
    )
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, kind, reason, getattr(user, "pk", None), *argument])


def _tracked_names(history: type[models.Model]) -> set[str]:
    return {field.name for field in history._meta.concrete_fields}
