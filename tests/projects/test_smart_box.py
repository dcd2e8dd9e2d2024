"""The smart box: what a typed line means. docs/smart-box.md is the grammar, the table below its examples."""

from __future__ import annotations

import datetime
import functools
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from projects import conditions, listing
from projects.boxhelp import HELP
from projects.boxmeaning import Understood
from projects.boxvocabulary import Name, Vocabulary
from projects.boxwords import fixed_words
from projects.models import Project
from projects.smartbox import understand

FIXTURES = Path(__file__).parents[2] / "fixtures"
TODAY = datetime.date(2020, 12, 31)


def _names() -> list[Name]:
    """The product's own parks, clusters and chains, three officials, two departments, a source."""
    found = []
    for kind in ("park", "cluster", "chain"):
        for row in json.loads((FIXTURES / f"{kind}s.json").read_text()):
            label = row.get("short_name") or row["name"]
            spellings = (label, row["code"], row["name"], *row.get("aliases", []))
            found.append(Name(kind, row["code"], label, spellings))
    found += [Name("official", name, name, (name, f"{name}{post}"), post) for name, post in OFFICIALS]
    found += [Name("lead_unit", unit, unit, (unit,)) for unit in ("区商务委", "双福工业园")]
    return [*found, Name("source", "外出招商", "外出招商", ("外出招商",))]


OFFICIALS = [("李勇", "副区长"), ("毛平", "区长"), ("曾国强", "")]
KNOWN = Vocabulary(tuple(_names()), TODAY)
BEFORE_START = "stage=signed&stage=registered&stage=land"
STARTED = "stage=construction&stage=completed&stage=production&stage=full_production"
FIVE = "cluster=consumer-goods&cluster=equipment&cluster=auto-moto&cluster=materials&cluster=intelligent"

