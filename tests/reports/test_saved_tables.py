"""Saved tables: whose they are, who sees them, and that they open with the figures of what one may see oneself."""

from __future__ import annotations

import io
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client

from accounts.models import AuditEvent
from reports.models import SavedTable
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
NEW = "/reports/saved/new/"


def save(
    client: Client, name: str = "月报", audience: str = "private", query: str = "rows=cluster&year=2020"
) -> SavedTable:
    response = client.post(f"{NEW}?{query}", {"name": name, "audience": audience})
    assert response.status_code == 302, response.content.decode()
    return SavedTable.objects.latest("id")


def logged_in(name: str, role: str = "leader") -> Client:
    client = Client()
    client.force_login(make_user(name, role))
    return client


def test_the_year_and_the_day_are_those_of_then(leader: Client) -> None:
    table = save(leader, query="rows=cluster&cols=none&year=2020&as_of=2020-08-31&compare=&measures=agreed&evil=1")
    assert table.query == "rows=cluster&cols=none&measures=agreed&compare="
    leader.post(f"{NEW}?rows=cluster&year=2020", {"name": "固定", "audience": "private", "with_year": "on"})
    assert SavedTable.objects.get(name="固定").query == "rows=cluster&year=2020"
    response = leader.get(table.get_absolute_url())
    assert response.status_code == 200
    assert table.name in response.content.decode()


@pytest.mark.parametrize(
    ("period", "kept", "opens"),
    [
        ("2020Q2", "Q2", "2019Q2"),
        ("2020-06", "-06", "2019-06"),
        ("2020-none", "-none", "2019-none"),
        ("2020", "", "2019"),
        ("all", "all", "all"),
        ("Q2", "Q2", "2019Q2"),
    ],
)
def test_a_period_is_that_of_the_year_that_is_looked_at(leader: Client, period: str, kept: str, opens: str) -> None:
    table = save(leader, query=f"rows=cluster&cols=none&period={period}")
    assert table.query == "rows=cluster&cols=none" + (f"&period={kept}" if kept else "")
    page = leader.get(f"{table.get_absolute_url()}&year=2019")
    assert page.context["asked"].period.code == opens
    assert not page.context["passed_over"]


@pytest.mark.parametrize(
    ("query", "opens"), [("period=2020Q2", "2020Q2"), ("as_of=2020-08-31", "2020"), ("year=2020&period=Q2", "2020Q2")]
)
def test_its_owner_fixes_the_year_that_is_shown(leader: Client, query: str, opens: str) -> None:
    data = {"name": "固定", "audience": "private", "with_year": "on"}
    assert leader.post(f"{NEW}?rows=cluster&cols=none&{query}", data).status_code == 302
    table = SavedTable.objects.get()
    assert leader.get(table.get_absolute_url()).context["asked"].period.code == opens


def test_who_sees_it(leader: Client) -> None:
    private = save(leader, "自己的")
    shared = save(leader, "大家的", "everybody")
    group = save(leader, "领导的", "leader")
    colleague, auditor = logged_in("colleague"), logged_in("auditor", "auditor")
    for client, names in ((leader, {private, shared, group}), (colleague, {shared, group}), (auditor, {shared})):
        assert set(client.get("/reports/saved/").context["tables"]) == names
    # One that is not seen is not opened by its number either.
    assert private.name not in colleague.get(private.get_absolute_url()).content.decode()
    assert colleague.get(f"/reports/saved/{private.pk}/").status_code == 404


def test_only_the_owner_and_the_administrator_change_it(leader: Client) -> None:
    shared = save(leader, "大家的", "everybody")
    colleague, admin = logged_in("colleague"), logged_in("chief", "admin")
    change = {"name": "改名", "audience": "private"}
    assert colleague.get(f"/reports/saved/{shared.pk}/").status_code == 403
    assert colleague.post(f"/reports/saved/{shared.pk}/", change).status_code == 403
    assert colleague.post(f"/reports/saved/{shared.pk}/remove/").status_code == 403
    assert leader.post(f"/reports/saved/{shared.pk}/", {"name": "新名", "audience": "everybody"}).status_code == 302
    assert SavedTable.objects.get().name == "新名"
    assert admin.post(f"/reports/saved/{shared.pk}/remove/").status_code == 302
    assert not SavedTable.objects.exists()
    assert [row.history_type for row in SavedTable.history.order_by("history_id")] == ["+", "~", "-"]
    assert SavedTable.history.latest().history_user.username == "chief"


