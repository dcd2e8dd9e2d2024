"""Rows that look alike, taken together column by column: that costs a step a column and block, not one a cell.

Beside `xlsx_shape`, which says what such rows look like.
"""

from collections.abc import Callable
from itertools import repeat

from imports.reading.raw import RawCell
from imports.reading.xlsx_shape import NUMBERS, Shape

Read = Callable[[str, str, str], RawCell]  # the cell of (style, kind, value)
LONGEST_WHOLE = 15  # digits of a number that needs no second look
MOST_MET = 50_000  # values remembered of a column


def rows_alike(shape: Shape, text: str, start: int) -> tuple[list[tuple[str, ...]], int]:
    """The rows of this shape that stand one below the other from `start` on: of each its number and its values; and
    where they end."""
    found: list[tuple[str, ...]] = []
    match = shape.pattern.scanner(text, start).match  # goes on where the last match ended
    end, number = start, 0
    while row := match():
        groups = row.groups()
        if found and int(groups[0]) != number + 1:
            break
        number, end = int(groups[0]), row.end()
        found.append(groups)
    return found, end


def cells_of(shape: Shape, values: list[tuple[str, ...]], longest: int, read: Read) -> tuple[list[list[RawCell]], int]:
    """The rows of cells that columns of values make, and how many cells of them are filled.

    `longest`: characters of a text that need no second look.
    """
    columns: list[list[RawCell]] = []
    count = len(values[0])
    for (gap, style, kind), met, column in zip(shape.columns, shape.met, values, strict=True):
        columns += repeat([None] * count, gap)
        columns.append(_cells(style, kind, column, met, longest, read))
    rows = list(map(list, zip(*columns, strict=True)))
    if columns and None in columns[-1]:
        for row in rows:
            while row and row[-1] is None:
                row.pop()
    return rows, count * len(columns) - sum(column.count(None) for column in columns)


def _cells(
    style: str, kind: str, values: tuple[str, ...], met: dict[str, RawCell], longest: int, read: Read
) -> list[RawCell]:
    """The cells of one column. What it repeats is read once, and becomes the same object."""
    if kind in NUMBERS and style in ("", "0") and _are_whole(values):
        return list(map(int, values))
    new = set(values).difference(met)
    if 2 * len(new) > len(values) and kind not in NUMBERS:
        if kind == "inlineStr" and _are_plain(values, longest):
            return list(values)
        return [read(style, kind, value) for value in values]
    if len(met) > MOST_MET:
        met.clear()
        new = set(values)
    for value in new:
        met[value] = read(style, kind, value)
    return [met[value] for value in values]


def _are_whole(values: tuple[str, ...]) -> bool:
    together = "".join(values)
    return together.isascii() and together.isdigit() and all(values) and len(max(values, key=len)) <= LONGEST_WHOLE


def _are_plain(values: tuple[str, ...], longest: int) -> bool:
    """Whether each text is a cell as it stands."""
    together = "".join(values)
    return together.isprintable() and "_x" not in together and all(values) and len(max(values, key=len)) <= longest
