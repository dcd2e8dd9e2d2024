"""What the register must say after any sequence of imports, edits and undos: told from what was seen, not from history.

Every action is watched from outside: the rows of all tables before and after it. The register that is right is that in
which the undone imports had never written and everything else had, in its order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models

from imports.undo_rules import SUBJECTS
from jiangjin.lib.replay import Subject

Row = dict[str, Any]
Table = dict[tuple[str, int], Row]
BY_LABEL: dict[str, Subject] = {subject.label: subject for subject in SUBJECTS}


def seen() -> Table:
    """Every row of every table, without the columns that follow from others (`check_data` asks for those)."""
    rows: Table = {}
    for label, subject in BY_LABEL.items():
        names = [name for name in subject.names if name not in subject.ignored | subject.quiet]
        for pk, *values in subject.model._base_manager.order_by("pk").values_list("pk", *names):
            rows[label, pk] = dict(zip(names, values, strict=True))
    return rows


@dataclass
class Action:
    """Something that wrote: `batch` of an import, None of a person; what it made, changed and took away."""

    batch: int | None
    made: Table = field(default_factory=dict)
    changed: Table = field(default_factory=dict)
    gone: set[tuple[str, int]] = field(default_factory=set)
    decision_of: int | None = None  # written against later edits while this batch was undone


class Oracle:
    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.undone: set[int] = set()
        self.loose: set[tuple[str, int]] = set()  # rows that an obstacle kept as they were, or that a person let go of

    def watch(self, before: Table, after: Table, batch: int | None) -> Action:
        """Learn an action from what was there before and after it."""
        action = Action(batch)
        action.made = {key: row for key, row in after.items() if key not in before}
        action.gone = before.keys() - after.keys()
        for key, row in after.items():
            if key in before and before[key] != row:
                action.changed[key] = _with_what_belongs(key, before[key], row)
        self.actions.append(action)
        # What an undo left because it was in use, and what a person ceased to use: no undo has a reason to look at it.
        self.loose |= after.keys() - self.expected(after).keys()
        return action

    def decide(self, batch: int, choices: Any, after: Table) -> None:
        """Learn what a person had an undo write against later edits; an older such decision is void."""
        self.actions = [action for action in self.actions if action.decision_of != batch]
        action = Action(None, decision_of=batch)
        for label, pk, unit in choices:
            if not unit:
                action.gone.add((label, pk))
                continue
            names = _unit(label, unit)
            action.changed.setdefault((label, pk), {}).update({name: after[label, pk][name] for name in names})
        self.actions.append(action)

    def expected(self, actual: Table) -> Table:
        """The register as it must be; rows that an obstacle kept are taken as they are."""
        rows: Table = {}
        status: dict[tuple[str, int], bool | None] = {}
        origin: dict[tuple[str, int], Action] = {}
        for action in self.actions:
            counts = action.batch not in self.undone
            for key, row in action.made.items():
                rows[key], origin[key] = dict(row), action
                status[key] = True if counts else None
            for key, changes in action.changed.items():
                if counts and key in rows:
                    rows[key].update(changes)
                    if action.decision_of is None and changes.keys() - BY_LABEL[key[0]].quiet:
                        status[key] = True
            for key in action.gone:
                if counts and key in rows:
                    status[key] = False
        status |= {key: key in actual for key in self.loose}
        rows |= {key: actual[key] for key in self.loose if key in actual}
        there = self._there(rows, status, origin)
        return {key: row for key, row in rows.items() if key in there}

    def _there(self, rows: Table, status: Any, origin: dict[tuple[str, int], Action]) -> set[tuple[str, int]]:
        """What counts, what it refers to, and what was made together with a project that stays."""
        there = {key for key in rows if status[key]}
        while True:
            more = {target for key in there for target, __ in _targets(key, rows[key]) if target in rows}
            for key, row in rows.items():
                for target, goes_along in _targets(key, row):
                    together = goes_along and target in there and origin[target] is origin[key]
                    if together and origin[target].batch in self.undone:
                        more.add(key)
            more = {key for key in more - there if status[key] is not False}
            if not more:
                return there
            there |= more

    def lost_edits(self, actual: Table) -> list[Any]:
        """Values that a person wrote last and that the register does not say; rows that are gone aside."""
        last: dict[tuple[tuple[str, int], str], tuple[Action, Any]] = {}
        for action in self.actions:
            if action.batch in self.undone:
                continue
            for key, row in {**action.made, **action.changed}.items():
                for name, value in row.items():
                    last[key, name] = (action, value)
        return [
            (key, name, value, actual[key][name])
            for (key, name), (action, value) in last.items()
            if action.batch is None and key in actual and actual[key][name] != value
            if name not in BY_LABEL[key[0]].quiet and key not in self.loose
        ]


def _unit(label: str, name: str) -> tuple[str, ...]:
    return next((names for names in BY_LABEL[label].together if name in names), (name,))


def _with_what_belongs(key: tuple[str, int], before: Row, after: Row) -> Row:
    changed = {name for name in after if before[name] != after[name]}
    return {name: after[name] for one in changed for name in _unit(key[0], one)}


def _targets(key: tuple[str, int], row: Row) -> list[tuple[tuple[str, int], bool]]:
    found = []
    for relation in BY_LABEL[key[0]].model._meta.concrete_fields:
        if isinstance(relation, models.ForeignKey) and row[relation.attname] is not None:
            target = (relation.related_model._meta.label, row[relation.attname])
            found.append((target, relation.remote_field.on_delete is models.CASCADE))
    return found
