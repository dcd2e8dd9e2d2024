"""Saved views: whose they are, who sees them, what opens by itself, what a filter beside one does and does not do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from parks.models import Park
from projects import savedviews
from projects.models import DefaultView, Project, SavedView
from projects.viewwriting import save_view, set_default
from tests.builders import make_project, make_user
from tests.projects.test_project_list import listed, names_in, totals_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(vocabulary: None) -> User:
    return make_user("owner", role="manager", all_parks=True)


@pytest.fixture
def mine(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_view(owner: User, query: str = "park=shuangfu", name: str = "双福", **fields: Any) -> SavedView:
    return save_view(view=SavedView(owner=owner, name=name, query=query, **fields), user=owner)


def two_parks() -> None:
    make_project("双福的", park="shuangfu", agreed="2")
    make_project("德感的", park="degan", agreed="3")


def address(view: SavedView, what: str = "") -> str:
    return f"/projects/views/{view.pk}/{what}"


# Saving


def test_what_the_list_shows_is_saved_under_a_name(mine: Client, owner: User) -> None:
    two_parks()
    shown = "park=shuangfu&columns=name,park,arrival_rate&sort=-signed_on&f=agreed_capital:ge:1&page=7&per_page=20"
    assert mine.get(f"/projects/views/new/?{shown}").status_code == 200
    assert SavedView.objects.count() == 0  # looking writes nothing
    response = mine.post(f"/projects/views/new/?{shown}", {"name": "双福", "sharing": "private"})
    view = SavedView.objects.get()
    assert response["Location"] == f"/projects/?view={view.pk}"
    assert QueryDict(view.query).dict() == {
        "park": "shuangfu",
        "columns": "name,park,arrival_rate",
        "sort": "-signed_on",
        "f": "agreed_capital:ge:1",
    }
    html = mine.get(response["Location"]).content.decode()
    assert names_in(html) == ["双福的"]
    assert re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html)[-2:] == ["园区", "到位率（%）"]
    assert view.history.get().history_user == owner


@pytest.mark.parametrize("query", ["min_capital=x", "f=nothing:ge:1", "sort=zzz", "period=soon"])
def test_conditions_that_cannot_be_read_are_not_saved(mine: Client, query: str) -> None:
    for send, data in ((mine.get, None), (mine.post, {"name": "德感", "sharing": "private"})):
        response = send(f"/projects/views/new/?{query}&park=degan", data)
        assert response.status_code == 302
        page = mine.get(response["Location"])
        assert page.context["faults"]
        assert "没有保存" in page.content.decode()
    assert SavedView.objects.count() == 0


def test_a_name_is_needed_and_once(mine: Client, owner: User) -> None:
    make_view(owner)
    for wrong in ({"name": "", "sharing": "private"}, {"name": "双福", "sharing": "private"}, {"name": "x"}):
        assert mine.post("/projects/views/new/?park=degan", wrong).status_code == 422
    assert mine.post("/projects/views/new/?", {"name": "y", "sharing": "group"}).status_code == 422
    assert SavedView.objects.count() == 1
    make_view(make_user("other", "leader"))  # another account may call its own the same


# Filtering beside it


def test_what_stands_beside_a_view_overrides_and_changes_nothing(mine: Client, owner: User) -> None:
    two_parks()
    view = make_view(owner, "park=shuangfu&sort=name")
    assert listed(mine, f"view={view.pk}") == ["双福的"]
    assert listed(mine, f"view={view.pk}&park=degan") == ["德感的"]
    assert set(listed(mine, f"view={view.pk}&park=")) == {"双福的", "德感的"}
    response = mine.get(f"/projects/?view={view.pk}&min_capital=1")
    assert response.context["opened"].changed
    assert [chip.without for chip in response.context["chips"]] == [
        f"sort=name&min_capital=1&from_view={view.pk}",
        f"park=shuangfu&sort=name&from_view={view.pk}",
    ]
    view.refresh_from_db()
    assert view.query == "park=shuangfu&sort=name"
    assert not mine.get(f"/projects/?view={view.pk}&page=2&per_page=20").context["opened"].changed


def test_a_removed_condition_of_a_view_stays_removed(mine: Client, owner: User) -> None:
    two_parks()
    view = make_view(owner)
    chip = mine.get(f"/projects/?view={view.pk}").context["chips"][0]
    response = mine.get(f"/projects/?{chip.without}")
    assert len(names_in(response.content.decode())) == 2
    assert response.context["opened"].view == view
    assert response.context["opened"].changed


def test_the_owner_saves_the_change_and_others_a_view_of_their_own(mine: Client, owner: User) -> None:
    two_parks()
    view = make_view(owner, sharing="everybody")
    leader = logged_in(make_user("leader", "leader"))
    for client, saves in ((mine, True), (leader, False)):
        html = client.get(f"/projects/?view={view.pk}&park=degan").content.decode()
        assert (f'action="{address(view, "save/")}"' in html) is saves
        assert "/projects/views/new/?park=degan" in html
    assert leader.post(address(view, "save/"), {"query": "park=degan"}).status_code == 403
    leader.post(f"/projects/views/new/?park=degan&from_view={view.pk}", {"name": "德感", "sharing": "private"})
    assert SavedView.objects.get(name="德感").query == "park=degan"
    mine.post(address(view, "save/"), {"query": "park=degan&page=3&view=1"})
    view.refresh_from_db()
    assert view.query == "park=degan"
    mine.post(address(view, "save/"), {"query": "park=nowhere"})
    view.refresh_from_db()
    assert view.query == "park=degan"


# Who sees it


def test_anothers_private_view_does_not_exist(owner: User) -> None:
    view = make_view(owner, name="自己看的")
    other = logged_in(make_user("other", role="admin"))
    assert other.get(f"/projects/?view={view.pk}").status_code == 404
    for what in ("", "delete/"):
        assert other.get(address(view, what)).status_code == 404
    for what in ("", "save/", "default/", "delete/"):
        assert other.post(address(view, what), {"name": "x", "sharing": "private", "opens": "1"}).status_code == 404
    assert other.get("/projects/?view=999").status_code == 404
    assert other.get("/projects/?view=eins").status_code == 404
    assert "自己看的".encode() not in other.get("/projects/views/").content
    assert SavedView.objects.get().name == "自己看的"
    assert DefaultView.objects.count() == 0


@pytest.mark.parametrize(
    ("sharing", "seen_by"),
    [
        ({"sharing": "private"}, ""),
        ({"sharing": "everybody"}, "leader manager here elsewhere auditor"),
        ({"sharing": "group", "role": "leader"}, "leader"),
        ({"sharing": "group", "park": "luohuang"}, "manager here"),  # a park that lies in it, and the whole district
        ({"sharing": "group", "park": "luohuang", "role": "recorder"}, "here"),
    ],
)
def test_a_shared_view_is_seen_by_whom_it_names(owner: User, sharing: dict[str, str], seen_by: str) -> None:
    others = {
        "leader": make_user("leader", "leader"),
        "manager": make_user("manager", "manager", all_parks=True),
        "here": make_user("here", parks=["luohuang", "shuangfu"]),
        "elsewhere": make_user("elsewhere", parks=["degan"]),
        "auditor": make_user("auditor", "auditor"),
    }
    park = Park.objects.filter(code=sharing.get("park")).first()
    view = make_view(owner, **{**sharing, "park": park})
    assert view in SavedView.objects.visible_to(owner)
    seen = [name for name, user in others.items() if view in SavedView.objects.visible_to(user)]
    assert seen == seen_by.split()
    for name, user in others.items():
        client = logged_in(user)
        assert client.get(f"/projects/?view={view.pk}").status_code == (200 if name in seen else 404), name
        assert client.get(address(view)).status_code == (403 if name in seen else 404), name
        assert client.post(address(view, "delete/")).status_code == (403 if name in seen else 404), name


def test_a_shared_view_shows_everybody_only_what_they_may_see(owner: User, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    two_parks()
    view = make_view(owner, "min_capital=1", "大的", sharing="everybody")
    recorder = logged_in(make_user("recorder", parks=["degan"]))
    html = recorder.get(f"/projects/?view={view.pk}").content.decode()
    assert names_in(html) == ["德感的"]
    assert totals_in(html)["agreed"] == "30000"
    assert (
        f'id="count-view-{view.pk}" hx-swap-oob="true">1<' in recorder.get("/projects/views/counts/").content.decode()
    )


def test_who_is_no_longer_named_no_longer_sees_it(owner: User, mine: Client) -> None:
    view = make_view(owner, sharing="everybody")
    leader = make_user("leader", "leader")
    set_default(view=view, user=leader, opens=True)
    mine.post(address(view), {"name": "双福", "sharing": "private", "role": "leader"})
    view.refresh_from_db()
    assert (view.sharing, view.role) == ("private", "")
    client = logged_in(leader)
    assert client.get(f"/projects/?view={view.pk}").status_code == 404
    assert client.get("/projects/").status_code == 200  # its default is passed over
    assert client.get(f"/projects/?from_view={view.pk}&park=degan").status_code == 200


# Opening by itself, and coming back


def test_one_view_opens_by_itself_and_all_stays_reachable(mine: Client, owner: User) -> None:
    two_parks()
    view, other = make_view(owner), make_view(owner, "park=degan", "德感")
    mine.post(address(view, "default/"), {"opens": "1"})
    mine.post(address(other, "default/"), {"opens": "1"})
    assert DefaultView.objects.get(user=owner).view == other
    assert mine.get("/projects/")["Location"] == f"/projects/?view={other.pk}"
    html = mine.get("/projects/?all=1").content.decode()
    assert len(names_in(html)) == 2
    assert 'href="/projects/?all=1"' in html
    assert listed(mine, "park=shuangfu") == ["双福的"]
    # The last condition taken away is all, not the default again; an htmx part is never redirected.
    html = mine.get("/projects/?park=shuangfu").content.decode()
    assert re.search(r'<a href="/projects/\?all=1" aria-label="[^"]*双福', html)
    assert len(names_in(mine.get("/projects/", headers={"HX-Request": "true"}).content.decode())) == 2
    mine.post(address(other, "default/"), {"opens": "0"})
    assert mine.get("/projects/").status_code == 200
    assert logged_in(make_user("leader", "leader")).get("/projects/").status_code == 200


def test_what_one_leaves_one_finds_again(mine: Client, owner: User) -> None:
    two_parks()
    assert mine.get("/projects/?last=1")["Location"] == "/projects/"
    mine.get("/projects/?park=degan&columns=name,park&page=2")
    html = mine.get("/").content.decode()
    assert 'href="/projects/?last=1"' in html
    assert mine.get("/projects/?last=1")["Location"] == "/projects/?park=degan&columns=name%2Cpark"
    mine.get("/projects/?all=1")
    assert mine.get("/projects/?last=1")["Location"] == "/projects/?all=1"
    mine.get("/projects/")
    assert mine.get("/projects/?last=1")["Location"] == "/projects/"
    mine.get("/projects/?park=degan")
    mine.force_login(make_user("next", "leader"))  # at the same machine
    assert mine.get("/projects/?last=1")["Location"] == "/projects/"
    mine.get("/projects/?q=" + "x" * 200 + "&f=name:has:" + "y" * 5000)  # more than a cookie holds
    assert mine.get("/projects/?last=1").status_code == 302


def test_looking_writes_nothing(mine: Client, owner: User) -> None:
    view = make_view(owner)
    mine.get("/projects/?all=1")
    with CaptureQueriesContext(connection) as queries:
        for url in (
            f"/projects/?view={view.pk}&park=degan",
            "/projects/?last=1",
            address(view, "delete/"),
            "/projects/",
        ):
            mine.get(url)
    assert not [query["sql"] for query in queries if not query["sql"].lstrip("(").startswith("SELECT")]


# A view that no longer fits


def test_a_view_whose_park_is_gone_says_so_and_opens(mine: Client, owner: User) -> None:
    two_parks()
    Park.objects.create(code="closed", name="旧园区", short_name="旧园", kind="industrial_park")
    view = make_view(owner, "columns=name,agreed_capital,gone&f=park:ne:closed&park=closed&park=degan&sort=colour")
    Park.objects.filter(code="closed").delete()
    response = mine.get(f"/projects/?view={view.pk}")
    html = response.content.decode()
    assert names_in(html) == ["德感的"]
    assert response.context["faults"] == []
    assert len(response.context["opened"].gone) == 4
    assert "closed" in html
    assert mine.get("/projects/views/").status_code == 200
    assert f"count-view-{view.pk}" not in mine.get("/projects/views/counts/").content.decode()


def test_deleting_asks_and_takes_it_from_those_whom_it_opens_for(mine: Client, owner: User) -> None:
    view = make_view(owner, sharing="everybody")
    leader = make_user("leader", "leader")
    set_default(view=view, user=leader, opens=True)
    html = mine.get(address(view, "delete/")).content.decode()
    assert "双福" in html
    assert SavedView.objects.count() == 1
    mine.post(address(view, "delete/"))
    assert SavedView.objects.count() == DefaultView.objects.count() == 0
    assert SavedView.history.filter(history_type="-", history_user=owner).count() == 1
    assert logged_in(leader).get("/projects/").status_code == 200


def test_clearing_the_demo_takes_the_views_of_its_accounts(owner: User) -> None:
    demo = make_user("demo", "admin", all_parks=True)
    User.objects.filter(pk=demo.pk).update(is_demo=True)
    make_user("boss", "admin")
    shown = make_view(demo, sharing="everybody")
    set_default(view=shown, user=owner, opens=True)
    kept = make_view(owner, name="自己的", sharing="everybody")
    set_default(view=kept, user=demo, opens=True)
    assert logged_in(User.objects.get(pk=demo.pk)).post("/demo/clear/").status_code == 302
    assert not User.objects.filter(pk=demo.pk).exists()
    assert list(SavedView.objects.all()) == [kept]
    assert DefaultView.objects.count() == 0


# Tabs


def test_tabs_carry_the_numbers_of_their_lists(mine: Client, owner: User) -> None:
    two_parks()
    make_project("往年签今年增", park="degan", agreed="1", signed="2019", increases=[("1", "2020-03")])
    view = make_view(owner, "park=degan&year=2020", "德感")
    html = mine.get("/projects/").content.decode()
    assert 'hx-get="/projects/views/counts/"' in html
    counts = dict(
        re.findall(
            r'id="count-([\w-]+)" hx-swap-oob="true">(?:<[^>]*>)?(\d+)',
            mine.get("/projects/views/counts/").content.decode(),
        )
    )
    assert counts == {"all": "3", "followed": "0", "year-2020": "2", "year-2019": "1", f"view-{view.pk}": "1"}
    for query, key in (("all=1", "all"), ("year=2020", "year-2020"), (f"view={view.pk}", f"view-{view.pk}")):
        assert totals_in(mine.get(f"/projects/?{query}").content.decode())["count"] == counts[key]
    assert 'hx-get="/projects/views/counts/"' not in mine.get("/projects/").content.decode()


@pytest.mark.parametrize(
    "query", ["period=2020Q1", "period=all", "period=2020&as_of=2020-03-31", "year=2020&as_of=2020-03-31"]
)
def test_a_view_of_any_period_counts_as_its_footer_does(mine: Client, owner: User, query: str) -> None:
    make_project("一月的", agreed="1", signed="2020-01-05")
    make_project("年末的", agreed="1", signed="2020-12-05")
    make_project("往年签今年增", agreed="1", signed="2019", increases=[("1", "2020-03")])
    view = make_view(owner, query)
    count = totals_in(mine.get(f"/projects/?view={view.pk}").content.decode())["count"]
    html = mine.get("/projects/views/counts/").content.decode()
    assert re.findall(rf'id="count-view-{view.pk}" hx-swap-oob="true">(\d+)', html) == [count]


def test_the_tab_of_the_page_says_what_its_foot_says(mine: Client, owner: User) -> None:
    two_parks()
    view = make_view(owner, "park=degan")
    mine.get("/projects/views/counts/")  # counted a moment ago
    make_project("刚登记的", park="degan", agreed="1")
    for query, key in (("", "all"), ("year=2020", "year-2020"), (f"view={view.pk}", f"view-{view.pk}")):
        response = mine.get(f"/projects/?{query}")
        counts = {tab.key: tab.count for tab in response.context["tabs"].row}
        assert counts[key] == response.context["totals"].projects, query
    counts = {tab.key: tab.count for tab in mine.get("/projects/?year=2020&park=degan").context["tabs"].row}
    assert counts["year-2020"] == 2  # the tab leads to the whole year, not to what is listed
    assert mine.get("/projects/?year=2020&min_capital=x").context["tabs"].row[1].count == 2


def tab_counts(client: Client, query: str = "") -> dict[str, int]:
    """The numbers that the page asks for after it was loaded, by the place that they go to."""
    html = client.get(f"/projects/views/counts/{query}").content.decode()
    return {
        key: int(number)
        for key, number in re.findall(r'id="count-([\w-]+)" hx-swap-oob="true">(?:<[^>]*>)?(\d+)', html)
    }


def test_tabs_of_a_list_as_of_a_day_keep_it_and_count_as_their_lists_do(mine: Client, owner: User) -> None:
    make_project("一月的", park="degan", agreed="1", signed="2020-01-05")
    make_project("年末的", park="degan", agreed="1", signed="2020-12-05")
    make_project("去年的", park="shuangfu", agreed="1", signed="2019-05-01")
    make_view(owner, "park=degan", "德感")
    kept = make_view(owner, "as_of=2020-12-31&year=2020", "年末")
    tab_counts(mine)  # of today, a moment ago: must not be shown for the other day
    response = mine.get("/projects/?year=2020&as_of=2020-06-30")
    tabs, html = response.context["tabs"], response.content.decode()
    assert [(tab.key, tab.count) for tab in tabs.row if tab.count is not None] == [("year-2020", 1)]
    assert 'hx-get="/projects/views/counts/?as_of=2020-06-30"' in html
    counts = tab_counts(mine, "?as_of=2020-06-30")
    assert counts["year-2020-2020-06-30"] == 1
    for tab in mine.get("/projects/?year=2020&as_of=2020-06-30").context["tabs"].row:
        assert ("as_of=2020-06-30" in tab.url) == (tab.key != f"view-{kept.pk}"), tab.url
        assert f'id="count-{tab.key}-2020-06-30"' in html  # numbers of another day find no place here
        opened = mine.get(tab.url).context
        assert tab.count == opened["totals"].projects == counts[f"{tab.key}-2020-06-30"], tab.url
        (current,) = [one.key for one in opened["tabs"].row if one.current]
        assert current == tab.key
        assert next(one.count for one in opened["tabs"].row if one.current) == tab.count
    assert tab_counts(mine)["year-2020"] == 2
    assert tab_counts(mine, "?as_of=x")["year-2020"] == 2


def test_a_view_looked_at_on_another_day_shows_the_number_of_its_foot(mine: Client, owner: User) -> None:
    make_project("一月的", park="degan", agreed="1", signed="2020-01-05")
    make_project("年末的", park="degan", agreed="1", signed="2020-12-05")
    view = make_view(owner, "park=degan", "德感")
    tab_counts(mine, "?as_of=2020-06-30")
    make_project("又一个", park="degan", agreed="1", signed="2020-02-05")  # after the numbers were asked
    context = mine.get(f"/projects/?view={view.pk}&as_of=2020-06-30").context
    counts = {tab.key: tab.count for tab in context["tabs"].row}
    assert counts[f"view-{view.pk}"] == context["totals"].projects == 2
    context = mine.get(f"/projects/?view={view.pk}&as_of=2020-06-30&min_capital=5").context
    counts = {tab.key: tab.count for tab in context["tabs"].row}
    assert counts[f"view-{view.pk}"] == 1  # of its own link, as counted


def test_many_views_stand_in_a_menu_and_cost_no_more_queries(mine: Client, owner: User) -> None:
    two_parks()
    counted = []
    for number in (1, 12):
        for place in range(SavedView.objects.count(), number):
            make_view(owner, f"park=shuangfu&min_capital={place + 1}", f"视图{place:02d}", position=place)
        mine.get("/projects/")
        asked = []
        for url in (
            "/projects/",
            "/projects/views/counts/",
            "/projects/views/counts/?as_of=2020-06-30",
            "/projects/views/",
        ):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                mine.get(url)
            asked.append(len(queries))
        counted.append(asked)
    assert counted[0] == counted[1]
    last = SavedView.objects.get(name="视图11")
    tabs = mine.get(f"/projects/?view={last.pk}").context["tabs"]
    assert last.name in [tab.label for tab in tabs.row]  # the opened one is never hidden
    assert len(tabs.menu) == 8
    assert savedviews.visible_views(owner)[0].name == "视图00"
    assert Project.objects.count() == 2
