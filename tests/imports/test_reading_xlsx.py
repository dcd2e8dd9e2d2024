"""Sheets of .xlsx files: every cell at its place and as what it is."""

import datetime
import random
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.styles import Font

from imports.grid import Cell, CellKind, Span
from imports.reading import ReadError, read_workbook
from imports.reading import xlsx_rows as plain
from imports.reading.archive import Archive
from imports.reading.limits import Limits
from imports.reading.raw import Budget
from imports.reading.xlsx_sheet import read_xlsx
from tests.imports.files import MAIN, sheet_xml, styles_of, write_zip, xlsx, xlsx_parts


@pytest.fixture
def path(tmp_path):
    return tmp_path / "台账.xlsx"


def rows_of(path, **options):
    return read_workbook(path, **options).sheets[0].rows


def codes(notes):
    return [code for code, _ in notes]


def test_a_workbook_of_openpyxl_comes_back_cell_by_cell(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C5"] = "项目名称"
    sheet["D5"] = 54700
    sheet["E5"] = 0.1 + 0.2
    sheet["F5"] = datetime.date(2020, 6, 30)
    sheet["G5"] = datetime.datetime(2020, 6, 30, 8, 15)  # noqa: DTZ001
    sheet["H5"] = True
    sheet["I5"] = datetime.time(8, 15)
    sheet["C7"] = "第二行\n换行"
    book.save(path)
    rows = rows_of(path)
    assert rows[:4] == [[], [], [], []]
    assert rows[4][2:8] == [
        "项目名称",
        Decimal(54700),
        Decimal("0.3"),
        datetime.date(2020, 6, 30),
        datetime.datetime(2020, 6, 30, 8, 15),  # noqa: DTZ001
        True,
    ]
    assert rows[4][8] == Cell(CellKind.DATE, datetime.time(8, 15))
    assert rows[6] == [None, None, "第二行\n换行"]
    assert len(rows) == 7


def test_error_cells_are_errors_and_not_blanks(path):
    xlsx(path, '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>')
    assert rows_of(path) == [[Cell(CellKind.ERROR, "#REF!"), Cell(CellKind.ERROR, "#DIV/0!")]]


@pytest.mark.parametrize("cell", ["<f>1+1</f>", "<f>1+1</f><v/>", "<f>1+1</f><v></v>"])
def test_a_formula_that_nobody_calculated_is_told_from_an_empty_cell(path, cell):
    xlsx(path, f'<row r="1"><c r="A1"><v>1</v></c><c r="B1">{cell}</c><c r="C1"/></row>')
    assert rows_of(path) == [[Decimal(1), Cell(CellKind.UNCALCULATED)]]


def test_a_formula_with_an_empty_text_as_result_is_empty(path):
    xlsx(path, '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>IF(A1,"","")</f><v></v></c></row>')
    assert rows_of(path) == [[Decimal(1)]]


def test_zeros_of_a_writer_that_left_the_arithmetic_to_excel_are_not_believed(path):
    row = '<row r="1"><c r="A1"><v>7</v></c><c r="B1"><f>A1*2</f><v>0</v></c></row>'
    xlsx(path, row, workbook='<calcPr fullCalcOnLoad="1"/>')
    assert rows_of(path) == [[Decimal(7), Cell(CellKind.UNCALCULATED)]]
    xlsx(path, row)
    assert rows_of(path) == [[Decimal(7), Decimal(0)]]


def test_zeros_are_believed_where_another_formula_was_calculated(path):
    row = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>A1-2</f><v>0</v></c></row>'
    xlsx(path, row, workbook='<calcPr fullCalcOnLoad="1"/>')
    assert rows_of(path) == [[Decimal(2), Decimal(0)]]


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("yyyy/m/d", ""),
        ('yyyy"年"m"月"d"日"', ""),
        ("[$-804]yyyy年m月", "[$-804]yyyy年m月"),
        ("yyyy-mm", "yyyy-mm"),
        ("yyyy", "yyyy"),
        ("[DBNum1][$-804]yyyy&quot;年&quot;m&quot;月&quot;;@", '[DBNum1][$-804]yyyy"年"m"月";@'),
    ],
)
def test_a_format_that_hides_the_day_comes_with_the_date(path, code, kept):
    xlsx(path, '<row r="1"><c r="A1" s="1"><v>44012</v></c></row>', styles=styles_of(code.replace('"', "&quot;")))
    day = datetime.date(2020, 6, 30)
    assert rows_of(path) == [[Cell(CellKind.DATE, day, kept) if kept else day]]


