"""How far: milestones planned and reached, and what people wrote down on the way."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.tracking import Tracked
from projects.choices import Condition, MilestoneKind, NoteKind, Stage
from projects.models.projects import Official, Project


class Milestone(models.Model):
    """A step, planned and actual. It may be reached on a day that nobody knows: most ledgers only say 已投产."""

    # No index of its own: milestone_by_project begins with it.
    project = models.ForeignKey(
        Project, models.CASCADE, db_index=False, related_name="milestones", verbose_name=_("project")
    )
    kind = models.CharField(_("milestone"), max_length=20, choices=MilestoneKind)
    name = models.CharField(_("name"), max_length=50, blank=True)  # of `other` alone
    planned_on = PartialDayField(_("planned"), null=True, blank=True)
    # Why the planned or promised day is no longer the former one; former ones stand in the history.
    plan_reason = models.CharField(_("why it was moved"), max_length=200, blank=True)
    promised_on = PartialDayField(_("promised"), null=True, blank=True)
    reached = models.BooleanField(_("reached"), default=False)
    actual_on = PartialDayField(_("actual"), null=True, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"], condition=~models.Q(kind="other"), name="milestone_once_a_project"
            ),
            models.UniqueConstraint(
                fields=["project", "name"], condition=models.Q(kind="other"), name="other_milestone_once_a_project"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="other") & ~models.Q(name="") | ~models.Q(kind="other") & models.Q(name=""),
                name="other_milestone_has_a_name",
            ),
            models.CheckConstraint(
                condition=models.Q(reached=True) | models.Q(actual_on=None), name="milestone_with_a_day_is_reached"
            ),
        ]
        indexes = [
            models.Index(fields=["reached", "planned_on", "project"], name="milestone_waiting"),
            # How far a project had come by a day, and what it waits for, is read from the index alone.
            models.Index(fields=["project", "reached", "planned_on", "kind", "actual_on"], name="milestone_by_project"),
        ]

    def __str__(self) -> str:
        # Not get_kind_display(), which translates every kind to find one: lists and exports name many.
        return self.name or str(MilestoneKind(self.kind).label)


class StageMove(models.Model):
    """A step of the stage machine that a person took: forward, or back as a correction with its reason.

    Which stage a project had reached by a day follows from its milestones, never from these rows.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="stage_moves", verbose_name=_("project"))
    from_stage = models.CharField(_("from"), max_length=20, choices=Stage)
    to_stage = models.CharField(_("to"), max_length=20, choices=Stage)
    effective_on = PartialDayField(_("effective on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    history = Tracked()

    class Meta:
        verbose_name = _("move of the stage")
        verbose_name_plural = _("moves of the stage")
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_stage=models.F("to_stage")), name="stage_move_goes_somewhere"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_from_stage_display()} → {self.get_to_stage_display()}"


class ConditionPeriod(models.Model):
    """A time that is over in which a project was stalled or terminated. The present condition stands on the project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="condition_periods", verbose_name=_("project"))
    condition = models.CharField(_("condition"), max_length=12, choices=Condition)
    since = PartialDayField(_("since"), null=True, blank=True)
    until = PartialDayField(_("until"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    ended_because = models.TextField(_("why it ended"), blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("past condition")
        verbose_name_plural = _("past conditions")
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(condition="active"), name="past_condition_was_not_active")
        ]

    def __str__(self) -> str:
        return self.get_condition_display()


class Note(models.Model):
    """A sentence about a project: progress, a problem, the next step, or a remark; typed, or a ledger's cell."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="notes", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=15, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField(_("text"))
    noted_on = PartialDayField(_("day"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    official = models.ForeignKey(
        Official,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("official"),
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
