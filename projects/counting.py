"""How projects are counted: in a period, as of a day, and what they come to. Mixed into `ProjectQuerySet`.

As of a day means by event day, with today's knowledge, from dated rows alone (design, section 4). Without a day
everything registered counts, from the sums that are kept on the project.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Case, CharField, Count, Exists, Expression, F, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Substr

from jiangjin.lib.money import MoneyField
from projects.choices import PIPELINE_STAGES, STAGE_OF_MILESTONE, Condition, Stage
from projects.periods import ALL, EARLIER, Arrivals, Period

if TYPE_CHECKING:
    from projects.models import Project  # noqa: F401  names the rows of the queryset


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of a list come to. Amounts in 万元; zero where nothing is known."""

    projects: int
    agreed: Decimal
    arrived: Decimal
    unknown: int  # projects counted in `projects` whose agreed amount nobody filled in
    increased: int = 0  # listed only for a commitment dated in the period


def happened(field: str, day: datetime.date | None) -> Q:
    """Rows that count at the end of the day: its last possible day is reached, or nobody dated it."""
    return Q() if day is None else Q(**{field: None}) | Q(**{f"{field}__by": day})


def dated_in(period: Period, field: str, day: datetime.date | None) -> Q:
    """Rows that lie in the period and count by the day. What lies in a year is dated: the undated are not asked for."""
    if day is None or period.undated:
        return period.within(field)
    return period.within(field) & (Q(**{f"{field}__by": day}) if period.year else happened(field, day))


def after(field: str, day: datetime.date | None) -> Q:
    """Rows that do not count yet at the end of the day; all of them without one."""
    return Q() if day is None else Q(**{f"{field}__isnull": False}) & ~Q(**{f"{field}__by": day})


class Counting(models.QuerySet["Project"]):
    """Which projects a figure counts, and what they come to."""

    def signed(self) -> Self:
        """Projects with a binding agreement; leads, negotiations and intents are a pipeline, not figures."""
        return self.exclude(stage__in=PIPELINE_STAGES)

    def signed_within(self, period: Period, day: datetime.date | None = None) -> Self:
        """Signed in the period, and by the day."""
        return self.filter(signed_in(period, day))

    def in_period(self, period: Period, day: datetime.date | None = None) -> Self:
        """What counts in a figure of the period: signed in it, or signed and with a commitment dated in it; by the day.

        An amount in a paper that does not bind (意向, 框架) is no commitment of a figure yet.
        """
        signed = self.signed_within(ALL, day)
        if period.is_all:
            return signed
        commitment = apps.get_model("projects", "CapitalCommitment")
        # One look through the period's commitments, not one a project.
        dated = commitment.objects.filter(dated_in(period, "committed_on", day))
        return signed.filter(signed_in(period, day) | Q(pk__in=dated.order_by().values("project")))

    def with_arrivals_in(self, period: Period, day: datetime.date | None = None) -> Self:
        """To which capital was booked in the period, or that part of it which `Arrivals` names."""
        arrival = apps.get_model("projects", "CapitalArrival")
        booked = arrival.objects.filter(dated_in(period, "month", day), project=OuterRef("pk"))
        found = self.filter(Exists(booked))
        if isinstance(period, Arrivals) and period.part == EARLIER:
            return found.exclude(pk__in=self.model.objects.in_period(period.period, day).order_by().values("pk"))
        return found

    def reaching(self, kind: str, period: Period, day: datetime.date | None = None) -> Self:
        """Which reached a milestone in the period, and by the day; reached on a day that nobody knows is undated."""
        milestone = apps.get_model("projects", "Milestone")
        reached = milestone.objects.filter(
            dated_in(period, "actual_on", day), project=OuterRef("pk"), kind=kind, reached=True
        )
        return self.filter(Exists(reached))

    def as_of(self, day: datetime.date) -> Self:
        """Those that had begun by the end of the day: signed, or known as a lead."""
        return self.filter(_begun(day))

    def not_yet(self, day: datetime.date) -> Self:
        """All others: those that began later."""
        return self.exclude(_begun(day))

    def with_agreed_as_of(self, day: datetime.date) -> Self:
        """Adds `agreed_as_of`, in 万元: what was agreed at the end of the day; NULL where nothing is known at all.

        A commitment dated to the month or the year counts once its last possible day is reached, one without a day
        always. Of one project: `capital.agreed_as_of`.
        """
        return self.annotate(agreed_as_of=agreed_by(day))

    def with_stage_as_of(self, day: datetime.date) -> Self:
        """Adds `stage_then`: what `stages.stage_as_of` says of each, as text; None where it was not begun."""
        return self.annotate(stage_then=stage_by(day))

    def with_condition_as_of(self, day: datetime.date) -> Self:
        """Adds `condition_then`: active, stalled or terminated at the end of the day."""
        return self.annotate(condition_then=condition_by(day))

    def totals(
        self,
        period: Period | None = None,
        day: datetime.date | None = None,
        *,
        arrived_in: Period | None = None,
        since: datetime.date | None = None,
        kinds: Sequence[str] | None = None,
    ) -> Totals:
        """What these rows come to, by the end of the day.

        With a period, the rule of the yearly figure (design, section 4): the number is of those signed in it, the
        amounts are the commitments dated and the arrivals booked in it. `arrived_in` takes the arrivals of another
        period, such as one month of the year. With `since`, of the amounts only what was dated after that day; with
        `kinds`, of the commitments only these.
        """
        whole = self.order_by()
        if period is None and arrived_in is None and day is None and since is None:
            row = whole.aggregate(
                projects=Count("pk"),
                agreed=Sum("agreed_capital"),
                arrived=Sum("arrived_capital"),
                unknown=Count("pk", filter=Q(agreed_capital=None)),
            )
            return Totals(row["projects"], row["agreed"] or Decimal(0), row["arrived"] or Decimal(0), row["unknown"])
        counted = Q() if period is None else signed_in(period, day)
        counts = whole.aggregate(
            listed=Count("pk"),
            projects=Count("pk", filter=counted),
            unknown=Count("pk", filter=counted & Q(agreed_capital=None)),
        )
        ids = _as_sql(whole.values("pk"))
        only = Q() if kinds is None else Q(kind__in=kinds)
        agreed = _total(
            "CapitalCommitment", "committed_on", ids, period or ALL, day, after("committed_on", since) & only
        )
        arrived = _total("CapitalArrival", "month", ids, arrived_in or period or ALL, day, after("month", since))
        return Totals(counts["projects"], agreed, arrived, counts["unknown"], counts["listed"] - counts["projects"])


