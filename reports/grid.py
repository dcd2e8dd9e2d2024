"""A table of figures as it is shown, printed, exported and kept: one structure for all report pages.

    grid = Grid(_("By park"), [Column(_("Park")), Column(_("Projects"), "count")], rows, notes=[...])
    rows.append(Row([Cell("双福"), Cell(34, place.counted())]))

`templates/reports/_grid.html` shows it, `reports/gridout.py` makes it a file. Amounts in 万元; None is not filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import ngettext

from reports.links import list_url

# Kinds of columns: how a value is shown (jiangjin/templatetags/grids.py), and here how it is exported; others are text.
# `yi` and `wan` are amounts in 万元 shown in 亿元 or 万元; `rate` is a ratio shown in %; `points` a difference of
# rates in 百分点; `signed` and `signed_yi` are changes with their sign. What is `mixed` or `signed_mixed` is a number
# of projects (int) or an amount in 万元 (Decimal), row by row.
OUT_KINDS = {
    "count": "integer",
    "signed": "integer",
    "yi": "money_yi",
    "signed_yi": "money_yi",
    "number": "decimal",
    "signed_number": "decimal",
    "wan": "money_wan",
    "decimal": "decimal",
    "rate": "percent",
    "growth": "percent",
    "points": "decimal",
    "mixed": "decimal",
    "signed_mixed": "decimal",
    "day": "day",
    "year": "year",
}


@dataclass(frozen=True, slots=True)
class Column:
    """`group` is the head above the head: neighbours of one group share it. `weak`: not shown on a phone.

    `sort` is the order that a click on its head asks for, `sorted` how it is in order now (`aria-sort`).
    """

    label: str | Promise
    kind: str = "text"
    group: str | Promise = ""
    weak: bool = False
    key: str = ""
    width: int = 0  # of the exported column, in characters
    sort: str = ""
    sorted: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind not in ("text", "light", "stage", "year")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value; `params` are the conditions of the list that it opens, `href` another address (of a project, a firm).

    `dash`: None means that there is nothing to be had (a rate on zero), not that somebody could fill it in.
    """

    value: Any
    params: Sequence[tuple[str, str]] | None = None
    href: str = ""
    dash: bool = True
    tone: str = ""  # late, unknown or weak; blank: nothing stands there, not even a dash
    kind: str = ""  # how it is written, where not as its column: a total among changes
    title: str = ""  # why, of a light; what a change is against

    @property
    def is_nothing(self) -> bool:
        """Whether it is a dash alone, which a card leaves out."""
        return self.dash and (self.value is None or self.value == "")

    @property
    def url(self) -> str:
        """Where it leads; a figure that is nothing leads nowhere."""
        if self.href or not self.params or not self.value:
            return self.href
        return list_url(self.params)


@dataclass(frozen=True, slots=True)
class Row:
    """`role` is row, subtotal, unknown or total; `level` indents what lies inside the row above."""

    cells: list[Cell]
    role: str = "row"
    level: int = 0


@dataclass(slots=True)
class Grid:
    """`notes` are the counting rules that go with it everywhere. `code` names it in addresses and on the page."""

    title: str | Promise
    columns: list[Column]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    code: str = "table"
    empty: str | Promise = ""  # what is said where there are no rows
    desk_groups: bool = False  # the head above the head is for wide screens: its columns speak for themselves
    wide: bool = False  # on A3 in print and in the file
    cards: bool = False  # on a phone each row is a card that shows every column, the weak ones too

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The head above the head: label and how many columns; empty where no column has a group."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            label = str(column.group)
            if found and found[-1][0] == label:
                found[-1] = (label, found[-1][1] + 1)
            else:
                found.append((label, 1))
        return found if any(label for label, __ in found) else []

    def edges(self) -> list[bool]:
        """Which columns begin a group."""
        starts, place = set(), 0
        for __, width in self.groups:
            starts.add(place)
            place += width
        return [place in starts and place > 0 for place in range(len(self.columns))]

    def sheets(self, most: int) -> list[Grid]:
        """Parts of at most so many columns: the first column on each, groups whole where they fit, the rules last."""
        parts: list[list[int]] = []
        # What has no group stands by itself.
        edges = self.edges() if self.groups else [True] * len(self.columns)
        starts = sorted({1, *(place for place, begins in enumerate(edges) if begins and place)})
        for start, end in pairwise([*starts, len(self.columns)]):
            for first in range(start, end, most - 1):
                taken = list(range(first, min(end, first + most - 1)))
                if parts and len(parts[-1]) + len(taken) < most:
                    parts[-1] += taken
                else:
                    parts.append(taken)
        if len(parts) < 2:
            return [self]
        return [self._part(number, [0, *taken], is_last=taken is parts[-1]) for number, taken in enumerate(parts, 1)]

    def _part(self, number: int, places: list[int], *, is_last: bool) -> Grid:
        rows = [replace(row, cells=[row.cells[place] for place in places]) for row in self.rows]
        columns = [self.columns[place] for place in places]
        return replace(
            self, columns=columns, rows=rows, notes=self.notes if is_last else [], code=f"{self.code}-{number}"
        )

    @property
    def shown(self) -> list[tuple[Row, list[tuple[Column, Cell, bool]]]]:
        """Rows with each cell beside its column, and whether it begins a group."""
        edges = self.edges()
        return [(row, list(zip(self.columns, row.cells, edges, strict=True))) for row in self.rows]

    @property
    def heads(self) -> list[tuple[Column, bool]]:
        return list(zip(self.columns, self.edges(), strict=True))


def with_rest(grid: Grid, left_out: int, url: str) -> Grid:
    """The table, below it how many more rows there are where it was cut, with the address at which all are listed."""
    if left_out <= 0:
        return grid
    words = ngettext("%(number)d more: open the list", "%(number)d more: open the list", left_out)
    last = Row([Cell(words % {"number": left_out}, href=url), *(Cell(None, tone="blank") for __ in grid.columns[1:])])
    return replace(grid, rows=[*grid.rows, last])
