"""What stands on the form of a project, in values that can be compared: as it is stored, was opened, and was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models

from jiangjin.lib.text import clean_text, investor_key
from projects.choices import MAIN_MILESTONES, CommitmentKind
from projects.forms import ProjectForm
from projects.models import Project
from projects.tags import joined, tags_of

OFFICIAL = "lead_official"  # name and post, for one of them alone is nobody
COLUMNS = [name for name in ProjectForm.Meta.fields if name != "version"]
LINED = {name for name, widget in ProjectForm.Meta.widgets.items() if isinstance(widget, forms.Textarea)}
INVESTORS, COMMITMENTS, MILESTONES = "investors", "commitments", "milestones"
# The rows of each section: what of them is compared. A firm's name, and a ticked box, only go along.
COMPARED = {
    INVESTORS: ("role", "share"),
    COMMITMENTS: ("kind", "amount", "committed_on", "note"),
    MILESTONES: ("planned_on", "actual"),
}

Row = dict[str, Any]
Pair = tuple[str, str]


@dataclass(slots=True)
class Sheet:
    """Values by the name of the field, keys of other tables as numbers, None where nothing is filled in.

    Rows by section and key: an investor's or a commitment's number (text where it has none yet), a milestone's kind.
    Amounts in 万元, of reductions without their sign.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[Any, Row]] = field(default_factory=lambda: {section: {} for section in COMPARED})


def compared(section: str, row: Row | None) -> tuple[Any, ...] | None:
    """What of a row is compared."""
    return None if row is None else tuple(row[name] for name in COMPARED[section])


def plain(name: str, value: Any) -> Any:
    """A value of a column without what only its spelling says: blanks, ends of lines, empty or NULL."""
    if isinstance(value, models.Model):
        return value.pk
    if name == "tags":
        value = joined(tags_of(value or ""))
    if type(value) is str:
        value = clean_text(value, keep_lines=name in LINED)
    return None if value == "" else value


def columns_of(source: Any, official: Pair | None) -> dict[str, Any]:
    """The columns of a project, or of a history record of it."""
    found = {name: plain(name, getattr(source, Project._meta.get_field(name).attname)) for name in COLUMNS}
    return found | {OFFICIAL: official}


def investor_row(part: Any, name: str) -> Row:
    """A participation, or a history record of one."""
    return {"role": part.role, "share": part.share, "name": name}


def commitment_row(row: Any) -> Row:
    """A commitment, or a history record of one."""
    return {
        "kind": row.kind,
        "amount": abs(row.amount),
        "committed_on": row.committed_on,
        "note": plain("note", row.note),
    }


def milestone_row(row: Any | None) -> Row:
    """A milestone, or a history record of one; None where nothing is known of it."""
    if row is None:
        return {"planned_on": None, "actual": (None, False)}
    return {"planned_on": row.planned_on, "actual": (row.actual_on, row.reached)}


def stored_sheet(project: Project) -> Sheet:
    """What stands in the register; rows in the order of the page."""
    official = project.lead_official
    parts = project.participations.select_related("investor")
    commitments = sorted(project.commitments.all(), key=lambda row: row.kind != CommitmentKind.INITIAL)
    milestones = {row.kind: row for row in project.milestones.all()}
    return Sheet(
        columns_of(project, (official.name, official.post) if official else None),
        {
            INVESTORS: {part.investor_id: investor_row(part, part.investor.name) for part in parts},
            COMMITMENTS: {row.pk: commitment_row(row) for row in commitments},
            MILESTONES: {kind.value: milestone_row(milestones.get(kind)) for kind in MAIN_MILESTONES},
        },
    )


def typed_sheet(
    data: Mapping[str, Any],
    *,
    investors: Iterable[Row],
    commitments: Iterable[Row],
    milestones: Iterable[Row],
    firms: Mapping[str, int],
    stored: Sheet,
    opened: Sheet,
) -> Sheet:
    """What was typed: `data` and the rows are those of valid forms, `firms` says which names mean which firms."""
    name, post = plain("", data["lead_official_name"]), plain("", data["lead_official_post"])
    sheet = Sheet({column: plain(column, data[column]) for column in COLUMNS})
    sheet.fields[OFFICIAL] = (name, post or "") if name else None
    for row in investors:
        if row.get("name"):
            key: Any = firms.get(investor_key(row["name"]))
            if key is None or key in sheet.rows[INVESTORS]:
                key = investor_key(row["name"])
            sheet.rows[INVESTORS][key] = {column: row[column] for column in ("role", "share", "name")}
    added = {key: row for key, row in stored.rows[COMMITMENTS].items() if key not in opened.rows[COMMITMENTS]}
    for number, row in enumerate(row for row in commitments if row.get("amount") is not None):
        made = {column: plain(column, row[column]) for column in COMPARED[COMMITMENTS]}
        made["accept"] = row.get("accept")
        key = row["pk"] or _same_added(made, added, sheet.rows[COMMITMENTS])
        if key is None or key in sheet.rows[COMMITMENTS]:
            key = f"new {number}"
        sheet.rows[COMMITMENTS][key] = made
    for row in milestones:
        reached = bool(row["reached"] or row["actual_on"] is not None)
        sheet.rows[MILESTONES][row["kind"]] = {
            "planned_on": row["planned_on"],
            "actual": (row["actual_on"], reached),
        }
    return sheet


def _same_added(made: Row, added: Mapping[int, Row], taken: Mapping[Any, Row]) -> int | None:
    """The row that somebody else added meanwhile and that this added row is: the same, or the one initial agreement."""
    for key, row in added.items():
        if key in taken:
            continue
        if compared(COMMITMENTS, row) == compared(COMMITMENTS, made):
            return key
        if row["kind"] == made["kind"] == CommitmentKind.INITIAL:
            return key
    return None


def text_of(form_field: forms.Field, value: Any) -> str:
    """A value as a browser would send it from the form."""
    value = form_field.prepare_value(value)
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
