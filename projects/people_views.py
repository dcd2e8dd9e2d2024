"""Pages of officials and departments: the lists, one official, handing over several of his projects."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.demo import as_of_day
from accounts.models import User
from projects import lights, listing, pages, people, permissions
from projects.columns import DEFAULT
from projects.lightrules import RED
from projects.models import Note, Official, Project
from projects.people_forms import HandoverForm
from projects.people_writing import ChangedMeanwhile, SameOfficial, TooEarly, hand_over, require_after_last
from projects.querysets import ProjectQuerySet

PER_PAGE = 100
UNITS = "units"  # the second tab
PREVIEW, CONFIRM = "preview", "confirm"
ROWS_TO_TICK = 200  # projects on a page of handing over, and of its preview
OTHERS_NOW = gettext_lazy("Some of these projects are led by somebody else by now. Look at the list once more.")


def asked(params: QueryDict) -> tuple[bool, str]:
    """Whether departments are listed, not officials; and the words that narrow the list."""
    return params.get("tab") == UNITS, params.get("q", "").replace("\x00", "").strip()[:100]


@require_GET
def official_list(request: HttpRequest) -> HttpResponse:
    """Officials with the number and agreed capital of the projects that they lead, and the late ones; or lead units."""
    pages.forget_day(request)
    by_unit, q = asked(request.GET)
    today = as_of_day()
    lines: list[Any] = (people.units_with_figures if by_unit else people.officials_with_figures)(request.user, today, q)
    context = {
        "by_unit": by_unit,
        "q": q,
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
        "as_of": today,
    }
    return render(request, "projects/official_list.html", context)


@require_GET
def official_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One official: the projects that he leads and how they stand, what waits for him, what he did."""
    pages.forget_day(request)
    official = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    visible = Project.objects.visible_to(request.user).counted()
    led, today = visible.filter(lead_official=official), as_of_day()
    totals = led.totals()
    page = listing.page_of_rows(led, request.GET, totals.projects, listing.asked_of(None))
    pages.mark_rows(page.object_list, period=None, today=today, columns=DEFAULT)
    follow_ups = Note.objects.filter(official=official, project__in=visible).select_related("project", "author")
    chiefs, memberships = people.posts_of(official, visible)
    context = {
        "official": official,
        "totals": totals,
        "agreed": listing.plain(totals.agreed),
        "arrived": listing.plain(totals.arrived),
        "late": lights.counts(led, today)[RED],
        "page": page,
        "waiting": people.obstacles_for(official, visible, today),
        "follow_ups": follow_ups.order_by(*people.NEWEST)[: people.SHOWN + 1],
        "handovers": people.handovers_with(official, visible)[: people.SHOWN + 1],
        "chiefs": chiefs,
        "memberships": memberships[: people.SHOWN + 1],
        "namesakes": Official.objects.visible_to(request.user).filter(name=official.name).exclude(pk=pk),
        "shown": people.SHOWN,
        "as_of": today,
        "may_edit": permissions.may_write_some(request.user),
    }
    return render(request, "projects/official_detail.html", context)


