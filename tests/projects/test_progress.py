"""Conditions and their past; stages as of a day; time in each stage; what is missing, in SQL and in Python."""

from __future__ import annotations

import datetime
import itertools
import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiangjin.lib.dates import PartialDay
from projects import integrity, progress, stages
from projects.choices import MAIN_MILESTONES, Condition, LandMode, MilestoneKind, Stage
from projects.models import ConditionPeriod, Milestone, Project, StageMove
from projects.moves import MoveRefused, change_condition
from projects.registering import ConcurrentEdit
from projects.stages import REQUIRED_LABELS, lacks, next_stage, stage_as_of
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

ACTIVE, STALLED, TERMINATED = Condition.ACTIVE, Condition.STALLED, Condition.TERMINATED


numbers = itertools.count()


def day(text: str) -> PartialDay:
    return PartialDay.from_iso(text)


def change(project: Project, to: Condition, on: str, *, role: str = "admin", **of: Any) -> Project:
    project.refresh_from_db()
    user = make_user(f"{role}{next(numbers)}", role, all_parks=True)
    said = {"reason": "原因", "version": project.version} | of
    return change_condition(project=project, to=to, on=day(on), user=user, **said)


# Who may do what.


def law(start: str, end: str, stage: str, role: str) -> bool:
    if role not in ("recorder", "manager", "admin") or start == end or (start, end) == (TERMINATED, STALLED):
        return False
    needs_manager = start == TERMINATED or (end == TERMINATED and stage == "full_production")
    return role != "recorder" or not needs_manager


@pytest.mark.parametrize(
    ("start", "end", "stage", "role"),
    list(
        itertools.product(
            Condition.values,
            Condition.values,
            ("lead", "signed", "production", "full_production"),
            ("recorder", "manager", "leader", "auditor", "admin"),
        )
    ),
)
def test_every_change_of_the_condition(start: str, end: str, stage: str, role: str) -> None:
    allowed = stages.allowed_condition(Condition(start), Condition(end), stage=Stage(stage), role=role)
    assert allowed is law(start, end, stage, role)


def test_an_ended_condition_is_kept_with_its_days_and_reasons() -> None:
    project = make_project("甲", agreed="2", signed="2020-01-05")
    change(project, STALLED, "2020-06", reason="资金未到")
    change(project, ACTIVE, "2020-09-10", reason="复工")
    change(project, TERMINATED, "2021-03-01", reason="解约")
    change(project, ACTIVE, "2021-04-01", reason="恢复履约")
    kept = [
        (row.condition, str(row.since), str(row.until), row.reason, row.ended_because)
        for row in project.condition_periods.all()
    ]
    assert kept == [
        ("stalled", "2020-06", "2020-09-10", "资金未到", "复工"),
        ("terminated", "2021-03-01", "2021-04-01", "解约", "恢复履约"),
    ]
    project.refresh_from_db()
    assert (project.condition, project.version) == ("active", 5)
    then = {
        "2020-06-29": ACTIVE,
        "2020-06-30": STALLED,  # the month is over only then
        "2020-09-09": STALLED,
        "2020-09-10": ACTIVE,
        "2021-03-01": TERMINATED,
        "2021-03-31": TERMINATED,
        "2021-04-01": ACTIVE,
    }
    for text, condition in then.items():
        assert stages.condition_as_of(project, datetime.date.fromisoformat(text)) == condition, text
    assert list(integrity.past_conditions_are_over()) == []


def test_a_present_condition_counts_from_its_day() -> None:
    project = make_project("甲", condition="stalled", condition_on=day("2020-06-30"), condition_reason="x")
    assert stages.condition_as_of(project, datetime.date(2020, 6, 29)) == ACTIVE
    assert stages.condition_as_of(project, datetime.date(2020, 6, 30)) == STALLED
    undated = make_project("乙", condition="stalled", condition_reason="x")
    assert stages.condition_as_of(undated, datetime.date(2020, 1, 1)) == STALLED


