"""What a typed line means to the list of projects: 双福 消费品 2020 10亿以上 未开工 红灯 李勇.

`understand` reads a line with a vocabulary. Every word is looked up whole, then with its neighbours (10 亿 以上), then
cut into words without a rest (双福10亿以上未开工). What is none of it stays text to look for. docs/smart-box.md holds
the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.text import sentence
from projects.boxamounts import amount_at
from projects.boxcutting import Piece, joined, pieces_of
from projects.boxdays import day_at
from projects.boxmeaning import Meaning, Offer, Remark, Understood, Word, means
from projects.boxsettling import settled
from projects.boxvocabulary import Vocabulary
from projects.filters import ProjectFilter

MOST_JOINED = 4  # pieces that may be one word
LEAST_PART = 2  # characters of a word that is worth cutting off
BARE_YEAR = re.compile(r"(?:19[789]\d|20\d\d)年?度?|今年|去年|前年|本年|上年")
NOT = re.compile(r"(?:不在|不是|不含|不包括|除了|除去|除|排除|剔除|非|不要)(.+?)(?:以外|之外|外)?")
PREFIXED = re.compile(r"(?P<what>[^:：]{1,6})[:：](?P<value>.+)")
# What a prefix says the word is: the parameter; free ones take any words.
PREFIXES = {
    "园区": "park",
    "集群": "cluster",
    "产业集群": "cluster",
    "产业": "cluster",
    "产业链": "chain",
    "链": "chain",
}
FREE = {
    "领导": "official",
    "挂帅领导": "official",
    "单位": "lead_unit",
    "牵头单位": "lead_unit",
    "责任单位": "lead_unit",
}
FREE |= {"来源": "source", "标签": "tag"}
TEXT = ("文字", "名称", "项目", "投资方")

NUMBER_ALONE = re.compile(r"[\d一二三四五六七八九十两百]+[个项家]")
NO_NUMBER = _("How many there are cannot be asked for. Give an amount, a time or a name.")
NO_NOT = _("What to leave out cannot be said here yet, only what to show.")
IN_ONE = _("Looked for as one text. With a blank in it:")
NO_SUCH = _("There is none of this name.")
MAYBE = _("Looked for as text. It may also stand for:")
LOOKED_FOR = _("Looked for as text: in names, numbers, investors and lead officials.")
AS_TEXT = _("Not understood as a condition; looked for as text.")
CALLED_SO = _("Read as a word of the register; there is also %(names)s.")


def understand(text: str, vocabulary: Vocabulary) -> Understood:
    """The line as parameters of the list, with text to look for and what must be said about it."""
    words = _words(pieces_of(text), vocabulary)
    hints = [_hint(words, at) for at, word in enumerate(words) if word.parts]
    if not any(word.meaning and not word.meaning.filler for word in words):
        return Understood(rest=" ".join(word.text for word in words), notes=_maybe(words), hints=hints)
    params, contradictions = settled(words)
    unclear = [Remark(word.text, word.meaning.unclear, _offers(words, at)) for at, word in _where(words, "unclear")]
    notes = [Remark(word.text, word.meaning.note, _offers(words, at)) for at, word in _where(words, "note")]
    rest = " ".join(word.text for word in words if word.meaning is None)
    notes += [*_called_so(words, vocabulary), *_maybe(words)]
    return Understood(params, rest, unclear + contradictions, notes, hints, _as_text(words))


def _where(words: list[Word], what: str) -> Iterable[tuple[int, Word]]:
    return ((at, word) for at, word in enumerate(words) if word.meaning and getattr(word.meaning, what))


def _offers(words: list[Word], at: int) -> tuple[Offer, ...]:
    """The line with another word at this place, one offer a word."""
    meaning = words[at].meaning
    return tuple(Offer(other, _line(words, at, other)) for other in (meaning.offers if meaning else ()))


def _maybe(words: list[Word]) -> list[Remark]:
    """dg is looked for as it stands; it may be short for 德感."""
    return [
        Remark(word.text, MAYBE, tuple(Offer(other, _line(words, at, other)) for other in word.also))
        for at, word in enumerate(words)
        if word.also
    ]


def _as_text(words: list[Word]) -> list[Remark]:
    """What of the line is no condition, though nobody said that it is text: in one sentence."""
    unknown = [word.text for word in words if word.unknown and not word.also]
    return [Remark("、".join(unknown), AS_TEXT)] if unknown else []


def _hint(words: list[Word], at: int) -> Remark:
    """双福新能源 is looked for as it stands; cut in two its first half is a park."""
    apart = " ".join(words[at].parts or ())
    return Remark(words[at].text, IN_ONE, (Offer(apart, _line(words, at, apart)),))


def _line(words: list[Word], at: int, other: str) -> str:
    """The whole line again; what was text stays text."""
    parts = [word.text if word.meaning else quoted(word.text) for word in words]
    return " ".join([*parts[:at], other, *parts[at + 1 :]])


def quoted(text: str) -> str:
    """Text that the box takes as text, whatever it says."""
    return f"“{text}”"


def _called_so(words: list[Word], vocabulary: Vocabulary) -> list[Remark]:
    """Names that a project or a firm has as well: the search for the text is one click away."""
    named = {word.text: at for at, word in enumerate(words) if word.meaning and word.meaning.named}
    if not named:
        return []
    return [
        Remark(
            word,
            sentence(CALLED_SO, names="、".join(quoted(name) for name in names)),
            (Offer(quoted(word), _line(words, named[word], quoted(word))),),
        )
        for word, names in vocabulary.namesakes(list(named)).items()
    ]


def _words(pieces: list[Piece], vocabulary: Vocabulary) -> list[Word]:
    """The pieces as words, those of several pieces joined and those of several words cut."""
    years = {piece.key for piece in pieces if not piece.quoted and BARE_YEAR.fullmatch(piece.key)}
    reader = _Reader(vocabulary, _year(years, vocabulary) if len(years) == 1 else None)
    found: list[Word] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.quoted:
            found.append(Word(piece.text))
            at += 1
            continue
        several = reader.several(pieces[at : at + MOST_JOINED])
        if several:
            count, word = several
            found.append(word)
            at += count
            continue
        found += reader.one(piece)
        at += 1
    return found


def _year(years: Iterable[str], vocabulary: Vocabulary) -> int | None:
    found = day_at(next(iter(years)), 0, vocabulary.today, None)
    params = dict(found[1].params) if found else {}
    return int(params["year"]) if "year" in params else None


class _Reader:
    """Reads pieces of one line; `year` is the one that the line names."""

    def __init__(self, vocabulary: Vocabulary, year: int | None) -> None:
        self.vocabulary = vocabulary
        self.year = year

    def several(self, pieces: list[Piece]) -> tuple[int, Word] | None:
        """The most pieces, at least two, that are one word together: 10 亿 以上."""
        for count in range(len(pieces), 1, -1):
            key = joined(pieces[:count])
            meaning = self.whole(key) if key else None
            if meaning and not meaning.filler and not (meaning.unclear and self._clear(pieces[:count])):
                return count, Word("".join(piece.text for piece in pieces[:count]), meaning)
        return None

    def _clear(self, pieces: list[Piece]) -> bool:
        """Whether each of them is clear by itself: 2020年 开工 is a year and a stage, 2020年开工 is neither."""
        meanings = [self.whole(piece.key) for piece in pieces]
        return all(meaning and not meaning.unclear for meaning in meanings)

    def one(self, piece: Piece) -> list[Word]:
        """A piece as one word, as several without a rest, or as text."""
        if meaning := self.whole(piece.key):
            return [Word(piece.text, meaning)]
        if NUMBER_ALONE.fullmatch(piece.key):
            return [Word(piece.text, Meaning(unclear=NO_NUMBER))]
        prefixed = PREFIXED.fullmatch(piece.text)
        if prefixed and (found := self._prefixed(prefixed["what"], prefixed["value"])):
            return [found]
        if meaning := self.vocabulary.spelled(piece.key):
            return [Word(piece.text, meaning)]
        if parts := self._cut(piece.key):
            return parts
        if (without := NOT.fullmatch(piece.key)) and (self.whole(without[1]) or self._cut(without[1])):
            return [Word(piece.text, Meaning(unclear=NO_NOT))]
        also = self.vocabulary.maybe(piece.key)
        return [Word(piece.text, parts=self._halves(piece.key), also=also, unknown=True)]

    def _halves(self, key: str) -> tuple[str, str] | None:
        """A word at the beginning or the end, and what is left of a key that is text as a whole."""
        for at in range(len(key) - LEAST_PART, LEAST_PART - 1, -1):
            for part, rest in ((key[:at], key[at:]), (key[-at:], key[:-at])):
                meaning = self.vocabulary.words.get(part)
                if meaning and meaning.params:
                    return (part, rest) if key.startswith(part) else (rest, part)
        return None

    def whole(self, key: str) -> Meaning | None:
        """What a key means as one single word."""
        if meaning := self.vocabulary.words.get(key):
            return meaning
        found = [one for one in self._patterns(key, 0) if one[0] == len(key)]
        return found[0][1] if found else None

    def _patterns(self, key: str, start: int) -> list[tuple[int, Meaning]]:
        amount, day = amount_at(key, start), day_at(key, start, self.vocabulary.today, self.year)
        return [one for one in (amount, day) if one and one[0] > start]

    def _prefixed(self, what: str, value: str) -> Word | None:
        """园区:双福 and the like."""
        if what in TEXT:
            return Word(value)
        if what in FREE:
            # A name that is longer than the list takes is none in the register.
            fits = len(value) <= ProjectFilter.base_filters[FREE[what]].extra["max_length"]
            return Word(f"{what}:{value}", means(FREE[what], value) if fits else Meaning(unclear=NO_SUCH))
        kind = PREFIXES.get(what)
        if kind is None:
            return None
        piece = Piece(value)
        for name in self.vocabulary.of(kind):
            if piece.key in {Piece(spelling).key for spelling in name.spellings}:
                return Word(f"{what}:{value}", means(kind, name.value))
        spelled = [name for name in self.vocabulary.by_letters.get(piece.key, ()) if name.kind == kind]
        if len(spelled) == 1:
            return Word(f"{what}:{value}", means(kind, spelled[0].value))
        return Word(f"{what}:{value}", Meaning(unclear=NO_SUCH))

    def _cut(self, key: str) -> list[Word] | None:
        """The words that a key is made of, longest first, or None where anything is left over."""
        dead: set[int] = set()  # places from which there is no way to the end

        def from_place(start: int) -> list[Word] | None:
            if start == len(key):
                return []
            if start in dead:
                return None
            for end, meaning in self._at(key, start):
                rest = from_place(end)
                if rest is not None:
                    return [Word(key[start:end], meaning), *rest]
            dead.add(start)
            return None

        words = from_place(0)
        return words if words and any(not word.meaning.filler for word in words if word.meaning) else None

    def _at(self, key: str, start: int) -> list[tuple[int, Meaning]]:
        """The words that begin at a place, the longest first."""
        words = self.vocabulary.words
        known = self.vocabulary.beginning_with.get(key[start], ())
        found = [(start + len(word), words[word]) for word in known if key.startswith(word, start)]
        return sorted([*found, *self._patterns(key, start)], key=lambda one: -one[0])
