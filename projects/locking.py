"""Who writes a project keeps others waiting until everything about it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from jiangjin.lib.history import record_history
from projects.models import Project
from projects.permissions import require_write_in


def lock_projects(ids: Iterable[int | None]) -> None:
    """Hold these projects until the caller's transaction ends; what is read afterwards is what will be overwritten.

    Always in the same order, so that two who lock several never wait for each other. SQLite needs nothing: its
    transactions are IMMEDIATE, one writes at a time (docs/decisions/0002-sqlite.md).
    """
    wanted = sorted({pk for pk in ids if pk is not None})
    if wanted and connection.features.has_select_for_update:
        rows = Project.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        list(rows.values_list("pk"))


def lock_writable(project: int | None, user: Any, *, takes_voided: bool = False) -> Project:
    """Hold a project as `lock_projects` does; the project as it stands now, which this account may write.

    The page asked that before, but somebody may have given the project to another park, or voided it, between the
    reading and the writing. With `takes_voided` the caller says itself what happens to a voided one. `user` is None for
    the command. Raises PermissionDenied.
    """
    lock_projects([project])
    stored = Project.objects.get(pk=project)
    if user is not None:
        require_write_in(user, stored.park_id)
        if stored.is_voided and not takes_voided:
            raise PermissionDenied
    return stored


def tell_project(project: int, user: Any) -> None:
    """Before a row of a project is written: the project was written now, and its history has a record of it.

    The register's history follows the projects', and finds what was saved after their records; who has not been here
    for a while learns by the day that something is new.
    """
    Project.objects.filter(pk=project).update(updated_at=timezone.now())
    record_history(Project, [project], "~", user=user, reason="")
