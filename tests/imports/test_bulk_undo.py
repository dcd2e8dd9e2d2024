"""Undo of a bulk change: back to the last bit, what was edited since stays, and an import's undo beside it."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import ImportBatch, Takeback
from imports.undoing import take_back
from projects.models import BulkEdit, Milestone, Official, Project
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.bringing import client_of
from tests.imports.test_undo_pages import form_of
from tests.projects.test_bulk import assert_sound, change, register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
EVERYTHING = {
    "lead_unit": "招商局",
    "lead_official_name": "李四",
    "lead_official_post": "副区长",
    "planned_start": "2021-06",
    "plan_reason": "等用地",
    "clear_planned_production": "on",
    "add_tags": "重点",
}


@pytest.fixture
def chief() -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


def undo_page() -> str:
    return f"{BulkEdit.objects.latest('pk').get_absolute_url()}undo/"


def undo(client: Client, **more: Any) -> Any:
    return client.post(undo_page(), form_of(client.get(undo_page())) | more, follow=True)


def make_some() -> None:
    make_project(code="P-1", lead_unit="区府", park="shuangfu", planned={"started": "2021-01"})
    make_project(code="P-2", official=("张三", "区长"), planned={"production": "2022"}, tags="市级")
    make_project(code="P-3", lead_unit="招商局", reached={"started": None})


def test_undone_to_the_last_bit_and_again(manager: Client) -> None:
    make_some()
    before = register()
    change(manager, **EVERYTHING)
    after = register()
    assert after != before
    page = undo(manager)
    assert register() == before
    assert not Official.objects.filter(name="李四").exists()
    assert page.context["edit"].undone
    assert page.context["takeback"].user.username == "chief"
    assert_sound()
    undo(manager)
    assert register() == after
    assert_sound()
    undo(manager)
    assert register() == before
    assert [done.back for done in Takeback.objects.order_by("pk")] == [True, False, True]
    assert set(Project.objects.values_list("version", flat=True)) == {5}


def test_what_was_edited_since_stays_and_is_listed(manager: Client, chief: User) -> None:
    make_some()
    change(manager, **EVERYTHING)
    project = Project.objects.get(code="P-1")
    project.lead_unit = "区府办"
    project._history_user = chief
    project.save()
    page = manager.get(undo_page())
    (kept,) = page.context["shown"].kept
    assert (kept.what.code, kept.before, kept.written, kept.now) == ("P-1", "区府", "招商局", "区府办")
    undo(manager)
    project.refresh_from_db()
    assert (project.lead_unit, project.tags, project.lead_official) == ("区府办", "", None)


def test_what_is_ticked_returns_too(manager: Client) -> None:
    make_some()
    before = register()
    change(manager, **EVERYTHING)
    project = Project.objects.get(code="P-1")
    project.lead_unit = "区府办"
    project.save()
    (kept,) = manager.get(undo_page()).context["shown"].kept
    undo(manager, **{"return": kept.key})
    assert register() == before


def test_a_milestone_that_was_reached_since_stays(manager: Client) -> None:
    make_project(code="P-1")
    change(manager, planned_start="2021-06", plan_reason="等用地")
    milestone = Milestone.objects.get()
    milestone.reached = True
    milestone.save()
    undo(manager)
    assert Milestone.objects.get().reached


def test_two_changes_in_any_order(manager: Client) -> None:
    make_some()
    before = register()
    change(manager, lead_unit="甲局", add_tags="一")
    change(manager, lead_unit="乙局", add_tags="二")
    first, second = BulkEdit.objects.order_by("pk")
    for edit in (first, second):
        page = f"/bulk/{edit.pk}/undo/"
        manager.post(page, form_of(manager.get(page)))
        if edit == first:
            assert set(Project.objects.values_list("lead_unit", flat=True)) == {"乙局"}
    assert register() == before


def test_beside_an_import(manager: Client, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "协议投资额（亿元）", "责任单位")
    make_project("甲", code="P-1", agreed="5", lead_unit="区府")
    before = register()
    __, answer = run(ledger(tmp_path / "a.xlsx", ["P-1", "甲", 7, "区商务委"], ["P-2", "乙", 3, None], header=header))
    change(manager, lead_unit="招商局")
    batch = ImportBatch.objects.get(pk=answer["batch"])
    take_back(batch=batch, user=None, back=True)
    assert dict(Project.objects.values_list("code", "lead_unit")) == {"P-1": "招商局", "P-2": "招商局"}
    undo(manager)
    assert register() == before
    assert_sound()


# Who may, and once.


def test_who_may_undo() -> None:
    make_project(code="P-1", park="shuangfu")
    author = make_user("author", role="recorder", parks=["shuangfu"])
    change(client_of(author), lead_unit="招商局")
    url, page = BulkEdit.objects.get().get_absolute_url(), undo_page()
    answers = {
        ("stranger", "recorder", False): (404, 404),
        ("neighbour", "manager", False): (404, 404),
        ("auditor", "auditor", False): (200, 403),
        ("leader", "leader", False): (404, 403),
        ("chief", "manager", True): (200, 200),
        ("admin", "admin", False): (200, 200),
    }
    for (name, role, everywhere), wanted in answers.items():
        parks = ["degan"] if role in {"recorder", "manager"} and not everywhere else []
        client = client_of(make_user(name, role=role, parks=parks, all_parks=everywhere))
        assert (client.get(url).status_code, client.get(page).status_code) == wanted, name
    assert client_of(author).get(page).status_code == 200
    Project.objects.update(park=None)
    refused = client_of(author).get(page)
    assert refused.status_code == 403
    assert refused.context["not_yours"]


def test_the_page_says_who_when_which_and_what(manager: Client) -> None:
    make_some()
    change(manager, "park=shuangfu", lead_unit="招商局")
    edit = BulkEdit.objects.get()
    html = manager.get(edit.get_absolute_url()).content.decode()
    assert "招商局" in html
    assert "chief" in html
    assert "/projects/?park=shuangfu" in html
    assert f"/history/?batch=bulk+{edit.pk}" in html
    changes = manager.get(f"/history/?batch=bulk+{edit.pk}")
    assert len(changes.context["lines"]) == 1
    assert changes.context["lines"][0].batch_url == edit.get_absolute_url()


def test_a_second_click_does_not_turn_it_round(manager: Client) -> None:
    make_some()
    change(manager, lead_unit="招商局")
    sent, page = form_of(manager.get(undo_page())), undo_page()
    for __ in range(2):
        assert manager.post(page, sent).url == BulkEdit.objects.get().get_absolute_url()
    assert BulkEdit.objects.get().undone
    assert Takeback.objects.count() == 1


def test_a_preview_that_is_out_of_date_is_shown_anew(manager: Client) -> None:
    make_some()
    change(manager, lead_unit="招商局")
    sent = form_of(manager.get(undo_page()))
    project = Project.objects.get(code="P-1")
    project.remarks = "新"
    project.save()
    assert manager.post(undo_page(), sent).url == undo_page()
    assert manager.post(undo_page(), {"digest": ""}).url == undo_page()
    assert not Takeback.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_undo_once(manager: Client, chief: User) -> None:
    make_some()
    before = register()
    change(manager, **EVERYTHING)
    sent, page, barrier = form_of(manager.get(undo_page())), undo_page(), Barrier(2)
    clients, answers = [client_of(chief), client_of(chief)], []

    def click(client: Client) -> None:
        barrier.wait(30)
        try:
            answers.append(client.post(page, sent).status_code)
        finally:
            connection.close()

    threads = [Thread(target=click, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302, 302]
    assert register() == before
    assert Takeback.objects.count() == 1


def test_the_number_of_queries_does_not_grow(manager: Client) -> None:
    counts = []
    for size in (5, 200):
        for __ in range(size - Project.objects.count()):
            make_project(investor=None, lead_unit="区府", planned={"started": "2021-01"})
        values = {"lead_unit": f"招商局{size}", "lead_official_name": f"李{size}", "plan_reason": "等用地"}
        change(manager, planned_start=f"20{size % 90 + 10}", **values)
        with CaptureQueriesContext(connection) as asked:
            undo(manager)
        counts.append(len(asked))
        assert set(Project.objects.values_list("lead_unit", flat=True)) == {"区府"}
    # The first change is taken back besides: its rows are looked at as well, in as many queries.
    assert counts[1] <= counts[0] + 1, counts
