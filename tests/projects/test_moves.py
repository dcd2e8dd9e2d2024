"""The stage machine: every move, allowed and forbidden; what it asks for; what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from industries.models import Cluster
from jiangjin.lib.dates import PartialDay
from projects import moves, progress, stages
from projects.choices import MAIN_MILESTONES, Condition, LandMode, Stage
from projects.models import Milestone, Project, StageMove
from projects.moves import MoveRefused, PlannedMilestone, move_back, move_on, save_plan
from projects.registering import ConcurrentEdit
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

ROLES = ("recorder", "manager", "leader", "auditor", "admin")
# The law (glossary, section 3), written out once more: forward for who writes, backward for who corrects.
ORDER = (
    "lead",
    "negotiation",
    "intent",
    "signed",
    "registered",
    "land",
    "construction",
    "completed",
    "production",
    "full_production",
)


def day(text: str) -> PartialDay:
    return PartialDay.from_iso(text)


def rows_of_the_machine() -> Iterator[tuple[str, str, str, bool]]:
    for start, end, role in product(ORDER, ORDER, ROLES):
        forward = ORDER.index(end) > ORDER.index(start)
        back = ORDER.index(end) < ORDER.index(start)
        yield (
            start,
            end,
            role,
            (forward and role in ("recorder", "manager", "admin")) or (back and role in ("manager", "admin")),
        )


@pytest.mark.parametrize(("start", "end", "role", "allowed"), list(rows_of_the_machine()))
def test_every_move_of_the_machine(start: str, end: str, role: str, allowed: bool) -> None:
    assert stages.allowed_move(Stage(start), Stage(end), role) is allowed


DAYS = {
    "first_contact_on": "2019-01-05",
    "intent_on": "2019-03-05",
    "signed_on": "2020-01-05",
    "registered_on": "2020-02-05",
    "land_on": "2020-03-05",
    "started_on": "2020-04-05",
    "completed_on": "2021-04-05",
    "production_on": "2021-06-05",
    "full_production_on": "2022-06-05",
    "planned_completion": "2021-03",
}
OTHERS: dict[str, Any] = {
    "investor": "甲公司",
    "agreed_capital": Decimal(20000),
    "lead_unit": "招商局",
    "project_company": "甲项目公司",
    "company_credit_code": "91500116MA00000154",
    "land_area": Decimal(12),
    "land_mode": LandMode.GRANTED,
    "actual_output": Decimal(3000),
}


def all_given() -> dict[str, Any]:
    return {**OTHERS, **{name: day(text) for name, text in DAYS.items()}, "cluster": Cluster.objects.first()}


def in_stage(stage: str, **fields: Any) -> Project:
    """A project that came to this stage by moves, and has all that it asks for."""
    project = make_project(
        "甲", park="shuangfu", signed=None, investor=None, agreed=None, stage="lead", lead_unit="招商局", **fields
    )
    if stage == "lead":
        return project
    return move_on(project=project, to=Stage(stage), given=asked(project, stage), version=project.version, user=chief())


def asked(project: Project, stage: str) -> dict[str, Any]:
    return {name: all_given()[name] for name in stages.lacks(project, Stage(stage))}


def chief() -> Any:
    from accounts.models import User

    return User.objects.filter(username="chief").first() or make_user("chief", "admin")


@pytest.mark.parametrize(("start", "end"), [(a, b) for a, b in product(ORDER, ORDER) if a != b])
def test_every_move_is_written_as_it_should(start: str, end: str) -> None:
    project = in_stage(start)
    version, before = project.version, StageMove.objects.count()
    if ORDER.index(end) > ORDER.index(start):
        given = asked(project, end)
        project = move_on(project=project, to=Stage(end), given=given, version=version, user=chief())
        assert stages.lacks(project) == []
    else:
        project = move_back(project=project, to=Stage(end), reason="误报", version=version, user=chief())
    assert project.stage == end
    assert project.version == version + 1
    assert StageMove.objects.count() == before + 1
    move = StageMove.objects.first()
    assert (move.from_stage, move.to_stage, move.user) == (start, end, chief())
    assert str(move.effective_on) == DAYS[stages.DAY_OF_STAGE[Stage(end)]] or move.effective_on is None
    assert stages.stage_as_of(project, PartialDay(2100).last) == end
    assert (end in ORDER[:3]) == (project.signed_on is None)


@pytest.mark.parametrize("end", ORDER[1:])
def test_each_lacking_field_is_asked_for_and_refused_without(end: str) -> None:
    project = in_stage("lead")
    wanted = asked(project, end)
    for name in wanted:
        given = {key: value for key, value in wanted.items() if key != name}
        # A milestone cannot be reached on a day that is asked for and not given.
        with pytest.raises(MoveRefused):
            move_on(project=project, to=Stage(end), given=given, version=project.version, user=chief())
    project.refresh_from_db()
    assert (project.stage, project.version) == ("lead", 1)
    assert not StageMove.objects.exists()


def test_granted_land_is_not_passed_by_and_leased_land_is() -> None:
    project = in_stage("registered")
    assert "land_on" not in stages.lacks(project, Stage.CONSTRUCTION)
    project.land_mode = LandMode.LEASED
    assert "land_on" not in stages.lacks(project, Stage.CONSTRUCTION)
    project.land_mode = LandMode.GRANTED
    assert {"land_on", "land_area"} <= set(stages.lacks(project, Stage.CONSTRUCTION))


def test_going_back_keeps_the_days_in_the_history_and_the_plan_in_the_register() -> None:
    project = in_stage("production")
    move_back(project=project, to=Stage.LAND, reason="误报投产", version=project.version, user=chief())
    row = project.milestones.get(kind="production")
    assert (row.reached, row.actual_on) == (False, None)
    assert str(row.history.all()[1].actual_on) == DAYS["production_on"]
    assert str(project.milestones.get(kind="completed").planned_on) == DAYS["planned_completion"]
    assert StageMove.objects.first().reason == "误报投产"


def test_a_correction_needs_its_reason_and_a_manager() -> None:
    project = in_stage("construction")
    recorder = make_user("recorder", parks=["shuangfu"])
    with pytest.raises(MoveRefused):
        move_back(project=project, to=Stage.SIGNED, reason="  ", version=project.version, user=chief())
    with pytest.raises(MoveRefused):
        move_back(project=project, to=Stage.SIGNED, reason="误报", version=project.version, user=recorder)
    project.refresh_from_db()
    assert project.stage == "construction"


def test_who_moves_an_older_version_writes_nothing() -> None:
    project = in_stage("signed")
    given = asked(project, "registered")
    old = project.version
    move_on(project=project, to=Stage.REGISTERED, given=given, version=old, user=chief())
    with pytest.raises(ConcurrentEdit):
        move_on(project=project, to=Stage.LAND, given=all_given(), version=old, user=chief())
    with pytest.raises(ConcurrentEdit):
        move_back(project=project, to=Stage.LEAD, reason="x", version=old, user=chief())
    assert StageMove.objects.count() == 2


@pytest.mark.parametrize(
    ("started", "fits"),
    [
        ("2020-01-04", False),
        ("2020-01-05", True),
        ("2020-01", True),
        ("2020", True),
        ("2019-12", False),
        ("2019", False),
    ],
)
def test_days_are_out_of_order_only_where_no_day_they_could_mean_fits(started: str, fits: bool) -> None:
    project = in_stage("signed")
    given = asked(project, "construction") | {"started_on": day(started)}
    if fits:
        move_on(project=project, to=Stage.CONSTRUCTION, given=given, version=project.version, user=chief())
    else:
        with pytest.raises(MoveRefused):
            move_on(project=project, to=Stage.CONSTRUCTION, given=given, version=project.version, user=chief())


def test_nothing_is_reached_on_a_day_that_has_not_come() -> None:
    project = in_stage("signed")
    given = asked(project, "registered") | {"registered_on": day(str(timezone.localdate().year + 1))}
    with pytest.raises(MoveRefused):
        move_on(project=project, to=Stage.REGISTERED, given=given, version=project.version, user=chief())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("signed_on", "completed_on"),
        ("signed_on", "production_on"),
        ("signed_on", "full_production_on"),
        ("started_on", "full_production_on"),
        ("planned_start", "planned_full_production"),
    ],
)
def test_order_holds_also_where_the_day_between_is_unknown(first: str, second: str) -> None:
    assert stages.broken_order({first: day("2020-05-01"), second: day("2019-01-01")}) == [(first, second)]
    assert stages.broken_order({first: day("2020-05-01"), second: day("2020")}) == []


def test_one_wrong_day_is_one_fault() -> None:
    days = {"signed_on": day("2021"), "started_on": day("2019"), "completed_on": day("2020")}
    assert stages.broken_order(days) == [("signed_on", "started_on")]


@pytest.mark.parametrize(
    ("first", "second", "odd"),
    [
        (("signed_on", "2020-06"), ("registered_on", "2020-05-31"), True),
        (("signed_on", "2020-06"), ("registered_on", "2020-06"), False),
        (("land_on", "2020-07"), ("started_on", "2020-06"), True),
        (("completed_on", "2021"), ("production_on", "2020-12"), True),
        (("signed_on", "2020-06-30"), ("planned_start", "2020-06-29"), True),
        (("signed_on", "2020-06-30"), ("planned_start", "2020"), False),
    ],
)
def test_unusual_orders_are_pointed_at(first: tuple, second: tuple, odd: bool) -> None:
    days = {name: day(text) for name, text in (first, second)}
    assert bool(stages.odd_order(days)) is odd
    assert stages.broken_order(days) == []


# Pages.


@pytest.fixture
def recorder(client: Client) -> Client:
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    return client


def url(project: Project, page: str = "stage", to: str = "") -> str:
    return f"{project.get_absolute_url()}{page}/" + (f"?to={to}" if to else "")


def test_the_form_of_a_move_asks_just_what_lacks(recorder: Client) -> None:
    project = in_stage("signed")
    response = recorder.get(url(project, to="registered"))
    assert response.context["form"].asked == ["project_company", "company_credit_code", "registered_on"]
    sent = {"version": project.version, "project_company": "甲公司", "registered_on": "2020年2月"}
    response = recorder.post(url(project, to="registered"), sent | {"company_credit_code": "123"})
    assert response.status_code == 422
    assert response.context["form"]["project_company"].value() == "甲公司"
    response = recorder.post(url(project, to="registered"), sent | {"company_credit_code": "91500116MA00000154"})
    assert response.status_code == 302
    project.refresh_from_db()
    assert (project.stage, str(project.milestones.get(kind="registered").actual_on)) == ("registered", "2020-02")


def test_signing_makes_the_agreement_and_asks_about_very_much(recorder: Client) -> None:
    project = in_stage("intent")
    sent = {
        "version": project.version,
        "investor": "甲公司",
        "signed_on": "2020-06-30",
        "cluster": Cluster.objects.first().pk,
        "agreed_capital": "600",
    }
    response = recorder.post(url(project, to="signed"), sent)
    assert response.status_code == 422
    assert response.context["form"].needs_acceptance
    assert recorder.post(url(project, to="signed"), sent | {"agreed_capital": "2"}).status_code == 302
    project.refresh_from_db()
    assert (project.stage, project.agreed_capital) == ("signed", 20000)
    assert str(project.commitments.get().committed_on) == "2020-06-30"
    assert project.lead_investor.name == "甲公司"


def test_a_recorder_is_offered_no_way_back(recorder: Client) -> None:
    project = in_stage("construction")
    assert {target.stage.value for target in recorder.get(url(project)).context["targets"]} == set(ORDER[7:])
    assert recorder.get(url(project, to="signed")).status_code == 404
    assert recorder.post(url(project, to="signed"), {"version": 2, "reason": "x"}).status_code == 404
    assert recorder.get(url(project, to="nowhere")).status_code == 404


def test_two_who_move_at_once_lose_nothing(client: Client) -> None:
    client.force_login(chief())
    project = in_stage("construction")
    sent = {"version": project.version, "reason": "误报"}
    move_on(project=project, to=Stage.COMPLETED, given=asked(project, "completed"), version=2, user=chief())
    response = client.post(url(project, to="signed"), sent)
    assert response.status_code == 409
    assert response.context["form"]["reason"].value() == "误报"
    assert client.post(url(project, to="signed"), sent | {"version": 3}).status_code == 302
    project.refresh_from_db()
    assert project.stage == "signed"


def test_the_form_of_a_project_takes_no_stage_back(client: Client) -> None:
    from tests.projects.opened import opened

    client.force_login(chief())
    project = in_stage("construction")
    data = opened(client, project)
    reached = [name for name in data if name.startswith("milestones-") and name.endswith(("-reached", "-actual_on"))]
    for name in reached:
        data.pop(name)
    response = client.post(f"{project.get_absolute_url()}edit/", data)
    assert response.status_code == 422
    project.refresh_from_db()
    assert project.stage == "construction"


# The plan.


def planned(**of: Any) -> PlannedMilestone:
    values = {"kind": "other", "name": "", "planned_on": None, "promised_on": None, "actual_on": None, "reached": False}
    return PlannedMilestone(**(values | of))


def save(project: Project, *rows: PlannedMilestone, removed: tuple[str, ...] = ()) -> Project:
    project.refresh_from_db()
    return save_plan(project=project, rows=rows, removed=removed, version=project.version, user=chief())


def test_a_moved_day_keeps_its_former_values_and_their_reasons() -> None:
    project = in_stage("signed")
    save(project, planned(kind="permit", planned_on=day("2020-09"), promised_on=day("2020-10")))
    with pytest.raises(MoveRefused):
        save(project, planned(kind="permit", planned_on=day("2020-11"), promised_on=day("2020-10")))
    save(project, planned(kind="permit", planned_on=day("2020-11"), promised_on=day("2020-10"), why="设计变更"))
    save(project, planned(kind="permit", planned_on=day("2020-11"), promised_on=None, why="企业撤回"))
    row = Milestone.objects.get(kind="permit")
    moved = progress.moved_days(project)[row.pk]
    assert [(str(one.old), str(one.new or ""), one.why, one.who) for one in moved] == [
        ("2020-10", "", "企业撤回", "chief"),
        ("2020-09", "2020-11", "设计变更", "chief"),
    ]
    assert row.plan_reason == "企业撤回"
    save(project, planned(kind="permit", planned_on=day("2020-11"), actual_on=day("2020-11"), reached=True))
    row.refresh_from_db()
    assert row.plan_reason == "企业撤回"
    assert len(progress.moved_days(project)[row.pk]) == 2


def test_free_milestones_come_and_go() -> None:
    project = in_stage("signed")
    save(project, planned(name="展示中心开放", planned_on=day("2020-09")), planned(name="签约仪式"))
    assert set(project.milestones.filter(kind="other").values_list("name", flat=True)) == {"展示中心开放", "签约仪式"}
    save(project, planned(name="展示中心开放", planned_on=day("2020-09"), reached=True), removed=("签约仪式",))
    (row,) = project.milestones.filter(kind="other")
    assert (str(row), row.reached) == ("展示中心开放", True)
    assert Milestone.history.filter(name="签约仪式", history_type="-").exists()
    project.refresh_from_db()
    assert project.stage == "signed"


def test_reaching_a_stage_on_the_page_of_milestones_asks_what_it_needs() -> None:
    project = in_stage("signed")
    with pytest.raises(MoveRefused):
        save(project, planned(kind="started", actual_on=day("2020-04"), reached=True))
    plan = planned(kind="completed", planned_on=day("2021"))
    save(project, planned(kind="started", actual_on=day("2020-04"), reached=True), plan)
    project.refresh_from_db()
    assert project.stage == "construction"
    assert StageMove.objects.first().to_stage == "construction"
    with pytest.raises(MoveRefused):
        save(project, planned(kind="started"), plan)
    project.refresh_from_db()
    assert project.stage == "construction"


def test_steps_that_make_no_stage_trip_nothing_else(client: Client) -> None:
    client.force_login(chief())
    project = in_stage("signed")
    save(project, planned(name="展示中心开放", planned_on=day("2020-09")), planned(kind="permit", reached=True))
    assert "甲" in b"".join(client.get("/projects/export.csv").streaming_content).decode("utf-8-sig")
    wanted = {"planned_start": "2020-08", "step": "preview", "filter": "", "scope": "all"}
    assert client.post("/projects/bulk/", wanted).status_code < 500
    for page in ("edit", "history"):
        assert client.get(url(project, page)).status_code == 200
    assert "展示中心开放" in client.get(url(project, "history")).content.decode()
    assert client.get("/projects/").status_code == 200
    assert client.get("/").status_code == 200


def test_rows_added_and_left_empty_say_nothing(recorder: Client) -> None:
    project = in_stage("signed")
    data = sent_plan(recorder, project) | {"milestones-TOTAL_FORMS": 13, "milestones-11-kind": "other"}
    data |= {"milestones-12-kind": "other", "milestones-12-planned_on": "2020-09"}
    response = recorder.post(url(project, "milestones"), data)
    assert response.status_code == 422  # a day without a name
    data.pop("milestones-12-planned_on")
    assert recorder.post(url(project, "milestones"), data).status_code == 302
    assert not project.milestones.exclude(kind__in=MAIN_MILESTONES).exists()


def sent_plan(client: Client, project: Project) -> dict[str, Any]:
    """What the browser sends of the page as it was opened."""
    context = client.get(url(project, "milestones")).context
    formset = context["formset"]
    data = {"version": context["version"], "milestones-TOTAL_FORMS": len(formset.forms)}
    data["milestones-INITIAL_FORMS"] = len(formset.forms)
    for form in formset:
        for name in ("kind", "name", "planned_on", "promised_on", "actual_on"):
            data[form.add_prefix(name)] = str(form[name].value() or "")
        if form["reached"].value():
            data[form.add_prefix("reached")] = "on"
    return data


def prefix(data: dict[str, Any], kind: str) -> str:
    return next(key for key, value in data.items() if key.endswith("-kind") and value == kind).removesuffix("kind")


def test_days_that_a_ledger_brought_in_the_wrong_order_stay_until_they_are_touched(recorder: Client) -> None:
    project = make_project("颠倒", park="shuangfu", signed="2020-06", reached={"started": "2019-07"})
    data = sent_plan(recorder, project)
    data[prefix(data, "production") + "planned_on"] = "2022"
    assert recorder.post(url(project, "milestones"), data).status_code == 302
    data = sent_plan(recorder, project)
    data[prefix(data, "started") + "actual_on"] = "2019-08"
    assert recorder.post(url(project, "milestones"), data).status_code == 422
    project.refresh_from_db()
    stalled = {"to": Condition.STALLED, "on": day("2020-09"), "reason": "等土地"}
    moves.change_condition(project=project, version=project.version, user=chief(), **stalled)
    project.refresh_from_db()
    assert project.condition == "stalled"


def test_the_page_of_milestones_writes_and_shows_its_errors(recorder: Client) -> None:
    project = in_stage("signed")
    data = sent_plan(recorder, project)
    data[prefix(data, "started") + "planned_on"] = "2020-09"
    data |= {"milestones-TOTAL_FORMS": 11, "milestones-10-kind": "other", "milestones-10-name": "展示中心开放"}
    data["milestones-10-promised_on"] = "2020年9月"
    assert recorder.post(url(project, "milestones"), data).status_code == 302
    project.refresh_from_db()
    html = recorder.get(project.get_absolute_url()).content.decode()
    assert "展示中心开放" in html
    data = sent_plan(recorder, project)
    data[prefix(data, "started") + "planned_on"] = "2020-10"
    response = recorder.post(url(project, "milestones"), data)
    assert response.status_code == 422
    assert 'id="id_milestones-3-why_error"' in response.content.decode()
    data[prefix(data, "started") + "why"] = "雨季"
    assert recorder.post(url(project, "milestones"), data).status_code == 302
    assert "雨季" in recorder.get(url(project, "milestones")).content.decode()
    data = sent_plan(recorder, Project.objects.get(pk=project.pk))
    data[prefix(data, "completed") + "planned_on"] = "2020-09"
    assert recorder.post(url(project, "milestones"), data).status_code == 422


def test_two_who_plan_at_once_see_each_other(recorder: Client) -> None:
    project = in_stage("signed")
    data = sent_plan(recorder, project)
    save(project, planned(kind="permit", planned_on=day("2020-07")))
    data[prefix(data, "started") + "planned_on"] = "2020-09"
    response = recorder.post(url(project, "milestones"), data)
    assert response.status_code == 409
    assert "2020-07" in response.content.decode()
    assert not project.milestones.filter(kind="started").exists()
    data |= {"version": response.context["version"], prefix(data, "permit") + "planned_on": "2020-07"}
    assert recorder.post(url(project, "milestones"), data).status_code == 302
    assert set(project.milestones.values_list("kind", flat=True)) == {"permit", "started"}


def test_readers_look_and_do_not_write(client: Client) -> None:
    project = in_stage("signed")
    save(project, planned(name="展示中心开放", planned_on=day("2020-09")))
    client.force_login(make_user("leader", "leader"))
    for page in ("milestones", "stage", "condition"):
        response = client.get(url(project, page))
        assert response.status_code == 200
        assert b"data-warn-unsaved" not in response.content
        assert client.post(url(project, page, "registered"), {}).status_code == 403
    assert "展示中心开放" in client.get(url(project, "milestones")).content.decode()


def test_moves_are_asked_of_the_same_table() -> None:
    """Whatever the table asks for can be typed: no field of it is left without a form."""
    from projects.progress_forms import MoveForm

    project = in_stage("lead")
    form = MoveForm(None, project=project, to=Stage.FULL_PRODUCTION, user=chief())
    given = {name for names in stages.REQUIRED.values() for name in names}
    assert set(form.asked) <= given
    assert set(stages.REQUIRED_LABELS) == given
    assert given > moves.COLUMNS


def test_the_form_of_a_project_moves_no_terminated_one_on_and_begins_no_condition_ahead(client: Client) -> None:
    from tests.projects.opened import opened

    client.force_login(chief())
    project = in_stage("signed")
    edit = f"{project.get_absolute_url()}edit/"
    ahead = opened(client, project) | {"condition": "stalled", "condition_on": "2099-01", "condition_reason": "缓建"}
    assert client.post(edit, ahead).status_code == 422
    ended = ahead | {"condition": "terminated", "condition_on": "2021-01"}
    assert client.post(edit, ended).status_code == 422  # what becomes of the capital is asked on a page of its own
    project.refresh_from_db()
    sent = {"on": "2021-01", "reason": "解约", "version": project.version, "commitments": "keep"}
    assert client.post(f"{project.get_absolute_url()}condition/?to=terminated", sent).status_code == 302
    project.refresh_from_db()
    data = opened(client, project)
    kinds = {value: name.removesuffix("-kind") for name, value in data.items() if name.endswith("-kind")}
    data[f"{kinds['full_production']}-reached"] = "on"
    assert client.post(edit, data).status_code == 422
    project.refresh_from_db()
    assert (project.stage, project.condition) == ("signed", "terminated")
