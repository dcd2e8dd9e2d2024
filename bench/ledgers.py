"""Made-up ledgers of any size, the same at every run."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import openpyxl

HEADER = [
    "序号",
    "项目编号",
    "项目名称",
    "投资方",
    "落户园区",
    "产业集群",
    "协议投资额（亿元）",
    "签约时间",
    "计划开工时间",
    "责任单位",
    "项目阶段",
]
PARKS = ["双福工业园", "德感工业园", "珞璜工业园", "白沙工业园", "江津综合保税区", "团结湖大数据智能产业园"]
CLUSTERS = ["消费品", "装备制造", "汽摩", "材料", "智能产业", "“4+1”以外"]
STAGES = ["已签约", "已签约", "在建", "已投产"]
UNITS = ["区招商投资局", "区经济信息委", "区商务委", "双福工业园管委会"]


def ledger_rows(count: int, seed: int = 500116) -> list[list]:
    """Rows of a clean ledger below its header: 11 columns, every project with a number and a name of its own."""
    chance = random.Random(seed)
    first = datetime.date(2016, 1, 1)
    rows = []
    for number in range(1, count + 1):
        signed = first + datetime.timedelta(days=chance.randrange(3650))
        rows.append(
            [
                number,
                f"BX-{number:07d}",
                f"津沙智能装备生产基地项目{number:07d}",
                f"重庆津沙智能装备有限公司{number % (count // 2 + 1):07d}",
                chance.choice(PARKS),
                chance.choice(CLUSTERS),
                round(chance.uniform(0.1, 60), 2),
                signed,
                signed + datetime.timedelta(days=chance.randrange(30, 400)),
                chance.choice(UNITS),
                chance.choice(STAGES),
            ]
        )
    return rows


def write_ledger(path: Path, count: int) -> Path:
    """The ledger as .xlsx; made once and kept."""
    if not path.exists():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("台账")
        sheet.append(HEADER)
        for row in ledger_rows(count):
            sheet.append(row)
        book.save(path)
    return path
