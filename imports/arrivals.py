"""Tables of arrivals: a row a project and a column a month, or a row a month. Importing a month again replaces it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imports.arrivalmatch import ArrivalMatcher
from imports.arrivaltotals import (
    TOTAL,
    TotalChanged,
    TotalsSeen,
    compare_totals,
    date_totals,
    total_change,
    write_totals,
)
from imports.corrections import leave_out
from imports.investorbook import InvestorBook
from imports.known import FEW, Known
from imports.links import Links
from imports.matching import sight_of, stands_already
from imports.models import ImportBatch, RowAction
from imports.plan import Change, Plan, ReadRow, RowPlan
from imports.progress import COMPARE
from imports.rows import read_into, read_rows, source_of
from imports.rules import check_arrivals, not_yours
from imports.writing import PlanOutdated, keep_rows, lock_imports
from jiangjin.lib.bulk import NewRow
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import insert_with_history, update_with_history
from jiangjin.lib.money import format_wan
from jiangjin.lib.text import name_key, sentence
from projects.capital import recompute_and_save
from projects.choices import CapitalOrigin
from projects.locking import lock_projects
from projects.models import CapitalArrival
from projects.models.capital import NO_CURRENCY

SUM_DIFFERS = _("The row's own total is %(stated)s 万元, its months sum to %(found)s. Check the months.")
REPLACED = _("%(count)s months that were there already are replaced.")
TWO_COLUMNS = _("Two columns hold an amount of %(month)s. Leave one of them out, or correct its month.")
TWICE = _("The month %(month)s of this project stands in row %(row)s already. Take one of the two out.")

TWICE_ELSEWHERE = _(
    "The month %(month)s of this project stands in row %(row)s of the sheet “%(sheet)s” already. "
    "Take one of the two out."
)


def plan_arrivals(plan: Plan, understood: Iterable[Any], request: Any, links: Links) -> Known:
    """Plan the rows of tables of arrivals; their projects must be known."""
    rows: list[ReadRow] = []
    for part in understood:
        read = list(_read(part, links))
        date_totals(read, part.proposal, timezone.localdate())
        rows += read
    known = Known(
        (code for row in rows if (code := row.values.get("project_code"))),
        (code for row in rows if (code := row.values.get("approval_code"))),
        (name_key(name)[:200] for row in rows if (name := row.values.get("name"))),
        (),
    )
    book = InvestorBook(
        (name for row in rows if (name := row.values.get("investor"))),
        (code for row in rows if (code := row.values.get("credit_code"))),
    )
    plan.generation = known.generation
    plan.rows = [RowPlan(row, name=row.values.get("name", "")) for row in rows]
    matcher = ArrivalMatcher(known, book, sight_of(request.user), request.user)
    for row in plan.rows:
        matcher.match(row)
    stored = _stored({row.project_id for row in plan.rows if row.project_id})
    known.load_values(row.project_id for row in plan.rows if row.project_id)
    today = request.today or timezone.localdate()
    seen: dict[tuple[int, int], ReadRow] = {}
    totals: TotalsSeen = {}
    for row in request.progress.over(COMPARE, plan.rows):
        _settle(row, known, stored, (seen, totals), request, today)
    compare_totals(plan.rows, stored)
    accepted = [row for row in plan.rows if row.accepted]
    plan.arrivals = sum(len(row.read.values["arrivals"]) for row in accepted)
    plan.arrived_capital = sum((a for row in accepted for a in row.read.values["arrivals"].values()), Decimal(0))
    return known


def _read(part: Any, links: Links) -> Iterable[ReadRow]:
    """Rows with `arrivals`: amounts in 万元 by month."""
    months = [
        (source_of(column, part.table, part.proposal, links.vocabulary), column.month)
        for column in part.proposal.of("arrival")
    ]
    total = next(iter(part.proposal.of("arrival_sum")), None)
    total_source = source_of(total, part.table, part.proposal, links.vocabulary) if total else None
    for row in read_rows(part.sheet, part.table, part.proposal, links.vocabulary):
        part.plan.rows += 1
        cells = part.sheet.rows[row.row - 1]
        amounts: dict[PartialDay, Decimal] = {}
        for source, month in months:
            raw = cells[source.index] if source.index < len(cells) else None
            if raw is None or raw == "":
                continue
            read_into(row, source, raw)
            amount = row.values.pop("arrival", None)
            day = PartialDay(*month) if month else _month_of(row, part.proposal.year)
            if amount is None or day is None:
                continue
            if day in amounts:
                row.refuse("repeated_month", sentence(TWO_COLUMNS, month=str(day)), f"arrival {day}")
            else:
                amounts[day] = amount
                row.place(f"arrival {day}", source.letter, raw)
        row.values["arrivals"] = amounts
        if total_source is not None and total_source.index < len(cells):
            _compare_total(row, total_source, cells[total_source.index], amounts)
        yield row


def _month_of(row: ReadRow, year: int | None) -> PartialDay | None:
    """The month of a row of the long form; refuses the row where it cannot be told."""
    day: PartialDay | None = row.values.get("arrival_month")
    if day is None:
        row.refuse("no_month", _("The row has no month. Fill it in, e.g. 2020-06."), "arrival_month")
        return None
    if day.precision == "year":
        row.refuse("no_month", _("A year is not enough. Fill in the month, e.g. 2020-06."), "arrival_month")
        return None
    return PartialDay(day.year, day.month)


def _compare_total(row: ReadRow, source: Any, raw: Any, amounts: dict[PartialDay, Decimal]) -> None:
    """The whole-row total is compared, never stored."""
    try:
        stated = source.read(raw).value
    except CellError:
        return
    found = sum(amounts.values(), Decimal(0))
    if stated is not None and stated != found:
        row.place("arrival_sum", source.letter, raw)
        row.warn(
            "sum_differs", sentence(SUM_DIFFERS, stated=format_wan(stated), found=format_wan(found)), "arrival_sum"
        )


def _stored(ids: set[int]) -> dict[tuple[int, int], CapitalArrival]:
    """Known arrivals of these projects, by project and month."""
    rows = CapitalArrival.objects.filter(origin=CapitalOrigin.DOMESTIC)
    if len(ids) <= FEW:
        rows = rows.filter(project__in=ids)
    return {(row.project_id, row.month.code): row for row in rows if row.project_id in ids}


def _settle(
    row: RowPlan,
    known: Known,
    stored: dict[tuple[int, int], CapitalArrival],
    met: tuple[dict[tuple[int, int], ReadRow], TotalsSeen],
    request: Any,
    today: datetime.date,
) -> None:
    read = row.read
    seen, totals = met
    total: Change | None = None
    project = known.by_pk.get(row.project_id) if row.project_id else None
    if project is not None:
        leave_out(row, request.left_out)
        if not request.may_write(project.park_id):
            read.refuse("park_not_yours", not_yours(project.park_id), "name")
        check_arrivals(read, project, today, read.key in request.accepted)
        for month in read.values["arrivals"]:
            earlier = seen.setdefault((project.pk, month.code), read)
            if earlier is not read:
                text = stands_already(TWICE, TWICE_ELSEWHERE, read, earlier, month=str(month))
                read.refuse("repeated_row", text, f"arrival {month}")
        total = total_change(read, project, totals)
    if read.errors or project is None:
        row.action = RowAction.REFUSED
        return
    had_any = False
    for month, amount in sorted(read.values["arrivals"].items()):
        former = stored.get((project.pk, month.code))
        had_any = had_any or former is not None
        if former is None or former.amount != amount:
            letter, raw = read.cell(f"arrival {month}")
            row.different.append(
                Change(
                    f"arrival {month}", former and former.amount, amount, f"{letter}{read.row}" if letter else "", raw
                )
            )
    replaced = sum(1 for change in row.changes if change.old is not None)
    if replaced:
        read.warn("months_replaced", sentence(REPLACED, count=replaced), "name")
    if total is not None:
        row.different.append(total)
    # A row counts once: new where the project had no arrival in these months.
    is_new = read.values["arrivals"] and not had_any
    row.action = (RowAction.CREATE if is_new else RowAction.UPDATE) if row.changes else RowAction.UNCHANGED


def write_arrivals(*, plan: Plan, batch: ImportBatch) -> None:
    """Write the accepted months in the caller's transaction. Raises PlanOutdated as `write_built` does."""
    rows = [row for row in plan.rows if row.accepted and row.changes]
    with transaction.atomic():
        lock_imports()
        lock_projects(row.project_id for row in rows)
        if plan.is_outdated():
            raise PlanOutdated
        stored = _stored({row.project_id for row in rows if row.project_id})
        new, changed = [], []
        for row in rows:
            for change in row.changes:
                if change.field == TOTAL:
                    continue
                month = PartialDay.from_iso(change.field.removeprefix("arrival "))
                arrival = stored.get((row.project_id, month.code))
                if arrival is None:
                    new.append(NewRow(project=row.project_id, month=month, amount=change.new))
                elif arrival.amount != change.old:
                    raise PlanOutdated
                else:
                    arrival.take_amount(change.new)
                    changed.append(arrival)
        insert_with_history(CapitalArrival, new, user=batch.user, reason=batch.reason)
        columns = ["amount", "outside_city", *NO_CURRENCY]
        update_with_history(CapitalArrival, changed, columns, user=batch.user, reason=batch.reason)
        try:
            write_totals(rows=rows, batch=batch)
        except TotalChanged:
            raise PlanOutdated from None
        recompute_and_save([row.project_id for row in rows], user=batch.user, reason=batch.reason)
        keep_rows(plan, {}, batch)
