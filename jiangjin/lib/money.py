"""Money: 万元 as Decimal in Python, whole fen in the database.

SQLite would keep decimals as floating point and sum them inexactly, so a BIGINT of fen is stored; filters,
comparisons and sums through the ORM take and give 万元.
"""

import copy
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import lookups
from django.db.models.expressions import Col, Combinable, register_combinable_fields
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.amounts import FEN, LARGEST, header_unit, parse_amount, unit_scale
from jiangjin.lib.cellerrors import CellError

__all__ = [
    "FEN",
    "YI",
    "MoneyField",
    "MoneyFormField",
    "exact_yi",
    "format_wan",
    "format_yi",
    "header_unit",
    "parse_amount",
]

YI = Decimal(10000)  # 1 亿元 in 万元


class MoneyField(models.Field):
    """An amount in 万元, a Decimal of six places (1 fen = 0.000001 万元), stored as whole fen in a BIGINT.

    Not a BigIntegerField by inheritance: Avg and division would then give fen as if they were 万元. Amounts combine
    with amounts by + and -, and with whole numbers by * and /; anything else is a FieldError. A division in the
    database gives whole fen and drops the rest.
    """

    description = _("Amount in 10,000 yuan")
    empty_strings_allowed = False
    default_error_messages = {
        "invalid": _("“%(value)s” is not an amount in 10,000 yuan."),
        "too_fine": _("“%(value)s” is finer than one fen."),
        "too_large": _("“%(value)s” is larger than any amount that can be stored."),
    }

    # Of the copies that stand for results of the database, see `get_col`.
    _is_result = False

    def get_internal_type(self) -> str:
        return "Fen" if self._is_result else "BigIntegerField"

    def db_type(self, connection: Any) -> str:
        return connection.data_types["BigIntegerField"]

    def get_col(self, alias: str | None, output_field: models.Field | None = None) -> Col:
        """The column in a query, with a type that does not call itself an integer.

        Django cuts results of integer types down with int() before `from_db_value` could round an average of fen.
        """
        if output_field is None or output_field == self:
            return Col(alias, self, self._result)
        return super().get_col(alias, output_field)

    @cached_property
    def _result(self) -> "MoneyField":
        return _result_type(copy.copy(self))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, int):
            return Decimal(value).scaleb(-6)
        # Sums and averages come as a numeric (PostgreSQL), averages as a float (SQLite), of fen: to the fen, half up.
        fen = value if isinstance(value, Decimal) else Decimal(str(value))
        return fen.to_integral_value(ROUND_HALF_UP).scaleb(-6)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            return _to_fen(value).scaleb(-6)
        except _MoneyError as error:
            raise ValidationError(self.error_messages[error.code], code=error.code, params={"value": value}) from error

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        return None if value is None else int(_to_fen(value))

    def value_to_string(self, obj: models.Model) -> str | None:
        value = self.value_from_object(obj)
        return None if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(**{"form_class": MoneyFormField, **kwargs})


class _MoneyError(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _to_fen(value: Any) -> Decimal:
    """An amount in 万元 as whole fen. Raises TypeError for a float, else a _MoneyError (a ValueError)."""
    if isinstance(value, (bool, float)) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f"An amount must be a Decimal in 万元, not {value!r}.")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise _MoneyError("invalid", f"{value!r} is not a number.") from error
    if not amount.is_finite():
        raise _MoneyError("invalid", f"{value!r} is not a number.")
    if abs(amount) > LARGEST:
        raise _MoneyError("too_large", f"{value} is beyond {LARGEST} 万元.")
    fen = amount.scaleb(6)
    whole = fen.to_integral_value()
    if fen != whole or amount != whole.scaleb(-6):
        raise _MoneyError("too_fine", f"{value} is finer than one fen.")
    return whole


def _result_type(field: MoneyField | None = None) -> MoneyField:
    field = field or MoneyField()
    field._is_result = True
    return field


for _lhs, _connector, _rhs in (
    (MoneyField, Combinable.ADD, MoneyField),
    (MoneyField, Combinable.SUB, MoneyField),
    (MoneyField, Combinable.MUL, models.IntegerField),
    (models.IntegerField, Combinable.MUL, MoneyField),
):
    register_combinable_fields(_lhs, _connector, _rhs, _result_type)
# A plain MoneyField: int() drops the rest on PostgreSQL too, where a sum is divided with decimals.
register_combinable_fields(MoneyField, Combinable.DIV, models.IntegerField, MoneyField)


class _SameUnit:
    """Refuses to compare a column of fen with an expression of another type, which would be wrong by a million."""

    def get_prep_lookup(self) -> Any:
        for side in self.rhs if isinstance(self.rhs, (list, tuple)) else (self.rhs,):
            if not hasattr(side, "resolve_expression"):
                continue
            other = getattr(side, "_output_field_or_none", None) or getattr(side, "output_field", None)
            if other is not None and not isinstance(getattr(other, "target_field", other), MoneyField):
                raise FieldError(f"A MoneyField cannot be compared with {type(other).__name__}; give output_field.")
        return super().get_prep_lookup()


def _money_lookups(bases: Iterable[type[models.Lookup]]) -> None:
    for base in bases:
        MoneyField.register_lookup(type(f"Money{base.__name__}", (_SameUnit, base), {}))


_money_lookups(
    (
        lookups.Exact,
        lookups.GreaterThan,
        lookups.GreaterThanOrEqual,
        lookups.LessThan,
        lookups.LessThanOrEqual,
        lookups.In,
        lookups.Range,
    )
)


class MoneyFormField(forms.CharField):
    """An amount typed as the import reads it ("6.2亿", "6,200万元"); a bare number is in `unit`. Cleans to 万元.

    Shows the amount in `unit`, and keeps what was typed where it is refused.
    """

    def __init__(self, *, unit: str = "亿元", **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        kwargs.pop("empty_value", None)
        scale = unit_scale(unit)
        if scale is None:
            raise ValueError(f"{unit!r} is no unit of money.")
        self.unit, self.scale = unit, scale
        super().__init__(**kwargs)
        self.empty_value = None

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return parse_amount(str(value), self.unit).value
        except CellError as error:
            # A form may know better what to do: its own words for a code win.
            raise ValidationError(self.error_messages.get(error.code, error.message), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        return _plain(value / self.scale) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "data-unit": self.unit, **super().widget_attrs(widget)}


def _plain(number: Decimal, grouping: str = "") -> str:
    """Digits without an exponent and without needless zeros."""
    text = format(number, f"{grouping}f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_yi(amount: Decimal | None) -> str:
    """An amount in 万元 shown in 亿元: two decimals, half up, thousands commas ("1,036.00"); "" for None."""
    if amount is None:
        return ""
    return format((amount / YI).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0, ",f")


def exact_yi(amount: Decimal) -> str:
    """The same with all its digits where two decimals would hide what two amounts differ by ("1.2003", "0.0005")."""
    exact = amount / YI
    return format_yi(amount) if exact == round(exact, 2) else _plain(exact, ",")


def format_wan(amount: Decimal | None) -> str:
    """An amount in 万元 with thousands commas and no needless zeros ("62,000.5"); "" for None."""
    return "" if amount is None else _plain(amount, ",")
