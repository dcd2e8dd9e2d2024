"""The recycle bin: what was voided, and batches with their undo state, for whom they are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import ImportBatch, Merge
from imports.undoing import take_back
from projects.models import BulkEdit, Project
from projects.registering import restore_project, void_project
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.bringing import client_of
from tests.imports.test_undo_pages import form_of
from tests.projects.test_bulk import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")


@pytest.fixture
def chief() -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


def bring(path: Path, code: str, user: User | None = None) -> ImportBatch:
    options = ("--user", user.username) if user else ()
    __, answer = run(ledger(path, [code, f"项目{code}", "双福", 7], header=HEADER), *options)
    return ImportBatch.objects.get(pk=answer["batch"])


def show(client: Client, kind: str = "", **more: Any) -> Any:
    response = client.get("/bin/", {"show": kind, **more})
    assert response.status_code == 200
    return response


def tabs(response: Any) -> dict[str, int]:
    return {key: count for key, __, count in response.context["tabs"]}


def test_voided_projects_with_reason_and_a_way_back(manager: Client, chief: User) -> None:
    other = make_user("second", role="manager", all_parks=True)
    project = make_project("甲", code="P-1", park="shuangfu", agreed="3", voided="写错了", user=other)
    restore_project(project=project, user=other)
    void_project(project=project, reason="重复登记", user=chief)
    make_project("乙", code="P-2")
    page = show(manager)
    html = page.content.decode()
    ((row, may_restore),) = page.context["voided"]
    assert (row.code, row.voided_by, may_restore) == ("P-1", "chief", True)
    assert "重复登记" in html
    assert 'action="/projects/P-1/restore/"' in html
    # A later change of a voided project (a note, an undo) does not change who voided it.
    Project.objects.get(pk=project.pk).save()
    ((row, __),) = show(manager).context["voided"]
    assert row.voided_by == "chief"
    manager.post("/projects/P-1/restore/")
    assert tabs(show(manager))["projects"] == 0


def test_who_sees_and_who_restores(settings: Any) -> None:
    make_project(code="P-1", park="shuangfu", voided="重复")
    make_project(code="P-2", park="degan", voided="重复")
    keeper = client_of(make_user("keeper", role="manager", parks=["shuangfu"]))
    assert {row.code: may for row, may in show(keeper).context["voided"]} == {"P-1": True, "P-2": False}
    recorder = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    assert {row.code: may for row, may in show(recorder).context["voided"]} == {"P-1": False, "P-2": False}
    assert "restore/" not in show(recorder).content.decode()
    leader = client_of(make_user("leader", role="leader"))
    assert not any(may for __, may in show(leader).context["voided"])
    settings.RECORDERS_SEE_OWN_PARKS = True
    assert [row.code for row, __ in show(recorder).context["voided"]] == ["P-1"]
    assert tabs(show(recorder))["projects"] == 1


def test_imports_and_their_files_with_their_undo_state(manager: Client, chief: User, tmp_path: Path) -> None:
    first, second = bring(tmp_path / "a.xlsx", "P-1", chief), bring(tmp_path / "b.xlsx", "P-2")
    take_back(batch=first, user=chief, back=True)
    page = show(manager, "imports")
    entries = {entry.number: entry for entry in page.context["entries"]}
    assert list(entries) == [second.pk, first.pk]
    assert entries[first.pk].undone
    assert entries[first.pk].takeback.user == chief
    assert (entries[second.pk].undone, entries[second.pk].takeback, entries[second.pk].who) == (False, None, None)
    html = page.content.decode()
    for batch in (first, second):
        assert f"/imports/{batch.pk}/file/" in html
        assert f"/imports/{batch.pk}/undo/" in html
    first.refresh_from_db()
    take_back(batch=first, user=chief, back=False)
    entry = show(manager, "imports").context["entries"][-1]
    assert (entry.undone, entry.takeback.back) == (False, False)


def test_bulk_changes_with_their_undo_state(manager: Client) -> None:
    make_project(code="P-1")
    change(manager, lead_unit="招商局", clear_tags="")
    edit = BulkEdit.objects.get()
    (entry,) = show(manager, "bulk").context["entries"]
    assert (entry.url, entry.undone) == (edit.get_absolute_url(), False)
    assert "招商局" in entry.name
    manager.post(entry.undo_url, form_of(manager.get(entry.undo_url)))
    (entry,) = show(manager, "bulk").context["entries"]
    assert entry.undone
    assert entry.takeback.user.username == "chief"


def test_batches_of_others_are_not_there(manager: Client, chief: User, tmp_path: Path) -> None:
    bring(tmp_path / "a.xlsx", "P-1", chief)
    change(manager, lead_unit="招商局")
    recorder = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    assert tabs(show(recorder)) == {"projects": 0, "imports": 0, "merges": 0, "bulk": 0}
    auditor = client_of(make_user("auditor", role="auditor"))
    assert tabs(show(auditor)) == {"projects": 0, "imports": 1, "merges": 0, "bulk": 1}
    assert "undo/" not in show(auditor, "imports").content.decode()
    assert "undo/" not in show(auditor, "bulk").content.decode()


def test_mergings_with_their_undo_state(manager: Client, chief: User) -> None:
    texts = {"kept_text": "P-1 甲", "gone_text": "P-2 甲（重复）"}
    Merge.objects.create(kind="project", kept=1, gone=2, user=chief, undone=True, **texts)
    Merge.objects.create(kind="project", kept=1, gone=3, user=chief, **texts)
    page = show(manager, "merges")
    assert [(entry.name, entry.undone) for entry in page.context["entries"]] == [
        ("P-2 甲（重复） → P-1 甲", False),
        ("P-2 甲（重复） → P-1 甲", True),
    ]
    auditor = client_of(make_user("auditor", role="auditor"))
    html = show(auditor, "merges").content.decode()
    assert "P-2" in html
    assert "撤销</a>" not in html
    leader = client_of(make_user("leader", role="leader"))
    assert "P-2" not in show(leader, "merges").content.decode()


def test_what_is_not_known_shows_the_first_kind(manager: Client) -> None:
    assert show(manager, "nothing", page="x").context["show"] == "projects"


@pytest.mark.parametrize("kind", ["projects", "imports", "bulk"])
def test_the_number_of_queries_does_not_grow(manager: Client, chief: User, tmp_path: Path, kind: str) -> None:
    show(manager, kind)
    counts = []
    for size in (2, 12):
        for number in range(size):
            code = f"{kind}-{size}-{number}"
            if kind == "projects":
                make_project(code=code, park="shuangfu", voided="重复", user=chief)
            elif kind == "imports":
                ImportBatch.objects.create(filename=code, user=chief)
            else:
                BulkEdit.objects.create(digest=code, user=chief)
        with CaptureQueriesContext(connection) as asked:
            show(manager, kind)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_long_lists_have_pages(manager: Client, chief: User) -> None:
    for number in range(35):
        BulkEdit.objects.create(digest=str(number), user=chief)
    page = show(manager, "bulk", page=2)
    assert len(page.context["entries"]) == 5
    assert tabs(page)["bulk"] == 35
