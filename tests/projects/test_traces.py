"""What a form, a bulk change and an import leave besides their values, just as the pages made for it do."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from imports.models import ImportBatch
from imports.undoing import take_back
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from projects import bulk
from projects.bulk_writing import PreviewOutdated, edit_many
from projects.models import ConditionPeriod, Handover, Milestone, Project, StageMove
from projects.progress import moved_days
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run
from tests.projects.opened import opened, row_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
MAYOR = ("毛平", "区长")


@pytest.fixture
def wang(client: Client) -> User:
    user = make_user("王某", role="manager", all_parks=True)
    client.force_login(user)
    return user


@pytest.fixture
def project() -> Project:
    return make_project(
        "光伏基地",
        code="P-1",
        park="shuangfu",
        cluster="materials",
        agreed="1",
        lead_unit="区经信委",
        official=MAYOR,
        planned={"started": "2021-03", "completed": "2022"},
    )


def edit(client: Client, project: Project, changes: dict[str, str], **steps: dict[str, str]) -> Any:
    """Open the form, type, save; `steps`: what is typed at a milestone."""
    data = opened(client, project) | changes
    for kind, typed in steps.items():
        row = row_of(data, "milestones", kind=kind)
        data |= {f"{row}{name}": value for name, value in typed.items()}
    return client.post(f"{project.get_absolute_url()}edit/", data)


def words_of(response: Any) -> str:
    assert response.status_code == 422
    return " ".join(one.message for one in response.context["forms"].mistakes)


# The form.


def test_a_stage_that_lacks_something_is_not_reached_by_the_form(wang: User, client: Client, project: Project) -> None:
    response = edit(client, project, {}, started={"reached": "on"})
    assert "开工" in words_of(response)
    assert "实际开工" in words_of(response)  # the day of the start
    stored = Project.objects.get()
    assert (stored.stage, stored.version) == ("signed", project.version)
    assert not StageMove.objects.exists()
    assert edit(client, project, {}, started={"actual_on": "2021-04"}).status_code == 302
    move = StageMove.objects.get()
    assert (move.from_stage, move.to_stage, str(move.effective_on), move.user) == (
        "signed",
        "construction",
        "2021-04",
        wang,
    )


def test_gaps_of_a_stage_that_is_reached_do_not_hinder_other_corrections(wang: User, client: Client) -> None:
    project = make_project("乙", code="P-2", park="shuangfu", reached={"started": None, "production": None})
    assert edit(client, project, {"remarks": "看过现场"}).status_code == 302
    # The day of a step that is reached already is filled in; what else is missing stays missing.
    assert edit(client, project, {}, started={"actual_on": "2021-04"}).status_code == 302
    # A later stage asks for all of it.
    words = words_of(edit(client, project, {}, full_production={"actual_on": "2022-05"}))
    assert "实际投产" in words
    assert Project.objects.get().stage == "production"


def test_a_new_project_is_registered_as_far_as_it_has_come(wang: User, client: Client) -> None:
    from tests.projects.typed import create

    assert create(client, milestones={"started": {"reached": "on"}}).status_code == 302
    assert Project.objects.get().stage == "construction"


def test_a_planned_day_moves_with_a_reason_alone(wang: User, client: Client, project: Project) -> None:
    assert "开工" in words_of(edit(client, project, {}, started={"planned_on": "2021-06"}))
    assert "开工" in words_of(edit(client, project, {"plan_reason": "  "}, started={"planned_on": ""}))
    assert str(project.milestones.get(kind="started").planned_on) == "2021-03"
    # A first planned day asks nothing.
    assert edit(client, project, {}, production={"planned_on": "2023"}).status_code == 302
    done = edit(client, project, {"plan_reason": "等用地"}, started={"planned_on": "2021-06"})
    assert done.status_code == 302
    started = project.milestones.get(kind="started")
    assert (str(started.planned_on), started.plan_reason) == ("2021-06", "等用地")
    assert {row.plan_reason for row in project.milestones.exclude(kind="started")} == {""}
    (moved,) = moved_days(project)[started.pk]
    assert "等用地" in moved.why


def test_another_lead_official_in_the_form_is_a_handover(wang: User, client: Client, project: Project) -> None:
    former = project.lead_official
    typed = {"lead_official_name": "李明", "lead_official_post": "副区长"}
    assert edit(client, project, typed).status_code == 302
    row = Handover.objects.get()
    assert (row.from_official, str(row.to_official), row.handed_on) == (former, "李明 · 副区长", timezone.localdate())
    assert row.history.get().history_user == wang
    # Nobody follows: that is kept too; touching nothing keeps nothing.
    assert edit(client, project, {"remarks": "看过现场"}).status_code == 302
    assert edit(client, project, {"lead_official_name": "", "lead_official_post": ""}).status_code == 302
    last = Handover.objects.first()
    assert (str(last.from_official), last.to_official) == ("李明 · 副区长", None)
    assert Handover.objects.count() == 2
    # Whoever comes after that is a handover; the first one that is filled in where nothing is known is none.
    assert edit(client, project, typed).status_code == 302
    assert Handover.objects.count() == 3
    assert edit(client, make_project("乙", code="P-2", park="shuangfu"), typed).status_code == 302
    assert Handover.objects.count() == 3


# The bulk change.


def bulk_of(user: User, **values: Any) -> tuple[Any, bulk.Wanted, str]:
    select = partial(bulk.selection_of, QueryDict("park=shuangfu"), None, user=user)
    wanted = bulk.Wanted(**values)
    return select, wanted, bulk.plan_of(select(), wanted, user=user).digest


def change_many(user: User, **values: Any) -> Any:
    select, wanted, digest = bulk_of(user, **values)
    return edit_many(select=select, wanted=wanted, user=user, digest=digest, leave_out=False)


def test_a_bulk_change_asks_why_planned_days_move(wang: User, client: Client, project: Project) -> None:
    make_project("乙", code="P-2", park="shuangfu")  # without a plan
    url, typed = "/projects/bulk/?park=shuangfu", {"planned_start": "2021-06", "step": "preview"}
    response = client.post(url, typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["plan_reason"]
    preview = client.post(url, typed | {"plan_reason": "等用地"})
    assert preview.status_code == 200
    confirm = typed | {"step": "confirm", "digest": preview.context["plan"].digest}
    assert client.post(url, confirm).status_code == 422  # without the reason it is another change
    assert str(project.milestones.get(kind="started").planned_on) == "2021-03"
    assert client.post(url, confirm | {"plan_reason": "等用地"}).status_code == 302
    rows = {row.project.code: row for row in Milestone.objects.filter(kind="started").select_related("project")}
    assert {code: (str(row.planned_on), row.plan_reason) for code, row in rows.items()} == {
        "P-1": ("2021-06", "等用地"),
        "P-2": ("2021-06", ""),
    }
    with pytest.raises(PreviewOutdated):
        change_many(wang, planned={"started": PartialDay.from_iso("2022")})


def test_a_bulk_change_of_the_official_hands_over_and_its_undo_takes_that_back(wang: User, project: Project) -> None:
    from imports.bulk_undo import undo_bulk

    other = make_project("乙", code="P-2", park="shuangfu", official=("王五", ""))
    make_project("丁", code="P-4", park="shuangfu")  # nobody knows who led it, and since when
    make_project("丙", code="P-3", park="shuangfu", official=("李明", "副区长"))  # led by him already
    Handover.objects.create(project=project, to_official=project.lead_official, handed_on=datetime.date(2999, 1, 1))
    done = change_many(wang, lead_official=("李明", "副区长"))
    rows = {row.project: row for row in Handover.objects.filter(to_official__name="李明")}
    assert set(rows) == {project, other}
    assert rows[project].from_official == project.lead_official
    # Never before the last one: the newest handover says who leads now.
    assert rows[project].handed_on == datetime.date(2999, 1, 1)
    assert (str(rows[other].from_official), rows[other].handed_on) == ("王五", timezone.localdate())
    undo_bulk(edit=done, user=wang, back=True)
    assert Handover.objects.count() == 1
    assert Project.objects.get(pk=project.pk).lead_official == project.lead_official


# The import.

HEAD = ("项目编号", "项目名称", "投资方", "项目阶段", "计划开工时间", "实际开工时间", "挂帅领导", "职务", "履约状态")
ROW = ("P-1", "光伏基地", "重庆某某有限公司")


def bring(folder: Path, *rows: Any, name: str = "台账.xlsx") -> ImportBatch:
    path = ledger(folder / name, *rows, header=HEAD)
    status, answer = run(path)
    assert status == 0, answer
    return ImportBatch.objects.get(pk=answer["batch"])


def traces() -> list[int]:
    return [model.objects.count() for model in (StageMove, ConditionPeriod, Handover)]


def test_an_import_leaves_what_the_pages_leave_and_its_undo_takes_it_back(project: Project, tmp_path: Path) -> None:
    project.condition, project.condition_on, project.condition_reason = (
        "stalled",
        PartialDay.from_iso("2020-09"),
        "缺地",
    )
    project.save()
    before = Project.objects.values().get()
    batch = bring(tmp_path, (*ROW, "在建", "2021-06", "2021-04", "李明", "副区长", "正常"))
    move = StageMove.objects.get()
    assert (move.from_stage, move.to_stage, str(move.effective_on), move.reason) == (
        "signed",
        "construction",
        "2021-04",
        "台账.xlsx",
    )
    hand = Handover.objects.get()
    assert (str(hand.from_official), str(hand.to_official), hand.reason) == (
        "毛平 · 区长",
        "李明 · 副区长",
        "台账.xlsx",
    )
    past = ConditionPeriod.objects.get()
    assert (past.condition, str(past.since), past.reason, past.ended_because) == (
        "stalled",
        "2020-09",
        "缺地",
        "台账.xlsx",
    )
    stored = Project.objects.get()
    assert (stored.condition, stored.condition_on, stored.condition_reason) == ("active", None, "")
    started = project.milestones.get(kind="started")
    assert (str(started.planned_on), started.plan_reason) == ("2021-06", "台账.xlsx")
    assert [problem for one in all_invariants() for problem in one.find()] == []
    take_back(batch=batch, user=None, back=True)
    assert traces() == [0, 0, 0]
    after = Project.objects.values().get()
    kept = ("stage", "condition", "condition_on", "condition_reason", "lead_official_id")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    started.refresh_from_db()
    assert (str(started.planned_on), started.plan_reason) == ("2021-03", "")
    take_back(batch=batch, user=None, back=False)
    assert traces() == [1, 1, 1]


def test_the_same_file_again_leaves_nothing_more(project: Project, tmp_path: Path) -> None:
    for number in range(2):
        bring(tmp_path, (*ROW, "在建", "2021-06", "2021-04", "李明", "副区长", "正常"), name=f"{number}.xlsx")
        assert traces() == [1, 0, 1]


def test_an_import_asks_no_query_a_row(tmp_path: Path) -> None:
    counts = []
    for number in (1, 6):
        rows = [(f"P-{number}{place}", f"项目{number}{place}", "重庆某某有限公司") for place in range(number)]
        for code, name, __ in rows:
            make_project(name, code=code, official=MAYOR, planned={"started": "2021-03"})
        path = ledger(
            tmp_path / f"{number}.xlsx",
            *((*row, "在建", "2021-06", "2021-04", "李明", "副区长", "") for row in rows),
            header=HEAD,
        )
        with CaptureQueriesContext(connection) as captured:
            assert run(path)[0] == 0
        counts.append(len(captured))
    assert traces() == [7, 0, 7]
    assert counts[1] <= counts[0]
