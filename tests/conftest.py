"""Fixtures that every room's tests may use."""

import gc
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# A test makes and drops very many objects that refer to none of each other: looking for circles after each 700 of them,
# as Python does, takes a tenth of the time.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """What one test made the process remember is not true in the next."""
    cache.clear()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The machine's Chromium. A missing one fails the test, for a skipped browser test tells nobody anything."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    raise AssertionError("No Chromium on this machine (Debian: apt-get install chromium).")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor: Chinese, on a desk screen."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, live_server) -> Iterator[Page]:
    """A page of that visitor on the running site: `page.goto(f"{live_server.url}/")`.

    What the page logs as an error (a blocked script, a missing file) fails the test.
    """
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    yield page
    # A refused form answers 4xx on purpose, and Chromium logs that.
    troubles = [text for text in troubles if "the server responded with a status of 4" not in text]
    assert not troubles, troubles


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The product's own parks, clusters and chains are there as after an installation, made once and not a test.

    A test with transactions empties the database behind it: those run last, and `vocabulary` makes them anew.
    """
    with django_db_blocker.unblock():
        _load_vocabulary()


def _load_vocabulary() -> None:
    from parks.models import Park
    from reports.vocabulary import load_vocabulary

    if not Park.objects.exists():
        load_vocabulary()


@pytest.fixture(scope="module")
def shared_data(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What a module's own fixtures make is made once, seen by all of its tests, and gone at its end.

    Holds the product's parks, clusters and chains. The module's tests need the mark `django_db`, not with transactions.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        _load_vocabulary()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="class")
def class_data(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As `shared_data`, for the tests of one class: those beside it see nothing of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        _load_vocabulary()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def vocabulary(db: None) -> None:
    """The product's own parks, clusters and chains."""
    _load_vocabulary()
