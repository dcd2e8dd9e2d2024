"""Two people changed one project: what stands in the register now beside what was typed, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _

from projects import capital
from projects.choices import CommitmentKind, HonourKind, MilestoneKind, ParticipationRole
from projects.differences import amount_words
from projects.forms import ProjectForm
from projects.investor_forms import InvestorForm
from projects.investors import TypedHonour
from projects.models import Investor, Project

OFFICIAL = {"lead_official_name": "name", "lead_official_post": "post"}


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that differs: as it stands in the register, and as it was typed; "" is not filled in.

    `unit` names it among the choices of the page (projects/meanwhile.py); `was` and `who`: what stood there when the
    form was opened, and who changed it since.
    """

    label: str
    stored: str
    typed: str
    unit: str = ""
    was: str = ""
    who: str = ""


def clashes_of(stored: Project, form: ProjectForm) -> list[Clash]:
    """The fields of a valid form that differ from the register."""
    found = []
    for name, typed in form.cleaned_data.items():
        if name == "version":
            continue
        now = getattr(stored.lead_official, OFFICIAL[name], "") if name in OFFICIAL else getattr(stored, name)
        if (None if now == "" else now) != (None if typed == "" else typed):
            field = form[name]
            found.append(Clash(str(field.label), _shown(field, now), _shown(field, typed)))
    return found


def clashes_of_firm(stored: Investor, form: InvestorForm, honours: Iterable[TypedHonour]) -> list[Clash]:
    """What differs between a firm in the register and valid forms about it."""
    found = []
    for name, typed in form.cleaned_data.items():
        now = getattr(stored, name)
        if (now or None) != (typed or None):
            found.append(Clash(str(form[name].label), _shown(form[name], now), _shown(form[name], typed)))
    ranks = sorted(((row.kind, row.year) for row in stored.honours.all()), key=str)
    wanted = sorted(honours, key=str)
    if ranks != wanted:
        found.append(Clash(_("ranks and honours"), *(_joined(map(_honour, rows)) for rows in (ranks, wanted))))
    return found


def _honour(honour: TypedHonour) -> str:
    kind, year = honour
    return f"{HonourKind(kind).label} {year or ''}".strip()


def _shown(field: BoundField, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return str(dict(getattr(field.field, "choices", ())).get(value, value))
    if isinstance(value, Decimal):
        return str(field.field.prepare_value(value))
    return str(value)


def clashing_rows(
    stored: Project,
    *,
    participations: Iterable[dict[str, Any]],
    commitments: Iterable[dict[str, Any]],
    milestones: Iterable[dict[str, Any]],
) -> list[Clash]:
    """Investors, commitments and milestones that differ; the rows are those of valid formsets."""
    parts = stored.participations.select_related("investor")
    rows = [
        Clash(
            _("investors"),
            _joined(investor_words(part.investor.name, part.role, part.share) for part in parts),
            _joined(
                investor_words(row["name"], row["role"], row["share"]) for row in participations if row.get("name")
            ),
        ),
        Clash(
            _("agreed capital"),
            _joined(
                commitment_words(row.kind, row.amount, row.committed_on, row.note) for row in stored.commitments.all()
            ),
            _joined(
                commitment_words(
                    row["kind"], capital.signed_amount(row["kind"], row["amount"]), row["committed_on"], row["note"]
                )
                for row in commitments
                if row.get("amount") is not None
            ),
        ),
    ]
    known = {row.kind: row for row in stored.milestones.all()}
    for typed in milestones:
        row, label = known.get(typed["kind"]), MilestoneKind(typed["kind"]).label
        planned, actual, reached = (row.planned_on, row.actual_on, row.reached) if row else (None, None, False)
        rows.append(Clash(f"{label} · {_('planned')}", str(planned or ""), str(typed["planned_on"] or "")))
        typed_reached = typed["reached"] or typed["actual_on"] is not None
        rows.append(
            Clash(
                f"{label} · {_('actual')}",
                actual_words(actual, reached),
                actual_words(typed["actual_on"], typed_reached),
            )
        )
    return [row for row in rows if row.stored != row.typed]


def _joined(words: Iterable[str]) -> str:
    return "; ".join(sorted(words))


def investor_words(name: str, role: str, share: Decimal | None) -> str:
    """A firm with its part in a project."""
    beside = [] if role == ParticipationRole.LEAD else [str(ParticipationRole(role).label)]
    beside += [] if share is None else [f"{share.normalize():f}%"]
    return f"{name} ({', '.join(beside)})" if beside else name


def commitment_words(kind: str, amount: Decimal, day: Any, note: str) -> str:
    """A commitment; `amount` in 万元 as it is stored."""
    return " ".join(filter(None, (str(CommitmentKind(kind).label), amount_words(amount), str(day or ""), note)))


def actual_words(day: Any, reached: bool) -> str:
    """Whether and when a milestone was reached."""
    return str(day) if day else _("reached") if reached else ""
