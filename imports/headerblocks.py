"""Where a table's header stands: the rows with the most recognised headers, their levels joined column by column."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from imports.fields import FIELDS
from imports.grid import Cell, Sheet
from imports.headerpaths import is_recognised, match_path
from imports.headers import cell_text, normal, read_header, read_month

HEADER_SEARCH_ROWS = 30
MOST_LEVELS = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MONTH_HEADERS = _words("月份 到位月份 到账月份 所属月份 年月 到位时间 到账时间 到位日期 到账日期 资金到位时间")
AMOUNT_HEADERS = _words("金额 到位金额 到账金额 到位资金额 资金额 当月到位 本次到位资金 到账资金")
# The amount of the one month that the title names, and what had come by then.
THIS_MONTH = _words("当月到位 本月到位 本期到位 本次到位资金 当月到位资金 本月到位资金 当月到账 本月到账")
CUMULATIVE = re.compile(
    r"(?:截[至止](?:目前|(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|底|末)?))?累计(?:已)?(?:实际)?(?:到位|到账)(?:资金|金额|额|数)?(?:情况)?"
)
AGREEMENT = _words("agreed_capital planned_total signed_on added_capital")
YEAR_HEADERS = _words("年度 年份 所属年度 到位年度")
_ARRIVED = frozenset(("arrived_total", "arrived_month"))
_VISITS = _words(
    "出发日期 返回日期 出发时间 返回时间 外出时间 目的地 出访地 带队领导 对接企业 对接企业(协会) 拜访企业 考察企业 "
    "走访企业 对接家数 拜访家数 促成签约项目 外出地点 招商地点 随行人员"
)
_COUNTS = re.compile(r"^(?:签约|项目|在建|投产|开工|新签约)*(?:项目)?(?:个数|数量|数|家数)(?:\(.\))?$")
_PREAMBLE = re.compile(r"[:：]|单位")
_UNIT_LABELS = _words("单位 计量单位 金额单位")
_BARE_YEAR = re.compile(r"(?:19|20)\d\d年度?")
_ROW_OF_SUM = re.compile(r"小计|合计|总计")


# What a mapping says of headers: normal form of the header or its path → field (None: left out).
Known = dict[str, str | None]
NOTHING_KNOWN: Known = {}


@dataclass(frozen=True, slots=True)
class Block:
    """Header rows first..last (1-based), the path of every column that has one, and what kind of table that makes."""

    first: int
    last: int
    paths: dict[int, tuple[str, ...]]
    kind: str  # projects, arrivals, or empty where it is no table of ours
    reason: str  # why it is none, or what a ledger lacks
    score: int


def find_block(sheet: Sheet, rows: range, known: Known = NOTHING_KNOWN, *, below: int = 0) -> Block | None:
    """The best header block that begins in `rows`; `known` are the headers that a mapping names.

    A level of unknown words above may be added to it, but no row up to `below`.
    """
    best: Block | None = None
    for first in rows:
        if first > len(sheet.rows) or not any(sheet.rows[first - 1]):
            continue
        for last in range(first, min(first + MOST_LEVELS, len(sheet.rows) + 1)):
            if last > first and _has_data(sheet, last):
                break
            block = read_block(sheet, first, last, known)
            if block.score >= 3 and _better(block, best):
                best = block
    return _extended(sheet, best, known, below) if best else None


def read_block(sheet: Sheet, first: int, last: int, known: Known = NOTHING_KNOWN) -> Block:
    """The block of exactly these header rows."""
    paths = header_paths(sheet, first, last)
    kind, reason = _kind(paths, known)
    score = sum(
        is_recognised(path) or known_key(path, known) is not None or normal(path[-1]) in _VISITS
        for path in paths.values()
    )
    if kind == "arrivals":  # 年度, 月份, 到位金额 are headers of such tables only
        long_form = MONTH_HEADERS | AMOUNT_HEADERS | YEAR_HEADERS
        score += sum(not is_recognised(path) and read_header(path[-1]).bare in long_form for path in paths.values())
    elif kind == "projects":
        score += sum(not is_recognised(path) and _is_arrived(path[-1]) for path in paths.values())
    return Block(first, last, paths, kind, reason, score)


def _is_arrived(text: str) -> bool:
    """当月到位 and 累计到位 are headers of a table, whose kind its title will tell (imports.tablekinds)."""
    bare = read_header(text).bare
    return bare in THIS_MONTH or bool(CUMULATIVE.fullmatch(bare))


def known_key(path: tuple[str, ...], known: Known) -> str | None:
    """The key under which a mapping names this header: its path, or its lowest level."""
    if not known or not path:
        return None
    return next((key for key in (normal("/".join(path)), normal(path[-1])) if key in known), None)


def header_paths(sheet: Sheet, first: int, last: int) -> dict[int, tuple[str, ...]]:
    """The header texts of each column from the top level down, upper levels spread over the columns they cover."""
    levels = [[cell_text(raw) for raw in sheet.rows[row - 1]] for row in range(first, last + 1)]
    width = max(map(len, levels), default=0)
    levels = [level + [""] * (width - len(level)) for level in levels]
    for level in levels[1:]:
        if _is_row_of_units(level):
            level[:] = ["" if normal(text) in _UNIT_LABELS else text for text in level]
    for depth in range(len(levels) - 1):
        levels[depth] = _spread(sheet, first + depth, levels[depth], levels[depth + 1 :])
    paths = {}
    for index in range(width):
        texts = [level[index] for level in levels if level[index]]
        path = tuple(text for i, text in enumerate(texts) if i == 0 or text != texts[i - 1])
        if path:
            paths[index + 1] = path
    return paths


def _spread(sheet: Sheet, row: int, level: list[str], below: list[list[str]]) -> list[str]:
    """An upper level with its texts filled rightwards: inside merges, else over blanks that have a header below."""
    spans = [span for span in sheet.merged if span.top <= row <= span.bottom]
    merged = {column for span in spans for column in range(span.left, span.right + 1)}
    filled = list(level)
    for span in spans:
        if span.top == row and span.right > span.left and level[span.left - 1 : span.left]:
            for index in range(span.left, min(span.right, len(level))):
                filled[index] = filled[index] or level[span.left - 1]

    def has_below(index: int) -> bool:
        return any(lower[index] for lower in below)

    for index in range(1, len(level)):
        unmerged = index + 1 not in merged and index not in merged
        if not filled[index] and filled[index - 1] and unmerged and has_below(index) and has_below(index - 1):
            filled[index] = filled[index - 1]
    return filled


def _better(block: Block, best: Block | None) -> bool:
    def rank(block: Block) -> tuple[bool, bool, int, int]:
        return (
            bool(block.kind) and not block.reason,
            bool(block.kind),
            block.score,
            block.first - block.last,
        )

    return best is None or rank(block) > rank(best)


def _kind(paths: dict[int, tuple[str, ...]], known: Known) -> tuple[str, str]:
    fields = {entry.field for path in paths.values() if (match := match_path(path)) for entry in match.entries}
    leaves = {read_header(path[-1]).bare for path in paths.values()}
    months = sum(read_month(path[-1]) is not None for path in paths.values())
    mapped = [known[key] for path in paths.values() if (key := known_key(path, known)) is not None]
    named = "name" in fields or "name" in mapped
    agreement = fields & AGREEMENT
    if len(leaves & _VISITS) >= 3 and not agreement:
        return "", "visits_not_supported"
    if (named or "project_code" in fields) and not agreement:
        if months >= 2:
            return "arrivals", ""
        if leaves & MONTH_HEADERS and (leaves & AMOUNT_HEADERS or fields & _ARRIVED):
            return "arrivals", ""
    if named or len(mapped) >= 3:
        return "projects", ""
    if any(_COUNTS.match(leaf) for leaf in leaves):
        return "", "counts_only"
    if any(FIELDS[field].kind in ("money", "date") for field in fields):
        return "projects", "no_name_column"
    return "", "no_header"


def _has_data(sheet: Sheet, row: int, *, texts: bool = True) -> bool:
    """Whether a row holds numbers, days or (`texts`) texts that begin with a figure, and so is no lower header level.

    A bare year (2020年) and a header of the dictionary (2020年到位资金) may stand in either.
    """
    months = 0
    others = 0
    for raw in sheet.rows[row - 1]:
        value = raw.value if isinstance(raw, Cell) else raw
        if value is None or value == "" or value is False:
            continue
        text = cell_text(value)
        if read_month(text):
            months += 1
        elif isinstance(value, (Decimal, datetime.date, bool)):
            others += 1
        elif text[:1].isdigit() and texts:
            others += not (_BARE_YEAR.fullmatch(text) or match_path((text,)))
    return others > 0 or (months == 1 and texts)


def _extended(sheet: Sheet, block: Block, known: Known, below: int) -> Block:
    """The block with levels above and below that hold no recognised header but belong to it by their form."""
    first, last = block.first, block.last
    certain = False  # a merge of the header itself reaches down
    while last - first + 1 < MOST_LEVELS and last < len(sheet.rows) and _is_level_below(sheet, first, last):
        last += 1
        certain = certain or any(first <= span.top < last == span.bottom for span in sheet.merged)
    while last - first + 1 < MOST_LEVELS and first > below + 1 and _is_level_above(sheet, first, block):
        first -= 1
    if (first, last) == (block.first, block.last):
        return block
    larger = read_block(sheet, first, last, known)
    return larger if larger.kind == block.kind and (certain or larger.score >= block.score) else block


def _is_level_below(sheet: Sheet, first: int, last: int) -> bool:
    if any(first <= span.top <= last < span.bottom and span.bottom <= last + 2 for span in sheet.merged):
        return not _has_data(sheet, last + 1, texts=False)
    texts = {index: cell_text(raw) for index, raw in enumerate(sheet.rows[last])}
    texts = {index: text for index, text in texts.items() if text}
    if not texts or _has_data(sheet, last + 1) or any(_ROW_OF_SUM.search(text) for text in texts.values()):
        return False
    if _is_row_of_units(texts.values()):
        return True
    above = [cell_text(raw) for raw in sheet.rows[last - 1]]
    below_blank = [index for index in texts if index >= len(above) or not above[index]]
    # 投资方 |  | 落户园区 over 名称 | 性质: the second text stands under a blank that the first one's header covers.
    starts = [index for index in texts if index < len(above) and above[index] and index + 1 in below_blank]
    names = {index for index, text in enumerate(above) if _names(text)}
    return bool(below_blank and starts) and not names & set(texts) and max(map(len, texts.values())) <= 12


def _is_row_of_units(texts: Iterable[str]) -> bool:
    """（亿元） | （亩）, perhaps with 单位 in front of them."""
    said = [text for text in texts if text and normal(text) not in _UNIT_LABELS]
    return bool(said) and all(read_header(text).unit_kind and not read_header(text).bare for text in said)


def _names(text: str) -> bool:
    match = match_path((text,)) if text else None
    return bool(match) and any(entry.field in ("name", "serial") for entry in match.entries)


def _is_level_above(sheet: Sheet, first: int, block: Block) -> bool:
    row = first - 1
    texts = {index: cell_text(raw) for index, raw in enumerate(sheet.rows[row - 1])}
    texts = {index: text for index, text in texts.items() if text}
    if not texts or _has_data(sheet, row):
        return False
    if any(span.top <= row < first <= span.bottom for span in sheet.merged):
        return True
    columns = sorted(block.paths)
    for span in sheet.merged:
        inside = span.left > columns[0] or span.right < columns[-1]
        text = texts.get(span.left - 1, "")
        unit_line = _PREAMBLE.search(text) and not match_path((text,))
        if span.top == row == span.bottom and span.right > span.left and inside and text and not unit_line:
            return True
    short = all(len(text) <= 14 and not _PREAMBLE.search(text) for text in texts.values())
    return len(texts) >= 2 and short and not sheet.merged
