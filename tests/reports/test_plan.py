"""The plan to 2025: its path, what was reached, behind or ahead, figures typed in."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from projects.models import Project
from reports.actuals import actuals_of
from reports.asked import Asked
from reports.models import PublishedFigure, Target, TargetActual
from reports.plan import Plan, plans_as_of
from reports.planchart import chart_of
from reports.target_grids import Progress
from reports.targetmodels import TargetMeasure
from tests.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
PAGE = "/reports/plan/?as_of=2022-12-31"
ACTUAL = "/reports/plan/actual/"


def actual(measure: str, day: str, value: str, **fields: Any) -> TargetActual:
    return TargetActual.objects.create(
        scope="district", measure=measure, day=datetime.date.fromisoformat(day), value=Decimal(value), **fields
    )


def plans(day: str = "2022-12-31") -> tuple[Plan, Plan]:
    firms, output = plans_as_of(datetime.date.fromisoformat(day))
    return firms, output


def test_the_path_to_2025_from_what_was_published() -> None:
    firms, output = plans()
    assert [firms.required(year) for year in firms.years] == [460, 484, 508, 532, 556, 580]
    assert output.required(2020) == Decimal(13_570_000)
    assert output.required(2025) == Decimal(20_000_000)
    assert output.required(2021) == Decimal(14_856_000)
    assert firms.needed_a_year == 24
    assert firms.ahead == 0


def test_ahead_and_behind_with_figures_typed_in() -> None:
    actual("firms_above_designated_size", "2021-12-31", "500")
    actual("firms_above_designated_size", "2022-06-30", "490")
    actual("industrial_output", "2021-12-31", "14000000")
    actual("industrial_output", "2022-06-30", "9000000")
    firms, output = plans()
    # A number of firms is compared on any day, output of half a year with nothing.
    assert firms.latest.day == datetime.date(2022, 6, 30)
    assert firms.ahead == 490 - 496
    assert output.latest.value == Decimal(14_000_000)
    assert output.ahead == Decimal(-856_000)
    assert output.needed_a_year == Decimal(1_500_000)
    early, __ = plans("2021-12-31")
    assert early.ahead == 16  # later figures are not known yet


def test_what_is_typed_in_stands_for_what_was_published() -> None:
    actual("firms_above_designated_size", "2020-12-31", "470", source="统计局")
    firms, __ = plans()
    assert (firms.begin.value, firms.target) == (470, 580)
    assert firms.required(2021) == 492


def test_a_target_of_a_year_stands_beside_the_plan_and_does_not_replace_it(client: Client) -> None:
    for year, value in ((2021, 490), (2025, 620), (2026, 700)):
        Target.objects.create(year=year, scope="district", measure="firms_above_designated_size", value=value)
    firms, output = plans()
    assert (firms.begin.day.year, firms.end, firms.target, output.target) == (2020, 2025, 580, 20_000_000)
    client.force_login(make_user("leader", role="leader"))
    grid = client.get(PAGE).context["plans"][0][2]
    assert [column.key for column in grid.columns[1:3]] == ["required", "target"]
    assert [row.cells[1].value for row in grid.rows] == [460, 484, 508, 532, 556, 580]
    assert [row.cells[2].value for row in grid.rows] == [None, 490, None, None, None, 620]


def test_without_a_beginning_or_an_end_there_is_no_plan() -> None:
    assert plans_as_of(datetime.date(2019, 12, 31)) == []
    PublishedFigure.objects.filter(measure__startswith="target_").delete()
    assert plans_as_of(datetime.date(2022, 12, 31)) == []


def test_published_figures_that_are_no_numbers_are_passed_over() -> None:
    PublishedFigure.objects.filter(period="2020", measure="industrial_output", scope="district").update(value="一千多")
    assert ("district", "", "industrial_output") not in actuals_of()
    assert [plan.measure for plan in plans_as_of(datetime.date(2022, 12, 31))] == [TargetMeasure.FIRMS]


def test_the_chart_draws_what_can_be_compared() -> None:
    actual("industrial_output", "2021-12-31", "25000000")
    actual("industrial_output", "2022-06-30", "9000000")
    __, output = plans()
    chart = chart_of(output)
    assert [mark.label for mark in chart.marks] == ["1,357", "2,500"]
    assert [tick.label for tick in chart.years] == ["2020", "2021", "2022", "2023", "2024", "2025"]
    assert all(chart.top <= Decimal(mark.y) <= chart.bottom for mark in chart.marks)


def test_page_and_file_say_the_same(client: Client) -> None:
    actual("firms_above_designated_size", "2021-12-31", "480", source="统计局")
    client.force_login(make_user("leader", role="leader"))
    page = client.get(PAGE).content.decode()
    assert page.count('<svg class="step-chart') == 2
    assert "style=" not in page.replace('"font-style=', "")
    assert "欠进度 4 家" in page
    assert ACTUAL not in page  # only to be looked at
    answer = client.get(PAGE.replace("/?", "/export.xlsx?"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = {row[0]: row for row in book.worksheets[0].iter_rows(values_only=True)}
    assert list(rows["2021"][1:5]) == [484, None, 480, -4]
    assert rows["2022"][3] is None


def test_progress_of_a_year_takes_them() -> None:
    Target.objects.create(year=2020, scope="district", measure="industrial_output", value=Decimal(13_000_000))
    Target.objects.create(year=2020, scope="district", measure="firms_above_designated_size", value=500)
    for day, done in (("2020-12-31", Decimal(13_570_000)), ("2020-06-30", None)):
        when = datetime.date.fromisoformat(day)
        district = Progress(Project.objects.counted(), Asked(2020, when, when)).grids(TargetMeasure.AGREED)[0]
        firms, output = district.rows[-2:]
        assert output.cells[2].value == done
        assert firms.cells[5].value is None  # a stock is not behind the year
        assert firms.cells[2].value == (460 if done else None)


# --- Typing in.


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def typed(value: str, day: str = "2021-12-31", was: str = "", **more: str) -> dict[str, str]:
    return {
        "measure": "industrial_output",
        "place": "district:",
        "day": day,
        "value": value,
        "source": "统计局",
        "was": was,
    } | more


def test_a_figure_is_typed_in_corrected_and_taken_out(manager: Client) -> None:
    assert manager.post(ACTUAL, typed("1400.5")).status_code == 302
    row = TargetActual.objects.get()
    assert (row.value, row.day) == (Decimal(14_005_000), datetime.date(2021, 12, 31))
    link = f"{ACTUAL}?measure=industrial_output&place=district:&day=2021-12-31"
    page = manager.get(link).content.decode()
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was
    assert 'value="1400.5"' in page
    assert manager.post(link, typed("1401", was=was.group(1))).status_code == 302
    assert manager.post(link, typed("", was="1401|统计局")).status_code == 302
    assert not TargetActual.objects.exists()
    kinds = TargetActual.history.order_by("history_id").values_list("history_type", "history_user__username")
    assert list(kinds) == [("+", "manager"), ("~", "manager"), ("-", "manager")]


def test_a_figure_is_of_a_whole_day_and_the_page_says_nothing_else(manager: Client) -> None:
    for day in ("abc", "2020-06", "2020"):
        page = manager.post(ACTUAL, typed("1400.5", day=day))
        assert page.status_code == 422
        (said,) = page.context["form"].errors["day"]
        assert "2020-06-30" in said
        assert "2020-06 " not in said


def test_a_figure_whose_day_was_wrong_is_moved_and_nobody_is_said_to_have_taken_it_out(manager: Client) -> None:
    actual("industrial_output", "2021-12-31", "14005000", source="统计局")
    link = f"{ACTUAL}?measure=industrial_output&place=district:&day=2021-12-31"
    answer = manager.post(link, typed("1400.5", day="2022-12-31", was="1400.5|统计局"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert list(TargetActual.objects.values_list("day", "value")) == [(datetime.date(2022, 12, 31), 14_005_000)]
    assert TargetActual.history.latest("history_id").history_type == "~"
    # What another wrote of it meanwhile is still shown first.
    other = link.replace("2021", "2022")
    assert manager.post(other, typed("1400", day="2021-12-31", was="1300|统计局")).status_code == 409
    # A day that has its figure is not overwritten by moving another one there.
    actual("industrial_output", "2023-12-31", "15000000")
    answer = manager.post(other, typed("1400.5", day="2023-12-31", was="1400.5|统计局"))
    assert answer.status_code == 409
    assert "1,500.00 亿元" in answer.context["form"].errors["day"][0]
    assert TargetActual.objects.count() == 2
    # Taken out by somebody else it is said so, and is entered anew.
    TargetActual.objects.filter(day="2022-12-31").delete()
    gone = manager.post(other, typed("1400.5", day="2024-12-31", was="1400.5|统计局"))
    assert gone.status_code == 409
    assert "别人" in str(gone.context["form"].non_field_errors())


def test_typed_in_figures_are_called_by_name_and_narrowed_to_own_parks(client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    for scope, key in (("district", ""), ("park", "degan"), ("park", "shuangfu"), ("cluster", "consumer-goods")):
        TargetActual.objects.create(
            scope=scope, key=key, measure="industrial_output", day=datetime.date(2021, 12, 31), value=Decimal(10)
        )
    seen = {}
    for user in (make_user("leader", role="leader"), make_user("own", role="recorder", parks=["degan"])):
        client.force_login(user)
        seen[user.role] = [whose for __, whose, __ in client.get(PAGE).context["actuals"]]
    assert seen == {"leader": ["消费品", "全区", "德感", "双福"], "recorder": ["全区", "德感"]}


def test_what_stands_there_already_is_not_overwritten_unseen(manager: Client) -> None:
    actual("industrial_output", "2021-12-31", "14000000", source="公报")
    answer = manager.post(ACTUAL, typed("1401"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "1,400.00 亿元" in page
    assert TargetActual.objects.get().value == Decimal(14_000_000)
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was
    assert manager.post(ACTUAL, typed("1401", was=was.group(1))).status_code == 302
    assert TargetActual.objects.get().value == Decimal(14_010_000)


@pytest.mark.parametrize(
    "wrong",
    [
        typed("很多"),
        typed("-5"),
        typed("5-8"),
        typed("5", day="2021"),
        typed("5", day="2999-12-31"),
        typed("5", place="park:nowhere"),
        typed("5", measure="agreed"),
        typed("4.5", measure="firms_above_designated_size"),
    ],
)
def test_what_is_no_figure_is_refused_and_kept_in_the_form(manager: Client, wrong: dict[str, str]) -> None:
    answer = manager.post(ACTUAL, wrong)
    assert answer.status_code == 422
    assert not TargetActual.objects.exists()
    assert f'value="{wrong["value"]}"' in answer.content.decode()
