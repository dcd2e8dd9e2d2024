"""Conditions on any column: what each operator finds, what unknown fits, what is said of what cannot be read."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client

from projects.models import Note
from tests.builders import make_investor, make_project, make_user
from tests.projects.test_project_list import listed, names_in, totals_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(vocabulary: None, client: Client) -> Client:
    """甲: much is known; 乙: some; 丙: nothing."""
    client.force_login(make_user("manager", role="manager", all_parks=True))
    make_investor("万达集团", honours=["china_500"], type="private")
    first = make_project(
        "甲",
        park="luohuang-smart-home",
        cluster="equipment",
        agreed="10",
        increases=[("2", "2021-03")],
        signed="2020-06-30",
        investor="万达集团",
        joint=["参投厂"],
        planned={"started": "2021-01"},
        reached={"registered": "2020-07-01"},
        arrivals={"2020-09": "24000"},
        official=("毛平", "区长"),
        land_area=Decimal("100.5"),
        expected_jobs=50,
        expected_tax=Decimal(500),
        remarks="重点：跟进",
        land_mode="granted",
    )
    make_project(
        "乙",
        park="degan",
        agreed="3",
        signed="2020",
        investor="民营厂",
        planned={"started": "2021-06-01"},
        reached={"registered": None},
        condition="stalled",
        condition_reason="缺地",
        expected_jobs=10,
    )
    make_project("丙", park=None, agreed=None, signed=None, investor=None)
    Note.objects.create(project=first, kind="problems", text="缺水")
    return client


# What is asked → the projects found. All in one test: the three projects are made once.
FOUND = [
    # money, in 亿元 as min_capital, or with its unit
    ("agreed_capital:ge:12", "甲"),
    ("agreed_capital:ge:3", "甲乙"),
    ("agreed_capital:le:3亿", "乙"),
    ("agreed_capital:le:30000万元", "乙"),
    ("agreed_capital:eq:12", "甲"),
    ("agreed_capital:ne:12", "乙丙"),  # not equal includes unfilled
    ("agreed_capital:empty", "丙"),
    ("agreed_capital:filled", "甲乙"),
    ("added_capital:ge:2", "甲"),
    ("added_capital:empty", "乙丙"),
    ("expected_tax:eq:500", "甲"),  # a column in 万元
    # ratios
    ("arrival_rate:ge:20%25", "甲"),
    ("arrival_rate:ge:20.01", ""),
    ("arrival_rate:empty", "乙丙"),
    ("investment_per_mu:ge:1000", "甲"),
    # integers and decimals
    ("expected_jobs:le:10", "乙"),
    ("expected_jobs:ne:10", "甲丙"),
    ("land_area:ge:100.5", "甲"),
    ("land_area:ne:100.5", "乙丙"),
    # days as far as they are known
    ("signed_on:ge:2020", "甲乙"),
    ("signed_on:ge:2020-06", "甲"),  # 乙 may lie before June
    ("signed_on:le:2020-06-30", "甲"),
    ("signed_on:le:2020年", "甲乙"),
    ("signed_on:eq:2020", "甲乙"),
    ("signed_on:eq:2020-06", "甲"),
    ("signed_on:ne:2020-06", "乙丙"),
    ("signed_on:empty", "丙"),
    ("planned_start:le:2021-01-31", "甲"),
    ("planned_start:le:2021-01-30", ""),
    ("planned_start:ne:2021-01", "乙丙"),
    ("planned_start:filled", "甲乙"),
    ("registered_on:filled", "甲"),  # reached on a day that nobody knows is no day
    ("next_planned_on:ge:2021-02", "乙"),
    ("days_left:le:31", "甲"),
    ("days_left:ge:31", "甲乙"),
    ("days_left:eq:31", "甲"),
    ("days_left:ne:31", "乙丙"),
    # words
    ("name:eq:甲", "甲"),
    ("name:ne:甲", "乙丙"),
    ("investor:has:万达", "甲"),
    ("investor:ne:万达集团", "乙丙"),
    ("investor:empty", "丙"),
    ("joint_investors:has:参投", "甲"),
    ("joint_investors:empty", "乙丙"),
    ("remarks:has:重点：跟", "甲"),
    ("lead_official:eq:毛平", "甲"),
    ("lead_official:ne:毛平", "乙丙"),
    ("lead_official:empty", "乙丙"),
    ("problems:has:缺", "甲"),
    ("problems:empty", "乙丙"),
    ("condition_reason:has:地", "乙"),
    # choices and vocabularies
    ("investor_type:eq:private", "甲"),
    ("investor_type:ne:private", "乙丙"),
    ("investor_rank:eq:china_500", "甲"),
    ("investor_rank:ne:china_500", "乙丙"),
    ("condition:ne:active", "乙"),
    ("stage:eq:registered", "甲乙"),
    ("stage:eq:注册", "甲乙"),
    ("stage:ge:注册", "甲乙"),
    ("stage:ge:开工", ""),
    ("stage:le:registered", "甲乙丙"),
    ("stage:le:signed", "丙"),
    ("stage:ge:registered&as_of=2020-06-30", ""),
    ("stage:le:signed&as_of=2020-06-30", "甲丙"),
    ("land_mode:empty", "乙丙"),
    ("park:eq:luohuang", "甲"),  # it lies in a park inside
    ("park:ne:luohuang", "乙丙"),
    ("park:eq:德感", "乙"),
    ("park:has:德", "乙"),
    ("park:empty", "丙"),
    ("cluster:filled", "甲"),
    ("light:ne:red", "甲乙丙"),
    ("light:eq:none", "丙"),
    ("missing:filled", "甲乙丙"),
    ("updated_on:ge:2020", "甲乙丙"),
    # several: all of them, but for equals of one column
    ("park:eq:degan&f=park:eq:luohuang", "甲乙"),
    ("agreed_capital:ge:3&f=agreed_capital:le:5", "乙"),
    ("signed_on:filled&f=cluster:empty", "乙"),
]
# What cannot be read → what the sentence about it holds.
WRONG = [
    ("colour:eq:red", "colour"),
    ("nonsense", "nonsense"),
    ("name:ge:5", "ge"),
    ("agreed_capital:ge:很多", "协议"),
    ("agreed_capital:ge:", "协议"),
    ("agreed_capital:between:1", "between"),
    ("signed_on:le:2020-13", "签约"),
    ("expected_jobs:ge:1.5", "预计就业"),
    ("expected_jobs:ge:99999999999999999999", "预计就业"),
    ("stage:eq:flying", "签约"),  # and which words there are
    ("park:eq:nowhere", "园区"),
    ("land_area:ge:NaN", "用地"),
    ("name:has:a%00b", "项目名称"),
    ("name:has:" + "长" * 300, "项目名称"),
]


def test_what_each_operator_finds(three: Client, settings) -> None:
    settings.TODAY = datetime.date(2020, 12, 31)
    found = [
        (conditions, "".join(sorted(listed(three, f"f={conditions}"), key="甲乙丙".index))) for conditions, __ in FOUND
    ]
    assert found == FOUND


def test_what_cannot_be_read_is_said_and_lists_nothing(three: Client) -> None:
    for condition, said in WRONG:
        html = three.get(f"/projects/?f={condition}").content.decode()
        assert names_in(html) == [], condition
        alert = re.search(r'<div class="nothing" role="alert">.*?</ul>', html, re.DOTALL)
        assert alert, condition
        assert said in alert.group(), condition


@pytest.mark.parametrize("name", ["min_capital", "max_capital"])
@pytest.mark.parametrize("text", ["1e308", "1e9", "100000.1", "-5", "NaN", "Infinity", "很多", "0.00000000001"])
def test_a_bound_that_cannot_be_one_is_said_once(three: Client, name: str, text: str) -> None:
    html = three.get("/projects/", {name: text}).content.decode()
    (alert,) = re.findall(r'<div class="nothing" role="alert">.*?</ul>', html, re.DOTALL)
    assert alert.count("<li>") == 1
    assert "请填 0 到 100,000 之间的数，小数不超过 10 位，例：10。" in alert
    assert "确保" not in alert


def test_a_condition_is_a_chip_that_goes_alone(three: Client) -> None:
    html = three.get("/projects/?f=agreed_capital:ge:3&f=park:ne:degan&year=2020").content.decode()
    assert "≥ 3 亿元" in html
    assert "不是 德感" in html
    assert 'href="/projects/?f=park%3Ane%3Adegan&amp;year=2020"' in html
    assert 'href="/projects/?f=agreed_capital%3Age%3A3&amp;year=2020"' in html


def test_an_empty_list_says_which_condition_to_drop(three: Client) -> None:
    response = three.get("/projects/?f=agreed_capital:ge:3&f=name:eq:丁&f=park:filled")
    assert [(drop.label, drop.count) for drop in response.context["drops"]] == [("项目名称", 2)]


def test_the_panel_adds_a_condition_and_one_address_remains(three: Client) -> None:
    response = three.get("/projects/?year=2020&f_column=stage&f_op=eq&f_value=注册")
    assert (response.status_code, response["Location"]) == (302, "/projects/?year=2020&f=stage%3Aeq%3Aregistered")
    response = three.get("/projects/?f_column=park&f_op=empty&f_value=", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/projects/?f=park%3Aempty"
    assert names_in(response.content.decode()) == ["丙"]


def test_an_answer_leaves_the_condition_that_is_being_filled_in(three: Client) -> None:
    """Only its own answer empties its fields; what it carries along follows the address each time."""
    sent = {"HX-Request": "true", "HX-Trigger": "columns"}
    html = three.get("/projects/?year=2020&columns=name", headers=sent).content.decode()
    assert 'id="column-condition-fields"' not in html
    carried = re.search(r'<div id="column-condition-query" hx-swap-oob="true">(.*?)</div>', html)
    assert carried
    assert 'name="columns" value="name"' in carried.group(1)
    own = three.get("/projects/?year=2020&f=park:empty", headers=sent | {"HX-Trigger": "column-condition"})
    assert 'id="column-condition-fields"' in own.content.decode()


def test_totals_and_the_other_pages_take_the_same_conditions(three: Client) -> None:
    totals = totals_in(three.get("/projects/?f=agreed_capital:le:5").content.decode())
    assert (totals["agreed"], totals["unknown"]) == ("30000", "1")  # as with max_capital: whom the bound leaves out
    exported = b"".join(three.get("/projects/export.csv?f=agreed_capital:le:5").streaming_content).decode()
    assert ("乙" in exported, "万达集团" in exported) == (True, False)


def test_text_in_a_park_is_looked_for_in_the_name_that_the_page_shows(three: Client) -> None:
    make_project("综保", park="comprehensive-bonded-zone")
    for text in ("综保区", "综合保税"):  # 江津综保区, 江津综合保税区
        assert listed(three, f"f=park:has:{text}") == ["综保"]
