"""What taking an import back must know of projects: which columns follow from others, and what must stay together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.utils import timezone

from jiangjin.lib.replay import Key, Subject
from jiangjin.lib.rewriting import update_rows
from jiangjin.lib.takeback import Takeback
from projects.capital import fault_of_days, recompute
from projects.choices import CommitmentKind, ParticipationRole
from projects.models import (
    Attachment,
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    ConditionPeriod,
    Follow,
    Handover,
    Honour,
    Investor,
    Milestone,
    Note,
    Obstacle,
    Official,
    Participation,
    PlannedArrival,
    Project,
    ProjectCode,
    StageMove,
    TaskForce,
    TaskForceMember,
)
from projects.names import NAME_COLUMNS, investor_name_columns, official_name_columns, project_name_columns
from projects.stages import stage_of

FOLLOWS = NAME_COLUMNS | {"version", "created_at", "updated_at", "agreed_capital", "arrived_capital"}

FOREIGN = ("currency", "original_amount", "rate", "rate_on")

PROJECT = Subject(
    Project,
    ignored=FOLLOWS,
    quiet=frozenset(("stage",)),
    together=(
        ("cluster_id", "chain_id"),
        ("condition", "condition_on", "condition_reason"),
        ("voided_at", "void_reason", "merged_into_id"),
    ),
)
SUBJECTS = (
    PROJECT,
    Subject(Investor, ignored=NAME_COLUMNS),
    Subject(Official, ignored=NAME_COLUMNS, together=(("name", "post"),)),
    Subject(Honour),
    Subject(ProjectCode),
    Subject(Participation, together=(("investor_id", "role"),)),
    Subject(CapitalCommitment, together=(("amount", "kind", "fixed_assets", *FOREIGN),)),
    Subject(CapitalArrival, together=(("amount", "outside_city", *FOREIGN),)),
    Subject(PlannedArrival),
    Subject(CapitalSnapshot),
    Subject(Milestone, together=(("actual_on", "reached"), ("planned_on", "plan_reason"))),
    Subject(Note, ignored=frozenset(("created_at",))),
    Subject(StageMove, ignored=frozenset(("entered_at",))),
    Subject(ConditionPeriod),
    Subject(Handover),
    Subject(TaskForce),
    Subject(TaskForceMember, together=(("official_id", "name"),)),
    Subject(Obstacle, ignored=frozenset(("created_at",)), together=(("resolved_on", "solution"),)),
    Subject(Attachment, ignored=frozenset(("uploaded_at",))),
    Subject(Follow, ignored=frozenset(("since",))),
)
LABEL = {subject.model: subject.label for subject in SUBJECTS}
# Rows that a saving leaves besides its values (projects/traces.py): they go and return with them.
TRACES = {LABEL[model] for model in (StageMove, ConditionPeriod, Handover)}
CHUNK = 10_000  # SQLite allows 32,766 variables a statement


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    listed = sorted(ids)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]


def project_of(plan: Takeback, key: Key) -> int | None:
    """The project that a row is, or belongs to; None for firms and officials."""
    trail = plan.trails[key]
    if trail.subject.model is Project:
        return key[1]
    values = trail.now or trail.records[-1].values
    names = trail.subject.names
    return values[names.index("project_id")] if "project_id" in names else None


Change = tuple[Key, int | None]  # a row with the unit of it that says something else; None: the whole row


def changes_of(plan: Takeback) -> list[Change]:
    """What a settled plan changes of projects that are there before and after: their values, and rows of theirs that go
    or return. In the order of projects; stages and traces, which follow from the rest, are not counted.
    """
    moved = plan.gone(LABEL[Project]) | {pk for label, pk in plan.inserts if label == LABEL[Project]}
    changes: list[Change] = [
        (key, None)
        for key in [*plan.deletes, *plan.inserts]
        if key[0] not in TRACES and (pk := project_of(plan, key)) and pk not in moved
    ]
    for key, values in plan.updates.items():
        subject = plan.trails[key].subject
        if plan.trails[key].now is not None:
            units = {subject.unit_of[subject.names.index(name)] for name in values} - subject.quiet_units
            changes += [(key, unit) for unit in sorted(units)]
    order = {label: number for number, label in enumerate(plan.subjects)}

    def place(change: Change) -> tuple[Any, ...]:
        key, unit = change
        project = project_of(plan, key)
        return project is None, project or 0, order[key[0]], key[1], -1 if unit is None else unit

    return sorted(changes, key=place)


def rows_that_make_no_sense(plan: Takeback) -> Iterator[Key]:
    """Rows that must stay as they are: what was edited since would otherwise be left without its other half.

    Commitments never sum to less than nothing, and begin with an initial one that none precedes; where investors take
    part, one leads.
    """
    for model, makes_sense in ((CapitalCommitment, _commitments_make_sense), (Participation, _one_leads)):
        yield from _without_sense(plan, model, makes_sense)


def _without_sense(plan: Takeback, model: type[Model], makes_sense: Any) -> Iterator[Key]:
    label, names = LABEL[model], plan.subjects[LABEL[model]].names
    after, gone = plan.after(label), plan.gone(label)
    projects_gone = plan.gone(LABEL[Project])
    owner = names.index("project_id")
    touched: dict[int, list[Key]] = defaultdict(list)
    for pk in {*after, *gone}:
        # A row that a merging moved leaves one project for another: both must make sense without, and with it.
        owners = {project_of(plan, (label, pk)), after[pk][owner] if pk in after else None}
        for project in owners - projects_gone - {None}:
            touched[project].append((label, pk))
    rows: dict[int, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    for part in chunks(touched):
        for pk, *values in model._base_manager.filter(project__in=part).order_by().values_list("pk", *names):
            if pk not in gone and pk not in after:
                rows[values[owner]][pk] = tuple(values)
    for pk, values in after.items():
        if values[owner] in touched:
            rows[values[owner]][pk] = values
    for project, keys in touched.items():
        if not makes_sense([dict(zip(names, values, strict=True)) for values in rows[project].values()]):
            yield from keys


def _commitments_make_sense(rows: list[dict[str, Any]]) -> bool:
    if not rows:
        return True
    begins = any(row["kind"] == CommitmentKind.INITIAL for row in rows)
    in_order = not fault_of_days((row["kind"], row["committed_on"]) for row in rows)
    return begins and in_order and sum(row["amount"] for row in rows) >= 0


def _one_leads(rows: list[dict[str, Any]]) -> bool:
    return not rows or sum(row["role"] == ParticipationRole.LEAD for row in rows) == 1


def settle_projects(plan: Takeback) -> dict[str, set[int]]:
    """Write what follows from the rows that were written: capital, stage, search keys of names, version.

    Returns the rows that it wrote, by label.
    """
    keys = [*plan.deletes, *plan.inserts, *plan.updates]
    projects = {pk for key in keys if (pk := project_of(plan, key))}
    projects |= {change["project_id"] for change in plan.updates.values() if "project_id" in change}
    projects -= plan.gone(LABEL[Project])
    written = {LABEL[Project]: projects}
    for part in chunks(projects):
        _settle(part, _renamed(plan, Project, part))
    firms = _renamed(plan, Investor, {pk for label, pk in plan.updates if label == LABEL[Investor]})
    update_rows(Investor, {pk: _keys_of(investor_name_columns(name)) for pk, name in firms.items()})
    officials = _renamed(plan, Official, {pk for label, pk in plan.updates if label == LABEL[Official]})
    update_rows(Official, {pk: _keys_of(official_name_columns(name)) for pk, name in officials.items()})
    return written


def _settle(ids: list[int], renamed: dict[int, str]) -> None:
    capital = {one.pk: (one.agreed_capital, one.arrived_capital) for one in recompute(ids)}
    reached: dict[int, list[str]] = defaultdict(list)
    for pk, kind in Milestone.objects.filter(project__in=ids, reached=True).order_by().values_list("project", "kind"):
        reached[pk].append(kind)
    rows, now = {}, timezone.now()
    columns = ("pk", "version", "stage", "signed_on")
    for pk, version, stage, signed_on in Project.objects.filter(pk__in=ids).order_by().values_list(*columns):
        row: dict[str, Any] = {"version": version + 1, "updated_at": now}
        row["stage"] = str(stage_of(reached[pk], signed=signed_on is not None, former=stage))
        if pk in capital:
            row["agreed_capital"], row["arrived_capital"] = capital[pk]
        if pk in renamed:
            row |= _keys_of(project_name_columns(renamed[pk]))
        rows[pk] = row
    update_rows(Project, rows)


def _renamed(plan: Takeback, model: type[Model], ids: Iterable[int]) -> dict[int, str]:
    changes = ((pk, plan.updates.get((LABEL[model], pk), {})) for pk in ids)
    return {pk: change["name"] for pk, change in changes if "name" in change}


def _keys_of(columns: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in columns.items() if name in NAME_COLUMNS}
