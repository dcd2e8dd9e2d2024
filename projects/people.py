"""Who follows what: the people of a project, the figures of officials and departments, what waits for an official."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from accounts.models import User
from industries.models import Chain
from projects import lights
from projects.choices import NoteKind, TaskForceRole
from projects.lightrules import RED
from projects.models import Chief, Handover, Note, Obstacle, Official, Project, TaskForce, TaskForceMember
from projects.obstacles import Waiting, told
from projects.querysets import ProjectQuerySet

SHOWN = 50  # follow-ups, handovers and obstacles of one official on his page
ROLE_ORDER = {role: place for place, role in enumerate(TaskForceRole.values)}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the projects of one official, or of one unit, come to. `agreed` in 万元, None where nothing is known."""

    projects: int = 0
    agreed: Decimal | None = None
    unknown: int = 0  # of `projects`, those whose agreed amount nobody filled in
    late: int = 0


NOTHING = Figures()


def figures_by(column: str, projects: ProjectQuerySet, today: datetime.date) -> dict[int | str | None, Figures]:
    """Figures by a column of the project, in one query; None or "" stands for what is not filled in."""
    late = Q(pk__in=lights.lit(Project.objects.order_by(), [RED], today).values("pk"))
    rows = projects.order_by().values_list(column)
    rows = rows.annotate(
        number=Count("pk"),
        agreed=Sum("agreed_capital"),
        unknown=Count("pk", filter=Q(agreed_capital=None)),
        late=Count("pk", filter=late),
    )
    return {key: Figures(*numbers) for key, *numbers in rows}


@dataclass(frozen=True, slots=True)
class OfficialLine:
    """A line of the list of officials; without an official: the projects that nobody leads."""

    official: Official | None
    figures: Figures


def officials_with_figures(user: User, today: datetime.date, q: str = "") -> list[OfficialLine]:
    """The officials that the account sees, those with the most projects first; two queries."""
    figures = figures_by("lead_official", Project.objects.visible_to(user).counted(), today)
    found = Official.objects.visible_to(user).search(q)
    lines = [OfficialLine(official, figures.get(official.pk, NOTHING)) for official in found]
    lines.sort(key=lambda line: -line.figures.projects)  # equals stay in the order of their names
    if not q and None in figures:
        lines.append(OfficialLine(None, figures[None]))
    return lines


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A line of the list of departments; the empty unit: projects without one."""

    unit: str
    figures: Figures


def units_with_figures(user: User, today: datetime.date, q: str = "") -> list[UnitLine]:
    """The lead units of the projects that the account sees, those with the most projects first; one query."""
    projects = Project.objects.visible_to(user).counted()
    figures = figures_by("lead_unit", projects.filter(lead_unit__icontains=q) if q else projects, today)
    lines = [UnitLine(str(unit), own) for unit, own in figures.items()]
    return sorted(lines, key=lambda line: (not line.unit, -line.figures.projects, line.unit))


@dataclass(frozen=True, slots=True)
class Lead:
    """An official who led a project, with the post of that time; a day that nobody wrote down is None."""

    official: Official
    since: datetime.date | None
    until: datetime.date | None
    reason: str = ""  # why it came to him


def leads_of(project: Project, handovers: Iterable[Handover]) -> list[Lead]:
    """Who led the project, the present one first. `handovers`: of the project, the newest first."""
    leads: list[Lead] = []
    until = None
    for row in handovers:
        present = row.to_official
        if present is not None:
            leads.append(Lead(present, row.handed_on, until, row.reason))
        until = row.handed_on
        former = row.from_official
    if until is not None and former is not None:
        leads.append(Lead(former, None, until))
    # The project's form may have corrected the name since: it says who leads now.
    now = project.lead_official
    if now is not None and (not leads or leads[0].official != now):
        leads.insert(0, Lead(now, None, None))
    return leads


def handovers_of(project: Project) -> list[Handover]:
    """The project's handovers with their officials, the newest first."""
    return list(project.handovers.select_related("from_official", "to_official"))


def follow_ups_of(project: Project) -> QuerySet[Note]:
    """What officials did for the project, the newest first."""
    return project.notes.filter(kind=NoteKind.FOLLOW_UP).select_related("official", "author").order_by(*NEWEST)


NEWEST = (F("noted_on").desc(nulls_last=True), "-created_at", "-pk")


def task_forces_with_members(forces: QuerySet[TaskForce]) -> list[TaskForce]:
    """Task forces, the dissolved ones last; `people` of each are its members, head and deputies first."""
    members = TaskForceMember.objects.select_related("official")
    found = list(forces.prefetch_related(Prefetch("members", members)).order_by("pk"))
    for force in found:
        force.people = sorted(force.members.all(), key=lambda row: (ROLE_ORDER[row.role], row.pk))
    return sorted(found, key=lambda force: force.until is not None)


def obstacles_for(official: Official, projects: ProjectQuerySet, today: datetime.date) -> list[Waiting]:
    """What waits for the official in these projects, what is due first at the top; at most SHOWN and one more."""
    rows = Obstacle.objects.waiting().filter(official=official, project__in=projects).select_related("project")
    rows = rows.order_by(F("due_on").asc(nulls_last=True), "raised_on", "pk")[: SHOWN + 1]
    return [told(row, today) for row in rows]


def posts_of(official: Official, projects: ProjectQuerySet) -> tuple[QuerySet[Chief], QuerySet[TaskForceMember]]:
    """Where the official is, or was, chief, and in which task forces of these projects and of parks he sits."""
    chiefs = Chief.objects.filter(official=official).select_related("park", "chain__cluster")
    seen = Q(task_force__project__in=projects) | Q(task_force__park__isnull=False)
    members = TaskForceMember.objects.filter(seen, official=official)
    return chiefs, members.select_related("task_force__project", "task_force__park").order_by("-pk")


def handovers_with(official: Official, projects: ProjectQuerySet) -> QuerySet[Handover]:
    """Handovers of these projects to or from the official, the newest first."""
    mine = Handover.objects.filter(Q(from_official=official) | Q(to_official=official), project__in=projects)
    return mine.select_related("project", "from_official", "to_official")


def in_order(chiefs: Iterable[Chief]) -> list[Chief]:
    """Chiefs of one place: the present one, then the former ones, the latest first."""
    return sorted(chiefs, key=lambda one: (one.until is None, one.until or datetime.date.min, one.pk), reverse=True)


def chiefs_of_chains(chains: Iterable[Chain]) -> list[tuple[Chain, list[Chief]]]:
    """Each chain with its leaders, the present one first; one query."""
    found: dict[int, list[Chief]] = {chain.pk: [] for chain in chains}
    for chief in Chief.objects.filter(chain__in=found).select_related("official"):
        found[chief.chain_id].append(chief)
    return [(chain, in_order(found[chain.pk])) for chain in chains]
