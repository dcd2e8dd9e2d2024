"""How a value stands in a file that goes out: as a number with its format, or as text. Unknown is an empty cell."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jiangjin.lib.dates import PartialDay

EPOCH = datetime.date(1899, 12, 30)  # spreadsheets count days from here
# What XML 1.0 cannot hold, and lone surrogates, which no encoding can.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
YI_DIGITS = 4  # 1 亿元 = 10⁴ 万元


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: its number in a workbook (None: text there), its text in a CSV file, formats, width."""

    number: Callable[[Any], float | None] | None
    text: Callable[[Any], str]
    whole: str = ""  # the number format of whole numbers
    parted: str = ""  # that of the others; empty: the same
    width: int = 12


def plain(text: object) -> str:
    """Text without characters that files cannot hold, its lines ended by line feeds."""
    text = str(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return ILLEGAL.sub("", text)


def _in_yi(amount: Decimal) -> float:
    # Exactly, and only then the nearest binary number: 61234.56 / 10000 in floating point is not 6.123456.
    return float(Decimal(amount).scaleb(-YI_DIGITS))


def _digits(number: Any) -> str:
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits_in_yi(amount: Decimal) -> str:
    return _digits(Decimal(amount).scaleb(-YI_DIGITS))


def _percent_digits(ratio: Decimal) -> str:
    return _digits((Decimal(ratio) * 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)) + "%"


@functools.lru_cache(maxsize=16384)
def _serial(day: PartialDay | datetime.date) -> float | None:
    """The number of a day that is known fully; None where only its month or year is: that stays text."""
    if isinstance(day, PartialDay):
        return None if day.day is None else float((day.first - EPOCH).days)
    return float((day - EPOCH).days)


def _moment(at: datetime.datetime) -> float:
    local = timezone.localtime(at)
    return (local.date() - EPOCH).days + (local.hour * 3600 + local.minute * 60 + local.second) / 86400


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _local_text(at: datetime.datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


KINDS = {
    "text": Kind(None, plain, width=18),
    "money_yi": Kind(_in_yi, _digits_in_yi, "#,##0.00########", width=14),
    "money_wan": Kind(float, _digits, "#,##0", "#,##0.00####", 14),
    "integer": Kind(float, _digits, "#,##0", width=10),
    "year": Kind(float, _digits, "0", width=8),
    "decimal": Kind(float, _digits, "#,##0", "#,##0.0#####", 12),
    "percent": Kind(float, _percent_digits, "0.0%", width=10),
    "day": Kind(_serial, str, "yyyy-mm-dd", width=12),
    "moment": Kind(_moment, _local_text, "yyyy-mm-dd hh:mm:ss", width=20),
    "flag": Kind(None, _yes_no, width=8),
}
