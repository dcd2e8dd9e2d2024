"""Two projects that turn out to be one, side by side: what each has, and what a person must choose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from imports.mergechoices import GONE, KEPT, Choice, Rows, choices_of, rows_of
from projects import capital, stages
from projects.choices import CommitmentKind, MilestoneKind, ParticipationRole
from projects.models import (
    Attachment,
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    ConditionPeriod,
    Follow,
    Handover,
    Milestone,
    Note,
    Obstacle,
    Participation,
    PlannedArrival,
    Project,
    ProjectCode,
    StageMove,
    TaskForce,
)

BOTH = "both"  # commitments: they add up
# What the merging decides by itself.
OWN_COLUMNS = frozenset(("code", "stage", "voided_at"))
OWN_OF_ROWS = frozenset(
    ("project_id", "kind", "name", "month", "origin", "measure", "as_of", "year", "quarter", "user_id", "since")
)
# Tables of which a project has one row a key.
KEYED: dict[type[models.Model], tuple[str, ...]] = {
    CapitalArrival: ("month", "origin"),
    PlannedArrival: ("year", "quarter"),
    Milestone: ("kind", "name"),
    CapitalSnapshot: ("measure", "as_of"),
    Follow: ("user_id",),
}
# Tables whose rows simply go along.
MOVED: tuple[type[models.Model], ...] = (
    Note,
    Obstacle,
    Attachment,
    Handover,
    TaskForce,
    StageMove,
    ConditionPeriod,
)
TABLES = (*KEYED, CapitalCommitment, Participation, ProjectCode, *MOVED)


class ProjectPair:
    """Two projects side by side. Reads a constant number of queries, whatever they hold."""

    def __init__(self, kept: Project, gone: Project) -> None:
        self.kept, self.gone = kept, gone
        both = (kept.pk, gone.pk)
        self.rows: dict[type[models.Model], list[list[Any]]] = {}
        for model in TABLES:
            found = model._base_manager.filter(project__in=both).order_by("pk")
            listed = list(found.select_related("investor") if model is Participation else found)
            self.rows[model] = [[row for row in listed if row.project_id == pk] for pk in both]

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever somebody wrote anything of the two."""
        seen = hashlib.sha256()
        for row in (self.kept, self.gone, *(row for sides in self.rows.values() for side in sides for row in side)):
            values = [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
            seen.update(repr((row._meta.label, values)).encode())
        return seen.hexdigest()

    def of(self, model: type[models.Model]) -> Rows:
        """The rows of a table with one row a key."""
        return rows_of(model, KEYED[model], *self.rows[model])

    @cached_property
    def fields(self) -> list[Choice]:
        """Columns of the projects that differ."""
        return list(choices_of(self.kept, self.gone, prefix="project", left_out=OWN_COLUMNS))

    @cached_property
    def facts(self) -> list[Choice]:
        """Months, milestones and snapshots that both have and that say different things, and who leads."""
        return [choice for model in KEYED for choice in self._row_choices(model)] + self._lead()

    def _row_choices(self, model: type[models.Model]) -> Iterator[Choice]:
        for kept, gone in self.of(model).both:
            yield from choices_of(
                kept, gone, prefix=row_name(kept), left_out=OWN_OF_ROWS, label=lambda told, row=kept: _label(row, told)
            )

    @property
    def leads(self) -> list[Participation | None]:
        """The lead investors' parts: of the kept project, of the other."""
        sides = self.rows[Participation]
        return [next((row for row in side if row.role == ParticipationRole.LEAD), None) for side in sides]

    def _lead(self) -> list[Choice]:
        kept, gone = self.leads
        if kept is None or gone is None or kept.investor_id == gone.investor_id:
            return []
        label = str(ParticipationRole.LEAD.label)
        return [Choice("lead", label, kept.investor.name, gone.investor.name, KEPT)]

    @property
    def choices(self) -> list[Choice]:
        return [*self.fields, *self.facts]

    # Capital.

    @cached_property
    def agreed(self) -> dict[str, Decimal]:
        """What would be agreed, in 万元, with the commitments of one, the other, or both. Empty: none to choose."""
        sums = [sum((row.amount for row in side), Decimal(0)) for side in self.rows[CapitalCommitment]]
        if not all(self.rows[CapitalCommitment]):
            return {}
        return {KEPT: sums[0], GONE: sums[1], BOTH: sums[0] + sums[1]}

    @property
    def agreed_default(self) -> str:
        """Near amounts are one undertaking, written twice; of others a person must say."""
        return KEPT if self.agreed and capital.near(self.agreed[KEPT], self.agreed[GONE]) else ""

    @property
    def moving(self) -> dict[type[models.Model], int]:
        """How many rows of each table the kept project gets."""
        counts = {model: len(self.of(model).moving) for model in KEYED}
        return {**counts, **{model: len(self.rows[model][1]) for model in MOVED}}

    def broken_days(self, chosen: Mapping[str, str]) -> list[str]:
        """Sentences about days whose order the chosen values would break."""
        days: dict[str, Any] = {}
        for name in ("first_contact_on", "signed_on"):
            days[name] = getattr(self._side(chosen.get(f"project.{name}")), name)
        for row in self._milestones(chosen):
            if row[0] not in stages.ACTUAL_FIELD:
                continue
            days[stages.ACTUAL_FIELD[row[0]]] = row[2]
            if row[0] in stages.PLANNED_FIELD:
                days[stages.PLANNED_FIELD[row[0]]] = row[1]
        return [stages.out_of_order(earlier, later) for earlier, later in stages.broken_order(days)]

    def broken_commitments(self, which: str) -> list[str]:
        """A sentence where both projects' commitments together would lie in the wrong order."""
        kept, gone = self.rows[CapitalCommitment]
        if which != BOTH or not any(row.kind == CommitmentKind.INITIAL for row in kept):
            return []
        days = [(row.kind, row.committed_on) for row in kept]
        days += [(CommitmentKind.INCREASE, row.committed_on) for row in gone]
        if not capital.fault_of_days(days):
            return []
        return [
            _(
                "Both commitments together: one would lie before the initial agreement of the project that is kept. "
                "Keep the other project instead, or check the days first."
            )
        ]

    def _side(self, said: str | None) -> Project:
        return self.gone if said == GONE else self.kept

    def _milestones(self, chosen: Mapping[str, str]) -> Iterator[tuple[MilestoneKind, Any, Any]]:
        found = self.of(Milestone)
        twins = {kept.pk: gone for kept, gone in found.both}
        for row in [*self.rows[Milestone][0], *found.moving]:
            sides = {KEPT: row, GONE: twins.get(row.pk, row)}
            planned = sides[chosen.get(f"{row_name(row)}.planned_on", KEPT)].planned_on
            yield MilestoneKind(row.kind), planned, sides[chosen.get(f"{row_name(row)}.actual_on", KEPT)].actual_on


def row_name(row: Any) -> str:
    """What a form calls a row of a keyed table: "milestone.started", "capitalarrival.20200399.domestic"."""
    key = (getattr(row, name) for name in KEYED[type(row)])
    return ".".join([row._meta.model_name, *(str(getattr(value, "code", value)) for value in key if value != "")])


def _label(row: Any, told: str) -> str:
    """What a row is about, and which of its values."""
    if isinstance(row, CapitalArrival):
        return _("arrived in %(month)s") % {"month": row.month} + f" · {row.get_origin_display()} · {told}"
    if isinstance(row, Milestone):
        return f"{row} · {told}"
    if isinstance(row, PlannedArrival):
        return f"{row._meta.verbose_name} {row.year} Q{row.quarter} · {told}"
    return " · ".join(filter(None, (row.get_measure_display(), str(row.as_of or ""), told)))
