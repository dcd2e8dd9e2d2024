"""Words in cells to codes: exact tables of parks, clusters and chains, what was remembered, and what to propose."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from imports.words import PROPOSED, TOWN, VAGUE_WORDS, WORDS
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.faults import refuse_common, tidy
from jiangjin.lib.text import clean_text, match_key, sentence

SEPARATORS = re.compile(r"[/、,;;|+&]|和|与|及|\n")
TOWNS = re.compile(r".+(镇|街道|街|乡|社区|村)")
SIMILAR = 0.5
PROPOSALS = 3
LONGEST_WORD = 40  # what is longer is a sentence and resembles no entry

TWO = _("“%(word)s” names two: %(names)s. Enter the one that counts, e.g. %(example)s.")
UNKNOWN = _("“%(word)s” is not in the list. Choose the entry that is meant, once: it holds for the whole file.")
UNKNOWN_SIMILAR = _("“%(word)s” is not in the list. Is %(names)s meant? Choose once: it holds for the whole file.")
CHAIN = _("“%(word)s” is an industry chain, not a cluster. Write the cluster, e.g. %(names)s.")


class Entry(NamedTuple):
    """One entry of a list: its code and every text that means it. `cluster` is the code of a chain's cluster."""

    code: str
    name: str
    short_name: str = ""
    aliases: Iterable[str] = ()
    cluster: str = ""

    def spellings(self) -> list[str]:
        """Code, name, short name and aliases, without empty ones."""
        return [text for text in (self.code, self.name, self.short_name, *self.aliases) if text]


class Vocabulary:
    """What the words of a ledger mean, exactly: a word in no table is a CellError with proposals, never a guess.

    `parks`, `clusters` and `chains` are rows of (code, name, short_name, aliases), chains with their cluster's code as
    a fifth. `remembered` holds what a person once decided: {"park": {"双福新区": "shuangfu"}, "stage": {…}}.
    """

    def __init__(
        self,
        parks: Iterable[tuple] = (),
        clusters: Iterable[tuple] = (),
        chains: Iterable[tuple] = (),
        remembered: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.names: dict[str, dict[str, str]] = {kind: dict(words) for kind, words in PROPOSED.items()}
        self.tables: dict[str, dict[str, str]] = {
            kind: {match_key(word): code for word, code in words.items()} for kind, words in WORDS.items()
        }
        self.cluster_of_chain: dict[str, str] = {}
        for kind, rows in (("park", parks), ("cluster", clusters), ("chain", chains)):
            entries = [Entry(*row) for row in rows]
            self.names[kind] = {entry.code: entry.name for entry in entries}
            self.tables[kind] = _table(entries)
            if kind == "chain":
                self.cluster_of_chain = {entry.code: entry.cluster for entry in entries if entry.cluster}
        self._refused: dict[tuple[str, str], CellError] = {}
        self.remembered: dict[str, dict[str, str]] = {
            kind: {match_key(word): code for word, code in words.items()} for kind, words in (remembered or {}).items()
        }

    def lookup(self, kind: str, text: str) -> str:
        """The code that a word means in a column of that kind; raises CellError `unknown_word` or `two_choices`.

        An `unknown_word` can be settled by a person, once for a whole file.
        """
        key = match_key(text)
        code = self.remembered.get(kind, {}).get(key) or self.tables[kind].get(key)
        if code is None:
            if (kind, text) not in self._refused:
                self._refused[kind, text] = self._unknown(kind, text)
            known = self._refused[kind, text]
            # A fresh one: a kept exception would gather the tracebacks of all its raisings.
            raise CellError(known.code, known.message, known.suggestions)
        return code

    def _unknown(self, kind: str, text: str) -> CellError:
        try:
            refuse_common(tidy(text))
        except CellError as error:
            return error
        word, key = clean_text(text), match_key(text)
        if vague := VAGUE_WORDS.get(kind, {}).get(key):
            message, codes = vague
            return CellError("unknown_word", sentence(message, word=word), self._names(kind, codes))
        named = self._named(kind, key)
        if len(named) > 1:
            names = self._names(kind, named)
            return CellError("two_choices", sentence(TWO, word=word, names="、".join(names), example=names[0]), names)
        if kind == "cluster" and (clusters := self._clusters_of_chain(key)):
            names = self._names(kind, clusters)
            return CellError("unknown_word", sentence(CHAIN, word=word, names="、".join(names)), names)
        names = self._names(kind, named + [code for code in self._similar(kind, key) if code not in named])[:PROPOSALS]
        if kind == "park" and TOWNS.fullmatch(key):
            return CellError("unknown_word", sentence(TOWN, word=word), names)
        if names:
            return CellError("unknown_word", sentence(UNKNOWN_SIMILAR, word=word, names="、".join(names)), names)
        return CellError("unknown_word", sentence(UNKNOWN, word=word))

    def _names(self, kind: str, codes: Iterable[str]) -> tuple[str, ...]:
        """Names of codes, those that this vocabulary holds: a click puts such a word into the cell."""
        return tuple(self.names[kind][code] for code in codes if code in self.names[kind])

    def _named(self, kind: str, key: str) -> list[str]:
        """Codes of the entries that a text names whole: 双福工业园(德感) names two, 珞璜智能家居产业园 one."""
        found: dict[str, str] = {}
        rest = key
        for spelling in sorted(self.tables[kind], key=len, reverse=True):
            if len(spelling) > 1 and spelling in rest:
                found[spelling] = self.tables[kind][spelling]
                rest = rest.replace(spelling, "\n")
        return sorted(set(found.values()), key=lambda code: min(key.index(s) for s, c in found.items() if c == code))

    def _clusters_of_chain(self, key: str) -> list[str]:
        """Codes of the clusters whose chains a text names, whole or in part: 食品 is in 粮油食品."""
        chains = {code for spelling, code in self.tables["chain"].items() if len(key) > 1 and key in spelling}
        clusters = (self.cluster_of_chain.get(chain) for chain in sorted(chains))
        return list(dict.fromkeys(cluster for cluster in clusters if cluster))

    def _similar(self, kind: str, key: str) -> list[str]:
        """Codes of the entries whose spelling comes nearest, the best first; none that is far behind the best."""
        ratios: dict[str, float] = {}
        if len(key) > LONGEST_WORD:
            return []
        matcher = difflib.SequenceMatcher(b=key, autojunk=False)
        for spelling, code in self.tables[kind].items():
            matcher.set_seq1(spelling)
            if matcher.real_quick_ratio() >= SIMILAR and (ratio := matcher.ratio()) >= SIMILAR:
                ratios[code] = max(ratio, ratios.get(code, 0))
        best = max(ratios.values(), default=0)
        return [code for code in sorted(ratios, key=lambda code: -ratios[code]) if ratios[code] >= best - 0.15]


def _table(entries: list[Entry]) -> dict[str, str]:
    """Every spelling's key with its code; a spelling that two entries claim means neither, so that it is asked."""
    table: dict[str, str] = {}
    claimed_twice: set[str] = set()
    for entry in entries:
        for spelling in entry.spellings():
            key = match_key(spelling)
            if table.setdefault(key, entry.code) != entry.code:
                claimed_twice.add(key)
    return {key: code for key, code in table.items() if key not in claimed_twice}


EMPTY_VOCABULARY = Vocabulary()
