"""Which sheets of a file are ledgers, and what their columns hold: before a row is read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.columns import Mapping, Proposal, propose
from imports.grid import Sheet, Workbook, column_letter
from imports.links import Links
from imports.mapping import SheetMapping
from imports.plan import Plan, SheetPlan
from imports.problems import Problem
from imports.progress import Progress
from imports.proposals import OWN_REASONS
from imports.recalling import Memory, layout_of
from imports.summaries import mark_summaries
from imports.tables import Layout, Table
from jiangjin.lib.text import sentence
from projects.permissions import may_write_in

OTHER_KIND = "other_kind"


@dataclass(slots=True)
class Request:
    """What is to be planned: for whom, which sheet and kind, and what a person decided."""

    user: User | None = None  # None: the command itself, which may write everywhere
    sheet: str | None = None
    kind: str = "auto"
    mapping: Mapping = field(default_factory=Mapping)
    remembered: Memory = field(default_factory=Memory)  # holds where the mapping says nothing
    accepted: frozenset[str] = frozenset()  # "sheet!row" of implausible amounts that a person accepted
    answers: dict[str, str] = field(default_factory=dict)  # "sheet!row" → what a person said of a similar project
    corrections: dict[str, str] = field(default_factory=dict)  # "sheet!B17" → what a person says stands there
    left_out: frozenset[str] = frozenset()  # "sheet!row!field" of changes that a person does not want
    today: datetime.date | None = None
    progress: Progress = field(default_factory=Progress)

    def may_write(self, park_id: int | None) -> bool:
        return self.user is None or may_write_in(self.user, park_id)


class NoLedger(Exception):
    """The file holds nothing that can be read as a ledger. Says why, in one sentence."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Understood:
    """A table with its columns, before its rows are read."""

    sheet: Sheet
    table: Table
    proposal: Proposal
    plan: SheetPlan
    said_kind: str = ""  # what a person said that it is: projects or arrivals
    recalled: str = ""  # stamp of what was remembered of its headers


def understand(workbook: Workbook, request: Request, links: Links) -> tuple[list[Understood], list[SheetPlan]]:
    """The tables to read, all of one kind, and what is said of every sheet.

    Raises NoLedger, and MappingError for a mapping that cannot be used.
    """
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    layouts = _layouts(workbook, request)
    understood, told = [], []
    for layout in layouts:
        plan = SheetPlan(layout.sheet, layout.kind, layout.reason)
        told.append(plan)
        wanted = layout.kind == "ledger" or (request.sheet is not None and layout.tables)
        if not wanted:
            continue
        plan.kind = "ledger"
        mapping = request.mapping.for_sheet(layout.sheet)
        for table in layout.tables:
            recalled = request.remembered.table(table)
            own = _said_of(mapping, table, layout)
            says = recalled.below(own, table) if recalled else own
            proposal = propose(
                table,
                sheets[layout.sheet],
                kind=None if request.kind == "auto" else request.kind,
                mapping=says,
                vocabulary=links.vocabulary,
            )
            part = Understood(sheets[layout.sheet], table, proposal, plan, says.kind if says else "")
            part.recalled = recalled.stamp if recalled else ""
            understood.append(part)
        plan.skipped += [{"row": skip.row, "reason": skip.reason} for skip in layout.skipped]
    understood = _of_one_kind(understood)
    if not understood:
        raise NoLedger(*_why_none(layouts))
    return understood, told


def _said_of(mapping: SheetMapping | None, table: Table, layout: Layout) -> SheetMapping | None:
    """What a mapping says of one of a sheet's tables: its unit was asked for those whose lines give none or two."""
    if mapping and mapping.unit and table.unit and not all(other.unit for other in layout.tables):
        return replace(mapping, unit="")
    return mapping


def _layouts(workbook: Workbook, request: Request) -> list[Layout]:
    layouts = []
    for sheet in workbook.sheets:
        if request.sheet is not None and sheet.name != request.sheet:
            continue
        layouts.append(layout_of(sheet, request.mapping.for_sheet(sheet.name), request.remembered))
    if request.sheet is None:
        mark_summaries(layouts, {sheet.name: sheet for sheet in workbook.sheets})
    elif not layouts:
        names = "、".join(sheet.name for sheet in workbook.sheets)
        raise NoLedger("no_such_sheet", sentence(_("There is no such sheet. The file has: %(names)s."), names=names))
    return layouts


def _of_one_kind(understood: list[Understood]) -> list[Understood]:
    """Projects before arrivals: a batch writes one kind, the other is a file's second import."""
    kinds = {part.proposal.kind for part in understood if not _is_asked(part)}
    kind = "projects" if "projects" in kinds else next(iter(kinds), "")
    for part in understood:
        if part.proposal.kind != kind and not _is_asked(part):
            part.plan.kind, part.plan.reason = "not_a_ledger", OTHER_KIND
    return [part for part in understood if part.proposal.kind == kind or _is_asked(part)]


def _is_asked(part: Understood) -> bool:
    """Whether a person must say of which kind the table is; until then nothing is read."""
    return any(need.code == "which_kind" for need in part.proposal.needs)


def _why_none(layouts: list[Layout]) -> tuple[str, object]:
    if any(layout.reason == "visits_not_supported" for layout in layouts):
        return "visits_not_supported", _("This is a ledger of visits, which cannot be imported yet.")
    return (
        "no_ledger",
        _(
            "No table of projects was found. "
            "A ledger has a header row with the project's name and at least two more columns."
        ),
    )


def say_columns(part: Understood, plan: Plan) -> None:
    """Put into the plan what is said of a table's columns."""
    told, proposal, table = part.plan, part.proposal, part.table
    if not told.header_rows:  # what is said of the sheet is said once, however many tables it holds
        plan.warnings += [Problem(code, message, told.name) for code, message in part.sheet.notes]
    told.header_rows += table.header_rows
    told.unit = told.unit or table.unit
    told.skipped += [{"row": skip.row, "reason": skip.reason} for skip in table.skipped]
    told.skipped.sort(key=lambda skip: skip["row"])
    for column in proposal.columns:
        if column.field is None:
            if column.reason != OWN_REASONS and (column.header or column.filled):
                told.unmapped.append({"column": column.letter, "header": column.header})
            continue
        told.columns.append(
            {
                "column": column.letter,
                "header": column.header,
                "field": column.field,
                "unit": column.unit or None,
                "why": column.why,
                "certain": column.certain,
                "fit": column.fit,
            }
        )
    for need in proposal.needs:
        columns = ",".join(column_letter(number) for number in need.columns)
        problem = Problem(need.code, need.message, told.name, 0, columns, need.field)
        (plan.needs if need.blocking else plan.warnings).append(problem)
    for notice in proposal.warnings:
        letter = ",".join(column_letter(number) for number in (notice.column, *notice.beside) if number)
        plan.warnings.append(Problem(notice.code, notice.message, told.name, 0, letter, notice.field))
