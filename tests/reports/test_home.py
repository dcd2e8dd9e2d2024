"""The home page: right figures, parts that add up, and every figure opens its rows."""

import html
import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from reports import figures
from tests.builders import make_investor, make_project, make_user
from tests.reports.pages import assert_opens_its_rows, figure_links, read, totals

pytestmark = pytest.mark.django_db
YI = Decimal(10000)


@pytest.fixture
def register(vocabulary: None) -> None:
    """Two years with everything that makes counting hard."""
    make_investor("某五百强", honours=["china_500"])
    make_investor("某上市公司", honours=["listed", "china_500"], parent_name="某集团")
    make_investor("某上市子公司", honours=["listed"], parent_name="某集团")
    make_project(park="shuangfu", cluster="consumer-goods", agreed="12.5", investor="某五百强")
    make_project(
        park="luohuang", cluster="equipment", agreed="62", reached={"started": "2020-08"}, joint=["某上市公司"]
    )
    make_project(park="luohuang-smart-home", cluster="consumer-goods", agreed="1.23", investor="某上市子公司")
    make_project(park="luohuang", cluster="outside", agreed="0.000001", signed="2020")
    make_project(park="no-park", cluster="outside", agreed="10", signed="2020-12")
    make_project(cluster="materials", agreed=None)
    make_project(park="degan", agreed="9.99", arrivals={"2020-09": "1200", "2021-01": "5"})
    make_project(park="degan", cluster="materials", agreed="50", voided="重复登记")
    # Signed before: its increase counts in the amounts of 2020, not in the number.
    make_project(
        park="baisha",
        cluster="materials",
        agreed="8",
        signed="2019-05-01",
        increases=[("3", "2020-03-01")],
        arrivals={"2020-02": "700"},
    )
    make_project(park="shuangfu", cluster="consumer-goods", agreed="7", signed="2019-07", arrivals={"2020-05": "300"})
    make_project(park="shuangfu", agreed="2", signed=None)  # counts in no year


def test_the_figures_of_a_year(register: None, leader: Client) -> None:
    context = leader.get("/?year=2020").context
    total = context["total"].now
    assert (total.projects, total.unknown) == (7, 1)
    assert (
        total.agreed
        == Decimal("12.5") * YI
        + 62 * YI
        + Decimal("1.23") * YI
        + Decimal("0.01")
        + 10 * YI
        + Decimal("9.99") * YI
        + 3 * YI
    )
    assert total.arrived == Decimal(1900)  # 1,200 of the year's own, 700 of the one with an increase
    assert context["arrived_earlier"] == Decimal(300)
    assert context["large"].projects == 3  # 10 is "10 or more"; those of 50 are among them
    assert context["huge"].projects == 1
    assert [(rank.code, rank.firms, rank.totals.projects) for rank in context["ranks"]] == [
        ("china_500", 2, 2),
        ("listed", 1, 2),  # two firms of one group are one
    ]


def test_every_figure_opens_its_rows(register: None, leader: Client) -> None:
    for year in (2020, 2019):
        links = figure_links(leader, f"/?year={year}")
        assert len(links) > 30
        for link in links:
            assert any(f"{name}={year}" in link.href for name in ("year", "period", "arrived_in"))
            # Firms are counted in firms; the number of their projects stands beside it (next test).
            if "rank=" not in link.href:
                assert_opens_its_rows(leader, link)


def test_what_came_for_earlier_projects_opens_them(register: None, leader: Client) -> None:
    make_project("框架", stage="intent", signed=None, arrivals={"2020-07": "9"})
    make_project("后来", agreed="1", signed="2020-12-01", arrivals={"2020-06": "4"})
    for query, expected in (("year=2020", 309), ("year=2020&as_of=2020-06-30", 300)):
        page = leader.get(f"/?{query}")
        assert page.context["arrived_earlier"] == Decimal(expected)
        (address,) = re.findall(r'href="(/projects/\?arrived_in=2020[^"]*)">往年项目另', page.content.decode())
        assert Decimal(totals(leader, html.unescape(address))["data-arrived"]) == expected


