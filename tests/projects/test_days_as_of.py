"""Days of what happened after the as-of day are unknown: on the page, in files, in conditions and in the order."""

import datetime
import random
from typing import Any

import pytest
from django.test import Client

from jiangjin.lib.dates import PartialDay
from projects import fetching, listrows
from projects.columnplaces import Asked
from projects.columns import BY_KEY
from projects.models import Project
from tests.builders import make_project, make_user
from tests.projects.test_project_list import listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
KEYS = ("started_on", "production_on", "condition_on", "condition_reason")
DAYS = ("2020-03-01", "2020-03", "2020", "2020-09-30", "2020-12-31", "2021-02", None)


@pytest.fixture
def register() -> dict[int, dict[str, Any]]:
    """What is written of each project, by its key."""
    chance, written = random.Random(5), {}
    for number in range(40):
        started, produced = chance.choice(DAYS), chance.choice(DAYS)
        project = make_project(
            f"项目{number}", signed="2019-05-01", reached={"started": started, "production": produced}
        )
        since = chance.choice(DAYS)
        if since:
            Project.objects.filter(pk=project.pk).update(
                condition="stalled", condition_on=PartialDay.from_iso(since), condition_reason="缺地"
            )
        days = [PartialDay.from_iso(day) if day else None for day in (started, produced, since)]
        written[project.pk] = dict(zip(KEYS, [*days, "缺地" if since else None], strict=True)) | {"since": days[2]}
    return written


def known(written: dict[str, Any], key: str, day: datetime.date | None) -> Any:
    """What is known of it at the end of the day."""
    dated = written["since"] if key.startswith("condition") else written[key]
    return None if day and dated and dated.last > day else written[key]


@pytest.mark.parametrize(
    "day", [None, *(datetime.date.fromisoformat(f"2020-{day}") for day in ("02-28", "03-31", "12-31"))]
)
def test_what_is_shown_and_asked_is_what_was_known(
    register: dict[int, dict[str, Any]], day: datetime.date | None
) -> None:
    asked = Asked(None, day or datetime.date(2021, 12, 31), day)
    columns = [BY_KEY[key] for key in KEYS]
    projects = Project.objects.order_by("pk")
    expected = [[known(written, key, day) for key in KEYS] for __, written in sorted(register.items())]
    page = fetching.fetched(projects, columns, asked)
    assert [[column.value(project) for column in columns] for project in page] == expected
    assert list(listrows.rows_of(projects, columns, asked)) == expected
    for column, values in zip(columns, zip(*expected, strict=True), strict=True):
        found = column.place.annotated(projects, asked)
        keys = dict(zip(sorted(register), values, strict=True))
        assert set(found.filter(column.place.empty(asked)).values_list("pk", flat=True)) == {
            key for key, value in keys.items() if value is None
        }
        assert set(found.exclude(column.place.empty(asked)).values_list("pk", flat=True)) == {
            key for key, value in keys.items() if value is not None
        }
        if column.kind == "partial_day":
            first = datetime.date(2020, 3, 1)
            assert set(found.filter(column.place.fits("since", first, asked)).values_list("pk", flat=True)) == {
                key for key, value in keys.items() if value and value.first >= first
            }


def test_a_list_of_an_earlier_day_knows_no_later_days(client: Client) -> None:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    make_project("早", signed="2020-01-05", reached={"started": "2020-03-01"})
    make_project("晚", signed="2020-01-04", reached={"started": "2020-10-09"})
    for query, names in (
        ("f=started_on:filled", ["早"]),
        ("f=started_on:empty", ["晚"]),
        ("f=started_on:ge:2020-07-01", []),
        ("sort=-started_on", ["早", "晚"]),
    ):
        assert listed(client, f"year=2020&as_of=2020-06-30&columns=name,started_on&{query}") == names, query
    html = client.get("/projects/?year=2020&as_of=2020-06-30&columns=name,started_on").content.decode()
    assert "2020-03-01" in html
    assert "2020-10-09" not in html
    assert listed(client, "year=2020&columns=name,started_on&sort=-started_on") == ["晚", "早"]
