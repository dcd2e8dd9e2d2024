"""A project's page and the grid of months on paper, and the tables of capital on a phone, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from projects.models import Milestone, Project
from tests.builders import PASSWORD, make_project, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ON_SCREEN_ONLY = ".note-form, .follow-up, .folded, .card-foot > a, .facts a[href*='#'], select"
OUT_OF_SIGHT = """(box) => [...document.querySelectorAll(box)].filter((one) => {
  const edge = one.getBoundingClientRect();
  return edge.width > 0 && (edge.right > innerWidth || edge.left < 0);
}).length"""


def opened(page: Page, base: str, path: str) -> None:
    page.goto(f"{base}{path}")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")


@pytest.fixture
def project(vocabulary: None) -> Project:
    make_user("manager", role="manager", all_parks=True)
    found = make_project("甲", agreed="1234.56", signed="2020-06-30", arrivals={"2020-07": "1234567.89"})
    found.arrivals.update(currency="USD", original_amount=100, rate="6.5", rate_on="2020-07-31", note="第一笔资本金")
    Milestone.objects.create(project=found, kind="other", name="8000平方米展示中心投用", planned_on="2021-06")
    return found


def test_on_paper_nothing_is_asked_and_the_months_fit(page: Page, live_server, project: Project) -> None:
    page.set_viewport_size({"width": 1100, "height": 900})
    opened(page, live_server.url, project.get_absolute_url())
    expect(page.locator(".note-form")).to_be_visible()
    page.emulate_media(media="print")
    assert [one.inner_text() for one in page.locator(ON_SCREEN_ONLY).all() if one.is_visible()] == []
    page.emulate_media(media="screen")
    page.goto(f"{live_server.url}/arrivals/?months=2020")
    page.emulate_media(media="print")
    assert not page.locator("select >> visible=true").count()
    assert page.evaluate(OUT_OF_SIGHT, ".grid-input td") == 0
    cut = (
        "[...document.querySelectorAll('.grid-input input')].filter((box) => box.scrollWidth > box.clientWidth).length"
    )
    assert page.evaluate(cut) == 0


def test_on_a_phone_every_cell_of_the_capital_is_in_sight(page: Page, live_server, project: Project) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, live_server.url, project.get_absolute_url())
    assert page.evaluate(OUT_OF_SIGHT, ".capital-grid td, .capital-grid a") == 0
    assert page.locator("#arrivals .row-actions a").first.bounding_box()["height"] >= 24


def test_a_rate_stands_flush_below_its_amount_and_the_note_has_room(page: Page, live_server, project: Project) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, live_server.url, project.get_absolute_url())
    right = """(cell) => { const text = document.createRange(); text.selectNodeContents(cell.firstChild);
      return Math.round(text.getBoundingClientRect().right); }"""
    amount, total = (
        page.locator("#arrivals .capital-grid tbody td.num").first,
        page.locator("#arrivals .capital-grid tfoot td.num"),
    )
    assert page.locator("#arrivals .capital-grid tbody td.num .source-mark").count() == 1
    assert amount.evaluate(right) == total.evaluate(right)
    align = "(one) => getComputedStyle(one).textAlign"
    assert page.locator("#arrivals .capital-grid td.num .below").evaluate(align) == "right"
    assert page.locator("#arrivals .entry-note").bounding_box()["width"] >= 100


def test_the_mark_of_the_day_covers_no_name_and_stays_in_its_card(page: Page, live_server, project: Project) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, live_server.url, project.get_absolute_url() + "?as_of=2020-12-31")
    mark = page.locator(".milestones .as-of").bounding_box()
    line = page.locator(".milestones").bounding_box()
    tops = [one.bounding_box()["y"] for one in page.locator(".milestones .name").all()]
    assert line["x"] <= mark["x"]
    assert mark["x"] + mark["width"] <= line["x"] + line["width"]
    assert mark["y"] + mark["height"] <= min(tops)
    knots = {round(one.bounding_box()["y"]) for one in page.locator(".milestones .knot").all()}
    assert len(knots) == 1


def test_the_keys_of_a_spreadsheet_move_in_the_grid(page: Page, live_server, project: Project) -> None:
    opened(page, live_server.url, "/arrivals/?months=2020")
    other = make_project("乙")
    page.goto(f"{live_server.url}/arrivals/?months=2020")

    def at(of: Project, month: int) -> None:
        expect(page.locator(f"[name=c-{of.pk}-{month}]")).to_be_focused()

    page.click(f"[name=c-{other.pk}-3]")
    page.keyboard.type("12")
    page.keyboard.press("ArrowLeft")
    at(other, 2)
    page.keyboard.press("End")
    at(other, 12)
    page.keyboard.press("Home")
    at(other, 1)
    page.keyboard.press("Control+End")
    last = page.evaluate("document.activeElement.name")
    page.keyboard.press("Control+Home")
    first = page.evaluate("document.activeElement.name")
    assert {first, last} == {f"c-{a.pk}-{month}" for a, month in _corners(project, other)}
    # A box that is clicked again is edited: the arrow stays in its text.
    page.click(f"[name=c-{other.pk}-3]")
    page.click(f"[name=c-{other.pk}-3]")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("5")
    at(other, 3)
    expect(page.locator(f"[name=c-{other.pk}-3]")).to_have_value("152")
    expect(page.get_by_label("乙 3月")).to_have_count(1)


def _corners(*projects: Project) -> list[tuple[Project, int]]:
    ordered = sorted(projects, key=lambda one: one.code)
    return [(ordered[0], 1), (ordered[-1], 12)]