def test_whoever_is_late_on_a_day_has_the_amount_of_that_day(register: None, leader: Client) -> None:
    make_project("迟", agreed="5", signed="2020-01-02", increases=[("4", "2020-11-01")], planned={"started": "2020-02"})
    for query, agreed in (("year=2020&as_of=2020-06-30", 5), ("year=2020", 9)):
        (late,) = leader.get(f"/?{query}").context["late"]
        assert (late.name, late.agreed_capital, bool(late.light_reason)) == ("迟", agreed * YI, True)


def test_the_ranks_say_how_many_projects_their_list_has(register: None, leader: Client) -> None:
    response = leader.get("/?year=2020")
    for rank in response.context["ranks"]:
        found = totals(leader, f"/projects/?year=2020&rank={rank.code}")
        assert int(found["data-count"]) == rank.totals.projects
        assert Decimal(found["data-agreed"]) == rank.totals.agreed


def test_the_links_carry_exactly_the_filters_that_are_promised(register: None, leader: Client) -> None:
    hrefs = {link.href for link in figure_links(leader, "/?year=2020")}
    assert {
        "/projects/?year=2020",
        "/projects/?year=2020&cluster=consumer-goods",
        "/projects/?year=2020&cluster=outside",
        "/projects/?year=2020&cluster=none",
        "/projects/?year=2020&park=luohuang",
        "/projects/?year=2020&park=no-park",
        "/projects/?year=2020&park=none",
        "/projects/?year=2020&min_capital=10",
        "/projects/?year=2020&min_capital=50",
        "/projects/?year=2020&rank=china_500",
        "/projects/?year=2020&rank=listed",
        "/projects/?year=2020&stage=construction",
    } <= hrefs


def test_the_parts_add_up_to_the_whole(register: None, leader: Client) -> None:
    context = leader.get("/?year=2020").context
    for rows in (context["clusters"], context["parks"]):
        whole = figures.summed(row.now for row in rows)
        total = context["total"].now
        assert (whole.projects, whole.agreed, whole.arrived, whole.unknown) == (
            total.projects,
            total.agreed,
            total.arrived,
            total.unknown,
        )
        assert sum(row.share for row in rows) == pytest.approx(Decimal(1))
    assert sum(step.standing for step in context["funnel"]) == context["total"].now.projects
    assert context["inside"].projects + context["outside"].projects + 1 == context["total"].now.projects


def test_a_park_inside_another_counts_once_and_is_named(register: None, leader: Client) -> None:
    rows = {row.code: row for row in leader.get("/?year=2020").context["parks"]}
    assert "luohuang-smart-home" not in rows
    assert rows["luohuang"].now.projects == 3
    assert rows["luohuang"].note == "智能家居 1"


def test_unknown_rows_are_there_only_where_something_is_unknown(leader: Client) -> None:
    make_project(park="shuangfu", cluster="equipment", agreed="1")
    context = leader.get("/?year=2020").context
    assert {row.code for row in context["clusters"]} & {"none"} == set()
    assert {row.code for row in context["parks"]} & {"none", "no-park"} == set()


def test_growth_is_over_the_year_before(leader: Client) -> None:
    make_project(cluster="consumer-goods", agreed="70", signed="2019-01-01")
    make_project(cluster="consumer-goods", agreed="135")
    make_project(cluster="equipment", agreed="5")
    response = leader.get("/?year=2020")
    rows = {row.code: row for row in response.context["clusters"]}
    assert rows["consumer-goods"].growth == Decimal(65) / Decimal(70)
    assert "+92.9%" in response.content.decode()
    assert rows["equipment"].growth is None  # on nothing
    assert rows["materials"].growth is None


def test_growth_on_nothing_is_a_dash_and_not_infinite(leader: Client) -> None:
    make_project(cluster="equipment", park="shuangfu", agreed="5")
    html = leader.get("/?year=2020").content.decode()
    assert "Infinity" not in html
    assert "NaN" not in html
    assert '<td class="num">—</td>' in html


@pytest.mark.parametrize("page", ["/", "/parks/", "/industries/"])
def test_the_number_is_compared_as_the_amount_is(leader: Client, page: str) -> None:
    """A year before of which nothing is registered had not no projects; one of other parks alone did."""
    make_project(cluster="equipment", park="shuangfu", agreed="5")
    total = leader.get(f"{page}?year=2020").context["total"]
    assert (total.projects_change, total.growth) == (None, None)
    make_project(cluster="materials", park="luohuang", signed="2019-03-01")
    context = leader.get(f"{page}?year=2020").context
    assert context["total"].projects_change == 0
    rows = context.get("parks") or context.get("rows") or [line.row for line in context["lines"]]
    assert {row.projects_change for row in rows if row.now.projects} == {1}


