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
    """An account. What a role may do is written in `projects/permissions.py` and `accounts/permissions.py`."""

    first_name = None
    last_name = None
    display_name = models.CharField(_("name"), max_length=50)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.RECORDER)
    all_parks = models.BooleanField(
        _("whole district"), default=False, help_text=_("may write the projects of every park, and those of none")
    )
    parks = models.ManyToManyField(Park, blank=True, related_name="writers", verbose_name=_("parks that it may write"))
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
