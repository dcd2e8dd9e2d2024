"""Known projects that a ledger of the same scope no longer names. They are only shown: nothing is done to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from accounts.models import User
from imports.links import Links
from imports.plan import Plan
from jiangjin.lib.text import name_key
from projects.models import Project

MOST = 500


@dataclass(frozen=True, slots=True)
class Absent:
    """How many, and the keys of the first of them. The scope: the years of signing and the parks that the file's
    accepted rows name."""

    count: int = 0
    ids: list[int] = field(default_factory=list)
    years: tuple[int, ...] = ()
    parks: tuple[str, ...] = ()  # codes; empty: the whole district

    @property
    def left_off(self) -> int:
        return self.count - len(self.ids)


def absent(plan: Plan, links: Links, *, user: User) -> Absent:
    """The known projects of the file's scope that no row of it means; one query whatever the file's size.

    A table of arrivals names only projects to which money came, so it has no such list; neither has a file without a
    single signing year, whose scope nobody knows.
    """
    rows = [row.read for row in plan.rows]
    days = [day for row in plan.accepted if (day := row.read.values.get("signed_on"))]
    years = tuple(sorted({day.year for day in days}))
    if plan.kind != "projects" or not years:
        return Absent()
    # A refused row may be anything; only what is accepted says of which parks the file speaks.
    parks = {row.read.values.get("park") for row in plan.accepted}
    codes = () if None in parks else tuple(sorted(code for code in parks if code))
    scope = Project.objects.counted().visible_to(user)
    dated = Q()
    for year in years:
        dated |= Q(signed_on__year=year)
    scope = scope.filter(dated)
    if codes:
        scope = scope.filter(park__in=[links.ids["park"][code] for code in codes])
    meant = {row.project_id for row in plan.rows if row.project_id}
    # A refused row may be matched with nothing, and still names its project.
    named = {name_key(name)[:200] for row in rows if (name := row.values.get("name"))}
    missing = [
        pk for pk, key in scope.order_by("code").values_list("pk", "name_key") if pk not in meant and key not in named
    ]
    return Absent(len(missing), missing[:MOST], years, codes)


def absent_projects(ids: list[int], *, user: User) -> list[Project]:
    """The projects of a page of that list, as the user may see them."""
    found = Project.objects.visible_to(user).filter(pk__in=ids)
    return list(found.select_related("park", "cluster").order_by("code"))
