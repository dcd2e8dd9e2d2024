"""The article's three cases in the demo: what the pages say of them, and that clearing takes them along."""

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.demo import make_demo_accounts
from accounts.models import User
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from projects.choices import Stage
from projects.models import Investor, Note, Official, Project, TaskForce
from projects.people_writing import hand_over
from projects.periods import Period
from projects.registering import write_note
from reports.clearing import clear_demo
from reports.democases import load_cases
from tests.builders import PASSWORD, make_user
from tests.reports.pages import assert_opens_its_rows, figure_links

pytestmark = pytest.mark.django_db
LEDGER = Path(settings.BASE_DIR) / "fixtures" / "demo" / "ledger-2020.xlsx"
SOLAR, WANDA, PROOF = "光能材料及光伏发电模组生产基地", "万达广场商业综合体", "新型建筑防水材料基地和成渝区域总部"


@pytest.fixture
def demo(vocabulary: None, settings: Any, tmp_path: Path, client: Client) -> User:
    """The demo's ledger of 2020 and the cases, looked at by its manager."""
    settings.MEDIA_ROOT = tmp_path
    make_demo_accounts(PASSWORD)
    call_command("import_projects", str(LEDGER), "--demo", stdout=io.StringIO())
    load_cases()
    user = User.objects.get(username="manager")
    client.force_login(user)
    return user


def page_of(client: Client, name: str, part: str = "") -> str:
    html = client.get(f"{Project.objects.get(name=name).get_absolute_url()}{part}").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_three_cases_are_told_as_the_article_tells_them(demo: User, client: Client) -> None:
    solar = page_of(client, SOLAR)
    assert re.search(r"62(\.0+)? 亿元", solar)
    assert "+42" in solar
    assert "38 天" in solar
    assert "毛平 · 区长" in solar
    wanda = page_of(client, WANDA)
    assert re.search(r"50(\.0+)? 亿元", wanda)
    assert "2020-06-30" in wanda
    for words in ("签约到动工1个月", "签约当月即动工", "万达广场项目工作专班", "8000平方米展示中心投用"):
        assert words in wanda
    proof = page_of(client, PROOF)
    assert "程志毅 · 区委书记" in proof
    assert "跟进两年多" in proof


def test_what_the_article_does_not_say_is_not_in_the_register(demo: User) -> None:
    solar, wanda, proof = (Project.objects.get(name=name) for name in (SOLAR, WANDA, PROOF))
    assert {solar.first_contact_on, proof.first_contact_on} == {None}
    assert {row.kind: int(row.amount) for row in solar.commitments.all()} == {"initial": 200_000, "increase": 420_000}
    assert wanda.stage == Stage.CONSTRUCTION  # the exhibition centre is not the complex
    days = {str(row.name or row.kind): str(row.actual_on) for row in wanda.milestones.filter(reached=True)}
    assert days == {"started": "2020-07", "8000平方米展示中心投用": "2020-09"}
    assert list(TaskForce.objects.get().members.all()) == []
    assert {note.noted_on for note in Note.objects.filter(author=demo)} == {PartialDay.from_iso("2020")}


def test_the_published_figures_stay_and_a_second_run_writes_nothing(demo: User, client: Client) -> None:
    def tables() -> list[Any]:
        return [model.history.count() for model in (Project, Note, TaskForce, Official)]

    before = tables()
    load_cases()
    assert tables() == before
    totals = Project.objects.visible_to(demo).counted().totals(Period(2020))
    assert (totals.projects, int(totals.agreed)) == (192, 10_360_000)
    assert [problem for one in all_invariants() for problem in one.find()] == []
    shown = [link for link in figure_links(client, "/?year=2020&as_of=2020-12-31") if link.number == 192]
    assert shown
    assert_opens_its_rows(client, shown[0])


def test_clearing_takes_the_cases_and_the_official_whom_a_demo_visitor_made(demo: User) -> None:
    solar = Project.objects.get(name=SOLAR)
    said = {"to": ("李明", "副区长"), "day": datetime.date(2020, 7, 1), "reason": ""}
    hand_over(projects=[solar.pk], former=solar.lead_official_id, user=demo, **said)
    cleared = clear_demo(user=None)
    assert (cleared["projects"], cleared["kept"]) == (192, [])
    for model in (Project, Note, TaskForce, Official, Investor):
        assert not model.objects.exists(), model
        assert not model.history.exists(), model


def test_a_case_on_which_real_work_was_done_stays(demo: User) -> None:
    wanda = Project.objects.get(name=WANDA)
    write_note(project=wanda, kind="note", text="已对接", user=make_user("real", "manager", all_parks=True))
    assert clear_demo(user=None)["kept"] == [wanda.code]
    assert TaskForce.objects.get().project == wanda
    assert wanda.milestones.filter(kind="other").exists()
