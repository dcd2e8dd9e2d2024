"""The words of an import: in which state a file is, what is at work on it, what a row of it did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    WAITING = "waiting", _("waiting for confirmation")
    COMMITTED = "committed", _("written")
    CANCELLED = "cancelled", _("cancelled")
    UNREADABLE = "unreadable", _("cannot be read")
    UNDONE = "undone", _("undone")


class BatchWork(models.TextChoices):
    """What the background worker has to do for a batch."""

    PREVIEW = "preview", _("being read")
    WRITE = "write", _("being written")


class RowAction(models.TextChoices):
    CREATE = "create", _("new")
    UPDATE = "update", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("refused")
