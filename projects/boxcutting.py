"""A typed line, cut into pieces: quoted phrases and what stands between blanks or commas."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from jiangjin.lib.numerals import simple_numerals
from jiangjin.lib.text import clean_text, match_key

MOST_CHARS = 200
MOST_PIECES = 40
# A comma between digits belongs to the number, as in 1,200万.
BETWEEN = r"(?:[\s；;|。]|(?<!\d)[，,、/]|[，,、/](?!\d))"
QUOTED = re.compile(r"[“”\"「『](?P<inner>[^“”\"「」『』]+)[“”\"」』]")
APART = re.compile(f"{BETWEEN}+")
NUMBERS = "0-9零一二三四五六七八九十百千半两"
ENDS_IN_NUMBER, BEGINS_WITH_NUMBER = re.compile(f"[{NUMBERS}.]$"), re.compile(f"^[{NUMBERS}.]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece as it was typed, and the key by which words are compared; a quoted one is text whatever it says."""

    text: str
    quoted: bool = False

    @property
    def key(self) -> str:
        return match_key(self.text)


def pieces_of(line: str) -> list[Piece]:
    """The pieces in their order."""
    line = clean_text(line)[:MOST_CHARS]
    found: list[Piece] = []
    start = 0
    for quoted in QUOTED.finditer(line):
        # “4+1”以外 is a name with quotes in it, no quoted phrase.
        if not _stands_alone(line, quoted):
            continue
        found += _apart(line[start : quoted.start()])
        if inner := quoted["inner"].strip():
            found.append(Piece(inner, quoted=True))
        start = quoted.end()
    return (found + _apart(line[start:]))[:MOST_PIECES]


def _stands_alone(line: str, quoted: re.Match[str]) -> bool:
    before, after = line[: quoted.start()], line[quoted.end() :]
    return (not before or bool(re.search(f"{BETWEEN}$", before))) and (not after or bool(APART.match(after)))


def _apart(text: str) -> list[Piece]:
    return [Piece(part) for part in APART.split(text) if part]


def joined(pieces: list[Piece]) -> str:
    """The key of several pieces read as one word; "" where they must stay apart: 2020 10亿 is not 202010亿."""
    keys = [simple_numerals(piece.key) for piece in pieces]
    if any(piece.quoted for piece in pieces):
        return ""
    for before, after in itertools.pairwise(keys):
        if ENDS_IN_NUMBER.search(before) and BEGINS_WITH_NUMBER.match(after):
            return ""
    return "".join(piece.key for piece in pieces)
