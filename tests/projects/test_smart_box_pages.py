"""The smart box on the pages: where a line leads, what the list says, what is suggested, who sees what."""

from __future__ import annotations

import datetime
import importlib
import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects import integrity
from projects.models import Investor, Official, Project
from tests.builders import make_investor, make_project, make_user
from tests.projects.test_project_list import listed, names_in, totals_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(vocabulary: None, client: Client, settings: Any) -> Client:
    settings.TODAY = datetime.date(2020, 12, 31)
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def sent_to(client: Client, line: str, **more: str) -> dict[str, list[str]]:
    response = client.get("/projects/", {"say": line, **more})
    assert response.status_code == 302
    address = urlsplit(response["Location"])
    assert address.path == "/projects/"
    return parse_qs(address.query)


def test_a_line_leads_to_its_parameters(manager: Client) -> None:
    make_project("甲", park="shuangfu", cluster="consumer-goods", agreed="12", official=("李勇", "副区长"))
    make_project("乙", park="shuangfu", cluster="consumer-goods", agreed="8", official=("李勇", "副区长"))
    make_project("丙", park="degan", agreed="30")
    query = sent_to(manager, "双福 消费品 2020 10亿以上 未开工 李勇")
    assert query == {
        "park": ["shuangfu"],
        "cluster": ["consumer-goods"],
        "year": ["2020"],
        "min_capital": ["10"],
        "stage": ["signed", "registered", "land"],
        "official": ["李勇"],
        "said": ["双福 消费品 2020 10亿以上 未开工 李勇"],
    }
    response = manager.get("/projects/", {"say": "双福 消费品 2020 10亿以上 未开工 李勇"}, follow=True)
    html = response.content.decode()
    assert names_in(html) == ["甲"]
    assert html.count('<span class="chip">') == 8
    # The line stands in the box; a chip taken away takes it along.
    assert 'value="双福 消费品 2020 10亿以上 未开工 李勇"' in html
    chips = html[html.index('id="list-chips"') : html.index('id="list-clear"')]
    assert "said=" not in chips[: chips.index("pick-conditions")]


def test_q_stays_a_plain_search_for_text(manager: Client) -> None:
    make_project("未开工的双福", park="degan")
    make_project("别的", park="shuangfu")
    assert listed(manager, "q=双福") == ["未开工的双福"]
    assert listed(manager, "q=未开工") == ["未开工的双福"]


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("", {}),
        ("   ", {}),
        ("和邦", {"q": ["和邦"]}),  # nothing to say about it
        ("“双福”", {"q": ["双福"]}),
        ("\x00", {}),
        ("项目", {"q": ["项目"]}),
    ],
)
def test_a_line_that_is_only_text(manager: Client, line: str, query: dict) -> None:
    assert sent_to(manager, line) == query


def test_conditions_beside_the_line_stay(manager: Client) -> None:
    query = sent_to(manager, "双福 2020", park="degan", year="2019", light="red", page="3", said="x")
    assert query == {"park": ["degan", "shuangfu"], "year": ["2020"], "light": ["red"], "said": ["双福 2020"]}


def test_without_a_login_nothing_is_read(client: Client) -> None:
    assert client.get("/projects/?say=双福")["Location"].startswith("/accounts/login")
    assert client.get("/projects/suggest/?say=双福").status_code == 302


def test_what_is_not_understood_is_said_with_ways_out(manager: Client) -> None:
    html = manager.get("/projects/", {"say": "双福 10亿左右"}, follow=True).content.decode()
    assert "没听懂" in html
    assert "“10亿左右”" in html
    assert "?say=%E5%8F%8C%E7%A6%8F%209%E4%BA%BF-11%E4%BA%BF" in html


def test_what_is_only_looked_for_as_text_is_said_and_again_after_a_reload(manager: Client) -> None:
    make_project("亩产三万的", park="shuangfu")
    response = manager.get("/projects/", {"say": "双福 亩产三万"}, follow=True)
    address = f"{response.request['PATH_INFO']}?{response.request['QUERY_STRING']}"
    for html in (response.content.decode(), manager.get(address).content.decode()):
        assert names_in(html) == ["亩产三万的"]
        assert "“亩产三万”：没听懂是什么条件，按文字查找。" in html
    # A line that is text alone is a plain search: said where nothing is found.
    assert "按文字" not in said_in(manager.get("/projects/", {"say": "亩产三万"}, follow=True).content.decode())
    assert "“亩产四万”：按文字在" in said_in(
        manager.get("/projects/", {"say": "亩产四万"}, follow=True).content.decode()
    )


def said_in(html: str) -> str:
    return html[html.index('id="list-said"') :].partition("<table")[0][:1500]


