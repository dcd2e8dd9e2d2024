"""Django's `migrate`, with one promise more: a key that was given once is given to no other row later.

On SQLite a migration that rebuilds a table also forgets how far its keys had come, so that the keys of deleted rows
would be given again. Histories and whatever undoes by them would then speak of two rows as if they were one.
"""

from typing import Any

from django.apps import apps
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections
from django.db.models import Max


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        before = _keys_given(using)
        super().handle(*args, **options)
        if connections[using].vendor == "sqlite" and not options["plan"]:
            _never_again(using, before)


def _keys_given(using: str) -> dict[str, int]:
    """How far the keys of each table have come; nothing on PostgreSQL, whose sequences outlive rebuilt tables."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")
        if cursor.fetchone() is None:  # a database without a table yet
            return {}
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        return dict(cursor.fetchall())


def _never_again(using: str, before: dict[str, int]) -> None:
    """Raise the keys of rebuilt tables to where they were, and to what histories tell of deleted rows."""
    now, wanted = _keys_given(using), dict(before)
    tables = set(connections[using].introspection.table_names())
    for model in apps.get_models():
        if not hasattr(model._meta, "simple_history_manager_attribute"):
            continue
        history = model.history.model  # type: ignore[attr-defined]
        if {model._meta.db_table, history._meta.db_table} <= tables:
            last = history.objects.using(using).order_by().aggregate(last=Max("id"))["last"] or 0
            wanted[model._meta.db_table] = max(last, wanted.get(model._meta.db_table, 0))
    with connections[using].cursor() as cursor:
        for table, key in wanted.items():
            if table not in tables or key <= now.get(table, 0):
                continue
            if table in now:
                cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [key, table])
            else:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, key])
