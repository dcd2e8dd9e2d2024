"""The vocabulary in memory: what the words of a ledger mean, and the keys of parks, clusters and chains."""

from __future__ import annotations

from collections.abc import Mapping

from imports.plan import ReadRow
from imports.vocabulary import Vocabulary
from industries.models import Chain, Cluster
from parks.models import Park


class Links:
    """Read once a file: ids by code, and the words that mean them."""

    def __init__(self, words: Mapping[str, Mapping[str, str]] | None = None) -> None:
        parks, clusters = list(Park.objects.all()), list(Cluster.objects.all())
        chains = list(Chain.objects.select_related("cluster"))
        self.ids: dict[str, dict[str, int]] = {
            "park": {park.code: park.pk for park in parks},
            "cluster": {cluster.code: cluster.pk for cluster in clusters},
            "chain": {chain.code: chain.pk for chain in chains},
        }
        self.vocabulary = Vocabulary(
            [(park.code, park.name, park.short_name, park.aliases) for park in parks],
            [(cluster.code, cluster.name, "", cluster.aliases) for cluster in clusters],
            [(chain.code, chain.name, "", chain.aliases, chain.cluster.code) for chain in chains],
            words,
        )

    def park_id(self, read: ReadRow) -> int | None:
        """The park that a row names."""
        code = read.values.get("park")
        return self.ids["park"].get(code) if code else None
