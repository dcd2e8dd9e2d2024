"""The command's JSON: a contract that scripts read (design, section 6)."""

from __future__ import annotations

from typing import Any

from imports.models import RowAction
from imports.plan import Plan, SheetPlan
from imports.problems import Problem


def answer(filename: str, plan: Plan | None, *, batch: int | None, error: Problem | None = None) -> dict[str, Any]:
    """The whole object; without a plan all keys are there, counts 0, with one error."""
    plan = plan or Plan("")
    counts = {action: plan.count(action) for action in RowAction.values}
    told: dict[str, Any] = {
        "file": filename,
        "kind": plan.kind or None,
        "batch": batch,
        "committed": batch is not None,
        "rows": len(plan.rows),
        "create": counts[RowAction.CREATE],
        "update": counts[RowAction.UPDATE],
        "unchanged": counts[RowAction.UNCHANGED],
        "refused": counts[RowAction.REFUSED],
        "agreed_capital": f"{plan.agreed_capital:.2f}",
        "unknown_capital": plan.unknown_capital if plan.kind == "projects" else 0,
        "sheets": [_sheet(sheet) for sheet in plan.sheets],
        "errors": _errors(plan, error),
        "warnings": [problem.as_json() for problem in [*plan.warnings, *plan.row_warnings]],
        "questions": [],
    }
    if plan.kind == "arrivals":
        told["arrivals"] = plan.arrivals
        told["arrived_capital"] = f"{plan.arrived_capital:.2f}"
    return told


def _errors(plan: Plan, error: Problem | None) -> list[dict[str, Any]]:
    """What only a person can decide carries the code `needs_mapping`, with its own word beside it."""
    if error is not None:
        return [error.as_json()]
    needs = [{**need.as_json(), "code": "needs_mapping", "need": need.code} for need in plan.needs]
    return needs + [problem.as_json() for problem in plan.errors]


def _sheet(sheet: SheetPlan) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "kind": sheet.kind,
        "reason": sheet.reason or None,
        "header_rows": sheet.header_rows,
        "unit": sheet.unit or None,
        "rows": sheet.rows,
        "columns": [{key: column[key] for key in ("column", "header", "field", "unit")} for column in sheet.columns],
        "unmapped": sheet.unmapped,
        "skipped": sheet.skipped,
    }
