"""Saved views of the project list: conditions, columns and order under a name, and which one opens by itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from jiangjin.lib.tracking import Tracked
from parks.models import Park
from projects.permissions import Actor, writes_everywhere


class Sharing(models.TextChoices):
    """Whom a view is shown to. What it lists stays each one's own: a view never widens what an account may see."""

    PRIVATE = "private", _("only me")
    GROUP = "group", _("a group")
    EVERYBODY = "everybody", _("everybody")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Actor) -> SavedViewQuerySet:
        """One's own, those for everybody, and those for a group that the account belongs to."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        of_role = Q(role="") | Q(role=user.role)
        of_park = Q() if writes_everywhere(user) else Q(park=None) | Q(park__in=user.writable_park_ids)
        group = Q(sharing=Sharing.GROUP) & of_role & of_park
        return self.filter(Q(owner=user.pk) | Q(sharing=Sharing.EVERYBODY) | group)

    def with_default_of(self, user: Actor) -> SavedViewQuerySet:
        """Adds `is_default`: the one that opens for this account by itself."""
        return self.annotate(is_default=Exists(DefaultView.objects.filter(view=OuterRef("pk"), user=user.pk)))


class SavedView(models.Model):
    """A view. A group is a role, the writers of a park, or the writers of a park who have that role."""

    name = models.CharField(_("name"), max_length=40)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    query = models.TextField(_("parameters of the list"), blank=True)  # as savedviews.stored makes it
    sharing = models.CharField(_("who sees it"), max_length=10, choices=Sharing, default=Sharing.PRIVATE)
    role = models.CharField(_("role"), max_length=10, choices=Role, blank=True)
    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who may write this park")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    history = Tracked()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
            models.CheckConstraint(condition=Q(sharing__in=Sharing.values), name="saved_view_sharing_is_known"),
            models.CheckConstraint(
                condition=(Q(sharing="group") & (~Q(role="") | Q(park__isnull=False)))
                | (~Q(sharing="group") & Q(role="", park=None)),
                name="saved_view_group_is_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('projects:list')}?view={self.pk}"

    @property
    def audience(self) -> str:
        """Whom it is shown to, in words."""
        if self.sharing != Sharing.GROUP:
            return str(self.get_sharing_display())
        words = [str(self.get_role_display())] if self.role else []
        if self.park:
            words.append(str(_("writers of %(park)s") % {"park": self.park.short_name}))
        return " · ".join(words)


class DefaultView(models.Model):
    """The view that the list opens with for an account; one that it no longer sees is passed over."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="default_view", verbose_name=_("account")
    )
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="defaults", verbose_name=_("saved view"))
    history = Tracked()

    class Meta:
        verbose_name = _("view that opens by itself")
        verbose_name_plural = _("views that open by themselves")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user} · {self.view}"
