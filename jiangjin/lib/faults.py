"""What makes a cell unreadable whatever its column holds, and the cleaning that comes before every parser."""

import functools
import re
import unicodedata
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.text import RUBBISH

EXCEL_ERROR = re.compile(
    r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|UNKNOWN!|GETTING_DATA)", re.IGNORECASE
)
# Stands in a workbook of refused rows for a formula without a value: nothing there would be imported as "unknown".
UNCALCULATED = "#公式未计算"
# Stands in a workbook of refused rows before the name of a row whose cells had slipped, until somebody moves them.
SHIFTED_MARK = "#错位："
STILL_SHIFTED = _("The cells of this row had slipped. Put each value into its own column, then delete “#错位：” here.")
WITHOUT_RESULT = _("The file had a formula here that was never calculated. Enter the value itself.")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
DITTO = re.compile(r"同上.?|同前|同左|〃|″|\"|''|”|“")
REFERENCE = re.compile(r"[(]?(见|详见|参见|另见).*")
WITHHELD = re.compile(r".*(保密|涉密|不便透露|不便公开|商业秘密|商业机密).*")
BLANK_IN_NUMBER = re.compile(r"\d\s+\d")
BLANKS = re.compile(r"\s+")

TOO_LONG = _("The cell holds a long text, not a single value. Enter the value alone; the text belongs in the remarks.")
_COMMON: tuple[tuple[re.Pattern[str], str, Promise], ...] = (
    (
        EXCEL_ERROR,
        "excel_error",
        _("The cell holds a spreadsheet error. Correct the formula in the file, or enter the value itself."),
    ),
    (
        re.compile(r"#错位.*", re.DOTALL),
        "shifted_row",
        STILL_SHIFTED,
    ),
    (
        re.compile(re.escape(UNCALCULATED)),
        "uncalculated_formula",
        WITHOUT_RESULT,
    ),
    (
        re.compile(r"#{2,}"),
        "narrow_column",
        _("The column was too narrow and only “####” was saved. Widen it in the file and save again."),
    ),
    (
        DITTO,
        "ditto",
        _("A ditto mark does not say what is meant. Enter the value itself in every row."),
    ),
    (
        REFERENCE,
        "reference",
        _("The cell points to another place. Enter the value itself here, or leave the cell empty."),
    ),
    (
        WITHHELD,
        "withheld",
        _("The value is known but withheld. Enter it, or leave the cell empty: it then counts as not filled in."),
    ),
)


LONGEST = 200  # of a text that can be one value; also keeps the caches small and the patterns quick

P = ParamSpec("P")
R = TypeVar("R")


def remembered(parse: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
    """A parser that knows again what it has met, refusals too: a ledger's column repeats few texts many times."""

    @functools.lru_cache(maxsize=16384)
    def outcome(text: str, *args: P.args, **kwargs: P.kwargs) -> R | CellError:
        try:
            return parse(text, *args, **kwargs)
        except CellError as error:
            return CellError(error.code, error.message, error.suggestions)

    @functools.wraps(parse)
    def read(text: str, *args: P.args, **kwargs: P.kwargs) -> R:
        if len(text) > LONGEST and len(text := text.strip()) > LONGEST:
            raise CellError("too_long", TOO_LONG)
        found = outcome(text, *args, **kwargs)
        if isinstance(found, CellError):
            # A fresh one: a kept exception would gather the tracebacks of all its raisings.
            raise CellError(found.code, found.message, found.suggestions)
        return found

    return read


def tidy(text: str) -> str:
    """NFKC, without invisible characters, outer blanks and the apostrophe that a text export puts in front."""
    text = unicodedata.normalize("NFKC", RUBBISH.sub("", text)).strip()
    return text[1:].lstrip() if text.startswith("'") and text != "''" else text


def refuse_common(text: str) -> None:
    """Raise the CellError of what no kind of column can read; `text` is tidied."""
    for pattern, code, message in _COMMON:
        if pattern.fullmatch(text):
            raise CellError(code, message)
    if SCIENTIFIC.fullmatch(text):
        raise CellError(
            "digits_lost",
            _("The number was saved in scientific form and has lost digits. Enter all of them, e.g. 620000."),
        )


def without_blanks(text: str) -> str:
    """The text without its blanks, where none stands between two digits (those are left for the parser to refuse)."""
    return text if BLANK_IN_NUMBER.search(text) else BLANKS.sub("", text)
