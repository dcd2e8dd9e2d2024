"""Logging in: one text for every failure, a lock after five of them, and no way around it."""

from __future__ import annotations

import datetime
import re

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def recorder(db: None) -> User:
    return make_user("recorder", "recorder")


def log_in(username: str = "recorder", password: str = PASSWORD, client: Client | None = None, **headers: str):
    return (client or Client()).post(LOGIN, {"username": username, "password": password}, **headers)


def fail(times: int, **headers: str) -> None:
    for __ in range(times):
        log_in(password="wrong", **headers)


def without_token(html: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]*|value="(recorder|nobody|sleeper)"', "", html)


def test_the_right_password_opens_the_own_desk(recorder: User) -> None:
    client = Client()
    response = log_in(client=client)
    assert response.status_code == 302
    assert response["Location"] == reverse("reports:my_page")
    assert client.get("/").status_code == 200


def test_the_page_that_was_asked_for_comes_after_the_login(recorder: User) -> None:
    client = Client()
    sent = client.get("/projects/?year=2020")
    response = client.post(
        sent["Location"], {"username": "recorder", "password": PASSWORD, "next": "/projects/?year=2020"}
    )
    assert response["Location"] == "/projects/?year=2020"


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com/", "javascript:alert(1)", "\\\\example.com"])
def test_the_login_leads_nowhere_else(recorder: User, target: str) -> None:
    response = Client().post(LOGIN, {"username": "recorder", "password": PASSWORD, "next": target})
    assert response["Location"] == reverse("reports:my_page")


def test_every_failure_says_the_same(recorder: User) -> None:
    sleeper = make_user("sleeper", "recorder")
    sleeper.is_active = False
    sleeper.save()
    pages = [
        log_in("recorder", "wrong"),
        log_in("nobody", "wrong"),
        log_in("sleeper", "wrong"),
        log_in("sleeper", PASSWORD),
    ]
    assert {page.status_code for page in pages} == {200}
    assert len({without_token(page.content.decode()) for page in pages}) == 1


def test_a_refused_password_is_not_sent_back(recorder: User) -> None:
    assert "geheim123" not in log_in(password="geheim123").content.decode()


def test_the_session_has_a_new_key_after_the_login(recorder: User) -> None:
    client = Client()
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    log_in(client=client)
    assert client.session.session_key != before


def test_five_failures_lock_for_a_quarter_of_an_hour(recorder: User) -> None:
    fail(4)
    assert log_in(password="wrong").status_code == 429  # the fifth
    locked = log_in()  # the right one comes too late
    assert locked.status_code == 429
    assert "15" in locked.content.decode()
    assert "accounts/locked.html" in [template.name for template in locked.templates]
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=14))
    assert log_in().status_code == 429


def test_the_lock_ends_after_a_quarter_of_an_hour(recorder: User) -> None:
    fail(5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=15, seconds=1))
    assert log_in().status_code == 302


def test_four_failures_and_a_success_begin_anew(recorder: User) -> None:
    fail(4)
    assert log_in().status_code == 302
    fail(4)
    assert log_in().status_code == 302


def test_an_unknown_name_is_locked_in_the_same_way(db: None) -> None:
    for __ in range(5):
        last = log_in("nobody", "wrong")
    assert last.status_code == 429


@pytest.mark.parametrize(
    "header",
    ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP", "HTTP_X_CLIENT_IP", "HTTP_VIA"],
)
def test_a_header_does_not_get_around_the_lock(recorder: User, header: str) -> None:
    for number in range(5):
        last = log_in(password="wrong", **{header: f"10.0.0.{number}"})
    assert last.status_code == 429
    assert log_in(**{header: "10.0.0.99"}).status_code == 429


@pytest.mark.parametrize("other", [" recorder", "recorder ", "RECORDER", "ｒｅｃｏｒｄｅｒ", "Recorder"])
def test_another_spelling_does_not_get_around_the_lock(recorder: User, other: str) -> None:
    fail(5)
    response = log_in(other)
    assert response.status_code in {200, 429}
    assert not response.wsgi_request.user.is_authenticated


def test_the_lock_is_the_names_and_the_addresses_alone(recorder: User) -> None:
    """Nobody shuts another one out from elsewhere, or everybody behind one address."""
    make_user("manager", "manager", all_parks=True)
    fail(5)
    assert log_in("manager").status_code == 302
    assert log_in(REMOTE_ADDR="10.9.9.9").status_code == 302


def test_the_lock_does_not_end_sessions(recorder: User) -> None:
    client = Client()
    log_in(client=client)
    fail(5)
    assert client.get("/").status_code == 200


def test_the_admin_sites_login_is_locked_too(db: None) -> None:
    make_user("chief", "admin")
    for __ in range(5):
        log_in("chief", "wrong")
    response = Client().post("/admin/login/", {"username": "chief", "password": PASSWORD})
    assert response.status_code == 429


def test_who_is_logged_in_is_not_asked_again(recorder: User) -> None:
    client = Client()
    client.force_login(recorder)
    assert client.get(LOGIN).status_code == 302


def test_the_login_page_is_chinese_whatever_the_browser_asks_for(db: None) -> None:
    response = Client().get(LOGIN, headers={"accept-language": "en"})
    assert response["Content-Language"] == "zh-hans"
    assert '<html lang="zh-CN">' in response.content.decode()
