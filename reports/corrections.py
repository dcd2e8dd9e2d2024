"""What was corrected since a day: why its total, with today's knowledge, is not what the register said that evening.

The bridge between two days goes by event day and knows nothing of it. Corrected is, of what counts at the end of the
day: a project entered later, and a project of which the histories say that evening something else than the register
says now, so that it adds another number or amount to the total. Amounts in 万元.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q, QuerySet

from projects.between import ENTERED, Between, Happened, end_of
from projects.choices import PIPELINE_STAGES
from projects.history import written_since
from projects.models import CapitalArrival, CapitalCommitment, Project
from projects.querysets import ProjectQuerySet, Totals
from reports.bridge import Asked
from reports.links import Params


@dataclass(frozen=True, slots=True)
class Counted:
    """What a project adds to the total of the day: 0 or 1, and amounts."""

    projects: int = 0
    agreed: Decimal = Decimal(0)
    arrived: Decimal = Decimal(0)

    def __sub__(self, other: Counted) -> Counted:
        return Counted(self.projects - other.projects, self.agreed - other.agreed, self.arrived - other.arrived)

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.projects + other.projects, self.agreed + other.agreed, self.arrived + other.arrived)


@dataclass(frozen=True, slots=True)
class Correction:
    """A project that was in the register that evening, and what it adds now beyond what it added then."""

    pk: int
    change: Counted


@dataclass(frozen=True, slots=True)
class Corrections:
    """`now` is the day's total with today's knowledge; `entered` of projects entered later; `changed` of the others."""

    asked: Asked
    now: Totals
    entered: Totals
    changed: list[Correction]

    @property
    def change(self) -> Counted:
        """What the corrections of projects that were there come to."""
        return sum((one.change for one in self.changed), Counted())

    @property
    def then(self) -> Counted:
        """What the register said in the evening of the day."""
        now = Counted(self.now.projects, self.now.agreed, self.now.arrived)
        return now - self.change - Counted(self.entered.projects, self.entered.agreed, self.entered.arrived)

    @property
    def entered_params(self) -> Params:
        """The list of the projects entered later, as of the day."""
        asked = self.asked
        judged = [("judged_on", asked.until.isoformat())] if asked.judged else []
        code = Happened(ENTERED, asked.since).code
        return [
            ("period", asked.period.code),
            ("as_of", asked.since.isoformat()),
            *asked.params,
            *judged,
            ("changed", code),
        ]


def corrections_of(asked: Asked) -> Corrections:
    """Terminated projects are in it, also where the bridge leaves them out. A constant number of queries."""
    between = Between(asked.since, asked.since, asked.period)
    entered = between.of(ENTERED, asked.projects).totals(asked.period, asked.since)
    now = between.there(asked.projects).totals(asked.period, asked.since)
    return Corrections(asked, now, entered, _changed(replace(asked, live=False)))


def touched(asked: Asked) -> ProjectQuerySet:
    """Projects that were in the register that evening and of which anything was saved since."""
    moment = end_of(asked.since)
    histories = [(Project, "id"), (CapitalCommitment, "project"), (CapitalArrival, "project")]
    saved = Q()
    for model, key in histories:
        saved |= Q(pk__in=written_since(model.history.model, moment).order_by().values(key))  # type: ignore[attr-defined]
    among = Q(pk__in=asked.projects.order_by().values("pk")) | Q(pk__in=asked.voided.order_by().values("pk"))
    return Project.objects.filter(among, saved, created_at__lt=moment).order_by()


def as_written(model: Any, ids: QuerySet, asked: Asked) -> QuerySet:
    """The history rows that stood in the evening of the day, of these projects or their rows; what was gone is not."""
    key = "id" if model is Project else "project"
    own = model.history.filter(history_date__lt=end_of(asked.since), **{f"{key}__in": ids}).order_by()
    last = own.values("id").annotate(last=Max("history_id")).values("last")
    return model.history.filter(history_id__in=last).exclude(history_type="-").order_by("history_id")


def _changed(asked: Asked) -> list[Correction]:
    ids = touched(asked).values("pk")
    then = _counted(asked, *(as_written(model, ids, asked) for model in (Project, CapitalCommitment, CapitalArrival)))
    models = CapitalCommitment.objects, CapitalArrival.objects
    now = _counted(asked, Project.objects.filter(pk__in=ids), *(rows.filter(project__in=ids) for rows in models))
    found = [Correction(pk, now[pk] - then[pk]) for pk in {*then, *now}]
    felt = [one for one in found if one.change != Counted()]
    return sorted(felt, key=lambda one: (-abs(one.change.agreed), -abs(one.change.arrived), one.pk))


def _counted(asked: Asked, projects: QuerySet, commitments: QuerySet, arrivals: QuerySet) -> dict[int, Counted]:
    """What each project adds by these rows; the rule of `projects.counting`, for rows of whatever table."""
    agreed = _by_project(asked, commitments.values_list("project", "committed_on", "amount"))
    arrived = _by_project(asked, arrivals.values_list("project", "month", "amount"))
    found: dict[int, Counted] = defaultdict(Counted)
    for pk, signed_on, stage, voided in projects.values_list("id", "signed_on", "stage", "voided_at"):
        if voided or stage in PIPELINE_STAGES or not _by(signed_on, asked):
            continue
        signed = asked.period.holds(signed_on)
        if signed or pk in agreed:
            found[pk] = Counted(int(signed), agreed.get(pk, Decimal(0)), arrived.get(pk, Decimal(0)))
    return found


def _by_project(asked: Asked, rows: Iterable[tuple[int, Any, Decimal]]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for project, day, amount in rows:
        if _by(day, asked) and asked.period.holds(day):
            sums[project] = sums.get(project, Decimal(0)) + amount
    return sums


def _by(day: Any, asked: Asked) -> bool:
    return day is None or day.last <= asked.since
