"""Every cell of the variants' list gives exactly what the list says."""

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from imports.cells import READERS, Vocabulary, column_reader, header_unit, read_cell, read_raw
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


class TestEveryKind:
    """What holds whatever the column is."""

    KINDS = sorted(READERS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_is_nothing(self, kind):
        for raw in (None, "", EMPTY, " ", "——", "/"):
            assert read_raw(kind, raw, unit="亿元", vocabulary=VOCABULARY).value is None

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (Cell(CellKind.ERROR, "#N/A"), "excel_error"),
            (Cell(CellKind.UNCALCULATED), "uncalculated_formula"),
            (Cell(CellKind.TEXT, "#REF!"), "excel_error"),
        ],
    )
    def test_broken_cells_are_refused(self, kind, cell, code):
        with pytest.raises(CellError) as refused:
            read_cell(kind, cell, unit="亿元", vocabulary=VOCABULARY)
        assert refused.value.code == code

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "raw",
        [
            True,
            Decimal("-1E+300"),
            Decimal("1E-300"),
            Decimal("12345678901234567890"),
            datetime.date(1900, 1, 1),
            datetime.datetime(2020, 6, 30, 12, 30),  # noqa: DTZ001
            datetime.time(8, 0),
            "9" * 32000,
            "\n双 " * 8000,
            "\ud800",
            "=1+1",
        ],
        ids=lambda raw: repr(raw)[:20],
    )
    def test_strange_values_are_read_or_refused(self, kind, raw):
        try:
            reading = read_raw(kind, raw, unit="亿元", vocabulary=VOCABULARY)
        except CellError as error:
            reading = error
        assert str(reading)

    def test_a_column_reader_reads_the_same(self):
        read = column_reader("money", unit="亿元")
        assert read("62亿").value == read(Decimal(62)).value == read(Cell(CellKind.NUMBER, Decimal(62))).value == 620000
        assert read(None).value is None


class TestDates:
    @pytest.mark.parametrize(
        ("number_format", "shown"),
        [
            ("", "2020-07-01"),
            ("General", "2020-07-01"),
            ("yyyy/m/d", "2020-07-01"),
            ("m/d/yy h:mm", "2020-07-01"),
            ('yyyy"年"m"月"d"日"', "2020-07-01"),
            ('yyyy"年"m"月"', "2020-07"),
            ('[$-804]yyyy"年"mm"月";@', "2020-07"),
            ("[DBNum1][$-804]yyyy年m月", "2020-07"),
            ("mmm-yy", "2020-07"),
            ('yyyy"年"', "2020"),
            ('e"年"m"月"', "2020-07"),
            ('[Red]yyyy"day"m', "2020-07"),
            ("[$-F800]dddd, mmmm dd, yyyy", "2020-07-01"),
        ],
    )
    def test_a_format_hides_the_day(self, number_format, shown):
        cell = Cell(CellKind.DATE, datetime.date(2020, 7, 1), number_format)
        assert str(read_cell("date", cell).value) == shown

    @pytest.mark.parametrize("number", ["32873", "55154", "2020.123", "20201301", "-5", "0.5", "1E+20", "200630"])
    def test_numbers_outside_the_windows_are_refused(self, number):
        with pytest.raises(CellError):
            read_raw("date", Decimal(number))

    def test_the_bounds_of_the_window(self):
        assert str(read_raw("date", Decimal(32874)).value) == "1990-01-01"
        assert str(read_raw("date", Decimal(55153)).value) == "2050-12-31"


