"""The page on which an import is undone: what it shows, who may, and that a click counts once."""

import re
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import BatchState, ImportBatch, Takeback
from imports.undoing import take_back
from jiangjin.lib.money import YI
from jiangjin.lib.partialday import PartialDay
from parks.models import Park
from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import SAMPLES, ledger, run
from tests.imports.bringing import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）", "责任单位")


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


def bring(path: Path, *rows, user: User | None = None) -> ImportBatch:
    options = ("--user", user.username) if user else ()
    __, answer = run(ledger(path, *rows, header=HEADER), *options)
    return ImportBatch.objects.get(pk=answer["batch"])


def form_of(response) -> dict[str, str]:
    """What the page's form sends."""
    html = response.content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', html)
    assert digest
    return {"digest": digest.group(1)} | ({"back": "on"} if 'name="back"' in html else {})


def undo_page(batch: ImportBatch) -> str:
    return f"/imports/{batch.pk}/undo/"


def test_the_preview_counts_and_lists_and_writes_nothing(manager: User, tmp_path: Path) -> None:
    project = make_project("智能工厂", code="P-1", agreed="5", park="shuangfu", lead_unit="区府")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "智能工厂", "双福", 7, "区商务委"], ["P-2", "乙", "双福", 3, None])
    project.refresh_from_db()
    project.lead_unit = "区招商局"
    project._history_user = manager
    project.save()
    client = client_of(manager)
    assert "undo/" in client.get(f"/imports/{batch.pk}/").content.decode()
    page = client.get(undo_page(batch))
    counts = page.context["counts"]
    assert (counts.removed, counts.returned, counts.kept) == (1, 1, 1)
    (kept,) = page.context["shown"].kept
    assert (kept.what.code, kept.before, kept.written, kept.now, kept.who) == (
        "P-1",
        "区府",
        "区商务委",
        "区招商局",
        "manager",
    )
    assert project.get_absolute_url() in page.content.decode()
    assert Project.objects.count() == 2
    assert not Takeback.objects.exists()


DAYS = ("项目编号", "项目名称", "落户园区", "计划开工时间", "投产时间", "备注")


def test_a_milestone_that_was_made_is_told_by_the_days_that_it_has(manager: User, tmp_path: Path) -> None:
    project = make_project("甲", code="P-1", agreed="5", park="shuangfu", signed="2020-01-01")
    run(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", "2020-06-01", "2020-09-01", None], header=DAYS))
    batch = ImportBatch.objects.get()
    page = client_of(manager).get(undo_page(batch)).context["shown"]
    assert [(one.what.code, one.label, one.now, one.after) for one in page.values] == [
        ("P-1", "开工 · 计划", "2020-06-01", ""),
        ("P-1", "投产 · 实际", "2020-09-01", ""),
    ]
    started, produced = project.milestones.get(kind="started"), project.milestones.get(kind="production")
    started.reached, started.actual_on = True, PartialDay(2020, 7)
    produced.planned_on = PartialDay(2020)
    for milestone in (started, produced):
        milestone._history_user = manager
        milestone.save()
    page = client_of(manager).get(undo_page(batch)).context["shown"]
    assert page.values == []
    assert {(one.label, one.written, one.now) for one in page.kept} == {
        ("开工", "计划 2020-06-01", "计划 2020-06-01 · 实际 2020-07"),
        ("投产", "实际 2020-09-01", "计划 2020 年 · 实际 2020-09-01"),
    }
    # Remembered with the undo in the same words.
    done = take_back(batch=batch, user=manager, back=True)
    assert {one["label"] for one in done.kept_values} == {"开工", "投产"}


def test_what_returns_is_listed_value_by_value_and_counted(manager: User, tmp_path: Path) -> None:
    first = [[f"P-{n}", f"项目{n}", "双福", 5, "区府"] for n in range(600)]
    bring(tmp_path / "a.xlsx", *first)
    batch = bring(tmp_path / "b.xlsx", *[[*row[:3], 7, "区商务委"] for row in first])
    client = client_of(manager)
    page = client.get(undo_page(batch))
    shown = page.context["shown"]
    assert (len(shown.values), len(shown.more_values), shown.values_left_off) == (50, 450, 700)
    assert [(one.what.code, one.label, one.now, one.after) for one in shown.values[:2]] == [
        ("P-0", "责任单位", "区商务委", "区府"),
        ("P-0", "首次协议 · 金额（亿元）", "7.00", "5.00"),
    ]
    assert "1,200" in page.content.decode()
    answer = client.post(undo_page(batch), form_of(page), follow=True)
    assert "1,200" in next(str(message) for message in answer.context["messages"])
    again = client.get(undo_page(batch)).context["shown"]
    assert [(one.now, one.after) for one in again.values[:2]] == [("区府", "区商务委"), ("5.00", "7.00")]


def test_undone_and_undone_again(manager: User, tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None])
    client = client_of(manager)
    done = client.post(undo_page(batch), form_of(client.get(undo_page(batch))), follow=True)
    assert not Project.objects.exists()
    assert done.context["takeback"].user == manager
    page = client.get(undo_page(batch))
    assert "back" not in form_of(page)
    client.post(undo_page(batch), form_of(page))
    batch.refresh_from_db()
    assert (Project.objects.get().code, batch.state) == ("P-1", BatchState.COMMITTED)
    assert batch.rows.get().project == Project.objects.get()


