"""The capital on a project's page: as of a day, the chart, warnings, ledgers' figures, the plan by quarters."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects import capital_page, plans
from projects.capital_chart import chart_of
from projects.capital_writing import newest_record
from projects.lights import lights_of
from projects.models import CapitalArrival, CapitalSnapshot, PlannedArrival, Project
from tests.builders import make_project, make_user
from tests.projects.capitals import arrival, seen_in, send, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
YEAR_END = datetime.date(2020, 12, 31)


@pytest.fixture
def recorder(client: Client, settings) -> Client:
    settings.TODAY = YEAR_END
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    return client


@pytest.fixture
def hebang() -> Project:
    """62 亿元, of which 42 were added; 6.4 have come."""
    arrivals = {"2020-09": "12000", "2020-10": "8000", "2020-11": "25000", "2020-12": "19000"}
    return make_project(
        "和邦", park="shuangfu", agreed="20", signed="2020", increases=[("42", "2020-07")], arrivals=arrivals
    )


def page(client: Client, project: Project, **query: str):
    response = client.get(project.get_absolute_url(), query)
    assert response.status_code == 200
    return response


def plan(project: Project, **quarters: int) -> None:
    for name, amount in quarters.items():
        PlannedArrival.objects.create(project=project, year=int(name[1:5]), quarter=int(name[6]), amount=amount)


@pytest.mark.parametrize(
    ("asked", "agreed", "arrived"),
    [
        ("2020-07-30", "0", None),  # the increase may still be of the 31st, the signing of the year's end
        ("2020-07-31", "42", None),
        ("2020-09-29", "42", None),
        ("2020年9月", "42", "1.2"),
        ("2020-12-31", "62", "6.4"),
        ("2019", "0", None),
    ],
)
def test_what_was_agreed_as_of_a_day(recorder: Client, hebang: Project, asked: str, agreed: str, arrived: str) -> None:
    shown = page(recorder, hebang, as_of=asked).context["capital"]
    assert shown.agreed == Decimal(agreed) * YI
    assert shown.arrived == (None if arrived is None else Decimal(arrived) * YI)


def test_a_day_that_cannot_be_read_is_said(recorder: Client, hebang: Project) -> None:
    for asked in ("昨天<script>", "2020-13-45", "9" * 300):
        response = page(recorder, hebang, as_of=asked)
        assert response.context["capital"].day == YEAR_END
        html = response.content.decode()
        assert 'id="capital-day-error"' in html
        assert "昨天<script>" not in html
    assert 'id="capital-day-error"' not in page(recorder, hebang, as_of="").content.decode()


def test_unknown_is_not_zero(recorder: Client) -> None:
    project = make_project(agreed=None)
    shown = page(recorder, project).context["capital"]
    assert (shown.agreed, shown.arrived, shown.chart, shown.plan.behind) == (None, None, None, None)


def test_the_chart_shows_the_same_figures_as_its_table(recorder: Client, hebang: Project) -> None:
    html = page(recorder, hebang).content.decode()
    assert "style=" not in html
    chart = re.search(r'<svg class="step-chart".*?</svg>', html, re.DOTALL).group()
    assert chart.count("<path") == 2
    steps = chart_of(hebang.commitments.all(), hebang.arrivals.all(), YEAR_END).steps
    assert [(f"{step.day}", step.agreed / YI, step.arrived / YI) for step in steps] == [
        ("2020-07-31", 42, 0),
        ("2020-09-30", 42, Decimal("1.2")),
        ("2020-10-31", 42, 2),
        ("2020-11-30", 42, Decimal("4.5")),
        ("2020-12-31", 62, Decimal("6.4")),
    ]


def test_the_steps_lie_inside_the_chart() -> None:
    days = ("1978", "1978-01-01", "2019-12-31", "2020-02", "2100")
    for day in days:
        for amount in ("0.000001", "1", "999999"):
            project = make_project(agreed=amount, signed=day, reductions=[("0.0000005", "1978-01-01")])
            chart = chart_of(project.commitments.all(), [], YEAR_END)
            for line in (chart.agreed, chart.arrived):
                across = [float(x) for x in re.findall(r"[MH]([\d.]+)", line.path)]
                down = [float(y) for y in re.findall(r"V([\d.]+)", line.path)]
                assert across == sorted(across)
                assert all(chart.left <= x <= chart.right for x in across)
                assert all(chart.top - 1 <= y <= chart.bottom + 1 for y in down)
                assert 0 < float(line.label_at) < chart.height
            assert 1 <= len(chart.months) <= 8
            assert abs(float(chart.agreed.label_at) - float(chart.arrived.label_at)) >= 15.9


def test_what_has_no_day_is_said_and_counts_from_the_beginning(recorder: Client) -> None:
    project = make_project(park="shuangfu", agreed="20", signed="2020-06-30", increases=[("3", None)])
    response = page(recorder, project)
    shown = response.context["capital"]
    assert shown.chart.agreed.last == 23 * YI
    assert [row.amount for row in shown.undated] == [3 * YI]
    assert shown.agreed == 23 * YI  # undated, it counts as of any day


def test_an_undated_agreement_that_was_taken_back_leaves_a_sound_chart() -> None:
    project = make_project(agreed="3", signed=None, reductions=[("3", "2020-11-30")])
    chart = chart_of(project.commitments.all(), [], YEAR_END)
    assert (chart.agreed.last, [step.agreed for step in chart.steps]) == (0, [0])
    assert [tick.label for tick in chart.amounts] == ["0", "1", "2", "3", "4"]
    down = [float(y) for y in re.findall(r"(?:V|M[\d.]+ )([\d.]+)", chart.agreed.path)]
    assert down[0] < down[1] == chart.bottom
    assert all(chart.top <= y <= chart.bottom for y in down)


def test_more_than_agreed_and_before_the_signing_warn(recorder: Client) -> None:
    project = make_project(
        park="shuangfu", agreed="1", signed="2020-06", arrivals={"2020-05": "1", "2020-06": "2", "2020-07": "9998"}
    )
    shown = page(recorder, project).context["capital"]
    assert len(shown.warnings) == 2
    assert "2020-05" in shown.warnings[1]
    assert "2020-06:" not in shown.warnings[1].split("(2020-06)")[-1]
    early = project.arrivals.get(month=PartialDay(2020, 5))
    assert shown.early == {early.pk}


@pytest.mark.parametrize(
    ("signed", "month"), [("2020", "2020-01"), ("2020-06-30", "2020-06"), ("2020-06-30", "2020"), (None, "2019-01")]
)
def test_what_may_be_right_does_not_warn(signed: str | None, month: str) -> None:
    project = make_project(agreed="1", signed=signed, arrivals={month: "10000"})
    assert capital_page.warnings_of(project, list(project.arrivals.all())) == []


def test_ledgers_figures_stand_beside_the_entries(recorder: Client, hebang: Project) -> None:
    arrival(recorder, hebang, month="2019-12", origin="foreign", amount="500")
    first = hebang.arrivals.filter(origin="domestic").order_by("month").first()
    CapitalArrival.objects.filter(pk=first.pk).update(outside_city=100)
    said = {
        ("arrived_total", "2020-10"): ("3", Decimal(20500)),
        ("arrived_total", None): ("7", Decimal(64500)),
        ("arrived_year", "2020-10-15"): ("1", Decimal(12000)),
        ("arrived_year", None): ("1", None),
        ("arrived_month", "2020-10-15"): ("1", Decimal(8000)),
        ("arrived_month", "2020"): ("1", None),
        ("arrived_foreign", "2020-10"): ("1", Decimal(500)),
        ("arrived_outside_city", "2020-10"): ("1", Decimal(100)),
        ("investment_done", "2020-10"): ("1", None),
        ("arrived_total", "2018"): ("0", None),
    }
    for (measure, day), (amount, __) in said.items():
        as_of = PartialDay.from_iso(day) if day else None
        CapitalSnapshot.objects.create(project=hebang, measure=measure, as_of=as_of, amount=Decimal(amount) * YI)
    for one in page(recorder, hebang).context["capital"].snapshots:
        __, entries = said[one.row.measure, str(one.row.as_of) if one.row.as_of else None]
        assert one.entries == entries, one.row
        assert one.difference == (None if entries is None else one.row.amount - entries)


def test_the_strip_says_what_came_against_the_plan(recorder: Client, hebang: Project) -> None:
    assert "−2.60" not in page(recorder, hebang).content.decode()
    plan(hebang, y2020q3=10000, y2020q4=80000, y2021q1=99999)
    response = page(recorder, hebang)
    assert "−2.60" in response.content.decode()
    shown = response.context["capital"].plan
    assert (shown.behind, shown.due) == (26000, 90000)
    assert [(row.arrived_in_all, row.behind) for row in shown.quarters] == [
        (12000, -2000),
        (64000, 26000),
        (64000, None),
    ]
    # A day before the quarter's end nothing of it is due yet.
    assert page(recorder, hebang, as_of="2020-12-30").context["capital"].plan.behind == 10000 - 12000


def test_four_quarters_are_typed_at_once(recorder: Client, hebang: Project) -> None:
    address = f"{url('plan', hebang)}?year=2020"
    assert send(recorder, address, q1="", q2="", q3="10,000", q4="8亿").status_code == 302
    rows = dict(hebang.planned_arrivals.values_list("quarter", "amount"))
    assert rows == {3: 10000, 4: 80000}
    version = Project.objects.get(pk=hebang.pk).version
    assert version == hebang.version + 1
    assert send(recorder, address, q3="10000", q4="80000").status_code == 302
    assert Project.objects.get(pk=hebang.pk).version == version
    # An emptied quarter needs a reason, is listed as voided and can be brought back.
    assert send(recorder, address, q3="9000", q4="").status_code == 422
    assert send(recorder, address, q3="9000", q4="", reason="计划推迟").status_code == 302
    assert dict(hebang.planned_arrivals.values_list("quarter", "amount")) == {3: 9000}
    (voided,) = page(recorder, hebang).context["capital"].voided
    assert (voided.table, voided.why, voided.who) == ("planned_arrivals", "计划推迟", "recorder")
    recorder.post(url("entry_restore", hebang), {"table": voided.table, "record": voided.record})
    assert dict(hebang.planned_arrivals.values_list("quarter", "amount")) == {3: 9000, 4: 80000}
    row = hebang.planned_arrivals.get(quarter=3)
    seen = newest_record("planned_arrivals", hebang.pk, row.pk)
    assert recorder.post(url("planned_arrival_void", hebang, row.pk), {"reason": "x", "seen": seen}).status_code == 302
    assert hebang.planned_arrivals.count() == 1
    assert [problem for one in all_invariants() for problem in one.find()] == []


def test_the_boxes_of_a_plan_name_their_quarter_with_its_year(recorder: Client, hebang: Project) -> None:
    html = recorder.get(f"{hebang.get_absolute_url()}capital/plan/?year=2019").content.decode()
    assert re.findall(r"<label[^>]*>(2019 年第 \d 季度)", html) == [
        f"2019 年第 {number} 季度" for number in range(1, 5)
    ]


def test_a_plan_that_somebody_else_changed_is_compared(recorder: Client, hebang: Project) -> None:
    address = f"{url('plan', hebang)}?year=2020"
    seen = seen_in(recorder.get(address).content.decode())
    send(recorder, address, q3="10000")
    response = send(recorder, address, seen=seen, q3="12000")
    assert response.status_code == 409
    assert "10,000" in response.content.decode()
    assert send(recorder, address, seen=seen_in(response.content.decode()), q3="12000").status_code == 302


@pytest.mark.parametrize("year", ["1900", "二〇二〇", "2020.5", "99999999999", ""])
def test_a_year_that_cannot_be_read_writes_nothing(recorder: Client, hebang: Project, year: str) -> None:
    address = f"{url('plan', hebang)}?year={year}"
    assert recorder.get(address).status_code == 200
    assert send(recorder, address, q1="5").status_code == 422
    assert hebang.planned_arrivals.count() == 0


@pytest.mark.parametrize("fields", [{"q1": "-1"}, {"q1": "很多"}, {"q1": "6000000"}])
def test_a_plan_that_makes_no_sense_is_refused(recorder: Client, hebang: Project, fields: dict) -> None:
    assert send(recorder, url("plan", hebang), **fields).status_code == 422
    assert hebang.planned_arrivals.count() == 0


def test_the_number_of_queries_does_not_grow(recorder: Client, hebang: Project) -> None:
    counted = []
    for number in range(2):
        for month in range(1, 8):
            arrival(recorder, hebang, month=f"{2018 + number}-{month:02d}", amount="5", origin="domestic")
            row = hebang.arrivals.get(month=PartialDay(2018 + number, month))
            seen = newest_record("arrivals", hebang.pk, row.pk)
            recorder.post(url("arrival_void", hebang, row.pk), {"reason": "x", "seen": seen})
            arrival(recorder, hebang, month=f"{2018 + number}-{month:02d}", amount="6", origin="foreign")
        plan(hebang, **{f"y{2018 + number}q{quarter}": 5 for quarter in (1, 2, 3, 4)})
        with CaptureQueriesContext(connection) as queries:
            page(recorder, hebang)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_many_projects_are_compared_with_their_plans_in_one_query(hebang: Project) -> None:
    plan(hebang, y2020q3=10000, y2020q4=80000)
    ahead = make_project(agreed="1", arrivals={"2019-12": "500", "2020-02": "30", "2020": "5"})
    plan(ahead, y2020q1=20)
    later, none = make_project(agreed="1"), make_project(agreed="1")
    plan(later, y2021q1=5)
    known = {hebang.pk, ahead.pk, later.pk, none.pk}
    for day in (YEAR_END, datetime.date(2020, 12, 30), datetime.date(2020, 3, 31), datetime.date(2021, 5, 1)):
        with CaptureQueriesContext(connection) as queries:
            found = dict(
                plans.with_behind_plan(Project.objects.filter(pk__in=known), day).values_list("pk", "behind_plan")
            )
        assert len(queries) == 1
        assert found == {
            project.pk: plans.behind_plan(project, day) for project in Project.objects.filter(pk__in=known)
        }
    found = plans.with_behind_plan(Project.objects.filter(pk__in=known), YEAR_END)
    assert {one.pk: one.behind_plan for one in found} == {
        hebang.pk: 26000,
        ahead.pk: -15,
        later.pk: None,
        none.pk: None,
    }
    assert list(found.filter(behind_plan__gt=0)) == [hebang]


def test_what_came_late_counts_once_its_quarter_is_over(recorder: Client) -> None:
    project = make_project(agreed="1", arrivals={"2020-08": "20"})
    plan(project, y2020q2=20)
    assert plans.behind_plan(project, datetime.date(2020, 6, 29)) is None
    for day in (datetime.date(2020, 6, 30), datetime.date(2020, 8, 31), datetime.date(2020, 9, 29)):
        assert plans.behind_plan(project, day) == 20
        light = lights_of([project], day)[project.pk]
        assert any(reason.rule == "plan" and reason.light == "red" for reason in light.reasons)
        # The reason and the table of the page say the same.
        shown = page(recorder, project, as_of=day.isoformat()).context["capital"].plan
        assert shown.behind == shown.last.behind == 20
    assert plans.behind_plan(project, datetime.date(2020, 9, 30)) == 0
