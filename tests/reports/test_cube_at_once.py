"""What one look sums besides its cells is what a look of its own would say, for registers and days by chance."""

import datetime
import random
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q

from jiangjin.lib.money import YI
from projects import listing
from projects.choices import SIGNED_STAGES
from projects.classes import SIZES
from projects.models import Project
from reports import standing
from reports.cube import SOONER, Scope
from reports.figures import add, having_rank
from reports.home import LARGE, RANKS
from reports.measures import NOTHING, Figures, summed
from tests.reports.random_register import fill_register
from tests.reports.test_figures_agree import some_day, some_period

pytestmark = pytest.mark.django_db
SUMS = ("projects", "agreed")
TODAY = datetime.date(2021, 12, 31)


@pytest.fixture(scope="module")
def register(shared_data: None) -> None:
    """One register for all cases."""
    fill_register(random.Random(2021), 150)


def test_what_had_come_by_an_earlier_day(register: None) -> None:
    chance, filled = random.Random(11), 0
    for __ in range(60):
        period, days = some_period(chance), sorted(filter(None, (some_day(chance) for __ in range(12))))
        sooner, day = days[len(days) // 2], chance.choice([None, days[-1]])
        scope = Scope(Project.objects.counted(), period, day)
        both = scope.at(period, day, sooner).cut("park", "month", only=SUMS)
        assert both.total() == scope.cut("park", "month", only=SUMS).total(), (period, day, sooner)
        cells = {codes[:-1]: figures for codes, figures in both.within("sooner", [SOONER]).cells.items()}
        alone = scope.at(period, sooner).cut("park", "month", only=SUMS).cells
        assert _filled(cells) == _filled(alone), (period, day, sooner)
        filled += bool(_filled(alone)) and both.total() != summed(alone.values())
    assert filled > 10  # some came by the day, some later


def _filled(cells: dict[Any, Figures]) -> dict[Any, Figures]:
    return {codes: figures for codes, figures in cells.items() if figures != NOTHING}


@pytest.mark.parametrize("seed", range(40))
def test_parts_are_what_a_cut_of_their_own_says(register: None, seed: int) -> None:
    chance = random.Random(seed)
    period, projects = some_period(chance), Project.objects.counted()
    parts: dict[str, Any] = {stage.value: Q(stage=stage) for stage in SIGNED_STAGES}
    parts |= {name: Q(agreed_capital__gte=least) for name, least in LARGE.items()}
    parts |= {kind.value: having_rank(kind) for kind in RANKS}
    found = Scope(projects, period).cut("park", only=SUMS, parts=parts).parts
    by_stage = Scope(projects, period).cut("stage", only=SUMS).by_one("stage")
    by_size = Scope(projects, period).cut("size", only=SUMS).by_one("size")
    for stage in SIGNED_STAGES:
        assert found[stage.value] == by_stage.get(stage.value, NOTHING)
    for name, least in LARGE.items():
        assert found[name] == add(by_size, _at_least(least))
    for kind in RANKS:
        assert found[kind.value] == Scope(projects.filter(having_rank(kind)), period).cut(only=SUMS).total()


def _at_least(amount: Decimal) -> list[str]:
    return [size.code for size in SIZES if size.least * YI >= amount]


@pytest.mark.parametrize("seed", range(40))
def test_what_projects_were_on_a_day_is_what_a_cut_as_of_it_says(register: None, seed: int) -> None:
    chance = random.Random(seed)
    period, day, projects = some_period(chance), some_day(chance) or TODAY, Project.objects.counted()
    found = standing.stood(projects, period, day)
    parts = standing.parts_of(found, LARGE)
    by_stage = Scope(projects, period, day).cut("stage", only=SUMS).by_one("stage")
    by_size = Scope(projects, period, day).cut("size", only=SUMS).by_one("size")
    for stage in SIGNED_STAGES:
        assert parts.get(stage.value, NOTHING) == by_stage.get(stage.value, NOTHING), (period, day)
    for name, least in LARGE.items():
        assert parts[name] == add(by_size, _at_least(least)), (period, day)
    listed = projects.in_period(period, day).exclude(agreed_capital=None)
    largest = listing.ordered(listed, "-agreed_capital", listing.asked_of(period, day))[:10]
    assert standing.largest_of(found, 10) == [project.pk for project in largest], (period, day)


def test_on_a_day_a_project_has_begun_or_not_yet(register: None) -> None:
    everything = set(Project.objects.values_list("pk", flat=True))
    sizes = set()
    for month in range(1, 13):
        for year in range(2018, 2022):
            day = datetime.date(year, month, 15)
            begun, others = (set(found.values_list("pk", flat=True)) for found in _halves(day))
            assert begun | others == everything, day
            assert not begun & others, day
            sizes.add(len(others))
    assert len(sizes) > 10


def _halves(day: datetime.date) -> tuple[Any, Any]:
    return Project.objects.as_of(day), Project.objects.not_yet(day)
