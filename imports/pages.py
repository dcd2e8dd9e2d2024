"""What the preview and the result show, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _

from imports.fields import ALL_FIELDS
from imports.models import ImportBatch, ImportRow, RowAction
from imports.plan import Change, Plan, RowPlan
from industries.models import Chain, Cluster
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import format_wan, format_yi
from parks.models import Park
from projects.choices import Condition, HonourKind, InvestorType, Stage

PER_PAGE = 50
MANY_WARNINGS = 200


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change in words: what field, from what to what, by which cell."""

    label: str
    old: str
    new: str
    cell: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    row: RowPlan
    changes: list[ShownChange]


def preview_context(plan: Plan, batch: ImportBatch, params: QueryDict) -> dict[str, Any]:
    """Tabs with counts, the rows of the chosen one, sums, and what confirming would write."""
    counts = plan.counts
    tabs = [
        ("look", _("Look at these first"), counts[RowAction.REFUSED] + len(plan.warnings)),
        (RowAction.CREATE, _("New"), counts[RowAction.CREATE]),
        (RowAction.UPDATE, _("Changed"), counts[RowAction.UPDATE]),
        (RowAction.UNCHANGED, _("Unchanged"), counts[RowAction.UNCHANGED]),
        (RowAction.REFUSED, _("Refused"), counts[RowAction.REFUSED]),
        ("skipped", _("Skipped lines"), sum(len(sheet.skipped) for sheet in plan.sheets)),
        ("warnings", _("Warnings"), len(plan.warnings) + len(plan.row_warnings)),
    ]
    show = params.get("show", "")
    if show not in {tab[0] for tab in tabs}:
        show = "look" if counts[RowAction.REFUSED] or plan.warnings else _first_with_rows(counts)
    wanted = RowAction.REFUSED if show == "look" else show
    page: Any = Paginator(plan.of(wanted), PER_PAGE).get_page(params.get("page"))
    return {
        "plan": plan,
        "counts": {action: counts[action] for action in RowAction.values},
        "tabs": tabs,
        "show": show,
        "page": page,
        "rows": [ShownRow(row, shown_changes(row.changes)) for row in page.object_list],
        "warnings": [*plan.warnings, *plan.row_warnings][:MANY_WARNINGS] if show == "warnings" else plan.warnings[:20],
        "more_warnings": max(0, len(plan.warnings) + len(plan.row_warnings) - MANY_WARNINGS),
        "skipped_reasons": Counter(skip["reason"] for sheet in plan.sheets for skip in sheet.skipped),
        "sums": [check for sheet in plan.sheets for check in sheet.sums],
        "accepted_count": len(plan.accepted),
        "to_write": counts[RowAction.CREATE] + counts[RowAction.UPDATE],
        "imported_before": imported_before(batch),
    }


def _first_with_rows(counts: Counter[str]) -> str:
    return next((a for a in (RowAction.UPDATE, RowAction.CREATE) if counts[a]), RowAction.UNCHANGED)


def imported_before(batch: ImportBatch) -> ImportBatch | None:
    """The last written batch of exactly this file."""
    same = ImportBatch.objects.filter(sha256=batch.sha256, state="committed").exclude(pk=batch.pk)
    return same.select_related("user").order_by("-committed_at").first()


def shown_changes(changes: Iterable[Change]) -> list[ShownChange]:
    """Changes of a planned row, in words."""
    return [
        ShownChange(
            field_label(change.field),
            shown_value(change.field, change.old),
            shown_value(change.field, change.new),
            change.cell,
            change.raw_text,
        )
        for change in changes
    ]


def field_label(name: str) -> str:
    """The field's name, with the unit in which its amounts are shown."""
    if name.startswith("arrival "):
        return _("arrived in %(month)s (万元)") % {"month": name.removeprefix("arrival ")}
    entry = ALL_FIELDS.get(name)
    if entry is None:
        return name
    return f"{entry.label}（亿元）" if entry.kind == "money" else str(entry.label)


def shown_value(name: str, value: Any) -> str:
    """A value of a field as a person reads it; empty where it is not filled in."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        if name.startswith("arrival "):
            return format_wan(value)
        kind = ALL_FIELDS[name].kind if name in ALL_FIELDS else ""
        return format_yi(value) if kind == "money" else format(value.normalize(), "f")
    if isinstance(value, PartialDay):
        return str(value)
    if isinstance(value, tuple | list):
        return "、".join(shown_value(name, part) for part in value)
    return str(words(name).get(str(value), value))


def words(name: str) -> dict[str, Any]:
    """Words of the codes that a field holds."""
    if name in {"park", "cluster", "chain"}:
        return _vocabulary(name)
    choices = {
        "stage": Stage.choices,
        "condition": Condition.choices,
        "investor_rank": HonourKind.choices,
        "investor_type": InvestorType.choices,
    }
    return dict(choices.get(name, []))


def _vocabulary(name: str) -> dict[str, str]:
    model = {"park": Park, "cluster": Cluster, "chain": Chain}[name]
    return dict(model.objects.values_list("code", "name"))  # type: ignore[attr-defined]


def word_choices() -> dict[str, list[tuple[str, str]]]:
    """For each kind of word what it may mean, for the mapping page."""
    return {
        kind: list(words(kind).items())
        for kind in ("park", "cluster", "chain", "stage", "condition", "investor_rank", "investor_type")
    }


def result_rows(rows: Iterable[ImportRow]) -> list[tuple[ImportRow, list[ShownChange]]]:
    """What the rows of a written batch did, in words."""
    shown = []
    for row in rows:
        changes = [
            ShownChange(
                field_label(detail["field"]),
                _stored_value(detail["field"], detail["old"]),
                _stored_value(detail["field"], detail["new"]),
                detail["cell"],
                detail.get("raw", ""),
            )
            for detail in row.details
            if row.action != RowAction.REFUSED
        ]
        shown.append((row, changes))
    return shown


def _stored_value(name: str, value: Any) -> str:
    """Details keep amounts as text, so that nothing is lost in JSON."""
    kind = "money" if name.startswith("arrival ") else ALL_FIELDS[name].kind if name in ALL_FIELDS else ""
    if value is not None and kind in {"money", "area", "floor_area"}:
        return shown_value(name, Decimal(value))
    return shown_value(name, value)
