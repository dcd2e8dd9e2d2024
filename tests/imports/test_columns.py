"""Headers to fields: the whole dictionary, decorated headers, levels, treatments, units, months, mappings."""

import datetime

import pytest

from imports.columns import MappingError, parse_mapping, propose
from imports.fields import ALL_FIELDS, FIELDS, canonical_header, dictionary
from imports.fits import split_cell
from imports.headerpaths import match_path
from imports.headers import read_header, read_month
from imports.layout import read_layout
from imports.vocabulary import Vocabulary
from tests.imports.sheets import make_sheet, sample_sheet

DAY = datetime.date(2020, 6, 30)
DECORATIONS = {
    "plain": lambda header: header,
    "line break": lambda header: f"{header[:2]}\n{header[2:]}",
    "blanks": lambda header: " ".join(header),
    "ideographic blank": lambda header: f"\u3000{header[:1]}\u3000{header[1:]} ",
    "numbering": lambda header: f"3.{header}",
    "chinese numbering": lambda header: f"（二）{header}",
    "circled": lambda header: f"①{header}",
    "mark": lambda header: f"*{header}※",
    "half-width brackets": lambda header: header.replace("（", "(").replace("）", ")"),
    "full-width brackets": lambda header: header.replace("(", "（").replace(")", "）"),
    "instruction": lambda header: f"{header}（必填）",
    "escape": lambda header: f"{header}_x000D_\n",
}


def propose_for(*rows: list, mapping: dict | None = None, kind: str | None = None, **options):
    sheet = make_sheet(*rows, **options)
    said = parse_mapping(mapping).for_sheet(sheet.name) if mapping else None
    layout = read_layout(sheet, header_rows=said.header_rows if said else None, known=said.known() if said else {})
    assert layout.tables, layout.reason
    return propose(layout.tables[0], sheet, kind=kind, mapping=said)


def fields(proposal) -> list[str | None]:
    return [column.field for column in proposal.columns]


def codes(proposal) -> list[str]:
    return [need.code for need in proposal.needs]


# --- The dictionary -------------------------------------------------------------------------------------------------
def test_every_field_of_the_dictionary_has_a_home_and_a_header():
    assert {row.field for row in dictionary()} == set(FIELDS)
    assert all(field.home and field.kind and field.label for field in ALL_FIELDS.values())
    assert canonical_header("agreed_capital") == "协议投资额"
    for name in FIELDS:
        match = match_path((canonical_header(name),))
        assert match
        assert [entry.field for entry in match.entries] == [name], "an export is read back"


@pytest.mark.parametrize("decoration", DECORATIONS)
def test_every_sure_header_maps_to_its_field_alone(decoration):
    for row in dictionary():
        match = match_path((DECORATIONS[decoration](row.header),))
        assert match, row.header
        found = {entry.field: entry.treatment for entry in match.entries}
        if row.treatment == "sure":
            assert found == {row.field: "sure"}, row.header
        else:
            assert row.field in found, row.header
            assert "sure" not in found.values(), row.header


@pytest.mark.parametrize("row", [row for row in dictionary() if row.treatment == "sure"], ids=lambda row: row.header)
def test_sure_header_beside_a_name_column(row):
    sheet = make_sheet(["单位：亿元、亩"], ["签约项目名称", row.header, "说明"], ["万达广场综合体", row.example, "x"])
    if row.field == "name":
        sheet = make_sheet(["年度", row.header, "签约日期", "备注"], ["甲", row.example, DAY, "x"])
    (table,) = read_layout(sheet).tables
    column = propose(table, sheet).columns[1]

    assert (column.field, column.certain) == (row.field, True)


