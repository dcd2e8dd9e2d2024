"""What the foot of the list says is the sum of a column, on the page and in its files, whatever time is asked for."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects import capital
from projects.models import CapitalArrival, Project
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADS = {
    "agreed_capital": "协议投资额（亿元）",
    "agreed_year": "当年协议（亿元）",
    "arrived_capital": "到位（亿元）",
    "arrived_year": "当年到位（亿元）",
}
# An address, and in which columns the amounts of its foot stand.
ADDRESSES = [
    ("", "agreed_capital", "arrived_capital"),
    ("period=all", "agreed_capital", "arrived_capital"),
    ("year=2020", "agreed_year", "arrived_year"),
    ("year=2020&as_of=2020-08-31", "agreed_year", "arrived_year"),
    ("period=2020Q3", "agreed_year", "arrived_year"),
    ("period=none", "agreed_year", "arrived_year"),
    ("arrived_in=2020-09", "agreed_capital", "arrived_year"),
    ("arrived_in=2020", "agreed_capital", "arrived_year"),
    ("arrived_in=2020&as_of=2020-09-30", "agreed_capital", "arrived_year"),
    ("arrived_in=all:foreign", "agreed_capital", "arrived_year"),
    ("arrived_in=2020:outside_city", "agreed_capital", "arrived_year"),
    ("arrived_in=2021:earlier", "agreed_capital", "arrived_year"),
    ("year=2020&arrived_in=2020-09:outside_city", "agreed_year", "arrived_year"),
    ("year=2020&arrived_in=2020-09", "agreed_year", "arrived_year"),
    ("changed=increased:2020-03-31", "agreed_year", "arrived_year"),
    ("changed=increased:2020-06-30&year=2020", "agreed_year", "arrived_year"),
    ("changed=reduced:2020-06-30&as_of=2020-12-31", "agreed_year", "arrived_year"),
    ("changed=arrived:2020-08-31&period=2020", "agreed_year", "arrived_year"),
    ("changed=arrived:2020-08-31&arrived_in=2020", "agreed_year", "arrived_year"),
    ("changed=new:2020-05-31", "agreed_capital", "arrived_capital"),
    ("changed=new:2019-05-31&year=2020", "agreed_year", "arrived_year"),
]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


@pytest.fixture(autouse=True)
def register() -> None:
    make_project("甲", code="P-1", agreed="5", signed="2020-06-30", arrivals={"2020-08": "300", "2021-01": "40"})
    make_project(
        "乙",
        code="P-2",
        agreed="12.5",
        signed="2019-07-01",
        increases=[("2", "2020-07-08")],
        arrivals={"2020-09": "500"},
    )
    make_project("丙", code="P-3", agreed="3", signed=None, stage="signed", increases=[("1", "2019-05-01")])
    make_project("丁", code="P-4", agreed="7", signed="2019-01-01", reductions=[("1.5", "2020-10-01")])
    make_project("戊", code="P-5", signed="2020-02", increases=[("4", "2020-08-01")], arrivals={"2019-05": "9"})
    for code, month, amount, origin, outside in [
        ("P-1", "2020-09", "100", "domestic", "60"),
        ("P-2", "2020-09", "77", "foreign", None),
        ("P-5", "2020-09", "11", "foreign", "11"),
        ("P-5", "2020-10", "1.25", "domestic", "0.75"),
    ]:
        CapitalArrival.objects.create(
            project=Project.objects.get(code=code),
            month=PartialDay.from_iso(month),
            amount=Decimal(amount),
            origin=origin,
            outside_city=outside and Decimal(outside),
        )
    capital.recompute_and_save(list(Project.objects.values_list("pk", flat=True)), user=None, reason="")


def _sum(values: list[Any]) -> Decimal:
    return sum((Decimal(str(value)) for value in values if value not in (None, "")), Decimal(0))


def _body(client: Client, url: str) -> bytes:
    return b"".join(client.get(url).streaming_content)


@pytest.mark.parametrize(("query", "agreed", "arrived"), ADDRESSES)
def test_foot_of_the_list_column_of_the_page_and_column_of_the_file_agree(
    client: Client, query: str, agreed: str, arrived: str
) -> None:
    page = client.get(f"/projects/?{query}&columns=name,{agreed},{arrived}").context
    rows = page["page"].object_list
    assert len(rows) > 0
    book = openpyxl.load_workbook(io.BytesIO(_body(client, f"/projects/export.xlsx?{query}")))
    heads, *found, foot = book.worksheets[0].iter_rows(values_only=True)
    lines = list(csv.DictReader(io.StringIO(_body(client, f"/projects/export.csv?{query}").decode("utf-8-sig"))))
    for key, total in ((agreed, page["totals"].agreed), (arrived, page["totals"].arrived)):
        cells = [cell.value for row in rows for cell in row.cells if cell.column.key == key]
        assert _sum(cells) == total, key
        place = heads.index(HEADS[key])
        assert _sum([row[place] for row in found]) * YI == total, key
        assert Decimal(str(foot[place])) * YI == total, key
        assert _sum([line[HEADS[key]] for line in lines]) * YI == total, key


@pytest.mark.parametrize("query", [query for query, *__ in ADDRESSES])
def test_the_page_says_of_an_amount_what_of_it_the_foot_sums(client: Client, query: str) -> None:
    response = client.get(f"/projects/?{query}")
    page, html = response.context, response.content.decode()
    parts = 0
    for key, total in (("agreed_capital", page["totals"].agreed), ("arrived_capital", page["totals"].arrived)):
        cells = [cell for row in page["page"].object_list for cell in row.cells if cell.column.key == key]
        assert _sum([cell.of_time if cell.is_partly else cell.value for cell in cells]) == total, key
        parts += sum(cell.is_partly for cell in cells)
    assert html.count("期内 ") == parts


@pytest.mark.parametrize("query", [query for query, *__ in ADDRESSES])
def test_no_column_of_the_file_has_another_total(client: Client, query: str) -> None:
    every = "columns=name,agreed_capital,agreed_year,arrived_capital,arrived_year"
    book = openpyxl.load_workbook(io.BytesIO(_body(client, f"/projects/export.xlsx?{query}&{every}")))
    heads, *found, foot = book.worksheets[0].iter_rows(values_only=True)
    for place, head in enumerate(heads[1:], 1):
        if foot[place] is not None:
            assert _sum([row[place] for row in found]) == Decimal(str(foot[place])), head


def test_order_and_conditions_ask_for_the_same_time(client: Client) -> None:
    query = "arrived_in=2020-09&columns=name,arrived_year"
    page = client.get(f"/projects/?{query}&sort=-arrived_year").context["page"].object_list
    assert [row.code for row in page] == ["P-2", "P-1", "P-5"]
    found = client.get(f"/projects/?{query}&f=arrived_year:ge:100万元").context["page"].object_list
    assert {row.code for row in found} == {"P-1", "P-2"}
    part = client.get("/projects/?arrived_in=2020-09:outside_city&f=arrived_year:ge:50万元").context["page"]
    assert [row.code for row in part.object_list] == ["P-1"]


def _rules(client: Client, query: str) -> str:
    book = openpyxl.load_workbook(io.BytesIO(_body(client, f"/projects/export.xlsx?{query}")))
    return "\n".join(str(text) for __, text in book.worksheets[-1].iter_rows(values_only=True))


def test_the_file_says_of_which_time_its_totals_are(client: Client) -> None:
    arrived = _rules(client, "arrived_in=2020-09:foreign")
    assert "合计的协议投资额为历年，到位为2020 年 09 月 · 外资" in arrived
    assert "历年合计" not in arrived
    assert "这些金额在以下列中：协议投资额（亿元）、当年到位（亿元）" in arrived
    changed = _rules(client, "changed=increased:2020-06-30&year=2020")
    assert "其中只含 2020-06-30 之后的" in changed
    assert "增资" in changed
    assert "当年协议（亿元）、当年到位（亿元）" in changed


@pytest.mark.parametrize(
    ("query", "header", "note"),
    [
        ("", "全部", ""),
        ("year=2020", "2020", "金额为2020 年的协议和到位"),
        ("period=2020", "2020", "金额为2020 年的协议和到位"),
        ("period=2020Q3", "2020 年第 3 季度", "金额为2020 年第 3 季度的协议和到位"),
        ("period=none", "未填时间", "金额为未填时间的协议和到位"),
        ("arrived_in=2020-09", "全部", "金额：协议为历年，到位为2020 年 09 月"),
        ("year=2020&arrived_in=2020-09:foreign", "2020", "金额：协议为2020 年，到位为2020 年 09 月 · 外资"),
    ],
)
def test_header_and_foot_say_the_time(client: Client, query: str, header: str, note: str) -> None:
    html = client.get(f"/projects/?{query}").content.decode()
    assert f"年度 <b>{header}</b>" in html
    current = '<a href="?" aria-current="true">全部年度</a>'
    assert (current in html) == (query == "")
    assert note in html
    if not note:
        assert "金额为" not in html
