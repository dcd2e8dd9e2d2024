"""While a new project is typed: likely duplicates, and nothing of what the account may not see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from tests.builders import make_project, make_user
from tests.projects.typed import create

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
URL = "/projects/similar/"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def found(client: Client, name: str, *investors: str) -> list[str]:
    sent = {f"investors-{number}-name": investor for number, investor in enumerate(investors)}
    response = client.get(URL, {"name": name, **sent})
    assert response.status_code == 200
    return [project.name for project in response.context["similar"].projects]


def test_like_names_are_shown_with_what_tells_them_apart(manager: Client) -> None:
    project = make_project("和邦10GW光伏组件生产基地", park="luohuang", agreed="62", signed="2020-03")
    make_project("万达广场", agreed="50")
    for name in (
        "和邦10GW光伏组件生产基地项目",
        "江津区和邦10GW光伏组件生产基地",
        "和邦12GW光伏组件生产基地",
        "光伏组件生产基地",
    ):
        assert found(manager, name) == [project.name], name
    for name in ("", "和", "项目", "智能制造产业园", "\x00", "%", "__"):
        assert found(manager, name) == [], name
    html = manager.get(URL, {"name": project.name}).content.decode()
    for text in (project.get_absolute_url(), project.code, "珞璜", "62.00 亿元", "2020"):
        assert text in html
    assert found(manager, "光" * 5000) == []


def test_the_same_investor_makes_less_likeness_enough(manager: Client) -> None:
    make_project("新能源汽车电池一期", investor="四川和邦集团", agreed="2")
    assert found(manager, "汽车电池二期工程") == []
    assert found(manager, "汽车电池二期工程", "别的公司") == []
    assert found(manager, "汽车电池二期工程", "", " 四川和邦集团 ") == ["新能源汽车电池一期"]
    assert manager.get(URL, {"name": "汽车电池二期工程", "investor": "四川和邦集团"}).context["similar"].projects


def amounts(*rows: tuple[str, str]) -> dict[str, str]:
    sent = {"commitments-TOTAL_FORMS": str(len(rows)), "commitments-INITIAL_FORMS": "1"}
    for number, (kind, amount) in enumerate(rows):
        sent |= {f"commitments-{number}-kind": kind, f"commitments-{number}-amount": amount}
    return sent


def test_one_investor_and_nearly_the_amount_are_enough_whatever_the_name(manager: Client) -> None:
    project = make_project("新能源汽车电池一期", investor="四川和邦集团", agreed="62")
    make_project("别的", investor="四川和邦集团", agreed="30")
    make_project("又一个", investor="别的公司", agreed="62")
    typed = {"name": "零碳产业园", "investors-0-name": "四川和邦集团"}
    for rows in (
        [("initial", "62")],
        [("initial", "56.1亿")],
        [("initial", "660,000万元")],
        [("initial", "50"), ("increase", "20"), ("reduction", "5")],
        [("initial", "62"), ("increase", ""), ("increase", "看不懂")],
    ):
        response = manager.get(URL, typed | amounts(*rows))
        similar = response.context["similar"]
        assert (similar.projects, similar.like_deals) == ([project], {project.pk}), rows
        assert "62.00 亿元 · 投资方相同，金额相差不到 10%" in response.content.decode()
        assert manager.get(URL, {**typed, "name": "", **amounts(*rows)}).context["similar"].projects == [project]
    for rows in ([("initial", "50")], [("initial", "")], [("initial", "不知道")], [("x", "62")], [("initial", "-62")]):
        assert manager.get(URL, typed | amounts(*rows)).context["similar"].projects == [], rows
    assert manager.get(URL, {"name": "零碳产业园", **amounts(("initial", "62"))}).context["similar"].projects == []
    removed = {"commitments-0-DELETE": "on"}
    assert manager.get(URL, typed | amounts(("initial", "62")) | removed).context["similar"].projects == []
    # Like names come first; of them one says why it is shown as well.
    make_project("零碳产业园一期", investor="四川和邦集团", agreed="5")
    names = [one.name for one in manager.get(URL, typed | amounts(("initial", "62"))).context["similar"].projects]
    assert names == ["零碳产业园一期", "新能源汽车电池一期"]


def test_at_most_five_the_nearest_first_and_none_that_is_voided(manager: Client) -> None:
    for number in range(9):
        make_project(f"智能工厂产业园{number}号", agreed="1")
    make_project("智能工厂产业园", agreed="1", voided="重复")
    names = found(manager, "智能工厂产业园7号")
    assert len(names) == 5
    assert names[0] == "智能工厂产业园7号"


def test_of_other_parks_only_that_there_is_one(client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    other = make_project("和邦光伏组件生产基地", park="degan", agreed="62", investor="四川和邦集团")
    mine = make_project("和邦光伏组件生产基地二期", park="shuangfu", agreed="3")
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    response = client.get(URL, {"name": other.name})
    similar = response.context["similar"]
    assert (similar.projects, similar.hidden) == ([mine], True)
    html = response.content.decode()
    for detail in (other.code, "62", "德感", "四川", other.get_absolute_url()):
        assert detail not in html
    # A few letters, or a known investor, find nothing out.
    for name, investor in (
        ("光伏组件", ""),
        ("和邦光伏", ""),
        ("和邦", "四川和邦集团"),
        ("光伏组件基地", "四川和邦集团"),
        ("", "四川和邦集团"),
    ):
        sent = {"name": name, "investor": investor, **amounts(("initial", "62"))}
        similar = client.get(URL, sent).context["similar"]
        assert (set(similar.projects) <= {mine}, similar.hidden, similar.like_deals) == (True, False, set()), name
    settings.RECORDERS_SEE_OWN_PARKS = False
    similar = client.get(URL, {"name": other.name}).context["similar"]
    assert ({project.pk for project in similar.projects}, similar.hidden) == ({mine.pk, other.pk}, False)


@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_who_writes_nothing_has_no_use_for_it(client: Client, role: str) -> None:
    client.force_login(make_user(role, role=role))
    assert client.get(URL, {"name": "甲"}).status_code == 403


def test_the_form_asks_for_it_and_saving_is_never_stopped(manager: Client) -> None:
    project = make_project("和邦光伏组件生产基地", agreed="62")
    html = manager.get("/projects/new/").content.decode()
    assert f'hx-get="{URL}"' in html
    assert "#commitments [name]" in html
    assert 'aria-live="polite"' in html
    assert URL not in manager.get(f"{project.get_absolute_url()}edit/").content.decode()
    assert create(manager, name=project.name).status_code == 302
    assert Project.objects.filter(name=project.name).count() == 2
    # The address is not a project's number.
    assert create(manager, name="丙", code="similar").status_code == 422


def test_the_number_of_queries_does_not_grow(manager: Client) -> None:
    counted = set()
    manager.get(URL, {"name": "智能"})
    for number in (1, 30):
        for index in range(number):
            make_project(f"智能工厂{number}{index}", agreed="1", park="shuangfu", investor=f"公司{number}{index}")
        with CaptureQueriesContext(connection) as queries:
            manager.get(URL, {"name": "智能工厂11", "investor": "公司10"})
        counted.add(len(queries))
    assert len(counted) == 1
