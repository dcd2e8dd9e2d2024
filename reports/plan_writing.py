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
) -> None:
    """Write, correct or (None) take out the figure of a day, in 万元 or a number. Raises ChangedMeanwhile."""
    of = {"scope": scope, "key": key, "measure": measure, "day": day}
    try:
        with transaction.atomic():
            row = TargetActual.objects.select_for_update().filter(**of).first()
            if stored_text(row) != was:
                raise ChangedMeanwhile(row)
            if row is None:
                made = [] if value is None else [TargetActual(**of, value=value, source=source)]
                create_with_history(TargetActual, made, user=user, reason="")
            elif value is None:
                record_history(TargetActual, [row.pk], "-", user=user, reason="")
                delete_rows(TargetActual, [row.pk])
            elif (row.value, row.source) != (value, source):
                row.value, row.source = value, source
                update_with_history(TargetActual, [row], ["value", "source"], user=user, reason="")
    except IntegrityError as error:
        raise ChangedMeanwhile(find(scope, key, measure, day)) from error
