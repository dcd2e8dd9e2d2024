"""Figures as they are typed: digits with thousands commas, and Chinese numerals."""

import functools
from decimal import Decimal

FIGURE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
NUMERAL = r"[零一二三四五六七八九十百千]+(?:点[零一二三四五六七八九]+)?"
DIGITS = "零一二三四五六七八九"
# Bank capitals, traditional and spoken forms. ○ (U+25CB) is what many input methods give for 〇.
SIMPLE = str.maketrans(
    "壹贰叁肆伍陆柒捌玖拾佰仟貳參陸萬億圆圓兩两〇○",
    "一二三四五六七八九十百千二三六万亿元元二二零零",
)


def figure(text: str) -> Decimal:
    """The number of a FIGURE."""
    return Decimal(text.replace(",", ""))


def simple_numerals(text: str) -> str:
    """Chinese numerals in their plain, simplified form."""
    return text.translate(SIMPLE)


def numeral(text: str) -> Decimal | None:
    """The number of a NUMERAL written out fully (一百二十, 一点二); None for 一百二 and the like."""
    whole, point, places = text.partition("点")
    number = _written().get(whole.replace("一十", "十"))
    if number is None or not point:
        return number
    return number + Decimal("0." + "".join(str(DIGITS.index(digit)) for digit in places))


@functools.cache
def _written() -> dict[str, Decimal]:
    """Every whole number from 0 to 9999 as it is written: a table leaves no room for a half-understood grammar."""
    return {_spell(number): Decimal(number) for number in range(10_000)}


def _spell(number: int) -> str:
    if number == 0:
        return "零"
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + name
        gap = not digit
    return text.replace("一十", "十")
