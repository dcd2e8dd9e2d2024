"""The table of the lights: what turns a project yellow or red, each rule with its reason in words.

A rule says the same thing twice: as a condition for the database, by which lists are filtered and counted, and as a
sentence about one project. A test compares the two on random projects.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jiangjin.lib.dates import midnight
from jiangjin.lib.money import format_yi
from projects import judged, plans
from projects.choices import Condition, LandMode, MilestoneKind, Stage
from projects.models import CapitalArrival, Milestone, Note, Obstacle, PlannedArrival, Project
from projects.periods import months_before
from projects.then import then

RED, YELLOW = "red", "yellow"

# The thresholds. Those of the land clock are the law's two years and one year, warned of three months before
# (闲置土地处置办法; glossary, section 3); the others are ours.
MILESTONE_SOON = 30  # days before a planned day
OBSTACLE_SOON = 7  # days before an obstacle is due
QUIET, VERY_QUIET = 90, 180  # days in which nobody wrote anything about the project
IDLE, LONG_IDLE = 9, 21  # months after the agreed start
# Between signing and full capacity somebody has something to report.
REPORTING = [stage.value for stage in Stage if Stage.SIGNED.rank <= stage.rank < Stage.FULL_PRODUCTION.rank]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a project has a light: the rule, how bad it is, and the sentence."""

    rule: str
    light: str
    words: str


