"""我的工作台: the page on which recorders and managers begin their day."""

from __future__ import annotations

import datetime

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from accounts.demo import as_of_day
from accounts.views import PREVIOUS_VISIT
from projects import lights, mine, pages
from projects.permissions import may_write_some


@require_GET
def my_page(request: HttpRequest) -> HttpResponse:
    """What the account owes, what is late in what it follows, what others changed since it was last here."""
    user, day = request.user, as_of_day()
    own, followed = mine.own_projects(user), mine.followed_projects(user)
    since = previous_visit(request)
    rows = mine.needing_attention(own, day) if may_write_some(user) else []
    watched = mine.needing_attention(followed, day)
    pages.mark_rows([*rows, *watched], period=None, today=day)
    context = {
        "as_of": day,
        "since": since,
        "writes": may_write_some(user),
        "own": own.count() if may_write_some(user) else 0,
        "own_lights": lights.counts(own, day) if may_write_some(user) else {},
        "own_query": own_query(user),
        "attention": rows,
        "waiting": waiting_imports(request),
        "obstacles": mine.overdue_obstacles(own, day) if may_write_some(user) else [],
        "followed": followed.count(),
        "watched": watched,
        "changed": mine.changed_since(own | followed, since, by_others_than=user),
    }
    return render(request, "reports/my_page.html", context)


def previous_visit(request: HttpRequest) -> datetime.datetime | None:
    """When the account logged in before this time; kept in its session."""
    return parse_datetime(request.session.get(PREVIOUS_VISIT, "")) if request.session.get(PREVIOUS_VISIT) else None


def waiting_imports(request: HttpRequest) -> list:
    """The account's own imports that wait for a decision, newest first."""
    batches = apps.get_model("imports", "ImportBatch").objects
    return list(batches.filter(user=request.user, state="waiting").order_by("-pk")[: mine.MOST])


def own_query(user: object) -> str:
    """The list's parameters for the projects that the account answers for: live ones, of its parks if it has some."""
    live = "condition=active&condition=stalled"
    if user.all_parks or user.role == "admin":
        return live
    codes = sorted(user.parks.values_list("code", flat=True))
    return "&".join([live, *(f"park={code}" for code in codes)])
