"""Home page, parks, clusters: whoever goes on from one of them stays in the year and at the day."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.builders import make_project
from tests.reports.pages import read

pytestmark = pytest.mark.django_db
DAY, YEAR = "2020-09-15", "2020"
PAGES = ["/", "/parks/", "/parks/luohuang/", "/parks/luohuang-smart-home/", "/industries/", "/industries/equipment/"]
FIGURES = ("/parks/", "/industries/")
# What is no place of figures: a project, a person, a form, the rules.
OTHERS = ("/projects/", "/investors/", "/officials/", "/lights/", "/history/")


@pytest.fixture
def register(vocabulary: None) -> None:
    make_project(park="luohuang", cluster="equipment", agreed="12", reached={"started": "2020-08-01"})
    make_project(park="luohuang-smart-home", cluster="equipment", agreed="60", arrivals={"2020-08": "5"})
    make_project(cluster="outside", agreed="1", signed="2020-02")
    make_project(park="degan", agreed="1", signed="2019-02")


def content_links(client: Client, url: str) -> list[str]:
    """The addresses of a page but for those of its menu, which begins anew."""
    menu = {link.href for link in read(client, "/lights/").links}
    return sorted({link.href for link in read(client, url).links} - menu - {"#content"})


def keeps_the_time(href: str) -> bool:
    params = parse_qs(urlsplit(href).query)
    # A month lies in its year; figures of all years have none.
    periods = params.get("year", []) + [code[:4] for code in params.get("period", [])]
    return params.get("as_of") == [DAY] and periods in ([YEAR], [])


@pytest.mark.parametrize("url", PAGES)
def test_every_link_keeps_the_year_and_the_day(register: None, leader: Client, url: str) -> None:
    checked = 0
    for href in content_links(leader, f"{url}?year={YEAR}&as_of={DAY}"):
        path = urlsplit(href).path
        of_figures = path.startswith(FIGURES) or path == "/projects/"
        # The page's own head changes the year or takes the day away: that is what it is for.
        if not of_figures:
            assert not path or path.startswith(OTHERS), (url, href)
            continue
        assert keeps_the_time(href), (url, href)
        checked += 1
    assert checked >= 5


@pytest.mark.parametrize("url", ["/", "/parks/", "/industries/"])
def test_an_ordinary_day_is_not_written_into_links(register: None, leader: Client, url: str) -> None:
    hrefs = content_links(leader, f"{url}?year={YEAR}")
    assert not [href for href in hrefs if "as_of" in href]


def test_the_list_keeps_them_in_its_own_links(register: None, leader: Client) -> None:
    for href in content_links(leader, f"/projects/?year={YEAR}&as_of={DAY}&park=luohuang"):
        parts = urlsplit(href)
        if not parts.path and "sort=" in parts.query:
            assert keeps_the_time(href), href
