"""Lights: each rule at its edges, the database and the sentences alike, and the figures that open their rows."""

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiangjin.lib.dates import PartialDay
from projects import lights
from projects.lightrules import months_before
from projects.models import CapitalArrival, ConditionPeriod, Milestone, Note, Obstacle, PlannedArrival, Project
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 12, 31)


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.TODAY = DAY


def of(project: Project, day: datetime.date = DAY) -> tuple[str, list[str]]:
    """Colour and rules; the database must say the same colour."""
    rows = Project.objects.filter(pk=project.pk).prefetch_related("milestones")
    light = lights.lights_of(rows, day)[project.pk]
    assert lights.with_light(rows, day).get().light_now == light.colour
    assert lights.lit(Project.objects.all(), [light.colour], day).filter(pk=project.pk).exists()
    return light.colour, [reason.rule for reason in light.reasons]


def seen(project: Project, day: datetime.date) -> Project:
    """As if it had been saved last on that day."""
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    Project.objects.filter(pk=project.pk).update(updated_at=moment)
    return project


@pytest.mark.parametrize(
    ("planned", "colour"),
    [
        ("2020-12-30", "red"),
        ("2020-12-31", "yellow"),
        ("2021-01-30", "yellow"),
        ("2021-01-31", "green"),  # 31 days away
        ("2020-12", "yellow"),  # December ends today
        ("2020-11", "red"),
        ("2020", "yellow"),
        ("2021", "green"),
    ],
)
def test_a_planned_day_that_is_past_or_near(vocabulary: None, planned: str, colour: str) -> None:
    project = seen(make_project(planned={"started": planned}), DAY)
    assert of(project)[0] == colour


def test_a_reached_milestone_and_no_plan_have_nothing_to_say(vocabulary: None) -> None:
    assert of(seen(make_project(), DAY)) == ("none", [])
    reached = seen(make_project(planned={"started": "2020-01"}, reached={"started": None}), DAY)
    assert of(reached) == ("none", [])


def test_a_terminated_project_has_no_light(vocabulary: None) -> None:
    project = make_project(planned={"started": "2020-01"})
    Project.objects.filter(pk=project.pk).update(condition="terminated", condition_reason="退出")
    project.refresh_from_db()
    assert of(project) == ("none", [])


@pytest.mark.parametrize(
    ("arrived", "light"), [("49", "red"), ("50", "yellow"), ("99.999999", "yellow"), ("100", "green"), (None, "red")]
)
def test_money_behind_its_plan(vocabulary: None, arrived: str | None, light: str) -> None:
    """Planned by the end of the year 100 万元; what came in the next year does not count for it."""
    project = seen(make_project(arrivals={"2020-10": arrived} if arrived else {}), DAY)
    PlannedArrival.objects.create(project=project, year=2020, quarter=3, amount=Decimal(40))
    PlannedArrival.objects.create(project=project, year=2020, quarter=4, amount=Decimal(60))
    PlannedArrival.objects.create(project=project, year=2021, quarter=1, amount=Decimal(1000))
    CapitalArrival.objects.create(project=project, month=PartialDay(2021, 1), amount=Decimal(500))
    assert of(project)[0] == light


def test_a_quarter_counts_once_it_is_over(vocabulary: None) -> None:
    project = seen(make_project(), DAY)
    PlannedArrival.objects.create(project=project, year=2020, quarter=4, amount=Decimal(60))
    assert of(project, datetime.date(2020, 12, 30)) == ("green", [])
    assert of(project, DAY) == ("red", ["plan"])


def test_land_that_lies_idle(vocabulary: None) -> None:
    def with_start(agreed: str, **fields: str) -> Project:
        project = seen(make_project(reached={"land": "2018"}, planned={"started": "2021-12"}), DAY)
        Milestone.objects.filter(project=project, kind="started").update(promised_on=PartialDay.from_iso(agreed))
        Project.objects.filter(pk=project.pk).update(**fields)
        project.refresh_from_db()
        return project

    assert of(with_start("2020-04-01")) == ("green", [])
    assert of(with_start("2020-03-31")) == ("yellow", ["idle_land"])
    assert of(with_start("2019-04-01")) == ("yellow", ["idle_land"])
    assert of(with_start("2019-03-31")) == ("red", ["idle_land"])
    assert of(with_start("2019-03-31", land_mode="leased")) == ("green", [])
    assert months_before(datetime.date(2020, 3, 31), 1) == datetime.date(2020, 2, 29)


@pytest.mark.parametrize(("days", "light"), [(90, "none"), (91, "yellow"), (180, "yellow"), (181, "red")])
def test_silence(vocabulary: None, days: int, light: str) -> None:
    project = seen(make_project(), DAY - datetime.timedelta(days=days))
    assert of(project)[0] == light
    moment = timezone.make_aware(datetime.datetime.combine(DAY, datetime.time(1)))
    note = Note.objects.create(project=project, text="还在谈")
    Note.objects.filter(pk=note.pk).update(created_at=moment)
    assert of(project) == ("none", [])


