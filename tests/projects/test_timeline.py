"""The time line of a project: everything that happened, in its order, with who said so, and nothing invented."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import attachments, obstacles, registering, sources, timeline, timelineentry
from projects.attachment_forms import checked_file
from projects.models import (
    CapitalArrival,
    ConditionPeriod,
    Handover,
    Milestone,
    Note,
    Official,
    Project,
    StageMove,
)
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.merges import merge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
PDF = b"%PDF-1.7\n%%EOF"
TODAY = datetime.date(2020, 12, 31)


@pytest.fixture(autouse=True)
def _settings(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TODAY = TODAY


@pytest.fixture
def wang() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, wang: User) -> Client:
    client.force_login(wang)
    return client


def line(project: Project, user: User) -> timeline.Timeline:
    project = Project.objects.prefetch_related("participations__investor__honours", "milestones").get(pk=project.pk)
    told = timelineentry.Told(
        sources.sources_of(project, user=user), obstacles.of_project(project, TODAY), attachments.of_project(project)
    )
    return timeline.timeline_of(project, told, user=user)


def days(found: timeline.Timeline, kind: str = "") -> list[tuple[str, str]]:
    return [(str(one.day), one.text) for one in found.only(kind).dated]


def day(text: str) -> PartialDay:
    return PartialDay.from_iso(text)


def test_partial_days_stand_in_their_order_and_unknown_ones_apart(wang: User) -> None:
    project = make_project(
        signed="2020",
        agreed="20",
        increases=[("42", "2020-11"), ("1", None)],
        reductions=[("2", "2020-11-03")],
        reached={"registered": "2020-09-24", "production": None},
        arrivals={"2020-09": "12000"},
        user=wang,
    )
    found = line(project, wang)
    assert [text for text, __ in days(found)] == [
        "2020",
        "2020",
        "2020-11",
        "2020-11-03",
        "2020-09",
        "2020-09-24",
    ]
    assert len(found.undated) == 2  # the second increase, and the production that nobody dated
    assert all(one.day is None for one in found.undated)
    assert [one.text.split()[-2:] for one in found.only("capital").undated] == [["+1.00", "亿元"]]
    assert "−2.00" in " ".join(text for __, text in days(found, "capital"))
    # What a person typed names that person; the arrival came without one.
    assert all("王某" in one.source for one in found.dated if str(one.day) != "2020-09")


def test_an_undated_signing_is_undated_and_a_lead_has_none(wang: User) -> None:
    assert [one.kind for one in line(make_project(signed=None), wang).undated] == ["milestones"]
    lead = line(make_project(signed=None, stage="lead", investor=None), wang)
    assert len(lead) == 0


def test_imported_values_name_their_cell(tmp_path: Path, wang: User) -> None:
    header = ("项目编号", "项目名称", "协议投资额（亿元）", "签约时间", "实际开工时间", "存在问题")
    __, answer = run(ledger(tmp_path / "a.xlsx", ["A-01", "某项目", 7, "2020-06", "2020年8月", "缺水"], header=header))
    assert answer["committed"]
    found = line(Project.objects.get(), wang)
    by_kind = {one.kind: one for one in found.dated}
    assert "a.xlsx" in by_kind["capital"].source
    assert "C2" in by_kind["capital"].source
    (start,) = [one for one in found.dated if str(one.day) == "2020-08"]
    assert "E2" in start.source
    assert [one.text for one in found.only("notes").undated] == ["缺水"]


def test_moved_plans_tell_old_and_new_and_who(wang: User) -> None:
    project = make_project(planned={"completed": "2021-10", "started": "2020-10"}, user=wang)
    row = project.milestones.get(kind="completed")
    for planned, reason in (("2021-12", "设备交期"), ("2021-12", "设备交期"), (None, "取消")):
        row.planned_on, row.plan_reason = (day(planned) if planned else None), reason
        row._history_user = wang
        row.save()
    found = line(project, wang).only("plans").dated
    assert len(found) == 2
    assert found[1].detail == "设备交期"
    assert "2021-10" in found[1].text
    assert "2021-12" in found[1].text
    assert "王某" in found[0].source
    assert {str(one.day) for one in found} == {str(timezone.localdate())}


def test_stages_conditions_and_officials(wang: User) -> None:
    project = make_project(condition="stalled", condition_on=day("2020-12"), condition_reason="资金")
    StageMove.objects.create(project=project, from_stage="signed", to_stage="land", effective_on=day("2020-08"))
    StageMove.objects.create(project=project, from_stage="land", to_stage="signed", reason="登记错了", user=wang)
    period = ConditionPeriod(project=project, condition="stalled", since=day("2019"), reason="等地")
    period.ended_because = "地来了"
    period._history_user = wang
    period.save()
    mao, zhou = (Official.objects.create(name=name, post="区长") for name in ("毛平", "周某"))
    Handover.objects.create(project=project, from_official=mao, to_official=zhou, handed_on=datetime.date(2020, 9, 1))
    Note.objects.create(project=project, kind="follow_up", text="现场调度", noted_on=day("2020-09-02"), official=zhou)
    found = line(project, wang)
    assert [str(one.day) for one in found.only("stages").dated] == ["2020-12", "2020-08", "2019"]
    assert {one.detail for one in found.only("stages").undated} == {"登记错了", "地来了"}
    assert [str(one.day) for one in found.only("people").dated] == ["2020-09-02", "2020-09-01"]
    assert any("毛平" in text and "周某" in text for __, text in days(found, "people"))
    assert "王某" in next(one for one in found.dated if one.detail == "等地").source


def test_the_line_is_told_in_plain_words(wang: User) -> None:
    project = make_project(
        arrivals={"2020-09": "123456.789123", "2020-10": "680"},
        condition="terminated",
        condition_on=day("2020-12-01"),
        condition_reason="退出",
    )
    project.arrivals.filter(amount=680).update(origin="foreign")
    for until, why in (("2020-12-01", "退出"), ("2020-11-01", "复工")):
        stalled = {"condition": "stalled", "since": day("2020-10-05"), "until": day(until), "ended_because": why}
        ConditionPeriod.objects.create(project=project, **stalled)
    official = Official.objects.create(name="李勇", post="区长")
    Handover.objects.create(project=project, to_official=official, handed_on=datetime.date(2020, 9, 1))
    found = line(project, wang)
    told = [text for __, text in days(found)]
    assert any("12.3457 亿元" in text for text in told)
    assert any("0.068 亿元" in text and "0.068 亿元 (" not in text for text in told)
    assert not any("→" in text for __, text in days(found, "people"))
    # Termination ends the stalled time: one line says it; the earlier end has its own.
    assert [one.detail for one in found.only("stages").dated].count("退出") == 1
    assert [one.detail for one in found.only("stages").dated].count("复工") == 1


def test_a_condition_of_one_month_has_its_beginning_and_its_end(wang: User) -> None:
    project = make_project()
    periods = [("stalled", "2020-06", "2020-06", "复工"), ("stalled", "2020-06", "2020-08", "又停")]
    periods += [("terminated", "2020-08", "2020-08", "恢复履约")]
    for condition, since, until, why in periods:
        given = {"since": day(since), "until": day(until), "ended_because": why}
        ConditionPeriod.objects.create(project=project, condition=condition, **given)
    found = [(str(one.day), one.text, one.detail) for one in line(project, wang).only("stages").dated]
    assert found == [
        ("2020-08", "不再终止", "恢复履约"),
        ("2020-08", "状态：终止", ""),
        ("2020-06", "状态：停滞", ""),
        ("2020-06", "不再停滞", "复工"),
        ("2020-06", "状态：停滞", ""),
    ]


def test_obstacles_and_files_with_their_evidence(wang: User) -> None:
    project = make_project(arrivals={"2020-09": "5"})
    other = make_user("李某", role="manager", all_parks=True)
    row = obstacles.raise_obstacle(
        project=project,
        text="缺水",
        unit="水务局",
        raised_on=datetime.date(2020, 10, 1),
        official=None,
        due_on=None,
        user=wang,
    )
    obstacles.solve_obstacle(obstacle=row, resolved_on=datetime.date(2020, 11, 1), solution="通了", user=wang)
    obstacles.reopen_obstacle(obstacle=row, user=wang)
    obstacles.solve_obstacle(obstacle=row, resolved_on=datetime.date(2020, 12, 1), solution="真通了", user=other)
    for number, owner in enumerate((("arrival", project.arrivals.get().pk), ("obstacle", row.pk), None)):
        files = [checked_file(SimpleUploadedFile(f"{number}.pdf", PDF + str(number).encode()))]
        attachments.attach_files(project=project, files=files, owner=owner, note="", user=wang)
    attachments.remove_attachment(attachment=project.attachments.get(filename="2.pdf"), user=wang)
    found = line(project, wang)
    solved, raised = found.only("obstacles").dated
    assert (str(solved.day), solved.detail, str(raised.day)) == ("2020-12-01", "真通了", "2020-10-01")
    assert "李某" in solved.source
    assert "王某" in raised.source
    assert [file.filename for file in raised.evidence] == ["1.pdf"]
    (arrival,) = [one for one in found.only("capital").dated if one.evidence]
    assert [file.filename for file in arrival.evidence] == ["0.pdf"]
    assert {one.evidence[0].filename for one in found.only("attachments").dated} == {"0.pdf", "1.pdf"}


def test_a_merged_project_is_named_to_those_who_may_see_it(wang: User, settings: Any) -> None:
    kept = make_project("留", code="P-1", park="shuangfu", agreed="1")
    gone = make_project("走", code="P-2", park="degan", agreed="1", investor="另一家公司")
    merge(kept, gone, user=wang)
    (entry,) = line(kept, wang).only("merges").dated
    assert "P-2" in entry.text
    assert "王某" in entry.source
    settings.RECORDERS_SEE_OWN_PARKS = True
    narrow = make_user("narrow", "recorder", parks=["shuangfu"])
    assert line(kept, narrow).only("merges").dated == []


def test_the_page_shows_the_newest_and_leads_to_the_others(manager: Client, wang: User) -> None:
    project = make_project(code="P-1", park="shuangfu", agreed="1", reached={"production": None})
    for number in range(70):
        note = registering.write_note(project=project, kind="note", text=f"第{number}条<b>", user=wang)
        Note.objects.filter(pk=note.pk).update(noted_on=datetime.date(2020, 1, 1 + number % 28))
    html = manager.get("/projects/P-1/")
    shown = html.context["timeline"]
    assert (len(shown.dated), len(shown.undated)) == (10, 1)
    assert html.context["timeline_count"] == 73
    assert html.context["timeline_more"] == 62
    assert "条&lt;b&gt;" in html.content.decode()
    first, second = (manager.get("/projects/P-1/timeline/", {"page": page}) for page in ("1", "2"))
    assert len(first.context["timeline"].dated) == 50
    assert (len(second.context["timeline"].dated), len(second.context["timeline"].undated)) == (22, 1)
    only = manager.get("/projects/P-1/timeline/", {"kind": "milestones"}).context["timeline"]
    assert {one.kind for one in (*only.dated, *only.undated)} == {"milestones"}
    assert manager.get("/projects/P-1/timeline/", {"kind": "nonsense", "page": "x"}).status_code == 200


def test_writing_a_note_stays_on_the_page(manager: Client) -> None:
    make_project(code="P-1", park="shuangfu")
    answer = manager.post("/projects/P-1/notes/", {"kind": "note", "text": "看过现场"}, follow=True)
    html = answer.content.decode()
    assert "看过现场" in html
    assert 'id="notes"' in html
    assert 'action="/projects/P-1/notes/"' in html


def test_who_sees_the_time_line(client: Client, wang: User, settings: Any) -> None:
    project = make_project(code="P-1", park="shuangfu")
    problem = registering.write_note(project=project, kind="problems", text="缺水", user=wang)
    link = f"/obstacles/new/?note={problem.pk}"
    client.force_login(wang)
    assert link in client.get("/projects/P-1/timeline/").content.decode()
    for user in (make_user("leader", "leader"), make_user("n", "recorder", parks=["degan"])):
        client.force_login(user)
        html = client.get("/projects/P-1/timeline/").content.decode()
        assert "缺水" in html
        assert link not in html
    settings.RECORDERS_SEE_OWN_PARKS = True
    assert client.get("/projects/P-1/timeline/").status_code == 404


def test_the_number_of_queries_does_not_grow(manager: Client, wang: User) -> None:
    project = make_project(code="P-1", park="shuangfu", agreed="1", planned={"started": "2020-01"})
    milestone = project.milestones.get(kind="started")
    manager.get("/projects/P-1/timeline/")
    counted: dict[str, list[int]] = {"/projects/P-1/timeline/": [], "/projects/P-1/": []}
    for year in (2010, 2012):
        for month in range(1, 10):
            CapitalArrival.objects.create(project=project, month=day(f"{year}-{month:02}"), amount=Decimal(1))
            Milestone.objects.create(project=project, kind="other", name=f"{year}{month}", reached=True)
            milestone.planned_on = day(f"{year}-{month:02}")
            milestone.save()
            registering.write_note(project=project, kind="problems", text=f"{year}{month}", user=wang)
            StageMove.objects.create(project=project, from_stage="land", to_stage="signed", user=wang)
            ConditionPeriod.objects.create(project=project, condition="stalled", since=day(f"{year}-{month:02}"))
            mao = Official.objects.create(name=f"{year}{month}")
            Handover.objects.create(project=project, to_official=mao, handed_on=datetime.date(year, month, 1))
            row = obstacles.raise_obstacle(
                project=project,
                text=f"{year}{month}",
                unit="局",
                raised_on=TODAY,
                official=mao,
                due_on=None,
                user=wang,
            )
            if month % 2:
                obstacles.solve_obstacle(obstacle=row, resolved_on=TODAY, solution="好", user=wang)
            other = make_project(park="degan")
            Project.objects.filter(pk=other.pk).update(
                merged_into=project, voided_at=other.created_at, void_reason="并"
            )
        for address, counts in counted.items():
            with CaptureQueriesContext(connection) as queries:
                assert manager.get(address).status_code == 200
            counts.append(len(queries))
    assert all(one == two for one, two in counted.values()), counted
    assert counted["/projects/P-1/timeline/"][0] <= 40
