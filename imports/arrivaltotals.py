"""The cumulative column of a table of arrivals (累计到位): a snapshot to compare with, never an entry to add up."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from imports.known import KnownProject, of_projects
from imports.matching import stands_already
from imports.models import ImportBatch
from imports.plan import Change, ReadRow, RowPlan, change_of
from imports.proposals import Proposal
from jiangjin.lib.history import create_with_history, update_with_history
from jiangjin.lib.money import format_wan
from jiangjin.lib.partialday import PartialDay
from jiangjin.lib.text import sentence
from projects.choices import SnapshotMeasure
from projects.models import CapitalArrival, CapitalSnapshot

TOTAL = "arrived_total"
TOTAL_DIFFERS = _(
    "The file says that %(stated)s 万元 had arrived in all by %(day)s; the months known, with this table, sum to "
    "%(found)s. Check the months, and those before."
)
UNDATED_DIFFERS = _(
    "The file says that %(stated)s 万元 have arrived in all; the months known, with this table, sum to %(found)s. "
    "Check the months, and those before."
)
TOTAL_TWICE = _("Row %(row)s says another amount that has arrived in all for this project. Correct one of the two.")
TOTAL_TWICE_ELSEWHERE = _(
    "Row %(row)s of the sheet “%(sheet)s” says another amount that has arrived in all for this project. "
    "Correct one of the two."
)
TotalsSeen = dict[tuple[int, PartialDay | None], ReadRow]


class TotalChanged(Exception):
    """Somebody wrote another snapshot since the plan was made."""


def date_totals(rows: list[ReadRow], proposal: Proposal, today: datetime.date) -> None:
    """Say as of when the rows' cumulative amounts stand: the day that the table says, else the last month with data.

    In the long form, a row a month, that is the row's own month. A month that has not come says nothing: its row is
    refused.
    """
    if not proposal.of(TOTAL):
        return
    filled = {month for row in rows for month, amount in row.values["arrivals"].items() if amount}
    months = {month for month in filled if month.first <= today}
    last = max(months, default=None)
    long_form = bool(proposal.of("arrival_month"))
    for row in rows:
        own = row.values.get("arrival_month") if long_form else None
        day = proposal.as_of if proposal.as_of and not long_form else own or last
        if day is not None:
            row.values["as_of"] = day


def total_change(read: ReadRow, project: KnownProject, seen: TotalsSeen) -> Change | None:
    """What the row's cumulative amount changes; refuses a row that contradicts another one of the file."""
    total, as_of = read.values.get(TOTAL), read.values.get("as_of")
    if total is None or read.errors:
        return None
    earlier = seen.setdefault((project.pk, as_of), read)
    if earlier is not read:
        if earlier.values[TOTAL] != total:
            read.refuse("repeated_row", stands_already(TOTAL_TWICE, TOTAL_TWICE_ELSEWHERE, read, earlier), TOTAL)
        return None
    old = project.snapshots.get((TOTAL, as_of))
    return change_of(read, TOTAL, old) if old != total else None


def compare_totals(rows: Iterable[RowPlan], stored: Mapping[tuple[int, int], CapitalArrival]) -> None:
    """Warn where a cumulative amount is not the sum of the months that the register will have by then, in 万元."""
    accepted = [row for row in rows if row.accepted and row.project_id]
    if not any(TOTAL in row.read.values for row in accepted):
        return
    amounts: dict[int, dict[PartialDay, Decimal]] = defaultdict(dict)
    for (project, __), arrival in stored.items():
        amounts[project][arrival.month] = arrival.amount
    for row in accepted:
        amounts[row.project_id or 0].update(row.read.values["arrivals"])
    for row in accepted:
        stated, day = row.read.values.get(TOTAL), row.read.values.get("as_of")
        if stated is None:
            continue
        known = amounts[row.project_id or 0].items()
        found = sum((amount for month, amount in known if day is None or month.first <= day.last), Decimal(0))
        if found != stated:
            text = TOTAL_DIFFERS if day else UNDATED_DIFFERS
            told = sentence(text, stated=format_wan(stated), found=format_wan(found), day=str(day))
            row.read.warn("sum_differs", told, TOTAL)


def write_totals(*, rows: list[RowPlan], batch: ImportBatch) -> None:
    """Keep the changed cumulative amounts in the caller's transaction, with their history. Raises TotalChanged."""
    changes = [(row, change) for row in rows for change in row.changes if change.field == TOTAL]
    if not changes:
        return
    ids = {row.project_id or 0 for row, __ in changes}
    of_total = of_projects(CapitalSnapshot.objects, ids).filter(measure=SnapshotMeasure.ARRIVED_TOTAL)
    stored = {(one.project_id, one.as_of): one for one in of_total if one.project_id in ids}
    new, changed = [], []
    for row, change in changes:
        as_of = row.read.values.get("as_of")
        snapshot = stored.get((row.project_id or 0, as_of))
        if (snapshot and snapshot.amount) != change.old:
            raise TotalChanged
        if snapshot is None:
            snapshot = CapitalSnapshot(project_id=row.project_id, measure=SnapshotMeasure.ARRIVED_TOTAL, as_of=as_of)
            new.append(snapshot)
        else:
            changed.append(snapshot)
        snapshot.amount, snapshot.source = change.new, batch.filename[:200]
    create_with_history(CapitalSnapshot, new, user=batch.user, reason=batch.reason)
    update_with_history(CapitalSnapshot, changed, ["amount", "source"], user=batch.user, reason=batch.reason)
