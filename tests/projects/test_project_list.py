"""The list of projects: what it shows, what narrows it, what it says when there is nothing."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from tests.builders import make_investor, make_project, make_user

pytestmark = pytest.mark.django_db
MOST_QUERIES = 17  # four of them say why a light is on, one asks for the saved views


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    """A visitor who may do everything with projects."""
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def names_in(html: str) -> list[str]:
    """The names of the listed projects, in their order."""
    return re.findall(r'<td class="name card-name"><a [^>]*>([^<]+)</a>', html)


def totals_in(html: str) -> dict[str, str]:
    """What the footer gives to scripts."""
    tag = re.search(r'<div class="totals" id="totals"[^>]*>', html)
    assert tag
    return dict(re.findall(r'data-(\w+)="([^"]*)"', tag.group()))


def listed(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/projects/?{query}")
    assert response.status_code == 200
    return names_in(response.content.decode())


def test_needs_a_login(client: Client) -> None:
    assert client.get("/projects/").status_code == 302


def test_a_row_says_what_the_register_knows(manager: Client) -> None:
    make_project(
        "光伏基地",
        park="luohuang",
        cluster="equipment",
        agreed="20",
        increases=[("42", "2020-11-02")],
        signed="2020-06-30",
        investor="四川和邦集团",
        planned={"started": "2021-01-15"},
        arrivals={"2020-09": "64000"},
    )
    html = manager.get("/projects/").content.decode()
    for shown in (
        "JJ-2020-0001",
        "光伏基地",
        "四川和邦集团",
        "珞璜",
        "装备制造",
        "62.00",
        "6.40",
        "2020-06-30",
        "2021-01-15",
    ):
        assert shown in html
    assert totals_in(html) == {
        "count": "1",
        "agreed": "620000",
        "arrived": "64000",
        "unknown": "0",
        "increased": "0",
    }


def test_unknown_is_said_and_counted(manager: Client) -> None:
    make_project("有额", agreed="2")
    make_project("无额", agreed=None, park=None)
    response = manager.get("/projects/")
    assert totals_in(response.content.decode())["unknown"] == "1"
    assert '<span class="unknown">' in response.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("park=luohuang", {"甲", "乙"}),  # 乙 lies in a park inside 珞璜
        ("park=luohuang-smart-home", {"乙"}),
        ("park=none", {"丙"}),
        ("park=none&park=luohuang-smart-home", {"乙", "丙"}),
        ("cluster=equipment", {"甲"}),
        ("cluster=none", {"丙"}),
        ("chain=none", {"乙", "丙"}),
        ("chain=seasoning", {"甲"}),
        ("stage=construction", {"甲"}),
        ("stage=construction&stage=signed", {"甲", "乙", "丙"}),
        ("condition=stalled", {"乙"}),
        ("year=2019", {"丙"}),
        ("signed_from=2020-06-01&signed_to=2020年6月", {"甲"}),
        ("signed_from=2020&signed_to=2020", {"甲", "乙"}),
        ("min_capital=10", {"甲", "乙"}),
        ("min_capital=10.0001", {"甲"}),
        ("max_capital=10", {"乙"}),
        ("rank=china_500", {"甲"}),
        ("investor_type=private", {"乙"}),
        ("official=毛平", {"甲"}),
        ("source=以商招商", {"乙"}),
        ("q=甲", {"甲"}),
        ("q=万达集团", {"甲"}),
        ("q=JJ-2019", {"丙"}),
        ("park=luohuang&min_capital=11&stage=construction", {"甲"}),
    ],
)
def test_conditions(manager: Client, query: str, expected: set[str]) -> None:
    from industries.models import Chain, Cluster

    Chain.objects.get_or_create(
        code="seasoning", defaults={"name": "调味", "cluster": Cluster.objects.get(code="equipment")}
    )
    make_investor("万达集团", honours=["china_500"])
    make_investor("民营厂", type="private")
    make_project(
        "甲",
        park="luohuang",
        cluster="equipment",
        chain="seasoning",
        agreed="12",
        signed="2020-06-30",
        investor="万达集团",
        reached={"started": "2020-09-01"},
        official=("毛平", "区长"),
    )
    make_project(
        "乙",
        park="luohuang-smart-home",
        cluster="outside",
        agreed="10",
        signed="2020",
        investor="民营厂",
        condition="stalled",
        condition_reason="缺地",
        source="以商招商",
    )
    make_project("丙", park=None, signed="2019-03", investor=None)
    assert set(listed(manager, query)) == expected


def test_voided_only_where_asked(manager: Client) -> None:
    make_project("在册")
    make_project("作废的", voided="重复")
    assert listed(manager) == ["在册"]
    assert listed(manager, "voided=1") == ["作废的"]


def test_year_counts_signings_and_sums_what_is_dated_in_it(manager: Client) -> None:
    make_project("今年签", agreed="3", signed="2020-05-01", arrivals={"2020-07": "500", "2021-01": "70"})
    make_project("往年签今年增", agreed="10", signed="2019-05-01", increases=[("4", "2020-08")])
    make_project("往年签", agreed="8", signed="2019-05-01")
    make_project("今年未填", agreed=None, signed="2020")
    html = manager.get("/projects/?year=2020").content.decode()
    assert set(names_in(html)) == {"今年签", "往年签今年增", "今年未填"}
    assert totals_in(html) == {"count": "2", "agreed": "70000", "arrived": "500", "unknown": "1", "increased": "1"}
    assert html.count('<span class="tag">') == 1


def test_a_bound_of_the_amount_says_what_it_leaves_out(manager: Client) -> None:
    make_project("大", agreed="12", signed="2020")
    make_project("小", agreed="2", signed="2020")
    make_project("未填", agreed=None, signed="2020")
    make_project("往年未填", agreed=None, signed="2019")
    totals = totals_in(manager.get("/projects/?year=2020&min_capital=10").content.decode())
    assert (totals["count"], totals["agreed"], totals["unknown"]) == ("1", "120000", "1")


@pytest.mark.parametrize(
    "query",
    [
        "park=nowhere",
        "stage=flying",
        "year=twenty",
        "year=9999",
        "signed_from=2020.13.41",
        "min_capital=much",
        "min_capital=-1",
        "rank=best",
        "sort=colour",
        "per_page=all",
        "q=" + "长" * 300,
    ],
)
def test_what_cannot_be_read_is_said_and_lists_nothing(manager: Client, query: str) -> None:
    make_project("甲", agreed="2")
    response = manager.get(f"/projects/?{query}")
    html = response.content.decode()
    assert response.status_code == 200
    assert names_in(html) == []
    assert totals_in(html)["count"] == "0"
    assert '<div class="nothing" role="alert">' in html


def test_sorts_with_the_unknown_last_either_way(manager: Client) -> None:
    make_project(
        "甲", agreed="2", signed="2020-02", park="shuangfu", investor="丙厂", planned={"started": "2021-05-01"}
    )
    make_project("乙", agreed="5", signed="2019", park="degan", investor="甲厂", reached={"production": None})
    make_project("丙", agreed=None, signed="2020-01-31", investor=None)
    assert listed(manager, "sort=agreed_capital") == ["甲", "乙", "丙"]
    assert listed(manager, "sort=-agreed_capital") == ["乙", "甲", "丙"]
    assert listed(manager) == ["乙", "甲", "丙"]
    assert listed(manager, "sort=signed_on") == ["乙", "丙", "甲"]
    assert listed(manager, "sort=-stage")[0] == "乙"
    assert listed(manager, "sort=next_milestone")[0] == "甲"
    for key in ("code", "name", "investor", "park", "cluster", "arrived_capital"):
        assert len(listed(manager, f"sort={key}")) == 3


def test_heads_say_the_order_and_keep_the_conditions(manager: Client) -> None:
    make_project("甲", agreed="2", park="shuangfu")
    html = manager.get("/projects/?park=shuangfu&sort=name").content.decode()
    assert html.count('aria-sort="ascending"') == 1
    assert "?park=shuangfu&amp;sort=-name" in html


def test_chips_are_removed_one_by_one(manager: Client) -> None:
    html = manager.get("/projects/?park=shuangfu&park=degan&year=2020&page=3").content.decode()
    assert 'href="/projects/?park=degan&amp;year=2020"' in html
    assert 'href="/projects/?park=shuangfu&amp;year=2020"' in html
    assert 'href="/projects/?park=shuangfu&amp;park=degan"' in html


def test_pages(manager: Client) -> None:
    for __ in range(25):
        make_project(agreed="1")
    assert len(listed(manager, "per_page=20")) == 20
    assert len(listed(manager, "per_page=20&page=2")) == 5
    assert len(listed(manager, "per_page=20&page=99")) == 5
    assert not set(listed(manager, "per_page=20")) & set(listed(manager, "per_page=20&page=2"))


def test_an_empty_register_says_what_to_do(manager: Client) -> None:
    html = manager.get("/projects/").content.decode()
    assert '<div class="nothing">' in html
    assert html.count('href="/projects/new/"') == 2
    assert html.count('href="/imports/"') == 3  # menu, page head, empty state


def test_no_match_names_the_condition_to_drop(manager: Client) -> None:
    make_project("甲", park="shuangfu", agreed="2", signed="2020")
    response = manager.get("/projects/?park=shuangfu&year=2020&min_capital=500")
    (drop,) = response.context["drops"]
    assert (drop.without, drop.count) == ("park=shuangfu&year=2020", 1)
    assert 'href="/projects/?park=shuangfu&amp;year=2020"' in response.content.decode()


def test_readers_see_no_buttons_for_writing(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("leader", role="leader"))
    assert "/projects/new/" not in client.get("/projects/").content.decode()


def test_htmx_gets_the_part_and_the_address(manager: Client) -> None:
    make_project("甲", park="shuangfu", agreed="2")
    response = manager.get("/projects/?park=shuangfu&q=&stage=", headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "<html" not in html
    assert names_in(html) == ["甲"]
    assert response["HX-Push-Url"] == "/projects/?park=shuangfu"
    assert "HX-Request" in response["Vary"]
    for part in ("list-chips", "list-tabs", "list-year", "condition-fields"):
        assert f'id="{part}" hx-swap-oob="true"' in html


def test_a_recorder_of_own_parks_sees_no_others(vocabulary: None, client: Client, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("我的", park="shuangfu", agreed="1")
    make_project("别人的", park="degan", agreed="5")
    client.force_login(make_user("narrow", parks=["shuangfu"]))
    html = client.get("/projects/").content.decode()
    assert names_in(html) == ["我的"]
    assert totals_in(html)["agreed"] == "10000"


@pytest.mark.parametrize("query", ["", "year=2020", "park=shuangfu&stage=signed&sort=investor", "min_capital=1"])
def test_the_number_of_queries_does_not_grow(vocabulary: None, client: Client, query: str) -> None:
    client.force_login(make_user("narrow", parks=["shuangfu"]))
    counted = []
    for rows in (5, 60):
        while Project.objects.count() < rows:
            make_project(park="shuangfu", agreed="1.5", signed="2020", joint=["参投厂"], planned={"started": "2021"})
        client.get("/projects/")  # what the process remembers for half a minute
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/projects/?per_page=100&{query}")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[1] <= MOST_QUERIES


def test_a_page_with_a_cold_cache_keeps_the_limit(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("narrow", parks=["shuangfu"]))
    make_project(park="shuangfu", agreed="1.5", signed="2020")
    client.get("/projects/")  # the first page after the login also writes down when the session began
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        client.get("/projects/?year=2020")
    assert len(queries) <= MOST_QUERIES


def test_amounts_stay_exact(manager: Client) -> None:
    make_project(agreed="0.00001")
    make_project(agreed="3.3333333333")
    total = Decimal("0.1") + Decimal("33333.333333")
    assert totals_in(manager.get("/projects/").content.decode())["agreed"] == str(total)
