"""Undo of an import: what it wrote goes or returns exactly, what was edited since stays."""

import hashlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.models import BatchState, ImportBatch, ImportRow, Takeback
from imports.undoing import last_takeback, plan_takeback, take_back
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from jiangjin.lib.takeback import NoWay
from projects.capital import recompute_and_save
from projects.choices import Stage
from projects.models import Attachment, CapitalArrival, CapitalCommitment, Investor, Milestone, Note, Official, Project
from projects.registering import void_project, write_note
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "协议投资额（亿元）", "签约时间", "责任单位", "项目阶段")
# Keys, versions and times say when and how often something was written, not what.
BESIDES = {"version", "updated_at"}


def register() -> str:
    """sha256 over every row of every business table, NULL and empty told apart; with keys, without versions."""
    digest = hashlib.sha256()
    for model in sorted(apps.get_app_config("projects").get_models(), key=lambda model: model._meta.label):
        if model.__name__.startswith("Historical"):
            continue
        names = [field.attname for field in model._meta.concrete_fields if field.name not in BESIDES]
        for row in model._base_manager.order_by("pk").values_list(*names):
            digest.update(repr((model._meta.label, row)).encode())
    return digest.hexdigest()


def bring(path: Path, *rows, header=HEADER) -> ImportBatch:
    __, answer = run(ledger(path, *rows, header=header))
    assert answer["committed"], answer["errors"]
    return ImportBatch.objects.get(pk=answer["batch"])


def undo(batch: ImportBatch, **more) -> Takeback:
    batch.refresh_from_db()
    return take_back(batch=batch, user=None, back=True, **more)


def redo(batch: ImportBatch, **more) -> Takeback:
    batch.refresh_from_db()
    return take_back(batch=batch, user=None, back=False, **more)


def assert_sound() -> None:
    assert [problem for one in all_invariants() for problem in one.find()] == []


@pytest.mark.parametrize("name", ["ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv"])
def test_all_that_a_ledger_made_goes(name: str) -> None:
    make_project("先有的项目", code="P-1", agreed="5")
    before = register()
    __, answer = run(SAMPLES / name)
    batch, after = ImportBatch.objects.get(), register()
    assert undo(batch).removed == answer["create"]
    assert register() == before
    assert_sound()
    redo(batch)
    assert register() == after
    assert ImportRow.objects.filter(project=None).count() == 0
    assert_sound()
    undo(batch)
    assert register() == before


def test_changed_values_return_exactly_null_and_empty_alike(tmp_path: Path) -> None:
    make_project(code="P-1", name="甲", agreed="5", signed="2020", lead_unit="", planned={"production": "2022"})
    make_project(code="P-2", name="乙", agreed=None, signed=None, investor=None, lead_unit="区府")
    before = register()
    batch = bring(
        tmp_path / "a.xlsx",
        ["P-1", "甲", 7, "2020-06-30", "区商务委", "已投产"],
        ["P-2", "乙", 9, "2021", "区经信委", "在建"],
    )
    first = Project.objects.get(code="P-1")
    assert (first.agreed_capital, first.stage, first.version) == (7 * YI, Stage.PRODUCTION, 2)
    undo(batch)
    first.refresh_from_db()
    assert (first.agreed_capital, first.stage, first.version, first.lead_unit) == (5 * YI, Stage.SIGNED, 3, "")
    second = Project.objects.get(code="P-2")
    assert (second.agreed_capital, second.signed_on, second.commitments.count()) == (None, None, 0)
    assert register() == before
    assert_sound()


def test_an_undo_is_logged_with_its_reason_and_account(tmp_path: Path) -> None:
    make_project(code="P-1", name="甲", agreed="5")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 7, None, None, None])
    user = make_user("manager", role="manager", all_parks=True)
    done = take_back(batch=batch, user=user, back=True)
    newest = Project.objects.get().history.first()
    assert (newest.history_change_reason, newest.history_user) == (f"undo import {batch.pk} ({done.pk})", user)
    assert (batch.state, last_takeback(batch)) == (BatchState.UNDONE, done)


def test_what_was_edited_since_is_listed_and_kept(tmp_path: Path) -> None:
    project = make_project(code="P-1", name="甲", agreed="5", lead_unit="区府")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 7, None, "区商务委", None])
    project.refresh_from_db()
    project.lead_unit = "区招商局"
    project.save()
    plan = plan_takeback(batch, user=None)
    (conflict,) = plan.conflicts
    assert (conflict.unit, conflict.before, conflict.written, conflict.now) == (
        "lead_unit",
        ("区府",),
        ("区商务委",),
        ("区招商局",),
    )
    done = undo(batch)
    project.refresh_from_db()
    assert (project.lead_unit, project.agreed_capital, done.kept) == ("区招商局", 5 * YI, 1)
    assert done.kept_values[0]["now"] == "区招商局"
    assert_sound()


