"""The vocabulary that a register starts with: parks, clusters, chains and what the bureau published."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from industries.models import Chain, Cluster, LeadingFirm
from jiangjin.lib.history import create_with_history
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
    return len(_create_missing(Cluster, _by_code("clusters")))


def _load_parks() -> int:
    """Parents before what lies in them."""
    entries = _by_code("parks")
    parents = {code: entry.pop("parent") for code, entry in entries.items()}
    roots = {code: entry for code, entry in entries.items() if not parents[code]}
    made = _create_missing(Park, roots)
    inside = {code: entry for code, entry in entries.items() if parents[code]}
    ids = dict(Park.objects.values_list("code", "id"))
    for code, entry in inside.items():
        entry["parent_id"] = ids[parents[code]]
    return len(made) + len(_create_missing(Park, inside))


def _load_chains() -> int:
    entries = _by_code("chains")
    firms = {code: entry.pop("leading_firms") for code, entry in entries.items()}
    ids = dict(Cluster.objects.values_list("code", "id"))
    for entry in entries.values():
        entry["cluster_id"] = ids[entry.pop("cluster")]
    made = _create_missing(Chain, entries)
    # Firms belong to the chain's first loading: one that people took out does not come back.
    leading = [LeadingFirm(chain=chain, name=firm) for chain in made for firm in firms[chain.code]]
    create_with_history(LeadingFirm, leading, user=None, reason="")
    return len(made)


def _load_published_figures() -> int:
    names = ("scope", "scope_code", "period", "measure")
    there = set(PublishedFigure.objects.values_list(*names))
    figures = [PublishedFigure(**{"source": SOURCE, **entry}) for entry in _entries("published_figures")]
    missing = [figure for figure in figures if tuple(getattr(figure, name) for name in names) not in there]
    create_with_history(PublishedFigure, missing, user=None, reason="")
    return len(missing)


def _by_code(name: str) -> dict[str, dict]:
    """The entries of a file by their codes, each with its place in it."""
    return {entry["code"]: {"position": position, **entry} for position, entry in enumerate(_entries(name), 1)}


def _create_missing(model: type[models.Model], entries: dict[str, dict]) -> list[Any]:
    """Create those whose code is not there; what is there stays as it is."""
    there = set(model._default_manager.values_list("code", flat=True))
    missing = [model(**entry) for code, entry in entries.items() if code not in there]
    create_with_history(model, missing, user=None, reason="")
    return missing
