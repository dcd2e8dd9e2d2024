"""Writing a plan: everything is built first, then one transaction of bulk inserts and updates. All or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from imports.creating import Creator
from imports.details import details_of
from imports.known import Known
from imports.models import ImportBatch, ImportRow, RowAction
from imports.people import People
from imports.plan import Plan
from imports.progress import WRITE, Progress
from imports.updating import Updater
from jiangjin.lib.bulk import NewRow, insert_rows
from jiangjin.lib.collector import collector_paused
from jiangjin.lib.history import insert_with_history, record_history, update_with_history
from jiangjin.lib.rewriting import delete_rows
from projects.codes import our_codes
from projects.locking import lock_projects
from projects.models import (
    CapitalCommitment,
    CapitalSnapshot,
    ConditionPeriod,
    Handover,
    Honour,
    Investor,
    Milestone,
    Note,
    Official,
    Participation,
    Project,
    ProjectCode,
    StageMove,
)

IMPORT_LOCK = 500116  # PostgreSQL: one import writes at a time; SQLite's IMMEDIATE transactions do that by themselves

# Parents before children: a child takes its parent's key once that is saved.
PEOPLE: tuple[type[Model], ...] = (Official, Investor, Honour)
PROJECTS: tuple[type[Model], ...] = (
    Project,
    ProjectCode,
    Participation,
    CapitalCommitment,
    Milestone,
    CapitalSnapshot,
    Note,
    StageMove,
    ConditionPeriod,
    Handover,
)


class PlanOutdated(Exception):
    """Somebody wrote to the register since the plan was made; nothing was written."""


@dataclass(slots=True)
class Writes:
    """All that a plan writes, built in memory while nobody waits for it."""

    plan: Plan
    people: People
    creator: Creator
    updater: Updater
    made: dict[int, NewRow]  # new projects by id(row)

    @property
    def count(self) -> int:
        """Rows that are written, with those that keep what each row of the file did."""
        changed = sum(map(len, self.updater.changed.values()))
        return len(self.plan.rows) + sum(map(len, self.creator.new.values())) + changed


@collector_paused()
def build_writes(*, plan: Plan, known: Known, links: dict[str, dict[str, int]], batch: ImportBatch) -> Writes:
    """What `write_built` will write. Best called before the transaction: on SQLite others wait from its beginning."""
    source = batch.filename[:200]
    written = [row for row in plan.rows if row.accepted and (row.is_new_project or row.different)]
    changed = [row for row in written if row.different]
    people = People(written)
    creator = Creator(people, links, set(known.by_code), source)
    updater = Updater(changed, people, known, links, source, batch.user_id)
    made: dict[int, NewRow] = {}
    for row in written:
        if row.is_new_project:
            made[id(row)] = creator.create(row)
            people.learn(row)
    for row in changed:
        updater.update(row)
        people.learn(row)
    return Writes(plan, people, creator, updater, made)


@collector_paused()
def write_built(writes: Writes, *, batch: ImportBatch, progress: Progress) -> None:
    """Write as `batch` what was built of a plan: all of it with its history, or nothing.

    Raises PlanOutdated where the register changed since the plan was made: the preview is then shown anew.
    """
    user, reason = batch.user, batch.reason
    people, creator, updater = writes.people, writes.creator, writes.updater
    progress.step(WRITE, writes.count)
    written = 0
    with transaction.atomic():
        lock_imports()
        lock_projects(updater.projects)
        if writes.plan.is_outdated():
            raise PlanOutdated
        _number(creator)
        for model in PEOPLE:
            insert_with_history(model, people.new[model], user=user, reason=reason)
        update_with_history(Investor, list(people.changed.values()), people.columns, user=user, reason=reason)
        updater.settle()
        # A firm takes part once: the part of one that leads from now on goes first.
        if updater.gone:
            record_history(Participation, updater.gone, "-", user=user, reason=reason)
            delete_rows(Participation, updater.gone)
        for model in PROJECTS:
            rows = [*creator.new[model], *updater.new[model]]
            insert_with_history(model, rows, user=user, reason=reason)
            stored = list(updater.changed[model].values())
            update_with_history(model, stored, updater.columns[model], user=user, reason=reason)
            written += len(rows) + len(stored)
            progress.at(written)
        keep_rows(writes.plan, {key: row.pk for key, row in writes.made.items()}, batch)


def lock_imports() -> None:
    """Let other imports wait until this transaction is over."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def _number(creator: Creator) -> None:
    """Give new projects without a usable number one of ours, by the year of their signing or of today."""
    by_year: dict[int, list[NewRow]] = defaultdict(list)
    for project, year in creator.codeless:
        by_year[year or timezone.localdate().year].append(project)
    for year, projects in by_year.items():
        for project, code in zip(projects, our_codes(year, len(projects)), strict=True):
            project.values["code"] = code


def keep_rows(plan: Plan, projects: Mapping[int, int | None], batch: ImportBatch) -> None:
    """What each row did, for the batch's page and every value's source. `projects`: keys of the new ones by id(row)."""
    actions = {action: str(action) for action in RowAction}
    rows = (
        NewRow(
            batch=batch.pk,
            sheet=row.read.sheet[:100],
            row=row.read.row,
            action=actions[row.action],
            project=projects.get(id(row), row.project_id),
            details=details_of(row, plan.corrected),
        )
        for row in plan.rows
    )
    insert_rows(ImportRow, rows, len(plan.rows))
