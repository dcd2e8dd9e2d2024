"""What a row that reads well may still not say: no name, implausible amounts, days that cannot be, another's park."""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.comparing import MILESTONE_FIELDS
from imports.known import KnownProject
from imports.plan import ReadRow
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import format_yi
from jiangjin.lib.text import sentence
from projects import capital, stages

ENOUGH_FOR_A_MEDIAN = 10
AMOUNTS = ("agreed_capital", "added_capital", "planned_total", "arrived_total", "arrived_year", "arrived_month")
NO_NAME = _("The row has no project name. Fill in the name, or take the row out.")
IMPLAUSIBLE = _(
    "%(amount)s 亿元 is very much: is the unit right? Correct the cell, or accept the amount if it is what was agreed."
)
ACCEPTED = _("%(amount)s 亿元 is very much; you accepted it for this file.")
LARGE = _("%(amount)s 亿元 is a very large project. Check the unit.")
FUTURE = _("%(day)s has not come yet, so nothing can have happened then. Use the planned column, or correct the year.")
ORDER = _("%(later)s (%(second)s) lies before %(earlier)s (%(first)s). Check both days.")
MORE_ARRIVED = _("More has arrived than was agreed. Check both amounts.")
NOT_YOURS = _("Your account may not write projects of this park. Ask the park's recorder, or take the row out.")
IN_NO_PARK = _(
    "The register has this project without a park, and your account writes projects of its own parks only. "
    "Ask the district's recorder, or take the row out."
)
NO_PARK = _(
    "The row names no park, and your account writes projects of its own parks only. On the page of the columns choose "
    "the column of the park, or a park under “Park, where empty”."
)


def not_yours(park_id: int | None) -> Promise:
    """Why a known project of this park, or of none, is not this account's."""
    return IN_NO_PARK if park_id is None else NOT_YOURS


def medians(rows: Iterable[ReadRow]) -> dict[str, Decimal]:
    """The median of each column of amounts that holds at least ten, in 万元."""
    amounts: dict[str, list[Decimal]] = {name: [] for name in AMOUNTS}
    for row in rows:
        for name, known in amounts.items():
            if (value := row.values.get(name)) is not None:
                known.append(value)
    return {name: statistics.median(known) for name, known in amounts.items() if len(known) >= ENOUGH_FOR_A_MEDIAN}


def refuse_nameless(row: ReadRow) -> None:
    """A row with values but no name is an error, never skipped."""
    if not row.values.get("name") and not any(error.field == "name" for error in row.errors):
        row.refuse("no_name", NO_NAME, "name")


def check_amounts(row: ReadRow, known: KnownProject | None, median: dict[str, Decimal], accepted: bool) -> None:
    """Amounts that a person must accept first (design, section 4), and large ones that warn."""
    for name in AMOUNTS:
        amount = row.values.get(name)
        if amount is None:
            continue
        former = known.values.get(name) if known else None
        if amount == former:
            continue
        if capital.implausible(amount, former, median.get(name)):
            _stop_implausible(row, name, amount, accepted)
        elif amount >= capital.REMARKABLE:
            row.warn("large_amount", sentence(LARGE, amount=format_yi(amount)), name)
    agreed, arrived = row.values.get("agreed_capital"), row.values.get("arrived_total")
    if agreed is not None and arrived is not None and arrived > agreed:
        row.warn("arrived_exceeds_agreed", MORE_ARRIVED, "arrived_total")


def _stop_implausible(row: ReadRow, name: str, amount: Decimal, accepted: bool) -> None:
    """Refuse the amount until a person accepts it; after that it is only told."""
    if accepted:
        row.warn("implausible_amount", sentence(ACCEPTED, amount=format_yi(amount)), name)
    else:
        row.refuse("implausible_amount", sentence(IMPLAUSIBLE, amount=format_yi(amount)), name)


def check_days(row: ReadRow, known: KnownProject | None, today: datetime.date) -> None:
    """Nothing happened in the future; an order that is broken for every day that they could mean warns: of the days of
    the row, and of what it changes beside the days that the register holds."""
    values = row.values
    own: dict[str, Any] = {name: values[name] for name in stages.DAY_FIELDS if name in values}
    if not own:
        return
    for name in stages.in_the_future(own, today):
        row.refuse("future_day", sentence(FUTURE, day=str(own[name])), name)
    days = own
    if known is not None:
        stored = {name: known.values.get(MILESTONE_FIELDS.get(name, name)) for name in own}
        if stored != own:
            days = {name: known.values.get(MILESTONE_FIELDS.get(name, name)) for name in stages.DAY_FIELDS} | own
    for earlier, later in stages.broken_order(days, own):
        text = sentence(
            ORDER,
            later=stages.DAY_LABELS[later],
            earlier=stages.DAY_LABELS[earlier],
            first=str(days[earlier]),
            second=str(days[later]),
        )
        row.warn("date_order", text, later if later in own else earlier)


def check_arrivals(row: ReadRow, known: KnownProject, today: datetime.date, accepted: bool) -> None:
    """No money came in a month that has not begun; more than agreed, or before the signing, warns."""
    amounts: dict[PartialDay, Decimal] = row.values["arrivals"]
    signed, agreed = known.values.get("signed_on"), known.values.get("agreed_capital")
    for month, amount in amounts.items():
        if month.first > today:
            row.refuse("future_day", sentence(FUTURE, day=str(month)), f"arrival {month}")
        elif capital.implausible(amount):
            _stop_implausible(row, f"arrival {month}", amount, accepted)
    total = row.values.get("arrived_total") or Decimal(0)
    if capital.implausible(total):
        _stop_implausible(row, "arrived_total", total, accepted)
    if agreed is not None and max(total, sum(amounts.values(), Decimal(0))) > agreed:
        row.warn("arrived_exceeds_agreed", MORE_ARRIVED, "name")
    if signed and any(month.certainly_before(signed) for month in amounts):
        row.warn("arrival_before_signing", _("Money came before the signing. Check the month and the day."), "name")
