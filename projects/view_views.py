"""Pages of saved views: the list of them, saving, sharing, opening by itself, deleting, and the counts of the tabs."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from projects import conditions, listing, pages, savedviews, viewcounts
from projects.columns import chosen
from projects.models import Project, SavedView
from projects.view_forms import SavedViewForm
from projects.viewwriting import delete_view, save_view, set_default

UNREADABLE = gettext_lazy("Not saved: a condition of the list cannot be read.")


@dataclass(frozen=True, slots=True)
class Line:
    """A view in the list of views: what it asks for, and what it shows."""

    view: SavedView
    chips: list[conditions.Chip]
    columns: list[str]
    sort: str


@require_GET
def view_list(request: HttpRequest) -> HttpResponse:
    """The views that this account may open: its own, and those that others share with it."""
    words = conditions.vocabulary()
    lines = [_line(view, words) for view in savedviews.visible_views(request.user)]
    context = {
        "own": [line for line in lines if line.view.owner_id == request.user.pk],
        "shared": [line for line in lines if line.view.owner_id != request.user.pk],
    }
    return render(request, "projects/savedview_list.html", context)


def _line(view: SavedView, words: conditions.Vocabulary) -> Line:
    params = QueryDict(view.query)
    filters = conditions.narrowed(params, Project.objects.none(), words)
    sorted_by = next((head for head in listing.heads(listing.sort_of(params), chosen(params)) if head.direction), None)
    return Line(
        view,
        conditions.chips_of(filters),
        [str(column.label) for column in chosen(params)] if "columns" in params else [],
        str(sorted_by.column.label) if sorted_by and "sort" in params else "",
    )


@require_GET
def view_counts(request: HttpRequest) -> HttpResponse:
    """The numbers of the tabs, for the page that is open and its day: a part that puts itself into place."""
    day = conditions.narrowed(request.GET, Project.objects.none(), {}).day
    views, years = savedviews.visible_views(request.user), pages.years_offered()[: savedviews.YEARS]
    counts = viewcounts.counted(request.user, views, years, day)
    return render(request, "projects/_tab_counts.html", {"counts": counts, "day": day})


@require_http_methods(["GET", "POST"])
def view_create(request: HttpRequest) -> HttpResponse:
    """Save what the list shows under a name; the list's parameters stand in the address."""
    words = conditions.vocabulary()
    opened = savedviews.opened(request.GET, savedviews.visible_views(request.user), words)
    if conditions.faults_of(conditions.narrowed(QueryDict(opened.query), Project.objects.none(), words)):
        messages.error(request, UNREADABLE)
        return redirect(f"{reverse('projects:list')}?{opened.params.urlencode()}")  # which says what is wrong
    view = SavedView(owner=request.user, query=opened.query)
    initial = {"name": _("%(name)s, mine") % {"name": opened.view.name} if opened.view else ""}
    return _form_page(request, view, SavedViewForm(request.POST or None, instance=view, initial=initial))


@require_http_methods(["GET", "POST"])
def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, audience and place of an own view."""
    view = _own(request, pk)
    return _form_page(request, view, SavedViewForm(request.POST or None, instance=view, initial=_opens(view)))


def _opens(view: SavedView) -> dict[str, bool]:
    return {"opens": view.is_default}


def _form_page(request: HttpRequest, view: SavedView, form: SavedViewForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        save_view(view=form.save(commit=False), user=request.user, opens=form.cleaned_data["opens"])
        messages.success(request, _("Saved."))
        return redirect(view)
    line = _line(view, conditions.vocabulary())
    # What was typed stands in the form's own object: the head shows the name that is stored.
    context = {"form": form, "line": line, "name": form.initial.get("name", "") if view.pk else ""}
    return render(request, "projects/savedview_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def view_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an own view show what the list shows now: its parameters are sent as `query`."""
    view = _own(request, pk)
    params = QueryDict(request.POST.get("query", ""))
    faults = conditions.faults_of(conditions.narrowed(params, Project.objects.none(), conditions.vocabulary()))
    if faults:
        messages.error(request, UNREADABLE)
        return redirect(view)
    view.query = savedviews.stored(params)
    save_view(view=view, user=request.user)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view})
    return redirect(view)


@require_POST
def view_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the list open with a visible view for this account, or no longer."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    set_default(view=view, user=request.user, opens=request.POST.get("opens") == "1")
    return redirect("projects:view_list")


@require_http_methods(["GET", "POST"])
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take an own view away."""
    view = _own(request, pk)
    if request.method == "POST":
        delete_view(view=view, user=request.user)
        messages.success(request, _("The view is deleted."))
        return redirect("projects:view_list")
    others = view.defaults.exclude(user=request.user).count()
    return render(request, "projects/savedview_delete.html", {"view": view, "others": others})


def _own(request: HttpRequest, pk: int) -> SavedView:
    """A view that this account may change: its own. 404 for those that it does not see, 403 for others' ones."""
    visible = SavedView.objects.visible_to(request.user).with_default_of(request.user).select_related("park")
    view = get_object_or_404(visible, pk=pk)
    if view.owner_id != request.user.pk:
        raise PermissionDenied
    return view
