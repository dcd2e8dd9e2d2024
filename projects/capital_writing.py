"""Writing what was agreed, what came and what is planned, an entry at a time: each one atomic, with its history.

The project's record is written before its entries, with a new version: an open form of the whole project tells by that
what was written since it was opened (projects/opened.py), and the history shows both as one saving.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from jiangjin.lib.history import record_history
from projects import attachments, capital
from projects.locking import lock_writable
from projects.models import Attachment, CapitalArrival, CapitalCommitment, PlannedArrival, Project
from projects.reasons import VOIDING

Entry = CapitalCommitment | CapitalArrival | PlannedArrival
COMMITMENTS, ARRIVALS, PLANNED = "commitments", "arrivals", "planned_arrivals"
TABLES: dict[str, Any] = {COMMITMENTS: CapitalCommitment, ARRIVALS: CapitalArrival, PLANNED: PlannedArrival}
# The sum that the project keeps of a table.
KEPT_SUM = {COMMITMENTS: "agreed_capital", ARRIVALS: "arrived_capital"}
# The same entry sent again within this time is a button pressed twice.
SAME_AGAIN = datetime.timedelta(minutes=2)


class EntryRefused(Exception):
    """The entry would break a rule; nothing was written. `field` is the one to look at, "" where it is none alone."""

    def __init__(self, message: str | Promise, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class EntryChanged(Exception):
    """Somebody wrote the entry, or one beside it, after the page was opened; nothing was written."""


def newest_record(table: str, project_id: int, pk: int | None = None) -> int:
    """What a page was opened with: the number of the newest history row of the entry, or of the table's entries."""
    records = TABLES[table].history.filter(project=project_id)
    records = records if pk is None else records.filter(id=pk)
    return records.order_by("-history_id").values_list("history_id", flat=True).first() or 0


@transaction.atomic
def write_entry(
    *, table: str, project_id: int, pk: int | None, values: Mapping[str, Any], seen: int, user: User
) -> Entry:
    """Enter a commitment or an arrival, or correct the one with this `pk`; amounts in 万元, as they are stored.

    `seen` is `newest_record` of when the page was opened. Raises EntryRefused, EntryChanged, and PermissionDenied where
    the account may not write the project any more.
    """
    project = lock_to_write(project_id, user)
    row = _stored(table, project, pk)
    if pk is not None and all(getattr(row, column) == value for column, value in values.items()):
        return row  # nothing to write; also a second click
    if newest_record(table, project.pk, pk) != seen:
        twin = None if pk else _just_written(table, project, values, user)
        if twin is None:
            raise EntryChanged
        return twin
    for column, value in values.items():
        setattr(row, column, value)
    require_sense(table, project, row)
    rows = [*_others(table, project, row), row]
    save_project_first(project, table, rows, user=user, reason=None)
    save_row(row, user=user)
    return row


def lock_to_write(project_id: int, user: User) -> Project:
    """The project, which nobody else writes until the transaction ends. Raises EntryRefused, PermissionDenied."""
    project = lock_writable(project_id, user, takes_voided=True)
    if project.is_voided:
        raise EntryRefused(
            _("Somebody voided this project after you opened the page. Have it restored, then save again.")
        )
    return project


def _stored(table: str, project: Project, pk: int | None) -> Any:
    if pk is None:
        return TABLES[table](project=project)
    row = TABLES[table].objects.filter(project=project, pk=pk).first()
    if row is None:
        raise EntryRefused(_("This entry is not in the register any more: somebody voided it."))
    return row


def _just_written(table: str, project: Project, values: Mapping[str, Any], user: User) -> Any | None:
    """The entry that this account wrote a moment ago from the very same page: a button pressed twice."""
    records = TABLES[table].history.filter(
        project=project.pk, history_type="+", history_user=user, history_date__gte=timezone.now() - SAME_AGAIN
    )
    rows = TABLES[table].objects.filter(pk__in=records.values("id"))
    return next((row for row in rows if all(getattr(row, name) == value for name, value in values.items())), None)


def _others(table: str, project: Project, row: Any) -> list[Any]:
    return list(TABLES[table].objects.filter(project=project).exclude(pk=row.pk))


def require_sense(table: str, project: Project, row: Any, *, gone: bool = False) -> None:
    """Raise EntryRefused where the project's entries would make no sense with this one, or without it if `gone`."""
    others = _others(table, project, row)
    rows = others if gone else [*others, row]
    if table == COMMITMENTS:
        if fault := capital.fault_of_commitments([(one.kind, one.amount) for one in rows]):
            raise EntryRefused(fault, "kind")
        fault = None if gone else capital.fault_of_days((one.kind, one.committed_on) for one in rows)
        # Whose day stays as it is may be corrected otherwise, though it stood in the wrong order already.
        same = {"pk": row.pk, "kind": row.kind, "committed_on": row.committed_on}
        if fault and not CapitalCommitment.objects.filter(**same).exists():
            raise EntryRefused(fault, "committed_on")
    elif not gone and table == ARRIVALS:
        if any((one.month, one.origin) == (row.month, row.origin) for one in others):
            text = _("%(origin)s of %(month)s stands there already. Correct that entry.")
            raise EntryRefused(text % {"origin": row.get_origin_display(), "month": row.month}, "month")
    elif not gone and any((one.year, one.quarter) == (row.year, row.quarter) for one in others):
        text = _("Something is planned for quarter %(quarter)s of %(year)s already.")
        raise EntryRefused(text % {"quarter": row.quarter, "year": row.year})


