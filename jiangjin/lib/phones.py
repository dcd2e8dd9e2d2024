"""Telephone numbers: mobile, landline with its area code, service numbers."""

import re
from typing import NoReturn

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.faults import refuse_common, remembered, tidy
from jiangjin.lib.text import is_placeholder, sentence

MOBILE = re.compile(r"1[3-9]\d{9}")
# Cities with a three-digit code have eight-digit numbers; all other area codes have four digits.
LANDLINE = re.compile(r"(0(?:10|2[0-57-9]))(\d{8})|(0[3-9]\d{2})(\d{7,8})")
LOCAL = re.compile(r"[2-8]\d{6,7}")
SERVICE = re.compile(r"([48]00)(\d{3})(\d{4})")
FOREIGN = re.compile(r"\+(?!86)[1-9]\d{6,14}")
EXTENSION = re.compile(r"(?:转|ext\.?|#)(\d{1,6})$", re.IGNORECASE)
DASHED_EXTENSION = re.compile(r"^(0\d{2,3}-\d{7,8})-(\d{1,6})$")
PUNCTUATION = re.compile(r"[\s()\-‐‑‒–—−.]")
SEVERAL = re.compile(r"\d{7,}[^\d]{1,3}\d{7,}")


@remembered
def parse_phone(text: str) -> str | None:
    """Read one telephone number: 13900000001, 023-47500001, 023-47500001-801, 400-000-0001, 47500001.

    No area code is invented, and none is taken away.
    """
    if is_placeholder(text):
        return None
    tidied = re.sub(r"(?<=\d)\.0$", "", tidy(text))
    number, extension = _without_extension(tidied)
    number = PUNCTUATION.sub("", number)
    abroad = number
    number = re.sub(r"^(\+86|0086|86(?=1[3-9]\d{9}$))", "", number)
    if number != abroad and not number.startswith("0") and not MOBILE.fullmatch(number):
        number = f"0{number}"  # +86 23 4750 0001 leaves out the area code's zero
    if (written := _written(number)) is None:
        _refuse(tidied, number)
    return f"{written}-{extension}" if extension else written


def _without_extension(text: str) -> tuple[str, str]:
    squeezed = re.sub(r"\s+", "", text).replace("(", "").replace(")", "-")
    for pattern in (EXTENSION, DASHED_EXTENSION):
        if found := pattern.search(squeezed):
            return (squeezed[: found.start()] if pattern is EXTENSION else found[1]), found[found.lastindex or 1]
    return text, ""


def _written(number: str) -> str | None:
    """The way a number of digits is stored; None where it is no telephone number."""
    if MOBILE.fullmatch(number) or LOCAL.fullmatch(number) or FOREIGN.fullmatch(number):
        return number
    if found := LANDLINE.fullmatch(number):
        return f"{found[1] or found[3]}-{found[2] or found[4]}"
    if found := SERVICE.fullmatch(number):
        return "-".join(found.groups())
    return None


def _refuse(text: str, number: str) -> NoReturn:
    refuse_common(text)
    if SEVERAL.search(text):
        raise CellError(
            "two_phones",
            _(
                "There are two telephone numbers in the cell. Enter one, e.g. "
                "13900000001; the other belongs in the remarks."
            ),
        )
    if re.search(r"[^\W\d_]", text):
        raise CellError(
            "left_over_text",
            _(
                "There is more than a telephone number in the cell. "
                "Put the name into its own column, e.g. 13900000001 here."
            ),
        )
    if re.fullmatch(r"[2-9]\d{8,9}", number):
        raise CellError(
            "lost_zero",
            _("The area code has lost its leading zero. Write it in full, e.g. 023-47500001."),
        )
    if re.fullmatch(r"\d+", number):
        raise CellError(
            "bad_phone",
            sentence(
                _(
                    "These %(count)s digits are no telephone number: a mobile number has 11 and begins with 13 to 19. "
                    "Write it like 13900000001 or 023-47500001."
                ),
                count=len(number),
            ),
        )
    raise CellError("bad_phone", _("This is no telephone number. Write it like 13900000001 or 023-47500001."))
