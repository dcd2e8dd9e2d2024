"""The projects behind each kind of change between two days, with what changed. A constant number of queries a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from jiangjin.lib.dates import PartialDay
from projects.between import COMMITMENTS, KINDS
from projects.choices import STAGE_OF_MILESTONE, Condition, Stage
from projects.counting import after, happened
from projects.models import CapitalArrival, CapitalCommitment, Milestone, Project
from projects.querysets import ProjectQuerySet
from projects.then import NAMES, as_then
from reports.bridge import Asked
from reports.grid import Cell, Column, Grid, Row


@dataclass(frozen=True, slots=True)
class Was:
    """What a project was at the end of a day."""

    agreed: Any
    arrived: Any
    stage: str
    condition: str


def ordered(found: ProjectQuerySet) -> Any:
    """The largest first."""
    return found.order_by(F("agreed_capital").desc(nulls_last=True), "code")


def grid_of(asked: Asked, kind: str, projects: Iterable[Any]) -> Grid:
    """These projects (or their numbers) of one kind as a table."""
    ids = [getattr(one, "pk", one) for one in projects]
    rows = {row.pk: row for row in Project.objects.filter(pk__in=ids).select_related("park", "cluster")}
    then, now = _were(ids, asked.since), _were(ids, asked.until)
    told = _told(asked, kind, ids)
    columns = [Column(_("Project"), width=34), Column(_("Park"), weak=True), Column(_("Cluster"), weak=True)]
    lines = []
    for pk in (pk for pk in ids if pk in rows):
        row = rows[pk]
        lines.append(
            Row(
                [
                    Cell(row.name, href=row.get_absolute_url()),
                    Cell(row.park.short_name if row.park else None, dash=False),
                    Cell(row.cluster.name if row.cluster else None, dash=False),
                    *_cells(kind, row, then[pk], now[pk], told.get(pk, ([], 0))),
                ]
            )
        )
    return Grid(str(KINDS[kind]), [*columns, *_columns(kind)], lines, code=f"list-{kind}")


def _columns(kind: str) -> list[Column]:
    agreed, arrived = _("Agreed (100 million)"), _("Arrived (100 million)")
    day, change = Column(_("Day"), "day", weak=True), Column(_("Change (100 million)"), "signed_yi")
    if kind == "new":
        return [
            Column(_("Signed"), "day"),
            Column(agreed, "yi"),
            Column(arrived, "yi", weak=True),
            Column(_("Stage"), weak=True),
        ]
    if kind in COMMITMENTS:
        return [day, change, Column(_("Agreed then"), "yi", weak=True), Column(agreed, "yi")]
    if kind == "arrived":
        then = Column(_("Arrived then"), "yi", weak=True)
        return [Column(_("Months"), weak=True), change, then, Column(arrived, "yi")]
    if kind == "moved":
        return [Column(_("Stage then")), Column(_("Stage now")), day, Column(agreed, "yi", weak=True)]
    then = Column(_("Condition then"), weak=True)
    return [then, Column(_("Condition now")), day, Column(_("Reason"), weak=True), Column(agreed, "yi")]


def _cells(kind: str, row: Project, then: Was, now: Was, told: tuple[Sequence[PartialDay], Any]) -> list[Cell]:
    days, amount = told
    last = max(days, default=None)
    agreed, arrived = Cell(now.agreed, dash=False), Cell(now.arrived)
    if kind == "new":
        return [Cell(row.signed_on, dash=False), agreed, arrived, Cell(_stage(now.stage))]
    if kind in COMMITMENTS:
        return [Cell(last), Cell(amount), Cell(then.agreed, dash=False), agreed]
    if kind == "arrived":
        return [Cell(_span(days)), Cell(amount), Cell(then.arrived), arrived]
    if kind == "moved":
        return [Cell(_stage(then.stage)), Cell(_stage(now.stage)), Cell(last, dash=False), agreed]
    # The day and the reason of what it is now; of what is over they stand on the project's page.
    own = now.condition == row.condition and now.condition != Condition.ACTIVE
    day, reason = (row.condition_on, row.condition_reason) if own else (None, None)
    words = [Cell(_condition(then.condition)), Cell(_condition(now.condition))]
    return [*words, Cell(day, dash=not own), Cell(reason, dash=not own), agreed]


def _were(ids: list[int], day: Any) -> dict[int, Was]:
    found = as_then(Project.objects.filter(pk__in=ids), day).order_by()
    return {pk: Was(*values) for pk, *values in found.values_list("pk", *NAMES)}


def _told(asked: Asked, kind: str, ids: list[int]) -> dict[int, tuple[list[PartialDay], Any]]:
    """The days and the sum of the rows between the two days, by project; nothing where the kind has no such rows."""
    found: dict[int, tuple[list[PartialDay], Any]] = defaultdict(lambda: ([], 0))
    for project, day, amount in _rows(asked, kind).filter(project__in=ids).values_list("project", "day", "sum"):
        days, so_far = found[project]
        found[project] = ([*days, day], so_far + amount)
    return found


def _rows(asked: Asked, kind: str) -> Any:
    model, dated = CapitalCommitment, "committed_on"
    if kind == "arrived":
        model, dated = CapitalArrival, "month"
    elif kind == "moved":
        model, dated = Milestone, "actual_on"
    rows = model.objects.filter(after(dated, asked.since), happened(dated, asked.until)).order_by()  # type: ignore
    if kind == "moved":
        return rows.filter(reached=True, kind__in=STAGE_OF_MILESTONE).annotate(day=F("actual_on"), sum=F("pk"))
    if kind not in ("arrived", *COMMITMENTS):
        return rows.none().annotate(day=F("committed_on"), sum=F("amount"))
    own = {} if kind == "arrived" else {"kind": COMMITMENTS[kind]}
    return rows.filter(asked.period.within(dated), **own).annotate(day=F(dated), sum=F("amount"))


def _span(days: Sequence[PartialDay]) -> str | None:
    if not days:
        return None
    first, last = min(days), max(days)
    return str(first) if first == last else f"{first} – {last}"


def _stage(code: str | None) -> str | None:
    return str(Stage(code).label) if code else None


def _condition(code: str) -> str:
    return str(Condition(code).label)
