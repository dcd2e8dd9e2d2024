"""A table of the statistics page: rows by one dimension, columns by another, several measures, comparisons.

Every cell is a sum over entries of one cube (reports/cube.py) and opens the list with exactly its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from projects.choices import Condition
from projects.periods import Period
from projects.permissions import sees_own_parks_only
from reports.cube import Cube
from reports.dimensions import DIMENSIONS
from reports.grid import Cell, Column, Grid, Row
from reports.links import Place
from reports.measures import NOTHING, Figures, summed
from reports.statasked import NO_COLUMNS, StatAsked
from reports.statcompare import Codes, Comparison, cells_of, comparisons_of, rules_of
from reports.statmeasures import Measure
from reports.statparts import Part, columns_of, lines_of

MOST_COLUMNS = 40  # groups of columns
NAME = "name"


@dataclass(frozen=True, slots=True)
class Block:
    """A group of columns: the figures of each entry of the rows in it, and where they lie."""

    key: str
    title: str
    figures: Codes
    place: Place


class TooManyColumns(Exception):
    """The dimension has more entries than a table takes beside each other."""


def table_of(asked: StatAsked) -> Grid:
    """The table. Raises TooManyColumns."""
    blocks = _blocks(asked)
    main = blocks[-1]
    compared = comparisons_of(asked, main.place, main.figures)
    found = {code for block in blocks for code, one in block.figures.items() if one != NOTHING}
    found |= {code for one in compared for code in one.before}
    lines = lines_of(asked.rows, found, asked.period, asked.base(asked.day))
    table = _Table(asked, blocks, compared)
    rows = [row for line in _sorted(lines, table, asked.sort) for row in table.rows_of(line, 0)]
    is_part = asked.narrowing or sees_own_parks_only(asked.user)
    total = Part(_("Total") if is_part else _("Whole district"), tuple(found), role="total")
    rows += table.rows_of(total, 0)
    title = _("Statistics by %(rows)s") % {"rows": DIMENSIONS[asked.rows].label}
    return Grid(
        title,
        table.columns(),
        rows,
        _rules(asked, compared, main.place.period),
        code="statistics",
        empty=_("Nothing to show."),
    )


def _blocks(asked: StatAsked) -> list[Block]:
    """The groups of columns, the whole of the table last."""
    base = asked.base(asked.day)
    if asked.cols == "year":
        return [_year_block(asked, period, base) for period in asked.periods]
    place = Place(asked.period, base=base)
    scope = asked.scope(asked.period, asked.day)
    if asked.cols == NO_COLUMNS:
        return [Block("", asked.period.label, scope.cut(asked.rows, only=asked.sums).by_one(asked.rows), place)]
    cube = scope.cut(asked.rows, asked.cols, only=asked.sums)
    parts = columns_of(asked.cols, set(cube.by_one(asked.cols)), asked.period, base)
    if len(parts) > MOST_COLUMNS:
        raise TooManyColumns
    blocks = [Block(part.codes[0], part.name, _of_columns(cube, part.codes), part.place(place)) for part in parts]
    return [*blocks, Block("all", _("Total"), cube.by_one(asked.rows), place)]


def _year_block(asked: StatAsked, period: Period, base: tuple[tuple[str, str], ...]) -> Block:
    figures = asked.scope(period, asked.day).cut(asked.rows, only=asked.sums).by_one(asked.rows)
    return Block(period.code, _("signed in %(period)s") % {"period": period.label}, figures, Place(period, base=base))


def _of_columns(cube: Cube, codes: Iterable[str]) -> Codes:
    wanted, found = set(codes), defaultdict(list)
    for (row, column), figures in cube.cells.items():
        if column in wanted:
            found[row].append(figures)
    return {row: summed(figures) for row, figures in found.items()}


def _of(figures: Codes, part: Part) -> Figures:
    return summed(figures[code] for code in part.codes if code in figures)


@dataclass(slots=True)
class _Table:
    asked: StatAsked
    blocks: list[Block]
    compared: list[Comparison]

    @property
    def is_plain(self) -> bool:
        """One measure: its name is the head over the columns, and each is called after its entry."""
        return len(self.asked.measures) == 1 and len(self.blocks) > 1

    def columns(self) -> list[Column]:
        label = str(DIMENSIONS[self.asked.rows].label)
        made = [self._column(Column(label[:1].upper() + label[1:], "text", key=NAME, width=24))]
        for block in self.blocks:
            for measure in self.asked.measures:
                names = (block.title, measure.label) if self.is_plain else (measure.label, block.title)
                group = names[1] if self.is_plain or len(self.blocks) > 1 or self.compared else ""
                key = f"{block.key}.{measure.code}" if block.key else measure.code
                made.append(self._column(Column(names[0], measure.kind, group, key=key)))
        for place, one in enumerate(self.compared):
            for extra in one.extras:
                made.append(self._column(Column(extra.label, extra.kind, one.title, key=f"vs{place}.{extra.key}")))
        return made

    def _column(self, column: Column) -> Column:
        """With the order that a click on its head asks for."""
        down, key = f"-{column.key}", column.key
        if self.asked.sort in (key, down) and key != NAME:
            is_down = self.asked.sort == down
            return replace(column, sort=key if is_down else down, sorted="descending" if is_down else "ascending")
        return column if key == NAME else replace(column, sort=down)

    def rows_of(self, part: Part, level: int) -> list[Row]:
        """A line and those inside it."""
        rows = [Row([Cell(part.name), *self.cells(part)], part.role, level)]
        for inside in part.inside:
            rows += self.rows_of(inside, level + 1)
        return rows

    def cells(self, part: Part) -> list[Cell]:
        made = []
        for block in self.blocks:
            figures, place = _of(block.figures, part), part.place(block.place)
            made += [_cell(measure, figures, place) for measure in self.asked.measures]
        for one in self.compared:
            now, before, whole = _of(one.now, part), _of(one.before, part), summed(one.now.values())
            made += cells_of(one, part, now, before, whole)
        return made


def _cell(measure: Measure, figures: Figures, place: Place) -> Cell:
    value = measure.value(figures)
    tone = "unknown" if measure.code == "unknown" and value else ""
    return Cell(value, measure.opens(place) if value else None, tone=tone)


def _sorted(lines: list[Part], table: _Table, sort: str) -> list[Part]:
    """By a column, each line with those inside it; the unknown stays last, subtotals without parts inside go."""
    key = sort.removeprefix("-")
    keys = [column.key for column in table.columns()]
    if key not in keys or key == NAME:
        return lines
    place, down = keys.index(key) - 1, sort.startswith("-")

    def by_value(parts: Iterable[Part]) -> list[Part]:
        made = [replace(part, inside=tuple(by_value(part.inside))) for part in parts]
        return sorted(made, key=lambda part: _rank(table.cells(part)[place].value, down=down))

    plain = [line for line in lines if line.role != "unknown" and (line.role != "subtotal" or line.inside)]
    return [*by_value(plain), *(line for line in lines if line.role == "unknown")]


def _rank(value: Any, *, down: bool) -> tuple[bool, Decimal]:
    """What there is none of comes last either way."""
    if value is None:
        return True, Decimal(0)
    return False, -Decimal(value) if down else Decimal(value)


def _rules(asked: StatAsked, compared: list[Comparison], period: Period) -> list[str]:
    """How it was counted: stands under the table, in print and in the file."""
    rules = [str(measure.rule) for measure in asked.measures if measure.rule]
    if asked.rows == "park":
        rules.append(_("A park inside another counts in it once. Not filled in is not the same as outside the parks."))
    rules += rules_of(compared)
    if not asked.terminated:
        words = {"count": _left_out(asked, period), "period": period.label}
        rules.append(_("Without terminated projects: %(count)d of %(period)s left out.") % words)
    else:
        rules.append(_("Terminated projects count."))
    rules.append(_("As of %(day)s.") % {"day": f"{asked.shown:%Y-%m-%d}"})
    return rules


def _left_out(asked: StatAsked, period: Period) -> int:
    """How many terminated projects of the period the table would hold."""
    given = [value for name, value in asked.narrowing if name == "condition"]
    if given and Condition.TERMINATED not in given:
        return 0
    rest = [pair for pair in asked.narrowing if pair[0] != "condition"]
    day = [("as_of", asked.day.isoformat())] if asked.day else []
    filters = asked.filters(asked.day, (*rest, ("condition", Condition.TERMINATED.value), *day))
    return filters.qs.signed_within(period, asked.day).count()
