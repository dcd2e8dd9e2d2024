"""From one day's total to another's: what was there, what came, what went, what is there. Amounts in 万元.

Each step is what happened to projects between the two days (`projects.between`), so each opens as a list whose footer
says the step. The totals are those of the list at either day; that the steps join them, and that `reports.cube` counts
the same, is tested, not forced.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.between import FLOWS, KINDS, Between, Happened
from projects.models import Project
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet, Totals
from reports.grid import Cell, Column, Grid, Row
from reports.links import Params

# Which way a step goes; a flow of commitments has its own sign.
STEPS = {"new": 1, "agreed": 1, "increased": 1, "reduced": 1, "arrived": 1}
STEPS_LIVE = {**STEPS, "terminated": -1, "reopened": 1}
NAMES: dict[str, str | Promise] = {**KINDS, "new": gettext_lazy("newly signed, with all that they brought")}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which projects, between which days. `params` narrow the list to the same projects, at either day.

    `judged`: some of them look at a day (stage, amount, a column), and are judged at the later one on both sides.
    """

    projects: ProjectQuerySet
    since: datetime.date
    until: datetime.date
    period: Period = ALL
    live: bool = False
    params: tuple[tuple[str, str], ...] = ()
    judged: bool = False
    voided: ProjectQuerySet = field(default_factory=Project.objects.none)  # those of the same kind that do not count

    @property
    def between(self) -> Between:
        return Between(self.since, self.until, self.period, self.live)

    def at(self, day: datetime.date) -> Params:
        """The list of what counted at the end of the day."""
        more = [("judged_on", self.until.isoformat())] if self.judged and day != self.until else []
        more += [("live", "1")] if self.live else []
        return [("period", self.period.code), ("as_of", day.isoformat()), *self.params, *more]

    def changed(self, kind: str) -> Params:
        """The list of the projects to which this happened."""
        code = Happened(kind, self.since, self.live).code
        return [("period", self.period.code), ("as_of", self.until.isoformat()), *self.params, ("changed", code)]

    def of(self, kind: str) -> ProjectQuerySet:
        """The projects to which this happened."""
        return self.between.of(kind, self.projects)


@dataclass(frozen=True, slots=True)
class Step:
    """What one kind of change comes to: how many projects it concerns, and what it adds to each total."""

    kind: str
    concerned: int
    projects: int
    agreed: Decimal
    arrived: Decimal
    params: Params


@dataclass(frozen=True, slots=True)
class Bridge:
    """Both totals and what joins them."""

    asked: Asked
    start: Totals
    end: Totals
    steps: list[Step]

    def counts(self) -> dict[str, int]:
        """How many projects each kind of change concerns, also the kinds that no total feels."""
        felt = {step.kind: step.concerned for step in self.steps}
        return {kind: felt[kind] if kind in felt else self.asked.of(kind).order_by().count() for kind in KINDS}

    def adds_up(self) -> bool:
        """Whether the steps lead from the one total to the other."""
        return all(
            getattr(self.start, name) + sum(getattr(step, name) for step in self.steps) == getattr(self.end, name)
            for name in ("projects", "agreed", "arrived")
        )


def bridge_of(asked: Asked) -> Bridge:
    """The bridge; a constant number of queries."""
    flows = asked.between.flows(asked.projects)
    directions = STEPS_LIVE if asked.live else STEPS
    steps = [
        _flow(asked, kind, *flows[kind], sign) if kind in FLOWS else _whole(asked, kind, sign)
        for kind, sign in ((kind, directions[kind]) for kind in KINDS if kind in directions)
    ]
    return Bridge(asked, _total(asked, asked.since), _total(asked, asked.until), steps)


def _flow(asked: Asked, kind: str, concerned: int, amount: Decimal, sign: int) -> Step:
    """Money agreed, or come, for projects that were there: no project more or less."""
    agreed, arrived = (Decimal(0), amount) if kind == "arrived" else (amount, Decimal(0))
    return Step(kind, concerned, 0, sign * agreed, sign * arrived, asked.changed(kind))


def _whole(asked: Asked, kind: str, sign: int) -> Step:
    """Projects that come or go, with all that they bring or take."""
    totals = asked.between.totals(kind, asked.of(kind))
    concerned = totals.projects + totals.increased
    amounts = sign * totals.agreed, sign * totals.arrived
    return Step(kind, concerned, sign * totals.projects, *amounts, asked.changed(kind))


def _total(asked: Asked, day: datetime.date) -> Totals:
    return asked.between.at(asked.projects, day).totals(asked.period, day)


def grid_of(bridge: Bridge) -> Grid:
    """The bridge as a table."""
    asked = bridge.asked
    columns = [
        Column(_("Step"), width=34),
        Column(_("Projects concerned"), "count", weak=True),
        Column(_("Projects"), "signed"),
        Column(_("Agreed (100 million)"), "signed_yi"),
        Column(_("Arrived (100 million)"), "signed_yi"),
    ]
    rows = [_total_row(_("Total at the end of %(day)s"), asked, asked.since, bridge.start, "subtotal")]
    for step in bridge.steps:
        changes = [Cell(step.projects, step.params), Cell(step.agreed, step.params), Cell(step.arrived, step.params)]
        shown = [cell if cell.value else Cell(None) for cell in changes]
        rows.append(Row([Cell(str(NAMES[step.kind])), Cell(step.concerned, step.params), *shown]))
    rows.append(_total_row(_("Total at the end of %(day)s"), asked, asked.until, bridge.end, "total"))
    return Grid(_("From one total to the other"), columns, rows, rules(asked), code="bridge")


def _total_row(words: str, asked: Asked, day: datetime.date, figures: Totals, role: str) -> Row:
    params = asked.at(day)
    cells = [
        Cell(figures.projects, params, kind="count"),
        Cell(figures.agreed, params, kind="yi"),
        Cell(figures.arrived, params, kind="yi"),
    ]
    return Row([Cell(words % {"day": day}), Cell(None), *cells], role)


def rules(asked: Asked) -> list[str]:
    """How it is counted, in sentences that go along into print and file."""
    said = [
        _(
            "Totals and steps go by event day, with today’s knowledge: what "
            "was entered or corrected later counts on its day."
        ),
        _("What is known to the month or the year counts at its end; what has no day counts at both ends."),
        _("A newly signed project brings all that it had agreed and received by the later day."),
        _("Increases, reductions and arrivals are those of projects that were there at the earlier day."),
        _("Park and cluster are today’s: a project that moved counts at both days where it is now."),
    ]
    said.append(_("Each figure is rounded to two decimals by itself; totals are sums of the exact figures."))
    if asked.period.year:
        words = {"period": asked.period.label}
        said.append(_("Counted is what belongs to %(period)s: signed in it, or with an amount agreed in it.") % words)
    if asked.judged:
        said.append(
            _("Conditions that look at a day (stage, condition, amount, light, columns, …) look at the later one.")
        )
    live = _("Without terminated: what is terminated goes with all that it had agreed and received by the later day.")
    said.append(live if asked.live else _("Terminated projects stay in; what was terminated is listed below."))
    return said
