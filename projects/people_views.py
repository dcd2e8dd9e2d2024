"""Pages of officials and departments: the lists, one official, handing over several of his projects."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
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


def asked(params: QueryDict) -> tuple[bool, str]:
    """Whether departments are listed, not officials; and the words that narrow the list."""
    return params.get("tab") == UNITS, params.get("q", "").replace("\x00", "").strip()[:100]


@require_GET
def official_list(request: HttpRequest) -> HttpResponse:
    """Officials with the number and agreed capital of the projects that they lead, and the late ones; or lead units."""
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
    official = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    visible = Project.objects.visible_to(request.user).counted()
    led, today = visible.filter(lead_official=official), as_of_day()
    totals = led.totals()
    page = listing.page_of_rows(led, request.GET, totals.projects)
    pages.mark_rows(page.object_list, year=None, today=today, columns=DEFAULT)
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
    """Give several or all projects of an official to another: choose, see what that means, confirm."""
    permissions.require_writer(request.user)
    official = get_object_or_404(Official.objects.visible_to(request.user), pk=pk)
    form = HandoverForm(request.POST or None, user=request.user, initial={"former": official.pk})
    picked, status = _picked(request), 200
    if request.method == "POST":
        step, status = request.POST.get("step"), 422
        given = [row for row in _writable(official, request.user) if row.pk in picked]
        if form.is_valid() and _may_be_given(form, official, picked, {row.pk for row in given}):
            if step == CONFIRM and _given(request, form, official, picked):
                return redirect(official)
            if step == PREVIEW and not form.errors:
                return _preview(request, form, official, given)
    rows = _writable(official, request.user)
    context = {
        "official": official,
        "form": form,
        "rows": rows,
        "picked": picked if request.method == "POST" else {row.pk for row in rows},
        "closed": Project.objects.visible_to(request.user).counted().filter(lead_official=official).count() - len(rows),
    }
    return render(request, "projects/official_hand_over.html", context, status=status)


def _writable(official: Official, user: User) -> list[Project]:
    """The projects of the official that the account may write."""
    led: ProjectQuerySet = Project.objects.visible_to(user).counted().filter(lead_official=official)
    return [row for row in led.select_related("park").order_by("code") if permissions.may_write_in(user, row.park_id)]


def _picked(request: HttpRequest) -> set[int]:
    sent = request.POST.getlist("project")
    return {int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 19}


def _may_be_given(form: HandoverForm, official: Official, picked: set[int], writable: set[int]) -> bool:
    """Whether the ticked projects may go to the one who was chosen on that day; else the form says what is wrong."""
    if not picked:
        form.add_error(None, _("No project is ticked."))
    elif picked != writable:
        form.add_error(None, _("Some of these projects are led by somebody else by now. Look at the list once more."))
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
        form.add_error(None, _("Some of these projects are led by somebody else by now. Look at the list once more."))
        return False
    except (SameOfficial, TooEarly) as error:
        form.add_error(None, early_words(error) if isinstance(error, TooEarly) else _("Choose another official."))
        return False
    words = ngettext("%(number)s project handed over.", "%(number)s projects handed over.", number)
    messages.success(request, words % {"number": number})
    return True


def _preview(request: HttpRequest, form: HandoverForm, official: Official, given: list[Project]) -> HttpResponse:
    name, post = form.pair or ("", "")
    context = {
        "official": official,
        "form": form,
        "given": given,
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
