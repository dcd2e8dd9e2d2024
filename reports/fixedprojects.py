"""The projects behind a fixed table with their values then: a part of its page, and a sheet of its file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jiangjin.lib.sheetout import OutColumn, OutSheet
from projects.choices import Condition, Stage
from projects.models import Project
from projects.permissions import Actor
from reports.grid import OUT_KINDS, Cell, Column, Grid, Row
from reports.models import FixedProject, FixedTable


def _columns() -> list[Column]:
    return [
        Column(_("number"), key="code", width=14),
        Column(_("project name"), key="name", width=34),
        Column(_("park"), key="park", width=14),
        Column(_("cluster"), key="cluster", width=14, weak=True),
        Column(_("signed"), key="signed_on", width=12),
        Column(_("agreed (亿元)"), "yi", key="agreed"),
        Column(_("arrived (亿元)"), "yi", key="arrived"),
        Column(_("stage"), key="stage", width=10),
        Column(_("condition"), key="condition", width=10, weak=True),
    ]


def _values(row: FixedProject) -> list[Any]:
    stages, conditions = dict(Stage.choices), dict(Condition.choices)
    return [
        row.code,
        row.name,
        row.park,
        row.cluster,
        row.signed_on,
        row.agreed,
        row.arrived,
        str(stages.get(row.stage, row.stage)),
        str(conditions.get(row.condition, row.condition)),
    ]


def projects_grid(rows: Iterable[FixedProject], user: Actor) -> Grid:
    """Some of them; the name opens the project where it is still there to be seen."""
    kept = list(rows)
    seen = Project.objects.visible_to(user).filter(pk__in=[row.key for row in kept])
    codes = dict(seen.order_by().values_list("pk", "code"))
    made = []
    for row in kept:
        cells = [Cell(value, dash=False) for value in _values(row)]
        if row.key in codes:
            cells[1] = Cell(row.name, href=reverse("projects:detail", args=[codes[row.key]]))
        made.append(Row(cells))
    return Grid(_("Projects then"), _columns(), made, code="projects-then", cards=True)


def projects_sheet(table: FixedTable) -> OutSheet:
    """All of them, read as they are written."""
    columns = [
        OutColumn(column.key, column.label, OUT_KINDS.get(column.kind, "text"), column.width) for column in _columns()
    ]
    rows = (_values(row) for row in table.projects.iterator(chunk_size=2000))
    return OutSheet(str(_("Projects then")), columns, rows, frozen=2)
