"""A change of many projects, planned: which ones the list's filter finds, and what each of them would say.

Nothing is written here (projects/bulk_writing.py). As many queries for ten projects as for thousands.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import conditions, stages
from projects.choices import MAIN_MILESTONES, MilestoneKind
from projects.differences import Difference
from projects.models import Milestone, Project
from projects.permissions import may_write_in
from projects.querysets import ProjectQuerySet
from projects.tags import MOST_CHARS, joined, tags_of

MOST = 5000  # projects that one change may be about
# Parameters that say how the list is shown, not what it holds.
SHOWING = ("sort", "per_page", "as_of", *conditions.VIEW_PARAMETERS)


class TooMany(Exception):
    """More projects than one change may be about."""


@dataclass(frozen=True)
class Selection:
    """The projects of a list, or the ticked ones of them; `query` and `chips` say how the list was narrowed."""

    projects: ProjectQuerySet
    query: str
    chips: list[conditions.Chip]
    faults: list[str]
    picked: frozenset[int] | None

    @property
    def conditions(self) -> list[list[str]]:
        """The filter in words: label and value."""
        return [[chip.label, chip.value] for chip in self.chips]


def selection_of(params: QueryDict, picked: Iterable[int] | None, *, user: User) -> Selection:
    """Exactly what the list of these parameters shows to this account; `picked` are the ticked ones, None all."""
    kept = params.copy()
    for name in SHOWING:
        kept.pop(name, None)
    filters = conditions.narrowed(kept, Project.objects.visible_to(user), conditions.vocabulary(), user=user)
    faults = conditions.faults_of(filters)
    found = Project.objects.none() if faults else filters.qs
    ticked = None if picked is None else frozenset(picked)
    if ticked is not None:
        found = found.filter(pk__in=ticked)
    chips = [] if faults else conditions.chips_of(filters)
    return Selection(found, conditions.query_of(kept), chips, faults, ticked)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the projects are given. None leaves a value as it is; "" and a planned day None empty it."""

    lead_official: tuple[str, str] | None = None  # name and post
    lead_unit: str | None = None
    planned: dict[MilestoneKind, PartialDay | None] = field(default_factory=dict)
    plan_reason: str = ""  # why planned days that were there become others
    added_tags: tuple[str, ...] = ()
    removed_tags: tuple[str, ...] = ()
    clears_tags: bool = False

    @property
    def is_empty(self) -> bool:
        return not list(self.said())

    def said(self) -> Iterator[list[str]]:
        """What is asked for, as label and value; "" is emptied."""
        if self.lead_official is not None:
            yield [_label("lead_official"), " · ".join(filter(None, self.lead_official))]
        if self.lead_unit is not None:
            yield [_label("lead_unit"), self.lead_unit]
        for kind, day in self.planned.items():
            yield [_day_label(kind), str(day or "")]
        if self.plan_reason:
            yield [_("why planned days are moved"), self.plan_reason]
        if self.clears_tags:
            yield [_label("tags"), ""]
        if self.added_tags:
            yield [_("add tags"), joined(self.added_tags)]
        if self.removed_tags:
            yield [_("take tags away"), joined(self.removed_tags)]

    def tags(self, text: str) -> str:
        """The tags that a project has afterwards."""
        kept = [] if self.clears_tags else [tag for tag in tags_of(text) if tag not in self.removed_tags]
        if not (self.clears_tags or self.removed_tags or set(self.added_tags) - set(kept)):
            return text
        return joined(dict.fromkeys([*kept, *self.added_tags]))


@dataclass
class Row:
    """What would happen to one project. `refusal` says why it cannot be written."""

    project: Project
    changes: list[Difference] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)  # of the project; the official stands in `Wanted`
    official: bool = False
    planned: dict[MilestoneKind, PartialDay | None] = field(default_factory=dict)
    moves_plan: bool = False  # a planned day that was there becomes another one
    refusal: str = ""
    since: bool = False  # joined, or saved by somebody, since the preview was looked at


@dataclass
class Plan:
    """What a change would do to each of the projects, in the order of their numbers."""

    selection: Selection
    wanted: Wanted
    user: User
    rows: list[Row]
    milestones: dict[tuple[int, str], Milestone]

    @cached_property
    def changed(self) -> list[Row]:
        return [row for row in self.rows if row.changes and not row.refusal]

    @cached_property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.refusal]

    @property
    def unchanged(self) -> int:
        return len(self.rows) - len(self.changed) - len(self.refused)

    @property
    def lacks_reason(self) -> int:
        """How many projects have a planned day that would become another one, where nobody says why."""
        return 0 if self.wanted.plan_reason else sum(row.moves_plan for row in self.changed)

    @cached_property
    def digest(self) -> str:
        """Changes whenever another project fits, or one of them was written, or would be changed in another way."""
        seen = hashlib.sha256(repr((self.user.pk, self.selection.query, self.wanted)).encode())
        for row in self.rows:
            told = [(one.old, one.new) for one in row.changes]
            seen.update(repr((row.project.pk, row.project.version, bool(row.refusal), told)).encode())
        return seen.hexdigest()

    @property
    def seen(self) -> str:
        """The projects with their versions, for `differs_from`."""
        return " ".join(f"{row.project.pk}.{row.project.version}" for row in self.rows)