def test_only_who_is_on_the_way_must_report(vocabulary: None) -> None:
    long_ago = DAY - datetime.timedelta(days=500)
    project = seen(make_project(), long_ago)
    assert of(project) == ("red", ["quiet"])
    Project.objects.filter(pk=project.pk).update(stage="full_production")
    assert of(project) == ("none", [])
    Project.objects.filter(pk=project.pk).update(stage="signed", condition="stalled", condition_reason="缓建")
    assert of(project) == ("none", [])
    Project.objects.filter(pk=project.pk).update(condition="active", condition_reason="")
    CapitalArrival.objects.create(project=project, month=PartialDay(2020, 12), amount=Decimal(1))
    assert of(project) == ("none", [])


@pytest.mark.parametrize(
    ("due", "light"),
    [("2020-12-30", "red"), ("2020-12-31", "yellow"), ("2021-01-07", "yellow"), ("2021-01-08", "none")],
)
def test_an_obstacle_past_due(vocabulary: None, due: str, light: str) -> None:
    project = seen(make_project(), DAY)
    row = {"project": project, "text": "临时用电未接入", "unit": "区供电公司", "raised_on": datetime.date(2020, 12, 1)}
    obstacle = Obstacle.objects.create(due_on=PartialDay.from_iso(due), **row)
    assert of(project)[0] == light
    obstacle.resolved_on, obstacle.solution = datetime.date(2020, 12, 20), "已接入"
    obstacle.save()
    assert of(project) == ("none", [])


def test_the_worst_reason_stands_first_and_all_are_said(vocabulary: None) -> None:
    project = make_project(planned={"started": "2021-01-10"})
    seen(project, DAY - datetime.timedelta(days=200))
    assert of(project) == ("red", ["quiet", "milestone"])
    found = lights.lights_of(Project.objects.filter(pk=project.pk).prefetch_related("milestones"), DAY)[project.pk]
    assert "2021-01-10" in found.words
    assert "200" in found.words


def _random_projects(chance: random.Random) -> Iterator[Project]:
    for __ in range(60):
        days = [DAY + datetime.timedelta(days=chance.randint(-800, 60)) for __ in range(4)]
        as_known = [chance.choice([str(day), f"{day:%Y-%m}", f"{day:%Y}"]) for day in days]
        project = make_project(
            planned={kind: as_known[n] for n, kind in enumerate(("started", "production")) if chance.random() < 0.4},
            reached={"land": None} if chance.random() < 0.5 else {},
            arrivals={f"{days[2]:%Y-%m}": str(chance.randint(1, 100))} if chance.random() < 0.5 else {},
        )
        if chance.random() < 0.5:
            amount = Decimal(chance.randint(1, 100))
            PlannedArrival.objects.create(project=project, year=2020, quarter=chance.randint(1, 4), amount=amount)
        if chance.random() < 0.3:
            due = PartialDay.from_iso(as_known[3])
            Obstacle.objects.create(project=project, text="问题", unit="某局", raised_on=days[3], due_on=due)
        yield seen(project, DAY - datetime.timedelta(days=chance.randint(0, 250)))


def test_database_and_sentences_agree_on_random_projects(vocabulary: None) -> None:
    colours = {of(project)[0] for project in _random_projects(random.Random(2))}
    assert colours == {"red", "yellow", "green", "none"}
    rows = Project.objects.prefetch_related("milestones")
    told = [light.colour for light in lights.lights_of(rows, DAY).values()]
    assert lights.counts(Project.objects.all(), DAY) == {colour: told.count(colour) for colour, __ in lights.CHOICES}


class TestTheLongestLate:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def register(cls, class_data: None) -> None:
        list(_random_projects(random.Random(3)))

    @pytest.mark.parametrize("back", [0, 100])
    @pytest.mark.parametrize("most", [1, 5, 1000])
    def test_they_are_the_red_ones_by_their_planned_day(self, most: int, back: int) -> None:
        """However they are found: enough of them by their planned days alone, or some red for another reason."""
        day = DAY - datetime.timedelta(days=back)
        red = list(lights.lit(Project.objects.all(), ["red"], day).with_next_milestone(day))
        red.sort(key=lambda one: (one.next_planned_on is None, one.next_planned_on or DAY, one.pk))
        assert len(red) > 5
        assert lights.longest_late(Project.objects.all(), day, most) == red[:most]


