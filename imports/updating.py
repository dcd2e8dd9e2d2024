"""What changed rows write into known projects: only the fields that differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import copy
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone

from imports.comparing import initial_amount, moved_with_signing, reached_kinds
from imports.creating import DATED_FIELDS, MILESTONE_COLUMNS
from imports.known import CHUNK, PLAIN, Known, of_projects
from imports.people import People
from imports.plan import RowPlan
from jiangjin.lib.bulk import NewRow
from projects.choices import MAIN_MILESTONES, CommitmentKind, Condition, MilestoneKind, ParticipationRole
from projects.models import (
    CapitalCommitment,
    CapitalSnapshot,
    ConditionPeriod,
    Handover,
    Milestone,
    Note,
    Participation,
    Project,
    ProjectCode,
    StageMove,
)
from projects.names import project_name_columns
from projects.stages import ACTUAL_FIELD, stage_of
from projects.traces import ended_condition, last_handovers, step, taken_over

# Columns that go with the condition, and how they are empty, by the field of a ledger that gives them.
CONDITION_BESIDE = {"termination_on": ("condition_on", None), "termination_reason": ("condition_reason", "")}


class Updater:
    """Builds changes of stored rows in memory; reads what is stored in a constant number of queries."""

    def __init__(
        self,
        rows: list[RowPlan],
        people: People,
        known: Known,
        links: dict[str, dict[str, int]],
        source: str,
        user: int | None = None,
    ) -> None:
        self.people = people
        self.user = user  # whose import it is: who moved a stage
        self.known = known
        self.links = links
        self.source = source
        self.new: dict[type[Model], list[NewRow]] = defaultdict(list)
        self.changed: dict[type[Model], dict[int, Any]] = defaultdict(dict)
        self.columns: dict[type[Model], set[str]] = defaultdict(set)
        self.officials: list[tuple[Project, Any]] = []  # officials may be new: set once they have keys
        self.leads_to: list[tuple[Participation, Any]] = []
        self._load([row.project_id for row in rows if row.project_id])

    def _load(self, ids: list[int]) -> None:
        self.projects = Project.objects.in_bulk(ids) if ids else {}
        self.milestones: dict[int, dict[str, Milestone]] = defaultdict(dict)
        for milestone in _stored(Milestone, ids):
            self.milestones[milestone.project_id][milestone.kind] = milestone
        self.snapshots = {(row.project_id, row.measure, row.as_of): row for row in _stored(CapitalSnapshot, ids)}
        parts = list(_stored(Participation, ids))
        self.leads = {row.project_id: row for row in parts if row.role == ParticipationRole.LEAD}
        self.joint = {(row.project_id, row.investor_id): row for row in parts if row.role != ParticipationRole.LEAD}
        self.gone: list[int] = []  # parts of firms that lead now
        self.commitments: dict[int, list[CapitalCommitment]] = defaultdict(list)
        for commitment in _stored(CapitalCommitment, ids):
            self.commitments[commitment.project_id].append(commitment)

    def update(self, row: RowPlan) -> None:
        """Take the changes of one row."""
        project = self.projects[row.project_id or 0]
        former = copy(project)
        values = {change.field: change.new for change in row.different}
        columns: dict[str, Any] = {PLAIN[name]: value for name, value in values.items() if name in PLAIN}
        columns |= {f"{name}_id": ids[values[name]] for name, ids in self.links.items() if name in values}
        if "name" in values:
            columns |= project_name_columns(values["name"])
        if "project_code" in values:
            self._add(ProjectCode, project, code=values["project_code"][:60], source=self.source)
        if "lead_official" in values or "lead_official_post" in values:
            official = self.people.official(row.read.values)
            if official is not None:
                self.officials.append((project, official))
        if "signed_on" in columns:
            self._move_signing_day(project, columns["signed_on"])
        self._change(project, version=project.version + 1, updated_at=timezone.now(), **columns)
        self._investor(row, project, values)
        self._capital(row, project, values)
        self._milestones(row, project, values)
        self._traces(row, project, former, values)
        self._notes_and_snapshots(row, project, values)

    def _change(self, row: Any, **values: Any) -> None:
        for column, value in values.items():
            setattr(row, column, value)
        self.changed[type(row)][row.pk] = row
        self.columns[type(row)].update(values)

    def _add(self, model: type[Model], project: Project, **values: Any) -> None:
        self.new[model].append(NewRow(project=project.pk, **values))

    def _investor(self, row: RowPlan, project: Project, values: dict[str, Any]) -> None:
        if "investor" not in values or row.investor is None:
            return
        investor = self.people.investor(row.investor)
        lead = self.leads.get(project.pk)
        if lead is None:
            self._add(Participation, project, investor=investor, role=str(ParticipationRole.LEAD))
        else:
            self.leads_to.append((lead, investor))
            if isinstance(investor, int) and (joint := self.joint.get((project.pk, investor))):
                self.gone.append(joint.pk)

    def _capital(self, row: RowPlan, project: Project, values: dict[str, Any]) -> None:
        """The initial commitment takes what the increases leave of the total (design, section 4)."""
        if "agreed_capital" not in values and "added_capital" not in values:
            return
        total = row.read.values.get("agreed_capital") or project.agreed_capital
        assert total is not None, "a row with an added part alone is refused where nothing was agreed"
        added = values.get("added_capital")
        stored = self.commitments[project.pk]
        initial = next((one for one in stored if one.kind == CommitmentKind.INITIAL), None)
        if added is not None:
            increases = [one for one in stored if one.kind == CommitmentKind.INCREASE]
            if increases:
                others = sum((one.amount for one in increases[1:]), Decimal(0))
                self._change(increases[0], **increases[0].with_amount(added - others))
            else:
                self._commit(project, CommitmentKind.INCREASE, added, after=initial)
        amount = initial_amount(self.known.by_pk[project.pk], total, added)
        if initial is None:
            self._commit(project, CommitmentKind.INITIAL, amount)
        elif initial.amount != amount:
            self._change(initial, **initial.with_amount(amount))
        self._change(project, agreed_capital=total)

    def _commit(self, project: Project, kind: str, amount: Decimal, *, after: CapitalCommitment | None = None) -> None:
        """Dated as the signing, or as the agreement that it comes `after` where that was made later. 万元."""
        day, first = project.signed_on, after and after.committed_on
        if day and first and day.certainly_before(first):
            day = first
        self._add(CapitalCommitment, project, kind=str(kind), amount=amount, committed_on=day)

    def _move_signing_day(self, project: Project, day: Any) -> None:
        """Commitments dated as the signing follow it when a ledger corrects the day."""
        for commitment in self.commitments[project.pk]:
            moved = moved_with_signing(commitment.committed_on, project.signed_on, day)
            if moved != commitment.committed_on:
                self._change(commitment, committed_on=moved)

    def _milestones(self, row: RowPlan, project: Project, values: dict[str, Any]) -> None:
        known = self.milestones[project.pk]
        days: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, (kind, column) in MILESTONE_COLUMNS.items():
            if name in values:
                days[kind][column] = values[name]
        for kind in reached_kinds(row):
            stored = known.get(kind)
            if stored is None or not stored.reached:
                days[str(kind)]["reached"] = True
        for kind, columns in days.items():
            stored = known.get(kind)
            if stored is None:
                self._add(Milestone, project, kind=kind, **columns)
                continue
            if "planned_on" in columns and stored.planned_on is not None:
                columns["plan_reason"] = self.source
            self._change(stored, **columns)
        reached = reached_kinds(row) | {kind for kind, stored in known.items() if stored.reached}
        former = row.read.values.get("stage") or project.stage
        self._change(project, stage=stage_of(reached, signed=project.signed_on is not None, former=former))

    def _traces(self, row: RowPlan, project: Project, former: Project, values: Mapping[str, Any]) -> None:
        """What the pages of the stage and of the condition write too; the file is why."""
        if former.condition not in (Condition.ACTIVE, project.condition):
            # The day and the reason of the condition that ended are not those of the one that follows, unless the row
            # says them of it: then they stay, though they are no difference.
            said = row.read.values
            stale = {
                column: empty
                for name, (column, empty) in CONDITION_BESIDE.items()
                if said.get(name) != getattr(project, column)
            }
            self._change(project, **stale)
        if ended := ended_condition(former, project, row.read.values.get("as_of")):
            ended["ended_because"] = ended["ended_because"] or self.source
            self._add(ConditionPeriod, project, **ended)
        if former.stage != project.stage:
            days = {name: getattr(project, name) for name in ("first_contact_on", "intent_on", "signed_on")}
            days |= {ACTUAL_FIELD[MilestoneKind(kind)]: one.actual_on for kind, one in self._known(project).items()}
            days |= {name: value for name, value in values.items() if name in ACTUAL_FIELD.values()}
            moved = step(former.stage, project.stage, days, self.source)
            self._add(StageMove, project, user=self.user, **moved)

    def _known(self, project: Project) -> dict[str, Milestone]:
        return {kind: one for kind, one in self.milestones[project.pk].items() if kind in MAIN_MILESTONES}

    def _notes_and_snapshots(self, row: RowPlan, project: Project, values: dict[str, Any]) -> None:
        as_of = row.read.values.get("as_of")
        for name, value in values.items():
            home, what = DATED_FIELDS.get(name, ("", ""))
            if home == "note":
                self._add(Note, project, kind=what, text=value, noted_on=as_of, source=self.source)
            elif home == "snapshot":
                stored = self.snapshots.get((project.pk, what, as_of))
                if stored is not None:
                    self._change(stored, amount=value, source=self.source)
                else:
                    self._add(CapitalSnapshot, project, measure=what, as_of=as_of, amount=value, source=self.source)

    def settle(self) -> None:
        """Once officials and investors have keys: let stored rows refer to them."""
        given = [(project, official) for project, official in self.officials if project.lead_official_id != official.pk]
        last = last_handovers(project.pk for project, __ in given) if given else {}
        for project, official in given:
            if taken := taken_over(project.lead_official_id, official.pk, last.get(project.pk), self.source):
                self._add(Handover, project, **{name.removesuffix("_id"): value for name, value in taken.items()})
            self._change(project, lead_official_id=official.pk)
        for lead, investor in self.leads_to:
            self._change(lead, investor_id=investor if isinstance(investor, int) else investor.pk)


def _stored(model: Any, ids: list[int]) -> Iterator[Any]:
    if not ids:
        return
    wanted = set(ids)
    for row in of_projects(model.objects, wanted).iterator(CHUNK):
        if row.project_id in wanted:
            yield row
