"""Amounts of money as ledgers write them, read into 万元 exactly; the units of headers and cells."""

import functools
import re
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.amountfaults import refuse_amount
from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.faults import BLANKS, LONGEST, remembered, tidy, without_blanks
from jiangjin.lib.numerals import FIGURE, NUMERAL, figure, numeral, simple_numerals
from jiangjin.lib.text import is_placeholder, sentence

FEN = Decimal("0.000001")  # 1 fen in 万元
LARGEST = Decimal(10) ** 11  # in 万元: a thousand times the country's yearly product is a slip of the unit

# What one of a unit is in 万元.
SCALE = {"": Decimal("0.0001"), "百": Decimal("0.01"), "千": Decimal("0.1"), "万": Decimal(1), "亿": Decimal(10_000)}
SCALE |= {"十万": Decimal(10), "百万": Decimal(100), "千万": Decimal(1000), "十亿": Decimal(10) ** 5}
SCALE |= {"百亿": Decimal(10) ** 6, "千亿": Decimal(10) ** 7, "万亿": Decimal(10) ** 8}
MAGNITUDE = "万亿|[百千十]?[万亿]|[百千]"
FOREIGN = "美元|美金|港元|港币|澳门元|澳元|新台币|台币|欧元|日元|日币|英镑|韩元|加元|瑞郎|新加坡元|新元"

UNIT = re.compile(rf"(?:人民币|折合|折)?({MAGNITUDE})?({FOREIGN}|元)(?:人民币)?")
BARE_UNIT = re.compile(r"[百千]?[万亿]")
UNIT_AT_END = re.compile(rf"(?<![\d一二三四五六七八九十百千万亿几数])({MAGNITUDE})({FOREIGN}|元)$")
HEADER_SEPARATORS = re.compile(r"[()\[\]【】〔〕{}<>/:、,;|\\]")
HEADER_OR_BLANK = re.compile(rf"{HEADER_SEPARATORS.pattern}|\s")

PART = re.compile(rf"(?:({FIGURE})|({NUMERAL}))(?:个(?=[百千]?[万亿]))?({MAGNITUDE})?(元)?")
YUAN = re.compile(r"^(?:人民币|RMB|CNY|¥)|(?:人民币|RMB|CNY)$", re.IGNORECASE)


@functools.lru_cache(maxsize=1024)
def header_unit(text: str) -> str | None:
    """The unit of money that a header or a unit line names (亿元, 万元, 万美元); None where it names none or two."""
    text = simple_numerals(tidy(text[:LONGEST]))
    squeezed = BLANKS.sub("", text)
    found = _units(HEADER_SEPARATORS.split(squeezed), squeezed)
    # 单位：万元　填报日期：… is one line of two things; 亿 元 was found before.
    found = found or _units(HEADER_OR_BLANK.split(text), squeezed)
    return found.pop() if len(found) == 1 else None


def _units(tokens: list[str], text: str) -> set[str]:
    found = {"".join(part or "" for part in unit.groups()) for token in tokens if (unit := UNIT.fullmatch(token))}
    # （亿） is 亿元; a header that is nothing but 亿 is not a header.
    found |= {f"{token}元" for token in tokens if token != text and BARE_UNIT.fullmatch(token)}
    return found or {"".join(unit.groups()) for token in tokens if (unit := UNIT_AT_END.search(token))}


def unit_scale(unit: str | None) -> Decimal | None:
    """What one of a unit (亿元, 万, 元) is in 万元; None for no unit. A foreign one raises `foreign_currency`."""
    if not unit:
        return None
    unit = header_unit(unit) or header_unit(f"({unit})") or ""
    if not unit:
        return None
    if re.search(FOREIGN, unit):
        raise foreign_currency(unit)
    return SCALE[unit.removesuffix("元")]


