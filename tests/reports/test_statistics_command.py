"""`manage.py statistics` beside the statistics page: as of a past day, without terminated projects, of an account."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.builders import make_user
from tests.reports.random_register import fill_register

pytestmark = pytest.mark.django_db
NAMES = ("projects", "agreed_capital", "arrived_capital", "unknown_capital")
Lines = dict[str, tuple[Any, ...]]


@pytest.fixture(scope="module")
def register(shared_data: None) -> None:
    """One register for all cases."""
    fill_register(random.Random(2022), 120)


def printed(*asked: str) -> Lines:
    """What the command says, by name; the whole under an empty one."""
    out = StringIO()
    call_command("statistics", "--json", *asked, stdout=out)
    answer = json.loads(out.getvalue())
    lines = {"" if row is answer["total"] else row["code"]: row for row in [*answer["rows"], answer["total"]]}
    names = {row["code"]: "none" if row["code"] == "none" else row["name"] for row in answer["rows"]}
    found = {names.get(code, ""): tuple(Decimal(row[name]) for name in NAMES) for code, row in lines.items()}
    return {name: values for name, values in found.items() if any(values)}


def shown(client: Client, by: str, query: str) -> Lines:
    """The same of the page, with its subtotals and the parts of parks."""
    url = f"/reports/statistics/?rows={by}&cols=none&measures=projects,agreed,arrived,unknown&compare=&{query}"
    rows = client.get(url).context["grid"].rows
    found = {}
    for row in rows:
        name = {"total": "", "unknown": "none"}.get(row.role, row.cells[0].value)
        found[name] = tuple(Decimal(cell.value) for cell in row.cells[1:])
    return {name: values for name, values in found.items() if any(values)}


@pytest.mark.parametrize("by", ["park", "cluster", "stage", "size", "quarter", "official"])
@pytest.mark.parametrize("day", ["2020-08-31", "2019-07-31"])
@pytest.mark.parametrize("terminated", [True, False])
def test_the_page_shows_what_the_command_prints(
    register: None, client: Client, by: str, day: str, terminated: bool
) -> None:
    client.force_login(make_user("reader", "leader"))
    asked = ["--year", day[:4], "--as-of", day, "--by", by, *([] if terminated else ["--without-terminated"])]
    lines = printed(*asked)
    page = shown(client, by, f"year={day[:4]}&as_of={day}&terminated={int(terminated)}")
    assert lines[""][0] > 5
    assert lines == {name: page[name] for name in lines}


def test_terminated_projects_are_left_out_as_of_the_day(register: None) -> None:
    asked = ["--year", "2020", "--as-of", "2020-12-31"]
    assert printed(*asked, "--without-terminated")[""][0] < printed(*asked)[""][0]


def test_of_an_account_that_sees_its_own_parks(register: None, client: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    client.force_login(make_user("own", "recorder", parks=["luohuang"]))
    asked = ["--year", "2020", "--as-of", "2020-12-31", "--by", "cluster"]
    own = printed(*asked, "--user", "own")
    page = shown(client, "cluster", "year=2020&as_of=2020-12-31")
    assert own == {name: page[name] for name in own}
    assert 0 < own[""][0] < printed(*asked)[""][0]


def test_an_unknown_account_is_refused() -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("statistics", "--user", "nobody")
