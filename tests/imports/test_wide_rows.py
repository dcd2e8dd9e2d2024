"""Rows of text files that fell apart at an unquoted comma are refused, also when they come back in a workbook."""

from pathlib import Path

import pytest
from django.test import Client

from tests.builders import make_project, make_user
from tests.imports.books import codes, run, write_xlsx
from tests.imports.bringing import bring, client_of, last_batch, preview_of
from tests.imports.refusedbooks import bring_book, counts, refused_book, wrong_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = "项目编号,项目名称,落户园区,协议投资额（万元）,备注"


@pytest.fixture
def client() -> Client:
    return client_of(make_user("manager", role="manager", all_parks=True))


def text(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "line",
    [
        "X-2,乙项目,双福,1,200,重点",
        "X-2,乙项目,双福,1,200,",  # nothing stands beyond the header, and yet the amount fell apart
        "X-2,乙项目,双福,1,200.50,重点",
        "X-2,乙,项目,双福,1200,重点",
        ",乙项目,双福,1,200,重点",
    ],
)
def test_a_row_with_more_cells_than_the_header_is_refused_whole(tmp_path: Path, line: str) -> None:
    status, answer = run(text(tmp_path / "a.csv", "X-1,甲项目,双福,5,", line), "--dry-run")
    assert (status, answer["create"], answer["refused"], codes(answer)) == (1, 1, 1, [(3, None, "shifted_row")])
    error = answer["errors"][0]
    assert (error["value"], "6" in error["message"], "5" in error["message"]) == (line, True, True)
    assert answer["agreed_capital"] == "5.00"


def test_amounts_that_all_fell_apart_are_seen_although_no_row_is_longer_than_another(tmp_path: Path) -> None:
    status, answer = run(text(tmp_path / "a.csv", "X-1,甲项目,双福,1,200,", "X-2,乙项目,双福,3,500.50,"), "--dry-run")
    assert (status, [code for *__, code in codes(answer)], answer["create"]) == (1, ["shifted_row"] * 2, 0)


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        (HEADER, ['X-1,甲项目,双福,"1,200",重点', "X-2,乙项目,双福,1200"]),
        (HEADER, ["X-1,甲项目,双福,1200,,", "X-2,乙项目,双福,1200,重点,"]),  # each record ends with one comma too many
        (f",{HEADER}", ["1,X-1,甲项目,双福,1200,重点", "2,X-2,乙项目,双福,1200,重点"]),  # no header above the serial
        (f"{HEADER},,", ["X-1,甲项目,双福,1200,,,", "X-2,乙项目,双福,1200,,,看"]),  # a word beside the table
    ],
)
def test_rows_that_fit_are_taken(tmp_path: Path, header: str, lines: list[str]) -> None:
    status, answer = run(text(tmp_path / "a.csv", *lines, header=header), "--dry-run")
    assert (status, answer["create"], answer["agreed_capital"]) == (0, 2, "2400.00")


def test_a_header_with_an_empty_column_behind_it_hides_no_shift(tmp_path: Path) -> None:
    path = text(
        tmp_path / "a.csv", "甲项目,双福,5,", "乙项目,双福,1,200", header="项目名称,落户园区,协议投资额（万元）,"
    )
    status, answer = run(path, "--dry-run")
    assert (status, codes(answer)) == (1, [(3, None, "shifted_row")])


def test_months_that_fell_apart_are_refused_and_nothing_is_booked(tmp_path: Path) -> None:
    make_project("甲项目", code="P-1", signed="2019-06")
    make_project("乙项目", code="P-2", signed="2019-06")
    path = tmp_path / "a.csv"
    path.write_text(
        "2020年到位资金，单位：万元,,,\n项目编号,项目名称,1月,2月\nP-1,甲项目,10,20\nP-2,乙项目,1,200,30\n",
        encoding="utf-8",
    )
    status, answer = run(path, "--dry-run")
    assert (status, codes(answer), answer["arrived_capital"]) == (1, [(4, None, "shifted_row")], "30.00")


def test_a_workbook_with_a_note_beside_the_table_is_read(tmp_path: Path) -> None:
    rows = [HEADER.split(","), ["X-1", "甲项目", "双福", 1200, "重点", "看"]]
    assert run(write_xlsx(tmp_path / "a.xlsx", rows), "--dry-run")[0] == 0


def test_a_shifted_row_comes_back_marked_until_somebody_moved_its_cells(client: Client, tmp_path: Path) -> None:
    bring(client, text(tmp_path / "a.csv", "X-1,甲项目,双福,5,", "X-2,乙项目,双福,1,200,重点"))
    batch = last_batch()
    (refused,) = preview_of(client, batch, "refused").context["preview"].rows["refused"]
    assert [error.code for error in refused.read.errors] == ["shifted_row"]
    book = refused_book(client, batch)
    (cell,) = wrong_cells(book.active)
    assert (cell.coordinate, cell.value) == ("B2", "#错位：乙项目")
    assert [one.value for one in book.active[2]][:6] == ["X-2", "#错位：乙项目", "双福", "1", "200", "重点"]
    # Nobody touched it: refused again, and not marked twice.
    again = bring_book(client, book)
    assert counts(client, again) == {"refused": 1}
    twice = refused_book(client, again)
    (cell,) = wrong_cells(twice.active)
    assert cell.value == "#错位：乙项目"
    cell.value, twice.active["D2"], twice.active["E2"], twice.active["F2"] = "乙项目", 1200, "重点", None
    last = bring_book(client, twice)
    assert counts(client, last) == {"create": 1}
    assert preview_of(client, last).context["preview"].agreed_capital == 1200
