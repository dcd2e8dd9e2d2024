"""What the preview shows: tabs with counts, the rows of the chosen one, sums, and what confirming would write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from imports.absent import absent_projects
from imports.kept import PART
from imports.models import BatchState, ImportBatch, RowAction
from imports.overview import EDITED, LEFT_OUT, QUESTIONS, TO_LOOK_AT, WARNINGS, Overview
from imports.plan import RowPlan, SheetPlan, SumCheck
from imports.said import Words, skipped_word
from imports.shown import A_FEW, ShownRow, shown_left_out, shown_row
from imports.unread import unread_columns, unread_sheets
from projects.models import Project

PER_PAGE = 50
FIRST_REFUSED = 10  # on the first tab
MOST_LEFT_OUT = 100  # rows
MOST_UNREAD = 8  # sheets or columns that are not folded away
LOOK, SKIPPED, ABSENT = "look", "skipped", "absent"


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    count: int


def preview_context(seen: Overview, batch: ImportBatch, params: QueryDict, user: User) -> dict[str, Any]:
    """Everything that the preview's template shows. The number of queries does not depend on the number of rows."""
    words = Words()
    tabs = _tabs(seen)
    show = params.get("show", "")
    if show not in {tab.name for tab in tabs}:
        show = tabs[0].name if tabs[0].count or not seen.row_count else _first_with_rows(seen)
    gone = seen.absent
    columns = unread_columns(seen.sheets)
    return {
        "preview": seen,
        "counts": {action: seen.count(action) for action in RowAction.values},
        "several_sheets": sum(sheet.is_ledger for sheet in seen.sheets) > 1,
        "tabs": tabs,
        "show": show,
        "stay": _stay(show, params),
        "skipped_count": sum(len(sheet.skipped) for sheet in seen.sheets),
        "skipped_words": _skipped_words(seen.sheets),
        "unread_sheets": unread_sheets(seen.sheets),
        "unread_columns": columns,
        "unread_count": sum(len(labels) for __, labels in columns),
        "most_unread": MOST_UNREAD,
        "recalled_words": [(word, words.of(word.kind).get(word.code, word.code)) for word in seen.recalled.words],
        "sums": sums_of(seen.sheets) if show == LOOK else [],
        "to_write": seen.count(RowAction.CREATE) + seen.count(RowAction.UPDATE),
        "open_questions": len(seen.questions),
        "answered": len(batch.answers),
        "absent_parks": "、".join(words.of("park").get(code, code) for code in gone.parks) if gone.parks else "",
        "absent_years": "、".join(map(str, gone.years)),
        "imported_before": (before := imported_before(batch)),
        "before_visible": before is not None and ImportBatch.objects.visible_to(user).filter(pk=before.pk).exists(),
        "may_decide": batch.user_id == user.pk,
        **_rows_of(seen, batch, show, params, words, user),
    }


def _stay(show: str, params: QueryDict) -> str:
    """The part of an address that leads a form back to the tab and page that it stands on."""
    page = params.get("page", "")
    return f"?show={show}" + (f"&page={page}" if page.isdecimal() else "")


def _tabs(seen: Overview) -> list[Tab]:
    questions, to_look_at = len(seen.questions), len(seen.warned[TO_LOOK_AT])
    look = seen.count(RowAction.REFUSED) + seen.count(RowAction.UPDATE) + questions + to_look_at
    look += len(seen.rows[LEFT_OUT]) + len(seen.corrected)
    tabs = [
        Tab(LOOK, _("Look at these first"), look),
        *([Tab(QUESTIONS, _("To answer"), questions)] if questions else []),
        *([Tab(EDITED, _("Changed by hand"), len(seen.rows[EDITED]))] if seen.rows[EDITED] else []),
        Tab(RowAction.CREATE, _("New"), seen.count(RowAction.CREATE)),
        Tab(RowAction.UPDATE, _("Changed"), seen.count(RowAction.UPDATE)),
        Tab(RowAction.UNCHANGED, _("Unchanged"), seen.count(RowAction.UNCHANGED)),
        Tab(RowAction.REFUSED, _("Refused"), seen.count(RowAction.REFUSED)),
        Tab(WARNINGS, _("Warnings"), len(seen.warned[WARNINGS])),
        Tab(SKIPPED, _("Skipped lines"), sum(len(sheet.skipped) for sheet in seen.sheets)),
    ]
    return [*tabs, Tab(ABSENT, _("No longer in the table"), seen.absent.count)] if seen.kind == "projects" else tabs


def _first_with_rows(seen: Overview) -> str:
    return next((tab for tab in (RowAction.CREATE, RowAction.UNCHANGED) if seen.count(tab)), LOOK)


