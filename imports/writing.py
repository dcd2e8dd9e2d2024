"""Writing a plan: everything is built first, then one transaction of bulk inserts and updates. All or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from imports.comparing import MILESTONE_FIELDS, initial_amount, reached_kinds
from imports.fields import ALL_FIELDS
from imports.investorbook import Firm
from imports.known import PLAIN, Known
from imports.models import ImportBatch, ImportRow
from imports.plan import Change, Plan, RowPlan
from jiangjin.lib.history import create_with_history, update_with_history
from projects.choices import CommitmentKind, ParticipationRole
from projects.codes import is_usable, our_codes
from projects.models import (
    CapitalCommitment,
    CapitalSnapshot,
    Honour,
    Investor,
    Milestone,
    Note,
    Official,
    Participation,
    Project,
    ProjectCode,
)
from projects.names import set_investor_name, set_project_name
from projects.stages import stage_of

INVESTOR_COLUMNS = {
    "credit_code": "credit_code",
    "investor_type": "type",
    "investor_origin": "origin",
    "investor_parent": "parent_name",
}
IMPORT_LOCK = 500116  # PostgreSQL: one import writes at a time; SQLite's IMMEDIATE transactions do that by themselves


class PlanOutdated(Exception):
    """Somebody wrote to the register since the plan was made; nothing was written."""


@dataclass(slots=True)
class Writes:
    """What goes into the database, by model: new rows, and changed rows with the columns that change."""

    new: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))
    changed: dict[type[Model], dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))
    columns: dict[type[Model], set[str]] = field(default_factory=lambda: defaultdict(set))

    def change(self, row: Any, **values: Any) -> None:
        """Set columns of a stored row."""
        model = type(row)
        for column, value in values.items():
            setattr(row, column, value)
        self.changed[model][row.pk] = row
        self.columns[model].update(values)


class Writer:
    """Builds what a plan writes. `links` gives ids of park, cluster and chain codes."""

    def __init__(self, plan: Plan, known: Known, links: dict[str, dict[str, int]], source: str) -> None:
        self.plan = plan
        self.known = known
        self.links = links
        self.source = source[:200]
        self.writes = Writes()
        self.investors: dict[Firm, Investor] = {}
        self.officials: dict[tuple[str, str], Official] = {}
        self.projects: dict[int, Project] = {}
        self.milestones: dict[tuple[int, str], Milestone] = {}
        self.commitments: dict[int, list[CapitalCommitment]] = defaultdict(list)
        self.leads: dict[int, Participation] = {}
        self.snapshots: dict[tuple[int, str, Any], CapitalSnapshot] = {}
        self.codes_needed: dict[int, list[Project]] = defaultdict(list)
        self.written: list[tuple[RowPlan, Project]] = []

    def build(self) -> Writes:
        """Everything in memory; the database is only read, in a constant number of queries."""
        rows = [row for row in self.plan.rows if row.accepted and row.changes]
        self._load([row.project_id for row in rows if row.project_id])
        self._load_investors(rows)
        self._load_officials(rows)
        for row in rows:
            project = self._project(row)
            self._investor(row, project)
            self._capital(row, project)
            self._milestones(row, project)
            self._notes_and_snapshots(row, project)
            self.written.append((row, project))
        return self.writes

    # --- What is stored already ---------------------------------------------------------------------------------
    def _load(self, ids: list[int]) -> None:
        if not ids:
            return
        self.projects = Project.objects.in_bulk(ids)
        for milestone in Milestone.objects.filter(project__in=ids):
            self.milestones[milestone.project_id, milestone.kind] = milestone
        for commitment in CapitalCommitment.objects.filter(project__in=ids):
            self.commitments[commitment.project_id].append(commitment)
        for part in Participation.objects.filter(project__in=ids, role=ParticipationRole.LEAD):
            self.leads[part.project_id] = part
        for snapshot in CapitalSnapshot.objects.filter(project__in=ids):
            self.snapshots[snapshot.project_id, snapshot.measure, snapshot.as_of] = snapshot

    def _load_investors(self, rows: list[RowPlan]) -> None:
        firms = {row.investor for row in rows if row.investor}
        stored = Investor.objects.in_bulk([firm.pk for firm in firms if firm.pk])
        for firm in firms:
            if firm.pk:
                self.investors[firm] = stored[firm.pk]

    def _load_officials(self, rows: list[RowPlan]) -> None:
        names = {name for row in rows if (name := row.read.values.get("lead_official"))}
        for official in Official.objects.filter(name__in=names) if names else ():
            self.officials[official.name, official.post] = official

    # --- The project itself ---------------------------------------------------------------------------------------
    def _project(self, row: RowPlan) -> Project:
        values = {change.field: change.new for change in row.changes}
        columns = {PLAIN[name]: value for name, value in values.items() if name in PLAIN and name != "name"}
        columns |= {f"{name}_id": self.links[name][values[name]] for name in self.links if name in values}
        official = self._official(row)
        if official is not None:
            columns["lead_official"] = official
        project = self.projects.get(row.project_id or 0)
        if project is None:
            return self._new_project(row, columns)
        if "name" in values:
            set_project_name(project, values["name"])
            columns |= {name: getattr(project, name) for name in ("name", "name_key", "name_initials")}
        if "project_code" in values:
            self.writes.new[ProjectCode].append(
                ProjectCode(project=project, code=values["project_code"], source=self.source)
            )
        if "signed_on" in columns:
            self._move_signing_day(project, columns["signed_on"])
        self.writes.change(project, version=project.version + 1, updated_at=timezone.now(), **columns)
        return project

    def _new_project(self, row: RowPlan, columns: dict[str, Any]) -> Project:
        project = Project(**columns)
        set_project_name(project, row.read.values["name"])
        code = row.read.values.get("project_code", "")
        if code and is_usable(code) and code not in self.known.by_code:
            project.code = code
        else:
            day = project.signed_on
            self.codes_needed[day.year if day else timezone.localdate().year].append(project)
            if code:
                self.writes.new[ProjectCode].append(ProjectCode(project=project, code=code[:60], source=self.source))
        self.writes.new[Project].append(project)
        return project

    def _official(self, row: RowPlan) -> Official | None:
        if not any(change.field in {"lead_official", "lead_official_post"} for change in row.changes):
            return None
        name, post = row.read.values.get("lead_official"), row.read.values.get("lead_official_post") or ""
        if not name:
            return None
        found = self.officials.get((name, post))
        if found is None and not post:
            posts = [official for (known, __), official in self.officials.items() if known == name]
            found = posts[0] if len(posts) == 1 else None
        if found is None:
            found = self.officials[name, post] = Official(name=name, post=post)
            self.writes.new[Official].append(found)
        return found

    # --- Around it --------------------------------------------------------------------------------------------------
    def _investor(self, row: RowPlan, project: Project) -> None:
        firm: Firm | None = row.investor
        if firm is None:
            return
        investor = self.investors.get(firm)
        if investor is None:
            investor = Investor(credit_code=firm.credit_code)
            set_investor_name(investor, firm.name)
            self.investors[firm] = investor
            self.writes.new[Investor].append(investor)
        for change in row.changes:
            if column := INVESTOR_COLUMNS.get(change.field):
                if investor.pk:
                    self.writes.change(investor, **{column: change.new})
                else:
                    setattr(investor, column, change.new)
            elif change.field == "investor_rank":
                for kind in set(change.new) - firm.honours:
                    self.writes.new[Honour].append(Honour(investor=investor, kind=kind))
                firm.honours.update(change.new)
        if not any(change.field == "investor" for change in row.changes):
            return
        lead = self.leads.get(project.pk)
        if lead is None:
            self.writes.new[Participation].append(Participation(project=project, investor=investor))
        else:
            self.writes.change(lead, investor=investor)

    def _capital(self, row: RowPlan, project: Project) -> None:
        """The initial commitment takes what the increases leave of the total (design, section 4)."""
        values = {change.field: change.new for change in row.changes}
        if "agreed_capital" not in values and "added_capital" not in values:
            return
        known = self.known.by_pk.get(project.pk)
        total = row.read.values.get("agreed_capital") or project.agreed_capital
        added = values.get("added_capital")
        stored = self.commitments[project.pk] if project.pk else []
        increases = [row for row in stored if row.kind == CommitmentKind.INCREASE]
        day = project.signed_on
        if added is not None:
            if increases:
                self.writes.change(increases[0], amount=added - sum((c.amount for c in increases[1:]), Decimal(0)))
            else:
                self._commit(project, CommitmentKind.INCREASE, added, day)
        initial = next((row for row in stored if row.kind == CommitmentKind.INITIAL), None)
        amount = initial_amount(known, total, added)
        if initial is None:
            self._commit(project, CommitmentKind.INITIAL, amount, day)
        elif initial.amount != amount:
            self.writes.change(initial, amount=amount)
        if project.pk:
            self.writes.change(project, agreed_capital=total)
        else:
            project.agreed_capital = total

    def _commit(self, project: Project, kind: str, amount: Decimal, day: Any) -> None:
        self.writes.new[CapitalCommitment].append(
            CapitalCommitment(project=project, kind=kind, amount=amount, committed_on=day)
        )

    def _move_signing_day(self, project: Project, day: Any) -> None:
        """Commitments dated as the signing follow it when a ledger corrects the day."""
        for commitment in self.commitments[project.pk]:
            if commitment.committed_on == project.signed_on:
                self.writes.change(commitment, committed_on=day)

    def _milestones(self, row: RowPlan, project: Project) -> None:
        days: dict[str, dict[str, Any]] = defaultdict(dict)
        for change in row.changes:
            if change.field in MILESTONE_FIELDS:
                __, kind, side = MILESTONE_FIELDS[change.field].split(".")
                days[kind][f"{side}_on"] = change.new
        for kind in reached_kinds(row):
            stored = self.milestones.get((project.pk, kind)) if project.pk else None
            if stored is None or not stored.reached:
                days[kind]["reached"] = True
        for kind, columns in days.items():
            stored = self.milestones.get((project.pk, kind)) if project.pk else None
            if stored is not None:
                self.writes.change(stored, **columns)
            else:
                made = Milestone(project=project, kind=kind, **columns)
                self.writes.new[Milestone].append(made)
        reached = (
            reached_kinds(row)
            | {kind for (pk, kind), stored in self.milestones.items() if pk == project.pk and stored.reached}
            if project.pk
            else reached_kinds(row)
        )
        former = row.read.values.get("stage") or project.stage
        stage = stage_of(reached, signed=project.signed_on is not None, former=former)
        if project.pk:
            self.writes.change(project, stage=stage)
        else:
            project.stage = stage

    def _notes_and_snapshots(self, row: RowPlan, project: Project) -> None:
        as_of = row.read.values.get("as_of")
        for change in row.changes:
            home, __, what = ALL_FIELDS[change.field].home.partition(".")
            if home == "note":
                self.writes.new[Note].append(
                    Note(project=project, kind=what, text=change.new, noted_on=as_of, source=self.source)
                )
            elif home == "snapshot" and what != "as_of":
                stored = self.snapshots.get((project.pk, what, as_of)) if project.pk else None
                if stored is not None:
                    self.writes.change(stored, amount=change.new, source=self.source)
                else:
                    self.writes.new[CapitalSnapshot].append(
                        CapitalSnapshot(
                            project=project, measure=what, as_of=as_of, amount=change.new, source=self.source
                        )
                    )


# Parents before children: a child takes its parent's key once that is saved.
ORDER: tuple[type[Model], ...] = (
    Official,
    Investor,
    Honour,
    Project,
    ProjectCode,
    Participation,
    CapitalCommitment,
    Milestone,
    CapitalSnapshot,
    Note,
)


def write_plan(*, plan: Plan, known: Known, links: dict[str, dict[str, int]], batch: ImportBatch) -> None:
    """Write the accepted rows of a plan as `batch`, in the caller's transaction.

    Raises PlanOutdated where the register changed since the plan was made: the preview is then shown anew.
    """
    writer = Writer(plan, known, links, batch.filename)
    writes = writer.build()
    with transaction.atomic():
        lock_imports()
        if plan.is_outdated():
            raise PlanOutdated
        for year, projects in writer.codes_needed.items():
            for project, code in zip(projects, our_codes(year, len(projects)), strict=True):
                project.code = code
        for model in ORDER:
            _link(model, writes.new[model])
            create_with_history(model, writes.new[model], user=batch.user, reason=batch.reason)
            changed = list(writes.changed[model].values())
            _link(model, changed)
            update_with_history(model, changed, writes.columns[model], user=batch.user, reason=batch.reason)
        keep_rows(plan, {id(row): project.pk for row, project in writer.written}, batch)


def lock_imports() -> None:
    """Let other imports wait until this transaction is over."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def _link(model: type[Model], rows: Iterable[Any]) -> None:
    """Give each row the keys of parents that were saved after it was built."""
    names = [field.name for field in model._meta.concrete_fields if field.is_relation]
    for row in rows:
        for name in names:
            parent = row._state.fields_cache.get(name)
            if parent is not None:
                setattr(row, name, parent)


def keep_rows(plan: Plan, projects: dict[int, int], batch: ImportBatch) -> None:
    """What each row did, for the batch's page and every value's source. `projects`: keys of the new ones by id(row)."""
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                batch=batch,
                sheet=row.read.sheet[:100],
                row=row.read.row,
                action=row.action,
                project_id=projects.get(id(row), row.project_id),
                details=[_detail(change) for change in row.changes]
                if row.accepted
                else [error.as_json() for error in row.read.errors],
            )
            for row in plan.rows
        ],
        batch_size=500,
    )


def _detail(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "cell": change.cell,
        "raw": change.raw_text,
        "old": _plain(change.old),
        "new": _plain(change.new),
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return str(value)
