"""What the home page shows besides its tables: the running totals, the funnel, the largest projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db.models import Q

from projects import changes, lights, pages
from projects.choices import SIGNED_STAGES, HonourKind, Stage
from projects.classes import YI
from projects.models import Project
from projects.periods import Period
from projects.permissions import Actor
from projects.querysets import ProjectQuerySet
from projects.then import show_as_of
from reports import standing
from reports.asked import Asked
from reports.cube import Cube
from reports.figures import Compared, booked_in, firms_by_honour, having_rank
from reports.links import Place, list_url
from reports.measures import NOTHING, Figures, ratio, summed
from reports.stagedays import StageDays, stage_days

LARGEST = 10
LATEST = 5  # rows of the short lists at the foot


@dataclass(frozen=True, slots=True)
class Standing:
    """The largest projects, and as of a day what `Cube.parts` of the sums cannot hold then: see `parts_of`."""

    largest: list[Project]
    parts: dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Rest:
    """What the home page asks beside its sums, by the names of `questions`."""

    standing: Standing
    lights: dict[str, int]
    late: list[Project]  # with why: pages.mark_rows
    days: dict[Stage, StageDays]
    booked: Decimal  # what arrived in the year for whatever project, in 万元
    firms: dict[str, int]  # of each of RANKS, how many groups (家)
    latest: list[Project]


def questions(user: Actor, projects: ProjectQuerySet, when: Asked) -> dict[str, Callable[[], Any]]:
    """What answers them, the longest first."""
    signed = projects.signed_within(when.period, when.day)
    return {
        "standing": lambda: _standing(projects, when),
        "lights": lambda: lights.counts(signed, when.shown),
        "late": lambda: _late(signed, when),
        "days": lambda: stage_days(signed, when.day),
        "booked": lambda: booked_in(user, when),
        "firms": lambda: firms_by_honour(signed, *RANKS),
        "latest": lambda: latest(projects),
    }


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the year with what had been agreed up to its end, in 万元, beside the same month a year earlier.

    `running` is None where the month has not come yet; `before` also where nothing of that year is registered.
    """

    period: Period
    figures: Figures
    running: Decimal | None
    before: Decimal | None
    url: str


@dataclass(frozen=True, slots=True)
class Months:
    """The year by month; `undated` is what is known to the year alone and lies in no month.

    `whole_before`: all of the year before, None where nothing of it is registered. It goes to its end, where growth
    is compared with the same days alone.
    """

    rows: list[Month]
    undated: Figures
    undated_url: str
    undated_before: Decimal
    whole_before: Decimal | None

    def for_chart(self) -> dict[str, Any]:
        """In 亿元 as numbers: a chart draws, it does not count."""
        return {
            "months": [row.period.month for row in self.rows],
            "running": [_drawn(row.running) for row in self.rows],
            "before": [_drawn(row.before) for row in self.rows],
            "urls": [row.url for row in self.rows],
            "undated": _drawn(self.undated.agreed),
            "undatedUrl": self.undated_url,
        }


def months_of(compared: Compared, when: Asked) -> Months:
    """Running totals of what was agreed, beside those of the year before."""
    now, year = compared.now, Period(when.period.year or when.shown.year)
    earlier = compared.earlier
    line, line_before = _running(now, year, when), _running(earlier, year.year_before(), when)
    whole_before = earlier.total()
    is_known = whole_before != NOTHING
    found = now.by_one("month")
    rows = []
    for number in range(1, 13):
        period = Period(year.year, month=number)
        url = list_url(Place(period, base=tuple(when.params)).counted())
        before = line_before[number - 1] if is_known else None
        rows.append(Month(period, found.get(period.code, NOTHING), line[number - 1], before, url))
    alone = Period(year.year, year_alone=True)
    return Months(
        rows,
        found.get(alone.code, NOTHING),
        list_url(Place(alone, base=tuple(when.params)).counted()),
        earlier.by_one("month").get(alone.year_before().code, NOTHING).agreed,
        whole_before.agreed if is_known else None,
    )


