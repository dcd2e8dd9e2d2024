"""The form of a sheet: the numbered messes of ledgers, one small sheet each, and the five samples."""

import csv
import datetime
import time
from decimal import Decimal
from pathlib import Path

import pytest

from imports.grid import Cell, CellKind
from imports.layout import read_layout
from imports.rowkinds import is_caption, is_continued, is_footer, is_heading, is_note, sum_word, unit_line
from imports.summaries import mark_summaries
from tests.imports.sheets import make_sheet, sample_sheet

HEADER = ["序号", "项目名称", "投资方", "协议投资额（亿元）", "签约日期"]
DAY = datetime.date(2020, 6, 30)
VARIANTS = Path(__file__).resolve().parent.parent / "data" / "cell_variants.csv"


def project(number: int, amount: float = 1, name: str = "") -> list:
    return [number, name or f"智能装备生产基地{number:03}", f"重庆某某公司{number}", amount, DAY]


def only_table(*rows: list, **options):
    sheet = make_sheet(*rows, **options)
    layout = read_layout(sheet)
    assert layout.kind == "ledger", layout.reason
    assert len(layout.tables) == 1
    table = layout.tables[0]
    seen = sorted(table.rows + [skipped.row for skipped in table.skipped])
    assert seen == list(range(1, len(sheet.rows) + 1)), "every row is data or skipped, once"
    return table


def reasons(table) -> dict[int, str]:
    return {skipped.row: skipped.reason for skipped in table.skipped}


# --- The samples ----------------------------------------------------------------------------------------------------
def test_sample_of_2020_has_two_header_levels_subtotals_and_a_footer():
    (table,) = read_layout(sample_sheet("ledger-2020.xlsx")).tables

    assert table.header_rows == [3, 4]
    assert len(table.rows) == 192
    assert (table.unit, table.unit_row) == ("亿元", 2)
    assert table.title == "江津区2020年招商引资签约项目台账（演示）"
    assert table.caption == "填报单位：区招商投资局（演示）"
    found = reasons(table)
    assert [found[row] for row in (1, 2, 3, 4)] == ["title", "unit_line", "header", "header"]
    assert [found[row] for row in (54, 203, 204)] == ["subtotal", "total", "footer"]
    assert len(found) == 12
    assert table.column(9).header == "协议投资额/合计"
    assert table.column(10).header == "协议投资额/其中：新增"
    assert table.column(6).path == ("投资方", "统一社会信用代码")


def test_sample_of_2020_knows_what_its_sums_sum():
    (table,) = read_layout(sample_sheet("ledger-2020.xlsx")).tables

    assert [(s.kind, len(s.rows), s.count, s.cells[9]) for s in table.sums] == [
        ("subtotal", 49, 49, 135),
        ("subtotal", 52, 52, 350),
        ("subtotal", 35, 35, 179),
        ("subtotal", 23, 23, 107),
        ("subtotal", 21, 21, 125),
        ("subtotal", 12, 12, 140),
        ("total", 192, 192, 1036),
    ]


def test_sample_of_2020_fills_the_cluster_downwards_inside_its_merges():
    (table,) = read_layout(sample_sheet("ledger-2020.xlsx")).tables

    assert table.filled[53, 3] == 5
    assert table.filled[142, 3] == 108
    assert {column for _, column in table.filled} == {3}
    assert len(table.filled) == 192 - 6


@pytest.mark.parametrize(
    ("name", "kind", "header_rows", "rows", "unit"),
    [
        ("ledger-2019.xls", "projects", [3], 165, ""),
        ("register-tuanjiehu.csv", "projects", [2], 32, ""),
        ("arrivals-2020.xlsx", "arrivals", [3], 207, "万元"),
    ],
)
def test_other_samples(name, kind, header_rows, rows, unit):
    (table,) = read_layout(sample_sheet(name)).tables

    assert (table.kind, table.header_rows, len(table.rows), table.unit) == (kind, header_rows, rows, unit)


