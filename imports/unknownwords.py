"""Words that stand in a ledger's cells and in no list, for the mapping page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from imports.fields import ALL_FIELDS
from imports.mapping import WORD_KINDS
from imports.problems import Problem
from jiangjin.lib.text import match_key

MOST_WORDS = 100  # more of them are a wrong column


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that stands in a ledger's cells and in no list: a person says once what it means."""

    kind: str
    word: str
    rows: int
    cells: tuple[str, ...]  # the first cells that say it
    proposals: tuple[str, ...]  # words of the list, the nearest first
    field: str = ""
    why: str | Promise = ""  # what is unclear about it, and what would be right

    @property
    def label(self) -> str | Promise:
        return ALL_FIELDS[self.field].label

    @property
    def key(self) -> str:
        return f"word-{self.kind}-{self.word}"

    @property
    def proposed(self) -> str:
        """The one word that comes near: told, never chosen beforehand: only a person knows what was meant."""
        return self.proposals[0] if len(self.proposals) == 1 else ""


def unknown_words(errors: Iterable[Problem]) -> list[UnknownWord]:
    """Words of parks, clusters, chains and stages that refused rows, the most frequent first."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for error in errors:
        kind = ALL_FIELDS[error.field].kind if error.field in ALL_FIELDS else ""
        word = error.value.strip()
        # A cell of several ranks is parted before its words are looked up: no decision about the whole would help.
        parted = kind == "investor_rank" and any(mark in word for mark in "、,，;；/")
        if error.code == "unknown_word" and kind in WORD_KINDS and word and not parted:
            found.setdefault((kind, match_key(word)), []).append(error)
    words = [
        UnknownWord(
            kind,
            problems[0].value.strip(),
            len(problems),
            tuple(f"{problem.sheet}!{problem.cell}" for problem in problems[:3]),
            problems[0].candidates,
            problems[0].field,
            problems[0].message,
        )
        for (kind, __), problems in found.items()
    ]
    return sorted(words, key=lambda word: -word.rows)
