"""A project given to another park between the form and the saving: who may not write it any more is told 403."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from parks.models import Park
from projects import attachments, capital_writing, locking, moves, obstacles, people_writing, registering
from projects.attachment_forms import checked_file
from projects.choices import Condition, Stage
from projects.models import Attachment, Note, Obstacle, Project, TaskForce
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
DAY = datetime.date(2020, 7, 1)
MAYOR = ("毛平", "区长")


@pytest.fixture
def recorder(client: Client) -> User:
    """Writes one park alone."""
    user = make_user("何某", role="recorder", parks=["shuangfu"])
    client.force_login(user)
    return user


@pytest.fixture
def project() -> Project:
    return make_project("光伏基地", code="P-1", park="shuangfu", agreed="1", lead_unit="区经信委", official=MAYOR)


def move_away(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(park=Park.objects.get(code="luohuang"))


def a_file() -> Any:
    return checked_file(SimpleUploadedFile("a.pdf", b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF"))


def raised(project: Project, user: User | None) -> Obstacle:
    return obstacles.raise_obstacle(
        project=project, text="缺水", unit="区水利局", raised_on=DAY, official=None, due_on=None, user=user
    )


def attached(project: Project, user: User | None) -> Attachment:
    stored = attachments.attach_files(project=project, files=[a_file()], owner=None, note="", user=user)
    return stored.new[0]


def solves_obstacle(project: Project, user: User) -> Callable[[], Any]:
    row = raised(project, None)
    return lambda: obstacles.solve_obstacle(obstacle=row, resolved_on=DAY, solution="已接水", user=user)


def corrects_obstacle(project: Project, user: User) -> Callable[[], Any]:
    row = raised(project, None)
    said = {"text": "缺电", "unit": "", "raised_on": DAY, "official": None, "due_on": None}
    return lambda: obstacles.correct_obstacle(obstacle=row, seen=obstacles.version_of(row), user=user, **said)


def force_of(project: Project, user: User) -> Callable[[], Any]:
    return lambda: people_writing.save_task_force(
        task_force=TaskForce(project=project, name="工作专班"), members=[], user=user
    )


def hands_over(project: Project, user: User) -> Callable[[], Any]:
    said = {"former": project.lead_official_id, "to": ("李明", "副区长"), "day": DAY, "reason": ""}
    return lambda: people_writing.hand_over(projects=[project.pk], user=user, **said)


def writes(name: str) -> Callable[[Project, User], Callable[[], Any]]:
    """A writing that needs nothing prepared, by its name."""
    stalled = {"to": Condition.STALLED, "on": PartialDay.of(DAY), "reason": "缺地"}
    given = {"project_company": "甲公司", "registered_on": PartialDay.of(DAY)}
    commitment = {"kind": "increase", "amount": Decimal(100), "committed_on": None}

    def made(project: Project, user: User) -> Callable[[], Any]:
        of = {"project": project, "user": user}
        versioned = {**of, "version": project.version}
        seen = capital_writing.newest_record("commitments", project.pk)
        entry = {"table": "commitments", "project_id": project.pk, "pk": None, "seen": seen, "user": user}
        return {
            "obstacle": lambda: raised(project, user),
            "attachment": lambda: attached(project, user),
            "note": lambda: registering.write_note(kind="note", text="已对接", **of),
            "follow-up": lambda: people_writing.write_follow_up(official=MAYOR, day=DAY, text="现场办公", **of),
            "stage": lambda: moves.move_on(to=Stage.REGISTERED, given=given, **versioned),
            "plan": lambda: moves.save_plan(rows=[], removed=[], **versioned),
            "condition": lambda: moves.change_condition(**stalled, **versioned),
            "capital": lambda: capital_writing.write_entry(values=commitment, **entry),
        }[name]

    return made


CASES = {
    **{
        name: writes(name)
        for name in ("obstacle", "attachment", "note", "follow-up", "stage", "plan", "condition", "capital")
    },
    "obstacle solved": solves_obstacle,
    "obstacle corrected": corrects_obstacle,
    "task force": force_of,
    "handing over": hands_over,
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_written_about_a_project_that_left_the_park(
    recorder: User, project: Project, name: str, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    write = CASES[name](project, recorder)
    records = [Project.history.count(), Obstacle.history.count(), Note.objects.count(), TaskForce.objects.count()]
    move_away(project)
    with pytest.raises(PermissionDenied):
        write()
    after = [Project.history.count(), Obstacle.history.count(), Note.objects.count(), TaskForce.objects.count()]
    assert after == records
    assert not list(tmp_path.rglob("*.*"))
    assert not Attachment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_is_neither_removed_nor_restored(
    recorder: User, project: Project, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    row = attached(project, recorder)
    move_away(project)
    with pytest.raises(PermissionDenied):
        attachments.remove_attachment(attachment=row, user=recorder)
    assert not Attachment.objects.get().is_removed
    Attachment.objects.update(removed_at="2020-07-01T00:00:00Z")
    with pytest.raises(PermissionDenied):
        attachments.restore_attachment(attachment=row, user=recorder)
    assert Attachment.objects.get().is_removed


SENT = {
    "obstacles/new/": {"text": "缺水", "unit": "区水利局", "raised_on": "2020-07-01"},
    "notes/": {"kind": "note", "text": "已对接"},
    "officials/follow-ups/": {
        "official": "",
        "official_name": "毛平",
        "official_post": "区长",
        "followed_on": "2020-07-01",
        "text": "现场办公",
    },
}


@pytest.mark.parametrize("page", SENT)
def test_the_pages_answer_403_and_write_nothing(
    recorder: User, client: Client, project: Project, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = locking.lock_projects

    def lock(ids: Any) -> None:  # somebody gave it away in the moment before
        move_away(project)
        locked(ids)

    monkeypatch.setattr(locking, "lock_projects", lock)
    before = Project.history.count()
    assert client.post(f"/projects/P-1/{page}", SENT[page]).status_code == 403
    assert (Project.history.count(), Obstacle.objects.count(), Note.objects.count()) == (before, 0, 0)


def test_a_project_is_neither_voided_nor_edited_after_it_left(client: Client, project: Project) -> None:
    chief = make_user("主任", role="manager", parks=["shuangfu"])
    read = Project.objects.get(pk=project.pk)
    move_away(project)
    with pytest.raises(PermissionDenied):
        registering.void_project(project=read, reason="重复", user=chief)
    values = {"investors": None, "commitments": None, "milestones": None, "official": ("", ""), "user": chief}
    with pytest.raises(PermissionDenied):
        registering.save_project(project=read, version=read.version, **values)
    assert not Project.objects.get(pk=project.pk).is_voided
