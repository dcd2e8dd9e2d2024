"""Where the present values of a project come from: for each shown value the saving that gave it, out of the history."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import User
from projects.differences import ROWS, columns
from projects.givers import Given, Record, Records, Went
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
# What two rows of a table have in common that a merging makes one, where that is not what they are known by.
TWINS: Mapping[str, tuple[str, ...]] = {"investors": ("investor_id",)}


@dataclass(frozen=True, slots=True)
class Place:
    """A value: `table` is "project", a key of ROWS or "honours"; `row` the row's key, 0 for the project's columns."""

    table: str
    column: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Saving:
    """Who wrote, when and how."""

    at: datetime.datetime
    who: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Origin(Saving):
    """The saving that gave a value; `value` is that value, `known_by` what its row is known by (kind, month …).

    `project` is the project that it was written to, another one where mergings (`through`, the latest first) brought it
    here; None of an honour, which is a firm's.
    """

    value: Any
    known_by: Mapping[str, Any]
    project: int | None
    through: tuple[Saving, ...] = ()


def origins_of(project: Project, honours: Iterable[int] = ()) -> dict[Place, Origin]:
    """The origin of every value of the project that is filled in, and of these honours of its investors.

    Values whose history does not reach back far enough are left out. The number of queries is constant.
    """
    givers = dict(_givers(project, list(honours)))
    records = [record for given in givers.values() for record in (given.record, *given.through)]
    users = User.objects.in_bulk({record["history_user_id"] for record in records} - {None})

    def saving(record: Record) -> tuple[datetime.datetime, str, Reason]:
        who = str(users.get(record["history_user_id"], ""))
        return record["history_date"], who, Reason.of(record["history_change_reason"])

    return {
        place: Origin(
            *saving(given.record),
            value=given.record[given.column],
            known_by={name: given.record[name] for name in SHOWN[place.table][1]} if place.table in SHOWN else {},
            project=None if place.table == HONOURS else given.record["owner"],
            through=tuple(Saving(*saving(record)) for record in given.through),
        )
        for place, given in givers.items()
    }


def _givers(project: Project, honours: list[int]) -> Iterator[tuple[Place, Given]]:
    """Of each filled-in value that stands now, what gave it: written here, or to what was merged into the project."""
    went = dict(Project.objects.filter(merged_into=project.pk).order_by().values_list("pk", "voided_at"))
    family = [project.pk, *went]
    own = tuple(field.attname for field in columns() if field.name not in FOLLOWING)
    projects = _records(Project.history.filter(id__in=family), "id", own, (), went)
    for column in own:
        given = projects.given(project.pk, column) if project.pk in projects.rows else None
        if given is not None:
            yield Place(PROJECT, column), given
    for table, (shown, known_by) in SHOWN.items():
        if table == HONOURS:
            records = _records(Honour.history.filter(id__in=honours), "investor_id", shown, known_by, went)
        else:
            rows = ROWS[table].model.history.filter(project__in=family)  # type: ignore[attr-defined]
            records = _records(rows, "project_id", shown, known_by, went, TWINS.get(table))
        former = (projects, "code") if table == "codes" else None
        for pk, (newest, *__) in records.rows.items():
            if newest["history_type"] == "-" or (table != HONOURS and newest["owner"] != project.pk):
                continue
            for column in shown:
                given = records.given(pk, column, former)
                if given is not None:
                    yield Place(table, column, pk), given


def _records(
    rows: QuerySet,
    owner: str,
    shown: tuple[str, ...],
    known_by: tuple[str, ...],
    went: Went,
    twins: tuple[str, ...] | None = None,
) -> Records:
    names = {"id", *SAVING, *shown, *known_by}
    newest = list(rows.order_by("-history_id").values(*names, owner=F(owner))[:MOST])
    return Records(newest, known_by=twins or known_by, went=went, is_whole=len(newest) < MOST)
