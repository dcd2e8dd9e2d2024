"""The list and the form in a real browser: what scripts and the server do together."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from jiangjin.lib.money import YI
from projects.models import Project
from tests.builders import PASSWORD, make_investor, make_project, make_user
from tests.projects.opened import opened, row_of


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_a_condition_updates_the_list_without_a_reload(page: Page, live_server, vocabulary: None) -> None:
    make_user("manager", role="manager", all_parks=True)
    make_project("双福的", park="shuangfu", agreed="2")
    make_project("德感的", park="degan", agreed="3")
    page.goto(f"{live_server.url}/projects/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.evaluate("window.sameDocument = true")
    page.click(".pick-conditions > summary")
    page.check("[name=park][value=degan]")
    expect(page.locator("#totals")).to_have_attribute("data-count", "1")
    expect(page).to_have_url(re.compile(r"/projects/\?park=degan$"))
    expect(page.locator("#list-chips .chip")).to_have_count(1)
    page.click("h1")
    page.click("#list-chips .chip a")
    expect(page.locator("#totals")).to_have_attribute("data-count", "2")
    expect(page).to_have_url(re.compile(r"/projects/$"))
    expect(page.locator("[name=park][value=degan]")).not_to_be_checked()
    page.click("thead a >> nth=1")
    expect(page.locator("thead [aria-sort=ascending]")).to_have_count(1)
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page.locator("nav.menu")).to_have_count(1)


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_the_form_suggests_adds_rows_asks_and_keeps_what_was_typed(
    page: Page, live_server, vocabulary: None
) -> None:
    make_user("manager", role="manager", all_parks=True)
    make_investor("四川和邦集团")
    page.goto(f"{live_server.url}/projects/new/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.fill("[name=name]", "光伏基地")
    page.locator("[name=investors-0-name]").press_sequentially("四川")
    expect(page.locator("#investor-names option")).to_have_count(1)
    page.fill("[name=investors-0-name]", "四川和邦集团")
    page.click("#commitments [data-add]")
    page.select_option("[name=commitments-1-kind]", "increase")
    page.fill("[name=commitments-0-amount]", "20")
    page.fill("[name=commitments-1-amount]", "600")
    page.click("#commitments [data-add]")
    page.click("#commitments [data-row] >> nth=2 >> [data-remove]")
    page.click("#investors [data-add]")
    page.click(".confirm-bar [type=submit]")
    expect(page.locator(".form-errors")).to_be_focused()
    expect(page.locator("[name=commitments-1-amount]")).to_have_value("600")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.click("nav.menu a >> nth=1")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.check("[name=commitments-1-accept]")
    page.click(".confirm-bar [type=submit]")
    expect(page.locator("h1")).to_contain_text("光伏基地")
    assert Project.objects.get().agreed_capital == 6_200_000


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_likely_duplicates_appear_while_typing_and_an_earlier_value_comes_back(
    page: Page, live_server, vocabulary: None
) -> None:
    make_user("manager", role="manager", all_parks=True)
    project = make_project("和邦光伏组件生产基地", agreed="2", investor="四川和邦集团", lead_unit="区府")
    page.goto(f"{live_server.url}/projects/new/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.locator("[name=name]").press_sequentially("光伏电池组件基地")
    page.wait_for_timeout(600)
    expect(page.locator("#similar li")).to_have_count(0)
    page.fill("[name=investors-0-name]", "四川和邦集团")
    page.locator("[name=investors-0-name]").blur()
    expect(page.locator("#similar li")).to_contain_text(project.code)
    page.fill("[name=name]", "完全不同的项目")
    expect(page.locator("#similar li")).to_have_count(0)
    page.fill("[name=commitments-0-amount]", "19000万元")
    page.locator("[name=commitments-0-amount]").blur()
    expect(page.locator("#similar li")).to_contain_text("10%")
    page.goto(f"{live_server.url}{project.get_absolute_url()}edit/")
    page.fill("[name=lead_unit]", "区经信委")
    page.click(".confirm-bar [type=submit]")
    page.click("#changes .card-head a")
    page.click(".history-change [type=submit]")
    expect(page.locator(".history > li")).to_have_count(3)
    project.refresh_from_db()
    assert project.lead_unit == "区府"


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_a_value_opens_its_source_by_key_and_all_of_them_fit_a_phone(
    page: Page, live_server, vocabulary: None
) -> None:
    user = make_user("manager", role="manager", all_parks=True)
    project = make_project("和邦光伏组件生产基地", agreed="2", lead_unit="区府" * 20, user=user)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}{project.get_absolute_url()}")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    mark = page.locator("[popovertarget=source-project-0-lead_unit]")
    mark.focus()
    page.keyboard.press("Enter")
    opened = page.locator("#source-project-0-lead_unit")
    expect(opened).to_be_visible()
    expect(opened).to_contain_text("manager")
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.click('a[href="?sources=1"]')
    expect(page.locator(".source-mark")).to_have_count(0)
    expect(page.locator(".facts .source-line").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_what_two_people_changed_is_chosen(page: Page, live_server, client, vocabulary: None) -> None:
    make_user("manager", role="manager", all_parks=True)
    client.force_login(make_user("张三", role="manager", all_parks=True))
    project = make_project("甲", park="shuangfu", agreed="2", lead_unit="区府")
    edit = f"{project.get_absolute_url()}edit/"
    other = opened(client, project)
    page.goto(f"{live_server.url}{edit}")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    amount = row_of(other, "commitments", kind="initial") + "amount"
    assert client.post(edit, other | {"lead_unit": "招商局", "site": "A1", amount: "3"}).status_code == 302
    page.fill("[name=lead_unit]", "经信委")
    page.fill(f"[name={amount}]", "4")
    page.fill("[name=remarks]", "我的")
    page.click(".confirm-bar [type=submit]")
    expect(page.locator(".conflict")).to_be_focused()
    expect(page.locator(".conflict tbody tr")).to_have_count(2)
    expect(page.locator(".taken-over tbody tr")).to_have_count(1)
    expect(page.locator("[name=site]")).to_have_value("A1")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.check(".conflict tr:has-text('经信委') [value=theirs]")
    page.check(".conflict tr:has-text('4.00') [value=mine]")
    page.click(".confirm-bar [type=submit]")
    expect(page).to_have_url(f"{live_server.url}{project.get_absolute_url()}")
    project.refresh_from_db()
    assert (project.lead_unit, project.site, project.remarks) == ("招商局", "A1", "我的")
    assert project.agreed_capital == 4 * YI


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_columns_are_chosen_and_a_view_is_saved(page: Page, live_server, vocabulary: None) -> None:
    make_user("manager", role="manager", all_parks=True)
    make_project("双福的", park="shuangfu", agreed="2")
    make_project("德感的", park="degan", agreed="3")
    page.goto(f"{live_server.url}/projects/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    expect(page.locator("#count-all")).to_have_text("2")
    page.evaluate("window.sameDocument = true")
    page.click(".pick-columns > summary")
    page.fill("[data-filter-list]", "到位率")
    expect(page.locator("#column-park")).to_be_hidden()
    page.check("#column-arrival_rate")
    expect(page.locator("thead")).to_contain_text("到位率")
    page.fill("[data-filter-list]", "")
    page.focus("#up-arrival_rate" if page.locator("#up-arrival_rate").count() else "#up-days_left")
    page.keyboard.press("Enter")
    expect(page.locator("thead th").last).to_contain_text("到位率")
    expect(page.locator("#column-park")).to_be_visible()  # the panel stayed open
    page.click("h1")
    page.click(".pick-conditions >> nth=1 >> summary")
    page.select_option("#f-column", "park")
    page.select_option("#f-op", "ne")
    page.fill("#f-value", "德感")
    page.click("#column-condition [type=submit]")
    expect(page.locator("#totals")).to_have_attribute("data-count", "1")
    assert page.evaluate("window.sameDocument")
    page.click(".tab-actions a >> nth=0")
    page.fill("[name=name]", "不在德感")
    page.click(".confirm-bar [type=submit]")
    expect(page.locator(".tabs [aria-current=page]")).to_contain_text("不在德感")
    page.click("#list-chips .chip a")
    expect(page.locator("#totals")).to_have_attribute("data-count", "2")
    expect(page.locator(".view-line")).to_contain_text("这里改过")
    page.click("nav.menu a >> text=园区")
    page.click("nav.menu a >> text=项目")
    expect(page.locator(".view-line")).to_contain_text("这里改过")
    expect(page.locator("thead")).to_contain_text("到位率")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
