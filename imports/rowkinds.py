"""What a row of a sheet is when it is no project: subtotal, heading, footer, repeated header …

Whole words only: a project called 合川…, 注塑… or 总部经济… is a project.
"""

import re
import unicodedata
from decimal import Decimal

from imports.grid import Cell, CellKind, CellValue
from imports.headers import read_unit
from jiangjin.lib.text import clean_text, match_key

Raw = CellValue | Cell
Units = tuple[list[str], list[str]]  # of money, of areas

_SUM = re.compile(
    r"(?P<whose>.{0,20}?)(?P<word>小计|合计|总计|共计|累计|总和)"
    r"(?:\(?(?:共|计)?(?P<count>\d+)(?:个|项|家|户)(?:项目)?[^)]*\)?|\([^)]*\))?:?"
)
_WHOLE_TABLE = re.compile(r"(?:全区|全市|全县|全年|全部|本年|当年|历年|本表|总|以上|[\u4e00-\u9fff]{1,4}区)?")
# 设计 and 统计 are not sums; 本年累计 is one.
_LONG_WORDS = frozenset(("累计", "总和"))
_FOOTER = re.compile(
    r"(?:填\s*表|填报|制表|审核|复核|审批|审定|签批|单位负责|部门负责|分管领导|主管领导|经办|联系|报送|统计|负责|盖章|签字|校对|打印)"
    r"(?:人员?|单位|日期|时间|负责人|领导|电话|签字|签名|\(盖章\)|\(签字\))*[:：]"
)
_NOTE = re.compile(
    r"(?:备注|注|说明|附注|注释|填表说明|填报说明|备注说明|注意|图例)(?:[:：\s]|\d{1,2}[.、:：)]|[一二三四][、.]|$)"
)
_NEXT_NOTE = re.compile(r"\(?\d{1,2}[.、)）]")
_CAPTION = re.compile(r"(?:填报|报送|填表|制表|编制|责任|主管|数据来源|截止|截至|统计)[^:：]{0,6}[:：]|^截[至止]")
_CONTINUED = re.compile(r"[(\[]?(?:续表|续上表|接上[页表]|续)[)\]]?(?:\d+|[一二三四五六七八九十]+)?")
_PAGE_NUMBER = re.compile(r"[-—(]?第\d{1,4}页[,/、]?(?:[(]?共\d{1,4}页[)]?)?[-—)]?|共\d{1,4}页[,/、]?第\d{1,4}页")
_NUMBERS_LABEL = frozenset(("栏次", "栏号", "列次", "列号", "行次"))
_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]+)"
)
_CATEGORY = re.compile(r"(?:产业|产业集群|板块)$|[(（]\s*(?:共|计)?\d{1,5}\s*(?:个|项)(?:项目)?[^()（）]{0,30}[)）]$")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_HAN_SERIAL = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）、.]?")
_COUNT = re.compile(r"(?<!\d)(\d{1,6})\s*(?:个|项)")
_UNIT_LINE = re.compile(
    r"(?<![\u4e00-\u9fff])(?:金额|计量|货币|资金)?单\s*位(?:[:：]\s*[(（]?|\s*[(（])\s*([^\s()（）\]】;；。]{1,20})"
)
_UNIT_BRACKET = re.compile(r"[(（\[【]\s*([^()（）\[\]【】:：]{1,8}?)\s*[)）\]】]$")
_COLUMN_TOKEN = re.compile(r"\(?\d{1,3}\)?|[甲乙丙丁戊己庚辛壬癸]|\d{1,3}=[\d+\-*/×÷()=%]+|—+|-+")
_SERIAL = re.compile(r"\d+(?:[-.]\d+)*")


def raw_value(raw: Raw) -> CellValue:
    """The value of a grid cell, whether it comes bare or as a Cell."""
    return raw.value if isinstance(raw, Cell) else raw


def is_filled(raw: Raw) -> bool:
    """Whether a cell says anything; blanks and invisible characters do not, an uncalculated formula does."""
    if isinstance(raw, str):
        return bool(raw.strip()) and bool(clean_text(raw))
    if isinstance(raw, Cell):
        return raw.kind is not CellKind.EMPTY and (not isinstance(raw.value, str) or is_filled(raw.value))
    return raw is not None


def text_of(raw: Raw) -> str:
    """A cell's text, cleaned; empty for numbers, days and blanks."""
    value = raw_value(raw)
    return clean_text(value) if isinstance(value, str) else ""


