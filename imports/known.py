"""What the register knows of the projects that a file may mean, read once in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from imports.fields import FIELDS
from imports.generation import generation
from projects.choices import CommitmentKind, ParticipationRole
from projects.models import (
    CapitalCommitment,
    CapitalSnapshot,
    Milestone,
    Note,
    Participation,
    Project,
    ProjectCode,
)

FEW = 900  # up to so many keys are asked for by name; beyond it the whole table is cheaper than thousands of variables

# Ledger fields that are a column of Project, under their own name or another.
PLAIN = {
    name: entry.home.removeprefix("project.")
    for name, entry in FIELDS.items()
    if entry.home.startswith("project.") and name not in {"project_code", "stage", "park", "cluster", "chain"}
}


@dataclass(slots=True, eq=False)
class KnownProject:
    """One project and everything that a ledger could say about it. `values` is by ledger field, without empty ones."""

    pk: int
    code: str
    name: str
    name_key: str
    park_id: int | None
    cluster_id: int | None
    chain_id: int | None
    stage: str
    version: int
    voided: bool
    approval_code: str
    codes: set[str] = field(default_factory=set)
    investor_id: int | None = None
    investor_key: str = ""
    investor_name: str = ""
    credit_code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    commitments: dict[str, list[tuple[int, Decimal, Any]]] = field(default_factory=lambda: defaultdict(list))
    notes: set[tuple[str, str]] = field(default_factory=set)
    snapshots: dict[tuple[str, Any], Decimal] = field(default_factory=dict)


class Known:
    """Projects by what they are matched with (design, section 4)."""

    def __init__(
        self,
        codes: Iterable[str],
        approval_codes: Iterable[str],
        name_keys: Iterable[str],
        investor_keys: Iterable[str],
    ) -> None:
        self.by_pk: dict[int, KnownProject] = {}
        self.by_code: dict[str, list[KnownProject]] = defaultdict(list)
        self.by_approval: dict[str, list[KnownProject]] = defaultdict(list)
        self.by_name: dict[str, list[KnownProject]] = defaultdict(list)
        self.by_investor: dict[str, list[KnownProject]] = defaultdict(list)
        self.generation = generation()
        self._load(set(codes), set(approval_codes), set(name_keys), set(investor_keys))

    def _load(self, codes: set[str], approvals: set[str], names: set[str], firms: set[str]) -> None:
        wanted = Project.objects.all()
        if len(codes) + len(approvals) + len(names) + len(firms) <= FEW:
            former = ProjectCode.objects.filter(code__in=codes).values("project")
            of_firms = Participation.objects.filter(investor__name_key__in=firms).values("project")
            wanted = wanted.filter(
                Q(code__in=codes)
                | Q(approval_code__in=approvals)
                | Q(name_key__in=names)
                | Q(pk__in=former)
                | Q(pk__in=of_firms)
            )
        columns = (
            "pk",
            "code",
            "name",
            "name_key",
            "park_id",
            "cluster_id",
            "chain_id",
            "stage",
            "version",
            "voided_at",
            "approval_code",
        )
        for row in wanted.order_by("pk").values_list(*columns).iterator(chunk_size=5000):
            *plain, voided_at, approval = row
            project = KnownProject(*plain, voided_at is not None, approval)  # type: ignore[call-arg]
            self.by_pk[project.pk] = project
        self._load_codes()
        self._load_investors()
        for project in self.by_pk.values():
            for code in project.codes:
                self.by_code[code].append(project)
            if project.approval_code:
                self.by_approval[project.approval_code].append(project)
            self.by_name[project.name_key].append(project)
            if project.investor_key:
                self.by_investor[project.investor_key].append(project)

    def _load_codes(self) -> None:
        for project in self.by_pk.values():
            project.codes.add(project.code)
        for pk, code in _of(ProjectCode.objects, self.by_pk).values_list("project_id", "code"):
            if pk in self.by_pk:
                self.by_pk[pk].codes.add(code)

    def _load_investors(self) -> None:
        lead = _of(Participation.objects, self.by_pk).filter(role=ParticipationRole.LEAD)
        columns = ("project_id", "investor_id", "investor__name_key", "investor__name", "investor__credit_code")
        for pk, investor, key, name, code in lead.values_list(*columns):
            if project := self.by_pk.get(pk):
                project.investor_id, project.investor_key, project.investor_name = investor, key, name
                project.credit_code = code or ""

    def load_values(self, matched: Iterable[int]) -> None:
        """Read what the register says of the matched projects, field by field, to compare a file with."""
        ids = {pk: self.by_pk[pk] for pk in matched}
        if not ids:
            return
        self._load_columns(ids)
        for pk, row_pk, kind, amount, day in _of(CapitalCommitment.objects, ids).values_list(
            "project_id", "pk", "kind", "amount", "committed_on"
        ):
            if pk in ids:
                ids[pk].commitments[kind].append((row_pk, amount, day))
        for pk, kind, planned, reached, actual in _of(Milestone.objects, ids).values_list(
            "project_id", "kind", "planned_on", "reached", "actual_on"
        ):
            if pk in ids:
                ids[pk].values |= {
                    f"milestone.{kind}.planned": planned,
                    f"milestone.{kind}.actual": actual,
                    f"milestone.{kind}.reached": reached,
                }
        for pk, kind, text in _of(Note.objects, ids).values_list("project_id", "kind", "text"):
            if pk in ids:
                ids[pk].notes.add((kind, text))
        for pk, measure, as_of, amount in _of(CapitalSnapshot.objects, ids).values_list(
            "project_id", "measure", "as_of", "amount"
        ):
            if pk in ids:
                ids[pk].snapshots[measure, as_of] = amount
        for project in ids.values():
            _sum_commitments(project)

    def _load_columns(self, ids: dict[int, KnownProject]) -> None:
        columns = sorted(set(PLAIN.values()) | {"agreed_capital", "lead_official__name", "lead_official__post"})
        wanted = Project.objects.filter(pk__in=list(ids)) if len(ids) <= FEW else Project.objects.all()
        for pk, *values in wanted.values_list("pk", *columns).iterator(chunk_size=5000):
            if pk in ids:
                ids[pk].values |= dict(zip(columns, values, strict=True))


def _of(rows: Any, ids: dict[int, Any]) -> QuerySet:
    """Rows of these projects: by name for a few, else the whole table, which the caller then narrows."""
    return rows.filter(project__in=list(ids)) if len(ids) <= FEW else rows.all()


def _sum_commitments(project: KnownProject) -> None:
    increases = [amount for __, amount, __day in project.commitments[CommitmentKind.INCREASE]]
    project.values["added_capital"] = sum(increases, Decimal(0)) if increases else None
