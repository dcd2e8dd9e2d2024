"""Reads our pages back: links with their words, and the totals of a list."""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.http import QueryDict
from django.test import Client

from accounts.models import User
from projects import conditions, listing
from projects.models import Project

CENT = Decimal("0.01")
FOOT = re.compile(r'<[^>]* id="totals"[^>]*>')
# Which conditions of the list a client has seen drawn.
_DRAWN: weakref.WeakKeyDictionary[Client, set[frozenset[str]]] = weakref.WeakKeyDictionary()
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass
class Link:
    """A link of the page's content and what stands in it."""

    href: str
    text: str
    # What the lists said that links of the same reading of the page opened.
    lists: dict[str, dict[str, str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def number(self) -> Decimal | None:
        """The figure that the link says, if it says one."""
        digits = self.text.replace(",", "").strip()
        return Decimal(digits) if re.fullmatch(r"\d+(\.\d+)?", digits) else None

    @property
    def is_amount(self) -> bool:
        """Amounts are shown in 亿元 with two decimals, counts without."""
        return "." in self.text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.open: Link | None = None
        self.by_id: dict[str, dict[str, str]] = {}
        self.lists: dict[str, dict[str, str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if "id" in known:
            self.by_id[known["id"]] = known
        if tag == "a":
            self.open = Link(known.get("href", ""), "", self.lists)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.open:
            self.links.append(self.open)
            self.open = None

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open.text += data


def read(client: Client, url: str) -> _Reader:
    """The page at this address, which must be there."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader


def figure_links(client: Client, url: str) -> list[Link]:
    """The links of a page that say a figure and open the list of projects."""
    links = read(client, url).links
    return [link for link in links if urlsplit(link.href).path == "/projects/" and link.number is not None]


def totals(client: Client, url: str) -> dict[str, str]:
    """The data attributes of `#totals` on a page. A list is counted as its page counts it; the first one that a client
    asks for by the same conditions is drawn, too, and must say the same.
    """
    if urlsplit(url).path != "/projects/":
        return read(client, url).by_id["totals"]
    found = _counted(client, url)
    asked = frozenset(QueryDict(urlsplit(url).query))
    if asked not in (drawn_of := _DRAWN.setdefault(client, set())):
        drawn_of.add(asked)
        response = client.get(f"{url}{'&' if '?' in url else '?'}per_page=1", headers={"HX-Request": "true"})
        assert response.status_code == 200, (url, response.status_code)
        foot = FOOT.search(response.content.decode())
        assert foot, url
        drawn = dict(ATTRIBUTE.findall(foot[0]))
        assert {name: drawn[name] for name in found} == found, url
    return found


def _counted(client: Client, url: str) -> dict[str, str]:
    """What projects/list_views.py counts for the account that the client is."""
    user = User.objects.get(pk=client.session["_auth_user_id"])
    visible, words = Project.objects.visible_to(user), conditions.vocabulary()
    filters = conditions.narrowed(QueryDict(urlsplit(url).query), visible, words, user=user)
    faults = conditions.faults_of(filters)
    found = filters.totals(Project.objects.none() if faults else filters.qs)
    unknown = 0 if faults else conditions.unknown_beside(filters, visible, words, found)
    return {
        "data-count": str(found.projects),
        "data-increased": str(found.increased),
        "data-agreed": listing.plain(found.agreed),
        "data-arrived": listing.plain(found.arrived),
        "data-unknown": str(unknown),
    }


def opened(client: Client, link: Link) -> dict[str, str]:
    """What the list behind a link says (`totals`). Several links of a page open the same list: it is asked once."""
    if link.href not in link.lists:
        link.lists[link.href] = totals(client, link.href)
    return link.lists[link.href]


def assert_opens_its_rows(client: Client, link: Link) -> None:
    """The list behind a figure comes to the same figure: its number of projects, or what was agreed or arrived."""
    found = opened(client, link)
    if link.is_amount:
        shown = {
            (Decimal(found[name]) / 10000).quantize(CENT, ROUND_HALF_UP) for name in ("data-agreed", "data-arrived")
        }
        assert link.number in shown, (link, found)
    else:
        assert Decimal(found["data-count"]) == link.number, (link, found)
