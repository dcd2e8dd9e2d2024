"""Taking back what one reason wrote, or letting it count again: what that means for every row, from the history alone.

Knows no room: it is given the tracked models and which reasons count before and after. Rows and values are those of
the register in which the reason had never written (or had written again), with every later edit kept and listed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jiangjin.lib.clashes import missing_targets, taken_by_others
from jiangjin.lib.replay import WHOLE, Choice, Effective, Key, Record, Standing, Subject, Trail
from jiangjin.lib.scope import load_scope

ROUNDS = 12  # how often a plan is made anew around what stands in its way


class NoWay(Exception):
    """The register cannot be brought into the state that is asked for; nothing was written."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was edited since. It is kept; where `may_choose` a person may have it written all the same.

    unit: name of the column (the first of those that belong together), or "" for a row that was made and edited since.
    Values are those of the unit's columns: before the reason wrote, as it wrote, now, and what choosing would write.
    """

    key: Key
    unit: str
    before: tuple[Any, ...]
    written: tuple[Any, ...]
    now: tuple[Any, ...]
    target: tuple[Any, ...]
    by: Record
    may_choose: bool = True

    @property
    def choice(self) -> Choice:
        return (*self.key, self.unit)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row, or columns of it, that cannot return because something took their place since."""

    key: Key
    columns: tuple[str, ...]
    why: str  # taken: another row holds the values; missing: what it refers to is gone; together: kept with an edit


Guard = Callable[["Takeback"], Iterable[tuple[Key, tuple[str, ...]]]]


