"""The page of likely duplicates: worked through pair by pair; what is not the same is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from imports.duplicates import MOST, likely_firms, likely_projects
from imports.merge_undoing import may_take_back_merges
from imports.models import Merge, NotTheSame, PairKind
from projects import permissions
from projects.models import Investor, Project

PER_PAGE = 25
LAST = 50  # merges, and pairs that are not the same, that the page lists


@dataclass(frozen=True, slots=True)
class Parted:
    """A pair that somebody said is not the same, with its rows."""

    said: NotTheSame
    one: Any
    other: Any
    may_forget: bool


@require_GET
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs that are likely one, of projects or of firms; what was merged, and what is not the same."""
    kind = PairKind.INVESTOR if request.GET.get("kind") == PairKind.INVESTOR else PairKind.PROJECT
    likely = likely_firms(request.user) if kind == PairKind.INVESTOR else likely_projects(request.user)
    merges = Merge.objects.filter(kind=kind).select_related("user")
    context = {
        "kind": kind,
        "of_firms": kind == PairKind.INVESTOR,
        "page": Paginator(likely, PER_PAGE).get_page(request.GET.get("page")),
        "is_cut": len(likely) == MOST,
        "most": MOST,
        "merges": merges[:LAST] if permissions.sees_merges(request.user) else [],
        "may_take_back": may_take_back_merges(request.user),
        "parted": _parted(kind, request.user),
    }
    return render(request, "imports/duplicate_list.html", context)


def _visible(kind: str, user: User) -> Any:
    if kind == PairKind.INVESTOR:
        return Investor.objects.visible_to(user)
    return Project.objects.visible_to(user).select_related("park")


def _parted(kind: str, user: User) -> list[Parted]:
    said = list(NotTheSame.objects.filter(kind=kind).select_related("user")[:LAST])
    rows = _visible(kind, user).in_bulk([pk for one in said for pk in (one.one, one.other)])
    return [
        Parted(one, rows[one.one], rows[one.other], _may_part(user, rows[one.one], rows[one.other]))
        for one in said
        if one.one in rows and one.other in rows
    ]


def _may_part(user: User, *rows: Any) -> bool:
    """Whoever writes both projects; of firms whoever writes at all."""
    return permissions.may_write_some(user) and all(
        isinstance(row, Investor) or permissions.may_write_in(user, row.park_id) for row in rows
    )


@require_POST
def not_the_same(request: HttpRequest) -> HttpResponse:
    """Remember that two that look alike are two."""
    permissions.require_writer(request.user)
    kind = request.POST.get("kind", "")
    keys = sorted({int(key) for key in request.POST.getlist("pk") if key.isdecimal() and len(key) < 19})
    if kind not in PairKind.values or len(keys) != 2:
        raise Http404
    rows = [get_object_or_404(_visible(kind, request.user), pk=key) for key in keys]
    if not _may_part(request.user, *rows):
        raise PermissionDenied
    with transaction.atomic():
        NotTheSame.objects.get_or_create(kind=kind, one=keys[0], other=keys[1], defaults={"user": request.user})
    messages.success(request, _("Remembered: these two are not the same. They are not proposed again."))
    return redirect(_address(request, kind))


@require_POST
def forget_not_the_same(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a pair again."""
    permissions.require_writer(request.user)
    said = get_object_or_404(NotTheSame, pk=pk)
    rows = [get_object_or_404(_visible(said.kind, request.user), pk=key) for key in (said.one, said.other)]
    if not _may_part(request.user, *rows):
        raise PermissionDenied
    said.delete()
    messages.success(request, _("The pair is proposed again."))
    return redirect(_address(request, said.kind))


def _address(request: HttpRequest, kind: str) -> str:
    """The page of duplicates where it was left."""
    page = request.POST.get("page", "")
    return f"{reverse('merging:duplicates')}?kind={kind}" + (f"&page={page}" if page.isdecimal() else "")
