"""What everybody does with their own account: password and language."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "another long password"


@pytest.fixture
def leader(client: Client) -> User:
    user = make_user("leader", "leader")
    client.force_login(user)
    return user


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None):
    data = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    return client.post("/accounts/password/", data)


def test_everybody_changes_their_own_password_and_stays_logged_in(leader: User, client: Client) -> None:
    elsewhere = Client()
    elsewhere.force_login(leader)
    assert change(client).status_code == 302
    leader.refresh_from_db()
    assert leader.check_password(NEW)
    assert client.get("/accounts/password/").status_code == 200
    assert elsewhere.get("/accounts/password/").status_code == 302


def test_the_change_is_in_the_history_and_the_password_is_not(leader: User, client: Client) -> None:
    change(client)
    last = leader.history.first()
    assert last.history_user == leader
    assert not hasattr(last, "password")


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong", NEW, NEW),
        (PASSWORD, NEW, "something else entirely"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "password123", "password123"),
        (PASSWORD, "1234567890123", "1234567890123"),
        (PASSWORD, "leader123", "leader123"),
        (PASSWORD, "", ""),
    ],
)
def test_a_password_that_will_not_do_is_refused(leader: User, client: Client, old: str, new: str, again: str) -> None:
    response = change(client, old, new, again)
    assert response.status_code == 422
    leader.refresh_from_db()
    assert leader.check_password(PASSWORD)
    for typed in filter(None, (old, new, again)):
        assert f'value="{typed}"' not in response.content.decode()


def test_nobody_changes_the_password_of_another(leader: User, client: Client) -> None:
    other = make_user("other", "recorder")
    assert client.post(f"/accounts/users/{other.pk}/password/", {"password": NEW}).status_code == 403
    other.refresh_from_db()
    assert other.check_password(PASSWORD)


def test_everybody_chooses_their_language(leader: User, client: Client) -> None:
    assert client.get("/")["Content-Language"] == "zh-hans"
    response = client.post("/accounts/language/", {"language": "en", "next": "/parks/?year=2020"})
    assert response["Location"] == "/parks/?year=2020"
    page = client.get("/")
    assert page["Content-Language"] == "en"
    assert '<html lang="en">' in page.content.decode()
    client.post("/accounts/language/", {"language": "zh-hans"})
    assert client.get("/")["Content-Language"] == "zh-hans"


def test_the_language_is_the_accounts_and_not_the_browsers(leader: User, client: Client) -> None:
    assert client.get("/", headers={"accept-language": "en"})["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("language", ["", "fr", "../../etc", "zh-hans\x00"])
def test_a_language_that_there_is_not_changes_nothing(leader: User, client: Client, language: str) -> None:
    assert client.post("/accounts/language/", {"language": language}).status_code == 302
    leader.refresh_from_db()
    assert leader.language == "zh-hans"


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_choosing_a_language_leads_nowhere_else(leader: User, client: Client, target: str) -> None:
    response = client.post("/accounts/language/", {"language": "en", "next": target})
    assert response["Location"] == "/"
