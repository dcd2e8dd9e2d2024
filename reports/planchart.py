"""The line chart of a plan: the required path, dashed, and what was reached. Measures are those of its SVG."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from jiangjin.lib.money import YI
from projects.capital_chart import Tick, nice, place_of
from reports.plan import Plan, place_of_day

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 60, 520, 16, 188
GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure on the line: where it stands, and what it is."""

    x: str
    y: str
    label: str


@dataclass(frozen=True, slots=True)
class PlanChart:
    """What the template draws. Values as people read them: 亿元, or a number of firms."""

    required: str
    reached: str
    marks: list[Mark]
    last: Mark
    target: Mark
    years: list[Tick]
    values: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def chart_of(plan: Plan) -> PlanChart:
    """The chart of a plan; of a flow only whole years are drawn."""
    scale = YI if plan.measure.is_money else Decimal(1)
    first, last = plan.years[0], plan.years[-1]
    drawn = [row for row in plan.actuals if plan.compares(row) and place_of_day(row.day) <= last]
    greatest = max([plan.target, *(row.value for row in drawn)]) / scale
    grain = nice(greatest / GRID_LINES)

    def x(year: Decimal | int) -> str:
        return place_of(LEFT + (RIGHT - LEFT) * (Decimal(year) - first) / (last - first))

    def y(value: Decimal) -> str:
        return place_of(BOTTOM - (BOTTOM - TOP) * value / scale / (grain * GRID_LINES))

    def mark(year: Decimal | int, value: Decimal) -> Mark:
        return Mark(x(year), y(value), _plain(value / scale))

    marks = [mark(place_of_day(row.day), row.value) for row in drawn]
    path = "L".join(f"{one.x} {one.y}" for one in marks)
    return PlanChart(
        required=f"M{x(first)} {y(plan.begin.value)}L{x(last)} {y(plan.target)}",
        reached=f"M{path}",
        marks=marks,
        last=marks[-1],
        target=mark(last, plan.target),
        years=[Tick(x(year), str(year)) for year in plan.years],
        values=[Tick(y(grain * number * scale), _plain(grain * number)) for number in range(GRID_LINES + 1)],
    )


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():,f}"
