"""Which projects: one word of the domain a method, each built on the ones below it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When

from jiangjin.lib.money import MoneyField
from projects.choices import STAGE_OF_MILESTONE, Stage
from projects.permissions import Actor, sees_own_parks_only
from projects.searching import finds_official, investors_called, projects_found

if TYPE_CHECKING:
    from projects.models import Project  # noqa: F401  names the rows of the queryset


@dataclass(frozen=True, slots=True)
class Totals:
    """What the rows of a list come to. Amounts in 万元; zero where nothing is known."""

    projects: int
    agreed: Decimal
    arrived: Decimal
    unknown: int  # projects counted in `projects` whose agreed amount nobody filled in
    increased: int = 0  # listed only for an increase dated in the year


class ProjectQuerySet(models.QuerySet["Project"]):
    """The vocabulary of questions about projects."""

    def visible_to(self, user: Actor) -> ProjectQuerySet:
        """The one door: every list, detail, count, export and search starts here."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if sees_own_parks_only(user):
            return self.filter(park__in=user.writable_park_ids)
        return self

    def counted(self) -> ProjectQuerySet:
        """Projects that figures count: not voided."""
        return self.filter(voided_at=None)

    def signed(self) -> ProjectQuerySet:
        """Projects with a binding agreement; leads, negotiations and intents are a pipeline, not figures."""
        return self.exclude(stage__in=("lead", "negotiation", "intent"))

    def signed_in(self, year: int) -> ProjectQuerySet:
        """Signed in the year, on whatever day, month or none of it."""
        return self.filter(signed_on__year=year)

    def in_year(self, year: int) -> ProjectQuerySet:
        """What counts in a yearly figure: signed in it, or with a commitment dated in it (an increase)."""
        commitment = apps.get_model("projects", "CapitalCommitment")
        dated = commitment.objects.filter(project=OuterRef("pk"), committed_on__year=year)
        return self.filter(Q(signed_on__year=year) | Exists(dated))

    def in_parks(self, codes: list[str]) -> ProjectQuerySet:
        """In these parks or the ones inside them; the code `none` stands for an unknown park."""
        known = [code for code in codes if code != "none"]
        wanted = Q(park__code__in=known) | Q(park__parent__code__in=known)
        return self.filter(wanted | Q(park=None) if "none" in codes else wanted)

    def at_least(self, amount: Decimal) -> ProjectQuerySet:
        """Whole agreed amount of `amount` 万元 or more; those of an unknown amount are left out."""
        return self.filter(agreed_capital__gte=amount)

    def search(self, text: str) -> ProjectQuerySet:
        """Every word is found in a name, a number, an investor, the lead official, or in the pinyin of a name.

        What was merged into a project, or a firm into its investor, finds it by its name as well.
        """
        found = self
        for word in text.split():
            found = found.filter(pk__in=projects_found(word))
        return found

    def with_next_milestone(self) -> ProjectQuerySet:
        """Adds `next_planned_on`: the earliest planned day of a milestone that is not reached."""
        milestone = apps.get_model("projects", "Milestone")
        waiting = (
            milestone.objects.filter(project=OuterRef("pk"), reached=False)
            .exclude(planned_on=None)
            .order_by("planned_on")
        )
        return self.annotate(next_planned_on=Subquery(waiting.values("planned_on")[:1]))

    def followed_by(self, user: Actor) -> ProjectQuerySet:
        """Those that the account watches."""
        follow = apps.get_model("projects", "Follow")
        return self.filter(Exists(follow.objects.filter(project=OuterRef("pk"), user=user.pk)))

    def with_agreed_as_of(self, day: datetime.date) -> ProjectQuerySet:
        """Adds `agreed_as_of`, in 万元: what was agreed at the end of the day; NULL where nothing is known at all.

        A commitment dated to the month or the year counts once its last possible day is reached, one without a day
        always. Of one project: `capital.agreed_as_of`.
        """
        commitment = apps.get_model("projects", "CapitalCommitment")
        none = Value(Decimal(0), output_field=MoneyField())
        reached = Case(When(Q(committed_on=None) | Q(committed_on__by=day), then=F("amount")), default=none)
        own = commitment.objects.filter(project=OuterRef("pk")).order_by().values("project")
        return self.annotate(agreed_as_of=Subquery(own.annotate(whole=Sum(reached)).values("whole")))

    def with_stage_as_of(self, day: datetime.date) -> ProjectQuerySet:
        """Adds `stage_then`: what `stages.stage_as_of` says of each, as text; None where it was not begun."""
        milestone = apps.get_model("projects", "Milestone")
        ranks = [When(kind=kind, then=Value(stage.rank)) for kind, stage in STAGE_OF_MILESTONE.items()]
        reached = milestone.objects.filter(
            Q(actual_on=None) | Q(actual_on__by=day), project=OuterRef("pk"), reached=True, kind__in=STAGE_OF_MILESTONE
        )
        furthest = reached.order_by().annotate(rank=Case(*ranks)).order_by("-rank").values("rank")[:1]
        signed = Q(signed_on=None) | Q(signed_on__by=day)
        begun = Q(stage__in=("lead", "negotiation"), first_contact_on=None) | Q(first_contact_on__by=day)
        stage = Case(
            When(Q(stage__in=("lead", "negotiation")) & begun, then=F("stage")),
            When(stage__in=("lead", "negotiation"), then=Value(None)),
            When(~Q(stage="intent") & signed, then=Case(*_by_rank(), default=Value(Stage.SIGNED.value))),
            When(stage="intent", intent_on=None, then=Value(Stage.INTENT.value)),
            When(intent_on__by=day, then=Value(Stage.INTENT.value)),
            When(begun, then=Value(Stage.NEGOTIATION.value)),
            default=Value(None),
            output_field=CharField(),
        )
        return self.annotate(_furthest=Subquery(furthest)).annotate(stage_then=stage)

    def totals(self, year: int | None = None) -> Totals:
        """What these rows come to.

        With a year, the rule of the yearly figure (design, section 4): the number is of those signed in the year, the
        amounts are the commitments dated and the arrivals booked in it.
        """
        whole = self.order_by()
        if year is None:
            row = whole.aggregate(
                projects=Count("pk"),
                agreed=Sum("agreed_capital"),
                arrived=Sum("arrived_capital"),
                unknown=Count("pk", filter=Q(agreed_capital=None)),
            )
            return Totals(row["projects"], row["agreed"] or Decimal(0), row["arrived"] or Decimal(0), row["unknown"])
        this_year = Q(signed_on__year=year)
        counts = whole.aggregate(
            listed=Count("pk"),
            projects=Count("pk", filter=this_year),
            unknown=Count("pk", filter=this_year & Q(agreed_capital=None)),
        )
        commitment = apps.get_model("projects", "CapitalCommitment")
        arrival = apps.get_model("projects", "CapitalArrival")
        ids = whole.values("pk")
        agreed = commitment.objects.filter(project__in=ids, committed_on__year=year).aggregate(s=Sum("amount"))["s"]
        arrived = arrival.objects.filter(project__in=ids, month__year=year).aggregate(s=Sum("amount"))["s"]
        return Totals(
            counts["projects"],
            agreed or Decimal(0),
            arrived or Decimal(0),
            counts["unknown"],
            counts["listed"] - counts["projects"],
        )


