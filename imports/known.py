"""What the register knows of the projects that a file may mean, read once in a constant number of queries."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import Q, QuerySet

from imports.fields import FIELDS
from imports.generation import generation
from jiangjin.lib.dates import PartialDay
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

CHUNK = 5000  # rows fetched at a time: a whole table at once costs its memory twice

# Ledger fields that are a column of Project, under their own name or another.
PLAIN = {
    name: entry.home.removeprefix("project.")
    for name, entry in FIELDS.items()
    if entry.home.startswith("project.") and name not in {"project_code", "stage", "park", "cluster", "chain"}
}

# The columns that a known project is made of, in the order of KnownProject.
MATCHED = (
    "pk",
    "code",
    "name",
    "name_key",
    "park_id",
    "cluster_id",
    "chain_id",
    "stage",
    "version",
    "approval_code",
)
NO_SNAPSHOTS: Mapping[tuple[str, Any], Decimal] = MappingProxyType({})


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
    approval_code: str
    voided: bool
    former_codes: tuple[str, ...] = ()
    former_keys: tuple[str, ...] = ()  # of the names of projects that were merged into it
    investor_id: int | None = None
    investor_key: str = ""
    investor_name: str = ""
    credit_code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    # (kind, amount) of commitments after the initial one, (kind, text) of notes, amounts by (measure, as-of day)
    commitments: tuple[tuple[str, Decimal], ...] = ()
    commitment_days: tuple[tuple[str, PartialDay | None], ...] = ()  # of all commitments, where there are later ones
    notes: frozenset[tuple[str, str]] = frozenset()
    snapshots: Mapping[tuple[str, Any], Decimal] = field(default_factory=lambda: NO_SNAPSHOTS)

    def carries(self, code: str) -> bool:
        """Whether this is or was the project's number."""
        return code == self.code or code in self.former_codes

    def is_called(self, key: str) -> bool:
        """Whether this is its name, or that of a project that was merged into it."""
        return key == self.name_key or key in self.former_keys

    def committed(self, *kinds: str) -> Decimal:
        """The sum of the later commitments of these kinds, in 万元; reductions are negative."""
        return sum((amount for kind, amount in self.commitments if kind in kinds), Decimal(0))


class Known:
    """Projects by what they are matched with (design, section 4)."""

    def __init__(
        self,
        codes: Iterable[str],
        approval_codes: Iterable[str],
        name_keys: Iterable[str],
        investor_keys: Iterable[str],
        fields: Iterable[str] = (),
    ) -> None:
        """`fields`: those that a file fills in, to be compared."""
        self.by_pk: dict[int, KnownProject] = {}
        self.by_code: dict[str, list[KnownProject]] = defaultdict(list)
        self.by_approval: dict[str, list[KnownProject]] = defaultdict(list)
        self.by_name: dict[str, list[KnownProject]] = defaultdict(list)
        self.by_investor: dict[str, list[KnownProject]] = defaultdict(list)
        self.generation = generation()
        self._load(few(codes, approval_codes, name_keys, investor_keys), _compared_columns(set(fields)))

    def _load(self, keys: list[set[str]] | None, compared: list[str]) -> None:
        # A project that was merged into another one is that other one.
        merged = Project.objects.exclude(merged_into=None).order_by("pk")
        wanted = Project.objects.filter(merged_into=None)
        if keys is not None:
            codes, approvals, names, firms = keys
            former = ProjectCode.objects.filter(code__in=codes).values("project")
            of_firms = Participation.objects.filter(investor__name_key__in=firms).values("project")
            wanted = wanted.filter(
                Q(code__in=codes)
                | Q(approval_code__in=approvals)
                | Q(name_key__in=names)
                | Q(pk__in=former)
                | Q(pk__in=merged.filter(name_key__in=names).order_by().values("merged_into"))
                | Q(pk__in=of_firms)
            )
        rows = wanted.order_by("pk").values_list(*MATCHED, "voided_at", *compared)
        width = len(MATCHED)
        for row in rows.iterator(CHUNK):
            said = zip(compared, row[width + 1 :])  # noqa: B905  of one length
            values = {
                column: value for column, value in said if value is not None and (value or type(value) is not str)
            }
            self.by_pk[row[0]] = KnownProject(*row[:width], row[width] is not None, values=values)  # type: ignore[call-arg]
        for pk, key in merged.values_list("merged_into", "name_key").iterator(CHUNK):
            if (project := self.by_pk.get(pk)) and not project.is_called(key):
                project.former_keys = (*project.former_keys, key)
        self._load_codes()
        self._load_investors()
        by_code, by_name, by_investor = self.by_code, self.by_name, self.by_investor
        for project in self.by_pk.values():
            by_code[project.code].append(project)
            for code in project.former_codes:
                by_code[code].append(project)
            if project.approval_code:
                self.by_approval[project.approval_code].append(project)
            by_name[project.name_key].append(project)
            for key in project.former_keys:
                by_name[key].append(project)
            if project.investor_key:
                by_investor[project.investor_key].append(project)

    def _load_codes(self) -> None:
        for pk, code in of_projects(ProjectCode.objects, self.by_pk).values_list("project_id", "code").iterator(CHUNK):
            project = self.by_pk.get(pk)
            if project is not None and not project.carries(code):
                project.former_codes = (*project.former_codes, code)

    def _load_investors(self) -> None:
        lead = of_projects(Participation.objects, self.by_pk).filter(role=ParticipationRole.LEAD)
        columns = ("project_id", "investor_id", "investor__name_key", "investor__name", "investor__credit_code")
        for pk, investor, key, name, code in lead.values_list(*columns).iterator(CHUNK):
            if project := self.by_pk.get(pk):
                project.investor_id, project.investor_key, project.investor_name = investor, key, name
                project.credit_code = code or ""

    def load_values(self, matched: Iterable[int]) -> None:
        """Read what other tables say of the matched projects."""
        ids = {pk: self.by_pk[pk] for pk in matched}
        if not ids:
            return
        _load_commitments(ids)
        days = of_projects(Milestone.objects, ids).values_list("project_id", "kind", "planned_on", "actual_on")
        for pk, kind, planned, actual in days.iterator(CHUNK):
            if (planned or actual) and (project := ids.get(pk)):
                if planned:
                    project.values[_named(kind, "planned")] = planned
                if actual:
                    project.values[_named(kind, "actual")] = actual
        for pk, kind, text in of_projects(Note.objects, ids).values_list("project_id", "kind", "text").iterator(CHUNK):
            if pk in ids:
                ids[pk].notes |= {(kind, text)}
        for pk, measure, as_of, amount in (
            of_projects(CapitalSnapshot.objects, ids)
            .values_list("project_id", "measure", "as_of", "amount")
            .iterator(CHUNK)
        ):
            if pk in ids:
                ids[pk].snapshots = {**ids[pk].snapshots, (measure, as_of): amount}


