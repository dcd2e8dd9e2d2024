"""What a number format says about the number under it: a date, a month without its day, a percentage, a unit."""

import datetime
import re
from functools import lru_cache

from imports.reading.raw import DATE, ERROR, NUMBER, TIME, RawCell
from jiangjin.lib.years import FIRST_YEAR, LAST_YEAR

# Formats that a file names by number only. 27-36 and 50-58 are those of Chinese Excel.
MONTH = 'yyyy"年"m"月"'
MONTH_DAY = 'm"月"d"日"'
CLOCK = 'h"时"mm"分"'
CLOCK_SECONDS = 'h"时"mm"分"ss"秒"'
BUILTIN = {
    9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: MONTH, 28: MONTH_DAY, 29: MONTH_DAY,
    30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: CLOCK, 33: CLOCK_SECONDS, 34: CLOCK, 35: CLOCK_SECONDS, 36: MONTH,
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 50: MONTH, 51: MONTH_DAY, 52: MONTH, 53: MONTH_DAY, 54: MONTH_DAY,
    55: CLOCK, 56: CLOCK_SECONDS, 57: MONTH, 58: MONTH_DAY,
}  # fmt: skip
MAX_SERIAL = 2_958_465  # 9999-12-31
LONGEST_CODE = 255  # Excel takes no longer one

LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|!.')
BRACKET = re.compile(r"\[([^\]]*)\]")
# What adds nothing to a number: room, fill, language, yuan (but yen: [$¥-411]), colours, conditions, quoted signs.
PLAIN_PARTS = re.compile(
    r"_.|\*.|\[\$-[^\]]*\]|\[\$[¥￥](?:-(?![0-9A-Fa-f]*411\b|ja)[^\]]*)?\]|\[(?!\$)[^\]]*\]"
    r'|"[-\s()（）+:¥￥]*"|[\\!][-\s()（）+:¥￥]|General|G/通用格式'
)
PLAIN_SIGNS = re.compile(r"E[+-]|[;0#?.,\-+()/@\s:¥￥]")
SCALING = re.compile(r"[0#?],+(?![0#?,])")


class NumberFormat:
    """`kind` is "", "date", "time", "duration" or "percent"; `code` is given where a reader must know it."""

    def __init__(self, kind: str = "", code: str = "") -> None:
        self.kind = kind
        self.code = code


PLAIN = NumberFormat()


@lru_cache(maxsize=4096)
def classify(code: str) -> NumberFormat:
    """Sort a format code; only codes that hide a day, show a percentage or carry a unit are kept."""
    code = code[:LONGEST_CODE]
    first = code.split(";", 1)[0]
    bare = LITERAL.sub("", first)
    duration = any(part.lower() in {"h", "hh", "m", "mm", "s", "ss"} for part in BRACKET.findall(bare))
    bare = BRACKET.sub("", bare).replace("General", "").replace("G/通用格式", "")
    bare = re.sub(r"AM/PM|A/P|上午/下午", "", bare, flags=re.IGNORECASE).lower()
    if duration:
        return NumberFormat("duration", code)
    if "%" in bare:
        return NumberFormat("percent", code)
    if "#" not in bare and "?" not in bare and re.search(r"[ymdhs]", bare) and ("0" not in bare or "s" in bare):
        return _date_format(bare, code)
    return NumberFormat("", code) if _says_more(code) else PLAIN


def _date_format(bare: str, code: str) -> NumberFormat:
    if "y" not in bare and "d" not in bare and re.search(r"[hs]", bare):
        return NumberFormat("time", code)
    if "d" in bare:
        return NumberFormat("date")
    return NumberFormat("date", code)


def _says_more(code: str) -> bool:
    """Whether a format shows something beside the number (a unit, a currency but yuan, words) or another number."""
    rest = PLAIN_PARTS.sub("", code)
    return bool(PLAIN_SIGNS.sub("", rest)) or bool(SCALING.search(rest))


def number_cell(number: int | float, style: NumberFormat, epoch_1904: bool) -> RawCell:
    """The cell that a stored number is under its format; days outside the register's years are errors, never dates."""
    if style.kind == "date":
        return serial_cell(number, style.code, epoch_1904)
    if style.kind == "time":
        if 0 <= number < 1:
            return (TIME, _clock(number), "")
        return serial_cell(number, style.code, epoch_1904)
    if style.code:
        return (NUMBER, number, style.code)
    return number


def serial_cell(serial: int | float, code: str, epoch_1904: bool) -> RawCell:
    """A day number of the workbook's epoch as a date cell."""
    if not 0 <= serial <= MAX_SERIAL:
        return number_or_formatted(serial, code)  # a spreadsheet shows #####: it is no date (20200630 is usual)
    if not epoch_1904 and serial < 61:
        # Excel has a 29 February 1900 that never was: what stands before 1 March 1900 has no certain day.
        return (ERROR, _early(int(serial)), code)
    seconds = round((serial - int(serial)) * 86400)
    start = datetime.datetime(1904, 1, 1) if epoch_1904 else datetime.datetime(1899, 12, 30)  # noqa: DTZ001
    try:
        return date_cell(start + datetime.timedelta(days=int(serial), seconds=seconds), code)
    except OverflowError:
        return number_or_formatted(serial, code)


def date_cell(moment: datetime.datetime, code: str = "") -> RawCell:
    """A date cell; the clock time is kept where there is one. Outside the register's years it is an error that names
    the day: most often a number in the wrong dress."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return (ERROR, moment.date().isoformat(), code)
    day = (moment.year, moment.month, moment.day)
    clock = (moment.hour, moment.minute, moment.second)
    return (DATE, day + clock if any(clock) else day, code)


def number_or_formatted(number: int | float, code: str) -> RawCell:
    return (NUMBER, number, code) if code else number


def _clock(part: float) -> tuple[int, int, int]:
    seconds = min(round(part * 86400), 86399)
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def _early(serial: int) -> str:
    """How Excel shows a serial below 61: 0 is 1900-01-00 and 60 is 1900-02-29."""
    month, day = (1, serial) if serial <= 31 else (2, serial - 31)
    return f"1900-{month:02d}-{day:02d}"
