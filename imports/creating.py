"""The rows that a new project becomes: the project, its investor's part, commitments, milestones, notes, snapshots."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

from django.db.models import Model

from imports.comparing import MILESTONE_FIELDS, initial_amount, reached_kinds
from imports.fields import ALL_FIELDS
from imports.investorbook import Firm
from imports.known import PLAIN
from imports.people import People
from imports.plan import RowPlan
from jiangjin.lib.bulk import NewRow
from projects.choices import CommitmentKind, ParticipationRole
from projects.codes import is_usable
from projects.gone import versions_of_gone
from projects.models import (
    CapitalCommitment,
    CapitalSnapshot,
    Milestone,
    Note,
    Participation,
    Project,
    ProjectCode,
)
from projects.names import project_name_columns
from projects.stages import stage_of

# Where a ledger field goes: (kind, column) of milestones; ("note", kind) and ("snapshot", measure).
MILESTONE_COLUMNS = {
    name: (kind, f"{side}_on") for name, place in MILESTONE_FIELDS.items() for __, kind, side in [place.split(".")]
}
DATED_FIELDS = {
    name: (home, what)
    for name, entry in ALL_FIELDS.items()
    for home, __, what in [entry.home.partition(".")]
    if home in ("note", "snapshot") and what != "as_of"
}


@functools.lru_cache(maxsize=1024)
def _stage(reached: frozenset[str], signed: bool, said: str) -> str:
    """The stage of a new project; few are met over and over."""
    return str(stage_of(reached, signed=signed, former=said))


class Creator:
    """Builds new projects in memory. `new` holds the rows by model; `codeless` new projects by year of first record."""

    def __init__(self, people: People, links: dict[str, dict[str, int]], taken: set[str], source: str) -> None:
        self.people = people
        self.links = links
        self.taken = taken  # numbers that known projects carry
        self.source = source
        self.gone = versions_of_gone()
        self.new: dict[type[Model], list[NewRow]] = defaultdict(list)
        self.codeless: list[tuple[NewRow, int | None]] = []

    def create(self, row: RowPlan) -> NewRow:
        """A new project and all that belongs to it."""
        values = row.read.values
        columns: dict[str, Any] = {PLAIN[name]: value for name, value in values.items() if name in PLAIN}
        for name, ids in self.links.items():
            if name in values:
                columns[name] = ids[values[name]]
        columns.update(project_name_columns(values["name"]))
        if "lead_official" in values:
            columns["lead_official"] = self.people.official(values)
        columns["agreed_capital"] = values.get("agreed_capital")
        reached = reached_kinds(row)
        columns["stage"] = _stage(frozenset(reached), bool(values.get("signed_on")), values.get("stage") or "signed")
        project = NewRow(**columns)
        self._number(project, values)
        self.new[Project].append(project)
        self._investor(project, row.investor)
        self._commitments(project, values)
        self._milestones(project, values, reached)
        self._notes_and_snapshots(project, values)
        return project

    def _number(self, project: NewRow, values: dict[str, Any]) -> None:
        """The ledger's number where it can serve; else one of ours, with the ledger's remembered."""
        code = values.get("project_code", "")
        if code and is_usable(code) and code not in self.taken:
            project.values["code"] = code
            if code in self.gone:
                project.values["version"] = self.gone[code] + 1
            self.taken.add(code)
            return
        day = values.get("signed_on")
        self.codeless.append((project, day.year if day else None))
        if code:
            self._add(ProjectCode, project, code=code[:60], source=self.source)

    def _add(self, model: type[Model], project: NewRow, **values: Any) -> None:
        self.new[model].append(NewRow(project=project, **values))

    def _investor(self, project: NewRow, firm: Firm | None) -> None:
        if firm is not None:
            self._add(Participation, project, investor=self.people.investor(firm), role=str(ParticipationRole.LEAD))

    def _commitments(self, project: NewRow, values: dict[str, Any]) -> None:
        total, added, day = values.get("agreed_capital"), values.get("added_capital"), values.get("signed_on")
        if total is None:
            return
        initial = initial_amount(None, total, added)
        self._add(CapitalCommitment, project, kind=str(CommitmentKind.INITIAL), amount=initial, committed_on=day)
        if added:
            self._add(CapitalCommitment, project, kind=str(CommitmentKind.INCREASE), amount=added, committed_on=day)

    def _milestones(self, project: NewRow, values: dict[str, Any], reached: set) -> None:
        days: dict[str, dict[str, Any]] = {str(kind): {"reached": True} for kind in reached}
        for name, (kind, column) in MILESTONE_COLUMNS.items():
            if name in values:
                days.setdefault(kind, {})[column] = values[name]
        for kind, columns in days.items():
            self._add(Milestone, project, kind=kind, **columns)

    def _notes_and_snapshots(self, project: NewRow, values: dict[str, Any]) -> None:
        if DATED_FIELDS.keys().isdisjoint(values):
            return
        as_of = values.get("as_of")
        for name in [name for name in values if name in DATED_FIELDS]:
            home, what = DATED_FIELDS[name]
            value = values[name]
            if home == "note":
                self._add(Note, project, kind=what, text=value, noted_on=as_of, source=self.source)
            else:
                self._add(CapitalSnapshot, project, measure=what, as_of=as_of, amount=value, source=self.source)
