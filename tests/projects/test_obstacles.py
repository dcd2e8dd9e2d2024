"""Obstacles: who may write them, what is refused, and what waits for whom."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import obstacles, registering
from projects.models import Obstacle, Official, Project
from projects.registering import ConcurrentEdit
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
TODAY = datetime.date(2020, 12, 31)


@pytest.fixture(autouse=True)
def _today(settings: Any) -> None:
    settings.TODAY = TODAY


@pytest.fixture
def wang() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def manager(client: Client, wang: User) -> Client:
    client.force_login(wang)
    return client


@pytest.fixture
def project() -> Project:
    return make_project("光伏基地", code="P-1", park="shuangfu", agreed="1", lead_unit="区经信委")


def raised(project: Project, text: str = "临时用电未接入", unit: str = "区供电公司", **changes: Any) -> Obstacle:
    due = changes.pop("due", None)
    values = {"raised_on": datetime.date(2020, 12, 28), "official": None, "user": None, **changes}
    due_on = PartialDay.from_iso(due) if due else None
    return obstacles.raise_obstacle(project=project, text=text, unit=unit, due_on=due_on, **values)


def sent(**changes: Any) -> dict[str, Any]:
    return {"text": "临时用电未接入", "unit": "区供电公司", "raised_on": "2020-12-28", "due_on": "2021-01", **changes}


def test_an_obstacle_is_raised_with_a_partial_due_day(manager: Client, project: Project, wang: User) -> None:
    answer = manager.post("/projects/P-1/obstacles/new/", sent())
    assert answer["Location"].endswith("/projects/P-1/#obstacles")
    row = project.obstacles.get()
    assert (str(row.due_on), row.raised_on, row.author) == ("2021-01", datetime.date(2020, 12, 28), wang)
    assert row.history.get().history_user == wang
    html = manager.get("/projects/P-1/").content.decode()
    assert f'id="obstacle-{row.pk}"' in html
    assert "区供电公司" in html
    assert "临时用电未接入" in manager.get("/projects/P-1/history/").content.decode()


def test_a_second_click_raises_nothing(manager: Client, project: Project) -> None:
    for __ in range(2):
        assert manager.post("/projects/P-1/obstacles/new/", sent()).status_code == 302
    assert project.obstacles.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "  "),
        ("unit", ""),
        ("raised_on", "2020-12"),
        ("raised_on", "2999-01-01"),
        ("raised_on", ""),
        ("due_on", "2020-12-27"),
        ("due_on", "年底"),
        ("unit", "局" * 101),
        ("official", "999999"),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept_in_the_form(
    manager: Client, project: Project, field: str, value: str
) -> None:
    answer = manager.post("/projects/P-1/obstacles/new/", sent(**{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not project.obstacles.exists()


def test_a_note_of_a_problem_becomes_an_obstacle_in_one_step(manager: Client, project: Project, wang: User) -> None:
    note = registering.write_note(project=project, kind="problems", text="缺水", user=wang)
    other = registering.write_note(project=project, kind="note", text="看过现场", user=wang)
    link = f"/projects/P-1/obstacles/new/?note={note.pk}"
    assert link in manager.get("/projects/P-1/").content.decode()
    form = manager.get(link).context["form"]
    assert (form["text"].value(), form["unit"].value()) == ("缺水", "区经信委")
    manager.post(link, sent(text="缺水", raised_on=str(note.noted_on), due_on=""))
    assert project.obstacles.get().text == "缺水"
    assert link not in manager.get("/projects/P-1/").content.decode()
    assert manager.get(f"/projects/P-1/obstacles/new/?note={other.pk}").status_code == 404
    elsewhere = make_project(code="P-2", park="degan")
    assert manager.get(f"/projects/{elsewhere.code}/obstacles/new/?note={note.pk}").status_code == 404


def test_solving_and_reopening(manager: Client, project: Project) -> None:
    row = raised(project, due="2020-12-30")
    solve, reopen = (f"/projects/P-1/obstacles/{row.pk}/{way}/" for way in ("solve", "reopen"))
    for day, words in (("2020-12-27", "接好了"), ("2999-01-01", "接好了"), ("2020-12-30", " ")):
        assert manager.post(solve, {"resolved_on": day, "solution": words}).status_code == 422
    for words in ("接好了", "另一次"):  # the second one finds it solved
        assert manager.post(solve, {"resolved_on": "2020-12-30", "solution": words}).status_code == 302
    row.refresh_from_db()
    assert (row.resolved_on, row.solution, row.age(TODAY)) == (datetime.date(2020, 12, 30), "接好了", 2)
    for __ in range(2):
        assert manager.post(reopen).status_code == 302
    row.refresh_from_db()
    assert (row.resolved_on, row.solution, row.history.count()) == (None, "", 3)


def test_who_corrects_second_is_told(manager: Client, project: Project, wang: User) -> None:
    row = raised(project)
    url = f"/projects/P-1/obstacles/{row.pk}/"
    seen = manager.get(url).context["form"]["seen"].value()
    manager.post(url, sent(seen=seen, unit="水务局"))
    answer = manager.post(url, sent(seen=seen, unit="住建委"))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "水务局" in html
    assert "住建委" in html
    row.refresh_from_db()
    assert row.unit == "水务局"
    manager.post(url, sent(seen=answer.context["form"]["seen"].value(), unit="住建委"))
    row.refresh_from_db()
    assert row.unit == "住建委"
    with pytest.raises(ConcurrentEdit):
        obstacles.correct_obstacle(
            obstacle=row, seen=seen, text="别的", unit="x", raised_on=TODAY, official=None, due_on=None, user=wang
        )


def test_a_solved_one_is_not_dated_after_its_solving(manager: Client, project: Project) -> None:
    row = raised(project)
    obstacles.solve_obstacle(obstacle=row, resolved_on=datetime.date(2020, 12, 29), solution="好了", user=None)
    url = f"/projects/P-1/obstacles/{row.pk}/"
    seen = manager.get(url).context["form"]["seen"].value()
    assert manager.post(url, sent(seen=seen, raised_on="2020-12-30")).status_code == 422


def test_ageing_in_days_and_words(project: Project) -> None:
    late = obstacles.told(raised(project, "一", due="2020-12-25"), TODAY)
    month = obstacles.told(raised(project, "二", due="2020-12"), TODAY)
    never = obstacles.told(raised(project, "三"), TODAY)
    assert (late.days, late.is_late, late.far.tone) == (3, True, "late")
    assert "6" in late.far.words
    assert (month.is_late, month.row.is_overdue(TODAY)) == (False, False)  # its last day is today
    assert (never.far, never.is_late) == (None, False)
    assert {row.text for row in Obstacle.objects.overdue(TODAY)} == {"一"}
    assert {row.text for row in Obstacle.objects.overdue(datetime.date(2021, 1, 1))} == {"一", "二"}


def test_the_same_rows_are_overdue_in_words_and_in_the_database(project: Project) -> None:
    for number, due in enumerate(("2019", "2020", "2020-11", "2020-12", "2020-12-30", "2020-12-31", "2021", None)):
        raised(project, f"问题{number}", due=due)
    for today in (TODAY, datetime.date(2020, 12, 30), datetime.date(2021, 1, 1), datetime.date(2020, 12, 1)):
        found = {row.pk for row in Obstacle.objects.overdue(today)}
        assert found == {row.pk for row in Obstacle.objects.all() if row.is_overdue(today)}


def test_what_waits_for_whom_is_grouped_with_overdue_ones_first(manager: Client, project: Project) -> None:
    other = make_project("别的", code="P-2", park="degan")
    raised(project, "一", "水务局")
    raised(project, "二", "供电公司", due="2020-12-29")
    raised(other, "三", "供电公司", due="2020-12-01")
    raised(other, "四", "供电公司", raised_on=datetime.date(2020, 1, 1))
    done = raised(other, "五", "住建委")
    obstacles.solve_obstacle(obstacle=done, resolved_on=datetime.date(2020, 12, 30), solution="好了", user=None)
    gone = make_project(code="P-3", park="degan")
    raised(gone, "六", "水务局")
    registering.void_project(project=gone, reason="重复", user=None)
    found = manager.get("/obstacles/").context["found"]
    assert [(group.unit, group.count, group.late) for group in found.groups] == [("供电公司", 3, 2), ("水务局", 1, 0)]
    assert [one.row.text for one in found.groups[0].rows] == ["三", "二", "四"]
    assert (found.waiting, found.late, found.solved, found.projects) == (4, 2, 1, 2)

    def texts(**narrowed: str) -> list[str]:
        found = manager.get("/obstacles/", narrowed).context["found"]
        return [one.row.text for group in found.groups for one in group.rows]

    assert texts(unit="供电公司") == ["三", "二", "四"]
    assert texts(park="shuangfu") == ["二", "一"]
    assert texts(overdue="on") == ["三", "二"]
    assert texts(park="nowhere") == []
    solved = manager.get("/obstacles/", {"solved": "1"})
    assert [one.row.text for one in solved.context["found"].rows] == ["五"]
    assert "好了" in solved.content.decode()


def test_a_long_group_leads_to_its_own_page(manager: Client, project: Project) -> None:
    for number in range(60):
        raised(project, f"问题{number}", "水务局")
    found = manager.get("/obstacles/").context["found"]
    assert (len(found.groups[0].rows), found.groups[0].more) == (10, 50)
    second = manager.get("/obstacles/", {"unit": "水务局", "page": "2"}).context["found"]
    assert len(second.groups[0].rows) == 10
    assert (second.groups[0].count, second.groups[0].late) == (60, 0)


def test_the_tabs_count_what_their_links_open(manager: Client, project: Project) -> None:
    raised(project, "过期", "水务局", due="2020-11-30")
    raised(project, "不急", "水务局")
    solved = raised(project, "解决了", "水务局", due="2020-11-30")
    obstacles.solve_obstacle(obstacle=solved, resolved_on=TODAY, solution="好", user=None)
    found = manager.get("/obstacles/", {"overdue": "on"}).context["found"]
    assert (found.waiting, found.late, found.solved) == (1, 1, 1)
    assert manager.get("/obstacles/", {"solved": "1"}).context["found"].solved == 1


def test_the_page_has_a_constant_number_of_queries(manager: Client) -> None:
    manager.get("/obstacles/")
    for address in ("/obstacles/", "/obstacles/?unit=局1", "/obstacles/?solved=1"):
        counted = []
        for __ in range(2):
            for number in range(6):
                one = raised(make_project(park="shuangfu"), f"甲{number}", f"局{number}", due="2020-12-01")
                obstacles.solve_obstacle(obstacle=one, resolved_on=TODAY, solution="好", user=None)
                raised(one.project, f"乙{number}", f"局{number}")
            with CaptureQueriesContext(connection) as queries:
                assert manager.get(address).status_code == 200
            counted.append(len(queries))
        assert counted[0] == counted[1], address


def test_who_sees_and_who_writes(client: Client, project: Project, settings: Any) -> None:
    row = raised(project)
    writes = [f"/projects/P-1/obstacles/{row.pk}/{way}" for way in ("", "solve/", "reopen/")]
    writes.append("/projects/P-1/obstacles/new/")
    people = {
        "leader": make_user("leader", "leader"),
        "auditor": make_user("auditor", "auditor"),
        "neighbour": make_user("neighbour", "recorder", parks=["degan"]),
    }
    for user in people.values():
        client.force_login(user)
        assert "临时用电未接入" in client.get("/obstacles/").content.decode()
        html = client.get("/projects/P-1/").content.decode()
        assert "临时用电未接入" in html
        assert "/projects/P-1/obstacles/" not in html
        for url in writes:
            assert client.post(url, sent()).status_code == 403
    settings.RECORDERS_SEE_OWN_PARKS = True
    assert "临时用电未接入" not in client.get("/obstacles/").content.decode()
    assert "区供电公司" not in client.get("/obstacles/").content.decode()  # nor among the units offered
    for url in writes:
        assert client.post(url, sent()).status_code == 404
    client.force_login(make_user("own", "recorder", parks=["shuangfu"]))
    assert "临时用电未接入" in client.get("/obstacles/").content.decode()
    assert client.get(writes[0]).status_code == 200
    client.logout()
    assert client.get("/obstacles/").status_code == 302
    assert row.history.count() == 1


def test_an_obstacle_of_another_project_or_a_voided_one_is_not_written(manager: Client, project: Project) -> None:
    row = raised(project)
    make_project(code="P-2", park="degan")
    for way in ("", "solve/", "reopen/"):
        assert manager.post(f"/projects/P-2/obstacles/{row.pk}/{way}", sent()).status_code == 404
    registering.void_project(project=project, reason="重复", user=None)
    assert manager.post(f"/projects/P-1/obstacles/{row.pk}/solve/", {}).status_code == 403


def test_only_officials_whom_one_sees_are_offered(client: Client, settings, project: Project) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project(park="degan", official=("外园的人", "区长"))
    make_project(park="shuangfu", official=("本园的人", "区长"))
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    page = client.get("/projects/P-1/obstacles/new/").content.decode()
    assert "本园的人" in page
    assert "外园的人" not in page
    stranger = Official.objects.get(name="外园的人")
    assert client.post("/projects/P-1/obstacles/new/", sent(official=stranger.pk)).status_code == 422


@pytest.mark.parametrize("address", ["/obstacles/?unit=局", "/officials/?q=毛", "/officials/{official}/"])
def test_a_day_that_the_page_does_not_obey_is_not_carried_along(manager: Client, address: str) -> None:
    project = make_project(official=("毛平", "区长"))
    raised(project, "缺水", "局")
    url = address.format(official=project.lead_official_id)
    html = manager.get(f"{url}{'&' if '?' in url else '?'}as_of=2020-01-31&sort=name").content.decode()
    assert re.findall(r'href="[^"]*as_of[^"]*"|name="as_of"', html) == []
    assert str(TODAY) in html
