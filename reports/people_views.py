"""Who stands for a park or a chain: their chiefs, and task forces of parks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from industries.models import Chain
from parks.models import Park
from projects import permissions
from projects.following_views import task_force_page
from projects.models import Chief, TaskForce
from projects.people import in_order
from projects.people_forms import ChiefForm
from projects.people_writing import ChangedMeanwhile, SameOfficial, TooEarly, name_chief


@require_http_methods(["GET", "POST"])
def task_force_create(request: HttpRequest, code: str) -> HttpResponse:
    """A new task force of a park."""
    park = get_object_or_404(Park, code=code)
    permissions.require_write_in(request.user, park.pk)
    return task_force_page(request, TaskForce(park=park), str(park), f"{reverse('parks:detail', args=[code])}#people")


@require_http_methods(["GET", "POST"])
def task_force_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change who sits in a task force of a park; dissolve it with a day."""
    park = get_object_or_404(Park, code=code)
    permissions.require_write_in(request.user, park.pk)
    force = get_object_or_404(TaskForce, pk=pk, park=park)
    return task_force_page(request, force, str(park), f"{reverse('parks:detail', args=[code])}#people")


@require_http_methods(["GET", "POST"])
def park_chief(request: HttpRequest, code: str) -> HttpResponse:
    """Name the chief of a park."""
    permissions.require_chiefs(request.user)
    park = get_object_or_404(Park, code=code)
    return _chief_page(request, park, f"{reverse('parks:detail', args=[code])}#people")


@require_http_methods(["GET", "POST"])
def chain_chief(request: HttpRequest, code: str, chain: str) -> HttpResponse:
    """Name the leader of a chain."""
    permissions.require_chiefs(request.user)
    found = get_object_or_404(Chain, code=chain, cluster__code=code)
    return _chief_page(request, found, f"{reverse('industries:detail', args=[code])}#chiefs")


def _chief_page(request: HttpRequest, place: Park | Chain, back: str) -> HttpResponse:
    of = {"park": place} if isinstance(place, Park) else {"chain": place}
    chiefs = in_order(Chief.objects.filter(**of).select_related("official"))
    present = chiefs[0] if chiefs and chiefs[0].until is None else None
    form = ChiefForm(request.POST or None, user=request.user, present=present)
    if request.method == "POST" and form.is_valid() and _named(form, place, request):
        messages.success(request, _("Saved."))
        return redirect(back)
    context = {
        "form": form,
        "place": place,
        "present": present,
        "former": form["former"].value() if form.is_bound and not form.is_outdated else present and present.pk,
        "chiefs": chiefs,
        "back": back,
    }
    return render(request, "reports/chief_form.html", context, status=422 if form.is_bound else 200)


def _named(form: ChiefForm, place: Park | Chain, request: HttpRequest) -> bool:
    """Name the chief; False where that cannot be, and the form says why."""
    data = form.cleaned_data
    try:
        name_chief(place=place, official=form.pair, since=data["since"], former=data["former"], user=request.user)
    except ChangedMeanwhile:
        form.is_outdated = True
        form.add_error(None, _("Somebody else named a chief meanwhile. Look who it is, then decide."))
    except SameOfficial:
        form.add_error("official", _("This official is the chief already. Choose another one."))
    except TooEarly as error:
        day = f"{error.day:%Y-%m-%d}"
        form.add_error("since", _("The present chief began on %(day)s: choose that day or a later one.") % {"day": day})
    return not form.errors
