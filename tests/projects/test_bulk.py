"""Changing many projects at once: exactly what the list shows, looked at first, written once."""

from __future__ import annotations

import hashlib
import re
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.undo_rules import SUBJECTS
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from projects.models import BulkEdit, Milestone, Official, Project
from projects.registering import save_project, typed_milestones
from projects.tags import joined, tags_of
from tests.builders import make_project, make_user
from tests.projects.opened import opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
BULK = "/projects/bulk/"


@pytest.fixture
def chief() -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(response: Any) -> dict[str, Any]:
    """What the preview's form sends, as a browser would."""
    html = response.content.decode()
    sent: dict[str, Any] = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name.group(1) != "csrfmiddlewaretoken":
            sent.setdefault(name.group(1), []).append(value.group(1) if value else "")
    return sent


def preview(client: Client, query: str = "", **values: Any) -> Any:
    return client.post(f"{BULK}?{query}", {"step": "preview", **values})


def confirm(client: Client, shown: Any, query: str = "", **more: Any) -> Any:
    return client.post(f"{BULK}?{query}", form_of(shown) | {"step": "confirm", **more})


def change(client: Client, query: str = "", **values: Any) -> Any:
    """Look, then confirm."""
    return confirm(client, preview(client, query, **values), query)


def units() -> dict[str, str]:
    return dict(Project.objects.values_list("code", "lead_unit"))


def register() -> str:
    """sha256 over every row that an undo speaks of, NULL and empty told apart; without versions and times."""
    digest = hashlib.sha256()
    for subject in SUBJECTS:
        names = [field.attname for field in subject.model._meta.concrete_fields]
        names = [name for name in names if name not in {"version", "updated_at"}]
        for row in subject.model._base_manager.order_by("pk").values_list(*names):
            digest.update(repr((subject.label, row)).encode())
    return digest.hexdigest()


def assert_sound() -> None:
    assert [problem for one in all_invariants() for problem in one.find()] == []


# Which projects.


@pytest.mark.parametrize(
    "query",
    [
        "park=shuangfu",
        "park=none",
        "year=2020",
        "q=光伏",
        "min_capital=10&stage=signed",
        "official=张三",
        "tag=重点",
        "park=shuangfu&park=luohuang&sort=name&per_page=1&page=2",
        "",
    ],
)
def test_what_the_list_shows_is_what_is_changed(manager: Client, query: str) -> None:
    make_project("光伏基地", code="P-1", park="shuangfu", agreed="12", signed="2019", increases=[("3", "2020-05")])
    make_project("光伏厂", code="P-2", park="luohuang", agreed="2", signed="2020", official=("张三", "区长"))
    make_project("家具城", code="P-3", park="shuangfu", agreed="20", signed="2018", tags="重点、市级")
    make_project("茶园", code="P-4", agreed=None, signed="2021", tags="重点项目")
    make_project("作废的", code="P-5", park="shuangfu", agreed="20", signed="2020", voided="重复")
    page = manager.get(f"/projects/?{query}")
    listed = page.context["totals"]
    number = listed.projects + listed.increased
    rows = manager.get(f"/projects/?{query}&per_page=200&page=1")
    wanted = {project.code for project in rows.context["page"].object_list}
    assert len(wanted) == number
    asked = manager.get(f"{BULK}?{query}")
    assert asked.context["total"] == number
    assert change(manager, query, lead_unit="招商局").status_code == 302
    assert {code for code, unit in units().items() if unit == "招商局"} == wanted
    edit = BulkEdit.objects.get()
    assert (edit.changed, edit.unchanged, edit.left_out) == (number, 0, 0)
    assert edit.conditions == [[chip.label, chip.value] for chip in page.context["chips"]]
    assert_sound()


def test_the_page_names_number_and_filter(manager: Client) -> None:
    make_project(code="P-1", park="shuangfu")
    make_project(code="P-2", park="luohuang")
    html = manager.get(f"{BULK}?park=shuangfu&q=测试").content.decode()
    assert re.search(r"<b>[^<]*1[^<]*</b>[^<]*<span class=\"chip\">[^<]*<b>测试</b>", html)
    park = manager.get("/projects/?park=shuangfu").context["chips"][0]
    assert f"<b>{park.value}</b>" in html
    whole = manager.get(BULK)
    assert whole.context["total"] == 2
    assert not whole.context["selection"].conditions


def test_the_list_leads_there_with_its_filter(manager: Client, client: Client) -> None:
    make_project(code="P-1", park="shuangfu")
    html = manager.get("/projects/?park=shuangfu&page=1&sort=name").content.decode()
    assert f'href="{BULK}?park=shuangfu&amp;sort=name"' in html
    assert 'name="project"' in html
    reader = client_of(make_user("leader", role="leader"))
    html = reader.get("/projects/").content.decode()
    assert BULK not in html
    assert 'name="project"' not in html


