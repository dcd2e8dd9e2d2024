"""Typed days: the six spellings of ledgers, read exactly or refused with the reason."""

import re
from decimal import Decimal
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.faults import refuse_common, remembered, tidy, without_blanks
from jiangjin.lib.numerals import numeral, simple_numerals
from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR, PartialDay
from jiangjin.lib.text import is_placeholder

CLOCK = re.compile(r"(?:\s+|(?<=\d)T)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?$")
WORDED = re.compile(
    r"(\d{4}|[零一二三四五六七八九]{4})年"
    r"(?:(\d{1,2}|元|[一二三四五六七八九十]{1,2})月(?:(\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?)?"
)
SEPARATED = re.compile(r"(\d{4})([-/.、])(\d{1,2})(?:\2(\d{1,2}))?")
DASHES = re.compile(r"[‐‑‒–−]")
YEAR_DIGITS = str.maketrans("零一二三四五六七八九", "0123456789")

_FAULTS: tuple[tuple[str, str, Promise], ...] = (
    (
        r"预计|预期|计划|拟|争取|力争|暂定|目标",
        "planned_date",
        _(
            "The cell says that this is only planned. "
            "Enter the date alone, in the column of planned dates, e.g. 2020-12."
        ),
    ),
    (
        r"签约后|合同后|协议后|开工后|\d个月|本月|上月|下月|本年|今年|去年|明年|年内|近期|今日|昨日|目前",
        "relative_date",
        _("The date is relative to something else. Enter the date itself, e.g. 2020-06-30 or 2020-06."),
    ),
    (
        r"半年|季度|[Qq][1-4]|季$",
        "half_or_quarter",
        _(
            "Half-years and quarters cannot be stored. "
            "Enter the month if it is known, e.g. 2020-09, else the year, 2020."
        ),
    ),
    (
        r"\d[日号月年]?[~—至到]\d|\d[日号月年]?-\d{4}|\d-\d{1,2}月|\d{4}.*[至到]",
        "date_range",
        _(
            "The cell holds a period. Put its beginning and its end "
            "into columns of their own, e.g. 2020-06 and 2021-12."
        ),
    ),
    (
        r"底|初|旬|左右|前后|(?<![签解])约|大概|前$|之前|以前|后$|之后|以后|中$|末|许",
        "vague_date",
        _(
            "The date is only approximate. Enter what is certain: "
            "the day 2020-06-30, the month 2020-06 or the year 2020."
        ),
    ),
)
TWO_DATES = _(
    "There are two dates in the cell. Enter one, e.g. 2020-06-30; the other belongs in a row or column of its own."
)
MIXED = _("The date mixes “年” with other separators and cannot be read for certain. Write it like 2020-06-30.")
TWO_DIGIT_YEAR = _("The year has only two digits. Write all four, e.g. 2020-06-30.")
NO_YEAR = _("The date has no year. Write it with the year, e.g. 2020-06-30.")
FOREIGN_ORDER = _("Day and month stand before the year and can be mixed up. Write the year first, e.g. 2020-06-30.")
TRAILING = _("The cell holds more than a date. Enter only the date, e.g. 2020-06-30; a note belongs in the remarks.")
SERIAL = _("This may be a date's serial number, but it is stored as text. Write the date itself, e.g. 2020-06-30.")
NO_DATE = _("This is not a date. Write it like 2020-06-30, 2020-06 or 2020, or leave the cell empty.")
TWO_READINGS = _(
    "These six digits can be read in two ways: year and month, or a two-digit year. Write 2010-12 or 2020-10-12."
)
NO_SUCH_DAY = _("There is no such day in the calendar. Check month and day, e.g. 2020-06-30.")
YEAR_OUTSIDE = _("The year lies outside 1978 to 2100. Write the date with its right year, e.g. 2020-06-30.")


