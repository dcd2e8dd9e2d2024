"""The other lists of this room as they go out: investors, obstacles, officials and departments, monthly arrivals."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jiangjin.lib.sheetout import OutColumn, OutSheet
from projects import arrivalgrid
from projects.models import CapitalArrival, Investor, Obstacle, Project
from projects.obstacles import told
from projects.people import OfficialLine, UnitLine
from projects.querysets import ProjectQuerySet, Totals

CHUNK = 2000


def investors_sheet(investors: QuerySet[Investor], count: int, totals: Totals) -> OutSheet:
    """Firms with `project_count`, `agreed` and honours; the totals are of projects, each counted once."""
    columns = [
        OutColumn("investor", _("Investor"), width=34),
        OutColumn("credit_code", _("unified social credit code"), width=22),
        OutColumn("investor_type", _("Kind")),
        OutColumn("investor_rank", _("Ranks and honours"), width=24),
        OutColumn("investor_parent", _("Group"), width=28),
        OutColumn("investor_origin", _("Comes from")),
        OutColumn("projects", _("Projects"), "integer"),
        OutColumn("agreed_capital", _("Agreed (100 million)"), "money_yi"),
    ]

    def row(firm: Any) -> list[Any]:
        honours = "、".join(str(honour) for honour in firm.honours.all())
        kind, numbers = firm.get_type_display(), (firm.project_count, firm.agreed)
        return [firm.name, firm.credit_code, kind, honours, firm.parent_name, firm.origin, *numbers]

    label = f"{_('Total')} " + ngettext("%(number)d firm", "%(number)d firms", count) % {"number": count}
    foot = [label, None, None, None, None, None, totals.projects, totals.agreed]
    rows = (row(firm) for firm in investors.iterator(chunk_size=CHUNK))
    return OutSheet(_("Investors"), columns, rows, foot, frozen=1)


def obstacles_sheet(obstacles: QuerySet[Obstacle], count: int, today: datetime.date, *, solved: bool) -> OutSheet:
    """What waits for whom, or what was solved; `obstacles`, `count` of them, with projects, parks and officials."""
    columns = [
        OutColumn("unit", _("who must act"), width=22),
        OutColumn("project_code", _("number")),
        OutColumn("name", _("project"), width=32),
        OutColumn("park", _("park")),
        OutColumn("obstacle", _("obstacle"), width=44),
        OutColumn("official", _("official")),
        OutColumn("raised_on", _("raised on"), "day"),
        OutColumn("due_on", _("due"), "day"),
    ]
    if solved:
        columns += [OutColumn("resolved_on", _("solved on"), "day"), OutColumn("days", _("took (days)"), "integer")]
        columns.append(OutColumn("solution", _("how it was solved"), width=44))
    else:
        columns += [OutColumn("days", _("waits for (days)"), "integer"), OutColumn("overdue", _("overdue"), "flag")]

    def row(obstacle: Obstacle) -> list[Any]:
        one, project = told(obstacle, today), obstacle.project
        said = [obstacle.unit, project.code, project.name, project.park and project.park.short_name, obstacle.text]
        said += [obstacle.official and str(obstacle.official), obstacle.raised_on, obstacle.due_on]
        return [*said, obstacle.resolved_on, one.days, obstacle.solution] if solved else [*said, one.days, one.is_late]

    rows = (row(obstacle) for obstacle in obstacles.iterator(chunk_size=CHUNK))
    number = ngettext("%(number)d obstacle", "%(number)d obstacles", count) % {"number": count}
    foot = [f"{_('Total')} {number}", *[None] * (len(columns) - 1)]
    return OutSheet(_("Solved obstacles") if solved else _("What waits for whom"), columns, rows, foot, frozen=1)


def officials_sheet(lines: Sequence[OfficialLine]) -> OutSheet:
    """Officials with the figures of the projects that they lead; those of nobody stand last."""
    heads = [OutColumn("lead_official", _("Official")), OutColumn("lead_official_post", _("Post"), width=26)]

    def names(line: OfficialLine) -> list[Any]:
        return [line.official.name, line.official.post] if line.official else [_("not filled in"), None]

    rows = ([*names(line), *_figures(line)] for line in lines)
    foot = [_("Total"), None, *_summed(lines)]
    return OutSheet(_("Officials"), heads + _figure_columns(), rows, foot, frozen=1)


def units_sheet(lines: Sequence[UnitLine]) -> OutSheet:
    """Departments with the figures of the projects that they lead."""
    heads = [OutColumn("lead_unit", _("Department"), width=30)]
    rows = ([line.unit or _("not filled in"), *_figures(line)] for line in lines)
    return OutSheet(_("Departments"), heads + _figure_columns(), rows, [_("Total"), *_summed(lines)], frozen=1)


def _figure_columns() -> list[OutColumn]:
    return [
        OutColumn("projects", _("Projects"), "integer"),
        OutColumn("late", _("Late"), "integer"),
        OutColumn("agreed_capital", _("Agreed (100 million)"), "money_yi"),
        OutColumn("unknown_capital", _("Amount not filled in"), "integer"),
    ]


def _figures(line: OfficialLine | UnitLine) -> list[Any]:
    own = line.figures
    return [own.projects, own.late, own.agreed, own.unknown]


def _summed(lines: Sequence[OfficialLine | UnitLine]) -> list[Any]:
    """The figures of all lines together: a project has one official and one department, so it counts once."""
    sums = []
    for column in zip(*(_figures(line) for line in lines), strict=True):
        known = [figure for figure in column if figure is not None]
        sums.append(sum(known[1:], known[0]) if known else None)
    return sums or [0, 0, None, 0]


def arrivals_sheet(projects: ProjectQuerySet, count: int, *, year: int, origin: str) -> OutSheet:
    """The grid of months of these projects, in 万元, with the sum of each month."""
    months = [
        OutColumn(f"month_{month}", _("month %(month)s") % {"month": month}, "money_wan", 11)
        for month in arrivalgrid.MONTHS
    ]
    heads = [OutColumn("project_code", _("number")), OutColumn("name", _("project"), width=32)]
    columns = [*heads, *months, OutColumn("year", _("whole year"), "money_wan")]
    sums = _sums(projects, year, origin)
    label = ngettext("%(number)d project", "%(number)d projects", count) % {"number": count}
    known = [amount for amount in sums.values() if amount is not None]
    foot = [_("Total"), label, *sums.values(), sum(known, Decimal(0)) if known else None]
    title = _("Monthly arrivals of %(year)d (万元)") % {"year": year}
    return OutSheet(title, columns, _grid_rows(projects.order_by("code"), year, origin), foot, frozen=2)


def _grid_rows(projects: QuerySet[Project], year: int, origin: str) -> Iterator[list[Any]]:
    for chunk in _chunks(projects.iterator(chunk_size=arrivalgrid.MOST), arrivalgrid.MOST):
        for row in arrivalgrid.rows_of(chunk, year=year, origin=origin):
            cells = [Decimal(cell.stored) if cell.stored else None for cell in row.cells]
            yield [row.project.code, row.project.name, *cells, row.total]


def _sums(projects: ProjectQuerySet, year: int, origin: str) -> dict[int, Decimal | None]:
    """What was booked in each month of the year, as the cells of the grid sum; None where nothing was."""
    booked = CapitalArrival.objects.filter(
        project__in=projects.order_by().values("pk"), month__year=year, origin=origin
    )
    sums: dict[int, Decimal | None] = dict.fromkeys(arrivalgrid.MONTHS)
    for month, amount in booked.order_by().values_list("month").annotate(Sum("amount")):
        if month.month and not month.day:
            sums[month.month] = amount
    return sums


def _chunks(rows: Iterable[Project], size: int) -> Iterator[list[Project]]:
    chunk: list[Project] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
