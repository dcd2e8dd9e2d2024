"""How far long work on a batch is: told by whoever does it, shown by the page that waits for it.

Kept in a small file, not in the database: a transaction that writes an import hides its own rows from everybody else,
and on SQLite lets nobody else write.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.conf import settings

Item = TypeVar("Item")

READ, CELLS, MATCH, COMPARE, KEEP, WRITE = "read", "cells", "match", "compare", "keep", "write"
# The share of the time that each step takes, measured with 100,000 rows.
PREVIEW_STEPS = {READ: 0.25, CELLS: 0.25, MATCH: 0.15, COMPARE: 0.1, KEEP: 0.25}
WRITE_STEPS = {READ: 0.15, CELLS: 0.15, MATCH: 0.1, COMPARE: 0.1, WRITE: 0.5}
TOLD_EVERY = 0.4  # seconds
ASKED_EVERY = 1.0  # seconds: whether the work is still wanted
LOOK_EVERY = 250  # rows


class Unwanted(Exception):
    """Somebody cancelled the work while it was done. Nothing was written."""


class Progress:
    """What long work tells while it goes on. This one listens to nothing: for work that nobody watches."""

    def step(self, name: str, total: int = 0) -> None:
        """The work begins one of its steps, with `total` rows to do; 0 where nobody knows."""

    def at(self, done: int) -> None:
        """So many rows of the step are done."""

    def over(self, name: str, rows: Sequence[Item]) -> Iterator[Item]:
        """The rows of a step, one after the other."""
        self.step(name, len(rows))
        yield from rows


class ToldProgress(Progress):
    """Progress in the batch's file. `steps` are shares of the time; `is_wanted` is asked now and then until writing
    begins, and the work ends with Unwanted where it says no."""

    def __init__(self, path: Path, steps: dict[str, float], is_wanted: Callable[[], bool]) -> None:
        self.path = path
        self.steps = steps
        self.is_wanted = is_wanted
        self.name = ""
        self.total = self.done = 0
        self.before = 0.0
        self.started = time.time()
        self.told = self.asked = 0.0

    def step(self, name: str, total: int = 0) -> None:
        names = list(self.steps)
        self.name, self.total, self.done = name, total, 0
        self.before = sum(self.steps[other] for other in names[: names.index(name)])
        self._look(at_once=True)

    def at(self, done: int) -> None:
        self.done = done
        self._look()

    def over(self, name: str, rows: Sequence[Item]) -> Iterator[Item]:
        self.step(name, len(rows))
        for number, row in enumerate(rows):
            if number % LOOK_EVERY == 0:
                self.at(number)
            yield row

    def _look(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now - self.told >= TOLD_EVERY:
            self.told = now
            self._tell()
        if self.name != WRITE and (at_once or now - self.asked >= ASKED_EVERY):
            self.asked = now
            if not self.is_wanted():
                raise Unwanted

    def _tell(self) -> None:
        share = self.before + (self.steps[self.name] * self.done / self.total if self.total else 0)
        state = {"step": self.name, "done": self.done, "total": self.total, "share": share, "started": self.started}
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(state), encoding="ascii")
        os.replace(beside, self.path)

    def end(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of work that goes on: its step, rows done of all (0: unknown), share of the whole, seconds left."""

    step: str
    done: int
    total: int
    share: float
    seconds_left: int | None

    @property
    def percent(self) -> int:
        return int(self.share * 100)


def progress_path(pk: int) -> Path:
    """Where the progress of a batch is told."""
    folder = settings.VAR_DIR / "work"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{pk}.json"


def state_of(pk: int) -> State | None:
    """How far the work on a batch is; None where it has not begun."""
    try:
        told = json.loads(progress_path(pk).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    share, passed = told["share"], time.time() - told["started"]
    # The first moments say too little.
    left = round(passed * (1 - share) / share) if share > 0.1 and passed > 2 else None
    return State(told["step"], told["done"], told["total"], share, left)


def others_at_work(pk: int) -> bool:
    """Whether the work on another batch goes on, so that this one waits for its turn."""
    return any(path.stem != str(pk) for path in _files())


def _files() -> Iterable[Path]:
    return progress_path(0).parent.glob("*.json")
