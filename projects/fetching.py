"""The projects of a page with what its columns read, and no more."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from projects.columnplaces import FIRMS, HONOURS, JOINED, MILESTONES, Asked
from projects.columns import Column
from projects.models import Participation
from projects.querysets import ProjectQuerySet

# What a row says whatever its columns are: its name and links, its marks, its light (templates/projects/_list_row.html,
# pages.mark_rows, lightrules).
ALWAYS = ("code", "name", "tags", "signed_on", "stage", "condition", "land_mode", "updated_at")
# What finds a firm and is not shown.
UNSEEN = ("name_key", "name_initials", "name_pinyin", "remarks")


def fetched(projects: ProjectQuerySet, columns: Iterable[Column], asked: Asked) -> QuerySet:
    """With what these columns' `value` reads and no more, in a constant number of queries however many rows.

    A project has some sixty columns and a page shows twelve: the others are not read from the database.
    """
    columns = list(columns)
    needs = {need for column in columns for need in column.needs}
    if joined := sorted(needs.intersection(JOINED)):
        projects = projects.select_related(*joined)
    projects = projects.only(*ALWAYS, *(field for column in columns for field in column.place.fields))
    if FIRMS in needs:
        # The firms come by a join: asked for by their keys, a chunk of them is more than SQLite takes.
        parts = Participation.objects.select_related("investor").defer(*(f"investor__{name}" for name in UNSEEN))
        projects = projects.prefetch_related(Prefetch("participations", parts))
    if HONOURS in needs:
        projects = projects.prefetch_related("participations__investor__honours")
    if MILESTONES in needs:
        projects = projects.prefetch_related("milestones")
    for column in columns:
        projects = column.place.annotated(projects, asked, shown=True)
    return projects
