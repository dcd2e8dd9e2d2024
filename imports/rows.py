"""From a table's cells to rows of values: what each row says, and which of its cells cannot be read."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.cells import column_reader
from imports.fields import ALL_FIELDS
from imports.fits import split_cell
from imports.grid import Cell, CellValue, Sheet
from imports.mapping import MappingError
from imports.plan import ReadRow, shown
from imports.proposals import ColumnProposal, Proposal
from imports.rowkinds import is_filled
from imports.tables import Table
from imports.vocabulary import Vocabulary
from jiangjin.lib.cellerrors import CellError, Reading
from jiangjin.lib.text import sentence

MERGED_AMOUNT = _(
    "This amount is merged over several rows, so it is not clear which project has how much. "
    "Undo the merge and enter each row's own amount."
)
BAD_DEFAULT = _("What was given for all rows as %(field)s cannot be read. %(why)s")
MONTH_FIELD = "arrival"
PLAIN_TYPES = frozenset((str, Decimal, datetime.date))  # no bool among them, which would equal a number
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """A column as it is read: where it stands, for which field, by which function."""

    index: int
    letter: str
    field: str
    read: Callable[[Any], Reading[Any]]
    proposal: ColumnProposal
    merged_amounts: frozenset[int] = frozenset()  # rows whose amount is part of a merge
    fills_down: bool = False
    met: dict[Any, Any] = field(default_factory=dict)  # cell → value, of cells that a column repeats

    @property
    def remembers(self) -> bool:
        """Whether a cell says the same wherever it stands in the column."""
        return not (self.merged_amounts or self.proposal.split or self.proposal.value)


def read_rows(sheet: Sheet, table: Table, proposal: Proposal, vocabulary: Vocabulary) -> Iterator[ReadRow]:
    """The data rows of a table, each with its own sheet row number. Month columns are read by `imports.arrivals`."""
    sources = [
        source_of(column, table, proposal, vocabulary, date1904=sheet.epoch_1904)
        for column in proposal.mapped
        if column.treatment != "derived" and column.field != MONTH_FIELD
    ]
    defaults = _defaults(proposal, vocabulary)
    columns = {source.field: (source.letter, source.index) for source in sources}
    above: dict[int, Any] = {}
    for number in table.rows:
        row = ReadRow(sheet.name, number, sheet.rows[number - 1], columns)
        _read_row(row, sheet, table, sources, above)
        for name, value in defaults.items():
            row.values.setdefault(name, value)
        yield row


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
    return read


def _read_row(row: ReadRow, sheet: Sheet, table: Table, sources: list[Source], above: dict[int, Any]) -> None:
    cells = row.cells
    width = len(cells)
    for source in sources:
        raw = cells[source.index] if source.index < width else None
        if raw is None or raw == "":
            raw = _from_above(sheet, table, row.row, source, above)
            if raw is None:
                continue
            row.place(source.field, source.letter, raw)
        elif source.fills_down and is_filled(raw):
            above[source.index] = raw
        known = source.met.get(raw) if type(raw) in PLAIN_TYPES else None
        if known is not None:
            row.values[source.field] = known
        else:
            read_into(row, source, raw)


def _from_above(
    sheet: Sheet, table: Table, number: int, source: Source, above: dict[int, Any]
) -> CellValue | Cell | None:
    """What an empty cell takes from a merge that covers it, or from the row above where a person said so."""
    origin = table.filled.get((number, source.index + 1))
    if origin is not None:
        return sheet.rows[origin - 1][source.index]
    return above.get(source.index) if source.fills_down else None


def read_into(row: ReadRow, source: Source, raw: CellValue | Cell) -> None:
    """Read one cell into its row: a value, nothing, or an error at the cell."""
    name = source.field
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
        row.place(name, source.letter, raw)
        row.refuse(error.code, error.message, name, error.suggestions)
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
    row.values[name] = value
    if not reading.warnings and source.remembers and type(raw) in PLAIN_TYPES and len(source.met) < KEPT:
        source.met[raw] = value
    for code, message in reading.warnings:
        row.warn(code, message, name)


def _read_split(row: ReadRow, source: Source, raw: CellValue | Cell) -> None:
    """A cell that holds two fields; the proposal made sure that every cell parts cleanly."""
    parts = split_cell(shown(raw), source.proposal.split) or {}
    for name, value in parts.items():
        row.values[name] = value
        row.place(name, source.letter, raw)
