"""By what we know again what we wrote ourselves into a workbook of refused rows, when it comes back corrected.

Imports nothing of Django: the reader's child process looks at comments.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

REASON = "错误"  # the header of the reasons; no header of the dictionary, so that the import leaves the column out
WHOLE_ROW = "整行"  # instead of a header, where a reason is about no column
AUTHOR = "导入"


def place_said(header: str) -> str:
    """How a reason begins: 【协议投资额（亿元）】. No colon: it might be read as a caption."""
    return f"【{header or WHOLE_ROW}】"


def are_reasons(cells: Iterable[object]) -> bool:
    """Whether these are nothing but reasons of ours: somebody's own column of that name says something else."""
    return all(isinstance(cell, str) and cell.lstrip().startswith("【") for cell in cells)


def comment_author(words: str) -> str:
    """The author of a comment of ours. It names the words, so that one to which somebody added is theirs."""
    return f"{AUTHOR} {zlib.crc32(words.encode()):08x}"


def is_our_comment(author: str, words: str) -> bool:
    """Whether we wrote a comment, and nobody has changed it since."""
    return author == comment_author(words)
