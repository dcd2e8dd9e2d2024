"""Indexes of a table that is about to be filled: made once behind many rows, not mended with each of them.

A row of a project goes to ten places in ten indexes; sorted as one they cost a third of that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models

MANY = 10_000  # new rows; for fewer nothing is gained that anybody would feel


@contextmanager
def indexes_made_afterwards(model: type[models.Model], new: int, stored: int, connection: Any) -> Iterator[None]:
    """Take the table's plain indexes off for the block, within the caller's transaction; both come or neither does.

    Only on SQLite, where nobody else writes meanwhile and who reads sees the state before the transaction, and only
    where twice as many rows come as are there (at most `stored`), for all of them are sorted. Unique indexes stay.
    """
    taken = _plain_indexes(model, connection) if connection.vendor == "sqlite" and new >= max(MANY, 2 * stored) else {}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in taken:
            cursor.execute(f"DROP INDEX {quote(name)}")
        yield
        for sql in taken.values():
            cursor.execute(sql)


def _plain_indexes(model: type[models.Model], connection: Any) -> dict[str, str]:
    """The statements that make the table's indexes again, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX %%'",
            [model._meta.db_table],
        )
        return dict(cursor.fetchall())
