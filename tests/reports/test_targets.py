"""Targets of a year: pace at its edges, who is behind, what lies behind each figure, who may set them."""

from __future__ import annotations

import datetime
import html
import io
import json
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, User
from jiangjin.lib.typedgrid import SomeWrong
from parks.models import Park
from projects.models import Project
from projects.periods import Period
from reports.asked import Asked
from reports.integrity import targets_have_their_places
from reports.models import Target
from reports.monthly.asked import Month
from reports.monthly.overview import overview
from reports.reached import Reached
from reports.standings import Standing, in_order, ranks_of
from reports.target_grids import Progress
from reports.target_writing import Sent, cell_name, set_targets
from reports.targetmodels import TargetMeasure
from reports.targets import pace, targets_of
from tests.builders import make_project, make_user
from tests.reports.pages import assert_opens_its_rows, figure_links

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
DAY = datetime.date(2020, 6, 30)
PAGE = "/reports/targets/?year=2020&as_of=2020-06-30"
EDIT = "/reports/targets/edit/?year=2020"


def target(scope: str, key: str, measure: str, value: str, year: int = 2020) -> Target:
    return Target.objects.create(year=year, scope=scope, key=key, measure=measure, value=Decimal(value))


def fill() -> None:
    """Half a year: three parks, one inside another, one project without a park, one increase, one later signing."""
    make_project("双福一", park="shuangfu", cluster="equipment", agreed="10", signed="2020-02-01", lead_unit="商务委")
    make_project(
        "双福二",
        park="shuangfu",
        agreed="5",
        signed="2019-05-01",
        increases=[("2", "2020-05-01")],
        reached={"started": "2020-03", "production": "2020"},
        arrivals={"2020-03": "700", "2020-07": "300"},
        official=("毛平", "区长"),
    )
    make_project("珞璜", park="luohuang", agreed="4", signed="2020-03-01", reached={"started": "2020-06-30"})
    make_project("园中园", park="luohuang-smart-home", agreed="1", signed="2020-04", reached={"registered": None})
    make_project("没有园区", agreed="3", signed="2020-05-05")
    make_project("下半年", park="degan", agreed="50", signed="2020-09-01")


def progress(measure: str = "agreed", day: datetime.date = DAY) -> dict[str, list[list[Any]]]:
    """The tables as their values, by code."""
    made = Progress(Project.objects.counted(), Asked(day.year, day, day))
    return {
        grid.code: [[str(row.cells[0].value), *(cell.value for cell in row.cells[1:])] for row in grid.rows]
        for grid in made.grids(TargetMeasure(measure))
    }


@pytest.mark.parametrize(
    ("year", "day", "gone"),
    [
        (2020, "2020-01-01", Decimal(1) / 366),
        (2021, "2021-01-01", Decimal(1) / 365),
        (2020, "2020-02-29", Decimal(60) / 366),
        (2021, "2021-12-30", Decimal(364) / 365),
        (2020, "2020-12-31", Decimal(1)),
        (2021, "2021-12-31", Decimal(1)),
        (2020, "2019-12-31", Decimal(0)),
        (2020, "2021-01-01", Decimal(1)),
        (2000, "2000-12-30", Decimal(365) / 366),
        (1900, "1900-12-31", Decimal(1)),
    ],
)
def test_the_part_of_the_year_that_is_gone(year: int, day: str, gone: Decimal) -> None:
    assert pace(year, datetime.date.fromisoformat(day)) == gone


