"""Creating and correcting a project: what is typed is read, asked about, kept, and never lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import Client

from jiangjin.lib.dates import PartialDay
from projects import editing
from projects.models import Investor, Project
from tests.builders import make_project, make_user
from tests.projects.typed import create, errors_of, pk_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def test_creates_with_everything_in_any_spelling(manager: Client) -> None:
    response = create(
        manager,
        name="  光伏  基地 ",
        park=pk_of("luohuang"),
        signed_on="2020.6.30",
        expected_output="140亿",
        expected_tax="8000",
        lead_official_name="毛平",
        lead_official_post="区长",
        investors=[{"name": "四川和邦集团", "role": "lead"}, {"name": "和邦新能源", "role": "joint", "share": "49"}],
        commitments=[
            {"kind": "initial", "amount": "6.2亿", "committed_on": "2020年6月30日"},
            {"kind": "increase", "amount": "4,000万元", "committed_on": "2020年11月"},
            {"kind": "reduction", "amount": "0.1", "committed_on": "2021"},
        ],
        milestones={"started": {"planned_on": "2021/5/4"}, "registered": {"reached": "on"}},
    )
    project = Project.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/projects/{project.code}/"
    assert project.code == "JJ-2020-0001"
    assert project.name == "光伏 基地"
    assert project.signed_on == PartialDay(2020, 6, 30)
    assert project.agreed_capital == Decimal(65_000)
    assert (project.expected_output, project.expected_tax) == (1_400_000, 8_000)
    assert project.stage == "registered"
    assert str(project.lead_official) == "毛平 · 区长"
    assert {part.investor.name: part.role for part in project.participations.all()} == {
        "四川和邦集团": "lead",
        "和邦新能源": "joint",
    }
    assert [row.amount for row in project.commitments.all()] == [62_000, 4_000, -1_000]
    assert project.history.get().history_user.username == "manager"


def test_a_new_agreement_is_dated_as_the_signing(manager: Client) -> None:
    form = {"signed_on": "2020-06", "commitments": [{"kind": "initial", "amount": "3"}], "cluster": ""}
    first = create(manager, **form)
    assert Project.objects.get().commitments.get().committed_on == PartialDay(2020, 6)
    assert create(manager, **form)["Location"] == first["Location"]  # a button pressed twice still finds its twin
    later = {"kind": "increase", "amount": "1", "committed_on": "2020-05"}
    errors_of(create(manager, **form | {"name": "另一个", "commitments": [*form["commitments"], later]}))


def test_a_name_is_enough_and_unknown_stays_unknown(manager: Client) -> None:
    assert create(manager).status_code == 302
    project = Project.objects.get()
    assert (project.agreed_capital, project.signed_on, project.park, project.cluster) == (None, None, None, None)
    assert not project.participations.exists()


def test_mistakes_stand_at_the_field_and_above_and_lose_nothing(manager: Client) -> None:
    response = create(
        manager,
        code="x",
        signed_on="2020年.13",
        remarks="很长的备注",
        commitments=[{"kind": "initial", "amount": "5-8亿"}],
        milestones={"started": {"planned_on": "someday"}},
    )
    summary, html = errors_of(response), response.content.decode()
    for anchor in ("id_code", "id_signed_on", "id_commitments-0-amount", "id_milestones-2-planned_on"):
        assert f'href="#{anchor}"' in summary
        assert f'id="{anchor}"' in html
        assert f'id="{anchor}_error"' in html
    for kept in ("2020年.13", "很长的备注", "5-8亿", "someday", 'value="x"'):
        assert kept in html
    assert 'data-warn-unsaved="changed"' in html
    assert not Project.objects.exists()


def test_the_number_is_taken(manager: Client) -> None:
    make_project("先来的", code="JJ2020-001")
    response = create(manager, code="JJ2020-001")
    assert 'href="#id_code"' in errors_of(response)
    assert Project.objects.count() == 1


def test_a_number_taken_at_the_last_moment_is_an_error_at_the_field(manager: Client, monkeypatch) -> None:
    def too_late(**fields: Any) -> None:
        make_project("快一步的", code="JJ2020-001")
        raise IntegrityError

    monkeypatch.setattr(editing, "save_project", too_late)
    monkeypatch.setattr(editing.ProjectForms, "_save", editing.ProjectForms._save.__wrapped__)
    assert 'href="#id_code"' in errors_of(create(manager, code="JJ2020-001"))


@pytest.mark.parametrize(
    "changes",
    [
        {"investors": [{"name": "甲", "role": "joint"}]},
        {"investors": [{"name": "甲", "role": "lead"}, {"name": "乙", "role": "lead"}]},
        {"investors": [{"name": "甲公司", "role": "lead"}, {"name": "甲公司 ", "role": "joint"}]},
        {"investors": [{"name": "甲", "role": "lead", "share": "0"}]},
        {"investors": [{"name": "", "role": "lead", "share": "50"}]},
        {"commitments": [{"kind": "increase", "amount": "1"}]},
        {"commitments": [{"kind": "initial", "amount": "1"}, {"kind": "initial", "amount": "2"}]},
        {"commitments": [{"kind": "initial", "amount": "1"}, {"kind": "reduction", "amount": "2"}]},
        {"commitments": [{"kind": "initial", "amount": "0"}]},
        {
            "commitments": [
                {"kind": "initial", "amount": "3", "committed_on": "2020-06-30"},
                {"kind": "reduction", "amount": "1", "committed_on": "2020-05"},
            ]
        },
        {"commitments": [{"kind": "initial", "amount": "", "committed_on": "2020"}]},
        {"milestones": {"started": {"actual_on": "2999-01-01"}}},
        {"milestones": {"started": {"actual_on": "2020-06-01"}, "production": {"actual_on": "2020-05"}}},
        {"signed_on": "2020-06-30", "milestones": {"started": {"actual_on": "2020-05"}}},
        {"condition": "stalled"},
        {"company_credit_code": "123"},
        {"name": " "},
    ],
)
def test_what_cannot_be_is_refused(manager: Client, changes: dict[str, Any]) -> None:
    errors_of(create(manager, **changes))
    assert not Project.objects.exists()
    assert not Investor.objects.exists()


def test_rows_that_were_taken_out_count_for_nothing(manager: Client) -> None:
    create(
        manager,
        commitments=[{"kind": "initial", "amount": "2"}, {"kind": "increase", "amount": "nonsense", "DELETE": "on"}],
        investors=[{"name": "甲", "role": "lead"}, {"name": "乙", "role": "lead", "DELETE": "on"}],
    )
    assert Project.objects.get().agreed_capital == 20_000


@pytest.mark.parametrize("amounts", [["500"], ["300", "250"]], ids=["one amount", "several that come to it"])
def test_an_implausible_amount_is_asked_once_more(manager: Client, amounts: list[str]) -> None:
    commitments = [
        {"kind": "increase" if number else "initial", "amount": amount} for number, amount in enumerate(amounts)
    ]
    assert b"-accept" not in manager.get("/projects/new/").content
    last = len(amounts) - 1
    response = create(manager, commitments=commitments)
    assert f'href="#id_commitments-{last}-amount"' in errors_of(response)
    assert f'name="commitments-{last}-accept"' in response.content.decode()
    commitments[last]["accept"] = "on"
    # The tick stays where another mistake brings the page back.
    assert (
        f'name="commitments-{last}-accept"' in create(manager, commitments=commitments, signed_on="?").content.decode()
    )
    assert create(manager, commitments=commitments).status_code == 302


def test_a_thousand_times_the_former_amount_is_asked_an_unchanged_one_is_not(manager: Client) -> None:
    project = make_project(agreed="0.03")
    (row,) = project.commitments.all()
    edit = f"{project.get_absolute_url()}edit/"
    sent = typed(version=1, commitments=[{"pk": row.pk, "kind": "initial", "amount": "30"}])
    errors_of(manager.post(edit, sent))
    assert manager.post(edit, sent | {"commitments-0-accept": "on"}).status_code == 302
    huge = make_project("特大", agreed="600")
    (row,) = huge.commitments.all()
    again = typed(
        version=1, name="特大", lead_unit="区府", commitments=[{"pk": row.pk, "kind": "initial", "amount": "600"}]
    )
    assert manager.post(f"{huge.get_absolute_url()}edit/", again).status_code == 302


def test_a_remarkable_amount_only_warns(manager: Client) -> None:
    response = create(manager, commitments=[{"kind": "initial", "amount": "100"}])
    assert [message.level_tag for message in get_messages(response.wsgi_request)] == ["warning", "success"]


def as_shown(page: Any) -> dict[str, Any]:
    """What the browser sends of a project's page on which nobody changed anything."""
    forms = page.context["forms"]
    sent = {}
    for form in [forms.project, *forms.participations, *forms.commitments, *forms.milestones]:
        for field in form:
            value = field.value()
            if value not in (None, False, ""):
                sent[field.html_name] = value
    for formset in (forms.participations, forms.commitments, forms.milestones):
        sent |= {field.html_name: field.value() for field in formset.management_form}
    return sent


