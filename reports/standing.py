"""The projects of a year as they were at the end of a day, one by one, for what the home page asks of each.

A stage or an amount as of a day is no column: it follows from a project's own rows. `reports.cube` would work it out
for the projects, and again for the commitments of each; here it is done once.
"""

from __future__ import annotations

import datetime
import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Case, Func, OuterRef, Subquery, Sum, Value, When

from projects.counting import agreed_by, dated_in, signed_in, stage_by
from projects.models import CapitalCommitment
from projects.periods import Period
from projects.querysets import ProjectQuerySet
from reports.cohorts import PlainNumber
from reports.measures import Figures, summed

FEN = 1_000_000  # of a 万元


class Fen(Func):
    """A sum of amounts as it is stored, as a plain number."""

    template = "CAST(%(expressions)s AS bigint)"
    arity = 1
    output_field = PlainNumber()


# A project of a period as of a day: its key and its number; 1 if it was signed in the period, 0 if a commitment dated
# in it alone makes it count; its stage; what was agreed in all, and what in the period, in fen, None where nothing is
# known.
Stood = tuple[int, str, int, str, int | None, int | None]


def stood(projects: ProjectQuerySet, period: Period, day: datetime.date) -> list[Stood]:
    """All that count in a figure of the period (`in_period`), in one query."""
    dated = dated_in(period, "committed_on", day)
    own = CapitalCommitment.objects.filter(project=OuterRef("pk")).order_by().values("project")
    agreed = Subquery(own.annotate(whole=Sum("amount", filter=dated)).values("whole"))
    is_signed = Case(When(signed_in(period, day), then=Value(1)), default=Value(0), output_field=PlainNumber())
    rows = projects.in_period(period, day).order_by()
    return list(rows.values_list("pk", "code", is_signed, stage_by(day), Fen(agreed_by(day)), Fen(agreed)))


def parts_of(found: Iterable[Stood], large: Mapping[str, Decimal]) -> dict[str, Figures]:
    """Number and agreed amount of each stage, and of those that came to the amounts (万元) of `large` by its names.

    The amounts of `large` are in their order, the smallest first.
    """
    bounds = [int(least * FEN) for least in large.values()]
    numbers: dict[tuple[str, int], int] = defaultdict(int)
    amounts: dict[tuple[str, int], int] = defaultdict(int)
    for __, __, is_signed, stage, agreed, of_period in found:
        cell = stage, 0 if agreed is None else bisect_right(bounds, agreed)
        numbers[cell] += is_signed
        amounts[cell] += of_period or 0
    cells = {cell: Figures(numbers[cell], Decimal(amounts[cell]) / FEN) for cell in numbers}
    parts = {stage: summed(one for cell, one in cells.items() if cell[0] == stage) for stage, __ in cells}
    for number, name in enumerate(large, start=1):
        parts[name] = summed(one for cell, one in cells.items() if cell[1] >= number)
    return parts


def largest_of(found: Iterable[Stood], most: int) -> list[int]:
    """The keys of those with the largest agreed amounts; equal ones by their numbers, unknown ones not at all."""
    known = [(-agreed, code, pk) for pk, code, __, __, agreed, __ in found if agreed is not None]
    return [pk for __, __, pk in heapq.nsmallest(most, known)]
