"""Saving a project: two people at once, a button pressed twice, and who may."""

from __future__ import annotations

import pytest
from django.test import Client

from projects.models import Investor, Participation, Project
from tests.builders import make_investor, make_project, make_user
from tests.projects.typed import create, errors_of, pk_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def test_who_saves_second_sees_both_and_decides(manager: Client) -> None:
    project = make_project("甲", agreed="2")
    (row,) = project.commitments.all()
    edit = f"{project.get_absolute_url()}edit/"
    mine = {"pk": row.pk, "kind": "initial", "amount": "3"}
    theirs = {"pk": row.pk, "kind": "initial", "amount": "4"}
    investors = [{"name": "重庆某某有限公司", "role": "lead"}]
    assert manager.post(edit, typed(version=1, name="甲", commitments=[theirs], investors=investors)).status_code == 302
    second = typed(version=1, name="甲改", lead_unit="区招商局", commitments=[mine], investors=investors)
    response = manager.post(edit, second)
    assert response.status_code == 409
    (clash,) = response.context["forms"].clashes  # the name and the unit are the second one's alone: no question
    assert "4.00" in clash.stored
    assert "3.00" in clash.typed
    html = response.content.decode()
    assert 'value="甲改"' in html
    assert 'value="区招商局"' in html
    assert '<input type="hidden" name="version" value="2" id="id_version">' in html
    project.refresh_from_db()
    assert project.name == "甲"
    assert manager.post(edit, second | {"version": "2"}).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.agreed_capital) == ("甲改", 30_000)


def test_a_button_pressed_twice_saves_once(manager: Client) -> None:
    first = create(manager, signed_on="2020-06-30", commitments=[{"kind": "initial", "amount": "2"}])
    again = create(manager, signed_on="2020-06-30", commitments=[{"kind": "initial", "amount": "2"}])
    assert first["Location"] == again["Location"]
    assert Project.objects.count() == 1
    create(manager, signed_on="2020-06-30", commitments=[{"kind": "initial", "amount": "3"}])
    assert Project.objects.count() == 2  # another amount is another project
    project = Project.objects.get(agreed_capital=20_000)
    edit = f"{project.get_absolute_url()}edit/"
    sent = typed(version=1, lead_unit="区府")
    assert manager.post(edit, sent).status_code == 302
    assert manager.post(edit, sent).status_code == 302
    project.refresh_from_db()
    assert project.version == 2


def test_two_firms_of_one_name_are_asked_about(manager: Client) -> None:
    make_investor("同名公司")
    Investor.objects.create(name="同名公司", name_key=Investor.objects.get().name_key)
    errors_of(create(manager, investors=[{"name": "同名公司", "role": "lead"}]))
    assert not Project.objects.exists()


def test_a_firm_that_stands_there_stays_whoever_else_is_called_so(manager: Client) -> None:
    """An undo of an undo may bring a namesake back; the project's page is saved as before, and can be corrected."""
    project = make_project("甲", investor="同名公司", agreed="2")
    own = project.participations.get().investor
    twin = Investor.objects.create(name="同名公司", name_key=own.name_key)
    edit = f"{project.get_absolute_url()}edit/"
    sent = {"investors": [{"name": "同名公司", "role": "lead"}], "commitments": []}
    assert manager.post(edit, typed(version=1, lead_unit="区府", **sent)).status_code == 302
    assert [part.investor for part in project.participations.all()] == [own]
    # Both of them, after a merging of two projects: two rows of one name, no third.
    Participation.objects.create(project=project, investor=twin, role="joint")
    rows = [{"name": "同名公司", "role": "lead"}, {"name": "同名公司", "role": "joint", "share": "20"}]
    assert manager.post(edit, typed(version=2, **sent | {"investors": rows})).status_code == 302
    parts = [(part.investor, part.role, part.share) for part in project.participations.all()]
    assert parts == [(own, "lead", None), (twin, "joint", 20)]
    errors_of(manager.post(edit, typed(version=3, **sent | {"investors": [*rows, rows[1]]})))
    assert manager.post(edit, typed(version=3, **sent)).status_code == 302
    assert [part.investor for part in project.participations.all()] == [own]


def test_recorders_write_their_own_parks(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("recorder", parks=["luohuang"]))
    response = client.get("/projects/new/")
    offered = {park.code for park in response.context["forms"].project.fields["park"].queryset}
    assert offered == {"luohuang", "luohuang-smart-home"}
    errors_of(create(client, park=pk_of("degan")))
    errors_of(create(client))  # without a park it would be nobody's
    assert create(client, park=pk_of("luohuang-smart-home")).status_code == 302
    other = make_project(park="degan")
    assert client.get(f"{other.get_absolute_url()}edit/").status_code == 403
    assert client.post(f"{other.get_absolute_url()}edit/", typed(version=1)).status_code == 403
    mine = Project.objects.get(park__code="luohuang-smart-home")
    errors_of(client.post(f"{mine.get_absolute_url()}edit/", typed(version=1, park=pk_of("degan"))))


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_readers_write_nothing(vocabulary: None, client: Client, role: str) -> None:
    client.force_login(make_user(role, role=role))
    assert client.get("/projects/new/").status_code == 403
    assert create(client).status_code == 403
    assert not Project.objects.exists()


