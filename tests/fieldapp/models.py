"""One model for each field type, with history.

The app has no migrations, so its tables are made before the users': their history cannot point there by constraint.
"""

from django.db import models
from simple_history.models import HistoricalRecords

from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.money import MoneyField


class Amount(models.Model):
    amount = MoneyField("amount", null=True, blank=True)
    other = MoneyField("other", null=True, blank=True)
    count = models.IntegerField(default=0)
    history = HistoricalRecords(user_db_constraint=False)

    def __str__(self) -> str:
        return str(self.amount)


class DayRow(models.Model):
    day = PartialDayField("day", null=True, blank=True, db_index=True)
    history = HistoricalRecords(user_db_constraint=False)

    def __str__(self) -> str:
        return str(self.day)
