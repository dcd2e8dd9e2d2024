"""What a cell's number format adds to the number under it: a unit, a scale, a foreign currency.

`0.00"万元"` says the unit of 6200 as plainly as a header does, and `0!.0,"万"` shows 62000 as 6.2万. Each distinct
format is read once; a cell whose format cannot be read for certain is refused, never taken by its column's unit.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from imports.headers import read_unit
from jiangjin.lib.amountfaults import CURRENCIES
from jiangjin.lib.amounts import FOREIGN, foreign_currency, to_wan, unit_scale, unit_warning
from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.text import sentence

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|(?P<room>_.|\*.)|\[(?P<bracket>[^\]]*)\]?|(?P<general>General|G/通用格式)'
    r"|(?P<digits>[0#?]+)|(?P<mark>[.,;])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"[<>=]")
_YEN = re.compile(r"JP[¥￥]|^[¥￥]-(?:[0-9A-F]*411|ja)", re.IGNORECASE)
_SCALING = re.compile(r"(?<=0),+(?![0,])")
_SILENT = re.compile(r"[\s()\-+:.,'\"—–/@]")
_YUAN = re.compile(r"人民币|RMB|CNY|CN¥|¥", re.IGNORECASE)
_FOREIGN = re.compile(rf"(?i:{CURRENCIES})|{FOREIGN}")
# What a stored number counts, by its power of ten in yuan. A format that would make it 10 or 100 yuan is a slip.
_COUNTED = frozenset((0, 3, 4, 6, 8))
_POINT = "p"  # a point that is only drawn between two digits

UNREAD_FORMAT = _(
    "The number format of this cell, %(format)s, shows something else than the number that is stored. "
    "Enter it with its unit as a text, e.g. 62亿元 or 120亩."
)
SCALED = _("The number format of this cell shows %(shown)s for %(stored)s; what it shows was taken.")


@dataclass(frozen=True, slots=True)
class Shown:
    """`unit`: what the format writes beside the number (亿元, 亩). `places`: the number that it shows is the stored one
    divided by ten to this power. `silent`: for some numbers it writes no unit. `unread`: it cannot be read for certain.
    """

    unit: str = ""
    unit_kind: str = ""
    places: int = 0
    silent: bool = False
    foreign: str = ""
    unread: bool = False


@dataclass(slots=True)
class _Section:
    """One of the parts that semicolons separate. `shape` holds digits as 0, points, commas and drawn points."""

    shape: str = ""
    words: list[str] = field(default_factory=list)
    is_text: bool = False  # @
    conditional: bool = False
    yen: bool = False
    between: bool = False  # words between two digits: 0"万"0000

    @property
    def said(self) -> str:
        """The words beside the number, without blanks, brackets and the sign of yuan."""
        text = unicodedata.normalize("NFKC", "".join(self.words))
        return _YUAN.sub("", _SILENT.sub("", text))


@lru_cache(maxsize=4096)
def read_format(code: str) -> Shown:
    """What a format says of the numbers under it, of amounts and areas that are not negative."""
    sections = list(_sections(code))
    if len(sections) == 1 and sections[0].is_text:
        sections[0].shape += "0"  # @"万元" stands for numbers too
    if not any(section.conditional for section in sections):
        sections = [*sections[:1], *sections[2:]]  # the second one is for negative numbers
    found = [_read_section(section) for section in sections if "0" in section.shape]
    for shown in found:
        if shown.foreign or shown.unread:
            return shown
    if len(set(found)) <= 1:
        return found[0] if found else Shown()
    # [>=10000]0!.0,"万";0 shows two units: certain only where all that name one count the same.
    named = [shown for shown in found if shown.unit]
    if any(shown.places for shown in found if not shown.unit) or len({_power(shown) for shown in named}) > 1:
        return Shown(unread=True)
    return Shown(named[0].unit, named[0].unit_kind, named[0].places, silent=len(named) < len(found))


def _sections(code: str) -> Iterator[_Section]:
    section = _Section()
    waiting = False  # words since the last digit
    for token in _TOKEN.finditer(code):
        kind, text = token.lastgroup, token[token.lastgroup or 0]
        if kind == "mark" and text == ";":
            yield section
            section, waiting = _Section(), False
        elif kind in ("digits", "general"):
            section.between = section.between or waiting
            section.shape += "0" * (len(text) if kind == "digits" else 1)
            waiting = False
        elif kind == "mark":
            section.shape += text
        elif kind == "bracket":
            _take_bracket(section, text)
        elif kind in ("quoted", "escaped") and text.strip() == "." and "0" in section.shape:
            section.shape += _POINT
        elif text == "@" and kind == "other":
            section.is_text = True
        elif kind in ("quoted", "escaped") or (kind == "other" and not (text.isascii() and text.isalpha())):
            section.words.append(text)
            waiting = waiting or ("0" in section.shape and bool(_SILENT.sub("", text)))
    yield section


def _take_bracket(section: _Section, text: str) -> None:
    """[$US$-409] is a currency, [$-804] a language, [>=10000] a condition, [Red] a colour."""
    if not text.startswith("$"):
        section.conditional = section.conditional or bool(_CONDITION.match(text))
        return
    section.yen = section.yen or bool(_YEN.search(text[1:]))
    symbol, dash, __ = text[1:].rpartition("-")
    section.words.append(symbol if dash else text[1:])


def _read_section(section: _Section) -> Shown:
    said = section.said
    foreign = "JP¥" if section.yen or "JP¥" in "".join(section.words) else _foreign(said)
    if foreign:
        return Shown(foreign=foreign)
    unit, kind = read_unit(said.casefold()) if said else ("", "")
    shape = section.shape
    head, point, tail = shape.partition(_POINT)
    places = 3 * sum(map(len, _SCALING.findall(shape))) + (tail.count("0") if point else 0)
    drawn_twice = point and (_POINT in tail or "." in shape or head.endswith(",") or tail.startswith(","))
    if section.between or drawn_twice or (said and kind not in ("money", "area")) or "年" in said:
        return Shown(unread=True)
    return Shown(unit, kind, places)


def _foreign(said: str) -> str:
    signs = "".join(char for char in said if unicodedata.category(char) == "Sc")
    found = _FOREIGN.search(said)
    return said if found or signs else ""


def _power(shown: Shown) -> int | None:
    """The power of ten in yuan that one of the stored number stands for; None for areas."""
    scale = unit_scale(shown.unit) if shown.unit_kind == "money" else None
    return None if scale is None else scale.adjusted() + 4 - shown.places


def formatted_amount(number: Decimal, code: str, unit: str | None) -> Reading[Decimal]:
    """A number under a format as 万元; `unit` is its column's. Raises CellError where it is not certain."""
    shown = read_format(code)
    if shown.foreign:
        raise foreign_currency(shown.foreign)
    named = Shown(unit or "", "money" if unit else "", shown.places) if not shown.unit else shown
    if shown.unread or shown.unit_kind == "area":
        raise _unread(code)
    scale = unit_scale(named.unit)
    if scale is None or not (shown.places or shown.silent):
        return Reading(to_wan(number, scale), unit_warning(shown.unit, unit) if shown.unit else ())
    power = _power(named)
    if power not in _COUNTED or (shown.silent and unit and _power(Shown(unit, "money")) != power):
        raise _unread(code)
    amount = to_wan(number, scale.scaleb(-shown.places))
    if shown.unit:
        return Reading(amount, unit_warning(shown.unit, unit))
    seen = sentence(SCALED, shown=format(number.scaleb(-shown.places).normalize(), "f"), stored=format(number, "f"))
    return Reading(amount, (("scaled_format", seen),))


def formatted_area_unit(code: str, unit: str | None) -> str | None:
    """The unit of an area under a format: its own, else `unit`, its column's. Raises CellError likewise."""
    shown = read_format(code)
    if shown.unread or shown.foreign or shown.places or shown.silent or shown.unit_kind == "money":
        raise _unread(code)
    return shown.unit or unit


def _unread(code: str) -> CellError:
    return CellError("unread_format", sentence(UNREAD_FORMAT, format=code[:60]))
