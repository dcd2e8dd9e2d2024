"""From a file to a plan: what each row would do. Nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imports.arrivals import plan_arrivals
from imports.cells import column_reader
from imports.comparing import check_new, compare
from imports.conflicts import mark_edited
from imports.corrections import apply_corrections, leave_out
from imports.fields import ALL_FIELDS
from imports.grid import Workbook
from imports.investorbook import Firm, InvestorBook
from imports.known import Known
from imports.links import Links
from imports.matching import Matcher, sight_of
from imports.models import RowAction
from imports.ownpark import ask_for_park
from imports.plan import Plan, ReadRow, RowPlan, SumCheck
from imports.problems import Problem
from imports.progress import CELLS, COMPARE, LOOK_EVERY, MATCH, Progress
from imports.rows import read_rows
from imports.rules import NO_PARK, NOT_YOURS, check_amounts, check_days, medians, not_yours, refuse_nameless
from imports.understanding import Request, Understood, say_columns, understand
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.collector import collector_paused
from jiangjin.lib.money import exact_yi
from jiangjin.lib.text import investor_key, name_key, sentence
from projects.permissions import writes_everywhere


@dataclass(slots=True)
class Preview:
    """A plan with what is needed to write it, and the tables as they were understood."""

    plan: Plan
    known: Known | None
    links: Links
    parts: list[Understood]


@collector_paused()
def make_plan(workbook: Workbook, request: Request) -> Preview:
    """The plan of a workbook; nothing is written. Raises NoLedger, and MappingError for a mapping that cannot be used.

    Where a person must decide first, the plan has `needs` and no rows.
    """
    links = Links(request.mapping.words, request.remembered.words)
    understood, sheets = understand(workbook, request, links)
    ask_for_park(understood, request)
    plan = Plan(understood[0].proposal.kind, sheets)
    plan.warnings = [Problem(code, message, "") for code, message in workbook.notes]
    for part in understood:
        say_columns(part, plan)
    if plan.needs:
        return Preview(plan, None, links, understood)
    for part in understood:
        plan.corrected |= apply_corrections(part.sheet, part.table.rows, request.corrections)
    if plan.kind == "arrivals":
        known = plan_arrivals(plan, understood, request, links)
    else:
        known = _plan_projects(plan, understood, request, links)
    mark_edited(plan.rows)
    for part in understood:
        _check_sums(part, plan)
    return Preview(plan, known, links, understood)


def _plan_projects(plan: Plan, understood: list[Understood], request: Request, links: Links) -> Known:
    reads: list[ReadRow] = []
    progress = request.progress
    progress.step(CELLS, sum(len(part.table.rows) for part in understood))
    for part in understood:
        before = len(reads)
        for row in read_rows(part.sheet, part.table, part.proposal, links.vocabulary):
            reads.append(row)
            if len(reads) % LOOK_EVERY == 0:
                progress.at(len(reads))
        part.plan.rows += len(reads) - before
    for row in reads:
        refuse_nameless(row)
    plan.rows = [
        RowPlan(row, name=(name := row.values.get("name", "")), name_key=name_key(name)[:200]) for row in reads
    ]
    known = _known_for(plan.rows)
    plan.generation = known.generation
    book = InvestorBook(
        (name for row in reads if (name := row.values.get("investor"))),
        (code for row in reads if (code := row.values.get("credit_code"))),
    )
    _match_all(plan, book, Matcher(known, request.answers, sight_of(request.user)), links, progress)
    known.load_values(row.project_id for row in plan.rows if row.project_id)
    today = request.today or timezone.localdate()
    median = medians(reads)
    for row in progress.over(COMPARE, plan.rows):
        _settle(row, known, request, links, median, today)
    return known


def _known_for(rows: list[RowPlan]) -> Known:
    def values(name: str) -> Iterable[str]:
        return (value for row in rows if (value := row.read.values.get(name)))

    return Known(
        values("project_code"),
        values("approval_code"),
        (row.name_key for row in rows if row.name_key),
        (investor_key(name)[:200] for name in values("investor")),
        set().union(*(row.read.values for row in rows)),
    )


def _match_all(plan: Plan, book: InvestorBook, matcher: Matcher, links: Links, progress: Progress) -> None:
    for row in progress.over(MATCH, plan.rows):
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
        elif not read.errors and not matcher.is_answered(read):
            _ask_similar(row, matcher, firm)


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


def _ask_similar(row: RowPlan, matcher: Matcher, firm: Firm | None) -> None:
    similar = matcher.similar(row, firm)
    if similar:
        row.similar = tuple(project.code for project in similar)
        names = tuple(f"{project.code} {project.name}" for project in similar)
        text = sentence(
            _("Similar to %(names)s, but not the same: it is taken as another project."), names="、".join(names)
        )
        row.read.warn("similar_exists", text, "name", row.similar)


def _settle(
    row: RowPlan, known: Known, request: Request, links: Links, median: dict[str, Decimal], today: datetime.date
) -> None:
    """Apply the rules, compare, and say what the row does."""
    read = row.read
    stored = known.by_pk.get(row.project_id) if row.project_id else None
    if stored is not None and request.left_out:
        leave_out(row, request.left_out)
    check_amounts(read, stored, median, bool(request.accepted) and read.key in request.accepted)
    check_days(read, stored, today)
    _check_park(read, stored.park_id if stored else None, known=stored is not None, request=request, links=links)
    if not read.errors and stored is not None:
        row.different = compare(row, stored, links.codes)
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
    if known and not request.may_write(park_id):
        read.refuse("park_not_yours", not_yours(park_id), "park")
    elif wanted is not None and not request.may_write(wanted):
        read.refuse("park_not_yours", NOT_YOURS, "park")
    elif not known and wanted is None and not any(error.field == "park" for error in read.errors):
        read.refuse("no_park", NO_PARK, "park")


def _check_sums(part: Understood, plan: Plan) -> None:
    """Compare the file's own subtotals of the agreed capital with the sum of the rows that they speak of."""
    column = next((column for column in part.proposal.of("agreed_capital") if not column.value), None)
    if column is None or not part.table.sums:
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
        cell = part.sheet.cell(line.row, column.number)
        try:
            said = read(cell if cell.number_format else stated).value or Decimal(0)
        except CellError:  # a sum that no amount can be, e.g. in dollars: there is nothing to compare with
            continue
        check = SumCheck(part.sheet.name, line.row, line.text, said, found, line.kind, missing)
        part.plan.sums.append(check)
        if check.difference:
            text = sentence(
                _("The file says %(stated)s 亿元, the accepted rows sum to %(found)s."),
                stated=exact_yi(check.stated),
                found=exact_yi(check.found),
            )
            plan.warnings.append(
                Problem("sum_differs", text, part.sheet.name, line.row, column.letter, "agreed_capital", line.text)
            )
