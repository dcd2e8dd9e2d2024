"""Which saving gave a value that stands now: out of the records of a table, back through undos and mergings."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from projects.reasons import Reason

MERGE = "merge"
# One record of a history table: its columns, what simple-history adds, and `owner`, the project (or firm) of the row.
Record = dict[str, Any]
Went = Mapping[int, datetime.datetime | None]


@dataclass(frozen=True, slots=True)
class Given:
    """The record that gave a value, in this of its columns, and the mergings that brought it here, the latest first."""

    record: Record
    column: str
    through: tuple[Record, ...]


class Records:
    """The records of one table, newest first. `known_by`: what a row has in common with the one it is merged with.

    `went`: when each project went into the one whose page it is; `is_whole`: no records are beyond those read.
    """

    def __init__(
        self, records: Iterable[Record], *, known_by: Sequence[str], went: Went, is_whole: bool = True
    ) -> None:
        self.rows: dict[int, list[Record]] = defaultdict(list)
        self.known_by, self.went, self.is_whole = known_by, went, is_whole
        for record in records:
            self.rows[record["id"]].append(record)

    def given(self, pk: int, column: str, former: tuple[Records, str] | None = None) -> Given | None:
        """What gave the present value of a row; None where it is not filled in, or nothing reaches back to it.

        `former`: where else, in which column, the value may stand that a merging gave (a number becomes a former one).
        """
        table, own, at = self, self.rows[pk], 0
        if own[0][column] in (None, "") or own[0][column] is False:
            return None
        through: list[Record] = []
        while True:
            giver = _giver(own, at, column)
            record = own[giver]
            # A run that ends where the looking ended may have begun earlier.
            if not table.is_whole and giver == len(own) - 1 and record["history_type"] != "+":
                return None
            through += _moves(own[at : giver + 1])
            before = table.before_merging(own, giver, column, former) if is_merging(record) else None
            if before is None:
                return Given(record, column, tuple(_once(through)))
            through.append(record)
            table, own, at, column = before

    def before_merging(
        self, own: list[Record], at: int, column: str, former: tuple[Records, str] | None
    ) -> tuple[Records, list[Record], int, str] | None:
        """The row, and its place there, from which a merging took the value that it wrote here."""
        record = own[at]
        table, there = former or (self, column)
        order = "history_date" if former else "history_id"  # two tables number their records each for itself
        found = []
        for row in table.rows.values():
            place = next((number for number, one in enumerate(row) if _is_before(one, record, order)), None)
            if place is None or row is own or row[place]["history_type"] == "-":
                continue
            if row[place][there] == record[column] and (former or self._are_twins(row, place, record, column)):
                found.append((row, place))
        if found:
            # Several projects may have gone into this one, one after another: the one that this merging took counts.
            row, place = min(found, key=lambda one: self._distance(one[0][one[1]]["owner"], record))
            return table, row, place, there
        # A firm was merged: the part names the one that was kept, and named the other one before.
        changed = column == "investor_id" and record["history_type"] == "~" and at + 1 < len(own)
        return (self, own, at + 1, column) if changed else None

    def _distance(self, owner: int, record: Record) -> datetime.timedelta:
        """How far from this saving the project went into the one whose page it is."""
        went = self.went.get(owner)
        return datetime.timedelta.max if went is None else abs(went - record["history_date"])

    def _are_twins(self, row: list[Record], place: int, record: Record, column: str) -> bool:
        """Alike in what rows are known by; or the merging took the one out and left its value to the other."""
        names = [name for name in self.known_by if name != column]
        if all(row[place][name] == record[name] for name in names):
            return True
        newer = row[place - 1] if place else None
        return newer is not None and newer["history_type"] == "-" and _reason(newer) == _reason(record)


def is_merging(record: Record) -> bool:
    """Whether a merging wrote it, and not what took a merging back."""
    reason = Reason.of(_reason(record))
    return reason.kind == MERGE and not reason.way


def _reason(record: Record) -> str | None:
    return record["history_change_reason"]


def _is_before(one: Record, merging: Record, order: str) -> bool:
    return one[order] < merging[order] and _reason(one) != _reason(merging)


def _moves(run: list[Record]) -> Iterator[Record]:
    """The mergings by which a row went from the owner in its oldest record to the present one."""
    for newer, older in pairwise(run):
        if newer["owner"] == run[-1]["owner"]:
            return
        if newer["owner"] != older["owner"] and is_merging(newer):
            yield newer


def _once(records: list[Record]) -> list[Record]:
    return list({_reason(record): record for record in records}.values())


def _giver(records: list[Record], at: int, column: str) -> int:
    """The place of the record that gave the value of the one at a place.

    What an undo brought back was given before: by the record that wrote it then, not by the undo.
    """
    value = records[at][column]
    last = giver = _begin_of_run(records, at, column)
    while Reason.of(_reason(records[giver])).way:
        earlier = range(giver + 1, len(records))
        held = (one for one in earlier if records[one][column] == value and records[one]["history_type"] != "-")
        before = next(held, None)
        if before is None:
            return last
        giver = _begin_of_run(records, before, column)
    return giver


def _begin_of_run(records: list[Record], at: int, column: str) -> int:
    """The place of the oldest record that holds the value of the one at a place without a break, newest first."""
    value = records[at][column]
    while at + 1 < len(records) and records[at + 1]["history_type"] != "-" and records[at + 1][column] == value:
        at += 1
    return at