def plan_of(selection: Selection, wanted: Wanted, *, user: User) -> Plan:
    """What the change would do now. Raises TooMany."""
    columns = ("code", "name", "park", "version", "voided_at", "lead_unit", "tags", "first_contact_on", "signed_on")
    found = selection.projects.order_by("code").select_related("lead_official")
    projects = list(found.only(*columns, "lead_official__name", "lead_official__post")[: MOST + 1])
    if len(projects) > MOST:
        raise TooMany
    milestones: dict[tuple[int, str], Milestone] = {}
    days: dict[int, dict[str, Any]] = defaultdict(dict)
    if wanted.planned:
        ids = [project.pk for project in projects]
        for one in Milestone.objects.filter(project__in=ids, kind__in=MAIN_MILESTONES).order_by():
            milestones[one.project_id, one.kind] = one
            days[one.project_id][stages.ACTUAL_FIELD[MilestoneKind(one.kind)]] = one.actual_on
            if one.kind in stages.PLANNED_FIELD:
                days[one.project_id][stages.PLANNED_FIELD[MilestoneKind(one.kind)]] = one.planned_on
    rows = [_row(project, days[project.pk], wanted, user) for project in projects]
    return Plan(selection, wanted, user, rows, milestones)


def _row(project: Project, days: dict[str, Any], wanted: Wanted, user: User) -> Row:
    row = Row(project)
    official = project.lead_official
    held = (official.name, official.post) if official else ("", "")
    if wanted.lead_official is not None and wanted.lead_official != held:
        new = " · ".join(filter(None, wanted.lead_official))
        row.changes.append(Difference(_label("lead_official"), str(official or ""), new))
        row.official = True
    tags = wanted.tags(project.tags)
    for name, value in (("lead_unit", wanted.lead_unit), ("tags", tags)):
        if value is not None and value != getattr(project, name):
            row.changes.append(Difference(_label(name), getattr(project, name), value))
            row.columns[name] = value
    for kind, day in wanted.planned.items():
        old = days.get(stages.PLANNED_FIELD[kind])
        if day != old:
            row.changes.append(Difference(_day_label(kind), str(old or ""), str(day or "")))
            row.planned[kind] = day
            row.moves_plan |= old is not None
    if row.changes:
        row.refusal = _refusal(row, days, user)
    return row


def _refusal(row: Row, days: dict[str, Any], user: User) -> str:
    project = row.project
    if reason := closed(project, user):
        return reason
    if len(row.columns.get("tags", "")) > MOST_CHARS:
        return _("The tags would be longer than %(most)s characters.") % {"most": MOST_CHARS}
    planned = {stages.PLANNED_FIELD[kind]: day for kind, day in row.planned.items()}
    for earlier, later in stages.broken_order({**days, **planned}, planned):
        return stages.out_of_order(earlier, later)
    return ""


def closed(project: Project, user: User) -> str:
    """Why this account cannot write the project at all; "" where it can."""
    if project.is_voided:
        return _("It is voided. Restore it first.")
    if not may_write_in(user, project.park_id):
        no_park = _("It has no park: only writers of the whole district change it.")
        return _("You may not write projects of this park.") if project.park_id else no_park
    return ""


@dataclass
class Differs:
    """What is otherwise than in the preview that was looked at."""

    joined: list[Project]
    changed: list[Project]
    gone: int

    @property
    def is_told(self) -> bool:
        return bool(self.joined or self.changed or self.gone)


def differs_from(plan: Plan, seen: str) -> Differs:
    """What joined, was saved or left since the preview that sent `seen`; marks the plan's rows."""
    known = dict(part.split(".", 1) for part in seen.split() if "." in part)
    differs = Differs([], [], 0)
    for row in plan.rows:
        version = known.pop(str(row.project.pk), None)
        if version != str(row.project.version):
            row.since = True
            (differs.joined if version is None else differs.changed).append(row.project)
    differs.gone = len(known)
    return differs


def _label(name: str) -> str:
    return str(Project._meta.get_field(name).verbose_name)


def _day_label(kind: MilestoneKind) -> str:
    return str(stages.DAY_LABELS[stages.PLANNED_FIELD[kind]])
