"""Days that may be known only to the month or the year: the model field, its lookups and its form field.

One integer column holds the code of a `PartialDay` (YYYYMMDD, 99 for what is not known). Every lookup compares that
column with plain numbers, so that an index serves it.
"""

import calendar
import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dayparse import parse_day
from jiangjin.lib.partialday import PartialDay

__all__ = ["MonthOf", "PartialDay", "PartialDayField", "PartialDayFormField", "YearOf", "midnight", "parse_day"]


def midnight(day: datetime.date) -> datetime.datetime:
    """The first moment of a day in the district's own time."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


class PartialDayField(models.Field):
    """A `PartialDay` in an integer column.

    exact, in, gt, gte, lt and lte compare codes (a month stands after its days). `year` takes an int. `by` and `since`
    take a date and are certain: every day that the value could mean lies by, or since, that date.
    """

    description = _("Day, month or year")
    empty_strings_allowed = False
    default_error_messages = {"invalid": _("“%(value)s” is not a day. Write 2020-06-30, 2020-06 or 2020.")}

    def get_internal_type(self) -> str:
        return "IntegerField"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> PartialDay | None:
        return None if value is None else PartialDay.from_code(value)

    def to_python(self, value: Any) -> PartialDay | None:
        if value is None or isinstance(value, PartialDay):
            return value
        try:
            return _partial_day(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value}) from error

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        return None if value is None else _partial_day(value).code

    def value_to_string(self, obj: models.Model) -> str | None:
        value = self.value_from_object(obj)
        return None if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{"form_class": PartialDayFormField, **kwargs})


def _partial_day(value: Any) -> PartialDay:
    """What code may give for a day. An int is refused: it could be a year or a code."""
    if isinstance(value, PartialDay):
        return value
    if isinstance(value, datetime.date):
        return PartialDay.of(value)
    if isinstance(value, str):
        return PartialDay.from_iso(value)
    raise TypeError(f"A PartialDay, a date or ISO text is needed, not {value!r}.")


def _date(value: Any, lookup: str) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    raise TypeError(f"The lookup {lookup!r} takes a date, not {value!r}.")


def _code(day: datetime.date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


def _latest_code(day: datetime.date) -> int:
    """The greatest code all of whose days lie by `day`: encoded upwards at the ends of months and years."""
    if (day.month, day.day) == (12, 31):
        return day.year * 10000 + 9999
    if day.day == calendar.monthrange(day.year, day.month)[1]:
        return day.year * 10000 + day.month * 100 + 99
    return _code(day)


@PartialDayField.register_lookup
class InYear(models.Lookup):
    """signed_on__year=2020: the day, month or year lies in that year."""

    lookup_name = "year"

    def get_prep_lookup(self) -> int:
        if isinstance(self.rhs, bool) or not isinstance(self.rhs, int):
            raise TypeError(f"The lookup 'year' takes an int, not {self.rhs!r}.")
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} BETWEEN %s AND %s", [*params, self.rhs * 10000 + 101, self.rhs * 10000 + 9999]


@PartialDayField.register_lookup
class By(models.Lookup):
    """signed_on__by=day: the last day that the value could mean is `day` or earlier."""

    lookup_name = "by"

    def get_prep_lookup(self) -> int:
        return _latest_code(_date(self.rhs, "by"))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} <= %s", [*params, self.rhs]


@PartialDayField.register_lookup
class Since(models.Lookup):
    """signed_on__since=day: the first day that the value could mean is `day` or later."""

    lookup_name = "since"

    def get_prep_lookup(self) -> datetime.date:
        return _date(self.rhs, "since")

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        day: datetime.date = self.rhs
        # The month and the year that hold `day` have greater codes than it, but began before it.
        begun = []
        if day.day > 1:
            begun.append(day.year * 10000 + day.month * 100 + 99)
        if (day.month, day.day) != (1, 1):
            begun.append(day.year * 10000 + 9999)
        if not begun:
            return f"{column} >= %s", [*params, _code(day)]
        marks = ", ".join(["%s"] * len(begun))
        return f"({column} >= %s AND {column} NOT IN ({marks}))", [*params, _code(day), *params, *begun]


class YearOf(models.Func):
    """The year of a PartialDayField, for grouping (filter with `__year`, which can use the index)."""

    template = "(%(expressions)s / 10000)"
    arity = 1
    output_field = models.IntegerField()


class MonthOf(models.Func):
    """The month of a PartialDayField as 1-12, for grouping; 99 where only the year is known."""

    template = "((%(expressions)s / 100) %%%% 100)"  # one % for the template, one for the driver
    arity = 1
    output_field = models.IntegerField()


class PartialDayFormField(forms.CharField):
    """A day typed in any spelling that the import takes; shown as ISO text. Keeps what was typed when refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        kwargs.pop("empty_value", None)
        super().__init__(**kwargs)
        self.empty_value = None

    def to_python(self, value: Any) -> PartialDay | None:
        if value is None or isinstance(value, PartialDay):
            return value
        if isinstance(value, datetime.date):
            return PartialDay.of(value)
        try:
            return parse_day(str(value))
        except CellError as error:
            raise ValidationError(error.message, code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, (PartialDay, datetime.date)) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "placeholder": "2020-06-30", **super().widget_attrs(widget)}
