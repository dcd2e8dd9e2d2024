"""The light of a project: red, yellow, green or none, with its reasons, as of a day, by the rules of `lightrules`.

Terminated projects have none. Green is what has a plan and nothing against it; without a plan there is none either.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy

from projects.between import was_in
from projects.choices import Condition
from projects.judged import cut_of, next_milestone, unsolved, waiting
from projects.lightrules import RED, RULES, YELLOW, Known, Reason, soon, yesterday
from projects.models import CapitalArrival, Milestone, Note, Obstacle, PlannedArrival, Project
from projects.plans import comparable, plan_of
from projects.querysets import ProjectQuerySet
from projects.then import as_then

GREEN, NONE = "green", "none"
# Sums of money are compared for those projects alone that no other rule has found.
QUICK_FIRST = sorted(RULES, key=lambda rule: rule.code == "plan")
CHOICES = [
    (RED, gettext_lazy("Late")),
    (YELLOW, gettext_lazy("Due soon")),
    (GREEN, gettext_lazy("On time")),
    (NONE, gettext_lazy("No plan")),
]


@dataclass(frozen=True, slots=True)
class Light:
    """The colour and why, the worst reasons first."""

    colour: str
    reasons: tuple[Reason, ...] = ()

    @property
    def words(self) -> str:
        return "；".join(reason.words for reason in self.reasons)


def with_light(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    """Adds `light_now`, the light as of a day."""
    red, yellow = Q(), Q()
    for rule in QUICK_FIRST:
        if rule.code != "milestone":
            red |= rule.red(day)
            yellow |= rule.yellow(day)
    planned = Exists(PlannedArrival.objects.filter(project=OuterRef("pk")))
    others = _worst_of((red, RED), (yellow, YELLOW), (planned, GREEN))
    # Most of what is late is so by its first planned day: of these no other rule is asked.
    return comparable(projects.alias(first_planned=_first_planned(day)), day).annotate(
        light_now=Case(
            When(_terminated(day), then=Value(NONE)),
            When(first_planned__by=yesterday(day), then=Value(RED)),
            default=Substr(Greatest(_by_milestones(day), others), 2),
            output_field=CharField(),
        )
    )


def _first_planned(day: datetime.date) -> Subquery:
    """Of a project, looked up as far as it comes to that, and not all those of the register that are waited for."""
    return Subquery(_waited(day).order_by("planned_on").values("planned_on")[:1])


def _waited(day: datetime.date) -> QuerySet[Milestone]:
    """The planned milestones of a project that it waits for."""
    return Milestone.objects.filter(waiting(cut_of(day)), planned_on__isnull=False, project=OuterRef("pk"))


def _by_milestones(day: datetime.date) -> Coalesce:
    """What the first planned day of a project says that is not past; the colours are made of it inside one look."""
    first = _waited(day).order_by().values("project").annotate(first=Min("planned_on"))
    said = first.annotate(said=_worst_of((Q(first__by=soon(day)), YELLOW), default=GREEN)).values("said")
    return Coalesce(Subquery(said), Value(_ranked(NONE)))


def _worst_of(*cases: tuple[Any, str], default: str = NONE) -> Case:
    """The first colour whose condition holds, ranked: the worse of two is the later one in the alphabet."""
    whens = [When(condition, then=Value(_ranked(colour))) for condition, colour in cases]
    return Case(*whens, default=Value(_ranked(default)), output_field=CharField())


def _ranked(colour: str) -> str:
    return f"{[NONE, GREEN, YELLOW, RED].index(colour)}{colour}"


def _any_red(day: datetime.date) -> Q:
    red = Q()
    for rule in QUICK_FIRST:
        red |= rule.red(day)
    return red


def _red(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    return comparable(projects.exclude(_terminated(day)), day).filter(_any_red(day))


def _terminated(day: datetime.date) -> Q:
    return was_in(Condition.TERMINATED, cut_of(day))


def lit(projects: ProjectQuerySet, lights: Sequence[str], day: datetime.date) -> ProjectQuerySet:
    """Those with one of these lights."""
    if set(lights) == {RED}:  # what most pages ask needs no other colour worked out
        found = _red(Project.objects.order_by(), day)
    else:
        found = with_light(Project.objects.order_by(), day).filter(light_now__in=lights)
    return projects.filter(pk__in=found.values("pk"))


def counts(projects: ProjectQuerySet, day: datetime.date) -> dict[str, int]:
    """How many have each light, in one query."""
    rows = with_light(projects.order_by(), day).values_list("light_now").annotate(Count("pk"))
    return dict.fromkeys((colour for colour, __ in CHOICES), 0) | dict(rows.order_by())


def lights_of(projects: Iterable[Project], day: datetime.date) -> dict[int, Light]:
    """The lights of some projects by key, with their reasons; in four queries, and one more where what was then
    differs. Milestones must be prefetched."""
    rows = list(projects)
    known = _known_of(rows, day)
    return {project.pk: _light_of(project, known, day) for project in rows}


def _light_of(project: Project, known: Known, day: datetime.date) -> Light:
    if known.state[project.pk][1] == Condition.TERMINATED:
        return Light(NONE)
    found = [reason for rule in RULES if (reason := rule.reason(project, known, day))]
    if found:
        found.sort(key=lambda reason: reason.light != RED)
        return Light(found[0].light, tuple(found))
    planned = next_milestone(project.milestones.all(), known.cut)
    return Light(GREEN if planned or project.pk in known.plans else NONE)


def _known_of(rows: list[Project], day: datetime.date) -> Known:
    ids = [project.pk for project in rows]
    known = Known(cut=cut_of(day))
    if known.cut is None:
        known.state = {project.pk: (project.stage, project.condition) for project in rows}
    else:
        then = as_then(Project.objects.filter(pk__in=ids), known.cut).values_list("pk", "stage_then", "condition_then")
        known.state = {pk: (stage, condition) for pk, stage, condition in then}
    for obstacle in Obstacle.objects.filter(unsolved(known.cut), project__in=ids):
        known.obstacles[obstacle.project_id].append(obstacle)
    notes = Note.objects.filter(project__in=ids).order_by().values_list("project").annotate(Max("created_at"))
    known.last_note = {pk: timezone.localdate(at) for pk, at in notes}
    planned: dict[int, list[PlannedArrival]] = defaultdict(list)
    for plan in PlannedArrival.objects.filter(project__in=ids):
        planned[plan.project_id].append(plan)
    arrived: dict[int, list[CapitalArrival]] = defaultdict(list)
    for arrival in CapitalArrival.objects.filter(project__in=ids).order_by():
        arrived[arrival.project_id].append(arrival)
    known.plans = {pk: plan_of(rows, arrived[pk], day) for pk, rows in planned.items()}
    known.last_month = {pk: max(row.month.first for row in rows) for pk, rows in arrived.items() if rows}
    return known


def longest_late(projects: ProjectQuerySet, day: datetime.date, most: int) -> list[Project]:
    """Red ones, those first whose planned day is past the longest."""
    return _shown(_longest_waiting(projects, day, most) or _first_red(projects, day, most), day)


def longest_waiting(projects: ProjectQuerySet, day: datetime.date, most: int) -> list[Project]:
    """As `longest_late`, where so many are red by their planned days alone; else none, after one look."""
    found = _longest_waiting(projects, day, most)
    return _shown(found, day) if found else []


BY_PLANNED_DAY = (F("next_planned_on").asc(nulls_last=True), "pk")


def _shown(keys: Sequence[int] | ProjectQuerySet, day: datetime.date) -> list[Project]:
    late = Project.objects.filter(pk__in=keys).with_next_milestone(day).select_related("park")
    return list(late.prefetch_related("milestones").order_by(*BY_PLANNED_DAY))


def _longest_waiting(projects: ProjectQuerySet, day: datetime.date, most: int) -> list[int]:
    """Whose planned day is past is red by that alone: where enough are, nothing else of the rules is asked of any."""
    running = projects.exclude(_terminated(day)).order_by().values("pk")
    past = Milestone.objects.filter(waiting(cut_of(day)), planned_on__by=yesterday(day), project__in=running)
    rows = past.order_by().values("project").annotate(first=Min("planned_on")).order_by("first", "project")
    found = [row["project"] for row in rows[:most]]
    return found if len(found) == most else []


def _first_red(projects: ProjectQuerySet, day: datetime.date, most: int) -> ProjectQuerySet:
    """Numbers alone are sorted and cut; what is shown of a project is fetched for those few."""
    return _red(projects, day).with_next_milestone(day).order_by(*BY_PLANNED_DAY).values("pk")[:most]
