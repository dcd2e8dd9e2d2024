"""One cell, read as its column's kind: a value, empty, or a CellError that says what is wrong and what would be right.

Nothing is guessed and no rule of plausibility is applied: 6200 under 亿元 is 6,200亿元 here, and stopped later.
"""

import datetime
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from imports.daycells import QUOTED, date_precision, day_of_number, shown_day
from imports.grid import Cell, CellKind, CellValue
from imports.numberformats import formatted_amount, formatted_area_unit
from imports.textcells import NOTHING, as_text, read_note, read_text
from imports.vocabulary import EMPTY_VOCABULARY, SEPARATORS, Entry, Vocabulary
from jiangjin.lib.amounts import header_unit, parse_amount, to_wan, unit_scale
from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.dates import PartialDay, parse_day
from jiangjin.lib.dayparse import NO_DATE, YEAR_OUTSIDE
from jiangjin.lib.faults import tidy
from jiangjin.lib.numbers import (
    MU,
    SQUARE_METRE,
    area_of_number,
    boolean_of_number,
    integer_of_number,
    parse_area,
    parse_boolean,
    parse_integer,
    parse_percent,
    percent_of_number,
)
from jiangjin.lib.phones import parse_phone
from jiangjin.lib.text import is_placeholder, sentence

__all__ = ["Entry", "Options", "Vocabulary", "column_reader", "header_unit", "read_cell", "read_raw"]

