"""Which saved view the list shows, and the parameters that follow: `view=3` loads one, what stands beside it overrides.

The links of the page carry `from_view=3` instead: their parameters are complete, and say only where they began. So a
condition that was removed stays removed, and nobody's view changes by being filtered further.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from projects import columnchoice, columnfilters, columns, conditions, listing
from projects.columns import Column
from projects.models import Project, SavedView
from projects.permissions import Actor

VIEW, FROM, ALL, LAST = "view", "from_view", "all", "last"
# What is not part of a view: which page, how many rows, where the parameters came from, what was typed for them.
NOT_STORED = {VIEW, FROM, ALL, LAST, "page", "per_page", "say", "said"}
CONTROLS = {columnchoice.MOVE, *columnfilters.CONTROLS}  # what only the page's own forms send
YEARS = 4  # latest years of signing that have a tab, or stand in its menu
COOKIE = "project_list"
MOST_BYTES = 3500  # of the cookie: browsers take 4096 with its name and the rest


def visible_views(user: Actor) -> list[SavedView]:
    """The views that an account may open, with `is_default`; its own ones first. One query."""
    found = SavedView.objects.visible_to(user).with_default_of(user).select_related("owner", "park")
    return sorted(found, key=lambda view: view.owner_id != user.pk)


def stored(params: QueryDict) -> str:
    """The parameters as a view keeps them: sorted by name, without those that say nothing or only which page."""
    kept = QueryDict(mutable=True)
    for name in sorted(set(params) - NOT_STORED):
        kept.setlist(name, [value for value in params.getlist(name) if value])
    return kept.urlencode()


@dataclass(slots=True)
class Opened:
    """The parameters in force; the view that they began with, whether they differ from it, and what of it is gone."""

    params: QueryDict
    view: SavedView | None = None
    gone: list[str] = field(default_factory=list)
    moved: bool = False  # a column moves with this request

    @property
    def changed(self) -> bool:
        return self.view is not None and self.query != self.view.query

    @property
    def query(self) -> str:
        """As a view would keep it."""
        return stored(self.params)


def folded(params: QueryDict) -> QueryDict:
    """The parameters without what only the controls of the page send: the same list, said in the documented way."""
    return columnchoice.arranged(columnfilters.gathered(params))


def elsewhere(request: HttpRequest, views: Sequence[SavedView]) -> str | None:
    """Where the list is that was asked for, if not here: as it was left, or with the view that opens by itself."""
    address = reverse("projects:list")
    if LAST in request.GET:
        query = _remembered(request)
        return f"{address}?{query}" if query else address
    if request.htmx:
        return None
    if not request.GET:
        return next((view.get_absolute_url() for view in views if view.is_default), None)
    if not CONTROLS.intersection(request.GET):
        return None
    return f"{address}?{conditions.query_of(folded(request.GET)) or f'{ALL}=1'}"


def opened(params: QueryDict, views: Sequence[SavedView], words: conditions.Vocabulary) -> Opened:
    """What these parameters show. Raises Http404 for a view that the account does not see."""
    moved, params = columnchoice.MOVE in params, folded(params)
    known = {str(view.pk): view for view in views}
    if wanted := params.get(VIEW):
        if wanted not in known:
            raise Http404
        own, gone = _fitting(QueryDict(known[wanted].query), words)
        whole = own.copy()
        for name in set(params) - {VIEW, FROM}:
            whole.setlist(name, params.getlist(name))
        whole[FROM] = wanted
        return Opened(folded(whole), known[wanted], gone)
    # A view that is gone meanwhile takes nothing away: the parameters are complete.
    return Opened(params, known.get(params.get(FROM)), [_column(key) for key in columns.unknown_keys(params)], moved)


def _column(key: str) -> str:
    return _("column %(key)s") % {"key": key}


def _fitting(params: QueryDict, words: conditions.Vocabulary) -> tuple[QueryDict, list[str]]:
    """The parameters of a view without what can no longer be asked, and that in words."""
    nothing = Project.objects.none()
    filters = conditions.narrowed(params, nothing, words)
    rest, gone = params.copy(), []
    for name in filters.form.errors:
        for value in params.getlist(name):
            alone = QueryDict(mutable=True)
            alone[name] = value
            tried = conditions.narrowed(alone, nothing, words)
            if tried.form.errors:
                (chip,) = conditions.chips_of(tried)
                gone.append(f"{chip.label} {chip.value}".strip())
                rest.setlist(name, [other for other in rest.getlist(name) if other != value])
    if unknown := columns.unknown_keys(rest):
        gone += [_column(key) for key in unknown]
        rest[columnchoice.PARAMETER] = ",".join(key for key in columns.keys_of(rest) if key not in unknown)
    if (sort := rest.get("sort")) and not listing.is_sort(sort):
        gone.append(_("order by %(sort)s") % {"sort": sort})
        del rest["sort"]
    return rest, gone


def all_url(views: Sequence[SavedView]) -> str:
    """The whole list: said outright where a view opens by itself."""
    address = reverse("projects:list")
    return f"{address}?{ALL}=1" if any(view.is_default for view in views) else address


def shown_with(opened: Opened, views: Sequence[SavedView], shown: Sequence[Column]) -> dict[str, Any]:
    """What the page of the list says of its view and its columns."""
    return {
        "opened": opened,
        "all_url": all_url(views),
        "column_choices": columnchoice.choices_of(shown),
        "asked_columns": columnfilters.offered(),
        "asked_operators": columnfilters.OPERATORS.items(),
    }


def remember(response: HttpResponse, request: HttpRequest) -> None:
    """Keep what the list shows until the browser closes, for the menu's way back to it.

    In a cookie: the session lives in the database, and looking at a list must not write there.
    """
    rest = request.GET.copy()
    rest.pop("page", None)
    value = f"{request.user.pk}:{conditions.query_of(rest)}"
    path = reverse("projects:list")
    if len(value) > MOST_BYTES:
        response.delete_cookie(COOKIE, path=path, samesite="Lax")
        return
    response.set_cookie(
        COOKIE, value, path=path, httponly=True, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
    )


def _remembered(request: HttpRequest) -> str:
    """What this account left the list with; nothing where another account used the browser."""
    owner, __, query = request.COOKIES.get(COOKIE, "").partition(":")
    rest = QueryDict(query, mutable=True) if owner == str(request.user.pk) else QueryDict(mutable=True)
    rest.pop(LAST, None)
    return rest.urlencode()
