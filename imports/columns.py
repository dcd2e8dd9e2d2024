"""Which field each column of a table holds: a proposal that a person may change and the command takes where it is sure.

The dictionary decides, never similarity; where a header may mean two things the cells decide, and else a person.
"""

from django.utils.translation import gettext_lazy as _

from imports.asof import said_as_of
from imports.fields import ALL_FIELDS
from imports.fits import blanks_below, filled_cells, fit, lacks_unit
from imports.grid import Sheet, column_number
from imports.headerblocks import known_key
from imports.headerpaths import match_path
from imports.headers import header_year, normal, read_header
from imports.mapping import ColumnMapping, Mapping, MappingError, SheetMapping, is_letter, parse_mapping
from imports.monthcolumns import IDENTITY, resolve_months, resolve_years, take_arrival_columns
from imports.ownmarks import REASON, are_reasons
from imports.proposals import OWN_REASONS, ColumnProposal, Need, Notice, Proposal
from imports.rivals import settle_rivals
from imports.tables import HeaderColumn, Table
from imports.treatments import Task, leave_out_ticks, take, take_by_looks, take_tick_column, tell_ticks
from imports.vocabulary import Vocabulary
from jiangjin.lib.text import sentence

__all__ = [
    "ColumnProposal",
    "Mapping",
    "MappingError",
    "Need",
    "Notice",
    "Proposal",
    "SheetMapping",
    "parse_mapping",
    "propose",
]

_SAID_ONCE = frozenset(("park", "cluster", "chain"))
BLANKS_BELOW = _(
    "“%(header)s” is empty in %(count)s rows below a filled one, and they are read as empty. "
    "If they mean the same, have the column filled downwards."
)
NO_UNIT = _("No unit is given for %(headers)s. Choose 亿元, 万元 or 元: a wrong one is wrong by ten thousand times.")
TWO_UNITS = _(
    "The lines around the table give different units, %(units)s. "
    "Choose the one that %(headers)s are in: a wrong one is wrong by ten thousand times."
)
WHICH_KIND = _(
    "This may be a table of money that arrived for known projects, or a ledger of projects. "
    "Say which: a ledger leaves the month's amounts out."
)


def propose(
    table: Table,
    sheet: Sheet,
    *,
    kind: str | None = None,
    mapping: SheetMapping | None = None,
    vocabulary: Vocabulary | None = None,
) -> Proposal:
    """What the columns of `table` hold, and what only a person can decide.

    `mapping` overrules the dictionary column by column; raises MappingError where it names a column that the sheet
    lacks. Without `vocabulary` the cells of parks, clusters and chains are not judged.
    """
    columns = [ColumnProposal(column) for column in table.columns]
    kind = kind or (mapping.kind if mapping and table.may_be_either else "")
    task = Task(sheet, table, vocabulary, Proposal(kind or table.kind, columns, may_be_either=table.may_be_either))
    if table.kind_asked and not kind:
        task.proposal.needs.append(Need("which_kind", WHICH_KIND))
    for column in columns:
        column.filled = len(task.filled(column))
        column.year = header_year(column.header)
    if mapping:
        _take_mapping(task, mapping)
    if task.proposal.kind == "arrivals":
        take_arrival_columns(columns)
    open_columns = [column for column in columns if not column.treatment]
    _take_dictionary(task, open_columns)
    leave_out_ticks(task)
    resolve_months(task.proposal, table)
    resolve_years(task.proposal, table, sheet)  # before the rivals: 1月 and 2020年1月 may be one month
    settle_rivals(task.proposal, sheet, table)
    tell_ticks(task)
    _say_as_of(task)
    _take_units(task, mapping)
    _judge(task)
    _tell_blanks(task)
    _need_name(task)
    return task.proposal


def _take_mapping(task: Task, mapping: SheetMapping) -> None:
    columns = task.proposal.columns
    for name, wanted in mapping.columns.items():
        found = _columns_named(name, columns)
        if not found and name in mapping.required:
            raise MappingError(
                "unknown_column",
                sentence(_("The mapping names the column “%(column)s”, which the sheet does not have."), column=name),
            )
        for column in found:
            _apply(column, wanted)
    for name in mapping.fill_down or ():
        for column in _columns_named(name, columns):
            task.proposal.fill_down.add(column.number)
            column.by = column.by or mapping.fill_by
    task.proposal.defaults = dict(mapping.defaults)


def _columns_named(name: str, columns: list[ColumnProposal]) -> list[ColumnProposal]:
    """The columns that a mapping means: by whole header path, by its lowest level, else by letter."""
    key = normal(name)
    found = [column for column in columns if column.column.path and normal(column.header) == key]
    found = found or [column for column in columns if known_key(column.column.path, {key: None}) is not None]
    if not found and is_letter(name):
        found = [column for column in columns if column.number == column_number(name)]
    return found


def _apply(column: ColumnProposal, wanted: ColumnMapping) -> None:
    # One column may be named twice, by its header and by its letter: what comes later holds, all of it.
    column.treatment, column.by = "mapping", wanted.by
    column.unit, column.unit_from, column.month = "", "", None
    if wanted.field is None:
        column.drop("left_out")
        return
    column.field, column.why, column.certain, column.reason = wanted.field, "mapping", True, ""
    if wanted.by:
        column.why = "remembered"
    if wanted.unit:
        column.unit, column.unit_from = wanted.unit, "mapping"
    if wanted.month:
        column.month = (wanted.month[0] or 0, wanted.month[1])


