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
from jiangjin.lib.text import DANGEROUS

EPOCH = datetime.date(1899, 12, 30)  # spreadsheets count days from here
# What XML 1.0 cannot hold, and lone surrogates, which no encoding can.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
YI_DIGITS = 4  # 1 亿元 = 10⁴ 万元
LONGEST = 32_767  # UTF-16 units of a cell
# What must be looked at before text becomes XML: markup, blanks at an end, controls, and what looks like an escape.
REMARKABLE = re.compile("[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|^\\s|\\s$|_x[0-9A-Fa-f]{4}_")
ESCAPE_LIKE = re.compile("_(x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: its number in a workbook (None: text there), its text in a CSV file, formats and width.

    `number` gives digits, or None for a value that is no number: a day of which only the month is known.
    """

    number: Callable[[Any], str | None] | None
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


@functools.lru_cache(maxsize=8192)
def text_xml(text: str) -> tuple[str, bool]:
    """Text as the XML of a cell's content, and whether a spreadsheet would take it for a formula when it is edited."""
    space = ""
    if len(text) > LONGEST // 2 or REMARKABLE.search(text):
        text = ESCAPE_LIKE.sub(r"_x005F_\1", _shortened(plain(text)))
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        space = ' xml:space="preserve"'
    return f' t="inlineStr"><is><t{space}>{text}</t></is></c>', DANGEROUS.match(text) is not None


def _shortened(text: str) -> str:
    if len(text) <= LONGEST // 2:
        return text
    return text.encode("utf-16-le")[: LONGEST * 2].decode("utf-16-le", "ignore")


def _digits(number: Any) -> str:
    text = f"{number:f}" if isinstance(number, Decimal) else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits_in_yi(amount: Decimal) -> str:
    # Exactly: 61234.56 / 10000 in floating point is not 6.123456.
    return _digits(Decimal(amount).scaleb(-YI_DIGITS))


def _ratio(ratio: Decimal) -> str:
    return f"{float(ratio):.15g}"


def _percent_digits(ratio: Decimal) -> str:
    return _digits((Decimal(ratio) * 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)) + "%"


@functools.lru_cache(maxsize=16384)
def _serial(day: PartialDay | datetime.date) -> str | None:
    """The number of a day that is known fully; None where only its month or year is: that stays text."""
    if isinstance(day, PartialDay):
        return None if day.day is None else str((day.first - EPOCH).days)
    return str((day - EPOCH).days)


def _moment(at: datetime.datetime) -> str:
    local = timezone.localtime(at)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return f"{(local.date() - EPOCH).days + seconds / 86400:.9f}"


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def _local_text(at: datetime.datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


KINDS = {
    "text": Kind(None, plain, width=18),
    "money_yi": Kind(_digits_in_yi, _digits_in_yi, "#,##0.00########", width=14),
    "money_wan": Kind(_digits, _digits, "#,##0", "#,##0.00####", 14),
    "integer": Kind(str, str, "#,##0", width=10),
    "year": Kind(str, str, "0", width=8),
    "decimal": Kind(_digits, _digits, "#,##0", "#,##0.0#####", 12),
    "percent": Kind(_ratio, _percent_digits, "0.0%", width=10),
    "day": Kind(_serial, str, "yyyy-mm-dd", width=12),
    "moment": Kind(_moment, _local_text, "yyyy-mm-dd hh:mm:ss", width=20),
    "flag": Kind(None, _yes_no, width=8),
}
