"""Text of ledgers and forms: cleaned for storing, keyed for comparing, made safe for spreadsheets."""

import functools
import re
import unicodedata
from typing import Any

from django.utils.functional import Promise, lazy

# Ideographs, their punctuation and full-width forms: a line break between two of these separates nothing.
CHINESE = (
    "\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
# Zero-width and direction characters, soft hyphen, byte order mark, lone surrogates; control characters but \t \n \r.
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
)
ESCAPED_CONTROL = re.compile(r"_x00(?:[01][0-9A-F]|7F)_", re.IGNORECASE)
RUBBISH = re.compile(f"[{INVISIBLE}]")
LINE_BREAKS = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
BREAK_IN_CHINESE = re.compile(f"(?<=[{CHINESE}])[^\\S\n]*\n\\s*(?=[{CHINESE}])")
BLANKS = re.compile(r"\s+")
BLANKS_IN_LINE = re.compile(r"[^\S\n]+")
PLAIN_CHARACTER = r"[\u4e00-\u9fffA-Za-z0-9（）、，。“”：；·.\-/()]"
PLAIN = re.compile(f"{PLAIN_CHARACTER}+")
OWN_KEY = re.compile(r"[\u4e00-\u9fffA-Za-z0-9.\-()]+")  # what a key leaves as it is, but for its case

QUOTES = "\"'`´“”‘’„‟′″〃「」『』﹁﹂﹃﹄《》〈〉«»‹›"
UNQUOTED = str.maketrans({**dict.fromkeys(QUOTES), **dict.fromkeys("•・‧∙⋅", "·")})

SHORT = 60  # longer texts are not kept in caches
PLACEHOLDERS = frozenset({"", "/", "\\", "无", "待定", "未定", "暂无", "n/a", "未填"})
LONGEST_PLACEHOLDER = max(map(len, PLACEHOLDERS))  # dashes may be more
DASHES = re.compile(r"[-—–―─‐‑‒−]+")

# 江津区块链产业园 is a park for 区块链, 重庆市政 is 市政 of Chongqing: there the name ends before 区 or 市.
PLACE = re.compile(r"重庆(?:市(?![场政域郊民级]))?|江津(?:区(?![域块间位]))?")
DANGEROUS = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r\n]")


def _fill(template: str | Promise, values: dict[str, Any]) -> str:
    return str(template) % values


_filled = lazy(_fill, str)  # a function with a name: lazy sentences are kept with a preview


def sentence(template: str | Promise, **values: Any) -> Promise:
    """A lazy sentence with its `%(name)s` filled in; `_("…") % {…}` would freeze the language of the moment."""
    return _filled(template, values)


def clean_text(text: str, *, keep_lines: bool = False) -> str:
    """Text as it is stored: without outer blanks, control, zero-width and direction characters and `_x000D_`.

    Blanks are collapsed; a line break between Chinese characters is dropped, another becomes a blank. With
    `keep_lines` (notes) line breaks stay. Full-width characters stay as they are.
    """
    if PLAIN.fullmatch(text):
        return text
    text = LINE_BREAKS.sub("\n", ESCAPED_CONTROL.sub(_control, text))
    text = RUBBISH.sub("", text)
    if keep_lines:
        return "\n".join(line.strip() for line in BLANKS_IN_LINE.sub(" ", text).strip().split("\n"))
    return BLANKS.sub(" ", BREAK_IN_CHINESE.sub("", text.strip())).strip()


def _control(escaped: re.Match[str]) -> str:
    """`_x000A_` is a line break; `_x000D_` stands before one and is nothing."""
    code = escaped.group().upper()
    return {"_X000A_": "\n", "_X0009_": " "}.get(code, "")


def match_key(text: str) -> str:
    """The key by which names are compared: NFKC, casefolded, without blanks, quotes and invisible characters."""
    if OWN_KEY.fullmatch(text):
        return text.lower()
    return _match_key(text) if len(text) <= SHORT else _match_key.__wrapped__(text)


@functools.lru_cache(maxsize=65536)
def _match_key(text: str) -> str:
    key = unicodedata.normalize("NFKC", clean_text(text)).casefold()
    return BLANKS.sub("", key.translate(UNQUOTED))


def name_key(text: str) -> str:
    """The key of a project's name: `match_key` without a trailing 项目 and the district's name in front.

    What remains is never empty: 江津项目 is 江津.
    """
    key = match_key(text)
    key = key.removesuffix("项目") or key
    while (place := PLACE.match(key)) and place.end() < len(key):
        key = key[place.end() :]
    return key


def investor_key(text: str) -> str:
    """The key of a firm's name. Nothing but spelling is evened out: legal persons differ by one word."""
    return match_key(text)


def is_placeholder(text: str) -> bool:
    """Whether a cell says "nothing here": blank, dashes, `/`, 无, 待定, 未定, 暂无, N/A."""
    return _is_placeholder(text) if len(text) <= SHORT else not RUBBISH.sub("", text).strip()


@functools.lru_cache(maxsize=65536)
def _is_placeholder(text: str) -> bool:
    text = unicodedata.normalize("NFKC", RUBBISH.sub("", text)).strip().casefold()
    return text in PLACEHOLDERS or DASHES.fullmatch(text) is not None


def safe_for_spreadsheet(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe is put before `=`, `+`, `-`, `@`."""
    return f"'{text}" if DANGEROUS.match(text) else text


def unsafe_restored(text: str) -> str:
    """The inverse of `safe_for_spreadsheet`: takes off exactly the apostrophe that it put there."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text