def test_letters_of_a_park_are_the_park_and_short_ones_are_offered(manager: Client) -> None:
    make_project("保税仓", park="comprehensive-bonded-zone")
    make_project("德感的", park="degan")
    make_project("大港码头", park="shuangfu")
    html = manager.get("/projects/", {"say": "jjzbq"}, follow=True).content.decode()
    assert names_in(html) == ["保税仓"]
    assert "江津综保区" in said_in(html)
    assert "?say=%E2%80%9Cjjzbq%E2%80%9D" in said_in(html)  # as text
    html = manager.get("/projects/", {"say": "dg"}, follow=True).content.decode()
    assert sorted(names_in(html)) == ["大港码头", "德感的"]
    assert "也可能是" in said_in(html)
    assert "?say=%E5%BE%B7%E6%84%9F" in said_in(html)
    assert ("条件", "jjzbq") in suggested(manager, "jjzbq")


def test_typed_markup_is_text(manager: Client) -> None:
    html = manager.get("/projects/", {"say": "领导:<script>alert(1)</script> 10亿"}, follow=True).content.decode()
    assert "<script>alert" not in html
    html = manager.get("/projects/suggest/", {"say": "领导:<b>"}).content.decode()
    assert "<b>" not in html


def test_a_park_and_a_firm_of_one_name(manager: Client) -> None:
    make_project("标准厂房", park="shuangfu", investor="双福集团有限公司")
    make_project("冷链", park="degan", investor="双福集团有限公司")
    html = manager.get("/projects/", {"say": "双福"}, follow=True).content.decode()
    assert names_in(html) == ["标准厂房"]
    assert "双福集团有限公司" in re.search(r'id="list-said".*?</div></div>', html, re.S)[0]  # type: ignore[index]
    html = manager.get("/projects/", {"say": "“双福”"}, follow=True).content.decode()
    assert sorted(names_in(html)) == ["冷链", "标准厂房"]


def test_units_and_sources_of_the_register_are_words(manager: Client) -> None:
    make_project("甲", lead_unit="区商务委", source="云签约会")
    make_project("乙", lead_unit="区经信委")
    assert sent_to(manager, "区商务委牵头的项目")["lead_unit"] == ["区商务委"]
    assert sent_to(manager, "云签约会 2020")["source"] == ["云签约会"]
    assert sent_to(manager, "区农委 2020")["q"] == ["区农委"]


def test_an_empty_list_says_how_to_cut_the_text(manager: Client) -> None:
    make_project("双福标准厂房", park="shuangfu")
    html = manager.get("/projects/", {"say": "双福标准"}, follow=True).content.decode()
    assert names_in(html) == ["双福标准厂房"]
    assert "断开" not in html
    html = manager.get("/projects/", {"say": "双福厂房"}, follow=True).content.decode()
    assert "断开" in html


def test_what_recorders_may_not_see_is_no_word(vocabulary: None, client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("甲", park="degan", lead_unit="保密单位", official=("王秘", ""), investor="秘密集团")
    client.force_login(make_user("recorder", role="recorder", parks=["shuangfu"]))
    for word in ("保密单位", "王秘"):
        assert sent_to(client, word) == {"q": [word]}
    for word in ("秘密", "甲", "王秘", "wangmi", "保密单位"):
        html = client.get("/projects/suggest/", {"say": word}).content.decode()
        assert "秘密集团" not in html
        assert "data-say" not in html
        assert "href" not in html


def test_the_list_asks_two_queries_more_for_a_line(manager: Client) -> None:
    make_project("甲", park="shuangfu", official=("李勇", ""))
    listed(manager)
    with CaptureQueriesContext(
        connection,
    ) as plain:
        listed(manager, "park=shuangfu")
    with CaptureQueriesContext(connection) as said:
        listed(manager, "park=shuangfu&said=双福")
    assert len(said) == len(plain) + 2


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "双福",
        "福光",
        "sfgf",
        "shuangfu",
        "shuangfuguangfu",
        "shuangf",
        "ShuangFu",
        "四川和邦",
        "hebang",
        "schb",
        "李勇",
        "liyong",
        "ly",
    ],
)
def test_a_project_is_found_by_names_and_their_pinyin(manager: Client, word: str) -> None:
    make_project("双福光伏", investor="四川和邦集团", official=("李勇", "副区长"))
    make_project("别的", investor="某某厂")
    assert listed(manager, f"q={word}") == ["双福光伏"]


@pytest.mark.parametrize("word", ["huangfu", "gfsf", "%", "_", "李永"])
def test_what_only_looks_alike_is_not_found(manager: Client, word: str) -> None:
    make_project("双福光伏", investor="四川和邦集团", official=("李勇", "副区长"))
    assert listed(manager, f"q={word.replace('%', '%25')}") == []