def test_visits_are_not_taken_for_projects():
    layout = read_layout(sample_sheet("visits-2020.xlsx"))

    assert (layout.kind, layout.reason, layout.tables) == ("not_a_ledger", "visits_not_supported", [])


# --- 5 Several sheets -----------------------------------------------------------------------------------------------
def test_empty_and_foreign_sheets_are_no_ledgers():
    assert read_layout(make_sheet()).reason == "empty"
    assert read_layout(make_sheet(["园区", "产业集群", "项目阶段"], ["双福", "消费品", "在建"])).reason == "no_header"
    counts = read_layout(make_sheet(["园区", "项目数", "协议投资额（亿元）", "到位资金"], ["双福", 34, 158.48, 20]))
    assert (counts.kind, counts.reason) == ("summary", "counts_only")


def test_hidden_sheet_is_named_and_kept():
    layout = read_layout(make_sheet(HEADER, project(1), hidden=True))

    assert (layout.kind, layout.reason, len(layout.tables)) == ("hidden", "hidden", 1)


def test_summary_that_repeats_the_other_sheets():
    parts = [make_sheet(HEADER, *(project(n) for n in span), name=f"园区{span}") for span in (range(1, 5), range(5, 9))]
    whole = make_sheet(HEADER, *(project(n) for n in range(1, 9)), name="汇总")
    other = make_sheet(HEADER, *(project(n) for n in range(20, 24)), name="2019汇总")
    sheets = {sheet.name: sheet for sheet in (whole, *parts, other)}
    layouts = [read_layout(sheet) for sheet in sheets.values()]

    mark_summaries(layouts, sheets)

    assert [layout.kind for layout in layouts] == ["summary", "ledger", "ledger", "ledger"]
    assert layouts[0].reason == "repeats_other_sheets"


def test_lone_summary_sheet_is_the_ledger():
    sheet = make_sheet(HEADER, project(1), name="汇总")
    layouts = [read_layout(sheet)]

    mark_summaries(layouts, {"汇总": sheet})

    assert layouts[0].kind == "ledger"


# --- 6 to 9 Around the table ----------------------------------------------------------------------------------------
def test_header_in_row_six_below_titles_unit_and_caption():
    table = only_table(
        ["附件1"],
        ["江津区2020年招商引资签约项目台账"],
        ["填报单位：双福工业园　填报日期：2020年6月30日", None, None, "单位：万元、亩"],
        [],
        ["说明：本表统计截至6月底"],
        HEADER,
        project(1),
    )

    assert table.header_rows == [6]
    assert (table.unit, table.area_unit, table.unit_row) == ("万元", "亩", 3)
    assert table.caption == "填报单位：双福工业园 填报日期：2020年6月30日"
    assert table.title == "江津区2020年招商引资签约项目台账"
    assert table.rows == [7]
    assert list(reasons(table).values()) == ["caption", "title", "unit_line", "blank", "note", "header"]


def test_unit_in_the_title():
    table = only_table(["2020年签约项目台账（单位：亿元）"], HEADER, project(1))

    assert (table.unit, table.title) == ("亿元", "2020年签约项目台账（单位：亿元）")


def test_given_header_rows_overrule_the_search():
    sheet = make_sheet(["甲表"], ["工程", "业主名", "钱"], ["一号桥", "某公司", 3])

    assert read_layout(sheet).kind == "not_a_ledger"
    layout = read_layout(sheet, header_rows=[2])
    assert (layout.kind, layout.reason, layout.tables[0].rows) == ("ledger", "no_name_column", [3])


