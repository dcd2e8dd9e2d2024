"""The treatments of the dictionary: sure is taken, ask is judged by its cells, flag sets a value, split parts cells."""

import re
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.fields import ALL_FIELDS
from imports.fits import ENOUGH, FLAG_VALUES, are_ticks, filled_cells, fit, splits_cleanly
from imports.grid import Cell, CellValue, Sheet
from imports.headerpaths import match_path
from imports.headers import Entry, Match, read_header
from imports.proposals import ColumnProposal, Need, Notice, Proposal
from imports.tables import Table
from imports.vocabulary import Vocabulary
from jiangjin.lib.text import match_key, sentence

# Columns 签约 | 注册 | 开工 | 投产 with ticks: the field of the dictionary → the stage that a tick says.
_MATRIX_STAGES = {
    "signed_on": "signed",
    "registered_on": "registered",
    "land_on": "land",
    "started_on": "construction",
    "completed_on": "completed",
    "production_on": "production",
    "full_production_on": "full_production",
}
_STAGE_WORD = re.compile(r"(?:已经?)?(签约|注册|拿地|供地|开工|竣工|完工|投产|达产)")
_STAGE_OF_WORD = {
    "签约": "signed",
    "注册": "registered",
    "拿地": "land",
    "供地": "land",
    "开工": "construction",
    "竣工": "completed",
    "完工": "completed",
    "投产": "production",
    "达产": "full_production",
}
_SPLITS = {
    "联系人及电话": ("contact_name", "contact_phone"),
    "联系人及联系方式": ("contact_name", "contact_phone"),
    "组织机构代码/统一社会信用代码": ("credit_code",),
    "统一社会信用代码/组织机构代码": ("credit_code",),
}

TICKS = _(
    "The ticks under %(headers)s were taken as the stage that a project has reached, the furthest one of its row. "
    "Correct the columns if they mean something else."
)


@dataclass(slots=True)
class Task:
    """A table whose columns are being proposed, and its cells, looked up once."""

    sheet: Sheet
    table: Table
    vocabulary: Vocabulary | None
    proposal: Proposal
    cells: dict[int, list[CellValue | Cell]] = field(default_factory=dict)

    def filled(self, column: ColumnProposal) -> list[CellValue | Cell]:
        if column.number not in self.cells:
            self.cells[column.number] = filled_cells(self.sheet, self.table, column.number)
        return self.cells[column.number]

    def warn(self, code: str, message: str | Promise, column: ColumnProposal, name: str = "") -> None:
        self.proposal.warnings.append(Notice(code, message, column.number, name or column.field or ""))


def take(task: Task, column: ColumnProposal, entry: Entry, match: Match) -> None:
    """Give a column the one field that its header may name, as its treatment allows."""
    column.field, column.why, column.treatment = entry.field, match.why, entry.treatment
    if entry.treatment == "flag":
        _take_flag(task, column, entry)
    elif entry.treatment == "split":
        _take_split(task, column, entry)
    elif entry.treatment == "ask" or match.doubtful:
        column.treatment = "ask"
        _take_asked(task, column)
    else:
        column.certain = True


def take_by_looks(task: Task, column: ColumnProposal, match: Match) -> None:
    """A header that stands under two fields goes to the one whose cells fit, and that no other column holds."""
    taken = {other.field for other in task.proposal.columns if other is not column and other.field}
    shares = {
        entry.field: share if (share := fit(task.filled(column), entry.field, "", task.vocabulary)) is not None else 0.0
        for entry in match.entries
        if entry.field not in taken
    }
    best = max(shares.values(), default=0.0)
    winners = [name for name, share in shares.items() if share == best]
    column.treatment = "ask"
    if best >= ENOUGH and len(winners) == 1:
        column.field, column.why = winners[0], "looks"
        _warn_asked(task, column)
    elif column.filled:
        column.drop("cells_do_not_fit")
        _need_look(task, column, match.entries[0].field, blocking=False)


def _take_asked(task: Task, column: ColumnProposal) -> None:
    """A header that only may mean its field: taken where nine cells of ten fit."""
    cells = task.filled(column)
    name = column.field or ""
    share = fit(cells, name, column.column.unit or task.table.unit, task.vocabulary)
    if share is None or share >= ENOUGH:
        if cells:
            _warn_asked(task, column)
        return
    if take_tick_column(task, column, _MATRIX_STAGES.get(name, "")):
        return
    column.drop("cells_do_not_fit")
    # Projects without their amounts would go in unnoticed.
    _need_look(task, column, name, blocking=name in ("agreed_capital", "name"))


