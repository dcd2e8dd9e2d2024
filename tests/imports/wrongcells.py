"""A ledger with one mistake of every kind that the reader and the planner can refuse, and what would be right."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from projects.models import Investor
from tests.builders import make_investor, make_project

HEADER = (
    "项目编号",
    "项目名称",
    "投资方",
    "统一社会信用代码",
    "落户园区",
    "产业集群",
    "协议投资额（亿元）",
    "增资额（亿元）",
    "签约时间",
    "开工时间",
    "项目阶段",
    "用地面积（亩）",
    "预计就业人数",
    "联系电话",
    "是否上市公司",
    "存在问题",
)
CODES = ("91500116MA00000154", "91500116MA00000167")
AMOUNT, DAY, AREA, JOBS, PHONE, CREDIT = (
    "协议投资额（亿元）",
    "签约时间",
    "用地面积（亩）",
    "预计就业人数",
    "联系电话",
    "统一社会信用代码",
)
LISTED, PARK, NAME, ADDED = "是否上市公司", "落户园区", "项目名称", "增资额（亿元）"


@dataclass(frozen=True)
class Wrong:
    """A row that is refused with `code` because of one column, and what a person writes there instead."""

    code: str
    column: str
    wrong: Any
    right: Any
    more: dict[str, Any] = field(default_factory=dict)  # other cells of the row
    number_format: str = ""


WRONG = (
    # Amounts.
    Wrong("foreign_currency", AMOUNT, "3500万美元", "2.4亿元"),
    Wrong("percentage_in_money", AMOUNT, "60%", 6),
    Wrong("percentage_in_money", AMOUNT, 0.6, 6, number_format="0%"),
    Wrong("yearly_amount", AMOUNT, "2亿元/年", 2),
    Wrong("slang_unit", AMOUNT, "5000w", "5000万"),
    Wrong("letter_for_digit", AMOUNT, "6O亿", "60亿"),
    Wrong("negative_amount", AMOUNT, -5, 5),
    Wrong("negative_amount", AMOUNT, "-5亿", "5亿"),
    Wrong("bad_number", AMOUNT, "1,20", 120),
    Wrong("ambiguous_amount", AMOUNT, "5-8亿", 6),
    Wrong("ambiguous_amount", AMOUNT, "约50亿", 50),
    Wrong("amount_expression", AMOUNT, "5+3", 8),
    Wrong("spoken_amount", AMOUNT, "1亿2", "1.2亿"),
    Wrong("no_number", AMOUNT, "面议", None),
    Wrong("left_over_text", AMOUNT, "50亿分期投入", 50),
    Wrong("not_an_amount", AMOUNT, datetime.date(2020, 6, 30), 6),
    Wrong("amount_too_large", AMOUNT, "99999999999999亿元", 9),
    Wrong("too_fine", AMOUNT, "1234.567元", "1234.57元"),
    Wrong("implausible_amount", AMOUNT, 6200, 6.2),
    Wrong("zero_agreed_capital", AMOUNT, 0, None),
    Wrong("added_exceeds_total", AMOUNT, 5, 15, {ADDED: 8}),
    Wrong("added_without_total", ADDED, 8, None, {AMOUNT: None}),
    Wrong("foreign_currency", AMOUNT, 3500, "2.4亿元", number_format='"$"#,##0'),
    Wrong("unread_format", AMOUNT, 6200, "0.62亿元", number_format='0.00,,"亿"'),
    # What no column can read.
    Wrong("excel_error", AMOUNT, "#REF!", 5),
    Wrong("number_as_day", AMOUNT, datetime.date(1905, 6, 22), 5),
    Wrong("uncalculated_formula", AMOUNT, "=SUM(A1:A2)", 5),
    Wrong("narrow_column", AMOUNT, "########", 5),
    Wrong("ditto", PARK, "同上", "双福工业园"),
    Wrong("reference", AMOUNT, "见附件", 5),
    Wrong("withheld", AMOUNT, "商业秘密", None),
    Wrong("too_long", AMOUNT, "分期投入" * 60, 5),
    # Days.
    Wrong("planned_date", DAY, "预计2020年12月", "2020-12"),
    Wrong("relative_date", DAY, "签约后3个月", "2020-06"),
    Wrong("half_or_quarter", DAY, "2020年上半年", "2020"),
    Wrong("date_range", DAY, "2020年6月至8月", "2020-06"),
    Wrong("vague_date", DAY, "2020年6月底", "2020-06-30"),
    Wrong("year_out_of_range", DAY, "1920-06-30", "2020-06-30"),
    Wrong("no_such_day", DAY, "2020-06-31", datetime.date(2020, 6, 30)),
    Wrong("two_digit_year", DAY, "200630", "2020-06-30"),
    Wrong("ambiguous_date", DAY, "201012", "2010-12"),
    Wrong("two_dates", DAY, "2020-06-30、2020-07-30", "2020-06-30"),
    Wrong("left_over_text", DAY, "2020-06-30签约", "2020-06-30"),
    Wrong("not_a_date", DAY, "待补", None),
    Wrong("future_day", DAY, "2098-06-30", "2020-06-30"),
    # Areas, whole numbers, telephones, credit codes, yes and no.
    Wrong("leased_floor", AREA, "租赁厂房3000", None),
    Wrong("negative_number", AREA, -20, 20),
    Wrong("number_too_large", AREA, 99999999, 99),
    Wrong("ambiguous_number", JOBS, "200-300", 250),
    Wrong("no_number", JOBS, "若干", None),
    Wrong("bad_number", JOBS, "1,20", 120),
    Wrong("not_whole", JOBS, 12.5, 12),
    Wrong("wrong_type", JOBS, datetime.date(2020, 6, 30), 12),
    Wrong("two_phones", PHONE, "13900000001/13900000002", "13900000001"),
    Wrong("lost_zero", PHONE, "2347500001", "023-47500001"),
    Wrong("bad_phone", PHONE, "139000000", "13900000001"),
    Wrong("left_over_text", PHONE, "张三13900000001", "13900000001"),
    Wrong("credit_code_check", CREDIT, "91500116MA00000155", None),
    Wrong("credit_code_old_number", CREDIT, "500116000000001", None),
    Wrong("credit_code_alphabet", CREDIT, "91500116MAO0000154", None),
    Wrong("credit_code_length", CREDIT, "91500116MA0000015", None),
    Wrong("credit_code_area", CREDIT, "91AB0116MA00000154", None),
    Wrong("digits_lost", CREDIT, 915001160000001540, None),
    Wrong("ambiguous_boolean", LISTED, "x", "否"),
    Wrong("not_a_boolean", LISTED, "上交所", "是"),
    # Words.
    Wrong("unknown_word", PARK, "火星工业园", "双福工业园"),
    Wrong("two_choices", PARK, "双福工业园（德感工业园）", "双福工业园"),
    Wrong("unknown_word", "项目阶段", "前期", "已签约"),
    # What the row as a whole says.
    Wrong("no_name", NAME, None, "补上名称的项目"),
    Wrong("excel_error", NAME, "#N/A", "找回名称的项目"),
    Wrong("shifted_row", NAME, "#错位：移好的项目", "移好的项目"),
    Wrong("number_conflict", "项目编号", "X-TAKEN", "X-FREE"),
    Wrong("voided_project", NAME, "作废的项目", "重新签约的项目", {"投资方": "作废方"}),
    Wrong("repeated_row", NAME, "第一个项目", "第二个项目", {"投资方": "第一个投资方", "项目编号": None}),
    Wrong("ambiguous_investor", "投资方", "重名公司", "独名公司"),
    Wrong("credit_code_conflict", "投资方", "有代码的公司", "另一家公司", {CREDIT: CODES[1]}),
)
# Good rows: enough of each column that its header is believed whatever the wrong cells say.
GOOD = 40


def row_of(number: int, **cells: Any) -> list[Any]:
    """A good row with some cells of its own; keys are headers."""
    usual = {
        "项目编号": f"X-{number:04}",
        NAME: f"第{number}号工厂",
        "投资方": f"第{number}号投资公司",
        PARK: "双福工业园",
        "产业集群": "消费品产业",
        AMOUNT: 5,
        DAY: "2020-06-30",
        "项目阶段": "已签约",
        AREA: 120,
        JOBS: 100,
        PHONE: "13900000001",
        LISTED: "否",
        "存在问题": "",
    }
    return [(usual | cells).get(column) for column in HEADER]


def wrong_ledger(path: Path, wrong: Sequence[Wrong] = WRONG, good: int = GOOD) -> Path:
    """The ledger: good rows, then a wrong one for each kind, in rows `first_wrong(good)` and below."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    page.append(list(HEADER))
    page.append(row_of(0, **{NAME: "第一个项目", "投资方": "第一个投资方"}))
    for number in range(1, good):
        page.append(row_of(number))
    for number, case in enumerate(wrong, good):
        page.append(row_of(number, **(case.more | {case.column: case.wrong})))
        cell = page.cell(page.max_row, HEADER.index(case.column) + 1)
        if case.wrong == "#REF!" or case.wrong == "#N/A":
            cell.data_type = "e"
        if case.number_format:
            cell.number_format = case.number_format
    book.save(path)
    return path


def first_wrong(good: int = GOOD) -> int:
    """The row of the first wrong row."""
    return good + 2


def register() -> None:
    """What the register holds already, for the rows to be refused against."""
    make_project("别人的项目", code="X-TAKEN", investor="别人", park="degan", agreed="1")
    make_project("作废的项目", code="X-VOID", investor="作废方", park="shuangfu", agreed="1", voided="重复")
    make_investor("重名公司")
    Investor.objects.create(name="重名公司", name_key="重名公司", credit_code=CODES[1][:-1] + "X")
    make_investor("有代码的公司", credit_code=CODES[0])
