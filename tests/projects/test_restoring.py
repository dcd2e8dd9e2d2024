"""An earlier value is brought back as a new change, under every rule of the form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imports.models import ImportBatch
from imports.undoing import take_back
from industries.models import Chain, Cluster
from jiangjin.lib.dates import PartialDay
from parks.models import Park
from projects.choices import Stage
from projects.models import Handover, Investor, Official, Project
from projects.moves import move_back
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run
from tests.projects.test_history import lines, save, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def change(project: Project, **columns: Any) -> None:
    """A change that leaves the row before it in the history."""
    project.refresh_from_db()
    for column, value in columns.items():
        setattr(project, column, value)
    project.version += 1
    project.save()


def restore(client: Client, project: Project, field: str, *, version: int | None = None, source: Any = None) -> Any:
    """Press the first button at this field on the project's history page."""
    project.refresh_from_db()
    if source is None:
        offered = [one for line in lines(client, project) for one in line.change.differences if one.source]
        source = next((one.source for one in offered if one.field == field), None)
        assert source is not None, f"nothing offered for {field}"
    data = {"field": field, "source": source, "version": version or project.version}
    response = client.post(f"{project.get_absolute_url()}history/restore/", data)
    project.refresh_from_db()
    return response


def was_refused(response: Any) -> bool:
    return response.status_code == 302 and [m.level_tag for m in get_messages(response.wsgi_request)][-1] == "error"


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("lead_unit", "区经信委", ""),
        ("remarks", "", "改过"),
        ("planned_total", 12345, None),
        ("land_area", None, 20),
        ("signed_on", PartialDay.from_iso("2020-06"), PartialDay.from_iso("2020-07-01")),
        ("sector", "光伏", "风电"),
        ("expected_jobs", 300, 30),
    ],
)
def test_a_plain_value_comes_back(manager: Client, field: str, before: Any, after: Any) -> None:
    project = make_project("甲", agreed="2", **({"signed": str(before)} if field == "signed_on" else {field: before}))
    change(project, **{field: after})
    assert restore(manager, project, field).status_code == 302
    assert getattr(project, field) == before
    assert (project.version, project.agreed_capital) == (3, 20_000)
    latest = lines(manager, project)[0].change
    assert (latest.who, latest.reason.kind, len(latest.differences)) == ("manager", "restore", 1)
    # And the restoring itself can be taken back.
    assert restore(manager, project, field).status_code == 302
    assert getattr(project, field) == after


def test_what_follows_from_a_value_follows(manager: Client) -> None:
    project = make_project("和邦光伏", agreed="2", official=("毛平", "区长"), joint=["第二公司"])
    save(manager, project, name="别的名字", code="NEW-1", investors=[{"name": "别的公司", "role": "lead"}])
    project.refresh_from_db()
    restore(manager, project, "name")
    assert (project.name, project.name_key, project.name_initials) == ("和邦光伏", "和邦光伏", "hbgf")
    restore(manager, project, "lead_official")
    assert str(project.lead_official) == "毛平 · 区长"
    response = restore(manager, project, "code")
    assert response["Location"] == f"/projects/{project.code}/history/"
    assert project.code.startswith("JJ-2020-")
    assert project.codes.filter(code="NEW-1").exists()
    assert [part.investor.name for part in project.participations.all()] == ["别的公司"]  # untouched
    assert project.commitments.count() == 1


def test_a_milestone_comes_back_with_the_stage(manager: Client) -> None:
    project = make_project("甲", agreed="2", reached={"started": "2020-09"}, planned={"started": "2020-08"})
    chief = make_user("chief", "admin")
    move_back(project=project, to=Stage.SIGNED, reason="误填", version=project.version, user=chief)
    project.refresh_from_db()
    assert project.stage == "signed"
    restore(manager, project, "milestones")
    row = project.milestones.get(kind="started")
    assert (str(row.planned_on), str(row.actual_on), row.reached) == ("2020-08", "2020-09", True)
    assert project.stage == "construction"
    # What stands there is not offered again, only the way back to what stood between.
    offered = [one.old for line in lines(manager, project) for one in line.change.differences if one.source]
    assert offered == ["计划 2020-08"]
    assert told(lines(manager, project)[0])


def test_what_the_rules_forbid_is_refused_kindly(manager: Client) -> None:
    project = make_project("甲", agreed="2", code="AA-1", cluster="equipment", official=("毛平", "区长"))
    chain = Chain.objects.create(code="robots", name="机器人", cluster=project.cluster, position=99)
    change(project, chain=chain, condition="terminated", condition_reason="解约")
    change(project, chain=None, cluster=None, condition="active", condition_reason="", code="BB-1")
    change(project, lead_official=None, cluster=Cluster.objects.exclude(pk=chain.cluster_id).first())
    make_project("乙", agreed="1", code="AA-1")
    before = Project.objects.values().get(pk=project.pk)
    for field in ("code", "chain", "condition"):
        assert was_refused(restore(manager, project, field)), field
    source = project.history.last().history_id
    Official.objects.all().delete()
    assert was_refused(restore(manager, project, "lead_official", source=source))
    for field in ("agreed_capital", "stage", "version", "voided_at", "name_key", "id", "nonsense", ""):
        assert was_refused(restore(manager, project, field, source=source)), field
    assert was_refused(restore(manager, project, "milestones", source=source + 100))
    assert was_refused(restore(manager, project, "lead_unit", source="x"))
    assert was_refused(restore(manager, project, "lead_unit", source="9" * 30))
    assert Project.objects.values().get(pk=project.pk) == before