def test_nothing_recorded_of_the_year_before_is_a_dash(leader: Client) -> None:
    make_project(cluster="equipment", park="shuangfu", agreed="5")
    html = leader.get("/?year=2020").content.decode()
    assert html.count("比上年 —<") == 2  # projects, amount
    assert "比上年 +1 项" not in html


def test_the_number_without_an_amount_stands_beside_the_amount(leader: Client) -> None:
    for __ in range(13):
        make_project()
    html = leader.get("/?year=2020").content.decode()
    assert '<span class="unknown">13 ' in html


def test_the_default_year_is_the_as_of_days(register: None, leader: Client, settings) -> None:
    import datetime

    settings.TODAY = datetime.date(2019, 6, 1)
    assert leader.get("/").context["year"] == 2019
    assert leader.get("/?year=2020").context["year"] == 2020


@pytest.mark.parametrize("year", ["", "abc", "-1", "0", "99999", "1066", "２０２０", "2020.5", "2" * 400])
def test_a_year_that_cannot_be_one_is_passed_over(leader: Client, year: str) -> None:
    assert leader.get("/", {"year": year}).status_code == 200


def test_a_year_without_projects_shows_zeros(register: None, leader: Client) -> None:
    response = leader.get("/?year=2001")
    assert response.status_code == 200
    assert response.context["total"].now == figures.NOTHING


def test_years_are_offered_newest_first(register: None, leader: Client) -> None:
    assert leader.get("/?year=2020").context["years"] == [2020, 2019]


def test_an_empty_register_says_what_to_do_next(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    hrefs = [link.href for link in read(client, "/").links]
    assert "/imports/" in hrefs
    assert "/projects/new/" in hrefs
    assert figure_links(client, "/") == []


def test_an_empty_register_offers_nothing_to_those_who_cannot_write(leader: Client) -> None:
    hrefs = [link.href for link in read(leader, "/").links]
    assert "/projects/new/" not in hrefs


def test_the_five_latest_changes_newest_first(leader: Client) -> None:
    made = [make_project(f"项目{number}") for number in range(7)]
    made[2].save()
    assert [project.name for project in leader.get("/").context["latest"]] == [
        "项目2",
        "项目6",
        "项目5",
        "项目4",
        "项目3",
    ]


def test_a_recorder_that_sees_its_parks_only_counts_these(register: None, client: Client, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    client.force_login(make_user("recorder", parks=["luohuang"]))
    answer = client.get("/?year=2020")
    assert answer.context["total"].now.projects == 3
    assert answer.context["name_of_whole"] == "本人园区"
    assert "<td>全区</td>" not in answer.content.decode()
    for link in figure_links(client, "/?year=2020"):
        if "rank=" not in link.href:
            assert_opens_its_rows(client, link)


def test_the_number_of_queries_does_not_grow(leader: Client) -> None:
    make_project(park="shuangfu", cluster="equipment", agreed="1")

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            leader.get("/?year=2020")
        return len(captured)

    queries()
    few = queries()
    for park in ("degan", "luohuang", "baisha", None):
        for cluster in ("materials", "outside", None):
            make_project(park=park, cluster=cluster, agreed="2", investor=f"企业{park}{cluster}")
    assert queries() == few
    assert few < 60


def test_nothing_is_written_by_looking(register: None, leader: Client) -> None:
    before = list(Project.objects.order_by("pk").values())
    leader.get("/?year=2020")
    assert list(Project.objects.order_by("pk").values()) == before


def test_the_latest_changes_say_who_and_how_and_open_the_history(leader: Client) -> None:
    typed = make_project("项目甲", user=make_user("recorder", parks=["shuangfu"]))
    made = make_project("项目乙")
    response = leader.get("/")
    savings = {project.name: project.last_saving for project in response.context["latest"]}
    assert (savings["项目甲"].who, savings["项目甲"].how) == ("recorder", "表单")
    assert (savings["项目乙"].who, savings["项目乙"].how) == ("", "")
    hrefs = [link.href for link in read(leader, "/").links]
    assert {f"/projects/{typed.code}/history/", f"/projects/{made.code}/history/"} <= set(hrefs)
