"""The state of the register, to know whether a plan still speaks of it."""

from typing import Any

from django.db.models import Count, Max

from projects.models import Investor, Project


def generation() -> tuple[Any, ...]:
    """Changes with every write to projects or investors: whether a plan still speaks of the register as it is."""
    return tuple(
        tuple(model.history.aggregate(last=Max("history_id"), rows=Count("history_id")).values())  # type: ignore[attr-defined]
        for model in (Project, Investor)
    )