def test_units_of_all_kinds_are_taken_off():
    for row in dictionary():
        bare = read_header(row.header)
        if FIELDS[row.field].kind != "money" or bare.unit_kind or row.treatment == "derived":
            continue
        for bracket in ("（亿元）", "(万元)", "[元]", "【亿 元】", "：万元", "/万元", "\n（单位：亿元）", "（亿）"):
            match = match_path((row.header + bracket,))
            assert match, row.header + bracket
            assert row.field in {entry.field for entry in match.entries}
            assert read_header(row.header + bracket).unit in ("亿元", "万元", "元")


@pytest.mark.parametrize(
    "header",
    [
        *(
            "用地（万元）",
            "项目名城",
            "投资",
            "协议",
            "名称",
            "合计",
            "就业率（%）",
            "到位率",
            "总投资增长（%）",
            "资金",
            "额（亿元）",
        ),
        *(
            "项目简称全称",
            "开工率",
            "总投资（万元/亩）",
            "投资方名",
            "万元",
            "（亿元）",
            "2020",
            "上年协议投资额",
            "计划签约时间",
        ),
    ],
)
def test_unknown_headers_are_not_guessed(header):
    assert match_path((header,)) is None


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("投资方|名称", "investor"),
        ("投资方|统一社会信用代码", "credit_code"),
        ("投资方|企业属性", "investor_rank"),
        ("协议投资额|合计", "agreed_capital"),
        ("协议投资额|其中：新增", "added_capital"),
        ("投资情况（亿元）|协议投资额", "agreed_capital"),
        ("投资情况|其中：固定资产投资", "fixed_assets_planned"),
        ("开工|计划", "planned_start"),
        ("计划|开工", "planned_start"),
        ("计划时间|开工", "planned_start"),
        ("时间节点|预计|开工", "planned_start"),
        ("开工时间|实际", "started_on"),
        ("计划|达产时间", "planned_full_production"),
        ("挂帅领导|姓名", "lead_official"),
        ("挂帅领导|职务", "lead_official_post"),
        ("时间|计划开工", "planned_start"),
        ("时间|实际开工时间", "started_on"),
        ("总投资|金额", "planned_total"),
        ("基本情况|项目名称", "name"),
        ("企业联系人|电话", "contact_phone"),
    ],
)
def test_levels_of_headers(path, field):
    match = match_path(tuple(path.split("|")))

    assert match
    assert [entry.field for entry in match.entries] == [field]


@pytest.mark.parametrize(
    "path",
    [
        "计划|签约",
        "上年|协议投资额",
        "目标|总投资",
        "挂帅领导|联系电话",
        "项目公司|统一社会信用代码",
        "投资方|其他",
        "用地|（万元）",
    ],
)
def test_levels_that_change_the_meaning_are_not_taken_by_the_leaf(path):
    assert match_path(tuple(path.split("|"))) is None


# --- The samples ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["ledger-2020.xlsx", "ledger-2019.xls", "register-tuanjiehu.csv", "arrivals-2020.xlsx"]
)
def test_all_columns_of_the_samples_are_mapped(name):
    sheet = sample_sheet(name)
    proposal = propose(read_layout(sheet).tables[0], sheet)

    assert proposal.unmapped == []
    assert proposal.needs == []
    assert len({(column.field, column.month) for column in proposal.columns}) == len(proposal.columns)
    assert {column.fit for column in proposal.columns} <= {1.0, None}


def test_units_of_the_samples():
    sheet = sample_sheet("ledger-2020.xlsx")
    proposal = propose(read_layout(sheet).tables[0], sheet)

    assert [(column.unit, column.unit_from) for column in proposal.of("agreed_capital")] == [("亿元", "line")]
    assert [(column.unit, column.unit_from) for column in proposal.of("expected_tax")] == [("万元", "own")]
    assert [(column.unit, column.unit_from) for column in proposal.of("land_area")] == [("亩", "own")]


