"""Land, jobs, output and tax: a cell, the foot of the list that it opens and the total row of its file agree."""

from __future__ import annotations

import csv
import io
import random
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.test import Client

from jiangjin.lib.money import YI
from projects.columns import BY_KEY, DEFAULT
from tests.builders import make_project, make_user
from tests.reports.random_register import fill_register
from tests.reports.test_statistics_agree import COLUMNS, fill_plans

pytestmark = pytest.mark.django_db
MEASURES = "&".join(f"measures={code}" for code in COLUMNS)
TABLES = [
    "rows=quarter&cols=none&year=2020&compare=",
    "rows=park&cols=year&year=2020&compare=",
    "rows=cluster&cols=quarter&year=2020&as_of=2020-10-31&compare=",
    "rows=month&cols=none&period=2020&terminated=0&compare=",
    "rows=size&cols=none&year=2020&period=all&source=none&compare=",
]
CELLS = 5  # of each table


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def body(client: Client, url: str) -> bytes:
    return b"".join(client.get(url).streaming_content)


def in_the_foot(client: Client, query: str, key: str) -> Decimal:
    html = client.get(f"/projects/?{query}&per_page=1", headers={"HX-Request": "true"}).content.decode()
    found = re.search(rf'data-sum="{key}" data-value="([^"]+)"', html)
    assert found, query
    return Decimal(found[1])


def in_the_files(client: Client, query: str, key: str) -> tuple[Decimal, Decimal]:
    """The total row of the workbook, and what the rows of the .csv file come to: money in 万元."""
    book = openpyxl.load_workbook(io.BytesIO(body(client, f"/projects/export.xlsx?{query}")))
    heads, *__, last = book.worksheets[0].iter_rows(values_only=True)
    (place,) = [place for place, head in enumerate(heads) if head == BY_KEY[key].head]
    lines = list(csv.reader(io.StringIO(body(client, f"/projects/export.csv?{query}").decode("utf-8-sig"))))
    unit = YI if BY_KEY[key].unit == "亿元" else 1
    rows = sum((Decimal(line[place]) for line in lines[1:] if line[place]), Decimal(0))
    return Decimal(str(last[place])) * unit, rows * unit


def test_cell_foot_and_total_row_agree(manager: Client) -> None:
    chance = random.Random(7)
    fill_register(chance, 60)
    fill_plans(chance)
    seen = set()
    for table in TABLES:
        grid = manager.get(f"/reports/statistics/?{table}&{MEASURES}").context["grid"]
        filled = [
            (cell, column.key.rsplit(".", 1)[-1])
            for row in grid.rows
            for cell, column in zip(row.cells[1:], grid.columns[1:], strict=True)
            if cell.url
        ]
        for cell, code in chance.sample(filled, CELLS):
            query, key = urlsplit(cell.url).query, COLUMNS[code]
            assert parse_qs(query)["columns"] == [",".join([*(usual.key for usual in DEFAULT), key])]
            said = (in_the_foot(manager, query, key), *in_the_files(manager, query, key))
            assert said == (cell.value,) * 3, (table, code, cell)
            seen.add(code)
    assert seen == set(COLUMNS)


def test_agreed_per_mu_shows_the_land_and_other_links_stay(manager: Client) -> None:
    make_project(signed="2020-02", agreed="5", land_area=Decimal(100))
    url = "/reports/statistics/?rows=quarter&cols=none&year=2020&compare=&measures=per_mu&measures=average"
    total = manager.get(url).context["grid"].rows[-1]
    assert dict(total.cells[1].params)["columns"].endswith(",land_area")
    assert total.cells[2].params == [("signed_in", "2020")]


def test_a_sum_of_what_nobody_filled_in_is_no_nought(manager: Client) -> None:
    make_project(signed="2020-02", agreed="5")
    make_project(signed="2020-05", land_area=Decimal(0), expected_jobs=12)
    make_project(signed="2020-06")
    table = f"rows=quarter&cols=none&year=2020&compare=yoy&{MEASURES}"
    response = manager.get(f"/reports/statistics/?{table}")
    first, second, third, *__, total = response.context["grid"].rows
    values = [[cell.value for cell in row.cells[1:5]] for row in (first, second, third, total)]
    place = list(COLUMNS).index
    assert values[0] == [None] * 4  # a project, and nothing known of it
    assert (values[1][place("land")], values[1][place("jobs")], values[1][place("tax")]) == (0, 12, None)
    assert values[2] == [0] * 4  # no project
    assert (values[3][place("land")], values[3][place("jobs")], values[3][place("output")]) == (0, 12, None)
    assert not any(cell.url for cell in first.cells[1:])
    book = openpyxl.load_workbook(io.BytesIO(body(manager, f"/reports/statistics/export.xlsx?{table}")))
    filed = [row for row in book.worksheets[0].iter_rows(values_only=True) if "第 1 季度" in str(row[0])]
    assert filed[0][1:5] == (None,) * 4
    html = response.content.decode()
    line = next(part for part in html.split("<tr") if "第 1 季度" in part and "<td" in part)
    assert line.count("—") >= 4
    assert not re.search(r">\s*0(\.00)?\s*<", line)


def test_growth_from_or_to_the_unknown_is_none(manager: Client) -> None:
    make_project(signed="2019-02", land_area=Decimal(50), expected_jobs=None)
    make_project(signed="2020-02", land_area=None, expected_jobs=10)
    url = "/reports/statistics/?rows=quarter&cols=none&year=2020&compare=yoy&measures=land&measures=jobs"
    grid = manager.get(url).context["grid"]
    growths: list[Any] = [
        cell.value for cell, column in zip(grid.rows[-1].cells, grid.columns, strict=True) if "growth" in column.key
    ]
    assert growths == [None, None]
