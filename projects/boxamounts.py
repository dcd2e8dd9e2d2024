"""Amounts in a typed line: 10亿以上, 5-8亿, 不到5000万, 十亿元以上. What they mean is always bounds, in 亿元."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.amounts import parse_amount
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.money import YI
from jiangjin.lib.numerals import FIGURE, simple_numerals
from jiangjin.lib.text import sentence
from projects.boxmeaning import Meaning

LARGEST = Decimal(100_000)  # 亿元: what the list's filter takes
DIGIT = "0-9零一二三四五六七八九"
NUMBER = rf"(?:{FIGURE}|[零一二三四五六七八九十百千]+(?:点[零一二三四五六七八九]+)?|半)"
UNIT = r"(?:万亿|[十百千]?亿|[十百千]?万)"
AMOUNT = rf"(?:(?:{NUMBER})个?{UNIT}元?)+"
ABOUT = r"(?:(?:协议|计划|总)?(?:投资|引资|资金)(?:总?额)?|金额|规模|总投资)?"
LEAST = r"≥|>=|=>|大于等于|大于或等于|不少于|不低于|不小于|至少|起码|最少|最低"
MOST = r"≤|<=|=<|小于等于|小于或等于|不超过|不高于|不大于|不多于|至多|最多|最高"
MORE = r">|大于|超过|超|高于|多于|突破"
LESS = r"<|小于|低于|少于|不到|不足|不满|未达|未到"
JUST = r"=|等于|正好|刚好|恰好"
ROUGHLY = r"约|大约|大概|近|将近|差不多"
INCLUDED = rf"(?:[(]?含(?:本数|{NUMBER}{UNIT}元?)?[)]?)"  # bounds are always included
UPWARDS = rf"{INCLUDED}?(?:及?以上|及?往上|起步|起|\+){INCLUDED}?"
DOWNWARDS = rf"{INCLUDED}?(?:及?以下|以内|之内|内|及?往下){INCLUDED}?"
AROUND = r"左右|上下|余|多|来"
TO = r"[-~—–]+|至|到"

# In this order: the longer of two forms that begin alike stands first.
FORMS = re.compile(
    rf"{ABOUT}(?:在|为|是)?(?:"
    rf"(?P<low>{NUMBER}{UNIT}?元?)(?:{TO})(?P<high>{AMOUNT})(?:之间)?"
    rf"|(?P<compare>{LEAST}|{MOST}|{MORE}|{LESS}|{JUST}|{ROUGHLY})(?P<compared>{AMOUNT}|{NUMBER}(?![\d年月日]))"
    rf"(?P<after>{UPWARDS}|{DOWNWARDS}|{AROUND}|的)?"
    rf"|(?P<some>{NUMBER})[多余来](?P<unit>{UNIT})元?(?:以上)?"
    rf"|(?P<whole>{AMOUNT}(?![{DIGIT}])|{UNIT}元(?=以上|以下|级)|[十百千]?亿(?=级|以上))"
    rf"(?P<suffix>{UPWARDS}|{DOWNWARDS}|{AROUND}|级)?"
    rf"|(?P<bare>{NUMBER})(?P<direction>及?以上|及?以下)"
    r")",
    re.ASCII,
)
ARRIVED = re.compile(
    rf"(?:累计|已)?(?:到位|到账)(?:资金|金额|额)?(?:{LEAST}|{MOST}|{MORE}|{LESS})?{AMOUNT}(?:{UPWARDS}|{DOWNWARDS})?",
    re.ASCII,
)

NO_ARRIVED = _("The box asks for the agreed capital only: the arrived one is a condition of its column in the list.")
WHICH = _("An amount alone does not say whether more or less is meant.")
NO_ROUGH = _("A rough amount has no bounds. Give a range.")
BACKWARDS = _("The range ends before it begins.")
TOO_LARGE = _("No amount is as large as this. Check the unit.")
UNREADABLE = _("This amount cannot be read for certain.")
STRICTLY_MORE = _("Read as “%(amount)s以上”, which includes %(amount)s itself.")
STRICTLY_LESS = _("Read as “%(amount)s以下”, which includes %(amount)s itself.")
IN_YI = _("No unit was given; read in 亿元.")


def amount_at(key: str, start: int = 0) -> tuple[int, Meaning] | None:
    """The amount that begins at a place of the key: where it ends and what it means; None where there is none."""
    text = simple_numerals(key)
    if found := ARRIVED.match(text, start):
        return found.end(), Meaning(unclear=NO_ARRIVED)
    found = FORMS.match(text, start)
    if not found:
        return None
    try:
        return found.end(), _meaning(found)
    except CellError:
        return found.end(), Meaning(unclear=UNREADABLE)


def _meaning(found: re.Match[str]) -> Meaning:
    if found["high"]:
        return _range(found["low"], found["high"])
    if found["compare"]:
        return _compared(found["compare"], found["compared"], found["after"] or "")
    if found["some"]:
        return _rough(f"{found['some']}{found['unit']}")
    if found["bare"]:
        word = f"{found['bare']}亿"
        return _bounds(word, found["direction"].endswith("上"), note=IN_YI)
    word, suffix = found["whole"], found["suffix"] or ""
    if word[0] in "亿万":
        word = f"一{word}"  # 亿元以上
    if not suffix:
        return Meaning(unclear=WHICH, offers=(f"{word}以上", f"{word}以下", f"等于{word}"))
    if re.fullmatch(AROUND, suffix):
        return _rough(word)
    return _bounds(word, suffix == "级" or bool(re.fullmatch(UPWARDS, suffix)))


def _range(low: str, high: str) -> Meaning:
    """5-8亿: the first number takes the unit of the second where it has none."""
    upper = _yi(high)
    unit = re.search(rf"{UNIT}元?$", high)
    lower = _yi(low if re.search(UNIT, low) or not unit else f"{low.removesuffix('元')}{unit[0]}")
    if lower > upper:
        return Meaning(unclear=BACKWARDS)
    return _within(lower, upper)


def _compared(sign: str, word: str, after: str) -> Meaning:
    note: object = ""
    if not re.search(UNIT, word):
        word, note = f"{word}亿", IN_YI
    if re.fullmatch(ROUGHLY, sign) or re.fullmatch(AROUND, after):
        return _rough(word)
    if re.fullmatch(JUST, sign):
        return _within(_yi(word), _yi(word))
    if re.fullmatch(MORE, sign):
        note = note or sentence(STRICTLY_MORE, amount=word)
    if re.fullmatch(LESS, sign):
        note = note or sentence(STRICTLY_LESS, amount=word)
    return _bounds(word, bool(re.fullmatch(f"{LEAST}|{MORE}", sign)), note=note)


def _bounds(word: str, upwards: bool, note: object = "") -> Meaning:
    amount = _yi(word)
    if amount > LARGEST:
        return Meaning(unclear=TOO_LARGE)
    return Meaning((("min_capital" if upwards else "max_capital", _plain(amount)),), note=str(note) and note)


def _within(lower: Decimal, upper: Decimal) -> Meaning:
    if upper > LARGEST:
        return Meaning(unclear=TOO_LARGE)
    return Meaning((("min_capital", _plain(lower)), ("max_capital", _plain(upper))))


def _rough(word: str) -> Meaning:
    """About so much: one tenth more or less is offered."""
    amount = _yi(word)
    if amount > LARGEST:
        return Meaning(unclear=TOO_LARGE)
    tenth = amount / 10
    return Meaning(unclear=NO_ROUGH, offers=(f"{_words(amount - tenth)}-{_words(amount + tenth)}", f"{word}以上"))


def _yi(word: str) -> Decimal:
    """A written amount in 亿元, exact."""
    if word.startswith("半"):
        word = f"0.5{word[1:]}"
    if word[0] in "百千":
        word = f"一{word}"  # 百亿以上
    amount = parse_amount(word, None).value
    assert amount is not None, "a written amount is no placeholder"
    return amount / YI


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _words(amount: Decimal) -> str:
    """亿元 as people write it."""
    return f"{_plain(amount)}亿" if amount >= 1 else f"{_plain(amount * YI)}万"
