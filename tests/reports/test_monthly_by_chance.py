"""In a register made by chance every figure of the monthly report opens its rows, in any month, as of any day."""

from __future__ import annotations

import calendar
import datetime
import random

import pytest

from projects.models import CapitalArrival, Project
from projects.periods import Period
from reports.monthly.asked import Month
from reports.monthly.tables import TABLES
from tests.reports.random_register import YEARS
from tests.reports.test_figures_agree import listed, register

__all__ = ["register"]
pytestmark = pytest.mark.django_db
MONTHS, CELLS = 6, 12


def test_figures_open_their_rows(register: None) -> None:
    chance = random.Random(31)
    for row in CapitalArrival.objects.order_by("pk")[::3]:
        row.origin, row.outside_city = chance.choice(["domestic", "foreign"]), row.amount / 2
        row.save()
    for __ in range(MONTHS):
        year, number = chance.choice(YEARS), chance.randint(1, 12)
        last = datetime.date(year, number, calendar.monthrange(year, number)[1])
        day = chance.choice([last, last, last.replace(day=15), last + datetime.timedelta(200)])
        month = Month(Period(year, month=number), day, Project.objects.counted(), most=None)
        for code, table in TABLES.items():
            grid = table.make(month)
            cells = [
                cell
                for row in grid.rows
                for column, cell in zip(grid.columns, row.cells, strict=True)
                if cell.params and cell.value and column.kind in ("count", "mixed", "yi")
            ]
            for cell in chance.sample(cells, min(CELLS, len(cells))):
                totals = listed(list(cell.params))[0]
                shown = [totals.projects] if isinstance(cell.value, int) else [totals.agreed, totals.arrived]
                assert cell.value in shown, (code, month.month.code, day, cell, totals)
