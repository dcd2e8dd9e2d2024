"""The funnel's days between stages: medians counted by hand, and the rates that open their rows."""

import datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.test import Client

from projects.choices import Stage
from projects.models import Project
from projects.periods import Period
from reports.stagedays import Days, stage_days
from tests.builders import make_project
from tests.reports.pages import read, totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(vocabulary: None) -> None:
    """What is known to the day, to the month, of nobody; a step taken early; what does not count here."""
    make_project(
        signed="2020-01-01", reached={"registered": "2020-01-11", "land": "2020-02-10", "started": "2020-03-01"}
    )
    make_project(signed="2020-01-05", reached={"registered": "2020-01-25", "started": "2020-03-10"})  # without land
    make_project(signed="2020-02", reached={"registered": "2020-02-20", "land": "2020-03-10"})
    make_project(signed="2020-03-01", reached={"registered": "2020-02-20"})  # a firm of old
    make_project(signed="2020-01-01", reached={"registered": None})
    make_project(signed="2020-01-01", reached={"registered": "2020-12-01"}, voided="重复登记")
    make_project(signed="2019-12-31", reached={"registered": "2020-12-01"})
    make_project(signed="2020-05-01")


def days_of(day: datetime.date | None = None) -> dict:
    found = stage_days(Project.objects.counted().signed_within(Period(2020)), day)
    return {stage: (days.former, days.signing) for stage, days in found.items()}


def test_medians_counted_by_hand(register: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        found = days_of()
    assert found[Stage.REGISTERED] == (Days(Decimal(10), 3), Days(Decimal(10), 3))  # 10, 20, −10
    # 30 and 19 days after the registration; of the second one the signing is known to the month alone.
    assert found[Stage.LAND] == (Days(Decimal("24.5"), 2), Days(Decimal(40), 1))
    assert found[Stage.CONSTRUCTION] == (Days(Decimal(20), 1), Days(Decimal("62.5"), 2))  # 60 and 65 since signing
    assert found[Stage.COMPLETED] == (Days(), Days())


def test_as_of_a_day_what_comes_later_does_not_count(register: None) -> None:
    found = days_of(datetime.date(2020, 1, 25))
    assert found[Stage.REGISTERED][0] == Days(Decimal(15), 2)
    assert days_of(datetime.date(2020, 1, 24))[Stage.REGISTERED][0] == Days(Decimal(10), 1)
    assert found[Stage.LAND][0] == Days()


def test_the_page_says_of_how_many_the_days_are(register: None, leader: Client) -> None:
    response = leader.get("/?year=2020")
    steps = {step.stage: step for step in response.context["funnel"]}
    assert steps[Stage.REGISTERED].projects == 5
    html = response.content.decode()
    assert '10 <span class="note">(3/5)</span>' in html
    assert '24.5 <span class="note">(2/3)</span>' in html
    assert '<span class="note">(0/' not in html  # of a stage that nobody came to there is nothing to say


def test_rates_are_of_the_signed_and_of_the_stage_before(register: None, leader: Client) -> None:
    steps = {step.stage: step for step in leader.get("/?year=2020").context["funnel"]}
    assert [steps[one].projects for one in (Stage.SIGNED, Stage.REGISTERED, Stage.LAND, Stage.CONSTRUCTION)] == [
        6,
        5,
        3,
        2,
    ]
    assert steps[Stage.SIGNED].of_signed is None
    assert steps[Stage.LAND].of_signed == Decimal(3) / Decimal(6)
    assert steps[Stage.LAND].of_former == Decimal(3) / Decimal(5)
    assert steps[Stage.COMPLETED].of_former == 0
    assert steps[Stage.PRODUCTION].of_former is None  # of none


def test_each_rate_opens_the_rows_of_its_numerator(register: None, leader: Client) -> None:
    found = {link.text: link.href for link in read(leader, "/?year=2020&as_of=2020-12-31").links if "%" in link.text}
    for words, number in (("83.3%", 5), ("50.0%", 3), ("60.0%", 3), ("66.7%", 2)):
        assert urlsplit(found[words]).path == "/projects/"
        assert "as_of=2020-12-31" in found[words]
        assert totals(leader, found[words])["data-count"] == str(number)


def test_a_terminated_project_stays_in_the_rates(register: None, leader: Client) -> None:
    make_project(signed="2020-04-01", condition="terminated")
    steps = {step.stage: step for step in leader.get("/?year=2020").context["funnel"]}
    assert steps[Stage.REGISTERED].of_signed == Decimal(5) / Decimal(7)
