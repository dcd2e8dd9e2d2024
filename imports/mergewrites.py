"""What a merging writes, collected first and written in one go with its history."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import models

from accounts.models import User
from jiangjin.lib.history import create_with_history, record_history, update_with_history
from jiangjin.lib.rewriting import delete_rows


class Writes:
    """Rows to be written under one reason: what goes, what changes, what is new, in this order."""

    def __init__(self, user: User, reason: str) -> None:
        self.user, self.reason = user, reason
        self.gone: dict[type[models.Model], list[int]] = defaultdict(list)
        self.changed: dict[type[models.Model], dict[tuple[str, ...], list[Any]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.new: dict[type[models.Model], list[Any]] = defaultdict(list)

    def change(self, row: Any, **values: Any) -> None:
        """Set columns of a stored row, by attname."""
        for name, value in values.items():
            setattr(row, name, value)
        self.changed[type(row)][tuple(sorted(values))].append(row)

    def write(self) -> None:
        """All of it with its history, in the caller's transaction."""
        for model, ids in self.gone.items():
            record_history(model, ids, "-", user=self.user, reason=self.reason)
            delete_rows(model, ids)
        for model, alike in self.changed.items():
            for names, rows in alike.items():
                update_with_history(model, rows, names, user=self.user, reason=self.reason)
        for model, rows in self.new.items():
            create_with_history(model, rows, user=self.user, reason=self.reason)
