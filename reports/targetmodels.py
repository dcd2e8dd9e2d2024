"""What is to be reached in a year, and what the register cannot count itself and somebody types in."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.money import MoneyField
from jiangjin.lib.tracking import Tracked


class TargetScope(models.TextChoices):
    """Whom a target is for. A department is a project's lead unit."""

    DISTRICT = "district", _("whole district")
    PARK = "park", _("park")
    CLUSTER = "cluster", _("cluster")
    DEPARTMENT = "department", _("lead unit")
    OFFICIAL = "official", _("lead official")


class TargetMeasure(models.TextChoices):
    """What is counted, as in table 1 of the monthly report; the last two are typed in."""

    PROJECTS = "projects", _("newly signed projects")
    AGREED = "agreed", _("capital agreed")
    ARRIVED = "arrived", _("capital arrived")
    OUTSIDE_CITY = "outside_city", _("capital from outside the city")
    FOREIGN = "foreign", _("foreign capital")
    REGISTERED = "registered", _("companies registered")
    STARTED = "started", _("construction newly started")
    COMPLETED = "completed", _("construction completed")
    PRODUCING = "producing", _("production begun")
    FULL = "full", _("full production reached")
    FIRMS = "firms_above_designated_size", _("industrial firms above designated size")
    OUTPUT = "industrial_output", _("industrial output")

    @property
    def is_money(self) -> bool:
        return self in MONEY

    @property
    def is_typed(self) -> bool:
        """The register cannot count it: what was reached is a `TargetActual`."""
        return self in TYPED

    @property
    def unit(self) -> str | Promise:
        """What people type and read it in."""
        return "亿元" if self.is_money else _("firms (unit)") if self is TargetMeasure.FIRMS else _("projects (unit)")

    def shown(self, value: Decimal | None) -> int | Decimal | None:
        """A stored value as the tables take it: an int of projects or firms, a Decimal of 万元."""
        return value if value is None or self.is_money else int(value)


MONEY = {
    TargetMeasure.AGREED,
    TargetMeasure.ARRIVED,
    TargetMeasure.OUTSIDE_CITY,
    TargetMeasure.FOREIGN,
    TargetMeasure.OUTPUT,
}
TYPED = {TargetMeasure.FIRMS, TargetMeasure.OUTPUT}
# The district has no key; everybody else has one.
KEY_FITS = models.Q(scope="district", key="") | (~models.Q(scope="district") & ~models.Q(key=""))


class Target(models.Model):
    """What somebody is to reach in a year. `value` is a number of projects or firms, or 万元: the measure says which.

    key: the code of a park or a cluster, the name of a lead unit or an official, "" for the district.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    scope = models.CharField(_("scope"), max_length=10, choices=TargetScope)
    key = models.CharField(_("of whom"), max_length=100, blank=True)
    measure = models.CharField(_("measure"), max_length=30, choices=TargetMeasure)
    # One exact type for numbers and amounts; whole numbers are whole in it.
    value = MoneyField(_("value"))
    history = Tracked()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["year", "scope", "key", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["year", "scope", "key", "measure"], name="target_once"),
            models.CheckConstraint(condition=models.Q(value__gte=Decimal(0)), name="target_is_not_negative"),
            models.CheckConstraint(condition=KEY_FITS, name="target_key_fits_its_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_scope_display()} {self.key} {self.get_measure_display()}"


class TargetActual(models.Model):
    """What was reached by a day, of a measure that the register cannot count; of a flow, since 1 January."""

    scope = models.CharField(_("scope"), max_length=10, choices=TargetScope)
    key = models.CharField(_("of whom"), max_length=100, blank=True)
    measure = models.CharField(_("measure"), max_length=30, choices=TargetMeasure)
    day = models.DateField(_("as of"))
    value = MoneyField(_("value"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    history = Tracked()

    class Meta:
        verbose_name = _("typed-in figure")
        verbose_name_plural = _("typed-in figures")
        ordering = ["scope", "key", "measure", "day"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "measure", "day"], name="actual_once_a_day"),
            models.CheckConstraint(condition=models.Q(value__gte=Decimal(0)), name="actual_is_not_negative"),
            models.CheckConstraint(condition=KEY_FITS, name="actual_key_fits_its_scope"),
            models.CheckConstraint(condition=models.Q(measure__in=sorted(TYPED)), name="actual_is_of_a_typed_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_scope_display()} {self.key} {self.get_measure_display()}"


def year_end(year: int) -> datetime.date:
    """The day on which what was reached in a year is known."""
    return datetime.date(year, 12, 31)
