"""From a file to a plan: which sheets are ledgers, what their columns hold, what each row would do."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.arrivals import plan_arrivals
from imports.cells import column_reader
from imports.columns import Mapping, Proposal, propose
from imports.comparing import check_new, compare
from imports.fields import ALL_FIELDS
from imports.grid import Sheet, Workbook, column_letter
from imports.investorbook import Firm, InvestorBook
from imports.known import Known
from imports.layout import mark_summaries, read_layout
from imports.links import Links
from imports.matching import Matcher
from imports.models import RowAction
from imports.plan import Plan, ReadRow, RowPlan, SheetPlan, SumCheck
from imports.problems import Problem
from imports.rows import read_rows
from imports.rules import NOT_YOURS, check_amounts, check_days, medians, refuse_nameless
from imports.tables import Layout, Table
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.text import investor_key, name_key, sentence
from projects.permissions import may_write_in, writes_everywhere

OTHER_KIND = "other_kind"


@dataclass(slots=True)
class Request:
    """What is to be planned: for whom, which sheet and kind, and what a person decided."""

    user: User | None = None  # None: the command itself, which may write everywhere
    sheet: str | None = None
    kind: str = "auto"
    mapping: Mapping = field(default_factory=Mapping)
    accepted: frozenset[str] = frozenset()  # "sheet!row" of implausible amounts that a person accepted
    today: datetime.date | None = None

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


def understand(workbook: Workbook, request: Request, links: Links) -> list[Understood]:
    """The tables of a workbook with their columns, for the mapping page. Raises as `make_plan` does."""
    return _understand(workbook, request, links)[0]


def make_plan(workbook: Workbook, request: Request) -> tuple[Plan, Known | None, Links]:
    """The plan of a workbook; nothing is written. Raises NoLedger, and MappingError for a mapping that cannot be used.

    Where a person must decide first, the plan has `needs` and no rows.
    """
    links = Links(request.mapping.words)
    understood, sheets = _understand(workbook, request, links)
    plan = Plan(understood[0].proposal.kind, sheets)
    plan.warnings = [Problem(code, message, "") for code, message in workbook.notes]
    for part in understood:
        _say_columns(part, plan)
    if plan.needs:
        return plan, None, links
    if plan.kind == "arrivals":
        known = plan_arrivals(plan, understood, request, links)
    else:
        known = _plan_projects(plan, understood, request, links)
    for part in understood:
        _check_sums(part, plan)
    return plan, known, links


def _understand(workbook: Workbook, request: Request, links: Links) -> tuple[list[Understood], list[SheetPlan]]:
    """The tables to read, all of one kind, and what is said of every sheet."""
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
            proposal = propose(
                table,
                sheets[layout.sheet],
                kind=None if request.kind == "auto" else request.kind,
                mapping=mapping,
                vocabulary=links.vocabulary,
            )
            understood.append(Understood(sheets[layout.sheet], table, proposal, plan))
        plan.skipped += [{"row": skip.row, "reason": skip.reason} for skip in layout.skipped]
    understood = _of_one_kind(understood)
    if not understood:
        raise NoLedger(*_why_none(layouts))
    return understood, told


def _layouts(workbook: Workbook, request: Request) -> list[Layout]:
    layouts = []
    for sheet in workbook.sheets:
        if request.sheet is not None and sheet.name != request.sheet:
            continue
        mapping = request.mapping.for_sheet(sheet.name)
        layouts.append(
            read_layout(
                sheet,
                header_rows=mapping.header_rows if mapping else None,
                known=mapping.known() if mapping else {},
            )
        )
    if request.sheet is None:
        mark_summaries(layouts, {sheet.name: sheet for sheet in workbook.sheets})
    elif not layouts:
        names = "、".join(sheet.name for sheet in workbook.sheets)
        raise NoLedger("no_such_sheet", sentence(_("There is no such sheet. The file has: %(names)s."), names=names))
    return layouts


def _of_one_kind(understood: list[Understood]) -> list[Understood]:
    """Projects before arrivals: a batch writes one kind, the other is a file's second import."""
    kinds = {part.proposal.kind for part in understood}
    kind = "projects" if "projects" in kinds else next(iter(kinds), "")
    for part in understood:
        if part.proposal.kind != kind:
            part.plan.kind, part.plan.reason = "not_a_ledger", OTHER_KIND
    return [part for part in understood if part.proposal.kind == kind]


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


def _say_columns(part: Understood, plan: Plan) -> None:
    """Put into the plan what is said of a table's columns."""
    told, proposal, table = part.plan, part.proposal, part.table
    told.header_rows += table.header_rows
    told.unit = told.unit or table.unit
    told.skipped += [{"row": skip.row, "reason": skip.reason} for skip in table.skipped]
    told.skipped.sort(key=lambda skip: skip["row"])
    for column in proposal.columns:
        if column.field is None:
            if column.header or column.filled:
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
        letter = column_letter(notice.column) if notice.column else ""
        plan.warnings.append(Problem(notice.code, notice.message, told.name, 0, letter, notice.field))
    plan.warnings += [Problem(code, message, told.name) for code, message in part.sheet.notes]


