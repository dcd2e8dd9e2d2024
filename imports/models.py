"""What came in by file: batches, and what each row of them did."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models import Project


class BatchState(models.TextChoices):
    WAITING = "waiting", _("waiting for confirmation")
    COMMITTED = "committed", _("written")
    CANCELLED = "cancelled", _("cancelled")
    UNDONE = "undone", _("undone")


class BatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: settings.AUTH_USER_MODEL) -> "BatchQuerySet":  # type: ignore[name-defined]
        """One's own; a manager of the whole district, the auditor and the administrator see all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role in {"auditor", "admin"} or (user.role == "manager" and user.all_parks):
            return self
        return self.filter(user=user)


class ImportBatch(models.Model):
    """A file that somebody brought: previewed, then written as a whole or not at all."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_batches",
        verbose_name=_("brought by"),
    )
    file = models.FileField(_("file"), upload_to="ledgers/", max_length=200)
    filename = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    # What people decided: columns and words, rows ("sheet!row") whose large amount is right, what similar rows are.
    mapping = models.JSONField(default=dict, blank=True)
    accepted = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.WAITING)
    created_at = models.DateTimeField(_("brought at"), auto_now_add=True)
    committed_at = models.DateTimeField(_("written at"), null=True, blank=True)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    is_demo = models.BooleanField(_("demo data"), default=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["committed", "undone"], committed_at__isnull=False)
                | (~models.Q(state__in=["committed", "undone"]) & models.Q(committed_at=None)),
                name="batch_committed_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.filename}"

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.pk])

    @property
    def reason(self) -> str:
        """What history rows of this batch carry as their reason."""
        return f"import {self.pk}"

    @property
    def was_written(self) -> bool:
        """Whether it wrote to the register, taken back since or not."""
        return self.state in {BatchState.COMMITTED, BatchState.UNDONE}


class RowAction(models.TextChoices):
    CREATE = "create", _("new")
    UPDATE = "update", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("refused")


class ImportRow(models.Model):
    """What one row of a file did: to which project, and per field the old and the new value with its cell."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name=_("import"))
    sheet = models.CharField(_("sheet"), max_length=100)
    row = models.PositiveIntegerField(_("row"))
    action = models.CharField(_("what it did"), max_length=10, choices=RowAction)
    project = models.ForeignKey(
        Project, models.SET_NULL, null=True, blank=True, related_name="import_rows", verbose_name=_("project")
    )
    # What was written: [{"field", "cell", "new"}], with "old" where there was a value and "raw" where the cell says
    # it in other words. Of a refused row its problems (imports.problems.Problem.as_json).
    details = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["batch", "id"]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "row"], name="row_once_a_batch")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class Takeback(models.Model):
    """One taking back of what an import wrote, or one letting it count again. The newest of a subject says which holds.

    `subject` is what the history rows of the subject carry as their reason ("import 12"), `reason` what those of the
    taking back carry. Whatever else writes under a reason of its own is taken back in the same way.
    """

    subject = models.CharField(max_length=60, db_index=True)
    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, null=True, blank=True, related_name="takebacks", verbose_name=_("import")
    )
    back = models.BooleanField(_("taken back"), default=True)  # False: counts again
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    removed = models.PositiveIntegerField(_("projects taken out"), default=0)
    restored = models.PositiveIntegerField(_("projects put back"), default=0)
    returned = models.PositiveIntegerField(_("values returned"), default=0)
    kept = models.PositiveIntegerField(_("kept as edited since"), default=0)
    # What a person had written against later edits: [model, key of the row, column or "" for the row].
    decided = models.JSONField(default=list, blank=True)
    # What was kept, as it was shown then: [{"what", "label", "before", "written", "now"}].
    kept_values = models.JSONField(default=list, blank=True)
    # Rows that referred to what went, to refer to it again: {"app.Model.field": [[key of the row, key of the other]]}.
    unlinked = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("undo")
        verbose_name_plural = _("undos")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.reason

    @property
    def reason(self) -> str:
        """What history rows of this taking back carry as their reason."""
        return f"{'undo' if self.back else 'redo'} {self.subject} ({self.pk})"