def test_a_post_without_the_rows_is_a_mistake_not_a_crash(manager: Client) -> None:
    assert manager.post("/projects/new/", {"name": "甲"}).status_code == 422
    assert manager.post("/projects/new/", typed(**{"milestones-0-kind": "flying"})).status_code == 422
    assert manager.post("/projects/new/", typed(**{"investors-TOTAL_FORMS": "999999"})).status_code in {302, 422}


@pytest.mark.parametrize("part", ["share", "note", "amount", "day", "milestone"])
def test_a_conflict_in_the_smallest_thing_is_shown(manager: Client, part: str) -> None:
    project = make_project("甲", agreed="2", joint=["第二公司"])
    (row,) = project.commitments.all()
    edit = f"{project.get_absolute_url()}edit/"

    def page(version: int, value: str) -> dict:
        first = {"name": "重庆某某有限公司", "role": "lead", "share": value if part == "share" else ""}
        second = {"name": "第二公司", "role": "joint"}
        amount = {"pk": row.pk, "kind": "initial", "amount": "2", "committed_on": "2020-06-30"}
        amount |= {"note": value} if part == "note" else {"amount": f"2.0000{value}"} if part == "amount" else {}
        amount |= {"committed_on": f"202{value}"} if part == "day" else {}
        steps = {"land": {"planned_on": f"202{value}"}} if part == "milestone" else {}
        rows = {"investors": [first, second], "commitments": [amount], "milestones": steps}
        return typed(version=version, name="甲", code=project.code, signed_on="2020-06-30", **rows)

    assert manager.post(edit, page(1, "1")).status_code == 302
    response = manager.post(edit, page(1, "2"))
    assert response.status_code == 409
    (clash,) = response.context["forms"].clashes
    assert clash.stored != clash.typed
    assert manager.post(edit, page(2, "2")).status_code == 302
    # Both versions, one after the other, are in the history.
    assert project.history.count() == 3


def test_two_who_add_the_same_row_both_keep_it(manager: Client) -> None:
    project = make_project("甲", agreed="2")
    (row,) = project.commitments.all()
    edit = f"{project.get_absolute_url()}edit/"
    amounts = [{"pk": row.pk, "kind": "initial", "amount": "2"}, {"kind": "increase", "amount": "3"}]
    firms = [{"name": "重庆某某有限公司", "role": "lead"}, {"name": "第二公司", "role": "joint"}]
    page = {"name": "甲", "code": project.code, "commitments": amounts, "investors": firms}
    assert manager.post(edit, typed(version=1, **page)).status_code == 302
    assert manager.post(edit, typed(version=1, lead_unit="区府", **page)).status_code == 302
    project.refresh_from_db()
    assert (project.lead_unit, project.agreed_capital) == ("区府", 50_000)
    assert project.participations.count() == project.commitments.count() == 2


def test_what_was_typed_survives_a_new_number_and_a_voiding(manager: Client) -> None:
    project = make_project("甲", agreed="2")
    edit = f"{project.get_absolute_url()}edit/"
    assert manager.post(edit, typed(version=1, name="甲", code="ABC-1")).status_code == 302
    late = typed(version=1, name="甲", code=project.code, lead_unit="区招商局")
    assert manager.post(edit, late).status_code == 302
    project.refresh_from_db()
    assert (project.code, project.lead_unit) == ("ABC-1", "区招商局")
    late |= {"lead_unit": "区政府办"}
    assert manager.get(edit).status_code == 404  # only what was typed is taken under the former number
    manager.post("/projects/ABC-1/void/", {"reason": "重复"})
    response = manager.post("/projects/ABC-1/edit/", late | {"version": "3", "code": "ABC-1"})
    assert response.status_code == 422
    assert 'value="区政府办"' in response.content.decode()
    project.refresh_from_db()
    assert (project.lead_unit, project.is_voided) == ("区招商局", True)
    assert manager.post("/projects/ABC-9/edit/", late).status_code == 404


def test_a_former_number_opens_nothing_that_is_not_ones_own(vocabulary: None, client: Client, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    project = make_project("甲", park="degan", agreed="2")
    project.codes.create(code="OLD-1")
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    assert client.post("/projects/OLD-1/edit/", typed(version=1)).status_code == 404
    settings.RECORDERS_SEE_OWN_PARKS = False
    assert client.post("/projects/OLD-1/edit/", typed(version=1)).status_code == 403
