"""How figures are written: amounts, shares, changes and days as plain text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext

from jiangjin.lib.money import exact_yi, format_wan, format_yi
from jiangjin.lib.partialday import PartialDay

MINUS = "−"  # the real minus sign, as wide as a plus
DASH = "—"


def is_nothing(value: object) -> bool:
    return value is None or value == ""


def rounded(value: Decimal, decimals: int) -> Decimal:
    # + 0 turns −0.0 into 0.0.
    return value.quantize(Decimal(1).scaleb(-int(decimals)), rounding=ROUND_HALF_UP) + 0


def with_real_minus(text: str) -> str:
    return text.replace("-", MINUS)


def yi(amount: Decimal | None) -> str:
    """An amount in 万元 as 亿元, two decimals: 10360000 → "1,036.00". None → "", see `unknown` and `dash`."""
    return "" if is_nothing(amount) else with_real_minus(format_yi(amount))


def yi_exact(amount: Decimal | None) -> str:
    """`yi` with all its digits where two decimals would hide some: 12003 → "1.2003". None → ""."""
    return "" if is_nothing(amount) else with_real_minus(exact_yi(amount))


def wan(amount: Decimal | None) -> str:
    """An amount in 万元 with thousands commas: 64000 → "64,000". None → ""."""
    return "" if is_nothing(amount) else with_real_minus(format_wan(amount))


def day(value: object) -> str:
    """A day as far as it is known: "2020-06-30", "2020-07", "2020 年". Takes a PartialDay or a date. None → ""."""
    if isinstance(value, PartialDay) and value.precision == "year":
        return gettext("in %(year)s") % {"year": value.year}
    return "" if is_nothing(value) else str(value)


def signed(value: object, decimals: int = 0) -> str:
    """A change with its sign: 27 → "+27", −2.6 → "−2.6". A text made by `yi` or `percent1` works too. None → "—"."""
    if is_nothing(value) or value == DASH:
        return DASH
    text = value if isinstance(value, str) else str(rounded(Decimal(value), decimals))
    digits = text.lstrip("+-" + MINUS)
    if not digits.strip("0.,%"):
        return digits
    return (MINUS if text[0] in "-" + MINUS else "+") + digits


def percent1(ratio: Decimal | None) -> str:
    """A ratio as a percentage with one decimal, rounded half up: 0.0727 → "7.3%". None (growth on zero) → "—"."""
    if is_nothing(ratio):
        return DASH
    return with_real_minus(f"{rounded(Decimal(ratio) * 100, 1):,}%")


def points(ratio: Decimal | None) -> str:
    """A difference of two rates in 百分点: 0.031 → "+3.1". The unit stands in the head of the column."""
    return DASH if is_nothing(ratio) else signed(with_real_minus(str(rounded(Decimal(ratio) * 100, 1))))


def count(value: int | None) -> str:
    """A number without decimals, thousands commas. None → "—"."""
    return DASH if is_nothing(value) else with_real_minus(f"{value:,}")


def mixed(value: Any) -> str:
    """A whole number counts, others are amounts in 万元."""
    return count(value) if isinstance(value, int) else yi(value)


# How a cell of a table is written, by the kind of its column.
WRITERS: dict[str, Any] = {
    "count": count,
    "yi": yi,
    "wan": wan,
    "rate": percent1,
    "growth": lambda value: signed(percent1(value)),
    "points": points,
    "signed": signed,
    "signed_yi": lambda value: signed(yi(value)),
    "mixed": mixed,
    "signed_mixed": lambda value: signed(value if isinstance(value, int) else yi(value)),
    "decimal": lambda value: f"{rounded(value, 2):,}",
    "number": lambda value: f"{value:,.0f}" if value == int(value) else f"{rounded(value, 2):,}",
    "signed_number": lambda value: signed(value, 0 if value == int(value) else 2),
    "day": day,
}
