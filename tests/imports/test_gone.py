"""A form that was open while the project left the register: its import was undone by somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from imports.undoing import take_back
from projects import views
from projects.models import Project
from tests.builders import make_user
from tests.imports.books import HEADER, ledger, run
from tests.imports.bringing import client_of, last_batch
from tests.projects.opened import as_shown, opened
from tests.projects.typed import errors_of, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
ROW = ["SKH-001", "甲厂", "甲公司", "双福", "消费品", 5, "2020-06-30", "已签约"]


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User, tmp_path: Path) -> Client:
    run(ledger(tmp_path / "a.xlsx", ROW, header=HEADER))
    return client_of(manager)


def undo() -> None:
    take_back(batch=last_batch(), user=make_user("undoer", role="admin"), back=True)
    assert not Project.objects.exists()


def test_what_was_typed_is_shown_again_with_who_took_the_project_out(client: Client) -> None:
    sent = opened(client, Project.objects.get()) | {"lead_unit": "区招商局", "remarks": "写了半小时"}
    undo()
    answer = client.post("/projects/SKH-001/edit/", sent)
    said = errors_of(answer)
    for words in ("SKH-001 甲厂", "undoer", f"#{last_batch().pk}"):
        assert words in said
    html = answer.content.decode()
    assert 'value="区招商局"' in html
    assert "写了半小时" in html
    assert 'action="/projects/new/"' in html
    assert not Project.objects.exists()

    # Registered as a new one, just as the page now stands.
    assert client.post("/projects/new/", as_shown(answer)).status_code == 302
    project = Project.objects.get()
    assert (project.code, project.lead_unit, project.remarks) == ("SKH-001", "区招商局", "写了半小时")
    assert (project.agreed_capital, project.lead_investor.name, project.stage) == (50_000, "甲公司", "signed")


def test_the_project_goes_while_its_form_is_being_saved(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = opened(client, Project.objects.get()) | {"lead_unit": "区招商局"}
    found = views.get_edited

    def then_undone(*args: Any) -> Project:
        project = found(*args)
        undo()
        return project

    monkeypatch.setattr(views, "get_edited", then_undone)
    answer = client.post("/projects/SKH-001/edit/", sent)
    assert "undoer" in errors_of(answer)
    assert 'value="区招商局"' in answer.content.decode()


def test_a_project_that_is_gone_is_told_to_those_alone_who_could_write_it(client: Client, settings: Any) -> None:
    undo()
    assert client.get("/projects/SKH-001/edit/").status_code == 404
    assert client.post("/projects/SKH-009/edit/", typed(version=1)).status_code == 404
    own = client_of(make_user("own", parks=["shuangfu"]))
    other = client_of(make_user("other", parks=["degan"]))
    settings.RECORDERS_SEE_OWN_PARKS = True
    assert own.post("/projects/SKH-001/edit/", typed(version=1)).status_code == 422
    assert other.post("/projects/SKH-001/edit/", typed(version=1)).status_code == 404
    settings.RECORDERS_SEE_OWN_PARKS = False
    assert other.post("/projects/SKH-001/edit/", typed(version=1)).status_code == 403
    auditor = client_of(make_user("auditor", role="auditor"))
    assert auditor.post("/projects/SKH-001/edit/", typed(version=1)).status_code == 403


def test_a_form_of_the_former_project_does_not_write_over_one_that_came_anew(client: Client, tmp_path: Path) -> None:
    sent = opened(client, Project.objects.get()) | {"lead_unit": "区招商局"}
    undo()
    again = [*ROW]
    again[1], again[5] = "甲厂二期", 8
    run(ledger(tmp_path / "b.xlsx", again, header=HEADER))
    assert Project.objects.get().version > int(sent["version"])

    answer = client.post("/projects/SKH-001/edit/", sent)
    assert answer.status_code != 302
    project = Project.objects.get()
    assert (project.name, project.agreed_capital, project.lead_unit) == ("甲厂二期", 80_000, "")
    assert "甲厂二期" in answer.content.decode()


def test_a_project_typed_under_a_freed_number_counts_on_as_well(client: Client, manager: User) -> None:
    former = Project.objects.get().version
    sent = opened(client, Project.objects.get())
    undo()
    answer = client.post("/projects/SKH-001/edit/", sent)
    assert client.post("/projects/new/", as_shown(answer)).status_code == 302
    assert Project.objects.get().version == former + 1