def test_ticked_rows_alone(manager: Client) -> None:
    one, two, other = (make_project(code=f"P-{n}", park=park) for n, park in enumerate(["shuangfu"] * 2 + ["degan"]))
    ticked = {"project": [one.pk, other.pk]}
    page = manager.post(f"{BULK}?park=shuangfu", {"step": "pick", **ticked})
    assert page.context["total"] == 1, "the filter still holds"
    assert form_of(page)["project"] == [str(one.pk), str(other.pk)]
    shown = preview(manager, "park=shuangfu", lead_unit="招商局", **ticked)
    confirm(manager, shown, "park=shuangfu")
    assert units() == {"P-0": "招商局", "P-1": "", "P-2": ""}
    assert BulkEdit.objects.get().picked
    assert two.lead_unit == ""


def test_nothing_ticked_goes_back_to_the_list(manager: Client) -> None:
    make_project(code="P-1")
    response = manager.post(f"{BULK}?park=shuangfu", {"step": "pick"})
    assert response.url == "/projects/?park=shuangfu"
    assert manager.post(BULK, {"step": "pick", "project": ["x", "-1", "9" * 30]}).context["total"] == 0


def test_a_wrong_condition_changes_nothing(manager: Client) -> None:
    make_project(code="P-1")
    assert manager.get(f"{BULK}?park=nowhere").url == "/projects/?park=nowhere"
    assert preview(manager, "year=x", lead_unit="a").status_code == 302


def test_too_many_are_refused(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projects.bulk.MOST", 1)
    make_project(code="P-1")
    make_project(code="P-2")
    assert manager.get(BULK).status_code == 422
    assert preview(manager, lead_unit="a").status_code == 422


# What they are given.


def test_every_value_is_set_and_what_is_left_empty_stays(manager: Client) -> None:
    one = make_project(code="P-1", lead_unit="区府", planned={"started": "2021-01"}, reached={"registered": "2020-08"})
    make_project(code="P-2", official=("张三", "区长"), tags="重点")
    change(
        manager,
        lead_official_name="李四",
        lead_official_post="副区长",
        planned_start="2021年6月",
        planned_production="2022",
        plan_reason="等用地",
        add_tags="市级 重点",
    )
    for project in Project.objects.all():
        assert str(project.lead_official) == "李四 · 副区长"
        assert set(tags_of(project.tags)) == {"市级", "重点"}
        days = dict(project.milestones.filter(planned_on__isnull=False).values_list("kind", "planned_on"))
        assert days == {"started": PartialDay.from_iso("2021-06"), "production": PartialDay.from_iso("2022")}
    one.refresh_from_db()
    assert (one.lead_unit, one.version) == ("区府", 2)
    assert one.milestones.get(kind="registered").reached
    assert one.history.first().history_change_reason == BulkEdit.objects.get().reason
    assert Milestone.history.filter(history_change_reason__startswith="bulk ").count() == 4
    assert_sound()


def test_ticks_empty_values(manager: Client) -> None:
    make_project(code="P-1", lead_unit="区府", official=("张三", ""), tags="重点", planned={"production": "2022"})
    ticks = {"clear_lead_official": "on", "clear_lead_unit": "on", "clear_tags": "on", "clear_planned_production": "on"}
    change(manager, plan_reason="不再计划", **ticks)
    project = Project.objects.get()
    assert (project.lead_official, project.lead_unit, project.tags) == (None, "", "")
    assert project.milestones.get().planned_on is None
    assert [value for __, value in BulkEdit.objects.get().values] == ["", "", "", "不再计划", ""]


def test_tags_are_added_and_taken_away(manager: Client) -> None:
    make_project(code="P-1", tags="市级、重点、技改")
    change(manager, add_tags="外资，重点", remove_tags="市级")
    assert Project.objects.get().tags == "重点、技改、外资"
    assert joined(tags_of(" 甲,乙  甲；丙\u200b")) == "甲、乙、丙"


def test_a_tag_is_found_as_a_whole_word(manager: Client) -> None:
    for number, tags in enumerate(["重点", "市级、重点", "重点、市级", "市级、重点、技改", "重点项目", "", "非重点"]):
        make_project(code=f"P-{number}", tags=tags)
    page = manager.get("/projects/?tag=重点")
    assert sorted(project.code for project in page.context["page"].object_list) == ["P-0", "P-1", "P-2", "P-3"]
    assert "市级、重点、技改" in page.content.decode()
    assert "市级、重点、技改" in manager.get("/projects/P-3/").content.decode()
    assert manager.get("/projects/?tag=%25").context["totals"].projects == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "__all__"),
        ({"lead_unit": "  "}, "__all__"),
        ({"lead_unit": "a", "clear_lead_unit": "on"}, "lead_unit"),
        ({"lead_official_post": "区长"}, "lead_official_name"),
        ({"planned_production": "很快"}, "planned_production"),
        ({"lead_unit": "长" * 101}, "lead_unit"),
        ({"remove_tags": "a", "clear_tags": "on"}, "remove_tags"),
    ],
)
def test_wrong_input_is_said_and_kept(manager: Client, values: dict[str, str], field: str) -> None:
    make_project(code="P-1")
    response = preview(manager, **values)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    for value in values.values():
        assert value == "on" or not value.strip() or value in response.content.decode()