def _plan_projects(plan: Plan, understood: list[Understood], request: Request, links: Links) -> Known:
    reads: list[ReadRow] = []
    for part in understood:
        rows = list(read_rows(part.sheet, part.table, part.proposal, links.vocabulary))
        part.plan.rows += len(rows)
        reads += rows
    for row in reads:
        refuse_nameless(row)
    plan.rows = [RowPlan(row, name=row.values.get("name", "")) for row in reads]
    known = _known_for(reads)
    plan.generation = known.generation
    book = InvestorBook(
        (name for row in reads if (name := row.values.get("investor"))),
        (code for row in reads if (code := row.values.get("credit_code"))),
    )
    _match_all(plan, known, book, links)
    names = set().union(*(row.values for row in reads)) if reads else set()
    known.load_values((row.project_id for row in plan.rows if row.project_id), names)
    today = request.today or timezone.localdate()
    median = medians(reads)
    for row in plan.rows:
        _settle(row, known, request, links, median, today)
    return known


def _known_for(reads: list[ReadRow]) -> Known:
    def values(name: str) -> Iterable[str]:
        return (value for row in reads if (value := row.values.get(name)))

    return Known(
        values("project_code"),
        values("approval_code"),
        (name_key(name)[:200] for name in values("name")),
        (investor_key(name)[:200] for name in values("investor")),
    )


def _match_all(plan: Plan, known: Known, book: InvestorBook, links: Links) -> None:
    matcher = Matcher(known)
    for row in plan.rows:
        read = row.read
        if not read.values.get("name"):
            continue
        firm = row.investor = _firm(read, book)
        if read.errors and any(
            error.field in {"name", "project_code", "investor", "credit_code"} for error in read.errors
        ):
            continue
        found = matcher.match(row, firm, links.park_id(read))
        if found is not None:
            row.project_id, row.code = found.pk, found.code
        elif not read.errors:
            _warn_similar(row, matcher, firm)


def _firm(read: ReadRow, book: InvestorBook) -> Firm | None:
    name = read.values.get("investor")
    if not name:
        return None
    try:
        firm, renamed = book.resolve(name, read.values.get("credit_code"))
    except CellError as error:
        read.refuse(error.code, error.message, "investor")
        return None
    if renamed:
        text = sentence(_("The register knows this credit code as “%(name)s”; that name stays."), name=firm.name)
        read.warn("investor_name_differs", text, "investor")
    return firm


def _warn_similar(row: RowPlan, matcher: Matcher, firm: Firm | None) -> None:
    similar = matcher.similar(row, firm)
    if similar:
        names = tuple(f"{project.code} {project.name}" for project in similar)
        text = sentence(
            _("Similar to %(names)s, but not the same: it is taken as another project."), names="、".join(names)
        )
        row.read.warn("similar_exists", text, "name", tuple(project.code for project in similar))


def _settle(
    row: RowPlan, known: Known, request: Request, links: Links, median: dict[str, Decimal], today: datetime.date
) -> None:
    """Apply the rules, compare, and say what the row does."""
    read = row.read
    stored = known.by_pk.get(row.project_id) if row.project_id else None
    check_amounts(read, stored, median, f"{read.sheet}!{read.row}" in request.accepted)
    check_days(read, today)
    _check_park(read, stored.park_id if stored else None, known=stored is not None, request=request, links=links)
    if not read.errors and stored is not None:
        row.different = compare(row, stored, links.ids)
    elif not read.errors:
        check_new(row)
    if read.errors:
        row.action, row.different = RowAction.REFUSED, []
    elif stored is None:
        row.action, row.is_new_project = RowAction.CREATE, True
        row.code = read.values.get("project_code", "")
    else:
        row.action = RowAction.UPDATE if row.changes else RowAction.UNCHANGED


def _check_park(read: ReadRow, park_id: int | None, *, known: bool, request: Request, links: Links) -> None:
    """A recorder writes own parks: neither where the project is nor where the row would put it may be another's."""
    if request.user is None or writes_everywhere(request.user):
        return
    wanted = links.park_id(read)
    places = {park_id if known else wanted} | ({wanted} if wanted is not None else set())
    if any(not request.may_write(place) for place in places):
        read.refuse("park_not_yours", NOT_YOURS, "park")


def _check_sums(part: Understood, plan: Plan) -> None:
    """Compare the file's own subtotals of the agreed capital with the sum of the rows that they speak of."""
    column = next((column for column in part.proposal.of("agreed_capital") if not column.value), None)
    if column is None:
        return
    here = [row for row in plan.rows if row.read.sheet == part.sheet.name]
    amounts = {row.read.row: row.read.values.get("agreed_capital") or Decimal(0) for row in here if row.accepted}
    refused = {row.read.row: row.read.values.get("agreed_capital") for row in here if not row.accepted}
    read = column_reader(ALL_FIELDS["agreed_capital"].kind, unit=column.unit or None)
    for line in part.table.sums:
        stated = line.cells.get(column.number)
        if stated is None:
            continue
        found = sum((amounts.get(row, Decimal(0)) for row in line.rows), Decimal(0))
        missing = tuple((row, refused[row]) for row in line.rows if row in refused)
        said = read(stated).value or Decimal(0)
        check = SumCheck(part.sheet.name, line.row, line.text, said, found, line.kind, missing)
        part.plan.sums.append(check)
        if check.difference:
            text = sentence(
                _("The file says %(stated)s 亿元, the accepted rows sum to %(found)s."),
                stated=f"{check.stated / 10000:,.2f}",
                found=f"{check.found / 10000:,.2f}",
            )
            plan.warnings.append(
                Problem("sum_differs", text, part.sheet.name, line.row, column.letter, "agreed_capital", line.text)
            )