@require_http_methods(["GET", "POST"])
def official_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give several or all projects of an official to another: choose, see what that means, confirm.

    Where they fill several pages, those ticked on one page are given, or with `everything` those of all pages.
    """
    permissions.require_writer(request.user)
    official = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    form = HandoverForm(request.POST or None, user=request.user, initial={"former": official.pk})
    writable, status = _writable(official, request.user), 200
    everything = request.POST.get("everything") == "1"
    picked = set(writable.values_list("pk", flat=True)) if everything else _picked(request)
    if request.method == "POST":
        step, status = request.POST.get("step"), 422
        if form.is_valid() and step == CONFIRM and everything and request.POST.get("seen") != _digest(picked):
            form.add_error(None, OTHERS_NOW)
        if form.is_valid() and _may_be_given(form, official, picked, writable):
            if step == CONFIRM and _given(request, form, official, picked):
                return redirect(official)
            if step == PREVIEW and not form.errors:
                return _preview(request, form, official, writable.filter(pk__in=picked), everything)
    page = Paginator(_shown(writable), ROWS_TO_TICK).get_page(request.GET.get("page"))
    led = Project.objects.visible_to(request.user).counted().filter(lead_official=official)
    context = {
        "official": official,
        "form": form,
        "page": page,
        "rows": list(page.object_list),
        "picked": picked if request.method == "POST" else {row.pk for row in page.object_list},
        "everything": everything,
        "closed": led.count() - page.paginator.count,
    }
    return render(request, "projects/official_hand_over.html", context, status=status)


def _writable(official: Official, user: User) -> ProjectQuerySet:
    """The projects of the official that the account may write."""
    led: ProjectQuerySet = Project.objects.visible_to(user).counted().filter(lead_official=official).order_by("code")
    return led if permissions.writes_everywhere(user) else led.filter(park__in=user.writable_park_ids)


def _shown(projects: ProjectQuerySet) -> ProjectQuerySet:
    """With what a line of the choice says, and no more."""
    return projects.select_related("park").only("code", "name", "park__short_name")


def _digest(keys: set[int]) -> str:
    """Of the projects that a preview was about: another one joined, or left, and it is another digest."""
    return hashlib.sha256(repr(sorted(keys)).encode()).hexdigest()


def _picked(request: HttpRequest) -> set[int]:
    sent = request.POST.getlist("project")
    return {int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 19}


def _may_be_given(form: HandoverForm, official: Official, picked: set[int], writable: ProjectQuerySet) -> bool:
    """Whether the ticked projects may go to the one who was chosen on that day; else the form says what is wrong."""
    if not picked:
        form.add_error(None, _("No project is ticked."))
    elif len(picked) != writable.filter(pk__in=picked).count():
        form.add_error(None, OTHERS_NOW)
    elif form.pair == (official.name, official.post):
        form.add_error("official", _("These projects are his already. Choose another official."))
    else:
        try:
            require_after_last(picked, form.cleaned_data["handed_on"])
        except TooEarly as error:
            form.add_error("handed_on", early_words(error))
    return not form.errors


def _given(request: HttpRequest, form: HandoverForm, official: Official, picked: set[int]) -> bool:
    """Hand them over; False where somebody was quicker, and the form says so."""
    try:
        number = hand_over(projects=picked, former=official.pk, **handed(form), user=request.user)
    except ChangedMeanwhile:
        form.add_error(None, OTHERS_NOW)
        return False
    except (SameOfficial, TooEarly) as error:
        form.add_error(None, early_words(error) if isinstance(error, TooEarly) else _("Choose another official."))
        return False
    words = ngettext("%(number)s project handed over.", "%(number)s projects handed over.", number)
    messages.success(request, words % {"number": number})
    return True


def _preview(
    request: HttpRequest, form: HandoverForm, official: Official, given: ProjectQuerySet, everything: bool
) -> HttpResponse:
    name, post = form.pair or ("", "")
    keys = set(given.values_list("pk", flat=True))
    context = {
        "official": official,
        "form": form,
        "given": list(_shown(given)[:ROWS_TO_TICK]),
        "number": len(keys),
        "more": max(0, len(keys) - ROWS_TO_TICK),
        "keys": () if everything else sorted(keys),
        "seen": _digest(keys) if everything else "",
        "to": Official(name=name, post=post),
        "is_new": not Official.objects.filter(name=name, post=post).exists(),
    }
    return render(request, "projects/official_hand_over_preview.html", context)


def handed(form: HandoverForm) -> dict[str, Any]:
    """What a valid form says, as `hand_over` takes it."""
    return {"to": form.pair, "day": form.cleaned_data["handed_on"], "reason": form.cleaned_data["reason"]}


def early_words(error: TooEarly) -> str:
    """What to tell whoever chose a day before the last handover."""
    return _("%(project)s was handed over on %(day)s already. Choose that day or a later one.") % {
        "project": error.what,
        "day": f"{error.day:%Y-%m-%d}",
    }
