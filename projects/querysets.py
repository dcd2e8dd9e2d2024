"""Which projects: one word of the domain a method, each built on the ones below it."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from projects.counting import Counting, Totals
from projects.judged import cut_of, waiting
from projects.permissions import Actor, sees_own_parks_only
from projects.searching import finds_official, investors_called, projects_found

__all__ = ["ArrivalQuerySet", "InvestorQuerySet", "ObstacleQuerySet", "OfficialQuerySet", "ProjectQuerySet", "Totals"]

# Before the code of a park: the park itself, without those inside it.
OWN_PART = "own:"


class ProjectQuerySet(Counting):
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

    def in_parks(self, codes: list[str]) -> ProjectQuerySet:
        """In these parks or the ones inside them; `own:` before a code leaves out the latter, `none` is the unknown."""
        known = [code for code in codes if code != "none"]
        whole = [code for code in known if not code.startswith(OWN_PART)]
        wanted = Q(park__code__in=[code.removeprefix(OWN_PART) for code in known]) | Q(park__parent__code__in=whole)
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

    def with_next_milestone(self, day: datetime.date | None = None) -> ProjectQuerySet:
        """Adds `next_planned_on`: the earliest planned day of a milestone that is not reached, as of the day."""
        milestone = apps.get_model("projects", "Milestone")
        planned = (
            milestone.objects.filter(waiting(cut_of(day) if day else None), project=OuterRef("pk"))
            .exclude(planned_on=None)
            .order_by("planned_on")
        )
        return self.annotate(next_planned_on=Subquery(planned.values("planned_on")[:1]))

    def followed_by(self, user: Actor) -> ProjectQuerySet:
        """Those that the account watches."""
        follow = apps.get_model("projects", "Follow")
        return self.filter(Exists(follow.objects.filter(project=OuterRef("pk"), user=user.pk)))


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


class ArrivalQuerySet(models.QuerySet):
    """Which arrivals."""

    def visible_to(self, user: Actor, day: datetime.date | None = None) -> ArrivalQuerySet:
        """Those of visible projects that figures count; with a day, of those that had begun by its end.

        Where an account sees all projects, the few others are left out: the months are summed from an index, and not
        with a look at each project.
        """
        projects = apps.get_model("projects", "Project").objects.order_by()
        if not user.is_authenticated or not user.is_active or sees_own_parks_only(user):
            counted = projects.visible_to(user).counted()
            return self.filter(project__in=(counted.as_of(day) if day else counted).values("pk"))
        left_out = Q(project__in=projects.exclude(voided_at=None).values("pk"))
        return self.exclude(left_out | Q(project__in=projects.not_yet(day).values("pk")) if day else left_out)


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