# A line → the parameters of the list, with q for what stays text.
PHRASES = {
    # the line of the issue, with and without blanks
    "双福 消费品 2020 10亿以上 未开工 红灯 李勇": "park=shuangfu&cluster=consumer-goods&year=2020&min_capital=10"
    f"&{BEFORE_START}&light=red&official=李勇",
    "双福消费品2020年10亿以上未开工": f"park=shuangfu&cluster=consumer-goods&year=2020&min_capital=10&{BEFORE_START}",
    "双福，消费品；2020": "park=shuangfu&cluster=consumer-goods&year=2020",
    "帮我找双福的项目": "park=shuangfu",
    "李勇副区长挂帅的红灯项目": "official=李勇&light=red",
    # parks, clusters, chains
    "双福": "park=shuangfu",
    "双福园区": "park=shuangfu",
    "江津 综保区": "park=comprehensive-bonded-zone",
    "shuangfu": "park=shuangfu",
    "珞璜智能家居": "park=luohuang-smart-home",
    "双福 德感": "park=shuangfu&park=degan",
    "双福、德感": "park=shuangfu&park=degan",
    "双福和德感": "park=shuangfu&park=degan",
    "园区外": "park=no-park",
    "消费品": "cluster=consumer-goods",
    "装备": "cluster=equipment",
    "汽摩产业": "cluster=auto-moto",
    "新材料": "cluster=materials",
    "“4+1”以外": "cluster=outside",
    "4+1以外": "cluster=outside",
    "4+1": FIVE,
    "五大产业": FIVE,
    "调味品": "chain=seasoning",
    "粮油食品 双福": "chain=grain-oil-food&park=shuangfu",
    "园区:德感": "park=degan",
    "集群：材料": "cluster=materials",
    # days of signing
    "2020": "year=2020",
    "2020年": "year=2020",
    "2020年度": "year=2020",
    "二〇二〇年": "year=2020",
    "去年": "year=2019",
    "今年": "year=2020",
    "前年": "year=2018",
    "2020 年": "year=2020",
    "2020年签约": "year=2020",
    "2020 签约": "year=2020",
    "今年双福签约的10亿以上项目": "year=2020&park=shuangfu&min_capital=10",
    "2020年新签约的项目": "year=2020",
    "2020年6月": "signed_from=2020-06&signed_to=2020-06",
    "2020-06": "signed_from=2020-06&signed_to=2020-06",
    "2020.6": "signed_from=2020-06&signed_to=2020-06",
    "2020年6月30日": "signed_from=2020-06-30&signed_to=2020-06-30",
    "20200630": "signed_from=2020-06-30&signed_to=2020-06-30",
    "6月": "signed_from=2020-06&signed_to=2020-06",
    "上半年": "signed_from=2020-01&signed_to=2020-06",
    "2019年下半年": "signed_from=2019-07&signed_to=2019-12",
    "去年下半年": "signed_from=2019-07&signed_to=2019-12",
    "三季度": "signed_from=2020-07&signed_to=2020-09",
    "2019Q4": "signed_from=2019-10&signed_to=2019-12",
    "2019 上半年": "signed_from=2019-01&signed_to=2019-06",
    "上半年 双福 2019": "signed_from=2019-01&signed_to=2019-06&park=shuangfu",
    "2019 6月": "signed_from=2019-06&signed_to=2019-06",
    "6月以来": "signed_from=2020-06",
    "2019年以来": "signed_from=2019",
    "自2020年6月起": "signed_from=2020-06",
    "2019年底前": "signed_to=2019",
    "2020年以前": "signed_to=2019-12-31",
    "2018年以后": "signed_from=2019-01-01",
    "2018-2020": "signed_from=2018&signed_to=2020",
    "2018年到2020年": "signed_from=2018&signed_to=2020",
    "2018 2019 2020": "signed_from=2018&signed_to=2020",
    "2020年6月到9月": "signed_from=2020-06&signed_to=2020-09",
    "2019年11月至2020年2月": "signed_from=2019-11&signed_to=2020-02",
    "2018年以来 2019年底前": "signed_from=2018&signed_to=2019",
    "2020年1-6月": "signed_from=2020-01&signed_to=2020-06",
    "6-9月 2019": "signed_from=2019-06&signed_to=2019-09",
    "签约半年以上未开工": f"signed_to=2020-06-30&{BEFORE_START}",
    "签约3个月内": "signed_from=2020-10-01&signed_to=2020-12-31",
    "到2020年6月": "signed_to=2020-06",
    "截至2020年6月": "as_of=2020-06-30",
    "截至2020年底": "as_of=2020-12-31",
    "截至2020年年底": "as_of=2020-12-31",
    "截至6月底": "as_of=2020-06-30",
    "截止2020年6月末": "as_of=2020-06-30",
    "截至2020年6月30日止": "as_of=2020-06-30",
    "截至2020年6月30日（含）": "as_of=2020-06-30",
    "双福 截至2019年底 10亿以上": "park=shuangfu&as_of=2019-12-31&min_capital=10",
    "到2020年底": "signed_to=2020",
    "2020年6月30日（含）以前": "signed_to=2020-06-30",
    "2020年6月30日(含)以后": "signed_from=2020-06-30",
    "双福 截至2020年2月28日": "park=shuangfu&as_of=2020-02-28",
    "本月": "signed_from=2020-12&signed_to=2020-12",
    "上个月签约": "signed_from=2020-11&signed_to=2020-11",
    "本季度": "signed_from=2020-10&signed_to=2020-12",
    "近三个月": "signed_from=2020-10-01&signed_to=2020-12-31",
    "近30天": "signed_from=2020-12-02&signed_to=2020-12-31",
    # agreed capital
    "10亿以上": "min_capital=10",
    "10亿以上（含）": "min_capital=10",
    "10亿元(含)以上": "min_capital=10",
    "10亿元以上（含10亿元）": "min_capital=10",
    "5000万以下（含本数）双福": "max_capital=0.5&park=shuangfu",
    "10 亿 以上": "min_capital=10",
    "≥10亿": "min_capital=10",
    ">= 10亿": "min_capital=10",
    "１０亿元以上": "min_capital=10",
    "十亿以上": "min_capital=10",
    "一百二十亿元以上": "min_capital=120",
    "不低于5亿元": "min_capital=5",
    "10亿+": "min_capital=10",
    "超过50亿": "min_capital=50",
    "亿元以上": "min_capital=1",
    "百亿级": "min_capital=100",
    "5000万以下": "max_capital=0.5",
    "1,200万以下": "max_capital=0.12",
    "不到1亿": "max_capital=1",
    "不超过1.5亿": "max_capital=1.5",
    "5-8亿": "min_capital=5&max_capital=8",
    "5亿到8亿之间": "min_capital=5&max_capital=8",
    "5000万~1亿": "min_capital=0.5&max_capital=1",
    "5亿以上 8亿以下": "min_capital=5&max_capital=8",
    "1亿2000万以上": "min_capital=1.2",
    "等于10亿": "min_capital=10&max_capital=10",
    "投资额10亿以上": "min_capital=10",
    "≥10": "min_capital=10",
    "2020 10亿以上": "year=2020&min_capital=10",
    "2020 十亿以上": "year=2020&min_capital=10",
    "5亿以上 10亿以上": "min_capital=10",
    # stages and conditions
    "注册": "stage=registered",
    "拿地": "stage=land",
    "在建": "stage=construction",
    "开工": "stage=construction",
    "竣工": "stage=completed",
    "投产": "stage=production",
    "达产": "stage=full_production",
    "在谈": "stage=negotiation",
    "签约阶段": "stage=signed",
    "未开工": BEFORE_START,
    "没有开工": BEFORE_START,
    "未 开工": BEFORE_START,
    "已开工": STARTED,
    "未投产": f"{BEFORE_START}&stage=construction&stage=completed",
    "已投产": "stage=production&stage=full_production",
    "已注册未开工": "stage=registered&stage=land",
    "签约阶段 未开工": "stage=signed",
    "未签约": "stage=lead&stage=negotiation&stage=intent",
    "注册 拿地": "stage=registered&stage=land",
    "停滞": "condition=stalled",
    "终止": "condition=terminated",
    "正常推进": "condition=active",
    "不含终止": "condition=active&condition=stalled",
    # lights
    "红灯": "light=red",
    "超期": "light=red",
    "临期": "light=yellow",
    "绿灯": "light=green",
    "红灯 黄灯": "light=red&light=yellow",
    "无计划": "light=none",
    "超期未开工": f"light=red&{BEFORE_START}",
    # investors
    "世界500强": "rank=global_500",
    "世界 500 强": "rank=global_500",
    "中国五百强": "rank=china_500",
    "民企500强": "rank=private_500",
    "500强": "rank=global_500&rank=china_500&rank=private_500",
    "上市公司": "rank=listed",
    "央企": "rank=central_soe",
    "央企性质": "investor_type=central_soe",
    "国企": "investor_type=state&investor_type=central_soe",
    "民企 外资": "investor_type=private&investor_type=foreign",
    "专精特新": "rank=specialised_new",
    "小巨人": "rank=little_giant",
    # who and where from
    "李勇": "official=李勇",
    "领导:王平": "official=王平",
    "区商务委": "lead_unit=区商务委",
    "区商务委牵头的项目": "lead_unit=区商务委",
    "单位:双福工业园": "lead_unit=双福工业园",
    "外出招商": "source=外出招商",
    "标签:重点": "tag=重点",
    "我跟进的": "followed=1",
    "作废": "voided=1",
    # what is missing
    "没有投资额的": "missing=agreed_capital",
    "缺投资额": "missing=agreed_capital",
    "未填园区": "park=none",
    "园区未填": "park=none",
    "没填产业": "cluster=none",
    "缺签约日期": "missing=signed_on",
    "缺信用代码": "missing=company_credit_code",
    "资料不全": "missing=any",
    # order
    "金额从大到小": "sort=-agreed_capital",
    "按签约时间从旧到新": "sort=signed_on",
    "双福 最新签约": "park=shuangfu&sort=-signed_on",
    # letters: the initials and the pinyin of a park, cluster, chain or source, where it is one alone
    "jjzbq": "park=comprehensive-bonded-zone",
    "JJZBQ": "park=comprehensive-bonded-zone",
    "zbq 2020": "park=comprehensive-bonded-zone&year=2020",
    "zybzc": "park=southwest-paper-city",
    "xfp": "cluster=consumer-goods",
    "xiaofeipin 10亿以上": "cluster=consumer-goods&min_capital=10",
    "zbzz 双福": "cluster=equipment&park=shuangfu",
    "twp": "chain=seasoning",
    "cgq": "chain=sensors",
    "wczs": "source=外出招商",
    "园区:dg": "park=degan",
    "集群:cl": "cluster=materials",
    "dg": "q=dg",  # two letters: too often something else
    "sf 2020": "q=sf&year=2020",
    "zgq": "q=zgq",  # the search for text finds officials
    "“jjzbq”": "q=jjzbq",
    "文字:xfp": "q=xfp",
    "twpjd": "q=twpjd",  # letters are a word as a whole or none
    "twpxfp": "q=twpxfp",
    # text
    "和邦": "q=和邦",
    "双福 亩产三万": "park=shuangfu&q=亩产三万",
    "sfjx": "q=sfjx",
    "双福 蓝莓": "park=shuangfu&q=蓝莓",
    "双福 蓝莓 项目": "park=shuangfu&q=蓝莓",
    "项目": "q=项目",
    "蓝莓 项目": "q=蓝莓 项目",
    "“双福”": "q=双福",
    '"双福" 2020': "q=双福&year=2020",
    "「未开工」": "q=未开工",
    "双福新能源": "q=双福新能源",
    "文字:双福": "q=双福",
    "JJ-2020-0001": "q=JJ-2020-0001",
    "100%": "q=100%",
    "1950": "q=1950",
    "年产10亿只口罩": "q=年产10亿只口罩",
}


