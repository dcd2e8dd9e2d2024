"""Cells that hold text: names, numbers, notes. Cleaned; what puts the name off (同上, 见备注, 保密) is refused."""

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from imports.grid import CellValue
from jiangjin.lib.cellerrors import Reading
from jiangjin.lib.faults import refuse_common
from jiangjin.lib.text import LONGEST_PLACEHOLDER, PLAIN, PLAIN_CHARACTER, clean_text, is_placeholder, unsafe_restored

NOTHING: Reading[Any] = Reading(None)

# Whole cells that are no name: an investor called 同上 would be one firm for many.
PUT_OFF = frozenset(
    (
        *("同上", "同前", "同左", "〃", "″", "见备注", "详见备注", "见附件", "详见附件"),
        *("保密", "涉密", "商业秘密", "商业机密", "不便透露"),
    )
)
LONGEST_PUT_OFF = 8  # with blanks around
# Texts that `read_text` would take as they are, each in a line of its own: plain, and too long to put anything off.
STANDING = re.compile(rf"(?:(?![-/]){PLAIN_CHARACTER}{{{max(LONGEST_PUT_OFF, LONGEST_PLACEHOLDER) + 1},}}\n)*")


def read_text(value: CellValue, number_format: str = "", options: object = None) -> Reading[str]:
    """One line of text: a name, a number, an address."""
    if type(value) is str:
        if len(value) <= LONGEST_PUT_OFF and (word := value.strip()) in PUT_OFF:
            refuse_common(word)
        if len(value) > 1 and PLAIN.fullmatch(value) and value[0] not in "-/":
            return NOTHING if len(value) <= LONGEST_PLACEHOLDER and is_placeholder(value) else Reading(value)
        return _cleaned(value, keep_lines=False)
    return Reading(as_text(value))


def all_stand(cells: Collection[CellValue]) -> bool:
    """Whether `read_text` takes all these cells as they are; asked once of many, it is much quicker."""
    return all(type(cell) is str for cell in cells) and bool(STANDING.fullmatch("\n".join([*cells, ""])))


def read_note(value: CellValue, number_format: str = "", options: object = None) -> Reading[str]:
    """A note keeps its lines."""
    return _cleaned(value, keep_lines=True) if type(value) is str else Reading(as_text(value))


def _cleaned(text: str, *, keep_lines: bool) -> Reading[str]:
    if is_placeholder(text):
        return NOTHING
    cleaned = clean_text(text, keep_lines=keep_lines)
    if cleaned.startswith("#"):
        refuse_common(cleaned)
    return Reading(unsafe_restored(cleaned)) if cleaned else NOTHING


def as_text(value: CellValue) -> str:
    """What a spreadsheet shows of a value that is not text: 12 for 12.0, 2020-06-30 for a day."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)
