"""Whatever leads on from the list keeps what the list was asked for: links, files, panels, forms."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from projects import conditions
from projects.filters import ProjectFilter
from projects.models import Project
from tests.builders import make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
VIEW = "sort=-arrived_year&columns=name,park,arrived_year&per_page=20"
FOUND = f"as_of=2021-12-31&judged_on=2021-06-30&arrived_in=2020&changed=arrived:2019-12-31&live=1&f=name:has:甲&{VIEW}"
# Every condition that the list knows, whatever it finds.
EVERY = (
    "as_of=2021-12-31&judged_on=2021-06-30&q=甲&year=2020&period=2020Q3&signed_in=2020&arrived_in=2020:foreign"
    "&changed=arrived:2019-12-31&reached_within=started:6&park=shuangfu&park=none&cluster=equipment&chain=none"
    "&stage=signed&stage=land&condition=active&size=1-5&step=landed&min_capital=1&max_capital=5&signed_from=2019"
    "&signed_to=2021&rank=listed&investor_type=private&lead_type=none&top_rank=none&official=none&lead_unit=none"
    "&live=1&followed=1&source=none&tag=x&light=red&missing=any&f=name:has:甲&f=park:filled&voided=1"
    f"&reached=started:2020&key=1&stuck=stalled&gap=amount&{VIEW}"
)
ELSEWHERE = ("/projects/export.", "/imports/ledger.", "/projects/bulk/", "/arrivals/", "/projects/views/new/")
# What one link may change.
CHANGES = ({"sort"}, {"page"}, {"year", "period"}, {"as_of"}, {"columns"})
# What names no condition, and what some of the pages behind a link do not have.
IGNORED = {"page", "per_page", "sort", "columns"}

Pairs = list[tuple[str, str]]


class Page(HTMLParser):
    """The addresses of a page's links and forms, and what each of its GET forms would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: dict[str, Pairs] = {}
        self._form: str | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")
        elif tag == "form":
            self.links.append(found.get("action") or "")
            self._form = found.get("id") or found.get("class") or ""
            self.forms.setdefault(self._form, [])
        elif tag == "select":
            self._select = found.get("name") or ""
        elif tag == "option" and "selected" in found:
            self._send(found, self._select)
        elif tag == "input" and (found.get("type") != "checkbox" or "checked" in found) and "disabled" not in found:
            self._send(found, found.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _send(self, found: dict[str, str | None], name: str) -> None:
        if self._form is not None and name and found.get("value"):
            self.forms[self._form].append((name, found["value"] or ""))


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def of(address: str) -> Pairs:
    return sorted(parse_qsl(urlsplit(address).query))


def differing(one: Pairs, other: Pairs) -> set[str]:
    return {name for name, __ in set(one) ^ set(other)}


def some_projects() -> None:
    for number in range(1, 22):  # one more than a page holds
        make_project(f"甲{number}", park="shuangfu", agreed="3", arrivals={"2020-09": "50"}, signed="2019-05")


def test_the_address_has_every_condition() -> None:
    filters = conditions.narrowed(QueryDict(EVERY), Project.objects.all(), conditions.vocabulary())
    assert conditions.faults_of(filters) == []
    assert set(ProjectFilter.base_filters) == set(QueryDict(EVERY)) - {"sort", "columns", "per_page"}


@pytest.mark.parametrize("query", [FOUND, EVERY])
def test_every_link_keeps_the_rest(client: Client, query: str) -> None:
    if query == FOUND:
        some_projects()
    response = client.get(f"/projects/?{query}")
    links, asked = Page(response.content.decode()).links, of(f"?{query}")
    here = [link for link in links if link.startswith("?")]
    assert here
    for link in here:
        assert any(differing(of(link), asked) <= some for some in CHANGES), link
    there = [link for link in links if link.startswith(ELSEWHERE)]
    assert len(there) == (6 if query == FOUND else 1)  # two files, two bulk changes, the grid, a new view
    for link in there:
        assert differing(of(link), asked) <= IGNORED, link
    for chip in response.context["chips"]:
        rest = [(name, value) for name, value in asked if (name, value) != (chip.parameter, chip.raw)]
        assert of(f"?{chip.without}") == rest, chip


@pytest.mark.parametrize("query", [FOUND, EVERY])
def test_every_panel_keeps_the_rest(client: Client, query: str) -> None:
    asked, forms = of(f"?{query}"), Page(client.get(f"/projects/?{query}").content.decode()).forms
    for name, own in (
        ("conditions", ""),
        ("column-condition", ""),
        ("columns", "columns"),
        ("dropdown-panel as-of-form", "as_of"),
    ):
        sent = {(key, value) for key, value in forms[name] if key != own}
        assert sorted(sent) == [(key, value) for key, value in asked if key != own], name


@pytest.mark.parametrize("query", [FOUND, EVERY])
def test_an_answer_to_the_open_page_brings_the_panels_up_to_date(client: Client, query: str) -> None:
    answer = client.get(f"/projects/?{query}", headers={"HX-Request": "true"}).content.decode()
    whole = _element(answer, "condition-query") + _element(answer, "condition-fields")
    for part in (whole, _element(answer, "column-condition-query")):
        assert sorted(set(Page(f'<form id="panel">{part}</form>').forms["panel"])) == of(f"?{query}")


def _element(html: str, name: str) -> str:
    """What stands in the div with this id, which holds no other before its end but those of its own."""
    start = html.find(f'<div id="{name}"')
    if start < 0:
        return ""
    depth, place = 0, start
    while True:
        opens, closes = html.find("<div", place + 1), html.find("</div>", place + 1)
        if 0 <= opens < closes:
            depth, place = depth + 1, opens
        elif depth:
            depth, place = depth - 1, closes
        else:
            return html[start:closes]


def test_the_grid_of_arrivals_is_of_the_same_projects(client: Client) -> None:
    some_projects()
    project = Project.objects.get(name="甲2")
    client.post(f"/projects/{project.code}/follow/", {"follows": "1"})
    assert [row.name for row in client.get("/projects/?followed=1").context["page"]] == ["甲2"]
    assert [row.project.name for row in client.get("/arrivals/?followed=1").context["rows"]] == ["甲2"]
