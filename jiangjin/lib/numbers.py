"""Percentages, yes and no, areas and whole numbers as ledgers write them. Telephone numbers: phones.py."""

import functools
import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.amountfaults import refuse_figure
from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.faults import BLANKS, LONGEST, refuse_common, remembered, tidy, without_blanks
from jiangjin.lib.numerals import FIGURE, figure
from jiangjin.lib.text import is_placeholder, sentence

# --- Percentages ------------------------------------------------------------------------------------------------
PERCENT = re.compile(rf"([-−]?)({FIGURE})(%?)")
PERCENT_EXAMPLE = _("Write it with its sign, e.g. 85%.")


def percent_of_number(number: Decimal, *, percent_header: bool = False, percent_format: bool = False) -> Decimal:
    """A number as percent: 0.85 in a cell formatted as a percentage is 85, as is 85 under a header that says %."""
    if percent_format:
        return number * 100
    if 0 < abs(number) <= 1:
        raise CellError(
            "ambiguous_percent",
            _("The number can be a fraction or a percentage. Write it with its sign, e.g. 85%."),
        )
    if not percent_header:
        raise CellError(
            "no_unit",
            _("Neither the cell nor the header says that this is a percentage. Write it with its sign, e.g. 85%."),
        )
    return number


@remembered
def parse_percent(text: str, *, percent_header: bool = False) -> Decimal | None:
    """Read "85%" as 85; a bare number needs a header that says %."""
    if is_placeholder(text):
        return None
    tidied = tidy(text)
    found = PERCENT.fullmatch(without_blanks(tidied))
    if not found:
        if "百分点" in tidied:
            raise CellError(
                "percentage_points",
                _("Percentage points are a difference, not a rate. Enter the rate itself, e.g. 85%."),
            )
        if re.search(r"[一二三四五六七八九十\d]成", tidied):
            raise CellError("spoken_percent", _("The rate is spoken loosely. Write it as a number, e.g. 80%."))
        refuse_figure(tidied, PERCENT_EXAMPLE)
    number = figure(found[2]) * (-1 if found[1] else 1)
    return number if found[3] else percent_of_number(number, percent_header=percent_header)


# --- Yes and no -------------------------------------------------------------------------------------------------
TRUE_WORDS = frozenset({"是", "有", "√", "✓", "✔", "☑", "✅", "y", "yes", "true", "1"})
FALSE_WORDS = frozenset({"否", "无", "×", "✗", "✘", "✕", "✖", "╳", "❌", "n", "no", "false", "0"})
BOOLEAN_FAULTS = {
    "x": _("The letter x can be a cross or a tick. Write √ or 是 for yes, × or 否 for no."),
    "v": _("The letter v is no certain tick. Write √ or 是 for yes, × or 否 for no."),
    "是/否": _("The choice in the form was not made. Write √ or 是 for yes, × or 否 for no."),
    "有/无": _("The choice in the form was not made. Write √ or 是 for yes, × or 否 for no."),
}
NO_BOOLEAN = _("This is neither a clear yes nor a clear no. Write √ or 是 for yes, × or 否 for no.")


@remembered
def parse_boolean(text: str) -> bool | None:
    """Read yes or no. In such a column 无 means no; an empty cell is not no."""
    word = BLANKS.sub("", tidy(text)).replace("\ufe0f", "").casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    if is_placeholder(text):
        return None
    refuse_common(word)
    if word in BOOLEAN_FAULTS:
        raise CellError("ambiguous_boolean", BOOLEAN_FAULTS[word], ("√", "×"))
    raise CellError("not_a_boolean", NO_BOOLEAN)


def boolean_of_number(number: Decimal) -> bool:
    """1 is yes, 0 is no."""
    if number in (0, 1):
        return number == 1
    raise CellError("not_a_boolean", NO_BOOLEAN)


# --- Areas ------------------------------------------------------------------------------------------------------
MU, SQUARE_METRE = "亩", "平方米"
# Square metres as a fraction, so that 80000 ㎡ are exactly 120 亩 (1 亩 = 2000/3 ㎡, 1 公顷 = 15 亩).
SQUARE_METRES: dict[str, tuple[int, int]] = {
    "亩": (2000, 3),
    "平方米": (1, 1),
    "公顷": (10_000, 1),
    "平方公里": (1_000_000, 1),
}
AREA_PLACES = {"亩": Decimal("0.000001"), "平方米": Decimal("0.01")}
LARGEST_AREA = 10**10  # in ㎡; the whole district has 3.2 * 10**9
AREA_WORDS = {"m2": "平方米", "平米": "平方米", "平方": "平方米", "平": "平方米", "ha": "公顷", "km2": "平方公里"}
AREA_WORDS |= {"平方千米": "平方公里", "市亩": "亩"} | {unit: unit for unit in SQUARE_METRES}
AREA_UNIT = "|".join(sorted(AREA_WORDS, key=len, reverse=True))
AREA = re.compile(rf"({FIGURE})(?:(万)?({AREA_UNIT}))?", re.IGNORECASE)
HEADER_AREA = re.compile(rf"(万)?({AREA_UNIT})", re.IGNORECASE)
HEADER_SEPARATORS = re.compile(r"[()\[\]【】/:、,;\s]")
AREA_EXAMPLE = _("Enter one area, e.g. 120亩 or 80000㎡.")


