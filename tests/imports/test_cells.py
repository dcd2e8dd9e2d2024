"""Every cell of the variants' list gives exactly what the list says."""

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from imports.cells import Vocabulary, column_reader, header_unit, read_cell, read_raw
from imports.grid import EMPTY, Cell, CellKind
from jiangjin.lib.cellerrors import CellError

DATA = Path(__file__).resolve().parent.parent / "data"
with (DATA / "cell_variants.csv").open(encoding="utf-8-sig", newline="") as file:
    # row_kind is the layout's business (tests/imports/test_layout.py).
    VARIANTS = [row for row in csv.DictReader(file) if row["field_kind"] != "row_kind"]
CELLS = [row for row in VARIANTS if row["field_kind"] != "header_unit"]
HEADERS = [row for row in VARIANTS if row["field_kind"] == "header_unit"]

PARKS = [
    ("comprehensive-bonded-zone", "江津综合保税区", "江津综保区", ["综保区", "重庆江津综合保税区"]),
    ("shuangfu", "双福工业园", "双福", ["双福园区", "双福工业园区", "江津双福工业园"]),
    ("degan", "德感工业园", "德感", ["德感园区", "德感工业园区", "江津德感工业园"]),
    ("luohuang", "珞璜工业园", "珞璜", ["珞璜园区", "珞璜工业园区", "江津珞璜工业园"]),
    ("baisha", "白沙工业园", "白沙", ["白沙园区", "白沙工业园区", "江津白沙工业园"]),
    ("tuanjiehu", "团结湖大数据智能产业园", "团结湖", ["团结湖园区", "团结湖数字经济产业园"]),
    ("southwest-paper-city", "西南纸业包装城", "纸业包装城", []),
    ("luohuang-smart-home", "珞璜智能家居产业园", "珞璜智能家居", ["智能家居产业园"]),
    ("xianfeng-food", "先锋食品特色产业园", "先锋食品", ["先锋食品园", "先锋食品产业园"]),
    ("no-park", "园区外", "园区外", ["不在园区", "无园区"]),
]
CLUSTERS = [
    ("consumer-goods", "消费品", "", ["消费品工业", "消费品产业", "消费品产业集群"]),
    ("equipment", "装备制造", "", ["装备", "装备制造业", "装备制造产业"]),
    ("auto-moto", "汽摩", "", ["汽摩产业", "汽车摩托车", "汽车及零部件", "汽摩及零部件"]),
    ("materials", "材料", "", ["材料产业", "新材料", "先进材料"]),
    ("intelligent", "智能产业", "", ["智能", "大数据智能", "大数据智能产业", "大数据智能化"]),
    ("outside", "“4+1”以外", "", ["4+1以外", "其他（现代服务业等）", "现代服务业", "现代服务业等"]),
]
CHAINS = [
    ("paper-packaging", "高档纸业包装", "", [], "consumer-goods"),
    ("grain-oil-food", "粮油食品", "", [], "consumer-goods"),
    ("sensors", "传感器", "", [], "intelligent"),
]
VOCABULARY = Vocabulary(PARKS, CLUSTERS, CHAINS)


def make_cell(row: dict[str, str]) -> tuple[Cell, bool]:
    """The cell that a row of the list describes, and whether its workbook counts from 1904."""
    raw, raw_type = row["raw"], row["raw_type"]
    if raw_type.startswith("number"):
        format_code = "0%" if raw_type == "number(0%)" else ""
        return Cell(CellKind.NUMBER, Decimal(raw), format_code), raw_type == "number(date1904)"
    cell = {
        "text": lambda: Cell(CellKind.TEXT, raw),
        "datetime": lambda: Cell(CellKind.DATE, datetime.date.fromisoformat(raw[:10])),
        "bool": lambda: Cell(CellKind.BOOL, raw == "TRUE"),
        "error": lambda: Cell(CellKind.ERROR, raw),
        "empty": lambda: EMPTY,
    }[raw_type]()
    return cell, False


def shown(kind: str, value: object) -> str:
    """A value as the list writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def same(kind: str, value: object, expected: str) -> bool:
    if isinstance(value, Decimal):
        return value == Decimal(expected)
    return shown(kind, value) == expected


def name_of(row: dict[str, str]) -> str:
    return f"{row['field_kind']}-{row['raw']!r}-{row['raw_type']}-{row['header_unit']}"


@pytest.mark.parametrize("row", CELLS, ids=name_of)
def test_every_cell_of_the_list(row):
    cell, date1904 = make_cell(row)
    percent_header = row["header_unit"] == "%"
    options = {
        "unit": None if percent_header else row["header_unit"] or None,
        "percent_header": percent_header,
        "vocabulary": VOCABULARY,
        "date1904": date1904,
    }
    if row["expected"] == "error":
        with pytest.raises(CellError) as refused:
            read_cell(row["field_kind"], cell, **options)
        assert str(refused.value.message)
        assert refused.value.code.isidentifier()
    else:
        value = read_cell(row["field_kind"], cell, **options).value
        assert same(row["field_kind"], value, row["expected"]), value


@pytest.mark.parametrize("row", HEADERS, ids=name_of)
def test_every_header_unit_of_the_list(row):
    assert header_unit(row["raw"]) == (row["expected"] or None)
