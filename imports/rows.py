"""From a table's cells to rows of values: what each row says, and which of its cells cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.cells import column_reader
from imports.fields import ALL_FIELDS
from imports.fits import split_cell
from imports.grid import Cell, CellValue, Sheet, column_letter
from imports.mapping import MappingError
from imports.monthcolumns import YEAR_FROM_TITLE, bare_month
from imports.plaincolumns import KEPT, PLAIN_TYPES, plain_values
from imports.plan import ReadRow, shown
from imports.proposals import ColumnProposal, Proposal
from imports.rowkinds import is_filled, is_serial
from imports.tables import Table
from imports.vocabulary import Vocabulary
from imports.widerows import wide_rows
from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.text import sentence
from projects.choices import Stage

MERGED_AMOUNT = _(
    "This amount is merged over several rows, so it is not clear which project has how much. "
    "Undo the merge and enter each row's own amount."
)
MERGED_NAME = _(
    "This name is merged over several rows, so they are one project. Write the project into one row with its whole "
    "amount, or, if these are several projects, give each row its own name."
)
SERIAL_IN_PARTS = _("This number is in parts, e.g. 12-1. Check that an amount is not counted in the whole as well.")
STAGE_GAP = _("%(headers)s is not ticked, although a later stage is. Check the ticks.")
BAD_DEFAULT = _("What was given for all rows as %(field)s cannot be read. %(why)s")
MONTH_FIELD, MONTH_COLUMN = "arrival", "arrival_month"  # a month side by side, the months of a row a month


@dataclass(frozen=True)
class Source:
    """A column as it is read: where it stands, for which field, by which function."""

    index: int
    letter: str
    field: str
    read: Callable[[Any], Reading[Any]]
    proposal: ColumnProposal
    merged_amounts: frozenset[int] = frozenset()  # rows whose amount is part of a merge
    fills_down: bool = False
    year: int | None = None  # of months that do not say theirs
    year_given: bool = False  # a person said it
    met: dict[Any, Any] = field(default_factory=dict)  # cell → value, of cells that a column repeats

    @cached_property
    def is_plain(self) -> bool:
        """Whether a cell is just a value, and says the same wherever it stands in the column."""
        return not (self.merged_amounts or self.proposal.split or self.proposal.value)


def read_rows(sheet: Sheet, table: Table, proposal: Proposal, vocabulary: Vocabulary) -> Iterator[ReadRow]:
    """The data rows of a table, each with its own sheet row number. Month columns are read by `imports.arrivals`."""
    sources = [
        source_of(column, table, proposal, vocabulary, date1904=sheet.epoch_1904)
        for column in proposal.mapped
        if column.treatment != "derived" and column.field != MONTH_FIELD
    ]
    sources.sort(key=lambda source: source.field == MONTH_COLUMN)  # behind the year that it may need
    defaults = _defaults(proposal, vocabulary)
    columns = {source.field: (source.letter, source.index) for source in sources}
    above: dict[int, tuple[CellValue | Cell, int]] = {}
    comments = comments_by_row(sheet)
    wide = wide_rows(sheet, table, proposal)
    shared = _rows_of_shared_names(sheet, table, sources) if proposal.kind == "projects" else frozenset()
    ticks = [source for source in sources if source.proposal.treatment == "matrix"]
    for number, values in zip(table.rows, plain_values(sheet, table, sources), strict=True):
        row = ReadRow(sheet.name, number, sheet.rows[number - 1], columns)
        row.comments = comments.get(number, ())
        if values is None:
            _read_row(row, sheet, table, sources, above)
        else:
            row.values = values
        if number in shared:
            row.refuse("merged_name", MERGED_NAME, "name")
        if ticks:
            _warn_gap(row, ticks)
        for name, value in defaults.items():
            row.values.setdefault(name, value)
        if number in wide.cells:
            wide.refuse(row)
        yield row


def comments_by_row(sheet: Sheet) -> dict[int, tuple[tuple[str, str], ...]]:
    """The comments of cells by row: (C5, what it says), from left to right."""
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for (row, column), words in sorted(sheet.comments.items()):
        found[row] = (*found.get(row, ()), (f"{column_letter(column)}{row}", words))
    return found


def source_of(
    column: ColumnProposal, table: Table, proposal: Proposal, vocabulary: Vocabulary, *, date1904: bool = False
) -> Source:
    """How a column is read. `date1904`: plain numbers that mean days count from 1904."""
    entry = ALL_FIELDS[column.field or ""]
    kind = "boolean" if column.treatment in ("flag", "matrix") else entry.kind
    read = column_reader(
        kind,
        unit=column.unit or None,
        percent_header=column.column.unit == "%",
        vocabulary=vocabulary,
        date1904=date1904,
    )
    merged: frozenset[int] = frozenset()
    if entry.kind == "money":
        parts = {(row, origin) for (row, number), origin in table.filled.items() if number == column.number}
        merged = frozenset(row for pair in parts for row in pair)
    return Source(
        column.number - 1,
        column.letter,
        entry.name,
        read,
        column,
        merged,
        column.number in proposal.fill_down,
        proposal.year,
        bool(proposal.defaults.get("arrival_year")),
    )


def _rows_of_shared_names(sheet: Sheet, table: Table, sources: list[Source]) -> frozenset[int]:
    """The rows that share a merged name, unless each has a number of its own: never two projects in silence."""
    names = {source.index + 1 for source in sources if source.field == "name"}
    codes = [source.index + 1 for source in sources if source.field == "project_code"]
    pairs = [(row, origin) for (row, number), origin in table.filled.items() if number in names]
    return frozenset(
        part for pair in pairs for part in pair if not any(is_filled(sheet.cell(pair[0], code)) for code in codes)
    )


def _defaults(proposal: Proposal, vocabulary: Vocabulary) -> dict[str, Any]:
    """What a person gave for rows that say nothing; raises MappingError for a default that cannot be read."""
    read = {}
    for name, text in proposal.defaults.items():
        if name in ALL_FIELDS and name != "arrival_year":
            try:
                reading = column_reader(ALL_FIELDS[name].kind, vocabulary=vocabulary)(text)
            except CellError as error:
                label = ALL_FIELDS[name].label
                raise MappingError(error.code, sentence(BAD_DEFAULT, field=label, why=error.message)) from None
            if reading.value is not None:
                read[name] = reading.value
    if proposal.kind == "projects" and proposal.as_of is not None:
        read.setdefault("as_of", proposal.as_of)
    return read


def _read_row(row: ReadRow, sheet: Sheet, table: Table, sources: list[Source], above: dict) -> None:
    cells, values = row.cells, row.values
    width = len(cells)
    for source in sources:
        index = source.index
        raw = cells[index] if index < width else None
        if not raw and (raw is None or raw == ""):
            raw, origin = _from_above(sheet, table, row.row, source, above)
            if raw is None:
                continue
            row.place(source.field, source.letter, raw)
            row.from_above = {**(row.from_above or {}), source.field: origin}
        elif source.fills_down and is_filled(raw):
            above[index] = raw, row.row
        if type(raw) in PLAIN_TYPES and (known := source.met.get(raw)) is not None:
            values[source.field] = known
        else:
            read_into(row, source, raw)


def _from_above(
    sheet: Sheet, table: Table, number: int, source: Source, above: dict[int, tuple[CellValue | Cell, int]]
) -> tuple[CellValue | Cell | None, int]:
    """What an empty cell takes from a merge that covers it, or from a row above where a person said so; and from which
    row."""
    origin = table.filled.get((number, source.index + 1))
    if origin is not None:
        return sheet.rows[origin - 1][source.index], origin
    return above.get(source.index, (None, 0)) if source.fills_down else (None, 0)


def read_into(row: ReadRow, source: Source, raw: CellValue | Cell) -> None:
    """Read one cell into its row: a value, nothing, or an error at the cell."""
    name = source.field
    if source.is_plain:
        _read_plain(row, source, raw)
        return
    if row.row in source.merged_amounts:
        row.place(name, source.letter, raw)
        row.refuse("merged_amount", MERGED_AMOUNT, name)
        return
    if source.proposal.split:
        _read_split(row, source, raw)
        return
    try:
        reading = source.read(raw)
    except CellError as error:
        _take_doubtful(row, source, raw, error)
        return
    value = reading.value
    if value is None:
        return
    if source.proposal.value:  # a yes sets the column's own value, a no sets nothing
        if value is not True:
            return
        value = (source.proposal.value,) if ALL_FIELDS[name].kind == "investor_rank" else source.proposal.value
        if name == "investor_rank" and name in row.values:
            value = (*row.values[name], *value)
        if source.proposal.treatment == "matrix" and name in row.values:
            value = max(value, row.values[name], key=lambda stage: Stage(stage).rank)
    row.values[name] = value
    for code, message in reading.warnings:
        row.warn(code, message, name)


def _read_plain(row: ReadRow, source: Source, raw: CellValue | Cell) -> None:
    """Read a cell of a column in which each is just a value; those that it repeats are read once."""
    try:
        value, warnings = source.read(raw)
    except CellError as error:
        _take_doubtful(row, source, raw, error)
        return
    if value is None:
        return
    row.values[source.field] = value
    if warnings:
        for code, message in warnings:
            row.warn(code, message, source.field)
    elif len(source.met) < KEPT and type(raw) in PLAIN_TYPES:
        source.met[raw] = value


def _take_doubtful(row: ReadRow, source: Source, raw: CellValue | Cell, error: CellError) -> None:
    """A cell that does not read as it stands: taken with what the row or the title adds, told, or refused."""
    if source.field == MONTH_COLUMN and _take_bare_month(row, source, raw):
        return
    row.place(source.field, source.letter, raw)
    if source.field == "serial" and is_serial(raw):
        row.warn("serial_in_parts", SERIAL_IN_PARTS, source.field)  # it is no identity, so it refuses nothing
        return
    row.refuse(error.code, error.message, source.field, error.suggestions)


def _take_bare_month(row: ReadRow, source: Source, raw: CellValue | Cell) -> bool:
    """Read 6月 with the year of the row's own column, else of the title; whether it is such a month."""
    month, year = bare_month(raw), row.values.get("arrival_year") or source.year
    if month is None or year is None:
        return False
    row.values[MONTH_COLUMN] = PartialDay(year, month)
    if "arrival_year" not in row.values and not source.year_given:
        row.warn("year_from_title", sentence(YEAR_FROM_TITLE, year=str(year)), MONTH_COLUMN)
    return True


def _warn_gap(row: ReadRow, ticks: list[Source]) -> None:
    """Warn where a stage is not ticked between two that are."""
    ticked = [source for source in ticks if _is_ticked(source, row.cells)]
    ranks = [Stage(source.proposal.value).rank for source in ticked]
    gaps = [
        source.proposal.column.path[-1]
        for source in ticks
        if ticked and source not in ticked and min(ranks) < Stage(source.proposal.value).rank < max(ranks)
    ]
    if gaps:
        row.warn("stage_gap", sentence(STAGE_GAP, headers="、".join(gaps)), "stage")


def _is_ticked(source: Source, cells: Sequence[CellValue | Cell]) -> bool:
    try:
        return source.index < len(cells) and source.read(cells[source.index]).value is True
    except CellError:
        return False


def _read_split(row: ReadRow, source: Source, raw: CellValue | Cell) -> None:
    """A cell that holds two fields; the proposal made sure that every cell parts cleanly."""
    parts = split_cell(shown(raw), source.proposal.split) or {}
    for name, value in parts.items():
        row.values[name] = value
        row.place(name, source.letter, raw)
