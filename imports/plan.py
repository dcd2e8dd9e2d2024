"""What an import would do: rows, changes, sums. Made before anything is written; shown as the preview."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from imports.fields import ALL_FIELDS
from imports.generation import generation
from imports.grid import Cell, CellKind, CellValue
from imports.models import RowAction
from imports.problems import Problem

# Fields that are kept with the row, or compared, and written nowhere.
UNWRITTEN = {name for name, entry in ALL_FIELDS.items() if entry.home in {"provenance", "derived"}} | {"as_of"}


def shown(raw: CellValue | Cell) -> str:
    """What stands in a cell, as text."""
    value = raw.value if isinstance(raw, Cell) else raw
    if value is None:
        uncalculated = isinstance(raw, Cell) and raw.kind is CellKind.UNCALCULATED
        return _("(a formula without a value)") if uncalculated else ""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a row would write: old and new value, and the cell that says so. Money in 万元."""

    field: str
    old: Any
    new: Any
    cell: str = ""
    raw: Any = None
    by_hand: str = ""  # who typed the old value after an import had written another one, and when

    @property
    def raw_text(self) -> str:
        """What the cell says, as text."""
        return shown(self.raw)


@dataclass(slots=True)
class ReadRow:
    """A data row as read: values by field (only what is filled in), where each stands, what is wrong with it."""

    sheet: str
    row: int
    cells: Sequence[CellValue | Cell] = ()  # the sheet's own row
    columns: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # field → (letter, index), one for all rows
    values: dict[str, Any] = field(default_factory=dict)
    elsewhere: dict[str, tuple[str, Any]] | None = None  # cells of a merge or a row above, and of months
    from_above: dict[str, int] | None = None  # fields whose cell here is empty → the row in which the value stands
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    comments: tuple[tuple[str, str], ...] = ()  # (cell, what somebody said there); never a value
    is_closed: bool = False  # refused as a whole: nothing else is told of it

    @property
    def key(self) -> str:
        """sheet!row: how decisions about a row are kept."""
        return f"{self.sheet}!{self.row}"

    def place(self, name: str, letter: str, raw: CellValue | Cell) -> None:
        """Say where a value stands that is not in the row's own cell of the field."""
        self.elsewhere = self.elsewhere or {}
        self.elsewhere[name] = (letter, raw)

    def cell(self, name: str) -> tuple[str, Any]:
        """(column letter, raw cell) that a field was read from; ("", None) for a default."""
        if self.elsewhere and name in self.elsewhere:
            return self.elsewhere[name]
        letter, index = self.columns.get(name, ("", 0))
        raw = self.cells[index] if letter and index < len(self.cells) else None
        return ("", None) if raw is None or raw == "" else (letter, raw)

    def problem(self, code: str, message: Any, name: str = "", candidates: tuple[str, ...] = ()) -> Problem:
        """A problem of this row, at the cell of the field where it is filled in."""
        column, raw = self.cell(name)
        return Problem(code, message, self.sheet, self.row, column, name, shown(raw), candidates)

    def refuse(self, code: str, message: Any, name: str = "", candidates: tuple[str, ...] = ()) -> None:
        """Refuse the row, at the cell of the field even where that is empty: there it can be filled in."""
        if self.is_closed:
            return
        problem = self.problem(code, message, name, candidates)
        self.errors.append(problem if problem.column else replace(problem, column=self.columns.get(name, ("", 0))[0]))

    def refuse_whole(self, code: str, message: Any, name: str, text: str) -> None:
        """Refuse the row for what it is as a whole (`text`): what else its cells say cannot be trusted."""
        self.errors = [Problem(code, message, self.sheet, self.row, "", name, text)]
        self.warnings = []
        self.values = {key: self.values[key] for key in ("name", "project_code") if key in self.values}
        self.is_closed = True

    def warn(self, code: str, message: Any, name: str = "", candidates: tuple[str, ...] = ()) -> None:
        if not self.is_closed:
            self.warnings.append(self.problem(code, message, name, candidates))


