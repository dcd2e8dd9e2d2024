"""Ledgers as colleagues write them: what a careful reader takes from them, and where only a person can tell."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from projects.models import Project
from tests.builders import make_project
from tests.imports.books import codes, run, write_xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
MONTHS = ["项目编号", "项目名称", "1月", "2月"]


def arrivals(tmp_path: Path, *above: list, row: tuple = ("P-1", "甲项目", 100, 200), header: list = MONTHS) -> Any:
    """The answer of a table of arrivals with these rows above its header."""
    if not Project.objects.exists():
        make_project("甲项目", code="P-1", signed="2019-06")
    return run(write_xlsx(tmp_path / "a.xlsx", [*above, header, list(row)]), "--dry-run")


def book(path: Path, *rows: list, merged: tuple[str, ...] = ()) -> Path:
    page = openpyxl.load_workbook(write_xlsx(path, rows))
    for area in merged:
        page.active.merge_cells(area)
    page.save(path)
    return path


def skipped(answer: dict) -> dict[int, str]:
    return {skip["row"]: skip["reason"] for skip in answer["sheets"][0]["skipped"]}


@pytest.mark.parametrize(
    "above",
    [
        [["2020年到位资金，单位：万元"]],
        [["2020年到位资金（单位：万元）"]],
        [["2020年1-2月到位资金情况表（万元）"]],
        [["到位资金统计表"], ["2020年6月30日　　单位：万元"]],
        [["到位资金"], ["单位：万元（2020年）"]],
        [["到位资金表"], ["", "", "2020年", "单 位：万元"]],
        [["2020年到位资金"], ["单位（万元）"]],
    ],
)
def test_year_and_unit_may_stand_on_one_line(tmp_path, above):
    status, answer = arrivals(tmp_path, *above)
    assert (status, answer["arrivals"], answer["arrived_capital"]) == (0, 2, "300.00")
    assert [w["code"] for w in answer["warnings"]] == ["year_from_title"]


def test_the_day_on_which_a_table_was_filled_in_is_not_its_year(tmp_path):
    status, answer = arrivals(tmp_path, ["到位资金 单位：万元"], ["填报日期：2021年1月5日"])
    assert (status, answer["errors"][0]["need"]) == (2, "no_year")


@pytest.mark.parametrize(
    "above",
    [
        [["2019-2020年到位资金，单位：万元"]],
        [["2020年招商到位资金"], ["统计年度：2021年 单位：万元"]],
        [["2020年招商到位资金"], ["2021年统计"]],
        [["2020年招商到位资金"], ["2021年度 单位：万元"]],
        [["2020年招商到位资金"], ["单位：万元", "", "2021年度"]],
        [["招商到位资金"], ["2020年度"], ["统计年度：2021年"]],
    ],
)
def test_two_years_above_the_months_are_asked(tmp_path, above):
    status, answer = arrivals(tmp_path, *above)
    assert (status, answer["errors"][0]["need"]) == (2, "two_years")
    assert "2020" in answer["errors"][0]["message"] or "2019" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "line", ["填报日期：2021年1月5日", "制表时间 2021年1月5日", "截至2021年1月5日", "统计年度：2020年"]
)
def test_the_day_of_a_table_is_no_second_year(tmp_path, line):
    status, answer = arrivals(tmp_path, ["2020年招商到位资金，单位：万元"], [line])
    assert (status, answer["arrivals"], [w["code"] for w in answer["warnings"]]) == (0, 2, ["year_from_title"])


def test_the_day_up_to_which_a_table_counts_gives_a_year_that_nothing_else_does(tmp_path):
    status, answer = arrivals(tmp_path, ["招商到位资金，单位：万元"], ["截至2020年6月30日"])
    assert (status, answer["arrivals"]) == (0, 2)


@pytest.mark.parametrize(("year", "month"), [(2020, 6), ("2020", "6月"), (2020, "六月份")])
def test_a_month_takes_the_year_of_its_row(tmp_path, year, month):
    header = ["项目编号", "项目名称", "年度", "月份", "到位金额（万元）"]
    status, answer = arrivals(tmp_path, header=header, row=("P-1", "甲项目", year, month, 100))
    assert (status, answer["kind"], answer["arrived_capital"], answer["warnings"]) == (0, "arrivals", "100.00", [])


def test_a_month_without_a_year_takes_that_of_the_title_with_a_warning_or_is_refused(tmp_path):
    header = ["项目编号", "项目名称", "月份", "到位金额（万元）"]
    status, answer = arrivals(tmp_path, ["2020年到位资金"], header=header, row=("P-1", "甲项目", "6月", 100))
    assert (status, codes(answer, "warnings")) == (0, [(3, "C", "year_from_title")])
    status, answer = arrivals(tmp_path, header=header, row=("P-1", "甲项目", "6月", 100))
    assert (status, [error["code"] for error in answer["errors"]]) == (1, ["no_year", "no_month"])


@pytest.mark.parametrize(
    "line",
    [
        "招商引资项目台账（亿元）",
        "单位：亿元（人民币）",
        "单位（亿元）",
        "单 位：亿元",
        "单位：（亿元）",
        "金额单位:人民币亿元",
    ],
)
def test_the_unit_is_read_however_the_line_above_writes_it(tmp_path, line):
    path = write_xlsx(tmp_path / "a.xlsx", [[line], ["序号", "项目名称", "协议投资额"], [1, "甲", 5]])
    assert run(path, "--dry-run")[1]["agreed_capital"] == "50000.00"


def test_a_row_of_units_may_begin_with_the_word_unit(tmp_path):
    rows = [["序号", "项目名称", "总投资", "协议投资额"], ["单位", "", "亿元", "万元"], [1, "甲", 5, 40000]]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, answer["rows"], answer["agreed_capital"]) == (0, 1, "40000.00")


@pytest.mark.parametrize(
    "header",
    [
        "协议投资额①（亿元）",
        "协议投资额（亿元）①",
        "协议投资额（注1）（亿元）",
        "协议投资额（亿元，人民币）",
        "协议投资额—亿元",
    ],
)
def test_marks_of_notes_and_other_brackets_do_not_hide_a_header(tmp_path, header):
    path = write_xlsx(tmp_path / "a.xlsx", [["序号", "项目名称", header], [1, "甲", 5]])
    assert run(path, "--dry-run")[1]["agreed_capital"] == "50000.00"


def test_page_numbers_and_numbers_of_columns_are_no_rows(tmp_path):
    header = ["序号", "项目名称", "投资方", "协议投资额（亿元）"]
    rows = [header, ["栏次", 1, 2, 3], [1, "甲", "甲公司", 5], ["第2页 共2页"], header, [2, "乙", "乙公司", 5]]
    rows.append(["小计", "", "", 10])
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, answer["rows"], answer["warnings"]) == (0, 2, [])
    expected = {1: "header", 2: "column_numbers", 4: "header_repeat", 5: "header_repeat", 7: "subtotal"}
    assert skipped(answer) == expected


def test_rows_that_share_a_merged_name_are_never_two_projects_in_silence(tmp_path):
    header = ["序号", "项目名称", "投资方", "协议投资额（亿元）"]
    rows = [header, [1, "甲", "A公司", 5], ["", "", "B公司", 6], [2, "乙", "C公司", 1]]
    status, answer = run(book(tmp_path / "a.xlsx", *rows, merged=("A2:A3", "B2:B3")), "--dry-run")
    assert (status, codes(answer)) == (1, [(2, "B", "merged_name"), (3, "B", "merged_name")])
    rows = [["项目编号", *header[1:]], ["P-1", "甲", "A公司", 5], ["P-2", "", "B公司", 6]]
    assert run(book(tmp_path / "a.xlsx", *rows, merged=("B2:B3",)), "--dry-run")[1]["create"] == 2


def test_a_matrix_of_stages_below_one_header(tmp_path):
    rows = [
        ["项目编号", "项目名称", "推进情况", "", "", ""],
        ["", "", "已签约", "已注册", "已开工", "已投产"],
        ["P-1", "甲", "√", "√", "", ""],
        ["P-2", "乙", "√", "", "√", ""],
        ["P-3", "丙", "√", "√", "√", "√"],
    ]
    status, answer = run(book(tmp_path / "a.xlsx", *rows, merged=("A1:A2", "B1:B2", "C1:F1")))
    assert status == 0
    assert dict(Project.objects.values_list("code", "stage")) == {
        "P-1": "registered", "P-2": "construction", "P-3": "production",
    }  # fmt: skip
    assert [(w["row"], w["code"]) for w in answer["warnings"] if w["row"]] == [(4, "stage_gap")]


def test_a_stage_in_words_is_not_overruled_by_ticks_beside_it(tmp_path):
    rows = [["项目编号", "项目名称", "项目阶段", "签约", "开工"], ["P-1", "甲", "投产", "√", "√"]]
    assert run(write_xlsx(tmp_path / "a.xlsx", rows))[0] == 0
    assert Project.objects.get().stage == "production"


def test_a_second_header_level_with_a_year_and_a_sum_is_no_total(tmp_path):
    rows = [
        ["单位：亿元"],
        ["序号", "项目名称", "投资方", "", "协议投资额", "", "到位资金", ""],
        ["", "", "名称", "性质", "合计", "其中：新增", "2020年", "累计"],
        [1, "甲", "A公司", "民营", 10, 4, 2, 3],
    ]
    columns = {"serial", "name", "investor", "investor_type", "agreed_capital", "added_capital", "arrived_year"}
    columns |= {"arrived_total"}
    for merged in (("A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:H2"), ()):
        status, answer = run(book(tmp_path / "a.xlsx", *rows, merged=merged), "--dry-run")
        assert (status, answer["agreed_capital"]) == (0, "100000.00")
        assert {column["field"] for column in answer["sheets"][0]["columns"]} == columns


def test_a_row_of_words_alone_is_no_sum(tmp_path):
    rows = [["序号", "项目名称", "投资方", "协议投资额（亿元）"], ["", "分类", "名称", "合计"], [1, "甲", "A公司", 10]]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, [row for row, _, _ in codes(answer)]) == (1, [2])
    rows[1:] = [[1, "甲", "A公司", 10], ["合计", "1个", "", "10亿元"]]
    assert skipped(run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")[1]) == {1: "header", 3: "total"}


def test_a_lone_category_among_numbered_projects_is_a_heading(tmp_path):
    rows = [
        ["序号", "项目名称", "投资方", "协议投资额（亿元）"],
        ["", "消费品产业（1个，5亿元）"],
        [1, "甲项目", "甲公司", 5],
        ["", "装备制造产业"],
        [2, "乙项目", "乙公司", 5],
        ["双福工业园", "1个", "", 5],
        [3, "丙项目", "丙公司", 5],
        ["", "只有名称的项目"],
    ]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, answer["create"], answer["warnings"]) == (0, 4, [])
    assert skipped(answer) == {1: "header", 2: "group", 4: "group", 6: "group"}


def test_a_serial_number_in_parts_refuses_nothing(tmp_path):
    rows = [["序号", "项目名称", "协议投资额（亿元）"], ["12", "甲", 5], ["12-1", "乙", 3], ["★", "丙", 3]]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, codes(answer)) == (1, [(4, "A", "no_number")])
    assert codes(answer, "warnings") == [(3, "A", "serial_in_parts")]


@pytest.mark.parametrize(
    ("word", "code"), [("同上", "ditto"), ("〃", "ditto"), ("保密", "withheld"), ("见备注", "reference")]
)
def test_a_word_that_puts_off_is_no_name(tmp_path, word, code):
    rows = [
        ["序号", "项目名称", "投资方", "备注"],
        [1, "甲", "A公司", ""],
        [2, "乙", f" {word}", word],
        [3, "保密柜", "见龙", ""],
    ]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, codes(answer)) == (1, [(3, "C", code)])


def test_blanks_that_may_mean_the_cell_above_are_told_and_never_filled(tmp_path):
    rows = [["序号", "产业类别", "项目名称"], [1, "消费品", "甲"], [2, "", "乙"], [3, "装备制造", "丙"], [4, "", "丁"]]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")
    assert (status, [(w["column"], w["code"]) for w in answer["warnings"]]) == (0, [("B", "blanks_below")])
    merged = run(book(tmp_path / "b.xlsx", *rows, merged=("B2:B3", "B4:B5")), "--dry-run")[1]
    assert merged["warnings"] == []
    rows[2][1] = "消费品"
    assert run(write_xlsx(tmp_path / "c.xlsx", rows), "--dry-run")[1]["warnings"] == []


LONG = ["项目编号", "项目名称", "月份", "到位金额（万元）"]


def test_the_year_of_bare_months_in_rows_is_asked_once_where_two_are_said(tmp_path):
    make_project("甲项目", code="P-1", signed="2018-06")
    above = [["2019-2020年到位资金"]]
    rows = [*above, LONG, ["P-1", "甲项目", "6月", 100], ["P-1", "甲项目", 7, 200]]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    status, answer = run(path, "--dry-run")
    assert (status, [error["need"] for error in answer["errors"]]) == (2, ["two_years"])
    mapping = tmp_path / "m.json"
    mapping.write_text('{"sheets": {"*": {"defaults": {"arrival_year": "2020"}}}}')
    status, answer = run(path, "--dry-run", "--mapping", str(mapping))
    assert (status, answer["arrivals"], answer["arrived_capital"], answer["warnings"]) == (0, 2, "300.00", [])


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (LONG, [["P-1", "甲项目", "2020年6月", 100], ["P-1", "甲项目", "2019-07", 200]]),
        (
            ["项目编号", "项目名称", "年度", *LONG[2:]],
            [["P-1", "甲项目", 2020, "6月", 100], ["P-1", "甲项目", 2019, 7, 200]],
        ),
    ],
)
def test_months_that_say_their_year_ask_for_none(tmp_path, header, rows):
    make_project("甲项目", code="P-1", signed="2018-06")
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", [["2019-2020年到位资金"], header, *rows]), "--dry-run")
    assert (status, answer["arrivals"], answer["arrived_capital"]) == (0, 2, "300.00")
