"""Pages of parks: totals, the parks inside one, projects; every figure opens its rows."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parks.models import Park
from tests.builders import make_project, make_user
from tests.reports.pages import assert_opens_its_rows, figure_links, totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(vocabulary: None) -> None:
    make_project("园中园项目", park="luohuang-smart-home", cluster="consumer-goods", agreed="2")
    make_project("珞璜项目", park="luohuang", cluster="equipment", agreed="5", arrivals={"2020-09": "100"})
    make_project("珞璜未填", park="luohuang")
    make_project("珞璜上年", park="luohuang", agreed="4", signed="2019-03")
    make_project("珞璜增资", park="luohuang", agreed="1", signed="2019-03", increases=[("3", "2020-05")])
    make_project("双福项目", park="shuangfu", agreed="1")
    make_project("园区外项目", park="no-park", agreed="6")
    make_project("未填园区项目", agreed="7")
    make_project("作废项目", park="luohuang", agreed="9", voided="重复")


def test_the_list_adds_up_to_the_whole(register: None, leader: Client) -> None:
    response = leader.get("/parks/?year=2020")
    lines = response.context["lines"]
    assert sum(line.row.now.projects for line in lines) == 6
    found = totals(leader, "/parks/?year=2020")
    assert (found["data-count"], found["data-agreed"]) == ("6", "240000")
    assert found["data-unknown"] == "1"
    assert sum(line.row.now.agreed for line in lines) == Decimal(240000)


def test_a_park_inside_another_stands_under_it(register: None, leader: Client) -> None:
    lines = {line.row.code: line for line in leader.get("/parks/?year=2020").context["lines"]}
    assert [row.code for row in lines["luohuang"].inside] == ["luohuang-smart-home"]
    assert lines["luohuang"].inside[0].now.projects == 1
    assert lines["luohuang"].row.now.projects == 3
    assert "luohuang-smart-home" not in lines


def test_known_to_be_outside_and_unknown_are_two_rows(register: None, leader: Client) -> None:
    codes = [line.row.code for line in leader.get("/parks/?year=2020").context["lines"]]
    assert codes[-2:] == ["no-park", "none"]


@pytest.mark.parametrize("url", ["/parks/", "/parks/luohuang/", "/parks/no-park/", "/parks/luohuang-smart-home/"])
@pytest.mark.parametrize("year", [2019, 2020])
def test_every_figure_opens_its_rows(register: None, leader: Client, url: str, year: int) -> None:
    links = figure_links(leader, f"{url}?year={year}")
    assert links
    for link in links:
        assert_opens_its_rows(leader, link)


def test_a_park_shows_its_totals_and_projects(register: None, leader: Client) -> None:
    response = leader.get("/parks/luohuang/?year=2020")
    html = response.content.decode()
    found = totals(leader, "/parks/luohuang/?year=2020")
    assert (found["data-count"], found["data-agreed"], found["data-arrived"]) == ("3", "100000", "100")
    assert found["data-increased"] == "1"
    for name in ("园中园项目", "珞璜项目", "珞璜未填", "珞璜增资"):
        assert name in html
    for name in ("珞璜上年", "双福项目", "作废项目"):
        assert name not in html
    assert response.context["whole"].projects == 5


def test_a_park_counts_the_same_as_the_list(register: None, leader: Client) -> None:
    for code in Park.objects.values_list("code", flat=True):
        here, there = totals(leader, f"/parks/{code}/?year=2020"), totals(leader, f"/projects/?year=2020&park={code}")
        for name in ("data-count", "data-agreed", "data-arrived", "data-unknown", "data-increased"):
            assert here[name] == there[name], code


def test_projects_of_a_park_come_in_pages(leader: Client) -> None:
    for number in range(3):
        make_project(f"双福{number}", park="shuangfu", agreed=str(number + 1))
    response = leader.get("/parks/shuangfu/?year=2020&per_page=2&page=2")
    assert [project.name for project in response.context["page"].object_list] == ["双福0"]


def test_a_year_without_projects_says_so(vocabulary: None, leader: Client) -> None:
    assert leader.get("/parks/shuangfu/?year=2001").status_code == 200


def test_an_unknown_park_is_404(leader: Client) -> None:
    assert leader.get("/parks/nowhere/").status_code == 404
    assert leader.get("/parks/none/").status_code == 404


def test_parks_need_a_login_and_are_only_looked_at(leader: Client) -> None:
    assert Client().get("/parks/").status_code == 302
    assert leader.post("/parks/").status_code == 405


def test_a_recorder_that_sees_its_parks_only_counts_these(register: None, client: Client, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    assert totals(client, "/parks/?year=2020")["data-count"] == "1"
    assert totals(client, "/parks/luohuang/?year=2020")["data-count"] == "0"


@pytest.mark.parametrize("url", ["/parks/?year=2020", "/parks/luohuang/?year=2020"])
def test_the_number_of_queries_does_not_grow(register: None, leader: Client, url: str) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            leader.get(url)
        return len(captured)

    queries()
    few = queries()
    for number in range(10):
        make_project(
            park="luohuang", cluster="materials", agreed="1", investor=f"企业{number}", planned={"started": "2021"}
        )
        Park.objects.create(
            code=f"p{number}",
            name=f"园{number}",
            short_name=f"园{number}",
            kind="demonstration_park",
            parent=Park.objects.get(code="luohuang"),
        )
    assert queries() == few
    assert few < 45
