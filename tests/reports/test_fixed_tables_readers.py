"""A fixed table and who reads it: another account, other parks, other things followed, later."""

from __future__ import annotations

import datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from parks.models import Park
from projects.models import Follow, Project
from reports import fixed_views
from reports.models import FixedTable
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
TABLE = "/reports/statistics/fix/?rows=park&cols=none&year=2020&compare="


@pytest.fixture
def manager(vocabulary: None) -> Client:
    return logged_in("王某", "manager", all_parks=True)


@pytest.fixture
def recorder(vocabulary: None, settings: Any) -> Client:
    """Sees 双福 alone."""
    settings.RECORDERS_SEE_OWN_PARKS = True
    return logged_in("录", "recorder", parks=["shuangfu"])


def logged_in(name: str, role: str, **rights: Any) -> Client:
    client = Client()
    client.force_login(make_user(name, role, **rights))
    return client


def fix(client: Client, query: str = "&as_of=2020-08-31") -> FixedTable:
    response = client.post(f"{TABLE}{query}", {"name": "报"})
    assert response.status_code == 302, response.content.decode()
    return FixedTable.objects.latest("id")


def test_what_was_fixed_with_wider_rights_is_not_opened(recorder: Client, settings: Any) -> None:
    make_project("德感的", park="degan", agreed="3", signed="2020-05-01")
    settings.RECORDERS_SEE_OWN_PARKS = False
    table = fix(recorder)
    assert recorder.get(table.get_absolute_url()).status_code == 200
    settings.RECORDERS_SEE_OWN_PARKS = True
    for url in (table.get_absolute_url(), f"{table.get_absolute_url()}export.csv"):
        assert recorder.get(url).status_code == 404
    assert not recorder.get("/reports/fixed/").context["tables"]


def test_nor_once_a_park_was_taken_away(vocabulary: None, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    user = make_user("录", "recorder", parks=["shuangfu", "degan"])
    client = Client()
    client.force_login(user)
    table = fix(client)
    assert client.get(table.get_absolute_url()).status_code == 200
    user.parks.remove(Park.objects.get(code="degan"))
    assert client.get(table.get_absolute_url()).status_code == 404


def test_what_moved_to_another_park_is_gone_and_nothing_is_said_of_it(recorder: Client) -> None:
    project = make_project("双福的", park="shuangfu", agreed="3", signed="2020-05-01")
    table = fix(recorder)
    project.park, project.name = Park.objects.get(code="degan"), "德感新名"
    project._history_user = make_user("德感某", "admin")  # type: ignore[attr-defined]
    project.save()
    page = recorder.get(table.get_absolute_url())
    (row,) = page.context["corrected"].rows
    assert (row.kind, row.name, row.url, row.who) == ("gone", "双福的", "", [])
    assert not {"德感新名", "德感某"} & set(page.content.decode().split())
    assert "不再计入" in page.content.decode()


def test_a_table_of_some_parks_does_not_say_the_whole_district(recorder: Client, manager: Client) -> None:
    make_project("双福的", park="shuangfu", agreed="3", signed="2020-05-01")
    make_project("德感的", park="degan", agreed="3", signed="2020-05-01")
    table = fix(recorder)
    page = manager.get(table.get_absolute_url())
    assert ["仅限账号的园区", "双福"] in table.conditions
    assert page.context["grids"][0].rows[-1].cells[0].value == "合计"
    # Its figures would open lists of all parks.
    assert not [cell.url for row in page.context["grids"][0].rows for cell in row.cells if cell.url]
    own = recorder.get(table.get_absolute_url()).context["grids"][0]
    assert [cell.url for row in own.rows for cell in row.cells if cell.url]


def test_what_is_followed_is_that_of_then_and_of_the_maker(manager: Client) -> None:
    project = make_project("跟进的", park="shuangfu", agreed="3", signed="2020-05-01")
    other = make_project("别的", park="shuangfu", agreed="3", signed="2020-05-01")
    user = User.objects.get(username="王某")
    Follow.objects.create(user=user, project=project)
    table = fix(manager, "&as_of=2020-08-31&followed=1")
    Follow.objects.all().delete()
    Follow.objects.create(user=user, project=other)
    page = manager.get(table.get_absolute_url())
    assert not page.context["corrected"].rows
    assert ["王某跟进的", ""] in table.conditions
    leader = logged_in("领", "leader").get(table.get_absolute_url())
    assert not leader.context["corrected"].rows
    assert not leader.context["opens"]
    Project.objects.filter(pk=project.pk).update(name="改名")
    assert [row.name for row in manager.get(table.get_absolute_url()).context["corrected"].rows] == ["改名"]


def test_a_long_address_stays_whole(manager: Client) -> None:
    parks = "".join(f"&park={code}" for code in Park.objects.values_list("code", flat=True))
    query = f"{parks}{parks}&as_of=2020-08-31"
    assert len(query) > 300
    table = fix(manager, query)
    assert table.page.endswith("as_of=2020-08-31")
    assert manager.get(table.page).context["grid"]


def test_the_file_says_local_time(manager: Client) -> None:
    table = fix(manager)
    FixedTable.objects.update(made_at=datetime.datetime(2020, 8, 31, 20, 5, tzinfo=datetime.UTC))
    response = manager.get(f"{table.get_absolute_url()}export.xlsx")
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("2020-09-01 04:05" in text for text in said)


def test_the_list_has_pages(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_views, "PER_PAGE", 2)
    for number in range(3):
        FixedTable.objects.create(name=f"表{number}", day=datetime.date(2020, 8, 31))
    assert [table.name for table in manager.get("/reports/fixed/").context["tables"]] == ["表2", "表1"]
    assert [table.name for table in manager.get("/reports/fixed/?page=2").context["tables"]] == ["表0"]
    assert manager.get("/reports/fixed/?page=²").status_code == 200


def test_a_large_table_is_compared_when_asked(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    table = fix(manager)
    monkeypatch.setattr(fixed_views, "AT_ONCE", 0)
    page = manager.get(table.get_absolute_url())
    assert page.context["corrected"] is None
    assert "compare=1#corrected" in page.content.decode()
    assert manager.get(f"{table.get_absolute_url()}?compare=1").context["corrected"].rows == []