def test_two_levels_from_merges_hold_units_of_the_upper_level():
    table = only_table(
        ["序号", "项目名称", "投资情况（亿元）", None, None, "备注"],
        [None, None, "协议投资额", "到位资金", "其中：外资（万美元）", None],
        [1, "万达广场综合体", 10, 2, 30, "x"],
        merged=("A1:A2", "B1:B2", "C1:E1", "F1:F2"),
    )

    assert table.header_rows == [1, 2]
    assert table.column(3).path == ("投资情况（亿元）", "协议投资额")
    assert (table.column(4).unit, table.column(4).unit_from) == ("亿元", "upper")
    assert (table.column(5).unit, table.column(5).unit_from) == ("万美元", "own")
    assert table.column(6).path == ("备注",)


def test_two_levels_in_csv_spread_over_blanks_with_a_header_below():
    table = only_table(
        ["序号", "项目名称", "投资方", None, None, "协议投资额（亿元）", "开工时间", None],
        [None, None, "名称", "统一社会信用代码", "企业属性", None, "计划", "实际"],
        ["1", "万达广场综合体", "万达", None, None, "10", "2020.7", None],
    )

    assert table.header_rows == [1, 2]
    headers = [column.header for column in table.columns]
    assert headers[2:] == [
        *("投资方/名称", "投资方/统一社会信用代码", "投资方/企业属性"),
        *("协议投资额（亿元）", "开工时间/计划", "开工时间/实际"),
    ]


def test_three_levels():
    table = only_table(
        ["项目名称", "协议投资额（亿元）", "时间节点", None, None, None],
        [None, None, "开工", None, "投产", None],
        [None, None, "计划", "实际", "计划", "实际"],
        ["万达广场综合体", 10, "2020.7", None, "2021.7", None],
        merged=("A1:A3", "B1:B3", "C1:F1", "C2:D2", "E2:F2"),
    )

    assert table.header_rows == [1, 2, 3]
    assert table.column(6).path == ("时间节点", "投产", "实际")


def test_row_of_units_under_the_header_belongs_to_it():
    table = only_table(
        ["项目名称", "投资方", "协议投资额", "用地面积"],
        [None, None, "（万元）", "（亩）"],
        ["万达广场综合体", "万达", 3, 4],
    )

    assert table.header_rows == [1, 2]
    assert [column.unit for column in table.columns] == ["", "", "万元", "亩"]


def test_column_without_header_but_with_data_is_listed():
    table = only_table(["项目名称", "投资方", "签约日期", None], ["万达广场综合体", "万达", DAY, "还有一句"])

    assert table.column(4).path == ()


# --- 12, 13 Rows that belong to the header --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "numbers",
    [[1, 2, 3, 4, 5], ["甲", "乙", "丙", 1, 2], ["1", "2", "3", "4=5+6", "5"], ["(1)", "(2)", "(3)", "(4)", "(5)"]],
)
def test_row_of_column_numbers(numbers):
    table = only_table(HEADER, numbers, project(1), project(2))

    assert reasons(table)[2] == "column_numbers"
    assert table.rows == [3, 4]


@pytest.mark.parametrize("first", [[1, "甲", "乙", 3], [1, "甲", 3, 4, 5], ["甲", "a", "b", "c", "d"], [1, 2, 3, 5, 6]])
def test_first_project_with_a_short_name_is_no_row_of_column_numbers(first):
    assert only_table(HEADER, first, project(2)).rows == [2, 3]


def test_unit_line_beside_the_headers():
    table = only_table(["表1"], ["2020年签约"], ["项目名称", "投资方", "总投资", "单位：万元"], ["甲", "乙", 3])

    assert (table.unit, table.unit_row, table.title) == ("万元", 3, "2020年签约")


def test_header_printed_again_on_each_page():
    table = only_table(
        ["台账"], HEADER, project(1), ["台账"], ["续表"], HEADER, [1, 2, 3, 4, 5], project(2), project(3)
    )

    assert table.rows == [3, 8, 9]
    found = reasons(table)
    assert [found[row] for row in (4, 5, 6, 7)] == ["title", "header_repeat", "header_repeat", "column_numbers"]


