"""An import in a real browser, on a desk and on a phone: no script is blocked, no page scrolls sideways."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from imports.models import ImportBatch
from projects.models import Project
from tests.builders import PASSWORD, make_user
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
