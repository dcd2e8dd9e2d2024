"""The smart box in a real browser: typing, arrows, Enter, Escape."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.builders import PASSWORD, make_project, make_user


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_in_a_browser_the_box_suggests_and_understands(page: Page, live_server, vocabulary: None, width: int) -> None:
    make_user("manager", role="manager", all_parks=True)
    project = make_project("和光基地", park="shuangfu", agreed="12", investor="四川和邦集团")
    make_project("别的", park="degan", agreed="2")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{live_server.url}/projects/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_url(re.compile("/projects/"))
    if width > 1000:
        page.keyboard.press("/")
    else:
        page.focus("#say")
    box, options = page.locator("#say"), page.locator("#suggestions [role=option]")
    expect(box).to_be_focused()
    box.press_sequentially("双", delay=30)
    expect(options.first).to_contain_text("园区 双福")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(box).to_have_value("双")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    page.keyboard.press("Enter")
    expect(box).to_have_value("双福 ")
    box.press_sequentially("10亿以上", delay=30)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"park=shuangfu&min_capital=10"))
    expect(page.locator("#totals")).to_have_attribute("data-count", "1")
    expect(box).to_have_value("双福 10亿以上")
    # A chip taken away takes the line out of the box, without a reload.
    page.evaluate("window.sameDocument = true")
    page.click("#list-chips .chip a >> nth=0")
    expect(box).to_have_value("")
    assert page.evaluate("window.sameDocument")
    box.press_sequentially("hebang", delay=30)
    expect(options.filter(has_text="四川和邦集团")).to_have_count(1)
    options.filter(has_text="和光基地").click()
    expect(page).to_have_url(re.compile(f"/projects/{project.code}/"))
