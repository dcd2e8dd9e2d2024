"""Who changed what about a project, and when: its last history records in words."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from industries.models import Chain, Cluster
from jiangjin.lib.money import MoneyField, format_yi
from parks.models import Park
from projects.choices import ParticipationRole
from projects.models import CapitalCommitment, Investor, Milestone, Official, Participation, Project

SHOWN = 10
# Columns that follow from others, and what a line of its own says.
SILENT = {"name_key", "name_initials", "version", "created_at", "updated_at", "voided_at"}
# Rows written within this time by one account belong to one saving of the page.
ONE_SAVING = datetime.timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed field: its label, and the values before and after as they are shown; "" is not filled in."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One saving of a project."""

    at: datetime.datetime
    who: str
    what: str
    reason: str
    differences: list[Difference]


def last_changes(project: Project) -> list[Change]:
    """The last changes of the project, newest first; the number of queries does not grow with them."""
    records = list(project.history.select_related("history_user")[: SHOWN + 1])
    deltas = [_delta(old, new) for new, old in itertools.pairwise(records)]
    names = _names_of(change for delta in deltas for change in delta)
    rows = _row_changes(project)
    made = []
    # The oldest record read is only compared with, unless it is the first one of all.
    for place, record in enumerate(records[:SHOWN]):
        delta = deltas[place] if place < len(deltas) else []
        differences = [_difference(change, names) for change in delta]
        if record.history_type == "~":
            differences += _beside(record, rows)
        older = records[place + 1] if place + 1 < len(records) else None
        made.append(
            Change(
                record.history_date,
                str(record.history_user or ""),
                _what(record, older, differences),
                _reason(record.history_change_reason or ""),
                differences,
            )
        )
    return made


def _reason(text: str) -> str:
    """Imports write "import 12" as their reason (imports.models.ImportBatch.reason)."""
    number = text.removeprefix("import ")
    return _("import #%(number)s") % {"number": number} if number != text else text


@dataclass(frozen=True, slots=True)
class _Changed:
    """One column whose value changed; keys of other tables as numbers."""

    field: models.Field
    old: Any
    new: Any


def _delta(old: Any, new: Any) -> list[_Changed]:
    """What changed between two records. Not simple-history's diff_against: it leaves out what no form edits, so stage,
    capital and the reason for voiding."""
    fields = [field for field in Project._meta.concrete_fields if field.name not in SILENT]
    pairs = [(field, getattr(old, field.attname), getattr(new, field.attname)) for field in fields]
    return [_Changed(*pair) for pair in pairs if pair[1] != pair[2]]


def _what(record: Any, older: Any, differences: list[Difference]) -> str:
    if record.history_type == "+":
        return _("entered into the register")
    if older is not None and bool(record.voided_at) != bool(older.voided_at):
        return _("voided") if record.voided_at else _("restored")
    return "" if differences else _("saved")


def _names_of(changes: Iterable[_Changed]) -> dict[str, dict[int, str]]:
    """What the numbers of parks, clusters, chains and officials in these changes are called."""
    wanted: dict[str, set[int]] = {"park": set(), "cluster": set(), "chain": set(), "lead_official": set()}
    for change in changes:
        if change.field.name in wanted:
            wanted[change.field.name] |= {value for value in (change.old, change.new) if value is not None}
    tables: dict[str, type[models.Model]] = {
        "park": Park,
        "cluster": Cluster,
        "chain": Chain,
        "lead_official": Official,
    }
    return {
        name: {row.pk: str(row) for row in tables[name]._default_manager.filter(pk__in=ids)}
        for name, ids in wanted.items()
        if ids
    }


def _difference(change: _Changed, names: dict[str, dict[int, str]]) -> Difference:
    shown = [_shown(change.field, value, names.get(change.field.name, {})) for value in (change.old, change.new)]
    return Difference(str(change.field.verbose_name), *shown)


def _shown(field: models.Field, value: Any, names: dict[int, str]) -> str:
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get(value, str(value))
    if isinstance(field, MoneyField):
        return f"{format_yi(value)} 亿元"
    if isinstance(field, models.DecimalField):
        return f"{Decimal(value).normalize():f}"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


@dataclass(frozen=True, slots=True)
class _RowChange:
    at: datetime.datetime
    user_id: int | None
    difference: Difference


def _row_changes(project: Project) -> list[_RowChange]:
    """Changes of the project's investors, commitments and milestones that may belong to the changes shown."""
    found = []
    parts = Participation.history.filter(project=project.pk).values("investor")
    firms = dict(Investor.objects.filter(pk__in=parts).values_list("pk", "name"))
    tables = (
        (Participation, lambda old, new: _participation_words(old, new, firms)),
        (CapitalCommitment, _commitment_words),
        (Milestone, _milestone_words),
    )
    for model, words in tables:
        records = list(model.history.filter(project=project.pk).order_by("id", "history_date", "history_id"))
        former: dict[int, Any] = {}
        for record in records:
            old, new = former.get(record.id), None if record.history_type == "-" else record
            former[record.id] = new
            difference = words(old, new)
            if difference.old != difference.new:
                found.append(_RowChange(record.history_date, record.history_user_id, difference))
    return found


def _participation_words(old: Any, new: Any, firms: dict[int, str]) -> Difference:
    words = []
    for one in (old, new):
        name = firms.get(one.investor_id, "") if one else ""
        role = f" ({one.get_role_display()})" if one and one.role != ParticipationRole.LEAD else ""
        words.append(name + role)
    return Difference(_("investor"), *words)


def _commitment_words(old: Any, new: Any) -> Difference:
    row = new or old
    words = [
        " ".join(filter(None, (f"{format_yi(one.amount)} 亿元", str(one.committed_on or "")))) if one else ""
        for one in (old, new)
    ]
    return Difference(row.get_kind_display(), *words)


def _milestone_words(old: Any, new: Any) -> Difference:
    row = new or old
    return Difference(row.get_kind_display(), *(_milestone_state(one) if one else "" for one in (old, new)))


def _milestone_state(row: Any) -> str:
    parts = []
    if row.planned_on:
        parts.append(_("planned %(day)s") % {"day": row.planned_on})
    if row.actual_on:
        parts.append(_("reached %(day)s") % {"day": row.actual_on})
    elif row.reached:
        parts.append(_("reached"))
    return ", ".join(parts)


def _beside(record: Any, rows: list[_RowChange]) -> list[Difference]:
    """The row changes that were saved with this record."""
    return [
        row.difference
        for row in rows
        if row.user_id == record.history_user_id and record.history_date <= row.at <= record.history_date + ONE_SAVING
    ]
