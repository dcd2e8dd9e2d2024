"""Refused rows come back as a workbook; corrected there, it imports as it is."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils.translation import override
from openpyxl.comments import Comment

from accounts.models import AuditEvent, User
from imports import arrivals, arrivaltotals, matching
from imports.models import ImportBatch, RowAction
from imports.ownmarks import REASON
from imports.refusedwords import said_in_workbook
from jiangjin.lib import amountfaults, dayparse, faults
from projects.models import CapitalArrival, Project
from tests.builders import make_project, make_user
from tests.imports.books import codes, run, write_xlsx
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of
from tests.imports.refusedbooks import PLAIN, bring_book, counts, refused_book, values, write_good, wrong_cells
from tests.imports.test_background import work
from tests.imports.wrongcells import HEADER, WRONG, register, wrong_ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
ROOT = Path(__file__).resolve().parents[2]

# What no ledger can be refused for cell by cell: no field is a percentage, and columns without a unit are asked first.
ASKED_OR_UNUSED = {"ambiguous_percent", "percentage_points", "spoken_percent", "no_unit"}
# What the tests below refuse, each in a file of its own.
ELSEWHERE = {
    *("merged_amount", "merged_name", "park_not_yours", "no_park", "left_for_later"),
    *("no_month", "repeated_month", "ambiguous_project", "unknown_project"),
    "commitment_days",  # of a project that the register knows: tests/imports/test_writing.py
}


@pytest.fixture
def client() -> Client:
    return client_of(make_user("manager", role="manager", all_parks=True))


# --- One of each kind ---------------------------------------------------------------------------------------------
def test_the_table_of_mistakes_leaves_none_out() -> None:
    found = {
        code for table in (amountfaults._AMOUNT_FAULTS, dayparse._FAULTS, faults._COMMON) for __, code, ___ in table
    }
    for path in [*(ROOT / "imports").glob("*.py"), *(ROOT / "jiangjin/lib").glob("*.py"), ROOT / "projects/capital.py"]:
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:refuse|CellError)\(\s*"([a-z_]+)"', source))
    assert found - ASKED_OR_UNUSED == {case.code for case in WRONG} | ELSEWHERE


def test_one_mistake_of_each_kind_comes_back_is_corrected_and_imports(client: Client, tmp_path: Path) -> None:
    register()
    bring(client, wrong_ledger(tmp_path / "台账.xlsx"), "2020年台账.xlsx")
    batch = last_batch()
    page = refused_book(client, batch)["台账"]
    assert [cell.value for cell in page[1]] == [*HEADER, REASON]
    assert page.max_row == len(WRONG) + 1
    cells = wrong_cells(page)
    assert [(cell.row, HEADER[cell.column - 1]) for cell in cells] == [
        (number, case.column) for number, case in enumerate(WRONG, 2)
    ]
    for case, cell in zip(WRONG, cells, strict=True):
        reason = page.cell(cell.row, len(HEADER) + 1).value
        assert reason.startswith(f"【{case.column}】"), case
        assert cell.comment.text in reason

    write_good(client, batch)
    assert batch.refused == len(WRONG)
    book = refused_book(client, batch)
    assert values(book["台账"]) == values(page)
    # A script corrects each coloured cell and nothing else; the reasons stay where they are.
    for case, cell in zip(WRONG, wrong_cells(book["台账"]), strict=True):
        cell.value = case.right
        if isinstance(case.right, int | float):
            cell.number_format = "General"
    again = bring_book(client, book)
    assert counts(client, again) == {"create": len(WRONG)}
    confirm(client, again, digest_of(preview_of(client, again)))
    again.refresh_from_db()
    assert (again.state, again.created, again.refused) == ("committed", len(WRONG), 0)
    assert Project.objects.get(code="X-0046").agreed_capital == Decimal(50000)


def test_uncorrected_rows_are_refused_again_at_the_same_cells(client: Client, tmp_path: Path) -> None:
    rows = [PLAIN, ["T-1", "甲厂", "双福", 5], ["T-2", None, "双福", 6], ["T-3", "丙厂", "火星", "=SUM(A1:A2)"]]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    first = refused_book(client, last_batch())
    told = [(cell.coordinate, cell.value, cell.comment.text) for cell in wrong_cells(first["台账"])]
    assert [place for place, *__ in told] == ["B2", "C3", "D3"]
    again = bring_book(client, first)
    assert counts(client, again) == {"refused": 2}
    second = refused_book(client, again)
    assert [row[:4] for row in values(second["台账"])] == [row[:4] for row in values(first["台账"])]
    places = [(cell.coordinate, cell.value) for cell in wrong_cells(second["台账"])]
    assert places == [(place, value) for place, value, __ in told]


def test_the_reasons_make_sense_where_nothing_can_be_pressed(client: Client, tmp_path: Path) -> None:
    make_project("智能装备生产基地一期", code="P-9", agreed="5", park="shuangfu", investor="甲公司")
    header = ("项目编号", "项目名称", "投资方", "落户园区", "协议投资额（亿元）")
    rows = [
        ["单位：亿元"],
        [],
        header,
        ["T-1", "甲厂", "一公司", "双福", 6200],
        ["T-2", "乙厂", "二公司", "火星工业园区", 5],
        ["T-3", "丙厂", "三公司", "双福新区", 5],
        ["T-4", "丁厂", "四公司", "双福", 5],
        ["T-4", "丁厂", "四公司", "双福", 5],
        [None, "智能装备生产基地二期", "甲公司", "双福", 7],
        ["T-6", "戊厂", "六公司", "%(word)s", 5],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!9": "later"})
    page = refused_book(in_english(batch), batch)["台账"]
    said = [row[5] for row in page.iter_rows(min_row=4, values_only=True)]
    assert all(cell.comment.text in page.cell(cell.row, 6).value for cell in wrong_cells(page))
    assert [word for word in ("Choose", "accept the amount if", "You left") for text in said if word in text] == []
    assert ["when this workbook is imported" in text for text in said] == [True, True, True, False, False, True]
    assert "row 7 of the file that was imported" in said[3]
    assert "“%(word)s” is not in the list" in said[5]
    # On the screen it stays as it was: there it can be chosen.
    shown = preview_of(client, batch, "refused").context["rows"]
    assert any("选一次" in str(problem.message) for row in shown for problem in row.problems)


def in_english(batch: ImportBatch) -> Client:
    """A browser of the batch's own account, which speaks English from now on."""
    batch.user.language = "en"
    batch.user.save()
    return client_of(batch.user)


