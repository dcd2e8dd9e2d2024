"""Pages of clusters: growth, what lies outside, chains and leading firms, projects; every figure opens its rows."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from industries.models import Chain, Cluster
from tests.builders import make_project
from tests.reports.pages import assert_opens_its_rows, figure_links, totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(vocabulary: None) -> None:
    make_project("酒水", cluster="consumer-goods", chain="drinks", park="shuangfu", agreed="2")
    make_project("调味品", cluster="consumer-goods", chain="seasoning", park="luohuang-smart-home", agreed="3")
    make_project("消费品未填链", cluster="consumer-goods", agreed="5")
    make_project("上年消费品", cluster="consumer-goods", agreed="4", signed="2019")
    make_project("装备", cluster="equipment", park="luohuang", agreed="5", arrivals={"2020-09": "100"})
    make_project("以外", cluster="outside", agreed="6")
    make_project("未填集群", agreed="7")
    make_project("未填金额", cluster="materials")


def test_the_list_adds_up_to_the_whole(register: None, leader: Client) -> None:
    rows = leader.get("/industries/?year=2020").context["rows"]
    found = totals(leader, "/industries/?year=2020")
    assert (found["data-count"], found["data-agreed"], found["data-unknown"]) == ("7", "280000", "1")
    assert sum(row.now.projects for row in rows) == 7
    assert sum(row.now.agreed for row in rows) == Decimal(280000)
    assert [row.code for row in rows][-2:] == ["outside", "none"]


def test_growth_over_the_year_before(register: None, leader: Client) -> None:
    response = leader.get("/industries/?year=2020")
    rows = {row.code: row for row in response.context["rows"]}
    assert rows["consumer-goods"].growth == Decimal("1.5")
    assert "+150.0%" in response.content.decode()
    assert rows["equipment"].growth is None


def test_chains_and_leading_firms_are_listed(register: None, leader: Client) -> None:
    html = leader.get("/industries/").content.decode()
    assert "玖龙纸业" in html
    assert "金龙鱼、福临门、鲁花" in html


@pytest.mark.parametrize("url", ["/industries/", "/industries/consumer-goods/", "/industries/outside/"])
@pytest.mark.parametrize("year", [2019, 2020])
def test_every_figure_opens_its_rows(register: None, leader: Client, url: str, year: int) -> None:
    links = figure_links(leader, f"{url}?year={year}")
    assert links
    for link in links:
        assert_opens_its_rows(leader, link)


def test_a_cluster_shows_its_totals_chains_and_projects(register: None, leader: Client) -> None:
    response = leader.get("/industries/consumer-goods/?year=2020")
    html = response.content.decode()
    found = totals(leader, "/industries/consumer-goods/?year=2020")
    assert (found["data-count"], found["data-agreed"]) == ("3", "100000")
    for name in ("酒水", "调味品", "消费品未填链", "江小白"):
        assert name in html
    assert "上年消费品" not in html
    chains = {row.code: row.now.projects for row in response.context["chains"]}
    assert chains["drinks"] == chains["seasoning"] == 1
    assert response.context["whole"].projects == 4


def test_a_cluster_counts_the_same_as_the_list(register: None, leader: Client) -> None:
    for code in Cluster.objects.values_list("code", flat=True):
        here = totals(leader, f"/industries/{code}/?year=2020")
        there = totals(leader, f"/projects/?year=2020&cluster={code}")
        for name in ("data-count", "data-agreed", "data-arrived", "data-unknown"):
            assert here[name] == there[name], code


def test_an_unknown_cluster_is_404(leader: Client) -> None:
    assert leader.get("/industries/nothing/").status_code == 404
    assert leader.get("/industries/none/").status_code == 404


def test_clusters_need_a_login_and_are_only_looked_at(leader: Client) -> None:
    assert Client().get("/industries/").status_code == 302
    assert leader.post("/industries/").status_code == 405


@pytest.mark.parametrize("url", ["/industries/?year=2020", "/industries/consumer-goods/?year=2020"])
def test_the_number_of_queries_does_not_grow(register: None, leader: Client, url: str) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            leader.get(url)
        return len(captured)

    queries()
    few = queries()
    cluster = Cluster.objects.get(code="consumer-goods")
    for number in range(10):
        chain = Chain.objects.create(cluster=cluster, code=f"c{number}", name=f"链{number}")
        chain.leading_firms.create(name=f"龙头{number}")
        make_project(cluster="consumer-goods", chain=chain.code, agreed="1", investor=f"企业{number}")
    assert queries() == few
    assert few < 45
