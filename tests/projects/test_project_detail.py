"""One project's page: what it answers, who may do what on it."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects import changes, pages, registering
from projects.models import Project
from tests.builders import make_investor, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


@pytest.fixture
def full(vocabulary: None) -> Project:
    """A project with everything that the page can show."""
    make_investor("四川和邦集团", honours=["china_500"])
    return make_project(
        "光伏基地",
        park="luohuang",
        cluster="equipment",
        agreed="20",
        increases=[("42", "2020-11")],
        reductions=[("2", None)],
        signed="2020",
        investor="四川和邦集团",
        joint=["和邦新能源"],
        planned={"registered": "2020-09-30", "land": "2020-11-30", "started": "2021-01-15"},
        reached={"registered": "2020-09-24", "land": "2020-12-18"},
        arrivals={"2020-09": "12000", "2020-10": "8000"},
        official=("毛平", "区长"),
    )


def text_of(client: Client, project: Project) -> str:
    response = client.get(project.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_the_strip_answers_five_questions(manager: Client, full: Project, settings) -> None:
    settings.TODAY = datetime.date(2020, 12, 31)
    html = text_of(manager, full)
    assert "60.00" in html  # 20 + 42 − 2
    assert "2.00" in html
    assert "3.3%" in html
    assert html.count('<i class="on">') == 3
    assert "2021-01-15" in html
    context = manager.get(full.get_absolute_url()).context
    assert len(context["missing"]) == 5  # lead unit, company, its credit code, land area, how the land came
    step, far = context["next_step"]
    assert (step.kind, far.tone) == ("started", "soon")


def test_commitments_run_up_to_the_total(full: Project) -> None:
    rows = pages.running_commitments(full)
    assert [(row.row.kind, row.running) for row in rows] == [
        ("initial", 200_000),
        ("increase", 620_000),
        ("reduction", 600_000),
    ]
    assert rows[-1].running == full.agreed_capital


def test_the_arrival_rate_is_arrived_by_agreed(full: Project) -> None:
    assert round(pages.arrival_rate(full), 4) == round(20_000 / full.agreed_capital, 4)
    assert pages.arrival_rate(make_project(agreed=None, arrivals={"2020-01": "5"})) is None
    assert pages.arrival_rate(make_project(agreed="1")) is None


def test_the_milestone_line_compares_plan_and_fact(full: Project) -> None:
    steps = pages.milestone_steps(full, datetime.date(2021, 2, 1))
    assert [step["state"] for step in steps] == ["done", "done", "done", "missed", "todo", "todo", "todo"]
    assert [step["tone"] for step in steps[:4]] == ["", "", "soon", "late"]


def test_unknown_is_said_with_a_way_to_fill_it_in(manager: Client) -> None:
    project = make_project(agreed=None, signed=None, investor=None)
    html = text_of(manager, project)
    assert html.count('<span class="unknown">') >= 6
    assert f"{reverse('projects:edit', args=[project.code])}#id_lead_unit" in html


def test_readers_see_no_way_to_change_it(vocabulary: None, client: Client, full: Project) -> None:
    edit = reverse("projects:edit", args=[full.code])
    for username, role, parks in (
        ("leader", "leader", []),
        ("auditor", "auditor", []),
        ("other", "recorder", ["degan"]),
    ):
        client.force_login(make_user(username, role=role, parks=parks))
        html = text_of(client, full)
        assert edit not in html
        assert "void-dialog" not in html
        assert "/notes/" not in html
        assert client.get(edit).status_code == 403
        assert client.post(edit, {}).status_code == 403
        for action in ("void", "restore", "notes"):
            assert client.post(f"/projects/{full.code}/{action}/", {"reason": "x", "text": "x"}).status_code == 403


def test_unknown_and_invisible_projects_are_not_found(
    vocabulary: None, client: Client, full: Project, settings
) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    client.force_login(make_user("narrow", parks=["degan"]))
    assert client.get("/projects/NO-SUCH/").status_code == 404
    assert client.get(full.get_absolute_url()).status_code == 404
    assert client.get(f"{full.get_absolute_url()}edit/").status_code == 404


def test_voiding_needs_a_reason_and_can_be_undone(manager: Client, full: Project) -> None:
    void, restore = f"/projects/{full.code}/void/", f"/projects/{full.code}/restore/"
    manager.post(void, {"reason": "  "})
    full.refresh_from_db()
    assert not full.is_voided
    manager.post(void, {"reason": "与 JJ-2020-0009 重复"})
    full.refresh_from_db()
    assert full.is_voided
    html = text_of(manager, full)
    assert "与 JJ-2020-0009 重复" in html
    assert f"{full.get_absolute_url()}edit/" not in html
    assert manager.get(f"{full.get_absolute_url()}edit/").status_code == 403
    manager.post(restore)
    full.refresh_from_db()
    assert not full.is_voided
    assert full.agreed_capital == 600_000


def test_a_recorder_writes_but_does_not_void(vocabulary: None, client: Client, full: Project) -> None:
    client.force_login(make_user("recorder", parks=["luohuang"]))
    html = text_of(client, full)
    assert f"{full.get_absolute_url()}edit/" in html
    assert "void-dialog" not in html
    assert client.post(f"/projects/{full.code}/void/", {"reason": "x"}).status_code == 403


def test_notes_are_kept_with_their_author(manager: Client, full: Project) -> None:
    response = manager.post(f"/projects/{full.code}/notes/", {"kind": "problems", "text": "10 kV 临时用电未接入"})
    assert response["Location"].endswith("#notes")
    html = text_of(manager, full)
    assert "10 kV 临时用电未接入" in html
    manager.post(f"/projects/{full.code}/notes/", {"kind": "note", "text": " "})
    assert full.notes.count() == 1


def test_history_says_who_changed_what(manager: Client, full: Project) -> None:
    user = make_user("王某", role="manager", all_parks=True)
    full.lead_unit = "区经信委"
    registering.save_project(
        project=full,
        version=full.version,
        official=("", ""),
        investors=[registering.TypedInvestor("四川和邦集团", "lead")],
        commitments=[],
        milestones=[registering.TypedMilestone("started", full.signed_on, None, True)],
        user=user,
    )
    change = changes.last_changes(full)[0]
    assert change.who == "王某"
    seen = {(one.old, one.new) for one in change.differences}
    assert ("", "区经信委") in seen
    assert ("毛平 · 区长", "") in seen
    assert ("60.00 亿元", "") in seen  # agreed capital
    assert ("42.00 亿元 2020-11", "") in seen  # the increase itself
    assert any("2021-01-15" in old and "2020" in new for old, new in seen)  # the milestone
    assert any(old.startswith("和邦新能源") and not new for old, new in seen)
    assert "区经信委" in text_of(manager, full)


def test_history_shows_voiding(manager: Client, full: Project) -> None:
    manager.post(f"/projects/{full.code}/void/", {"reason": "重复登记"})
    latest = changes.last_changes(full)[0]
    assert latest.what
    assert ("", "重复登记") in {(one.old, one.new) for one in latest.differences}
    assert changes.last_changes(full)[-1].differences == []


def test_the_number_of_queries_does_not_grow(manager: Client, full: Project) -> None:
    user = make_user("other", role="manager", all_parks=True)
    manager.get(full.get_absolute_url())
    counted = []
    for notes in (1, 30):
        while full.notes.count() < notes:
            registering.write_note(project=full, kind="note", text=f"第{full.notes.count()}条", user=user)
        for round_ in range(notes):
            full.case_officer = f"经办{notes}{round_}"
            full.version += 1
            full.save()
        with CaptureQueriesContext(connection) as queries:
            manager.get(full.get_absolute_url())
        counted.append(len(queries))
    assert counted[0] == counted[1]
