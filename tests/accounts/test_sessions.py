"""How long a session lasts, and what ends it at once."""

from __future__ import annotations

import datetime
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import middleware
from accounts.models import User
from accounts.people import set_password
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder(db: None) -> User:
    return make_user("recorder", "recorder")


def logged_in() -> Client:
    client = Client()
    response = client.post("/accounts/login/", {"username": "recorder", "password": PASSWORD})
    assert response.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/password/").status_code == 200


def test_the_cookie_is_for_the_server_alone(recorder: User, settings) -> None:
    cookie = logged_in().cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_logging_out_ends_the_session_on_the_server(recorder: User) -> None:
    client = logged_in()
    copy = client.cookies["sessionid"].value
    assert client.post("/accounts/logout/").status_code == 302
    thief = Client()
    thief.cookies["sessionid"] = copy
    assert not is_in(thief)


def test_a_link_cannot_log_out(recorder: User) -> None:
    client = logged_in()
    assert client.get("/accounts/logout/").status_code == 405
    assert is_in(client)


def test_a_session_ends_half_an_hour_after_its_last_page(recorder: User) -> None:
    client = logged_in()
    assert is_in(client)
    session = Session.objects.get()
    left = session.expire_date - timezone.now()
    assert datetime.timedelta(minutes=29) < left <= datetime.timedelta(minutes=30)
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
    assert not is_in(client)


def test_a_page_pushes_the_end_out(recorder: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = logged_in()
    is_in(client)
    Session.objects.update(expire_date=timezone.now() + datetime.timedelta(minutes=1))
    later = time.time() + middleware.SEEN_EVERY + 1
    monkeypatch.setattr(middleware.time, "time", lambda: later)
    assert is_in(client)
    assert Session.objects.get().expire_date > timezone.now() + datetime.timedelta(minutes=29)


def test_pages_in_the_same_minute_write_no_session(recorder: User) -> None:
    client = logged_in()
    is_in(client)
    before = Session.objects.get().session_data
    is_in(client)
    assert Session.objects.get().session_data == before


def test_a_session_ends_twelve_hours_after_its_login_however_busy(
    recorder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in()
    assert is_in(client)
    start = time.time()
    for hours in (3, 6, 9, 11.9):
        monkeypatch.setattr(middleware.time, "time", lambda hours=hours: start + hours * 3600)
        assert is_in(client)
    monkeypatch.setattr(middleware.time, "time", lambda: start + 12 * 3600 + 60)
    assert not is_in(client)
    monkeypatch.undo()
    assert not is_in(client)


def test_a_deactivated_account_is_out_on_its_next_page(recorder: User) -> None:
    client = logged_in()
    User.objects.filter(pk=recorder.pk).update(is_active=False)
    assert not is_in(client)
    assert client.post("/accounts/login/", {"username": "recorder", "password": PASSWORD}).status_code == 200


def test_a_new_password_ends_all_sessions(recorder: User) -> None:
    clients = [logged_in(), logged_in()]
    set_password(user=recorder, password="a new long password")
    assert not any(is_in(client) for client in clients)


def test_a_deleted_account_is_out_on_its_next_page(recorder: User) -> None:
    client = logged_in()
    User.objects.get(pk=recorder.pk).delete()
    assert not is_in(client)


def test_a_role_that_was_taken_away_counts_at_once(db: None) -> None:
    chief = make_user("chief", "admin")
    make_user("other", "admin")
    client = Client()
    client.force_login(chief)
    assert client.get("/accounts/users/").status_code == 200
    User.objects.filter(pk=chief.pk).update(role="leader", is_staff=False, is_superuser=False)
    assert client.get("/accounts/users/").status_code == 403