def test_database_and_sentences_agree_on_past_days(vocabulary: None) -> None:
    chance = random.Random(7)
    projects = list(_random_projects(chance))
    for project in projects:
        days = sorted(PartialDay.of(DAY - datetime.timedelta(days=chance.randint(0, 500))) for __ in range(2))
        project.milestones.filter(kind="started").update(reached=True, actual_on=days[1])
        project.milestones.filter(kind="land").update(actual_on=chance.choice([days[0], PartialDay(2020), None]))
        project.obstacles.update(raised_on=days[0].first, resolved_on=days[1].first, solution="已解决")
        if chance.random() < 0.3:
            ConditionPeriod.objects.create(project=project, condition="terminated", since=days[0], until=days[1])
        elif chance.random() < 0.3:
            ended = {"condition": "terminated", "condition_on": days[1], "condition_reason": "退出"}
            Project.objects.filter(pk=project.pk).update(**ended)
    rows = Project.objects.prefetch_related("milestones")
    seen_colours = set()
    for back in (1, 30, 95, 200, 400):
        day = DAY - datetime.timedelta(days=back)
        told = {pk: light.colour for pk, light in lights.lights_of(rows, day).items()}
        assert dict(lights.with_light(rows, day).values_list("pk", "light_now")) == told, day
        for colour, __ in lights.CHOICES:
            found = lights.lit(Project.objects.all(), [colour], day).values_list("pk", flat=True)
            assert set(found) == {pk for pk, own in told.items() if own == colour}, (day, colour)
        seen_colours |= set(told.values())
    assert seen_colours == {"red", "yellow", "green", "none"}


def test_under_a_past_day_later_steps_are_not_reached_yet(vocabulary: None, client: Client) -> None:
    """Planned for May, reached in September: late in June, and what was solved or ended later was open then."""
    client.force_login(make_user("leader", role="leader"))
    project = seen(make_project("甲", planned={"started": "2020-05-10"}, reached={"started": "2020-09-01"}), DAY)
    june = datetime.date(2020, 6, 30)
    assert of(project, june) == ("red", ["milestone"])
    assert of(project, datetime.date(2020, 9, 1)) == ("none", [])
    assert of(project) == ("none", [])
    Obstacle.objects.create(
        project=project,
        text="缺水",
        unit="水务局",
        raised_on=june,
        due_on=PartialDay.of(june),
        resolved_on=datetime.date(2020, 7, 2),
        solution="通了",
    )
    assert of(project, datetime.date(2020, 7, 1)) == ("red", ["milestone", "obstacle"])
    assert of(project, datetime.date(2020, 6, 29)) == ("red", ["milestone"])
    url = "/projects/?columns=name&columns=next_milestone&columns=days_left&columns=light"
    past = client.get(f"{url}&as_of={june}&light=red").content.decode()
    assert 'data-count="1"' in past
    assert "2020-05-10" in past
    assert "超期 51 天" in past
    now = client.get(url).content.decode()
    assert "超期" not in now[now.index("<tbody") :]
    assert 'data-count="1"' in client.get(f"{url}&as_of={june}&f=days_left:eq:-51").content.decode()
    assert 'data-count="0"' in client.get(f"{url}&f=days_left:eq:-51").content.decode()
    exported = client.get(f"/projects/export.csv?columns=days_left&columns=next_planned_on&as_of={june}")
    text = b"".join(exported.streaming_content).decode() if exported.streaming else exported.content.decode()
    assert "-51" in text


def test_a_project_that_was_terminated_later_had_its_light(vocabulary: None) -> None:
    project = seen(make_project(planned={"started": "2020-05"}), DAY)
    ended = {"condition": "terminated", "condition_on": PartialDay(2020, 10, 1), "condition_reason": "退出"}
    Project.objects.filter(pk=project.pk).update(**ended)
    project.refresh_from_db()
    assert of(project, datetime.date(2020, 9, 30)) == ("red", ["milestone"])
    assert of(project, datetime.date(2020, 10, 1)) == ("none", [])


def test_home_figures_open_exactly_their_rows(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("leader", role="leader"))
    for number in range(3):
        seen(make_project(f"迟{number}", signed="2020-03", planned={"started": "2020-05"}), DAY)
    seen(make_project("近", signed="2020-03", planned={"started": "2021-01-10"}), DAY)
    make_project("去年的", signed="2019-03", planned={"started": "2019-05"})
    html = client.get("/?year=2020").content.decode()
    assert f'href="/projects/?year=2020&amp;as_of={DAY}&amp;light=red">3</a>' in html
    assert "2020-05" in html[html.index('id="late"') :]
    listed = client.get(f"/projects/?year=2020&as_of={DAY}&light=red").content.decode()
    assert 'data-count="3"' in listed
    assert "近" not in listed[listed.index("<tbody") :]
    assert client.get("/projects/?light=blue").status_code == 200
    assert 'data-count="0"' in client.get("/projects/?light=blue").content.decode()


def test_the_page_of_a_project_says_why(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("leader", role="leader"))
    project = seen(make_project(planned={"started": "2020-05"}), DAY)
    html = client.get(project.get_absolute_url()).content.decode()
    assert 'id="light"' in html
    assert "2020-05" in html[html.index('id="light"') :][:600]
    assert client.get("/lights/").status_code == 200


def test_the_list_asks_the_same_number_of_times_however_long(vocabulary: None, client: Client) -> None:
    client.force_login(make_user("leader", role="leader"))
    counted = []
    for __ in range(2):
        for project in _random_projects(random.Random(len(counted))):
            assert project
        client.get("/projects/?light=red")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/projects/?light=red&light=yellow").status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