NEVER_CALCULATED = _(
    "The cell holds a formula that was never calculated. Open the file in Excel or WPS and save it again."
)
FIFTEEN_DIGITS = Context(prec=15)  # what a spreadsheet's number really holds; the rest is noise
DAY_OUTSIDE = re.compile(r"\d{4}-\d\d-\d\d")  # how the reader hands on a day outside the register's years
NUMBER_AS_DAY = _(
    "The number in this cell is shown as the day %(day)s. Give the cell a number format, or enter the value itself."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What a column knows beyond its kind."""

    unit: str | None = None  # 亿元, 万元, 亩 …
    percent_header: bool = False
    vocabulary: Vocabulary = EMPTY_VOCABULARY
    date1904: bool = False  # only for plain numbers in date columns: true date cells are dates already


Reader = Callable[[Any, str, Options], Reading[Any]]


def read_cell(
    kind: str,
    cell: Cell,
    *,
    unit: str | None = None,
    percent_header: bool = False,
    vocabulary: Vocabulary | None = None,
    date1904: bool = False,
) -> Reading[Any]:
    """Read a cell as `kind`; raises CellError where it cannot be read for certain. Money comes in 万元, land in 亩."""
    return read_raw(kind, cell, unit=unit, percent_header=percent_header, vocabulary=vocabulary, date1904=date1904)


def read_raw(
    kind: str,
    raw: CellValue | Cell,
    *,
    unit: str | None = None,
    percent_header: bool = False,
    vocabulary: Vocabulary | None = None,
    date1904: bool = False,
) -> Reading[Any]:
    """`read_cell` for a raw grid value, which needs no Cell."""
    if raw is None or raw == "":
        return NOTHING
    options = Options(unit, percent_header, vocabulary or EMPTY_VOCABULARY, date1904)
    return _read(READERS[kind], raw, options)


def column_reader(
    kind: str,
    *,
    unit: str | None = None,
    percent_header: bool = False,
    vocabulary: Vocabulary | None = None,
    date1904: bool = False,
) -> Callable[[CellValue | Cell], Reading[Any]]:
    """A function that reads the raw values of one column; the quickest way through many rows."""
    options = Options(unit, percent_header, vocabulary or EMPTY_VOCABULARY, date1904)
    reader = READERS[kind]

    def read(raw: CellValue | Cell) -> Reading[Any]:
        return reader(raw, "", options) if raw and type(raw) is str else _read(reader, raw, options)

    return read


def _read(reader: Reader, raw: CellValue | Cell, options: Options) -> Reading[Any]:
    if raw is None or raw == "":
        return NOTHING
    if type(raw) is not Cell:
        return reader(raw, "", options)
    if raw.kind is CellKind.EMPTY:
        return NOTHING
    if raw.kind is CellKind.ERROR:
        _refuse_error(reader, raw)
    if raw.kind is CellKind.UNCALCULATED:
        raise CellError(
            "uncalculated_formula",
            NEVER_CALCULATED,
        )
    return NOTHING if raw.value is None or raw.value == "" else reader(raw.value, raw.number_format, options)


def _refuse_error(reader: Reader, raw: Cell) -> NoReturn:
    """#REF! and its kin; or a number in the dress of a day that lies outside the register's years."""
    if not isinstance(raw.value, str) or not DAY_OUTSIDE.fullmatch(raw.value):
        raise CellError(
            "excel_error",
            _("The cell holds a spreadsheet error. Correct the formula in the file, or enter the value itself."),
        )
    if reader is _date:
        raise CellError("year_out_of_range", YEAR_OUTSIDE)
    raise CellError("number_as_day", sentence(NUMBER_AS_DAY, day=raw.value))


# --- Dates ------------------------------------------------------------------------------------------------------
def _date(value: CellValue, number_format: str, options: Options) -> Reading[PartialDay]:
    if type(value) is str:
        return _typed_day(value)
    if isinstance(value, datetime.date):
        return Reading(shown_day(value.year, value.month, value.day, date_precision(number_format)))
    if isinstance(value, Decimal):
        return Reading(day_of_number(value, options.date1904))
    raise CellError("not_a_date", NO_DATE)


def _typed_day(text: str) -> Reading[PartialDay]:
    day = parse_day(text)
    return NOTHING if day is None else Reading(day)


# --- Money ------------------------------------------------------------------------------------------------------
def _money(value: CellValue, number_format: str, options: Options) -> Reading[Decimal]:
    if isinstance(value, Decimal):
        if number_format and _shows_percent(number_format):
            raise CellError(
                "percentage_in_money",
                _("The cell holds a percentage, not an amount. Enter an amount, e.g. 62 or 62亿元."),
            )
        return _money_number(value, options.unit, number_format)
    if type(value) is str:
        return parse_amount(value, options.unit)
    raise CellError(
        "not_an_amount", _("The cell holds a date or a yes/no, not an amount. Enter an amount, e.g. 62 or 62亿元.")
    )


@functools.lru_cache(maxsize=32768)
def _money_number(number: Decimal, unit: str | None, number_format: str) -> Reading[Decimal]:
    number = FIFTEEN_DIGITS.plus(number)
    if number_format:
        return formatted_amount(number, number_format, unit)
    return Reading(to_wan(number, unit_scale(unit)))


@functools.lru_cache(maxsize=512)
def _shows_percent(number_format: str) -> bool:
    return "%" in QUOTED.sub("", number_format)


# --- Words ------------------------------------------------------------------------------------------------------
def _word_reader(kind: str) -> Reader:
    def read(value: CellValue, number_format: str, options: Options) -> Reading[str]:
        text = value if type(value) is str else as_text(value)
        return NOTHING if is_placeholder(text) else Reading(options.vocabulary.lookup(kind, text))

    return read


def _ranks(value: CellValue, number_format: str, options: Options) -> Reading[tuple[str, ...]]:
    """Ranks as a tuple of codes: a firm may be on a list and listed at once (中国500强、上市公司)."""
    text = value if type(value) is str else as_text(value)
    if is_placeholder(text):
        return NOTHING
    lookup = functools.partial(options.vocabulary.lookup, "investor_rank")
    try:
        return Reading((lookup(text),))
    except CellError:
        words = [word for word in SEPARATORS.split(tidy(text)) if word.strip()]
        if len(words) < 2:
            raise
        return Reading(tuple(dict.fromkeys(lookup(word) for word in words)))


# --- Numbers ----------------------------------------------------------------------------------------------------
def _percent(value: CellValue, number_format: str, options: Options) -> Reading[Decimal]:
    if isinstance(value, Decimal):
        return Reading(
            percent_of_number(
                FIFTEEN_DIGITS.plus(value),
                percent_header=options.percent_header,
                percent_format=_shows_percent(number_format),
            )
        )
    return Reading(parse_percent(_only_text(value), percent_header=options.percent_header))


def _boolean(value: CellValue, number_format: str, options: Options) -> Reading[bool]:
    if isinstance(value, bool):
        return Reading(value)
    if isinstance(value, Decimal):
        return Reading(boolean_of_number(value))
    return Reading(parse_boolean(_only_text(value)))


def _area(value: CellValue, number_format: str, options: Options, target: str = MU) -> Reading[Decimal]:
    if isinstance(value, Decimal):
        unit = formatted_area_unit(number_format, options.unit) if number_format else options.unit
        return Reading(area_of_number(FIFTEEN_DIGITS.plus(value), unit, target))
    return parse_area(_only_text(value), options.unit, target)


def _floor_area(value: CellValue, number_format: str, options: Options) -> Reading[Decimal]:
    return _area(value, number_format, options, SQUARE_METRE)


def _integer(value: CellValue, number_format: str, options: Options) -> Reading[int]:
    if isinstance(value, Decimal):
        return Reading(integer_of_number(value))
    return Reading(parse_integer(_only_text(value)))


def _phone(value: CellValue, number_format: str, options: Options) -> Reading[str]:
    return Reading(parse_phone(as_text(value) if isinstance(value, Decimal) else _only_text(value)))


def _credit_code(value: CellValue, number_format: str, options: Options) -> Reading[str]:
    if isinstance(value, Decimal) and value >= Decimal(10) ** 15:
        raise CellError(
            "digits_lost",
            _("A number keeps only 15 of the 18 digits. Format the cell as text and enter the credit code again."),
        )
    return parse_credit_code(as_text(value) if isinstance(value, Decimal) else _only_text(value))


def _only_text(value: CellValue) -> str:
    if type(value) is str:
        return value
    shown = as_text(value)
    raise CellError(
        "wrong_type",
        sentence(
            _("“%(value)s” is a date or a yes/no, which this column does not take. Correct the cell."), value=shown
        ),
    )


READERS: dict[str, Reader] = {
    "date": _date,
    "money": _money,
    "text": read_text,
    "note": read_note,
    "choice": read_text,  # free words: sources, places, industries
    **{kind: _word_reader(kind) for kind in ("park", "cluster", "chain", "stage", "condition")},
    **{kind: _word_reader(kind) for kind in ("investor_type", "capital_origin")},
    "investor_rank": _ranks,
    "percent": _percent,
    "boolean": _boolean,
    "area": _area,
    "floor_area": _floor_area,
    "integer": _integer,
    "phone": _phone,
    "credit_code": _credit_code,
}
