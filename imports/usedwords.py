"""Words of a file of which somebody said what they mean, for this file or for an earlier one; and what was recalled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from imports.fields import ALL_FIELDS
from imports.grid import Cell, Sheet
from imports.tables import Table
from imports.vocabulary import SEPARATORS
from imports.words import VAGUE_WORDS
from jiangjin.lib.text import clean_text, match_key

if TYPE_CHECKING:
    from imports.links import Links
    from imports.understanding import Understood

A_FEW_CELLS = 3


@dataclass(frozen=True, slots=True)
class UsedWord:
    """A word that stands in the file and means what a person said."""

    kind: str
    match: str  # jiangjin.lib.text.match_key of the word
    word: str
    code: str
    field: str
    rows: int
    cells: tuple[str, ...]
    by: str  # who decided it for an earlier file, and when; empty: decided for this one

    @property
    def label(self) -> str | Promise:
        return ALL_FIELDS[self.field].label

    @property
    def key(self) -> str:
        return f"word-{self.kind}-{self.word}"

    @property
    def is_vague(self) -> bool:
        """Whether the word is known to mean several things."""
        return self.match in VAGUE_WORDS.get(self.kind, {})


@dataclass(frozen=True, slots=True)
class Recalled:
    """What of a file was read as decided before: words, those with several meanings first, and how many columns."""

    words: tuple[UsedWord, ...] = ()
    columns: int = 0
    tables: tuple[str, ...] = ()  # stamps (imports.recalling.RecalledTable)

    def __bool__(self) -> bool:
        return bool(self.words or self.columns)

    @property
    def meanings(self) -> set[tuple[str, str, str]]:
        """(kind, key, code) of its words."""
        return {(word.kind, word.match, word.code) for word in self.words}


def recalled_in(parts: Sequence[Understood], links: Links) -> Recalled:
    """What earlier decisions did to a file."""
    words = [word for word in used_words(parts, links) if word.by]
    return Recalled(
        tuple(sorted(words, key=lambda word: not word.is_vague)),
        sum(1 for part in parts for column in part.proposal.columns if column.by),
        tuple(dict.fromkeys(part.recalled for part in parts if part.recalled)),
    )


def used_words(parts: Sequence[Understood], links: Links) -> list[UsedWord]:
    """The words of a file that mean what a person said, the most frequent first."""
    meant = links.vocabulary.remembered
    found: dict[tuple[str, str], tuple[str, str, list[str]]] = {}
    for part in parts:
        for column in part.proposal.mapped:
            name = column.field or ""
            kind = ALL_FIELDS[name].kind
            if column.value or column.treatment == "derived" or not meant.get(kind):
                continue
            for text, rows in _texts(part.sheet, part.table, column.number).items():
                for word in _words_of(text, kind, meant[kind]):
                    __, __, cells = found.setdefault((kind, match_key(word)), (clean_text(word), name, []))
                    cells += [f"{part.sheet.name}!{column.letter}{row}" for row in rows]
    words = []
    for (kind, key), (word, name, cells) in found.items():
        recalled = links.recalled.get((kind, key))
        by = recalled.by if recalled else ""
        words.append(UsedWord(kind, key, word, meant[kind][key], name, len(cells), tuple(cells[:A_FEW_CELLS]), by))
    return sorted(words, key=lambda word: -word.rows)


def _texts(sheet: Sheet, table: Table, number: int) -> dict[str, list[int]]:
    """What stands in a column, with its rows."""
    texts: dict[str, list[int]] = {}
    for row in table.rows:
        cells = sheet.rows[row - 1]
        raw = cells[number - 1] if number <= len(cells) else None
        text = raw.value if isinstance(raw, Cell) else raw
        if isinstance(text, str) and text:
            texts.setdefault(text, []).append(row)
    return texts


def _words_of(text: str, kind: str, meant: dict[str, str]) -> Iterator[str]:
    """The words of a cell that a person gave a meaning; only ranks may be several (imports.cells)."""
    if match_key(text) in meant:
        yield text
    elif kind == "investor_rank":
        yield from (word for word in SEPARATORS.split(text) if match_key(word) in meant)
