"""Days that taking an import back must leave as they are: beside what was edited since, they would lie in wrong order.

The order is the hard one of `stages.broken_order`. What is in disorder already is nobody's to hold back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from imports.undo_rules import LABEL, chunks
from jiangjin.lib.replay import Key
from jiangjin.lib.takeback import Takeback
from projects.choices import Condition, MilestoneKind
from projects.models import Milestone, Project
from projects.stages import ACTUAL_FIELD, PLANNED_FIELD, broken_order

OWN = ("first_contact_on", "intent_on", "signed_on")
PROJECTS, MILESTONES = LABEL[Project], LABEL[Milestone]


@dataclass(slots=True)
class Way:
    """The days of a project by their ledger field, and the row and column that hold each."""

    days: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[Key, tuple[str, ...]]] = field(default_factory=dict)

    def put(self, name: str, day: Any, key: Key, column: str) -> None:
        self.days[name], self.places[name] = day, (key, (column,))


def days_that_must_stay(plan: Takeback) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Rows and their columns that the plan would write and that would break an order which holds now."""
    for part in chunks(_touched(plan)):
        now, then = _ways(plan, part)
        for project, way in then.items():
            before = now[project].days
            for pair in set(broken_order(way.days)) - set(broken_order(before)):
                yield from (way.places[name] for name in pair if way.days[name] != before.get(name))


def _touched(plan: Takeback) -> set[int]:
    """Projects that stay and of which a day changes."""
    found = set()
    for label, columns in ((PROJECTS, (*OWN, "condition", "condition_on")), (MILESTONES, ("planned_on", "actual_on"))):
        names = plan.subjects[label].names
        places = [names.index(name) for name in columns]
        for pk, values in plan.after(label).items():
            now = plan.trails[label, pk].now
            if any(values[place] != (now[place] if now else None) for place in places):
                found.add(pk if label == PROJECTS else values[names.index("project_id")])
    return found - plan.gone(PROJECTS)


def _ways(plan: Takeback, ids: list[int]) -> tuple[dict[int, Way], dict[int, Way]]:
    """The days of these projects as they are and as they would be."""
    now: dict[int, Way] = defaultdict(Way)
    then: dict[int, Way] = defaultdict(Way)
    wanted = set(ids)
    for model, take in ((Project, _take_own), (Milestone, _take_milestone)):
        label = LABEL[model]
        names, after, gone = plan.subjects[label].names, plan.after(label), plan.gone(label)
        where = {"pk__in": ids} if model is Project else {"project__in": ids}
        rows = model._base_manager.filter(**where).order_by().values_list("pk", *names)
        stored = {pk: tuple(values) for pk, *values in rows}
        for pk, values in stored.items():
            take(now, pk, dict(zip(names, values, strict=True)))
        owner = names.index("project_id") if model is Milestone else None
        stays = {pk: values for pk, values in stored.items() if pk not in gone and pk not in after}
        written = {pk: values for pk, values in after.items() if (pk if owner is None else values[owner]) in wanted}
        for pk, values in (stays | written).items():
            take(then, pk, dict(zip(names, values, strict=True)))
    return now, then


def _take_own(ways: dict[int, Way], pk: int, row: dict[str, Any]) -> None:
    key = (PROJECTS, pk)
    for name in OWN:
        ways[pk].put(name, row[name], key, name)
    ends = row["condition"] == Condition.TERMINATED
    ways[pk].put("terminated_on", row["condition_on"] if ends else None, key, "condition_on")


def _take_milestone(ways: dict[int, Way], pk: int, row: dict[str, Any]) -> None:
    kind, way, key = row["kind"], ways[row["project_id"]], (MILESTONES, pk)
    if kind in ACTUAL_FIELD:
        way.put(ACTUAL_FIELD[MilestoneKind(kind)], row["actual_on"], key, "actual_on")
    if kind in PLANNED_FIELD:
        way.put(PLANNED_FIELD[MilestoneKind(kind)], row["planned_on"], key, "planned_on")
