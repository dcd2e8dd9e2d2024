"""How much: what was undertaken, what came, and what ledgers said had come. Amounts in 万元."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Abs
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.money import MoneyField
from jiangjin.lib.tracking import Tracked
from projects.choices import CapitalOrigin, CommitmentKind, Currency, SnapshotMeasure
from projects.models.projects import Project
from projects.querysets import ArrivalQuerySet

# What a new amount in 万元 says of a currency: that the former one, its rate and its day no longer hold.
NO_CURRENCY: dict[str, Any] = {"currency": "", "original_amount": None, "rate": None, "rate_on": None}


class ForeignAmount(models.Model):
    """What an amount was in another currency. There is no built-in rate: somebody entered it, with its day.

    original_amount: in 万 of the currency; rate: yuan for one unit of it. `amount` is their product, in 万元.
    """

    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    original_amount = models.DecimalField(
        _("amount in the currency (万)"), max_digits=18, decimal_places=6, null=True, blank=True
    )
    rate = models.DecimalField(_("rate"), max_digits=12, decimal_places=6, null=True, blank=True)
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)

    class Meta:
        abstract = True


def whole_or_no_currency(name: str) -> models.CheckConstraint:
    """A currency stands with its amount, its rate and the rate's day, or none of them does."""
    none = models.Q(currency="", original_amount=None, rate=None, rate_on=None)
    some = models.Q(original_amount__isnull=False, rate__gt=0, rate_on__isnull=False) & ~models.Q(currency="")
    return models.CheckConstraint(condition=none | some, name=name)


class CapitalCommitment(ForeignAmount):
    """An undertaking of the investor: the initial agreement, an increase (增资), a reduction (negative amount)."""

    project = models.ForeignKey(
        Project, models.CASCADE, db_index=False, related_name="commitments", verbose_name=_("project")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CommitmentKind, default=CommitmentKind.INITIAL)
    amount = MoneyField(_("amount"))
    committed_on = PartialDayField(_("agreed on"), null=True, blank=True)
    agreement_number = models.CharField(_("agreement number"), max_length=100, blank=True)
    # Without a sign, also of a reduction; None where nobody said.
    fixed_assets = MoneyField(_("of which fixed assets"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(fixed_assets=None) | models.Q(fixed_assets__gte=0, fixed_assets__lte=Abs("amount")),
                name="commitment_fixed_assets_is_a_part",
            ),
            whole_or_no_currency("commitment_currency_with_its_rate"),
        ]
        # Figures sum those of a time, or those of a project by a day: both are read from an index alone.
        indexes = [
            models.Index(fields=["committed_on", "project", "amount"], name="commitment_by_day"),
            models.Index(fields=["project", "committed_on", "amount"], name="commitment_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    def with_amount(self, amount: Decimal) -> dict[str, Any]:
        """Columns that another amount in 万元, said without a currency, changes; what no longer fits is unknown."""
        fits = self.fixed_assets is None or self.fixed_assets <= abs(amount)
        return {"amount": amount, **NO_CURRENCY, "fixed_assets": self.fixed_assets if fits else None}

    def take_amount(self, amount: Decimal) -> None:
        """Another amount in 万元, as `with_amount`."""
        for column, value in self.with_amount(amount).items():
            setattr(self, column, value)


class CapitalArrival(ForeignAmount):
    """Money that came in a month (到位资金): a flow. Cumulative figures are snapshots, never entries."""

    project = models.ForeignKey(
        Project, models.CASCADE, db_index=False, related_name="arrivals", verbose_name=_("project")
    )
    month = PartialDayField(_("month"))
    amount = MoneyField(_("amount"))
    origin = models.CharField(_("origin"), max_length=10, choices=CapitalOrigin, default=CapitalOrigin.DOMESTIC)
    # 市外资金: the part of the amount that came from outside the city; None where nobody said.
    outside_city = MoneyField(_("of which from outside the city"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    objects = ArrivalQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["month", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="arrival_is_not_negative"),
            models.UniqueConstraint(fields=["project", "month", "origin"], name="arrival_once_a_month"),
            models.CheckConstraint(
                condition=models.Q(outside_city=None)
                | models.Q(outside_city__gte=0, outside_city__lte=models.F("amount")),
                name="arrival_outside_city_is_a_part",
            ),
            whole_or_no_currency("arrival_currency_with_its_rate"),
        ]
        indexes = [
            models.Index(fields=["month", "project", "amount"], name="arrival_by_month"),
            models.Index(fields=["project", "month", "amount"], name="arrival_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.amount}"

    def take_amount(self, amount: Decimal) -> None:
        """Another amount in 万元, said without a currency: what no longer fits it is unknown again."""
        self.amount = amount
        for column, value in NO_CURRENCY.items():
            setattr(self, column, value)
        if self.outside_city is not None and self.outside_city > amount:
            self.outside_city = None


class PlannedArrival(models.Model):
    """What is planned to arrive in a quarter: a flow, in 万元."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="planned_arrivals", verbose_name=_("project"))
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    amount = MoneyField(_("amount"))
    history = Tracked()

    class Meta:
        verbose_name = _("planned arrival")
        verbose_name_plural = _("planned arrivals")
        ordering = ["year", "quarter", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="planned_arrival_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(quarter__gte=1, quarter__lte=4, year__gte=1978, year__lte=2100),
                name="planned_arrival_in_a_quarter",
            ),
            models.UniqueConstraint(fields=["project", "year", "quarter"], name="planned_arrival_once_a_quarter"),
        ]

    def __str__(self) -> str:
        return f"{self.year} Q{self.quarter} {self.amount}"


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
