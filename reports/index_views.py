"""The page of all reports."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from reports.asked import asked, header_of

# Name of the address, label, what one finds there; in the order of the page.
REPORTS: list[tuple[str, str | Promise, str | Promise]] = [
    (
        "reports:monthly",
        _("Monthly report"),
        _("The ten tables of the month: overview, parks, clusters, sizes, key projects, what is late, data quality."),
    ),
    (
        "reports:statistics",
        _("Statistics"),
        _("rows, columns and measures of one's choice; saved, shared, printed, exported"),
    ),
    (
        "reports:saved_tables",
        _("Saved tables"),
        _("tables of the statistics page under a name, one's own and shared ones"),
    ),
    (
        "reports:reconciliation",
        _("Reconciliation"),
        _("Published figures beside computed ones: the same definition, the difference, the rows behind."),
    ),
    (
        "reports:targets",
        _("Targets of the year"),
        _("How far the district, parks, clusters, lead units and officials are with their targets, and who is behind."),
    ),
    (
        "reports:plan",
        _("Plan over several years"),
        _("Firms above designated size and industrial output: the path to the target of 2025 and what was reached."),
    ),
    ("reports:fixed_tables", _("Fixed tables"), _("figures as they were reported, and what was corrected since")),
    (
        "reports:changes",
        _("What changed between two days"),
        _(
            "From one day’s total to another’s: signed, increased, reduced, "
            "arrived, moved on, terminated; and corrected."
        ),
    ),
    (
        "reports:cohorts",
        _("Cohorts and waiting times"),
        _(
            "Of what was signed in a quarter: started, producing, paid in "
            "after 6, 12, 18 months; and who waits longest."
        ),
    ),
]


@require_GET
def report_index(request: HttpRequest) -> HttpResponse:
    """Where each report is, and what it answers."""
    entries = [(reverse(name), label, says) for name, label, says in REPORTS]
    return render(request, "reports/report_index.html", {"reports": entries, **header_of(asked(request.GET))})
