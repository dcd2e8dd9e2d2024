"""Tables 5, 7, 8 and 9: firms of rank, key projects, what was signed in the month, what stands still."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from projects import lights, pressing
from projects.choices import Condition, HonourKind, Stage
from projects.models import Participation, Project
from projects.periods import Period
from projects.querysets import Totals
from reports.figures import firms_with
from reports.grid import Cell, Column, Grid, Row
from reports.links import Place
from reports.monthly.asked import Month
from reports.monthly.told import Told, loaded, told_of

RANKED = [HonourKind.GLOBAL_500, HonourKind.CHINA_500, HonourKind.PRIVATE_500, HonourKind.LISTED]
UNDER_WAY = [stage.value for stage in Stage if Stage.SIGNED.rank <= stage.rank < Stage.FULL_PRODUCTION.rank]


def _name(project: Project) -> Cell:
    return Cell(project.name, href=project.get_absolute_url())


def _text(value: object) -> Cell:
    """What somebody could still fill in."""
    return Cell(str(value) if value else None, dash=False)


def _investor(project: Project) -> Cell:
    firm = project.lead_investor
    return Cell(firm.name, href=firm.get_absolute_url()) if firm else Cell(None, dash=False)


def _official(project: Project) -> Cell:
    return _text(project.lead_official.name if project.lead_official else "")


def _total(totals: Totals, params: Sequence[tuple[str, str]], columns: list[Column]) -> Row:
    """The last row: how many projects the whole list holds, and what they agreed to; both open it."""
    words = ngettext("%(number)d project", "%(number)d projects", totals.projects) % {"number": totals.projects}
    cells = [Cell("") for __ in columns]
    cells[0] = Cell(_("Total"))
    for place, column in enumerate(columns):
        if column.key == "name":
            label = words if place else f"{_('Total')} {words}"
            cells[place] = Cell(label, params if totals.projects else None)
        elif column.key == "agreed":
            cells[place] = Cell(totals.agreed, params)
    return Row([Cell("", tone="blank") if cell.value == "" else cell for cell in cells], "total")


def _cut(shown: int, listed: int) -> list[str]:
    if shown >= listed:
        return []
    return [_("The page shows the first %(shown)d; the file and the list hold all.") % {"shown": shown}]


# --- Table 5.


def firms(month: Month) -> Grid:
    """Firms on a list of 500 or on an exchange with the projects signed in the year; the last row counts groups."""
    part = Participation.objects.filter(project=OuterRef("pk"), investor__honours__kind__in=RANKED)
    signed = month.projects.signed_within(month.year, month.day).filter(Exists(part))
    columns = [
        Column(_("Firm"), width=34, key="firm"),
        Column(_("Kind (year of the list)"), width=26, key="kind"),
        Column(_("Project"), width=32, key="name"),
        Column(_("Park"), key="park"),
        Column(_("Agreed (亿元)"), "yi", key="agreed"),
        Column(_("Signed on"), "day", key="signed_on"),
    ]
    every = Participation.objects.select_related("investor").prefetch_related("investor__honours")
    projects = loaded(signed, month, Prefetch("participations", every))
    rows = []
    for project in projects:
        for firm in (one.investor for one in project.participations.all()):
            ranks = [honour for honour in firm.honours.all() if honour.kind in RANKED]
            if ranks:
                rows.append(_firm_row(project, firm, ranks))
    params = Place(month.year, (), month.base).cohort(*(("rank", kind.value) for kind in RANKED))
    totals = signed.totals(None, month.day)
    total = _total(totals, params, columns)
    # Of the whole list, also where the page shows its beginning.
    groups = firms_with(signed, *RANKED)
    number = ngettext("%(number)d firm", "%(number)d firms", groups) % {"number": groups}
    total.cells[0] = Cell(f"{_('Total')} {number}")
    notes = [
        _("Projects signed in the year in which such a firm leads or joins; a subsidiary counts with its group."),
        _("The total counts groups and projects once; the amount is agreed as of the day."),
    ]
    notes += _cut(len(projects), totals.projects)
    shown = [*rows, total] if rows else []
    return Grid(_("5 Global and China 500, listed companies"), columns, shown, notes, "firms", _("None."))


def _firm_row(project: Project, firm: Any, ranks: Iterable[Any]) -> Row:
    return Row(
        [
            Cell(firm.name, href=firm.get_absolute_url()),
            Cell("、".join(str(rank) if rank.year else f"{rank}（{_('year not filled in')}）" for rank in ranks)),
            _name(project),
            _text(project.park and project.park.short_name),
            Cell(project.agreed_capital, dash=False),
            Cell(project.signed_on, dash=False),
        ]
    )


# --- Table 7.


def key(month: Month) -> Grid:
    """Key projects under way: who answers, how far, what is said of them, their light."""
    listed = pressing.key_projects(month.begun.signed(), month.day).with_stage_as_of(month.day)
    listed = listed.with_condition_as_of(month.day).filter(stage_then__in=UNDER_WAY)
    listed = listed.exclude(condition_then=Condition.TERMINATED)
    columns = [
        Column(_("No."), "count", width=6, key="number"),
        Column(_("Project"), width=30, key="name"),
        Column(_("Investor"), width=28, key="investor"),
        Column(_("Agreed (亿元)"), "yi", key="agreed"),
        Column(_("Park"), key="park"),
        Column(_("Lead official"), width=10, key="official"),
        Column(_("Lead unit"), key="lead_unit"),
        Column(_("Stage"), "stage", width=8, key="stage"),
        Column(_("Planned start"), "day", key="planned_start"),
        Column(_("Actual start"), "day", key="started_on"),
        Column(_("Progress this week"), width=30, key="progress"),
        Column(_("Problems"), width=30, key="problems"),
        Column(_("Next step"), width=30, key="next_step"),
        Column(_("Light"), "light", width=8, key="light"),
    ]
    projects, totals = loaded(listed, month), listed.totals(None, month.day)
    told, colours = told_of(projects, month.day), lights.lights_of(projects, month.day)
    rows = [_key_row(no, project, told[project.pk], colours[project.pk]) for no, project in enumerate(projects, 1)]
    params = Place(Period(), (), month.base).cohort(
        ("key", "on"),
        *(("stage", code) for code in UNDER_WAY),
        *(("condition", one.value) for one in (Condition.ACTIVE, Condition.STALLED)),
    )
    total = _total(totals, params, columns)
    notes = [
        _("Named as a key project, or of 10 亿元 or more as of the day; not terminated, not yet at full production."),
        _("Progress of the seven days up to the day; an older note carries its day."),
        _("Problems: open obstacles, else the newest problem that was noted."),
    ]
    notes += _cut(len(rows), totals.projects)
    shown = [*rows, total] if rows else []
    return Grid(_("7 Key projects"), columns, shown, notes, "key", _("None."), wide=True)


def _key_row(number: int, project: Project, told: Told, light: lights.Light) -> Row:
    return Row(
        [
            Cell(number),
            _name(project),
            _investor(project),
            Cell(project.agreed_capital, dash=False),
            _text(project.park and project.park.short_name),
            _official(project),
            _text(project.lead_unit),
            Cell(Stage(project.stage).label),
            Cell(told.planned_start, dash=False),
            Cell(told.started_on),
            Cell(told.progress),
            Cell(told.problems),
            Cell(told.next_step),
            Cell(light.colour, title=light.words),
        ]
    )


# --- Table 8.


def signed(month: Month) -> Grid:
    """What was signed in the month."""
    listed = month.projects.signed_within(month.month, month.day)
    columns = [
        Column(_("No."), "count", width=6, key="number"),
        Column(_("Project"), width=32, key="name"),
        Column(_("Investor"), width=30, key="investor"),
        Column(_("Content"), width=40, key="content"),
        Column(_("Agreed (亿元)"), "yi", key="agreed"),
        Column(_("Industry cluster"), key="cluster"),
        Column(_("Park"), key="park"),
        Column(_("Signed on"), "day", key="signed_on"),
        Column(_("Lead unit"), key="lead_unit"),
    ]
    projects, totals = loaded(listed, month), listed.totals(None, month.day)
    rows = [
        Row(
            [
                Cell(number),
                _name(project),
                _investor(project),
                _text(project.content),
                Cell(project.agreed_capital, dash=False),
                _text(project.cluster and project.cluster.name),
                _text(project.park and project.park.short_name),
                Cell(project.signed_on, dash=False),
                _text(project.lead_unit),
            ]
        )
        for number, project in enumerate(projects, 1)
    ]
    params = Place(month.month, (), month.base).cohort()
    notes = [_("A signing known to the year alone lies in no month.")]
    notes += _cut(len(rows), totals.projects)
    total = _total(totals, params, columns)
    return Grid(_("8 Signed in the month"), columns, [*rows, total] if rows else [], notes, "signed", _("None."))


# --- Table 9.


def late(month: Month) -> Grid:
    """What should have been started and was not, and what is stalled: for how long, why, what is done about it."""
    kinds = [code for code, __ in pressing.STUCK]
    listed = pressing.stuck(month.begun.signed(), kinds, day=month.day, today=month.day)
    columns = [
        Column(_("Project"), width=32, key="name"),
        Column(_("Signed on"), "day", key="signed_on"),
        Column(_("Planned start"), "day", key="planned_start"),
        Column(_("Days late"), "count", key="days"),
        Column(_("Reason"), width=36, key="reason"),
        Column(_("Lead unit"), key="lead_unit"),
        Column(_("Lead official"), width=10, key="official"),
        Column(pgettext("what is done about it", "Measures"), width=36, key="measures"),
    ]
    projects, totals = loaded(listed, month, by_start=True), listed.totals(None, month.day)
    told = told_of(projects, month.day)
    rows = [_late_row(month, project, told[project.pk]) for project in projects]
    params = Place(Period(), (), month.base).cohort(*(("stuck", code) for code in kinds))
    notes = [
        _("The last day that the planned start could mean is past without a start, or stalled; not terminated."),
        _("Reason: why it is stalled, else open obstacles or the newest problem. Measures: the next step."),
    ]
    notes += _cut(len(rows), totals.projects)
    total = _total(totals, params, columns)
    title = _("9 Started late or stalled")
    return Grid(title, columns, [*rows, total] if rows else [], notes, "late", _("None."))


def _late_row(month: Month, project: Project, told: Told) -> Row:
    is_stalled = project.condition == Condition.STALLED
    days = None
    if told.planned_start and told.started_on is None and Stage(project.stage).value in pressing.BEFORE_START:
        days = (month.day - told.planned_start.last).days
    reason = (project.condition_reason if is_stalled else "") or told.problems
    return Row(
        [
            _name(project),
            Cell(project.signed_on, dash=False),
            Cell(told.planned_start),
            Cell(days if days and days > 0 else None, tone="late" if days and days > 0 else ""),
            Cell(f"{Condition.STALLED.label}：{reason or '—'}" if is_stalled else reason, dash=False),
            _text(project.lead_unit),
            _official(project),
            Cell(told.next_step, dash=False),
        ]
    )
