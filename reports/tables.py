"""The lines of a table: the entries of a dimension with what they come to, parts under the whole they lie in."""

from __future__ import annotations

from dataclasses import dataclass

from parks.models import Park
from projects.periods import Period
from projects.querysets import OWN_PART
from reports.cube import Cube
from reports.dimensions import Entry, entries, roots_of
from reports.measures import NOTHING, Figures, summed


@dataclass(frozen=True, slots=True)
class Line:
    """A line; those of level 1 lie inside the one of level 0 above them and are counted in it."""

    code: str
    name: str
    figures: Figures
    level: int = 0


def lines_of(cube: Cube, dimension: str, period: Period) -> list[Line]:
    """The lines of one dimension of the cube; those of level 0 add up to its total."""
    found = cube.by_one(dimension)
    named = entries(dimension, set(found), period)
    if dimension == "park":
        return _park_lines(named, found)
    return [Line(entry.code, entry.name, found.get(entry.code, NOTHING)) for entry in named]


def _park_lines(parks: list[Entry], found: dict[str, Figures]) -> list[Line]:
    """Root parks; under one with parks inside it, its own part and these. 园区外 only where something lies there."""
    lines = []
    for root, children in roots_of(parks):
        code, own = root.code, found.get(root.code, NOTHING)
        whole = summed([own, *(found.get(child.code, NOTHING) for child in children)])
        if code == Park.NO_PARK and whole == NOTHING:
            continue
        lines.append(Line(code, root.name, whole))
        held = [Line(child.code, child.name, found.get(child.code, NOTHING), 1) for child in children]
        if any(line.figures != NOTHING for line in held):
            lines += [Line(f"{OWN_PART}{code}", root.name, own, 1), *held]
    return lines
