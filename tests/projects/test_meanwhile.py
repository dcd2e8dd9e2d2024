"""Somebody saved while a form was open: what the sender did not touch stays, what both changed is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.bulk_undo import undo_bulk
from imports.models import ImportBatch
from imports.undoing import take_back
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects import bulk
from projects.bulk_writing import edit_many
from projects.models import BulkEdit, CapitalCommitment, Milestone, Participation, Project
from tests.builders import make_investor, make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.merges import merge, merge_two_firms
from tests.projects.opened import add_row, as_shown, opened, row_of

pytestmark = pytest.mark.django_db
LEDGER = ("项目编号", "项目名称", "投资方", "协议投资额（亿元）", "计划开工时间", "责任单位")


@pytest.fixture
def chief(vocabulary: None) -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def mine(chief: User, client: Client) -> Client:
    client.force_login(chief)
    return client


@pytest.fixture
def theirs(vocabulary: None) -> Client:
    client = Client()
    client.force_login(make_user("张三", role="manager", all_parks=True))
    return client


@pytest.fixture
def project(vocabulary: None) -> Project:
    return make_project(
        "甲",
        code="P-001",
        park="shuangfu",
        agreed="2",
        joint=["第二公司"],
        increases=[("1", "2021")],
        planned={"started": "2021-03"},
        official=("王主任", "主任"),
        lead_unit="区府",
        tags="重点",
        content="第一行\n第二行",
        land_area="1.2",
        expected_tax="120",
    )


def edit(client: Client, project: Project, data: dict[str, str]) -> Any:
    return client.post(f"{project.get_absolute_url()}edit/", data)


def says(project: Project, *besides: str) -> dict[str, Any]:
    """Everything that the register says about a project, without what every saving moves on."""
    passing = {"version", "updated_at", *besides}
    (columns,) = Project.objects.filter(pk=project.pk).values()
    found: dict[str, Any] = {name: value for name, value in columns.items() if name not in passing}
    for model in (Participation, CapitalCommitment, Milestone):
        found[model.__name__] = list(model.objects.filter(project=project).order_by("pk").values())
    return found


def import_file(project: Project, chief: User, folder: Path) -> ImportBatch:
    """Another lead investor (the joint one goes), another amount, a milestone more, another unit."""
    path = ledger(folder / "a.xlsx", ("P-001", "甲", "第二公司", "8", "2022-05", "招商局"), header=LEDGER)
    assert run(path)[0] == 0
    assert Participation.objects.get(project=project).investor.name == "第二公司"
    return ImportBatch.objects.get()


def undo_import(project: Project, chief: User, folder: Path, batch: ImportBatch) -> None:
    take_back(batch=batch, user=None, back=True)


def redo_import(project: Project, chief: User, folder: Path, batch: ImportBatch) -> None:
    take_back(batch=batch, user=None, back=False)


def change_many(project: Project, chief: User, folder: Path) -> BulkEdit:
    wanted = bulk.Wanted(
        lead_unit="批量单位",
        lead_official=("李主任", ""),
        added_tags=("新标签",),
        planned={"completed": PartialDay.from_iso("2023")},
    )
    select = partial(bulk.selection_of, QueryDict("park=shuangfu"), None, user=chief)
    digest = bulk.plan_of(select(), wanted, user=chief).digest
    return edit_many(select=select, wanted=wanted, user=chief, digest=digest, leave_out=False)


def undo_many(project: Project, chief: User, folder: Path, done: BulkEdit) -> None:
    undo_bulk(edit=done, user=None, back=True)


WRITERS: dict[str, list[Callable[..., Any]]] = {
    "import": [import_file],
    "undo of an import": [import_file, undo_import],
    "import that counts again": [import_file, undo_import, redo_import],
    "bulk change": [change_many],
    "undo of a bulk change": [change_many, undo_many],
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("since", [1, 2, 3])
def test_an_open_form_takes_nothing_back(
    mine: Client, chief: User, project: Project, tmp_path: Path, writer: str, since: int
) -> None:
    """`since`: so many of the writers, the last ones, wrote while the form was open."""
    jobs = WRITERS[writer]
    result: list[Any] = []
    data: dict[str, str] = {}
    for number, job in enumerate(jobs):
        if number == max(len(jobs) - since, 0):
            project.refresh_from_db()
            data = opened(mine, project)
        done = job(project, chief, tmp_path, *result)
        result = result or [done]
    wanted = says(project, "remarks")
    response = edit(mine, project, data | {"remarks": "我的备注"})
    assert response.status_code == 302
    assert says(project, "remarks") == wanted
    project.refresh_from_db()
    assert project.remarks == "我的备注"
    assert [problem for one in all_invariants() for problem in one.find()] == []


def test_what_others_saved_stays_and_the_message_names_it(mine: Client, theirs: Client, project: Project) -> None:
    data = opened(mine, project)
    other = opened(theirs, project)
    other |= {"lead_unit": "招商局", "signed_on": "", row_of(other, "investors", name="第二公司") + "share": "30"}
    other[row_of(other, "milestones", kind="land") + "planned_on"] = "2020-12"
    add_row(other, "commitments", kind="increase", amount="5")
    assert edit(theirs, project, other).status_code == 302
    wanted = says(project, "remarks", "site")
    response = mine.post(f"{project.get_absolute_url()}edit/", data | {"remarks": "我的", "site": "A1"}, follow=True)
    assert says(project, "remarks", "site") == wanted
    (message,) = map(str, response.context["messages"])
    for part in ("张三", "第二公司"):
        assert part in message
    project.refresh_from_db()
    assert (project.remarks, project.site, project.version) == ("我的", "A1", 3)
    assert project.agreed_capital == 8 * YI


def test_nothing_is_written_where_the_sender_changed_nothing(mine: Client, theirs: Client, project: Project) -> None:
    data = opened(mine, project)
    assert edit(theirs, project, opened(theirs, project) | {"lead_unit": "招商局"}).status_code == 302
    assert edit(mine, project, data).status_code == 302
    project.refresh_from_db()
    assert (project.lead_unit, project.version) == ("招商局", 2)


def test_another_spelling_is_no_change(mine: Client, theirs: Client, project: Project) -> None:
    """Blanks, ends of lines, zeros, units, separators, NULL and "" are not what somebody typed over."""
    data = opened(mine, project)
    initial = row_of(data, "commitments", kind="initial")
    respelled = {
        "lead_unit": " 区府  ",
        "content": "第一行 \r\n第二行\r\n",
        "land_area": "1.20",
        "expected_tax": "120.00万元",
        "signed_on": "2020年6月30日",
        "tags": "重点，",
        "lead_official_name": "王主任 ",
        "planned_total": " ",
        initial + "amount": "20000万元",
        initial + "committed_on": "2020/6/30",
        row_of(data, "commitments", kind="increase") + "committed_on": "2021年",
        row_of(data, "milestones", kind="started") + "planned_on": "2021年3月",
        row_of(data, "investors", name="第二公司") + "share": "",
    }
    other = opened(theirs, project) | {
        "lead_unit": "招商局",
        "content": "第三行",
        "land_area": "7",
        "expected_tax": "99",
        "signed_on": "2020-07",
        "tags": "市级",
        "lead_official_name": "",
        "lead_official_post": "",
        "planned_total": "9",
        initial + "amount": "3",
        initial + "committed_on": "2020-07",
        row_of(data, "commitments", kind="increase") + "committed_on": "2021-02",
        row_of(data, "milestones", kind="started") + "planned_on": "2021-04",
        "plan_reason": "等用地",
        row_of(data, "investors", name="第二公司") + "share": "12.5",
    }
    assert edit(theirs, project, other).status_code == 302
    wanted = says(project)
    response = edit(mine, project, data | respelled)
    assert response.status_code == 302, response.context["forms"].mistakes
    assert says(project) == wanted
    project.refresh_from_db()
    assert project.version == 2


@pytest.mark.parametrize("which", ["theirs", "mine", ""])
def test_what_both_changed_is_chosen(mine: Client, theirs: Client, project: Project, which: str) -> None:
    data = opened(mine, project)
    amount = row_of(data, "commitments", kind="initial") + "amount"
    other = opened(theirs, project) | {"lead_unit": "招商局", "site": "A1", amount: "3", "lead_official_post": "局长"}
    assert edit(theirs, project, other).status_code == 302
    own = {"lead_unit": "经信委", "remarks": "我的", amount: "4", "lead_official_name": "李主任"}
    response = edit(mine, project, data | own)
    assert response.status_code == 409
    forms = response.context["forms"]
    shown = {(clash.stored, clash.typed) for clash in forms.clashes}
    assert shown == {("招商局", "经信委"), ("3.00 亿元", "4.00 亿元"), ("王主任 · 局长", "李主任 · 主任")}
    assert [(one.was, one.stored, one.who) for one in forms.taken] == [("", "A1", "张三")]
    assert "张三" in response.content.decode()
    again = as_shown(response) | {"asked": [clash.unit for clash in forms.clashes]}
    assert (again["lead_unit"], again["site"], again["version"]) == ("经信委", "A1", "2")
    if which:
        again |= {f"choice-{clash.unit}": which for clash in forms.clashes}
    response = edit(mine, project, again)
    project.refresh_from_db()
    if not which:  # nobody chose: asked again, nothing written
        assert response.status_code == 409
        assert {(clash.stored, clash.typed) for clash in response.context["forms"].clashes} == shown
        assert (project.lead_unit, project.version) == ("招商局", 2)
        return
    assert response.status_code == 302
    found = (project.lead_unit, project.agreed_capital, str(project.lead_official), project.remarks, project.site)
    won = ("招商局", 4 * YI, "王主任 · 局长") if which == "theirs" else ("经信委", 5 * YI, "李主任 · 主任")
    assert found == (*won, "我的", "A1")


def test_a_choice_is_asked_again_where_a_third_one_saved(mine: Client, theirs: Client, project: Project) -> None:
    data = opened(mine, project)
    assert edit(theirs, project, opened(theirs, project) | {"lead_unit": "招商局"}).status_code == 302
    response = edit(mine, project, data | {"lead_unit": "经信委"})
    again = as_shown(response) | {"asked": ["lead_unit"], "choice-lead_unit": "mine"}
    assert edit(theirs, project, opened(theirs, project) | {"lead_unit": "发改委", "site": "A2"}).status_code == 302
    response = edit(mine, project, again)
    assert response.status_code == 409
    assert [(clash.stored, clash.typed) for clash in response.context["forms"].clashes] == [("发改委", "经信委")]
    again |= {"choice-lead_unit": "theirs"}
    assert edit(mine, project, again).status_code == 302
    project.refresh_from_db()
    assert (project.lead_unit, project.site) == ("发改委", "A2")


@pytest.mark.parametrize("which", ["theirs", "mine"])
@pytest.mark.parametrize("who_takes_out", ["theirs", "mine"])
def test_a_row_that_one_took_out_and_the_other_changed(
    mine: Client, theirs: Client, project: Project, which: str, who_takes_out: str
) -> None:
    data, other = opened(mine, project), opened(theirs, project)
    outs, changes = (other, data) if who_takes_out == "theirs" else (data, other)
    outs[row_of(outs, "commitments", kind="increase") + "DELETE"] = "on"
    outs[row_of(outs, "investors", name="第二公司") + "DELETE"] = "on"
    changes[row_of(changes, "commitments", kind="increase") + "amount"] = "6"
    changes[row_of(changes, "investors", name="第二公司") + "share"] = "20"
    assert edit(theirs, project, other).status_code == 302
    response = edit(mine, project, data)
    assert response.status_code == 409
    units = [clash.unit for clash in response.context["forms"].clashes]
    assert len(units) == 2
    again = as_shown(response) | {"asked": units} | {f"choice-{unit}": which for unit in units}
    assert edit(mine, project, again).status_code == 302
    project.refresh_from_db()
    is_there = which != who_takes_out
    assert project.agreed_capital == (8 if is_there else 2) * YI
    assert project.participations.filter(investor__name="第二公司", share=20).exists() == is_there
    assert project.participations.count() == 1 + is_there


def test_two_initial_agreements_are_one_question(mine: Client, theirs: Client, vocabulary: None) -> None:
    project = make_project("乙")
    data, other = opened(mine, project), opened(theirs, project)
    for sent, amount in ((other, "3"), (data, "4")):
        sent[row_of(sent, "commitments", kind="initial") + "amount"] = amount
    assert edit(theirs, project, other).status_code == 302
    response = edit(mine, project, data)
    assert response.status_code == 409
    (clash,) = response.context["forms"].clashes
    again = as_shown(response) | {"asked": clash.unit, f"choice-{clash.unit}": "mine"}
    assert edit(mine, project, again).status_code == 302
    assert [row.amount for row in project.commitments.all()] == [4 * YI]


def test_what_does_not_fit_together_is_said_and_nothing_is_lost(mine: Client, theirs: Client, project: Project) -> None:
    """Each alone is right, both together are not: a plan that ends before it begins."""
    data, other = opened(mine, project), opened(theirs, project)
    other["plan_reason"] = data["plan_reason"] = "等用地"
    other[row_of(other, "milestones", kind="started") + "planned_on"] = "2024"
    data[row_of(data, "milestones", kind="completed") + "planned_on"] = "2023"
    assert edit(theirs, project, other).status_code == 302
    before = says(project)
    response = edit(mine, project, data | {"remarks": "我的"})
    assert response.status_code == 422
    assert says(project) == before
    again = as_shown(response)
    assert (again["remarks"], again["version"]) == ("我的", "2")
    assert [one.stored for one in response.context["forms"].taken] == ["2024"]
    again[row_of(again, "milestones", kind="completed") + "planned_on"] = "2025"
    assert edit(mine, project, again).status_code == 302


def test_two_new_lead_investors_are_left_to_the_sender(mine: Client, theirs: Client, project: Project) -> None:
    data, other = opened(mine, project), opened(theirs, project)
    for sent in (data, other):
        sent[row_of(sent, "investors", role="lead") + "role"] = "joint"
    data[row_of(data, "investors", name="第二公司") + "role"] = "lead"
    add_row(other, "investors", name="第三公司", role="lead")
    assert edit(theirs, project, other).status_code == 302
    before = says(project)
    response = edit(mine, project, data)
    assert response.status_code == 422
    assert says(project) == before
    again = as_shown(response)
    again[row_of(again, "investors", name="第三公司") + "role"] = "joint"
    assert edit(mine, project, again).status_code == 302
    roles = dict(project.participations.values_list("investor__name", "role"))
    assert roles == {"重庆某某有限公司": "joint", "第二公司": "lead", "第三公司": "joint"}


def test_what_the_history_does_not_know_is_asked(mine: Client, theirs: Client, project: Project) -> None:
    """A row that is older than the history is never overwritten in silence."""
    CapitalCommitment.history.filter(project=project.pk).delete()
    data, other = opened(mine, project), opened(theirs, project)
    other[row_of(other, "commitments", kind="increase") + "amount"] = "6"
    assert edit(theirs, project, other).status_code == 302
    response = edit(mine, project, data | {"remarks": "我的"})
    assert response.status_code == 409
    (clash,) = response.context["forms"].clashes
    assert "6.00" in clash.stored
    assert "1.00" in clash.typed
    project.refresh_from_db()
    assert project.agreed_capital == 8 * YI
    again = as_shown(response) | {"asked": clash.unit, f"choice-{clash.unit}": "theirs"}
    assert edit(mine, project, again).status_code == 302
    project.refresh_from_db()
    assert (project.agreed_capital, project.remarks) == (8 * YI, "我的")


@pytest.mark.parametrize("version", ["", "0", "99", "-1"])
def test_a_version_that_never_was_takes_nothing_over(
    mine: Client, theirs: Client, project: Project, version: str
) -> None:
    data = opened(mine, project)
    assert edit(theirs, project, opened(theirs, project) | {"lead_unit": "招商局"}).status_code == 302
    before = says(project)
    response = edit(mine, project, data | {"version": version})
    assert response.status_code == 409
    assert [(clash.stored, clash.typed) for clash in response.context["forms"].clashes] == [("招商局", "区府")]
    assert says(project) == before


def test_a_firm_and_an_official_that_got_other_names_keep_them(mine: Client, theirs: Client, project: Project) -> None:
    data = opened(mine, project)
    firm = project.participations.get(investor__name="第二公司").investor
    page = {"name": "第二股份公司", "honours-TOTAL_FORMS": "0", "honours-INITIAL_FORMS": "0"}
    assert theirs.post(f"/investors/{firm.pk}/edit/", page).status_code == 302
    official = project.lead_official
    assert official
    official.post = "书记"
    official.save()
    assert edit(theirs, project, opened(theirs, project) | {"site": "A1"}).status_code == 302
    wanted = says(project, "remarks")
    assert edit(mine, project, data | {"remarks": "我的"}).status_code == 302
    assert says(project, "remarks") == wanted


def test_a_firm_that_was_merged_stays_merged(mine: Client, chief: User, project: Project) -> None:
    data = opened(mine, project)
    gone = project.participations.get(investor__name="第二公司").investor
    merge_two_firms(make_investor("第二集团"), gone, user=chief)
    wanted = says(project, "remarks")
    assert edit(mine, project, data | {"remarks": "我的"}).status_code == 302
    assert says(project, "remarks") == wanted


def test_a_project_that_was_merged_says_into_which(mine: Client, chief: User, project: Project) -> None:
    kept = make_project("甲", code="P-002", park="shuangfu", agreed="2")
    data = opened(mine, project)
    merge(kept, project, user=chief, commitments="kept")
    response = edit(mine, project, data | {"remarks": "我的备注"})
    assert response.status_code == 422
    html = response.content.decode()
    assert '<a href="/projects/P-002/">P-002 甲</a>' in html
    assert "我的备注" in html
    kept.refresh_from_db()
    assert kept.remarks == ""


def test_the_number_of_queries_does_not_grow_with_what_happened(mine: Client, theirs: Client, project: Project) -> None:
    counts = []
    for rounds in (1, 6):
        project.refresh_from_db()
        data = opened(mine, project)
        for number in range(rounds):
            other = opened(theirs, project) | {"site": f"{rounds}-{number}"}
            add_row(other, "commitments", kind="increase", amount="1")
            add_row(other, "investors", name=f"公司{rounds}-{number}", role="joint")
            assert edit(theirs, project, other).status_code == 302
        with CaptureQueriesContext(connection) as queries:
            assert edit(mine, project, data | {"remarks": str(rounds)}).status_code == 302
        counts.append(len([one for one in queries.captured_queries if one["sql"].startswith("SELECT")]))
    # The firms' names are looked up one by one while they are written, as ever.
    assert counts[1] - counts[0] <= 6, counts
