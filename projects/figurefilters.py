"""Conditions of the list that figures lead to: a period, a day, a class. Parameters are a contract."""

from __future__ import annotations

import datetime
import re
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.between import Happened
from projects.choices import MilestoneKind
from projects.periods import Arrivals, Period, day_of_text
from projects.querysets import ProjectQuerySet
from projects.then import then
from projects.windows import Within

WHOLE_YEAR = re.compile(r"\d{4}", re.ASCII)


class DayFormField(forms.CharField):
    """A whole day as addresses say it, in a year that figures can be about: 2020-06-30."""

    def to_python(self, value: Any) -> datetime.date | None:
        text = super().to_python(value)
        if not text:
            return None
        day = day_of_text(text)
        if day is None:
            raise ValidationError(_("Write a whole day from 1979 to 2099, as 2020-06-30."))
        return day


class YearFormField(forms.IntegerField):
    """A year of four digits: one spelling is one address."""

    def to_python(self, value: Any) -> int | None:
        if value not in self.empty_values and not WHOLE_YEAR.fullmatch(str(value)):
            raise ValidationError(_("Write a year as 2020."))
        return super().to_python(value)


class CodedFormField(forms.CharField):
    """A value that is written in a code: how it is read, said in words, and what to write where it is none."""

    problem: str | Promise = ""

    def read(self, text: str) -> Any:
        """The value of a code. Raises ValueError."""
        raise NotImplementedError

    def say(self, value: Any) -> str:
        """What was read, as a chip says it."""
        return str(value.in_words())

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return self.read(text)
        except ValueError as error:
            raise ValidationError(self.problem) from error

    def in_words(self, value: str) -> str:
        """How a chip says the code; as it was typed where it is none."""
        try:
            return self.say(self.read(value))
        except ValueError:
            return value


class PeriodFormField(CodedFormField):
    """2020, 2020Q1, 2020-06, 2020-none, none or all."""

    kind: type[Period] = Period
    problem = _("Write a period as 2020, 2020Q1 or 2020-06.")

    def read(self, text: str) -> Period:
        return self.kind.parse(text)

    def say(self, value: Period) -> str:
        return value.label


class ArrivalsFormField(PeriodFormField):
    """A period, or a part of what arrived in it: 2020-06:foreign."""

    kind = Arrivals


class ReachedFormField(CodedFormField):
    """A milestone and when it was reached: started:2020-06, production:2020, land:none."""

    problem = _("Write a milestone and a period as started:2020-06.")

    def read(self, text: str) -> tuple[MilestoneKind, Period]:
        kind, __, period = text.partition(":")
        return MilestoneKind(kind), Period.parse(period)

    def say(self, value: tuple[MilestoneKind, Period]) -> str:
        return f"{value[0].label} {value[1].label}"


class HappenedFormField(CodedFormField):
    """increased:2020-06-30, with :live after it to leave out what was terminated by then."""

    problem = _("Write what happened after which day, as increased:2020-06-30.")

    def read(self, text: str) -> Happened:
        return Happened.parse(text)


class WithinFormField(CodedFormField):
    """started:6, production:12 or paid:18: what was reached within so many months of the signing."""

    problem = _("Write what was reached within how many months, as started:6.")

    def read(self, text: str) -> Within:
        return Within.parse(text)


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


class HappenedFilter(django_filters.Filter):
    """What happened to a project after a day, by the day of the list and in its period."""

    field_class = HappenedFormField

    def filter(self, qs: ProjectQuerySet, value: Happened | None) -> ProjectQuerySet:
        return qs if value is None else value.between(self.parent.day, self.parent.total_period).of(value.kind, qs)


class WithinFilter(django_filters.Filter):
    """What a project had reached so many months after its signing."""

    field_class = WithinFormField

    def filter(self, qs: ProjectQuerySet, value: Within | None) -> ProjectQuerySet:
        return qs if value is None else value.of(qs)


class YearFilter(django_filters.Filter):
    """A year as people write it: 2020."""

    field_class = YearFormField


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