def test_months_of_the_sample_take_their_year_from_the_title():
    sheet = sample_sheet("arrivals-2020.xlsx")
    proposal = propose(read_layout(sheet).tables[0], sheet)

    assert proposal.kind == "arrivals"
    assert [column.month for column in proposal.of("arrival")] == [(2020, month) for month in range(1, 13)]
    assert [notice.code for notice in proposal.warnings] == ["year_from_title"]
    assert [column.treatment for column in proposal.of("arrival_sum")] == ["derived"]


# --- Treatments -----------------------------------------------------------------------------------------------------
def test_asked_header_is_taken_with_a_warning_where_its_cells_fit():
    proposal = propose_for(
        ["项目名称", "投资额（亿元）", "企业名称"], ["甲项目", 3, "某公司"], ["乙项目", "待定", None]
    )

    assert fields(proposal) == ["name", "agreed_capital", "investor"]
    assert [column.certain for column in proposal.columns] == [True, False, False]
    assert [(notice.code, notice.column) for notice in proposal.warnings] == [("asked_header", 2), ("asked_header", 3)]
    assert not proposal.is_blocked


def test_asked_header_is_not_taken_where_its_cells_do_not_fit():
    rows = [[f"第{n}号项目", "某公司", "是" if n % 2 else "否", DAY] for n in range(10)]
    proposal = propose_for(["项目名称", "投资方", "是否开工", "签约日期"], *rows)

    assert fields(proposal)[2] is None
    assert [(need.code, need.blocking) for need in proposal.needs] == [("cells_do_not_fit", False)]


def test_asked_amount_that_does_not_fit_stops():
    rows = [[f"第{n}号项目", "某公司", "约5亿", DAY] for n in range(10)]
    proposal = propose_for(["项目名称", "投资方", "投资额（亿元）", "签约日期"], *rows)

    assert fields(proposal)[2] is None
    assert proposal.is_blocked


@pytest.mark.parametrize(
    ("headers", "cells", "field"),
    [
        (["编号", "项目名称", "投资方"], [["1", "2", "3"]], "serial"),
        (["编号", "项目名称", "投资方"], [["JJ2020-001", "JJ2020-002", "JJ2020-003"]], "project_code"),
        (["企业类型", "项目名称", "投资方"], [["民营", "国企", "央企"]], "investor_type"),
        (["企业类型", "项目名称", "投资方"], [["上市公司", "中国500强", "世界500强"]], "investor_rank"),
    ],
)
def test_header_under_two_fields_goes_to_the_one_whose_cells_fit(headers, cells, field):
    rows = [[cell, f"第{cell}项目", "某公司"] for cell in cells[0]]
    column = propose_for(headers, *rows).columns[0]

    assert (column.field, column.why, column.certain) == (field, "looks", False)


def test_number_beside_a_serial_number_is_the_project_number():
    rows = [[n, f"2020{n:03}", f"第{n}项目", "某公司"] for n in range(1, 5)]

    assert fields(propose_for(["序号", "编号", "项目名称", "投资方"], *rows)) == [
        "serial",
        "project_code",
        "name",
        "investor",
    ]


def test_header_under_two_lists_uses_the_vocabulary():
    sheet = make_sheet(["项目名称", "产业方向", "投资方"], ["甲项目", "传感器", "某"], ["乙项目", "人工智能", "某"])
    lists = Vocabulary(chains=[("sensors", "传感器", "", []), ("ai", "人工智能", "", [])])

    proposal = propose(read_layout(sheet).tables[0], sheet, vocabulary=lists)

    assert fields(proposal) == ["name", "chain", "investor"]


def test_flags_set_one_value():
    header = ["项目名称", "投资方", "是否上市公司", "是否世界500强", "是否市级重点", "是否正常推进"]
    proposal = propose_for(header, ["甲项目", "某", "是", "否", "√", "是"])

    assert [(column.field, column.treatment, column.value) for column in proposal.columns[2:]] == [
        ("investor_rank", "flag", "listed"),
        ("investor_rank", "flag", "global_500"),
        ("is_key_project", "flag", "市级重点"),
        ("condition", "flag", "active"),
    ]
    assert proposal.needs == []