@functools.lru_cache(maxsize=1024)
def header_area_unit(text: str) -> str | None:
    """The unit of area that a header or a unit line names (亩, 平方米, 万平方米, 公顷); None for none or two."""
    tokens = HEADER_SEPARATORS.split(tidy(text[:LONGEST]))
    found = {
        (unit[1] or "") + AREA_WORDS[unit[2].lower()] for token in tokens if (unit := HEADER_AREA.fullmatch(token))
    }
    return found.pop() if len(found) == 1 else None


def area_of_number(number: Decimal, unit: str | None, target: str = MU) -> Decimal:
    """A number in a unit as an area in `target` (亩 or 平方米)."""
    if number < 0:
        raise CellError("negative_number", _("An area cannot be negative. Enter one area, e.g. 120亩 or 80000㎡."))
    known = header_area_unit(unit) if unit else None
    if known is None:
        raise CellError(
            "no_unit",
            _("Neither the cell nor the header gives a unit of area. Write it with the number, e.g. 120亩 or 80000㎡."),
        )
    times, parts = SQUARE_METRES[known.removeprefix("万")]
    square_metres = number * (10_000 if known.startswith("万") else 1) * times / parts
    if square_metres > LARGEST_AREA:
        raise CellError("number_too_large", _("The area is larger than the district. Check its unit, e.g. 120亩."))
    if known == target:
        return number
    times, parts = SQUARE_METRES[target]
    return _plain((square_metres * parts / times).quantize(AREA_PLACES[target], ROUND_HALF_UP))


def _plain(number: Decimal) -> Decimal:
    """120 rather than 120.000000."""
    return number.to_integral_value() if number == number.to_integral_value() else number.normalize()


@remembered
def parse_area(text: str, default_unit: str | None, target: str = MU) -> Reading[Decimal]:
    """Read an area into `target`. A unit in the text wins over `default_unit`, with the warning `unit_in_cell`."""
    if is_placeholder(text):
        return Reading(None)
    tidied = tidy(text)
    found = AREA.fullmatch(without_blanks(tidied))
    if not found:
        if target == MU and re.search("租|厂房|建筑|楼", tidied):
            raise CellError(
                "leased_floor",
                _(
                    "Leased or built floor space is not land. "
                    "Put it into the column of floor space; land is e.g. 120亩."
                ),
            )
        refuse_figure(tidied, AREA_EXAMPLE)
    number = figure(found[1])
    if not found[3]:
        return Reading(area_of_number(number, default_unit, target))
    unit = (found[2] or "") + AREA_WORDS[found[3].lower()]
    default = header_area_unit(default_unit) if default_unit else None
    area = area_of_number(number, unit, target)
    if not default or default == unit:
        return Reading(area)
    message = _("The cell says %(unit)s where the column says %(default)s; the cell's own unit was taken.")
    return Reading(area, (("unit_in_cell", sentence(message, unit=unit, default=default)),))


# --- Whole numbers ----------------------------------------------------------------------------------------------
INTEGER = re.compile(rf"({FIGURE})([万千])?(?:人|名|个|家|户|项|台|套|件|处|次|辆|年)?")
INTEGER_EXAMPLE = _("Enter one whole number, e.g. 500.")
LARGEST_INTEGER = 2**31 - 1


def integer_of_number(number: Decimal) -> int:
    """A number as a whole one; nothing is rounded."""
    if number < 0:
        raise CellError("negative_number", _("The number cannot be negative. Enter one whole number, e.g. 500."))
    if number > LARGEST_INTEGER:
        raise CellError("number_too_large", _("The number is too large for this column. Check its digits, e.g. 500."))
    if number % 1:
        raise CellError("not_whole", _("The number is not whole. Enter one whole number, e.g. 500."))
    return int(number)


@remembered
def parse_integer(text: str) -> int | None:
    """Read a whole number with or without the counting word of its column: 500人, 1.2万人."""
    if is_placeholder(text):
        return None
    tidied = tidy(text)
    found = INTEGER.fullmatch(without_blanks(tidied))
    if not found:
        refuse_figure(tidied, INTEGER_EXAMPLE)
    return integer_of_number(figure(found[1]) * {None: 1, "千": 1000, "万": 10_000}[found[2]])
