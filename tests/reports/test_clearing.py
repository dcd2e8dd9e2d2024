"""Taking the demo out: everything that it brought goes, nothing that people did is lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.demo import is_demo_register, make_demo_accounts
from accounts.models import User
from imports.models import ImportBatch, ImportRow
from projects import bulk
from projects.bulk_writing import edit_many
from projects.models import (
    Attachment,
    BulkEdit,
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    Honour,
    Investor,
    Milestone,
    Note,
    Official,
    Participation,
    Project,
    ProjectCode,
    TaskForce,
    TaskForceMember,
)
from projects.people_writing import TypedMember, save_task_force
from projects.registering import void_project, write_note
from reports.clearing import NoOtherAdministrator, clear_demo
from reports.models import FixedTable, SavedTable
from tests.builders import PASSWORD, make_project, make_user

DEMO = Path(settings.BASE_DIR) / "fixtures" / "demo"
LEDGERS = ("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv", "arrivals-2020.xlsx")
PROJECTS = 165 + 192 + 7
TRACKED = [
    Project,
    Participation,
    ProjectCode,
    CapitalCommitment,
    CapitalArrival,
    CapitalSnapshot,
    Milestone,
    Note,
    Investor,
    Honour,
    Official,
]
pytestmark = pytest.mark.django_db


@pytest.fixture
def uploads(settings, tmp_path: Path) -> Path:
    """A folder of the test's own for the files of its imports."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def demo(vocabulary: None, capsys: pytest.CaptureFixture[str], uploads: Path) -> None:
    """What `setup --demo` brings: accounts and ledgers."""
    make_demo_accounts(PASSWORD)
    for name in LEDGERS:
        call_command("import_projects", str(DEMO / name), "--demo")
    capsys.readouterr()


@pytest.fixture
def small_demo(vocabulary: None, uploads: Path) -> list[Project]:
    """Demo accounts and a demo batch of two projects: what a test about one rule needs."""
    make_demo_accounts(PASSWORD)
    return bring(ImportBatch.objects.create(filename="demo.csv", is_demo=True), ["演示甲", "演示乙"])


def bring(batch: ImportBatch, names: list[str]) -> list[Project]:
    """Projects as an import creates them: each history row carries the batch as its reason."""
    made = []
    for name in names:
        project = make_project(
            name,
            park="shuangfu",
            agreed="1",
            investor=f"{name}公司",
            official=(f"{name}领导", ""),
            planned={"started": "2021"},
        )
        ImportRow.objects.create(batch=batch, sheet="s", row=len(made) + 1, action="create", project=project)
        made.append(project)
    for model in TRACKED:
        model.history.filter(history_change_reason=None).update(history_change_reason=batch.reason)
    return made


def business_rows() -> int:
    """Everything but accounts, parks and clusters, with all history."""
    rows = sum(model.objects.count() + model.history.count() for model in TRACKED)
    return rows + ImportBatch.objects.count() + ImportRow.objects.count()


def test_everything_that_the_demo_brought_goes(demo: None, django_capture_on_commit_callbacks) -> None:
    files = [Path(batch.file.path) for batch in ImportBatch.objects.all()]
    assert len(files) == len(LEDGERS)
    paper = Attachment(project=Project.objects.first(), filename="合同.pdf", size=5, sha256="0" * 64)
    paper.file.save("0123", ContentFile(b"%PDF-"))
    files.append(Path(paper.file.path))
    assert all(file.is_file() for file in files)
    with django_capture_on_commit_callbacks(execute=True):
        cleared = clear_demo(user=None)
    assert (cleared["projects"], cleared["imports"], cleared["accounts"], cleared["kept"]) == (PROJECTS, 4, 5, [])
    assert cleared["investors"] > 0
    assert business_rows() == 0
    assert not User.objects.exists()
    assert not any(file.exists() for file in files)
    assert not is_demo_register()
    call_command("check_data")
    # Parks and clusters are the product's, not the demo's.
    assert Project.park.field.related_model.objects.exists()