def take_tick_column(task: Task, column: ColumnProposal, stage: str = "") -> bool:
    """Take a column of a stage matrix: ticks below 签约 or 推进情况/已投产. Whether it is one."""
    *upper, leaf = column.column.path
    word = _STAGE_WORD.fullmatch(read_header(leaf).bare)
    stage = _STAGE_OF_WORD[word[1]] if word else stage
    if not stage or not all(map(_is_of_stages, upper)) or not are_ticks(task.filled(column)):
        return False
    column.field, column.treatment, column.value, column.why = "stage", "matrix", stage, "looks"
    column.reason = ""
    return True


def leave_out_ticks(task: Task) -> None:
    """Beside a column that says the stage in words, ticks set none: 投产 beside 项目阶段."""
    stages = task.proposal.of("stage")
    words = [column for column in stages if column.treatment != "matrix" and column.filled]
    for column in stages if words else ():
        if column.treatment == "matrix":
            column.drop("column_left_out")


def tell_ticks(task: Task) -> None:
    """One warning for all columns of a stage matrix: their headers only usually mean that."""
    ticks = [column for column in task.proposal.of("stage") if column.treatment == "matrix"]
    if ticks:
        first, *others = ticks
        text = sentence(TICKS, headers="、".join(f"“{column.column.path[-1]}”" for column in ticks))
        beside = tuple(column.number for column in others)
        task.proposal.warnings.append(Notice("asked_header", text, first.number, "stage", beside))


def _is_of_stages(header: str) -> bool:
    """项目阶段, 推进情况: what stands above the columns of a stage matrix."""
    match = match_path((header,))
    return bool(match) and any(entry.field in ("stage", "progress_note") for entry in match.entries)


def _warn_asked(task: Task, column: ColumnProposal) -> None:
    task.warn(
        "asked_header",
        sentence(
            _("“%(header)s” was taken as %(field)s, which it usually means. Correct the column if it means another."),
            header=column.header,
            field=ALL_FIELDS[column.field or ""].label,
        ),
        column,
    )


def _need_look(task: Task, column: ColumnProposal, name: str, *, blocking: bool) -> None:
    message = sentence(
        _("“%(header)s” may be %(field)s, but its cells do not look like it. Say what the column holds."),
        header=column.header,
        field=ALL_FIELDS[name].label,
    )
    task.proposal.needs.append(Need("cells_do_not_fit", message, (column.number,), name, blocking))


def _take_flag(task: Task, column: ColumnProposal, entry: Entry) -> None:
    """是否上市公司: a yes sets one value of the field. Where the cells hold the value itself they are read as it."""
    cells = task.filled(column)
    share = fit(cells, entry.field, "", task.vocabulary, "boolean")
    value = FLAG_VALUES.get(match_key(entry.header), "")
    if value and (share is None or share >= ENOUGH):
        column.value, column.certain = value, True
        return
    own = fit(cells, entry.field, "", task.vocabulary)
    if share is not None and share < ENOUGH and own is not None and own >= ENOUGH:
        column.treatment, column.why = "ask", "looks"
        _warn_asked(task, column)
        return
    column.drop("which_list" if not value else "cells_do_not_fit")
    if not cells:
        return
    if value:
        _need_look(task, column, entry.field, blocking=False)
        return
    message = sentence(
        _("“%(header)s” does not say of which list. Name the list in the header, e.g. 是否中国500强."),
        header=column.header,
    )
    task.proposal.needs.append(Need("which_list", message, (column.number,), entry.field, blocking=False))


def _take_split(task: Task, column: ColumnProposal, entry: Entry) -> None:
    """A column of two fields in one cell: parted where every cell parts cleanly, else kept as text."""
    column.certain = True
    fields = _SPLITS.get(entry.header)
    cells = task.filled(column)
    if not fields or not cells:
        return
    if splits_cleanly(filled_cells(task.sheet, task.table, column.number, every=True), fields):
        column.split = fields
        return
    message = sentence(
        _("“%(header)s” holds two things in one cell, and not every cell parts cleanly: it stays one text."),
        header=column.header,
    )
    task.warn("not_split", message, column)
    if fields == ("contact_name", "contact_phone"):
        column.field = "contact_name"
    else:
        column.treatment = "ask"
        _take_asked(task, column)