def test_a_person_may_have_it_returned_all_the_same(tmp_path: Path) -> None:
    project = make_project(code="P-1", name="甲", agreed="5", lead_unit="")
    before = register()
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 7, None, "区商务委", None])
    project.refresh_from_db()
    project.lead_unit = "区招商局"
    project.save()
    (conflict,) = plan_takeback(batch, user=None).conflicts
    undo(batch, choices=frozenset({conflict.choice}))
    assert register() == before
    redo(batch)
    project.refresh_from_db()
    assert (project.lead_unit, project.agreed_capital) == ("区招商局", 7 * YI)


@pytest.mark.parametrize("later_first", [True, False])
def test_two_batches_undone_in_either_order_leave_what_was_before(tmp_path: Path, later_first: bool) -> None:
    make_project(code="P-1", name="甲", agreed="5", lead_unit="区府")
    before = register()
    first = bring(tmp_path / "a.xlsx", ["P-1", "甲", 6, None, "区商务委", None], ["P-2", "乙", 3, None, None, "在建"])
    second = bring(tmp_path / "b.xlsx", ["P-1", "甲", 7, None, None, None], ["P-2", "乙", 4, "2021", "区经信委", None])
    after = register()
    for batch in (second, first) if later_first else (first, second):
        undo(batch)
        assert_sound()
    assert register() == before
    for batch in (first, second):
        redo(batch)
        assert_sound()
    assert register() == after


def test_undoing_the_earlier_of_two_keeps_what_the_later_wrote(tmp_path: Path) -> None:
    make_project(code="P-1", name="甲", agreed="5", lead_unit="区府")
    first = bring(tmp_path / "a.xlsx", ["P-1", "甲", 6, None, "区商务委", None])
    bring(tmp_path / "b.xlsx", ["P-1", "甲", 7, None, None, None])
    done = undo(first)
    project = Project.objects.get()
    assert (project.agreed_capital, project.lead_unit, done.kept) == (7 * YI, "区府", 1)


@pytest.mark.parametrize("use", ["note", "edit", "arrival", "void"])
def test_a_new_project_that_was_used_since_stays_whole(tmp_path: Path, use: str) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 6, "2020", "区商务委", "在建"], ["P-2", "乙", 3, None, None, None])
    user = make_user("manager", role="manager", all_parks=True)
    project = Project.objects.get(code="P-1")
    if use == "note":
        write_note(project=project, kind="note", text="好", user=user)
    elif use == "edit":
        project.remarks = "重点"
        project.save()
    elif use == "arrival":
        header = ("项目编号", "2020年7月到位资金（万元）", "2020年8月到位资金（万元）")
        assert bring(tmp_path / "b.xlsx", ["P-1", 100, 200], header=header).created == 1
    else:
        void_project(project=project, reason="重复", user=user)
    done = undo(batch)
    assert list(Project.objects.values_list("code", flat=True)) == ["P-1"]
    assert (done.removed, done.kept) == (1, 1)
    project.refresh_from_db()
    assert (project.commitments.count(), project.milestones.count(), project.agreed_capital) == (1, 1, 6 * YI)
    assert_sound()


def test_arrivals_that_were_replaced_return(tmp_path: Path) -> None:
    project = make_project(code="P-1", name="甲", agreed="5", arrivals={"2020-07": "100"})
    CapitalArrival.objects.update(note="手工")
    for arrival in CapitalArrival.objects.all():
        arrival.save()  # with its history
    before = register()
    header = ("项目编号", "2020年7月到位资金（万元）", "2020年8月到位资金（万元）")
    batch = bring(tmp_path / "a.xlsx", ["P-1", 250, 900], header=header)
    project.refresh_from_db()
    assert project.arrived_capital == 1150
    assert undo(batch).returned == 2
    assert register() == before
    assert_sound()
    redo(batch)
    project.refresh_from_db()
    assert project.arrived_capital == 1150


def test_a_month_with_evidence_stays_and_is_told(tmp_path: Path) -> None:
    project = make_project(code="P-1", name="甲", agreed="5")
    header = ("项目编号", "2020年7月到位资金（万元）", "2020年8月到位资金（万元）")
    batch = bring(tmp_path / "a.xlsx", ["P-1", 250, 900], header=header)
    july = project.arrivals.get(month="2020-07")
    paper = Attachment(project=project, arrival=july, filename="回单.pdf", size=5, sha256="0" * 64)
    paper.content_type, paper.file.name = "application/pdf", "attachments/none"
    paper.save()
    plan = plan_takeback(batch, user=None)
    assert [(one.key, one.may_choose) for one in plan.conflicts] == [((CapitalArrival._meta.label, july.pk), False)]
    undo(batch)
    assert [row.pk for row in project.arrivals.all()] == [july.pk]
    project.refresh_from_db()
    assert project.arrived_capital == 250


def test_firms_officials_and_ranks_that_only_the_file_named_go(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "投资方", "投资方/企业属性", "挂帅领导")
    make_project(code="P-1", name="甲", investor="甲公司", official=("李明", ""))
    before = register()
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "乙公司", "上市公司", "毛平"], header=header)
    assert Official.objects.count() == Investor.objects.count() == 2
    undo(batch)
    assert register() == before
    assert_sound()


