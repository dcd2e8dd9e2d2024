"""Who changed what about projects, when and how: history records brought together as savings."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from projects.differences import (
    ROWS,
    Difference,
    RowKind,
    column_difference,
    delta,
    firms_of,
    names_of,
    row_difference,
)
from projects.models import Project
from projects.reasons import Reason

SHOWN = 10
# Rows written within this time by one account belong to one saving of the page.
ONE_SAVING = datetime.timedelta(seconds=3)
# So long at most does a batch write: its rows carry its reason, and are looked for within this time.
ONE_BATCH = datetime.timedelta(minutes=10)
MOST_ROWS = 5000  # of one table, for one page


@dataclass(frozen=True, slots=True)
class Change:
    """One saving of a project: a line of its history. `record` is the history row that the line stands for."""

    at: datetime.datetime
    user_id: int | None
    who: str
    reason: Reason
    what: str
    project_id: int
    record: int
    differences: list[Difference] = field(default_factory=list)

    @property
    def how(self) -> str:
        """How it came about: the form, an import with its number, the administration; "" for a command alone."""
        return self.reason.words(by_person=self.user_id is not None)


def with_before(records: QuerySet) -> QuerySet:
    """Adds `before_id`: the history row of the same object that came before; and the account, newest first."""
    own = records.model._default_manager.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    before = Subquery(own.order_by("-history_id").values("history_id")[:1])
    return records.annotate(before_id=before).select_related("history_user").order_by("-history_id")


def last_changes(project: Project) -> list[Change]:
    """The last changes of the project, newest first; the number of queries does not grow with them."""
    return changes_of(list(with_before(project.history.all())[:SHOWN]))


def last_savings(projects: Iterable[int]) -> dict[int, Change]:
    """The last saving of each of these projects, by its number: who, when and how, not what. Two queries."""
    newest = Project.history.filter(id__in=list(projects)).order_by().values("id").annotate(last=Max("history_id"))
    records = Project.history.filter(history_id__in=[row["last"] for row in newest]).select_related("history_user")
    return {record.id: _change(record, record.id, "", []) for record in records}


def changes_of(records: list[Any], only: str = "") -> list[Change]:
    """The savings that these history records of projects (`with_before`) stand for, with what was saved beside.

    With `only`, a column's name: that column alone, and nothing of other tables.
    """
    befores = _befores(records)
    deltas = {
        record.history_id: [change for change in delta(befores[record.before_id], record) if _wanted(change, only)]
        for record in records
        if record.before_id in befores
    }
    names = names_of(change for changes in deltas.values() for change in changes)
    beside = {} if only else _beside(records)
    made = []
    for record in records:
        differences = [column_difference(change, names) for change in deltas.get(record.history_id, ())]
        if record.history_type != "+":
            differences += beside.get(record.history_id, [])
        made.append(_change(record, record.id, _what(record, befores.get(record.before_id), differences), differences))
    return made


def row_changes(kind: RowKind, records: list[Any]) -> list[Change]:
    """The changes of one table's rows, a line each: `records` are its history records, `with_before`."""
    return [
        _change(record, record.project_id, "", [difference] if difference else [])
        for record, difference in _row_differences(kind, records)
    ]


def _wanted(change: Any, only: str) -> bool:
    return not only or change.field.name == only


def _change(record: Any, project_id: int, what: str, differences: list[Difference]) -> Change:
    return Change(
        record.history_date,
        record.history_user_id,
        str(record.history_user or ""),
        Reason.of(record.history_change_reason),
        what,
        project_id,
        record.history_id,
        differences,
    )


def _befores(records: Iterable[Any]) -> dict[int, Any]:
    """The records that came before these, by number."""
    records = list(records)
    ids = [record.before_id for record in records if record.before_id]
    return type(records[0])._default_manager.in_bulk(ids) if ids else {}


def _what(record: Any, older: Any, differences: list[Difference]) -> str:
    if record.history_type == "+":
        return _("entered into the register")
    if older is not None and bool(record.voided_at) != bool(older.voided_at):
        return _("voided") if record.voided_at else _("restored")
    return "" if differences else _("saved")


def _beside(records: list[Any]) -> dict[int, list[Difference]]:
    """What was saved in the projects' tables with each of these records, by the record's number."""
    if not records:
        return {}
    savings = _Savings(records)
    found: dict[int, list[Difference]] = defaultdict(list)
    dates = [record.history_date for record in records]
    window = (min(dates) - ONE_BATCH, max(dates) + ONE_BATCH)
    for kind in ROWS.values():
        rows = kind.model.history.filter(  # type: ignore[attr-defined]
            project__in={record.id for record in records}, history_date__range=window
        )
        for row, difference in _row_differences(kind, list(with_before(rows)[:MOST_ROWS])[::-1]):
            saving = savings.of(row)
            if saving is not None and difference is not None:
                found[saving].append(difference)
    return found


def _row_differences(kind: RowKind, rows: list[Any]) -> Iterator[tuple[Any, Difference | None]]:
    befores = _befores(rows)
    firms = firms_of([*rows, *befores.values()]) if kind.key == "investors" else {}
    for row in rows:
        old = None if row.history_type == "+" else befores.get(row.before_id)
        new = None if row.history_type == "-" else row
        yield row, row_difference(kind, old, new, firms) if old or new else None


class _Savings:
    """Records of projects by what the rows saved with them share: the project, the account, the reason, the time."""

    def __init__(self, records: list[Any]) -> None:
        self.known: dict[tuple[int, int | None, str], list[Any]] = defaultdict(list)
        for record in records:
            self.known[record.id, record.history_user_id, record.history_change_reason or ""].append(record)

    def of(self, row: Any) -> int | None:
        """The record that the row was saved with."""
        reason = row.history_change_reason or ""
        near = self.known.get((row.project_id, row.history_user_id, reason), [])
        if Reason.of(reason).kind:  # a batch writes its tables one after the other
            best = min(near, key=lambda record: abs(record.history_date - row.history_date), default=None)
        else:
            after = [one for one in near if one.history_date <= row.history_date <= one.history_date + ONE_SAVING]
            best = max(after, key=lambda record: record.history_id, default=None)
        return best.history_id if best else None
