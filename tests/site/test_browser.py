"""What a browser sees of the site itself."""

import pytest
from playwright.sync_api import Page

from accounts.demo import make_demo_accounts

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASSWORD = "Xie-Xie-2020-Jiangjin"


def test_login_works_and_nothing_comes_from_elsewhere(page: Page, live_server) -> None:
    """Every request goes to our own origin, and the content policy blocks nothing (the fixture fails on errors)."""
    make_demo_accounts(PASSWORD)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/")
    page.fill("input[name=username]", "leader")
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url(f"{live_server.url}/")
    assert page.locator("main").is_visible()
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
