"""What an import writes: capital by the rules, milestones, stages, notes; and what it never touches."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from imports.models import ImportRow
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects.choices import Stage
from projects.models import CapitalSnapshot, Honour, Note, Project
from tests.builders import make_project
from tests.imports.books import codes, ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

CAPITAL = ("项目编号", "项目名称", "协议投资额（亿元）", "其中：新增（亿元）", "签约时间")


def commitments(project: Project) -> list[tuple]:
    return [(row.kind, row.amount / YI, str(row.committed_on or "")) for row in project.commitments.order_by("kind")]


def bring(path: Path, *rows, header=CAPITAL) -> tuple[int, dict]:
    return run(ledger(path, *rows, header=header))


def test_an_added_part_makes_two_commitments(tmp_path: Path) -> None:
    bring(tmp_path / "a.xlsx", ["P-001", "光能材料", 62, 42, "2020年"])
    project = Project.objects.get()
    assert commitments(project) == [("increase", 42, "2020"), ("initial", 20, "2020")]
    assert project.agreed_capital == 62 * YI


def test_added_more_than_the_total_is_refused(tmp_path: Path) -> None:
    status, answer = bring(tmp_path / "a.xlsx", ["P-001", "光能材料", 20, 42, "2020"])
    assert (status, codes(answer)) == (1, [(2, "C", "added_exceeds_total")])


def test_zero_is_refused_and_empty_is_unknown(tmp_path: Path) -> None:
    __, answer = bring(tmp_path / "a.xlsx", ["P-001", "甲", 0, None, "2020"], ["P-002", "乙", None, None, "2020"])
    assert codes(answer) == [(2, "C", "zero_agreed_capital")]
    bring(tmp_path / "b.xlsx", ["P-002", "乙", "——", None, "2020"])
    project = Project.objects.get()
    assert project.agreed_capital is None
    assert not project.commitments.exists()


def test_another_amount_corrects_the_initial_commitment(tmp_path: Path) -> None:
    project = make_project(
        code="P-001", name="光能材料", agreed="20", signed="2020-06-30", increases=[("42", "2020-08")]
    )
    __, answer = bring(tmp_path / "a.xlsx", ["P-001", "光能材料", 65, None, None])
    assert answer["update"] == 1
    project.refresh_from_db()
    assert commitments(project) == [("increase", 42, "2020-08"), ("initial", 23, "2020-06-30")]
    assert project.agreed_capital == 65 * YI


def test_a_correction_below_the_increases_is_refused(tmp_path: Path) -> None:
    project = make_project(code="P-001", name="光能材料", agreed="20", increases=[("42", "2020-08")])
    status, answer = bring(tmp_path / "a.xlsx", ["P-001", "光能材料", 30, None, None])
    assert (status, codes(answer)) == (1, [(2, "C", "added_exceeds_total")])
    project.refresh_from_db()
    assert project.agreed_capital == 62 * YI


def test_an_empty_cell_never_erases(tmp_path: Path) -> None:
    project = make_project(code="P-001", name="甲", agreed="5", signed="2020-06-30", lead_unit="区商务委", site="双福")
    header = ("项目编号", "项目名称", "协议投资额（亿元）", "签约时间", "责任单位", "项目选址")
    __, answer = bring(tmp_path / "a.xlsx", ["P-001", "甲", None, "——", "", "待定"], header=header)
    assert answer["unchanged"] == 1
    project.refresh_from_db()
    assert (project.agreed_capital, project.lead_unit, project.site) == (5 * YI, "区商务委", "双福")


def test_the_signing_day_takes_its_commitments_along(tmp_path: Path) -> None:
    project = make_project(code="P-001", name="甲", agreed="5", signed="2020", increases=[("1", "2020-09-01")])
    bring(tmp_path / "a.xlsx", ["P-001", "甲", None, None, "2020-06-30"])
    assert commitments(project) == [("increase", 1, "2020-09-01"), ("initial", 5, "2020-06-30")]


def test_a_signing_day_after_an_increase_is_refused(tmp_path: Path) -> None:
    project = make_project(code="P-001", name="甲", agreed="5", signed="2020", increases=[("1", "2020-09-01")])
    status, answer = bring(tmp_path / "a.xlsx", ["P-001", "甲", None, None, "2021-03-01"])
    assert (status, codes(answer)) == (1, [(2, "E", "commitment_days")])
    assert commitments(project) == [("increase", 1, "2020-09-01"), ("initial", 5, "2020")]


def test_an_added_part_is_never_dated_before_the_agreement(tmp_path: Path) -> None:
    project = make_project(code="P-001", name="甲", agreed="5", signed="2020-06-30")
    project.commitments.update(committed_on=PartialDay(2020, 8))
    bring(tmp_path / "a.xlsx", ["P-001", "甲", 6, 1, None])
    assert commitments(project) == [("increase", 1, "2020-08"), ("initial", 5, "2020-08")]


def test_milestones_and_the_stage_that_follows(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "计划开工时间", "实际开工时间", "计划投产时间", "项目阶段")
    bring(tmp_path / "a.xlsx", ["P-001", "甲", "2020-07", "2020.7.30", "2021年", "在建"], header=header)
    project = Project.objects.get()
    started, production = project.milestones.get(kind="started"), project.milestones.get(kind="production")
    assert (started.planned_on, started.actual_on) == (PartialDay(2020, 7), PartialDay(2020, 7, 30))
    assert (production.planned_on, production.reached) == (PartialDay(2021), False)
    assert project.stage == Stage.CONSTRUCTION


def test_a_stage_without_a_day_is_reached_on_a_day_that_nobody_knows(tmp_path: Path) -> None:
    bring(tmp_path / "a.xlsx", ["P-001", "甲", "已投产"], header=("项目编号", "项目名称", "项目阶段"))
    project = Project.objects.get()
    reached = project.milestones.get()
    assert (reached.kind, reached.reached, reached.actual_on) == ("production", True, None)
    assert project.stage == Stage.PRODUCTION


def test_a_ledger_moves_a_project_on_but_never_back(tmp_path: Path) -> None:
    project = make_project(code="P-001", name="甲", reached={"production": "2020-05-01"})
    __, answer = bring(tmp_path / "a.xlsx", ["P-001", "甲", "在建"], header=("项目编号", "项目名称", "项目阶段"))
    assert (answer["unchanged"], codes(answer, "warnings")) == (1, [(2, "C", "stage_behind")])
    project.refresh_from_db()
    assert project.stage == Stage.PRODUCTION


def test_a_cumulative_figure_is_a_snapshot_and_never_an_entry(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "累计到位资金（万元）", "统计截止时间")
    path = tmp_path / "a.xlsx"
    bring(path, ["P-001", "甲", 3000, "2020-06-30"], header=header)
    project = Project.objects.get()
    snapshot = CapitalSnapshot.objects.get()
    assert (snapshot.amount, str(snapshot.as_of)) == (Decimal(3000), "2020-06-30")
    assert (project.arrived_capital, project.arrivals.count()) == (None, 0)
    assert bring(path, ["P-001", "甲", 3000, "2020-06-30"], header=header)[1]["unchanged"] == 1


def test_progress_and_problems_become_notes_once(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "进展情况", "存在问题")
    rows = ["P-001", "甲", "6月签约，已投资3000万元", "用电未接入"]
    bring(tmp_path / "a.xlsx", rows, header=header)
    bring(tmp_path / "a.xlsx", rows, header=header)
    assert sorted(Note.objects.values_list("kind", "text")) == [
        ("problems", "用电未接入"),
        ("progress_note", "6月签约，已投资3000万元"),
    ]


def test_ranks_are_added_to_the_firm_once(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "投资方", "投资方/企业属性")
    rows = (["P-001", "甲", "万达集团", "中国500强"], ["P-002", "乙", "万达集团", "中国500强、上市公司"])
    assert bring(tmp_path / "a.xlsx", *rows, header=header)[1]["create"] == 2
    assert sorted(Honour.objects.values_list("kind", flat=True)) == ["china_500", "listed"]
    assert bring(tmp_path / "a.xlsx", *rows, header=header)[1]["unchanged"] == 2


def test_an_official_keeps_name_and_post(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "挂帅领导", "挂帅领导职务")
    bring(tmp_path / "a.xlsx", ["P-001", "甲", "毛平", "区长"], ["P-002", "乙", "毛平", "区长"], header=header)
    first, second = Project.objects.order_by("code")
    assert (first.lead_official.name, first.lead_official.post) == ("毛平", "区长")
    assert first.lead_official == second.lead_official


def test_a_yes_column_sets_its_value_and_a_no_nothing(tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "投资方", "是否上市公司")
    bring(tmp_path / "a.xlsx", ["P-001", "甲", "甲公司", "是"], ["P-002", "乙", "乙公司", "否"], header=header)
    assert list(Honour.objects.values_list("investor__name", "kind")) == [("甲公司", "listed")]


def test_a_condition_keeps_the_day_and_the_reason_that_the_row_repeats(tmp_path: Path) -> None:
    since = PartialDay(2021, 3, 1)
    make_project(code="P-001", name="甲", condition="stalled", condition_on=since, condition_reason="资金断裂")
    header = ("项目编号", "项目名称", "履约状态", "终止时间", "终止原因")
    path = tmp_path / "a.xlsx"
    assert bring(path, ["P-001", "甲", "终止", "2021-03-01", "资金断裂"], header=header)[1]["update"] == 1
    project = Project.objects.get()
    told = (project.condition, project.condition_on, project.condition_reason)
    assert told == ("terminated", since, "资金断裂")
    assert bring(path, ["P-001", "甲", "终止", "2021-03-01", "资金断裂"], header=header)[1]["unchanged"] == 1


def test_a_condition_drops_the_reason_of_the_one_before_where_the_row_says_none(tmp_path: Path) -> None:
    make_project(
        code="P-001", name="甲", condition="stalled", condition_on=PartialDay(2021), condition_reason="等待土地"
    )
    bring(tmp_path / "a.xlsx", ["P-001", "甲", "终止"], header=("项目编号", "项目名称", "履约状态"))
    project = Project.objects.get()
    assert (project.condition, project.condition_on, project.condition_reason) == ("terminated", None, "")
    past = project.condition_periods.get()
    assert (past.condition, past.since, past.reason) == ("stalled", PartialDay(2021), "等待土地")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-001", "甲", 5, None, "2020"], header=CAPITAL)
    status, answer = run(path, "--dry-run")
    assert (status, answer["create"], answer["committed"], answer["batch"]) == (0, 1, False, None)
    assert not Project.objects.exists()


def test_the_source_of_every_value_is_kept(tmp_path: Path) -> None:
    __, answer = bring(tmp_path / "a.xlsx", ["P-001", "光能材料", 62, 42, "2020年"])
    kept = ImportRow.objects.get(batch_id=answer["batch"])
    assert (kept.row, kept.action, kept.project.code) == (2, "create", "P-001")
    details = {
        detail["field"]: (detail["cell"], detail.get("raw"), detail.get("old"), detail["new"])
        for detail in kept.details
    }
    assert details["agreed_capital"] == ("C2", "62", None, "620000.000000")
    assert details["signed_on"] == ("E2", "2020年", None, "2020")


def test_a_plain_day_number_counts_from_the_workbooks_own_epoch(tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-001", "甲", 5, None, 42550], header=CAPITAL)
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.save(path)
    run(path)
    assert str(Project.objects.get().signed_on) == "2020-06-30"


@pytest.mark.parametrize(("reduction", "whole"), [("3", 2), ("5", 0)])
def test_a_reduced_project_that_the_file_repeats_is_unchanged(tmp_path: Path, reduction: str, whole: int) -> None:
    make_project(code="P-001", name="甲", agreed="5", signed="2020", reductions=[(reduction, "2021")])
    __, answer = bring(tmp_path / "a.xlsx", ["P-001", "甲", whole, None, "2020"])
    assert (answer["unchanged"], answer["refused"]) == (1, 0), answer["errors"]