def test_what_is_ticked_returns_too(manager: User, tmp_path: Path) -> None:
    project = make_project("甲", code="P-1", agreed="5", park="shuangfu", lead_unit="区府")
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, "区商务委"])
    project.refresh_from_db()
    project.lead_unit = "区招商局"
    project.save()
    client = client_of(manager)
    page = client.get(undo_page(batch))
    (kept,) = page.context["shown"].kept
    client.post(undo_page(batch), form_of(page) | {"return": [kept.key, "auth.User:1:password", "x:-:y"]})
    project.refresh_from_db()
    assert (project.lead_unit, project.agreed_capital) == ("区府", 5 * YI)


def test_a_second_click_is_told_so_and_does_not_turn_it_round(manager: User, tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None])
    client = client_of(manager)
    sent = form_of(client.get(undo_page(batch)))
    client.post(undo_page(batch), sent)
    assert client.post(undo_page(batch), sent).status_code == 302
    assert not Project.objects.exists()
    assert Takeback.objects.count() == 1


def test_a_preview_that_is_out_of_date_is_shown_anew(manager: User, tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None])
    client = client_of(manager)
    sent = form_of(client.get(undo_page(batch)))
    project = Project.objects.get()
    project.remarks = "重点"
    project.save()
    response = client.post(undo_page(batch), sent)
    assert response.url == undo_page(batch)
    assert Project.objects.exists()
    assert not Takeback.objects.exists()
    assert client.post(undo_page(batch), {"digest": ""}).url == undo_page(batch)


def test_who_begins_to_use_a_new_project_makes_the_preview_old(manager: User, tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None])
    client = client_of(manager)
    sent = form_of(client.get(undo_page(batch)))
    client.post(f"{Project.objects.get().get_absolute_url()}notes/", {"kind": "note", "text": "好"})
    assert client.post(undo_page(batch), sent).url == undo_page(batch)
    assert Project.objects.exists()


def test_a_recorder_undoes_what_he_brought_and_nothing_else(manager: User, tmp_path: Path) -> None:
    recorder = make_user("recorder", role="recorder", parks=["shuangfu"])
    own = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None], user=recorder)
    other = bring(tmp_path / "b.xlsx", ["P-2", "乙", "双福", 7, None], user=manager)
    client = client_of(recorder)
    assert client.get(undo_page(other)).status_code == 404
    client.post(undo_page(own), form_of(client.get(undo_page(own))))
    assert list(Project.objects.values_list("code", flat=True)) == ["P-2"]


def test_who_lost_the_park_since_is_refused_without_naming_its_projects(manager: User, tmp_path: Path) -> None:
    recorder = make_user("recorder", role="recorder", parks=["shuangfu", "degan"])
    batch = bring(
        tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None], ["P-2", "乙项目", "德感", 7, None], user=recorder
    )
    sent = form_of(client_of(recorder).get(undo_page(batch)))
    recorder.parks.set(Park.objects.filter(code="shuangfu"))
    client = client_of(User.objects.get(pk=recorder.pk))
    for response in (client.get(undo_page(batch)), client.post(undo_page(batch), sent)):
        assert response.status_code == 403
        assert "乙项目" not in response.content.decode()
    assert Project.objects.count() == 2
    assert client_of(manager).get(undo_page(batch)).status_code == 200


