"""`check_data` finds what the database cannot forbid; each test breaks one thing behind the product's back."""

import io

import pytest
from django.core.management import call_command

from imports.models import ImportRow
from parks.models import Park
from projects.models import CapitalCommitment, Investor, Milestone, Participation, Project
from tests.builders import make_project
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


@pytest.mark.parametrize("column", ["agreed_capital", "arrived_capital"])
def test_a_sum_that_is_none(project: Project, column: str) -> None:
    Project.objects.update(**{column: 7})
    assert "P-001" in complaints()


def test_an_increase_without_an_initial_agreement(project: Project) -> None:
    CapitalCommitment.objects.filter(kind="initial").delete()
    assert "P-001" in complaints()


def test_a_stage_that_no_milestone_says(project: Project) -> None:
    Milestone.objects.update(reached=False, actual_on=None)
    assert "P-001" in complaints()


def test_nobody_leads(project: Project) -> None:
    Participation.objects.update(role="joint")
    assert "P-001" in complaints()


def test_a_name_under_a_wrong_key(project: Project) -> None:
    Investor.objects.update(name_key="别的")
    assert "甲公司" in complaints()


def test_a_write_past_the_history(project: Project) -> None:
    Project.objects.update(lead_unit="区商务委")
    assert str(project.pk) in complaints()


def test_a_park_two_levels_deep(project: Project) -> None:
    Park.objects.filter(code="degan").update(parent=Park.objects.get(code="luohuang-smart-home"))
    assert "德感" in complaints()


def test_an_import_that_lost_a_row() -> None:
    run(SAMPLES / "ledger-2019.xls")
    ImportRow.objects.first().delete()
    assert "164" in complaints()