def test_a_termination_takes_back_what_has_not_arrived_or_keeps_it() -> None:
    kept = make_project("甲", agreed="2", arrivals={"2020-07": "5000"}, signed="2020-01-05")
    change(kept, TERMINATED, "2021-03")
    kept.refresh_from_db()
    assert kept.agreed_capital == 20000
    reduced = make_project("乙", agreed="2", arrivals={"2020-07": "5000"}, signed="2020-01-05")
    with pytest.raises(MoveRefused):
        change(reduced, TERMINATED, "2021-03", reduce=Decimal(16000))  # what the page showed is not what is left
    change(reduced, TERMINATED, "2021-03", reduce=Decimal(15000))
    reduced.refresh_from_db()
    assert reduced.agreed_capital == 5000
    row = reduced.commitments.get(kind="reduction")
    assert (row.amount, str(row.committed_on)) == (Decimal(-15000), "2021-03")
    nothing = make_project("丙", agreed=None)
    with pytest.raises(MoveRefused):
        change(nothing, TERMINATED, "2021-03", reduce=Decimal(0))
    assert list(integrity.capital_is_the_sum_of_its_entries()) == []


@pytest.mark.parametrize(("on", "fits"), [("2020-05-31", False), ("2020-06", True), ("2020", True), ("2019", False)])
def test_nothing_is_terminated_before_its_signing(on: str, fits: bool) -> None:
    project = make_project("甲", signed="2020-06-30")
    if fits:
        change(project, TERMINATED, on)
    else:
        with pytest.raises(MoveRefused):
            change(project, TERMINATED, on)


def test_what_the_rules_of_conditions_refuse() -> None:
    project = make_project("甲", signed="2020-06-30", reached={"full_production": None})
    for wrong in ({"role": "recorder"}, {"reason": " "}):
        with pytest.raises(MoveRefused):
            change(project, TERMINATED, "2021-01", **wrong)
    with pytest.raises(MoveRefused):
        change(project, STALLED, "2100")
    with pytest.raises(ConcurrentEdit):
        change(project, STALLED, "2021-01", version=7)
    change(project, STALLED, "2021-01")
    with pytest.raises(MoveRefused):
        change(project, ACTIVE, "2020-12")
    assert not ConditionPeriod.objects.exists()


def test_the_pages_of_the_condition(client: Client) -> None:
    project = make_project("甲", agreed="2", park="shuangfu", signed="2020-06-30")
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    url = f"{project.get_absolute_url()}condition/"
    assert {one.value for one in client.get(url).context["choices"]} == {"stalled", "terminated"}
    sent = {"version": 1, "on": "2020-05", "reason": "解约", "commitments": "reduce-20000"}
    assert client.post(f"{url}?to=terminated", sent).status_code == 422
    assert client.post(f"{url}?to=terminated", sent | {"on": "2021-05", "version": 9}).status_code == 409
    assert client.post(f"{url}?to=terminated", sent | {"on": "2021-05"}).status_code == 302
    project.refresh_from_db()
    assert (project.condition, project.agreed_capital) == ("terminated", 0)
    # Whoever comes second with the same wish is told, and keeps what was typed.
    late = client.post(f"{url}?to=stalled", {"version": 1, "on": "2021-05", "reason": "等土地"})
    assert late.status_code == 409
    assert "等土地" in late.content.decode()
    # Reopening is a manager's.
    assert client.get(f"{url}?to=active").status_code == 404
    assert client.post(f"{url}?to=active", sent).status_code == 404
    client.force_login(make_user("manager", "manager", all_parks=True))
    assert client.post(f"{url}?to=active", {"version": 2, "on": "2021-06", "reason": "和解"}).status_code == 302
    assert "和解" in client.get(url).content.decode()


def test_the_form_of_a_project_changes_conditions_under_the_same_rules(client: Client) -> None:
    from tests.projects.opened import opened

    project = make_project("甲", park="shuangfu", condition="terminated", condition_reason="解约", signed="2020-06")
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    edit = f"{project.get_absolute_url()}edit/"
    data = opened(client, project) | {"condition": "active"}
    assert client.post(edit, data).status_code == 422
    client.force_login(make_user("manager", "manager", all_parks=True))
    assert client.post(edit, data | {"condition_on": "2021-05"}).status_code == 302
    row = project.condition_periods.get()
    assert (row.condition, str(row.until)) == ("terminated", "2021-05")


# As of a day.


def some_day(rng: random.Random) -> PartialDay | None:
    year, month = rng.choice((2019, 2020, 2021)), rng.randint(1, 12)
    return rng.choice((None, PartialDay(year), PartialDay(year, month), PartialDay(year, month, rng.randint(1, 28))))