def test_targets_are_of_their_year_and_who_has_none_is_not_in_it() -> None:
    target("park", "shuangfu", "agreed", "100000")
    target("district", "", "projects", "0")
    target("park", "shuangfu", "agreed", "1", year=2021)
    assert targets_of(2020) == {
        ("park", "shuangfu", "agreed"): Decimal(100000),
        ("district", "", "projects"): Decimal(0),
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": "park", "key": "shuangfu", "value": -1},
        {"scope": "district", "key": "shuangfu", "value": 1},
        {"scope": "park", "key": "", "value": 1},
    ],
)
def test_what_is_no_target_is_not_stored(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        Target.objects.create(year=2020, measure="agreed", **fields)


def test_who_is_furthest_behind_stands_first_and_who_has_no_target_is_not_ranked() -> None:
    gone = Decimal("0.5")
    rows = [
        Standing("a", "甲", 100, 60, gone),
        Standing("b", "乙", None, 500, gone),
        Standing("none", "", None, 7, gone),
        Standing("c", "丙", 100, 10, gone),
        Standing("d", "丁", 50, 30, gone),
        Standing("e", "戊", 0, 3, gone),
        Standing("f", "己", 10, None, gone),
    ]
    assert [row.code for row in in_order(rows)] == ["c", "a", "d", "e", "f", "b", "none"]
    assert ranks_of(rows) == {"a": 1, "d": 1, "c": 3}
    assert [row.gap for row in rows[:2]] == [Decimal("0.1"), None]
    assert rows[0].left == 40
    assert Standing("g", "", 10, 12, gone).left == 0


def test_progress_of_half_a_year() -> None:
    fill()
    for key, value in (("shuangfu", 300_000), ("luohuang", 40_000), ("luohuang-smart-home", 100_000)):
        target("park", key, "agreed", str(value))
    target("district", "", "agreed", "400000")
    half = Decimal(182) / 366
    parks = {row[0]: row[1:] for row in progress()["park"]}
    # Increases of this year count, a park inside another counts in it, what lies after the day does not.
    assert parks["双福"][:3] == [2, Decimal(300_000), Decimal(120_000)]
    assert parks["双福"][3:] == [Decimal("0.4"), half, Decimal("0.4") - half, Decimal(180_000)]
    assert parks["珞璜"][:4] == [1, Decimal(40_000), Decimal(50_000), Decimal("1.25")]
    assert parks["珞璜智能家居"][:4] == [None, Decimal(100_000), Decimal(10_000), Decimal("0.1")]
    assert parks["德感"][:4] == [None, None, Decimal(0), None]
    names = [row[0] for row in progress()["park"]]
    assert names[:3] == ["双福", "珞璜", "珞璜智能家居"]
    assert names[-1] == list(parks)[-1]
    # Parts add up to the whole, the unknown included.
    inside = {"珞璜智能家居", names[-1]}
    assert sum(row[2] for name, row in parks.items() if name not in inside) == parks[names[-1]][2] == Decimal(200_000)


def test_a_year_that_has_not_begun_and_one_that_is_over() -> None:
    fill()
    target("park", "shuangfu", "agreed", "300000")
    before = progress(day=datetime.date(2020, 1, 1))["park"]
    assert before[0][0] == "双福"
    assert before[0][3:6] == [Decimal(0), Decimal(0), Decimal(1) / 366]
    whole = Progress(Project.objects.counted(), Asked(2020, None, datetime.date(2026, 5, 5)))
    assert whole.gone == 1


def test_the_targets_of_parks_are_compared_with_the_districts(client: Client) -> None:
    fill()
    target("park", "shuangfu", "agreed", "300000")
    target("park", "luohuang-smart-home", "agreed", "50000")
    made = Progress(Project.objects.counted(), Asked(2020, DAY, DAY))
    notes = {grid.code: grid.notes for grid in made.grids(TargetMeasure.AGREED)}
    assert "35.00" in notes["park"][0]
    target("district", "", "agreed", "400000")
    client.force_login(make_user("leader", role="leader"))
    page = client.get(PAGE).content.decode()
    assert "35.00 亿元" in page
    assert "少 5.00 亿元" in page


def test_each_measure_is_what_table_1_of_the_monthly_report_says() -> None:
    fill()
    month = Month(Period(2020, month=6), DAY, Project.objects.counted())
    table = [row.cells[2].value for row in overview(month).rows]
    found = Reached(Project.objects.counted(), Period(2020), DAY).of(TargetMeasure)
    counted = [measure for measure in TargetMeasure if not measure.is_typed]
    assert [found[measure].get("", 0) for measure in counted] == table
    for scope in ("park", "cluster", "department", "official"):
        parts = Reached(Project.objects.counted(), Period(2020), DAY).of(TargetMeasure, scope)
        for measure in counted:
            numbers = [number for number in parts[measure].values() if number is not None]
            assert sum(numbers) == (found[measure].get("", 0) or 0), (scope, measure)


@pytest.mark.parametrize("measure", [one.value for one in TargetMeasure])
def test_every_figure_opens_its_rows(client: Client, measure: str) -> None:
    fill()
    target("department", "商务委", measure, "10000")
    target("official", "毛平", measure, "10000")
    client.force_login(make_user("leader", role="leader"))
    links = figure_links(client, f"{PAGE}&measure={measure}")
    assert len(links) >= 4
    for link in links:
        assert "as_of=2020-06-30" in link.href
        assert_opens_its_rows(client, link)


def test_as_many_queries_however_many_people() -> None:
    fill()
    made = Progress(Project.objects.counted(), Asked(2020, DAY, DAY))
    with CaptureQueriesContext(connection) as few:
        made.grids(TargetMeasure.AGREED)
    for number in range(5):
        make_project(agreed="1", lead_unit=f"单位{number}", official=(f"某{number}", "区长"), park="degan")
        target("department", f"单位{number}", "agreed", "1")
    made = Progress(Project.objects.counted(), Asked(2020, DAY, DAY))
    with CaptureQueriesContext(connection) as many:
        made.grids(TargetMeasure.AGREED)
    assert len(many) == len(few)


def test_who_sees_own_parks_sees_no_target_beside_figures_that_it_sees_half_of(client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    fill()
    target("district", "", "agreed", "400000")
    target("park", "shuangfu", "agreed", "300000")
    target("park", "luohuang", "agreed", "200000")
    client.force_login(make_user("own", role="recorder", parks=["luohuang"]))
    answer = client.get(PAGE)
    (grid,) = answer.context["grids"]
    assert [row.cells[1].value for row in grid.rows] == [None] * len(grid.rows)  # of one park alone: no rank
    page = answer.content.decode()
    assert "20.00" in page
    assert "40.00" not in page
    assert "30.00" not in page


def test_the_file_says_what_the_page_says_and_is_written_down(client: Client) -> None:
    fill()
    target("park", "shuangfu", "agreed", "300000")
    client.force_login(make_user("leader", role="leader"))
    answer = client.get(PAGE.replace("/?", "/export.xlsx?"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = {row[0]: row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)}
    assert [round(value, 4) for value in rows["双福"][2:5]] == [30, 12, 0.4]
    assert rows["德感"][2] is None  # not filled in, not zero
    assert AuditEvent.objects.filter(action="export").count() == 1
    User.objects.update(may_export=False)
    assert client.get(PAGE.replace("/?", "/export.csv?")).status_code == 403


# --- Setting them.


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def shown(client: Client, url: str = EDIT) -> dict[str, str]:
    """What a browser would send back of the page."""
    page = client.get(url).content.decode()
    found = re.findall(r'<input class="form-control form-control-sm" name="(t\.[^"]+)" value="([^"]*)"', page)
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was
    return {**dict(found), "was": html.unescape(was.group(1))}


def box(scope: str, key: str, measure: str) -> str:
    return cell_name((scope, key, measure))


@pytest.mark.parametrize(
    ("role", "everywhere", "status"),
    [
        ("admin", True, 200),
        ("manager", True, 200),
        ("manager", False, 403),
        ("recorder", True, 403),
        ("leader", True, 403),
        ("auditor", True, 403),
    ],
)
def test_managers_of_the_whole_district_set_them(client: Client, role: str, everywhere: bool, status: int) -> None:
    parks = [] if everywhere else ["shuangfu"]
    client.force_login(make_user("somebody", role=role, all_parks=everywhere, parks=parks))
    for url in (EDIT, "/reports/plan/actual/"):
        assert client.get(url).status_code == status
        assert client.post(url, {}).status_code in ({403} if status == 403 else {302, 422})
    page = client.get(PAGE).content.decode()
    assert ("/reports/targets/edit/" in page) == (status == 200)


def test_targets_are_set_corrected_and_emptied_with_their_history(manager: Client) -> None:
    target("park", "degan", "projects", "7")
    target("park", "degan", "agreed", "120000")
    page = shown(manager)
    assert page[box("park", "degan", "projects")] == "7"
    assert page[box("park", "degan", "agreed")] == "12"
    sent = {
        box("district", "", "agreed"): "1,036",
        box("park", "shuangfu", "arrived"): "5000万",
        box("park", "degan", "projects"): "",
        box("park", "degan", "agreed"): "12.5",
        box("park", "luohuang", "projects"): "0",
    }
    assert manager.post(EDIT, page | sent).status_code == 302
    assert targets_of(2020) == {
        ("district", "", "agreed"): Decimal(10_360_000),
        ("park", "shuangfu", "arrived"): Decimal(5000),
        ("park", "degan", "agreed"): Decimal(125_000),
        ("park", "luohuang", "projects"): Decimal(0),
    }
    kinds = Target.history.order_by("history_id").values_list("history_type", "key", "history_user__username")
    assert sorted(kinds[2:]) == [
        ("+", "", "manager"),
        ("+", "luohuang", "manager"),
        ("+", "shuangfu", "manager"),
        ("-", "degan", "manager"),
        ("~", "degan", "manager"),
    ]


@pytest.mark.parametrize("measure", ["agreed", "projects"])
def test_a_negative_target_is_told_what_a_target_is(manager: Client, measure: str) -> None:
    name = cell_name(("district", "", measure))
    for text in ("-5", "-5亿", "负5") if measure == "agreed" else ("-5",):
        said = manager.post(EDIT, {name: text, "was": "{}"})
        html = said.content.decode()
        assert said.status_code == 422
        assert "目标不能是负数。请填要达到的数，例：1036。" in html, text
        assert "减资" not in html
    assert not Target.objects.exists()


def test_one_wrong_cell_and_nothing_is_saved(manager: Client) -> None:
    sent = {
        box("park", "shuangfu", "agreed"): "5-8",
        box("park", "degan", "agreed"): "-3",
        box("park", "degan", "projects"): "2.5",
        box("park", "luohuang", "projects"): "9",
    }
    answer = manager.post(EDIT, shown(manager) | sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Target.objects.exists()
    assert page.count('aria-invalid="true"') == 3
    assert 'value="9"' in page
    assert 'value="5-8"' in page


def test_what_somebody_else_set_meanwhile_is_shown_not_overwritten(manager: Client) -> None:
    target("park", "degan", "projects", "7")
    page = shown(manager)
    Target.objects.update(value=8)
    mine = {box("park", "degan", "projects"): "9", box("park", "shuangfu", "projects"): "3"}
    answer = manager.post(EDIT, page | mine)
    assert answer.status_code == 409
    assert "8" in re.findall(r'title="([^"]*)"', answer.content.decode())[0]
    assert targets_of(2020) == {("park", "degan", "projects"): Decimal(8)}
    was = re.search(r'name="was" value="([^"]*)"', answer.content.decode())
    assert was
    # Who saw it and sends once more means it.
    assert manager.post(EDIT, mine | {"was": html.unescape(was.group(1))}).status_code == 302
    assert targets_of(2020)["park", "degan", "projects"] == 9


def test_two_who_set_the_same_target_first_at_once() -> None:
    user = make_user("manager", role="manager", all_parks=True)
    place = ("park", "degan", "projects")
    set_targets(year=2020, sent=Sent(changes={place: Decimal(3)}, was={place: ""}), user=user)
    late = Sent(changes={place: Decimal(4)}, was={place: ""})
    with pytest.raises(SomeWrong):
        set_targets(year=2020, sent=late, user=user)
    assert late.is_outdated
    assert targets_of(2020) == {place: Decimal(3)}


def test_lead_units_and_officials_by_name_also_before_their_first_project(manager: Client) -> None:
    make_project(lead_unit="商务委", official=("毛平", "区长"))
    url = f"{EDIT}&scope=department&more=经信委"
    page = shown(manager, url)
    assert box("department", "商务委", "agreed") in page
    assert manager.post(url, page | {box("department", "经信委", "agreed"): "3"}).status_code == 302
    assert box("department", "经信委", "agreed") in shown(manager, f"{EDIT}&scope=department")
    assert box("official", "毛平", "projects") in shown(manager, f"{EDIT}&scope=official")


@pytest.mark.parametrize(
    "name",
    [
        "t.park.agreed.nowhere",
        "t.cluster.agreed.shuangfu",
        "t.district.agreed.shuangfu",
        "t.department.agreed.",
        "t.department.agreed. 商务委",
        "t.official.agreed." + "长" * 101,
    ],
)
def test_a_place_that_is_none_is_refused(manager: Client, name: str) -> None:
    assert manager.post(EDIT, {"was": json.dumps({}), name: "3"}).status_code == 422
    assert not Target.objects.exists()


def test_what_is_no_cell_of_the_grid_is_passed_over(manager: Client) -> None:
    sent = {"was": "[]", "t.park.nothing.shuangfu": "3", "t.nobody.agreed.shuangfu": "3", "x": "3"}
    assert manager.post(EDIT, sent).status_code == 302
    assert not Target.objects.exists()


def test_the_monthly_report_reads_them() -> None:
    fill()
    target("district", "", "projects", "10")
    target("district", "", "agreed", "400000")
    rows = overview(Month(Period(2020, month=6), DAY, Project.objects.counted())).rows
    assert [cell.value for cell in rows[0].cells[6:8]] == [10, Decimal("0.4")]
    assert [cell.value for cell in rows[1].cells[6:8]] == [Decimal(400_000), Decimal("0.5")]
    assert isinstance(rows[0].cells[6].value, int)  # a number of projects is no amount


def test_a_target_of_a_park_whose_code_changed_is_found_by_check_data() -> None:
    target("park", "shuangfu", "agreed", "1")
    assert list(targets_have_their_places()) == []
    Park.objects.filter(code="shuangfu").update(code="shuangfu-new")
    assert len(list(targets_have_their_places())) == 1


def test_the_page_of_an_empty_register(client: Client) -> None:
    client.force_login(make_user("leader", role="leader"))
    page = client.get("/reports/targets/?year=2031&measure=nonsense")
    assert not page.context["has_targets"]
    assert any("nonsense" in sentence for sentence in page.context["passed_over"])
    district = {row.cells[0].value: [cell.value for cell in row.cells[1:]] for row in page.context["grids"][0].rows}
    assert len(district) == len(TargetMeasure)
    done = [values[1] for values in district.values()]
    assert done == [0] * (len(TargetMeasure) - 2) + [None, None]  # nothing was signed; nobody typed in the others
