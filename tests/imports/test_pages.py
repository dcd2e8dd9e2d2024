"""The import pages as people use them: bring a file, see what it would do, see what it did; and who may."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import ImportBatch
from jiangjin.lib.money import YI
from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, ledger, run
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


def test_the_page_and_the_command_agree(manager: User) -> None:
    client = client_of(manager)
    response = bring(client, SAMPLES / "ledger-2020.xlsx")
    batch = ImportBatch.objects.get()
    assert response.url == f"/imports/{batch.pk}/"
    preview = client.get(response.url)
    seen = preview.context["preview"]
    __, answer = run(SAMPLES / "ledger-2020.xlsx", "--dry-run")
    assert (seen.row_count, dict(preview.context["counts"])) == (
        answer["rows"],
        {name: answer[name] for name in ("create", "update", "unchanged", "refused")},
    )
    assert seen.agreed_capital == Decimal(answer["agreed_capital"]) == 1036 * YI
    assert [(check.stated, check.difference) for check in seen.sheets[0].sums][-1] == (1036 * YI, 0)
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 200),
        ("空.xlsx", b""),
        ("说明.txt", "这是一段说明文字，不是表格。\n请大家于周五前上报。\n".encode()),
        ("坏.xlsx", b"PK\x03\x04" + b"x" * 100),
    ],
)
def test_no_ledger_gets_one_sentence_and_leaves_nothing(manager: User, name: str, content: bytes) -> None:
    response = client_of(manager).post("/imports/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert len(response.context["form"].non_field_errors()) == 1
    assert not ImportBatch.objects.exists()


def test_visits_are_named_as_what_they_are(manager: User) -> None:
    response = bring(client_of(manager), SAMPLES / "visits-2020.xlsx")
    assert response.status_code == 422
    assert "外出招商" in response.content.decode()


def test_a_pasted_table_goes_the_same_way(manager: User) -> None:
    pasted = "项目编号\t项目名称\t协议投资额（亿元）\nP-001\t甲\t5\nP-002\t乙\t\n"
    response = client_of(manager).post("/imports/", {"pasted": pasted}, follow=True)
    assert response.context["counts"]["create"] == 2


def test_a_recorder_writes_own_parks_and_sees_own_imports(manager: User, tmp_path: Path) -> None:
    recorder = make_user("recorder", role="recorder", parks=["shuangfu"])
    client = client_of(recorder)
    header = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "德感", 5], header=header))
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/")
    assert [error.code for row in page.context["preview"].rows["refused"] for error in row.read.errors] == [
        "park_not_yours"
    ]
    confirm(client, batch, digest_of(page), skip_refused="on")
    assert Project.objects.get().code == "P-1"
    other = make_user("other", role="recorder", parks=["degan"])
    for path in ("", "columns/", "file/"):
        assert client_of(other).get(f"/imports/{batch.pk}/{path}").status_code == 404
    assert client_of(other).post(f"/imports/{batch.pk}/confirm/", {}).status_code == 404
    assert client_of(manager).get(f"/imports/{batch.pk}/").status_code == 200


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_readers_bring_nothing(role: str) -> None:
    client = client_of(make_user(role, role=role))
    assert "data-upload" not in client.get("/imports/").content.decode()
    assert bring(client, SAMPLES / "ledger-2019.xls").status_code == 403
    assert not ImportBatch.objects.exists()


def test_the_file_comes_back_as_it_was(manager: User) -> None:
    client = client_of(manager)
    bring(client, SAMPLES / "ledger-2019.xls")
    response = client.get(f"/imports/{ImportBatch.objects.get().pk}/file/")
    assert b"".join(response.streaming_content) == (SAMPLES / "ledger-2019.xls").read_bytes()
    assert response["Content-Disposition"].startswith("attachment")


def queries_of_an_import(client: Client, path: Path) -> list[int]:
    """How many queries each page makes: the preview by tab, confirming, the result."""
    bring(client, path)
    batch = last_batch()
    digest = digest_of(preview_of(client, batch))
    counts = []
    for show in ("look", "create", "absent", "confirm", "result"):
        with CaptureQueriesContext(connection) as queries:
            confirm(client, batch, digest) if show == "confirm" else preview_of(client, batch, show)
        counts.append(len(queries))
    return counts


def test_previews_and_results_have_constant_queries(manager: User, tmp_path: Path) -> None:
    def many(count: int) -> Path:
        rows = [[f"P-{count}-{n}", f"项目{count}号{n}", "双福", 5] for n in range(count)]
        return ledger(tmp_path / f"{count}.xlsx", *rows, header=HEADER)

    client = client_of(manager)
    few = queries_of_an_import(client, many(3))
    assert queries_of_an_import(client, many(40)) == few
    assert max(few) <= 60


def test_a_recorder_of_own_parks_learns_nothing_of_the_others(settings, tmp_path: Path) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("保密的生产基地一期", code="GEHEIM-1", agreed="5", investor="甲公司", park="degan")
    client = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    header = ("项目编号", "项目名称", "投资方", "落户园区")
    rows = [["GEHEIM-1", "别的", "乙公司", "双福"], ["P-2", "保密的生产基地二期", "甲公司", "双福"]]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=header))
    for show in ("look", "refused", "questions", "warnings", "absent"):
        page = client.get(f"/imports/{ImportBatch.objects.get().pk}/?show={show}").content.decode()
        assert "保密的生产基地一期" not in page


def test_arrivals_tell_a_recorder_of_own_parks_nothing_of_the_others(settings, tmp_path: Path) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("保密的生产基地一期", code="GEHEIM-1", agreed="5", investor="甲公司", park="degan", signed="2019")
    make_project("自己的项目", code="P-1", agreed="5", park="shuangfu", signed="2019")
    client = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    header = ("项目编号", "项目名称", "投资方", "2020年1月（万元）", "2020年2月（万元）")
    rows = [
        ["GEHEIM-1", "别的", "乙公司", 1],
        ["GEHEIM-1", None, None, 1],
        [None, "保密的生产基地", None, 1],
        ["GEHEIM-1", "别的叫法", "甲公司", 1],
        ["P-1", "自己的项目", None, 1],
    ]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=header))
    page = preview_of(client, last_batch())
    assert page.context["preview"].kind == "arrivals"
    assert page.context["counts"] == {"create": 1, "update": 0, "unchanged": 0, "refused": 4}
    for show in ("look", "refused", "questions", "warnings", "absent"):
        assert "保密的生产基地一期" not in preview_of(client, last_batch(), show).content.decode()


def test_a_row_of_arrivals_finds_its_project_by_number_and_investor(manager: User, tmp_path: Path) -> None:
    make_project("登记的名字", code="P-1", agreed="5", investor="重庆甲（集团）有限公司", signed="2019-01-01")
    client = client_of(manager)
    header = ("项目编号", "项目名称", "投资方", "2020年1月（万元）", "2020年2月（万元）")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "另一种叫法", "重庆甲(集团)有限公司", 1], header=header))
    assert preview_of(client, last_batch()).context["counts"]["create"] == 1


def test_again_nothing_is_new_and_the_first_time_is_named(manager: User) -> None:
    client = client_of(manager)
    for __ in range(2):
        bring(client, SAMPLES / "ledger-2020.xlsx")
        page = preview_of(client, last_batch())
        confirm(client, last_batch(), digest_of(page))
    assert {**page.context["counts"]} == {"create": 0, "update": 0, "unchanged": 192, "refused": 0}
    before = page.context["imported_before"]
    assert f'<a href="/imports/{before.pk}/">' in page.content.decode()
    assert f"#{before.pk}" in page.content.decode()
    assert f'href="/imports/{before.pk}/?show=create">192</a>' in client.get("/imports/").content.decode()
    assert "库里已经都是这样" in page.content.decode()


def test_the_lead_and_the_tabs_say_the_same_numbers(manager: User, tmp_path: Path) -> None:
    make_project("旧的", code="P-1", agreed="5", park="shuangfu")
    make_project("同样的", code="P-2", agreed="5", park="shuangfu")
    rows = [
        ["P-1", "旧的", "双福", 6],
        ["P-2", "同样的", "双福", 5],
        ["P-3", "新的", "双福", 7],
        ["P-4", "坏", "双福", "x"],
    ]
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=HEADER))
    page = preview_of(client, last_batch())
    tabs = {tab.name: tab.count for tab in page.context["tabs"]}
    assert page.context["counts"] == {name: tabs[name] for name in ("create", "update", "unchanged", "refused")}
    assert set(page.context["counts"].values()) == {1}
    html = page.content.decode()
    assert "读到 <b>4</b> 行" in html
    assert "写入 3 行，协议 18.00 亿元" in html
    assert "只写入好的 3 行" in html
    assert "D5" in html
    assert "5.00" in html
    for show in tabs:
        assert preview_of(client, last_batch(), show).status_code == 200


def test_alike_warnings_stand_in_one_line(manager: User, tmp_path: Path) -> None:
    client = client_of(manager)
    bring(
        client, ledger(tmp_path / "a.xlsx", *[[f"P-{n}", f"大项目{n}", "双福", 120] for n in range(40)], header=HEADER)
    )
    page = preview_of(client, last_batch(), "warnings")
    (line,) = page.context["warned"]
    assert line.cell.startswith("D2、D3")
    assert "40" in line.cell
    assert {tab.name: tab.count for tab in page.context["tabs"]}["warnings"] == 1


def test_own_sums_are_compared_and_a_difference_is_explained(manager: User, tmp_path: Path) -> None:
    rows = [["P-1", "甲", "双福", 5], ["P-2", "乙", "双福新区", 3], [None, "合计", None, 8]]
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=HEADER))
    (shown,) = preview_of(client, last_batch()).context["sums"]
    assert (shown.check.stated, shown.check.found) == (8 * YI, 5 * YI)
    assert "第 3 行" in shown.why


def test_known_projects_that_the_file_no_longer_names(manager: User, tmp_path: Path) -> None:
    make_project("在表里", code="P-1", agreed="5", park="shuangfu", signed="2020-03-01")
    make_project("不在表里", code="P-2", agreed="5", park="shuangfu", signed="2020-03-02")
    make_project("别的园区", code="P-3", agreed="5", park="degan", signed="2020-03-02")
    make_project("别的年份", code="P-4", agreed="5", park="shuangfu", signed="2019-03-02")
    client = client_of(manager)
    header = ("项目编号", "项目名称", "落户园区", "签约时间")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "在表里", "双福", "2020-03-01"], header=header))
    page = preview_of(client, last_batch(), "absent")
    assert [project.code for project in page.context["missing"]] == ["P-2"]


def test_a_table_of_arrivals_speaks_of_months(manager: User, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", signed="2019-01-01")
    client = client_of(manager)
    header = ("项目编号", "项目名称", "2020年1月（万元）", "2020年2月（万元）")
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", 100, 250], header=header))
    page = preview_of(client, last_batch())
    assert page.context["preview"].kind == "arrivals"
    assert "写入 1 行：2 个月，350 万元" in page.content.decode()
    assert "2020-02 250" in preview_of(client, last_batch(), "create").content.decode()
    result = confirm(client, last_batch(), digest_of(page))
    assert "到位表" in result.content.decode()


@pytest.mark.parametrize("show", ["look", "create", "update", "unchanged", "refused", "warnings", "skipped", "absent"])
def test_a_table_of_names_alone_shows_every_tab(manager: User, tmp_path: Path, show: str) -> None:
    client = client_of(manager)
    header = ("项目名称", "投资方", "签约时间")
    bring(client, ledger(tmp_path / "只有名称.xlsx", ["甲", None, "2021"], ["乙", "乙公司", "2021.13"], header=header))
    page = preview_of(client, last_batch(), show)
    assert page.status_code == 200
    assert page.context["show"] == show


def test_the_list_opens_and_cancels_what_waits(manager: User, tmp_path: Path) -> None:
    client = client_of(manager)
    assert "还没有导入过" in client.get("/imports/").content.decode()
    bring(client, ledger(tmp_path / "等着.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    html = client.get("/imports/").content.decode()
    assert f'href="/imports/{batch.pk}/"' in html
    assert f'action="/imports/{batch.pk}/cancel/"' in html
    assert "项目台账" in html
    client.post(f"/imports/{batch.pk}/cancel/")
    assert f'action="/imports/{batch.pk}/cancel/"' not in client.get("/imports/").content.decode()


def test_the_result_shows_rows_their_cells_and_filters(manager: User, tmp_path: Path) -> None:
    make_project("旧的", code="P-1", agreed="5", park="shuangfu")
    client = client_of(manager)
    rows = [["P-1", "旧的", "双福", 6], ["P-2", "新的", "双福", 7], ["P-3", "坏", "双福", "15-17亿"]]
    bring(client, ledger(tmp_path / "a.xlsx", *rows, header=HEADER))
    batch = last_batch()
    page = confirm(client, batch, digest_of(preview_of(client, batch)), skip_refused="on")
    html = page.content.decode()
    assert ImportBatch.objects.get().sha256[:12] in html
    assert all(f'href="/projects/{code}/"' in html for code in ("P-1", "P-2"))
    assert "15-17亿" in html
    (changed,) = client.get(f"/imports/{batch.pk}/", {"show": "update"}).context["rows"]
    (change,) = changed.changes
    assert (change.old, change.new, change.cell) == ("5.00", "6.00", "D2")


def test_a_lost_file_is_not_found_and_nosniff_is_said(manager: User, tmp_path: Path) -> None:
    client = client_of(manager)
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    batch = last_batch()
    response = client.get(f"/imports/{batch.pk}/file/")
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert b"".join(response.streaming_content).startswith(b"PK")
    Path(batch.file.path).unlink()
    assert client.get(f"/imports/{batch.pk}/file/").status_code == 404
    assert client.get(f"/imports/{batch.pk}/").status_code == 422


def test_names_from_a_file_are_text_on_every_page(manager: User, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    client = client_of(manager)
    path = ledger(tmp_path / "a.xlsx", [evil[:20], f"甲{evil}", evil, 5], header=HEADER)
    bring(client, path, name="坏<img src=x>.xlsx")
    batch = last_batch()
    pages = [client.get(f"/imports/{batch.pk}/columns/"), client.get("/imports/")]
    pages += [preview_of(client, batch, show) for show in ("look", "create", "refused")]
    for page in pages:
        html = page.content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_rows_of_several_sheets_say_their_sheet(manager: User, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("双福表", "德感表"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append([f"P-{name}", f"{name}的项目", "双福", "15-17亿"])
    book.save(tmp_path / "a.xlsx")
    client = client_of(manager)
    bring(client, tmp_path / "a.xlsx")
    html = preview_of(client, last_batch()).content.decode()
    assert all(f'<span class="below">{name}</span>' in html for name in ("双福表", "德感表"))