class Takeback:
    """The plan. Made in a constant number of queries for each model; `lib.taking.write` carries it out.

    `reason` is what is taken back, or counts again where it is not `back`; `others` are the reasons taken back
    besides: what they left behind may go now, and what they took along may be needed again. `guard` names rows, or some
    columns of rows, that must stay as they are because they would make no sense with what was edited since.
    """

    def __init__(
        self,
        subjects: Iterable[Subject],
        *,
        reason: str,
        back: bool,
        before: Standing,
        after: Standing,
        guard: Guard,
    ) -> None:
        self.subjects = {subject.label: subject for subject in subjects}
        self.reason, self.back, self.after_standing, self.guard = reason, back, after, guard
        scope = load_scope(self.subjects.values(), reason, before.dropped)
        self.trails, self.outside, self.loose = scope.trails, scope.outside, scope.loose
        self.old = {key: trail.replay(before) for key, trail in self.trails.items()}
        self.new = {key: trail.replay(after) for key, trail in self.trails.items()}
        self.conflicts: list[Conflict] = []
        self.lost = 0  # rows that the reason changed and somebody deleted since
        for key in sorted(self.trails):
            self.conflicts += self._conflicts_of(self.trails[key])
        self.obstacles: dict[Choice, Obstacle] = {}

    # What was edited since.

    def _conflicts_of(self, trail: Trail) -> Iterator[Conflict]:
        places = trail.places_of(self.reason)
        if trail.now is None:
            self.lost += bool(places) and self.new[trail.key].alive is False and not trail.is_made_by(self.reason)
            return
        old, new = self.old[trail.key], self.new[trail.key]
        if trail.is_made_by(self.reason):
            stays = new.alive or trail.key in self.outside  # edited since, or something new refers to it
            if self.back and stays and self._is_part_of_older(trail):
                yield self._conflict_of_row(trail)
            return
        wrote = {unit for place in places for unit in trail.writes[place]}
        for unit in sorted((wrote | old.held.keys() | new.held.keys()) - trail.subject.quiet_units):
            now = trail.subject.value(trail.now, unit)
            values = trail.value(old, unit), trail.value(new, unit)
            if values[0] != values[1]:
                if now not in values:  # written past the history: nobody knows by whom, so it is kept
                    yield self._conflict(trail, unit, values[1])
            elif unit in wrote:
                target = self._before(trail, unit) if self.back else self._written(trail, unit)
                if now != target:
                    yield self._conflict(trail, unit, target)

    def _is_part_of_older(self, trail: Trail) -> bool:
        """Whether a row belongs to one that the reason did not make."""
        values = trail.now or trail.records[-1].values
        owners = [(model._meta.label, values[place]) for place, model, along in trail.subject.links if along]
        return bool(owners) and not any(
            owner in self.trails and self.trails[owner].is_made_by(self.reason) for owner in owners
        )

    def _before(self, trail: Trail, unit: int) -> tuple[Any, ...]:
        first = next((place for place in trail.places_of(self.reason) if unit in trail.writes[place]), 0)
        return trail.value(trail.replay(self.after_standing, until=first), unit)

    def _written(self, trail: Trail, unit: int) -> tuple[Any, ...]:
        places = trail.places_of(self.reason)
        return trail.subject.value(trail.records[places[-1] if places else -1].values, unit)

    def _conflict(self, trail: Trail, unit: int, target: tuple[Any, ...]) -> Conflict:
        by = trail.records[self.new[trail.key].held.get(unit, -1)]
        now = trail.subject.value(trail.now or (), unit)
        before, written = self._before(trail, unit), self._written(trail, unit)
        return Conflict(trail.key, trail.subject.unit_name(unit), before, written, now, target, by)

    def _conflict_of_row(self, trail: Trail) -> Conflict:
        held = self.new[trail.key].held
        by = trail.records[max(held.values(), default=-1)]
        now = trail.now or ()
        referred = trail.key in self.outside
        return Conflict(trail.key, WHOLE, (), trail.records[0].values, now, (), by, may_choose=not referred)

    # What is written.

    def settle(self, choices: frozenset[Choice] = frozenset()) -> Takeback:
        """Decide about every row; `choices` are conflicts that are written all the same. Raises NoWay."""
        by_choice = {conflict.choice: conflict for conflict in self.conflicts if conflict.may_choose}
        self.chosen = {choice: by_choice[choice] for choice in choices if choice in by_choice}
        self.kept = [conflict for conflict in self.conflicts if conflict.choice not in self.chosen]
        self.obstacles = {}
        for __ in range(ROUNDS):
            self._decide_values()
            self._decide_rows()
            if not self._meet_obstacles():
                return self
        raise NoWay

    def _is_held(self, key: Key, unit: str = WHOLE) -> bool:
        return (*key, WHOLE) in self.obstacles or (*key, unit) in self.obstacles

    def _decide_values(self) -> None:
        self.updates: dict[Key, dict[str, Any]] = {}
        for key, trail in self.trails.items():
            changes: dict[str, Any] = {}
            for unit, values in self._wanted(trail):
                if not self._is_held(key, trail.subject.unit_name(unit)):
                    names = (trail.subject.names[place] for place in trail.subject.units[unit])
                    changes |= dict(zip(names, values, strict=True))
            if changes:
                self.updates[key] = changes

    def _wanted(self, trail: Trail) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Units that shall say something else than they do, with what they shall say."""
        old, new = self.old[trail.key], self.new[trail.key]
        stored = trail.now or trail.records[-1].values
        written = old.held.keys() | new.held.keys() if trail.now else frozenset().union(*trail.writes)
        for unit in sorted(written):
            want, is_now = trail.value(new, unit), trail.subject.value(stored, unit)
            if want != is_now and (trail.now is None or is_now == trail.value(old, unit)):
                yield unit, want
        for choice, conflict in self.chosen.items():
            if choice[:2] == trail.key and conflict.unit != WHOLE:
                yield trail.subject.unit_of[trail.subject.names.index(conflict.unit)], conflict.target

    def _decide_rows(self) -> None:
        """Which rows are there at the end: those that something that counts speaks of, what these refer to, and what
        was made together with a row that stays."""
        self.removed = {choice[:2] for choice, conflict in self.chosen.items() if conflict.unit == WHOLE}
        children: dict[Key, list[Key]] = defaultdict(list)
        for key in self.trails:
            for target, goes_along in self._targets(key):
                if goes_along:
                    children[target].append(key)
        waiting = [key for key in self.trails if self._stands(key)]
        self.alive: set[Key] = set()
        while waiting:
            key = waiting.pop()
            if key in self.alive or not self._may_be(key):
                continue
            self.alive.add(key)
            waiting += [target for target, __ in self._targets(key) if target in self.trails]
            if not self.new[key].origin_counts:
                waiting += [one for one in children[key] if self.trails[one].origin == self.trails[key].origin]
        self.deletes = [key for key, trail in self.trails.items() if trail.now is not None and key not in self.alive]
        self.inserts = [key for key, trail in self.trails.items() if trail.now is None and key in self.alive]
        for key in [*self.deletes, *(key for key in self.updates if key not in self.alive)]:
            self.updates.pop(key, None)

    def _stands(self, key: Key) -> bool:
        trail, found = self.trails[key], self.new[key]
        if trail.now is None:
            return found.alive is True and self.old[key].alive is not True
        return found.alive is True or key in self.outside or self._is_held(key) or not trail.is_known

    def _may_be(self, key: Key) -> bool:
        trail: Trail = self.trails[key]
        if trail.now is None:
            found: Effective = self.new[key]
            return found.alive is not False and not self._is_held(key)
        return key not in self.removed

    def _targets(self, key: Key) -> Iterator[tuple[Key, bool]]:
        """The rows that a row refers to at the end, each with whether it goes with it."""
        trail = self.trails[key]
        values, changes = trail.now or trail.records[-1].values, self.updates.get(key, {})
        for place, model, goes_along in trail.subject.links:
            pk = changes.get(trail.subject.names[place], values[place])
            if pk is not None:
                yield (model._meta.label, pk), goes_along

    # What stands in the way.

    def after(self, label: str) -> dict[int, tuple[Any, ...]]:
        """Rows of a model that are inserted or changed, as they shall be: by key, in the order of `Subject.names`."""
        subject = self.subjects[label]
        found = {}
        for key in {*self.inserts, *self.updates}:
            if key[0] == label:
                trail, changes = self.trails[key], self.updates.get(key, {})
                values = trail.now or trail.records[-1].values
                found[key[1]] = tuple(changes.get(n, v) for n, v in zip(subject.names, values, strict=True))
        return found

    def gone(self, label: str) -> set[int]:
        return {pk for found, pk in self.deletes if found == label}

    def _meet_obstacles(self) -> bool:
        """Keep out what cannot be written; whether there was anything."""
        known = len(self.obstacles)
        for key, columns in self.guard(self):
            self._hold(key, columns, "together")
        for label, subject in self.subjects.items():
            after = self.after(label)
            for pk, columns in taken_by_others(subject.model, subject.names, after, self.gone(label)):
                self._hold((label, pk), columns, "taken")
            self._hold_without_targets(subject, after)
        return len(self.obstacles) > known

    def _hold_without_targets(self, subject: Subject, after: dict[int, tuple[Any, ...]]) -> None:
        for place, model, __ in subject.links:
            label = model._meta.label
            wanted = {values[place] for values in after.values() if values[place] is not None}
            missing = wanted & self.gone(label)
            unsure = {pk for pk in wanted if (label, pk) not in self.alive}
            missing |= missing_targets(model, unsure) if unsure else set()
            for pk, values in after.items():
                if values[place] in missing:
                    self._hold((subject.label, pk), (subject.names[place],), "missing")

    def _hold(self, key: Key, columns: tuple[str, ...], why: str) -> None:
        trail = self.trails[key]
        if trail.now is None or not columns:
            self.obstacles.setdefault((*key, WHOLE), Obstacle(key, columns, why))
            return
        for name in columns:
            unit = trail.subject.unit_of[trail.subject.names.index(name)]
            self.obstacles.setdefault((*key, trail.subject.unit_name(unit)), Obstacle(key, columns, why))

    # What it comes to.

    @property
    def stays(self) -> list[Key]:
        """Rows that the reason made and that stay because they were used since; not what goes with others."""
        return [
            key
            for key, trail in self.trails.items()
            if self.back and trail.now is not None and key in self.alive and trail.is_made_by(self.reason)
            if not any(goes_along for __, __, goes_along in trail.subject.links)
        ]

    @property
    def decided(self) -> list[Choice]:
        """The choices that were written."""
        return sorted(choice for choice in self.chosen if choice not in self.obstacles)

    @property
    def is_empty(self) -> bool:
        return not (self.deletes or self.inserts or self.updates)

    @property
    def digest(self) -> str:
        """Changes whenever somebody wrote to one of these rows or began to use them; independent of choices."""
        seen = hashlib.sha256(f"{self.reason} {self.back}".encode())
        for key, trail in self.trails.items():
            seen.update(repr((key, trail.records[-1].history_id, trail.now)).encode())
        seen.update(repr(sorted(self.outside)).encode())
        return seen.hexdigest()
