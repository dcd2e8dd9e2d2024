"""Figures that the bureau published, kept as printed to compare with what the register computes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.tracking import Tracked
from reports.tablemodels import FixedProject, FixedTable, SavedTable
from reports.targetmodels import Target, TargetActual

__all__ = ["FixedProject", "FixedTable", "PublishedFigure", "SavedTable", "Target", "TargetActual"]


class PublishedFigure(models.Model):
    """One published aggregate. `value` is in `unit` as printed; `qualifier` (近, 余) is kept, never applied."""

    scope = models.CharField(_("scope"), max_length=20)
    scope_code = models.CharField(_("scope code"), max_length=50, blank=True)
    period = models.CharField(_("period"), max_length=20)
    measure = models.CharField(_("measure"), max_length=50)
    value = models.CharField(_("value"), max_length=30)
    unit = models.CharField(_("unit"), max_length=10)
    qualifier = models.CharField(_("qualifier"), max_length=10, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        ordering = ["period", "scope", "scope_code", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "scope_code", "period", "measure"], name="figure_published_once")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.scope} {self.scope_code} {self.measure}"