def test_the_preview_tells_the_difference_and_writes_nothing(manager: Client) -> None:
    make_project("甲", code="P-1", lead_unit="区府")
    make_project("乙", code="P-2", lead_unit="招商局")
    before = register()
    shown = preview(manager, lead_unit="招商局")
    plan = shown.context["plan"]
    assert [(row.project.code, row.changes[0].old, row.changes[0].new) for row in plan.changed] == [
        ("P-1", "区府", "招商局")
    ]
    assert plan.unchanged == 1
    assert "<del>区府</del>" in shown.content.decode()
    assert register() == before
    assert not BulkEdit.objects.exists()
    again = manager.post(BULK, form_of(shown) | {"step": "edit"})
    assert 'value="招商局"' in again.content.decode(), "other values: what was typed is still there"


def test_where_nothing_changes_there_is_nothing_to_confirm(manager: Client) -> None:
    make_project(code="P-1", lead_unit="招商局")
    shown = preview(manager, lead_unit="招商局")
    assert 'value="confirm"' not in shown.content.decode()
    assert confirm(manager, shown).status_code == 409
    assert not BulkEdit.objects.exists()


# Who may, and what is refused.


def test_others_parks_are_refused_and_left_out_only_by_choice(chief: User) -> None:
    make_project("甲", code="P-1", park="shuangfu")
    make_project("乙", code="P-2", park="degan")
    make_project("丙", code="P-3")
    client = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    assert client.get(BULK).context["closed"] == 2
    shown = preview(client, lead_unit="招商局")
    assert [row.project.code for row in shown.context["plan"].refused] == ["P-2", "P-3"]
    refused = confirm(client, shown)
    assert refused.status_code == 422
    assert set(units().values()) == {""}
    assert confirm(client, refused, leave_out="on").status_code == 302
    assert units() == {"P-1": "招商局", "P-2": "", "P-3": ""}
    assert BulkEdit.objects.get().left_out == 2