def _running(cube: Cube, year: Period, when: Asked) -> list[Decimal | None]:
    """What had been agreed up to the end of each month, in 万元; None for months to come.

    Something may be dated later than today where no day cuts the figures: then the line goes on to it, without a hole.
    """
    found = cube.by_one("month")
    agreed = [found.get(Period(year.year, month=number).code, NOTHING).agreed for number in range(1, 13)]
    come = [(year.year, number) <= (when.shown.year, when.shown.month) for number in range(1, 13)]
    last = max((place for place in range(12) if come[place] or agreed[place]), default=-1)
    return [total if place <= last else None for place, total in enumerate(accumulate(agreed))]


def _drawn(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount / 10000)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel: how many of the year's projects have come so far, and what was agreed for these."""

    stage: Stage
    projects: int
    agreed: Decimal
    standing: int  # those that came no further
    of_signed: Decimal | None
    of_former: Decimal | None  # 转化率 from the stage before
    days: StageDays  # medians, of those whose days are known to the day
    query: str


# Projects of so many 万元 and more, by the name of the part.
LARGE = {"large": 10 * YI, "huge": 50 * YI}
RANKS = (HonourKind.CHINA_500, HonourKind.LISTED)


def parts_of(when: Asked) -> dict[str, Q]:
    """What the year's projects are divided by besides, by its code: ranks, stages, LARGE.

    As of a day the last two are no columns of a project: `standing` works them out (`Standing.parts`).
    """
    ranks = {kind.value: having_rank(kind) for kind in RANKS}
    if when.day is not None:
        return ranks
    sizes = {name: Q(agreed_capital__gte=least) for name, least in LARGE.items()}
    return ranks | sizes | {stage.value: Q(stage=stage) for stage in SIGNED_STAGES}


def funnel(found: Mapping[str, Figures], days: Mapping[Stage, StageDays]) -> list[Step]:
    """The stages from the signing on, of what is `divided`; whoever came further counts in the stages before."""
    steps: list[Step] = []
    for stage in SIGNED_STAGES:
        reached = [one for one in SIGNED_STAGES if one.rank >= stage.rank]
        figures = summed(found.get(one.value, NOTHING) for one in reached)
        steps.append(
            Step(
                stage,
                figures.projects,
                figures.agreed,
                found.get(stage.value, NOTHING).projects,
                ratio(figures.projects, steps[0].projects) if steps else None,
                ratio(figures.projects, steps[-1].projects) if steps else None,
                days.get(stage, StageDays()),
                "".join(f"&stage={one.value}" for one in reached) if stage is not Stage.SIGNED else "",
            )
        )
    return steps


def step_of(steps: list[Step], stage: Stage) -> Step:
    """Those that have come to a stage."""
    return next(step for step in steps if step.stage is stage)


def _standing(projects: ProjectQuerySet, when: Asked) -> Standing:
    """Of the year's projects, as of the day."""
    if when.day is None:
        found = projects.in_period(when.period).exclude(agreed_capital=None)
        # Nothing unknown is left: in the very order of the index, which is read for a few rows.
        return Standing(list(found.order_by("-agreed_capital", "code").select_related("park", "cluster")[:LARGEST]), {})
    found = standing.stood(projects, when.period, when.day)
    keys = standing.largest_of(found, LARGEST)
    known = Project.objects.select_related("park", "cluster").in_bulk(keys)
    rows = [known[key] for key in keys if key in known]
    show_as_of(rows, when.day)
    return Standing(rows, standing.parts_of(found, LARGE))


def _late(signed: ProjectQuerySet, when: Asked) -> list[Project]:
    """Those that are late the longest, as of the day."""
    rows = lights.longest_late(signed, when.shown, LATEST)
    if when.day is not None:
        show_as_of(rows, when.day)
    return pages.mark_rows(rows, period=when.period, today=when.shown)


def latest(projects: ProjectQuerySet) -> list[Project]:
    """Those written last, with who wrote them and how.

    Numbers alone are sorted and cut; what is shown of a project is fetched for those few.
    """
    order = ("-updated_at", "-pk")
    few: ProjectQuerySet = Project.objects.filter(pk__in=projects.order_by(*order).values("pk")[:LATEST])
    rows = list(few.select_related("park", "cluster").order_by(*order))
    savings = changes.last_savings(row.pk for row in rows)
    for row in rows:
        row.last_saving = savings.get(row.pk)
    return rows