def test_flag_that_does_not_say_which_list():
    proposal = propose_for(["项目名称", "投资方", "是否500强"], ["甲项目", "某", "是"])
    assert (fields(proposal)[2], codes(proposal), proposal.is_blocked) == (None, ["which_list"], False)

    proposal = propose_for(["项目名称", "投资方", "是否500强"], ["甲项目", "某", "世界500强"])
    assert (fields(proposal)[2], codes(proposal)) == ("investor_rank", [])


def test_split_column_parts_only_where_every_cell_does():
    header = ["项目名称", "投资方", "联系人及电话"]
    clean = propose_for(header, ["甲项目", "某", "张三 13900000001"], ["乙项目", "某", "李四：023-47500001"])
    mixed = propose_for(header, ["甲项目", "某", "张三 13900000001"], ["乙项目", "某", "李四（办公室）"])

    assert clean.columns[2].split == ("contact_name", "contact_phone")
    assert (mixed.columns[2].split, mixed.columns[2].field) == ((), "contact_name")
    assert [notice.code for notice in mixed.warnings] == ["not_split"]
    assert split_cell("张三 13900000001", ("contact_name", "contact_phone")) == {
        "contact_name": "张三",
        "contact_phone": "13900000001",
    }
    assert split_cell("12345678-9/91500116MA00000154", ("credit_code",)) == {"credit_code": "91500116MA00000154"}
    assert split_cell("张三 139", ("contact_name", "contact_phone")) is None


def test_stage_matrix_of_ticks():
    proposal = propose_for(
        ["项目名称", "投资方", "签约", "开工", "投产"],
        ["甲项目", "某", "√", "√", None],
        ["乙项目", "某", "√", "√", "√"],
    )

    assert [(column.field, column.treatment, column.value) for column in proposal.columns[2:]] == [
        ("stage", "matrix", "signed"),
        ("stage", "matrix", "construction"),
        ("stage", "matrix", "production"),
    ]
    (notice,) = proposal.warnings
    assert (notice.code, notice.column, notice.beside) == ("asked_header", 3, (4, 5))
    assert "“签约”、“开工”、“投产”" in str(notice.message)


def test_derived_columns_are_compared_and_need_no_unit():
    proposal = propose_for(["项目名称", "投资方", "投资强度", "亩均税收（万元/亩）"], ["甲项目", "某", 500, 20])

    assert [(column.field, column.treatment) for column in proposal.columns[2:]] == [
        ("investment_per_mu", "derived"),
        ("tax_per_mu", "derived"),
    ]
    assert proposal.needs == []


def test_few_cells_among_thousands_are_not_overlooked():
    rows = [[f"第{n}号项目", "某", 3 if n < 3000 else None, 4 if n == 3001 else None] for n in range(4000)]
    header = ["项目名称", "投资方", "协议投资额（亿元）", "合同金额（亿元）"]

    assert codes(propose_for(header, *rows)) == ["two_columns"]


# --- What only a person can decide ----------------------------------------------------------------------------------
def test_planned_total_is_never_the_agreed_capital():
    proposal = propose_for(["项目名称", "总投资（亿元）", "协议投资额（亿元）"], ["甲项目", 5, 3])

    assert fields(proposal) == ["name", "planned_total", "agreed_capital"]


@pytest.mark.parametrize(
    "pair",
    [
        ("到位资金（万元）", "累计到位资金（万元）"),
        ("协议投资额（亿元）", "合同金额（亿元）"),
        ("签约时间", "签约日期"),
    ],
)
def test_two_different_columns_for_one_field_are_asked(pair):
    values = (DAY, datetime.date(2020, 7, 1)) if "签约" in pair[0] else (3, 4)
    proposal = propose_for(["项目名称", "投资方", *pair], ["甲项目", "某", *values])

    assert fields(proposal)[2:] == [None, None]
    assert codes(proposal) == ["two_columns"]
    assert proposal.needs[0].columns == (3, 4)
    assert proposal.columns[2].competing == (4,)
    assert proposal.is_blocked


