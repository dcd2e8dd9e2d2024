"""The project list as it goes out: the columns, rows and order of the page, with the totals of its foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jiangjin.lib.sheetout import OutColumn, OutSheet
from projects import columns, listing
from projects.columnplaces import Asked
from projects.columns import PERCENT, WAN_UNIT, Column
from projects.listrows import rows_of
from projects.querysets import ProjectQuerySet, Totals

KINDS = {"integer": "integer", "partial_day": "day", "flag": "flag"}
WIDTHS = {"name": 32, "investor": 28, "joint_investors": 28, "content": 40, "remarks": 40}
# On the page short words do; a file says it in full, as ledgers do, and the import reads it back.
HEADS = {
    "code": gettext_lazy("project number"),
    "agreed_capital": gettext_lazy("agreed capital"),
    "signed_on": gettext_lazy("signing day"),
    "stage": gettext_lazy("project stage"),
}
# The columns whose sum the foot of the list tells where a year is chosen, beside those of all years.
OF_THE_YEAR = {"agreed_capital": "agreed_year", "arrived_capital": "arrived_year"}


def out_columns(params: QueryDict, asked: Asked) -> list[Column]:
    """The columns of the list; with a period, what counts in it stands beside each amount of all years.

    The foot of such a list sums the period's amounts alone: without these columns no sum of the file were the foot's.
    """
    shown = columns.chosen(params)
    if not of_a_time(asked):
        return list(shown)
    keys, found = {column.key for column in shown}, []
    for column in shown:
        found.append(column)
        beside = OF_THE_YEAR.get(column.key)
        if beside and beside not in keys:
            found.append(columns.BY_KEY[beside])
    return found


def sheet_of(
    found: ProjectQuerySet,
    shown: Sequence[Column],
    *,
    sort: str,
    asked: Asked,
    totals: Totals,
    apart: bool = False,
) -> OutSheet:
    """These projects as a table whose rows are fetched as they are taken, so many at a time.

    apart: `totals` has other amounts than the rows show, such as what was added between two days.
    """
    timed = apart or of_a_time(asked)
    whole = found.totals(None, asked.day) if timed else totals
    amounts = {"agreed_capital": whole.agreed, "arrived_capital": whole.arrived}
    if timed:
        amounts |= {"agreed_year": totals.agreed, "arrived_year": totals.arrived}
    words: dict[str, Any] = {"name": totals_in_words(totals), **amounts}
    rows = rows_of(listing.ordered(found, sort, period=asked.period, day=asked.day), shown, asked)
    place = [column.key for column in shown].index("name")
    return OutSheet(
        _("Projects"),
        [out_column(column) for column in shown],
        rows,
        totals=[words.get(column.key) for column in shown],
        frozen=place + 1 if place < 4 else 0,
    )


def out_column(column: Column) -> OutColumn:
    """How a column of the list stands in a file."""
    named = replace(column, label=HEADS.get(column.key, column.label))
    return OutColumn(column.key, named.head, _kind(column), WIDTHS.get(column.key, 0))


def _kind(column: Column) -> str:
    if column.kind == "money":
        return "money_wan" if column.unit == WAN_UNIT else "money_yi"
    if column.kind == "decimal":
        return "percent" if column.unit == PERCENT else "decimal"
    return KINDS.get(column.kind, "text")


def of_a_time(asked: Asked) -> bool:
    """Whether the foot of the list sums the amounts of a time, not whole ones."""
    return bool(asked.arrived_in or (asked.period and not asked.period.is_all))


def totals_in_words(totals: Totals) -> str:
    """合计 192 项: what the foot of the list counts, with the unknown and those of earlier years."""
    parts = [
        _("Total")
        + " "
        + ngettext("%(number)d project", "%(number)d projects", totals.projects) % {"number": totals.projects}
    ]
    if totals.unknown:
        parts.append(_("%(number)d without an amount") % {"number": totals.unknown})
    if totals.increased:
        parts.append(_("%(number)d of earlier years for their increase") % {"number": totals.increased})
    return "，".join(parts)


def rules_of(shown: Sequence[Column]) -> list[str]:
    """What the file says of its units and its totals."""
    money = [column for column in shown if column.kind == "money"]
    rules = (
        [_("Amounts stand in the unit of their column's head; the numbers in the cells are not rounded.")]
        if money
        else []
    )
    rules.append(_("The last row of the workbook holds the totals of the list; the .csv file has rows only."))
    return rules