def _begun(day: datetime.date) -> Q:
    early = Q(stage__in=(Stage.LEAD, Stage.NEGOTIATION))
    signed = ~Q(stage__in=PIPELINE_STAGES) & happened("signed_on", day)
    intended = Q(stage=Stage.INTENT, intent_on=None) | ~early & Q(intent_on__by=day)
    known = early & Q(first_contact_on=None) | Q(first_contact_on__by=day)
    return signed | intended | known


def signed_in(period: Period, day: datetime.date | None) -> Q:
    """Signed in the period, and by the day."""
    found = dated_in(period, "signed_on", day)
    # A signing day makes a signed project; where there is none, its stage says so.
    return found if period.year else found & ~Q(stage__in=PIPELINE_STAGES)


def _as_sql(ids: models.QuerySet) -> models.QuerySet | RawSQL:
    """The keys as SQL with its parameters: Django would work their conditions out anew in each query of them."""
    try:
        return RawSQL(*ids.query.sql_with_params())  # type: ignore[arg-type]
    except EmptyResultSet:
        return ids


def _total(model: str, dated: str, ids: Any, period: Period, day: datetime.date | None, more: Q) -> Decimal:
    rows = apps.get_model("projects", model).objects.filter(dated_in(period, dated, day), more)
    rows = rows.filter(project__in=ids)
    return rows.aggregate(total=Sum(period.sums))["total"] or Decimal(0)


def _summed(model: Any, dated: str, day: datetime.date, made: Callable[[F], Expression] | None = None) -> Subquery:
    """Of one project, what counts by the day, or what is `made` of it; NULL where it has no row, 0 where none counts.

    What is made of the sum is made inside: outside, the sum would be worked out each time that it is named.
    """
    none = Value(Decimal(0), output_field=MoneyField())
    reached = Case(When(happened(dated, day), then=F("amount")), default=none)
    own = model.objects.filter(project=OuterRef("pk")).order_by().values("project")
    rows = own.annotate(whole=Sum(reached))
    return Subquery(rows.values("whole") if made is None else rows.annotate(made=made(F("whole"))).values("made"))


def agreed_by(day: datetime.date, made: Callable[[F], Expression] | None = None) -> Subquery:
    """What a project had agreed by the day, in 万元; or what is `made` of it."""
    return _summed(apps.get_model("projects", "CapitalCommitment"), "committed_on", day, made)


def arrived_by(day: datetime.date) -> Subquery:
    """What had arrived for a project by the day, in 万元."""
    return _summed(apps.get_model("projects", "CapitalArrival"), "month", day)


def stage_by(day: datetime.date) -> Case:
    """The stage of a project at the end of the day, as text; None where it was not begun (`stages.stage_as_of`)."""
    milestone = apps.get_model("projects", "Milestone")
    # The greatest of rank and word in one: nothing is sorted, and asked once a project.
    words = [When(kind=kind, then=Value(f"{stage.rank}{stage.value}")) for kind, stage in STAGE_OF_MILESTONE.items()]
    reached = milestone.objects.filter(
        happened("actual_on", day), project=OuterRef("pk"), reached=True, kind__in=STAGE_OF_MILESTONE
    )
    then = Max(Case(*words, output_field=CharField()))
    furthest = Substr(Subquery(reached.order_by().values("project").annotate(then=then).values("then")), 2)
    signed = happened("signed_on", day)
    early = Q(stage__in=("lead", "negotiation"))
    begun = early & Q(first_contact_on=None) | Q(first_contact_on__by=day)
    return Case(
        When(early & begun, then=F("stage")),
        When(early, then=Value(None)),
        When(~Q(stage="intent") & signed, then=Coalesce(furthest, Value(Stage.SIGNED.value))),
        When(Q(stage="intent", intent_on=None), then=Value(Stage.INTENT.value)),
        When(Q(intent_on__by=day), then=Value(Stage.INTENT.value)),
        When(begun, then=Value(Stage.NEGOTIATION.value)),
        default=Value(None),
        output_field=CharField(),
    )


def condition_by(day: datetime.date) -> Coalesce:
    """The condition of a project at the end of the day: `stages.condition_as_of` of each, as text."""
    period = apps.get_model("projects", "ConditionPeriod")
    past = period.objects.filter(happened("since", day), ~Q(until__by=day), project=OuterRef("pk"))
    past = past.exclude(until=None)  # a period whose end nobody dated is over all the same
    # The stronger word is also the later one in the alphabet: the greatest of them is asked for, nothing is sorted.
    past = past.order_by().values("project").annotate(then=Max("condition")).values("then")
    since = happened("condition_on", day)
    present = Case(When(since & ~Q(condition=Condition.ACTIVE), then=F("condition")))
    return Coalesce(present, Subquery(past), Value(Condition.ACTIVE.value), output_field=CharField())
