"""Bounds of the whole agreed amount, as conditions of the list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from jiangjin.lib.money import YI
from projects.querysets import ProjectQuerySet
from projects.then import then

MOST = 100_000  # 亿元


class AmountField(forms.DecimalField):
    """A number of 亿元. Whatever is wrong with it is said in one sentence: what can be written there."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            words = _("Write a number from 0 to %(most)s, with ten decimals at most, e.g. 10.")
            raise ValidationError(words % {"most": f"{MOST:,}"}, code="amount") from error


class AmountFilter(django_filters.NumberFilter):
    """A bound of the whole agreed amount, in 亿元 as people say it."""

    field_class = AmountField

    def get_max_validator(self) -> None:
        """None: the field has a bound of its own."""

    def filter(self, qs: ProjectQuerySet, value: Decimal | None) -> ProjectQuerySet:
        if value is None:
            return qs
        found, name = then(qs, self.field_name, self.parent.judged_day)
        return found.filter(**{f"{name}__{self.lookup_expr}": (value * YI).quantize(Decimal("0.000001"))})


def amount_filter(lookup: str, label: str | Promise) -> AmountFilter:
    return AmountFilter(
        "agreed_capital", lookup, label=label, min_value=0, max_value=MOST, max_digits=16, decimal_places=10
    )
