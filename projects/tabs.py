"""The tabs above the list: all, the latest years, what one follows, saved views; the further ones in a menu."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from projects import pages, savedviews, viewcounts
from projects.models import SavedView
from projects.savedviews import Opened

YEARS, VIEWS = 2, 4  # that stand as tabs
# Parameters that say nothing else than the tabs do: the day is that of all of them.
ORDERING = {*savedviews.NOT_STORED, "sort", "columns", viewcounts.DAY}


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: `key` is that of its number (viewcounts.counted), `count` None where that is asked later."""

    key: str
    label: str
    url: str
    current: bool
    count: int | None = None
    owner: str = ""  # of a view that somebody else shares


@dataclass(frozen=True, slots=True)
class Tabs:
    """What stands in the row, what in the menu, whether their numbers are still to be asked, and as of which day."""

    row: list[Tab]
    menu: list[Tab]
    waiting: bool
    day: datetime.date | None = None


def tabs_of(
    request: HttpRequest, opened: Opened, views: Sequence[SavedView], own: int | None, day: datetime.date | None
) -> Tabs:
    """The tabs of the list under these parameters, all as of the list's day.

    own: how many projects the list counts, None where it cannot.
    """
    years = pages.years_offered()[: savedviews.YEARS]
    counts = viewcounts.remembered(request.user, views, years, day)
    params, address = opened.params, reverse("projects:list")
    narrowing = {name for name in params if params[name] and name not in ORDERING}
    known = dict(counts or {})
    # What was counted a moment ago must not contradict the foot of the same list.
    if own is not None and (key := _shown_key(opened, narrowing)):
        known[key] = own

    def tab(key: str, label: str, url: str, current: bool) -> Tab:
        return Tab(key, label, _on_day(url, day), current, known.get(key))

    of_years = [
        tab(
            f"year-{year}",
            _("Signed in %(choice)s") % {"choice": year},
            f"{address}?year={year}",
            not opened.view and params.get("year") == str(year),
        )
        for year in years
    ]
    made = tab(viewcounts.EVERYTHING, _("All"), savedviews.all_url(views), not opened.view and not narrowing)
    followed = not opened.view and bool(params.get("followed"))
    follow = tab(viewcounts.FOLLOWED, _("I follow"), f"{address}?followed=1", followed)
    of_views = [_view_tab(view, opened, request, known, day) for view in _opened_first(views, opened.view)]
    return Tabs(
        [made, *of_years[:YEARS], follow, *of_views[:VIEWS]],
        [*of_years[YEARS:], *of_views[VIEWS:]],
        counts is None,
        day,
    )


def _on_day(url: str, day: datetime.date | None) -> str:
    if day is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}{viewcounts.DAY}={day.isoformat()}"


def _shown_key(opened: Opened, narrowing: set[str]) -> str | None:
    """The key of the tab that lists exactly what the page lists; None where none does."""
    if opened.view:
        return None if _differs(opened, opened.view) else f"view-{opened.view.pk}"
    if narrowing == {"year"}:
        return f"year-{opened.params['year']}"
    return {(): viewcounts.EVERYTHING, ("followed",): viewcounts.FOLLOWED}.get(tuple(narrowing))


def _differs(opened: Opened, view: SavedView) -> bool:
    """Whether more than the day differs from the view; the day too where the view has its own."""
    if viewcounts.has_day(view):
        return opened.changed
    rest = opened.params.copy()
    rest.pop(viewcounts.DAY, None)
    return savedviews.stored(rest) != view.query


def _opened_first(views: Sequence[SavedView], view: SavedView | None) -> list[SavedView]:
    """The views in their order; the opened one is never hidden in the menu."""
    if view is None or view in views[:VIEWS]:
        return list(views)
    return [*views[: VIEWS - 1], view, *(other for other in views[VIEWS - 1 :] if other != view)]


def _view_tab(
    view: SavedView, opened: Opened, request: HttpRequest, known: viewcounts.Counts, day: datetime.date | None
) -> Tab:
    key = f"view-{view.pk}"
    owner = "" if view.owner_id == request.user.pk else str(view.owner)
    url = _on_day(view.get_absolute_url(), None if viewcounts.has_day(view) else day)
    return Tab(key, view.name, url, view == opened.view, known.get(key), owner)
