"""Date cells: true dates as far as their format shows them, and plain numbers that mean a day."""

import datetime
import functools
import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dayparse import NO_DATE, day_of, digits_parts
from jiangjin.lib.partialday import PartialDay

DAYS_1904 = 1462  # the two epochs of spreadsheets lie so many days apart
EPOCH = datetime.date(1899, 12, 30)
SERIALS = range(32874, 55154)  # 1990-01-01 to 2050-12-31
QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # what a number format shows as it stands, and its conditions


@functools.lru_cache(maxsize=16384)
def shown_day(year: int, month: int, day: int, precision: str) -> PartialDay:
    """A date cell as far as its format shows it: a format without days hides one that nobody entered."""
    if precision == "year":
        shown = day_of(year)
    else:
        shown = day_of(year, month) if precision == "month" else day_of(year, month, day)
    # The same object as the database gives for this day: to compare the two costs nothing.
    return PartialDay.from_code(shown.code)


@functools.lru_cache(maxsize=512)
def date_precision(number_format: str) -> str:
    """What a number format shows of a date: "day", "month" or "year"."""
    code = QUOTED.sub("", number_format.split(";")[0]).lower()
    if "d" in code or "aaa" in code or "h" in code or "s" in code:
        return "day"
    if "m" in code:
        return "month"
    return "year" if re.search(r"y|e(?![+-])", code.replace("general", "")) else "day"


def day_of_number(number: Decimal, date1904: bool) -> PartialDay:
    """A plain number in a date column: a serial, 20200630, 202006, 2020 or 2020.6, each within its own window."""
    serial = int(number) + (DAYS_1904 if date1904 else 0)
    if serial in SERIALS:
        return PartialDay.of(EPOCH + datetime.timedelta(days=serial))
    text = format(number.normalize(), "f")
    year, point, month = text.partition(".")
    if not point:
        parts = digits_parts(text) if text.isdigit() else None
        if parts is None:
            raise CellError("not_a_date", NO_DATE)
        return day_of(*parts)
    if len(year) != 4 or len(month) > 2:
        raise CellError("not_a_date", NO_DATE)
    if month == "1":
        raise CellError(
            "ambiguous_date",
            _("As numbers, 2020.1 and 2020.10 are the same: January or October. Write 2020-01 or 2020-10."),
        )
    return day_of(int(year), int(month))
