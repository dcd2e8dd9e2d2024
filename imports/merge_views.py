"""Pages on which two projects, or two firms, are made one, and two again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from imports import undoing
from imports.batches import AlreadySettled, PreviewOutdated
from imports.firmmerging import FirmPair, may_merge_firms, merge_firms
from imports.merge_undoing import MergedSince, may_take_back_merges, plan_merge_takeback, take_merge_back
from imports.mergechoices import Choice, chosen_of
from imports.mergepairs import ProjectPair
from imports.merging import CannotMerge, may_merge, merge_projects, pair_of
from imports.models import Merge, PairKind, Takeback
from imports.undo_shown import shown_plan
from jiangjin.lib.takeback import NoWay
from projects import permissions
from projects.access import get_project
from projects.models import Investor, Project
from projects.registering import ConcurrentEdit
from projects.similarity import similar_projects

DONE = gettext_lazy("These two are one already; nothing was written a second time.")
CHANGED = gettext_lazy("Somebody saved one of the two after you opened this page. Please look at them once more.")


@dataclass(frozen=True, slots=True)
class Line:
    """A choice and which side of it is marked."""

    choice: Choice
    said: str


def _lines(choices: list[Choice], said: dict[str, str]) -> list[Line]:
    return [Line(choice, said.get(choice.name, choice.default)) for choice in choices]


@require_http_methods(["GET", "POST"])
def project_merge(request: HttpRequest, code: str) -> HttpResponse:
    """Another project beside this one, field by field; a POST makes them one, exactly once."""
    kept = get_project(request, code)
    permissions.require_void_in(request.user, kept.park_id)
    if kept.merged_into_id:
        messages.info(request, DONE)
        return redirect(kept)
    number = (request.POST.get("with") or request.GET.get("with") or "").replace("\x00", "").strip()
    other = _other_project(request, kept, number)
    if other is None or kept.is_voided:
        return _choose_project(request, kept, number)
    if request.method == "POST":
        if other.merged_into_id == kept.pk:
            messages.info(request, DONE)
            return redirect(kept)
        return _merge_projects(request, kept, other)
    return _project_page(request, pair_of(kept.pk, other.pk), {}, "")


def _other_project(request: HttpRequest, kept: Project, number: str) -> Project | None:
    """The visible project that is to be merged into this one; what cannot be is said."""
    if not number:
        return None
    other = Project.objects.visible_to(request.user).filter(code=number).first()
    if other is None:
        messages.error(request, _("No project that you see has the number %(number)s.") % {"number": number[:60]})
    elif other == kept:
        messages.error(request, _("This is the project itself. Choose another one."))
    elif other.is_voided and other.merged_into_id != kept.pk:
        messages.error(request, _("“%(name)s” is voided. Restore it first.") % {"name": other.name})
    elif not may_merge(request.user, other):
        raise PermissionDenied
    else:
        return other
    return None


def _choose_project(request: HttpRequest, kept: Project, number: str) -> HttpResponse:
    firms = [part.investor.name for part in kept.participations.all()]
    near = similar_projects(kept.name, firms, kept.agreed_capital, user=request.user).projects
    context = {
        "project": kept,
        "number": number,
        "similar": [one for one in near if one.pk != kept.pk and may_merge(request.user, one)],
    }
    return render(request, "imports/merge_choose.html", context, status=422 if number else 200)


def _merge_projects(request: HttpRequest, kept: Project, other: Project) -> HttpResponse:
    pair = pair_of(kept.pk, other.pk)
    chosen = chosen_of(pair.choices, request.POST)
    which = request.POST.get("commitments", "")
    if pair.agreed:
        chosen["commitments"] = which
    try:
        done = merge_projects(
            kept=kept,
            gone=other,
            chosen=chosen,
            fingerprint=request.POST.get("fingerprint", ""),
            user=request.user,
        )
    except CannotMerge as error:
        return _project_page(request, pair, chosen, str(error), status=422)
    except ConcurrentEdit:
        if Project.objects.filter(pk=other.pk, merged_into=kept).exists():
            messages.info(request, DONE)
            return redirect(kept)
        return _project_page(request, pair_of(kept.pk, other.pk), chosen, str(CHANGED), status=409)
    messages.success(
        request, _("Merged: %(gone)s is part of this project now. It can be taken back.") % {"gone": done.gone_text}
    )
    return redirect(kept)


def _project_page(
    request: HttpRequest, pair: ProjectPair, said: dict[str, str], trouble: str, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "pair": pair,
        "kept": pair.kept,
        "gone": pair.gone,
        "fields": _lines(pair.fields, said),
        "facts": _lines(pair.facts, said),
        "agreed": pair.agreed.items(),
        "chosen_agreed": said.get("commitments") or pair.agreed_default,
        "moving": [
            {"what": model._meta.verbose_name_plural, "number": number}
            for model, number in pair.moving.items()
            if number
        ],
        "rows_of_files": pair.gone.import_rows.count(),
        "trouble": trouble,
    }
    return render(request, "imports/merge_projects.html", context, status=status)


@require_http_methods(["GET", "POST"])
def investor_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Another firm beside this one; a POST makes them one, exactly once."""
    if not permissions.may_merge_firms(request.user):
        raise PermissionDenied
    kept = get_object_or_404(Investor.objects.visible_to(request.user), pk=pk)
    said = request.POST.get("with") or request.GET.get("with") or ""
    if not (said.isdecimal() and len(said) < 19):
        return _choose_firm(request, kept)
    gone = get_object_or_404(Investor, pk=int(said))
    if gone.merged_into_id == kept.pk:
        messages.info(request, DONE)
        return redirect(kept)
    gone = get_object_or_404(Investor.objects.visible_to(request.user).exclude(pk=kept.pk), pk=gone.pk)
    if not may_merge_firms(request.user, kept, gone):
        raise PermissionDenied
    pair = FirmPair(kept, gone)
    if request.method == "POST":
        return _merge_firms(request, pair)
    if pair.is_wrong_way_round:
        return redirect(f"{gone.get_absolute_url()}merge/?with={kept.pk}")
    return _firm_page(request, pair, {}, "")