def test_a_new_name_is_found_at_once(manager: Client) -> None:
    official = Official.objects.get(pk=make_project("甲", official=("曾国强", "")).lead_official_id)
    assert (official.name_initials, official.name_pinyin) == ("zgq", " zeng guo qiang ")
    assert Investor.objects.search("moumou").count() == 1
    assert Official.objects.search("zengguo").count() == 1
    assert Project.objects.get().name_pinyin == " jia "


# --- suggestions -----------------------------------------------------------------------------------------------------


def suggested(client: Client, line: str) -> list[tuple[str, str]]:
    """Kind and text of each option, or the line that it makes."""
    html = client.get("/projects/suggest/", {"say": line}).content.decode()
    return re.findall(r'<span class="kind">([^<]*)</span><span class="text">([^<]*)</span>', html)


def test_suggestions_tell_what_the_last_word_would_be(manager: Client) -> None:
    html = manager.get("/projects/suggest/", {"say": "2020 双福"}).content.decode()
    assert '<span class="note">园区 双福</span>' in html
    assert 'data-say="2020 双福"' in html
    assert 'data-say="2020 “双福”"' in html
    assert suggested(manager, "2020 ") == []
    assert suggested(manager, "") == []


def test_suggestions_go_on(manager: Client) -> None:
    texts = [text for __, text in suggested(manager, "消")]
    assert "消费品" in texts
    assert "未开工" in [text for __, text in suggested(manager, "双福 未")]
    assert "双福" in [text for __, text in suggested(manager, "shuang")]
    assert "10亿以上" in [text for __, text in suggested(manager, "10亿")]


def test_suggestions_name_projects_firms_and_officials(manager: Client) -> None:
    make_project("和光项目", investor="四川和邦集团", official=("和平", "副区长"))
    make_project("作废的和", voided="重复")
    assert {("项目", "和光项目"), ("投资方", "四川和邦集团"), ("挂帅领导", "和平")} == set(suggested(manager, "和"))
    assert ("投资方", "四川和邦集团") in suggested(manager, "hebang")
    assert ("投资方", "四川和邦集团") in suggested(manager, "schb")
    assert ("挂帅领导", "和平") in suggested(manager, "heping")
    make_project("乙", official=("曾国强", ""))
    assert ("挂帅领导", "曾国强") in suggested(manager, "zengguo")
    assert ("挂帅领导", "曾国强") in suggested(manager, "zgq")


def test_suggestions_are_eight_at_most_in_four_queries(manager: Client) -> None:
    for number in range(12):
        make_project(f"光伏{number}", investor=f"光能集团{number}", official=(f"光{number}", ""))
    suggested(manager, "光")
    with CaptureQueriesContext(connection) as queries:
        found = suggested(manager, "光")
    assert len(queries) <= 4  # session and account among them
    assert len(found) == 8
    assert {kind for kind, __ in found} == {"项目", "投资方", "挂帅领导"}


@pytest.mark.parametrize("typed", ["双", "双福", "消费", "shuang", "2020 德感", "10亿"])
def test_suggestions_cost_no_query_a_word(manager: Client, typed: str) -> None:
    suggested(manager, typed)
    with CaptureQueriesContext(connection) as queries:
        assert suggested(manager, typed)
    assert len(queries) <= 4


def test_a_merged_firm_is_not_suggested(manager: Client) -> None:
    kept, gone = make_investor("和邦集团"), make_investor("和邦旧厂")
    Investor.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert suggested(manager, "和邦旧") == [("投资方", "和邦集团")]


def test_htmx_takes_the_line_out_of_the_box_with_its_conditions(manager: Client) -> None:
    html = manager.get("/projects/?park=degan", headers={"HX-Request": "true"}).content.decode()
    assert re.search(r'<input type="search" id="say" name="say" value=""[^>]*hx-swap-oob="true"', html)
    assert totals_in(html)["count"] == "0"


def test_the_migration_fills_what_stands_in_the_register(manager: Client) -> None:
    make_project("双福光伏", investor="四川和邦集团", official=("曾国强", "副区长"))
    tables = [Project, Investor, Official, Project.history.model, Investor.history.model, Official.history.model]
    for model in tables:
        model.objects.update(name_pinyin="", name_initials="")
    assert any(integrity.names_match_their_keys())
    migration = importlib.import_module("projects.migrations.0007_pinyin")
    migration.BATCH = 1
    migration.fill(apps, SimpleNamespace(connection=connection))
    for check in (integrity.names_match_their_keys, integrity.history_is_complete):
        assert list(check()) == []
