"""What was corrected since a day: histories against the register, by project, and what it adds up to."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from jiangjin.lib.dates import PartialDay
from projects import capital
from projects.models import CapitalArrival, CapitalCommitment, Project
from projects.registering import restore_project, void_project
from reports.bridge import Asked
from reports.correction_grids import changed_grid
from reports.corrections import Corrections, corrections_of
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
EVENING = datetime.date(2020, 6, 30)
BEFORE = datetime.datetime(2020, 6, 10, 9, tzinfo=datetime.UTC)
AFTER = datetime.datetime(2020, 7, 10, 9, tzinfo=datetime.UTC)


def written(project: Project, at: datetime.datetime) -> Project:
    """As if everything about it had been written at that time."""
    Project.objects.filter(pk=project.pk).update(created_at=at)
    project.history.update(history_date=at)
    for rows in (CapitalCommitment, CapitalArrival):
        rows.history.filter(project=project.pk).update(history_date=at)
    return Project.objects.get(pk=project.pk)


def corrected(**more: Any) -> Corrections:
    return corrections_of(
        Asked(
            Project.objects.counted(),
            EVENING,
            datetime.date(2020, 12, 31),
            voided=Project.objects.exclude(voided_at=None),
            **more,
        )
    )


def figures(counted: Any) -> tuple[int, Decimal, Decimal]:
    return counted.projects, counted.agreed, counted.arrived


def told(found: Corrections) -> list[tuple[str, str]]:
    grid = changed_grid(found.asked, found.changed)
    return [(row.cells[0].value, row.cells[1].value) for row in grid.rows]


def test_nothing_was_corrected(vocabulary: None) -> None:
    written(make_project(agreed="5", signed="2020-05-01", arrivals={"2020-05": "100"}), BEFORE)
    found = corrected()
    assert figures(found.then) == figures(found.now) == (1, Decimal(50000), Decimal(100))
    assert not found.changed


def test_entered_later_is_no_change_of_what_was_there(vocabulary: None) -> None:
    written(make_project(agreed="5", signed="2020-05-01"), BEFORE)
    written(make_project(agreed="2", signed="2020-06-15"), AFTER)
    written(make_project(agreed="9", signed="2020-07-02"), AFTER)  # happened later: an event, not a correction
    found = corrected()
    assert figures(found.entered) == (1, Decimal(20000), 0)
    assert figures(found.then) == (1, Decimal(50000), 0)
    assert not found.changed


def test_another_amount_and_another_day(vocabulary: None) -> None:
    raised = written(make_project("改了金额", agreed="5", signed="2020-05-01"), BEFORE)
    moved = written(make_project("改了日期", agreed="3", signed="2020-06-20"), BEFORE)
    row = raised.commitments.get()
    row.amount = Decimal(60000)
    row._history_user = make_user("manager", "manager", all_parks=True)
    row.save()
    capital.recompute_and_save([raised.pk], user=None, reason="")
    moved.signed_on = PartialDay(2020, 7, 2)
    moved.save()
    found = corrected()
    assert {one.pk: figures(one.change) for one in found.changed} == {
        raised.pk: (0, Decimal(10000), 0),
        moved.pk: (-1, Decimal(-30000), 0),
    }
    assert figures(found.then) == (2, Decimal(80000), 0)
    words = dict(told(found))
    assert "5.00" in words["改了金额"]
    assert "6.00" in words["改了金额"]
    assert "2020-06-20 → 2020-07-02" in words["改了日期"]
    who = {row.cells[0].value: row.cells[5].value for row in changed_grid(found.asked, found.changed).rows}
    assert who["改了金额"] == "manager"


def test_an_arrival_entered_later_for_an_earlier_month(vocabulary: None) -> None:
    project = written(make_project("补录到位", agreed="5", signed="2020-05-01"), BEFORE)
    CapitalArrival.objects.create(project=project, month=PartialDay(2020, 6), amount=Decimal(700))
    CapitalArrival.objects.create(project=project, month=PartialDay(2020, 7), amount=Decimal(900))
    capital.recompute_and_save([project.pk], user=None, reason="")
    found = corrected()
    assert [figures(one.change) for one in found.changed] == [(0, 0, Decimal(700))]
    assert figures(found.then)[2] == 0


def test_voided_and_restored(vocabulary: None) -> None:
    gone = written(make_project("作废", agreed="5", signed="2020-05-01"), BEFORE)
    void_project(project=gone, reason="重复", user=make_user("manager", "manager", all_parks=True))
    found = corrected()
    assert [figures(one.change) for one in found.changed] == [(-1, Decimal(-50000), 0)]
    assert figures(found.then) == (1, Decimal(50000), 0)
    restore_project(project=Project.objects.get(pk=gone.pk), user=None)  # type: ignore[arg-type]
    assert not corrected().changed  # back to what it was that evening


def test_a_saving_without_a_change_is_none(vocabulary: None) -> None:
    project = written(make_project(agreed="5", signed="2020-05-01"), BEFORE)
    project.remarks = "备注"
    project.save()
    assert not corrected().changed


def test_the_page_says_it(vocabulary: None, leader: Client) -> None:
    written(make_project("改了金额", agreed="5", signed="2020-05-01"), BEFORE)
    page = leader.get("/reports/changes/?from=2020-06-30&to=2020-12-31").content.decode()
    assert 'id="corrected"' in page
    assert 'id="corrected-list"' not in page
