"""The bridge as a drawing: bars that hang where the one before ended. Measures are those of its SVG."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from projects.between import KINDS
from reports.bridge import Bridge

WIDTH, BAR, GAP, TOP, HEIGHT = 560, 18, 12, 4, 8
LEFT, RIGHT = 150, 470  # of the bars; names stand to their left, figures to their right


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from `x`, `width` wide, at `y`; `tone` is total, up or down; `link` is where the bar before it ended."""

    label: str
    value: Any
    x: str
    width: str
    y: int
    tone: str
    link: str

    @property
    def middle(self) -> int:
        return self.y + BAR // 2


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Lying bars, so that their names have room on a phone, too. `kind` is how its figures are written."""

    title: str | Promise
    kind: str
    bars: list[Bar]
    width: int = WIDTH
    bar: int = BAR
    left: int = LEFT
    label_at: int = LEFT - 8
    value_at: int = RIGHT + 8

    @property
    def height(self) -> int:
        return len(self.bars) * (BAR + GAP) + HEIGHT


def waterfalls_of(bridge: Bridge) -> list[Waterfall]:
    """One drawing a measure; steps that add nothing to it are left out."""
    return [
        _drawn(bridge, "projects", _("Projects"), "count"),
        _drawn(bridge, "agreed", _("Agreed (100 million)"), "yi"),
        _drawn(bridge, "arrived", _("Arrived (100 million)"), "yi"),
    ]


def _drawn(bridge: Bridge, measure: str, title: str, kind: str) -> Waterfall:
    start, end = (Decimal(getattr(figures, measure)) for figures in (bridge.start, bridge.end))
    steps = [(str(KINDS[step.kind]), Decimal(getattr(step, measure))) for step in bridge.steps]
    steps = [(label, value) for label, value in steps if value]
    ends, reached = [start], start
    for __, value in steps:
        reached += value
        ends.append(reached)
    most = max([*ends, end, Decimal(1)])
    bars = [_bar(0, f"{bridge.asked.since:%Y-%m-%d}", start, Decimal(0), start, "total", most)]
    for place, (label, value) in enumerate(steps, 1):
        tone = "up" if value > 0 else "down"
        bars.append(_bar(place, label, value, ends[place - 1], ends[place], tone, most))
    bars.append(_bar(len(bars), f"{bridge.asked.until:%Y-%m-%d}", end, Decimal(0), end, "total", most))
    return Waterfall(title, kind, bars)


def _bar(place: int, label: str, value: Decimal, begin: Decimal, end: Decimal, tone: str, most: Decimal) -> Bar:
    low, high = sorted((begin, end))
    width = max(_place(high - low, most), Decimal(1)) if value else Decimal(0)
    link = "" if tone == "total" and not place else f"{LEFT + _place(begin if tone != 'total' else end, most):f}"
    return Bar(label, value, f"{LEFT + _place(low, most):f}", f"{width:f}", TOP + place * (BAR + GAP), tone, link)


def _place(amount: Decimal, most: Decimal) -> Decimal:
    return (max(amount, Decimal(0)) * (RIGHT - LEFT) / most).quantize(Decimal("0.1"))
