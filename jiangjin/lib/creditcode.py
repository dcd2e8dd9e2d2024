"""Unified social credit codes (统一社会信用代码, GB 32100-2015)."""

import re

from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.faults import refuse_common, remembered, tidy
from jiangjin.lib.text import is_placeholder, sentence

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# What clerks write while the licence is being made.
NOT_YET = frozenset({"待办", "待办理", "办理中", "正在办理"})
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
EXAMPLE = "91500116MA00000154"


@remembered
def parse_credit_code(text: str) -> Reading[str]:
    """Read a credit code: NFKC, blanks dropped, upper case. O and I are never taken for 0 and 1.

    The check digit decides (an error); the inner check of the organisation code only warns, as some early codes fail.
    """
    if is_placeholder(text) or text.strip() in NOT_YET:
        return Reading(None)
    code = "".join(tidy(text).split()).upper()
    refuse_common(code)
    _check_shape(code)
    # Only the arithmetic is stdnum's: its validate() drops hyphens and refuses the N and Y codes of villages.
    expected = uscc.calc_check_digit(code[:17])
    if code[17] != expected:
        raise CellError(
            "credit_code_check",
            sentence(
                _(
                    "The check digit of this credit code does not fit, so a character is wrong or two are swapped. "
                    "Compare it with the business licence, e.g. %(example)s."
                ),
                example=EXAMPLE,
            ),
        )
    if _organisation_check(code[8:16]) != code[16]:
        return Reading(
            code,
            (
                (
                    "organisation_code_check",
                    _(
                        "The organisation code inside this credit code fails its own check. "
                        "Some early codes do; compare it with the business licence."
                    ),
                ),
            ),
        )
    return Reading(code)


def _check_shape(code: str) -> None:
    if re.fullmatch(r"\d{15}", code):
        raise CellError(
            "credit_code_old_number",
            sentence(
                _(
                    "15 digits are an old registration number, not a credit code. "
                    "Enter the 18 characters of the present licence, e.g. %(example)s, or leave it empty."
                ),
                example=EXAMPLE,
            ),
        )
    strange = next((character for character in code if character not in ALPHABET), None)
    if strange is not None:
        raise CellError(
            "credit_code_alphabet",
            sentence(
                _(
                    "“%(character)s” does not occur in credit codes (digits and capitals without I, O, S, V, Z). "
                    "Compare it with the business licence: 0 is often typed as O, 1 as I."
                ),
                character=strange,
            ),
        )
    if len(code) != 18:
        raise CellError(
            "credit_code_length",
            sentence(
                _("A credit code has 18 characters, this one has %(count)s. Enter all 18, e.g. %(example)s."),
                count=len(code),
                example=EXAMPLE,
            ),
        )
    if not code[2:8].isdigit():
        raise CellError(
            "credit_code_area",
            sentence(
                _(
                    "Characters 3 to 8 of a credit code are the area's six digits, here they are “%(area)s”. "
                    "Compare it with the business licence, e.g. %(example)s."
                ),
                area=code[2:8],
                example=EXAMPLE,
            ),
        )


def _organisation_check(body: str) -> str:
    """The check character of an organisation code's first eight characters (GB 11714)."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
