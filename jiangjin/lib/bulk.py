"""Inserting many rows without an object a row: tuples, straight into the table.

A hundred thousand model instances cost more than everything else of an import together. A `NewRow` holds only what is
not the column's default; keys are taken beforehand, so that rows may name each other before any of them is saved.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.utils import timezone

from jiangjin.lib.dates import PartialDay
from jiangjin.lib.indexing import indexes_made_afterwards
from jiangjin.lib.money import MoneyField

Taken = Callable[[list[dict[str, Any]]], list[Any]]  # from the values of rows: what the database stores in one column
PLAIN = {"CharField", "TextField", "SlugField", "BooleanField", "IntegerField", "PositiveIntegerField"}
CHUNK = 1000
# Rows in one statement of SQLite: a statement a row costs more than the row. In the widest table fewer than the 32,766
# values that a statement may have.
AT_ONCE = 100


class JsonText(str):
    """The value of a JSON column that is written as JSON already."""

    __slots__ = ()


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
    taken, constant = _columns(model, rows if isinstance(rows, list) else None, connection)
    marks = ["%s"] * (1 + len(taken))
    tail = tuple(constant.values())
    if connection.vendor == "sqlite":
        # Plain defaults stand as literals, which costs no variable a row.
        marks += [_literal(value) or "%s" for value in tail]
        tail = tuple(value for value in tail if _literal(value) is None)
    values = list(taken.values())
    keys = _take_keys(model, count, connection)
    chunks = (_stored(chunk, values, tail) for chunk in _numbered(rows, keys))
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    listed = ", ".join(quote(name) for name in [model._meta.pk.column, *taken, *constant])
    # Keys of SQLite are numbered on: the first one tells how many rows there may be.
    stored = keys[0] - 1
    with indexes_made_afterwards(model, count, stored, connection), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Django does not know of COPY: what it breaks is told as of any other statement.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for chunk in chunks:
                    for row in zip(*chunk):  # noqa: B905
                        copy.write_row(row)
            return
        insert, one = f"INSERT INTO {table} ({listed}) VALUES ", f"({', '.join(marks)})"
        for chunk in chunks:
            _insert(cursor, insert, one, chunk)


def _insert(cursor: Any, insert: str, one: str, columns: list[list[Any]]) -> None:
    """Insert rows, given column by column, many with each statement. `one` has the places of a row's values."""
    width, count = len(columns), len(columns[0])
    flat: list[Any] = [None] * (width * count)
    for at, column in enumerate(columns):
        flat[at::width] = column
    # So many rows a statement that none is left over: a chunk is one query, whatever its length.
    rows = next(rows for rows in range(AT_ONCE, 0, -1) if count % rows == 0)
    step = rows * width
    statement = insert + ", ".join([one] * rows)
    cursor.executemany(statement, [flat[at : at + step] for at in range(0, count * width, step)])


def _columns(
    model: type[models.Model], rows: list[NewRow] | None, connection: Any
) -> tuple[dict[str, Taken], dict[str, Any]]:
    """What an insert must name: columns that are taken from the rows, and those that hold their default in all."""
    used = set().union(*(row.values for row in rows)) if rows is not None else None
    taken, constant = {}, {}
    for field in model._meta.local_concrete_fields:
        if field.primary_key:
            continue
        take = _column(field, connection)
        if used is None or field.name in used:
            taken[field.column] = take
        elif not field.is_relation and _default(field) is not None:
            constant[field.column] = take([{}])[0]
    return taken, constant


def _literal(default: Any) -> str | None:
    """An SQL literal for the plainest defaults; None for those that are better passed as values."""
    if default == "":
        return "''"
    return str(int(default)) if type(default) in (int, bool) else None


def _numbered(rows: Iterable[NewRow], keys: Iterable[int]) -> Iterator[list[NewRow]]:
    """The rows with their keys, so many at a time."""
    chunk: list[NewRow] = []
    for row, pk in zip(rows, keys, strict=True):
        row.pk = pk
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _stored(rows: list[NewRow], columns: list[Taken], tail: tuple) -> list[list[Any]]:
    """The rows as they are stored, column by column: that calls a function a column and not one a cell."""
    values = [row.values for row in rows]
    return [[row.pk for row in rows], *[take(values) for take in columns], *[[value] * len(rows) for value in tail]]


def _column(field: models.Field, connection: Any) -> Taken:
    """A function that takes what rows hold and gives what the database stores in the field's column."""
    name = field.name
    if field.is_relation:
        key = attrgetter("pk")

        def related(rows: list[dict[str, Any]]) -> list[Any]:
            found = [values.get(name) for values in rows]
            return [value if value is None or isinstance(value, int) else key(value) for value in found]

        return related
    default = _default(field)
    if field.get_internal_type() in PLAIN and type(field).__module__.startswith("django."):
        return lambda rows: [values.get(name, default) for values in rows]
    stored_default = field.get_db_prep_save(default, connection)
    prepare = functools.partial(field.get_db_prep_save, connection=connection)
    if isinstance(field, models.JSONField):
        as_json = functools.partial(_as_json, prepare=prepare, default=default, stored_default=stored_default)
        return lambda rows: [as_json(values.get(name, default)) for values in rows]
    if isinstance(field, MoneyField):
        prepare = functools.lru_cache(maxsize=16384)(prepare)  # amounts are round, so that few stand in many rows

    def stored(value: Any) -> Any:
        return stored_default if value == default else prepare(value)

    def prepared(rows: list[dict[str, Any]]) -> list[Any]:
        found = [values.get(name, default) for values in rows]
        return [
            None if value is None else value.code if type(value) is PartialDay else stored(value) for value in found
        ]

    return prepared


def _as_json(value: Any, prepare: Callable[[Any], Any], default: Any, stored_default: Any) -> Any:
    if type(value) is JsonText:
        return str(value)
    return stored_default if value == default else prepare(value)


def _default(field: models.Field) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_default()


def _take_keys(model: type[models.Model], count: int, connection: Any) -> Sequence[int]:
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
