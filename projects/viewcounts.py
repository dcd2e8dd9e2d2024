"""How many projects each tab of the list holds; asked for together, after the page."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from hashlib import sha256

from django.core.cache import cache
from django.db.models import Count, IntegerField, Value
from django.http import QueryDict

from accounts.demo import as_of_day
from accounts.models import User
from projects import conditions
from projects.models import Project, SavedView
from projects.permissions import sees_own_parks_only

SECONDS = 20  # for which the numbers are remembered: each further page has them at once
MOST = 100  # views that are counted: SQLite joins 500 counts at most
EVERYTHING, FOLLOWED = "all", "followed"
DAY = "as_of"  # the parameter of the day that a list is as of
Counts = dict[str, int]


def has_day(view: SavedView) -> bool:
    """Whether a view is as of a day of its own, which it keeps on a list as of another."""
    return bool(QueryDict(view.query).get(DAY))


def remembered(
    user: User, views: Sequence[SavedView], years: Sequence[int], day: datetime.date | None = None
) -> Counts | None:
    """The numbers of a moment ago, by the keys of the tabs, as of the list's day; None where they must be asked."""
    return cache.get(_key(user, views, years, day))


def counted(user: User, views: Sequence[SavedView], years: Sequence[int], day: datetime.date | None = None) -> Counts:
    """How many visible projects each tab holds, by `all`, `followed`, `year-2020`, `view-3`; in two queries.

    As of the day, as the links of the tabs are. A view with a year, or another period, counts as its footer does: those
    signed in it. One that can no longer be read has no number.
    """
    words = conditions.vocabulary()
    visible = Project.objects.visible_to(user)
    asked = {EVERYTHING: "", FOLLOWED: "followed=1"}
    asked |= {f"year-{year}": f"year={year}" for year in years}
    asked |= {f"view-{view.pk}": view.query for view in views[:MOST]}
    keys, parts = [], []
    for key, query in asked.items():
        params = QueryDict(query, mutable=True)
        if day is not None and not params.get(DAY):
            params[DAY] = day.isoformat()
        filters = conditions.narrowed(params, visible, words, user=user)
        if not conditions.faults_of(filters):
            period = filters.total_period
            rows = filters.qs if period is None else filters.qs.signed_within(period, filters.day)
            # Each is counted on its own, by its own indexes; the number of the part says which.
            parts.append(rows.order_by().values_list(Value(len(keys), IntegerField())).annotate(Count("pk")))
            keys.append(key)
    first, *others = parts
    numbers = dict(first.union(*others, all=True))
    found = {key: numbers.get(place, 0) for place, key in enumerate(keys)}
    cache.set(_key(user, views, years, day), found, SECONDS)
    return found


def _key(user: User, views: Sequence[SavedView], years: Sequence[int], day: datetime.date | None) -> str:
    narrow = sees_own_parks_only(user) and sorted(user.writable_park_ids)
    asked = (user.pk, narrow, str(as_of_day()), str(day), list(years), [(view.pk, view.query) for view in views])
    return f"tab_counts:{sha256(repr(asked).encode()).hexdigest()}"
