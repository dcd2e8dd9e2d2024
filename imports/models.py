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
    UNREADABLE = "unreadable", _("cannot be read")


class BatchWork(models.TextChoices):
    """What the background worker has to do for a batch."""

    PREVIEW = "preview", _("being read")
    WRITE = "write", _("being written")


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
    corrections = models.JSONField(default=dict, blank=True)  # "sheet!B17" → what stands there according to a person
    left_out = models.JSONField(default=list, blank=True)  # "sheet!row!field" of changes that are not wanted
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.WAITING)
    # A file that takes long is read and written by the background worker, its preview kept in a file.
    in_background = models.BooleanField(_("worked on in the background"), default=False)
    work = models.CharField(_("at work"), max_length=10, choices=BatchWork, blank=True)
    trouble = models.CharField(_("why the last work did not succeed"), max_length=500, blank=True)
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
                condition=models.Q(state="committed", committed_at__isnull=False)
                | (~models.Q(state="committed") & models.Q(committed_at=None)),
                name="batch_committed_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(work="") | models.Q(state="waiting"), name="batch_works_only_while_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.filename}"

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.pk])

    @property
    def reason(self) -> str:
        """What history rows of this batch carry as their reason."""
        return f"import {self.pk}"


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
    # What was written: [{"field", "cell", "new"}], with "old" where there was a value, "raw" where the cell says
    # it in other words, "file" where a person corrected what the file says, and "from" where the cell is empty and
    # the value stands in one above (a merge, or a column that is filled down). Of a refused row its problems
    # (imports.problems.Problem.as_json).
    details = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["batch", "id"]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "row"], name="row_once_a_batch")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"
