"""Table 1, 总体情况: signed, agreed, paid in, reached: the month and the year, against the year before."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.choices import STAGE_OF_MILESTONE, MilestoneKind, Stage
from projects.counting import happened
from projects.models import Milestone
from projects.periods import Period
from projects.querysets import ProjectQuerySet
from reports.grid import Cell, Column, Grid, Row
from reports.measures import growth, ratio
from reports.monthly.asked import Month
from reports.reached import EVENTS, MEASURES, Measure, Number, Reached, nothing
from reports.targetmodels import TargetMeasure
from reports.targets import DISTRICT, Targets, pace, targets_of


@dataclass(frozen=True, slots=True)
class _Counted:
    """The figures of a period as of a day, by the code of their measure; and what is only known roughly."""

    numbers: dict[str, Number]
    year_alone: int  # those dated to the year alone


def _counted(projects: ProjectQuerySet, period: Period, day: datetime.date) -> _Counted:
    """As the targets count it (`reports.reached`), so that both pages say the same; in five queries."""
    reached = Reached(projects, period, day)
    found = reached.of(TargetMeasure)
    numbers = {
        measure.value: found[measure.value].get("", nothing(measure))
        for measure in TargetMeasure
        if not measure.is_typed
    }
    rough = Period(period.year, year_alone=True).within("actual_on")
    return _Counted(numbers, reached.milestones.filter(rough, kind__in=EVENTS.values()).count())


def _without_day(month: Month) -> dict[MilestoneKind, int]:
    """Projects that have come to a step or beyond it by the day, by their stage, without a day of that step."""
    signed = month.begun.signed().order_by()
    stages = dict(signed.with_stage_as_of(month.day).values_list("stage_then").annotate(Count("pk")))
    dated = Milestone.objects.filter(
        happened("actual_on", month.day), project__in=signed.values("pk"), reached=True, actual_on__isnull=False
    )
    known = dict(dated.order_by().values_list("kind").annotate(Count("pk")))
    found = {}
    for kind in EVENTS.values():
        rank = STAGE_OF_MILESTONE[kind].rank
        come = sum(number for stage, number in stages.items() if stage and Stage(stage).rank >= rank)
        found[kind] = come - known.get(kind.value, 0)
    return found


def overview(month: Month) -> Grid:
    """The table for a month."""
    year = month.number_of_year
    now = _counted(month.projects, month.month, month.day)
    so_far = _counted(month.projects, month.year, month.day)
    before = _counted(month.projects, month.year_before, month.day_before)
    targets, gone = targets_of(year), pace(year, month.day)
    columns = [
        Column(_("Measure"), width=24, key="measure"),
        Column(_("This month"), "mixed", key="month"),
        Column(_("Year to date"), "mixed", key="year"),
        Column(_("Same time last year"), "mixed", key="before"),
        Column(_("More or less"), "signed_mixed", key="change"),
        Column(_("Growth %"), "growth", key="growth"),
        Column(_("Target of the year"), "mixed", key="target"),
        Column(_("Of the target %"), "rate", key="target_rate"),
        Column(_("Ahead of or behind the year (points)"), "points", key="pace_gap"),
    ]
    rows = [_row(month, measure, now, so_far, before, targets, gone) for measure in MEASURES]
    return Grid(_("1 Overview"), columns, rows, _notes(month, so_far, targets, gone), "overview")


def _row(
    month: Month,
    measure: Measure,
    now: _Counted,
    so_far: _Counted,
    before: _Counted,
    targets: Targets,
    gone: Decimal,
) -> Row:
    code = measure.code
    done, was = so_far.numbers[code], before.numbers[code]
    target: Number = targets.get((DISTRICT, "", code))
    if target is not None and isinstance(done, int):
        target = int(target)  # a number of projects, not an amount
    known = done is not None and was is not None
    rate = None if target is None or done is None else ratio(done, target)

    def cell(number: Number, period: Period, base: Any) -> Cell:
        return Cell(number, [*measure.params(period), *base], dash=False)

    behind = [*measure.params(month.year), *month.base]
    cells = [
        Cell(measure.label),
        cell(now.numbers[code], month.month, month.base),
        cell(done, month.year, month.base),
        cell(was, month.year_before, month.base_before),
        Cell(done - was if known else None, behind),  # type: ignore[operator]
        Cell(growth(Decimal(done), Decimal(was)) if known else None, behind),  # type: ignore[arg-type]
        Cell(target),
        Cell(rate, behind),
        Cell(None if rate is None else rate - gone, behind),
    ]
    return Row(cells, level=measure.level)


def _notes(month: Month, so_far: _Counted, targets: Targets, gone: Decimal) -> list[str]:
    notes = [
        _("Projects count by their day of signing; agreed capital is what was agreed in the period, increases too."),
        _("Capital arrived is all that was booked in the period, whenever its project was signed."),
        _("Companies registered to full production: milestones reached in the period, of projects of all years."),
        _("Same time last year: up to %(day)s.") % {"day": month.day_before.isoformat()},
    ]
    if so_far.year_alone:
        notes.append(
            ngettext(
                "%(number)d milestone known to the year alone counts in the year and in no month.",
                "%(number)d milestones known to the year alone count in the year and in no month.",
                so_far.year_alone,
            )
            % {"number": so_far.year_alone}
        )
    if missing := {kind: number for kind, number in _without_day(month).items() if number > 0}:
        steps = [_("%(step)s: %(number)d") % {"step": kind.label, "number": missing[kind]} for kind in missing]
        words = _("At the step or beyond it by their stage, its day not filled in, counted in no period: %(steps)s.")
        notes.append(words % {"steps": "、".join(steps)})
    if targets:
        share = f"{gone * 100:.1f}"
        notes.append(_("Of the year %(share)s%% is gone; ahead or behind: of the target less that.") % {"share": share})
    else:
        notes.append(_("No targets of the year are filled in."))
    return notes
