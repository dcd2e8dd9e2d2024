"""What is kept of a new project's row is the same, written at once or by way of dictionaries."""

import datetime
import json
from decimal import Decimal

import pytest

from imports import details
from imports.grid import Cell, CellKind
from imports.models import RowAction
from imports.plan import ReadRow, RowPlan
from jiangjin.lib.bulk import JsonText
from jiangjin.lib.dates import PartialDay
from projects.choices import Stage

DAY = datetime.date(2020, 6, 30)
CELLS = [
    ('a "name" \\ 、\n\x7f\u2028', "a name"),
    ("江津", "江津"),
    (Decimal("1.50"), Decimal("15000.000000")),
    (Decimal("1.5"), Decimal("15000")),
    (DAY, PartialDay(2020, 6, 30)),
    (DAY, PartialDay(2020, 6)),
    (datetime.datetime(2020, 6, 30, 12), PartialDay(2020, 6, 30)),  # noqa: DTZ001
    (Cell(CellKind.NUMBER, Decimal("0.5"), "0%"), Decimal(50)),
    (Cell(CellKind.UNCALCULATED), "x"),
    (True, True),
    (Decimal(1), True),
    (Decimal(0), 0),
    ("在建", Stage.CONSTRUCTION),
    ("500强、上市", ("fortune", "listed")),
    (None, "given for all rows"),
    ("", Decimal(7)),
]


@pytest.mark.parametrize("start", range(len(CELLS)))
def test_both_ways_say_the_same(start):
    cells = CELLS[start:] + CELLS[:start]
    names = ["name", "investor", "agreed_capital", "signed_on", "stage", "serial", "lead_unit"]
    columns = {name: (letter, index) for index, (name, letter) in enumerate(zip(names[:-1], "ABCDEF", strict=True))}
    values = {name: new for name, (__, new) in zip(names, cells, strict=False)}
    read = ReadRow("台账", 7, [raw for raw, __ in cells[:6]], columns, values)
    row = RowPlan(read, RowAction.CREATE, is_new_project=True)
    text = details.details_of(row, {})
    assert type(text) is JsonText
    assert json.loads(text) == json.loads(json.dumps(details._all_of(row)))
    assert "serial" not in text


@pytest.mark.parametrize(
    "more", [{"comments": (("A7", "?"),)}, {"elsewhere": {"name": ("A", "甲")}}, {"from_above": {"name": 3}}]
)
def test_rows_with_something_to_say_keep_it(more):
    read = ReadRow("台账", 7, ["甲"], {"name": ("A", 0)}, {"name": "甲"}, elsewhere={"name": ("A", "甲")})
    for name, value in more.items():
        setattr(read, name, value)
    told = details.details_of(RowPlan(read, RowAction.CREATE, is_new_project=True), {})
    assert told[0]["new"] == "甲"
    assert told[0].get("from") == ("A3" if "from_above" in more else None)
    assert [one["comment"] for one in told[1:]] == (["?"] if "comments" in more else [])
