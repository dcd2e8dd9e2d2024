"""Typing in what was reached of a measure that the register cannot count."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts.models import User
from jiangjin.lib.history import create_with_history, record_history, update_with_history
from jiangjin.lib.rewriting import delete_rows
from reports.target_writing import shown
from reports.targetmodels import TargetActual, TargetMeasure


class ChangedMeanwhile(Exception):
    """Somebody else wrote the figure of that day; `row` is what stands there now, or None."""

    def __init__(self, row: TargetActual | None) -> None:
        super().__init__()
        self.row = row


class DayTaken(Exception):
    """The place that a figure is to be moved to holds another one, `row`."""

    def __init__(self, row: TargetActual | None) -> None:
        super().__init__()
        self.row = row


def stored_text(row: TargetActual | None) -> str:
    """What a page had shown of a figure, to tell a change from: value and source."""
    return "" if row is None else f"{shown(TargetMeasure(row.measure), row.value)}|{row.source}"


def find(scope: str, key: str, measure: str, day: datetime.date) -> TargetActual | None:
    return TargetActual.objects.filter(scope=scope, key=key, measure=measure, day=day).first()


def write_actual(
    *,
    scope: str,
    key: str,
    measure: str,
    day: datetime.date,
    value: Decimal | None,
    source: str,
    was: str,
    user: User,
    opened: TargetActual | None = None,
) -> None:
    """Write, correct or (None) take out the figure of a day, in 万元 or a number.

    opened: the figure that the page was about; of another day, place or measure now, it is moved there.
    Raises ChangedMeanwhile, DayTaken.
    """
    of = {"scope": scope, "key": key, "measure": measure, "day": day}
    is_moved = opened is not None and any(getattr(opened, name) != new for name, new in of.items())
    try:
        with transaction.atomic():
            rows = TargetActual.objects.select_for_update()
            row = rows.filter(pk=opened.pk).first() if opened and is_moved else rows.filter(**of).first()
            if stored_text(row) != was:
                raise ChangedMeanwhile(row)
            if is_moved and value is not None and (there := rows.filter(**of).first()):
                raise DayTaken(there)
            _write(row, TargetActual(**of, value=value or 0, source=source), user, is_kept=value is not None)
    except IntegrityError as error:
        there = find(scope, key, measure, day)
        raise (DayTaken(there) if is_moved else ChangedMeanwhile(there)) from error


def _write(row: TargetActual | None, new: TargetActual, user: User, *, is_kept: bool) -> None:
    names = ["scope", "key", "measure", "day", "value", "source"]
    if row is None:
        create_with_history(TargetActual, [new] if is_kept else [], user=user, reason="")
    elif not is_kept:
        record_history(TargetActual, [row.pk], "-", user=user, reason="")
        delete_rows(TargetActual, [row.pk])
    elif changed := [name for name in names if getattr(row, name) != getattr(new, name)]:
        for name in changed:
            setattr(row, name, getattr(new, name))
        update_with_history(TargetActual, [row], changed, user=user, reason="")
