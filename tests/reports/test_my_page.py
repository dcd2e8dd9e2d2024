"""我的工作台: own parks only, what is late, what others changed since the last visit; the door after login."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.views import PREVIOUS_VISIT
from jiangjin.lib.dates import PartialDay
from projects import mine
from projects.models import Follow, Obstacle, Project
from tests.builders import PASSWORD, make_project, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.date(2020, 12, 31)


@pytest.fixture(autouse=True)
def today(settings, vocabulary: None) -> None:
    settings.TODAY = DAY


def page_of(client: Client) -> str:
    response = client.get("/mine/")
    assert response.status_code == 200
    return response.content.decode()


def part(html: str, title: str) -> str:
    begin = html.index(f'aria-labelledby="{title}"')
    return html[begin : html.index("</section>", begin)]


@pytest.mark.parametrize(
    ("role", "door"), [("recorder", "/mine/"), ("manager", "/mine/"), ("leader", "/"), ("auditor", "/"), ("admin", "/")]
)
def test_who_writes_begins_at_the_own_desk(role: str, door: str) -> None:
    make_user("who", role=role, parks=["shuangfu"] if role in ("recorder", "manager") else [])
    client = Client()
    answer = client.post("/accounts/login/", {"username": "who", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, door)
    asked = Client().post("/accounts/login/?next=/projects/", {"username": "who", "password": PASSWORD})
    assert asked.url == "/projects/"


def test_only_own_parks_are_owed(client: Client) -> None:
    user = make_user("recorder", parks=["shuangfu"])
    client.force_login(user)
    mine = make_project("本园迟项", park="shuangfu", planned={"started": "2020-05"})
    make_project("外园迟项", park="degan", planned={"started": "2020-05"})
    make_project("作废的", park="shuangfu", planned={"started": "2020-05"}, voided="重复")
    row = {"unit": "区供电公司", "raised_on": datetime.date(2020, 11, 1), "due_on": PartialDay(2020, 11)}
    Obstacle.objects.create(project=mine, text="临时用电", **row)
    Obstacle.objects.create(project=Project.objects.get(name="外园迟项"), text="别家的事", **row)
    html = page_of(client)
    owed = part(html, "owed-title")
    assert "本园迟项" in owed
    assert "临时用电" in owed
    assert "外园迟项" not in html
    assert "别家的事" not in html
    assert "作废的" not in html
    link = "/projects/?condition=active&amp;condition=stalled&amp;park=shuangfu&amp;light=red"
    assert link in owed
    assert 'data-count="1"' in client.get(link.replace("&amp;", "&")).content.decode()


def test_followed_projects_are_watched_but_not_those_out_of_sight(client: Client, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    user = make_user("recorder", parks=["shuangfu"])
    client.force_login(user)
    for name, park in (("跟进近项", "shuangfu"), ("看不见的", "degan")):
        Follow.objects.create(user=user, project=make_project(name, park=park, planned={"started": "2020-05"}))
    other = make_user("other", parks=["shuangfu"])
    Follow.objects.create(user=other, project=make_project("别人跟的", park="shuangfu", planned={"started": "2020-05"}))
    watched = part(page_of(client), "watched-title")
    assert "跟进近项" in watched
    assert "看不见的" not in page_of(client)
    assert "别人跟的" not in watched


def test_what_others_changed_since_the_last_visit(client: Client) -> None:
    user, other = make_user("manager", role="manager", all_parks=True), make_user("other", role="admin")
    client.force_login(user)
    long_ago = timezone.now() - datetime.timedelta(days=3)
    old = make_project("早先的", user=other)
    Project.objects.filter(pk=old.pk).update(updated_at=long_ago)
    assert "这是您第一次来" in part(page_of(client), "changed-title") or "first visit" in page_of(client)
    session = client.session
    session[PREVIOUS_VISIT] = (timezone.now() - datetime.timedelta(days=1)).isoformat()
    session.save()
    make_project("别人写的", user=other)
    make_project("我写的", user=user)
    changed = part(page_of(client), "changed-title")
    assert "别人写的" in changed
    assert "我写的" not in changed
    assert "早先的" not in changed


def test_what_somebody_else_wrote_is_told_also_after_much_of_ones_own(client: Client) -> None:
    user, other = make_user("manager", role="manager", all_parks=True), make_user("other", role="admin")
    client.force_login(user)
    session = client.session
    session[PREVIOUS_VISIT] = (timezone.now() - datetime.timedelta(days=1)).isoformat()
    session.save()
    both = make_project("两人都写的", user=other)
    both.remarks = "我后写的"
    both._history_user = user
    both.save()
    for number in range(15):
        make_project(f"我的{number}", user=user)
    changed = part(page_of(client), "changed-title")
    assert "两人都写的" in changed
    assert "other" in changed
    assert "我的" not in changed


def test_what_is_late_stands_before_what_is_only_silent(client: Client) -> None:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    for number in range(11):
        silent = make_project(f"静默{number}")
        Project.objects.filter(pk=silent.pk).update(updated_at=datetime.datetime(2019, 1, 1, tzinfo=datetime.UTC))
    make_project("早就超期的", planned={"started": "2019-05"})
    assert "早就超期的" in part(page_of(client), "owed-title")


def test_the_second_login_knows_the_first(client: Client) -> None:
    make_user("manager", role="manager", all_parks=True)
    form = {"username": "manager", "password": PASSWORD}
    client.post("/accounts/login/", form)
    assert PREVIOUS_VISIT not in client.session
    client.post("/accounts/logout/")
    client.post("/accounts/login/", form)
    assert client.session[PREVIOUS_VISIT]


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    user, other = make_user("manager", role="manager", all_parks=True), make_user("other", role="admin")
    client.force_login(user)
    session = client.session
    session[PREVIOUS_VISIT] = (timezone.now() - datetime.timedelta(days=1)).isoformat()
    session.save()
    counted = []
    for __ in range(2):
        for number in range(6):
            project = make_project(park="shuangfu", planned={"started": f"2020-0{number + 1}"}, user=other)
            Follow.objects.create(user=user, project=project)
        client.get("/mine/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/mine/")
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("red", [2, mine.MOST, mine.MOST + 3])
def test_the_red_ones_come_first_each_by_its_planned_day(vocabulary: None, red: int) -> None:
    today = timezone.localdate()
    near = (today + datetime.timedelta(days=10)).isoformat()
    yellow = [make_project(park="shuangfu", planned={"started": near}).pk for __ in range(2)]
    make_project(park="shuangfu", planned={"started": f"{today.year + 1}-12-31"})  # green
    late = [
        make_project(park="shuangfu", planned={"started": f"{2007 + number}-06"}).pk for number in range(red, 0, -1)
    ]
    found = mine.needing_attention(Project.objects.counted(), today)
    assert [project.pk for project in found] == [*reversed(late), *yellow][: mine.MOST]
