"""What was changed on many projects in one go."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.permissions import Actor, sees_all_batches


class BulkEditQuerySet(models.QuerySet["BulkEdit"]):
    def visible_to(self, user: Actor) -> "BulkEditQuerySet":
        """One's own; a manager of the whole district, the auditor and the administrator see all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if sees_all_batches(user) else self.filter(user=user)


class BulkEdit(models.Model):
    """One change of many projects: which ones, in words, and what they were given. What it wrote is in the history."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    # Of the preview that was confirmed (projects.bulk.Plan.digest): a second click finds what the first one did.
    digest = models.CharField(max_length=64, unique=True)
    query = models.TextField(blank=True)  # the list's parameters
    conditions = models.JSONField(default=list, blank=True)  # [[label, value], …] as the list said them then
    picked = models.BooleanField(_("only ticked ones"), default=False)
    values = models.JSONField(default=list, blank=True)  # [[label, value], …]; an empty value was cleared
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    unchanged = models.PositiveIntegerField(_("Unchanged"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    undone = models.BooleanField(_("undone"), default=False)

    objects = BulkEditQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("undo:bulk", args=[self.pk])

    @property
    def reason(self) -> str:
        """What history rows of this change carry as their reason."""
        return f"bulk {self.pk}"
