"""The "4+1" industry clusters, the chains inside them and the firms that lead the chains."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.tracking import Tracked


class Cluster(models.Model):
    """An industry cluster (产业集群). `outside` is an entry of its own: known to lie outside the "4+1"."""

    OUTSIDE = "outside"

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=50, unique=True)
    group = models.CharField(
        _("group"), max_length=1, blank=True, choices=[("4", "4"), ("1", "1")], help_text=_('its side of the "4+1"')
    )
    aliases = models.JSONField(_("aliases"), default=list, blank=True, help_text=_("other spellings in ledgers"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    history = Tracked()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def spellings(self) -> list[str]:
        """Every text that means this cluster in a ledger."""
        return [self.code, self.name, *self.aliases]


class Chain(models.Model):
    """An industry chain (产业链); it belongs to one cluster."""

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="chains", verbose_name=_("cluster"))
    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=50, unique=True)
    aliases = models.JSONField(_("aliases"), default=list, blank=True, help_text=_("other spellings in ledgers"))
    leader = models.CharField(_("chain leader"), max_length=50, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    history = Tracked()

    class Meta:
        verbose_name = _("chain")
        verbose_name_plural = _("chains")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def spellings(self) -> list[str]:
        """Every text that means this chain in a ledger."""
        return [self.code, self.name, *self.aliases]


class LeadingFirm(models.Model):
    """A leading firm (龙头企业) of a chain, as a published source names it."""

    chain = models.ForeignKey(Chain, models.CASCADE, related_name="leading_firms", verbose_name=_("chain"))
    name = models.CharField(_("name"), max_length=100)
    history = Tracked()

    class Meta:
        verbose_name = _("leading firm")
        verbose_name_plural = _("leading firms")
        ordering = ["chain", "id"]
        constraints = [models.UniqueConstraint(fields=["chain", "name"], name="leading_firm_once_a_chain")]

    def __str__(self) -> str:
        return self.name
