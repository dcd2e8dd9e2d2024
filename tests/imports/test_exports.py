"""A ledger that goes out comes back unchanged: export, import again, nothing new, nothing changed."""

import csv
import datetime
import io
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from imports.exporting import COLUMNS, write_xlsx
from jiangjin.lib.money import YI
from projects.models import Investor, Project
from tests.builders import make_investor, make_project, make_user
from tests.imports.books import SAMPLES, ledger, run
from tests.projects.typed import pk_of, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
FOUR = ("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv", "arrivals-2020.xlsx")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("leader", role="leader"))
    return client


def body(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_whole_register_comes_back_unchanged(client: Client, tmp_path: Path, ending: str) -> None:
    for name in FOUR:
        assert run(SAMPLES / name)[0] == 0
    whole, agreed = Project.objects.count(), Project.objects.all().totals().agreed
    path = tmp_path / f"out.{ending}"
    path.write_bytes(body(client.get(f"/imports/ledger.{ending}")))
    status, answer = run(path)
    assert (status, answer["rows"], answer["unchanged"]) == (0, whole, whole), answer["errors"][:3]

    Project.objects.all().delete()
    Investor.objects.all().delete()
    status, answer = run(path)
    assert (status, answer["create"]) == (0, whole), answer["errors"][:3]
    assert Project.objects.all().totals().agreed == agreed


def test_the_export_holds_exactly_the_listed_rows(client: Client) -> None:
    run(SAMPLES / "ledger-2020.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(body(client.get("/imports/ledger.xlsx?year=2020&min_capital=10"))))
    rows = list(book.active.iter_rows(values_only=True))
    amount = [column.field for column in COLUMNS].index("agreed_capital")
    assert (len(rows) - 1, round(sum(row[amount] for row in rows[1:]), 2)) == (24, 577)


QUERIES = [
    "",
    "stage=&park=&q=&year=&min_capital=",
    "year=2020",
    "year=2020&park=luohuang&page=3&per_page=20",
    "cluster=outside&cluster=none&sort=-code",
    "q=双福&max_capital=10",
    "signed_from=2020-03&signed_to=2020-06&rank=listed",
    "sort=next_milestone&stage=signed&stage=construction",
]


def test_the_export_holds_the_lists_rows_in_the_lists_order(client: Client) -> None:
    run(SAMPLES / "ledger-2019.xls")
    run(SAMPLES / "ledger-2020.xlsx")
    make_project("增资的", code="Z-1", signed="2019", agreed="5", increases=[("2", "2020-08")])
    lengths = []
    for query in QUERIES:
        page = client.get(f"/projects/?{query}" if "per_page" in query else f"/projects/?{query}&per_page=500")
        rows = list(csv.DictReader(io.StringIO(body(client.get(f"/imports/ledger.csv?{query}")).decode("utf-8-sig"))))
        lengths.append(len(rows))
        totals, shown = page.context["totals"], page.context["page"]
        assert len(rows) == totals.projects + totals.increased
        if shown.paginator.num_pages == 1:
            assert [row["项目编号"] for row in rows] == [project.code for project in shown.object_list]
        export = re.search(r'href="/projects/export\.xlsx[^"]*"[^>]*>([^<]*)', page.content.decode())
        assert not rows or (export and str(len(rows)) in export[1])
        link = re.search(r'href="(/imports/ledger\.xlsx[^"]*)"[^>]*>([^<]*)', page.content.decode())
        assert bool(link) == bool(rows)
        if link:
            book = openpyxl.load_workbook(io.BytesIO(body(client.get(link[1].replace("&amp;", "&")))))
            assert book.active.max_row == len(rows) + 1
    assert len(set(lengths)) > 4


@pytest.mark.parametrize("query", ["", "year=2020", "sort=-code&cluster=outside"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_list_itself_comes_back_unchanged_too(client: Client, tmp_path: Path, query: str, ending: str) -> None:
    """What its few columns hold, with its totals and the page that says what it is."""
    run(SAMPLES / "ledger-2020.xlsx")
    run(SAMPLES / "arrivals-2020.xlsx")
    path = tmp_path / f"out.{ending}"
    path.write_bytes(body(client.get(f"/projects/export.{ending}?{query}")))
    status, answer = run(path)
    assert (status, answer["create"], answer["update"], answer["refused"]) == (0, 0, 0, 0), answer["errors"][:3]
    assert answer["unchanged"] == answer["rows"] > 5
    assert "agreed_capital" in {column["field"] for column in answer["sheets"][0]["columns"]}


def edges() -> None:
    """Projects of which each one is odd in another way."""
    make_project("核减", code="R-01", agreed="5", reductions=[("1", "2020-09")])
    make_project("联合", code="R-02", agreed="5", investor="甲公司", joint=["乙公司", "丙公司"])
    make_project("在谈的", code="R-03", signed=None, stage="lead", investor=None)
    make_project("带, “引号”", code="R-04", agreed="0.123456", content="第一行\n第二行", contact_phone="023-47521234")
    make_project("终止的", code="R-05", agreed="1", condition="terminated", condition_reason="资金断裂", signed="2019")
    make_project("停滞的", code="R-06", agreed="1", condition="stalled", signed="2020-07")
    make_project("同名", code="001", agreed="1", park="degan", investor="丁公司")
    make_project("同名", code="002", agreed="2", park="shuangfu", investor="戊公司")
    make_project("投产的", code="R-07", agreed="3", reached={"started": None, "production": "2020-08-01"})
    make_project("计划的", code="R-08", agreed="3", planned={"started": "2021-03", "full_production": "2022"})
    make_project("外资的", code="R-09", agreed="99", capital_origin="foreign", planned_total=Decimal("1234.56"))
    make_project("数字的", code="R-10", agreed="1", land_area=Decimal("12.5"), expected_tax=Decimal("123.45"))
    make_project("00123", code="R-11", agreed="1", short_name="2020-01", build_period="24", expected_jobs=30)
    make_project("领导的", code="R-12", agreed="1", official=("毛平", "区长"))
    make_project("无职务", code="R-13", agreed="1", official=("毛平", ""))
    make_project("增资的", code="R-14", agreed="5", increases=[("2", "2020-08"), ("0.000001", None)])
    make_investor("己公司", honours=["china_500", "listed"], type="private", origin="重庆")
    make_project("己的", code="R-15", agreed="1", investor="己公司", park="no-park", cluster="outside")


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_odd_projects_come_back_unchanged(client: Client, tmp_path: Path, ending: str) -> None:
    edges()
    whole, agreed = Project.objects.count(), Project.objects.all().totals().agreed
    path = tmp_path / f"out.{ending}"
    path.write_bytes(body(client.get(f"/imports/ledger.{ending}")))
    status, answer = run(path)
    assert (status, answer["unchanged"]) == (0, whole), answer["errors"]
    Project.objects.all().delete()
    Investor.objects.all().delete()
    status, answer = run(path)
    assert (status, answer["create"]) == (0, whole), answer["errors"]
    assert Project.objects.all().totals().agreed == agreed


def test_an_added_part_that_reductions_outweigh_is_not_told(client: Client) -> None:
    make_project("核减", code="R-1", agreed="5", increases=[("2", "2020-08")], reductions=[("6", "2020-09")])
    row = next(csv.DictReader(io.StringIO(body(client.get("/imports/ledger.csv")).decode("utf-8-sig"))))
    assert (row["协议投资额（亿元）"], row["增资额（亿元）"]) == ("1", "")


def test_cells_have_the_type_of_what_they_say(client: Client) -> None:
    make_project("甲", code="001", agreed="6.123456", signed="2020-06-30", planned={"started": "2020-07"})
    sheet = openpyxl.load_workbook(io.BytesIO(body(client.get("/imports/ledger.xlsx")))).active
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert cells["签约时间"].value.date() == datetime.date(2020, 6, 30)
    assert (cells["签约时间"].data_type, cells["签约时间"].is_date) == ("d", True)
    assert (cells["计划开工时间"].value, cells["项目编号"].value) == ("2020-07", "001")
    assert cells["协议投资额（亿元）"].value == 6.123456
    assert (sheet.freeze_panes, sheet.column_dimensions["C"].width) == ("C2", 30)


def test_what_looks_like_a_formula_stays_text_and_comes_back(client: Client, tmp_path: Path) -> None:
    project = make_project("=1+1 项目", code="P-001", agreed="0.000001", remarks="@某人，-5，+3")
    text = body(client.get("/imports/ledger.csv")).decode("utf-8-sig")
    cells = next(csv.DictReader(io.StringIO(text)))
    assert not [cell for cell in cells.values() if cell.startswith(("=", "+", "-", "@"))]
    book = openpyxl.load_workbook(io.BytesIO(body(client.get("/imports/ledger.xlsx"))))
    assert {cell.data_type for cell in book.active[2]} <= {"s", "n", "d"}
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"out.{ending}"
        path.write_bytes(body(client.get(f"/imports/ledger.{ending}")))
        assert run(path)[1]["unchanged"] == 1
    assert project.agreed_capital == YI / 1_000_000


def test_control_characters_stop_no_export(client: Client) -> None:
    make_project("甲项目", code="P-001", agreed="5", remarks="从 Word 粘贴\x0b第二行\x07", investor="甲\x1f公司")
    book = openpyxl.load_workbook(io.BytesIO(body(client.get("/imports/ledger.xlsx"))))
    assert "从 Word 粘贴\n第二行" in [cell.value for cell in book.active[2]]
    assert "\x0b" not in body(client.get("/imports/ledger.csv")).decode()


def test_a_recorder_of_own_parks_exports_no_others(settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("双福的", park="shuangfu")
    make_project("德感的", park="degan")
    client = Client()
    client.force_login(make_user("recorder", role="recorder", parks=["shuangfu"]))
    text = body(client.get("/imports/ledger.csv")).decode("utf-8-sig")
    assert "双福的" in text
    assert "德感的" not in text


@pytest.mark.parametrize("query", ["year=abc", "stage=flying", "min_capital=x", "sort=zzz", "per_page=-1"])
def test_a_condition_that_nobody_understands_is_refused(client: Client, query: str) -> None:
    for ending in ("csv", "xlsx"):
        response = client.get(f"/imports/ledger.{ending}?{query}")
        assert response.status_code == 400
        assert len(response.content.decode().splitlines()) == 2


def test_exports_need_a_login_and_write_nothing() -> None:
    for path in ("/imports/ledger.csv", "/imports/ledger.xlsx", "/imports/template.xlsx"):
        assert Client().get(path).status_code == 302
        client = Client()
        client.force_login(make_user(f"leader{path[-8:]}", role="leader"))
        assert client.post(path).status_code == 405


def test_the_template_has_the_headers_and_no_rows(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(body(client.get("/imports/template.xlsx")))
    status, answer = run(path)
    assert (status, [error["code"] for error in answer["errors"]]) == (2, ["no_rows"])


def test_a_register_of_more_than_a_thousand_investors_is_exported(client: Client, tmp_path: Path) -> None:
    rows = [[f"K-{n:04d}", f"第{n}个", f"甲{n}公司", "双福", None, 1, "2020", "在建"] for n in range(1100)]
    assert run(ledger(tmp_path / "in.xlsx", *rows))[0] == 0
    path = tmp_path / "out.xlsx"
    path.write_bytes(body(client.get("/imports/ledger.xlsx")))
    assert run(path)[1]["unchanged"] == 1100


def test_an_export_has_constant_queries(django_assert_num_queries) -> None:
    for count in (2, 6):
        for __ in range(count):
            make_project(agreed="1", investor="甲公司", planned={"started": "2021-01-01"})
        with django_assert_num_queries(8):
            write_xlsx(io.BytesIO(), Project.objects.all())


def test_what_is_typed_on_the_product_page_comes_back_unchanged(vocabulary, client: Client, tmp_path: Path) -> None:
    client.force_login(make_user("typist", role="manager", all_parks=True))
    sent = typed(name="甲项目", remarks="第一行\r\n第二行  两格", contact_phone="023 47521234", park=pk_of("shuangfu"))
    assert client.post("/projects/new/", sent).status_code == 302
    assert Project.objects.get().remarks == "第一行\n第二行 两格"
    path = tmp_path / "out.xlsx"
    path.write_bytes(body(client.get("/imports/ledger.xlsx")))
    assert run(path)[1]["unchanged"] == 1
    refused = client.post("/projects/new/", typed(name="乙项目", contact_phone="023-47521234 李四"))
    assert refused.status_code == 422
    assert Project.objects.count() == 1
