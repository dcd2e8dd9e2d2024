"""The grid of monthly arrivals: all or nothing, own parks only, nobody's change overwritten, a large block at once."""

import html
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects.capital_page import voided_entries
from projects.capital_writing import restore_entry
from projects.integrity import history_is_complete
from projects.models import Attachment, CapitalArrival, Project
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
URL = "/arrivals/?months=2020"


@pytest.fixture(autouse=True)
def place(vocabulary: None) -> None:
    pass


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def shown(client: Client, url: str = URL) -> dict[str, str]:
    """What a browser would send back of the page."""
    page = client.get(url).content.decode()
    found = re.findall(r'<input class="form-control form-control-sm" name="(c-[^"]+)" value="([^"]*)"', page)
    was = re.search(r'name="was" value="([^"]*)"', page)
    return {**dict(found), "was": html.unescape(was.group(1)) if was else ""}


def send(client: Client, page: dict[str, str], changes: dict[tuple[Project, int], str], url: str = URL) -> Any:
    return client.post(url, page | {f"c-{project.pk}-{month}": text for (project, month), text in changes.items()})


def months(project: Project) -> dict[str, Decimal]:
    return {str(row.month): row.amount for row in project.arrivals.order_by("month")}


def test_cells_are_entered_corrected_and_emptied(manager: Client) -> None:
    first, second = make_project("甲", agreed="1"), make_project("乙", agreed="1", arrivals={"2020-01": "5"})
    page = shown(manager)
    assert page[f"c-{second.pk}-1"] == "5"
    changes = {(first, 3): "120.5", (first, 4): "0.2亿", (second, 1): "", (second, 2): " 1,000 "}
    assert send(manager, page, changes).status_code == 302
    assert months(first) == {"2020-03": Decimal("120.5"), "2020-04": Decimal(2000)}
    assert months(second) == {"2020-02": Decimal(1000)}
    first.refresh_from_db()
    assert first.arrived_capital == Decimal("2120.5")
    assert [row.history_type for row in CapitalArrival.history.filter(project=second).order_by("history_id")][-2:] == [
        "+",
        "-",
    ] or CapitalArrival.history.filter(project=second, history_type="-").count() == 1


def test_one_wrong_cell_and_nothing_is_saved(manager: Client) -> None:
    first, second = make_project("甲"), make_project("乙")
    changes = {(first, 1): "10", (second, 1): "5-8", (second, 2): "-3", (first, 2): "6000000"}
    answer = send(manager, shown(manager), changes)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert not CapitalArrival.objects.exists()
    assert text.count('aria-invalid="true"') == 3
    assert 'value="10"' in text
    assert 'value="5-8"' in text


def test_a_very_large_month_is_asked_once_more(manager: Client) -> None:
    project = make_project("甲")
    page = shown(manager)
    assert send(manager, page, {(project, 1): "6000000"}).status_code == 422
    assert send(manager, page | {"accept": "on"}, {(project, 1): "6000000"}).status_code == 302
    assert months(project) == {"2020-01": Decimal(6_000_000)}


def test_a_month_that_has_not_come_is_refused(manager: Client) -> None:
    project = make_project("甲")
    url = "/arrivals/?months=2100"
    assert send(manager, shown(manager, url), {(project, 1): "1"}, url).status_code == 422


def test_what_somebody_else_wrote_meanwhile_is_shown_and_kept(manager: Client) -> None:
    project = make_project("甲", arrivals={"2020-01": "5"})
    page = shown(manager)
    CapitalArrival.objects.filter(project=project).update(amount=Decimal(7))
    CapitalArrival.objects.create(project=project, month=PartialDay(2020, 6), amount=Decimal(1))
    answer = send(manager, page, {(project, 1): "6", (project, 2): "2"})
    assert answer.status_code == 422
    assert months(project) == {"2020-01": Decimal(7), "2020-06": Decimal(1)}
    # Untouched cells of the old page are no change; the one that is meant is sent again, knowingly.
    again = {**page, "was": json.dumps({f"c-{project.pk}-1": "7"}), f"c-{project.pk}-6": ""}
    assert send(manager, again, {(project, 1): "6", (project, 2): "2"}).status_code == 302
    assert months(project) == {"2020-01": Decimal(6), "2020-02": Decimal(2), "2020-06": Decimal(1)}


def test_only_projects_of_own_parks(client: Client) -> None:
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    mine, other = make_project("甲", park="shuangfu"), make_project("乙", park="degan")
    voided = make_project("丙", park="shuangfu", voided="重复")
    page = shown(client)
    assert f"c-{mine.pk}-1" in page
    assert f"c-{other.pk}-1" not in page
    answer = send(client, page, {(mine, 1): "1", (other, 1): "2", (voided, 1): "3"})
    assert answer.status_code == 422
    assert not CapitalArrival.objects.exists()
    text = answer.content.decode()
    assert text.count('aria-invalid="true"') == 2
    assert all(f'value="{typed}"' in text for typed in "123")
    assert send(client, page, {(mine, 1): "1"}).status_code == 302
    assert [row.project for row in CapitalArrival.objects.all()] == [mine]


