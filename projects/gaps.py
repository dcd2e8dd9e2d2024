"""What is missing or contradicts itself in a project, one condition each: the table of data quality and its lists."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q
from django.db.models.lookups import LessThan
from django.utils.translation import gettext_lazy as _

from projects import lightrules
from projects.choices import Condition, InvestorType, ParticipationRole
from projects.lacking import ACTUAL, PLANNED, lacking
from projects.models import Milestone, Participation
from projects.stages import DAY_ORDER

SILENT_DAYS = 30
OWN_DAYS = {"first_contact_on": "first_contact_on", "signed_on": "signed_on", "terminated_on": "condition_on"}


class _Latest(Func):
    """The last day that a PartialDayField could mean, as a number that compares with `_First`: 20200699 as it is."""

    template = "(%(expressions)s)"
    arity = 1
    output_field = IntegerField()


class _First(Func):
    """The first day that it could be, as a number: 20200600 for a month, 20200000 for a year. Of columns alone."""

    template = (
        "(CASE WHEN %(expressions)s = %(expressions)s / 10000 * 10000 + 9999 THEN %(expressions)s / 10000 * 10000"
        " WHEN %(expressions)s = %(expressions)s / 100 * 100 + 99 THEN %(expressions)s / 100 * 100"
        " ELSE %(expressions)s END)"
    )
    arity = 1
    output_field = IntegerField()


def contradictory() -> Q:
    """Days whose order is broken for every day that they could mean: `stages.broken_order`, said to the database."""
    found = Q()
    for earlier, later in DAY_ORDER:
        found |= _reversed(earlier, later)
    return found


def _reversed(earlier: str, later: str) -> Q:
    if later in OWN_DAYS:
        own = Q(LessThan(_Latest(F(OWN_DAYS[later])), _First(F(OWN_DAYS[earlier]))))
        return own & Q(condition=Condition.TERMINATED) if later == "terminated_on" else own
    kind, column = _milestone(later)
    if earlier in OWN_DAYS:
        before = LessThan(_Latest(F(column)), _First(OuterRef(OWN_DAYS[earlier])))
        return Q(Exists(Milestone.objects.filter(before, project=OuterRef("pk"), kind=kind)))
    first_kind, first_column = _milestone(earlier)
    before = LessThan(_Latest(F(column)), _First(OuterRef(first_column)))
    after = Milestone.objects.filter(before, project=OuterRef("project"), kind=kind)
    return Q(Exists(Milestone.objects.filter(Exists(after), project=OuterRef("pk"), kind=first_kind)))


def _milestone(name: str) -> tuple[str, str]:
    return (ACTUAL[name], "actual_on") if name in ACTUAL else (PLANNED[name], "planned_on")


def without_credit_code() -> Q:
    """Neither the project company's nor the lead investor's is known; firms from abroad have none."""
    lead = Participation.objects.filter(project=OuterRef("pk"), role=ParticipationRole.LEAD)
    known = Exists(lead.exclude(investor__credit_code=None))
    abroad = Exists(lead.filter(investor__type__in=(InvestorType.FOREIGN, InvestorType.HMT)))
    return Q(company_credit_code="") & ~Q(known) & ~Q(abroad)


OnDay = Callable[[datetime.date], Q]
# Code → label, the condition on a day. In the order of the report (glossary, section 5, table 12).
GAPS: dict[str, tuple[object, OnDay]] = {
    "credit_code": (_("no credit code"), lambda day: without_credit_code()),
    "signed_on": (_("no signing day"), lambda day: lacking("signed_on")),
    "place": (_("no park or cluster"), lambda day: lacking("park") | lacking("cluster")),
    "amount": (_("amount not filled in"), lambda day: lacking("agreed_capital")),
    "silent": (_("30 days without an update"), lambda day: lightrules.quiet(day, SILENT_DAYS)),
    "days": (_("contradicting days"), lambda day: contradictory()),
}
CHOICES = [(code, label) for code, (label, __) in GAPS.items()]


def with_gap(code: str, day: datetime.date) -> Q:
    """Projects with this gap of GAPS."""
    return GAPS[code][1](day)
