"""Pages of what was changed: of one project, and of the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from projects import permissions
from projects.access import get_project, get_writable
from projects.changes import Change
from projects.forms import RestoreForm
from projects.history import HistoryFilter, HistoryPage, page_of
from projects.models import Project
from projects.registering import ConcurrentEdit
from projects.restoring import NotRestorable, restore_value, with_offers

# Kinds of numbered reasons whose number has a page.
PAGES = {"import": "imports:detail", "bulk": "undo:bulk", "merge": "merging:merge"}


@dataclass(frozen=True, slots=True)
class Line:
    """A change with where it leads: its project, and the page of its import, bulk change or merging if that opens."""

    change: Change
    project: Project | None
    batch_url: str


@require_GET
def project_history(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that was changed about one project, and a way to bring an earlier value back."""
    project = get_project(request, code)
    filters = HistoryFilter(request.GET)
    visible = Project.objects.visible_to(request.user)
    page = page_of(visible, filters, _before(request), of=project)
    may_restore = permissions.may_write_in(request.user, project.park_id) and not project.is_voided
    changes = with_offers(page.changes, project) if may_restore else page.changes
    context = _context(request, filters, page, changes) | {"project": project, "may_restore": may_restore}
    return render(request, "projects/project_history.html", context)


@require_GET
def register_history(request: HttpRequest) -> HttpResponse:
    """Everything that was changed about the projects that the account sees."""
    filters = HistoryFilter(request.GET)
    page = page_of(Project.objects.visible_to(request.user), filters, _before(request))
    return render(request, "projects/register_history.html", _context(request, filters, page, page.changes))


@require_POST
def project_restore_value(request: HttpRequest, code: str) -> HttpResponse:
    """Bring an earlier value of a project back, as a new change."""
    project = get_writable(request, code)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This earlier value is not in the history any more."))
        return redirect("projects:history", code)
    try:
        project = restore_value(project=project, user=request.user, **form.cleaned_data)
    except NotRestorable as error:
        messages.error(request, _("Not restored: %(why)s") % {"why": error})
    except ConcurrentEdit:
        messages.error(request, _("Somebody else saved this project meanwhile. Look at its history once more."))
    else:
        messages.success(request, _("The earlier value stands again; this is a change of its own."))
    return redirect("projects:history", project.code)


def _context(request: HttpRequest, filters: HistoryFilter, page: HistoryPage, changes: list[Change]) -> dict[str, Any]:
    lines = [Line(change, page.projects.get(change.project_id), _batch_url(request, change)) for change in changes]
    return {"filters": filters, "page": page, "lines": lines, "is_later_page": _before(request) is not None}


def _batch_url(request: HttpRequest, change: Change) -> str:
    kind = change.reason.kind
    if kind == "merge":
        opens = permissions.sees_merges(request.user)
    else:
        opens = permissions.sees_batch(request.user, change.user_id)
    return reverse(PAGES[kind], args=[change.reason.number]) if opens and kind in PAGES else ""


def _before(request: HttpRequest) -> int | None:
    """The history row below which the page begins; what is no number begins at the newest."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
