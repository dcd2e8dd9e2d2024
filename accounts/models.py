"""People who log in: a role each, and the parks they may write."""

from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.tracking import Tracked
from parks.models import Park


class Role(models.TextChoices):
    RECORDER = "recorder", _("recorder")  # 录入员
    MANAGER = "manager", _("manager")  # 管理者
    LEADER = "leader", _("leader")  # 领导
    AUDITOR = "auditor", _("auditor")  # 审计员
    ADMIN = "admin", _("administrator")  # 管理员


class AccountManager(UserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """An administrator; `createsuperuser` makes the first one of an empty register."""
        return super().create_superuser(username, email, password, **{"role": Role.ADMIN, "all_parks": True, **fields})


class User(AbstractUser):
    """An account. What a role may do is written in `projects/permissions.py` and `accounts/permissions.py`.

    What went through its hands stands in the log (`AuditEvent`), which keeps the name: an account may go.
    """

    first_name = None
    last_name = None
    display_name = models.CharField(_("name"), max_length=50)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.RECORDER)
    all_parks = models.BooleanField(
        _("whole district"), default=False, help_text=_("may write the projects of every park, and those of none")
    )
    parks = models.ManyToManyField(Park, blank=True, related_name="writers", verbose_name=_("parks that it may write"))
    may_export = models.BooleanField(
        _("may export"), default=True, help_text=_("may take lists and tables out as .xlsx and .csv files")
    )
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    is_demo = models.BooleanField(_("demo account"), default=False, editable=False)
    history = Tracked(m2m_fields=[parks], excluded_fields=["password", "last_login"])

    objects = AccountManager()

    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            # The stock admin and Django's own permissions ask these two; they say the same as the role.
            models.CheckConstraint(
                condition=models.Q(role=Role.ADMIN, is_staff=True, is_superuser=True)
                | (~models.Q(role=Role.ADMIN) & models.Q(is_staff=False, is_superuser=False)),
                name="only_administrators_enter_the_admin",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @cached_property
    def writable_park_ids(self) -> frozenset[int]:
        """Its parks and the ones inside them. Without meaning where `all_parks` holds."""
        return frozenset(self.parks.all().with_children().values_list("pk", flat=True))


class Result(models.TextChoices):
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    REFUSED = "refused", _("refused")


class Action(models.TextChoices):
    EXPORT = "export", _("export")


class AuditEvent(models.Model):
    """Who did what, when, on what, from where, and what came of it. Written by `auditing.record_event` alone.

    Each row has the hash of the one before and its own, which covers it: what is changed or taken out later breaks the
    chain, and `manage.py check_data` says where. `former` is unique, so that the database itself keeps it one chain.
    No row is ever changed; so there is no history of them.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("at"), db_index=True)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("account")
    )  # for links; who it was says `username`, which the hash covers
    username = models.CharField(_("login name"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=20, choices=Action)
    subject = models.CharField(_("on what"), max_length=100)
    detail = models.JSONField(_("detail"), default=dict)
    address = models.CharField(_("from where"), max_length=45, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result, default=Result.DONE)
    former = models.CharField(max_length=64, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("logged event")
        verbose_name_plural = _("log")
        ordering = ["-number"]
        indexes = [models.Index(fields=["user", "-number"], name="audit_by_user")]

    def __str__(self) -> str:
        return f"{self.number} {self.get_action_display()} {self.subject}"
