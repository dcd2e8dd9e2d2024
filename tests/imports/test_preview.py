"""What a preview says: every amount that differs looks different, what was left out is named, nothing is said twice."""

import re
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.builders import PASSWORD, make_project, make_user
from tests.imports.books import ledger
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（万元）")


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User) -> Client:
    return client_of(manager)


def workbook(path: Path, sheets: dict[str, list]) -> Path:
    """A workbook of several sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def text_of(response) -> str:
    """What a person reads of a page: without tags, blanks collapsed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_amounts_that_differ_look_different(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", park="shuangfu", agreed="1.2")
    rows = [["P-1", "甲", "双福", 12003], ["P-2", "乙", "双福", 5], ["合计", None, None, 12009]]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=HEADER))
    batch = last_batch()
    page = preview_of(client, batch)
    seen = text_of(page)
    assert "1.20 → 1.2003" in seen
    assert "1.2009 1.2008 −0.0001" in seen
    assert "0.0005" in text_of(preview_of(client, batch, "create"))
    assert "1.2009" in text_of(preview_of(client, batch, "warnings"))
    confirm(client, batch, digest_of(page))
    written = text_of(client.get(f"/imports/{batch.pk}/"))
    assert "1.20 → 1.2003" in written
    assert "0.0005" in written


def test_a_repeat_in_another_sheet_names_that_sheet(client: Client, tmp_path: Path) -> None:
    make_project("乙", code="P-2", park="shuangfu", agreed="1")
    known, new = ["P-2", "乙", "双福", 10000], ["P-1", "甲", "双福", 5]
    path = workbook(tmp_path / "a.xlsx", {"上半年": [HEADER, new, known, known], "下半年": [HEADER, known, new]})
    bring(client, path)
    seen = text_of(preview_of(client, last_batch(), "refused"))
    assert seen.count("工作表“上半年”的第 2 行已是同一个项目") == 1
    assert seen.count("工作表“上半年”的第 3 行已是同一个项目") == 1
    assert len(re.findall(r"(?<!的)第 3 行已是同一个项目", seen)) == 1


def test_a_month_in_the_same_row_of_another_sheet_is_no_second_amount(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", park="shuangfu", agreed="1", signed="2019-01-01")
    header = ("项目编号", "项目名称", "2020年1月（万元）", "2020年2月（万元）")
    sheets = {"一组": [header, ["P-1", "甲", 100, None]], "二组": [header, ["P-1", "甲", 900, 50]]}
    path = workbook(tmp_path / "a.xlsx", sheets)
    bring(client, path)
    page = preview_of(client, last_batch())
    assert (page.context["counts"]["create"], page.context["counts"]["refused"]) == (1, 1)
    assert "2020-01 在工作表“一组”的第 2 行已有" in text_of(page)


def test_a_refused_row_says_nothing_of_the_files_scope(client: Client, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "落户园区", "签约时间")
    make_project("不在表里", code="P-2", park="shuangfu", signed="2020-03-02")
    make_project("别的园区", code="P-3", park="degan", signed="2020-03-02")
    make_project("别的年份", code="P-4", park="shuangfu", signed="2019-03-02")
    rows = [["P-1", "甲", "双福", "2020-03-01"], ["P-5", None, None, "2019-03-01"]]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=header))
    page = preview_of(client, last_batch(), "absent")
    assert page.context["counts"]["refused"] == 1
    assert [project.code for project in page.context["missing"]] == ["P-2"]
    assert "双福" in page.context["absent_parks"]


def test_a_formula_without_a_value_is_named_in_words(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = [["P-1", "甲", "双福", "=1+1"], ["P-2", "乙", "双福", 5]]
    bring(client, ledger(path, *rows, header=HEADER))
    batch = last_batch()
    page = preview_of(client, batch)
    assert "（未计算的公式）" in text_of(page)
    confirm(client, batch, digest_of(page), skip_refused="on")
    written = text_of(client.get(f"/imports/{batch.pk}/?show=refused"))
    assert "（未计算的公式）" in written
    assert "uncalculated" not in text_of(page) + written


def test_a_matrix_of_ticks_is_told_once(client: Client, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "签约", "开工", "投产")
    bring(
        client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "√", "√", None], ["P-2", "乙", "√", "√", "√"], header=header)
    )
    (warning,) = preview_of(client, last_batch()).context["warned"]
    assert (warning.code, warning.cell) == ("asked_header", "C,D,E")


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_an_import_without_a_kind_leaves_no_empty_part(
    page: Page, live_server, manager: User, tmp_path: Path
) -> None:
    bring(client_of(manager), ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    batch.kind = ""
    batch.save(update_fields=["kind"])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/imports/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    line = page.locator("tbody tr .card-meta")
    expect(line).to_have_count(4)
    assert [part.is_visible() for part in line.all()] == [True, False, True, True]
    page.goto(f"{live_server.url}/imports/remembered/")
    expect(page.locator(".phone-title")).to_have_text("记住的词和列")


def test_what_was_not_read_of_the_file_is_named(client: Client, tmp_path: Path, capsys) -> None:
    sheets = {
        "台账": [(*HEADER, "内部备忘"), ["P-1", "甲", "双福", 5, "某"], ["P-2", "乙", "双福", 5, "某"]],
        "说明": [["填报说明"], ["请于周五前上报。"]],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    bring(client, path)
    page = preview_of(client, last_batch())
    assert page.context["unread_columns"] == [("台账", ["E 内部备忘"])]
    seen = text_of(page)
    assert "未读入的工作表 1 张： 说明（没有找到带项目名称的表头）" in seen
    assert "未导入的列 1 列： E 内部备忘" in seen
    call_command("import_projects", str(path), "--dry-run")
    told = capsys.readouterr().out
    assert "未读入的工作表：说明（没有找到带项目名称的表头）" in told
    assert "台账，未导入的列：E 内部备忘" in told


def test_where_everything_was_read_nothing_is_named(client: Client, tmp_path: Path, capsys) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER)
    bring(client, path)
    assert "未导入" not in text_of(preview_of(client, last_batch()))
    call_command("import_projects", str(path), "--dry-run")
    assert "未导入" not in capsys.readouterr().out
