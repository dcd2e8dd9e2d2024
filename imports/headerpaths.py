"""What a header of one or several levels may name: 协议投资额/合计, 计划/开工, 投资方/名称."""

import re
from functools import lru_cache

from imports.headers import GENERAL_WORDS, Entry, HeaderText, Match, find_entries, read_header, read_month

# A level that says how to take a milestone below or above it.
_PLANNED = re.compile(r"计划|预计|拟|约定|预期|目标")
_PLANNED_ALONE = re.compile(r"(?:合同)?(?:计划|预计|拟|约定|预期)")
_ACTUAL_ALONE = re.compile(r"实际|已")
_SUFFIX = re.compile(r"(?<=..)(?:时间|日期|节点|情况|时间节点)$")
_ACTUAL_FIELDS = frozenset(
    (
        *("started_on", "completed_on", "production_on", "full_production_on"),
        *("signed_on", "registered_on", "land_on"),
    )
)
# A level above that makes another figure of the same words.
_OTHER_FIGURE = re.compile(r"上年|去年|同期|目标|任务|变更|调整|剩余|欠|原(?!因|料|始)|同比|增长")
# Words that say something only together with the level above, although the dictionary has them.
_WEAK_LEAVES = frozenset(("其他", "说明", "注", "项目", "平台", "状态"))
# What describes a firm or a person: below another firm's or person's header it is not the investor's.
_ATTRIBUTES = {
    "credit_code": {"investor"},
    "investor_type": {"investor"},
    "investor_rank": {"investor"},
    "investor_origin": {"investor"},
    "contact_name": {"investor", "contact_name", "project_company"},
    "contact_phone": {"investor", "contact_name", "project_company"},
    "lead_official_post": {"lead_official"},
}
# 项目基本情况 and 推进情况 stand above several columns and say nothing of each.
_GROUP_WORDS = frozenset(("content", "progress_note"))
_OWNERS = frozenset(
    (
        *("investor", "investor_parent", "project_company", "lead_official", "chain_leader", "lead_unit"),
        *("support_units", "case_officer", "task_force", "contact_name"),
    )
)


@lru_cache(maxsize=10_000)
def match_path(path: tuple[str, ...]) -> Match | None:
    """What the texts of one column's header, top to bottom, may mean; None where the dictionary does not know.

    Tried in this order: the whole path, its levels in the other order, the joined words, the leaf, and the upper
    level alone where the leaf is a general word (名称, 合计 …).
    """
    levels = tuple(level for level in map(read_header, path) if level.bare)
    if not levels:
        return None
    unit = path_unit(path)[:2]
    if len(levels) == 1:
        return _match_one(levels[0] if levels[0].unit_kind else _with_unit(levels[0], unit))
    for tail in _tails(levels):
        entries = _find_joined(tail, unit)
        if entries:
            return Match(entries, "path")
    return _match_leaf(levels, unit) or _match_upper(levels, unit)


def path_unit(path: tuple[str, ...]) -> tuple[str, str, bool]:
    """(unit, its kind, whether it stands in the leaf) of a header path; the lowest level that has one wins."""
    for depth, text in enumerate(reversed(path)):
        header = read_header(text)
        if header.unit_kind:
            return header.unit, header.unit_kind, depth == 0
    return "", "", False


def is_recognised(path: tuple[str, ...]) -> bool:
    """Whether the path names a field or a month."""
    return bool(path) and (match_path(path) is not None or read_month(path[-1]) is not None)


def _with_unit(header: HeaderText, unit: tuple[str, str]) -> HeaderText:
    return HeaderText(header.text, header.key, header.bare, *unit)


def _match_one(header: HeaderText) -> Match | None:
    entries = find_entries(header)
    if not entries and "/" in header.bare:
        turned = "/".join(reversed(header.bare.split("/")))
        entries = find_entries(HeaderText(header.text, turned, turned, header.unit, header.unit_kind))
    return Match(entries, "exact") if entries else None


def _tails(levels: tuple[HeaderText, ...]) -> list[tuple[str, ...]]:
    """The path and its lower parts, of two levels at least: a level above may be only a title."""
    words = tuple(level.bare for level in levels)
    return [words[start:] for start in range(len(words) - 1)]


def _find_joined(words: tuple[str, ...], unit: tuple[str, str]) -> tuple[Entry, ...]:
    for variant in _variants(words):
        for order in (variant, variant[::-1]):
            for joined in ("/".join(order), "".join(order)):
                entries = find_entries(HeaderText(joined, joined, joined, *unit))
                if entries:
                    return entries
    return ()


def _variants(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words, and the words with 计划 for its synonyms and without 时间 or 情况 at their ends."""
    plain = tuple(_SUFFIX.sub("", word) for word in words)
    planned = tuple("计划" if _PLANNED_ALONE.fullmatch(word) else word for word in plain)
    return list(dict.fromkeys((words, plain, planned)))


def _match_leaf(levels: tuple[HeaderText, ...], unit: tuple[str, str]) -> Match | None:
    leaf = levels[-1]
    if leaf.bare in _WEAK_LEAVES:
        return None
    above = levels[:-1]
    if any(_OTHER_FIGURE.search(level.bare) for level in above):
        return None
    entries = find_entries(leaf if leaf.unit_kind else _with_unit(leaf, unit))
    planned = any(_PLANNED.search(level.bare) for level in above)
    entries = tuple(entry for entry in entries if not (planned and entry.field in _ACTUAL_FIELDS))
    owners = {entry.field for level in above for entry in find_entries(level)} - _GROUP_WORDS
    kept = tuple(entry for entry in entries if _may_belong(entry.field, owners & _OWNERS))
    if not kept:
        return None
    return Match(kept, "leaf", doubtful=planned or bool(owners - {entry.field for entry in kept} - _OWNERS))


def _may_belong(field: str, owners: set[str]) -> bool:
    allowed = _ATTRIBUTES.get(field)
    return allowed is None or not owners or bool(owners & allowed)


def _match_upper(levels: tuple[HeaderText, ...], unit: tuple[str, str]) -> Match | None:
    leaf, upper = levels[-1], levels[-2]
    general = leaf.bare in GENERAL_WORDS
    if not general and not _ACTUAL_ALONE.fullmatch(leaf.bare):
        return None
    entries = find_entries(_with_unit(upper, unit))
    if not general:  # 注册/实际: 实际 says nothing new of a field that is actual by itself
        entries = tuple(entry for entry in entries if entry.field in _ACTUAL_FIELDS)
    return Match(entries, "upper") if entries else None