def read(line: str) -> tuple[dict[str, list[str]], Understood]:
    understood = understand(line, KNOWN)
    params = dict(understood.params)
    return params | ({"q": [understood.rest]} if understood.rest else {}), understood


def wanted(query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.replace("%", "%25").replace("+", "%2B")):
        found.setdefault(name, []).append(value)
    return found


def test_there_are_a_hundred_phrases() -> None:
    assert len(PHRASES) >= 100


@pytest.mark.parametrize(("line", "query"), PHRASES.items())
def test_a_phrase(line: str, query: str) -> None:
    params, understood = read(line)
    assert {name: sorted(values) for name, values in params.items()} == {
        name: sorted(values) for name, values in wanted(query).items()
    }
    assert not understood.unclear


# What is said about a line that is not clear: the word, the parameters that are left, other ways to write it.
UNCLEAR = {
    "双福 10亿左右": ("10亿左右", "park=shuangfu", ["双福 9亿-11亿", "双福 10亿以上"]),
    "约10亿": ("约10亿", "", ["9亿-11亿", "10亿以上"]),
    "10多亿": ("10多亿", "", ["9亿-11亿", "10亿以上"]),
    "10亿": ("10亿", "", ["10亿以上", "10亿以下", "等于10亿"]),
    "8-5亿": ("8-5亿", "", []),
    "到位10亿以上": ("到位10亿以上", "", []),
    "1000000亿以上": ("1000000亿以上", "", []),
    "10亿以上 5亿以下": ("10亿以上 5亿以下", "min_capital=10&max_capital=5", []),
    "2020年底": ("2020年底", "", ["2020年12月"]),
    "2020年左右": ("2020年左右", "", []),
    "2020年13月": ("2020年13月", "", []),
    "双福 13月": ("13月", "park=shuangfu", []),
    "3个": ("3个", "", []),
    "双福 三家": ("三家", "park=shuangfu", []),
    "2020年2月30日": ("2020年2月30日", "", []),
    "1950年": ("1950年", "", []),
    "2020-2018": ("2020-2018", "", []),
    "2020年9-3月": ("2020年9-3月", "", []),
    "近两两天": ("近两两天", "", []),
    "2018 2020": ("2020", "year=2018", []),
    "2019年6月 2020年6月": ("2020年6月", "signed_from=2019-06&signed_to=2019-06", []),
    "2020年开工": ("2020年开工", "", ["2020年 开工"]),
    "李勇 毛平": ("毛平", "official=李勇", []),
    "非双福": ("非双福", "", []),
    "除双福外 2020": ("除双福外", "year=2020", []),
    "已投产 未开工": ("未开工", "stage=production&stage=full_production", []),
    "园区:月球": ("园区:月球", "", []),
    "新签约": ("新签约", "", ["本月签约", "今年签约"]),
}