# --- Arrivals, parks, answers ---------------------------------------------------------------------------------------
def test_tables_of_arrivals_come_back_as_well(client: Client, tmp_path: Path) -> None:
    make_project("甲厂", code="A-1", park="shuangfu", agreed="5")
    make_project("同名厂", code="A-2", park="shuangfu", agreed="5", investor="一方")
    make_project("同名厂", code="A-3", park="degan", agreed="5", investor="另一方")
    rows = [
        ["2020年到位资金"],
        ["单位：万元"],
        ["项目编号", "项目名称", "1月", "2月", "3月"],
        ["A-1", "甲厂", 100, None, 300],
        ["A-1", "甲厂", "约200", None, None],
        ["A-9", "没有的厂", 100, None, None],
        [None, "同名厂", 100, None, None],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    batch = last_batch()
    back = refused_book(client, batch)
    page = back["台账"]
    assert [(cell.coordinate, cell.value) for cell in wrong_cells(page)] == [
        ("C4", "约200"),
        ("B5", "没有的厂"),
        ("B6", "同名厂"),
    ]
    write_good(client, batch)
    page["C4"] = 200
    page["A5"], page["B5"], page["A6"] = "A-2", "同名厂", "A-3"
    again = bring_book(client, back)
    assert counts(client, again) == {"create": 2, "update": 1}
    confirm(client, again, digest_of(preview_of(client, again)))
    assert sum(arrival.amount for arrival in CapitalArrival.objects.all()) == 700


def test_arrivals_a_row_a_month(client: Client, tmp_path: Path) -> None:
    make_project("甲厂", code="A-1", park="shuangfu", agreed="5")
    rows = [
        ["项目编号", "项目名称", "月份", "到位资金（万元）"],
        ["A-1", "甲厂", "2020-01", 100],
        ["A-1", "甲厂", None, 200],
        ["A-1", "甲厂", "2020", 300],
        ["A-1", "甲厂", "2020-01", 400],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    back = refused_book(client, last_batch())
    page = back["台账"]
    assert [cell.coordinate for cell in wrong_cells(page)] == ["C2", "C3", "D4"]
    page["C2"], page["C3"], page["C4"] = "2020-02", "2020-03", "2020-04"
    assert counts(client, bring_book(client, back)) == {"create": 3}


def test_what_the_command_was_told_holds_for_its_refused_rows(client: Client, tmp_path: Path) -> None:
    """--kind and --mapping, of which the file itself says nothing."""
    make_project("甲厂", code="P-1", park="shuangfu", agreed="5", signed="2019-01-01")
    header = ("项目编号", "项目名称", "月份", "金额（万元）", "2020年3月（万元）")
    rows = [header, ["P-1", "甲厂", "2020-03", 100, 250], ["P-1", "甲厂", "2020-04", 100, None]]
    mapping = tmp_path / "mapping.json"
    says = {"sheets": {"台账": {"columns": {"C": "arrival_month", "D": "arrival"}}}}
    mapping.write_text(json.dumps(says), encoding="utf-8")
    told = ("--kind", "arrivals", "--mapping", str(mapping))
    __, answer = run(write_xlsx(tmp_path / "a.xlsx", rows), *told, "--skip-refused")
    assert codes(answer) == [(2, "D", "repeated_month")]
    back = refused_book(client, last_batch())
    [cell] = wrong_cells(back["台账"])
    assert (cell.coordinate, cell.value) == ("D2", 100)
    cell.value = None
    back.save(tmp_path / "b.xlsx")
    status, answer = run(tmp_path / "b.xlsx", *told)
    assert (status, answer["create"], answer["arrived_capital"]) == (0, 1, "250.00")


def test_a_sheet_that_only_the_command_was_told_to_read(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    page = book.create_sheet("底稿")
    for row in (PLAIN, ["T-1", "甲厂", "双福", 5], ["T-2", "乙厂", "双福", "约6"]):
        page.append(list(row))
    page.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    run(tmp_path / "a.xlsx", "--sheet", "底稿", "--skip-refused")
    assert values(refused_book(client, last_batch())["底稿"])[1][:4] == ["T-2", "乙厂", "双福", "约6"]


def test_rows_of_other_parks_and_who_may_have_the_workbook(client: Client, tmp_path: Path) -> None:
    recorder = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    rows = [PLAIN, ["T-1", "甲厂", "双福", 5], ["T-2", "乙厂", "德感", 6]]
    bring(recorder, write_xlsx(tmp_path / "a.xlsx", rows))
    batch = last_batch()
    back = refused_book(recorder, batch)
    [cell] = wrong_cells(back["台账"])
    assert (cell.coordinate, cell.value) == ("C2", "德感")
    cell.value = "双福"
    assert counts(recorder, bring_book(recorder, back)) == {"create": 1}
    for path in ("refused.xlsx", "sheet/"):
        url = f"/imports/{batch.pk}/{path}"
        colleague = client_of(make_user(f"colleague-{path[:5]}", role="recorder", parks=["shuangfu"]))
        auditor = client_of(make_user(f"auditor-{path[:5]}", role="auditor"))
        assert colleague.get(url).status_code == 404
        for reader in (auditor, client):
            response = reader.get(url)
            assert response.status_code == 200
            assert b"".join(response)
        assert Client().get(url).status_code == 302
        assert client.get(f"/imports/{batch.pk + 99}/{path}").status_code == 404


def test_a_row_left_for_later_comes_back(client: Client, tmp_path: Path) -> None:
    make_project("甲厂一期", code="A-1", park="shuangfu", agreed="5", investor="甲方")
    rows = [["项目编号", "项目名称", "投资方", "协议投资额（亿元）"], ["T-1", "甲厂一期扩", "甲方", 5]]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!2": "later"})
    back = refused_book(client, batch)
    assert wrong_cells(back["台账"])[0].coordinate == "B2"
    assert counts(client, bring_book(client, back)) == {"create": 1}


# --- Where it is offered --------------------------------------------------------------------------------------------
def test_the_pages_offer_it_where_rows_are_refused(client: Client, tmp_path: Path) -> None:
    bring(client, write_xlsx(tmp_path / "a.xlsx", [PLAIN, ["T-1", "甲厂", "双福", 5], ["T-2", "乙厂", "双福", "约6"]]))
    batch = last_batch()
    url = f"/imports/{batch.pk}/refused.xlsx"
    for show in ("", "refused", "create"):
        assert url in preview_of(client, batch, show).content.decode()
    response = client.get(url)
    assert "a-%E8%A2%AB%E6%8B%92%E7%BB%9D.xlsx" in response["Content-Disposition"]
    assert b"".join(response)
    write_good(client, batch)
    for show in ("", "refused"):
        assert url in preview_of(client, batch, show).content.decode()


def test_the_rows_of_another_person_are_an_export(client: Client, tmp_path: Path) -> None:
    recorder = client_of(make_user("recorder-own", role="recorder", parks=["shuangfu"]))
    bring(
        recorder, write_xlsx(tmp_path / "a.xlsx", [PLAIN, ["T-1", "甲厂", "双福", 5], ["T-2", "乙厂", "双福", "约6"]])
    )
    batch = last_batch()
    url = f"/imports/{batch.pk}/refused.xlsx"
    User.objects.update(may_export=False)
    assert recorder.get(url).status_code == 200  # it has the file
    assert url in preview_of(recorder, batch).content.decode()
    assert client.get(url).status_code == 403
    for show in ("", "refused"):
        assert url not in preview_of(client, batch, show).content.decode()
    assert AuditEvent.objects.filter(action="export").count() == 0
    User.objects.update(may_export=True)
    assert b"".join(client.get(url))
    event = AuditEvent.objects.get(action="export")
    assert (event.subject, event.result, event.detail["rows"], event.detail["path"]) == ("被拒绝的行", "done", 1, url)
    assert "a.xlsx" in event.detail["conditions"]
    write_good(recorder, batch)
    User.objects.update(may_export=False)
    for show in ("", "refused"):
        assert url not in preview_of(client, batch, show).content.decode()
        assert url in preview_of(recorder, batch, show).content.decode()


def test_nothing_refused_nothing_to_have(client: Client, tmp_path: Path) -> None:
    bring(client, write_xlsx(tmp_path / "a.xlsx", [PLAIN, ["T-1", "甲厂", "双福", 5]]))
    batch = last_batch()
    url = f"/imports/{batch.pk}/refused.xlsx"
    assert client.get(url).status_code == 404
    assert url not in preview_of(client, batch).content.decode()
    write_good(client, batch)
    assert client.get(url).status_code == 404
    assert url not in preview_of(client, batch).content.decode()


def test_reasons_are_told_in_the_readers_language(client: Client, tmp_path: Path) -> None:
    bring(client, write_xlsx(tmp_path / "a.xlsx", [PLAIN, ["T-1", "甲厂", "双福", "约6"]]))
    reason = refused_book(client, last_batch())["台账"]["E2"].value
    assert reason.startswith("【协议投资额（亿元）】")
    assert not re.search("[A-Za-z]", reason)


# --- Large files ----------------------------------------------------------------------------------------------------
def test_all_refused_rows_of_a_kept_preview(client: Client, tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_BACKGROUND_BYTES = 0
    settings.VAR_DIR = tmp_path / "var"
    rows = [[f"T-{number:04}", f"第{number}号厂", "双福", "约6" if number % 2 else 5] for number in range(1200)]
    bring(client, write_xlsx(tmp_path / "a.xlsx", [PLAIN, *rows]))
    batch = last_batch()
    assert client.get(f"/imports/{batch.pk}/refused.xlsx").status_code == 302  # the worker has not been there
    work()
    batch.refresh_from_db()
    book = refused_book(client, batch)
    assert book["台账"].max_row == 601
    assert [row[0] for row in values(book["台账"])[1:]] == [row[0] for row in rows if row[3] == "约6"]
    assert ImportBatch.objects.get().rows.filter(action=RowAction.REFUSED).count() == 0


# --- What we wrote ourselves, when it comes back ---------------------------------------------------------------------
def test_our_own_comments_and_reasons_are_nobodys_remarks(client: Client, tmp_path: Path) -> None:
    rows = [PLAIN, ["T-1", "甲厂", "火星", "5-8亿"], ["T-2", None, "双福", 6], ["T-3", "丙厂", "双福", "约7"]]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    book = refused_book(client, last_batch())
    page = book["台账"]
    assert len(wrong_cells(page)) == 4
    page["C2"], page["D2"], page["B3"], page["D4"] = "双福", 6, "乙厂", 7
    page["A2"].comment = Comment("王处已核实", "张三")
    page["D4"].comment.text += "\n已问企业：7亿"  # somebody answers in our comment
    again = bring_book(client, book)
    page = preview_of(client, again)
    seen = page.context["preview"]
    assert counts(client, again) == {"create": 3}
    assert page.context["unread_columns"] == []
    (told,) = (warning for warning in seen.warned["warnings"] if warning.code == "comments")
    assert "A2, D4" in str(told.message)
    confirm(client, again, digest_of(page))
    kept = {row.row: [detail["comment"] for detail in row.details if "comment" in detail] for row in again.rows.all()}
    assert (kept[2], kept[3]) == (["王处已核实"], [])
    assert kept[4][0].endswith("已问企业：7亿")


def test_somebodys_own_column_of_that_name_is_named_as_not_read(client: Client, tmp_path: Path) -> None:
    rows = [[*PLAIN, REASON], ["T-1", "甲厂", "双福", 5, "金额待核"], ["T-2", "乙厂", "双福", 6, "【注】已核"]]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    assert preview_of(client, last_batch()).context["unread_columns"] == [("台账", ["E 错误"])]


def test_a_reason_about_no_cell_is_known_again_as_ours(client: Client, tmp_path: Path) -> None:
    make_project("智能装备生产基地一期", code="P-9", agreed="5", park="shuangfu", investor="甲公司")
    header = ("项目名称", "投资方", "落户园区", "协议投资额（亿元）")
    bring(client, write_xlsx(tmp_path / "a.xlsx", [header, ["智能装备生产基地二期", "甲公司", "双福", 7]]))
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!2": "later"})
    book = refused_book(client, batch)
    assert book["台账"]["E2"].value.startswith("【")
    again = bring_book(client, book)
    assert preview_of(client, again).context["unread_columns"] == []


def test_a_formula_without_a_value_comes_back_in_words(client: Client, tmp_path: Path) -> None:
    names = [case.column for case in WRONG if case.column not in {"项目编号", "项目名称", "是否上市公司"}]
    header = ("项目编号", "项目名称", *dict.fromkeys(names))
    formula = "=1+1"
    nothing = [None] * (len(header) - 2)
    rows = [header, ["T-1", "甲厂", *[formula] * (len(header) - 2)], ["T-2", formula, *nothing]]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    first = refused_book(client, last_batch())
    wrong = wrong_cells(first["台账"])
    assert {cell.value for cell in wrong} == {"#公式未计算"}
    assert {(cell.row, cell.column) for cell in wrong} == {(2, n) for n in range(3, len(header) + 1)} | {(3, 2)}
    assert all("#N/A" not in str(cell) for row in values(first["台账"]) for cell in row)
    # As it stands it is no value of any column: the same cells are refused again, and say what to do here.
    again = bring_book(client, first)
    assert counts(client, again) == {"refused": 2}
    second = wrong_cells(refused_book(client, again)["台账"])
    told = [(cell.coordinate, cell.value) for cell in second]
    assert told == [(cell.coordinate, cell.value) for cell in wrong]
    assert [cell.comment.text for cell in second] == [cell.comment.text for cell in wrong]


@pytest.mark.parametrize(
    ("here", "elsewhere"),
    [
        (matching.REPEATED, matching.REPEATED_ELSEWHERE),
        (arrivals.TWICE, arrivals.TWICE_ELSEWHERE),
        (arrivaltotals.TOTAL_TWICE, arrivaltotals.TOTAL_TWICE_ELSEWHERE),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_rows_that_stand_already_are_those_of_the_file_that_was_brought(
    here: Any, elsewhere: Any, language: str
) -> None:
    with override(language):
        values = {"row": 5, "sheet": "台账2", "month": "2020-01"}
        for template, names_sheet in ((here, False), (elsewhere, True)):
            said = said_in_workbook(str(template) % values)
            assert ("台账2" in said) is names_sheet
            assert ("原文件" if language == "zh-hans" else "of the file that was imported") in said
            assert re.search(r"\b5\b", said)
            assert "“台账2” of the sheet" not in said
