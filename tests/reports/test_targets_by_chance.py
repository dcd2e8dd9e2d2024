"""In a register made by chance what was reached opens its rows and adds up, for any measure, as of any day or none."""

from __future__ import annotations

import datetime
import random

import pytest

from projects.models import CapitalArrival, Project
from reports.asked import Asked
from reports.models import Target
from reports.target_grids import Progress
from reports.targetmodels import TargetMeasure
from tests.reports.random_register import YEARS
from tests.reports.test_figures_agree import listed, register

__all__ = ["register"]
pytestmark = pytest.mark.django_db
CASES = 12


def test_what_was_reached_opens_its_rows_and_adds_up(register: None) -> None:
    chance = random.Random(8)
    for row in CapitalArrival.objects.order_by("pk")[::3]:
        row.origin, row.outside_city = chance.choice(["domestic", "foreign"]), row.amount / 2
        row.save()
    for name in set(Project.objects.values_list("lead_official__name", flat=True)) - {None, ""}:
        Target.objects.create(year=2020, scope="official", key=name, measure="agreed", value=1)
    for number in range(CASES):
        year, measure = chance.choice(YEARS), list(TargetMeasure)[number % 10]
        day = chance.choice([None, datetime.date(year, chance.randint(1, 12), 28), datetime.date(year + 1, 3, 31)])
        when = Asked(year, day, day or datetime.date(2026, 1, 1))
        for grid in Progress(Project.objects.counted(), when).grids(measure):
            cells = [row.cells[2 if grid.code == "district" else 3] for row in grid.rows]
            for cell in chance.sample(cells, min(8, len(cells))):
                if cell.params and cell.value:
                    totals = listed(list(cell.params))[0]
                    found = [totals.projects] if isinstance(cell.value, int) else [totals.agreed, totals.arrived]
                    assert cell.value in found, (measure, grid.code, when, cell)
            if grid.code in ("park", "cluster"):
                first = [row.cells[3].value for row in grid.rows[:-1] if row.level == 0]
                assert sum(value for value in first if value) == (grid.rows[-1].cells[3].value or 0), (measure, when)
