"""What a header cell says: its normal form and its unit, and which fields of the dictionary it may name.

No header is ever matched by similarity: what is not in the dictionary stays unmapped until a person maps it.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from imports.fields import FIELDS, dictionary
from imports.grid import Cell, CellValue
from jiangjin.lib.amounts import FOREIGN, MAGNITUDE
from jiangjin.lib.text import clean_text, match_key

_CIRCLED = re.compile(  # numbers in front, marks of notes behind
    r"^\s*[\u2460-\u2473\u3251-\u325f\u2776-\u2793]\s*|\s*[\u2460-\u2473\u2776-\u2793]+\s*(?=[(（\[【]|$)"
)
_DROPPED = re.compile(r"[*※☆★●◆▲△#]")
_OPENING = str.maketrans("【〔[{〈", "(((((")
_CLOSING = str.maketrans("】〕]}〉", ")))))")
_NUMBERING = re.compile(
    r"^(?:\(\d{1,2}\)|\d{1,2}[、)]|\d{1,2}\.(?!\d+$)|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\))(?=.)"
)
_NUMBER_BLANK = re.compile(r"^\s*\d{1,2}[ \u3000]+(?=[^\W\d])(?!月|季|期|年|号|日)")

_MONEY = rf"(?:{MAGNITUDE})?(?:{FOREIGN}|元)"
_AREA = r"(?:万)?(?:亩|m2|平方米|平米|公顷|平方公里)"
_COUNT = r"(?:万)?(?:人|个|家|户|名|项|年|月|天|岗位|%|人次)"
_MONEY_UNIT = re.compile(rf"(?:(?:单位|金额):?)?(?:人民币|rmb|[¥￥])?({_MONEY}|[百千]?[亿万])(?:,?人民币)?(?:/年)?")
_AREA_UNIT = re.compile(rf"(?:单位:?)?({_AREA})")
_COUNT_UNIT = re.compile(rf"(?:单位:?)?({_COUNT})")
_RATIO_UNIT = re.compile(rf"(?:单位:?)?({_MONEY}/{_AREA})")
_SEVERAL_UNITS = re.compile(rf"(?:单位:?)?{_MONEY}(?:[/、,或]{_MONEY})+")
_OPEN_UNIT = re.compile(rf"(?:[/:,\-—]({_MONEY}|{_AREA})|((?:亿|千万|百万|万|千)(?:元|美元|港元|欧元)))$")
_BRACKET = re.compile(r"\(([^()]*)\)$")
_INSTRUCTION = re.compile(
    r"全称|必填|选填|可不填|可空|单选|多选|下拉|格式|填写|填报|自动计算|^如|^例|^请|年月日|年[/-]月|^年月$|yyyy|精确到|"
    r"\d+位|保留|小数|^是/否$|^是或否$|打√|勾选|^截[至止]|^注\d*$"
)
_YEAR = re.compile(r"^(?:19|20)\d\d年度?")
_MONTHS_UP_TO = re.compile(r"^1[-~至到]\d{1,2}月")

GENERAL_WORDS = frozenset(("名称", "姓名", "合计", "金额", "数量", "总额", "小计", "总计"))


@dataclass(frozen=True, slots=True)
class HeaderText:
    """One header text in its normal forms.

    `key` keeps brackets, `bare` is without unit and instruction brackets. `unit_kind` is money, area, count, ratio,
    several (two money units: no unit) or empty.
    """

    text: str
    key: str
    bare: str
    unit: str = ""
    unit_kind: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field that a header may name, how surely, and the dictionary's own spelling of the header."""

    field: str
    treatment: str
    header: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a header path may mean. `why` is exact, path, leaf or upper; several entries compete by their cells."""

    entries: tuple[Entry, ...]
    why: str
    # The leaf alone matched and the level above names something else: taken with a warning only.
    doubtful: bool = False


def cell_text(raw: CellValue | Cell) -> str:
    """A grid value as the text of a header: a day that stands for its month reads 2020年1月."""
    value = raw.value if isinstance(raw, Cell) else raw
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return f"{value.year}年{value.month}月" if value.day == 1 else str(value)
    return clean_text(str(value)) if not isinstance(value, bool) else ""


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """The normal form of a header: NFKC, without blanks, quotes, marks and leading numbering, brackets as ()."""
    key = match_key(_NUMBER_BLANK.sub("", _CIRCLED.sub("", text)))
    key = _DROPPED.sub("", key).translate(_OPENING).translate(_CLOSING)
    key = key.strip(":;。.,、·-—_")
    return _NUMBERING.sub("", key)


def read_unit(content: str) -> tuple[str, str]:
    """(unit, kind) of a bracket's content in normal form; ("", "") where it is no unit."""
    for kind, pattern in (
        ("several", _SEVERAL_UNITS),
        ("ratio", _RATIO_UNIT),
        ("money", _MONEY_UNIT),
        ("area", _AREA_UNIT),
        ("count", _COUNT_UNIT),
    ):
        found = pattern.fullmatch(content)
        if found:
            unit = found.group(1) if kind != "several" else ""
            return (f"{unit}元" if unit[-1:] in ("亿", "万") else unit.replace("港币", "港元")), kind
    if re.fullmatch(rf"{_MONEY}[、,/]{_AREA}", content):
        return read_unit(re.split(r"[、,/]", content)[0])
    return "", ""


