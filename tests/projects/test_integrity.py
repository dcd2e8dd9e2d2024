"""`check_data` finds what the database cannot forbid; each test breaks one thing behind the product's back."""

import datetime
import io
from collections.abc import Callable, Iterable

import pytest
from django.core.management import call_command

from accounts.models import User
from imports.models import ImportRow
from jiangjin.lib.dates import PartialDay
from parks.models import Park
from projects import integrity, integrity_people
from projects.models import (
    CapitalCommitment,
    Chief,
    Handover,
    Investor,
    Milestone,
    Official,
    Participation,
    Project,
    TaskForce,
    TaskForceMember,
)
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def complaints() -> str:
    """What the command says with status 1; empty where it is content."""
    out = io.StringIO()
    try:
        call_command("check_data", stdout=out, stderr=out)
    except SystemExit:
        return out.getvalue()
    return ""


@pytest.fixture
def project() -> Project:
    return make_project(
        "甲项目",
        code="P-001",
        agreed="5",
        park="shuangfu",
        investor="甲公司",
        increases=[("1", "2020-08")],
        reached={"started": "2020-07-01"},
        arrivals={"2020-07": "100"},
        signed="2020-06-30",
    )


def test_a_sound_register_has_nothing_to_say(project: Project) -> None:
    assert complaints() == ""


def test_the_four_samples_leave_nothing_to_say() -> None:
    for name in ("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv", "arrivals-2020.xlsx"):
        assert run(SAMPLES / name)[0] == 0
    assert complaints() == ""


def broken(find: Callable[[], Iterable[str]]) -> list[str]:
    """What one invariant alone says."""
    return list(find())


@pytest.mark.parametrize("column", ["agreed_capital", "arrived_capital"])
@pytest.mark.parametrize("value", [7, None])
def test_a_sum_that_is_none(project: Project, column: str, value: int | None) -> None:
    Project.objects.update(**{column: value})
    assert len(broken(integrity.capital_is_the_sum_of_its_entries)) == 1
    assert "P-001" in complaints()


def test_a_sum_of_nothing_is_unknown_and_not_zero() -> None:
    Project.objects.filter(pk=make_project(code="P-002", agreed=None).pk).update(agreed_capital=0)
    assert len(broken(integrity.capital_is_the_sum_of_its_entries)) == 1


def test_an_increase_without_an_initial_agreement(project: Project) -> None:
    CapitalCommitment.objects.filter(kind="initial").delete()
    assert len(broken(integrity.commitments_make_sense)) == 1
    assert "P-001" in complaints()


def test_an_increase_before_the_initial_agreement(project: Project) -> None:
    CapitalCommitment.objects.filter(kind="increase").update(committed_on=PartialDay(2020))
    assert broken(integrity.commitments_follow_the_initial_one) == []
    CapitalCommitment.objects.filter(kind="increase").update(committed_on=PartialDay(2019))
    assert len(broken(integrity.commitments_follow_the_initial_one)) == 1


def test_somebody_else_leads_than_took_over(project: Project) -> None:
    mayor, other = Official.objects.create(name="毛平"), Official.objects.create(name="李明")
    Project.objects.update(lead_official=mayor)
    Handover.objects.create(project=project, to_official=other, handed_on=datetime.date(2020, 7, 1))
    assert len(broken(integrity_people.the_last_handover_names_who_leads)) == 1
    Handover.objects.create(
        project=project, from_official=other, to_official=mayor, handed_on=datetime.date(2020, 7, 1)
    )
    assert broken(integrity_people.the_last_handover_names_who_leads) == []
    Project.objects.update(lead_official=None)
    assert len(broken(integrity_people.the_last_handover_names_who_leads)) == 1
    assert broken(integrity_people.handovers_have_come) == []
    Handover.objects.create(project=project, from_official=mayor, handed_on=datetime.date(2999, 1, 1))
    assert broken(integrity_people.the_last_handover_names_who_leads) == []
    assert len(broken(integrity_people.handovers_have_come)) == 1
    assert "P-001" in complaints()


