"""Who is longer at a stage than nine in ten of its kind took: the percentile, the kind, who is left out."""

from __future__ import annotations

import datetime

import pytest

from projects.choices import Stage
from projects.models import Project
from reports.ageing import Ageing, ageing_of, ninth_of_ten
from tests.builders import make_project

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 12, 31)
FIRST = datetime.date(2020, 1, 1)


def left_after(days: list[int], cluster: str) -> None:
    """Projects that started so many days after their signing."""
    for number in days:
        started = FIRST + datetime.timedelta(number)
        make_project(agreed="1", cluster=cluster, signed="2020-01-01", reached={"started": started.isoformat()})


def waits(name: str, days: int, cluster: str | None, **more: str) -> Project:
    signed = (DAY - datetime.timedelta(days)).isoformat()
    return make_project(name, agreed="1", cluster=cluster, signed=signed, **more)  # type: ignore[arg-type]


def old_at_signing(ageing: Ageing) -> dict[str, int]:
    names = dict(Project.objects.values_list("pk", "name"))
    return {names[one.pk]: one.measure.days for one in ageing.old if one.stage == Stage.SIGNED}


def found() -> Ageing:
    return ageing_of(Project.objects.counted(), Project.objects.counted(), DAY, DAY)


def test_nine_in_ten() -> None:
    assert ninth_of_ten(list(range(1, 21))) == 18
    assert ninth_of_ten(list(range(1, 11))) == 9
    assert ninth_of_ten([5] * 11) == 5
    assert ninth_of_ten(list(range(1, 12))) == 10  # nine in ten of eleven are ten


def test_compared_with_its_own_cluster_where_twenty_have_left(vocabulary: None) -> None:
    left_after(list(range(1, 21)), "equipment")  # nine in ten within 18 days
    waits("多一天", 19, "equipment")
    waits("刚好", 18, "equipment")
    assert old_at_signing(found()) == {"多一天": 18}


def test_compared_with_the_district_where_fewer_have(vocabulary: None) -> None:
    left_after(list(range(1, 20)), "equipment")  # nineteen: too few
    left_after([200], "materials")
    waits("装备", 100, "equipment")
    waits("没有产业", 100, None)
    assert old_at_signing(found()) == {"装备": 18, "没有产业": 18}


def test_nothing_is_compared_with_too_few(vocabulary: None) -> None:
    left_after(list(range(1, 10)), "equipment")
    waits("等", 300, "equipment")
    assert not found().old


def test_terminated_and_coarse_days_are_left_out(vocabulary: None) -> None:
    left_after([1] * 20, "equipment")
    ended = waits("终止", 100, "equipment")
    Project.objects.filter(pk=ended.pk).update(condition="terminated")
    make_project("只知年份", agreed="1", cluster="equipment", signed="2019")
    make_project("只知月份", agreed="1", cluster="equipment", signed="2020-10")
    assert list(old_at_signing(found())) == ["只知月份"]
    old = found().old[0]
    assert old.days == (DAY - datetime.date(2020, 10, 31)).days  # from the last day that it could be


def test_as_of_an_earlier_day_it_had_not_left_yet(vocabulary: None) -> None:
    left_after([1] * 20, "equipment")
    make_project("后来开工", agreed="1", cluster="equipment", signed="2020-03-01", reached={"started": "2020-12-01"})
    day = datetime.date(2020, 11, 30)
    then = ageing_of(Project.objects.counted(), Project.objects.counted(), day, day)
    assert list(old_at_signing(then)) == ["后来开工"]
    assert not old_at_signing(found())