@pytest.mark.parametrize("number", [27, 36, 50, 52, 57, 17])
def test_months_of_chinese_excel_that_files_name_by_number_only(path, number):
    styles = f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{number}"/></cellXfs>'
    xlsx(path, '<row r="1"><c r="A1" s="1"><v>44012</v></c></row>', styles=styles)
    cell = rows_of(path)[0][0]
    assert cell.value == datetime.date(2020, 6, 30)
    assert "d" not in cell.number_format


@pytest.mark.parametrize(
    "code", ["0%", "0.00%", "#,##0,", "0!.0,", '0.00"亿元"', "[$$-409]#,##0.00", '"US$"0.00', "[h]:mm"]
)
def test_a_format_that_changes_what_a_number_means_comes_with_it(path, code):
    xlsx(path, '<row r="1"><c r="A1" s="1"><v>0.35</v></c></row>', styles=styles_of(code.replace('"', "&quot;")))
    assert rows_of(path) == [[Cell(CellKind.NUMBER, Decimal("0.35"), code)]]


@pytest.mark.parametrize(
    "code", ["General", "0.00", "#,##0.00_ ", "G/通用格式", "0.00E+00", "@", "[Red]0.0", "¥#,##0", "[$¥-804]#,##0.00"]
)
def test_other_formats_leave_a_plain_number(path, code):
    xlsx(path, '<row r="1"><c r="A1" s="1"><v>44012</v></c></row>', styles=styles_of(code.replace('"', "&quot;")))
    assert rows_of(path) == [[Decimal(44012)]]


@pytest.mark.parametrize(
    ("serial", "shown"),
    [("0", "1900-01-00"), ("60", "1900-02-29"), ("20000", "1954-10-03"), ("73416", "2101-01-01")],
)
def test_days_outside_the_years_of_the_register_are_errors_that_say_what_excel_shows(path, serial, shown):
    xlsx(path, f'<row r="1"><c r="A1" s="1"><v>{serial}</v></c></row>', styles=styles_of("yyyy/m/d"))
    cell = rows_of(path)[0][0]
    assert (cell.kind, cell.value) == (CellKind.ERROR, shown)


def test_a_number_beyond_all_days_stays_a_number(path):
    xlsx(path, '<row r="1"><c r="A1" s="1"><v>20200630</v></c></row>', styles=styles_of("yyyy/m/d"))
    assert rows_of(path) == [[Decimal(20200630)]]


def test_days_from_1904(path):
    xlsx(
        path,
        '<row r="1"><c r="A1" s="1"><v>42550</v></c><c r="B1"><v>42550</v></c></row>',
        styles=styles_of("yyyy/m/d"),
        workbook='<workbookPr date1904="1"/>',
    )
    book = read_workbook(path)
    assert book.sheets[0].rows == [[datetime.date(2020, 6, 30), Decimal(42550)]]
    assert book.epoch_1904
    assert "date1904" in codes(book.notes)


def test_an_extension_that_reuses_a_name_changes_nothing(path):
    extension = '<extLst><ext><x:workbookPr xmlns:x="urn:x" date1904="0"/></ext></extLst>'
    after = '<extLst><ext><x:c xmlns:x="urn:x" r="B2"/><x:mergeCell xmlns:x="urn:x" ref="A1:B2"/></ext></extLst>'
    cells = '<row r="1"><c r="A1" s="1"><v>42550</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>'
    xlsx(
        path,
        sheet_xml(cells, after=after),
        styles=styles_of("yyyy/m/d"),
        workbook='<workbookPr date1904="1"/>' + extension,
    )
    sheet = read_workbook(path).sheets[0]
    assert sheet.rows == [[datetime.date(2020, 6, 30)], [None, Decimal(1)]]
    assert sheet.merged == []


