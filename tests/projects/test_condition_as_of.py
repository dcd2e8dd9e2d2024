"""The condition of a project as of a day: the database and `stages.condition_as_of` say the same, on both databases."""

from __future__ import annotations

import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jiangjin.lib.dates import PartialDay
from projects import stages
from projects.choices import Condition
from projects.models import ConditionPeriod, Project

# Few days that touch each other: what began and ended on one, what overlaps, ends of months and years.
DAYS = ["2020", "2020-06", "2020-06-29", "2020-06-30", "2020-07-01", "2020-12-31", "2021"]
ASKED = ["2020-01-01", "2020-06-29", "2020-06-30", "2020-07-01", "2020-12-30", "2020-12-31", "2021-12-31", "2022-01-01"]
days = st.none() | st.sampled_from(DAYS).map(PartialDay.from_iso)
past = st.sampled_from([Condition.STALLED, Condition.TERMINATED])
histories = st.tuples(st.sampled_from(list(Condition)), days, st.lists(st.tuples(past, days, days), max_size=3))


class ConditionAsOfADay(TestCase):
    """Some projects, each with a present condition and past ones, asked for every day at which something may change."""

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(made=st.lists(histories, min_size=1, max_size=8))
    def test_it_is_the_same_wherever_it_is_asked(self, made) -> None:
        projects = [
            Project(name=f"{at}", name_key=f"{at}", code=f"C-{at}", condition=now, condition_on=since)
            for at, (now, since, __) in enumerate(made)
        ]
        Project.objects.bulk_create(projects)
        ConditionPeriod.objects.bulk_create(
            ConditionPeriod(project=project, condition=condition, since=since, until=until)
            for project, (__, __, periods) in zip(projects, made, strict=True)
            for condition, since, until in periods
        )
        read = list(Project.objects.prefetch_related("condition_periods"))
        for text in ASKED:
            day = datetime.date.fromisoformat(text)
            found = dict(Project.objects.with_condition_as_of(day).values_list("pk", "condition_then"))
            assert found == {project.pk: stages.condition_as_of(project, day) for project in read}, text
