"""Tables in plain text: encodings, delimiters, quotes; and what is pasted."""

import pytest

from imports.reading import ReadError, read_pasted, read_workbook

TABLE = "项目名称,投资方,协议投资额\n双福食品产业园,重庆某某食品有限公司,12.5\n德感装备项目,㐂多公司𠮷,3\n"
GRID = [
    ["项目名称", "投资方", "协议投资额"],
    ["双福食品产业园", "重庆某某食品有限公司", "12.5"],
    ["德感装备项目", "㐂多公司𠮷", "3"],
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "台账.csv"


def read(path, data, **options):
    path.write_bytes(data)
    return read_workbook(path, **options)


def refused(path, data, **options):
    with pytest.raises(ReadError) as error:
        read(path, data, **options)
    assert str(error.value)
    return error.value.code


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"),
    ],
)  # fmt: skip
def test_every_encoding_gives_the_same_rows(path, written, found):
    book = read(path, TABLE.encode(written))
    assert (book.format, book.encoding, book.sheets[0].rows, book.notes) == ("text", found, GRID, [])


@pytest.mark.parametrize(
    "text", ["园区,项目\n双福,甲\n", "name,park\n李四,b\n", "a,b\n1,2\n", "序号,名称\n1,食品\n2,\n"]
)
def test_short_texts_in_gbk(path, text):
    rows = [line.split(",") for line in text.splitlines()]
    assert [[value or None for value in row] for row in rows] == read(path, text.encode("gbk")).sheets[0].rows


@pytest.mark.parametrize(
    "data",
    [
        "專案名稱,投資方,金額\n雙福食品產業園區開發,重慶某某股份有限公司,12\n機械設備製造與維護,臺灣電子公司,5\n".encode(
            "big5"
        ),
        TABLE.replace("㐂", "").replace("𠮷", "").encode().decode("latin-1").encode(),  # é¡¹ç›®
        "项目名称协议投资,投资\n".encode().decode("gb18030", "ignore").encode(),  # 椤圭洰鍚嶇О
        "プロジェクト名,会社\n東京ソフト,株式会社\n".encode("shift-jis"),
        "Größe;Straße\nMüller;Köln\n".encode("latin-1"),
    ],
)
def test_what_can_be_read_in_several_ways_is_refused(path, data):
    assert refused(path, data) == "bad_encoding"


def test_the_encoding_may_be_chosen(path):
    text = "專案名稱,投資方\n雙福食品,重慶某某公司\n"
    assert read(path, text.encode("big5"), encoding="big5").sheets[0].rows[0] == ["專案名稱", "投資方"]
    assert refused(path, text.encode("big5"), encoding="utf-8") == "bad_encoding"
    assert refused(path, text.encode("big5"), encoding="rot13") == "unknown_encoding"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_what_the_lines_have_in_common(path, delimiter):
    amount = "12" if delimiter == "," else "12,5"
    text = f"2020年台账{delimiter}{delimiter}\n" + TABLE.replace(",", delimiter).replace("12.5", amount)
    assert read(path, text.encode()).sheets[0].rows[1:3] == [GRID[0], [*GRID[1][:2], amount]]


def test_quoted_cells_with_line_breaks_and_quotes(path):
    rows = read(path, '名称,备注,金额\r\n"甲","一行\r\n""二""行, 三",5\r\n\r\n乙,,6\r\n'.encode()).sheets[0].rows
    assert rows == [["名称", "备注", "金额"], ["甲", '一行\r\n"二"行, 三', "5"], [], ["乙", None, "6"]]


def test_outer_blanks_and_leading_zeros_are_kept(path):
    assert read(path, "编号,名称\n 007 ,甲\n".encode()).sheets[0].rows[1] == [" 007 ", "甲"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('a,b,c\n甲,"没有关上,5\n乙,x,6\n', 2),
        ('a,b,c\n甲,"没有关上,5\n乙,x,6\n丙,"关上",7\n', 2),
        ('a,b,c\n甲,"x,5\n乙,x,6\n丙,x,7\n丁,",8\n', 2),
        ('a,b,c\n甲,"双福"园,5\n', 2),
    ],
)
def test_a_quote_that_is_not_closed_is_refused_with_its_row(path, text, row):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError) as error:
        read_workbook(path)
    assert (error.value.code, error.value.params["row"]) == ("unbalanced_quotes", row)


def test_tabs_without_any_quoting_are_certain_where_every_line_has_the_same(path):
    assert read(path, '名称\t金额\n"双福"园区\t5\n'.encode()).sheets[0].rows[1] == ['"双福"园区', "5"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\t\r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b",,\n,,\n", "empty_file"),
        ("甲,乙\n丙\0,丁\n".encode(), "nul_character"),
        ("今天天气很好。\n我们去双福看了三个项目，\n然后回来了。\n".encode(), "not_a_spreadsheet"),
        (b"Dear all,\nplease find the ledger, the new one, attached.\nKind regards\nZhang\n", "not_a_spreadsheet"),
        (b'{"name": "x", "rows": [1, 2]}', "not_a_spreadsheet"),
        (bytes(range(1, 256)) * 20, "not_a_spreadsheet"),
        (b"a,b\n" + b"x" * 40_000 + b",1\n", "cell_too_long"),
        (b"a,b\n" * 200_001, "too_many_rows"),
        (b"1," * 501 + b"1\n", "too_many_columns"),
    ],
)
def test_texts_that_are_no_ledger(path, data, code):
    assert refused(path, data) == code


def test_a_table_of_texts_may_end_in_ctrl_z_and_in_empty_lines(path):
    assert read(path, b"a,b\n1,2\n\n\n\x1a").sheets[0].rows == [["a", "b"], ["1", "2"]]


def test_lost_characters_are_told(path):
    notes = read(path, "项目,金额\n双�园,5\n".encode()).sheets[0].notes
    assert [code for code, _ in notes] == ["lost_characters"]


# --- Pasted ---------------------------------------------------------------------------------------------------------
def test_a_table_pasted_from_excel():
    book = read_pasted(
        '项目名称\t备注\t金额\r\n甲\t"一行\n二""行"\t12\r\n"双福"项目\t\t5\r\n'.replace('"双福"项目', "乙")
    )
    assert book.sheets[0].rows == [["项目名称", "备注", "金额"], ["甲", '一行\n二"行', "12"], ["乙", None, "5"]]
    assert book.format == "text"


def test_quotes_that_excel_copies_as_they_are():
    assert read_pasted('项目\t金额\n"双福"项目\t5\n').sheets[0].rows[1] == ['"双福"项目', "5"]


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_file"), ("一句话", "not_a_spreadsheet"), ("a\tb\n\0\t1", "nul_character")]
)
def test_pastes_that_hold_no_table(text, code):
    with pytest.raises(ReadError) as error:
        read_pasted(text)
    assert error.value.code == code
    assert str(error.value)


def test_a_paste_with_half_a_surrogate_is_marked_not_stored():
    assert read_pasted("a\tb\n\ud800\t1").sheets[0].rows[1][0].value == "␀"