def save_project_first(project: Project, table: str, rows: Iterable[Any], *, user: User, reason: str | None) -> None:
    """Give the locked project a new version, and the sum that follows once these are the rows of the table."""
    if table in KEPT_SUM:
        setattr(project, KEPT_SUM[table], capital.total(row.amount for row in rows))
    project.version += 1
    save_row(project, user=user, reason=reason)


def save_row(row: Any, *, user: User, reason: str | None = None, again: bool = False) -> None:
    """Write a row with its history; one that comes back `again` under the number that it had."""
    row._history_user, row._change_reason = user, reason
    row.save(force_insert=again)


@transaction.atomic
def void_entry(*, table: str, project_id: int, pk: int, seen: int, reason: str, user: User) -> None:
    """Take an entry out of the register; the history keeps it, with the reason. `restore_entry` brings it back.

    `seen` is `newest_record` of when the page was opened. Raises EntryRefused, EntryChanged, PermissionDenied.
    """
    project = lock_to_write(project_id, user)
    row = _stored(table, project, pk)
    if newest_record(table, project.pk, pk) != seen:
        raise EntryChanged
    require_sense(table, project, row, gone=True)
    reason = f"{VOIDING}{reason}"
    save_project_first(project, table, _others(table, project, row), user=user, reason=reason)
    _delete(row, user=user, reason=reason)


def _delete(row: Any, *, user: User, reason: str) -> None:
    if isinstance(row, CapitalArrival):
        attachments.let_go(of="arrival", ids=[row.pk], user=user, reason=reason)
    row._history_user, row._change_reason = user, reason
    row.delete()


@transaction.atomic
def restore_entry(*, table: str, project_id: int, record: int, user: User) -> Entry:
    """Bring back the entry whose voiding is this history row, as a new change, if nothing took its place.

    Raises EntryRefused, PermissionDenied.
    """
    project = lock_to_write(project_id, user)
    model = TABLES[table]
    said = model.history.filter(
        project=project.pk, history_id=record, history_type="-", history_change_reason__startswith=VOIDING
    ).first()
    if said is None or model.history.filter(id=said.id, history_id__gt=record).exists():
        raise EntryRefused(_("This entry stands in the register again, or is not in its history any more."))
    row = said.instance
    row.pk = said.id
    if table == COMMITMENTS and row.fixed_assets is not None and row.fixed_assets > abs(row.amount):
        row.fixed_assets = None  # of a day when the register did not ask that it is a part
    require_sense(table, project, row)
    reason = f"restore {record}"
    save_project_first(project, table, [*_others(table, project, row), row], user=user, reason=reason)
    save_row(row, user=user, reason=reason, again=True)
    if isinstance(row, CapitalArrival):
        _relink_evidence(row, said.history_change_reason, user=user, reason=reason)
    return row


def _relink_evidence(row: CapitalArrival, voiding: str, *, user: User, reason: str) -> None:
    """What was evidence of the arrival until it was voided is so again, unless it became that of something else."""
    loose = Attachment.objects.filter(project=row.project_id, arrival=None, milestone=None, obstacle=None, about=None)
    was = Attachment.history.filter(project=row.project_id, arrival=row.pk).values("id")
    parted = Attachment.history.filter(project=row.project_id, arrival=None, history_change_reason=voiding).values("id")
    ids = list(loose.filter(pk__in=was).filter(pk__in=parted).values_list("pk", flat=True))
    Attachment.objects.filter(pk__in=ids).update(arrival=row)
    if ids:
        record_history(Attachment, ids, "~", user=user, reason=reason)


@transaction.atomic
def plan_year(
    *, project_id: int, year: int, amounts: Mapping[int, Decimal | None], seen: int, reason: str, user: User
) -> None:
    """Set what is planned to arrive in the four quarters of a year, in 万元; None plans nothing for a quarter.

    A quarter that loses its plan needs a `reason`: its entry is voided. `seen` is `newest_record` of the planned
    arrivals of when the page was opened. Raises EntryRefused, EntryChanged, PermissionDenied.
    """
    project = lock_to_write(project_id, user)
    stored = {row.quarter: row for row in PlannedArrival.objects.filter(project=project, year=year)}
    wanted = {quarter: amount for quarter, amount in amounts.items() if amount is not None}
    if {quarter: row.amount for quarter, row in stored.items()} == wanted:
        return
    if newest_record(PLANNED, project.pk) != seen:
        raise EntryChanged
    gone = [row for quarter, row in stored.items() if quarter not in wanted]
    if gone and not reason:
        raise EntryRefused(_("A planned quarter was emptied. Write why nothing is planned for it any more."), "reason")
    reasons = f"{VOIDING}{reason}" if gone else None
    save_project_first(project, PLANNED, (), user=user, reason=reasons)
    for row in gone:
        _delete(row, user=user, reason=reasons or "")
    for quarter, amount in wanted.items():
        row = stored.get(quarter) or PlannedArrival(project=project, year=year, quarter=quarter)
        if row.pk is None or row.amount != amount:
            row.amount = amount
            save_row(row, user=user, reason=reasons)
