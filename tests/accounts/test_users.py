"""The administrator's page of accounts: made, changed, given a new password, shut out. Never the last administrator."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.demo import DEMO, is_demo_register, make_demo_accounts
from accounts.models import User
from accounts.people import save_account
from parks.models import Park
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db
NEW = "another long password"


@pytest.fixture
def chief(vocabulary: None, client: Client) -> User:
    """The administrator, logged in."""
    user = make_user("chief", "admin")
    client.force_login(user)
    return user


def typed(
    username: str = "newcomer", role: str = "recorder", parks: tuple[str, ...] = ("shuangfu",), **more: str
) -> dict:
    """What the form of an account sends."""
    ids = [str(pk) for pk in Park.objects.filter(code__in=parks).values_list("pk", flat=True)]
    return {"username": username, "display_name": "张三", "role": role, "parks": ids, "email": "", **more}


def test_accounts_are_listed_with_what_they_may_write(chief: User, client: Client) -> None:
    make_user("recorder", "recorder", parks=["shuangfu", "degan"])
    html = client.get("/accounts/users/").content.decode()
    assert "双福、德感" in html
    assert "chief" in html


def test_a_new_account_can_log_in_at_once(chief: User, client: Client) -> None:
    response = client.post("/accounts/users/new/", typed(password=NEW))
    assert response.status_code == 302
    user = User.objects.get(username="newcomer")
    assert (user.role, user.is_active, user.is_staff, user.all_parks) == ("recorder", True, False, False)
    assert [park.code for park in user.parks.all()] == ["shuangfu"]
    assert user.history.first().history_user == chief
    assert Client().post("/accounts/login/", {"username": "newcomer", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"username": "chief"}, ["username"]),
        ({"username": ""}, ["username"]),
        ({"username": "a b"}, ["username"]),
        ({"display_name": ""}, ["display_name"]),
        ({"role": "emperor"}, ["role"]),
        ({"parks": []}, ["parks"]),
        ({"parks": ["999"]}, ["parks"]),
        ({"password": ""}, ["password"]),
        ({"password": "123"}, ["password"]),
        ({"password": "newcomer1"}, ["password"]),
        ({"username": "", "password": "123"}, ["username", "password"]),
        ({"email": "nothing"}, ["email"]),
    ],
)
def test_what_will_not_do_is_refused_and_kept(chief: User, client: Client, changes: dict, wrong: list[str]) -> None:
    response = client.post("/accounts/users/new/", {**typed(password=NEW), **changes})
    assert response.status_code == 422
    assert sorted(response.context["form"].errors) == sorted(wrong)
    assert User.objects.count() == 1
    html = response.content.decode()
    assert NEW not in html
    if "display_name" not in changes:
        assert 'value="张三"' in html


def test_leaders_and_auditors_need_no_parks(chief: User, client: Client) -> None:
    for role in ("leader", "auditor"):
        assert client.post("/accounts/users/new/", typed(role, role, (), password=NEW)).status_code == 302


def test_an_administrator_enters_the_admin_site_and_others_do_not(chief: User, client: Client) -> None:
    client.post("/accounts/users/new/", typed("second", "admin", (), password=NEW))
    second = User.objects.get(username="second")
    assert second.is_staff
    assert second.is_superuser
    client.post(f"/accounts/users/{second.pk}/", typed("second", "leader", (), is_active="on"))
    second.refresh_from_db()
    assert not second.is_staff
    assert not second.is_superuser


def test_the_database_holds_role_and_staff_together(chief: User) -> None:
    leader = make_user("leader", "leader")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=leader.pk).update(is_superuser=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=leader.pk).update(role="emperor")


def test_role_parks_and_name_are_changed_with_their_history(chief: User, client: Client) -> None:
    user = make_user("recorder", "recorder", parks=["shuangfu"])
    sent = typed("recorder", "manager", ("degan", "luohuang"), is_active="on")
    assert client.post(f"/accounts/users/{user.pk}/", sent).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.role, user.display_name) == ("manager", "张三")
    assert {park.code for park in user.parks.all()} == {"degan", "luohuang"}
    # A park brings the ones inside it.
    assert Park.objects.get(code="luohuang-smart-home").pk in user.writable_park_ids
    assert user.check_password(PASSWORD)
    last = user.history.first()
    assert last.history_user == chief
    assert {row.park.code for row in last.parks.all()} == {"degan", "luohuang"}


def test_an_account_is_shut_out_and_let_in_again(chief: User, client: Client) -> None:
    user = make_user("recorder", "recorder", parks=["shuangfu"])
    visitor = Client()
    visitor.force_login(user)
    client.post(f"/accounts/users/{user.pk}/", typed("recorder"))  # the box is not ticked
    assert visitor.get("/").status_code == 302
    assert Client().post("/accounts/login/", {"username": "recorder", "password": PASSWORD}).status_code == 200
    client.post(f"/accounts/users/{user.pk}/", typed("recorder", is_active="on"))
    assert Client().post("/accounts/login/", {"username": "recorder", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("changes", [{"role": "leader", "is_active": "on"}, {"role": "admin"}])
def test_the_last_administrator_stays(chief: User, client: Client, changes: dict[str, str]) -> None:
    make_user("shut", "admin")
    User.objects.filter(username="shut").update(is_active=False)
    response = client.post(f"/accounts/users/{chief.pk}/", {**typed("chief", "admin", ()), **changes})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()
    chief.refresh_from_db()
    assert (chief.role, chief.is_active) == ("admin", True)
    # The page shows the account as it is stored.
    assert response.context["account"].role == "admin"


def test_one_of_two_administrators_may_go(chief: User, client: Client) -> None:
    second = make_user("second", "admin")
    response = client.post(f"/accounts/users/{second.pk}/", typed("second", "leader", (), is_active="on"))
    assert response.status_code == 302


def test_a_new_password_for_somebody_ends_their_sessions(chief: User, client: Client) -> None:
    user = make_user("recorder", "recorder", parks=["shuangfu"])
    visitor = Client()
    visitor.force_login(user)
    assert client.post(f"/accounts/users/{user.pk}/password/", {"password": NEW}).status_code == 302
    assert visitor.get("/").status_code == 302
    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("password", ["", "123", "password123", "recorder1"])
def test_a_weak_new_password_is_refused(chief: User, client: Client, password: str) -> None:
    user = make_user("recorder", "recorder", parks=["shuangfu"])
    response = client.post(f"/accounts/users/{user.pk}/password/", {"password": password})
    assert response.status_code == 422
    assert check_password(PASSWORD, User.objects.get(pk=user.pk).password)


def test_accounts_that_do_not_exist_are_404(chief: User, client: Client) -> None:
    assert client.get("/accounts/users/9999/").status_code == 404
    assert client.get("/accounts/users/9999/password/").status_code == 404


def test_names_with_markup_are_shown_as_text(chief: User, client: Client) -> None:
    client.post("/accounts/users/new/", typed(password=NEW, display_name="<script>alert(1)</script>"))
    assert "<script>alert" not in client.get("/accounts/users/").content.decode()


def test_the_number_of_queries_does_not_grow(chief: User, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/accounts/users/")
        return len(captured)

    make_user("first", "recorder", parks=["shuangfu"])
    queries()
    few = queries()
    for number in range(10):
        make_user(f"u{number}", "recorder", parks=["shuangfu", "degan"])
    assert queries() == few
    assert few < 12


def test_demo_accounts_have_every_role_once_and_one_password(vocabulary: None) -> None:
    accounts = make_demo_accounts(NEW)
    assert {account.role for account in accounts} == {"recorder", "manager", "leader", "auditor", "admin"}
    assert all(account.is_demo and account.check_password(NEW) for account in accounts)
    again = make_demo_accounts("yet another password")
    assert len(again) == User.objects.count() == len(DEMO)
    assert all(account.check_password("yet another password") for account in again)
    assert is_demo_register()


def test_a_real_account_of_a_demo_accounts_name_is_left_alone(vocabulary: None) -> None:
    real = make_user("admin", "admin")
    make_demo_accounts(NEW)
    real.refresh_from_db()
    assert not real.is_demo
    assert real.check_password(PASSWORD)


def test_the_demo_button_is_there_only_with_a_demo(chief: User, client: Client) -> None:
    assert "clear-demo" not in client.get("/accounts/users/").content.decode()
    make_demo_accounts(NEW)
    assert "clear-demo" in client.get("/accounts/users/").content.decode()


def test_an_account_is_saved_as_a_whole_or_not_at_all(chief: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user = User(username="half", display_name="half")
    with pytest.raises(ValueError, match="parks"):
        save_account(user=user, role="recorder", parks=_broken(), all_parks=False, password=NEW)
    assert not User.objects.filter(username="half").exists()


def _broken():
    raise ValueError("parks")
    yield