def test_a_recorder_who_sees_its_own_parks_only_changes_no_other(settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    mine = make_project(code="P-1", park="shuangfu")
    other = make_project(code="P-2", park="degan")
    client = client_of(make_user("recorder", role="recorder", parks=["shuangfu"]))
    ticked = {"project": [mine.pk, other.pk]}
    assert change(client, lead_unit="招商局", **ticked).status_code == 302
    assert units() == {"P-1": "招商局", "P-2": ""}


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_who_only_reads_may_not(role: str) -> None:
    make_project(code="P-1")
    client = client_of(make_user(role, role=role))
    assert client.get(BULK).status_code == 403
    assert preview(client, lead_unit="a").status_code == 403


def test_voided_projects_and_days_out_of_order_are_refused(manager: Client) -> None:
    make_project(code="P-1", planned={"started": "2023-05"})
    make_project(code="P-2", voided="重复")
    shown = preview(manager, planned_production="2022")
    assert [row.project.code for row in shown.context["plan"].refused] == ["P-1"]
    shown = preview(manager, "voided=on", lead_unit="a")
    assert [row.project.code for row in shown.context["plan"].refused] == ["P-2"]


# Verified again, once.


def test_somebody_saved_since_and_it_is_shown_anew(manager: Client, chief: User) -> None:
    make_project("甲", code="P-1", park="shuangfu")
    make_project("乙", code="P-2", park="shuangfu")
    make_project("丙", code="P-3", park="shuangfu")
    shown = preview(manager, "park=shuangfu", lead_unit="招商局")
    project = Project.objects.get(code="P-1")
    _save_again(project, chief, remarks="新")
    gone = Project.objects.get(code="P-2")
    _save_again(gone, chief, park=None)
    make_project("丁", code="P-4", park="shuangfu")
    response = confirm(manager, shown, "park=shuangfu")
    assert response.status_code == 409
    assert set(units().values()) == {""}
    differs = response.context["differs"]
    assert [one.code for one in differs.changed] == ["P-1"]
    assert [one.code for one in differs.joined] == ["P-4"]
    assert differs.gone == 1
    assert confirm(manager, response, "park=shuangfu").status_code == 302
    assert units() == {"P-1": "招商局", "P-2": "", "P-3": "招商局", "P-4": "招商局"}


def _save_again(project: Project, user: User, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(project, name, value)
    save_project(
        project=project,
        version=project.version,
        official=("", ""),
        investors=None,
        commitments=None,
        milestones=typed_milestones(project),
        user=user,
    )


def test_other_values_or_another_filter_than_shown_are_not_written(manager: Client) -> None:
    make_project(code="P-1", park="shuangfu")
    make_project(code="P-2", park="degan")
    shown = preview(manager, "park=shuangfu", lead_unit="招商局")
    assert confirm(manager, shown, "park=degan").status_code == 409
    assert confirm(manager, shown, "").status_code == 409
    assert confirm(manager, shown, "park=shuangfu", lead_unit="别的").status_code == 409
    assert confirm(manager, shown, "park=shuangfu", digest="").status_code == 200
    assert set(units().values()) == {""}


def test_anothers_preview_is_not_ones_own(manager: Client) -> None:
    make_project(code="P-1")
    shown = preview(manager, lead_unit="招商局")
    other = client_of(make_user("second", role="manager", all_parks=True))
    assert confirm(other, shown).status_code == 409
    assert confirm(manager, shown).status_code == 302
    assert confirm(other, shown).status_code == 409


def test_a_second_click_writes_nothing(manager: Client) -> None:
    make_project(code="P-1")
    shown = preview(manager, lead_unit="招商局")
    first, second = confirm(manager, shown), confirm(manager, shown)
    assert first.url == second.url == BulkEdit.objects.get().get_absolute_url()
    assert Project.objects.get().version == 2
    assert Project.history.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_write_once(manager: Client, chief: User) -> None:
    for number in range(20):
        make_project(code=f"P-{number:02d}")
    shown = preview(manager, lead_unit="招商局", lead_official_name="新人")
    sent, barrier, answers = form_of(shown) | {"step": "confirm"}, Barrier(2), []
    clients = [client_of(chief), client_of(chief)]

    def click(client: Client) -> None:
        barrier.wait(30)
        try:
            answers.append(client.post(BULK, sent))
        finally:
            connection.close()

    threads = [Thread(target=click, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    edit = BulkEdit.objects.get()
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, edit.get_absolute_url())] * 2
    assert set(Project.objects.values_list("version", flat=True)) == {2}
    assert Official.objects.count() == 1


def test_an_error_on_the_way_leaves_nothing(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project(code="P-1")
    shown, before = preview(manager, lead_unit="招商局", planned_start="2022"), register()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("projects.bulk_writing.insert_with_history", fail)
    with pytest.raises(RuntimeError):
        confirm(manager, shown)
    assert register() == before
    assert not BulkEdit.objects.exists()


def test_an_open_form_learns_of_it(manager: Client) -> None:
    project = make_project("甲", code="P-1", lead_unit="区府", site="A1")
    data = opened(manager, project)
    change(manager, lead_unit="招商局")
    response = manager.post(f"{project.get_absolute_url()}edit/", data | {"remarks": "我的备注", "lead_unit": "我写的"})
    assert response.status_code == 409
    html = response.content.decode()
    assert "招商局" in html
    assert "我写的" in html
    assert Project.objects.get().remarks == ""
    assert manager.post(f"{project.get_absolute_url()}edit/", data | {"remarks": "我的备注"}).status_code == 302
    project.refresh_from_db()
    assert (project.lead_unit, project.site, project.remarks) == ("招商局", "A1", "我的备注")


# How much work.


def test_the_number_of_queries_does_not_grow(manager: Client) -> None:
    values = {"lead_unit": "招商局", "lead_official_name": "李四", "planned_start": "2022", "add_tags": "重点"}
    counts = []
    manager.get(BULK)  # what is remembered for a while is asked now
    for size in (10, 1000):
        known = Project.objects.count()
        _many(size - known)
        if not known:  # one is led by somebody already: from him it is a handover
            Project.objects.filter(code="M-00000").update(lead_official=Official.objects.create(name="张三"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            shown = preview(manager, **values)
            assert shown.context["total"] == size
            assert confirm(manager, shown).status_code == 302
            edit = manager.get(BULK)
            assert edit.status_code == 200
        counts.append(len(asked))
        values = {"lead_unit": "发改委", "lead_official_name": "王五", "planned_production": "2023", "add_tags": "市级"}
    assert counts[1] == counts[0]
    assert BulkEdit.objects.latest("pk").changed == 1000


def _many(number: int) -> None:
    known = Project.objects.count()
    Project.objects.bulk_create(
        Project(code=f"M-{known + n:05d}", name=f"项目{known + n}", name_key=f"项目{known + n}") for n in range(number)
    )
