"""What an account has before it: its projects, what is late in them, what changed since it was last here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import F, Max

from accounts.models import User
from projects import lights
from projects.lightrules import RED, YELLOW
from projects.models import Follow, Obstacle, Project
from projects.permissions import writes_everywhere
from projects.querysets import ProjectQuerySet

MOST = 10  # rows of each list


@dataclass(frozen=True, slots=True)
class Changed:
    """A project that somebody else wrote, with who did it last; None for the command or an account that is gone."""

    project: Project
    who: User | None
    at: datetime.datetime


def own_projects(user: User) -> ProjectQuerySet:
    """The projects that an account answers for: those of the parks that it may write; not the terminated ones."""
    live = Project.objects.visible_to(user).counted().exclude(condition="terminated")
    return live if writes_everywhere(user) else live.filter(park__in=user.writable_park_ids)


def followed_projects(user: User) -> ProjectQuerySet:
    """The projects that an account watches, as far as it may still see them."""
    return Project.objects.visible_to(user).counted().filter(pk__in=Follow.objects.filter(user=user).values("project"))


def needing_attention(projects: ProjectQuerySet, day: datetime.date) -> list[Project]:
    """Red ones first, then yellow ones, each by its next planned day."""
    if red := lights.longest_waiting(projects, day, MOST):
        return red  # without a light worked out for all the others
    shown = projects.select_related("park").prefetch_related("milestones").with_next_milestone()
    lit = lights.with_light(shown, day).filter(light_now__in=(RED, YELLOW))
    return list(lit.order_by("light_now", F("next_planned_on").asc(nulls_last=True), "pk")[:MOST])


def overdue_obstacles(projects: ProjectQuerySet, day: datetime.date) -> list[Obstacle]:
    """Open obstacles of these projects that are past due, the oldest first."""
    rows = Obstacle.objects.overdue(day).filter(project__in=projects.order_by().values("pk"))
    return list(rows.select_related("project").order_by("due_on", "pk")[:MOST])


def changed_since(projects: ProjectQuerySet, since: datetime.datetime | None, *, by_others_than: User) -> list[Changed]:
    """Projects that somebody else wrote since a moment, newest first; nothing where there was no visit before."""
    if since is None:
        return []
    written = projects.filter(updated_at__gt=since).order_by().values("pk")
    records = Project.history.filter(id__in=written, history_date__gt=since).exclude(history_user=by_others_than)
    newest = records.order_by().values("id").annotate(last=Max("history_id")).order_by("-last")[:MOST]
    last = Project.history.filter(history_id__in=[row["last"] for row in newest]).select_related("history_user")
    found = Project.objects.select_related("park").in_bulk([record.id for record in last])
    ordered = sorted(last, key=lambda record: -record.history_id)
    return [Changed(found[record.id], record.history_user, record.history_date) for record in ordered]
