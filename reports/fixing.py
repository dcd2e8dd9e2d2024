"""Figures as they were reported: a table is fixed with its rules, its day, and the projects behind it.

fix_table(grids=[grid], name="7 月 5 日报区委", note="", title=…, page=request.get_full_path(), conditions=…,
          lists=[place.counted()], day=asked.shown, is_cut=asked.day is not None, user=request.user)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from parks.models import Park
from projects import conditions
from projects.counting import happened
from projects.filters import ProjectFilter
from projects.models import CapitalCommitment, Project
from projects.periods import ALL
from projects.permissions import AUDITOR, Actor, sees_own_parks_only
from projects.then import NAMES, THEN, as_then
from reports.grid import Grid
from reports.gridkept import kept_grid
from reports.links import Params
from reports.models import FixedProject, FixedTable
from reports.tablemodels import FOLLOWED

BATCH = 500


@dataclass(frozen=True, slots=True)
class Values:
    """What is kept of a project. Amounts in 万元; `counted` is what was agreed in the periods of the lists."""

    key: int
    code: str
    name: str
    agreed: Decimal | None
    counted: Decimal
    arrived: Decimal | None
    stage: str
    condition: str
    signed_on: str
    park: str
    cluster: str


FIELDS = [field.name for field in fields(Values)]


class FixedAlready(ValueError):
    """The account fixed figures of the day under this name before: most often the same form sent twice."""


def may_fix(user: Actor) -> bool:
    """Whoever reports figures; an auditor changes nothing."""
    return user.is_active and user.role != AUDITOR


def require_fix(user: Actor) -> None:
    """Raise 403 where the account may not fix a table."""
    if not may_fix(user):
        raise PermissionDenied


@transaction.atomic
def fix_table(
    *,
    grids: Sequence[Grid],
    name: str,
    note: str,
    title: str,
    page: str,
    conditions: Iterable[tuple[str, str]],
    lists: Sequence[Params],
    day: datetime.date,
    is_cut: bool,
    user: User,
) -> FixedTable:
    """Keep tables as they stand. `lists` are the parameters of the lists that hold their projects, without the day.

    `is_cut`: only what had happened by the day counts in them; else everything registered, as on an ordinary day.
    Raises FixedAlready where the user's own figures of that day bear the name.
    """
    User.objects.select_for_update().get(pk=user.pk)  # the same form sent twice waits here for the first one
    if FixedTable.objects.filter(made_by=user, name=name, day=day, removed_at=None).exists():
        raise FixedAlready(name)
    table = FixedTable(
        name=name,
        note=note,
        title=title,
        page=page,
        grids=[kept_grid(grid) for grid in grids],
        conditions=_said(conditions, user),
        lists=[[[key, value] for key, value in params if key != "as_of"] for params in lists],
        parks=sorted(user.writable_park_ids) if sees_own_parks_only(user) else None,
        day=day,
        is_cut=is_cut,
        made_by=user,
        made_by_name=str(user),
    )
    table.full_clean(exclude=["grids", "conditions", "lists", "parks"])
    table.save()
    _keep_projects(table, user)
    return table


def _said(conditions: Iterable[tuple[str, str]], user: User) -> list[list[str]]:
    """The conditions in words that hold for every reader: whose parks these are, and who follows the projects."""
    mine = str(ProjectFilter.base_filters[FOLLOWED].label)
    theirs = _("followed by %(name)s") % {"name": user}
    said = [[theirs if str(label) == mine else str(label), str(value)] for label, value in conditions]
    if sees_own_parks_only(user):
        names = Park.objects.filter(pk__in=user.writable_park_ids).values_list("short_name", flat=True)
        said.insert(0, [_("parks of the account alone"), "、".join(names)])
    return said


def _keep_projects(table: FixedTable, user: User) -> None:
    shown = values_behind(table, table.day if table.is_cut else None, user, is_new=True)
    by_day = shown if table.is_cut else values_behind(table, table.day, user, is_new=True)
    rows = (
        FixedProject(table=table, by_day=_difference(one, by_day.get(key)), **asdict(one)) for key, one in shown.items()
    )
    FixedProject.objects.bulk_create(rows, batch_size=BATCH)


def remove_table(*, table: FixedTable, user: User) -> None:
    """Take it out of sight; the history says who did. Raises 403 for all but its maker and the administrator."""
    if not table.may_be_removed_by(user):
        raise PermissionDenied
    table.removed_at = timezone.now()
    table._history_user = user  # type: ignore[attr-defined]
    table.save(update_fields=["removed_at"])


def values_behind(
    table: FixedTable, day: datetime.date | None, reader: Actor, *, is_new: bool = False
) -> dict[int, Values]:
    """The projects of the table's lists that the reader sees, by key, as of a day (None: everything registered), with
    today's knowledge. `is_new`: its projects are not kept yet."""
    words = conditions.vocabulary()
    projects = Project.objects.visible_to(reader)
    if table.parks is not None:
        projects = projects.filter(park__in=table.parks)
    if table.asks_followed and not is_new:
        # What somebody follows changes every day, and is no correction: the table is about what was followed then.
        projects = projects.filter(pk__in=table.projects.order_by().values("key"))
    found: dict[int, Values] = {}
    for params in table.lists:
        kept = [(name, value) for name, value in params if is_new or name != FOLLOWED]
        for one in _listed(conditions.narrowed(_query(kept, day), projects, words, user=reader), day):
            known = found.get(one.key)
            found[one.key] = replace(one, counted=one.counted + known.counted) if known else one
    return found


def _query(params: Params, day: datetime.date | None) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in [*params, *([("as_of", day.isoformat())] if day else [])]:
        query.appendlist(name, value)
    return query


def _listed(filters: ProjectFilter, day: datetime.date | None) -> list[Values]:
    counted = _counted(filters, day)
    rows, names = filters.qs.order_by("code"), list(THEN)
    if day is not None:
        rows, names = as_then(rows, day), NAMES
    columns = [*names, "pk", "code", "name", "signed_on", "park__short_name", "cluster__name"]
    return [
        Values(
            pk, code, name, agreed, counted.get(pk, Decimal(0)), arrived, stage or "", condition or "",
            str(signed or ""), park or "", cluster or "",
        )
        for agreed, arrived, stage, condition, pk, code, name, signed, park, cluster in rows.values_list(*columns)
    ]  # fmt: skip


def _counted(filters: ProjectFilter, day: datetime.date | None) -> dict[int, Decimal]:
    """What was agreed in the period of a list, by project."""
    period = filters.total_period or ALL
    rows = CapitalCommitment.objects.filter(
        period.within("committed_on"), happened("committed_on", day), project__in=filters.qs.order_by().values("pk")
    )
    return dict(rows.order_by().values_list("project").annotate(Sum("amount")))


def _difference(shown: Values, by_day: Values | None) -> dict[str, Any] | None:
    """What is kept beside the shown values: those by the day, {} for none, None where they are the same."""
    if by_day == shown:
        return None
    return {} if by_day is None else _plain(by_day)


def _plain(one: Values) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(one).items()}


def values_then(row: FixedProject) -> Values | None:
    """What a later look compares with; None where the project did not count by the day."""
    if row.by_day == {}:
        return None
    shown = Values(**{name: getattr(row, name) for name in FIELDS})
    if row.by_day is None:
        return shown
    amounts = ("agreed", "counted", "arrived")
    return Values(
        **{
            name: Decimal(value) if name in amounts and value is not None else value
            for name, value in row.by_day.items()
        }
    )
