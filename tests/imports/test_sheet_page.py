"""A sheet of a batch's file as it stands, its cells marked by what they did."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from imports.models import ImportBatch
from tests.builders import make_project, make_user
from tests.imports.books import write_xlsx
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of
from tests.imports.test_background import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("序号", "项目编号", "项目名称", "落户园区", "协议投资额（亿元）", "自定列")


@pytest.fixture
def client() -> Client:
    return client_of(make_user("manager", role="manager", all_parks=True))


def sheet_page(client: Client, batch: ImportBatch, **params: Any) -> Any:
    response = client.get(f"/imports/{batch.pk}/sheet/", params)
    assert response.status_code == 200
    return response


def marks(response: Any) -> dict[int, str]:
    """The marks of each row's cells by their first letters, "." for none: {3: "snnnnl"}."""
    return {
        line.number: "".join(cell.mark[:1] or "." for cell in line.cells) for line in response.context["shown"].lines
    }


def said(text: str) -> str:
    """What the pages say for a text of the source."""
    with translation.override("zh-hans"):
        return translation.gettext(text)


def words(response: Any) -> dict[int, str]:
    return {line.number: line.word for line in response.context["shown"].lines}


@pytest.fixture
def batch(client: Client, tmp_path: Path) -> ImportBatch:
    make_project("乙厂", code="T-2", park="shuangfu", agreed="5", investor=None)
    make_project("丙厂", code="T-3", park="shuangfu", agreed="6", investor=None)
    book = openpyxl.Workbook()
    page = book.active
    page.title = "台账"
    rows = [
        ["2020年签约项目台账"],
        HEADER,
        [1, "T-1", "甲厂", "双福工业园", 7, "自定"],
        [2, "T-2", "乙厂", None, 8, None],
        [3, "T-3", "丙厂", "双福工业园", 6, None],
        [4, "T-4", "丁厂", "双福工业园", "约9", None],
        [5, "T-5", None, "双福工业园", 9, None],
        ["合计", None, None, None, 39, None],
    ]
    for row in rows:
        page.append(list(row))
    page.merge_cells("A1:F1")
    page.merge_cells("D3:D4")
    book.create_sheet("说明").append(["只是说明"])
    book.save(tmp_path / "a.xlsx")
    bring(client, tmp_path / "a.xlsx")
    return last_batch()


SEEN = {1: ".", 2: ".....l", 3: "snnnnl", 4: "sssscc"[:4] + "c.", 5: "sssss.", 6: "....r.", 7: "..r...", 8: "......"}


def test_each_cell_is_marked_by_what_it_would_do(client: Client, batch: ImportBatch) -> None:
    response = sheet_page(client, batch)
    assert marks(response) == SEEN
    assert words(response) == {
        1: "标题",
        2: "表头",
        3: "新增",
        4: "变化",
        5: "未变",
        6: "拒绝",
        7: "拒绝",
        8: "合计",
    }
    lines = {line.number: line for line in response.context["shown"].lines}
    assert [cell for cell, __ in lines[6].reasons + lines[7].reasons] == ["E6", "C7"]
    assert lines[6].reasons[0][1] == lines[6].cells[4].title
    assert lines[4].cells[4].below == said("was %(value)s") % {"value": "5.00"}
    assert (lines[4].cells[3].text, lines[1].cells[0].columns) == ("〃", 6)
    assert [cell.below for cell in lines[2].cells][-2:] == ["协议投资额（亿元）", said("not imported")]
    text = response.content.decode()
    assert lines[6].reasons[0][1] in text
    assert not re.search(r"<[^>]+ style=|<script>", text.split("<main", 1)[-1])
    assert f'href="/imports/{batch.pk}/sheet/"' in preview_of(client, batch).content.decode()


def test_a_written_batch_shows_the_same(client: Client, batch: ImportBatch) -> None:
    before = sheet_page(client, batch).context["shown"].lines
    confirm(client, batch, digest_of(preview_of(client, batch)), skip_refused="on")
    response = sheet_page(client, batch)
    assert marks(response) == SEEN
    assert response.context["shown"].lines == before
    assert f'href="/imports/{batch.pk}/sheet/"' in preview_of(client, batch).content.decode()


def test_a_kept_preview_shows_the_same(client: Client, batch: ImportBatch, tmp_path: Path, settings: Any) -> None:
    before = sheet_page(client, batch).context["shown"].lines
    settings.IMPORT_BACKGROUND_BYTES = 0
    settings.VAR_DIR = tmp_path / "var"
    bring(client, tmp_path / "a.xlsx")
    large = last_batch()
    assert client.get(f"/imports/{large.pk}/sheet/").status_code == 302
    work()
    assert sheet_page(client, large).context["shown"].lines == before


def test_a_cancelled_batch_shows_the_bare_sheet(client: Client, batch: ImportBatch) -> None:
    client.post(f"/imports/{batch.pk}/cancel/")
    assert set("".join(marks(sheet_page(client, batch)).values())) == {".", "l"}


def test_sheets_that_were_left_out_are_there_to_look_at(client: Client, batch: ImportBatch) -> None:
    response = sheet_page(client, batch, sheet="说明")
    assert marks(response) == {1: "."}
    assert response.context["shown"].why_none
    assert client.get(f"/imports/{batch.pk}/sheet/", {"sheet": "没有"}).status_code == 404


def test_a_hundred_rows_a_page_and_any_page_number(client: Client, tmp_path: Path) -> None:
    rows = [[number, f"T-{number}", f"第{number}号厂", "双福", 5, None] for number in range(1, 251)]
    bring(client, write_xlsx(tmp_path / "a.xlsx", [HEADER, *rows]))
    batch = last_batch()
    numbers = [list(marks(sheet_page(client, batch, page=page))) for page in ("1", "3", "99", "x")]
    assert [(page[0], page[-1]) for page in numbers] == [(1, 100), (201, 251), (201, 251), (1, 100)]


def test_arrivals_are_marked_as_well(client: Client, tmp_path: Path) -> None:
    make_project("甲厂", code="A-1", park="shuangfu", agreed="5", arrivals={"2020-01": "100"})
    make_project("乙厂", code="A-2", park="shuangfu", agreed="5")
    rows = [
        ["单位：万元"],
        ["项目编号", "项目名称", "2020年1月", "2020年2月"],
        ["A-1", "甲厂", 100, 200],
        ["A-2", "乙厂", 100, None],
        ["A-9", "没有的厂", 100, None],
    ]
    bring(client, write_xlsx(tmp_path / "a.xlsx", rows))
    seen = marks(sheet_page(client, last_batch()))
    assert [seen[row] for row in (3, 4, 5)] == ["sssc", "ssn.", ".r.."]


def test_the_number_of_queries_is_the_same_for_many_rows(client: Client, tmp_path: Path) -> None:
    def queries(rows: int, *, write: bool) -> int:
        table = [[n, f"Q{rows}-{n}", f"{rows}第{n}号厂", "双福", 5 if n % 3 else "约5", None] for n in range(rows)]
        bring(client, write_xlsx(tmp_path / f"{rows}.xlsx", [HEADER, *table]))
        batch = last_batch()
        if write:
            confirm(client, batch, digest_of(preview_of(client, batch)), skip_refused="on")
        sheet_page(client, batch)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            sheet_page(client, batch)
        return len(seen)

    for write in (False, True):
        assert queries(8, write=write) == queries(80, write=write)
