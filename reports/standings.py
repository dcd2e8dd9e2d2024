"""Who is how far with a target of the year, and who is behind: one measure, everybody of a scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from parks.models import Park
from projects.periods import Period
from reports.dimensions import NONE, entries
from reports.measures import ratio
from reports.reached import DIMENSION, Number, summed
from reports.targetmodels import TargetMeasure
from reports.targets import Targets


@dataclass(frozen=True, slots=True)
class Standing:
    """One of a scope. target and done: a number or 万元; None where nobody filled it in.

    gone: the part of the year that is over; None for a stock, which does not grow with the year.
    """

    code: str
    name: str
    target: Number
    done: Number
    gone: Decimal | None
    inside: list[Standing] = field(default_factory=list)

    @property
    def rate(self) -> Decimal | None:
        """Of the target (完成率); None without a target, or where it is zero."""
        return None if self.done is None or not self.target else ratio(self.done, self.target)

    @property
    def gap(self) -> Decimal | None:
        """Ahead of (+) or behind (−) the part of the year that is gone (时序进度差)."""
        return None if self.rate is None or self.gone is None else self.rate - self.gone

    @property
    def left(self) -> Number:
        """What is missing of the target; none where it is reached."""
        if self.target is None or self.done is None:
            return None
        return max(self.target - self.done, type(self.target)(0))  # type: ignore[operator]


def standing(
    measure: TargetMeasure, code: str, name: str, target: Decimal | None, done: Number, gone: Decimal
) -> Standing:
    """Of one, in the types of the measure."""
    return Standing(code, name, measure.shown(target), done, None if measure is TargetMeasure.FIRMS else gone)


def standings_of(
    measure: TargetMeasure, scope: str, targets: Targets, done: dict[str, Number], gone: Decimal, period: Period
) -> list[Standing]:
    """Everybody of a scope, furthest behind first, then who has no target; parks inside another under it.

    The unknown (`none`) is the last; those on the first level add up to the whole.
    """
    own = {key: value for (kind, key, what), value in targets.items() if (kind, what) == (scope, measure)}
    named = entries(DIMENSION[scope], {*done, *own}, period)
    typed = measure.is_typed
    always = {entry.code for entry in named} - {NONE, Park.NO_PARK} if scope in ("park", "cluster") else set()

    def one(code: str, name: str, inside: list[Standing]) -> Standing:
        codes = [code, *(child.code for child in inside)]
        parts = [done[one] for one in (codes[:1] if typed else codes) if one in done]
        number = None if typed and not parts else summed(measure, parts)
        row = standing(measure, code, name, own.get(code), number, gone)
        return Standing(row.code, row.name, row.target, row.done, row.gone, inside)

    rows = []
    for entry in named:
        if not entry.parent:
            within = [one(child.code, child.name, []) for child in named if child.parent == entry.code]
            rows.append(
                one(entry.code, entry.name, in_order([child for child in within if child.target or child.done]))
            )
    return in_order([row for row in rows if row.code in always or row.target is not None or row.done])


def in_order(rows: list[Standing]) -> list[Standing]:
    """Furthest behind first; those that nothing can be said of after them in their own order, the unknown last."""
    return sorted(rows, key=lambda row: (row.code == NONE, row.rate is None, row.target is None, row.rate or 0))


def ranks_of(rows: list[Standing]) -> dict[str, int]:
    """The place of each who has a target, the best first; equals share one."""
    rates = {row.code: row.rate for row in rows if row.rate is not None}
    return {code: 1 + sum(other > rate for other in rates.values()) for code, rate in rates.items()}


def sum_of_targets(rows: list[Standing]) -> Number:
    """Of all on the first level; where one has none, of those inside it. None where nobody has one."""
    found: list[Number] = []
    for row in rows:
        found += [row.target] if row.target is not None else [child.target for child in row.inside]
    known = [target for target in found if target is not None]
    return sum(known) if known else None
