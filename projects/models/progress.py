"""How far: milestones planned and reached, and what people wrote down on the way."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.tracking import Tracked
from projects.choices import MilestoneKind, NoteKind
from projects.models.projects import Project


class Milestone(models.Model):
    """A step, planned and actual. It may be reached on a day that nobody knows: most ledgers only say 已投产."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones", verbose_name=_("project"))
    kind = models.CharField(_("milestone"), max_length=20, choices=MilestoneKind)
    planned_on = PartialDayField(_("planned"), null=True, blank=True)
    reached = models.BooleanField(_("reached"), default=False)
    actual_on = PartialDayField(_("actual"), null=True, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind"], name="milestone_once_a_project"),
            models.CheckConstraint(
                condition=models.Q(reached=True) | models.Q(actual_on=None), name="milestone_with_a_day_is_reached"
            ),
        ]
        indexes = [models.Index(fields=["reached", "planned_on", "project"], name="milestone_waiting")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Note(models.Model):
    """A sentence about a project: progress, a problem, the next step, or a remark; typed, or a ledger's cell."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="notes", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=15, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField(_("text"))
    noted_on = PartialDayField(_("day"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    source = models.CharField(_("met in"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    history = Tracked()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text[:50]