@pytest.mark.parametrize("line", UNCLEAR)
def test_what_is_not_clear_is_said_and_changes_nothing(line: str) -> None:
    word, query, offers = UNCLEAR[line]
    params, understood = read(line)
    assert {name: sorted(values) for name, values in params.items()} == {
        name: sorted(values) for name, values in wanted(query).items()
    }
    (remark,) = understood.unclear
    assert remark.word == word
    assert remark.sentence
    assert [offer.say for offer in remark.offers] == offers
    for offer in remark.offers:
        assert not read(offer.say)[1].unclear


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("超过50亿", "超过50亿"),  # taken as 50亿以上
        ("不到1亿", "不到1亿"),
        ("2020年以前", "2020年以前"),
        ("正常", "正常"),  # the condition, not the light
        ("签约", "签约"),
        ("央企", "央企"),
        ("≥10", "≥10"),
        ("双福工业园", "双福工业园"),  # a park and a department
    ],
)
def test_a_reading_that_others_may_not_share_is_said(line: str, word: str) -> None:
    understood = understand(line, KNOWN)
    assert [remark.word for remark in understood.notes] == [word]
    assert not understood.unclear


def test_a_firm_of_the_same_name_is_named_and_one_click_away() -> None:
    asked: list[list[str]] = []

    def namesakes(words: list[str]) -> dict[str, list[str]]:
        asked.append(list(words))
        return {"双福": ["双福集团"]}

    understood = understand("双福 蓝莓 2020", Vocabulary(KNOWN.names, TODAY, namesakes))
    assert asked == [["双福"]]
    (remark,) = understood.notes
    assert "双福集团" in str(remark.sentence)
    assert [offer.say for offer in remark.offers] == ["“双福” “蓝莓” 2020"]
    assert read(remark.offers[0].say)[0] == {"q": ["双福 蓝莓"], "year": ["2020"]}


