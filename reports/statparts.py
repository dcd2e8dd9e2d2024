"""The lines and column groups of a table of the statistics page: what each sums, and which rows it opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from industries.models import Cluster
from parks.models import Park, ParkKind
from projects.periods import Period
from projects.querysets import OWN_PART
from reports.dimensions import DIMENSIONS, NONE, Entry, entries, roots_of
from reports.links import Place

Base = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """`codes` are the entries of the cube that it sums, `params` select them in the list; a time narrows the period.

    `inside` are its own parts, which are counted in it. `role` is that of a Row.
    """

    name: str
    codes: tuple[str, ...]
    params: Base = ()
    time: tuple[str, str] | None = None  # dimension, code
    role: str = "row"
    inside: tuple[Part, ...] = field(default=())

    def place(self, place: Place) -> Place:
        """The place narrowed to this part."""
        if self.time:
            return replace(place, entries=(*place.entries, self.time))
        taken = {name for name, __ in self.params}
        return replace(place, base=(*(pair for pair in place.base if pair[0] not in taken), *self.params))


def lines_of(dimension: str, found: set[str], period: Period, base: Base) -> list[Part]:
    """The rows, parts under the whole that they lie in. Those of the first level add up to the whole, unless one is
    a subtotal of those before it (`role` "subtotal" without parts inside)."""
    named = entries(dimension, found, period)
    if dimension == "park":
        return [*_park_tree(named, found, base), *_unknown(dimension, found)]
    made = [_part(dimension, entry) for entry in named if entry.code != NONE]
    if base and dimension in ("cluster", "chain") and any(name == dimension for name, __ in base):
        made = [part for part in made if part.codes[0] in found]
    if dimension == "cluster":
        made = _with_five(made)
    elif dimension == "chain":
        made = [part for part in made if part.codes[0] in found]
    return [*made, *_unknown(dimension, found)]


def columns_of(dimension: str, found: set[str], period: Period, base: Base) -> list[Part]:
    """The column groups: whole parks without those inside them, no subtotals, and only what holds something."""
    lines = lines_of(dimension, found, period, base)
    if dimension == "park":
        lines = [root for line in lines for root in (line.inside if line.role == "subtotal" else (line,))]
    kept = [line for line in lines if line.role != "subtotal"]
    if DIMENSIONS[dimension].is_time:
        return kept
    return [replace(line, inside=()) for line in kept if found & set(line.codes)]


def _part(dimension: str, entry: Entry) -> Part:
    if DIMENSIONS[dimension].is_time:
        return Part(entry.name, (entry.code,), time=(dimension, entry.code))
    return Part(entry.name, (entry.code,), ((DIMENSIONS[dimension].parameter, entry.code),))


def _unknown(dimension: str, found: set[str]) -> list[Part]:
    if NONE not in found:
        return []
    part = _part(dimension, Entry(NONE, _unknown_name(dimension)))
    return [replace(part, role="unknown")]


def _unknown_name(dimension: str) -> str:
    if dimension == "rank":
        return _("no rank or honour")
    if DIMENSIONS[dimension].is_time:
        return Period(undated=True).label
    return {"park": _("Park not filled in"), "cluster": _("Cluster not filled in")}.get(
        dimension, _("not filled in: %(what)s") % {"what": DIMENSIONS[dimension].label}
    )


def _with_five(clusters: list[Part]) -> list[Part]:
    """A subtotal of the “4+1” before what lies outside them."""
    five = [part for part in clusters if part.codes != (Cluster.OUTSIDE,)]
    if len(five) < 2 or len(five) == len(clusters):
        return clusters
    whole = _sum_of(_("“4+1” together"), five, "subtotal")
    return [*five, replace(whole, inside=()), *clusters[len(five) :]]


def _sum_of(name: str, parts: Iterable[Part], role: str = "row") -> Part:
    parts = tuple(parts)
    codes = tuple(code for part in parts for code in part.codes)
    params = tuple(pair for part in parts for pair in part.params)
    return Part(name, codes, params, role=role, inside=parts)


def _groups() -> list[tuple[set[str], Any]]:
    return [
        ({ParkKind.BONDED_ZONE, ParkKind.INDUSTRIAL_PARK}, _("“1+4” platforms")),
        ({ParkKind.BIG_DATA_PARK}, _("Big-data parks")),
        ({ParkKind.DEMONSTRATION_PARK}, _("Demonstration parks (outside the platforms)")),
    ]


def _park_tree(parks: list[Entry], found: set[str], base: Base) -> list[Part]:
    """Kinds of parks, the parks of each, and under a park with parks inside it its own part and these."""
    narrowed = any(name == "park" for name, __ in base)
    roots = [_root(root, inside, found, narrowed=narrowed) for root, inside in roots_of(parks) if root.code != NONE]
    if narrowed:
        roots = [root for root in roots if found & set(root.codes)]
    kinds = dict(Park.objects.order_by().values_list("code", "kind"))
    tree = []
    for members, name in _groups():
        held = [root for root in roots if kinds[root.codes[0]] in members]
        if held:
            tree.append(_sum_of(name, held, "subtotal"))
    grouped = {code for group in tree for code in group.codes}
    return tree + [root for root in roots if not set(root.codes) & grouped]


def _root(park: Entry, children: list[Entry], found: set[str], *, narrowed: bool) -> Part:
    """A root park. Where the table is narrowed to some parks, it opens no more than what was found of it."""
    if not children:
        return Part(park.name, (park.code,), (("park", park.code),))
    own = Part(_("%(park)s alone") % {"park": park.name}, (park.code,), (("park", f"{OWN_PART}{park.code}"),))
    inside = [own, *(Part(child.name, (child.code,), (("park", child.code),)) for child in children)]
    if narrowed:
        inside = [part for part in inside if part.codes[0] in found]
    codes = (park.code, *(child.code for child in children))
    params = tuple(pair for part in inside for pair in part.params) if narrowed else (("park", park.code),)
    shown = inside if any(child.code in found for child in children) else []
    return Part(park.name, codes, params, inside=tuple(shown))
