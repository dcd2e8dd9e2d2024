"""A sheet of a batch's file as it stands, each cell marked by what it did: the lines of one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.corrections import place_of
from imports.grid import Sheet, column_letter
from imports.models import RowAction
from imports.plan import shown
from imports.reread import Done, Reread, Said, fault_column
from imports.rowkinds import is_filled
from imports.said import field_label, sheet_reason, skipped_word
from imports.understanding import Understood

NEW, CHANGED, SAME, REFUSED, LEFT_OUT = "new", "changed", "same", "refused", "left"
NOT_TAKEN, SKIPPED = "nottaken", "skipped"
MARKS: dict[str, Promise] = {
    NEW: gettext_lazy("written as new"),
    CHANGED: gettext_lazy("changed a value"),
    SAME: gettext_lazy("unchanged, or only compared"),
    NOT_TAKEN: gettext_lazy("not taken: the register keeps its value"),
    REFUSED: gettext_lazy("refused"),
    LEFT_OUT: gettext_lazy("column not imported"),
    SKIPPED: gettext_lazy("line skipped"),
}
WAITING_MARKS: dict[str, Promise] = MARKS | {
    NEW: gettext_lazy("would be written as new"),
    CHANGED: gettext_lazy("would change a value"),
}
MOST_COLUMNS = 120
LONGEST = 60
LONGEST_TITLE = 400
UNCUT = 14  # characters that fit into the narrowest cell
DITTO = "〃"


@dataclass(slots=True)
class SheetCell:
    """A cell of the page. `mark` is one of MARKS or empty; `below` stands in small letters under the text."""

    text: str = ""
    mark: str = ""
    title: str = ""
    below: str = ""
    columns: int = 1
    rows: int = 1
    is_number: bool = False


@dataclass(slots=True)
class SheetLine:
    """A row of the sheet: what kind of line it is, in words why, its cells, and for a refused one the reasons."""

    number: int
    kind: str = ""  # header, skipped, refused or empty
    word: str = ""
    cells: list[SheetCell] = field(default_factory=list)
    reasons: list[tuple[str, str]] = field(default_factory=list)  # (cell, what is wrong)


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A page of a sheet. `why_none` says why the sheet was left out; empty for one that was read."""

    letters: list[str]
    lines: list[SheetLine]
    left_off: int
    why_none: str


def first_sheet(again: Reread) -> str:
    """The sheet that is shown first: the first that was read."""
    names = [part.sheet.name for part in again.parts] or [sheet.name for sheet in again.workbook.sheets]
    return names[0] if names else ""


def last_row(sheet: Sheet) -> int:
    """The last row that says anything."""
    return next((row for row in range(len(sheet.rows), 0, -1) if any(map(is_filled, sheet.rows[row - 1]))), 0)


def legend(*, waiting: bool) -> list[tuple[str, Promise]]:
    """The marks with their meaning."""
    return list((WAITING_MARKS if waiting else MARKS).items())


def shown_sheet(
    again: Reread, sheet: Sheet, numbers: list[int], corrections: Mapping[str, str] = MappingProxyType({})
) -> ShownSheet:
    """The lines of these rows of a sheet; `corrections` are what people said stands in cells, by "sheet!B17"."""
    parts = sorted((part for part in again.parts if part.sheet is sheet), key=lambda part: part.table.header_rows[0])
    done = again.rows.between(sheet.name, numbers[0], numbers[-1]) if numbers and parts else {}
    width = _width(sheet, parts, numbers)
    page = _Page(again, sheet, parts, done, min(width, MOST_COLUMNS), corrections)
    told = next((told for told in again.sheets if told.name == sheet.name), None)
    return ShownSheet(
        [column_letter(number) for number in range(1, page.width + 1)],
        page.lines(numbers),
        width - page.width,
        sheet_reason(told.reason) if told and not told.is_ledger and told.reason else "",
    )


def _width(sheet: Sheet, parts: list[Understood], numbers: Iterable[int]) -> int:
    """The last column that these rows, or a table of the sheet, have."""
    filled = [
        max((number for number, raw in enumerate(sheet.rows[row - 1], 1) if is_filled(raw)), default=1)
        for row in numbers
    ]
    columns = [column.number for part in parts for column in part.table.columns]
    return max([1, *filled, *columns])