class TestWords:
    def suggestions(self, kind: str, word: str) -> tuple[str, ...]:
        with pytest.raises(CellError) as refused:
            VOCABULARY.lookup(kind, word)
        return refused.value.suggestions

    @pytest.mark.parametrize(
        ("kind", "word", "suggested"),
        [
            ("park", "络璜", "珞璜工业园"),
            ("park", "双褔", "双福工业园"),
            ("park", "珞璜工业园B区", "珞璜工业园"),
            ("park", "双福新区", "双福工业园"),
            ("cluster", "食品", "消费品"),
            ("cluster", "传感器", "智能产业"),
            ("cluster", "其他", "“4+1”以外"),
            ("stage", "未开工", "签约"),
            ("stage", "已开工建没", "开工"),
        ],
    )
    def test_what_is_meant_is_proposed(self, kind, word, suggested):
        assert suggested in self.suggestions(kind, word)

    @pytest.mark.parametrize(
        ("kind", "word"),
        [("park", "双福/德感"), ("park", "双福工业园（德感）"), ("cluster", "装备/汽摩"), ("stage", "在建/投产")],
    )
    def test_two_are_two(self, kind, word):
        with pytest.raises(CellError) as refused:
            VOCABULARY.lookup(kind, word)
        assert refused.value.code == "two_choices"
        assert len(refused.value.suggestions) == 2

    def test_every_suggestion_can_be_put_into_the_cell(self):
        for row in CELLS:
            if row["field_kind"] in VOCABULARY.tables and row["expected"] == "error":
                for word in self.suggestions(row["field_kind"], row["raw"]):
                    assert VOCABULARY.lookup(row["field_kind"], word)

    def test_what_was_decided_once_is_remembered(self):
        taught = Vocabulary(
            PARKS, CLUSTERS, CHAINS, {"park": {"双福新区": "shuangfu"}, "stage": {"未开工": "signed"}, "cluster": {}}
        )
        assert taught.lookup("park", " 双福 新区") == "shuangfu"
        assert taught.lookup("stage", "未开工") == "signed"
        with pytest.raises(CellError):
            VOCABULARY.lookup("park", "双福新区")

    def test_a_spelling_that_two_claim_is_asked(self):
        both = Vocabulary(clusters=[("one", "甲"), ("two", "乙", "", ["甲"])])
        assert both.lookup("cluster", "乙") == "two"
        with pytest.raises(CellError):
            both.lookup("cluster", "甲")

    def test_codes_are_words(self):
        assert VOCABULARY.lookup("park", "luohuang-smart-home") == "luohuang-smart-home"
        assert VOCABULARY.lookup("stage", "full_production") == "full_production"

    @pytest.mark.parametrize(
        ("kind", "word", "code"),
        [
            ("investor_rank", "中国500强", ("china_500",)),
            ("investor_rank", "中国500强、上市公司", ("china_500", "listed")),
            ("investor_rank", "A股上市公司", ("listed",)),
            ("investor_type", "民营", "private"),
            ("investor_type", "港澳台", "hmt"),
            ("capital_origin", "内资", "domestic"),
            ("choice", "外出招商", "外出招商"),
            ("investor_rank", "无", None),
        ],
    )
    def test_investors(self, kind, word, code):
        assert read_raw(kind, word, vocabulary=VOCABULARY).value == code

    @pytest.mark.parametrize(
        ("kind", "word"), [("investor_rank", "500强"), ("investor_rank", "民营"), ("condition", "红灯")]
    )
    def test_vague_words_are_asked(self, kind, word):
        with pytest.raises(CellError) as refused:
            read_raw(kind, word, vocabulary=VOCABULARY)
        assert refused.value.code == "unknown_word"


class TestText:
    def test_what_is_not_text_is_written_as_the_sheet_shows_it(self):
        assert read_raw("text", Decimal("12.0")).value == "12"
        assert read_raw("text", datetime.date(2020, 6, 30)).value == "2020-06-30"

    def test_our_own_export_is_restored(self):
        assert read_raw("text", "'=1+1").value == "=1+1"
        assert read_raw("text", "'双福").value == "'双福"

    def test_notes_keep_their_lines(self):
        assert read_raw("note", "6月签约\n7月开工").value == "6月签约\n7月开工"
        assert read_raw("text", "6月签约\n7月开工").value == "6月签约 7月开工"

    def test_floor_space_is_in_square_metres(self):
        assert read_raw("floor_area", Decimal(3000), unit="平方米").value == 3000
        assert read_raw("floor_area", "3亩").value == 2000
