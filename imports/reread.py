"""The file of a batch read once more, beside what each of its rows did or would do.

Of a waiting batch the plan says it, of one whose preview is kept that file, of a written one the rows that were kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from accounts.models import User
from imports import batches, kept
from imports.corrections import apply_corrections
from imports.grid import Workbook, column_number
from imports.links import Links
from imports.models import BatchState, ImportBatch, ImportRow, RowAction
from imports.plan import RowPlan, SheetPlan
from imports.planning import make_plan
from imports.results import left_as_change
from imports.said import Words
from imports.shown import shown_changes
from imports.understanding import Understood, understand


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong with a row. `column` is a letter, empty where no column holds its field."""

    column: str
    field: str
    message: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A value that a row wrote, or would write, and the one that stood there before, in words."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a row of the file did or would do; `changes` by column letter."""

    sheet: str
    row: int
    action: str
    faults: list[Fault] = field(default_factory=list)
    changes: dict[str, Said] = field(default_factory=dict)
    left_out: dict[str, Said] = field(default_factory=dict)  # what a person did not want from it, by column letter


class RowsDone(Protocol):
    """Where it is known what the rows did."""

    def refused(self) -> Iterator[Done]:
        """All refused rows in the order of the file."""

    def between(self, sheet: str, first: int, last: int) -> dict[int, Done]:
        """What the rows first..last of a sheet did, by row number."""


class NoRows:
    """Of a batch that was given up: nothing was done."""

    def refused(self) -> Iterator[Done]:
        return iter(())

    def between(self, sheet: str, first: int, last: int) -> dict[int, Done]:
        return {}


class PlannedRows:
    """The rows of a plan by action, each in the order of the file: lists, or those of a kept preview."""

    def __init__(self, rows: Mapping[str, Sequence[RowPlan]], sheets: Sequence[str]) -> None:
        self.rows = rows
        self.order = {name: number for number, name in enumerate(sheets)}
        self.words = Words()

    def refused(self) -> Iterator[Done]:
        rows = self.rows[RowAction.REFUSED]
        for start in range(0, len(rows), kept.PART):  # a part at a time: each look opens the file
            for row in rows[start : start + kept.PART]:
                yield self._done(row)

    def between(self, sheet: str, first: int, last: int) -> dict[int, Done]:
        found = {}
        for action in RowAction.values:
            rows = self.rows[action]
            begin = bisect_left(rows, (self.order[sheet], first), key=self._place)
            end = bisect_right(rows, (self.order[sheet], last), lo=begin, key=self._place)
            found |= {row.read.row: self._done(row) for row in rows[begin:end]}
        return found

    def _place(self, row: RowPlan) -> tuple[int, int]:
        return self.order[row.read.sheet], row.read.row

    def _done(self, row: RowPlan) -> Done:
        faults = [Fault(error.column, error.field, str(error.message), error.code) for error in row.read.errors]
        changes = {} if faults else _by_letter(shown_changes(row, row.changes, self.words))
        left = _by_letter(shown_changes(row, row.left_out, self.words))
        return Done(row.read.sheet, row.read.row, row.action, faults, changes, left)


class WrittenRows:
    """The rows of a written batch, as they were kept."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.words = Words()

    def refused(self) -> Iterator[Done]:
        for row in self.batch.rows.filter(action=RowAction.REFUSED).iterator(chunk_size=2000):
            yield self._done(row)

    def between(self, sheet: str, first: int, last: int) -> dict[int, Done]:
        rows = self.batch.rows.filter(sheet=kept_name(sheet), row__gte=first, row__lte=last)
        return {row.row: self._done(row) for row in rows}

    def _done(self, row: ImportRow) -> Done:
        left = _by_letter(_kept_changes(map(left_as_change, _those_with("left_out", row)), self.words))
        if row.action == RowAction.REFUSED:
            faults = [_fault(detail) for detail in _those_with("code", row)]
            return Done(row.sheet, row.row, row.action, faults, {}, left)
        changes = _by_letter(_kept_changes(_those_with("new", row), self.words))
        return Done(row.sheet, row.row, row.action, [], changes, left)


def _those_with(key: str, row: ImportRow) -> list[dict[str, Any]]:
    return [detail for detail in row.details if key in detail]


def kept_name(sheet: str) -> str:
    """A sheet's name as ImportRow keeps it."""
    return sheet[:100]


