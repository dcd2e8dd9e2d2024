"""A change of many projects as pages: what they are given, what that would do, then once, or shown anew."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from projects import bulk, permissions
from projects.bulk_forms import BulkForm, ConfirmBulkForm
from projects.bulk_writing import AlreadyDone, PreviewOutdated, SomeRefused, edit_many

SHOWN = 200  # projects that the preview lists
PICK, PREVIEW, CONFIRM = "pick", "preview", "confirm"


@require_http_methods(["GET", "POST"])
def project_bulk(request: HttpRequest) -> HttpResponse:
    """Change the projects that the list shows under the same parameters, or those of them that were ticked."""
    permissions.require_writer(request.user)
    step, picked = request.POST.get("step"), _picked(request)
    list_url = reverse("projects:list") + (f"?{request.GET.urlencode()}" if request.GET else "")
    if step == PICK and picked is None:
        messages.info(request, _("No project is ticked. Tick the ones to change, or change all that the list shows."))
        return redirect(list_url)
    select = partial(bulk.selection_of, request.GET, picked, user=request.user)
    if select().faults:
        return redirect(list_url)  # the list says what is wrong with its conditions
    page = {"list_url": list_url, "picked": picked, "here": request.get_full_path()}
    try:
        if step == CONFIRM:
            return _confirmed(request, select, page)
        form = BulkForm(request.POST if step == PREVIEW else None, initial=request.POST.dict())
        if step == PREVIEW and form.is_valid():
            plan = bulk.plan_of(select(), form.wanted, user=request.user)
            if not plan.lacks_reason:
                return _preview(request, plan, form, page)
            _ask_why(form, plan)
        return _choose(request, select(), form, page)
    except bulk.TooMany:
        page["most"] = bulk.MOST
        return render(request, "projects/project_bulk.html", page, status=422)


def _choose(request: HttpRequest, selection: bulk.Selection, form: BulkForm, page: dict[str, Any]) -> HttpResponse:
    plan = bulk.plan_of(selection, bulk.Wanted(), user=request.user)
    context = {
        **page,
        "selection": selection,
        "form": form,
        "total": len(plan.rows),
        "closed": sum(bool(bulk.closed(row.project, request.user)) for row in plan.rows),
    }
    return render(request, "projects/project_bulk.html", context, status=422 if form.is_bound and form.errors else 200)


def _preview(
    request: HttpRequest, plan: bulk.Plan, form: BulkForm, page: dict[str, Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        **page,
        "selection": plan.selection,
        "form": form,
        "plan": plan,
        "total": len(plan.rows),
        "changed": plan.changed[:SHOWN],
        "refused": plan.refused[:SHOWN],
        "more_changed": max(0, len(plan.changed) - SHOWN),
        "more_refused": max(0, len(plan.refused) - SHOWN),
        "said": list(plan.wanted.said()),
        **more,
    }
    return render(request, "projects/project_bulk_preview.html", context, status=status)


def _confirmed(request: HttpRequest, select: Any, page: dict[str, Any]) -> HttpResponse:
    form, sent = BulkForm(request.POST), ConfirmBulkForm(request.POST)
    if not form.is_valid() or not sent.is_valid():
        messages.error(request, _("The preview was not complete. Please look at it again."))
        return _choose(request, select(), form, page)
    try:
        edit = edit_many(
            select=select,
            wanted=form.wanted,
            user=request.user,
            digest=sent.cleaned_data["digest"],
            leave_out=sent.cleaned_data["leave_out"],
        )
    except AlreadyDone as done:
        messages.info(request, _("That was done already; nothing was written a second time."))
        return redirect(done.edit)
    except PreviewOutdated:
        plan = bulk.plan_of(select(), form.wanted, user=request.user)
        if plan.lacks_reason:
            _ask_why(form, plan)
            return _choose(request, select(), form, page)
        differs = bulk.differs_from(plan, sent.cleaned_data["seen"])
        return _preview(request, plan, form, page, status=409, outdated=True, differs=differs)
    except SomeRefused:
        plan = bulk.plan_of(select(), form.wanted, user=request.user)
        return _preview(request, plan, form, page, status=422, must_choose=True)
    number = edit.changed
    messages.success(
        request, ngettext("%(number)s project changed.", "%(number)s projects changed.", number) % {"number": number}
    )
    return redirect(edit)


def _ask_why(form: BulkForm, plan: bulk.Plan) -> None:
    number = plan.lacks_reason
    words = ngettext(
        "%(number)s project has a planned day already. Say why it is moved.",
        "%(number)s projects have a planned day already. Say why it is moved.",
        number,
    )
    form.add_error("plan_reason", words % {"number": number})


def _picked(request: HttpRequest) -> list[int] | None:
    """The ticked projects by key; None where none was: then the list as a whole is meant."""
    sent = request.POST.getlist("project")
    if not sent:
        return None
    return sorted({int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 19})