def test_what_an_undo_took_out_is_named_and_not_offered(manager: Client) -> None:
    project = make_project("甲", agreed="2", official=("毛平", "区长"), cluster="equipment", investor="旧公司")
    gone = project.lead_official
    change(project, lead_official=Official.objects.create(name="李明", post="副区长"))
    save(manager, project, lead_official_name="李明", lead_official_post="副区长", cluster=project.cluster_id)
    save(manager, project, lead_official_name="张三", lead_official_post="", lead_unit="区府", cluster="")
    Investor.objects.filter(name="旧公司").delete()
    gone.name = "毛平平"  # called so when it went
    gone.save()
    gone.delete()
    told_of = [one for line in lines(manager, project) for one in line.change.differences]
    officials = [(one.old, one.new, one.source is not None) for one in told_of if one.field == "lead_official"]
    assert officials == [("李明 · 副区长", "张三", True), ("毛平平 · 区长", "李明 · 副区长", False)]
    assert ("旧公司", "") in {(one.old, one.new) for one in told_of if one.field == "investors"}
    html = manager.get(f"{project.get_absolute_url()}history/").content.decode()
    assert html.count("history/restore/") == sum(one.source is not None for one in told_of)
    assert "毛平平 · 区长" in manager.get("/history/?field=lead_official").content.decode()
    restore(manager, project, "lead_official")
    assert str(project.lead_official) == "李明 · 副区长"


def test_an_official_of_an_undone_import_is_named(manager: Client, tmp_path: Path) -> None:
    project = make_project("甲", code="P-1", agreed="2", official=("毛平", ""))
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "李明"], header=("项目编号", "项目名称", "挂帅领导"))
    __, answer = run(path)
    assert (answer["update"], Official.objects.count()) == (1, 2)
    take_back(batch=ImportBatch.objects.get(pk=answer["batch"]), user=make_user("chief", all_parks=True), back=True)
    assert Official.objects.count() == 1
    told_of = [one for line in lines(manager, project) for one in line.change.differences]
    shown = [(one.old, one.new, one.source is not None) for one in told_of if one.field == "lead_official"]
    assert shown == [("李明", "毛平", False), ("毛平", "李明", False)]


def test_names_of_what_is_gone_cost_a_query_a_table(manager: Client) -> None:
    project = make_project("甲", agreed="2", official=("毛平", "区长"))
    counted = []
    for rounds in (2, 8):
        for number in range(rounds):
            save(manager, project, lead_official_name=f"领导{rounds}{number}", lead_official_post="")
        Handover.objects.all().delete()  # they would hold them
        Official.objects.exclude(pk=Project.objects.get(pk=project.pk).lead_official_id).delete()
        lines(manager, project)
        with CaptureQueriesContext(connection) as queries:
            lines(manager, project)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_row_of_another_project_restores_nothing(manager: Client) -> None:
    project, other = make_project("甲", agreed="2"), make_project("乙", agreed="2", lead_unit="区府")
    assert was_refused(restore(manager, project, "lead_unit", source=other.history.first().history_id))
    assert project.lead_unit == ""


def test_days_out_of_order_are_refused(manager: Client) -> None:
    project = make_project("甲", agreed="2", signed="2020-06-30", reached={"started": "2020-09-01"})
    change(project, signed_on=PartialDay.from_iso("2020-05-01"))
    save(manager, project, milestones={"started": {"actual_on": "2020-06-01", "reached": "on"}})
    assert was_refused(restore(manager, project, "signed_on"))
    assert str(project.signed_on) == "2020-05-01"


def test_whoever_saved_meanwhile_is_not_overwritten(manager: Client) -> None:
    project = make_project("甲", agreed="2", lead_unit="区府")
    change(project, lead_unit="区经信委")
    opened = project.version
    change(project, remarks="另一个人写的")
    assert was_refused(restore(manager, project, "lead_unit", version=opened))
    assert (project.lead_unit, project.remarks) == ("区经信委", "另一个人写的")


def test_only_who_writes_the_park_restores(client: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="2", lead_unit="区府")
    change(project, park=Park.objects.get(code="degan"))
    change(project, lead_unit="")
    source = project.history.last().history_id
    for username, role, parks in (
        ("leader", "leader", []),
        ("auditor", "auditor", []),
        ("other", "recorder", ["luohuang"]),
    ):
        client.force_login(make_user(username, role=role, parks=parks))
        assert "history/restore/" not in client.get(f"{project.get_absolute_url()}history/").content.decode()
        assert restore(client, project, "lead_unit", source=source).status_code == 403
    client.force_login(make_user("mine", parks=["degan"]))
    # It may write the project, but not put it where it could not be written again.
    assert was_refused(restore(client, project, "park", source=source))
    assert restore(client, project, "lead_unit", source=source).status_code == 302
    assert (project.park.code, project.lead_unit) == ("degan", "区府")
    assert client.get(f"{project.get_absolute_url()}history/restore/").status_code == 405


def test_a_voided_project_is_restored_as_a_whole_first(manager: Client) -> None:
    project = make_project("甲", agreed="2", lead_unit="区府")
    change(project, lead_unit="")
    source = project.history.last().history_id
    manager.post(f"{project.get_absolute_url()}void/", {"reason": "重复"})
    assert "history/restore/" not in manager.get(f"{project.get_absolute_url()}history/").content.decode()
    assert restore(manager, project, "lead_unit", source=source).status_code == 403
