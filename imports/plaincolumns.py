"""Columns whose cells are just values, read column by column: that costs a step a column and block, not one a cell.

A row with more to say (an error, a warning, a cell of a merge) is left to `imports.rows`, which reads it cell by cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import repeat, zip_longest
from typing import TYPE_CHECKING, Any

from imports.cells import READERS
from imports.fields import ALL_FIELDS
from imports.grid import Sheet
from imports.tables import Table
from imports.textcells import all_stand, read_text
from jiangjin.lib.cellerrors import CellError

if TYPE_CHECKING:
    from imports.rows import Source

PLAIN_TYPES = frozenset((str, Decimal, datetime.date))  # no bool among them, which would equal a number
QUICK = PLAIN_TYPES | {type(None)}
KEPT = 4096  # values remembered of a column
BLOCK = 1000  # rows

Values = dict[str, Any]


def plain_values(sheet: Sheet, table: Table, sources: Sequence[Source]) -> Iterator[Values | None]:
    """Of each data row its values by field; None for one that must be read cell by cell."""
    if not sources or not all(source.is_plain and not source.fills_down for source in sources):
        yield from repeat(None, len(table.rows))
        return
    columns = [_Column(source) for source in sources]
    merged = {row for row, __ in table.filled}
    for start in range(0, len(table.rows), BLOCK):
        numbers = table.rows[start : start + BLOCK]
        odd = {at for at, number in enumerate(numbers) if number in merged} if merged else set()
        yield from _block([sheet.rows[number - 1] for number in numbers], columns, odd)


def _block(rows: list[list], columns: list[_Column], odd: set[int]) -> Iterator[Values | None]:
    """The same of some rows; `odd` says which of them must be read cell by cell already."""
    gaps: set[int] = set()
    cells = list(zip_longest(*rows))
    nothing = (None,) * len(rows)
    read = [column.read(cells[at] if (at := column.index) < len(cells) else nothing, odd, gaps) for column in columns]
    names = [column.source.field for column in columns]
    for at, values in enumerate(zip(*read, strict=True)):
        if at in odd:
            yield None
        elif at in gaps:
            yield {name: value for name, value in zip(names, values, strict=True) if value is not None}
        else:
            yield dict(zip(names, values))  # noqa: B905  of one length


class _Column:
    """One column as far as it was read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.index = source.index
        self.met = source.met
        self.empty: set[Any] = set()  # cells that say nothing
        self.is_text = READERS[ALL_FIELDS[source.field].kind] is read_text

    def read(self, cells: Sequence[Any], odd: set[int], gaps: set[int]) -> list[Any]:
        """What some cells say. Puts the places of doubtful ones into `odd`, of empty ones into `gaps`."""
        if not QUICK.issuperset(map(type, cells)):
            strange = {at for at, cell in enumerate(cells) if type(cell) not in QUICK}
            odd |= strange
            cells = [None if at in strange else cell for at, cell in enumerate(cells)]
        distinct = set(cells)
        known, doubtful = self._known(distinct)
        if doubtful:
            odd.update(at for at, cell in enumerate(cells) if cell in doubtful)
        if not distinct.isdisjoint(self.empty):
            gaps.update(at for at, cell in enumerate(cells) if cell in self.empty)
        return list(map(known.get, cells))

    def _known(self, distinct: set[Any]) -> tuple[dict[Any, Any], set[Any]]:
        """What these cells say, and those that are no value or have a warning."""
        met = self.met
        new = distinct.difference(met, self.empty)
        if self.is_text and all_stand(new):
            read, doubtful = dict(zip(new, new, strict=True)), set()
        else:
            read, doubtful = self._each(new)
        if len(met) + len(read) > KEPT:
            return {**met, **read}, doubtful
        met.update(read)
        return met, doubtful

    def _each(self, cells: Collection[Any]) -> tuple[dict[Any, Any], set[Any]]:
        read: dict[Any, Any] = {}
        doubtful = set()
        for cell in cells:
            try:
                value, warnings = self.source.read(cell)
            except CellError:
                doubtful.add(cell)
                continue
            if warnings:
                doubtful.add(cell)
            elif value is None:
                self.empty.add(cell)
            else:
                read[cell] = value
        return read, doubtful