def _take_dictionary(task: Task, columns: list[ColumnProposal]) -> None:
    """Give columns their fields: first those with one meaning, then those whose cells must decide."""
    matches = {column.number: match_path(column.column.path) for column in columns}
    several = []
    for column in columns:
        match = matches[column.number]
        if match is None:
            column.reason = "unknown_header" if column.column.path else "no_header"
            if _holds_our_reasons(task, column):
                column.reason = OWN_REASONS
            elif task.proposal.kind == "projects" and column.column.path:
                take_tick_column(task, column)
            continue
        column.candidates = tuple(entry.field for entry in match.entries)
        if task.proposal.kind == "arrivals" and not set(column.candidates) & IDENTITY:
            column.reason = "not_in_arrivals"
        elif len(match.entries) > 1:
            several.append(column)
        else:
            take(task, column, match.entries[0], match)
    for column in several:
        take_by_looks(task, column, matches[column.number])


def _holds_our_reasons(task: Task, column: ColumnProposal) -> bool:
    """Whether it is the column 错误 of a workbook of refused rows that comes back."""
    if column.column.path[-1:] != (REASON,):
        return False
    return are_reasons(filled_cells(task.sheet, task.table, column.number, every=True))


def _take_units(task: Task, mapping: SheetMapping | None) -> None:
    """The unit of every column of amounts or areas: its own, its upper level's, the mapping's, the unit line's."""
    lacking: list[ColumnProposal] = []
    line = (mapping.unit, "mapping") if mapping and mapping.unit else (task.table.unit, "line")
    task.proposal.unit = line[0]
    for column in task.proposal.mapped:
        kind = ALL_FIELDS[column.field or ""].kind
        if kind not in ("money", "area", "floor_area") or column.unit:
            continue
        source: HeaderColumn = column.column
        if source.unit_kind in ("money", "area", "ratio"):
            column.unit, column.unit_from = source.unit, source.unit_from
        elif kind == "money" and line[0] and source.unit_kind != "several":
            column.unit, column.unit_from = line
            column.by = column.by or (mapping.unit_by if mapping else "")
        elif kind != "money" and task.table.area_unit:
            column.unit, column.unit_from = task.table.area_unit, "line"
        if not column.unit and column.treatment != "derived" and lacks_unit(task.filled(column), column.field or ""):
            lacking.append(column)
    amounts = [column for column in lacking if ALL_FIELDS[column.field or ""].kind == "money"]
    if amounts:
        task.proposal.needs.append(_unit_need(task.table, amounts))
    for column in lacking:
        if column not in amounts:
            _leave_area_out(task, column)


def _unit_need(table: Table, amounts: list[ColumnProposal]) -> Need:
    """Amounts whose unit only a person can say: nothing gives one, or the lines around the table give two."""
    headers = "、".join(column.header for column in amounts[:5])
    numbers, name = tuple(column.number for column in amounts), amounts[0].field or ""
    if len(table.said_units) > 1 and any(column.column.unit_kind != "several" for column in amounts):
        message = sentence(TWO_UNITS, units="、".join(table.said_units), headers=headers)
        return Need("two_units", message, numbers, name)
    return Need("no_unit", sentence(NO_UNIT, headers=headers), numbers, name)


def _say_as_of(task: Task) -> None:
    """As of when cumulative columns stand, where the header or the title says it."""
    stocks = [
        column for column in task.proposal.mapped if ALL_FIELDS[column.field or ""].home.startswith("snapshot.arrived")
    ]
    if stocks:
        task.proposal.as_of = said_as_of(task.table, [column.header for column in stocks])


def _leave_area_out(task: Task, column: ColumnProposal) -> None:
    """An area without a unit stops nothing: the column is left out until a person says 亩 or ㎡."""
    message = sentence(
        _("No unit is given for “%(header)s”, so it is left out. Choose 亩 or 平方米."), header=column.header
    )
    task.proposal.needs.append(Need("no_area_unit", message, (column.number,), column.field or "", blocking=False))
    column.drop("no_area_unit")


def _judge(task: Task) -> None:
    """How well the cells of each column fit, for the mapping page."""
    for column in task.proposal.mapped:
        kind = "boolean" if column.treatment in ("flag", "matrix") else ""
        cells = task.filled(column)[:: max(1, len(task.filled(column)) // 200)]
        column.fit = 1.0 if column.split else fit(cells, column.field or "", column.unit, task.vocabulary, kind)


def _tell_blanks(task: Task) -> None:
    """Say where a park or cluster seems to stand once for the rows below it: blanks are never filled unasked."""
    for column in task.proposal.mapped:
        if column.field not in _SAID_ONCE or column.number in task.proposal.fill_down:
            continue
        blanks = blanks_below(task.sheet, task.table, column.number)
        if blanks:
            message = sentence(BLANKS_BELOW, header=column.header, count=str(blanks))
            task.warn("blanks_below", message, column)


def _need_name(task: Task) -> None:
    fields = {column.field for column in task.proposal.mapped}
    known = {"name"} if task.proposal.kind == "projects" else {"name", "project_code"}
    if not fields & known and "name" not in task.proposal.defaults:
        headers = "、".join(read_header(column.header).text for column in task.proposal.columns if column.header)
        message = sentence(
            _("No column holds the project's name. Say which one does: %(headers)s."), headers=headers[:200]
        )
        task.proposal.needs.append(Need("no_name_column", message, field="name"))
