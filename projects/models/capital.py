"""How much: what was undertaken, what came, and what ledgers said had come. Amounts in 万元."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.money import MoneyField
from jiangjin.lib.tracking import Tracked
from projects.choices import CapitalOrigin, CommitmentKind, SnapshotMeasure
from projects.models.projects import Project


class CapitalCommitment(models.Model):
    """An undertaking of the investor: the initial agreement, an increase (增资), a reduction (negative amount)."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="commitments", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=10, choices=CommitmentKind, default=CommitmentKind.INITIAL)
    amount = MoneyField(_("amount"))
    committed_on = PartialDayField(_("agreed on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["committed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="reduction", amount__lt=0)
                | (~models.Q(kind="reduction") & models.Q(amount__gt=0)),
                name="commitment_sign_follows_its_kind",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(kind="initial"), name="one_initial_commitment_a_project"
            ),
        ]
        indexes = [models.Index(fields=["committed_on", "project"], name="commitment_by_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class CapitalArrival(models.Model):
    """Money that came in a month (到位资金): a flow. Cumulative figures are snapshots, never entries."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="arrivals", verbose_name=_("project"))
    month = PartialDayField(_("month"))
    amount = MoneyField(_("amount"))
    origin = models.CharField(_("origin"), max_length=10, choices=CapitalOrigin, default=CapitalOrigin.DOMESTIC)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["month", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="arrival_is_not_negative"),
            models.UniqueConstraint(fields=["project", "month", "origin"], name="arrival_once_a_month"),
        ]
        indexes = [models.Index(fields=["month", "project"], name="arrival_by_month")]

    def __str__(self) -> str:
        return f"{self.month} {self.amount}"


class CapitalSnapshot(models.Model):
    """What a ledger's cumulative column said on a day (累计到位): a stock, to compare with, never to add."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="snapshots", verbose_name=_("project"))
    measure = models.CharField(_("measure"), max_length=20, choices=SnapshotMeasure)
    as_of = PartialDayField(_("as of"), null=True, blank=True)
    amount = MoneyField(_("amount"))
    source = models.CharField(_("said in"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("capital snapshot")
        verbose_name_plural = _("capital snapshots")
        ordering = ["as_of", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "measure", "as_of"], name="snapshot_once_a_day"),
            models.UniqueConstraint(
                fields=["project", "measure"], condition=models.Q(as_of=None), name="snapshot_without_a_day_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.as_of}: {self.amount}"
