"""Invariants that the database cannot state itself. Rooms register theirs in `<room>/integrity.py`.

    @invariant("agreed capital equals the sum of its commitments")
    def agreed_capital() -> Iterator[str]:
        yield "one sentence for each place where it does not hold"

Imports nothing of the rooms, so that every room may import it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

Finder = Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold, and the function that yields a sentence for each place where it does not."""

    sentence: str | Promise
    find: Finder
    room: str


_registry: list[Invariant] = []


def invariant(sentence: str | Promise) -> Callable[[Finder], Finder]:
    """Register a function as the finder of what breaks `sentence`."""

    def register(find: Finder) -> Finder:
        _registry.append(Invariant(sentence, find, find.__module__.partition(".")[0]))
        return find

    return register


def all_invariants() -> list[Invariant]:
    """Those of all rooms, in the order of INSTALLED_APPS."""
    autodiscover_modules("integrity")
    order = {config.name: number for number, config in enumerate(apps.get_app_configs())}
    return sorted(_registry, key=lambda entry: order.get(entry.room, -1))


@invariant(_("the database file is whole and every reference leads somewhere"))
def sound_database() -> Iterator[str]:
    """SQLite only: PostgreSQL checks its references itself."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        yield from (row[0] for row in cursor.fetchall() if row[0] != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        for table, row_id, parent, _number in cursor.fetchall():
            yield f"{table} {row_id} → {parent}"


@invariant(_("every stored file that a row names is there"))
def stored_files() -> Iterator[str]:
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, models.FileField):
                yield from _missing_files(model, field)


def _missing_files(model: type[models.Model], field: models.FileField) -> Iterator[str]:
    named = model._base_manager.exclude(**{f"{field.name}": ""}).exclude(**{f"{field.name}": None})
    for key, name in named.values_list("pk", field.name).iterator():
        if not field.storage.exists(name):
            yield f"{model._meta.label} {key}: {name}"
