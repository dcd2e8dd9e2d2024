"""The workbook of refused rows keeps the form of the file: headers, units, merges, several tables, kinds of cells."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl.styles import Alignment

from imports.ownmarks import REASON
from imports.reading import read_workbook
from tests.builders import make_user
from tests.imports.books import write_xlsx
from tests.imports.bringing import bring, client_of, last_batch, preview_of
from tests.imports.refusedbooks import PLAIN, bring_book, counts, refused_book, values, wrong_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def client() -> Client:
    return client_of(make_user("manager", role="manager", all_parks=True))


# --- What goes out ------------------------------------------------------------------------------------------------
def test_cells_keep_their_kind_and_nothing_becomes_a_formula(client: Client, tmp_path: Path) -> None:
    header = (
        "项目编号",
        "项目名称",
        "落户园区",
        "协议投资额（亿元）",
        "签约时间",
        "开工时间",
        "说明甲",
        "占比",
        "真假",
    )
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    page.append(header)
    texts = ['=HYPERLINK("http://x","点")', "+1+1", "-1+1", "@SUM(A1)", "'=1+1", "#REF!", "＝1"]
    for number, text in enumerate(texts):
        page.append(
            [f"P-{number}", text, "双福", "约5", datetime.date(2020, 6, 30), datetime.date(2020, 7, 1), text, 0.5, True]
        )
        page.cell(page.max_row, 2).data_type = page.cell(page.max_row, 7).data_type = "s"
        page.cell(page.max_row, 6).number_format = 'yyyy"年"m"月"'
        page.cell(page.max_row, 8).number_format = "0%"
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    back = refused_book(client, last_batch())["台账"]
    for number, text in enumerate(texts, 2):
        assert [cell.data_type for cell in back[number]][:9] == ["s", "s", "s", "s", "d", "d", "s", "n", "b"]
        assert (back.cell(number, 2).value, back.cell(number, 7).value) == (text, text)
        assert back.cell(number, 5).value == datetime.datetime(2020, 6, 30)  # noqa: DTZ001  a spreadsheet's day
        assert back.cell(number, 6).number_format == 'yyyy"年"m"月"'
        assert (back.cell(number, 8).value, back.cell(number, 8).number_format) == (0.5, "0%")
        assert back.cell(number, 9).value is True
    assert all(back.cell(number, 7).quotePrefix for number in range(2, 6))


def test_two_header_levels_and_a_unit_line_are_read_again(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "2020年"
    page.append(["2020年签约项目台账"])
    page.append([None, None, None, "单位：万元"])
    page.append(["项目编号", "项目名称", "协议投资额", None, "签约时间"])
    page.append([None, None, "合计", "其中：新增", None])
    page.append(["一、消费品产业（2个）"])
    page.append(["T-1", "甲厂", 50000, 10000, "2020-06-30"])
    page.append(["T-2", "乙厂", "约60000", 10000, "2020-06-30"])
    page.append(["小计", None, 110000])
    page.append(["T-3", "丙厂", 70000, None, "2020-06-31"])
    page.append(["合计", None, 180000])
    page.append(["填表人：张三"])
    for area in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        page.merge_cells(area)
    page["A1"].alignment = Alignment(horizontal="center")
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    batch = last_batch()
    sheets = preview_of(client, batch).context["preview"].sheets
    back = refused_book(client, batch)
    page = back["2020年"]
    assert values(page)[:4] == [
        ["2020年签约项目台账", None, None, None, None, None],
        [None, None, None, "单位：万元", None, None],
        ["项目编号", "项目名称", "协议投资额", None, "签约时间", None],
        [None, None, "合计", "其中：新增", None, REASON],
    ]
    assert {str(area) for area in page.merged_cells.ranges} == {"A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"}
    assert [row[:5] for row in values(page)[4:]] == [
        ["T-2", "乙厂", "约60000", 10000, "2020-06-30"],
        ["T-3", "丙厂", 70000, None, "2020-06-31"],
    ]
    page["C5"], page["E6"] = 60000, "2020-06-30"
    again = bring_book(client, back)
    seen = preview_of(client, again).context["preview"]
    assert counts(client, again) == {"create": 2}
    assert seen.agreed_capital == Decimal(130000)
    assert (seen.sheets[0].header_rows, seen.sheets[0].unit) == (sheets[0].header_rows, "万元") == ([3, 4], "万元")
    assert [column["field"] for column in seen.sheets[0].columns] == [c["field"] for c in sheets[0].columns]
    assert seen.sheets[0].unmapped == []


@pytest.mark.parametrize(
    "head",
    [
        [["2020年签约项目台账"], list(PLAIN)],  # the title right above the header, merged over the table
        [["签约项目"], ["项目编号", "项目名称", "落户园区", "协议投资额"], [None, None, None, "（亿元）"]],
        [["项目", None, "落地", None], ["编号", "名称", "园区", "协议投资额（亿元）"]],
    ],
)
def test_the_new_column_does_not_disturb_the_header(client: Client, tmp_path: Path, head: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in [*head, ["T-1", "甲厂", "双福", 5], ["T-2", "乙厂", "双福", "约6"]]:
        book.active.append(row)
    if len(head[0]) == 1:
        book.active.merge_cells("A1:D1")
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    first = preview_of(client, last_batch()).context["preview"].sheets[0]
    back = refused_book(client, last_batch())
    [cell] = wrong_cells(back.active)
    cell.value = "约7"
    again = bring_book(client, back)
    second = preview_of(client, again).context["preview"].sheets[0]
    assert second.header_rows == first.header_rows
    assert [column | {"fit": 0} for column in second.columns] == [column | {"fit": 0} for column in first.columns]
    twice = refused_book(client, again)
    assert [cell.value for row in twice.active for cell in row].count(REASON) == 1
    [cell] = wrong_cells(twice.active)
    assert cell.value == "约7"
    cell.value = 7
    assert counts(client, bring_book(client, twice)) == {"create": 1}


def test_merged_cells_come_back_filled_and_a_merged_amount_stays_merged(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    for row in [
        PLAIN,
        ["T-1", "甲厂", "双福工业园", 5],
        ["T-2", "乙厂", None, "约6"],
        ["T-3", "丙厂", None, 9],
        ["T-4", "丁厂", None, None],
    ]:
        page.append(list(row))
    page.merge_cells("C2:C5")
    page.merge_cells("D4:D5")
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    back = refused_book(client, last_batch())
    page = back["台账"]
    assert [row[:4] for row in values(page)[1:]] == [
        ["T-2", "乙厂", "双福工业园", "约6"],
        ["T-3", "丙厂", "双福工业园", 9],
        ["T-4", "丁厂", "双福工业园", None],
    ]
    assert {str(area) for area in page.merged_cells.ranges} == {"D3:D4"}
    page["D2"] = 6
    assert counts(client, bring_book(client, back)) == {"create": 1, "refused": 2}
    page.unmerge_cells("D3:D4")
    page["D3"], page["D4"] = 5, 4
    again = bring_book(client, back)
    assert counts(client, again) == {"create": 3}
    assert preview_of(client, again).context["preview"].agreed_capital == Decimal(150000)


def test_a_merged_name_comes_back_in_each_row_and_is_never_two_projects(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    for row in [["项目名称", "落户园区", "协议投资额（亿元）"], ["甲厂", "双福工业园", 5], [None, "双福工业园", 9]]:
        page.append(list(row))
    page.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    back = refused_book(client, last_batch())
    page = back["台账"]
    assert [row[0] for row in values(page)[1:]] == ["甲厂", "甲厂"]
    assert counts(client, bring_book(client, back)) == {"create": 1, "refused": 1}
    page["A3"] = "甲厂二期"
    assert counts(client, bring_book(client, back)) == {"create": 2}


def test_cells_filled_downwards_come_back_filled_and_decisions_still_fit(client: Client, tmp_path: Path) -> None:
    rows = [
        ["统计表"],
        ["项目编号", "项目名称", "所在地甲", "金额甲", "签约时间"],
        ["T-1", "甲厂", "双福工业园", 5, 2020],
        ["T-2", "乙厂", None, "约6", 2020],
        ["T-3", "丙厂", "德感工业园", 7, 2020],
        ["T-4", "丁厂", None, "约8", 2020],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    client.post("/imports/", {"file": SimpleUploadedFile("a.xlsx", path.read_bytes())})
    batch = last_batch()
    decided = {
        "header_rows": [2],
        "columns": {"C": "park", "D": {"field": "agreed_capital", "unit": "亿元"}},
        "fill_down": ["C"],
    }
    batch.mapping = {"sheets": {"台账": decided}, "words": {}}
    batch.save()
    back = refused_book(client, batch)
    assert [row[:4] for row in values(back["台账"])[2:]] == [
        ["T-2", "乙厂", "双福工业园", "约6"],
        ["T-4", "丁厂", "德感工业园", "约8"],
    ]
    back["台账"]["D3"], back["台账"]["D4"] = 6, 8
    again = bring_book(client, back)
    again.mapping = batch.mapping
    again.save()
    assert counts(client, again) == {"create": 2}


def test_several_tables_of_a_sheet_stand_below_each_other(client: Client, tmp_path: Path) -> None:
    rows = [
        ["2020年签约项目"],
        ["单位：万元"],
        [*PLAIN[:3], "协议投资额"],
        ["T-1", "甲厂", "双福", 50000],
        ["T-2", "乙厂", "双福", "约60000"],
        ["小计", None, None, 50000],
        [],
        ["续签项目"],
        ["项目编号", "项目名称", "协议投资额", "签约时间", "产业集群"],
        ["T-3", "丙厂", 70000, "2020-06-30", "消费品产业"],
        ["T-4", "丁厂", 80000, "2020-06-31", "消费品产业"],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    batch = last_batch()
    first = preview_of(client, batch).context["preview"].sheets[0]
    back = refused_book(client, batch)
    page = back["台账"]
    assert [row[:2] for row in values(page)] == [
        ["2020年签约项目", None],
        ["单位：万元", None],
        ["项目编号", "项目名称"],
        ["T-2", "乙厂"],
        [None, None],
        ["续签项目", None],
        ["项目编号", "项目名称"],
        ["T-4", "丁厂"],
    ]
    assert [(cell.row, cell.column) for row in page.iter_rows() for cell in row if cell.value == REASON] == [
        (3, 6),
        (7, 6),
    ]
    page["D4"], page["D8"] = 60000, "2020-06-30"
    again = bring_book(client, back)
    second = preview_of(client, again).context["preview"]
    assert counts(client, again) == {"create": 2}
    assert second.agreed_capital == Decimal(140000)
    assert [column["field"] for column in second.sheets[0].columns] == [c["field"] for c in first.columns]


def test_a_second_table_alone_keeps_the_first_ones_head(client: Client, tmp_path: Path) -> None:
    """Its unit line holds for both."""
    rows = [
        ["单位：万元"],
        [*PLAIN[:3], "协议投资额"],
        ["T-1", "甲厂", "双福", 50000],
        [],
        ["项目编号", "项目名称", "协议投资额", "签约时间"],
        ["T-4", "丁厂", 80000, "2020-06-31"],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    back = refused_book(client, last_batch())
    [cell] = wrong_cells(back["台账"])
    cell.value = "2020-06-30"
    again = bring_book(client, back)
    assert counts(client, again) == {"create": 1}
    assert preview_of(client, again).context["preview"].agreed_capital == Decimal(80000)


def test_only_sheets_with_refused_rows_and_their_own_names(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, amount in (("双福", 5), ("德感", "约6"), ("说明", None)):
        page = book.create_sheet(name)
        if amount:
            page.append(list(PLAIN))
            page.append([f"T-{name}", f"{name}厂", name, amount])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    assert refused_book(client, last_batch()).sheetnames == ["德感"]


def test_a_text_file_and_days_of_1904_come_back_as_they_are(client: Client, tmp_path: Path) -> None:
    content = "项目编号,项目名称,协议投资额（亿元）\nP-1,甲厂,约5\nP-2,乙厂,6\n".encode("gb18030")
    client.post("/imports/", {"file": SimpleUploadedFile("2020.csv", content)})
    assert values(refused_book(client, last_batch()).worksheets[0])[1][:3] == ["P-1", "甲厂", "约5"]
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["项目编号", "项目名称", "协议投资额（亿元）", "签约时间", "开工时间"])
    book.active.append(["P-1", "甲厂", "约5", datetime.date(2020, 6, 30), 42550])
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    first = last_batch()
    back = refused_book(client, first)
    back.active["C2"] = 5
    again = bring_book(client, back)
    [row] = client.get(f"/imports/{again.pk}/", {"show": "create"}).context["rows"]
    assert row.values["signed_on"] == "2020-06-30"
    content = io.BytesIO()
    back.save(content)
    (tmp_path / "b.xlsx").write_bytes(content.getvalue())
    one, two = (read_workbook(tmp_path / name).sheets[0].rows[1] for name in ("a.xlsx", "b.xlsx"))
    assert one[3:5] == two[3:5]


def test_words_above_the_header_stay_words_when_the_merges_of_the_data_are_gone(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (["双福园区", None, "内部资料"], PLAIN, ["T-1", "甲厂", "双福", 5], ["T-2", "乙厂", None, "约6"]):
        page.append(list(row))
    page.merge_cells("C3:C4")
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    back = refused_book(client, last_batch())
    for __ in range(2):
        again = bring_book(client, back)
        sheet = preview_of(client, again).context["preview"].sheets[0]
        assert (sheet.header_rows, sheet.unmapped) == ([2], [])
        back = refused_book(client, again)