def test_a_name_is_given_once_and_the_open_table_is_replaced(leader: Client) -> None:
    table = save(leader, query="rows=cluster")
    again = leader.post(f"{NEW}?rows=park", {"name": "月报", "audience": "private"})
    assert again.status_code == 422
    assert leader.post(f"{NEW}?rows=stage&saved={table.pk}", {"name": "月报", "audience": "private"}).status_code == 302
    table.refresh_from_db()
    assert table.query == "rows=stage"
    other = save(leader, "另一张")
    assert leader.post(f"/reports/saved/{other.pk}/", {"name": "月报", "audience": "private"}).status_code == 422
    # Somebody else's table is not replaced by one of the same name: one gets one's own.
    SavedTable.objects.filter(pk=table.pk).update(audience="everybody")
    colleague = logged_in("colleague")
    mine = save(colleague, query=f"rows=source&saved={table.pk}")
    assert mine.pk != table.pk
    table.refresh_from_db()
    assert table.query == "rows=stage"


def test_wrong_names_are_told(leader: Client) -> None:
    for data in (
        {"name": " ", "audience": "private"},
        {"name": "x" * 61, "audience": "private"},
        {"name": "a", "audience": "nobody"},
    ):
        assert leader.post(NEW, data).status_code == 422
    assert not SavedTable.objects.exists()


def test_a_shared_table_shows_each_what_one_may_see(vocabulary: None, leader: Client, settings: object) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True  # type: ignore[attr-defined]
    make_project(park="shuangfu", agreed="3")
    make_project(park="degan", agreed="4")
    table = save(leader, "大家的", "everybody", "rows=park&cols=none&period=all&compare=")
    client = Client()
    client.force_login(make_user("own", "recorder", parks=["shuangfu"]))
    assert client.get(table.get_absolute_url()).context["grid"].rows[-1].cells[1].value == 1
    assert leader.get(table.get_absolute_url()).context["grid"].rows[-1].cells[1].value == 2


def test_after_saving_one_is_still_at_the_year_and_the_day(leader: Client) -> None:
    seen = "rows=cluster&cols=none&period=2019Q2&as_of=2019-08-31"
    response = leader.post(f"{NEW}?{seen}", {"name": "季度", "audience": "private"}, follow=True)
    table = SavedTable.objects.get()
    assert table.query == "rows=cluster&cols=none&period=Q2"  # neither is kept
    asked = response.context["asked"]
    assert (asked.period.code, f"{asked.day}") == ("2019Q2", "2019-08-31")
    assert response.context["saved"] == table
    assert leader.get(table.get_absolute_url()).context["asked"].shown.year != 2019
    data = {"name": "固定", "audience": "private", "with_year": "on"}
    address = leader.post(f"{NEW}?{seen}", data)["Location"]
    assert address.count("year=") == 1
    assert leader.get(address).context["asked"].period.code == "2019Q2"


def test_a_day_that_is_none_is_not_returned_to(leader: Client) -> None:
    address = leader.post(f"{NEW}?rows=cluster&as_of=soon", {"name": "月报", "audience": "private"})["Location"]
    assert address == SavedTable.objects.get().get_absolute_url()


def test_the_files_of_a_saved_table_carry_its_name(vocabulary: None) -> None:
    manager = logged_in("manager", "manager")
    make_project("甲", park="shuangfu", cluster="materials", agreed="1")
    table = save(manager, "报区委：集群", query="rows=cluster&cols=none&measures=agreed")
    query = table.get_absolute_url().partition("?")[2]
    file = manager.get(f"/reports/statistics/export.xlsx?{query}")
    assert unquote(file["Content-Disposition"]).partition("''")[2].startswith("报区委：集群-")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content)))  # type: ignore[arg-type]
    assert book.sheetnames[0] == "报区委：集群"
    about = {f"{cell.value}" for row in book.worksheets[-1] for cell in row}
    assert {"报区委：集群", "统计 按产业集群统计"} <= about
    logged = AuditEvent.objects.latest("id")
    assert logged.subject == "报区委：集群"
    assert "统计 按产业集群统计" in str(logged.detail)
    lines = manager.get(f"/reports/statistics/export.csv?{query}")
    assert unquote(lines["Content-Disposition"]).partition("''")[2].startswith("报区委：集群-")
    # Somebody else's own table gives no name away.
    other = logged_in("other", "manager").get(f"/reports/statistics/export.csv?{query}")
    assert unquote(other["Content-Disposition"]).partition("''")[2].startswith("按产业集群统计-")