def number_of(raw: Raw) -> Decimal | None:
    """A cell's number, also where it stands as text (1,036.00); amounts with a unit are not read here."""
    value = raw_value(raw)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if re.fullmatch(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", text):
            return Decimal(text.replace(",", ""))
    return None


def is_serial(raw: Raw) -> bool:
    """Whether a cell holds a serial number: 12, "12", 12-1."""
    value = raw_value(raw)
    return isinstance(value, Decimal) or (isinstance(value, str) and bool(_SERIAL.fullmatch(value.strip())))


def sum_word(text: str) -> tuple[str, int | None] | None:
    """("subtotal" or "total", stated number of projects) where a whole cell says 小计, 合计（192个）, 消费品小计."""
    if "计" not in text and "总和" not in text:
        return None
    found = _SUM.fullmatch(match_key(text))
    if not found:
        return None
    whose, word = found.group("whose"), found.group("word")
    if whose and word in _LONG_WORDS and not re.fullmatch(r"本年|全年|当年|历年|本月|本季", whose):
        return None
    count = int(found.group("count")) if found.group("count") else None
    if word == "小计" or whose in ("本页", "本类", "其中") or not _WHOLE_TABLE.fullmatch(whose):
        return "subtotal", count
    return "total", count


def is_footer(text: str) -> bool:
    """填表人：… 审核人：…"""
    return bool(_FOOTER.match(text))


def is_note(text: str) -> bool:
    """备注：1.本表统计截至6月底, 注：, 说明："""
    return bool(_NOTE.match(text))


def is_next_note(text: str) -> bool:
    """2.金额为协议数: the next line of a note that began above."""
    return bool(_NEXT_NOTE.match(text))


def is_caption(text: str) -> bool:
    """填报单位：双福工业园　填报日期：2020年6月30日"""
    return bool(_CAPTION.search(text))


def is_continued(text: str) -> bool:
    """续表, 第2页 共3页"""
    key = match_key(text)
    return bool(_CONTINUED.fullmatch(key) or _PAGE_NUMBER.fullmatch(key))


def is_heading(text: str) -> bool:
    """一、消费品产业, （二）双福工业园"""
    return bool(_HEADING.match(text)) and len(text) <= 60


def names_category(text: str) -> bool:
    """消费品产业, 装备制造（12个，30亿元）: what a lone text among numbered projects heads, and no project's name."""
    return bool(_CATEGORY.search(text)) and len(text) <= 40


def is_han_serial(raw: Raw) -> bool:
    """A Chinese numeral in the serial column: a heading's, not a project's."""
    text = text_of(raw)
    return bool(text) and bool(_HAN_SERIAL.fullmatch(text))


def stated_count(text: str) -> int | None:
    """49 of 消费品产业（49个，135亿元）; None where none or several are stated."""
    found = _COUNT.findall(text)
    return int(found[0]) if len(found) == 1 else None


def unit_line(text: str) -> tuple[str, str] | None:
    """(money unit, area unit) of 单位：万元、亩; empty where none or several are said; None where there is no line."""
    said = line_units(text)
    return (_only(said[0]), _only(said[1])) if said else None


def line_units(text: str) -> Units | None:
    """All units of money and of areas that the unit lines in a text say; None where it holds no unit line."""
    money: list[str] = []
    area: list[str] = []
    for found in _UNIT_LINE.finditer(text):
        units = _units_of(found.group(1))
        money += units[0]
        area += units[1]
    return (money, area) if money or area else None


def title_units(text: str) -> Units | None:
    """The units in the bracket that ends a title, 招商引资项目台账（亿元）, as `line_units` gives them."""
    found = _UNIT_BRACKET.search(text)
    units = _units_of(found.group(1)) if found else ([], [])
    return units if units[0] or units[1] else None


def _only(units: list[str]) -> str:
    return units[0] if len(set(units)) == 1 else ""


def beside_unit(text: str) -> str:
    """What a unit line says besides its units: 2020年到位资金 of 2020年到位资金，单位：万元."""
    return _UNIT_LINE.sub("", text).strip(" \u3000,，、;；:：。()（）[]【】")


def _units_of(words: str) -> Units:
    money: list[str] = []
    area: list[str] = []
    for part in re.split(r"[、,，/和及]", unicodedata.normalize("NFKC", words).casefold()):
        unit, kind = read_unit(part)
        if kind == "money":
            money.append(unit)
        elif kind == "area":
            area.append(unit)
    return money, area


def is_column_numbers(cells: list[Raw], name_index: int | None, columns: int) -> bool:
    """A row 1, 2, 3 … or 甲, 乙, 1, 2 or 5=6+7 under a header of `columns` columns, perhaps after the word 栏次.

    Every filled cell is such a token, most columns have one, and they count on without a gap: 1, 甲, 3 is a project
    that somebody called 甲.
    """
    filled = [(index, raw) for index, raw in enumerate(cells) if is_filled(raw)]
    if len(filled) > 1 and match_key(text_of(filled[0][1])) in _NUMBERS_LABEL and filled[0][0] != name_index:
        filled, columns = filled[1:], columns - 1
    tokens = [_token(raw) for _, raw in filled]
    if len(tokens) < max(3, 0.6 * columns) or None in tokens:
        return False
    if name_index is not None and name_index not in {index for index, _ in filled}:
        return False
    stems = "".join(token for token in tokens if token in _STEMS)
    if not _STEMS.startswith(stems) or any(token in _STEMS for token in tokens[len(stems) :]):
        return False
    expected = int(tokens[0]) if tokens[0].isdigit() else 1
    for token in tokens[len(stems) :]:
        if token.isdigit() and int(token) != expected:
            return False
        expected += 1
    return any(token.isdigit() for token in tokens)


def _token(raw: Raw) -> str | None:
    value = raw_value(raw)
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() and value < 1000 else None
    text = match_key(value) if isinstance(value, str) else ""
    return text.strip("()") if _COLUMN_TOKEN.fullmatch(text) else None
