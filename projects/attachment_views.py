"""Files of a project: brought, fetched, removed and restored."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from projects import attachments
from projects.access import get_project, get_writable
from projects.attachment_forms import UploadForm
from projects.filekinds import BY_CONTENT_TYPE
from projects.models import Attachment

# Whatever a file holds, a browser that shows it runs nothing of it and fetches nothing for it.
SANDBOX = "sandbox; default-src 'none'"


@require_http_methods(["GET", "POST"])
def attachment_upload(request: HttpRequest, code: str) -> HttpResponse:
    """Attach files; `?owner=obstacle-12` proposes what they belong to."""
    project = get_writable(request, code)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, project=project, initial={"owner": request.GET.get("owner", "")})
    if request.method == "POST" and form.is_valid():
        _say(request, attachments.attach_files(project=project, user=request.user, **form.values()))
        return redirect(f"{project.get_absolute_url()}#attachments")
    context = {"project": project, "form": form}
    return render(request, "projects/attachment_form.html", context, status=422 if form.is_bound else 200)


@require_GET
def attachment_file(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """The file to be saved; with `?show=1` a picture may be looked at, in a sandbox."""
    row = get_object_or_404(Attachment.objects.shown(), project=get_project(request, code), pk=pk)
    try:
        opened = row.file.open("rb")
    except (OSError, ValueError):
        raise Http404 from None
    kind = BY_CONTENT_TYPE.get(row.content_type)
    shows = kind is not None and kind.is_picture and request.GET.get("show") == "1"
    answer = FileResponse(
        opened,
        as_attachment=not shows,
        filename=row.filename,
        content_type=kind.content_type if kind else "application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cache-Control"] = "private, no-cache"
    return answer


@require_POST
def attachment_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a file off the page."""
    project = get_writable(request, code)
    row = get_object_or_404(Attachment, project=project, pk=pk)
    if attachments.remove_attachment(attachment=row, user=request.user):
        messages.success(request, _("Removed. The file is kept and can be restored."))
    return redirect(f"{project.get_absolute_url()}#attachments")


@require_POST
def attachment_restore(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Bring a removed file back."""
    project = get_writable(request, code)
    row = get_object_or_404(Attachment, project=project, pk=pk)
    if attachments.restore_attachment(attachment=row, user=request.user):
        messages.success(request, _("Restored."))
    return redirect(f"{project.get_absolute_url()}#attachments")


def _say(request: HttpRequest, done: attachments.Stored) -> None:
    """What was stored, and which files were there already."""
    if number := len(done.new):
        words = ngettext("%(number)s file is attached.", "%(number)s files are attached.", number)
        messages.success(request, words % {"number": number})
    for name, row in done.left:
        words = _("“%(name)s” is attached already, as “%(known)s”; it was not stored again.")
        messages.warning(request, words % {"name": name, "known": row.filename})
    for name, row in done.again:
        words = _("“%(name)s” is the same file as “%(known)s”, which is attached already.")
        messages.warning(request, words % {"name": name, "known": row.filename})
