"""Who follows: task forces, chiefs of parks and chains, handing over, and what an account watches."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from industries.models import Chain
from jiangjin.lib.tracking import Tracked
from parks.models import Park
from projects.choices import TaskForceRole
from projects.models.projects import Official, Project


class Handover(models.Model):
    """A project that went from one official to another, or got its first one, on a day. Posts are as of that time."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="handovers", verbose_name=_("project"))
    from_official = models.ForeignKey(
        Official, models.PROTECT, null=True, blank=True, related_name="handed_over", verbose_name=_("from")
    )
    to_official = models.ForeignKey(
        Official, models.PROTECT, null=True, blank=True, related_name="taken_over", verbose_name=_("to")
    )
    handed_on = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-handed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_official__isnull=False) | models.Q(to_official__isnull=False),
                name="handover_names_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(from_official=None)
                | models.Q(to_official=None)
                | ~models.Q(from_official=models.F("to_official")),
                name="handover_goes_to_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_official or ''} → {self.to_official or ''}"


class TaskForce(models.Model):
    """A team of several departments (工作专班) for one project or one park."""

    name = models.CharField(_("name"), max_length=100)
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="task_forces", verbose_name=_("project")
    )
    park = models.ForeignKey(
        Park, models.CASCADE, null=True, blank=True, related_name="task_forces", verbose_name=_("park")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("task force")
        verbose_name_plural = _("task forces")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(project=None, park__isnull=False) | models.Q(project__isnull=False, park=None),
                name="task_force_of_a_project_or_a_park",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="task_force_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class TaskForceMember(models.Model):
    """A person in a task force: an official, or somebody by name, with unit and duty."""

    task_force = models.ForeignKey(TaskForce, models.CASCADE, related_name="members", verbose_name=_("task force"))
    official = models.ForeignKey(
        Official, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("official")
    )
    name = models.CharField(_("name"), max_length=50, blank=True)
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=TaskForceRole, default=TaskForceRole.MEMBER)
    duty = models.CharField(_("duty"), max_length=100, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("member of a task force")
        verbose_name_plural = _("members of task forces")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(official__isnull=False) | ~models.Q(name=""), name="task_force_member_is_somebody"
            ),
            models.UniqueConstraint(
                fields=["task_force"], condition=models.Q(role="head"), name="one_head_a_task_force"
            ),
        ]

    def __str__(self) -> str:
        return str(self.official) if self.official else self.name


class Chief(models.Model):
    """The leader of a chain (链长) or of a park for a time; the present one has no end."""

    official = models.ForeignKey(Official, models.PROTECT, related_name="chief_of", verbose_name=_("official"))
    park = models.ForeignKey(Park, models.CASCADE, null=True, blank=True, related_name="chiefs", verbose_name=_("park"))
    chain = models.ForeignKey(
        Chain, models.CASCADE, null=True, blank=True, related_name="chiefs", verbose_name=_("chain")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("chief")
        verbose_name_plural = _("chiefs")
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(park=None, chain__isnull=False) | models.Q(park__isnull=False, chain=None),
                name="chief_of_a_park_or_a_chain",
            ),
            models.UniqueConstraint(fields=["park"], condition=models.Q(until=None), name="one_present_chief_a_park"),
            models.UniqueConstraint(fields=["chain"], condition=models.Q(until=None), name="one_present_chief_a_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.official} · {self.park or self.chain}"


class Follow(models.Model):
    """A project that an account watches (我跟进的)."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="follows", verbose_name=_("project"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows", verbose_name=_("account")
    )
    since = models.DateTimeField(auto_now_add=True)
    history = Tracked()

    class Meta:
        verbose_name = _("followed project")
        verbose_name_plural = _("followed projects")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.project}"