def test_a_firm_that_another_project_took_up_stays(tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "乙公司"], header=("项目编号", "项目名称", "投资方"))
    make_project(code="P-2", name="别的", investor="乙公司")
    undo(batch)
    assert list(Project.objects.values_list("code", flat=True)) == ["P-2"]
    assert Investor.objects.get().name == "乙公司"
    assert_sound()


def test_amounts_that_make_no_sense_without_a_later_edit_stay(tmp_path: Path) -> None:
    """A reduction since then is more than what would be left."""
    project = make_project(code="P-1", name="甲", agreed="5", lead_unit="区府")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 20, None, "区商务委", None])
    CapitalCommitment.objects.create(project=project, kind="reduction", amount=-8 * YI)
    recompute_and_save([project.pk], user=None, reason="")
    done = undo(batch)
    project.refresh_from_db()
    assert (project.agreed_capital, project.lead_unit, done.kept) == (12 * YI, "区府", 1)
    assert_sound()


def test_days_that_would_lie_in_the_wrong_order_beside_a_later_edit_stay(tmp_path: Path) -> None:
    project = make_project(code="P-1", name="甲", agreed="5", signed="2020-05", planned={"production": "2021"})
    header = (*HEADER, "计划投产时间")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 7, "2020-03", "区商务委", None, "2023-05"], header=header)
    # Planned since, in order beside the day of the file alone.
    Milestone.objects.create(project=project, kind="started", planned_on=PartialDay(2022, 6))
    plan = plan_takeback(batch, user=None)
    plan.settle(frozenset())
    assert [(one.key[0], one.columns, one.why) for one in plan.obstacles.values()] == [
        (Milestone._meta.label, ("planned_on",), "together")
    ]
    undo(batch)
    project.refresh_from_db()
    assert project.milestones.get(kind="production").planned_on == PartialDay(2023, 5)
    assert (project.agreed_capital, project.lead_unit, project.signed_on) == (5 * YI, "", PartialDay(2020, 5))
    assert_sound()


def test_a_day_in_disorder_already_holds_nothing_back(tmp_path: Path) -> None:
    project = make_project(code="P-1", name="甲", agreed="5", planned={"production": "2022"})
    header = (*HEADER, "计划投产时间")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 7, None, "区商务委", None, "2023-05"], header=header)
    Milestone.objects.create(project=project, kind="started", planned_on=PartialDay(2024))
    undo(batch)
    project.refresh_from_db()
    assert project.milestones.get(kind="production").planned_on == PartialDay(2022)
    assert project.agreed_capital == 5 * YI


def test_a_day_edited_since_keeps_its_milestone_whole(tmp_path: Path) -> None:
    make_project(code="P-1", name="甲", planned={"started": "2021"})
    header = ("项目编号", "项目名称", "实际开工时间")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "2020-07-30"], header=header)
    milestone = Milestone.objects.get()
    milestone.actual_on = PartialDay(2020, 8)
    milestone.save()
    undo(batch)
    milestone.refresh_from_db()
    assert (milestone.reached, str(milestone.actual_on)) == (True, "2020-08")
    assert Project.objects.get().stage == Stage.CONSTRUCTION
    assert_sound()


def test_a_number_that_was_taken_since_keeps_its_former_project_away(tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", 6, None, None, None], ["P-2", "乙", 3, None, None, None])
    undo(batch)
    other = make_project(code="P-1", name="别的项目")
    done = redo(batch)
    assert (done.restored, Project.objects.get(code="P-1")) == (1, other)
    assert done.kept > 0
    assert_sound()


def test_notes_return_with_the_time_at_which_they_were_written(tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "已进场"], header=("项目编号", "项目名称", "进展情况"))
    written = Note.objects.get()
    undo(batch)
    redo(batch)
    assert (Note.objects.get().pk, Note.objects.get().created_at) == (written.pk, written.created_at)


def test_undone_a_file_can_be_brought_again(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = ["P-1", "甲", 6, "2020", "区商务委", "在建"]
    batch = bring(path, rows)
    undo(batch)
    again = bring(path, rows)
    assert (again.created, Project.objects.count()) == (1, 1)
    state = register()
    with pytest.raises(NoWay):  # all of it is there by the second: "counts again" would be untrue
        redo(batch)
    with pytest.raises(NoWay):
        plan_takeback(batch, user=None)
    batch.refresh_from_db()
    assert (batch.state, register(), Project.objects.count()) == (BatchState.UNDONE, state, 1)
    assert_sound()


def test_the_number_of_queries_does_not_grow(tmp_path: Path) -> None:
    counts = []
    for number, size in ((1, 2), (2, 60)):
        rows = [[f"P-{number}-{row}", f"项目{number}{row}", 6, "2020", None, "在建"] for row in range(size)]
        batch = bring(tmp_path / f"{number}.xlsx", *rows)
        with CaptureQueriesContext(connection) as queries:
            undo(batch)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_number_of_ours_that_an_undo_freed_is_not_given_again(tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", [None, "甲", 6, "2020", None, None])
    code = Project.objects.get().code
    undo(batch)
    bring(tmp_path / "b.xlsx", [None, "乙", 6, "2020", None, None])
    assert Project.objects.get().code > code
    assert redo(batch).restored == 1
    assert Project.objects.count() == 2