@lru_cache(maxsize=20_000)
def read_header(text: str) -> HeaderText:
    """A header text in its normal forms, its unit taken off: 协议投资额（亿元） → 协议投资额, 亿元."""
    key = bare = normal(text)
    unit = kind = ""
    while bracket := _BRACKET.search(bare):
        found, found_kind = read_unit(bracket.group(1))
        if found_kind and not kind:
            unit, kind = found, found_kind
        elif not _INSTRUCTION.search(bracket.group(1)):
            break
        bare = bare[: bracket.start()].rstrip(":,、/.")
    if not kind:
        open_unit = _OPEN_UNIT.search(bare)
        if open_unit and open_unit.start():
            unit, kind = read_unit(open_unit.group(1) or open_unit.group(2))
            bare = bare[: open_unit.start()]
        elif read_unit(bare)[1] in ("money", "area", "ratio"):
            unit, kind = read_unit(bare)  # a row of units under the headers
            bare = ""
    return HeaderText(text, _general_form(key), _general_form(bare.rstrip(":")), unit, kind)


def _general_form(key: str) -> str:
    """2021年到位资金 is 2020年到位资金 of another year; 1-9月到位资金 likewise."""
    return _MONTHS_UP_TO.sub("1-n月", _YEAR.sub("n年", key)).replace(":", "")


def header_years(text: str) -> set[int]:
    """All years that a header, a title or a sheet's name holds."""
    return {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", unicodedata.normalize("NFKC", text))}


def header_year(text: str) -> int | None:
    """The one year that a text holds; None where there is none or several."""
    years = header_years(text)
    return years.pop() if len(years) == 1 else None


_MONTH_NAMES = {name: n for n, name in enumerate([*"一二三四五六七八九十", "十一", "十二"], 1)}
# Typed as a number, October's 2020.10 loses its zero.
AMBIGUOUS_MONTH = re.compile(r"(?:19|20)\d\d\.1")
_MONTH = re.compile(
    r"(?:((?:19|20)\d\d)[年./-])?(?:(0?[1-9]|1[0-2])|(十[一二]?|[一二三四五六七八九]))(月?)份?"
    r"(?:(?:到位|到账)?(?:资金|金额|额)?(?:情况)?)"
)
_COMPACT_MONTH = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])")


@lru_cache(maxsize=20_000)
def read_month(text: str) -> tuple[int | None, int] | None:
    """(year or None, month) of a month's header: 1月, 一月份, 2020年1月, 2020-01, 202001; else None."""
    if len(text) > 24:
        return None
    bare = _BRACKET.sub("", normal(text))
    if compact := _COMPACT_MONTH.fullmatch(bare):
        return int(compact.group(1)), int(compact.group(2))
    found = _MONTH.fullmatch(bare)
    if not found or AMBIGUOUS_MONTH.fullmatch(bare) or not (found.group(4) or (found.group(1) and found.group(2))):
        return None
    month = int(found.group(2)) if found.group(2) else _MONTH_NAMES[found.group(3)]
    return (int(found.group(1)) if found.group(1) else None), month


class _Dictionary:
    """The shipped dictionary by normal form: whole headers, and headers without their unit."""

    def __init__(self) -> None:
        self.whole: dict[str, list[Entry]] = {}
        self.with_unit: dict[tuple[str, str], list[Entry]] = {}
        self.without_unit: dict[str, list[Entry]] = {}
        for row in dictionary():
            header = read_header(row.header)
            entry = Entry(row.field, row.treatment, row.header)
            _add(self.whole, header.key, entry)
            if header.unit_kind:
                _add(self.with_unit, (header.bare, header.unit_kind), entry)
                # 用地（亩） is an area; a bare 用地 only may be one.
                asked = entry if header.unit_kind in ("money", "ratio") else Entry(row.field, "ask", row.header)
                _add(self.without_unit, header.bare, asked)
        # Single headers and the levels of those with two.
        self.plain = {part for row in dictionary() for part in _TRIMMED.sub("", row.header).split("/") if part}

    def find(self, header: HeaderText) -> tuple[Entry, ...]:
        found = (
            self.whole.get(header.key)
            or (self.with_unit.get((header.bare, header.unit_kind)) if header.unit_kind else None)
            or self.whole.get(header.bare)
            or self.without_unit.get(header.bare)
            or ()
        )
        return tuple(entry for entry in found if _unit_fits(FIELDS[entry.field].kind, entry, header))


def _add(table: dict, key: str | tuple[str, str], entry: Entry) -> None:
    entries = table.setdefault(key, [])
    if all(entry.field != other.field for other in entries):
        entries.append(entry)


def _unit_fits(kind: str, entry: Entry, header: HeaderText) -> bool:
    """Whether a header's own unit can be of this field: 用地（万元） is no area, 投资强度（万元/亩） no amount."""
    if not header.unit_kind:
        return True
    if entry.treatment == "derived":
        return header.unit_kind in ("money", "ratio")
    wanted = {"money": ("money", "several"), "area": ("area",), "floor_area": ("area",)}
    return header.unit_kind in wanted.get(kind, ("count",))


_TRIMMED = re.compile(r"[\s*※:：]|^\d{1,2}[.、]|[（(\[【].*$", re.DOTALL)


def is_plain_header(text: str) -> bool:
    """A quick test of a raw cell: whether it is a header of the dictionary but for blanks, marks and brackets."""
    return len(text) <= 40 and _TRIMMED.sub("", text) in _known().plain


@cache
def _known() -> _Dictionary:
    return _Dictionary()


def find_entries(header: HeaderText) -> tuple[Entry, ...]:
    """The entries of one header text by itself: whole, without its unit, without a leading 其中."""
    found = _known().find(header)
    if not found and header.bare.startswith("其中") and len(header.bare) > 3:
        found = _known().find(HeaderText(header.text, header.bare[2:], header.bare[2:], header.unit, header.unit_kind))
    return found
