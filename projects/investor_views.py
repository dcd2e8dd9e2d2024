"""Pages of investors."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from projects import permissions
from projects.choices import HonourKind, InvestorType
from projects.forms import InvestorForm
from projects.models import Honour, Investor, Participation, Project
from projects.names import set_investor_name

PER_PAGE = 50


@require_GET
def investor_list(request: HttpRequest) -> HttpResponse:
    """Firms with the number and agreed capital of the projects that they lead or join."""
    visible = Project.objects.visible_to(request.user).counted()
    investors = Investor.objects.visible_to(request.user)
    q, kind, rank = request.GET.get("q", "").strip()[:200], request.GET.get("type", ""), request.GET.get("rank", "")
    if q:
        investors = investors.search(q)
    if kind:
        investors = investors.filter(type=kind)
    if rank:
        investors = investors.filter(Exists(Honour.objects.filter(investor=OuterRef("pk"), kind=rank)))
    mine = Q(participations__project__in=visible)
    rows = investors.annotate(
        project_count=Count("participations", filter=mine),
        agreed=Sum("participations__project__agreed_capital", filter=mine & Q(participations__role="lead")),
    ).prefetch_related("honours")
    context = {
        "page": Paginator(rows.order_by("-project_count", "name", "pk"), PER_PAGE).get_page(request.GET.get("page")),
        "q": q,
        "type": kind,
        "types": InvestorType.choices,
        "rank": rank,
        "ranks": HonourKind.choices,
    }
    return render(request, "projects/investor_list.html", context)


@require_GET
def investor_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One firm and its projects."""
    investor = get_object_or_404(Investor.objects.visible_to(request.user).prefetch_related("honours"), pk=pk)
    projects = Project.objects.visible_to(request.user).counted().filter(participations__investor=investor)
    context = {
        "investor": investor,
        "totals": projects.totals(),
        "parts": Participation.objects.filter(investor=investor, project__in=projects)
        .select_related("project__park", "project__cluster")
        .order_by("project__signed_on", "project__code"),
        "may_edit": permissions.may_write_some(request.user),
    }
    return render(request, "projects/investor_detail.html", context)


@require_http_methods(["GET", "POST"])
def investor_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what a firm is."""
    permissions.require_writer(request.user)
    investor = get_object_or_404(Investor.objects.visible_to(request.user), pk=pk)
    form = InvestorForm(request.POST or None, instance=investor)
    if request.method == "POST" and form.is_valid():
        investor = form.save(commit=False)
        set_investor_name(investor, investor.name)
        investor.save()
        messages.success(request, _("Saved."))
        return redirect(investor)
    status = 422 if form.is_bound else 200
    return render(request, "projects/investor_form.html", {"form": form, "investor": investor}, status=status)


@require_GET
def investor_suggestions(request: HttpRequest) -> HttpResponse:
    """Names that fit what is being typed, as options of a datalist."""
    permissions.require_writer(request.user)
    typed = next((value for key, value in request.GET.items() if key == "q" or key.endswith("-name")), "").strip()
    names = Investor.objects.visible_to(request.user).search(typed[:100]).values_list("name", flat=True)[:10]
    return render(request, "projects/_investor_options.html", {"names": names if typed else []})
