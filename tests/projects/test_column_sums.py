"""The foot of the list says the sum of every column shown that has one; files repeat it, and nothing else is asked."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiangjin.lib.money import YI
from projects.columns import ALL, BY_KEY
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
SUMMED = [column.key for column in ALL if column.summed]
TIMED = ("agreed_year", "arrived_year")
SPAN = re.compile(r'<span data-sum="(\w+)" data-value="([^"]*)">(.*?</b>.*?)</span>\s*\n')
QUERIES = [
    "",
    "year=2020",  # 乙 stands there for its increase alone
    "signed_in=2020",
    "period=all",
    "year=2020&as_of=2020-08-31",
    "as_of=2019-12-31",
    "arrived_in=2020-09",
    "changed=increased:2020-06-30",
    "f=land_area:filled",
]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


@pytest.fixture
def register() -> None:
    make_project(
        "甲", agreed="5", signed="2020-06-30", arrivals={"2020-08": "300"}, land_area=Decimal("100.5"),
        expected_jobs=0, expected_tax=Decimal("500.25"), planned_total=Decimal(60000), foreign_capital_agreed=None,
    )  # fmt: skip
    make_project(
        "乙", agreed="12.5", signed="2019-07-01", increases=[("2", "2020-07-08")], arrivals={"2020-09": "500"},
        land_area=Decimal("0.25"), expected_jobs=1200, expected_output=Decimal("1234.56"), floor_area=Decimal(900),
    )  # fmt: skip
    make_project("丙", agreed=None, signed="2020-03", actual_output=Decimal(12), fixed_assets_planned=Decimal(3))


def foot_of(client: Client, query: str) -> dict[str, tuple[str, str]]:
    """Of each sum in the foot of the page its number for scripts and its words."""
    html = client.get(f"/projects/?{query}").content.decode()
    return {key: (plain, " ".join(re.sub("<[^>]*>", "", words).split())) for key, plain, words in SPAN.findall(html)}


def body(client: Client, url: str) -> bytes:
    return b"".join(client.get(url).streaming_content)


def total(values: list[Any]) -> Decimal | None:
    known = [Decimal(str(value)) for value in values if value not in (None, "")]
    return sum(known, Decimal(0)) if known else None


@pytest.mark.parametrize("query", QUERIES)
def test_foot_is_the_sum_of_the_column_on_the_page_and_in_files(client: Client, register: None, query: str) -> None:
    query = f"{query}&columns=name,{','.join(SUMMED)}"
    page, foot = client.get(f"/projects/?{query}").context, foot_of(client, query)
    book = openpyxl.load_workbook(io.BytesIO(body(client, f"/projects/export.xlsx?{query}")))
    __, *rows, last = book.worksheets[0].iter_rows(values_only=True)
    lines = list(csv.reader(io.StringIO(body(client, f"/projects/export.csv?{query}").decode("utf-8-sig"))))
    assert len(rows) == len(page["page"].object_list) > 0
    # What was agreed and arrived in a time that is asked for: the foot says it before these.
    timed = {key: getattr(page["totals"], key.removesuffix("_year")) for key in TIMED if key not in foot}
    assert [key for key in SUMMED if key not in timed] == list(foot)
    for place, key in enumerate(SUMMED, 1):
        unit = YI if BY_KEY[key].unit == "亿元" else 1
        shown = total([row.cells[place].value for row in page["page"].object_list])
        filed = total([row[place] for row in rows])
        assert filed == total([line[place] for line in lines[1:]]) == (None if shown is None else shown / unit), key
        below = None if last[place] is None else Decimal(str(last[place])) * unit
        if key in timed:
            assert below == timed[key] == (shown or 0), key
        else:
            assert below == shown, key
            assert foot[key][0] == ("" if shown is None else f"{shown.normalize():f}"), key


def test_what_nobody_filled_in_is_counted_and_is_no_nought(client: Client, register: None) -> None:
    shown = "name,land_area,expected_jobs,foreign_capital_agreed,arrived_foreign"
    foot = {key: words for key, (__, words) in foot_of(client, f"columns={shown}").items()}
    assert foot == {
        "land_area": "用地 100.75 亩 1 项未填",
        "expected_jobs": "预计就业 1,200 1 项未填",
        "foreign_capital_agreed": "协议外资 — 3 项未填",
        "arrived_foreign": "外资到位 —",  # follows from other rows: nobody fills it in
    }
    book = openpyxl.load_workbook(io.BytesIO(body(client, f"/projects/export.xlsx?columns={shown}")))
    last = list(book.worksheets[0].iter_rows(values_only=True))[-1]
    assert last[1:] == (100.75, 1200, None, None)
    said = "\n".join(str(text) for __, text in book.worksheets[-1].iter_rows(values_only=True))
    assert "用地（亩）：1 项未填，不在合计中。" in said
    assert "外资到位" not in said


def test_a_list_without_such_a_column_asks_nothing_more(client: Client, register: None) -> None:
    client.get("/projects/?columns=name,park")
    counted = []
    for shown in ("name,park", "name,site", "name,land_area", f"name,{','.join(SUMMED)}"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/projects/?columns={shown}")
        counted.append(len(queries))
    joined, without, one, all_of_them = counted
    assert joined == without
    assert one == all_of_them == without + 1


def test_an_empty_list_has_no_sums(client: Client, register: None) -> None:
    assert foot_of(client, "q=nobody&columns=name,land_area") == {}
