"""What stands in a project's way, and the papers and pictures about it."""

import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.tracking import Tracked
from projects.models.capital import CapitalArrival
from projects.models.progress import Milestone, Note
from projects.models.projects import Official, Project
from projects.querysets import AttachmentQuerySet, ObstacleQuerySet


class Obstacle(models.Model):
    """A problem that somebody must solve (存在问题、需协调事项): who must act, by when, how it was solved."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="obstacles", verbose_name=_("project"))
    text = models.TextField(_("obstacle"))
    raised_on = models.DateField(_("raised on"))
    unit = models.CharField(_("who must act"), max_length=100)  # a department, the investor, a person
    official = models.ForeignKey(
        Official, models.SET_NULL, null=True, blank=True, related_name="obstacles", verbose_name=_("official")
    )
    due_on = PartialDayField(_("due"), null=True, blank=True)
    resolved_on = models.DateField(_("solved on"), null=True, blank=True)
    solution = models.TextField(_("how it was solved"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    history = Tracked()
    objects = ObstacleQuerySet.as_manager()

    class Meta:
        verbose_name = _("obstacle")
        verbose_name_plural = _("obstacles")
        ordering = ["raised_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="obstacle_says_something"),
            models.CheckConstraint(condition=~models.Q(unit=""), name="obstacle_names_who_must_act"),
            models.CheckConstraint(
                condition=models.Q(resolved_on=None, solution="")
                | models.Q(resolved_on__gte=models.F("raised_on")) & ~models.Q(solution=""),
                name="obstacle_solved_how_and_after_it_was_raised",
            ),
        ]
        indexes = [models.Index(fields=["resolved_on", "due_on", "project"], name="obstacle_waiting")]

    def __str__(self) -> str:
        return self.text[:50]

    @property
    def is_solved(self) -> bool:
        return self.resolved_on is not None

    def age(self, today: datetime.date) -> int:
        """Days from its raising to its solving, or to `today`; 0 where it was raised after that day."""
        return max(0, ((self.resolved_on or today) - self.raised_on).days)

    def is_overdue(self, today: datetime.date) -> bool:
        """Not solved, and the last day that the due day could mean is past."""
        return not self.is_solved and self.due_on is not None and self.due_on.is_past(today)


class Attachment(models.Model):
    """A contract, a photo, a bank slip: kept outside the static tree, served to those who may see the project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="attachments", verbose_name=_("project"))
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/", max_length=200)
    filename = models.CharField(_("file name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))  # bytes
    content_type = models.CharField(max_length=100)  # by its content, never by its name
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # What it is evidence of, or belongs to; at most one of them.
    arrival = models.ForeignKey(
        CapitalArrival, models.SET_NULL, null=True, blank=True, related_name="evidence", verbose_name=_("arrival")
    )
    milestone = models.ForeignKey(
        Milestone, models.SET_NULL, null=True, blank=True, related_name="attachments", verbose_name=_("milestone")
    )
    obstacle = models.ForeignKey(
        Obstacle, models.SET_NULL, null=True, blank=True, related_name="attachments", verbose_name=_("obstacle")
    )
    about = models.ForeignKey(
        Note, models.SET_NULL, null=True, blank=True, related_name="attachments", verbose_name=_("note")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    uploaded_at = models.DateTimeField(_("at"), auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # taken off the page; the file is kept
    history = Tracked()
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-uploaded_at", "-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(filename=""), name="attachment_has_a_name")]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def belongs_to(self) -> models.Model | None:
        """The row that it is evidence of; None where it belongs to the project alone."""
        return self.arrival or self.milestone or self.obstacle or self.about