@functools.cache
def _named(kind: str, side: str) -> str:
    """A milestone's day among a known project's values; one text for all of them."""
    return f"milestone.{kind}.{side}"


def _compared_columns(fields: set[str]) -> list[str]:
    """The columns of Project that a file speaks of, and those that rules look at."""
    spoken_of = {column for name, column in PLAIN.items() if name in fields and name != "name"}
    columns = sorted(spoken_of | {"agreed_capital", "signed_on"})
    return [*columns, "lead_official__name", "lead_official__post"] if "lead_official" in fields else columns


def few(*keys: Iterable[str]) -> list[set[str]] | None:
    """Keys of several sorts without repetition, or None as soon as they are more than FEW in all."""
    sets: list[set[str]] = []
    left = FEW
    for some in keys:
        found: set[str] = set()
        for key in some:
            found.add(key)
            if len(found) > left:
                return None
        left -= len(found)
        sets.append(found)
    return sets


def of_projects(rows: Any, ids: Collection[int]) -> QuerySet:
    """Rows of these projects: by name for a few, else the whole table, which the caller then narrows."""
    return rows.filter(project__in=list(ids)) if len(ids) <= FEW else rows.all()


def _load_commitments(ids: dict[int, KnownProject]) -> None:
    # The initial one, which nearly every project has, is what the others leave of the whole: nothing asks for it.
    later = of_projects(CapitalCommitment.objects, ids).exclude(kind=CommitmentKind.INITIAL)
    columns = ("project_id", "kind", "amount", "committed_on")
    for pk, kind, amount, day in later.values_list(*columns).iterator(CHUNK):
        if pk in ids:
            ids[pk].commitments = (*ids[pk].commitments, (kind, amount))
            ids[pk].commitment_days = (*ids[pk].commitment_days, (kind, day))
    _load_first_days({pk: project for pk, project in ids.items() if project.commitment_days})
    for project in ids.values():
        if project.commitments and any(kind == CommitmentKind.INCREASE for kind, __ in project.commitments):
            project.values["added_capital"] = project.committed(CommitmentKind.INCREASE)


def _load_first_days(ids: dict[int, KnownProject]) -> None:
    """The day of the initial commitment, where others must not lie before it."""
    if not ids:
        return
    first = of_projects(CapitalCommitment.objects, ids).filter(kind=CommitmentKind.INITIAL)
    for pk, kind, day in first.values_list("project_id", "kind", "committed_on").iterator(CHUNK):
        if pk in ids:
            ids[pk].commitment_days = ((kind, day), *ids[pk].commitment_days)
