"""Projects as rows of a ledger: the same headers as the import reads, so that what goes out comes back unchanged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from django.db.models import Prefetch, QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from imports.fields import FIELDS, canonical_header
from imports.known import PLAIN
from imports.links import Links
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from jiangjin.lib.text import clean_text, safe_for_spreadsheet
from projects.choices import CommitmentKind, ParticipationRole
from projects.models import Participation, Project
from projects.stages import ACTUAL_FIELD, PLANNED_FIELD

CHUNK = 2000
IN_WAN = {"expected_tax"}  # taxes are told in 万元, everything else in 亿元
# Stocks, flows, notes and what is derived do not stand in a list of projects; the agreed foreign capital is in dollars.
LEFT_OUT = {"serial", "as_of", "foreign_capital_agreed"}
HOMES = ("project.", "investor.", "milestone.", "commitment.", "official.")
# What ledgers write; words that the import knows.
STAGES = {
    "lead": "首谈",
    "negotiation": "在谈",
    "intent": "意向",
    "signed": "已签约",
    "registered": "已注册",
    "land": "已拿地",
    "construction": "在建",
    "completed": "已竣工",
    "production": "已投产",
    "full_production": "已达产",
}
CONDITIONS = {"active": "正常推进", "stalled": "停滞", "terminated": "终止"}


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of the export: ledger field, header with its unit, and how many units of it are 1."""

    field: str
    header: str
    unit: Decimal = Decimal(1)


def _columns() -> list[ExportColumn]:
    columns = []
    for name, entry in FIELDS.items():
        if name in LEFT_OUT or not entry.home.startswith(HOMES):
            continue
        header = canonical_header(name)
        if entry.kind == "money":
            unit = Decimal(1) if name in IN_WAN else YI
            columns.append(ExportColumn(name, f"{header}（{'万元' if name in IN_WAN else '亿元'}）", unit))
        elif entry.kind in {"area", "floor_area"}:
            columns.append(ExportColumn(name, f"{header}（{'亩' if entry.kind == 'area' else '平方米'}）"))
        else:
            columns.append(ExportColumn(name, header))
    return columns


COLUMNS = _columns()


def for_export(projects: QuerySet) -> QuerySet:
    """With everything that a row of the export says, in a constant number of queries a chunk."""
    # The firms come by a join: asked for by their keys, a chunk of them is more than SQLite takes (a thousand ORs).
    lead = Participation.objects.filter(role=ParticipationRole.LEAD).select_related("investor")
    return projects.select_related("park", "cluster", "chain", "lead_official").prefetch_related(
        Prefetch("participations", lead), "participations__investor__honours", "commitments", "milestones"
    )


class LedgerRows:
    """The values of projects by ledger field, in the words that the import reads."""

    def __init__(self) -> None:
        self.names = Links().vocabulary.names

    def values(self, project: Project) -> dict[str, Any]:
        """What a project says, without empty fields; amounts in 万元, days as PartialDay, words in Chinese."""
        values: dict[str, Any] = {name: getattr(project, column) for name, column in PLAIN.items()}
        values |= {
            "project_code": project.code,
            "park": project.park and project.park.name,
            "cluster": project.cluster and project.cluster.name,
            "chain": project.chain and project.chain.name,
            "stage": STAGES[project.stage],
            "condition": CONDITIONS[project.condition],
            "capital_origin": self.names.get("capital_origin", {}).get(project.capital_origin),
            "agreed_capital": project.agreed_capital,
            "added_capital": self._added(project),
        }
        if project.lead_official:
            values |= {"lead_official": project.lead_official.name, "lead_official_post": project.lead_official.post}
        values |= self._investor(project)
        for milestone in project.milestones.all():
            if milestone.kind not in ACTUAL_FIELD:
                continue  # ledgers have no column for it
            values[ACTUAL_FIELD[milestone.kind]] = milestone.actual_on  # type: ignore[index]
            if milestone.kind in PLANNED_FIELD:
                values[PLANNED_FIELD[milestone.kind]] = milestone.planned_on  # type: ignore[index]
        return {name: value for name, value in values.items() if value not in (None, "")}

    def _added(self, project: Project) -> Decimal | None:
        """其中：新增, which is a part of the whole: where reductions left less than what was added, none is told."""
        increases = [row.amount for row in project.commitments.all() if row.kind == CommitmentKind.INCREASE]
        added = sum(increases, Decimal(0))
        return added if increases and added < (project.agreed_capital or 0) else None

    def _investor(self, project: Project) -> dict[str, Any]:
        investor = project.lead_investor
        if investor is None:
            return {}
        ranks = [self.names["investor_rank"].get(honour.kind, "") for honour in investor.honours.all()]
        return {
            "investor": investor.name,
            "credit_code": investor.credit_code,
            "investor_type": self.names["investor_type"].get(investor.type),
            "investor_origin": investor.origin,
            "investor_parent": investor.parent_name,
            "investor_rank": "、".join(dict.fromkeys(filter(None, ranks))),
        }

    def cells(self, project: Project) -> list[Any]:
        """One row: text, Decimal, date or None; amounts in the unit of their header, a partial day as text."""
        values = self.values(project)
        return [self._cell(column, values.get(column.field)) for column in COLUMNS]

    def _cell(self, column: ExportColumn, value: Any) -> Any:
        if isinstance(value, PartialDay):
            return value.first if value.precision == "day" else str(value)
        if isinstance(value, Decimal):
            scaled = value / column.unit
            return scaled.quantize(Decimal(1)) if scaled == scaled.to_integral_value() else scaled.normalize()
        return safe_for_spreadsheet(clean_text(value, keep_lines=True)) if isinstance(value, str) else value


def write_xlsx(target: BinaryIO, projects: QuerySet | None) -> None:
    """A workbook with one sheet: header, then a row a project; without projects a blank template."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("项目台账")
    sheet.freeze_panes = "C2"
    for number, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = 30 if column.field in {"name", "investor"} else 16
    sheet.append([_bold(sheet, column.header) for column in COLUMNS])
    if projects is not None:
        rows = LedgerRows()
        for project in for_export(projects).iterator(chunk_size=CHUNK):
            sheet.append(rows.cells(project))
    book.save(target)


def _bold(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def csv_lines(projects: QuerySet) -> Iterator[str]:
    """The same as lines of UTF-8 text with a byte order mark, which spreadsheets need to read Chinese."""
    rows = LedgerRows()
    yield "\ufeff" + _line(column.header for column in COLUMNS)
    for project in for_export(projects).iterator(chunk_size=CHUNK):
        yield _line("" if cell is None else _text(cell) for cell in rows.cells(project))


def _text(cell: Any) -> str:
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
