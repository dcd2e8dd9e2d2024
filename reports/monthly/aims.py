"""The yearly targets that the monthly tables compare with, and how much of the year is gone."""

from __future__ import annotations

import calendar
import datetime
from decimal import Decimal

Targets = dict[tuple[str, str, str], Decimal]  # (scope, its key, measure) → number of projects, or 万元
DISTRICT, PARK = "district", "park"


def targets_of(year: int) -> Targets:
    """The targets of a year; none are kept yet, and a table says — where there is none."""
    return {}


def pace(year: int, day: datetime.date) -> Decimal:
    """The part of the year that is gone at the end of the day, 0 to 1."""
    days = 366 if calendar.isleap(year) else 365
    gone = (day - datetime.date(year, 1, 1)).days + 1
    return Decimal(max(0, min(days, gone))) / days
