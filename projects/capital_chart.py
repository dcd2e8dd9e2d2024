"""The step chart of a project: what was agreed against what arrived. Measures are those of its SVG, amounts 万元.

An entry stands at the last day that it could mean: a month at its end, a year at its end. What was agreed on no known
day counts on every day, as in the sum beside the chart: the line begins with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import accumulate

from jiangjin.lib.money import YI, format_yi
from projects.models import CapitalArrival, CapitalCommitment

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 524, 12, 188  # of the plot; labels of the lines stand to its right
LABEL_GAP = 16
MOST_TICKS = 6
NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and its words."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which something was agreed or came, and both sums with it, in 万元."""

    day: datetime.date
    agreed: Decimal
    arrived: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A step line: its path, and where its last figure is written."""

    path: str
    label_at: str
    last: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws; `marked` is where the as-of day lies, "" outside."""

    agreed: Line
    arrived: Line
    months: list[Tick]
    amounts: list[Tick]
    marked: str
    steps: list[Step]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def steps_of(commitments: Iterable[CapitalCommitment], arrivals: Iterable[CapitalArrival]) -> list[Step]:
    """Every day on which one of both sums changes; what has no day is in it from the first on."""
    changes: dict[datetime.date, list[Decimal]] = {}
    commitments = list(commitments)
    dated = [(row.committed_on.last, 0, row.amount) for row in commitments if row.committed_on is not None]
    dated += [(row.month.last, 1, row.amount) for row in arrivals]
    for day, which, amount in dated:
        changes.setdefault(day, [Decimal(0), Decimal(0)])[which] += amount
    days = sorted(changes)
    # What has no day is agreed before the first of them.
    agreed = list(accumulate((changes[day][0] for day in days), initial=undated_of(commitments)))[1:]
    arrived = accumulate(changes[day][1] for day in days)
    return [Step(*step) for step in zip(days, agreed, arrived, strict=True)]


def undated_of(commitments: Iterable[CapitalCommitment]) -> Decimal:
    """What was agreed on no known day, in 万元."""
    return sum((row.amount for row in commitments if row.committed_on is None), Decimal(0))


def chart_of(
    commitments: Iterable[CapitalCommitment], arrivals: Iterable[CapitalArrival], day: datetime.date
) -> Chart | None:
    """The chart as of a day, or up to the last entry where that lies after it; None where nothing has a day."""
    commitments = list(commitments)
    steps = steps_of(commitments, arrivals)
    if not steps:
        return None
    scale = _Scale(steps, day, undated_of(commitments))
    agreed, arrived = (step.agreed for step in steps), (step.arrived for step in steps)
    lines = scale.lines(list(agreed), list(arrived))
    marked = scale.x(day) if scale.begin <= day <= scale.end else ""
    return Chart(*lines, scale.ticks(), scale.grid(), marked, steps)


class _Scale:
    """Days and amounts as places in the plot."""

    def __init__(self, steps: Sequence[Step], day: datetime.date, undated: Decimal) -> None:
        self.steps, self.undated = steps, undated
        self.begin = steps[0].day.replace(day=1)
        self.end = max(steps[-1].day, day, self.begin + datetime.timedelta(days=27))
        most = max(undated, *(max(step.agreed, step.arrived) for step in steps))
        self.grain = nice((most if most > 0 else YI) / GRID_LINES)  # an axis of nothing would be one of fractions
        self.most = self.grain * GRID_LINES

    def x(self, day: datetime.date) -> str:
        share = Decimal((day - self.begin).days) / (self.end - self.begin).days
        return place_of(LEFT + (RIGHT - LEFT) * share)

    def y(self, amount: Decimal) -> Decimal:
        # A reduction may be dated more exactly than what it reduces: for a while the sum is below nothing.
        return BOTTOM - (BOTTOM - TOP) * max(amount, Decimal(0)) / self.most

    def lines(self, agreed: list[Decimal], arrived: list[Decimal]) -> tuple[Line, Line]:
        """Both lines, their labels apart."""
        high, low = self.y(agreed[-1]) + 4, self.y(arrived[-1]) + 4
        if abs(high - low) < LABEL_GAP:
            middle = min((high + low) / 2, Decimal(BOTTOM - LABEL_GAP // 2))
            up, down = middle - LABEL_GAP // 2, middle + LABEL_GAP // 2
            high, low = (up, down) if agreed[-1] >= arrived[-1] else (down, up)
        return (
            Line(self._path(agreed, self.undated), place_of(high), agreed[-1]),
            Line(self._path(arrived, Decimal(0)), place_of(low), arrived[-1]),
        )

    def _path(self, amounts: list[Decimal], first: Decimal) -> str:
        parts = [f"M{LEFT} {place_of(self.y(first)) if first > 0 else BOTTOM}"]
        for step, amount in zip(self.steps, amounts, strict=True):
            parts.append(f"H{self.x(step.day)}V{place_of(self.y(amount))}")
        return "".join([*parts, f"H{RIGHT}"])

    def ticks(self) -> list[Tick]:
        """Beginnings of months, of quarters or of years: few enough to be read."""
        months = (self.end.year - self.begin.year) * 12 + self.end.month - self.begin.month + 1
        every = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 1200) if months <= step * MOST_TICKS)
        first = self.begin.year * 12 + self.begin.month - 1
        first += -first % every
        places = [datetime.date(at // 12, at % 12 + 1, 1) for at in range(first, first + months, every)]
        return [
            Tick(self.x(day), str(day.year) if every >= 12 else f"{day:%Y-%m}") for day in places if day <= self.end
        ]

    def grid(self) -> list[Tick]:
        """Lines of round amounts, in 亿元."""
        amounts = (self.grain * number for number in range(GRID_LINES + 1))
        return [Tick(place_of(self.y(amount)), _round_yi(amount)) for amount in amounts]


def nice(least: Decimal) -> Decimal:
    """The least of 1, 2, 2.5, 5, 10 … that is not smaller; one fen at least."""
    power = Decimal(1).scaleb(max(least, Decimal("0.000001")).adjusted())
    return next(step * power for step in NICE if step * power >= least)


def place_of(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.1'), ROUND_CEILING):f}"


def _round_yi(amount: Decimal) -> str:
    """A round amount in 亿元 without needless zeros."""
    yi = (amount / YI).normalize()
    return format_yi(amount) if yi != 0 and abs(yi) >= 1000 else f"{yi:f}"