def random_projects(number: int, seed: int) -> list[Project]:
    """Projects with anything filled in or not, in any order of days: reading must not depend on it."""
    rng = random.Random(seed)
    for __ in range(number):
        signed = rng.random() < 0.8
        reached = {kind: some_day(rng) for kind in MAIN_MILESTONES if signed and rng.random() < 0.35}
        planned = {kind: day_ for kind in MAIN_MILESTONES if (day_ := some_day(rng)) and rng.random() < 0.5}
        filled: dict[str, Any] = {
            "lead_unit": "招商局",
            "project_company": "甲公司",
            "company_credit_code": "91500116MA00000154",
            "land_area": Decimal(3),
            "actual_output": Decimal(1),
            "first_contact_on": some_day(rng),
            "intent_on": some_day(rng),
        }
        make_project(
            park=rng.choice(("shuangfu", None)),
            cluster=rng.choice(("equipment", None)),
            agreed=rng.choice(("2", None)),
            investor=rng.choice(("甲公司", None)),
            signed=str(text) if signed and (text := some_day(rng)) else None,
            stage=Stage.SIGNED if signed else rng.choice(stages.PIPELINE),
            land_mode=rng.choice(("", *LandMode.values)),
            planned={kind: str(value) for kind, value in planned.items()},
            reached={kind: str(value) if value else None for kind, value in reached.items()},
            **{name: value for name, value in filled.items() if rng.random() < 0.7},
        )
    return list(Project.objects.prefetch_related("milestones", "participations__investor").order_by("pk"))


def is_missing(project: Project, name: str) -> bool:
    """What `missing=` means, said by the page's own rule: `any` by the stage reached, `next` by the following one."""
    following = next_stage(project)
    own, coming = lacks(project), lacks(project, following) if following else []
    return bool({"any": own, "next": coming}[name]) if name in ("any", "next") else name in own + coming


def test_what_the_page_lacks_for_the_next_stage_is_found_by_the_list(client: Client) -> None:
    project = make_project(signed="2020-06-30")
    make_project(signed="2020-06-30", reached={"registered": "2020-08"}, project_company="甲公司")
    client.force_login(make_user("auditor", "auditor"))
    for name in ("project_company", "registered_on"):
        assert [one.pk for one in client.get(f"/projects/?missing={name}").context["page"].object_list] == [project.pk]


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_python_agree_on_stages_as_of_a_day_and_on_what_is_missing(seed: int, client: Client) -> None:
    projects = random_projects(60, seed)
    rng = random.Random(seed)
    wanted = [datetime.date(2019, 1, 1) + datetime.timedelta(rng.randint(0, 1200)) for __ in range(12)]
    for then in (*wanted, datetime.date(2100, 12, 31)):
        said = dict(Project.objects.with_stage_as_of(then).values_list("pk", "stage_then"))
        assert said == {project.pk: stage_as_of(project, then) for project in projects}, then
    for project in projects:
        assert stage_as_of(project, datetime.date(2100, 12, 31)) == project.stage
    client.force_login(make_user("auditor", "auditor"))
    for name in ("any", "next", *REQUIRED_LABELS):
        found = {project.pk for project in projects if is_missing(project, name)}
        response = client.get("/projects/", {"missing": name, "per_page": 200})
        assert {project.pk for project in response.context["page"].object_list} == found, name
    assert any(lacks(project) for project in projects)


def test_an_unknown_field_is_no_condition(client: Client) -> None:
    client.force_login(make_user("auditor", "auditor"))
    make_project()
    response = client.get("/projects/?missing=nonsense")
    assert response.context["faults"]


def test_what_is_missing_costs_no_query_a_field(client: Client) -> None:
    client.force_login(make_user("auditor", "auditor"))
    counts = []
    for query, number in (("", 1), ("?missing=any", 1), ("?missing=any&missing=land_on", 20)):
        for __ in range(number):
            make_project()
        client.get(f"/projects/{query}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/projects/{query}")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_partial_days_count_once_they_are_over() -> None:
    project = make_project(
        signed="2020-06",
        reached={"registered": "2020-08", "land": None, "started": "2021"},
        first_contact_on=day("2020"),
    )
    for text, stage in (
        ("2020-06-29", None),
        ("2020-06-30", "land"),  # on a day that nobody knows: counts as of any day after the signing
        ("2021-12-30", "land"),
        ("2021-12-31", "construction"),
    ):
        assert stage_as_of(project, datetime.date.fromisoformat(text)) == stage, text


# Time in each stage.