class _Page:
    """Makes the lines of a page."""

    def __init__(
        self,
        again: Reread,
        sheet: Sheet,
        parts: list[Understood],
        done: dict[int, Done],
        width: int,
        corrections: Mapping[str, str],
    ) -> None:
        self.sheet = sheet
        places = ((place_of(key), key) for key in again.corrected.keys() & corrections.keys())
        # (row, column) → what the file says, and what holds instead.
        self.corrected = {
            place[1:]: (again.corrected[key], corrections[key])
            for place, key in places
            if place and place[0] == sheet.name
        }
        self.parts = parts
        self.done = done
        self.width = width
        self.skipped = {skip.row: skip.reason for part in parts for skip in part.table.skipped}
        self.skipped |= {skip["row"]: skip["reason"] for part in parts for skip in part.plan.skipped}
        self.data = {row for part in parts for row in part.table.rows} - self.skipped.keys()
        self.mapped = {id(part): {column.number: column for column in part.proposal.mapped} for part in parts}

    def lines(self, numbers: list[int]) -> list[SheetLine]:
        spans = self._spans(numbers)
        return [self._line(row, spans) for row in numbers]

    def _part(self, row: int) -> Understood | None:
        """The table that a row belongs to: the last one whose header begins above it."""
        return next((part for part in reversed(self.parts) if part.table.header_rows[0] <= row), None)

    def _spans(self, numbers: list[int]) -> dict[tuple[int, int], tuple[int, int] | None]:
        """What the merges of lines without data do to their cells: (rows, columns) of the first one, None: covered."""
        places: dict[tuple[int, int], tuple[int, int] | None] = {}
        for span in self.sheet.merged if numbers else ():
            rows = range(max(span.top, numbers[0]), min(span.bottom, numbers[-1]) + 1)
            if not rows or span.left > self.width or not self.data.isdisjoint(rows):
                continue
            right = min(span.right, self.width)
            places |= {(row, column): None for row in rows for column in range(span.left, right + 1)}
            places[rows[0], span.left] = (len(rows), right - span.left + 1)
        return places

    def _line(self, row: int, spans: dict[tuple[int, int], tuple[int, int] | None]) -> SheetLine:
        part, done = self._part(row), self.done.get(row)
        line = SheetLine(row)
        if part is not None and row in part.table.header_rows:
            line.kind, line.word = "header", skipped_word("header")
        elif row in self.skipped:
            line.kind, line.word = SKIPPED, skipped_word(self.skipped[row])
        elif done is not None:
            line.kind = REFUSED if done.action == RowAction.REFUSED else ""
            line.word = str(RowAction(done.action).label)
            line.reasons = _reasons(part, done)
        for column in range(1, self.width + 1):
            place = spans.get((row, column), (1, 1))
            if place is not None:
                cell = self._cell(row, column, line, part, done)
                cell.rows, cell.columns = place
                if part and line.kind == "header" and row + cell.rows - 1 == part.table.header_rows[-1]:
                    self._say_field(cell, column, part)
                line.cells.append(cell)
        return line

    def _cell(self, row: int, number: int, line: SheetLine, part: Understood | None, done: Done | None) -> SheetCell:
        cell = self.sheet.cell(row, number)
        file, typed = self.corrected.get((row, number), (None, ""))
        text = shown(cell) if file is None else file
        made = SheetCell(text[:LONGEST], is_number=cell.kind == "number")
        if len(text) > LONGEST:
            made.text += "…"
        if len(text) > UNCUT:
            made.title = text[:LONGEST_TITLE]
        if part is not None and row in self.data:
            if not text and (row, number) in part.table.filled:
                made.text = DITTO
            says = made.text if file is None else typed
            self._mark(made, number, part, done, is_filled=bool(says))
            if file is not None:
                left = _("corrected to %(value)s, not taken") if made.mark == NOT_TAKEN else ""
                made.below = (left or _("corrected to %(value)s")) % {"value": typed or _("not filled in")}
        return made

    def _say_field(self, made: SheetCell, number: int, part: Understood) -> None:
        """What a column was read as, under the lowest level of its header."""
        if part.table.column(number) is None:
            return
        column = self.mapped[id(part)].get(number)
        made.below = field_label(column.field or "") if column else _("not imported")
        made.mark = "" if column else LEFT_OUT

    def _mark(self, made: SheetCell, number: int, part: Understood, done: Done | None, *, is_filled: bool) -> None:
        letter = column_letter(number)
        wrong = [fault.message for fault in done.faults if fault_column(part, fault) == number] if done else []
        if wrong:
            made.mark, made.title = REFUSED, " ".join(wrong)
        elif number not in self.mapped[id(part)]:
            made.mark = LEFT_OUT if made.text else ""
        elif done is None or done.action == RowAction.REFUSED:
            return
        elif left := done.left_out.get(letter):
            made.mark, made.below = NOT_TAKEN, _("not taken")
            made.title = _("not taken: %(value)s") % {"value": left.new}
        elif is_filled:
            _mark_change(made, done.changes.get(letter), is_new=done.action == RowAction.CREATE)


def _mark_change(made: SheetCell, said: Said | None, *, is_new: bool) -> None:
    if said is None:
        made.mark = SAME
    elif is_new:
        made.mark, made.title = NEW, said.new if said.new != made.text else made.title
    else:
        made.mark = CHANGED
        old = said.old or _("not filled in")
        made.below, made.title = _("was %(value)s") % {"value": old}, f"{old} → {said.new}"


def _reasons(part: Understood | None, done: Done) -> list[tuple[str, str]]:
    reasons = []
    for fault in done.faults:
        number = fault_column(part, fault) if part else 0
        reasons.append((f"{column_letter(number)}{done.row}" if number else "", fault.message))
    return reasons
