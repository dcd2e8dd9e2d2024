"""The project list as it goes out: the columns, rows and order of the page, with the totals of its foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jiangjin.lib.sheetout import OutColumn, OutSheet
from projects import columns, exports, listing
from projects.choices import CommitmentKind
from projects.columnplaces import Asked
from projects.columns import PERCENT, WAN_UNIT, Column
from projects.columnsums import ColumnSum
from projects.listrows import rows_of
from projects.periods import ALL
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
    """The columns of the list; where a time is asked for, what counts in it stands beside each amount of all years.

    The foot of such a list sums the time's amounts alone: without these columns no sum of the file were the foot's.
    """
    shown = columns.chosen(params)
    beside = of_time(shown, asked)
    found = []
    for column in shown:
        found += [column, beside[column.key]] if column.key in beside else [column]
    return found


def of_time(shown: Sequence[Column], asked: Asked) -> dict[str, Column]:
    """By the key of an amount that is shown without it, the column of what of it the foot of the list sums."""
    found = {key: columns.BY_KEY[OF_THE_YEAR[key]] for key, timed in _is_timed(asked).items() if timed}
    return {key: column for key, column in found.items() if column not in shown}


def sheet_of(
    found: ProjectQuerySet,
    shown: Sequence[Column],
    *,
    sort: str,
    asked: Asked,
    totals: Totals,
    sums: Sequence[ColumnSum] = (),
) -> OutSheet:
    """These projects as a table whose rows are fetched as they are taken, so many at a time.

    `totals` is what the list says under `asked`; an amount of a time is the total of the column beside the whole one.
    `sums` is what it says of its other columns.
    """
    timed = _is_timed(asked)
    whole = found.totals(None, asked.day) if any(timed.values()) else totals
    words: dict[str, Any] = {"name": totals_in_words(totals)}
    words |= {one.column.key: one.value for one in sums}
    words |= {"agreed_capital": whole.agreed, "arrived_capital": whole.arrived}
    of_time = {"agreed_capital": totals.agreed, "arrived_capital": totals.arrived}
    words |= {OF_THE_YEAR[key]: of_time[key] for key, is_timed in timed.items() if is_timed}
    rows = rows_of(listing.ordered(found, sort, asked), shown, asked)
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


def _is_timed(asked: Asked) -> dict[str, bool]:
    """Of which columns the foot of the list sums the amounts of a time, not whole ones."""
    return {"agreed_capital": asked.agreed_of_a_time, "arrived_capital": asked.arrived_of_a_time}


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


def rules_of(shown: Sequence[Column], sums: Sequence[ColumnSum] = ()) -> list[str]:
    """What the file says of its units and its totals, and how many rows a total lacks."""
    money = [column for column in shown if column.kind == "money"]
    rules = (
        [_("Amounts stand in the unit of their column's head; the numbers in the cells are not rounded.")]
        if money
        else []
    )
    rules.append(_("The last row of the workbook holds the totals of the list; the .csv file has rows only."))
    for one in sums:
        if one.unknown:
            words = {"column": out_column(one.column).label, "number": one.unknown}
            rules.append(_("%(column)s: not filled in for %(number)d, which its total leaves out.") % words)
    return rules


def time_rules(shown: Sequence[Column], asked: Asked) -> list[str]:
    """What the totals sum of the amounts, and in which columns it stands."""
    if asked.since is None and asked.arrived_in is None:
        return exports.period_rules(asked.period)
    period = asked.period or ALL
    said = {"agreed": period.label, "arrived": (asked.arrived_in or period).label}
    rules = [_("The totals sum what was agreed in %(agreed)s and what arrived in %(arrived)s.") % said]
    if asked.since:
        rules.append(_("Of these amounts only what is dated after %(day)s.") % {"day": asked.since})
    if asked.kinds is not None:
        kinds = "、".join(str(CommitmentKind(kind).label) for kind in asked.kinds)
        rules.append(_("Of what was agreed, only commitments of this kind: %(kinds)s.") % {"kinds": kinds})
    if not period.is_all:
        rules.append(exports.increase_rule(period))
    holders = {OF_THE_YEAR[key] if timed else key for key, timed in _is_timed(asked).items()}
    if heads := [out_column(column).label for column in shown if column.key in holders]:
        rules.append(_("These amounts stand in the columns: %(columns)s.") % {"columns": "、".join(map(str, heads))})
    return rules
