"""History of business objects (django-simple-history), with no more indexes than its questions need."""

from functools import cache
from typing import Any

from django.db import models
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

# A row's own history is found by its key; that of a project's rows by the project. Every other index would be paid for
# at each write: on an import of many rows they cost more than the rows themselves.
INDEXED = {"project"}


class Versions(HistoryManager):
    """simple-history's manager, whose class is made once: each `.history`, and so each saving, made it anew."""

    from_queryset = classmethod(cache(HistoryManager.from_queryset.__func__))  # type: ignore[attr-defined]


class Tracked(HistoricalRecords):
    """`history = Tracked()` on a model."""

    def __init__(self, **options: Any) -> None:
        super().__init__(history_manager=Versions, **options)

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        fields = super().copy_fields(model)
        for name, field in fields.items():
            if name != model._meta.pk.name:
                field.db_index = name in INDEXED and field.is_relation
        return fields
