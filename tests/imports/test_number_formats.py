"""What a number format says: its unit wins over the column's, a foreign sign or a scale that fits no unit refuses."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from imports.reading import read_workbook
from tests.imports.books import codes, run, write_xlsx
from tests.imports.files import ods

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def formatted(path: Path, header: str, *cells: tuple[Any, str], above: tuple = ()) -> Path:
    rows = [*above, ["序号", "项目名称", header], *([n, f"项目{n}", value] for n, (value, __) in enumerate(cells, 1))]
    book = openpyxl.load_workbook(write_xlsx(path, rows))
    for row, (__, code) in enumerate(cells, 2 + len(above)):
        book.active.cell(row, 3).number_format = code
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("code", "stored", "agreed"),
    [
        ('0.00"万元"', 6200, "6200.00"),
        ('#,##0"万元"_);[Red]\\(#,##0"万元"\\)', 6200, "6200.00"),
        ("0.00万元", 6200, "6200.00"),
        ('"¥"0.00"万元"', 6200, "6200.00"),
        ('0.00"元"', 62000000, "6200.00"),
        ('0!.0,"万"', 62000000, "6200.00"),
        ('0\\.0,"万元"', 62000000, "6200.00"),
        ('0"."0,"万"', 62000000, "6200.00"),
        ('0!.00,,"亿"', 62000000, "6200.00"),
        ('0!.0000"亿元"', 6200, "6200.00"),
        ('0,,"百万"', 62000000, "6200.00"),
        ('[>=100000000]0!.00,,"亿元";[>=10000]0!.0,"万元";0"元"', 62000000, "6200.00"),
        ('G/通用格式"万元"', 6200, "6200.00"),
        ('@"万元"', 6200, "6200.00"),
    ],
)
def test_the_unit_of_the_format_wins_over_the_columns(tmp_path: Path, code: str, stored: int, agreed: str) -> None:
    path = formatted(tmp_path / "a.xlsx", "协议投资额（亿元）", (stored, code), (2, "0.00"))
    status, answer = run(path, "--dry-run")
    total = f"{float(agreed) + 20000:.2f}"
    assert (status, answer["agreed_capital"], answer["errors"]) == (0, total, [])
    told = [] if "亿" in code and ">" not in code else [(2, "C", "unit_in_cell")]
    assert [one for one in codes(answer, "warnings") if one[2] == "unit_in_cell"] == told or ">" in code


@pytest.mark.parametrize("code", ["0.00", '"¥"#,##0.00', "[$¥-804]#,##0.00", "[$-804]0.0", '"RMB "0.00', "¥0;[Red]-¥0"])
def test_yuan_and_languages_change_nothing(tmp_path: Path, code: str) -> None:
    status, answer = run(formatted(tmp_path / "a.xlsx", "协议投资额（亿元）", (5, code)), "--dry-run")
    assert (status, answer["agreed_capital"], codes(answer, "warnings")) == (0, "50000.00", [])


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ('"$"#,##0', "foreign_currency"),
        ('"US$"0.00', "foreign_currency"),
        ("[$$-409]#,##0.00", "foreign_currency"),
        ("[$€-2]#,##0.00", "foreign_currency"),
        ("[$HK$-C04]#,##0.00", "foreign_currency"),
        ("[$¥-411]#,##0", "foreign_currency"),
        ("[$USD] 0.00", "foreign_currency"),
        ('0.00"万美元"', "foreign_currency"),
        ('0.00,,"亿"', "unread_format"),
        ('#,##0,"万元"', "unread_format"),
        ("#,##0,", "unread_format"),
        ('0"万"0000"元"', "unread_format"),
        ('"约"0.0"亿"', "unread_format"),
        ('0.0"亿元/年"', "unread_format"),
        ('0.0"亩"', "unread_format"),
        ('[>=10000]0.0"万元";0"元"', "unread_format"),
        ('[>=10000]0!.0,"万";0', "unread_format"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(tmp_path: Path, code: str, wrong: str) -> None:
    status, answer = run(formatted(tmp_path / "a.xlsx", "协议投资额（亿元）", (5, code), (6, "0.00")), "--dry-run")
    assert (status, codes(answer), answer["create"]) == (1, [(2, "C", wrong)], 1)


def test_a_scale_without_a_unit_is_read_as_it_shows_where_the_column_fits_it(tmp_path: Path) -> None:
    path = formatted(tmp_path / "a.xlsx", "协议投资额（万元）", (62000000, "0!.0000"))
    status, answer = run(path, "--dry-run")
    assert (status, answer["agreed_capital"], codes(answer, "warnings")) == (0, "6200.00", [(2, "C", "scaled_format")])


def test_a_format_gives_the_unit_that_nothing_else_gives(tmp_path: Path) -> None:
    status, answer = run(formatted(tmp_path / "a.xlsx", "协议投资额", (5, '0.00"亿元"')), "--dry-run")
    assert (status, answer["agreed_capital"], answer["warnings"]) == (0, "50000.00", [])
    status, answer = run(formatted(tmp_path / "a.xlsx", "协议投资额", (5, '0.00"亿元"'), (6, "0")), "--dry-run")
    assert answer["errors"][0]["need"] == "no_unit"


def test_a_sum_is_compared_in_the_unit_of_its_own_format(tmp_path: Path) -> None:
    rows = [["序号", "项目名称", "协议投资额（亿元）"], [1, "甲", 50000], [2, "乙", 60000], ["合计", None, 110000]]
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", rows))
    for row in (2, 3, 4):
        book.active.cell(row, 3).number_format = '0"万元"'
    book.save(tmp_path / "a.xlsx")
    status, answer = run(tmp_path / "a.xlsx", "--dry-run")
    assert (status, answer["agreed_capital"]) == (0, "110000.00")
    assert "sum_differs" not in [code for *__, code in codes(answer, "warnings")]


def test_the_unit_of_an_area_is_read_from_its_format(tmp_path: Path) -> None:
    from projects.models import Project

    path = formatted(tmp_path / "a.xlsx", "用地面积（亩）", (4, '0.0"公顷"'), (120, "0.0"), (7, '0"万元"'))
    status, answer = run(path, "--skip-refused")
    assert (status, codes(answer)) == (1, [(4, "C", "unread_format")])
    assert [float(one.land_area) for one in Project.objects.order_by("pk")] == [60.0, 120.0]


def style(inside: str, kind: str = "number", name: str = "N1") -> str:
    return f'<number:{kind}-style style:name="{name}">{inside}</number:{kind}-style>'


def word(text: str) -> str:
    return f"<number:text>{text}</number:text>"


def sign(text: str, language: str) -> str:
    return f'<number:currency-symbol number:language="{language}">{text}</number:currency-symbol>'


NUMBER = '<number:number number:decimal-places="2" number:min-integer-digits="1"/>'
SCALED = '<number:number number:display-factor="1000"><number:embedded-text number:position="1">.'
SCALED += "</number:embedded-text></number:number>"
OTHERWISE = '<style:map style:condition="value()&gt;=0" style:apply-style-name="N1P0"/>'


@pytest.mark.parametrize(
    ("styles", "kept"),
    [
        (style(NUMBER + word("万元")), '[>=0]0"万元"'),
        (style(NUMBER), ""),
        (style(SCALED + word("万")), '[>=0]0"."0,"万"'),
        (style(NUMBER.replace("/>", ' number:display-factor="10000"/>')), '[>=0]0"÷10000"'),
        (style(sign("$", "en") + NUMBER, "currency"), "[>=0][$$-804]0"),
        (style(sign("￥", "ja") + NUMBER, "currency"), "[>=0][$￥-411]0"),
        (style(sign("￥", "zh") + NUMBER, "currency"), ""),
        (
            style(NUMBER + word("亿元"), name="N1P0") + style(word("-") + NUMBER + word("亿元") + OTHERWISE),
            '[>=0]"-"0"亿元";[>=0]0"亿元"',
        ),
    ],
)
def test_number_styles_of_an_ods(tmp_path: Path, styles: str, kept: str) -> None:
    cells = "".join(
        f'<table:table-cell office:value-type="{kind}" office:value="62" table:style-name="ce1"/>'
        for kind in ("float", "currency")
    )
    table = f'<table:table table:name="甲"><table:table-row>{cells}</table:table-row></table:table>'
    styles = f'{styles}<style:style style:name="ce1" style:data-style-name="N1"/>'
    sheet = read_workbook(ods(tmp_path / "a.ods", table, styles=styles)).sheets[0]
    assert [sheet.cell(1, column).number_format for column in (1, 2)] == [kept, kept]


def test_the_unit_of_a_format_in_an_ods_ledger(tmp_path: Path) -> None:
    styles = (
        "<number:number-style style:name='N1'><number:number/><number:text>万元</number:text></number:number-style>"
        '<style:style style:name="ce1" style:data-style-name="N1"/>'
    )

    def row(*texts: str, amount: str = "") -> str:
        cells = [f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in texts]
        if amount:
            cells.append(
                f'<table:table-cell office:value-type="float" office:value="{amount}" table:style-name="ce1"/>'
            )
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    rows = row("序号", "项目名称", "协议投资额（亿元）") + row("1", "甲项目", amount="6200")
    path = ods(tmp_path / "a.ods", f'<table:table table:name="台账">{rows}</table:table>', styles=styles)
    status, answer = run(path, "--dry-run")
    assert (status, answer["agreed_capital"]) == (0, "6200.00")