def _by_rank() -> list[When]:
    """The stage of the furthest milestone, which `_furthest` counts."""
    return [When(_furthest=stage.rank, then=Value(stage.value)) for stage in STAGE_OF_MILESTONE.values()]


class InvestorQuerySet(models.QuerySet):
    """Which investors."""

    def visible_to(self, user: Actor) -> InvestorQuerySet:
        """Investors of visible projects; where a recorder sees its own parks only, no others. None that was merged."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = self.filter(merged_into=None)
        if sees_own_parks_only(user):
            project = apps.get_model("projects", "Project")
            mine = project.objects.visible_to(user).filter(participations__investor=OuterRef("pk"))
            return own.filter(Exists(mine))
        return own

    def search(self, text: str) -> InvestorQuerySet:
        """Every word is found in the name, its pinyin, the credit code, or a name merged into it."""
        found = self
        for word in text.split():
            found = found.filter(pk__in=investors_called(word, by_credit_code=True))
        return found


class OfficialQuerySet(models.QuerySet):
    """Which officials."""

    def search(self, text: str) -> OfficialQuerySet:
        """Every word is found in the name, its pinyin, or the post."""
        found = self
        for word in text.split():
            found = found.filter(finds_official(word))
        return found

    def visible_to(self, user: Actor) -> OfficialQuerySet:
        """All; where a recorder sees its own parks only, those who have to do with visible projects, and chiefs."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if not sees_own_parks_only(user):
            return self
        projects = apps.get_model("projects", "Project").objects.visible_to(user)
        member = apps.get_model("projects", "TaskForceMember").objects.filter(
            Q(task_force__project__in=projects) | Q(task_force__park__isnull=False)
        )
        wanted = Q(Exists(projects.filter(lead_official=OuterRef("pk"))))
        wanted |= Q(Exists(member.filter(official=OuterRef("pk"))))
        wanted |= Q(Exists(apps.get_model("projects", "Chief").objects.filter(official=OuterRef("pk"))))
        named = (
            ("Handover", "to_official"),
            ("Handover", "from_official"),
            ("Note", "official"),
            ("Obstacle", "official"),
        )
        for name, column in named:
            rows = apps.get_model("projects", name).objects.filter(project__in=projects)
            wanted |= Q(Exists(rows.filter(**{column: OuterRef("pk")})))
        return self.filter(wanted)


class ObstacleQuerySet(models.QuerySet):
    """Which obstacles."""

    def visible_to(self, user: Actor) -> ObstacleQuerySet:
        """Those of visible projects that figures count: nobody waits for a voided one."""
        project = apps.get_model("projects", "Project")
        return self.filter(project__in=project.objects.visible_to(user).counted().order_by().values("pk"))

    def waiting(self) -> ObstacleQuerySet:
        """Not solved yet."""
        return self.filter(resolved_on=None)

    def solved(self) -> ObstacleQuerySet:
        """Solved, however late."""
        return self.exclude(resolved_on=None)

    def overdue(self, today: datetime.date) -> ObstacleQuerySet:
        """Not solved, and the last day that the due day could mean is past; without a due day none is overdue."""
        return self.waiting().filter(due_on__by=today - datetime.timedelta(days=1))

    def in_parks(self, codes: list[str]) -> ObstacleQuerySet:
        """Of projects in these parks or the ones inside them; the code `none` stands for an unknown park."""
        project = apps.get_model("projects", "Project")
        return self.filter(project__in=project.objects.in_parks(codes).order_by().values("pk"))


class AttachmentQuerySet(models.QuerySet):
    """Which attachments. Whoever asks comes from a visible project (projects/access.py)."""

    def shown(self) -> AttachmentQuerySet:
        """Those on the page: not removed."""
        return self.filter(removed_at=None)