def test_two_tables_with_other_columns_and_units():
    sheet = make_sheet(
        ["甲、新签约项目"],
        ["单位：亿元"],
        ["序号", "项目名称", "投资方", "协议投资额"],
        [1, "万达广场综合体", "万达", 10],
        ["合计", None, None, 10],
        [],
        ["乙、在谈项目"],
        ["单位：万元"],
        ["序号", "在谈项目名称", "意向投资方", "总投资", "落户园区"],
        [1, "光伏材料基地", "某公司", 5000, "双福"],
    )

    first, second = read_layout(sheet).tables

    assert (first.header_rows, first.rows, first.unit) == ([3], [4], "亿元")
    assert (second.header_rows, second.rows, second.unit) == ([9], [10], "万元")
    assert second.title == "乙、在谈项目"
    seen = sorted(n for t in (first, second) for n in [*t.rows, *(skipped.row for skipped in t.skipped)])
    assert seen == list(range(1, 11))


def test_same_header_under_another_unit_is_another_table():
    header = ["序号", "项目名称", "投资方", "协议投资额"]
    sheet = make_sheet(
        ["单位：亿元"], header, [1, "万达广场综合体", "万达", 10], ["单位：万元"], header, [1, "光伏基地项目", "某", 9]
    )

    assert [table.unit for table in read_layout(sheet).tables] == ["亿元", "万元"]


# --- 14, 15 Merged cells downwards ----------------------------------------------------------------------------------
def test_true_merges_fill_downwards_and_blanks_do_not():
    table = only_table(
        ["产业集群", "项目名称", "投资方"],
        ["消费品", "酒业生产基地", "甲"],
        [None, "粮油生产基地", "乙"],
        ["汽摩", "轮毂生产基地", "丙"],
        [None, "电机生产基地", "丁"],
        merged=("A2:A3",),
    )

    assert table.filled == {(3, 1): 2}


def test_project_over_several_rows_keeps_its_rows():
    table = only_table(HEADER, project(1), [None, None, "第二投资方", 3, None], project(2), merged=("A2:A3", "B2:B3"))

    assert table.rows == [2, 3, 4]
    assert table.filled == {(3, 1): 2, (3, 2): 2}


# --- 16, 17, 18 Headings, sums, footers -----------------------------------------------------------------------------
def test_headings_with_their_rows_and_counts():
    table = only_table(
        HEADER,
        ["一、消费品产业（2个，3亿元）"],
        project(1),
        project(2, 2),
        [None, "二、装备制造（1个）"],
        project(3),
        ["（一）双福工业园"],
        project(4),
        merged=("A2:E2",),
    )

    assert [(group.row, group.rows, group.count) for group in table.groups] == [
        (2, (3, 4), 2),
        (5, (6, 8), 1),
        (7, (8,), None),
    ]
    assert table.rows == [3, 4, 6, 8]


def test_heading_with_chinese_serial_and_amounts_is_a_sum():
    table = only_table(
        HEADER, ["一", "消费品产业", None, 3], project(1), project(2, 2), ["二", "汽摩", None, 1], project(3)
    )

    assert [(s.kind, s.rows, s.cells) for s in table.sums] == [("group", (3, 4), {4: 3}), ("group", (6,), {4: 1})]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ([None, "小计", None, 3], "subtotal"),
        ([None, "小计（2个）", None, 3], "subtotal"),
        (["消费品小计", None, None, 3], "subtotal"),
        ([None, None, "小计", 3], "subtotal"),
        (["合  计", None, None, 3], "total"),
        ([None, "合计（2个）", None, 3], "total"),
        ([9, "总计", None, 3], "total"),
        (["累计", None, None, 3], "total"),
        ([None, "合计", None, Cell(CellKind.UNCALCULATED)], "total"),
        ([None, None, None, 3], "total"),
        ([None, None, None, Cell(CellKind.UNCALCULATED)], "total"),
    ],
)
def test_sums_in_whichever_column(row, kind):
    table = only_table(HEADER, project(1), project(2, 2), row)

    assert reasons(table) == {1: "header", 4: kind}
    assert table.sums[0].rows == (2, 3)