def test_the_same_header_twice_is_asked_unless_empty_or_equal():
    header = ["项目名称", "投资方", "协议投资额（亿元）", "协议投资额（亿元）"]

    assert codes(propose_for(header, ["甲项目", "某", 3, 4])) == ["two_columns"]
    assert fields(propose_for(header, ["甲项目", "某", 3, 3]))[2:] == ["agreed_capital", None]
    assert fields(propose_for(header, ["甲项目", "某", None, 3]))[2:] == [None, "agreed_capital"]


def test_sure_text_column_wins_over_an_asked_one():
    proposal = propose_for(["项目名称", "项目", "投资方"], ["甲项目", "甲", "某"])

    assert fields(proposal) == ["name", None, "investor"]
    assert [notice.code for notice in proposal.warnings] == ["column_left_out"]
    assert not proposal.is_blocked


def test_money_without_any_unit_is_asked():
    proposal = propose_for(["项目名称", "投资方", "协议投资额", "总投资"], ["甲项目", "某", 3, 4])

    assert [(need.code, need.columns, need.blocking) for need in proposal.needs] == [("no_unit", (3, 4), True)]


def test_cells_with_their_own_unit_need_none_above():
    assert (
        propose_for(["项目名称", "投资方", "协议投资额"], ["甲项目", "某", "3亿元"], ["乙", "某", "待定"]).needs == []
    )


def test_header_with_two_units_does_not_take_the_unit_line():
    proposal = propose_for(["单位：亿元"], ["项目名称", "投资方", "总投资（万元/万美元）"], ["甲项目", "某", 3])

    assert codes(proposal) == ["no_unit"]


def test_area_without_a_unit_is_left_out_and_stops_nothing():
    proposal = propose_for(["项目名称", "投资方", "用地面积"], ["甲项目", "某", 120])

    assert (fields(proposal)[2], codes(proposal), proposal.is_blocked) == (None, ["no_area_unit"], False)


def test_area_takes_its_unit_from_the_unit_line():
    proposal = propose_for(["单位：万元、亩"], ["项目名称", "投资方", "用地面积"], ["甲项目", "某", 120])

    assert (proposal.columns[2].unit, proposal.columns[2].unit_from) == ("亩", "line")


def test_ledger_without_a_name_column_is_asked():
    proposal = propose_for(["序号", "投资方", "协议投资额（亿元）", "签约日期"], [1, "某公司", 3, DAY])

    assert codes(proposal) == ["no_name_column"]
    assert proposal.is_blocked


# --- Months ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "month"),
    [
        *[
            ("1月", (None, 1)),
            ("01月", (None, 1)),
            ("一月", (None, 1)),
            ("十二月份", (None, 12)),
            ("1 月（万元）", (None, 1)),
        ],
        *[("2020年1月", (2020, 1)), ("2020-01", (2020, 1)), ("2020/1", (2020, 1)), ("202011", (2020, 11))],
        *[("2020年3月到位资金（万元）", (2020, 3)), ("2020.10", (2020, 10)), ("2020.2", (2020, 2))],
        *[
            ("2020.1", None),
            ("13月", None),
            ("1", None),
            ("2020", None),
            ("1-2月", None),
            ("本月", None),
            ("2020年", None),
        ],
    ],
)
def test_headers_of_months(text, month):
    assert read_month(text) == month


def arrivals(*months: str, title: str = "到位资金统计表", name: str = "Sheet1"):
    return propose_for(
        [title], ["单位：万元"], ["序号", "项目名称", *months], [1, "甲项目", *range(len(months))], name=name
    )