@pytest.mark.parametrize("value", ["NaN", "INF", "1e999", "1_000", "１２", "0x10", "abc"])
def test_what_only_looks_like_a_number_is_an_error(path, value):
    xlsx(path, f'<row r="1"><c r="A1"><v>{value}</v></c></row>')
    assert rows_of(path)[0][0].kind is CellKind.ERROR


@pytest.mark.parametrize(
    ("stored", "number"),
    [("915001160000000012", "915001160000000000"), ("-0", "0"), ("1E-7", "0.0000001"), (" 62.5 ", "62.5")],
)
def test_numbers_are_what_a_spreadsheet_holds_of_them(path, stored, number):
    xlsx(path, f'<row r="1"><c r="A1"><v>{stored}</v></c></row>')
    assert rows_of(path) == [[Decimal(number)]]


def test_texts_with_runs_reading_aids_and_escapes(path):
    texts = (
        "<r><t>双福</t></r><r><rPr><b/></rPr><t>工业园</t></r><rPh sb='0' eb='1'><t>shuangfu</t></rPh>",
        '<t xml:space="preserve"> 前后 </t>',
        "<t>一行_x000D_\n二行</t>",
        "<t>甲&amp;乙&lt;丙&gt;</t>",
        "<t>_xD83D__xDE00_</t>",
    )
    cells = "".join(f'<c r="{letter}1" t="s"><v>{i}</v></c>' for i, letter in enumerate("ABCDE"))
    inline = '<c r="F1" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c>'
    xlsx(path, f'<row r="1">{cells}{inline}</row>', texts=texts)
    assert rows_of(path) == [["双福工业园", " 前后 ", "一行\r\n二行", "甲&乙<丙>", "😀", "甲乙"]]