def test_total_at_the_top_sums_all_below():
    table = only_table(HEADER, ["合计", None, None, 3], project(1), project(2, 2))

    assert (table.sums[0].kind, table.sums[0].rows) == ("total", (3, 4))


def test_row_without_name_but_with_money_is_data():
    table = only_table(HEADER, project(1), [None, None, None, 7], [3, None, "某公司", 7], project(4))

    assert table.rows == [2, 3, 4, 5]


@pytest.mark.parametrize(
    "name",
    [
        "合川装备产业园",
        "注塑机生产基地",
        "总部经济产业园",
        "会计服务外包基地",
        "工业设计小镇",
        "备注印刷机项目",
        "统计大数据中心",
    ],
)
def test_projects_whose_names_begin_like_totals_and_footers(name):
    assert only_table(HEADER, project(1), project(2, name=name), [None, name, None, 3], [None, name]).rows == [
        2,
        3,
        4,
        5,
    ]


def test_project_with_a_sum_word_in_its_remarks():
    table = only_table([*HEADER, "备注"], [*project(1), "合计"], [*project(2), "小计"])

    assert table.rows == [2, 3]


def test_footers_and_notes_below_the_table():
    table = only_table(
        HEADER,
        project(1),
        ["合计", None, None, 1],
        ["填表人：张某", None, "审核人：李某", "填报日期：2020年12月31日"],
        [],
        ["备注：1.本表统计截至6月底"],
        ["2.金额为协议数"],
        [None, "注：含增资"],
    )

    found = reasons(table)
    assert [found[row] for row in range(3, 9)] == ["total", "footer", "blank", "note", "note", "note"]


def test_blank_rows_and_prepared_numbers_are_skipped():
    table = only_table(HEADER, project(1), [None, "  ", "\u3000"], [2], project(3))

    assert reasons(table) == {1: "header", 3: "blank", 4: "blank"}


def test_project_of_which_only_the_name_is_known():
    table = only_table(HEADER, project(1), [None, "万达广场综合体"], [3, "路科科技"], project(4))

    assert table.rows == [2, 3, 4, 5]


# --- The list of variants -------------------------------------------------------------------------------------------
def row_kind(text: str) -> str:
    if word := sum_word(text):
        return word[0]
    tests = [("footer", is_footer), ("unit_line", unit_line), ("caption", is_caption), ("note", is_note)]
    tests += [("header_repeat", is_continued), ("group", is_heading)]
    return next((kind for kind, test in tests if test(text)), "data")


def variants():
    with VARIANTS.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["field_kind"] == "row_kind" and row["raw"] != "序号"]


@pytest.mark.parametrize("row", variants(), ids=lambda row: row["raw"])
def test_row_kinds_of_the_list(row):
    found = row_kind(row["raw"])
    # 填报单位 stands above a table as well as below it: its place decides.
    assert found == row["expected"] or (found, row["expected"]) == ("footer", "caption")


def test_a_hundred_thousand_rows_take_about_a_second():
    header = [
        "项目编号",
        "项目名称",
        "投资方",
        "园区",
        "集群",
        "协议投资额（亿元）",
        "签约时间",
        "项目阶段",
        "责任单位",
        "备注",
        "来源",
    ]
    rows = [
        [
            f"JJ2020-{n}",
            f"智能装备生产基地{n}",
            f"公司{n}",
            "双福",
            "消费品",
            Decimal(n),
            DAY,
            "在建",
            "局",
            None,
            "外出",
        ]
        for n in range(100_000)
    ]
    start = time.perf_counter()
    (table,) = read_layout(make_sheet(header, *rows)).tables

    assert len(table.rows) == 100_000
    assert time.perf_counter() - start < 10  # about 0.3 s: the bound only catches a slow way through ordinary rows