def day_of(year: int, month: int | None = None, day: int | None = None) -> PartialDay:
    """The partial day of these numbers, or the CellError that says why there is none."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError("year_out_of_range", YEAR_OUTSIDE)
    try:
        return PartialDay(year, month, day)
    except ValueError as error:
        raise CellError("no_such_day", NO_SUCH_DAY) from error


@remembered
def parse_day(text: str) -> PartialDay | None:
    """Read a typed day, month or year; None for a placeholder. Raises CellError for anything that is not certain."""
    if is_placeholder(text):
        return None
    tidied = tidy(text)
    day = CLOCK.sub("", tidied)
    squeezed = DASHES.sub("-", without_blanks(day))
    parts = _parts(squeezed)
    if parts is None or (day != tidied and len(parts) < 3):
        _refuse(squeezed)
    return day_of(*parts)


def _parts(text: str) -> tuple[int, ...] | None:
    """Year, month and day as numbers, as far as they are given; None where the text is no date."""
    if text.isascii() and text.isdigit():
        return digits_parts(text)
    if found := SEPARATED.fullmatch(text):
        if found[2] == "、" and found[4] is None:
            return None
        return tuple(int(part) for part in (found[1], found[3], found[4]) if part is not None)
    if found := WORDED.fullmatch(simple_numerals(text)):
        year = int(found[1].translate(YEAR_DIGITS))
        rest = [_worded_number(part) for part in found.groups()[1:] if part is not None]
        return None if None in rest else (year, *(int(part) for part in rest if part is not None))
    return None


def _worded_number(text: str) -> Decimal | None:
    """A month or a day in digits or numerals; 元月 is January."""
    return Decimal(text) if text.isdigit() else numeral("一" if text == "元" else text)


def digits_parts(text: str) -> tuple[int, ...] | None:
    """Year, month and day of bare digits: 20200630, 202006 or 2020; None for another length.

    Six digits are a year and a month. Where they could also be a day with a two-digit year, nothing is certain.
    """
    if len(text) == 8:
        return int(text[:4]), int(text[4:6]), int(text[6:])
    if len(text) == 4:
        return (int(text),)
    if len(text) != 6:
        return None
    short = _is_day(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    if not 1 <= int(text[4:]) <= 12 or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        if short:
            raise CellError("two_digit_year", TWO_DIGIT_YEAR)
    elif short:
        raise CellError("ambiguous_date", TWO_READINGS)
    return int(text[:4]), int(text[4:])


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        PartialDay(year, month, day)
    except ValueError:
        return False
    return True


_SHAPES: tuple[tuple[str, str, Promise], ...] = (
    (r"\d{4}年\d{1,2}[-./、]\d{1,2}[日号]?|\d{4}[-./]\d{1,2}月(\d{1,2}[日号]?)?", "mixed_separators", MIXED),
    (r"\d{4}[-./]\d{1,2}[-./]\d{1,2}", "mixed_separators", MIXED),
    (r"\d{4}年\d{1,2}月\d{1,2}", "mixed_separators", MIXED),
    (r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", "ambiguous_date", FOREIGN_ORDER),
    (r"\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|\d{2}年.*|\d{1,2}-?[A-Za-z]{3,}-?\d{2}", "two_digit_year", TWO_DIGIT_YEAR),
    (r"\d{1,2}-?[A-Za-z]{3,}-?\d{4}|[A-Za-z]{3,}.*\d{4}", "ambiguous_date", FOREIGN_ORDER),
    (r"\d{1,2}月(\d{1,2}[日号]?)?|\d{1,2}[-./]\d{1,2}|[一二三四五六七八九十]+月.*", "no_year", NO_YEAR),
    (r"[345]\d{4}(\.\d+)?", "text_serial", SERIAL),
    (r"\d+(\.\d+)?", "not_a_date", NO_DATE),
)


def _refuse(text: str) -> NoReturn:
    """Raise the CellError that says why a tidied text is no day."""
    refuse_common(text)
    for pattern, code, message in _SHAPES:
        if re.fullmatch(pattern, text):
            raise CellError(code, message)
    if len(re.findall(r"\d{4}[-./年]", text)) > 1 and not re.search(r"\d[-~—]\d{4}|[至到]", text):
        raise CellError("two_dates", TWO_DATES)
    for pattern, code, message in _FAULTS:
        if re.search(pattern, text):
            raise CellError(code, message)
    if re.match(r"\d{4}[-./年]", text):
        raise CellError("left_over_text", TRAILING)
    raise CellError("not_a_date", NO_DATE)
