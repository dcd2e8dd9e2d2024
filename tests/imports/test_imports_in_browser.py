"""An import in a real browser, on a desk and on a phone: no script is blocked, no page scrolls sideways."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from imports.models import ImportBatch
from projects.models import Project
from tests.builders import PASSWORD, make_project, make_user
from tests.imports.books import ledger

WIDE = ("项目编号", "项目名称", "投资方", "落户园区", "产业集群", "协议投资额（亿元）", "签约时间", "项目阶段", "备注")


def sideways(page: Page) -> int:
    """How far the page can be scrolled to the side on a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
    return over


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_a_file_is_brought_decided_and_written_once(
    page: Page, live_server, vocabulary: None, tmp_path: Path
) -> None:
    make_user("manager", role="manager", all_parks=True)
    rows = [
        ["P-1", "甲项目", "甲公司", "双福新区", "消费品", 5, "2021-03-01", "签约", None],
        ["P-2", "乙项目" + "很长的名字" * 12, "乙公司", "德感", "消费品", 3, "2021年4月", "签约", "备注" * 40],
        ["P-3", "丙项目", "丙公司", "德感", "消费品", "15-17亿", "2021-05-01", "签约", None],
    ]
    page.goto(f"{live_server.url}/imports/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    assert sideways(page) <= 0
    page.set_input_files("[type=file]", ledger(tmp_path / "台账.xlsx", *rows, header=WIDE))
    expect(page).to_have_url(re.compile(r"/columns/$"))
    assert sideways(page) <= 0
    preview = page.locator(".confirm-bar [type=submit]")
    expect(preview).to_have_text("看预览（还差 1 处）")
    page.select_option("select[name='word-park-双福新区']", "shuangfu")
    expect(preview).to_have_text("看预览")
    page.click(".confirm-bar [type=submit]")
    expect(page.locator(".confirm-bar .btn-primary")).to_have_text("只写入好的 2 行")
    assert sideways(page) <= 0
    page.dblclick(".confirm-bar .btn-primary")
    expect(page.locator(".result-grid tbody tr")).to_have_count(3)
    assert sideways(page) <= 0
    assert (Project.objects.count(), ImportBatch.objects.get().rows.count()) == (2, 3)


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_a_file_dropped_anywhere_is_read(page: Page, live_server, vocabulary: None) -> None:
    make_user("manager", role="manager", all_parks=True)
    page.goto(f"{live_server.url}/imports/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    expect(page.locator("[data-upload]")).to_be_visible()
    page.wait_for_load_state("load")
    page.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["项目编号\\t项目名称\\t协议投资额（亿元）\\nP-1\\t甲\\t5\\n"], "拖来的.txt"));
            const drop = new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
            document.body.dispatchEvent(drop);
        }"""
    )
    expect(page.locator("h1")).to_have_text("拖来的.txt")
    expect(page.locator(".confirm-bar .btn-primary")).to_have_text("全部写入 1 行")


def brought(page: Page, url: str, path: Path) -> None:
    """Log in, bring a file that needs no decision about columns, and look at its preview."""
    page.goto(f"{url}/imports/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    expect(page.locator("[data-upload]")).to_be_visible()
    page.wait_for_load_state("load")  # before the page's script runs, a chosen file only waits for the button
    page.set_input_files("[type=file]", path)
    expect(page.locator(".confirm-bar .btn-primary")).to_be_visible()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_nothing_typed_in_the_preview_is_lost(
    page: Page, live_server, vocabulary: None, tmp_path: Path
) -> None:
    make_user("manager", role="manager", all_parks=True)
    make_project("甲项目", code="P-1", agreed="5", park="shuangfu", investor="甲公司", lead_unit="旧单位")
    header = ("项目编号", "项目名称", "投资方", "落户园区", "协议投资额（亿元）", "责任单位")
    rows = [
        ["P-1", "甲项目", "甲公司", "双福", 6, "新单位"],
        ["P-2", "乙项目", "乙公司", "双福", "15-17亿", None],
        ["P-3", None, "丙公司", "双福", 3, None],
        ["P-4", "丁项目", "丁公司", "双福", 900, None],
    ]
    brought(page, live_server.url, ledger(tmp_path / "台账.xlsx", *rows, header=header))
    amount, name = page.locator("[name='cell-台账!E3']"), page.locator("[name='cell-台账!B4']")

    # Another button of the page takes along what stands in the boxes.
    amount.fill("约16亿")
    page.click("button[value='台账!2!lead_unit']")
    expect(page.locator(".refused-grid")).to_contain_text("约16亿")
    expect(page.locator(".refused-grid")).to_contain_text("15-17亿")
    amount.fill("16")
    page.click("button[name=row][value='台账!5']")
    expect(page.locator(".refused-grid tbody tr")).to_have_count(1)

    # A tab is a link: it asks before what is typed is lost.
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    name.fill("丙项目")
    page.locator(".tabs a").last.click()
    page.wait_for_function("true")
    assert asked == ["beforeunload"]
    expect(name).to_have_value("丙项目")

    # Writing takes it first, and says so; Enter in a box would have done the same.
    page.click(".confirm-bar .btn-primary")
    expect(page.locator(".confirm-bar .btn-primary")).to_have_text("全部写入 4 行")
    assert ImportBatch.objects.get().corrections == {"台账!E3": "16", "台账!B4": "丙项目"}
    assert not Project.objects.filter(code="P-3").exists()
    page.dblclick(".confirm-bar .btn-primary")
    expect(page.locator(".result-grid tbody tr")).to_have_count(4)
    assert Project.objects.get(code="P-3").name == "丙项目"
    assert Project.objects.get(code="P-1").lead_unit == "旧单位"
    assert asked == ["beforeunload"]


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_enter_in_a_box_takes_the_correction(
    page: Page, live_server, vocabulary: None, tmp_path: Path
) -> None:
    make_user("manager", role="manager", all_parks=True)
    row = ["P-3", "丙项目", "丙公司", "德感", "消费品", "15-17亿", "2021-05-01", "签约", None]
    brought(page, live_server.url, ledger(tmp_path / "台账.xlsx", row, header=WIDE))
    page.locator("[name='cell-台账!F2']").fill("16")
    page.locator("[name='cell-台账!F2']").press("Enter")
    expect(page.locator(".confirm-bar .btn-primary")).to_have_text("全部写入 1 行")
