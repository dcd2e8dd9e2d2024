"""The sums that the foot of the list says of the columns shown, beside the number, what was agreed and what arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from jiangjin.lib import written
from projects.columnplaces import Asked
from projects.columns import YI_UNIT, Column
from projects.querysets import ProjectQuerySet


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """What all rows of a list come to in a column: money in 万元, else in the column's unit; None where no row knows.

    unknown: rows where nobody filled it in; of what follows from other rows nobody can, and it is 0.
    """

    column: Column
    value: Any
    unknown: int

    @property
    def plain(self) -> str:
        """For scripts: digits without commas; money in 万元."""
        return "" if self.value is None else f"{Decimal(self.value).normalize():f}"

    @property
    def words(self) -> str:
        """As the column's own cells are written, in its unit."""
        if self.value is None or self.column.kind == "integer":
            return written.count(self.value)
        return written.yi(self.value) if self.column.unit == YI_UNIT else written.wan(self.value)


def sums_of(found: ProjectQuerySet, shown: Sequence[Column], asked: Asked) -> list[ColumnSum]:
    """The sum of each column shown that has one, over all of these rows, in one query; without such a column in none.

    The rows of a column are all that are listed, also those that stand there for an increase alone: it is summed as
    it is shown.
    """
    wanted = [column for column in shown if column.summed and not _in_totals(column, asked)]
    if not wanted:
        return []
    found, asks = found.order_by(), {}
    for column in wanted:
        found = column.place.annotated(found, asked, shown=True)
        asks |= {f"sum_{column.key}": Sum(column.place.order()), f"known_{column.key}": Count(column.place.order())}
    row = found.aggregate(rows=Count("pk"), **asks)
    return [
        ColumnSum(column, row[f"sum_{column.key}"], 0 if column.derived else row["rows"] - row[f"known_{column.key}"])
        for column in wanted
    ]


def _in_totals(column: Column, asked: Asked) -> bool:
    """Whether the totals of the list are the sums of this very column: of a time that is asked for."""
    timed = {"agreed_year": asked.agreed_of_a_time, "arrived_year": asked.arrived_of_a_time}
    return timed.get(column.key, False)
