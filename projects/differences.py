"""What differs between two history records of a project, or of a row that belongs to it, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from industries.models import Chain, Cluster
from jiangjin.lib.money import MoneyField, exact_yi
from parks.models import Park
from projects.choices import ParticipationRole
from projects.models import (
    Attachment,
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    Handover,
    Investor,
    Milestone,
    Note,
    Obstacle,
    Official,
    Participation,
    PlannedArrival,
    Project,
    ProjectCode,
    TaskForce,
)

# Columns that follow from others, and what a line of its own says.
SILENT = {"name_key", "name_initials", "name_pinyin", "version", "created_at", "updated_at", "voided_at", "merged_into"}
LINKED: dict[str, type[models.Model]] = {"park": Park, "cluster": Cluster, "chain": Chain, "lead_official": Official}


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed field: its label, and the values before and after as they are shown; "" is not filled in.

    `field` is the column of the project, or the key of the table (ROWS); `source` the history row that holds the value
    before, None where there was none; `gone`: what stood before is no longer in the register, an undo took it out.
    """

    label: str
    old: str
    new: str
    field: str = ""
    source: int | None = None
    gone: bool = False


def columns() -> list[models.Field]:
    """The columns of a project whose changes are told."""
    return [field for field in Project._meta.concrete_fields if field.name not in {"id", *SILENT}]


@dataclass(frozen=True, slots=True)
class Changed:
    """One column whose value changed; keys of other tables as numbers."""

    field: models.Field
    old: Any
    new: Any
    source: int


def delta(old: Any, new: Any) -> list[Changed]:
    """What changed between two records. Not simple-history's diff_against: it leaves out what no form edits, so stage,
    capital and the reason for voiding."""
    pairs = [(field, getattr(old, field.attname), getattr(new, field.attname)) for field in columns()]
    return [Changed(*pair, old.history_id) for pair in pairs if pair[1] != pair[2]]


@dataclass(frozen=True, slots=True)
class Names:
    """What rows of one table are called, by number; those in `gone` are no longer in the register."""

    words: Mapping[int, str]
    gone: frozenset[int]


UNNAMED = Names({}, frozenset())


def names_of_rows(model: type[models.Model], ids: Iterable[int]) -> Names:
    """What these rows are called; what an undo took out, as its history last called it."""
    ids = set(ids)
    words = {row.pk: str(row) for row in model._base_manager.filter(pk__in=ids)} if ids else {}
    gone = frozenset(ids - words.keys())
    if gone:
        records = model.history.filter(id__in=gone).order_by("history_id")  # type: ignore[attr-defined]
        words |= {record.id: str(record.instance) for record in records}
    return Names(words, gone)


def names_of(changes: Iterable[Changed]) -> dict[str, Names]:
    """What the numbers of parks, clusters, chains and officials in these changes are called, by column."""
    wanted: dict[str, set[int]] = {name: set() for name in LINKED}
    for change in changes:
        if change.field.name in wanted:
            wanted[change.field.name] |= {value for value in (change.old, change.new) if value is not None}
    return {name: names_of_rows(LINKED[name], ids) for name, ids in wanted.items()}


def column_difference(change: Changed, names: Mapping[str, Names]) -> Difference:
    """The change of a column in words."""
    column = change.field
    known = names.get(column.name, UNNAMED)
    old, new = (shown_value(column, value, known.words) for value in (change.old, change.new))
    return Difference(str(column.verbose_name), old, new, column.name, change.source, change.old in known.gone)


def shown_value(field: models.Field, value: Any, names: Mapping[int, str]) -> str:
    """A value of a column as it is shown; "" is not filled in."""
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get(value, str(value))
    if isinstance(field, MoneyField):
        return amount_words(value)
    if isinstance(field, models.DecimalField):
        return f"{Decimal(value).normalize():f}"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def amount_words(amount: Decimal) -> str:
    """An amount in 万元 as 亿元; all its digits where two decimals would hide what two amounts differ by."""
    return f"{exact_yi(amount)} 亿元"


@dataclass(frozen=True, slots=True)
class RowKind:
    """A table whose rows belong to projects: how a change of a row is told."""

    key: str
    model: type[models.Model]
    title: str | Promise
    label: Callable[[Any], str]
    words: Callable[[Any, Mapping[int, str]], str]


def _participation(row: Any, firms: Mapping[int, str]) -> str:
    beside = [] if row.role == ParticipationRole.LEAD else [str(row.get_role_display())]
    beside += [] if row.share is None else [f"{row.share.normalize():f}%"]
    name = firms.get(row.investor_id, "")
    return f"{name} ({', '.join(beside)})" if beside else name


def _joined(*parts: Any) -> str:
    return " ".join(str(part) for part in parts if part)


def _commitment(row: Any) -> str:
    fixed = row.fixed_assets is not None and _("fixed assets %(amount)s") % {"amount": amount_words(row.fixed_assets)}
    return _joined(
        amount_words(row.amount), foreign_words(row), row.committed_on, row.agreement_number, fixed, row.note
    )


