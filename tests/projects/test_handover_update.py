"""The update that adds the last handover where older data lack it: whom, on which day, and nothing twice."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from projects.integrity_people import the_last_handover_names_who_leads
from projects.models import Handover, Official, Project
from tests.builders import make_project

BEFORE = "0008_figure_indexes"
DAY = datetime.date(2020, 6, 1)


def told(project: Project) -> list[tuple[str, str, str]]:
    rows = project.handovers.select_related("from_official", "to_official")
    return [(str(row.from_official or ""), str(row.to_official or ""), str(row.handed_on)) for row in rows]


def led(name: str, *leads: str | None) -> Project:
    """A project that was handed over to the first of these; then its lead official was changed without a trace."""
    project = make_project(name, official=("毛平", "区长"))
    mao = project.lead_official
    for at, lead in enumerate(leads):
        official = Official.objects.get_or_create(name=lead)[0] if lead else None
        if at == 0:
            Handover.objects.create(project=project, from_official=mao, to_official=official, handed_on=DAY)
        project.lead_official = official
        project.save()
    return project


@pytest.mark.django_db(transaction=True)
def test_an_update_adds_the_last_handover_that_older_data_lack() -> None:
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes("projects")
    executor.migrate([("projects", BEFORE)])
    try:
        changed, emptied, whole = led("甲", "李明", "周强", "陈红"), led("乙", "李明", None), led("丙", "李明")
        never = make_project("丁", official=("毛平", "区长"))
        written = datetime.datetime(2021, 3, 4, 20, tzinfo=datetime.UTC)  # the fifth, here
        newest = changed.history.order_by("-history_id").first()
        changed.history.filter(pk=newest.pk).update(history_date=written)
        early = datetime.datetime(2019, 1, 1, tzinfo=datetime.UTC)  # after the handover all the same
        emptied.history.update(history_date=early)
    finally:
        MigrationExecutor(connection).migrate(latest)
    assert told(changed) == [("李明", "陈红", "2021-03-05"), ("毛平 · 区长", "李明", "2020-06-01")]
    assert told(emptied) == [("李明", "", "2020-06-01"), ("毛平 · 区长", "李明", "2020-06-01")]
    assert (len(told(whole)), told(never)) == (1, [])
    record = changed.handovers.first().history.get()
    assert (record.history_type, record.history_change_reason) == ("+", "update")
    assert list(the_last_handover_names_who_leads()) == []


@pytest.mark.django_db(transaction=True)
def test_the_update_can_be_gone_back_and_adds_nothing_twice() -> None:
    project = led("甲", "李明", "周强")
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("projects")
    for target in ([("projects", BEFORE)], latest, [("projects", BEFORE)], latest):
        MigrationExecutor(connection).migrate(target)
    assert len(told(project)) == 2