@pytest.mark.parametrize(("line", "say"), [("jjzbq", "“jjzbq”"), ("蓝莓 twp 2020", "“蓝莓” “twp” 2020")])
def test_letters_that_are_read_as_a_name_can_be_text(line: str, say: str) -> None:
    (remark,) = understand(line, KNOWN).notes
    assert [offer.say for offer in remark.offers] == [say]
    assert "q" in read(say)[0]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("dg", {"德感": "park=degan"}),
        ("蓝莓 dg 2020", {"“蓝莓” 德感 2020": "q=蓝莓&park=degan&year=2020"}),
        ("cl", {"材料": "cluster=materials"}),
        ("xlq", {"小龙区": "park=xlq", "肖立群": "official=肖立群"}),  # a park and an official
        ("xxl", {"新兴路": "park=xxl", "来源:新兴路": "source=新兴路"}),  # a name of two kinds
    ],
)
def test_what_letters_may_stand_for_is_offered_as_a_condition(line: str, offers: dict[str, str]) -> None:
    more = (
        Name("park", "xlq", "小龙区", ("小龙区",)),
        Name("park", "xxl", "新兴路", ("新兴路",)),
        Name("source", "新兴路", "新兴路", ("新兴路",)),
        Name("official", "肖立群", "肖立群", ("肖立群", "肖立群区长")),
    )
    known = Vocabulary((*KNOWN.names, *more), TODAY)
    understood = understand(line, known)
    assert understood.rest
    (remark,) = understood.notes
    assert remark.word not in [one.word for one in understood.as_text]  # said once
    assert {offer.say for offer in remark.offers} == set(offers)
    for offer in remark.offers:
        became = understand(offer.say, known)
        params = became.params | ({"q": [became.rest]} if became.rest else {})
        assert params == wanted(offers[offer.say])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("双福 亩产三万", ["亩产三万"]),
        ("蓝莓 双福 亩产三万", ["蓝莓、亩产三万"]),
        ("2020 双福新能源", ["双福新能源"]),
        ("亩产三万", []),  # a plain search
        ("双福 “亩产三万”", []),  # said to be text
        ("双福 文字:亩产三万", []),
        ("双福 2020", []),
    ],
)
def test_what_beside_conditions_is_only_text_is_said(line: str, said: list[str]) -> None:
    assert [remark.word for remark in understand(line, KNOWN).as_text] == said