def test_what_is_typed_of_a_project_that_left_the_list_is_not_lost(manager: Client) -> None:
    stays, leaves = make_project("甲", park="shuangfu"), make_project("乙", park="shuangfu")
    page = shown(manager, f"{URL}&park=shuangfu")
    Project.objects.filter(pk=leaves.pk).update(park=None)  # moved meanwhile; still one that the manager writes
    assert send(manager, page, {(stays, 1): "1", (leaves, 1): "2"}, f"{URL}&park=shuangfu").status_code == 302
    assert (months(stays), months(leaves)) == ({"2020-01": Decimal(1)}, {"2020-01": Decimal(2)})


def test_an_emptied_month_is_voided_and_its_evidence_stays_with_the_project(manager: Client) -> None:
    project = make_project("甲", arrivals={"2020-01": "5"})
    arrival = project.arrivals.get()
    paper = Attachment(project=project, arrival=arrival, filename="回单.pdf", size=5, sha256="0" * 64)
    paper.content_type, paper.file.name = "application/pdf", "attachments/none"
    paper.save()
    assert send(manager, shown(manager), {(project, 1): ""}).status_code == 302
    paper.refresh_from_db()
    assert paper.arrival is None
    assert list(history_is_complete()) == []
    (voided,) = voided_entries(project)
    assert (voided.table, voided.who) == ("arrivals", "manager")
    user = User.objects.get(username="manager")
    restore_entry(table="arrivals", project_id=project.pk, record=voided.record, user=user)
    paper.refresh_from_db()
    assert (months(project), paper.arrival_id) == ({"2020-01": Decimal(5)}, arrival.pk)


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_readers_have_no_grid(client: Client, role: str) -> None:
    client.force_login(make_user("who", role=role))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {}).status_code == 403


def test_the_other_origin_is_left_alone(manager: Client) -> None:
    project = make_project("甲", arrivals={"2020-01": "5"})
    url = f"{URL}&origin=foreign"
    page = shown(manager, url)
    assert page[f"c-{project.pk}-1"] == ""
    send(manager, page, {(project, 1): "3"}, url)
    assert {row.origin: row.amount for row in project.arrivals.all()} == {"domestic": Decimal(5), "foreign": Decimal(3)}


def test_more_than_was_agreed_is_said(manager: Client) -> None:
    project = make_project("甲", agreed="1")
    answer = manager.post(URL, shown(manager) | {f"c-{project.pk}-1": "10001"}, follow=True)
    assert "10,001" in answer.content.decode()


def test_months_before_the_signing_are_said(manager: Client) -> None:
    early = make_project("甲", signed="2020-06-30")
    sure = make_project("乙", signed="2020")
    answer = manager.post(URL, shown(manager) | {f"c-{one.pk}-5": "3" for one in (early, sure)}, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert len(said) == 2  # the months saved, and one warning
    assert "2020-05" in said[1]
    assert said[1].startswith("甲")


def test_what_is_gone_with_a_former_amount_is_said(manager: Client) -> None:
    project = make_project("甲", signed="2019", arrivals={"2020-01": "650", "2020-02": "100"})
    dollars = {"currency": "USD", "original_amount": 100, "rate": "6.5", "rate_on": "2020-01-31"}
    project.arrivals.filter(amount=650).update(**dollars, outside_city=400)
    project.arrivals.filter(amount=100).update(outside_city=50)
    page = shown(manager) | {f"c-{project.pk}-1": "300", f"c-{project.pk}-2": "60"}
    said = [str(message) for message in manager.post(URL, page, follow=True).context["messages"]]
    assert len(said) == 3  # 50 still fits into 60
    assert "6.5" in said[1]
    assert "2020-01" in said[2]
    first = project.arrivals.get(amount=300)
    assert (first.currency, first.outside_city) == ("", None)


def test_the_conditions_of_the_list_choose_the_rows(manager: Client) -> None:
    mine, other = make_project("甲", park="shuangfu"), make_project("乙", park="degan")
    page = shown(manager, f"{URL}&park=shuangfu")
    assert f"c-{mine.pk}-1" in page
    assert f"c-{other.pk}-1" not in page


@pytest.mark.parametrize("was", ["", "[]", "null", "{", '{"c-1-1": 3}'])
def test_a_broken_page_is_no_server_error(manager: Client, was: str) -> None:
    project = make_project("甲", arrivals={"2020-01": "5"})
    answer = manager.post(URL, {"was": was, f"c-{project.pk}-1": "6"})
    assert answer.status_code == 422
    assert months(project) == {"2020-01": Decimal(5)}


def test_three_hundred_projects_at_once_in_a_constant_number_of_queries(manager: Client) -> None:
    projects = [make_project(f"项目{number}", park="shuangfu", agreed="100") for number in range(300)]
    counted = []
    for rows in (projects[:10], projects):
        page = shown(manager)
        changes = {(project, month): str(month * len(rows)) for project in rows for month in range(1, 13)}
        with CaptureQueriesContext(connection) as queries:
            assert send(manager, page, changes).status_code == 302
        counted.append(len(queries))
    assert CapitalArrival.objects.count() == 3600
    assert counted[1] - counted[0] <= 16  # more batches, never one a cell
