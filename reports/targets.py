"""The targets of a year, and how much of the year is gone: what progress is compared with."""

from __future__ import annotations

import calendar
import datetime
from decimal import Decimal

from parks.models import Park
from projects import permissions
from projects.permissions import Actor
from reports.targetmodels import Target, TargetScope

# (scope, its key, measure) → number of projects or firms, or 万元. The key of the district is "".
Targets = dict[tuple[str, str, str], Decimal]
DISTRICT, PARK = TargetScope.DISTRICT.value, TargetScope.PARK.value


def targets_of(year: int) -> Targets:
    """All targets of a year. Who has none is not in it: a target that nobody set is unknown, not zero."""
    rows = Target.objects.filter(year=year).order_by()
    return {
        (scope, key, measure): value
        for scope, key, measure, value in rows.values_list("scope", "key", "measure", "value")
    }


def pace(year: int, day: datetime.date) -> Decimal:
    """The part of the year that is gone at the end of the day (时序进度), 0 before it and 1 after it."""
    days = 366 if calendar.isleap(year) else 365
    gone = (day - datetime.date(year, 1, 1)).days + 1
    return Decimal(max(0, min(days, gone))) / days


def own_parks(user: Actor) -> frozenset[str] | None:
    """Codes of the parks that an account is narrowed to; None where it sees the whole district."""
    if not permissions.sees_own_parks_only(user):
        return None
    return frozenset(Park.objects.filter(pk__in=user.writable_park_ids).values_list("code", flat=True))


def may_set_targets(user: Actor) -> bool:
    """Targets are set, and figures typed in, by who names chiefs: managers of the whole district, administrators."""
    return permissions.may_name_chiefs(user)


def require_target_setter(user: Actor) -> None:
    """Raise 403 where the account may set no targets."""
    permissions.require_chiefs(user)
