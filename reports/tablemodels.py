"""Tables that are kept: one's own choices under a name, and figures as they were reported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.permissions import may_administer
from jiangjin.lib.money import MoneyField
from jiangjin.lib.tracking import Tracked
from projects.permissions import Actor, sees_own_parks_only

FOLLOWED = "followed"  # the condition of the list that means its reader's own projects
PRIVATE, EVERYBODY = "private", "everybody"
AUDIENCES = [(PRIVATE, _("only me")), (EVERYBODY, _("everybody")), *Role.choices]


class SavedTableQuerySet(models.QuerySet["SavedTable"]):
    def visible_to(self, user: Actor) -> SavedTableQuerySet:
        """One's own, and those that are shared with everybody or with one's role."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(owner=user.pk) | Q(audience__in=[EVERYBODY, user.role]))


class SavedTable(models.Model):
    """What a table of the statistics page shows, under a name. Whoever opens it sees one's own figures."""

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_tables", verbose_name=_("owner")
    )
    audience = models.CharField(_("who sees it"), max_length=10, choices=AUDIENCES, default=PRIVATE)
    query = models.TextField(_("parameters of the table"), blank=True)
    history = Tracked()

    objects = SavedTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved table")
        verbose_name_plural = _("saved tables")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_table_once_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_table_has_a_name"),
            models.CheckConstraint(
                condition=Q(audience__in=[code for code, __ in AUDIENCES]), name="saved_table_audience_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('reports:statistics')}?{self.query}{'&' if self.query else ''}saved={self.pk}"

    def may_be_changed_by(self, user: Actor) -> bool:
        """Its owner's, and the administrator's where it is shared."""
        return user.is_active and (self.owner_id == user.pk or (may_administer(user) and self.audience != PRIVATE))


class FixedTableQuerySet(models.QuerySet["FixedTable"]):
    def visible_to(self, user: Actor) -> FixedTableQuerySet:
        """Those that were not removed; where a recorder sees its own parks only, what it fixed itself of these."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        kept = self.filter(removed_at=None)
        if not sees_own_parks_only(user):
            return kept
        own = kept.filter(made_by=user.pk).exclude(parks=None)
        # One that was fixed when the account still saw more names projects of other parks.
        within = [pk for pk, parks in own.values_list("pk", "parks") if user.writable_park_ids.issuperset(parks)]
        return kept.filter(pk__in=within)


class FixedTable(models.Model):
    """Figures as they were reported: the table as it stood, its rules, its day, and the projects behind it.

    Written by `fixing.fix_table` alone, and never changed. It is taken out of sight, not deleted.
    """

    name = models.CharField(_("name"), max_length=100)
    note = models.TextField(_("note"), blank=True)
    title = models.CharField(_("table"), max_length=200)
    page = models.TextField(_("page"), blank=True)  # path and parameters that it came from
    grids = models.JSONField(default=list)  # reports/gridkept.py
    conditions = models.JSONField(default=list)  # [[label, value], …] in words
    # The lists behind it, together: [[[parameter, value], …], …], without the day.
    lists = models.JSONField(default=list)
    # Of a maker who saw its own parks only, the keys of these.
    parks = models.JSONField(null=True, blank=True)
    day = models.DateField(_("as of"))
    # False: everything registered counted, as on an ordinary day; True: only what had happened by the day.
    is_cut = models.BooleanField(default=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    made_by_name = models.CharField(_("by"), max_length=150, blank=True)  # an account may go
    made_at = models.DateTimeField(_("at"), auto_now_add=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    history = Tracked(excluded_fields=["grids", "conditions", "lists", "parks"])

    objects = FixedTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("fixed table")
        verbose_name_plural = _("fixed tables")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="fixed_table_has_a_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:fixed_table", args=[self.pk])

    def is_whole_for(self, user: Actor) -> bool:
        """Whether today's lists hold for the account what they held for the maker: its own parks, what it follows."""
        is_own = self.made_by_id == user.pk
        return is_own or (self.parks is None and not self.asks_followed)

    @property
    def asks_followed(self) -> bool:
        """Narrowed to the projects that the maker follows."""
        return any(name == FOLLOWED for params in self.lists for name, __ in params)

    def may_be_removed_by(self, user: Actor) -> bool:
        """Whoever made it, and the administrator."""
        return user.is_active and (self.made_by_id == user.pk or may_administer(user))


class FixedProject(models.Model):
    """A project behind a fixed table, with its values then. Amounts in 万元; no row is ever changed: no history.

    `by_day`: what it was by the day from dated rows alone, where that differs from what was shown; {} where it did not
    count by then (its day was known to the year alone). Later looks compare with that.
    """

    table = models.ForeignKey(FixedTable, models.CASCADE, related_name="projects", verbose_name=_("fixed table"))
    key = models.BigIntegerField(_("key of the project"))  # no reference: an undo may take the project out
    code = models.CharField(_("number"), max_length=60)
    name = models.CharField(_("name"), max_length=300)
    agreed = MoneyField(_("agreed capital"), null=True, blank=True)
    counted = MoneyField(_("agreed in the period"), null=True, blank=True)
    arrived = MoneyField(_("arrived capital"), null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=20, blank=True)
    condition = models.CharField(_("condition"), max_length=12, blank=True)
    signed_on = models.CharField(_("signed"), max_length=10, blank=True)
    park = models.CharField(_("park"), max_length=50, blank=True)
    cluster = models.CharField(_("cluster"), max_length=50, blank=True)
    by_day = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("project of a fixed table")
        verbose_name_plural = _("projects of fixed tables")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="fixed_project_once_a_table")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