@dataclass(slots=True)
class RowPlan:
    """What a row would do. `project_id` and `version` of the known project that it means; None for a new one."""

    read: ReadRow
    action: str = RowAction.UNCHANGED
    project_id: int | None = None
    code: str = ""
    name: str = ""
    name_key: str = ""  # of the same name, as names are compared
    investor: Any = None  # the firm that the row names (imports.investorbook.Firm)
    different: list[Change] = field(default_factory=list)  # from a known project, or months
    is_new_project: bool = False
    similar: tuple[str, ...] = ()  # numbers of known projects that it looks like; a person may say which it is
    left_out: list[Change] = field(default_factory=list)  # values that a person does not want from it

    @property
    def accepted(self) -> bool:
        return self.action != RowAction.REFUSED

    @property
    def changes(self) -> list[Change]:
        """What the row writes, field by field; a new project writes all that the row says."""
        return self.different if not self.is_new_project else [change_of(self.read, name) for name in self.written]

    @property
    def written(self) -> list[str]:
        """The fields that a new project takes from the row."""
        return [name for name in self.read.values if name not in UNWRITTEN]


def change_of(read: ReadRow, name: str, old: Any = None) -> Change:
    """What a row says of a field, with its cell."""
    column, raw = read.cell(name)
    return Change(name, old, read.values[name], f"{column}{read.row}" if column else "", raw)


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A subtotal of the file against the sum of its accepted rows, in 万元."""

    sheet: str
    row: int
    text: str
    stated: Decimal
    found: Decimal
    kind: str = "subtotal"  # subtotal, total or group
    refused: tuple[tuple[int, Decimal | None], ...] = ()  # refused rows that it speaks of; None: amount not readable

    @property
    def difference(self) -> Decimal:
        return self.found - self.stated


@dataclass(slots=True)
class SheetPlan:
    """How a sheet was understood: its tables' headers, columns, what has no field, what was passed over."""

    name: str
    kind: str  # ledger, or why it is left out
    reason: str = ""
    header_rows: list[int] = field(default_factory=list)
    unit: str = ""
    rows: int = 0
    columns: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[dict[str, str]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    sums: list[SumCheck] = field(default_factory=list)

    @property
    def is_ledger(self) -> bool:
        return self.kind == "ledger"


@dataclass(slots=True)
class Plan:
    """The whole preview. `needs` holds what only a person can decide: with any of it nothing can be written."""

    kind: str
    sheets: list[SheetPlan] = field(default_factory=list)
    rows: list[RowPlan] = field(default_factory=list)
    needs: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)  # about the file, a sheet or a column
    arrivals: int = 0  # months with an amount, of a table of arrivals
    arrived_capital: Decimal = Decimal(0)  # their sum in 万元
    generation: tuple[Any, ...] = ()  # state of the register that it was made on
    corrected: dict[str, str] = field(default_factory=dict)  # what the file says in corrected cells, by "sheet!B17"

    def count(self, action: str) -> int:
        return self.counts[action]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.action for row in self.rows)

    @property
    def accepted(self) -> list[RowPlan]:
        return [row for row in self.rows if row.accepted]

    def of(self, action: str) -> list[RowPlan]:
        return [row for row in self.rows if row.action == action]

    @property
    def agreed_capital(self) -> Decimal:
        """万元 over the accepted rows, unknown amounts left out."""
        return sum((row.read.values.get("agreed_capital") or Decimal(0) for row in self.accepted), Decimal(0))

    @property
    def unknown_capital(self) -> int:
        return sum(1 for row in self.accepted if row.read.values.get("agreed_capital") is None)

    @property
    def questions(self) -> list[RowPlan]:
        """Rows that look like known projects, and of which nobody has said what they are."""
        return [row for row in self.rows if row.similar]

    @property
    def edited(self) -> list[RowPlan]:
        """Rows that would overwrite what somebody typed since the last import."""
        return [row for row in self.rows if any(change.by_hand for change in row.different)]

    @property
    def errors(self) -> list[Problem]:
        return [error for row in self.rows for error in row.read.errors]

    @property
    def row_warnings(self) -> list[Problem]:
        return [warning for row in self.rows for warning in row.read.warnings]

    def is_outdated(self) -> bool:
        """Whether somebody wrote to projects or investors since the plan was made."""
        return self.generation != generation()

    @property
    def digest(self) -> str:
        """Changes whenever the preview would look different: what a person confirms is what is written."""
        seen = hashlib.sha256()
        for row in self.rows:
            changes = [(change.field, str(change.old), str(change.new)) for change in row.changes]
            seen.update(repr((row.read.sheet, row.read.row, row.action, row.project_id, changes)).encode())
        return seen.hexdigest()
