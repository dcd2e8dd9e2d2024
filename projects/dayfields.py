"""Days as forms ask for them where only a day that has come will do."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDay, PartialDayFormField


class DayFormField(PartialDayFormField):
    """A day known fully, typed in any spelling that the import takes; cleaned to a date, and never a future one."""

    def clean(self, value: Any) -> datetime.date | None:
        try:
            day: PartialDay | None = super().clean(value)
        except ValidationError as error:
            if error.code == "not_a_date":  # whose words offer a month or a year as well
                raise ValidationError(_("This is not a day. Write it whole, for example 2020-06-30.")) from error
            raise
        if day is None:
            return None
        if day.precision != "day":
            raise ValidationError(_("Write the whole day, for example 2020-06-30."))
        if day.first > timezone.localdate():
            raise ValidationError(_("This day lies in the future."))
        return day.first
