"""Officials: who leads, handing over, follow-ups, task forces, chiefs, and what an account follows."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect

from accounts.models import User
from imports.models import ImportBatch
from imports.undoing import take_back
from industries.models import Chain, Cluster
from jiangjin.integrity import all_invariants
from parks.models import Park
from projects.models import (
    Chief,
    Follow,
    Handover,
    Note,
    Obstacle,
    Official,
    Project,
    TaskForce,
    TaskForceMember,
)
from projects.people import handovers_of, leads_of
from projects.people_writing import (
    ChangedMeanwhile,
    TypedMember,
    hand_over,
    name_chief,
    save_task_force,
    write_follow_up,
)
from tests.builders import PASSWORD, make_project, make_user
from tests.imports.books import ledger, run

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 7, 1)
MAYOR = ("毛平", "区长")


@pytest.fixture
def manager(vocabulary: None, client: Client) -> User:
    """A manager of the whole district, logged in with `client`."""
    user = make_user("manager", role="manager", all_parks=True)
    client.force_login(user)
    return user


def official(name: str = "李明", post: str = "副区长") -> Official:
    return Official.objects.get_or_create(name=name, post=post)[0]


def sent(**changes: Any) -> dict[str, Any]:
    """What the form for handing over sends: to a new official on a day."""
    data = {"official": "", "official_name": "李明", "official_post": "副区长", "handed_on": "2020-07-01"}
    return {**data, "reason": "分工调整", "former": "", **changes}


def test_a_project_gets_another_official_with_day_reason_history_and_version(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    former = project.lead_official
    url = f"{project.get_absolute_url()}officials/hand-over/"
    assert client.get(url).status_code == 200
    assert client.post(url, sent(former=former.pk, handed_on="2020年7月1日")).status_code == 302
    stored = Project.objects.get(pk=project.pk)
    assert (str(stored.lead_official), stored.version) == ("李明 · 副区长", project.version + 1)
    row = Handover.objects.get()
    assert (row.from_official, row.to_official, row.handed_on) == (former, stored.lead_official, DAY)
    assert (row.reason, row.history.get().history_user) == ("分工调整", manager)
    assert stored.history.first().history_user == manager
    page = client.get(f"{project.get_absolute_url()}history/").content.decode()
    assert "毛平 · 区长" in page
    assert "2020-07-01 分工调整" in page


def test_posts_stay_as_they_were_at_their_time(manager: User) -> None:
    project = make_project(park="shuangfu", official=("毛平", "副区长"))
    for to, day in ((MAYOR, DAY), (("李明", "副区长"), datetime.date(2021, 1, 5))):
        project.refresh_from_db()
        hand_over(projects=[project.pk], former=project.lead_official_id, to=to, day=day, reason="换届", user=manager)
    project.refresh_from_db()
    assert [(str(one.official), one.since, one.until) for one in leads_of(project, handovers_of(project))] == [
        ("李明 · 副区长", datetime.date(2021, 1, 5), None),
        ("毛平 · 区长", DAY, datetime.date(2021, 1, 5)),
        ("毛平 · 副区长", None, DAY),
    ]


def test_a_name_corrected_in_the_form_leads_now(manager: User) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    Handover.objects.create(project=project, to_official=official(), handed_on=DAY)
    assert [str(one.official) for one in leads_of(project, handovers_of(project))] == ["毛平 · 区长", "李明 · 副区长"]
    client = Client()
    client.force_login(manager)
    page = client.get(project.get_absolute_url()).content.decode()
    assert (page.count("<dt>现挂帅</dt>"), page.count("<dt>曾挂帅</dt>")) == (1, 1)


def test_another_mistake_does_not_make_an_old_page_a_new_one(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=("甲", ""))
    first = project.lead_official
    url = f"{project.get_absolute_url()}officials/hand-over/"
    hand = {"official_name": "乙", "official_post": "", "handed_on": "2020-07-01", "reason": "分工"}
    assert client.post(url, hand | {"former": first.pk}).status_code == 302  # somebody was quicker
    wrong = client.post(url, hand | {"former": first.pk, "official_name": "丙", "handed_on": "三月"})
    assert wrong.status_code == 422
    assert f'name="former" value="{first.pk}"' in wrong.content.decode()
    told = client.post(url, hand | {"former": first.pk, "official_name": "丙", "handed_on": "2020-08-01"})
    assert told.status_code == 422
    project.refresh_from_db()
    assert project.lead_official.name == "乙"
    assert f'name="former" value="{project.lead_official_id}"' in told.content.decode()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"handed_on": "2020-07"}, "handed_on"),  # no whole day
        ({"handed_on": "2999-01-01"}, "handed_on"),
        ({"handed_on": "2020-05-31"}, "handed_on"),  # before the last handover
        ({"reason": " "}, "reason"),
        ({"official_name": ""}, "official"),
        ({"official_name": "毛平", "official_post": "区长"}, "official"),  # leads already
        ({"former": "999"}, "__all__"),  # somebody else leads by now
        ({"official": "x"}, "official"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    manager: User, client: Client, changes: dict, wrong: str
) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    Handover.objects.create(project=project, to_official=project.lead_official, handed_on=datetime.date(2020, 6, 1))
    data = sent(former=project.lead_official_id) | changes
    response = client.post(f"{project.get_absolute_url()}officials/hand-over/", data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [wrong])
    assert Handover.objects.count() == 1
    assert Project.objects.get().version == project.version
    assert list(Official.objects.values_list("name", flat=True)) == ["毛平"]


def test_several_projects_are_handed_over_from_his_page_after_a_preview(manager: User, client: Client) -> None:
    made = [make_project(park="shuangfu", official=MAYOR) for __ in range(3)]
    mayor = Official.objects.get()
    url = f"/officials/{mayor.pk}/hand-over/"
    assert len(client.get(url).context["rows"]) == 3
    data = sent(former=mayor.pk, project=[made[0].pk, made[2].pk])
    preview = client.post(url, data | {"step": "preview"})
    assert len(preview.context["given"]) == 2
    assert Handover.objects.count() == 0
    assert not Official.objects.filter(name="李明").exists()
    assert client.post(url, data | {"step": "confirm"}).status_code == 302
    assert Handover.objects.count() == 2
    assert set(official().projects.all()) == {made[0], made[2]}
    # The same button once more: they are led by somebody else.
    assert client.post(url, data | {"step": "confirm"}).status_code == 422
    assert Handover.objects.count() == 2


def test_all_projects_of_several_pages_are_handed_over_as_the_preview_counted_them(
    manager: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.people_views.ROWS_TO_TICK", 2)
    made = [make_project(park="shuangfu", official=MAYOR) for __ in range(5)]
    mayor = Official.objects.get()
    url = f"/officials/{mayor.pk}/hand-over/"
    assert [len(client.get(f"{url}?page={page}").context["rows"]) for page in (1, 2, 3)] == [2, 2, 1]
    data = sent(former=mayor.pk, everything="1")
    preview = client.post(url, data | {"step": "preview"}).context
    assert (preview["number"], len(preview["given"]), preview["more"], preview["keys"]) == (5, 2, 3, ())
    confirm = data | {"step": "confirm", "seen": preview["seen"]}
    late = make_project(park="shuangfu", official=MAYOR)  # joined after the preview
    assert client.post(url, confirm).status_code == 422
    assert Handover.objects.count() == 0
    assert client.post(url, data | {"step": "confirm"}).status_code == 422  # no preview at all
    confirm["seen"] = client.post(url, data | {"step": "preview"}).context["seen"]
    assert client.post(url, confirm).status_code == 302
    assert set(official().projects.all()) == {*made, late}
    # What is ticked on one page is given alone.
    ticked = sent(former=official().pk, official_name="张三", project=[made[0].pk])
    preview = client.post(f"/officials/{official().pk}/hand-over/?page=2", ticked | {"step": "preview"}).context
    assert (preview["number"], preview["keys"], preview["seen"]) == (1, [made[0].pk], "")


def test_only_projects_that_one_may_write_are_handed_over(vocabulary: None, client: Client) -> None:
    mine, other = make_project(park="shuangfu", official=MAYOR), make_project(park="degan", official=MAYOR)
    mayor = Official.objects.get()
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    url = f"/officials/{mayor.pk}/hand-over/"
    page = client.get(url)
    assert (page.context["rows"], page.context["closed"]) == ([mine], 1)
    data = sent(former=mayor.pk, project=[mine.pk, other.pk], step="confirm")
    assert client.post(url, data).status_code == 422
    assert Handover.objects.count() == 0
    assert client.post(f"{other.get_absolute_url()}officials/hand-over/", sent(former=mayor.pk)).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_of_two_who_hand_over_at_once_one_is_refused(vocabulary: None) -> None:
    user = make_user("manager", role="manager", all_parks=True)
    project = make_project(park="shuangfu", official=MAYOR)
    barrier, ends = Barrier(2), []

    def go(name: str) -> None:
        barrier.wait(30)
        try:
            hand_over(
                projects=[project.pk],
                former=project.lead_official_id,
                to=(name, ""),
                day=DAY,
                reason="x",
                user=user,
            )
            ends.append("written")
        except ChangedMeanwhile:
            ends.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=go, args=(name,)) for name in ("甲某", "乙某")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == ["refused", "written"]
    row = Handover.objects.get()
    assert Project.objects.get().lead_official == row.to_official
    assert Official.objects.count() == 2  # the refused one left nobody behind


def test_a_follow_up_stands_on_the_project_and_with_the_official_newest_first(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    mayor, url = project.lead_official, f"{project.get_absolute_url()}officials/follow-ups/"
    for day, text in (("2020-05-01", "赴京拜访"), ("2020-06-01", "现场办公"), ("2020-04-01", "电话沟通")):
        data = {"official": mayor.pk, "followed_on": day, "text": text}
        assert client.post(url, data).status_code == 302
    wanted = ["现场办公", "赴京拜访", "电话沟通"]
    assert [note.text for note in client.get(project.get_absolute_url()).context["follow_ups"]] == wanted
    assert [note.text for note in client.get(f"/officials/{mayor.pk}/").context["follow_ups"]] == wanted
    note = Note.objects.first()
    assert (note.kind, note.official, note.author) == ("follow_up", mayor, manager)
    # Its form is its own: a plain note cannot pretend to be one.
    client.post(f"{project.get_absolute_url()}notes/", {"kind": "follow_up", "text": "x"})
    assert Note.objects.count() == 3


def test_a_refused_follow_up_keeps_what_was_typed(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    data = {"official": project.lead_official_id, "followed_on": "2020-13-01", "text": "现场办公"}
    response = client.post(f"{project.get_absolute_url()}officials/follow-ups/", data)
    assert response.status_code == 422
    assert "现场办公" in response.content.decode()
    assert "2020-13-01" in response.content.decode()
    assert Note.objects.count() == 0


def test_namesakes_with_two_posts_are_two_and_know_of_each_other(manager: User, client: Client) -> None:
    old = make_project("老项目", park="shuangfu", agreed="5", official=("毛平", "副区长"))
    new = make_project("新项目", park="shuangfu", agreed="7", official=MAYOR)
    lines = client.get("/officials/").context["page"].object_list
    assert {str(line.official): line.figures.agreed for line in lines} == {
        "毛平 · 副区长": Decimal(50000),
        "毛平 · 区长": Decimal(70000),
    }
    page = client.get(f"/officials/{old.lead_official_id}/")
    assert [row.name for row in page.context["page"]] == ["老项目"]
    assert list(page.context["namesakes"]) == [new.lead_official]
    assert new.lead_official.get_absolute_url() in page.content.decode()


def test_figures_of_officials_and_departments_are_those_of_the_list(manager: User, client: Client) -> None:
    make_project(park="shuangfu", agreed="5", official=MAYOR, lead_unit="商务委", planned={"started": "2020-01"})
    make_project(park="degan", official=MAYOR, lead_unit="商务委")
    make_project(
        park="degan",
        agreed="9",
        official=MAYOR,
        lead_unit="商务委",
        planned={"started": "2020-01"},
        condition="terminated",
        condition_reason="撤资",
    )
    make_project(park="degan", agreed="2", voided="重复", official=MAYOR, lead_unit="商务委")
    make_project(park="degan", agreed="3")
    own, nobody = client.get("/officials/").context["page"].object_list
    wanted = (3, Decimal(140000), 1, 1)
    assert (own.figures.projects, own.figures.agreed, own.figures.unknown, own.figures.late) == wanted
    assert (nobody.official, nobody.figures.projects) == (None, 1)
    unit, __ = client.get("/officials/?tab=units").context["page"].object_list
    assert (unit.unit, unit.figures) == ("商务委", own.figures)
    for query, number in (("lead_unit=商务委", 3), ("lead_unit=none", 1), ("official=毛平", 3), ("official=none", 1)):
        assert client.get(f"/projects/?{query}").context["totals"].projects == number, query
    page = client.get(f"/officials/{own.official.pk}/").context
    assert (page["totals"].projects, page["totals"].agreed, page["late"]) == (3, Decimal(140000), 1)


def test_obstacles_that_wait_for_the_official_stand_on_his_page(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    common = {"project": project, "raised_on": DAY, "unit": "区供电公司", "official": project.lead_official}
    Obstacle.objects.create(text="临时用电", due_on="2020-08", **common)
    Obstacle.objects.create(text="已解决", resolved_on=DAY, solution="已办", **common)
    (one,) = client.get(f"/officials/{project.lead_official_id}/").context["waiting"]
    assert (one.row.text, one.is_late) == ("临时用电", True)


def members(*rows: tuple[str, str, str], **data: Any) -> dict[str, Any]:
    """What the form of a task force sends; each row is (name, role, pk)."""
    sent = {"name": "和邦专班", "since": "2020-07-01", "until": "", "version": "", **data}
    sent |= {"members-TOTAL_FORMS": len(rows), "members-INITIAL_FORMS": 0}
    for number, (name, role, pk) in enumerate(rows):
        sent |= {f"members-{number}-{key}": value for key, value in (("name", name), ("role", role), ("pk", pk))}
        sent |= {f"members-{number}-unit": "区招商投资局", f"members-{number}-duty": "用地"}
    return sent


def test_a_task_force_is_set_up_its_head_changes_and_it_is_dissolved(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    url = f"{project.get_absolute_url()}task-forces/"
    data = members(("何某", "head", ""), ("周某", "deputy", ""))
    data |= {"members-0-name": "", "members-0-official": project.lead_official_id}
    assert client.post(f"{url}new/", data).status_code == 302
    force = TaskForce.objects.get()
    head, deputy = force.members.order_by("-role")
    assert (head.official, head.name, head.duty, deputy.name) == (project.lead_official, "", "用地", "周某")
    page = client.get(project.get_absolute_url()).content.decode()
    assert page.index("毛平") < page.index("周某")
    version = client.get(f"{url}{force.pk}/").context["version"]
    data = members(("周某", "head", deputy.pk), ("何某", "member", head.pk), version=version, until="2021-01-01")
    assert client.post(f"{url}{force.pk}/", data).status_code == 302
    assert dict(force.members.values_list("name", "role")) == {"周某": "head", "何某": "member"}
    assert set(force.members.values_list("pk", flat=True)) == {head.pk, deputy.pk}
    assert TaskForceMember.history.filter(history_type="-").count() == 0
    assert TaskForce.objects.get().until == datetime.date(2021, 1, 1)
    # Who opened it before that loses nothing and overwrites nothing.
    response = client.post(f"{url}{force.pk}/", members(("孙某", "head", ""), version=version))
    assert response.status_code == 409
    assert "孙某" in response.content.decode()
    assert dict(force.members.values_list("name", "role")) == {"周某": "head", "何某": "member"}
    again = members(("孙某", "head", ""), version=response.context["version"])
    assert client.post(f"{url}{force.pk}/", again).status_code == 302
    assert list(force.members.values_list("name", flat=True)) == ["孙某"]


@pytest.mark.parametrize(
    "data",
    [
        members(("何某", "head", ""), ("周某", "head", "")),
        members(("", "head", "")),
        members(("何某", "chief", "")),
        members(name=""),
        members(until="2020-01-01"),
    ],
)
def test_a_task_force_that_makes_no_sense_is_refused(manager: User, client: Client, data: dict) -> None:
    project = make_project(park="shuangfu")
    assert client.post(f"{project.get_absolute_url()}task-forces/new/", data).status_code == 422
    assert TaskForce.objects.count() == 0


def test_sent_twice_is_written_once(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    follow_up = {"official": project.lead_official_id, "followed_on": "2020-07-15", "text": "现场办公"}
    team = members(("何某", "head", ""))
    for path, data, rows in (
        ("notes/", {"kind": "note", "text": "看过现场"}, project.notes),
        ("officials/follow-ups/", follow_up, project.notes.filter(kind="follow_up")),
        ("task-forces/new/", team, project.task_forces),
    ):
        before = rows.count()
        for __ in range(2):
            assert client.post(f"{project.get_absolute_url()}{path}", data).status_code == 302
        assert rows.count() == before + 1, path
    # Another team of the same name, with other people, is another one.
    assert (
        client.post(f"{project.get_absolute_url()}task-forces/new/", members(("周某", "head", ""))).status_code == 302
    )
    assert project.task_forces.count() == 2
    for __ in range(2):
        assert client.post("/parks/degan/task-forces/new/", team).status_code == 302
    assert TaskForce.objects.filter(park__code="degan").count() == 1


def test_nobody_sits_twice_in_a_task_force(manager: User, client: Client) -> None:
    project = make_project(park="shuangfu", official=MAYOR)
    url, key = f"{project.get_absolute_url()}task-forces/new/", project.lead_official_id
    officials = members(("", "head", ""), ("", "member", "")) | {f"members-{n}-official": key for n in (0, 1)}
    for data in (officials, members(("何某", "head", ""), ("何某", "member", ""))):
        response = client.post(url, data)
        assert response.status_code == 422
        assert "出现在两行" in response.content.decode()
    namesakes = members(("何某", "head", ""), ("何某", "member", "")) | {"members-1-unit": "区供电公司"}
    assert client.post(url, namesakes).status_code == 302


def test_a_task_force_of_one_project_is_not_reached_through_another(manager: User, client: Client) -> None:
    one, other = make_project(park="shuangfu"), make_project(park="degan")
    force = TaskForce.objects.create(name="专班", project=one)
    assert client.get(f"{other.get_absolute_url()}task-forces/{force.pk}/").status_code == 404
    assert client.get(f"/parks/degan/task-forces/{force.pk}/").status_code == 404


def test_a_park_has_a_task_force_and_a_chief(manager: User, client: Client) -> None:
    assert client.post("/parks/degan/task-forces/new/", members(("何某", "head", ""))).status_code == 302
    data = {"official_name": "毛平", "official_post": "区长", "since": "2020-07-01"}
    assert client.post("/parks/degan/chief/", data).status_code == 302
    page = client.get("/parks/degan/").content.decode()
    assert "何某" in page
    assert "毛平 · 区长" in page
    client.force_login(make_user("recorder", parks=["degan"]))
    assert client.get("/parks/degan/chief/").status_code == 403
    assert client.get(f"/parks/degan/task-forces/{TaskForce.objects.get().pk}/").status_code == 200
    client.force_login(make_user("one-park", role="manager", parks=["degan"]))
    assert client.post("/parks/degan/chief/", data).status_code == 403


def test_the_next_leader_of_a_chain_ends_the_former_one(manager: User, client: Client) -> None:
    chain = Chain.objects.create(code="robots", name="机器人", cluster=Cluster.objects.get(code="equipment"))
    url, people = "/industries/equipment/chains/robots/chief/", {"official_name": "毛平", "official_post": "区长"}
    assert client.post(url, people).status_code == 302
    first = Chief.objects.get()
    assert (first.chain, first.since, first.until) == (chain, None, None)
    later = {"official_name": "李明", "official_post": "", "former": first.pk}
    assert client.post(url, later).status_code == 422  # on which day?
    assert client.post(url, later | {"since": "2021-02-03"}).status_code == 302
    first.refresh_from_db()
    assert first.until == datetime.date(2021, 2, 3)
    assert client.post(url, later | {"since": "2021-02-04", "official_name": "王五"}).status_code == 422  # meanwhile
    present = Chief.objects.get(until=None)
    assert client.post(url, {"former": present.pk, "since": "2021-03-01"}).status_code == 302  # nobody follows
    assert not Chief.objects.filter(until=None).exists()
    assert Chief.objects.count() == 2
    assert "毛平 · 区长" in client.get("/industries/equipment/").content.decode()


def test_everybody_follows_what_they_see_and_finds_it_again(vocabulary: None, client: Client) -> None:
    project, other = make_project("甲", park="shuangfu"), make_project("乙", park="degan")
    client.force_login(make_user("leader", role="leader"))
    url = f"{project.get_absolute_url()}follow/"
    for __ in range(2):
        assert client.post(url, {"follows": "1"}).status_code == 302
    assert Follow.objects.count() == 1
    assert [row.name for row in client.get("/projects/?followed=1").context["page"]] == ["甲"]
    assert client.get("/projects/export.csv?followed=1").status_code == 200
    assert Project.objects.get(pk=project.pk).version == project.version
    client.force_login(make_user("other", role="leader"))
    assert client.get("/projects/?followed=1").context["totals"].projects == 0
    client.force_login(User.objects.get(username="leader"))
    for __ in range(2):
        client.post(url, {"follows": "0"})
    assert Follow.objects.count() == 0
    assert client.get(other.get_absolute_url()).context["is_followed"] is False


def test_who_sees_own_parks_only_learns_nothing_of_others(vocabulary: None, client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    own = make_project("自家", park="shuangfu", official=MAYOR)
    secret = make_project("别家", park="degan", official=MAYOR)
    hidden = make_project("隐藏", park="degan", official=("李明", ""))
    user = make_user("manager", role="manager", all_parks=True)
    write_follow_up(project=secret, official=MAYOR, day=DAY, text="密谈", user=user)
    hand_over(projects=[secret.pk], former=secret.lead_official_id, to=("王五", ""), day=DAY, reason="x", user=user)
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    page = client.get(f"/officials/{own.lead_official_id}/").content.decode()
    assert "自家" in page
    assert not any(word in page for word in ("别家", "密谈", "王五"))
    assert client.get(f"/officials/{hidden.lead_official_id}/").status_code == 404
    assert "李明" not in client.get("/officials/").content.decode()
    assert client.post(f"{secret.get_absolute_url()}follow/", {"follows": "1"}).status_code == 404


@pytest.mark.parametrize("since", ["follow-up", "chief", "member"])
def test_an_import_that_brought_an_official_is_undone_and_keeps_whom_others_name_by_now(
    vocabulary: None, tmp_path: Path, since: str
) -> None:
    make_project(code="P-1", name="甲", investor="甲公司", park="shuangfu")
    path = ledger(
        tmp_path / "a.xlsx", ["P-1", "甲", "甲公司", "毛平"], header=("项目编号", "项目名称", "投资方", "挂帅领导")
    )
    assert run(path)[0] == 0
    mayor, project, park = Official.objects.get(), Project.objects.get(), Park.objects.get(code="shuangfu")
    user, pair = make_user("manager", role="manager", all_parks=True), (mayor.name, mayor.post)
    if since == "follow-up":
        write_follow_up(project=project, official=pair, day=DAY, text="现场办公", user=user)
    elif since == "chief":
        name_chief(place=park, official=pair, since=DAY, former=None, user=user)
    else:
        row = TypedMember(mayor, "", "", "head", "")
        save_task_force(task_force=TaskForce(name="专班", park=park), members=[row], user=user)
    take_back(batch=ImportBatch.objects.get(), user=None, back=True)
    project.refresh_from_db()
    assert project.lead_official is None
    named = {"follow-up": Note, "chief": Chief, "member": TaskForceMember}[since]
    assert named.objects.get().official == mayor
    assert [problem for one in all_invariants() for problem in one.find()] == []


def test_an_import_whose_official_handed_over_since_keeps_the_later_one(vocabulary: None, tmp_path: Path) -> None:
    make_project(code="P-1", name="甲", investor="甲公司", park="shuangfu")
    path = ledger(
        tmp_path / "a.xlsx", ["P-1", "甲", "甲公司", "毛平"], header=("项目编号", "项目名称", "投资方", "挂帅领导")
    )
    run(path)
    project = Project.objects.get()
    user = make_user("manager", role="manager", all_parks=True)
    hand_over(
        projects=[project.pk],
        former=project.lead_official_id,
        to=("李明", "副区长"),
        day=DAY,
        reason="x",
        user=user,
    )
    take_back(batch=ImportBatch.objects.get(), user=None, back=True)
    project.refresh_from_db()
    assert str(project.lead_official) == "李明 · 副区长"
    assert Handover.objects.get().from_official == Official.objects.get(name="毛平")


@pytest.mark.parametrize("page", ["list", "units", "official", "project", "park"])
def test_the_number_of_queries_does_not_grow(manager: User, client: Client, page: str) -> None:
    counts = []
    first = fill(manager, "0")
    urls = {
        "list": "/officials/",
        "units": "/officials/?tab=units",
        "official": f"/officials/{first.lead_official_id}/",
        "project": first.get_absolute_url(),
        "park": "/parks/shuangfu/?year=2020",
    }
    for __ in range(2):
        cache.clear()
        client.get(urls[page])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(urls[page]).status_code == 200
        counts.append(len(captured))
        for number in range(1, 5):
            fill(manager, str(number), first)
    assert counts[0] == counts[1]


def fill(user: User, name: str, first: Project | None = None) -> Project:
    """A project with an official who does everything; with `first`, the same official and on that project too."""
    project = make_project(park="shuangfu", agreed="1", official=MAYOR, lead_unit=f"单位{name}")
    mayor = project.lead_official
    make_project(park="shuangfu", official=(f"某{name}", ""), lead_unit=f"局{name}")
    place = first or project
    write_follow_up(project=place, official=MAYOR, day=DAY, text="现场办公", user=user)
    Handover.objects.create(project=place, to_official=mayor, handed_on=DAY)
    Obstacle.objects.create(project=place, text="用电", unit="供电", raised_on=DAY, official=mayor)
    for of in ({"project": place}, {"park": Park.objects.get(code="shuangfu")}):
        force = TaskForce.objects.create(name=name, **of)
        TaskForceMember.objects.create(task_force=force, official=mayor)
        TaskForceMember.objects.create(task_force=force, official=official(f"员{name}", ""))
    Chief.objects.create(park=Park.objects.get(code="shuangfu"), official=mayor, until=DAY)
    Official.objects.get_or_create(name="毛平", post=f"职{name}")
    return project


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_members_are_added_a_follow_up_is_written_and_the_project_followed(
    page: Page, live_server: Any, vocabulary: None
) -> None:
    make_user("manager", role="manager", all_parks=True)
    project = make_project(park="shuangfu", official=MAYOR)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}{project.get_absolute_url()}task-forces/new/")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.fill("[name=name]", "和邦专班")
    for number, role in enumerate(("head", "member")):
        page.click("#members [data-add]")
        page.fill(f"[name=members-{number}-name]", f"员{number}")
        page.select_option(f"[name=members-{number}-role]", role)
    page.click(".confirm-bar [type=submit]")
    expect(page.locator(".people li")).to_have_count(2)
    page.click(".follow-up > summary")
    expect(page.locator("[name=official]")).to_have_value(str(project.lead_official_id))
    page.fill("[name=followed_on]", "2020年6月1日")
    page.fill(".follow-up [name=text]", "现场办公")
    page.click(".follow-up [type=submit]")
    expect(page.locator("#follow-ups")).to_contain_text("现场办公")
    page.click(".btn-star")
    expect(page.locator(".btn-star")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
