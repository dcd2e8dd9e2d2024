"""A row says the same whether its table is read column by column or cell by cell."""

import datetime
import random
from decimal import Decimal
from itertools import repeat

import pytest

from imports import plaincolumns, rows
from imports.grid import Cell, CellKind, Workbook
from imports.links import Links
from imports.understanding import Request, understand
from tests.imports.sheets import make_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

HEADER = [
    "序号",
    "项目编号",
    "项目名称",
    "投资方",
    "落户园区",
    "协议投资额（亿元）",
    "签约时间",
    "责任单位",
    "项目阶段",
]
DAY = datetime.date(2020, 6, 30)
ODD = [
    *(
        "",
        "/",
        "无",
        "同上",
        "见备注",
        "-",
        "-5",
        "#REF!",
        "=1",
        "12-1",
        "  双福工业园 ",
        "不知道园",
        "2020年",
        "2020-13-01",
    ),
    *(
        "2099-01-01",
        "约3亿",
        "3000万",
        "10%",
        "在建、已投产",
        "a\nb",
        "/abcdefghijk",
        "-abcdefghijk",
        "abcdefghijk",
        "'=1+1",
    ),
    *(True, False, None, 0, 1, -3, 1e20, DAY, datetime.datetime(2020, 1, 2, 3, 4), datetime.time(1, 2)),  # noqa: DTZ001
    Cell(CellKind.ERROR, "#REF!"),
    Cell(CellKind.UNCALCULATED),
    Cell(CellKind.NUMBER, Decimal("0.5"), "0%"),
    Cell(CellKind.DATE, DAY, 'yyyy"年"'),
    Cell(CellKind.EMPTY),
]


def clean_row(number: int, chance: random.Random) -> list:
    return [
        *(number, f"BX-{number:07d}", f"智能装备生产基地{number}", f"重庆某某智能装备有限公司{number % 9}"),
        *(chance.choice(["双福", "德感工业园"]), chance.choice([1.5, 2, 30]), DAY + datetime.timedelta(number)),
        *(chance.choice(["区商务委", "区招商投资局"]), chance.choice(["已签约", "在建"])),
    ]


def said(row) -> str:
    problems = [[(one.code, str(one.message), one.column) for one in some] for some in (row.errors, row.warnings)]
    return repr((row.row, list(row.values.items()), row.elsewhere, row.from_above, problems))


@pytest.mark.parametrize("seed", range(12))
def test_both_ways_say_the_same(monkeypatch, seed):
    chance = random.Random(seed)
    lines = [clean_row(number, chance) for number in range(1, 60)]
    for line in lines:
        for at in range(len(line)):
            if chance.random() < (0, 0.01, 0.1, 0.3)[seed % 4]:
                line[at] = chance.choice(ODD)
        if seed % 3 == 1 and chance.random() < 0.2:
            del line[chance.randrange(4, 9) :]
    sheet = make_sheet(HEADER, *lines, merged=("D5:D8", "F12:F14") if seed % 3 == 2 else ())
    links = Links()
    part = understand(Workbook("xlsx", [sheet]), Request(user=None), links)[0][0]
    monkeypatch.setattr(plaincolumns, "BLOCK", 7)
    monkeypatch.setattr(plaincolumns, "KEPT", 20)
    told = []
    for way in (rows.plain_values, lambda sheet, table, sources: repeat(None, len(table.rows))):
        monkeypatch.setattr(rows, "plain_values", way)
        told.append([said(row) for row in rows.read_rows(part.sheet, part.table, part.proposal, links.vocabulary)])
    assert told[0] == told[1]
    assert len(told[0]) > 40
