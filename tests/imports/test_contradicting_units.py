"""Two units above one table: asked, never the first one in silence; and remembered for the same contradiction only."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from imports.layout import read_layout
from imports.models import RememberedMapping
from tests.builders import make_user
from tests.imports.books import codes, run, write_xlsx
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of
from tests.imports.sheets import make_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ["序号", "项目名称", "落户园区", "协议投资额"]


@pytest.fixture
def client() -> Client:
    return client_of(make_user("manager", role="manager", all_parks=True))


def page_of(client: Client) -> Any:
    """The mapping page of the file that was brought last."""
    return client.get(f"/imports/{last_batch().pk}/columns/").context["columns_page"]


def table(path: Path, name: str, *above: list[Any], below: tuple = ()) -> Path:
    rows = [*above, HEADER, [1, f"{name}一", "双福", 5], [2, f"{name}二", "双福", 6], *below]
    return write_xlsx(path, rows)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ([["签约台账"], ["单位：亿元"], ["单位：万元"]], []),
        ([["签约台账", "", "单位：亿元", "单位：万元"]], []),
        ([["签约台账（万元）"], ["单位：亿元"]], []),
        ([["签约台账（单位：万元）"], ["", "", "", "金额单位：亿元"]], []),
        ([["签约台账"], ["单位：亿元、万元"]], []),
        ([["签约台账"], ["单位：亿元"]], [["单位：万元"], [3, "又一", "双福", 7]]),
        ([["签约台账"], ["单位：亿元"]], [["合计", None, None, 11], ["注：1.金额单位：万元"]]),
    ],
)
def test_two_units_around_a_table_need_a_person(tmp_path: Path, above: list, below: list) -> None:
    path = table(tmp_path / "a.xlsx", "甲", *above, below=tuple(below))
    status, answer = run(path, "--dry-run")
    assert (status, codes(answer), answer["errors"][0]["need"]) == (2, [(None, "D", "needs_mapping")], "two_units")
    assert "亿元" in answer["errors"][0]["message"]
    assert "万元" in answer["errors"][0]["message"]
    mapping = tmp_path / "m.json"
    mapping.write_text('{"sheets": {"*": {"unit": "万元"}}}')
    status, answer = run(path, "--dry-run", "--mapping", str(mapping))
    assert (status, answer["agreed_capital"]) == (0, "18.00" if [3] in [row[:1] for row in below] else "11.00")


@pytest.mark.parametrize(
    ("above", "header", "agreed"),
    [
        ([["签约台账（亿元）"], ["单位：亿元"]], HEADER, "110000.00"),
        ([["签约台账"], ["单位：亿元、亩"], ["单位：亿元"]], HEADER, "110000.00"),
        ([["签约台账（亿元）"], ["单位：万元"]], [*HEADER[:3], "协议投资额（万元）"], "11.00"),  # the header says it
    ],
)
def test_what_does_not_matter_is_not_asked(tmp_path: Path, above: list, header: list, agreed: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [*above, header, [1, "甲", "双福", 5], [2, "乙", "双福", 6]])
    status, answer = run(path, "--dry-run")
    assert (status, answer["agreed_capital"]) == (0, agreed)


def test_a_unit_below_a_table_is_not_taken_for_its_own(tmp_path: Path) -> None:
    path = table(tmp_path / "a.xlsx", "甲", ["签约台账"], below=(["合计", None, None, 11], ["单位：亿元"]))
    status, answer = run(path, "--dry-run")
    assert (status, answer["errors"][0]["need"]) == (2, "no_unit")


def test_a_further_table_without_a_unit_does_not_choose_between_two(tmp_path: Path) -> None:
    rows = [["单位：亿元"], HEADER, [1, "甲", "双福", 5], ["单位：万元"], HEADER, [1, "乙", "双福", 6]]
    rows += [["其他"], ["序号", "项目名称", "落户园区", "产业集群", "协议投资额"], [1, "丙", "双福", "消费品", 7]]
    layout = read_layout(make_sheet(*rows))
    assert [one.unit for one in layout.tables] == ["亿元", "万元", ""]
    assert run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")[1]["errors"][0]["need"] == "two_units"


def test_the_unit_is_chosen_on_the_page_and_remembered_for_the_same_contradiction(
    client: Client, tmp_path: Path
) -> None:
    both = (["签约台账"], ["单位：亿元"], ["单位：万元"])
    bring(client, table(tmp_path / "一.xlsx", "甲", *both))
    url = f"/imports/{last_batch().pk}/columns/"
    page = page_of(client)
    (sheet,) = page.sheets
    assert (sheet.unit, sheet.asks_unit, page.left) == ("", ["need-0-0"], 1)
    client.post(url, {"sheet-0": "1", "unit-0": "万元"})
    batch = last_batch()
    assert preview_of(client, batch).context["preview"].agreed_capital == 11
    confirm(client, batch, digest_of(preview_of(client, batch)))
    assert RememberedMapping.objects.get().entry == {"unit": "万元"}
    bring(client, table(tmp_path / "二.xlsx", "乙", ["签约台账"], ["单位：万元"], ["单位：亿元"]))
    assert preview_of(client, last_batch()).context["preview"].agreed_capital == 11
    # Another contradiction is another question, and one unit by itself holds.
    bring(client, table(tmp_path / "三.xlsx", "丙", ["签约台账"], ["单位：元"], ["单位：亿元"]))
    assert page_of(client).left == 1
    bring(client, table(tmp_path / "四.xlsx", "丁", ["签约台账"], ["单位：亿元"]))
    assert preview_of(client, last_batch()).context["preview"].agreed_capital == 110000


def test_a_unit_that_is_chosen_for_one_table_leaves_the_others_their_own(client: Client, tmp_path: Path) -> None:
    rows = [
        HEADER,
        [1, "甲", "双福", 5],
        ["单位：万元"],
        [*HEADER[:3], "产业集群", HEADER[3]],
        [2, "乙", "双福", "消费品", 6],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    url = f"/imports/{last_batch().pk}/columns/"
    assert [sheet.unit for sheet in page_of(client).sheets] == ["", "万元"]
    sent = {"sheet-0": "1", "unit-0": "亿元", "sheet-1": "1", "unit-1": "万元"}
    for _ in range(2):  # sent again as it is, it changes nothing
        client.post(url, sent)
        assert [sheet.unit for sheet in page_of(client).sheets] == ["亿元", "万元"]
        assert preview_of(client, last_batch()).context["preview"].agreed_capital == 50006


def test_what_was_remembered_of_one_unit_line_does_not_settle_two(client: Client, tmp_path: Path) -> None:
    bring(client, table(tmp_path / "一.xlsx", "甲", ["签约台账"], ["单位：亿元"]))
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/columns/", {"sheet-0": "1", "unit-0": "万元"})
    confirm(client, batch, digest_of(preview_of(client, batch)))
    assert RememberedMapping.objects.get().unit_line == "亿元"
    bring(client, table(tmp_path / "二.xlsx", "乙", ["签约台账"], ["单位：亿元"], ["单位：万元"]))
    assert page_of(client).left == 1


# --- Headers printed again ------------------------------------------------------------------------------------------
TWO_LEVELS = [["序号", "项目名称", "投资情况", None, "签约时间"], [None, None, "协议投资额", "到位资金", None]]
LEAVES = ["序号", "项目名称", "协议投资额", "到位资金", "签约时间"]
MERGED = ("A3:A4", "B3:B4", "C3:D3", "E3:E4")


def pages(path: Path, again: list[list[Any]], *, hide: int = 0, merged: str = "") -> Path:
    rows = [["签约台账"], ["单位：亿元"], *TWO_LEVELS, [1, "甲项目", 5, 1, "2020-06"], [2, "乙项目", 6, 1, "2020-06"]]
    write_xlsx(path, [*rows, *again, [3, "丙项目", 7, 1, "2020-07"], [4, "丁项目", 8, 1, "2020-07"]])
    book = openpyxl.load_workbook(path)
    for area in (*MERGED, *filter(None, [merged])):
        book.active.merge_cells(area)
    if hide:
        book.active.row_dimensions[hide].hidden = True
    book.save(path)
    return path


@pytest.mark.parametrize("merged", ["", "A7:E7", "A7:D7"])
def test_the_lower_level_printed_again_is_the_same_table(tmp_path: Path, merged: str) -> None:
    path = pages(tmp_path / "a.xlsx", [["二、装备制造产业（2个，15亿元）"], LEAVES], merged=merged)
    status, answer = run(path, "--dry-run")
    (sheet,) = answer["sheets"]
    assert (status, answer["create"], answer["agreed_capital"], sheet["header_rows"]) == (0, 4, "260000.00", [3, 4])
    reasons = {skip["row"]: skip["reason"] for skip in sheet["skipped"]}
    assert (reasons[7], reasons[8]) == ("group", "header_repeat")


def test_the_same_header_in_another_unit_is_another_table(tmp_path: Path) -> None:
    header = ["序号", "项目名称", "落户园区", "产业集群", "签约时间", "协议投资额（亿元）"]
    rows = [
        header,
        [1, "甲", "双福", "消费品", "2020", 5],
        [*header[:5], "协议投资额（万元）"],
        [2, "乙", "双福", "消费品", "2020", 6],
    ]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, answer["create"], answer["agreed_capital"]) == (0, 2, "50006.00")


def test_the_heading_of_a_group_above_a_further_table_is_no_title() -> None:
    rows = [
        ["签约台账"],
        ["单位：亿元"],
        HEADER,
        [1, "甲", "双福", 5],
        ["二、装备制造产业（1个）"],
        ["单位：万元"],
        HEADER,
    ]
    layout = read_layout(make_sheet(*rows, [2, "乙", "双福", 6]))
    first, second = layout.tables
    assert (first.title, second.title) == ("签约台账", "签约台账")
    assert [(skip.row, skip.reason) for skip in second.skipped][:2] == [(5, "group"), (6, "unit_line")]


def test_hidden_rows_are_told_once_for_a_sheet_of_several_tables(tmp_path: Path) -> None:
    path = pages(tmp_path / "a.xlsx", [["单位：万元"], LEAVES], hide=6)
    status, answer = run(path, "--dry-run")
    assert (status, answer["agreed_capital"], answer["sheets"][0]["header_rows"]) == (0, "110015.00", [3, 4, 8])
    assert codes(answer, "warnings").count((None, None, "hidden_rows")) == 1