def test_months_with_their_own_years():
    proposal = arrivals("2019年12月", "2020年1月", "2020-02", title="2020年到位资金")

    assert [column.month for column in proposal.of("arrival")] == [(2019, 12), (2020, 1), (2020, 2)]
    assert proposal.warnings == []


def test_months_below_a_year():
    proposal = propose_for(
        ["单位：万元"],
        ["项目名称", "2019年", None, "2020年", None],
        [None, "11月", "12月", "1月", "2月"],
        ["甲项目", 1, 2, 3, 4],
        merged=("A2:A3", "B2:C2", "D2:E2"),
    )

    assert [column.month for column in proposal.of("arrival")] == [(2019, 11), (2019, 12), (2020, 1), (2020, 2)]


def test_year_of_months_is_asked_where_it_is_unknown_or_contradicted():
    assert codes(arrivals("1月", "2月")) == ["no_year"]
    assert codes(arrivals("1月", "2月", title="2020年到位资金", name="2019年")) == ["two_years"]
    assert arrivals("1月", "2月", name="2020年").year == 2020


def test_month_columns_as_days_of_the_spreadsheet():
    days = [datetime.date(2020, month, 1) for month in (1, 2)]
    proposal = propose_for(["单位：万元"], ["项目名称", "项目编号", *days], ["甲项目", "JJ2020-001", 1, 2])

    assert [column.month for column in proposal.of("arrival")] == [(2020, 1), (2020, 2)]


def test_number_that_may_be_january_or_october_is_asked():
    proposal = arrivals("2020.1", "2020.2", "2020.3")

    assert codes(proposal) == ["ambiguous_month"]


@pytest.mark.parametrize("months", [("2020年1月", "1月"), ("1月", "01月"), ("2020年1月", "2020-01")])
def test_two_columns_of_one_month_are_asked_never_added(months):
    proposal = propose_for(
        ["2020年到位资金"],
        ["单位：万元"],
        ["项目编号", "项目名称", *months, "2月"],
        ["JJ2020-001", "甲项目", 100, 250, 3],
    )

    assert (codes(proposal), proposal.is_blocked) == (["two_columns"], True)
    assert fields(proposal) == ["project_code", "name", None, None, "arrival"]


def test_arrivals_in_long_form():
    proposal = propose_for(
        ["2020年"], ["项目编号", "项目名称", "月份", "到位资金（万元）"], ["JJ2020-001", "甲项目", "3月", 100]
    )

    assert (proposal.kind, proposal.year) == ("arrivals", 2020)
    assert fields(proposal) == ["project_code", "name", "arrival_month", "arrival"]


def test_ledger_with_month_columns_stays_a_ledger():
    proposal = propose_for(
        ["单位：万元"], ["项目名称", "协议投资额", "签约日期", "1月", "2月"], ["甲项目", 100, DAY, 1, 2]
    )

    assert (proposal.kind, fields(proposal)[3:]) == ("projects", [None, None])


def test_other_fields_of_an_arrivals_table_are_left_out():
    proposal = propose_for(["2020年，单位：万元"], ["项目名称", "落户园区", "1月", "2月"], ["甲项目", "双福", 1, 2])

    assert proposal.columns[1].reason == "not_in_arrivals"


# --- Mappings -------------------------------------------------------------------------------------------------------
def test_mapping_by_header_and_letter():
    proposal = propose_for(
        ["产业", "工程", "钱数", "业主", "备注"],
        ["煤炭", "甲项目", 3, "某", "x"],
        mapping={
            "sheets": {
                "台账": {
                    "header_rows": [1],
                    "columns": {"工程": "name", "C": {"field": "agreed_capital", "unit": "元"}, "备注": None},
                    "fill_down": ["产业"],
                    "defaults": {"signed_on": "2020", "park": "shuangfu"},
                }
            },
            "words": {"cluster": {"煤炭": "outside"}},
        },
    )

    assert fields(proposal) == ["cluster", "name", "agreed_capital", None, None]
    assert (proposal.columns[2].unit, proposal.columns[2].unit_from) == ("元", "mapping")
    assert (proposal.columns[4].reason, proposal.fill_down) == ("left_out", {1})
    assert proposal.defaults == {"signed_on": "2020", "park": "shuangfu"}
    assert not proposal.is_blocked