def foreign_currency(unit: str) -> CellError:
    """The refusal of an amount in a foreign unit (万美元, $)."""
    return CellError(
        "foreign_currency",
        sentence(
            _(
                "The amount is in %(unit)s and no exchange rate is given. "
                "Enter it in yuan at the agreed rate, e.g. 3.5亿元."
            ),
            unit=unit,
        ),
    )


def to_wan(number: Decimal, scale: Decimal | None) -> Decimal:
    """A number in a unit as 万元, exact to the fen, or the CellError that says what is wrong with it."""
    if number < 0:
        raise CellError(
            "negative_amount",
            _("An amount cannot be negative. Enter a positive number, e.g. 5; a reduction is recorded separately."),
        )
    if scale is None:
        raise CellError(
            "no_unit",
            _("Neither the cell nor the header gives a unit. Write the unit with the number, e.g. 62亿元 or 6200万元."),
        )
    amount = number * scale
    if len(number.as_tuple().digits) > 28 or amount > LARGEST:
        raise CellError(
            "amount_too_large",
            _("The amount is larger than any that can be stored. Check the unit, e.g. 62亿元."),
        )
    exact = amount.quantize(FEN)
    if exact != amount:
        raise CellError(
            "too_fine",
            _("The amount is finer than one fen. Round it to the fen, e.g. 1234.56元."),
        )
    return exact


@remembered
def parse_amount(text: str, default_unit: str | None) -> Reading[Decimal]:
    """Read an amount into 万元. A unit in the text wins over `default_unit`, with the warning `unit_in_cell`."""
    if is_placeholder(text):
        return Reading(None)
    tidied = tidy(text)
    parts = _parts(without_blanks(tidied))
    if parts is None:
        refuse_amount(tidied)
    if len(parts) == 1 and not parts[0][1]:
        return Reading(to_wan(parts[0][0], unit_scale(default_unit)))
    amount = to_wan(sum((number * SCALE[unit.removesuffix("元")] for number, unit in parts), Decimal(0)), SCALE["万"])
    return Reading(amount, unit_warning(parts[0][1], default_unit))


def unit_warning(unit: str, default_unit: str | None) -> tuple[tuple[str, Promise], ...]:
    """That a cell's own unit was taken and not its column's; nothing where they agree or the column has none."""
    unit = unit if unit.endswith("元") else f"{unit}元"
    default = default_unit and (header_unit(default_unit) or header_unit(f"({default_unit})"))
    if not default or unit == default:
        return ()
    message = _("The cell says %(unit)s where the column says %(default)s; the cell's own unit was taken.")
    return (("unit_in_cell", sentence(message, unit=unit, default=default)),)


def _parts(text: str) -> list[tuple[Decimal, str]] | None:
    """`1亿2000万元` as [(1, 亿), (2000, 万元)]; None where the text is not exactly one amount."""
    text = YUAN.sub("", simple_numerals(text))
    if text.endswith(("元整", "元正", "万整", "亿整")):
        text = text[:-1]
    parts: list[tuple[Decimal, str]] = []
    position, smallest = 0, Decimal("Infinity")
    while position < len(text):
        found = PART.match(text, position + 1 if parts and text[position] == "零" else position)
        if not found or (parts and parts[-1][1].endswith("元")):
            return None
        number = figure(found[1]) if found[1] else numeral(found[2])
        unit = (found[3] or "") + (found[4] or "")
        if not _fits(number, unit, smallest, first=not parts) or (parts and not _whole(parts[-1][0])):
            return None
        parts.append((number, unit))
        smallest = SCALE[found[3] or ""]
        position = found.end()
    return parts or None


def _whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _fits(number: Decimal | None, unit: str, smallest: Decimal, *, first: bool) -> bool:
    """Whether a part can follow one whose unit is `smallest`: it needs a unit of its own and must stay below it."""
    if number is None or unit in {"百", "千"}:
        return False  # 5千 could be 5,000 yuan or 5,000 of the header's unit
    return first or (unit != "" and number * SCALE[unit.removesuffix("元")] < smallest)