@pytest.mark.parametrize(
    ("role", "all_parks", "status"),
    [("leader", False, 403), ("auditor", False, 403), ("manager", True, 200), ("admin", True, 200)],
)
def test_who_may(role: str, all_parks: bool, status: int, tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None])
    client = client_of(make_user(role, role=role, all_parks=all_parks))
    assert client.get(undo_page(batch)).status_code == status
    if status == 403:
        ImportBatch.objects.update(user=User.objects.get(username=role))
        assert client.get(undo_page(batch)).status_code == 403
        assert client.post(undo_page(batch), {"digest": "0" * 64, "back": "on"}).status_code == 403
        assert "undo/" not in client.get(f"/imports/{batch.pk}/").content.decode()
    assert Project.objects.exists()


def test_a_batch_that_was_never_written_has_nothing_to_undo(manager: User) -> None:
    batch = ImportBatch.objects.create(filename="a.xlsx", sha256="0" * 64, user=manager)
    client = client_of(manager)
    assert client.get(undo_page(batch)).url == batch.get_absolute_url()
    assert client.post(undo_page(batch), {"digest": "0" * 64}).url == batch.get_absolute_url()


def test_the_number_of_queries_of_the_preview_does_not_grow(manager: User, tmp_path: Path) -> None:
    client, counts = client_of(manager), []
    for size in (2, 40):
        rows = [[f"P-{size}-{row}", f"项目{size}-{row}", "双福", 7, "区府"] for row in range(size)]
        batch = bring(tmp_path / f"{size}.xlsx", *rows)
        for project in Project.objects.filter(code__startswith=f"P-{size}-")[: size // 2]:
            project.remarks = "重点"
            project._history_user = manager
            project.save()
        client.get(undo_page(batch))
        with CaptureQueriesContext(connection) as queries:
            client.get(undo_page(batch))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_undo_once(manager: User, tmp_path: Path) -> None:
    batch = bring(tmp_path / "a.xlsx", *[[f"P-{n}", f"项目{n}", "双福", 5, None] for n in range(20)])
    clients = [client_of(manager) for __ in range(3)]
    sent = form_of(clients[0].get(undo_page(batch)))
    together, statuses = Barrier(len(clients)), []

    def click(client: Client) -> None:
        try:
            together.wait()
            statuses.append(client.post(undo_page(batch), sent).status_code)
        finally:
            connection.close()

    threads = [Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 3
    assert not Project.objects.exists()
    assert (Takeback.objects.count(), Project.history.count()) == (1, 40)


def test_the_list_and_the_page_say_that_it_is_undone(manager: User) -> None:
    run(SAMPLES / "ledger-2019.xls")
    batch = ImportBatch.objects.get()
    take_back(batch=batch, user=manager, back=True)
    client = client_of(manager)
    assert client.get("/imports/").status_code == 200
    page = client.get(f"/imports/{batch.pk}/")
    assert page.context["takeback"].removed == 165
    assert client.post(f"/imports/{batch.pk}/cancel/").status_code in {302, 403}
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE


def test_the_command_undoes_and_says_what_it_kept(tmp_path: Path) -> None:
    import io
    import json
    from contextlib import redirect_stdout

    from django.core.management import call_command

    batch = bring(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 7, None], ["P-2", "乙", "双福", 7, None])
    project = Project.objects.get(code="P-1")
    project.remarks = "重点"
    project.save()

    def said(*options: str) -> dict:
        out = io.StringIO()
        with redirect_stdout(out):
            call_command("undo_import", str(batch.pk), "--json", *options)
        return json.loads(out.getvalue())

    assert (said("--dry-run")["removed"], Project.objects.count()) == (1, 2)
    answer = said()
    assert (answer["done"], answer["removed"], answer["kept"], Project.objects.count()) == (True, 1, 1, 1)
    with pytest.raises(SystemExit) as stop:
        said()
    assert stop.value.code == 2
    assert said("--again")["restored"] == 1
