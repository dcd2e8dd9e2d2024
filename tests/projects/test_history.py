"""The history of a project and of the register: who, when, how, old → new; and who may see which of it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import create_with_history, record_history, update_with_history
from projects import history, registering
from projects.capital import recompute_and_save
from projects.models import CapitalArrival, Note, Project
from projects.reasons import Reason
from tests.builders import make_project, make_user
from tests.imports.books import ledger
from tests.imports.bringing import bring, confirm, digest_of, last_batch
from tests.imports.merges import merge
from tests.projects.typed import typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def chief() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


def url_of(project: Project | None = None) -> str:
    return f"{project.get_absolute_url()}history/" if project else "/history/"


def lines(client: Client, project: Project | None = None, **conditions: Any) -> list:
    response = client.get(url_of(project), conditions)
    assert response.status_code == 200
    return response.context["lines"]


def told(line: Any) -> set[tuple[str, str]]:
    return {(one.old, one.new) for one in line.change.differences}


def how(line: Any) -> str:
    with override("en"):
        return line.change.how


def save(client: Client, project: Project, **fields: Any) -> None:
    project.refresh_from_db()
    (row,) = project.commitments.all()
    sent = {
        "name": project.name,
        "code": project.code,
        "park": project.park_id or "",
        "signed_on": str(project.signed_on),
        "lead_unit": project.lead_unit,
        "version": project.version,
        "investors": [{"name": "重庆某某有限公司", "role": "lead"}],
        "commitments": [{"pk": row.pk, "kind": "initial", "amount": "2", "committed_on": "2020-06-30"}],
    }
    assert client.post(f"{project.get_absolute_url()}edit/", typed(**sent | fields)).status_code == 302


def test_a_saving_is_a_line_with_everything_that_was_saved(manager: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="2")
    (row,) = project.commitments.all()
    save(
        manager,
        project,
        name="乙",
        code="ABC-1",
        investors=[{"name": "新的公司", "role": "lead", "share": "60"}],
        commitments=[{"pk": row.pk, "kind": "initial", "amount": "2.00012", "committed_on": "2020-07"}],
        milestones={"started": {"planned_on": "2021-03"}},
    )
    project.refresh_from_db()
    latest, first = lines(manager, project)
    assert (latest.change.who, how(latest)) == ("王某", "form")
    seen = told(latest)
    assert ("甲", "乙") in seen
    assert ("", "新的公司 (60%)") in seen
    assert ("重庆某某有限公司", "") in seen
    assert ("2.00 亿元 2020-06-30", "2.00012 亿元 2020-07") in seen
    assert ("2.00 亿元", "2.00012 亿元") in seen
    assert any(old == "" and "2021-03" in new for old, new in seen)
    assert any(new == "JJ-2020-0001" for __, new in seen)  # the former number is kept
    assert first.change.who == ""
    assert first.change.differences == []
    assert [line.change.project_id for line in lines(manager)] == [project.pk] * 2


def test_an_import_is_named_with_its_batch(manager: Client, tmp_path: Path) -> None:
    make_project("智能工厂", code="P-001", agreed="5")
    header = ("项目编号", "项目名称", "协议投资额（亿元）", "进展情况")
    bring(manager, ledger(tmp_path / "a.xlsx", ["P-001", "智能工厂", 7, "厂房封顶"], header=header))
    batch = last_batch()
    confirm(manager, batch, digest_of(manager.get(f"/imports/{batch.pk}/")))
    latest = lines(manager)[0]
    assert how(latest) == f"import #{batch.pk}"
    assert latest.batch_url == f"/imports/{batch.pk}/"
    assert {("5.00 亿元", "7.00 亿元"), ("", "厂房封顶")} <= told(latest)
    for text in (str(batch.pk), f"import {batch.pk}", f"#{batch.pk}"):
        assert [line.change.record for line in lines(manager, batch=text)] == [latest.change.record]
    assert lines(manager, batch=batch.pk + 1) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        *[(text, {"import", "merge", "bulk"}) for text in ("11", "#11", "＃11", "１１", " # 11 ", "011")],
        *[(text, {"import"}) for text in ("导入 #11", "导入#11", "导入＃１１", "导入 11", "撤销导入 #11", "import 11")],
        *[(text, {"import"}) for text in ("Import #11", "import #11 undone", "导入 #11重新生效")],
        *[(text, {"bulk"}) for text in ("批量修改 #11", "bulk 11", "bulk change #11", "批量修改　＃11")],
        *[(text, {"merge"}) for text in ("合并 #11", "merging #11", "merge 11")],
    ],
)
def test_a_batch_is_found_as_the_pages_write_it(manager: Client, text: str, kinds: set[str]) -> None:
    project = make_project(agreed="2")
    for reason in ("import 11", "bulk 11", "merge 11", "undo bulk 11 (3)", "import 110", "import 1"):
        record_history(Project, [project.pk], "~", user=None, reason=reason)
    for where in (project, None):
        found = lines(manager, where, batch=text)
        assert {line.change.reason.kind for line in found} == kinds
        assert {line.change.reason.number for line in found} == {11}


def test_the_way_to_an_import_is_shown_to_who_may_open_it(client: Client) -> None:
    project = make_project(agreed="1")
    author = make_user("author", parks=["shuangfu"])
    record_history(Project, [project.pk], "~", user=author, reason="import 7")
    seen = {
        "author": "/imports/7/",
        "other": "",
        "leader": "",
        "auditor": "/imports/7/",
        "chief": "/imports/7/",
        "parkmanager": "",
    }
    make_user("other", parks=["shuangfu"])
    make_user("leader", role="leader")
    make_user("auditor", role="auditor")
    make_user("chief", role="manager", all_parks=True)
    make_user("parkmanager", role="manager", parks=["shuangfu"])
    for username, url in seen.items():
        client.force_login(User.objects.get(username=username))
        assert lines(client)[0].batch_url == url, username


def test_the_way_to_a_merging_is_shown_to_who_may_take_it_back(client: Client) -> None:
    author = make_user("author", role="manager", parks=["shuangfu"])
    kept, gone = make_project("甲", agreed="1", park="shuangfu"), make_project("甲", agreed="1", park="shuangfu")
    done = merge(kept, gone, user=author)
    make_user("leader", role="leader")
    make_user("recorder", parks=["shuangfu"])
    for username, url in {"author": done.get_absolute_url(), "leader": "", "recorder": ""}.items():
        client.force_login(User.objects.get(username=username))
        assert {line.batch_url for line in lines(client, batch=f"合并 #{done.pk}")} == {url}, username
    client.force_login(author)
    assert client.get(done.get_absolute_url()).status_code == 200


def test_arrivals_notes_and_commands_are_told(manager: Client, chief: User) -> None:
    project = make_project(agreed="2")
    month = PartialDay.from_iso("2020-09")
    create_with_history(
        CapitalArrival, [CapitalArrival(project=project, month=month, amount=Decimal(3))], user=None, reason="import 3"
    )
    recompute_and_save([project.pk], user=None, reason="import 3")
    arrival = CapitalArrival.objects.get()
    arrival.month = PartialDay.from_iso("2020-10")
    update_with_history(CapitalArrival, [arrival], ["month"], user=None, reason="import 4")
    recompute_and_save([project.pk], user=None, reason="import 4")  # the sums stay: the saving is told all the same
    registering.write_note(project=project, kind="problems", text="临时用电未接入", user=chief)
    note, moved, booked, __ = lines(manager, project)
    assert told(note) == {("", "临时用电未接入")}
    assert note.change.who == "王某"
    assert ("", "0.0003 亿元 内资") in told(booked)
    assert (booked.change.who, how(booked)) == ("", "import #3")
    assert any("2020-09" in old and "2020-10" in new for old, new in told(moved))


def test_unknown_reasons_are_shown_as_they_are() -> None:
    with override("en"):
        assert Reason.of("bulk 4").words(by_person=True) == "bulk change #4"
        assert Reason.of("merge 3").words(by_person=False) == "merging #3"
        assert Reason.of("admin").words(by_person=True) == "administration"
        assert Reason.of(None).words(by_person=False) == ""
        assert Reason.of("undo import 12 (3)").words(by_person=True) == "import #12 undone"
        assert Reason.of("redo bulk 4 (7)").words(by_person=True) == "bulk change #4 counts again"
    assert Reason.of("undo import 12 (3)").import_number == 12
    assert Reason.of("undo bulk 12 (3)").import_number is None
    for text in ("weather 3", "admin-x", "import twelve", "import 1 2"):
        assert Reason.of(text).words(by_person=True) == text
        assert Reason.of(text).import_number is None


def test_the_administration_is_named(client: Client) -> None:
    project = make_project("甲", agreed="2")
    client.force_login(make_user("root", role="admin"))
    form = client.get(f"/admin/projects/project/{project.pk}/change/").context["adminform"].form
    data = {name: "" if (value := form[name].value()) is None else str(value) for name in form.fields}
    response = client.post(f"/admin/projects/project/{project.pk}/change/", data | {"lead_unit": "区经信委"})
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert how(lines(client, project)[0]) == "administration"


def test_narrowed_by_person_field_and_period(manager: Client) -> None:
    project = make_project("甲", agreed="2", lead_unit="区府")
    save(manager, project, lead_unit="区经信委")
    save(manager, project, name="乙")
    save(manager, project, milestones={"land": {"planned_on": "2021"}})
    save(manager, project, lead_unit="")
    for where in (project, None):
        assert len(lines(manager, where)) == 5
        assert [told(line) for line in lines(manager, where, field="lead_unit")] == [
            {("区经信委", "")},
            {("区府", "区经信委")},
        ]
        assert [told(line) for line in lines(manager, where, field="name")] == [{("甲", "乙")}]
        emptied, planned = lines(manager, where, field="milestones")
        assert not any("2021" in new for __, new in told(emptied))
        assert any("2021" in new for __, new in told(planned))
        assert len(lines(manager, where, person=User.objects.get(username="王某").pk)) == 4
        assert len(lines(manager, where, person="none")) == 1
        today = timezone.localdate().isoformat()
        assert len(lines(manager, where, since=today, until=today)) == 5
        assert lines(manager, where, since="2035") == []
        assert lines(manager, where, until="2019年12月") == []
        assert len(lines(manager, where, since="2020", field="name", person="", batch="")) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("person", "999999"),
        ("field", "password"),
        ("since", "someday"),
        *[
            ("batch", text)
            for text in ("twelve!", "#", "weather 3", "导入", "12 13", "导入 %", "3天", "9" * 19, "٣", "\x00")
        ],
    ],
)
def test_a_condition_that_cannot_be_read_is_said(manager: Client, name: str, value: str) -> None:
    project = make_project(agreed="2")
    for where in (project, None):
        response = manager.get(url_of(where), {name: value})
        assert response.status_code == 200
        assert response.context["lines"] == []
        assert 'class="field-error' in response.content.decode()


def test_strange_pages_begin_at_the_newest_or_end(manager: Client) -> None:
    project = make_project(agreed="2")
    for where in (project, None):
        for before in ("x", "-1", "٣", "9" * 40, "9" * 18):
            assert len(lines(manager, where, before=before)) == 1
        assert lines(manager, where, before="0") == []
    assert manager.get("/projects/NO-SUCH/history/").status_code == 404


def test_pages_follow_each_other_without_a_gap(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PER_PAGE", 3)
    projects = [make_project(agreed="2") for __ in range(8)]
    record_history(Project, [one.pk for one in projects], "~", user=None, reason="")
    for where, expected in ((None, 16), (projects[0], 2)):
        seen, before = [], ""
        while before is not None:
            response = manager.get(url_of(where), {"before": before})
            seen += [line.change.record for line in response.context["lines"]]
            before = response.context["page"].older
        assert len(seen) == len(set(seen)) == expected
        assert seen == sorted(seen, reverse=True)


def test_what_is_rare_is_looked_for_in_steps(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LOOKED_THROUGH", 10)
    project = make_project(agreed="2")
    record_history(Project, [project.pk], "~", user=None, reason="import 5")
    for __ in range(25):
        record_history(Project, [project.pk], "~", user=None, reason="import 6")
    found, before, steps = [], "", 0
    while before is not None:
        response = manager.get("/history/", {"before": before, "batch": "5"})
        page, steps = response.context["page"], steps + 1
        found += page.changes
        assert (page.looked_until is None) == (page.older is None)
        before = page.older
    assert len(found) == 1
    assert 2 <= steps <= 4


def test_a_period_is_found_without_looking_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(agreed="2")
    model = Project.history.model
    for __ in range(60):
        record_history(Project, [project.pk], "~", user=None, reason="")
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    for number, record in enumerate(model.objects.order_by("history_id")):
        model.objects.filter(pk=record.pk).update(history_date=start + datetime.timedelta(days=number))
    monkeypatch.setattr(history, "POINTS", 10)
    monkeypatch.setattr(history, "LOOKED_THROUGH", 15)
    client = Client()
    client.force_login(make_user("leader", role="leader"))
    assert len(lines(client, since="2020-01-10", until="2020-01-14")) == 5
    assert len(lines(client, until="2020-01-03")) == 3


def test_everybody_sees_the_history_of_what_they_see(client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    mine = make_project("双福的", park="shuangfu", agreed="2")
    other = make_project("德感的", park="degan", agreed="3")
    for role in ("leader", "auditor", "admin", "manager"):
        client.force_login(make_user(role, role=role))
        assert len(lines(client)) == 2
        assert len(lines(client, other)) == 1
        assert b"history/restore/" not in client.get(url_of(other)).content or role == "admin"
    client.force_login(make_user("narrow", parks=["shuangfu"]))
    for conditions in ({}, {"field": "investors"}, {"field": "commitments"}):
        html = client.get("/history/", conditions).content.decode()
        assert "双福的" in html
        assert "德感" not in html.split("<form", 2)[-1].split("</form>", 1)[-1]
        assert other.code not in html
    assert client.get(url_of(other)).status_code == 404
    assert len(lines(client, mine)) == 1


def test_the_menu_and_the_project_lead_there(manager: Client) -> None:
    project = make_project(agreed="2")
    assert f'href="{url_of(project)}"' in manager.get(project.get_absolute_url()).content.decode()
    html = manager.get("/history/").content.decode()
    assert 'href="/history/" aria-current="page"' in html
    assert html.count("aria-current") == 1


def test_the_number_of_queries_does_not_grow(manager: Client, chief: User) -> None:
    project = make_project("甲", agreed="2", park="shuangfu", official=("毛平", "区长"))
    counted: dict[str, list[int]] = {}
    for rounds in (3, 12):
        for number in range(rounds):
            save(manager, project, lead_unit=f"单位{rounds}{number}", milestones={"land": {"planned_on": "2021"}})
            registering.write_note(project=project, kind="note", text=f"{number}", user=chief)
            other = make_project(agreed="2", park="degan", investor=f"公司{rounds}{number}")
            save(manager, other, investors=[{"name": f"新公司{rounds}{number}", "role": "lead"}])
        for url in ("/history/", url_of(project), "/history/?field=lead_unit&since=2020", "/history/?field=investors"):
            manager.get(url)
            with CaptureQueriesContext(connection) as queries:
                manager.get(url)
            counted.setdefault(url, []).append(len(queries))
    # Fewer, where the longer history has pushed a kind of change off the page whose names were asked for.
    assert all(many <= few for few, many in counted.values()), counted
    assert max(few for few, __ in counted.values()) < 30


def test_long_notes_and_strange_texts_are_shown_escaped(manager: Client, chief: User) -> None:
    project = make_project("<b>甲</b>", agreed="2")
    registering.write_note(project=project, kind="note", text="<script>alert(1)</script>", user=chief)
    assert Note.objects.count() == 1
    for url in (url_of(project), "/history/"):
        html = manager.get(url).content.decode()
        assert "<script>alert" not in html
        assert "<b>甲" not in html