def _arrival(row: Any) -> str:
    outside = row.outside_city is not None and _("from outside the city %(amount)s") % {
        "amount": amount_words(row.outside_city)
    }
    return _joined(amount_words(row.amount), foreign_words(row), row.get_origin_display(), outside, row.note)


def foreign_words(row: Any) -> str:
    """What an amount was in its own currency, at which rate and when; "" where it was said in yuan."""
    if not row.currency:
        return ""
    return _("(%(amount)s 万 %(currency)s at %(rate)s on %(day)s)") % {
        "amount": f"{row.original_amount.normalize():,f}",
        "currency": row.get_currency_display(),
        "rate": f"{row.rate.normalize():f}",
        "day": row.rate_on,
    }


def _milestone(row: Any, firms: Mapping[int, str]) -> str:
    parts = []
    if row.planned_on:
        parts.append(_("planned %(day)s") % {"day": row.planned_on})
    if row.actual_on:
        parts.append(_("reached %(day)s") % {"day": row.actual_on})
    elif row.reached:
        parts.append(_("reached"))
    if row.promised_on:
        parts.append(_("promised %(day)s") % {"day": row.promised_on})
    if row.plan_reason:
        parts.append(row.plan_reason)
    return ", ".join(parts)


def _obstacle(row: Any, firms: Mapping[int, str]) -> str:
    parts = [row.text, row.unit, row.due_on and _("due %(day)s") % {"day": row.due_on}]
    if row.resolved_on:
        parts += [_("solved on %(day)s") % {"day": row.resolved_on}, row.solution]
    return " · ".join(str(part) for part in parts if part)


def _attachment(row: Any, firms: Mapping[int, str]) -> str:
    return _("%(name)s, removed") % {"name": row.filename} if row.removed_at else row.filename


def _kind(row: Any) -> str:
    return str(row.get_kind_display())


ROWS = {
    kind.key: kind
    for kind in (
        RowKind("investors", Participation, gettext_lazy("investors"), lambda row: _("investor"), _participation),
        RowKind(
            "commitments",
            CapitalCommitment,
            gettext_lazy("commitments"),
            _kind,
            lambda row, __: _commitment(row),
        ),
        RowKind(
            "arrivals",
            CapitalArrival,
            gettext_lazy("arrivals"),
            lambda row: _("arrived in %(month)s") % {"month": row.month},
            lambda row, __: _arrival(row),
        ),
        RowKind(
            "planned_arrivals",
            PlannedArrival,
            gettext_lazy("planned arrivals"),
            lambda row: _("planned for quarter %(quarter)s of %(year)s") % {"year": row.year, "quarter": row.quarter},
            lambda row, __: amount_words(row.amount),
        ),
        RowKind("milestones", Milestone, gettext_lazy("milestones"), lambda row: row.name or _kind(row), _milestone),
        RowKind(
            "snapshots",
            CapitalSnapshot,
            gettext_lazy("capital snapshots"),
            lambda row: str(row.get_measure_display()),
            lambda row, __: _joined(amount_words(row.amount), row.as_of, row.source),
        ),
        RowKind(
            "handovers",
            Handover,
            gettext_lazy("handovers"),
            lambda row: _("handed over"),
            lambda row, __: _joined(row.handed_on, row.reason),
        ),
        RowKind(
            "task_forces",
            TaskForce,
            gettext_lazy("task forces"),
            lambda row: _("task force"),
            lambda row, __: _joined(row.name, row.since, row.until and _("dissolved on %(day)s") % {"day": row.until}),
        ),
        RowKind("notes", Note, gettext_lazy("notes"), _kind, lambda row, __: row.text),
        RowKind("obstacles", Obstacle, gettext_lazy("obstacles"), lambda row: _("obstacle"), _obstacle),
        RowKind("attachments", Attachment, gettext_lazy("attachments"), lambda row: _("attachment"), _attachment),
        RowKind(
            "codes",
            ProjectCode,
            gettext_lazy("former numbers"),
            lambda row: _("former number"),
            lambda row, __: row.code,
        ),
    )
}


def row_difference(kind: RowKind, old: Any, new: Any, firms: Mapping[int, str]) -> Difference | None:
    """The change of a row in words; None where nothing that is told changed. None for `old` or `new`: no such row."""
    before, after = (kind.words(row, firms) if row else "" for row in (old, new))
    labels = [kind.label(row) for row in (old, new) if row]
    if old and new and labels[0] != labels[1]:
        before, after = f"{labels[0]} {before}", f"{labels[1]} {after}"
    if before == after:
        return None
    return Difference(labels[-1], before, after, kind.key, old.history_id if old else None)


def firms_of(records: Iterable[Any]) -> Mapping[int, str]:
    """The names of the firms in history records of participations, also of firms that an undo took out."""
    return names_of_rows(Investor, (record.investor_id for record in records)).words
