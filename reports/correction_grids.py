"""What was corrected since a day, as tables: how its total came about, and by project who changed what and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from projects.between import end_of
from projects.choices import Stage
from projects.differences import ROWS, row_difference
from projects.models import CapitalArrival, CapitalCommitment, Project
from reports.bridge import Asked
from reports.corrections import Correction, Corrections, as_written
from reports.grid import Cell, Column, Grid, Row

TABLES = {"commitments": CapitalCommitment, "arrivals": CapitalArrival}


def summary_grid(found: Corrections) -> Grid:
    """From what the register said that evening to what it says of the day now."""
    day = found.asked.since
    columns = [
        Column("", width=34),
        Column(_("Projects"), "signed"),
        Column(_("Agreed (100 million)"), "signed_yi"),
        Column(_("Arrived (100 million)"), "signed_yi"),
    ]
    then, change, entered = found.then, found.change, found.entered
    before = [Cell(then.projects, kind="count"), Cell(then.agreed, kind="yi"), Cell(then.arrived, kind="yi")]
    late = found.entered_params if entered.projects or entered.increased else None
    words = _("entered later: %(number)d projects") % {"number": entered.projects + entered.increased}
    corrected = _("changed later: %(number)d projects, listed below") % {"number": len(found.changed)}
    now, at = found.now, [pair for pair in found.asked.at(day) if pair[0] != "live"]
    after = [Cell(now.projects, at, kind="count"), Cell(now.agreed, at, kind="yi"), Cell(now.arrived, at, kind="yi")]
    rows = [
        Row([Cell(_("As the register said in the evening of %(day)s") % {"day": day}), *before], "subtotal"),
        Row([Cell(words), Cell(entered.projects, late), Cell(entered.agreed, late), Cell(entered.arrived, late)]),
        Row([Cell(corrected), Cell(change.projects), Cell(change.agreed), Cell(change.arrived)]),
        Row([Cell(_("Total at the end of %(day)s, with today’s knowledge") % {"day": day}), *after], "total"),
    ]
    rules = [
        _(
            "Corrected since: what happened by the day, or has no day, and "
            "was entered, changed, voided or restored later."
        ),
        _("It is no change between the two days: it lies in both totals. Terminated projects are in these figures."),
        _("What the undoing of an import took out again is not counted; park and cluster are today’s."),
    ]
    return Grid(_("Corrected since"), columns, rows, rules, code="corrected")


def changed_grid(asked: Asked, changed: Sequence[Correction]) -> Grid:
    """By project: what was written that evening, what is written now, who changed it, when."""
    ids = [one.pk for one in changed]
    names = Project.objects.in_bulk(ids)
    told = _told(asked, ids)
    columns = [
        Column(_("Project"), width=34),
        Column(_("Change"), width=40),
        Column(_("Projects"), "signed", weak=True),
        Column(_("Agreed (100 million)"), "signed_yi"),
        Column(_("Arrived (100 million)"), "signed_yi", weak=True),
        Column(_("by whom"), weak=True),
        Column(_("when"), weak=True),
    ]
    rows = []
    for one in changed:
        words, who, when = told[one.pk]
        change = one.change
        figures = [Cell(change.projects or None), Cell(change.agreed or None), Cell(change.arrived or None)]
        cells = [Cell(names[one.pk].name, href=names[one.pk].get_absolute_url()), Cell("；".join(words))]
        rows.append(Row([*cells, *figures, Cell("、".join(who)), Cell(when)]))
    return Grid(_("Changed since, by project"), columns, rows, code="corrected-list")


class _Told:
    """Collects the words of one project, the accounts, and the last time."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.records: list[Any] = []

    def add(self, label: str, old: str, new: str, record: Any) -> None:
        self.words.append(f"{label} {old or _('not there')} → {new or _('not there')}")
        if record:
            self.records.append(record)

    def __iter__(self) -> Any:
        people = [str(record.history_user or _("the command")) for record in self.records]
        last = max((record.history_date for record in self.records), default=None)
        yield self.words
        yield list(dict.fromkeys(people))
        yield f"{timezone.localtime(last):%Y-%m-%d %H:%M}" if last else ""


def _told(asked: Asked, ids: list[int]) -> dict[int, _Told]:
    """For each of a page's projects; a constant number of queries."""
    told: dict[int, _Told] = defaultdict(_Told)
    then = {row.id: row for row in as_written(Project, ids, asked)}
    last = _last(Project, asked, id__in=ids)
    for project in Project.objects.filter(pk__in=ids):
        for label, old, new in _columns(then.get(project.pk), project):
            if old != new:
                told[project.pk].add(label, old, new, last.get(project.pk))
    for key, model in TABLES.items():
        before = {row.id: row for row in as_written(model, ids, asked)}
        after = {row.pk: row for row in model.objects.filter(project__in=ids)}  # type: ignore[attr-defined]
        last = _last(model, asked, project__in=ids)
        for pk in sorted({*before, *after}):
            old, new = before.get(pk), after.get(pk)
            difference = row_difference(ROWS[key], old, new, {})
            if difference is not None:
                told[(new or old).project_id].add(difference.label, difference.old, difference.new, last.get(pk))
    return told


def _columns(old: Any, new: Project) -> list[tuple[str, str, str]]:
    """What of a project decides whether it counts: its signing day, whether it is a lead still, whether it is void."""
    if old is None:
        return []
    stage = [str(Stage(row.stage).label) if _early(old) or _early(new) else "" for row in (old, new)]
    void = [str(_("voided")) if row.voided_at else str(_("counted")) for row in (old, new)]
    days = [str(row.signed_on) if row.signed_on else str(_("not filled in")) for row in (old, new)]
    return [(str(_("signed")), *days), (str(_("stage")), *stage), ("", *void)]  # type: ignore[list-item]


def _early(row: Any) -> bool:
    return Stage(row.stage).rank < Stage.SIGNED.rank


def _last(model: Any, asked: Asked, **own: Any) -> dict[int, Any]:
    """The newest history row of each object since the day."""
    rows = model.history.filter(history_date__gte=end_of(asked.since), **own)
    return {row.id: row for row in rows.select_related("history_user").order_by("history_id")}