def stays(project: Project, today: str = "2021-01-01") -> list[tuple]:
    found = progress.stays_of(project, datetime.date.fromisoformat(today))
    return [(stay.stage.value, stay.days, stay.about) for stay in found]


def test_time_in_each_stage() -> None:
    project = make_project(
        signed="2020-06-30",
        reached={"registered": "2020-07-30", "started": "2020-09"},
        first_contact_on=day("2020-06-01"),
    )
    assert stays(project) == [
        ("negotiation", 29, False),
        ("signed", 30, False),
        ("registered", 47, True),
        ("construction", 108, True),
    ]


def test_time_that_nobody_knows_and_stages_that_took_none() -> None:
    unknown = make_project(signed="2020-06-30", reached={"registered": None, "started": "2020-09-01"})
    assert stays(unknown) == [("signed", None, False), ("registered", None, False), ("construction", 122, False)]
    overtaken = make_project(signed="2020-01-01", reached={"completed": "2020-09-01", "production": "2020-07-01"})
    assert [stay[0] for stay in stays(overtaken)] == ["signed", "production"]
    over = make_project(
        signed="2020-01-01", condition="terminated", condition_on=day("2020-01-31"), condition_reason="x"
    )
    assert stays(over) == [("signed", 30, False)]


# The project's page.


def test_the_page_shows_extra_milestones_promises_and_the_next_stage(client: Client) -> None:
    client.force_login(make_user("auditor", "auditor"))
    project = make_project(signed="2020-06-30")
    Milestone.objects.create(project=project, kind="other", name="展示中心开放", promised_on=day("2020-09"))
    Milestone.objects.create(project=project, kind="permit", planned_on=day("2020-07-20"))
    response = client.get(project.get_absolute_url())
    labels = [step["label"] for step in response.context["steps"]]
    assert len(labels) == 9
    assert labels[-1] == "展示中心开放"
    assert labels[3] == MilestoneKind.PERMIT.label
    html = response.content.decode()
    assert "2020-09" in html
    assert response.context["next_stage"][0] == Stage.REGISTERED
    assert len(response.context["next_stage"][1]) == 6 + 1  # of the signing: agreed, cluster, park, lead unit


def test_pages_cost_the_same_however_much_there_is(client: Client) -> None:
    client.force_login(make_user("chief", "admin"))
    project = make_project(agreed="2", signed="2020-06-30")
    counts: dict[str, set[int]] = {}
    for number in (1, 12):
        for index in range(number):
            Milestone.objects.create(
                project=project, kind="other", name=f"节点{number}-{index}", planned_on=day("2021")
            )
            change(project, STALLED, "2021-01")
            change(project, ACTIVE, "2021-01")
        for page in ("", "milestones/", "stage/", "condition/"):
            url = f"{project.get_absolute_url()}{page}"
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.setdefault(page, set()).add(len(queries))
    assert all(len(found) == 1 for found in counts.values()), counts
    assert max(counts["milestones/"] | counts["stage/"] | counts["condition/"]) <= 14, counts


# What check_data says.


def test_days_out_of_order_are_found() -> None:
    sound = make_project("甲", signed="2020-06", reached={"started": "2020-06-30"})
    assert list(integrity.days_follow_one_another()) == []
    Project.objects.filter(pk=sound.pk).update(signed_on=day("2020-07"))
    assert len(list(integrity.days_follow_one_another())) == 1
    Project.objects.filter(pk=sound.pk).update(signed_on=None, condition="terminated", condition_on=day("2099"))
    assert list(integrity.days_follow_one_another()) == []
    Milestone.objects.filter(project=sound).update(actual_on=day("2099"))
    assert len(list(integrity.days_follow_one_another())) == 1
    Project.objects.filter(pk=sound.pk).update(signed_on=day("2020"), condition_on=day("2019"))
    Milestone.objects.all().delete()
    assert len(list(integrity.days_follow_one_another())) == 1


def test_corrections_without_a_reason_and_endless_pasts_are_found() -> None:
    project = make_project("甲")
    StageMove.objects.create(project=project, from_stage="land", to_stage="signed")
    StageMove.objects.create(project=project, from_stage="signed", to_stage="land")
    assert len(list(integrity.corrections_have_a_reason())) == 1
    for since, until in (("2020-06", "2020-05"), ("2020", "2099"), ("2020-06", "2020-06")):
        ConditionPeriod.objects.create(project=project, condition="stalled", since=day(since), until=day(until))
    assert len(list(integrity.past_conditions_are_over())) == 2
