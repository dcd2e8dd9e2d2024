"""The vocabulary in memory: what the words of a ledger mean, and the keys of parks, clusters and chains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from imports.mapping import MappingError
from imports.plan import ReadRow
from imports.vocabulary import Vocabulary
from imports.words import WORDS
from industries.models import Chain, Cluster
from jiangjin.lib.text import match_key, sentence
from parks.models import Park

if TYPE_CHECKING:
    from imports.recalling import RecalledWord

UNKNOWN_CODE = _("“%(word)s” was given the code “%(code)s”, which does not exist.")


class Links:
    """Read once a file: ids by code, and the words that mean them. Raises MappingError for a word of no known code.

    `remembered` holds for the words of which `words` says nothing, as far as its codes are there still.
    """

    def __init__(
        self,
        words: Mapping[str, Mapping[str, str]] | None = None,
        remembered: Mapping[tuple[str, str], RecalledWord] | None = None,
    ) -> None:
        parks, clusters = list(Park.objects.all()), list(Cluster.objects.all())
        chains = list(Chain.objects.select_related("cluster"))
        self.ids: dict[str, dict[str, int]] = {
            "park": {park.code: park.pk for park in parks},
            "cluster": {cluster.code: cluster.pk for cluster in clusters},
            "chain": {chain.code: chain.pk for chain in chains},
        }
        self._check(words or {})
        own = {(kind, match_key(word)): code for kind, said in (words or {}).items() for word, code in said.items()}
        self.recalled = {
            at: word for at, word in (remembered or {}).items() if at not in own and word.code in self._codes_of(at[0])
        }
        meant: dict[str, dict[str, str]] = {}
        for (kind, key), code in [*((at, word.code) for at, word in self.recalled.items()), *own.items()]:
            meant.setdefault(kind, {})[key] = code
        self.codes = {name: {pk: code for code, pk in ids.items()} for name, ids in self.ids.items()}
        self.vocabulary = Vocabulary(
            [(park.code, park.name, park.short_name, park.aliases) for park in parks],
            [(cluster.code, cluster.name, "", cluster.aliases) for cluster in clusters],
            [(chain.code, chain.name, "", chain.aliases, chain.cluster.code) for chain in chains],
            meant,
        )

    def _check(self, words: Mapping[str, Mapping[str, str]]) -> None:
        """A code that does not exist would be found out only while its row is written."""
        for kind, entries in words.items():
            known = self._codes_of(kind)
            for word, code in entries.items():
                if code not in known:
                    raise MappingError("unknown_code", sentence(UNKNOWN_CODE, word=word, code=code))

    def _codes_of(self, kind: str) -> Collection[str]:
        return self.ids[kind] if kind in self.ids else set(WORDS.get(kind, {}).values())

    def park_id(self, read: ReadRow) -> int | None:
        """The park that a row names."""
        code = read.values.get("park")
        return self.ids["park"].get(code) if code else None