def test_the_page_shows_what_is_registered_and_saves_it_unchanged(manager: Client) -> None:
    project = make_project(
        "光伏基地",
        park="luohuang",
        agreed="6.2",
        increases=[("0.5", "2021")],
        signed="2020-06",
        joint=["乙"],
        planned={"started": "2021-05-04"},
        reached={"registered": None},
    )
    edit = f"{project.get_absolute_url()}edit/"
    page = manager.get(edit)
    sent = as_shown(page)
    before = Project.objects.values().get()
    assert manager.post(edit, sent).status_code == 302
    after = Project.objects.values().get()
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"version", "updated_at"}
    assert project.commitments.count() == 2
    assert all(row.history.count() == 1 for row in project.commitments.all())


def test_what_a_ledger_brought_in_the_wrong_order_does_not_keep_the_page_from_being_saved(manager: Client) -> None:
    project = make_project(
        "光伏基地",
        agreed="6.2",
        increases=[("0.5", "2019-05")],
        signed="2020-06",
        joint=["乙"],
        reached={"started": "2019-07", "production": "2019-03"},
    )
    project.participations.update(role="joint")
    edit = f"{project.get_absolute_url()}edit/"
    sent = as_shown(manager.get(edit))
    assert manager.post(edit, {**sent, "remarks": "重点"}).status_code == 302
    project.refresh_from_db()
    assert project.remarks == "重点"
    # Whatever of it is touched must be right.
    sent = as_shown(manager.get(edit))
    place = next(name for name, value in sent.items() if str(value) == "2019-07")
    for name, value in ((place, "2019-08"), ("commitments-1-committed_on", "2019-06"), ("investors-1-name", "丙")):
        errors_of(manager.post(edit, {**sent, name: value}))