def test_teams_and_chiefs_that_cannot_be(project: Project) -> None:
    days = {"since": datetime.date(2020, 7, 2), "until": datetime.date(2020, 7, 1)}
    somebody = Official.objects.create(name="毛平")
    force = TaskForce.objects.create(name="专班", project=project, **days)
    Chief.objects.create(park=Park.objects.get(code="shuangfu"), official=somebody, **days)
    assert len(broken(integrity_people.they_end_after_they_began)) == 2
    for team in (force, TaskForce.objects.create(name="专班", project=project)):
        TaskForceMember.objects.create(task_force=team, official=somebody, role="head")
    assert broken(integrity_people.nobody_is_twice_in_a_task_force) == []
    TaskForceMember.objects.create(task_force=force, official=somebody)
    assert len(broken(integrity_people.nobody_is_twice_in_a_task_force)) == 1


def test_a_completion_before_the_signing_without_a_start(project: Project) -> None:
    Milestone.objects.update(kind="completed", actual_on=PartialDay.of(datetime.date(2019, 1, 1)))
    assert len(broken(integrity.days_follow_one_another)) == 1


def test_reductions_of_more_than_was_agreed(project: Project) -> None:
    CapitalCommitment.objects.filter(kind="increase").update(kind="reduction", amount=-60000)
    assert len(broken(integrity.commitments_make_sense)) == 1
    assert "P-001" in complaints()


def test_foreign_capital_from_outside_the_city(project: Project) -> None:
    project.arrivals.update(origin="foreign", outside_city=50)
    assert len(broken(integrity.outside_city_is_domestic)) == 1
    assert "P-001" in complaints()


def test_a_stage_that_no_milestone_says(project: Project) -> None:
    Milestone.objects.update(reached=False, actual_on=None)
    assert len(broken(integrity.stage_follows_from_milestones)) == 1
    assert "P-001" in complaints()


def test_a_lead_that_has_been_signed() -> None:
    Project.objects.filter(pk=make_project(code="P-002", signed="2020").pk).update(stage="lead")
    assert len(broken(integrity.stage_follows_from_milestones)) == 1


def test_nobody_leads(project: Project) -> None:
    Participation.objects.update(role="joint")
    assert len(broken(integrity.one_investor_leads)) == 1
    assert "P-001" in complaints()


@pytest.mark.parametrize("model", [Project, Investor])
@pytest.mark.parametrize("column", ["name", "name_key", "name_initials"])
def test_a_name_under_a_wrong_key(project: Project, model: type, column: str) -> None:
    model.objects.update(**{column: "别的"})
    assert len(broken(integrity.names_match_their_keys)) == 1


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Project, {"lead_unit": "区商务委"}),
        (CapitalCommitment, {"note": "x"}),
        (Milestone, {"planned_on": PartialDay.from_iso("2022")}),
        (Park, {"aliases": ["别的"]}),
        (User, {"is_active": False}),
    ],
)
def test_a_write_past_the_history(project: Project, model: type, values: dict) -> None:
    make_user("recorder")
    row = model.objects.last()
    model.objects.filter(pk=row.pk).update(**values)
    said = broken(integrity.history_is_complete)
    assert len(said) == 1
    assert str(row.pk) in said[0]


def test_a_row_without_any_history(project: Project) -> None:
    Project.history.all().delete()
    assert len(broken(integrity.history_is_complete)) == 1


def test_a_row_that_was_deleted_past_the_history(project: Project) -> None:
    row = CapitalCommitment.objects.get(kind="increase")
    CapitalCommitment.objects.filter(pk=row.pk)._raw_delete("default")
    said = broken(integrity.history_is_complete)
    assert len(said) == 1
    assert str(row.pk) in said[0]


def test_a_row_that_its_history_says_is_gone(project: Project) -> None:
    newest = project.history.first()
    Project.history.filter(history_id=newest.history_id).update(history_type="-")
    assert len(broken(integrity.history_is_complete)) == 1


def test_every_chunk_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "CHUNK", 2)
    for number in range(5):
        make_project(f"第{number}个", code=f"P-{number}", agreed="5", investor=f"甲{number}", reached={"started": None})
    assert complaints() == ""
    Project.objects.update(arrived_capital=1, stage="signed", name_key="x", lead_unit="x")
    for find in (
        integrity.capital_is_the_sum_of_its_entries,
        integrity.stage_follows_from_milestones,
        integrity.names_match_their_keys,
        integrity.history_is_complete,
    ):
        assert len(broken(find)) == 5


def test_a_park_two_levels_deep(project: Project) -> None:
    Park.objects.filter(code="degan").update(parent=Park.objects.get(code="luohuang-smart-home"))
    assert "德感" in complaints()


def test_an_import_that_lost_a_row() -> None:
    run(SAMPLES / "ledger-2019.xls")
    ImportRow.objects.first().delete()
    assert "164" in complaints()
