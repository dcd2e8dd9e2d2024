"""What a typed word can mean to the list of projects, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise

Sentence = str | Promise
Param = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one word stands for.

    params: parameters of the list. only: a parameter and the values that it leaves of those that other words name
    (未开工). note: what must be said although it was understood. unclear: why it was not; then it stands for nothing.
    offers: how else it could be written. filler: a word that says nothing (的, 项目). named: a name of the vocabulary,
    which a project or a firm may be called as well. of_year: a period that took its year from another word.
    """

    params: tuple[Param, ...] = ()
    only: tuple[str, frozenset[str]] | None = None
    note: Sentence = ""
    unclear: Sentence = ""
    offers: tuple[str, ...] = ()
    filler: bool = False
    named: bool = False
    of_year: bool = False


FILLER = Meaning(filler=True)


def means(name: str, *values: str, note: Sentence = "", offers: Iterable[str] = (), named: bool = False) -> Meaning:
    """A word that is one parameter of the list, with one value or several."""
    return Meaning(tuple((name, str(value)) for value in values), note=note, offers=tuple(offers), named=named)


@dataclass(frozen=True, slots=True)
class Word:
    """A typed word with its meaning; without one it is looked for as text.

    parts: how it could be cut in two. also: words that it may be short for. unknown: nobody said that it is text.
    """

    text: str
    meaning: Meaning | None = None
    parts: tuple[str, str] | None = None
    also: tuple[str, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Another line to type, offered as a link: what it changes, and the whole line."""

    label: str
    say: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said about one word."""

    word: str
    sentence: Sentence
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A typed line: parameters of the list, text to look for, what was not clear, what is worth saying."""

    params: dict[str, list[str]] = field(default_factory=dict)
    rest: str = ""
    unclear: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    hints: list[Remark] = field(default_factory=list)  # worth saying only where nothing is found
    as_text: list[Remark] = field(default_factory=list)  # what beside conditions is only looked for

    @property
    def is_plain(self) -> bool:
        """Whether the line is nothing but text to look for."""
        return not (self.params or self.unclear or self.notes or self.hints or self.as_text)
