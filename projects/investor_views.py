"""Pages of investors."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from projects import listing, permissions
from projects.choices import HonourKind, InvestorType
from projects.conflicts import clashes_of_firm
from projects.investor_forms import BaseHonours, HonourFormSet, InvestorForm, honour_rows
from projects.investors import FirmChanged, correct_investor, firm_version
from projects.models import Honour, Investor, Participation, Project
from projects.permissions import Actor
from projects.querysets import InvestorQuerySet, Totals

PER_PAGE = 50
UNKNOWN = "none"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What narrows the list of firms; an unknown word narrows nothing."""

    q: str
    type: str
    rank: str

    @classmethod
    def of(cls, params: QueryDict) -> Conditions:
        """Read them from a query string."""
        kind, rank = params.get("type", ""), params.get("rank", "")
        return cls(
            params.get("q", "").replace("\x00", "").strip()[:200],
            kind if kind in {*InvestorType.values, UNKNOWN} else "",
            rank if rank in HonourKind.values else "",
        )

    def narrow(self, investors: InvestorQuerySet) -> InvestorQuerySet:
        """The firms that they leave."""
        if self.q:
            investors = investors.search(self.q)
        if self.type:
            investors = investors.filter(type="" if self.type == UNKNOWN else self.type)
        if self.rank:
            investors = investors.filter(Exists(Honour.objects.filter(investor=OuterRef("pk"), kind=self.rank)))
        return investors

    def in_words(self) -> list[tuple[str, str]]:
        """What narrows, as a person says it: label and value."""
        kinds = {**{str(value): str(label) for value, label in InvestorType.choices}, UNKNOWN: _("not filled in")}
        ranks = {str(value): str(label) for value, label in HonourKind.choices}
        said = [(_("search words"), self.q), (_("Kind"), kinds.get(self.type, ""))]
        return [(label, value) for label, value in [*said, (_("Ranks and honours"), ranks.get(self.rank, ""))] if value]


def listed(user: Actor, conditions: Conditions) -> tuple[QuerySet[Investor], Totals]:
    """The firms of the list in its order, with what it shows of each, and what their projects come to."""
    visible = Project.objects.visible_to(user).counted()
    investors = conditions.narrow(Investor.objects.visible_to(user))
    mine = Q(participations__project__in=visible)
    rows = investors.annotate(
        project_count=Count("participations", filter=mine),
        agreed=Sum("participations__project__agreed_capital", filter=mine),
    ).prefetch_related("honours")
    # A project of two listed firms is one project: the totals are of projects, not of the rows' figures.
    parts = Participation.objects.filter(project=OuterRef("pk"), investor__in=investors.order_by().values("pk"))
    totals = visible.filter(Exists(parts)).totals()
    return rows.order_by(F("agreed").desc(nulls_last=True), "name", "pk"), totals


@require_GET
def investor_list(request: HttpRequest) -> HttpResponse:
    """Firms with the number and agreed capital of the projects that they lead or join, of all years."""
    conditions = Conditions.of(request.GET)
    rows, totals = listed(request.user, conditions)
    page = Paginator(rows, PER_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "conditions": conditions,
        "types": [*InvestorType.choices, (UNKNOWN, _("not filled in"))],
        "ranks": HonourKind.choices,
        "totals": totals,
        "agreed": listing.plain(totals.agreed),
        "arrived": listing.plain(totals.arrived),
    }
    return render(request, "projects/investor_list.html", context)


@require_GET
def investor_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One firm and its projects; one that was merged into another leads there."""
    if merged := Investor.objects.filter(pk=pk).exclude(merged_into=None).first():
        return redirect("projects:investor_detail", pk=merged.merged_into_id)
    investor = get_object_or_404(Investor.objects.visible_to(request.user).prefetch_related("honours"), pk=pk)
    projects = Project.objects.visible_to(request.user).counted().filter(participations__investor=investor)
    totals = projects.totals()
    context = {
        "investor": investor,
        "totals": totals,
        "agreed": listing.plain(totals.agreed),
        "arrived": listing.plain(totals.arrived),
        "parts": Participation.objects.filter(investor=investor, project__in=projects)
        .select_related("project__park", "project__cluster")
        .order_by(F("project__signed_on").desc(nulls_last=True), "project__code"),
        "may_edit": permissions.may_write_some(request.user),
        "may_merge": permissions.may_merge_firms(request.user),
    }
    return render(request, "projects/investor_detail.html", context)


@require_http_methods(["GET", "POST"])
def investor_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what a firm is, its ranks and honours."""
    permissions.require_writer(request.user)
    investor = get_object_or_404(Investor.objects.visible_to(request.user), pk=pk)
    form = InvestorForm(request.POST or None, instance=investor)
    # What is sent is read by itself: a row that equals one of the register's would count as unchanged, and be dropped.
    rows = None if request.method == "POST" else honour_rows(investor)
    honours = HonourFormSet(request.POST or None, prefix="honours", initial=rows)
    version, clashes = request.POST.get("version", ""), []
    # Both are read even where the first fails, so that every mistake shows at once.
    if request.method == "POST" and all([form.is_valid(), honours.is_valid()]):
        try:
            _save(form, honours, version, request)
            return redirect(investor)
        except FirmChanged:
            clashes, version = clashes_of_firm(Investor.objects.get(pk=pk), form, honours.typed()), ""
    # The refused form has written into the instance; the page's head keeps the stored name.
    stored = Investor.objects.get(pk=pk)
    context = {
        "form": form,
        "honours": honours,
        "investor": stored,
        "version": version or firm_version(stored),
        "clashes": clashes,
    }
    status = 409 if clashes else 422 if form.is_bound else 200
    return render(request, "projects/investor_form.html", context, status=status)


def _save(form: InvestorForm, honours: BaseHonours, version: str, request: HttpRequest) -> None:
    """Save the firm. Raises FirmChanged where somebody else wrote something other than what was typed."""
    typed = honours.typed()
    try:
        correct_investor(investor=form.instance, honours=typed, user=request.user, version=version)
    except FirmChanged:
        if clashes_of_firm(Investor.objects.get(pk=form.instance.pk), form, typed):
            raise
    messages.success(request, _("Saved."))


@require_GET
def investor_suggestions(request: HttpRequest) -> HttpResponse:
    """Names that fit what is being typed, as options of a datalist."""
    permissions.require_writer(request.user)
    typed = next((value for key, value in request.GET.items() if key == "q" or key.endswith("-name")), "")
    typed = typed.replace("\x00", "").strip()
    names = Investor.objects.visible_to(request.user).search(typed[:100]).values_list("name", flat=True)[:10]
    return render(request, "projects/_investor_options.html", {"names": names if typed else []})