def _fault(detail: dict[str, Any]) -> Fault:
    said = (detail.get(key) or "" for key in ("column", "field", "message", "code"))
    return Fault(*said)


@dataclass(frozen=True, slots=True)
class _KeptChange:
    cell: str
    old: str
    new: str


def _kept_changes(details: Iterable[dict[str, Any]], words: Words) -> Iterator[_KeptChange]:
    for detail in details:
        name = detail["field"]
        yield _KeptChange(detail["cell"], words.stored(name, detail.get("old")), words.stored(name, detail["new"]))


def _by_letter(changes: Any) -> dict[str, Said]:
    """By the letters of their cells; values that stand in one cell together, as name and telephone may, are joined."""
    said: dict[str, Said] = {}
    for change in changes:
        letter = change.cell.rstrip("0123456789")
        if not letter:
            continue
        new = Said(change.old, change.new)
        if former := said.get(letter):
            new = Said(_joined(former.old, new.old), _joined(former.new, new.new))
        said[letter] = new
    return said


def _joined(one: str, other: str) -> str:
    return "、".join(filter(None, (one, other)))


def fault_column(part: Understood, fault: Fault) -> int:
    """The number of the column where a fault is: that of its field where the cell is empty; 0 where there is none."""
    if fault.column:
        return column_number(fault.column)
    return next((column.number for column in part.proposal.mapped if column.field == fault.field), 0)


@dataclass(slots=True)
class Reread:
    """A batch's file with its tables as they were understood, and corrected as people decided.

    `sheets` says of every sheet what it was taken for, `corrected` by "sheet!B17" what the file says in such cells.
    """

    workbook: Workbook
    parts: list[Understood]
    sheets: list[SheetPlan]
    rows: RowsDone
    corrected: dict[str, str] = field(default_factory=dict)


def reread(workbook: Workbook, batch: ImportBatch, *, user: User | None) -> Reread | None:
    """What the file's rows did; None where the worker has to make the preview (again).

    Raises NoLedger and MappingError as a preview does.
    """
    request = batches.request_of(batch, user)
    names = [sheet.name for sheet in workbook.sheets]
    if batch.state == BatchState.WAITING and not batch.in_background:
        made = make_plan(workbook, request)
        planned = {action: made.plan.of(action) for action in RowAction.values}
        return Reread(workbook, made.parts, made.plan.sheets, PlannedRows(planned, names), made.plan.corrected)
    rows: RowsDone = NoRows()
    if batch.state == BatchState.WAITING:
        found = kept.kept_preview(batch)
        if found is None:
            return None
        rows = PlannedRows(found.overview.rows, names)
    elif batch.was_written:
        rows = WrittenRows(batch)
        request.sheet = _told_sheet(workbook, batch)
    links = Links(request.mapping.words)
    parts, sheets = understand(workbook, request, links)
    if batch.was_written and parts[0].proposal.kind != batch.kind:
        request.kind = batch.kind  # the command was told
        parts, sheets = understand(workbook, request, links)
    corrected: dict[str, str] = {}
    for part in parts:
        corrected |= apply_corrections(part.sheet, part.table.rows, request.corrections)
    return Reread(workbook, parts, sheets, rows, corrected)


def _told_sheet(workbook: Workbook, batch: ImportBatch) -> str | None:
    """The hidden sheet that only the command may read, and only where it is told to read it alone."""
    written = set(batch.rows.order_by().values_list("sheet", flat=True).distinct())
    hidden = [sheet.name for sheet in workbook.sheets if sheet.hidden and kept_name(sheet.name) in written]
    return hidden[0] if len(written) == 1 and hidden else None
