"""The other kinds: xls, xlsb, ods and web pages under the name of a workbook."""

import datetime
import struct
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from imports.grid import Cell, CellKind, Span
from imports.reading import ReadError, read_workbook
from tests.imports.files import biff_text, ods, record, record12, text12, xls, xlsb

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"
DAY = datetime.date(2020, 6, 30)


def rows_of(path, data=None, **options):
    if data is not None:
        path.write_bytes(data)
    return read_workbook(path, **options).sheets[0].rows


# --- The samples, against another reader ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["ledger-2019.xls", "ledger-2020.xlsx", "arrivals-2020.xlsx", "visits-2020.xlsx"])
def test_the_samples_are_read_as_calamine_reads_them(name):
    ours = read_workbook(SAMPLES / name).sheets
    with (SAMPLES / name).open("rb") as file:
        theirs = python_calamine.CalamineWorkbook.from_filelike(file)
        assert [sheet.name for sheet in ours] == theirs.sheet_names
        for i, sheet in enumerate(ours):
            other = theirs.get_sheet_by_index(i)
            grid = [[_plain(value) for value in row] for row in other.to_python(skip_empty_area=False)]
            width = max(map(len, grid))
            assert [row + [None] * (width - len(row)) for row in sheet.rows] == grid
            spans = sorted((a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in other.merged_cell_ranges or [])
            assert sorted((s.top, s.left, s.bottom, s.right) for s in sheet.merged) == spans


def _plain(value):
    if value == "":
        return None
    return Decimal(format(value, ".15g")) if isinstance(value, int | float) else value


def test_the_sample_in_gbk_is_text_at_its_rows():
    book = read_workbook(SAMPLES / "register-tuanjiehu.csv")
    assert (book.format, book.encoding, len(book.sheets[0].rows)) == ("text", "gb18030", 34)
    assert book.sheets[0].rows[1][:3] == ["序号", "项目编号", "入驻项目"]
    assert book.sheets[0].name == "register-tuanjiehu"


# --- xls ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def xls_path(tmp_path):
    return tmp_path / "台账.xls"


def number(row, column, style, value):
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def formula(row, column, result):
    return record(0x0006, struct.pack("<HHH", row, column, 0) + result + b"\0" * 8)


def label(row, column, text):
    return record(0x0204, struct.pack("<HHH", row, column, 0) + biff_text(text))


def test_numbers_texts_days_and_errors_of_an_xls(xls_path):
    cells = label(4, 2, "项目") + number(4, 3, 0, 54700.5) + number(4, 4, 1, 44012)
    cells += record(0x027E, struct.pack("<HHHI", 4, 5, 0, (12345 << 2) | 3))  # RK: an integer to divide by 100
    cells += record(0x00BD, struct.pack("<HHHIHIH", 5, 0, 0, (7 << 2) | 2, 0, (8 << 2) | 2, 1))  # MULRK
    cells += record(0x0205, struct.pack("<HHHBB", 5, 3, 0, 0x17, 1))
    cells += record(0x0205, struct.pack("<HHHBB", 5, 4, 0, 1, 0))
    rows = rows_of(xls_path, xls(cells, formats=('yyyy"年"m"月"',)))
    assert rows[:4] == [[]] * 4
    assert rows[4] == [
        None, None, "项目", Decimal("54700.5"), Cell(CellKind.DATE, DAY, 'yyyy"年"m"月"'), Decimal("123.45"),
    ]  # fmt: skip
    assert rows[5] == [Decimal(7), Decimal(8), None, Cell(CellKind.ERROR, "#REF!"), True]


def test_results_of_formulas_of_an_xls(xls_path):
    text = formula(0, 1, b"\0\0\0\0\0\0\xff\xff") + record(0x0207, biff_text("双福"))
    cells = formula(0, 0, struct.pack("<d", 62.5)) + text + formula(0, 2, b"\2\0\x07\0\0\0\xff\xff")
    cells += formula(0, 3, b"\3\0\0\0\0\0\xff\xff") + formula(0, 4, b"\1\0\1\0\0\0\xff\xff")
    assert rows_of(xls_path, xls(cells)) == [[Decimal("62.5"), "双福", Cell(CellKind.ERROR, "#DIV/0!"), None, True]]


def test_an_xls_in_which_no_formula_has_a_result_was_never_calculated(xls_path):
    cells = number(0, 0, 0, 1) + formula(0, 1, b"\3\0\0\0\0\0\xff\xff")
    assert rows_of(xls_path, xls(cells)) == [[Decimal(1), Cell(CellKind.UNCALCULATED)]]


def test_a_text_of_an_xls_that_is_cut_by_the_limit_of_a_record(xls_path):
    first, second = "甲" * 4000 + "b" * 2500 + "丙" * 1500, "a乙" * 2000
    table = record(0x00FC, struct.pack("<IIHB", 2, 2, 8000, 1) + ("甲" * 4000).encode("utf-16-le"))
    table += record(0x003C, b"\0" + b"b" * 2500)  # behind the border it goes on in single bytes
    rich = struct.pack("<HBH", 4000, 9, 1) + second.encode("utf-16-le") + b"\0" * 4
    table += record(0x003C, b"\1" + ("丙" * 1500).encode("utf-16-le") + rich)
    cells = b"".join(record(0x00FD, struct.pack("<HHHI", 0, i, 0, i)) for i in (0, 1))
    assert rows_of(xls_path, xls(cells, globals_=table)) == [[first, second]]


def test_spans_hidden_rows_and_struck_rows_of_an_xls(xls_path):
    cells = record(0x0208, struct.pack("<HHHHHHHH", 1, 0, 2, 300, 0, 0, 0x20, 0))
    cells += record(0x007D, struct.pack("<HHHHH", 1, 1, 0, 0, 1)) + number(0, 0, 1, 5) + number(1, 2, 0, 6)
    cells += record(0x00E5, struct.pack("<HHHHH", 1, 0, 1, 0, 0))
    xls_path.write_bytes(xls(cells))
    sheet = read_workbook(xls_path).sheets[0]
    assert (sheet.merged, sheet.hidden_rows, sheet.hidden_columns) == ([Span(1, 1, 2, 1)], {2}, {2})
    assert [code for code, _ in sheet.notes] == ["hidden_rows", "struck_rows", "hidden_columns"]


def test_days_of_an_xls_from_1904(xls_path):
    data = xls(number(0, 0, 1, 42550), globals_=record(0x0022, struct.pack("<H", 1)), formats=("yyyy/m/d",))
    assert rows_of(xls_path, data) == [[DAY]]


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_half_an_xls_is_damaged(xls_path, cut):
    data = (SAMPLES / "ledger-2019.xls").read_bytes()
    xls_path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(ReadError) as error:
        read_workbook(xls_path)
    assert error.value.code == "damaged"


# --- xlsb -----------------------------------------------------------------------------------------------------------
def test_cells_of_an_xlsb(tmp_path):
    def cell(kind, column, data, style=0):
        return record12(kind, struct.pack("<II", column, style) + data)

    row = struct.pack("<IIH", 2, 0, 300) + b"\0\x10" + b"\0" * 5
    cells = record12(60, struct.pack("<IIIIH", 1, 1, 0, 0, 1)) + record12(0, row)
    cells += cell(6, 0, text12("项目")) + cell(2, 1, struct.pack("<I", (54700 << 2) | 2))
    cells += cell(5, 2, struct.pack("<d", 44012), 1)
    cells += cell(11, 3, b"\x17\0\0") + cell(9, 4, struct.pack("<d", 0.35) + b"\0\0", 2) + cell(4, 5, b"\1")
    cells += cell(8, 6, text12("文") + b"\0\0") + cell(3, 7, b"\x2a") + record12(176, struct.pack("<IIII", 2, 2, 0, 1))
    path = xlsb(tmp_path / "a.xlsb", cells, formats=("yyyy/m", "0%"))
    book = read_workbook(path)
    sheet = book.sheets[0]
    assert (book.format, book.notes, sheet.name) == ("xlsb", [], "表1")
    assert sheet.rows == [[], [], [
        "项目", Decimal(54700), Cell(CellKind.DATE, DAY, "yyyy/m"), Cell(CellKind.ERROR, "#REF!"),
        Cell(CellKind.NUMBER, Decimal("0.35"), "0%"), True, "文", Cell(CellKind.ERROR, "#N/A"),
    ]]  # fmt: skip
    assert (sheet.merged, sheet.hidden_rows, sheet.hidden_columns) == ([Span(3, 1, 3, 2)], {3}, {2})


# --- ods ------------------------------------------------------------------------------------------------------------
def ods_cell(attributes="", text="", tag="table-cell"):
    return f"<table:{tag} {attributes}>{f'<text:p>{text}</text:p>' if text else ''}</table:{tag}>"


def test_cells_of_an_ods(tmp_path):
    styles = (
        '<number:date-style style:name="N1"><number:year/><number:month/></number:date-style>'
        '<style:style style:name="ce1" style:data-style-name="N1"/>'
        '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    )
    kind = "office:value-type"
    spanned = 'table:number-columns-spanned="2" table:number-rows-spanned="2"'
    first = (
        ods_cell(f'{kind}="string" {spanned}', "甲<text:s text:c='2'/>乙")
        + ods_cell(tag="covered-table-cell")
        + ods_cell(f'{kind}="float" office:value="0.30000000000000004"', "0.3")
        + ods_cell(f'{kind}="date" office:date-value="2020-06-30"', "2020/6/30")
        + ods_cell(f'{kind}="date" office:date-value="2020-06-01" table:style-name="ce1"', "2020年6月")
        + ods_cell(f'{kind}="percentage" office:value="0.35"', "35%")
        + ods_cell(f'{kind}="string" calcext:value-type="error" table:formula="of:=1/0"', "#DIV/0!")
        + ods_cell('table:formula="of:=[.A1]"')
        + ods_cell(f'{kind}="boolean" office:boolean-value="true"', "TRUE")
        + ods_cell(f'{kind}="string" table:number-columns-repeated="2"', "丙")
        + ods_cell('table:number-columns-repeated="16000"')
    )
    second = ods_cell("", "") + '<table:table-cell office:value-type="string"><office:annotation><text:p>批注</text:p>'
    second += "</office:annotation><text:p>有批注</text:p><text:p>二行</text:p></table:table-cell>"
    tables = (
        f'<table:table table:name="甲"><table:table-row>{first}</table:table-row>'
        f'<table:table-row table:visibility="collapse" table:number-rows-repeated="2">{second}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="1048000">{ods_cell()}</table:table-row></table:table>'
        f'<table:table table:name="乙" table:style-name="ta2"/>'
    )
    book = read_workbook(ods(tmp_path / "a.ods", tables, styles=styles))
    sheet = book.sheets[0]
    assert (book.format, [(s.name, s.hidden) for s in book.sheets]) == ("ods", [("甲", False), ("乙", True)])
    assert sheet.rows == [
        ["甲  乙", None, Decimal("0.3"), DAY, Cell(CellKind.DATE, datetime.date(2020, 6, 1), "yyyy-mm"),
         Cell(CellKind.NUMBER, Decimal("0.35"), "0%"), Cell(CellKind.ERROR, "#DIV/0!"), Cell(CellKind.UNCALCULATED),
         True, "丙", "丙"],
        [None, "有批注\n二行"], [None, "有批注\n二行"],
    ]  # fmt: skip
    assert (sheet.merged, sheet.hidden_rows) == ([Span(1, 1, 2, 2)], {2, 3})
    assert [code for code, _ in sheet.notes] == ["hidden_rows", "comments"]


def test_named_styles_of_an_ods_count_as_those_of_its_sheets(tmp_path):
    common = (
        '<number:date-style style:name="N9"><number:year/><number:month/></number:date-style>'
        '<number:number-style style:name="N8"><number:number/><number:text>万元</number:text></number:number-style>'
        '<style:style style:name="Month" style:family="table-cell" style:data-style-name="N9"/>'
        '<style:style style:name="Wan" style:family="table-cell" style:data-style-name="N8">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="Month" style:family="graphic" style:data-style-name="N8"/>'
    )
    styles = (
        '<style:style style:name="ce1" style:family="table-cell" style:parent-style-name="Month"/>'
        '<style:style style:name="ce2" style:family="table-cell" style:parent-style-name="Wan">'
        '<style:text-properties style:text-line-through-style="none"/></style:style>'
    )
    day, amount = (
        'office:value-type="date" office:date-value="2020-06-01"',
        'office:value-type="float" office:value="62"',
    )
    first = [(day, "Month"), (day, "ce1"), (amount, "ce2")]
    rows = "".join(
        f"<table:table-row>{cells}</table:table-row>"
        for row in (first, [(amount, "Wan")])
        for cells in ["".join(ods_cell(f"{said} table:style-name={name!r}") for said, name in row)]
    )
    table = f'<table:table table:name="甲">{rows}</table:table>'
    sheet = read_workbook(ods(tmp_path / "a.ods", table, styles=styles, common=common)).sheets[0]
    month = Cell(CellKind.DATE, datetime.date(2020, 6, 1), "yyyy-mm")
    wan = Cell(CellKind.NUMBER, Decimal(62), '[>=0]0"万元"')
    assert sheet.rows == [[month, month, wan], [wan]]
    assert [str(note[0]) for note in sheet.notes] == ["struck_rows"]


@pytest.mark.parametrize(("repeat", "code"), [("rows", "too_many_rows"), ("columns", "too_many_columns")])
def test_a_value_repeated_a_million_times_is_refused(tmp_path, repeat, code):
    down, right = ("1000000", "1") if repeat == "rows" else ("1", "1000000")
    cell = ods_cell(f'office:value-type="string" table:number-columns-repeated="{right}"', "甲")
    table = f'<table:table><table:table-row table:number-rows-repeated="{down}">{cell}</table:table-row></table:table>'
    with pytest.raises(ReadError) as error:
        read_workbook(ods(tmp_path / "a.ods", table))
    assert error.value.code == code


def test_an_ods_with_a_password(tmp_path):
    path = ods(tmp_path / "a.ods", "", manifest="<manifest><encryption-data/></manifest>")
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert error.value.code == "encrypted"


# --- Web pages ------------------------------------------------------------------------------------------------------
PAGE = """<html><head><meta charset="gb2312"><title>台账</title><style>td {color: red}</style></head><body><table>
<tr><th colspan="2">项目<br>名称</th><th rowspan="2">金额</th></tr>
<tr><td>双福 &amp;&nbsp;德感</td><td><b>白沙</b><script>alert(1)</script></td></tr>
<tr style="display:none"><td>甲</td><td></td><td x:num="5">5</td></tr>
<tr><td></td></tr></table></body></html>"""


def test_the_one_table_of_a_web_page_is_read_as_text(tmp_path):
    path = tmp_path / "台账.xls"
    path.write_bytes(PAGE.encode("gb18030"))
    book = read_workbook(path)
    sheet = book.sheets[0]
    assert (book.format, book.encoding, [code for code, _ in book.notes]) == ("html", "gb18030", ["wrong_ending"])
    assert sheet.rows == [["项目\n名称", None, "金额"], ["双福 &\xa0德感", "白沙"], ["甲", None, "5"]]
    assert (sheet.merged, sheet.hidden_rows) == ([Span(1, 1, 1, 2), Span(1, 3, 2, 3)], {3})


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("<html><body>没有表</body></html>", "html_no_table"),
        ("<html><table></table></html>", "html_no_table"),
        ("<table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>", "html_many_tables"),
        ("<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>", "html_many_tables"),
        ('<table><tr><td rowspan="9999999">1</td></tr></table>', None),
        (f"<table><tr>{'<td>1</td>' * 501}</tr></table>", "too_many_columns"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "spreadsheet_xml"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related", "web_archive"),
        ('<?xml version="1.0"?><office:document xmlns:office="x"/>', "flat_ods"),
    ],
)
def test_pages_that_are_no_ledger(tmp_path, page, code):
    path = tmp_path / "台账.xls"
    path.write_text(page, encoding="utf-8")
    if code is None:
        assert rows_of(path) == [["1"]]
        return
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert error.value.code == code


def test_a_workbook_of_openpyxl_in_an_ods_or_xls_name_is_read_by_its_content(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "项目"
    for ending in ("xls", "csv", "ods", "dat"):
        path = tmp_path / f"a.{ending}"
        book.save(path)
        found = read_workbook(path)
        assert (found.format, [code for code, _ in found.notes]) == ("xlsx", ["wrong_ending"])
    path = tmp_path / "a.et"
    book.save(path)
    assert read_workbook(path).notes == []
    assert read_workbook(path, filename="改名.xls").notes[0][0] == "wrong_ending"