def test_a_text_that_begins_with_a_word_offers_to_cut_it() -> None:
    understood = understand("双福新能源 2020", KNOWN)
    (hint,) = understood.hints
    assert [offer.say for offer in hint.offers] == ["双福 新能源 2020"]


@pytest.mark.parametrize("word", [word for __, words in HELP for word in words])
def test_the_help_shows_only_what_is_understood(word: str) -> None:
    understood = understand(word, KNOWN)
    assert not understood.unclear
    assert understood.params or word in ("“双福”", "sfjx")


def accepted(params: dict[str, list[str]]) -> bool:
    """Whether the list takes these parameters without a fault."""
    return _accepted(tuple((name, *values) for name, values in params.items()))


@functools.cache
def _accepted(params: tuple[tuple[str, ...], ...]) -> bool:
    query = QueryDict(mutable=True)
    for name, *values in params:
        query.setlist(name, values)
    filters = conditions.narrowed(query, Project.objects.none(), KNOWN.choices())
    return not conditions.faults_of(filters) and {name for name, *__ in params} <= {*filters.form.fields, "sort"}


def test_every_fixed_word_is_a_condition_that_the_list_takes() -> None:
    for word, meaning in fixed_words().items():
        understood = understand(word, KNOWN)
        assert accepted(understood.params), word
        assert meaning.filler or meaning.unclear or understood.params, word
        for name, value in understood.params.items():
            assert name != "sort" or listing.is_sort(value[0])


WORDS = [
    *PHRASES,
    *UNCLEAR,
    "10",
    "亿",
    "以上",
    "年",
    "月",
    "2020",
    "未",
    "-",
    "到",
    "近",
    "签约",
    "两两",
    "٣",
    "个月",
    "“",
    "\x00",
    "的",
    " ",
    "x",
]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(["", " "]))
def test_whatever_is_typed_is_taken_by_the_list(parts: list[str], between: str) -> None:
    params, understood = read(between.join(parts))
    assert accepted(params)
    for remark in [*understood.unclear, *understood.notes, *understood.hints, *understood.as_text]:
        assert remark.word
        assert str(remark.sentence)


@given(st.text(max_size=300))
def test_any_text_at_all_is_read(line: str) -> None:
    assert accepted(read(line)[0])


def test_the_grammar_file_says_what_its_examples_become() -> None:
    """docs/smart-box.md: of each line of its table the examples, and the parameters that they are said to become."""
    text = (FIXTURES.parent / "docs" / "smart-box.md").read_text().split("## 词表")[1].split("\n## ")[0]
    lines = [line.split("|") for line in text.splitlines() if line.startswith("| ") and "`" in line]
    examples, said = 0, set()
    for __, what, shown, becomes, __ in lines:
        said = said if "同上" in becomes else set(re.findall(r"`([a-z_]+)`", becomes))
        if "两者" in becomes:
            said = {"min_capital", "max_capital"}
        for example in re.findall(r"`([^`]+)`", shown):
            examples += 1
            params, understood = read(example)
            if "不查" in becomes:
                assert understood.unclear, example
                continue
            assert params, example
            assert not understood.unclear, example
            if said == {"none"}:
                assert list(params.values()) == [["none"]], example
            else:
                assert params.keys() <= said, (what, example, params)
    assert examples > 60


@pytest.mark.parametrize("what", ["领导", "单位", "来源", "标签"])
def test_a_name_longer_than_any_is_said_to_be_none(what: str) -> None:
    params, understood = read(f"2020 {what}:{'甲' * 120}")
    assert params == {"year": ["2020"]}
    assert [remark.word for remark in understood.unclear] == [f"{what}:{'甲' * 120}"]
    assert accepted(read(f"{what}:{'甲' * 50}")[0])
