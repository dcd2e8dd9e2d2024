"""Tables as files: typed cells, nothing that a spreadsheet takes for a formula, no row before it is asked for."""

from __future__ import annotations

import csv
import datetime
import io
import os
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.utils.translation import override

from jiangjin.lib import sheetout
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.sheetout import OutColumn, OutSheet, TooManyRows, csv_response, write_xlsx, xlsx_response

COLUMNS = [
    OutColumn("name", "名称", width=30),
    OutColumn("agreed", "协议额（亿元）", "money_yi"),
    OutColumn("tax", "税收（万元）", "money_wan"),
    OutColumn("jobs", "人数", "integer"),
    OutColumn("year", "年", "year"),
    OutColumn("rate", "到位率", "percent"),
    OutColumn("signed", "签约", "day"),
    OutColumn("key", "重点", "flag"),
]
ROW = ["甲", Decimal("61234.56"), Decimal("12.5"), 1200, 2020, Decimal("0.0727"), PartialDay(2020, 6, 30), True]
EMPTY = ["乙", None, None, None, None, None, None, None]
# What spreadsheets take for a formula, or for the beginning of one.
DANGEROUS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', " =1", "＝1+1", "<r>x</r>"]


@pytest.fixture
def no_server() -> Iterator[None]:
    """What a response tells the database when it is closed is the server's business."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def sheet(*rows: list[Any], **more: Any) -> OutSheet:
    return OutSheet("列表", COLUMNS, iter(rows), **more)


def opened(*sheets: OutSheet, about: Any = ()) -> openpyxl.Workbook:
    target = io.BytesIO()
    write_xlsx(target, sheets, about)
    target.seek(0)
    return openpyxl.load_workbook(target)


def lines(table: OutSheet) -> list[list[str]]:
    text = b"".join(csv_response("列表.csv", table).streaming_content)
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_cells_have_the_type_of_what_they_say() -> None:
    page = opened(sheet(ROW, EMPTY))["列表"]
    assert [cell.value for cell in page[1]] == [column.label for column in COLUMNS]
    name, agreed, tax, jobs, year, rate, signed, key = page[2]
    assert (agreed.value, agreed.data_type, agreed.number_format) == (6.123456, "n", "#,##0.00########")
    assert (tax.value, jobs.value, year.value, rate.value) == (12.5, 1200, 2020, 0.0727)
    assert (jobs.number_format, year.number_format, rate.number_format) == ("#,##0", "0", "0.0%")
    assert (signed.value, signed.is_date) == (datetime.datetime(2020, 6, 30), True)  # noqa: DTZ001
    assert (name.value, key.value) == ("甲", "是")
    assert [cell.value for cell in page[3]] == EMPTY  # unknown is empty, never 0


def test_a_word_stands_in_any_column_of_either_file() -> None:
    words = ["甲", *["未填"] * (len(COLUMNS) - 2), "否"]
    others = ["乙", *["=1+1"] * (len(COLUMNS) - 2), "不适用"]
    page = opened(sheet(words, others)).active
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [words, others]
    assert lines(sheet(words))[1] == words
    assert lines(sheet(others))[1] == ["乙", *["'=1+1"] * (len(COLUMNS) - 2), "不适用"]
    assert lines(sheet(["甲", *["a\x00b\r\nc"] * (len(COLUMNS) - 1)]))[1] == ["甲", *["ab\nc"] * (len(COLUMNS) - 1)]
    assert lines(sheet([*ROW[:-1], False]))[1][-1] == "否"


@pytest.mark.parametrize("day", [PartialDay(2020, 7), PartialDay(2020)])
def test_a_day_known_only_to_the_month_stays_what_is_known(day: PartialDay) -> None:
    cell = opened(sheet([*EMPTY[:6], day, None])).active["G2"]
    assert (cell.value, cell.data_type) == (str(day), "s")


def test_zero_is_written_and_every_digit_is_kept() -> None:
    page = opened(sheet([*EMPTY[:1], Decimal(0), Decimal("0.000001"), 0, *EMPTY[4:]])).active
    assert (page["B2"].value, page["C2"].value, page["D2"].value) == (0, 0.000001, 0)
    fen = Decimal("123456789.123456")
    assert Decimal(str(opened(sheet(["甲", fen, *EMPTY[2:]])).active["B2"].value)) == fen / 10000
    assert lines(sheet(["甲", fen, *EMPTY[2:]]))[1][1] == "12345.6789123456"


def test_the_head_stays_the_filter_spans_the_rows_and_the_totals_stand_below() -> None:
    total = ["合计 2 项", Decimal(70000), None, 5, None, None, None, None]
    page = opened(sheet(ROW, EMPTY, totals=total, frozen=1)).active
    assert (page.freeze_panes, page.auto_filter.ref) == ("B2", "A1:H3")
    assert [page.cell(4, number).value for number in (1, 2, 4)] == ["合计 2 项", 7, 5]
    assert page["A4"].font.bold
    assert page.column_dimensions["A"].width == pytest.approx(30, abs=1)
    assert page.print_title_rows == "$1:$1"


def test_an_empty_table_is_a_file_too() -> None:
    page = opened(sheet(totals=["合计 0 项", *[None] * 7])).active
    assert (page.max_row, page["A2"].value) == (2, "合计 0 项")
    assert len(lines(sheet())) == 1


def test_a_second_level_of_heads() -> None:
    table = sheet(ROW, groups=[("", 1), ("金额", 2), ("其他", 5)])
    page = opened(table).active
    assert (page["B1"].value, page["D1"].value, page["A2"].value) == ("金额", "其他", "名称")
    assert sorted(str(area) for area in page.merged_cells.ranges) == ["B1:C1", "D1:H1"]
    assert page.auto_filter.ref == "A2:H3"
    assert lines(sheet(ROW, groups=[("", 1), ("金额", 2), ("其他", 5)]))[0][:2] == ["名称", "金额 协议额（亿元）"]


def test_the_last_sheet_says_what_the_file_is() -> None:
    with override("zh-hans"):
        book = opened(sheet(ROW), about=[("截至", "2020-12-31"), ("条件", "=园区 双福")])
    page = book.worksheets[-1]
    assert book.sheetnames == ["列表", "说明"]
    assert [cell.value for cell in page["B"]] == ["2020-12-31", "=园区 双福"]
    assert {cell.data_type for cell in page["B"]} == {"s"}


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    cell = opened(sheet([text, *EMPTY[1:]])).active["A2"]
    assert (cell.data_type, str(cell.value).strip()) == ("s", text.strip())
    written = lines(sheet([text, *EMPTY[1:]]))[1][0]
    assert written[0] == ("'" if text != "<r>x</r>" else "<")
    assert lines(OutSheet("x", [OutColumn("a", text)], []))[0][0] == written


def test_negative_numbers_stay_numbers() -> None:
    row = ["甲", Decimal("-5000"), None, -3, None, Decimal("-0.5"), None, False]
    page = opened(sheet(row)).active
    assert [page.cell(2, number).value for number in (2, 4, 6)] == [-0.5, -3, -0.5]
    assert lines(sheet(row))[1] == ["甲", "-0.5", "", "-3", "", "-50%", "", "否"]


def test_characters_that_no_file_holds_are_left_out() -> None:
    text = "甲\x0b\x00\ud800乙\ufffe\n丙"
    assert opened(sheet([text, *EMPTY[1:]])).active["A2"].value == "甲乙\n丙"
    assert lines(sheet([text, *EMPTY[1:]]))[1][0] == "甲乙\n丙"


@pytest.mark.parametrize("text", ["_x000D_", "a" * 40000, "𠮷" * 20000])
def test_odd_texts_break_no_workbook(text: str) -> None:
    value = opened(sheet([text, *EMPTY[1:]])).active["A2"].value
    assert text.startswith(value.replace("_x005F", ""))  # the escape of an escape, which openpyxl leaves in
    assert len(value) in (13, 32767, 16383)


def test_titles_of_sheets_are_such_as_spreadsheets_take() -> None:
    tables = [OutSheet("园区/产业：[2020]*" * 4, COLUMNS[:1], [["甲"]]) for __ in range(2)]
    titles = opened(*tables).sheetnames
    assert len(set(titles)) == 2
    assert all(len(title) <= 31 and not set(title) & set("[]:*?/\\") for title in titles)


def test_more_rows_than_a_sheet_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetout, "MOST_ROWS", 4)
    full = sheet(EMPTY, EMPTY, totals=EMPTY)
    assert full.most_rows == 2
    assert opened(full).active.max_row == 4
    with pytest.raises(TooManyRows) as raised:
        opened(sheet(EMPTY, EMPTY, EMPTY, totals=EMPTY))
    assert raised.value.most == 2


def test_a_failing_export_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[Any]]:
        yield ROW
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError):
        xlsx_response("a.xlsx", [OutSheet("x", COLUMNS, rows())])
    assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("no_server")
def test_the_workbook_has_its_name_and_is_gone_once_it_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    response = xlsx_response("项目-20201231.xlsx", [sheet(ROW)])
    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert "filename*=utf-8''%E9%A1%B9%E7%9B%AE-20201231.xlsx" in response["Content-Disposition"]
    response.close()
    assert os.listdir(tmp_path) == []


def test_text_leaves_row_by_row() -> None:
    taken = []

    def rows() -> Iterator[list[Any]]:
        for number in range(10_000):
            taken.append(number)
            yield [str(number), *EMPTY[1:]]

    response = csv_response("a.csv", OutSheet("x", COLUMNS, rows()))
    assert taken == []
    stream = iter(response.streaming_content)
    next(stream)
    assert 0 < len(taken) <= 1000


@pytest.mark.usefixtures("no_server")
def test_a_stream_that_ends_before_its_end_is_told() -> None:
    told: list[str] = []

    def rows() -> Iterator[list[Any]]:
        yield from [EMPTY] * 500
        raise RuntimeError("gone")

    response = csv_response("a.csv", OutSheet("x", COLUMNS, rows()), lambda: told.append("broken"))
    with pytest.raises(RuntimeError):
        b"".join(response.streaming_content)
    assert told == ["broken"]

    response = csv_response("a.csv", sheet(*[EMPTY] * 1000), lambda: told.append("left"))
    next(iter(response.streaming_content))
    response.close()  # whoever took it has gone
    assert told == ["broken", "left"]

    response = csv_response("a.csv", sheet(ROW), lambda: told.append("never"))
    b"".join(response.streaming_content)
    response.close()
    assert told == ["broken", "left"]


def test_words_are_of_the_language_of_the_page() -> None:
    """The lines are made after the view has returned, when the thread speaks another language again."""
    with override("en"):
        response = csv_response("a.csv", sheet(ROW))
    with override("zh-hans"):
        assert b"yes" in b"".join(response.streaming_content)
