"""The mapping page: how a sheet was understood, and what a person decides about it."""

from html import unescape
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from accounts.models import User
from imports.models import ImportBatch
from jiangjin.lib.money import YI
from tests.builders import make_user
from tests.imports.books import SAMPLES, ledger, write_xlsx
from tests.imports.bringing import bring, client_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User) -> Client:
    return client_of(manager)


def test_the_mapping_page_decides_unit_and_words(manager: User, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "落户园区", "协议投资额")
    client = client_of(manager)
    response = bring(client, ledger(tmp_path / "a.xlsx", ["P-001", "甲", "双福新区", 6200], header=header))
    batch = ImportBatch.objects.get()
    assert response.url == f"/imports/{batch.pk}/columns/"
    page = client.get(response.url)
    assert page.context["columns_page"].left >= 1
    sent = {"sheet-0": "1", "unit-0": "万元", "word-park-双福新区": "shuangfu"}
    assert client.post(response.url, sent).url == f"/imports/{batch.pk}/"
    preview = client.get(f"/imports/{batch.pk}/")
    row = preview.context["preview"].rows["create"][0]
    assert (row.action, row.read.values["park"], row.read.values["agreed_capital"]) == ("create", "shuangfu", 6200)


def messy(path: Path) -> Path:
    """A title, a unit line, a header of two levels, unknown words."""
    rows = [
        ["2021年签约项目台账"],
        ["单位：亿元"],
        ["项目编号", "产业集群", "项目名称", "投资方", None, "落户园区", "协议投资额"],
        [None, None, None, "名称", "统一社会信用代码", None, "合计"],
        ["P-1", "消费品", "甲", "甲公司", None, "双福新区", 4.25],
        ["P-2", None, "乙", "乙公司", None, "双福新区", 1.6],
        ["P-3", "煤炭", "丙", "丙公司", None, "珞璜", 2],
        [None, None, "小计（3个）", None, None, None, 7.85],
    ]
    return write_xlsx(path, rows)


def test_the_sheet_stands_there_with_its_fields(client: Client, tmp_path: Path) -> None:
    response = bring(client, messy(tmp_path / "乱.xlsx"))
    page = client.get(response.url)
    sheet = page.context["columns_page"].sheets[0]
    assert (sheet.header_text, sheet.unit, sheet.rows) == ("3-4", "亿元", 3)
    assert [(c.letter, c.field) for c in sheet.columns] == [
        ("A", "project_code"),
        ("B", "cluster"),
        ("C", "name"),
        ("D", "investor"),
        ("E", "credit_code"),
        ("F", "park"),
        ("G", "agreed_capital"),
    ]
    park = sheet.columns[5]
    assert (park.fit, park.unsure) == (33, True)
    assert not sheet.columns[2].unsure
    html = page.content.decode()
    assert "33% 相符" in html
    assert "确定" in html


def test_top_sentence_and_button_count_the_same(client: Client, tmp_path: Path) -> None:
    page = client.get(bring(client, messy(tmp_path / "乱.xlsx")).url)
    left = page.context["columns_page"].left
    assert left == 2  # 煤炭, and 双福新区 although only one park comes near: only a person knows
    assert f"还有 {left} 处" in page.content.decode()
    assert f"看预览（还差 {left} 处）" in page.content.decode()
    words = {word.word: options["chosen"] for word, options in page.context["words"]}
    assert words == {"双福新区": "", "煤炭": ""}


def test_a_mistake_in_one_place_keeps_the_rest(client: Client, tmp_path: Path) -> None:
    url = bring(client, messy(tmp_path / "乱.xlsx")).url
    sent = {
        "sheet-0": "1",
        "header-0": "第三行",
        "unit-0": "万元",
        "default-0-signed_on": "2021",
        "field-0-E": "-",
        "field-0-D": "contact_name",
        "fill-0-B": "1",
        "word-cluster-煤炭": "outside",
    }
    page = client.post(url, sent)
    assert page.status_code == 422
    assert "第三行" in page.context["error"]
    sheet = page.context["columns_page"].sheets[0]
    assert (sheet.typed_header, sheet.unit, sheet.defaults["signed_on"]) == ("第三行", "万元", "2021")
    assert (sheet.columns[3].field, sheet.columns[4].field) == ("contact_name", "")
    assert [column.letter for column in sheet.filled_down] == ["B"]
    assert {word.word: options["chosen"] for word, options in page.context["words"]}["煤炭"] == "outside"
    assert last_batch().mapping == {}


def test_other_header_rows_show_the_columns_again(client: Client, tmp_path: Path) -> None:
    url = bring(client, messy(tmp_path / "乱.xlsx")).url
    response = client.post(url, {"sheet-0": "1", "header-0": "3"})
    assert response.url == url
    assert last_batch().mapping["sheets"]["台账"]["header_rows"] == [3]
    assert client.get(url).context["columns_page"].sheets[0].header_text == "3"


