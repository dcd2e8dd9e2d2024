"""The vocabulary that a register starts with: parks, clusters, chains and what the bureau published."""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from industries.models import Chain, Cluster, LeadingFirm
from parks.models import Park
from reports.models import PublishedFigure

SOURCE = "江津招商引资2020年回顾（公开文章）"


def load_vocabulary() -> int:
    """Create what is missing, found by its code; nothing that people changed is touched. Returns how many were made."""
    with transaction.atomic():
        return _load_clusters() + _load_parks() + _load_chains() + _load_published_figures()


def _entries(name: str) -> list[dict]:
    return json.loads((Path(settings.BASE_DIR) / "fixtures" / f"{name}.json").read_text(encoding="utf-8"))


def _load_clusters() -> int:
    made = 0
    for position, entry in enumerate(_entries("clusters"), 1):
        __, new = Cluster.objects.get_or_create(code=entry.pop("code"), defaults={"position": position, **entry})
        made += new
    return made


def _load_parks() -> int:
    """Parents stand before their children in the file."""
    made = 0
    for position, entry in enumerate(_entries("parks"), 1):
        parent = entry.pop("parent")
        entry["parent"] = Park.objects.get(code=parent) if parent else None
        __, new = Park.objects.get_or_create(code=entry.pop("code"), defaults={"position": position, **entry})
        made += new
    return made


def _load_chains() -> int:
    made = 0
    for position, entry in enumerate(_entries("chains"), 1):
        firms = entry.pop("leading_firms")
        entry["cluster"] = Cluster.objects.get(code=entry["cluster"])
        chain, new = Chain.objects.get_or_create(code=entry.pop("code"), defaults={"position": position, **entry})
        made += new
        # Firms belong to the chain's first loading: one that people took out does not come back.
        for firm in firms if new else []:
            LeadingFirm.objects.create(chain=chain, name=firm)
    return made


def _load_published_figures() -> int:
    made = 0
    for entry in _entries("published_figures"):
        key = {name: entry.pop(name) for name in ("scope", "scope_code", "period", "measure")}
        __, new = PublishedFigure.objects.get_or_create(**key, defaults={"source": SOURCE, **entry})
        made += new
    return made
