"""The page and the command are two doors to one import: the same counts, the same sentence, for the same file."""

import html
import re
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_project, make_user
from tests.imports.books import ledger, run, write_xlsx
from tests.imports.bringing import bring, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")


def good(path: Path) -> Path:
    make_project("旧项目", code="P-9", park="shuangfu", agreed="3", investor=None)
    rows = (["P-1", "甲", "双福", 5], ["P-2", "乙", "德感", None], ["P-9", "旧项目", "双福", 4])
    return ledger(path, *rows, header=HEADER)


def refused(path: Path) -> Path:
    return ledger(path, ["P-1", "甲", "双福", 5], ["P-2", "乙", "双福", "5-8亿"], ["", "", "双福", 1], header=HEADER)


def arrivals(path: Path) -> Path:
    make_project("旧项目", code="P-9", signed="2019")
    header = ["项目编号", "项目名称", "1月", "2月"]
    return write_xlsx(
        path, [["2020年到位资金，单位：万元"], header, ["P-9", "旧项目", 1, 2], ["P-8", "无此项目", 1, 2]]
    )


def without_unit(path: Path) -> Path:
    return ledger(path, ["P-1", "甲", "双福", 5], header=(*HEADER[:3], "协议投资额"))


def without_name(path: Path) -> Path:
    return ledger(path, ["P-1", "甲", "双福", 5], header=("项目编号", "叫什么", "落户园区", "协议投资额（亿元）"))


def without_table(path: Path) -> Path:
    return write_xlsx(path, [["关于报送台账的通知"], ["请于月底前报送。"]])


def damaged(path: Path) -> Path:
    path.write_bytes(good(path).read_bytes()[:900])
    return path


def picture(path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    return path


def page_after(path: Path, user: Any, show: str = "") -> str:
    """What a person sees after bringing the file."""
    client = client_of(user)
    response = bring(client, path)
    if response.status_code == 302:
        response = client.get(response.url, {"show": show} if show else {}, follow=True)
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("make", [good, refused, arrivals])
def test_page_and_command_count_alike(tmp_path, make):
    path = make(tmp_path / "a.xlsx")
    _, answer = run(path, "--dry-run")
    page = page_after(path, make_user("manager", all_parks=True), "refused")
    lead = re.search(r'class="import-lead">(.*?)</p>', page, re.DOTALL)
    told = [int(number) for number in re.findall(r"<b>(?:<span[^>]*>)?(\d+)", lead[1])]
    assert told == [answer[key] for key in ("rows", "create", "update", "unchanged", "refused")]
    for error in answer["errors"]:
        assert error["message"] in page


@pytest.mark.parametrize("make", [without_unit, without_name, without_table, damaged, picture])
def test_page_and_command_say_the_same_sentence(tmp_path, make):
    path = make(tmp_path / "a.xlsx")
    status, answer = run(path, "--dry-run")
    page = page_after(path, make_user("manager", all_parks=True))
    assert (status, answer["rows"]) == (2, 0)
    assert all(error["message"] in page for error in answer["errors"])
    assert answer["errors"]
