"""Where each value on a project's page comes from, told from the history."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import update_with_history
from projects import registering, sources
from projects.models import Project
from tests.builders import make_investor, make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def wang() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def li() -> User:
    return make_user("李某", role="manager", all_parks=True)


def save(project: Project, user: User, **columns: object) -> Project:
    for name, value in columns.items():
        setattr(project, name, value)
    return registering.save_project(
        project=project,
        version=project.version,
        official=("", ""),
        investors=None,
        commitments=None,
        milestones=None,
        user=user,
    )


def text_of(project: Project, user: User, column: str, table: str = "project", row: int = 0) -> str:
    found = sources.sources_of(project, user=user).of(table, column, row)
    return found.text if found else ""


def test_a_value_is_from_whoever_typed_it(wang: User, li: User) -> None:
    project = make_project(user=wang, lead_unit="区经信委", site="双福")
    save(project, li, site="德感")
    assert "王某" in text_of(project, li, "lead_unit")
    assert "李某" in text_of(project, li, "site")
    assert sources.sources_of(project, user=li).project["site"].kind == sources.TYPED


def test_saving_other_fields_leaves_the_source(wang: User, li: User) -> None:
    project = make_project(user=wang, lead_unit="区经信委")
    save(project, li, site="德感")
    registering.write_note(project=project, kind="note", text="看过现场", user=li)
    assert "王某" in text_of(project, li, "lead_unit")
    note = project.notes.get()
    assert "李某" in text_of(project, wang, "text", "notes", note.pk)


def test_a_value_that_came_back_is_from_whoever_brought_it_back(wang: User, li: User) -> None:
    project = make_project(user=wang, lead_unit="区经信委")
    save(project, wang, lead_unit="区商务委")
    save(project, li, lead_unit="区经信委")
    assert "李某" in text_of(project, wang, "lead_unit")


def test_what_is_empty_has_no_source(wang: User) -> None:
    project = make_project(user=wang, lead_unit="区经信委")
    save(project, wang, lead_unit="")
    found = sources.sources_of(project, user=wang)
    assert "lead_unit" not in found.project
    assert found.of("project", "park_id") is None


def test_each_column_of_a_row_has_its_own(wang: User, li: User) -> None:
    project = make_project(user=wang, agreed="2", planned={"started": "2020-09"}, reached={})
    commitment, milestone = project.commitments.get(), project.milestones.get()
    registering.save_project(
        project=project,
        version=project.version,
        official=("", ""),
        investors=None,
        commitments=[
            registering.TypedCommitment("initial", Decimal(30_000), commitment.committed_on, "", commitment.pk)
        ],
        milestones=[registering.TypedMilestone("started", milestone.planned_on, PartialDay(2020, 10), True)],
        user=li,
    )
    assert "王某" in text_of(project, li, "committed_on", "commitments", commitment.pk)
    assert "李某" in text_of(project, li, "amount", "commitments", commitment.pk)
    assert "王某" in text_of(project, li, "planned_on", "milestones", milestone.pk)
    assert "李某" in text_of(project, li, "actual_on", "milestones", milestone.pk)


def test_rows_that_were_removed_have_none(wang: User) -> None:
    project = make_project(user=wang, agreed="2", increases=[("1", "2020-11")])
    save_without = {"official": ("", ""), "investors": None, "milestones": None, "user": wang}
    first = project.commitments.get(kind="initial")
    kept = [registering.TypedCommitment("initial", first.amount, first.committed_on, "", first.pk)]
    registering.save_project(project=project, version=project.version, commitments=kept, **save_without)
    places = sources.sources_of(project, user=wang).found
    assert {place.row for place in places if place.table == "commitments"} == {first.pk}


def test_how_it_came_about_is_said(wang: User) -> None:
    project = make_project(user=None, lead_unit="区经信委")
    assert text_of(project, wang, "lead_unit").startswith("命令行 ")
    project.site = "双福"
    update_with_history(Project, [project], ["site"], user=wang, reason="bulk 4")
    found = sources.sources_of(project, user=wang).project["site"]
    assert found.kind == "bulk"
    assert "王某" in found.text
    assert "#4" in found.text


def test_a_number_of_an_import_that_is_gone_is_told_from_the_history(wang: User) -> None:
    project = make_project(user=wang)
    project.site = "双福"
    update_with_history(Project, [project], ["site"], user=wang, reason="import 77")
    found = sources.sources_of(project, user=wang).project["site"]
    assert (found.url, found.cell) == ("", "")
    assert "#77" in found.text


def test_figures_say_what_they_follow_from(wang: User) -> None:
    project = make_project(user=wang, agreed="2", reached={"registered": None, "started": "2020-10"})
    following = sources.sources_of(project, user=wang).following
    figures = {"agreed_capital", "arrived_capital", "arrival_rate", "behind_plan", "stage", "next_step", "missing"}
    assert figures == set(following)
    assert "开工" in following["stage"].text
    assert {one.kind for one in following.values()} == {sources.FOLLOWS}
    lead = make_project(user=wang, signed=None, stage="lead")
    assert "王某" in sources.sources_of(lead, user=wang).stage.text


@pytest.fixture
def full(wang: User) -> Project:
    make_investor("四川和邦集团", honours=["china_500"])
    project = make_project(
        "光伏基地",
        park="luohuang",
        agreed="20",
        increases=[("42", "2020-11")],
        investor="四川和邦集团",
        joint=["和邦新能源"],
        planned={"started": "2021-01-15"},
        reached={"registered": "2020-09-24"},
        arrivals={"2020-09": "12000"},
        official=("毛平", "区长"),
        lead_unit="区经信委",
        user=wang,
    )
    registering.write_note(project=project, kind="note", text="看过<b>现场</b>", user=wang)
    return project


def test_the_page_marks_every_value_and_writes_the_sources_when_asked(
    client: Client, full: Project, wang: User
) -> None:
    client.force_login(wang)
    quiet = client.get(full.get_absolute_url()).content.decode()
    keys = re.findall(r'popovertarget="(source-[^"]+)"', quiet)
    assert len(keys) == len(set(keys))
    assert all(f'id="{key}"' in quiet for key in keys)
    tables = {key.split("-")[1] for key in keys}
    assert {"project", "investors", "honours", "commitments", "milestones", "notes", "agreed_capital"} <= tables
    assert 'class="source-line"' not in quiet
    assert "?sources=1" in quiet
    shown = client.get(full.get_absolute_url(), {"sources": "1"}).content.decode()
    assert "popovertarget" not in shown
    assert shown.count('class="source-line"') >= len(keys) - 1  # the signing stands twice


def test_every_fact_that_is_filled_in_has_a_source(client: Client, full: Project, wang: User) -> None:
    client.force_login(wang)
    context = client.get(full.get_absolute_url()).context
    assert [fact.field for fact in context["facts"] if fact.value and fact.source is None] == []


def test_names_in_sources_are_escaped(client: Client, full: Project) -> None:
    user = make_user("x", role="manager", all_parks=True)
    user.display_name = "<i>x"
    user.save()
    save(full, user, site="双福")
    client.force_login(user)
    for query in ({}, {"sources": "1"}):
        assert b"<i>x" not in client.get(full.get_absolute_url(), query).content


def test_the_number_of_queries_does_not_grow(full: Project, wang: User, li: User) -> None:
    counted = []
    for times in (1, 25):
        for number in range(times):
            save(full, (wang, li)[number % 2], site=f"地块{times}{number}", case_officer=f"经办{number}")
            registering.write_note(project=full, kind="note", text=f"第{times}.{number}条", user=wang)
        project = Project.objects.prefetch_related("participations__investor__honours", "milestones").get(pk=full.pk)
        with CaptureQueriesContext(connection) as queries:
            sources.sources_of(project, user=wang)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] <= 14
