"""The log: one chain, which tells what was changed or taken out; read by administrators and auditors."""

from __future__ import annotations

import threading

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.auditing import START, breaks, record_event
from accounts.models import Action, AuditEvent, Result, User
from tests.builders import make_user

pytestmark = pytest.mark.django_db


def log(number: int = 1, user: User | None = None, subject: str = "项目") -> AuditEvent:
    for __ in range(number):
        event = record_event(
            user=user,
            action=Action.EXPORT,
            subject=subject,
            address="10.0.0.7",
            form="xlsx",
            rows=12,
            query="year=2020",
        )
    return event


def test_each_event_holds_the_seal_of_the_one_before() -> None:
    first, second, third = (log() for __ in range(3))
    assert (first.former, second.former, third.former) == (START, first.digest, second.digest)
    assert [event.number for event in (first, second, third)] == [1, 2, 3]
    assert list(breaks()) == []


def test_who_what_when_and_from_where_is_kept() -> None:
    user = make_user("leader", "leader")
    event = AuditEvent.objects.get(pk=log(user=user).pk)
    assert (event.user, event.username, event.subject, event.address) == (user, "leader", "项目", "10.0.0.7")
    assert (event.detail["rows"], event.detail["query"], event.result) == (12, "year=2020", Result.DONE)


CHANGES = [
    {"username": "somebody"},
    {"subject": "园区"},
    {"detail": {"form": "xlsx", "rows": 1, "query": "year=2020"}},
    {"address": "10.0.0.8"},
    {"result": "failed"},
    {"digest": "f" * 64},
    {"at": "2020-01-01T00:00:00+08:00"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_changed_event_is_found(change: dict) -> None:
    log(5)
    AuditEvent.objects.filter(number=3).update(**change)
    assert {number for number, __ in breaks()} <= {3, 4}
    assert (3, "changed") in list(breaks())


def test_an_event_that_was_taken_out_is_found() -> None:
    log(5)
    AuditEvent.objects.filter(number=3).delete()
    assert list(breaks()) == [(4, "former")]
    AuditEvent.objects.filter(number__lt=3).delete()
    assert list(breaks()) == [(4, "former")]


def test_an_account_may_go_and_the_log_still_says_who_it_was() -> None:
    user = make_user("gone", "leader")
    log(user=user)
    user.delete()
    event = AuditEvent.objects.get()
    assert (event.user, event.username) == (None, "gone")
    assert list(breaks()) == []


def test_the_database_keeps_it_one_chain() -> None:
    first = log(2)
    row = AuditEvent.objects.values().get(pk=first.pk) | {"id": None, "number": 9, "digest": "a" * 64}
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.create(**row)


def test_check_data_says_where_it_broke(capsys: pytest.CaptureFixture[str]) -> None:
    log(3)
    call_command("check_data")
    AuditEvent.objects.filter(number=2).update(subject="别的")
    with pytest.raises(SystemExit):
        call_command("check_data")
    lines = [line for line in capsys.readouterr().out.splitlines() if "2" in line and "日志" in line]
    assert len(lines) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_form_one_chain() -> None:
    troubles: list[BaseException] = []

    def write() -> None:
        try:
            log(5)
        except BaseException as error:
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for __ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert AuditEvent.objects.count() == 20
    assert list(breaks()) == []


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("auditor", 200), ("manager", 403), ("leader", 403)])
def test_the_page_is_the_administrators_and_the_auditors(client: Client, role: str, status: int) -> None:
    client.force_login(make_user("reader", role, all_parks=True))
    assert client.get("/accounts/log/").status_code == status
    menu = client.get("/lights/").content.decode()
    assert ("/accounts/log/" in menu) == (status == 200)
    assert ("/accounts/users/" in menu) == (role == "admin")


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(make_user("auditor", "auditor"))
    return client


def shown(client: Client, query: str = "") -> list[int]:
    return [line.event.number for line in client.get(f"/accounts/log/?{query}").context["lines"]]


def test_the_page_narrows_by_person_day_and_result(auditor: Client) -> None:
    one, two = make_user("one", "leader"), make_user("two", "leader")
    log(user=one)
    log(user=two)
    record_event(user=two, action=Action.EXPORT, subject="园区", result=Result.FAILED)
    AuditEvent.objects.filter(number=1).update(at="2020-06-30T23:59:00+08:00")
    assert shown(auditor) == [3, 2, 1]
    assert shown(auditor, f"person={two.pk}") == [3, 2]
    assert shown(auditor, "result=failed") == [3]
    assert shown(auditor, "action=export&until=2020-06-30") == [1]
    assert shown(auditor, "since=2020-07") == [3, 2]
    assert shown(auditor, "since=never") == []
    assert shown(auditor, "person=999999") == []


def test_the_page_is_paged_and_asks_constantly(auditor: Client, django_assert_max_num_queries) -> None:
    log(120, user=make_user("one", "leader"))
    with django_assert_max_num_queries(11):
        assert len(shown(auditor)) == 50
    assert shown(auditor, "page=3") == list(range(20, 0, -1))


def test_the_page_shows_what_an_event_says(auditor: Client) -> None:
    record_event(user=None, action=Action.EXPORT, subject="<b>项目</b>", form="csv", rows=1234, conditions="园区 双福")
    html = auditor.get("/accounts/log/").content.decode()
    assert "&lt;b&gt;项目" in html
    assert "1,234" in html
    assert "园区 双福" in html
    assert AuditEvent.objects.get().digest[:16] in html
    record_event(
        user=None, action=Action.EXPORT, subject="月报", form="xlsx", rows=15, sheets=[["总体", 12], ["<i>", 3]]
    )
    assert "总体 12 · &lt;i&gt; 3" in auditor.get("/accounts/log/").content.decode()


def test_an_administrator_takes_the_right_to_export_away(client: Client) -> None:
    client.force_login(make_user("chief", "admin"))
    leader = make_user("leader", "leader")
    assert leader.may_export
    page = client.get("/accounts/users/new/").content.decode()
    assert 'name="may_export"' in page
    assert client.get("/accounts/users/new/").context["form"]["may_export"].value() is True
    sent = {"username": "leader", "display_name": "领导", "role": "leader", "is_active": "on"}
    assert client.post(f"/accounts/users/{leader.pk}/", sent).status_code == 302
    leader.refresh_from_db()
    assert not leader.may_export
    assert leader.history.first().may_export is False
