"""What a preview says as a whole, and its rows by what they would do: what the pages show of a plan.

Made from a plan at hand, or read back from a kept preview (imports.kept) whose rows stay in their file until a page
asks for some of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import User
from imports.absent import Absent, absent
from imports.choices import left_to_decide
from imports.links import Links
from imports.models import RowAction
from imports.plan import Plan, RowPlan, SheetPlan
from imports.shown import ShownProblem, grouped
from imports.understanding import Understood
from imports.usedwords import Recalled, recalled_in

QUESTIONS, EDITED, LEFT_OUT = "questions", "edited", "left_out"  # rows beside those by action
WARNINGS, TO_LOOK_AT = "warnings", "to_look_at"


@dataclass(slots=True)
class Overview:
    """A preview. Amounts in 万元 over the accepted rows, unknown ones left out and counted."""

    kind: str
    sheets: list[SheetPlan]
    digest: str
    generation: tuple[Any, ...]
    needs_mapping: bool
    left: int  # decisions that the mapping page waits for
    agreed_capital: Decimal
    unknown_capital: int
    arrivals: int
    arrived_capital: Decimal
    absent: Absent
    corrected: dict[str, str]  # what the file says in corrected cells, by "sheet!B17"
    overwritten: int = 0  # values that somebody typed since the last import, and that writing would replace
    recalled: Recalled = field(default_factory=Recalled)
    rows: dict[str, Sequence[RowPlan]] = field(default_factory=dict)  # by action, and those above
    warned: dict[str, Sequence[ShownProblem]] = field(default_factory=dict)  # all, and those of the first tab

    def count(self, action: str) -> int:
        return len(self.rows[action])

    @property
    def row_count(self) -> int:
        return sum(len(self.rows[action]) for action in RowAction.values)

    @property
    def accepted_count(self) -> int:
        return self.row_count - self.count(RowAction.REFUSED)

    @property
    def questions(self) -> Sequence[RowPlan]:
        """Rows that look like known projects, and of which nobody has said what they are."""
        return self.rows[QUESTIONS]


def overview_of(plan: Plan, links: Links, parts: Sequence[Understood], *, user: User) -> Overview:
    """The overview of a plan of these tables, as `user` may see the projects that are missing in it."""
    rows: dict[str, Sequence[RowPlan]] = {action: plan.of(action) for action in RowAction.values}
    rows[QUESTIONS], rows[EDITED] = plan.questions, plan.edited
    rows[LEFT_OUT] = [row for row in plan.rows if row.left_out]
    warned = grouped([*plan.warnings, *plan.row_warnings], plan.corrected)
    return Overview(
        kind=plan.kind,
        sheets=plan.sheets,
        digest=plan.digest,
        generation=plan.generation,
        needs_mapping=bool(plan.needs),
        left=left_to_decide(plan),
        agreed_capital=plan.agreed_capital,
        unknown_capital=plan.unknown_capital,
        arrivals=plan.arrivals,
        arrived_capital=plan.arrived_capital,
        absent=absent(plan, links, user=user),
        corrected=plan.corrected,
        overwritten=sum(bool(change.by_hand) for row in plan.edited for change in row.different),
        recalled=recalled_in(parts, links),
        rows=rows,
        warned={WARNINGS: warned, TO_LOOK_AT: _to_look_at(warned)},
    )


def _to_look_at(warned: list[ShownProblem]) -> list[ShownProblem]:
    """Warnings of the first tab: not what its other cards say already, sums and questions."""
    return [problem for problem in warned if problem.code not in {"sum_differs", "similar_exists", "edited_by_hand"}]
