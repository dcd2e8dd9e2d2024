"""Who waits longest at a stage, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from projects.choices import Condition
from projects.models import Project
from reports.ageing import ENOUGH, LEAST, Ageing, Old
from reports.grid import Cell, Column, Grid, Row
from reports.links import Params


def stages_grid(ageing: Ageing, base: Params) -> Grid:
    """Of each stage: how many live projects are there, how many of them are old."""
    columns = [
        Column(_("Stage")),
        Column(_("live projects there"), "count"),
        Column(_("with a known day"), "count", weak=True),
        Column(_("nine in ten left it within (days)"), "count", weak=True),
        Column(_("known of"), "count", weak=True),
        Column(_("longer there"), "count"),
    ]
    live = [("condition", Condition.ACTIVE.value), ("condition", Condition.STALLED.value)]
    own = [pair for pair in base if pair[0] not in ("stage", "condition")]
    rows = []
    for line in ageing.stages:
        # Narrowed by stage or condition: the list of a whole stage would hold more than is counted here.
        params = [("stage", line.stage.value), *live, *base] if own == list(base) else None
        district = line.district
        rows.append(
            Row(
                [
                    Cell(str(line.stage.label)),
                    Cell(line.live, params and [("signed_in", "all"), *params]),
                    Cell(line.dated),
                    Cell(district.days if district else None),
                    Cell(district.known if district else None),
                    Cell(line.old, href=f"#{OLD}" if line.old else ""),
                ]
            )
        )
    return Grid(_("Time at each stage"), columns, rows, [], code="ageing")


OLD = "old"


def old_grid(old: Sequence[Old]) -> Grid:
    """The projects that wait longer than nine in ten of their kind took."""
    rows_of = Project.objects.filter(pk__in=[one.pk for one in old]).select_related("park", "cluster")
    found = {row.pk: row for row in rows_of}
    columns = [
        Column(_("Project"), width=34),
        Column(_("Park"), weak=True),
        Column(_("Cluster"), weak=True),
        Column(_("Stage"), weak=True),
        Column(_("since"), "day", weak=True),
        Column(_("days"), "count"),
        Column(_("nine in ten within (days)"), "count", weak=True),
        Column(_("compared with"), weak=True),
        Column(_("longer by (days)"), "count"),
    ]
    rows = [_row(found[one.pk], one) for one in old if one.pk in found]
    empty = _("No project is at its stage for longer than nine in ten of its kind took, or too few have left one.")
    return Grid(_("Longer at their stage than nine in ten of their kind"), columns, rows, rules(), OLD, empty)


def _row(project: Project, one: Old) -> Row:
    cluster = project.cluster.name if project.cluster else None
    kind = cluster if one.measure.of_cluster else _("whole district")
    return Row(
        [
            Cell(project.name, href=project.get_absolute_url()),
            Cell(project.park.short_name if project.park else None, dash=False),
            Cell(cluster, dash=False),
            Cell(str(one.stage.label)),
            Cell(one.since),
            Cell(one.days),
            Cell(one.measure.days),
            Cell(_("%(kind)s, %(number)d projects") % {"kind": kind, "number": one.measure.known}),
            Cell(one.over),
        ]
    )


def rules() -> list[str]:
    """How it is measured."""
    words = {"enough": ENOUGH, "least": LEAST}
    return [
        _(
            "Days at a stage: from the last day that reaching it could mean "
            "to the as-of day; terminated ones are left out."
        ),
        _(
            "Nine in ten: of those that have left the stage, the days "
            "within which nine in ten had reached the next one."
        ),
        _(
            "Compared with the cluster where at least %(enough)d of it have "
            "left the stage, else with the whole district."
        )
        % words,
        _("Where fewer than %(least)d of the district have left a stage with known days, nothing is compared.") % words,
        _("Days known to the year alone, and steps against their usual order, are left out."),
    ]