def test_days_and_moves_are_told_together_and_each_once(manager: Client) -> None:
    project = make_project("甲", signed="2020-06", planned={"production": "2022-05"})
    edit = f"{project.get_absolute_url()}edit/"
    steps = {"started": {"actual_on": "2020-01"}, "production": {"planned_on": "2022-09"}}
    sent = typed(version=1, name="甲", signed_on="2020-06", plan_reason="", milestones=steps)
    told = errors_of(manager.post(edit, sent))
    assert "早于" in told
    assert "要写原因" in told
    told = errors_of(manager.post(edit, {**sent, "plan_reason": "等" * 201}))
    assert "201" in told
    assert "要写原因" not in told


def test_emptying_the_number_keeps_it(manager: Client) -> None:
    project = make_project("甲", code="JJ2020-001")
    manager.post(f"{project.get_absolute_url()}edit/", typed(version=1, name="乙", code=""))
    project.refresh_from_db()
    assert (project.name, project.code) == ("乙", "JJ2020-001")


def test_a_new_number_still_answers_to_the_old_one(manager: Client) -> None:
    project = make_project("甲", code="JJ2020-001")
    manager.post(f"{project.get_absolute_url()}edit/", typed(version=1, name="甲", code="JJ2020-777"))
    assert Project.objects.search("JJ2020-001").get() == project


def test_what_a_stage_asks_for_can_be_filled_in_and_corrected(manager: Client) -> None:
    given = {
        "first_contact_on": "2019年3月",
        "intent_on": "2020-01-05",
        "land_mode": "granted",
        "actual_output": "1.2亿",
    }
    assert create(manager, signed_on="2020-06-30", **given).status_code == 302
    project = Project.objects.get()
    assert (project.first_contact_on, project.intent_on) == (PartialDay(2019, 3), PartialDay(2020, 1, 5))
    assert (project.land_mode, project.actual_output) == ("granted", 12_000)
    page = manager.get(f"/projects/{project.code}/edit/").content.decode()
    assert all(f'name="{name}"' in page for name in given)
    sent = typed(name="新项目", version=1, code=project.code, signed_on="2020-06-30", **given)
    url = f"/projects/{project.code}/edit/"
    assert "首次接触" in errors_of(manager.post(url, sent | {"first_contact_on": "2020-07-01"}))
    assert manager.post(url, sent | {"first_contact_on": "2099-01-01", "signed_on": ""}).status_code == 422
    assert manager.post(url, sent | {"land_mode": "leased", "intent_on": "2020-02"}).status_code == 302
    project.refresh_from_db()
    assert (project.land_mode, project.intent_on) == ("leased", PartialDay(2020, 2))


def test_terminating_asks_what_becomes_of_the_capital(manager: Client) -> None:
    project = make_project("新项目", signed="2020-06-30", agreed="5")
    row = project.commitments.get()
    commitments = [{"pk": row.pk, "kind": "initial", "amount": "5", "committed_on": str(row.committed_on or "")}]
    ended = {"condition": "terminated", "condition_on": "2020-11-30", "condition_reason": "解约"}
    sent = typed(version=project.version, code=project.code, signed_on="2020-06-30", commitments=commitments, **ended)
    response = manager.post(f"/projects/{project.code}/edit/", sent)
    assert "到状态页" in errors_of(response)
    assert f"/projects/{project.code}/condition/" in response.content.decode()
    project.refresh_from_db()
    assert project.condition == "active"