@pytest.mark.parametrize("text", ["坏_x0000_字", "坏_xD800_字"])
def test_a_text_that_no_database_takes_is_an_error(path, text):
    xlsx(path, '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts=(f"<t>{text}</t>",))
    assert rows_of(path) == [[Cell(CellKind.ERROR, "坏␀字")]]


def test_cells_and_rows_without_their_reference_follow_each_other(path):
    xlsx(path, "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>")
    assert rows_of(path) == [[Decimal(1), None, Decimal(3)], [], [Decimal(4)]]


def test_merged_ranges_hidden_rows_and_columns(path):
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c></row>'
    rows += '<row r="2" hidden="1"><c r="A2"><v>3</v></c></row><row r="3"><c r="A3"><v>4</v></c></row>'
    rows += '<row r="900" hidden="1"/>'
    sheet = sheet_xml(
        rows,
        before='<cols><col min="2" max="2" hidden="1"/><col min="4" max="16384" hidden="1"/></cols>',
        after='<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="C1:C1048576"/><mergeCell ref="B9:C9"/></mergeCells>',
    )
    xlsx(path, sheet)
    found = read_workbook(path).sheets[0]
    assert found.merged == [Span(1, 1, 2, 1), Span(1, 3, 3, 3)]
    assert found.hidden_rows == {2}
    assert found.hidden_columns == {2}
    assert codes(found.notes) == ["hidden_rows", "hidden_columns"]
    assert "（2）" in found.notes[0][1] or "(2)" in found.notes[0][1]


def test_hidden_sheets_are_read_and_chart_sheets_are_not(path):
    parts = xlsx_parts(sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>'), sheet_xml(""), states={1: "veryHidden"})
    rels = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = rels.replace('worksheet" Target="worksheets/sheet2', 'chartsheet" Target="x')
    write_zip(path, parts)
    assert [(sheet.name, sheet.hidden) for sheet in read_workbook(path).sheets] == [("表1", True)]


def test_comments_and_struck_rows_are_told(path):
    book = openpyxl.Workbook()
    book.active["A1"] = "项目"
    book.active["A1"].comment = openpyxl.comments.Comment("看一下", "张")
    book.active["A2"] = "取消"
    book.active["A2"].font = Font(strike=True)
    book.save(path)
    assert codes(read_workbook(path).sheets[0].notes) == ["struck_rows", "comments"]


def test_other_prefixes_and_encodings_of_the_same_sheet(path):
    rows = '<x:row r="1"><x:c r="A1" t="str"><x:v>甲</x:v></x:c></x:row>'
    prefixed = f'<?xml version="1.0"?><x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    xlsx(path, prefixed)
    assert rows_of(path) == [["甲"]]
    wide = sheet_xml('<row r="1"><c r="A1" t="str"><v>甲</v></c></row>').replace("?>", ' encoding="UTF-16"?>', 1)
    parts = xlsx_parts(wide)
    parts["xl/worksheets/sheet1.xml"] = wide.encode("utf-16")
    write_zip(path, parts)
    assert rows_of(path) == [["甲"]]


def test_a_million_formatted_empty_rows_cost_nothing(path):
    tail = "".join(f'<row r="{r}"><c r="A{r}" s="1"/></row>' for r in range(2, 100_000))
    xlsx(path, f'<row r="1"><c r="A1"><v>1</v></c></row>{tail}<row r="1048576" hidden="1"/>')
    sheet = read_workbook(path).sheets[0]
    assert sheet.rows == [[Decimal(1)]]
    assert not sheet.hidden_rows


def test_rows_behind_a_long_blank_stretch_keep_their_numbers(path):
    blank = "".join(f'<row r="{r}"><c r="A{r}" s="1"/><c r="B{r}"/></row>' for r in range(2, 30_000))
    xlsx(path, f'<row r="1"><c r="A1"><v>1</v></c></row>{blank}<row><c><v>2</v></c></row>')
    rows = read_workbook(path).sheets[0].rows
    assert (len(rows), rows[-1]) == (30_000, [Decimal(2)])


# --- The fast lane says exactly what expat says ----------------------------------------------------------------------
CELLS = [
    '<c r="{at}"><v>{n}</v></c>', '<c r="{at}" s="1"><v>44012.5</v></c>', '<c r="{at}" t="s"><v>1</v></c>',
    '<c r="{at}" s="3"/>', '<c r="{at}" s="3" />', '<c r="{at}"></c>', '<c s="2" r="{at}"><v>0.5</v></c>',
    '<c r="{at}" t="str"><f>A1&amp;"x"</f><v>文字_x0009_</v></c>', '<c r="{at}"><f>1+1</f><v>2</v></c>',
    '<c r="{at}"><f>1+1</f></c>', '<c r="{at}"><f t="shared" si="0"/><v>3</v></c>', '<c r="{at}" t="e"><v>#N/A</v></c>',
    '<c r="{at}" t="b"><v>1</v></c>', '<c r="{at}" t="inlineStr"><is><t>文 字</t></is></c>',
    '<c r="{at}"><v>bad</v></c>',
    '<c r="{at}" t="inlineStr"><is><r><t>甲</t></r></is></c>', '<c r="{at}" t="str"><v>甲&lt;乙</v></c>',
    '<c><v>8</v></c>',
    '<c r="{at}" s="4"><v>7</v></c>', '<c r="{at}" s="99"><v>7</v></c>', '<c r="{at}" t="n"><v>1.25E2</v></c>',
    '\n  <c r="{at}" s="2"><v>1</v></c>\n',
]  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_plain_rows_are_read_as_expat_reads_them(path, monkeypatch, seed):
    chance = random.Random(seed)
    kinds = CELLS if seed % 3 else CELLS[:9]
    rows = []
    row = 0
    for _ in range(60):
        row += chance.choice([1, 1, 1, 3])
        letters = sorted(chance.sample("ABCDEFGH", chance.randint(0, 6)))
        cells = "".join(chance.choice(kinds).format(at=f"{x}{row}", n=chance.randint(0, 10**9)) for x in letters)
        hidden = chance.choice(["", "", ' hidden="1"'])
        rows.append(f'<row r="{row}" spans="1:8"{hidden}>{cells}</row>' if cells else f'<row r="{row}"{hidden}/>')
    xlsx(path, "".join(rows), texts=("<t>甲</t>", "<t>乙</t>"), styles=styles_of("yyyy/m/d", "0%", "0", struck=True))
    assert_same_in_both_lanes(path, monkeypatch)


def assert_same_in_both_lanes(path, monkeypatch):
    outcomes = []
    for lane in (True, False):
        if not lane:
            monkeypatch.setattr(plain.PlainRows, "_row", lambda self, piece: False)
            monkeypatch.setattr("imports.reading.xlsx.plain_items", lambda block: None)
        with path.open("rb") as file:
            try:
                outcomes.append(next(read_xlsx(Archive(file, Limits()), Budget(Limits()))[0]))
            except ReadError as error:
                outcomes.append(error.code)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("seed", range(40))
def test_rows_of_few_shapes_are_read_as_expat_reads_them(path, monkeypatch, seed):
    chance = random.Random(seed)
    shapes = []
    for count in (1, 3, 5):
        letters = chance.sample("ABCDEFGH", count) if seed % 2 else sorted(chance.sample("ABCDEFGH", count))
        shapes.append("".join(chance.choice(CELLS).replace("{at}", x + "{row}") for x in letters))
    ledger = (
        '<c r="A{row}"><v>{n}</v></c><c r="C{row}" s="4" t="inlineStr"><is><t>{text}</t></is></c>'
        '<c r="E{row}" t="s"><v>{n}</v></c>'
    )
    rows = []
    for row in range(1, 120):
        shape = ledger if row % 3 else chance.choice(shapes)
        attributes = chance.choice([' spans="1:8" ht="15"', "", ' hidden="1"']) if row % 9 == 0 else ' spans="1:8"'
        n = chance.choice([0, 1, "", "1.5", "x"]) if row % 7 == 0 else chance.randint(0, 1)
        text = chance.choice(["甲", "", " 乙 ", "_x0009_", "甲&amp;乙", "长" * 30, "长\n短" * 9])
        rows.append(f'<row r="{row}"{attributes}>{shape.format(row=row, n=n, text=text)}</row>')
        if row % 50 == 0:
            rows.append(rows[-1])  # the same number again
    xlsx(path, "".join(rows), texts=("<t>甲</t>", "<t>乙</t>"), styles=styles_of("yyyy/m/d", "0%", "0", struck=True))
    assert_same_in_both_lanes(path, monkeypatch)


@pytest.mark.parametrize(("odd", "most"), [(0, 97), (20, 90)])
def test_rows_that_look_like_others_are_taken_together(path, monkeypatch, odd, most):
    taken = []
    rows_alike = plain.PlainRows._rows_alike

    def counted(self, text, start):
        before = len(self.rows)
        end = rows_alike(self, text, start)
        taken.append(len(self.rows) - before)
        return end

    monkeypatch.setattr(plain.PlainRows, "_rows_alike", counted)
    blanks = {r: f'<c r="B{r}"/>' for r in range(odd, 101, odd)} if odd else {}
    rows = [f'<row r="{r}"><c r="A{r}"><v>{r}</v></c>{blanks.get(r, "")}</row>' for r in range(1, 101)]
    xlsx(path, "".join(rows))
    with path.open("rb") as file:
        sheet = next(read_xlsx(Archive(file, Limits()), Budget(Limits()))[0])
    assert sheet.rows == [[r] for r in range(1, 101)]
    assert sum(taken) >= most


@pytest.mark.parametrize(
    "trick",
    [
        '<!-- <row r="2"><c r="A2"><v>9</v></c></row> -->',
        '<row r="2"><c r="A2" t="str"><v><![CDATA[</v></c></row><row r="3"><c r="A3"><v>9</v></c></row>]]></v></c>'
        "</row>",
        '<?x <row r="2"><c r="A2"><v>9</v></c></row> ?>',
    ],
)
def test_rows_in_comments_are_no_rows(path, trick):
    xlsx(path, f'<row r="1"><c r="A1"><v>1</v></c></row>{trick}<row r="4"><c r="A4"><v>4</v></c></row>')
    rows = rows_of(path)
    assert Decimal(9) not in [value for row in rows for value in row]
    assert rows[3] == [Decimal(4)]