def test_mapping_finds_the_header_row_and_settles_rivals():
    proposal = propose_for(
        ["某表"],
        ["工程名", "业主", "到位资金（万元）", "累计到位资金（万元）"],
        ["甲项目", "某", 3, 4],
        mapping={"sheets": {"*": {"columns": {"工程名": "name", "累计到位资金（万元）": "arrived_total"}}}},
    )

    assert fields(proposal) == ["name", None, None, "arrived_total"]
    assert not proposal.is_blocked


def test_mapping_of_a_sheet_stands_over_that_of_all():
    mapping = parse_mapping(
        {"sheets": {"*": {"columns": {"A": "name", "B": "park"}}, "甲": {"columns": {"B": None}, "unit": "万元"}}}
    )

    assert mapping.for_sheet("乙").columns["B"].field == "park"
    assert mapping.for_sheet("甲").columns["B"].field is None
    assert (mapping.for_sheet("甲").columns["A"].field, mapping.for_sheet("甲").unit) == ("name", "万元")
    assert parse_mapping({}).for_sheet("甲") is None


def test_mapping_names_a_column_that_is_not_there():
    with pytest.raises(MappingError) as raised:
        propose_for(
            ["项目名称", "投资方", "备注"],
            ["甲", "乙", "丙"],
            mapping={"sheets": {"台账": {"columns": {"园区": "park"}}}},
        )
    assert raised.value.code == "unknown_column"

    proposal = propose_for(
        ["项目名称", "投资方", "备注"], ["甲", "乙", "丙"], mapping={"sheets": {"*": {"columns": {"园区": "park"}}}}
    )
    assert fields(proposal) == ["name", "investor", "remarks"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([], "mapping_invalid"),
        ({"sheet": {}}, "mapping_invalid"),
        ({"sheets": []}, "mapping_invalid"),
        ({"sheets": {"*": []}}, "mapping_invalid"),
        ({"sheets": {"*": {"rows": 3}}}, "mapping_invalid"),
        ({"sheets": {"*": {"header_rows": [0]}}}, "mapping_invalid"),
        ({"sheets": {"*": {"header_rows": [1, 5]}}}, "mapping_invalid"),
        ({"sheets": {"*": {"header_rows": "3"}}}, "mapping_invalid"),
        ({"sheets": {"*": {"columns": {"A": "nome"}}}}, "unknown_field"),
        ({"sheets": {"*": {"columns": {"A": 3}}}}, "mapping_invalid"),
        ({"sheets": {"*": {"columns": {"A": {"unit": "元"}}}}}, "mapping_invalid"),
        ({"sheets": {"*": {"columns": {"A": {"field": ["name"]}}}}}, "mapping_invalid"),
        ({"sheets": {"*": {"columns": {"A": {"field": "agreed_capital", "unit": "两"}}}}}, "unknown_unit"),
        ({"sheets": {"*": {"columns": {"A": {"field": "arrival", "month": "春"}}}}}, "mapping_invalid"),
        ({"sheets": {"*": {"defaults": {"parc": "x"}}}}, "unknown_field"),
        ({"sheets": {"*": {"fill_down": "A"}}}, "mapping_invalid"),
        ({"words": {"name": {"a": "b"}}}, "mapping_invalid"),
        ({"words": {"park": {"a": 3}}}, "mapping_invalid"),
    ],
)
def test_mappings_that_cannot_be_used(data, code):
    with pytest.raises(MappingError) as raised:
        parse_mapping(data)

    assert raised.value.code == code
    assert str(raised.value)
