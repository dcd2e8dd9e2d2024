"""Who invests: firms, their ranks and honours."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.tracking import Tracked
from projects.choices import HonourKind, InvestorType
from projects.querysets import InvestorQuerySet


def validate_credit_code(value: str) -> None:
    """A unified social credit code (GB 32100-2015): 18 characters, alphabet and check character."""
    try:
        parse_credit_code(value)
    except CellError as error:
        raise ValidationError(error.message, code=error.code) from None


class Investor(models.Model):
    """A contract party (投资方). Firms are never merged by similarity: legal persons differ by one word."""

    name = models.CharField(_("name"), max_length=200)
    # For comparing (jiangjin.lib.text.investor_key) and finding; projects/names.py fills them.
    name_key = models.CharField(max_length=200, db_index=True, editable=False)
    name_initials = models.CharField(max_length=200, blank=True, editable=False)
    name_pinyin = models.CharField(max_length=1000, blank=True, editable=False)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_credit_code],
    )
    type = models.CharField(_("kind"), max_length=20, blank=True, choices=InvestorType, db_index=True)
    origin = models.CharField(_("comes from"), max_length=50, blank=True)
    parent_name = models.CharField(_("group"), max_length=200, blank=True)
    stock_code = models.CharField(_("stock code"), max_length=20, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    # A firm that turned out to be this one keeps its row, so that its name still finds the other (imports.firmmerging).
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        db_index=False,  # few have one: a partial index below
        verbose_name=_("merged into"),
    )
    history = Tracked()

    objects = InvestorQuerySet.as_manager()

    class Meta:
        verbose_name = _("investor")
        verbose_name_plural = _("investors")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="investor_has_a_name"),
            models.CheckConstraint(condition=~models.Q(credit_code=""), name="investor_credit_code_null_if_unknown"),
        ]
        indexes = [
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="investor_by_merging"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:investor_detail", args=[self.pk])


class Honour(models.Model):
    """A rank or an honour of a firm, with its year where that is known: lists change yearly."""

    investor = models.ForeignKey(Investor, models.CASCADE, related_name="honours", verbose_name=_("investor"))
    kind = models.CharField(_("rank or honour"), max_length=20, choices=HonourKind)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("rank or honour")
        verbose_name_plural = _("ranks and honours")
        ordering = ["kind", "year"]
        constraints = [
            models.UniqueConstraint(fields=["investor", "kind", "year"], name="honour_once_a_year"),
            models.UniqueConstraint(
                fields=["investor", "kind"], condition=models.Q(year=None), name="honour_without_a_year_once"
            ),
        ]
        indexes = [models.Index(fields=["kind", "investor"], name="honour_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}" if self.year else self.get_kind_display()
