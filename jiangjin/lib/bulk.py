"""Inserting many rows without an object a row: tuples, straight into the table.

A hundred thousand model instances cost more than everything else of an import together. A `NewRow` holds only what is
not the column's default; keys are taken beforehand, so that rows may name each other before any of them is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.utils import timezone

PLAIN = {"CharField", "TextField", "SlugField", "BooleanField", "IntegerField", "PositiveIntegerField"}
CHUNK = 5000


class NewRow:
    """A row that will be inserted: values by field name. A relation's value is a NewRow, a stored object or a key."""

    __slots__ = ("pk", "values")

    def __init__(self, **values: Any) -> None:
        self.pk: int | None = None
        self.values = values


def insert_rows(model: type[models.Model], rows: Iterable[NewRow], count: int) -> None:
    """Insert `count` rows in the caller's transaction and set their keys. Writes no history (`jiangjin.lib.history`).

    Rows that others name must be inserted first. Columns without a value take the field's default. The rows are taken
    one after the other, so that a generator of many costs no memory.
    """
    if not count:
        return
    connection = connections[router.db_for_write(model)]
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = [_column(field, connection) for field in fields]
    quote = connection.ops.quote_name
    names = [model._meta.pk.column, *(field.column for field in fields)]
    table, listed = quote(model._meta.db_table), ", ".join(map(quote, names))
    keys = _take_keys(model, count, connection)
    tuples = (_numbered(row, pk, columns) for row, pk in zip(rows, keys, strict=True))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for values in tuples:
                    copy.write_row(values)
            return
        marks = ", ".join(["%s"] * len(names))
        for chunk in _chunks(tuples):
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", chunk)


def _numbered(row: NewRow, pk: int, columns: list[Callable[[dict[str, Any]], Any]]) -> tuple:
    row.pk = pk
    return (pk, *[value(row.values) for value in columns])


def _chunks(tuples: Iterator[tuple]) -> Iterator[list[tuple]]:
    chunk: list[tuple] = []
    for values in tuples:
        chunk.append(values)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _column(field: models.Field, connection: Any) -> Callable[[dict[str, Any]], Any]:
    """A function that takes what a row holds and gives what the database stores in the field's column."""
    name = field.name
    if field.is_relation:
        key = attrgetter("pk")

        def related(values: dict[str, Any]) -> Any:
            value = values.get(name)
            return value if value is None or isinstance(value, int) else key(value)

        return related
    default = _default(field)
    if field.get_internal_type() in PLAIN and type(field).__module__.startswith("django."):
        return lambda values: values.get(name, default)
    stored_default = field.get_db_prep_save(default, connection)

    def prepared(values: dict[str, Any]) -> Any:
        if name not in values:
            return stored_default
        value = values[name]
        return None if value is None else field.get_db_prep_save(value, connection)

    return prepared


def _default(field: models.Field) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_default()


def _take_keys(model: type[models.Model], count: int, connection: Any) -> Iterable[int]:
    """Keys for new rows. SQLite writes alone at a time; PostgreSQL takes them from the table's own sequence."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), model._meta.pk.column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        start = (last[0] if last else 0) + 1
        return range(start, start + count)
