"""Why a text is not one certain amount (or figure): the sentence that a person needs to correct it.

Parsers accept by a strict grammar first and come here only with what it refused, so that nothing here can let a
value through.
"""

import re
from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.faults import BLANK_IN_NUMBER, BLANKS, refuse_common
from jiangjin.lib.numerals import FIGURE
from jiangjin.lib.text import sentence

CURRENCIES = (
    r"[$€£₩฿₽]|US|USD|HKD|EUR|GBP|JPY|SGD|TWD|KRW|美元|美金|美刀|港元|港币|港幣|澳门元|澳元|台币|欧元|日元|日圆|日币"
    r"|英镑|韩元|加元|瑞郎|新元"
)
DASH = r"[-~–—―‑‒−至到]"
UNITS = r"[十百千万亿萬億元個个]*"
QUALIFIER = (
    r"(?<![签解])约|大概|大约|近|余|多|左右|上下|以上|以下|以内|之间|不低于|不少于|不小于|不超过|不足|超过?|逾|至少|最多|最少|最高|最低"
    r"|可达|预计|预估|估计|拟|暂定|力争|几|数[十百千万亿]|[≥≤><≈±]|\+$"
)

_AMOUNT_FAULTS: tuple[tuple[str, str, Promise], ...] = (
    (
        rf"(?i:{CURRENCIES})",
        "foreign_currency",
        _("The amount is in a foreign currency and no exchange rate is given. Enter it in yuan, e.g. 3.5亿元."),
    ),
    (
        r"[%‰]|百分之",
        "percentage_in_money",
        _("The cell holds a percentage, not an amount. Enter an amount, e.g. 62 or 62亿元."),
    ),
    (
        r"/年|每年|年均|/月|每月|/亩",
        "yearly_amount",
        _("This is an amount per year, month or mu, not a total. Enter the total, e.g. 62亿元."),
    ),
    (
        r"^[\d.,]+[wWeEkKmM]元?$",
        "slang_unit",
        _("A letter is no unit. Write 万 or 亿 in full, e.g. 5000万."),
    ),
    (
        r"(?<![A-Za-z])[oOlI]*\d[\d.,]*[oOlI]|^[oOlI]+[\d.,]+",
        "letter_for_digit",
        _("A letter stands where a digit belongs: O for 0, or l for 1. Enter digits, e.g. 60亿."),
    ),
    (
        rf"^([-−负]{FIGURE}|\({FIGURE}\)){UNITS}$",
        "negative_amount",
        _("An amount cannot be negative. Enter a positive number, e.g. 5; a reduction is recorded separately."),
    ),
    (
        r"\d\s+\d",
        "bad_number",
        _("There is a blank inside the number. Write it without, e.g. 1200 or 1,200."),
    ),
    (
        rf"\d{UNITS}{DASH}{UNITS}\d|[一二三四五六七八九十]{UNITS}[-~—至到][一二三四五六七八九十]",
        "ambiguous_amount",
        _(
            "The amount is a range and does not say how much it is. Enter one number, e.g. 16 or 16亿; "
            "if it is not settled, leave the cell empty: it then counts as not filled in."
        ),
    ),
    (
        rf"{QUALIFIER}",
        "ambiguous_amount",
        _(
            "The amount is only approximate or a limit. Enter the figure of the contract, e.g. 50亿; "
            "if it is not settled, leave the cell empty: it then counts as not filled in."
        ),
    ),
    (
        rf"^=|\d{UNITS}[+*×xX加]{UNITS}\d",
        "amount_expression",
        _("The cell holds a sum, not an amount. Enter the total, e.g. 62; added capital belongs in its own column."),
    ),
    (
        r"^[一二三四五六七八九十百千]*[万亿千百][一二三四五六七八九]$|^\d+[万亿]\d+$",
        "spoken_amount",
        _("A spoken short form can be read in two ways. Write it in full, e.g. 1.2亿 or 1亿2000万."),
    ),
)
_FIGURE_FAULTS = tuple(fault for fault in _AMOUNT_FAULTS if fault[1] in {"letter_for_digit", "bad_number"})

TWO_FIGURES = _(
    "There are two amounts in the cell. Enter one, e.g. 50亿; phases and further amounts belong in rows "
    "or columns of their own."
)
NO_NUMBER = _("There is no number in the cell. Enter an amount, e.g. 62 or 62亿元, or leave the cell empty.")
BAD_NUMBER = _("The commas or points in the number are misplaced. Write it like 6,200.50 or 6200.5.")
LEFT_OVER = _("The cell holds more than an amount. Enter only the amount, e.g. 62亿元; a note belongs in the remarks.")


def refuse_amount(text: str) -> NoReturn:
    """Raise the CellError that says why a tidied text is not one amount."""
    refuse_common(text)
    _refuse_patterns(text, _AMOUNT_FAULTS)
    squeezed = BLANKS.sub("", text)
    if not re.search(r"[\d一二三四五六七八九十]", squeezed):
        raise CellError("no_number", NO_NUMBER)
    if re.fullmatch(r"[\d.,]+(?:[百千十]?[万亿])?元?", squeezed):
        raise CellError("bad_number", BAD_NUMBER)
    if len(re.findall(rf"{FIGURE}|[一二三四五六七八九十百千]+(?=[万亿])", squeezed)) > 1:
        raise CellError("ambiguous_amount", TWO_FIGURES)
    raise CellError("left_over_text", LEFT_OVER)


def _refuse_patterns(text: str, faults: tuple[tuple[str, str, Promise], ...]) -> None:
    squeezed = text if BLANK_IN_NUMBER.search(text) else BLANKS.sub("", text)
    for pattern, code, message in faults:
        if re.search(pattern, squeezed):
            raise CellError(code, message)


RANGE = re.compile(rf"\d[%％]?[^\d,.]{{0,3}}{DASH}[^\d,.]{{0,3}}\d")
APPROXIMATE = re.compile(QUALIFIER)


def refuse_figure(text: str, example: Promise) -> NoReturn:
    """Raise the CellError that says why a tidied text is not one figure; `example` says what would be right."""
    refuse_common(text)
    _refuse_patterns(text, _FIGURE_FAULTS)
    if re.fullmatch(rf"[-−负]{FIGURE}\D*", text):
        raise CellError("negative_number", _joined(_("The number cannot be negative."), example))
    if RANGE.search(text):
        raise CellError("ambiguous_number", _joined(_("The cell holds a range."), example))
    if APPROXIMATE.search(text):
        raise CellError("ambiguous_number", _joined(_("The number is only approximate."), example))
    if not re.search(r"\d", text):
        raise CellError("no_number", _joined(_("There is no number in the cell."), example))
    raise CellError("bad_number", _joined(_("The cell is not one plain number."), example))


def _joined(wrong: Promise, right: Promise) -> Promise:
    return sentence(_("%(wrong)s %(right)s"), wrong=wrong, right=right)
