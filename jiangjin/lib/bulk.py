"""Inserting many rows without an object a row: tuples, straight into the table.

A hundred thousand model instances cost more than everything else of an import together. A `NewRow` holds only what is
not the column's default; keys are taken beforehand, so that rows may name each other before any of them is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
    columns = _columns(model, rows if isinstance(rows, list) else None, connection)
    values = [column.value for column in columns if column.literal is None]
    keys = _take_keys(model, count, connection)
    tuples = (_numbered(row, pk, values) for row, pk in zip(rows, keys, strict=True))
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    key = quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            listed = ", ".join([key, *(quote(column.name) for column in columns)])
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in tuples:
                    copy.write_row(row)
            return
        # Columns that no row sets stand as literals of their defaults, which costs no variable a row.
        set_columns = [column for column in columns if column.literal is None]
        constant = [column for column in columns if column.literal is not None]
        listed = ", ".join([key, *(quote(column.name) for column in [*set_columns, *constant])])
        marks = ", ".join(["%s"] * (1 + len(set_columns)) + [str(column.literal) for column in constant])
        for chunk in _chunks(tuples):
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", chunk)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an insert: how its value is taken from a row, or the SQL literal that holds for all of them."""

    name: str
    value: Callable[[dict[str, Any]], Any]
    literal: str | None = None


def _columns(model: type[models.Model], rows: list[NewRow] | None, connection: Any) -> list[Column]:
    """What an insert must name: columns that rows set, and those whose default is not NULL."""
    used = set().union(*(row.values for row in rows)) if rows is not None else None
    columns = []
    for field in model._meta.local_concrete_fields:
        if field.primary_key:
            continue
        value = _column(field, connection)
        default = None if field.is_relation else _default(field)
        if used is None or field.name in used:
            columns.append(Column(field.column, value))
        elif default is not None:
            literal = _literal(default) if connection.vendor == "sqlite" else None
            columns.append(Column(field.column, value, literal))
    return columns


def _literal(default: Any) -> str | None:
    """An SQL literal for the plainest defaults; None for those that are better passed as values."""
    if default == "":
        return "''"
    return str(int(default)) if type(default) in (int, bool) else None


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
