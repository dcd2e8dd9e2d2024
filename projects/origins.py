"""Where the present values of a project come from: for each shown value the saving that gave it, out of the history."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from projects.differences import ROWS, columns
from projects.models import Honour, Project
from projects.reasons import Reason

PROJECT, HONOURS = "project", "honours"
FOLLOWING = {"agreed_capital", "arrived_capital"}  # sums of rows, which have origins of their own
MOST = 5000  # records of one table that are looked through
SAVING = ("history_id", "history_date", "history_type", "history_user_id", "history_change_reason")
# Tables of a project: the columns whose values are shown, and what a row is known by.
SHOWN: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "investors": (("investor_id", "share"), ("role",)),
    "commitments": (("committed_on", "amount", "note"), ("kind",)),
    "arrivals": (("amount", "note"), ("month",)),
    "milestones": (("planned_on", "actual_on", "reached"), ("kind",)),
    "snapshots": (("amount",), ("measure",)),
    "notes": (("text",), ("kind",)),
    "codes": (("code",), ()),
    HONOURS: (("kind",), ()),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A value: `table` is "project", a key of ROWS or "honours"; `row` the row's key, 0 for the project's columns."""

    table: str
    column: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """The saving that gave a value; `value` is that value, `known_by` what its row is known by (kind, month …)."""

    at: datetime.datetime
    who: str
    reason: Reason
    value: Any
    known_by: Mapping[str, Any]


def origins_of(project: Project, honours: Iterable[int] = ()) -> dict[Place, Origin]:
    """The origin of every value of the project that is filled in, and of these honours of its investors.

    Values whose history does not reach back far enough are left out. The number of queries is constant.
    """
    givers = dict(_givers(project, list(honours)))
    users = User.objects.in_bulk({record["history_user_id"] for record, __ in givers.values()} - {None})
    return {
        place: Origin(
            record["history_date"],
            str(users.get(record["history_user_id"], "")),
            Reason.of(record["history_change_reason"]),
            record[place.column],
            {name: record[name] for name in known_by},
        )
        for place, (record, known_by) in givers.items()
    }


def _givers(project: Project, honours: list[int]) -> Iterator[tuple[Place, tuple[dict[str, Any], tuple[str, ...]]]]:
    own = tuple(field.attname for field in columns() if field.name not in FOLLOWING)
    for place, record in _of_table(PROJECT, Project.history.filter(id=project.pk), own, ()):
        yield place, (record, ())
    for table, (shown, known_by) in SHOWN.items():
        if table == HONOURS:
            rows = Honour.history.filter(id__in=honours)
        else:
            rows = ROWS[table].model.history.filter(project=project.pk)  # type: ignore[attr-defined]
        for place, record in _of_table(table, rows, shown, known_by):
            yield place, (record, known_by)


def _of_table(
    table: str, records: QuerySet, shown: tuple[str, ...], known_by: tuple[str, ...]
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each filled-in value of the rows that are still there, with the record that gave it."""
    newest = list(records.order_by("-history_id").values("id", *SAVING, *{*shown, *known_by})[:MOST])
    by_row: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for record in newest:
        by_row[record["id"]].append(record)
    for pk, own in by_row.items():
        if own[0]["history_type"] == "-":
            continue
        for column in shown:
            giver = _giver(own, column)
            # A run that ends where the looking ended may have begun earlier.
            if giver is not None and (len(newest) < MOST or giver is not own[-1] or giver["history_type"] == "+"):
                yield Place(table, column, 0 if table == PROJECT else pk), giver


def _giver(records: list[dict[str, Any]], column: str) -> dict[str, Any] | None:
    """The record that gave the present value; None where it is not filled in.

    What an undo brought back was given before: by the record that wrote it then, not by the undo.
    """
    value = records[0][column]
    if value is None or value == "" or value is False:
        return None
    last = giver = _begin_of_run(records, 0, column)
    while Reason.of(records[giver]["history_change_reason"]).way:
        earlier = range(giver + 1, len(records))
        held = (at for at in earlier if records[at][column] == value and records[at]["history_type"] != "-")
        before = next(held, None)
        if before is None:
            return records[last]
        giver = _begin_of_run(records, before, column)
    return records[giver]


def _begin_of_run(records: list[dict[str, Any]], at: int, column: str) -> int:
    """The place of the oldest record that holds the value of the one at a place without a break, newest first."""
    value = records[at][column]
    while at + 1 < len(records) and records[at + 1]["history_type"] != "-" and records[at + 1][column] == value:
        at += 1
    return at