def test_files_stay_where_the_clearing_fails(demo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = business_rows()
    monkeypatch.setattr("reports.clearing.remove_demo_accounts", lambda **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        clear_demo(user=None)
    assert business_rows() == before
    assert all(Path(batch.file.path).is_file() for batch in ImportBatch.objects.all())


@pytest.mark.parametrize("what", ["note", "void", "commitment", "milestone"])
def test_what_a_real_account_changed_stays(small_demo: list[Project], what: str) -> None:
    real, project = make_user("real", "manager", all_parks=True), small_demo[0]
    if what == "note":
        write_note(project=project, kind="note", text="已对接", user=real)
    elif what == "void":
        void_project(project=project, reason="重复", user=real)
    else:
        row = (project.commitments if what == "commitment" else project.milestones).get()
        row._history_user = real
        row.delete()
    cleared = clear_demo(user=None)
    assert (cleared["projects"], cleared["kept"]) == (1, [project.code])
    assert list(Project.objects.all()) == [project]
    # What it stands on stays with it.
    assert Investor.objects.get().name == "演示甲公司"
    assert Official.objects.get().name == "演示甲领导"
    assert not ImportRow.objects.exists()


def test_what_a_demo_account_changed_goes(small_demo: list[Project]) -> None:
    write_note(project=small_demo[0], kind="note", text="试一试", user=User.objects.get(username="manager"))
    assert clear_demo(user=None)["projects"] == 2
    assert not Note.history.exists()


def test_task_forces_of_demo_projects_go_and_officials_who_are_named_elsewhere_stay(small_demo: list[Project]) -> None:
    demo, real = User.objects.get(username="manager"), make_user("real", "admin")
    one, other = (project.lead_official for project in small_demo)
    for force in (TaskForce(name="专班", project=small_demo[0]), TaskForce(name="专班", park=small_demo[0].park)):
        member = TypedMember(one if force.park_id else other, "", "", "head", "")
        save_task_force(task_force=force, members=[member], user=real if force.park_id else demo)
    clear_demo(user=None)
    assert not Project.objects.exists()
    assert [row.official for row in TaskForceMember.objects.all()] == [one]
    assert list(Official.objects.all()) == [one]


def test_what_another_import_met_stays(small_demo: list[Project]) -> None:
    real = ImportBatch.objects.create(filename="real.xlsx")
    ImportRow.objects.create(batch=real, sheet="s", row=1, action="unchanged", project=small_demo[1])
    assert clear_demo(user=None)["kept"] == [small_demo[1].code]
    assert ImportBatch.objects.get() == real
    assert real.rows.get().project == small_demo[1]


def test_real_projects_firms_and_imports_are_not_touched(small_demo: list[Project]) -> None:
    real = ImportBatch.objects.create(filename="real.xlsx")
    mine = bring(real, ["实际项目"])[0]
    typed = make_project("手工项目", investor="演示甲公司", official=("演示乙领导", ""))
    clear_demo(user=None)
    assert set(Project.objects.all()) == {mine, typed}
    # A firm and an official that came with the demo stay where a real project needs them.
    assert set(Investor.objects.values_list("name", flat=True)) == {"实际项目公司", "演示甲公司"}
    assert set(Official.objects.values_list("name", flat=True)) == {"实际项目领导", "演示乙领导"}
    assert mine.history.exists()


def test_a_firm_that_a_real_account_described_stays(small_demo: list[Project]) -> None:
    firm = Investor.objects.get(name="演示甲公司")
    honour = Honour(investor=firm, kind="listed")
    honour._history_user = make_user("real", "manager", all_parks=True)
    honour.save()
    assert clear_demo(user=None)["investors"] == 1
    assert Investor.objects.get() == firm


def test_a_demo_import_that_met_a_real_project_does_not_take_it_along(vocabulary: None, uploads: Path) -> None:
    make_demo_accounts(PASSWORD)
    real = make_project("实际项目", agreed="2")
    batch = ImportBatch.objects.create(filename="demo-arrivals.xlsx", is_demo=True, kind="arrivals")
    # In an arrivals ledger "new" means that the project had no arrival.
    ImportRow.objects.create(batch=batch, sheet="s", row=1, action="create", project=real)
    clear_demo(user=None)
    assert list(Project.objects.all()) == [real]


def test_the_number_of_queries_does_not_grow(vocabulary: None, uploads: Path) -> None:
    counts = []
    for names in (["甲"], [f"项目{number}" for number in range(20)]):
        make_demo_accounts(PASSWORD)
        bring(ImportBatch.objects.create(filename="demo.csv", is_demo=True), names)
        with CaptureQueriesContext(connection) as captured:
            assert clear_demo(user=None)["projects"] == len(names)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_clearing_twice_or_without_a_demo_does_nothing(vocabulary: None) -> None:
    make_project()
    assert clear_demo(user=None)["projects"] == 0
    assert Project.objects.count() == 1


def test_the_command_says_what_went(small_demo: list[Project], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("clear_demo")
    said = capsys.readouterr().out
    assert "2" in said
    assert "create_admin" in said
    assert not User.objects.exists()


def test_a_demo_administrator_does_not_leave_the_register_without_one(small_demo: list[Project]) -> None:
    demo_admin = User.objects.get(username="admin")
    with pytest.raises(NoOtherAdministrator):
        clear_demo(user=demo_admin)
    inactive = make_user("old", "admin")
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    with pytest.raises(NoOtherAdministrator):
        clear_demo(user=demo_admin)
    assert Project.objects.count() == 2


def test_the_button_of_a_demo_administrator(small_demo: list[Project], client: Client) -> None:
    client.force_login(User.objects.get(username="admin"))
    assert client.post(reverse("reports:clear_demo")).status_code == 302
    assert Project.objects.count() == 2  # nobody else could look after the register
    make_user("real", "admin")
    response = client.post(reverse("reports:clear_demo"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")  # its own account is gone
    assert not Project.objects.exists()
    assert list(User.objects.values_list("username", flat=True)) == ["real"]
    connection.check_constraints()


def test_the_button_of_a_real_administrator(small_demo: list[Project], client: Client) -> None:
    admin = make_user("real", "admin")
    client.force_login(admin)
    page = client.get("/accounts/users/")
    assert reverse("reports:clear_demo") in page.content.decode()
    response = client.post(reverse("reports:clear_demo"), follow=True)
    assert response.status_code == 200
    assert reverse("reports:clear_demo") not in response.content.decode()
    assert not Project.objects.exists()
    # Who took the demo accounts out stands in their history.
    assert {row.history_user for row in User.history.filter(history_type="-")} == {admin}


@pytest.mark.parametrize("role", ["recorder", "manager", "leader", "auditor"])
def test_nobody_else_may_clear(small_demo: list[Project], client: Client, role: str) -> None:
    client.force_login(make_user("real", role, all_parks=role in {"recorder", "manager"}))
    assert client.post(reverse("reports:clear_demo")).status_code == 403
    assert Project.objects.count() == 2


def test_looking_at_the_address_clears_nothing(small_demo: list[Project], client: Client) -> None:
    client.force_login(make_user("real", "admin"))
    assert client.get(reverse("reports:clear_demo")).status_code == 405
    assert Project.objects.count() == 2


def test_bulk_changes_of_the_demo_go_unless_a_real_project_speaks_of_them(small_demo: list[Project]) -> None:
    demo = User.objects.get(username="manager")
    real = make_project("真项目", code="R-1", park="shuangfu")
    for project in (small_demo[0], real):
        select = partial(bulk.selection_of, QueryDict(), [project.pk], user=demo)
        wanted = bulk.Wanted(lead_unit="招商局")
        digest = bulk.plan_of(select(), wanted, user=demo).digest
        edit_many(select=select, wanted=wanted, user=demo, digest=digest, leave_out=False)
    clear_demo(user=None)
    (stays,) = BulkEdit.objects.all()
    assert real.history.first().history_change_reason == stays.reason


def test_tables_that_demo_accounts_kept_go(small_demo: list[Project], client: Client) -> None:
    query = "rows=park&cols=none&period=all&compare="
    for account in (User.objects.get(username="admin"), make_user("real", "admin")):
        client.force_login(account)
        assert client.post(f"/reports/saved/new/?{query}", {"name": "表", "audience": "private"}).status_code == 302
        assert client.post(f"/reports/statistics/fix/?{query}", {"name": "报"}).status_code == 302
    assert FixedTable.objects.filter(projects__isnull=False).distinct().count() == 2
    clear_demo(user=account)
    for model in (SavedTable, FixedTable):
        assert model.objects.count() == 1
        assert model.history.count() == 1
    # What a real account reported stays as it was reported, though the projects are gone.
    assert FixedTable.objects.get().projects.exists()
    assert client.get(FixedTable.objects.get().get_absolute_url()).context["corrected"].counts["gone"] > 0
