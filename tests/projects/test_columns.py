"""The columns of the list: every one of them shown, sorted by, asked for; chosen and moved by whoever looks."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiangjin.lib.dates import PartialDay
from projects import columns, fetching
from projects.columnplaces import Asked
from projects.models import Note, Project
from projects.periods import Period
from tests.builders import make_investor, make_project, make_user
from tests.projects.test_project_list import listed, names_in

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2020, 12, 31)
ASKED_LATER = re.compile(r'WHERE "projects_(project|investor)"\."id" = \d')


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


@pytest.fixture
def full(vocabulary: None) -> Project:
    """A project of which much is known."""
    make_investor("四川和邦集团", honours=["china_500", "listed"], type="private", origin="四川")
    project = make_project(
        "光伏基地",
        park="luohuang",
        cluster="equipment",
        agreed="20",
        increases=[("42", "2020-11-02")],
        signed="2019-06",
        investor="四川和邦集团",
        joint=["参投厂"],
        planned={"started": "2021-01", "production": "2022"},
        reached={"registered": "2019-08-01"},
        arrivals={"2019-09": "1000", "2020-09": "64000"},
        official=("毛平", "区长"),
        land_area=Decimal(100),
        expected_tax=Decimal(500),
        capital_origin="domestic",
    )
    Note.objects.create(project=project, kind="problems", text="缺水")
    return project


def row(project: Project) -> dict[str, object]:
    found = fetching.fetched(Project.objects.filter(pk=project.pk), columns.ALL, Asked(Period(2020), TODAY)).get()
    return {column.key: column.value(found) for column in columns.ALL}


def test_values_are_typed_and_unknown_is_none(full: Project) -> None:
    values = row(full)
    assert values["agreed_capital"] == Decimal(620000)
    assert values["added_capital"] == values["agreed_year"] == Decimal(420000)
    assert (values["arrived_capital"], values["arrived_year"]) == (Decimal(65000), Decimal(64000))
    assert values["arrival_rate"] == Decimal(65000) / Decimal(620000)
    assert values["investment_per_mu"] == Decimal(6200)
    assert values["tax_per_mu"] == Decimal(5)
    assert values["signed_on"] == PartialDay(2019, 6)
    assert (values["planned_start"], values["registered_on"]) == (PartialDay(2021, 1), PartialDay(2019, 8, 1))
    assert (values["next_planned_on"], values["days_left"]) == (PartialDay(2021, 1), 31)
    assert (values["investor"], values["joint_investors"]) == ("四川和邦集团", "参投厂")
    assert (values["park"], values["lead_official"], values["problems"]) == ("珞璜", "毛平", "缺水")
    for key in ("chain", "credit_code", "output_per_mu", "started_on", "arrived_foreign", "next_step", "remarks"):
        assert values[key] is None


def test_every_column_is_shown_sorted_and_asked(manager: Client, full: Project) -> None:
    make_project("什么都不知道", agreed=None, signed=None, investor=None)
    rows = {project.name: row(project) for project in Project.objects.all()}
    for column in columns.ALL:
        shown = f"columns=name,{column.key}"
        backwards = f"&sort=-{column.sort}" if column.sort else ""
        with CaptureQueriesContext(connection) as queries:
            html = manager.get(f"/projects/?{shown}{backwards}").content.decode()
        assert len(names_in(html)) == 2, column.key
        # Nothing that a row says was left behind and asked for row by row.
        assert not [query["sql"] for query in queries if ASKED_LATER.search(query["sql"])], column.key
        assert html.count('<th scope="col"') == (2 if column.key == "name" else 3), column.key  # one ticks rows
        if column.sort:
            assert len(listed(manager, f"{shown}&sort={column.sort}")) == 2, column.sort
        # What the database calls empty is what the page shows as nothing.
        asked = Asked(Period(2020), TODAY)
        found = column.place.annotated(Project.objects.all(), asked).filter(column.place.empty(asked))
        empty = {project.name for project in found}
        assert empty == {name for name, values in rows.items() if values[column.key] is None}, column.key


def test_columns_are_shown_in_their_order_and_the_name_is_always_there(manager: Client, full: Project) -> None:
    html = manager.get("/projects/?columns=arrival_rate,park,nowhere").content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html)
    assert heads[-3:] == ["项目名称", "到位率（%）", "园区"]
    assert "nowhere" in html  # said, and the list stays
    assert names_in(html) == ["光伏基地"]


def test_the_chooser_moves_a_column_and_forgets_the_default_order() -> None:
    from projects.columnchoice import arranged

    moved = arranged(QueryDict("columns=name&columns=park&columns=code&move=code:up&year=2020"))
    assert moved["columns"] == "name,code,park"
    assert moved["year"] == "2020"
    assert "move" not in moved
    default = ",".join(column.key for column in columns.DEFAULT)
    assert "columns" not in arranged(QueryDict(f"columns={default}"))
    assert arranged(QueryDict("columns=name&columns=park&move=name:up"))["columns"] == "name,park"
    assert arranged(QueryDict("columns=name&columns=park&move=../x:up"))["columns"] == "name,park"


def test_without_scripts_the_chooser_comes_back_with_one_address(manager: Client, full: Project) -> None:
    response = manager.get("/projects/?columns=name&columns=park&move=park:up")
    assert (response.status_code, response["Location"]) == (302, "/projects/?columns=park%2Cname")
    moved = manager.get("/projects/?columns=name&columns=park&move=park:up", headers={"HX-Request": "true"})
    assert moved["HX-Push-Url"] == "/projects/?columns=park%2Cname"
    assert 'id="column-choices" hx-swap-oob="true"' in moved.content.decode()


@pytest.mark.parametrize("shown", [columns.DEFAULT, columns.ALL])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    manager: Client, vocabulary: None, shown: list[columns.Column]
) -> None:
    counted = []
    keys = ",".join(column.key for column in shown)
    for rows in (3, 25):
        while Project.objects.count() < rows:
            make_project(
                park="shuangfu", cluster="equipment", agreed="1", joint=["参投厂"], planned={"started": "2021"},
                official=("毛平", "区长"),
            )  # fmt: skip
        manager.get("/projects/")
        with CaptureQueriesContext(connection) as queries:
            manager.get(f"/projects/?columns={keys}")
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[1] <= 18


def test_sorting_by_computed_columns_keeps_the_unknown_last(manager: Client) -> None:
    make_project("多", agreed="10", arrivals={"2020-09": "50000"})
    make_project("少", agreed="10", arrivals={"2020-09": "10000"})
    make_project("未知", agreed=None)
    assert listed(manager, "sort=-arrival_rate") == ["多", "少", "未知"]
    assert listed(manager, "sort=arrival_rate") == ["少", "多", "未知"]
    assert listed(manager, "year=2020&sort=arrived_year")[0] == "少"