@dataclass
class Known:
    """What the rules ask of the rows of a page besides their milestones; loaded in a fixed number of queries."""

    obstacles: dict[int, list[Obstacle]] = field(default_factory=lambda: defaultdict(list))
    plans: dict[int, plans.Plan] = field(default_factory=dict)
    last_note: dict[int, datetime.date] = field(default_factory=dict)
    last_month: dict[int, datetime.date] = field(default_factory=dict)  # first day of the newest month with money
    cut: datetime.date | None = None  # of judged.cut_of
    state: dict[int, tuple[str | None, str]] = field(default_factory=dict)  # stage and condition


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `red` and `yellow` select the projects that it concerns on a day."""

    code: str
    label: str | Promise
    says_red: str | Promise
    says_yellow: str | Promise
    red: Callable[[datetime.date], Q]
    yellow: Callable[[datetime.date], Q]
    reason: Callable[[Project, Known, datetime.date], Reason | None]


def _has(model: type[Model], *conditions: Q, **more: Any) -> Q:
    """Projects with such a row. Asked of each project that comes into question, not of all rows that there are."""
    return Q(Exists(model._default_manager.filter(*conditions, project=OuterRef("pk"), **more)))


# --- A planned day that is past, or near.


def _waiting(by: datetime.date, day: datetime.date) -> Q:
    """Projects with a milestone that is planned by a day and not reached."""
    return _has(Milestone, judged.waiting(judged.cut_of(day)), planned_on__by=by)


def yesterday(day: datetime.date) -> datetime.date:
    """What is planned by then is past."""
    return day - datetime.timedelta(days=1)


def soon(day: datetime.date) -> datetime.date:
    """What is planned by then is near."""
    return day + datetime.timedelta(days=MILESTONE_SOON)


def _late_milestone(day: datetime.date) -> Q:
    return _waiting(yesterday(day), day)


def _near_milestone(day: datetime.date) -> Q:
    return _waiting(soon(day), day)


def _milestone_reason(project: Project, known: Known, day: datetime.date) -> Reason | None:
    rows = project.milestones.all()
    waiting = [row for row in rows if row.planned_on and not judged.is_reached(row, known.cut)]
    first = min(waiting, key=lambda row: row.planned_on.last, default=None)
    if first is None:
        return None
    days = (first.planned_on.last - day).days
    if days > MILESTONE_SOON:
        return None
    far = {"what": str(first), "day": str(first.planned_on), "days": abs(days)}
    if days < 0:
        words = ngettext("%(what)s %(day)s, %(days)d day late", "%(what)s %(day)s, %(days)d days late", -days) % far
        return Reason("milestone", RED, words)
    if days == 0:
        return Reason("milestone", YELLOW, _("%(what)s %(day)s, due today") % far)
    words = ngettext("%(what)s %(day)s, %(days)d day left", "%(what)s %(day)s, %(days)d days left", days) % far
    return Reason("milestone", YELLOW, words)


# --- Money behind its plan.


def _behind(day: datetime.date, *, by_half: bool) -> Q:
    """Of projects that `plans.comparable` prepared for the same day."""
    least = F("arrived_in_plan") + F("arrived_in_plan") if by_half else F("arrived_in_plan")
    return _has(PlannedArrival) & Q(planned_by_day__gt=least)


def _plan_reason(project: Project, known: Known, day: datetime.date) -> Reason | None:
    plan = known.plans.get(project.pk)
    if plan is None or plan.behind is None or plan.behind <= 0:
        return None
    arrived, (year, quarter) = plan.due - plan.behind, plans.last_ended(day)
    words = _("arrived %(arrived)s of %(planned)s 亿元 planned by Q%(quarter)d %(year)d") % {
        "arrived": format_yi(arrived),
        "planned": format_yi(plan.due),
        "quarter": quarter,
        "year": year,
    }
    return Reason("plan", RED if arrived * 2 < plan.due else YELLOW, words)


# --- Land that lies idle.


def _idle(day: datetime.date, months: int) -> Q:
    agreed_by = months_before(day, months)
    cut = judged.cut_of(day)
    land = _has(Milestone, judged.reached(cut), kind=MilestoneKind.LAND)
    promised = Q(promised_on__by=agreed_by) | Q(promised_on=None, planned_on__by=agreed_by)
    waiting = _has(Milestone, promised & judged.waiting(cut), kind=MilestoneKind.STARTED)
    return land & waiting & ~Q(land_mode=LandMode.LEASED)


def _idle_reason(project: Project, known: Known, day: datetime.date) -> Reason | None:
    rows = {row.kind: row for row in project.milestones.all()}
    land, start = rows.get(MilestoneKind.LAND), rows.get(MilestoneKind.STARTED)
    if not land or not start or project.land_mode == LandMode.LEASED:
        return None
    if not judged.is_reached(land, known.cut) or judged.is_reached(start, known.cut):
        return None
    agreed = start.promised_on or start.planned_on
    if agreed is None or agreed.last > months_before(day, IDLE):
        return None
    is_long = agreed.last <= months_before(day, LONG_IDLE)
    text = (
        _("land obtained, agreed start %(day)s: after two years the land may be taken back")
        if is_long
        else _("land obtained, agreed start %(day)s: after one year an idle fee is due")
    )
    return Reason("idle_land", RED if is_long else YELLOW, text % {"day": agreed})


# --- Silence.


def quiet(day: datetime.date, days: int) -> Q:
    """Projects under way of which nobody wrote anything in the last `days` days; nor after a day that is past, for
    when a project was saved is known of the last time alone.
    """
    since = day - datetime.timedelta(days=days)
    moment = midnight(since)
    noted, came = _has(Note, created_at__gte=moment), _has(CapitalArrival, month__since=since)
    silent = Q(updated_at__lt=moment) & ~noted & ~came
    cut = judged.cut_of(day)
    if cut is None:
        return silent & Q(stage__in=REPORTING, condition=Condition.ACTIVE)
    projects, stage = then(Project.objects.order_by(), "stage", cut)
    projects, condition = then(projects, "condition", cut)
    under_way = {f"{stage}__in": REPORTING, condition: Condition.ACTIVE}
    return Q(pk__in=projects.filter(silent, **under_way).values("pk"))


def _quiet_reason(project: Project, known: Known, day: datetime.date) -> Reason | None:
    stage, condition = known.state[project.pk]
    if stage not in REPORTING or condition != Condition.ACTIVE:
        return None
    seen = [timezone.localdate(project.updated_at)]
    if project.pk in known.last_note:
        seen.append(known.last_note[project.pk])
    if project.pk in known.last_month:
        seen.append(known.last_month[project.pk])
    days = (day - max(seen)).days
    if days <= QUIET:
        return None
    words = ngettext("nothing reported for %(days)d day", "nothing reported for %(days)d days", days) % {"days": days}
    return Reason("quiet", RED if days > VERY_QUIET else YELLOW, words)


# --- Obstacles.


def _obstacle(by: datetime.date, day: datetime.date) -> Q:
    return _has(Obstacle, judged.unsolved(judged.cut_of(day)), due_on__by=by)


def _late_obstacle(day: datetime.date) -> Q:
    return _obstacle(yesterday(day), day)


def _near_obstacle(day: datetime.date) -> Q:
    return _obstacle(day + datetime.timedelta(days=OBSTACLE_SOON), day)


def _obstacle_reason(project: Project, known: Known, day: datetime.date) -> Reason | None:
    rows = [row for row in known.obstacles.get(project.pk, []) if row.due_on]
    first = min(rows, key=lambda row: row.due_on.last, default=None)
    if first is None:
        return None
    days = (first.due_on.last - day).days
    if days > OBSTACLE_SOON:
        return None
    text = (
        _("obstacle past due: %(text)s (%(unit)s, %(day)s)")
        if days < 0
        else _("obstacle due soon: %(text)s (%(unit)s, %(day)s)")
    )
    words = text % {"text": first.text[:40], "unit": first.unit, "day": first.due_on}
    return Reason("obstacle", RED if days < 0 else YELLOW, words)


RULES = (
    Rule(
        "milestone",
        gettext_lazy("planned milestone"),
        gettext_lazy("a planned day is past and the milestone is not reached"),
        gettext_lazy("a planned day is 30 days away or nearer"),
        _late_milestone,
        _near_milestone,
        _milestone_reason,
    ),
    Rule(
        "plan",
        gettext_lazy("planned arrivals"),
        gettext_lazy("less than half of what was planned by the last full quarter has arrived"),
        gettext_lazy("less than what was planned by the last full quarter has arrived"),
        lambda day: _behind(day, by_half=True),
        lambda day: _behind(day, by_half=False),
        _plan_reason,
    ),
    Rule(
        "idle_land",
        gettext_lazy("idle land"),
        gettext_lazy("land obtained, and 21 months after the agreed start nothing is built"),
        gettext_lazy("land obtained, and 9 months after the agreed start nothing is built"),
        lambda day: _idle(day, LONG_IDLE),
        lambda day: _idle(day, IDLE),
        _idle_reason,
    ),
    Rule(
        "quiet",
        gettext_lazy("nothing reported"),
        gettext_lazy("nobody wrote anything about it for more than 180 days"),
        gettext_lazy("nobody wrote anything about it for more than 90 days"),
        lambda day: quiet(day, VERY_QUIET),
        lambda day: quiet(day, QUIET),
        _quiet_reason,
    ),
    Rule(
        "obstacle",
        gettext_lazy("obstacle"),
        gettext_lazy("an open obstacle is past its day"),
        gettext_lazy("an open obstacle is due within 7 days"),
        _late_obstacle,
        _near_obstacle,
        _obstacle_reason,
    ),
)
