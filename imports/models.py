"""What came in by file: batches, what each row of them did, and what was decided about them for later files."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imports.states import BatchState, BatchWork, RowAction
from projects.models import Project
from projects.permissions import may_write_some, sees_all_batches, writes_everywhere


class BatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: settings.AUTH_USER_MODEL) -> "BatchQuerySet":  # type: ignore[name-defined]
        """One's own; a manager of the whole district, the auditor and the administrator see all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if sees_all_batches(user) else self.filter(user=user)


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
                condition=models.Q(state__in=["committed", "undone"], committed_at__isnull=False)
                | (~models.Q(state__in=["committed", "undone"]) & models.Q(committed_at=None)),
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

    @property
    def was_written(self) -> bool:
        """Whether it wrote to the register, taken back since or not."""
        return self.state in {BatchState.COMMITTED, BatchState.UNDONE}


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
    # (imports.problems.Problem.as_json), with "file" alike. Behind them what a person left out of the row:
    # {"left_out": field, "cell", "says"}, and comments of its cells: {"cell", "comment"}.
    details = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["batch", "id"]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "row"], name="row_once_a_batch")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}"


class Remembered(models.Model):
    """A decision about one file that holds for later ones as well, with who made it and when."""

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        abstract = True

    @property
    def by(self) -> str:
        """王某 2020-07-01; the day alone where the account is gone."""
        day = f"{timezone.localtime(self.decided_at):%Y-%m-%d}"
        return f"{self.decided_by} {day}" if self.decided_by else day

    def may_be_changed_by(self, user: settings.AUTH_USER_MODEL) -> bool:  # type: ignore[name-defined]
        """Whoever writes everywhere changes all of them, other writers what they decided themselves."""
        return writes_everywhere(user) or (may_write_some(user) and self.decided_by_id == user.pk)


class RememberedMapping(Remembered):
    """What the columns of tables with the same headers hold."""

    key = models.CharField(max_length=64, unique=True)  # imports.recalling.layout_key of the headers
    kind = models.CharField(_("kind"), max_length=20)
    headers = models.JSONField()  # [[letter, header], …] of the table that it was decided on
    # How many header rows a person named; 0: they are found by themselves.
    header_rows = models.PositiveSmallIntegerField(default=0)
    # What the unit line said; the units in `entry` hold under the same one only.
    unit_line = models.CharField(max_length=20, blank=True)
    entry = models.JSONField()  # as a mapping file describes a sheet, with "columns", "fill_down" and "unit"

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        ordering = ["-decided_at", "-id"]

    def __str__(self) -> str:
        return "、".join(header for __, header in self.headers if header)


class RememberedWord(Remembered):
    """What a word of ledgers means."""

    kind = models.CharField(_("kind"), max_length=20)  # imports.mapping.WORD_KINDS
    key = models.CharField(max_length=200)  # jiangjin.lib.text.match_key of the word
    word = models.CharField(_("word"), max_length=200)
    code = models.CharField(_("code"), max_length=60)

    class Meta:
        verbose_name = _("remembered word")
        verbose_name_plural = _("remembered words")
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="word_remembered_once")]

    def __str__(self) -> str:
        return self.word


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


class PairKind(models.TextChoices):
    PROJECT = "project", _("project")
    INVESTOR = "investor", _("investor")


class Merge(models.Model):
    """Two projects, or two firms, that turned out to be one. Taken back like an import, by its reason.

    Keys are plain numbers: a row that an undo takes out and puts back keeps its own.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=PairKind)
    kept = models.BigIntegerField(_("key of what was kept"))
    gone = models.BigIntegerField(_("key of what was merged into it"))
    kept_text = models.CharField(_("kept"), max_length=250)  # number and name, as they were then
    gone_text = models.CharField(_("merged into it"), max_length=250)
    chosen = models.JSONField(_("what was chosen"), default=dict, blank=True)
    # Rows of files that spoke of what was merged, to speak of it again: keys of ImportRow.
    moved_rows = models.JSONField(default=list, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    undone = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("merging")
        verbose_name_plural = _("mergings")
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "kept"], name="merge_by_kept")]

    def __str__(self) -> str:
        return self.reason

    def get_absolute_url(self) -> str:
        return reverse("merging:merge", args=[self.pk])

    @property
    def reason(self) -> str:
        """What history rows of this merging carry as their reason."""
        return f"merge {self.pk}"


class NotTheSame(models.Model):
    """Two projects or firms that look alike and are two: somebody said so, and they are not proposed again."""

    kind = models.CharField(_("kind"), max_length=10, choices=PairKind)
    one = models.BigIntegerField()  # the smaller key
    other = models.BigIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("not the same")
        verbose_name_plural = _("not the same")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "one", "other"], name="said_once_of_a_pair"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"
