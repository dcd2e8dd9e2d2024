"""Conditions of the list that figures lead to: a period, a day, a class. Parameters are a contract."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _

from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR
from projects.between import Happened
from projects.choices import MilestoneKind
from projects.periods import Arrivals, Period
from projects.querysets import ProjectQuerySet
from projects.then import then
from projects.windows import Within


class DayFormField(forms.DateField):
    """A day between the years that days can have, with room for the year before and after."""

    default_validators = (
        MinValueValidator(datetime.date(FIRST_YEAR + 1, 1, 1)),
        MaxValueValidator(datetime.date(LAST_YEAR - 1, 12, 31)),
    )


class PeriodFormField(forms.CharField):
    """2020, 2020Q1, 2020-06, 2020-none, none or all."""

    kind: type[Period] = Period

    def to_python(self, value: Any) -> Period | None:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return self.kind.parse(text)
        except ValueError as error:
            raise ValidationError(_("Write a period as 2020, 2020Q1 or 2020-06.")) from error

    def in_words(self, value: str) -> str:
        """How a chip says the value; as it was typed where it is none."""
        try:
            return self.kind.parse(value).label
        except ValueError:
            return value


class ArrivalsFormField(PeriodFormField):
    """A period, or a part of what arrived in it: 2020-06:foreign."""

    kind = Arrivals


class ReachedFormField(forms.CharField):
    """A milestone and when it was reached: started:2020-06, production:2020, land:none."""

    def to_python(self, value: Any) -> tuple[MilestoneKind, Period] | None:
        text = super().to_python(value)
        if not text:
            return None
        kind, __, period = text.partition(":")
        try:
            return MilestoneKind(kind), Period.parse(period)
        except ValueError as error:
            raise ValidationError(_("Write a milestone and a period as started:2020-06.")) from error

    def in_words(self, value: str) -> str:
        """How a chip says the value; as it was typed where it is none."""
        try:
            found = self.to_python(value)
        except ValidationError:
            return value
        return f"{found[0].label} {found[1].label}" if found else value


class ReachedFilter(django_filters.Filter):
    """A milestone that was reached in a period."""

    field_class = ReachedFormField

    def filter(self, qs: ProjectQuerySet, value: tuple[MilestoneKind, Period] | None) -> ProjectQuerySet:
        return qs.reaching(*value, self.parent.judged_day) if value else qs


class ArrivalsFilter(django_filters.Filter):
    """Capital that arrived in a period, or a part of it."""

    field_class = ArrivalsFormField


class PeriodFilter(django_filters.Filter):
    """A period; the method of the filter set says what must lie in it."""

    field_class = PeriodFormField


class HappenedFormField(forms.CharField):
    """increased:2020-06-30, with :live after it to leave out what was terminated by then."""

    def to_python(self, value: Any) -> Happened | None:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Happened.parse(text)
        except ValueError as error:
            raise ValidationError(_("Write what happened after which day, as increased:2020-06-30.")) from error


class HappenedFilter(django_filters.Filter):
    """What happened to a project after a day, by the day of the list and in its period."""

    field_class = HappenedFormField

    def filter(self, qs: ProjectQuerySet, value: Happened | None) -> ProjectQuerySet:
        return qs if value is None else value.between(self.parent.day, self.parent.total_period).of(value.kind, qs)


class WithinFormField(forms.CharField):
    """started:6, production:12 or paid:18: what was reached within so many months of the signing."""

    def to_python(self, value: Any) -> Within | None:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Within.parse(text)
        except ValueError as error:
            raise ValidationError(_("Write what was reached within how many months, as started:6.")) from error


class WithinFilter(django_filters.Filter):
    """What a project had reached so many months after its signing."""

    field_class = WithinFormField

    def filter(self, qs: ProjectQuerySet, value: Within | None) -> ProjectQuerySet:
        return qs if value is None else value.of(qs)


class DayFilter(django_filters.Filter):
    """The day that the list is as of. It narrows by itself, and the other conditions ask for it."""

    field_class = DayFormField


class ThenFilter(django_filters.MultipleChoiceFilter):
    """Stage or condition, as of the list's day. No join repeats a row: not distinct."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(distinct=False, **kwargs)

    def filter(self, qs: ProjectQuerySet, value: list[str]) -> ProjectQuerySet:
        if not value:
            return qs
        found, name = then(qs, self.field_name, self.parent.judged_day)
        return found.filter(**{f"{name}__in": value})
