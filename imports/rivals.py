"""Two columns for one field: told apart where nothing is lost by it, else left to a person."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from imports.fields import ALL_FIELDS
from imports.fits import all_cells
from imports.grid import Sheet
from imports.proposals import ColumnProposal, Need, Notice, Proposal
from imports.tables import Table
from jiangjin.lib.text import sentence

# Two columns of these do no harm: nothing is stored, or each column is a note of its own.
_MAY_REPEAT = frozenset(("serial", "progress_note", "problems", "next_step", "arrival_sum"))


def settle_rivals(proposal: Proposal, sheet: Sheet, table: Table) -> None:
    """Leave one column a field where the others are empty, equal or less certain; else add a need `two_columns`."""
    groups: dict[tuple, list[ColumnProposal]] = defaultdict(list)
    for column in proposal.mapped:
        name = column.field or ""
        if column.split:
            for part in column.split:
                groups[part, None, ""].append(column)
        elif name not in _MAY_REPEAT and column.treatment != "derived":
            groups[name, column.month, column.value].append(column)
    for (name, *_rest), columns in groups.items():
        # A column that parts into two fields may have lost its place in an earlier group.
        columns = [column for column in columns if column.field]
        if len(columns) > 1:
            _settle(proposal, sheet, table, name, columns)


def _settle(proposal: Proposal, sheet: Sheet, table: Table, name: str, columns: list[ColumnProposal]) -> None:
    mapped = [column for column in columns if column.treatment == "mapping"]
    if len(mapped) == 1:
        _leave_out(proposal, name, mapped[0], columns, "mapped_elsewhere")
        return
    filled = [column for column in columns if column.filled]
    for column in columns:
        if column not in filled[:1] and not column.filled and column is not columns[0]:
            _drop(proposal, column, "empty_column")
    if not filled:
        return
    if len(filled) == 1:
        if columns[0] is not filled[0]:
            _drop(proposal, columns[0], "empty_column")
        return
    if not columns[0].filled:
        _drop(proposal, columns[0], "empty_column")
    values = all_cells(sheet, table, filled[0].number)
    if all(all_cells(sheet, table, other.number) == values for other in filled[1:]):
        keep = next((column for column in filled if column.certain), filled[0])
        _leave_out(proposal, name, keep, filled, "same_values")
        return
    certain = [column for column in filled if column.certain]
    if len(certain) == 1 and ALL_FIELDS[name].kind != "money":
        _leave_out(proposal, name, certain[0], filled, "column_left_out")
        return
    _ask(proposal, name, filled)


def _drop(proposal: Proposal, column: ColumnProposal, reason: str) -> None:
    column.drop(reason)
    proposal.warnings = [notice for notice in proposal.warnings if notice.column != column.number]


def _leave_out(proposal: Proposal, name: str, keep: ColumnProposal, columns: list[ColumnProposal], reason: str) -> None:
    for column in columns:
        if column is keep:
            continue
        _drop(proposal, column, reason)
        if reason == "column_left_out":
            message = sentence(
                _("“%(header)s” is left out: “%(kept)s” already holds %(field)s."),
                header=column.header,
                kept=keep.header,
                field=ALL_FIELDS[name].label,
            )
            proposal.warnings.append(Notice(reason, message, column.number, name))


def _ask(proposal: Proposal, name: str, columns: list[ColumnProposal]) -> None:
    numbers = tuple(column.number for column in columns)
    message = sentence(
        _("%(headers)s would all be %(field)s, and they differ. Choose one and leave the others out."),
        headers="、".join(f"{column.letter} {column.header}" for column in columns),
        field=ALL_FIELDS[name].label,
    )
    for column in columns:
        _drop(proposal, column, "two_columns")
        column.competing = tuple(number for number in numbers if number != column.number)
        column.candidates = tuple(dict.fromkeys((name, *column.candidates)))
    proposal.needs.append(Need("two_columns", message, numbers, name))
