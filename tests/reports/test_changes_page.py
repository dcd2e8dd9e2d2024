"""The page of what changed between two days: its figures, its lists, wrong input, who sees what."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.test import Client

from accounts.demo import as_of_day
from projects.models import ConditionPeriod, Project
from reports import changes_views
from reports.bridge import Asked, Bridge, bridge_of
from reports.models import FixedTable
from tests.builders import make_project, make_user
from tests.reports.pages import assert_opens_its_rows, opened, read, totals

pytestmark = pytest.mark.django_db
URL = "/reports/changes/?from=2020-06-30&to=2020-12-31"
SINCE, UNTIL = datetime.date(2020, 6, 30), datetime.date(2020, 12, 31)


@pytest.fixture(scope="module", autouse=True)
def year(shared_data: None) -> None:
    """A year in which everything happens to a project of its own, made once for all tests."""
    make_year()


def make_year() -> None:
    make_project("原有", agreed="10", signed="2020-03-01", park="shuangfu", reached={"started": "2020-08-01"})
    make_project("增资", agreed="5", signed="2019-03-01", increases=[("2", "2020-09-01"), ("3", "2020-06-30")])
    make_project("减资", agreed="5", signed="2019-03-01", reductions=[("1", "2020-12")])
    make_project("到位", agreed="5", signed="2020-06", arrivals={"2020-06": "10000", "2020-07": "20000"})
    make_project("新签", agreed="8", signed="2020-07", park="shuangfu", arrivals={"2020-05": "3000"})
    make_project("只知年份", agreed="4", signed="2020")
    make_project("未填日期", agreed="6", signed=None)
    later = make_project("后补金额", agreed="1", signed="2020-05-01")
    later.commitments.update(committed_on=None)
    later.commitments.update(committed_on="2020-10-01")
    for name, condition in (("停滞", "stalled"), ("终止", "terminated")):
        project = make_project(name, agreed="7", signed="2020-02-01")
        Project.objects.filter(pk=project.pk).update(condition=condition, condition_on="2020-11-01")
    again = make_project("重启", agreed="9", signed="2020-02-01")
    ConditionPeriod.objects.create(project=again, condition="terminated", since="2020-03-01", until="2020-10-01")
    # Nobody wrote about these for long by December, but not yet in June.
    Project.objects.filter(name__in=("原有", "增资")).update(updated_at="2020-07-15T08:00+08:00")


def bridge(live: bool = False) -> Bridge:
    return bridge_of(Asked(Project.objects.counted(), SINCE, UNTIL, live=live))


def test_counted_by_hand(vocabulary: None) -> None:
    found = bridge()
    # A year alone counts at its end: 只知年份 is new in December; what has no day was there at both ends.
    assert (found.start.projects, found.end.projects) == (9, 11)
    steps = {step.kind: (step.concerned, step.projects, step.agreed, step.arrived) for step in found.steps}
    assert steps == {
        "new": (2, 2, 120000, 3000),
        "agreed": (1, 0, 10000, 0),
        "increased": (1, 0, 20000, 0),
        "reduced": (1, 0, -10000, 0),
        "arrived": (1, 0, 0, 20000),
    }
    assert found.adds_up()
    counts = {kind: number for kind, number in found.counts().items() if kind not in steps}
    assert counts == {"moved": 1, "stalled": 1, "resumed": 0, "terminated": 1, "reopened": 1}


def test_without_terminated(vocabulary: None) -> None:
    found = bridge(live=True)
    assert (found.start.projects, found.end.projects) == (8, 10)
    steps = {step.kind: (step.projects, step.agreed) for step in found.steps}
    assert (steps["terminated"], steps["reopened"]) == ((-1, -70000), (1, 90000))
    assert found.adds_up()


@pytest.mark.parametrize(
    "more",
    [
        *["", "&live=1", "&year=2020", "&park=shuangfu", "&min_capital=5&live=1", "&stage=construction"],
        *["&f=stage:ne:construction", "&f=agreed_year:ge:5", "&f=agreed_year:ge:2&year=2020"],
        *["&step=performing", "&reached=started:2020", "&key=1", "&stuck=stalled", "&gap=silent"],
    ],
)
def test_every_figure_opens_its_rows(leader: Client, more: str) -> None:
    links = [
        replace(link, text=link.text.lstrip("+−"))
        for link in read(leader, URL + more).links
        if link.href.startswith("/projects/?") and "−" not in link.text
    ]
    links = [link for link in links if link.number is not None]
    assert len(links) > 5
    for link in links:
        if "changed=" in link.href and not link.is_amount:
            found = opened(leader, link)
            # Projects concerned: with those of earlier years that are listed for an increase alone.
            count = int(found["data-count"])
            assert link.number in (count, count + int(found["data-increased"])), (link, found)
        else:
            assert_opens_its_rows(leader, link)


@pytest.mark.parametrize(
    "kind", ["new", "agreed", "increased", "reduced", "arrived", "moved", "stalled", "terminated", "reopened"]
)
def test_each_list_names_its_projects(leader: Client, kind: str) -> None:
    names = {
        "new": "新签",
        "agreed": "后补金额",
        "increased": "增资",
        "reduced": "减资",
        "arrived": "到位",
        "moved": "原有",
        "stalled": "停滞",
        "terminated": "终止",
        "reopened": "重启",
    }
    listed = [link.text for link in read(leader, f"{URL}&kind={kind}").links if link.href.startswith("/projects/JJ-")]
    assert names[kind] in listed
    assert not set(listed) & (set(names.values()) - {names[kind]})


@pytest.mark.parametrize(
    "query",
    ["from=2020-12-31&to=2020-06-30", "from=2020-13-01", "to=heute", "from=2020-06-30&to=2020-12-31&park=nowhere"],
)
def test_wrong_input_is_said_and_nothing_is_counted(leader: Client, query: str) -> None:
    page = leader.get(f"/reports/changes/?{query}")
    assert page.status_code == 200
    (fault,) = page.context["faults"]
    assert fault in page.content.decode()
    assert 'id="bridge"' not in page.content.decode()


def test_without_days_it_takes_the_month(leader: Client) -> None:
    asked = leader.get("/reports/changes/?to=2020-09-15").context["asked"]
    assert (asked.since, asked.until) == (datetime.date(2020, 8, 31), datetime.date(2020, 9, 15))
    today = leader.get("/reports/changes/").context["asked"].until
    assert today == as_of_day()


def test_who_sees_its_own_parks_only_gets_their_figures(vocabulary: None, client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("德感的", agreed="1", signed="2020-08-01", park="degan")
    client.force_login(make_user("recorder", parks=["degan"]))
    page = client.get(URL)
    start, end = page.context["bridge"].start, page.context["bridge"].end
    assert (start.projects, end.projects, end.agreed) == (0, 1, 10000)
    assert [row.cells[0].value for row in page.context["list"].rows] == ["德感的"]
    assert "新签<" not in page.content.decode()


def test_number_of_queries_does_not_grow(leader: Client, django_assert_max_num_queries: Any) -> None:
    leader.get(URL)
    with django_assert_max_num_queries(90) as few:
        leader.get(URL)
    make_year()
    with django_assert_max_num_queries(len(few.captured_queries)):
        leader.get(URL)


def sheets_of(response: Any) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each sheet of a workbook that was sent."""
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_export_holds_bridge_and_lists(leader: Client) -> None:
    sheets = sheets_of(leader.get(f"/reports/changes/export.xlsx?{URL.partition('?')[2]}"))
    bridge = next(iter(sheets.values()))
    assert [row[2] for row in bridge[1:] if "合计" in str(row[0])] == [9, 11]
    assert {row[0] for row in sheets["新签约"][1:]} == {"新签", "只知年份"}
    assert [row[0] for row in sheets["增资"][1:]] == ["增资"]


def test_a_list_that_is_cut_says_how_many_more_and_leads_to_all(leader: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(changes_views, "MOST_EXPORTED", 1)
    sheets = sheets_of(leader.get(f"/reports/changes/export.xlsx?{URL.partition('?')[2]}"))
    assert [row[0] for row in sheets["新签约"][1:]] == ["新签", "还有 1 项：打开全部"]
    assert [row[0] for row in sheets["增资"][1:]] == ["增资"]
    monkeypatch.setattr(changes_views, "MOST_FIXED", 1)
    leader.force_login(make_user("manager", role="manager", all_parks=True))
    answer = leader.post(URL.replace("changes/", "changes/fix/"), {"name": "七月"})
    assert answer.status_code == 302
    kept = {grid["code"]: grid["rows"] for grid in FixedTable.objects.get().grids}
    (__, last) = kept["list-new"]
    assert totals(leader, last["cells"][0]["href"])["data-count"] == "2"
