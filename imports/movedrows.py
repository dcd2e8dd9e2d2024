"""Which project a row of a file spoke of when it was written: merging projects moves the rows along."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from imports.models import Merge, PairKind
from projects.models import Project


def spoke_of(projects: Iterable[int]) -> dict[int, int]:
    """Of the rows that mergings brought to these projects the one that each spoke of, by the row's key. One query.

    What was merged on has come with each of its mergings: the first of them says it.
    """
    known = Project.objects.filter(Q(pk__in=projects) | Q(merged_into__in=projects)).order_by().values("pk")
    merges = Merge.objects.filter(kind=PairKind.PROJECT, kept__in=known).order_by("-pk")
    return {row: gone for gone, rows in merges.values_list("gone", "moved_rows") for row in rows}