def test_defaults_fields_and_filling_down_reach_the_preview(client: Client, tmp_path: Path) -> None:
    url = bring(client, messy(tmp_path / "乱.xlsx")).url
    sent = {
        "sheet-0": "1",
        "header-0": "3-4",
        "unit-0": "亿元",
        "default-0-signed_on": "2021",
        "default-0-park": "luohuang",
        "field-0-D": "-",
        "fill-0-B": "1",
        "word-cluster-煤炭": "outside",
        "word-park-双福新区": "shuangfu",
    }
    assert client.post(url, sent).url == f"/imports/{last_batch().pk}/"
    rows = preview_of(client, last_batch()).context["preview"].rows["create"]
    assert len(rows) == 3
    assert [row.read.values["cluster"] for row in rows] == ["consumer-goods", "consumer-goods", "outside"]
    assert [str(row.read.values["signed_on"]) for row in rows] == ["2021"] * 3
    assert [row.read.values["agreed_capital"] / YI for row in rows] == [row.read.cells[6] for row in rows]
    assert not any("investor" in row.read.values for row in rows)


def test_sheets_left_out_are_named_with_their_reason(client: Client, tmp_path: Path) -> None:
    bring(client, SAMPLES / "ledger-2020.xlsx")
    page = client.get(f"/imports/{last_batch().pk}/columns/")
    left_out = page.context["columns_page"].left_out
    assert all(reason for __, reason in left_out)
    assert all(name in page.content.decode() for name, __ in left_out)


def test_a_hidden_sheet_is_left_out_because_it_is_hidden(client: Client, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(
        ledger(tmp_path / "两张.xlsx", ["P-1", "甲", "甲公司", "德感", "消费品", 5, "2021", "签约"])
    )
    hidden = book.create_sheet("旧数据")
    hidden.append(["说明"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "两张.xlsx")
    bring(client, tmp_path / "两张.xlsx")
    page = client.get(f"/imports/{last_batch().pk}/columns/")
    assert page.context["columns_page"].left_out == [("旧数据", "隐藏的工作表")]


def test_an_unknown_word_says_what_is_unclear_about_it(client: Client, tmp_path: Path) -> None:
    row = ["P-1", "甲", "甲公司", "双福新区", "消费品", 5, "2021-03-01", "未开工"]
    page = client.get(bring(client, ledger(tmp_path / "词.xlsx", row)).url)
    words = {word.word: str(word.why) for word, __ in page.context["words"]}
    assert set(words) == {"双福新区", "未开工"}
    assert all(why and why in unescape(page.content.decode()) for why in words.values())


def test_the_unit_of_money_does_not_settle_that_of_an_area(client: Client, tmp_path: Path) -> None:
    header = ("项目名称", "投资方", "总投资", "投资额", "占地面积")
    url = bring(client, ledger(tmp_path / "无单位.xlsx", ["甲", "甲公司", 3, 2, 30], header=header)).url
    sheet = client.get(url).context["columns_page"].sheets[0]
    money, area = sheet.points
    assert sheet.asks_unit == [money.key]
    assert [column.asks for column in sheet.columns if column.asks] == [[money.key], [money.key], [area.key]]
    client.post(url, {"sheet-0": "1", "unit-0": "万元", "field-0-E": "land_area", "unit-0-E": "亩"})
    assert client.get(url).context["columns_page"].left == 0
    (row,) = preview_of(client, last_batch(), "create").context["page"].object_list
    assert (row.read.values["agreed_capital"], row.read.values["land_area"]) == (2, 30)


def test_what_cannot_be_meant_is_refused_in_words(client: Client, tmp_path: Path) -> None:
    url = bring(client, messy(tmp_path / "乱.xlsx")).url
    for sent in ({"field-0-A": "no_such_field"}, {"header-0": "9999"}, {"header-0": "3-40"}):
        page = client.post(url, {"sheet-0": "1", **sent})
        assert page.status_code == 422
        assert page.context["error"]
    assert last_batch().mapping == {}


def test_nobody_else_decides(client: Client, tmp_path: Path) -> None:
    url = bring(client, messy(tmp_path / "乱.xlsx")).url
    auditor = client_of(make_user("auditor", role="auditor"))
    page = auditor.get(url)
    assert page.status_code == 200
    assert 'type="submit">看预览' not in page.content.decode()
    assert auditor.post(url, {"sheet-0": "1"}).status_code == 403
    assert client_of(make_user("leader", role="leader")).get(url).status_code == 404


def test_a_settled_batch_is_not_decided_again(client: Client, tmp_path: Path) -> None:
    url = bring(client, messy(tmp_path / "乱.xlsx")).url
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/cancel/")
    assert client.post(url, {"sheet-0": "1", "unit-0": "元"}).url == f"/imports/{batch.pk}/"
    assert ImportBatch.objects.get().mapping == {}