def _choose_firm(request: HttpRequest, kept: Investor) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = Investor.objects.visible_to(request.user).exclude(pk=kept.pk).search(words) if words else []
    return render(request, "imports/merge_choose.html", {"firm": kept, "words": words, "firms": found[:20]})


def _merge_firms(request: HttpRequest, pair: FirmPair) -> HttpResponse:
    chosen = chosen_of(pair.choices, request.POST)
    try:
        done = merge_firms(
            kept=pair.kept,
            gone=pair.gone,
            chosen=chosen,
            fingerprint=request.POST.get("fingerprint", ""),
            user=request.user,
        )
    except CannotMerge as error:
        return _firm_page(request, pair, chosen, str(error), status=422)
    except ConcurrentEdit:
        if Investor.objects.filter(pk=pair.gone.pk, merged_into=pair.kept).exists():
            messages.info(request, DONE)
            return redirect(pair.kept)
        return _firm_page(request, FirmPair(pair.kept, pair.gone), chosen, str(CHANGED), status=409)
    messages.success(request, _("Merged: %(gone)s is this firm now. It can be taken back.") % {"gone": done.gone_text})
    return redirect(pair.kept)


def _firm_page(
    request: HttpRequest, pair: FirmPair, said: dict[str, str], trouble: str, status: int = 200
) -> HttpResponse:
    context = {
        "pair": pair,
        "kept": pair.kept,
        "gone": pair.gone,
        "fields": _lines(pair.choices, said),
        "moving": len(pair.shared.moving),
        "shared": len(pair.shared.both),
        "trouble": trouble,
    }
    return render(request, "imports/merge_firms.html", context, status=status)


@require_http_methods(["GET", "POST"])
def merge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One merging, and to who may take it back what that would do; a POST does what was shown, exactly once."""
    only_reads = not may_take_back_merges(request.user)
    if not permissions.sees_merges(request.user) or (only_reads and request.method == "POST"):
        raise PermissionDenied
    merge = get_object_or_404(Merge.objects.select_related("user"), pk=pk)
    context: dict[str, Any] = {
        "merge": merge,
        "of_firms": merge.kind == PairKind.INVESTOR,
        "history_url": f"{reverse('projects:register_history')}?{urlencode({'batch': merge.reason})}",
        "only_reads": only_reads,
    }
    try:
        if merge.undone:
            context["takeback"] = Takeback.objects.filter(subject=merge.reason).select_related("user").first()
            if request.method == "POST":
                messages.info(request, _("That was done already; nothing was written a second time."))
                return redirect(merge)
        if merge.undone or only_reads:
            return render(request, "imports/merge_detail.html", context)
        if request.method == "POST":
            return _taken_back(request, merge)
        plan = plan_merge_takeback(merge, user=request.user)
        context |= {"digest": plan.digest, "shown": shown_plan(plan)}
        return render(request, "imports/merge_detail.html", context)
    except undoing.ParksNotYours:
        return render(request, "imports/merge_detail.html", context | {"not_yours": True}, status=403)
    except MergedSince:
        later = Merge.objects.filter(kind=merge.kind, gone=merge.kept, undone=False).first()
        return render(
            request, "imports/merge_detail.html", context | {"merged_since": True, "later": later}, status=409
        )
    except NoWay:
        return render(request, "imports/merge_detail.html", context | {"no_way": True}, status=409)


def _taken_back(request: HttpRequest, merge: Merge) -> HttpResponse:
    try:
        done = take_merge_back(
            merge=merge,
            user=request.user,
            digest=request.POST.get("digest", ""),
            choices=undoing.forced(request.POST.getlist("return")),
        )
    except AlreadySettled:
        messages.info(request, _("That was done already; nothing was written a second time."))
        return redirect(merge)
    except PreviewOutdated:
        messages.warning(request, _("The register changed since you saw this preview. Please look at it once more."))
        return redirect(merge)
    said = [_("Taken back: these are two again.")]
    if done.kept:
        said.append(_("%(number)s kept, because they were edited or used since.") % {"number": done.kept})
    messages.success(request, " ".join(said))
    return redirect(merge)