def _rows_of(
    seen: Overview, batch: ImportBatch, show: str, params: QueryDict, words: Words, user: User
) -> dict[str, Any]:
    """The rows of the chosen tab, a page of them; on the first tab a few of each sort."""
    told = seen.corrected
    if show == LOOK:
        return {
            "questions": asked(seen.questions[:A_FEW], words),
            "edited": [shown_row(row, words) for row in seen.rows[EDITED][:A_FEW]],
            "edited_count": len(seen.rows[EDITED]),
            "left_out": [shown_left_out(row, words) for row in seen.rows[LEFT_OUT][:MOST_LEFT_OUT]],
            "corrected": corrected_cells(batch, seen),
            "refused": [shown_row(row, words, told) for row in seen.rows[RowAction.REFUSED][:FIRST_REFUSED]],
            "changed": [shown_row(row, words) for row in _changed_only(seen)],
            "changed_count": seen.count(RowAction.UPDATE) - len(seen.rows[EDITED]),
            "warned": seen.warned[TO_LOOK_AT][:A_FEW],
            "warned_count": len(seen.warned[TO_LOOK_AT]),
        }
    if show == QUESTIONS:
        page = _page(seen.questions, params)
        return {"page": page, "questions": asked(page.object_list, words)}
    if show == SKIPPED:
        lines = [
            (sheet.name, skip["row"], skipped_word(skip["reason"])) for sheet in seen.sheets for skip in sheet.skipped
        ]
        return {"page": _page(lines, params)}
    if show == WARNINGS:
        page = _page(seen.warned[WARNINGS], params)
        return {"page": page, "warned": page.object_list}
    if show == ABSENT:
        page = _page(seen.absent.ids, params)
        return {"page": page, "missing": absent_projects(page.object_list, user=user)}
    page = _page(seen.rows[show], params)
    return {"page": page, "rows": [shown_row(row, words, told) for row in page.object_list]}


def _changed_only(seen: Overview) -> list[RowPlan]:
    """A few changed rows besides those that overwrite what somebody typed, which stand in a card of their own."""
    rows = seen.rows[RowAction.UPDATE][:PART]
    return [row for row in rows if not any(change.by_hand for change in row.different)][:A_FEW]


@dataclass(frozen=True, slots=True)
class CorrectedCell:
    """A cell that a person corrected: its key "sheet!B17", where it is, what the file says, what holds instead."""

    key: str
    sheet: str
    cell: str
    file: str
    text: str


def corrected_cells(batch: ImportBatch, seen: Overview) -> list[CorrectedCell]:
    """The corrected cells of a preview, as they stand in the file."""
    cells = [
        CorrectedCell(key, key.rpartition("!")[0], key.rpartition("!")[2], said, batch.corrections[key])
        for key, said in seen.corrected.items()
        if key in batch.corrections
    ]
    return sorted(cells, key=lambda cell: (cell.sheet, len(cell.cell), cell.cell))


@dataclass(frozen=True, slots=True)
class Question:
    """A row side by side with the known projects that it looks like."""

    key: str
    row: ShownRow
    candidates: list[Project]


def asked(rows: Iterable[RowPlan], words: Words) -> list[Question]:
    """Questions of a page, with their candidates read in one query."""
    rows = list(rows)
    codes = {code for row in rows for code in row.similar}
    found = Project.objects.filter(code__in=codes).select_related("park", "cluster")
    known = {project.code: project for project in found.prefetch_related("participations__investor")}
    return [
        Question(row.read.key, shown_row(row, words), [known[code] for code in row.similar if code in known])
        for row in rows
    ]


def _page(rows: Sequence[Any], params: QueryDict) -> Any:
    return Paginator(rows, PER_PAGE).get_page(params.get("page"))


def _skipped_words(sheets: list[SheetPlan]) -> str:
    """标题、单位、表头: why lines were skipped, the first reason of the sheet first."""
    reasons = Counter(skip["reason"] for sheet in sheets for skip in sheet.skipped)
    return "、".join(skipped_word(reason) for reason in reasons)


def imported_before(batch: ImportBatch) -> ImportBatch | None:
    """The last written batch of exactly this file."""
    same = ImportBatch.objects.filter(sha256=batch.sha256, state=BatchState.COMMITTED).exclude(pk=batch.pk)
    return same.select_related("user").order_by("-committed_at").first()


@dataclass(frozen=True, slots=True)
class ShownSum:
    """A sum of the file against that of the accepted rows, with why they differ where the refused rows say it."""

    check: SumCheck
    label: str
    why: str


def sums_of(sheets: list[SheetPlan]) -> list[ShownSum]:
    """The file's own sums, subtotals before totals as they stand."""
    checks = [check for sheet in sheets for check in sheet.sums]
    several = len({check.sheet for check in checks}) > 1
    return [ShownSum(check, _label(check, with_sheet=several), why_differs(check)) for check in checks]


def _label(check: SumCheck, *, with_sheet: bool) -> str:
    text = check.text.replace("　", " ").strip() or _("row %(row)s") % {"row": check.row}
    return f"{check.sheet}：{text}" if with_sheet else text


def why_differs(check: SumCheck) -> str:
    """What the refused rows have to do with a difference; empty where nothing can be said."""
    if not check.difference or not check.refused:
        return ""
    known = [(row, amount) for row, amount in check.refused if amount is not None]
    said = "、".join(_("row %(row)s") % {"row": row} for row, __ in check.refused[:8])
    if len(check.refused) > 8:
        said += "…"
    lacking = sum((amount for __, amount in known), Decimal(0))
    if len(known) == len(check.refused) and lacking == -check.difference:
        return _("The difference is exactly what the refused rows hold: %(rows)s.") % {"rows": said}
    return _("Refused rows are not in the sum: %(rows)s.") % {"rows": said}
