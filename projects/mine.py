"""What an account has before it: its projects, what is late in them, what changed since it was last here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Q

from accounts.models import User
from projects import lights
from projects.lightrules import RED, YELLOW
from projects.models import Follow, Obstacle, Project
from projects.permissions import writes_everywhere
from projects.querysets import ProjectQuerySet

MOST = 10  # rows of each list
LOOKED_AT = 100  # projects changed last, of which those changed by others are shown


@dataclass(frozen=True, slots=True)
class Changed:
    """A project that somebody else wrote, with who did it last; None for the command or an account that is gone."""

    project: Project
    who: User | None


def own_projects(user: User) -> ProjectQuerySet:
    """The projects that an account answers for: those of the parks that it may write; not the terminated ones."""
    live = Project.objects.visible_to(user).counted().exclude(condition="terminated")
    return live if writes_everywhere(user) else live.filter(park__in=user.writable_park_ids)


def followed_projects(user: User) -> ProjectQuerySet:
    """The projects that an account watches, as far as it may still see them."""
    return Project.objects.visible_to(user).counted().filter(pk__in=Follow.objects.filter(user=user).values("project"))


def needing_attention(projects: ProjectQuerySet, day: datetime.date) -> list[Project]:
    """Red ones first, then yellow ones, each by its next planned day."""
    shown = projects.select_related("park").prefetch_related("milestones").with_next_milestone()
    lit = lights.with_light(shown, day).filter(light_now__in=(RED, YELLOW))
    return list(lit.order_by("light_now", "next_planned_on", "code")[:MOST])


def overdue_obstacles(projects: ProjectQuerySet, day: datetime.date) -> list[Obstacle]:
    """Open obstacles of these projects that are past due, the oldest first."""
    past = Q(resolved_on=None, due_on__by=day - datetime.timedelta(days=1))
    rows = Obstacle.objects.filter(past, project__in=projects.order_by().values("pk"))
    return list(rows.select_related("project").order_by("due_on", "pk")[:MOST])


def changed_since(projects: ProjectQuerySet, since: datetime.datetime | None, *, by_others_than: User) -> list[Changed]:
    """Projects written since a moment by somebody else, newest first; nothing where there was no visit before."""
    if since is None:
        return []
    newest = list(
        projects.select_related("park").filter(updated_at__gt=since).order_by("-updated_at", "-pk")[:LOOKED_AT]
    )
    writers = _last_writers(project.pk for project in newest)
    found = (Changed(project, writers.get(project.pk)) for project in newest)
    return [one for one in found if one.who != by_others_than][:MOST]


def _last_writers(ids: Iterable[int]) -> dict[int, User | None]:
    newest = Project.history.filter(id__in=list(ids)).order_by().values("id").annotate(last=Max("history_id"))
    records = Project.history.filter(history_id__in=[row["last"] for row in newest]).select_related("history_user")
    return {record.id: record.history_user for record in records}
