"""The pages of merging: who may, what is shown, a click that counts once, what is remembered."""

import re
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.duplicates import likely_firms, likely_projects, loose_key
from imports.models import Merge, NotTheSame
from jiangjin.lib.money import YI
from projects.models import Investor, Project
from tests.builders import make_investor, make_project, make_user
from tests.imports.bringing import client_of
from tests.imports.merges import digest, merge, merge_two_firms, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def chief() -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def two() -> tuple[Project, Project]:
    kept = make_project("智能工厂", code="P-1", park="shuangfu", agreed="5", lead_unit="区府", investor="甲公司")
    gone = make_project("智能工厂", code="P-2", park="luohuang", agreed="5.2", remarks="重点", investor="乙公司")
    return kept, gone


def form_of(response) -> dict[str, str]:
    """What the page's form sends as it stands."""
    html = response.content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(with|fingerprint|digest)" value="([^"]*)"', html))
    for tag in re.findall(r"<input[^>]*type=\"radio\"[^>]*>", html):
        if " checked" in tag:
            sent[re.search(r'name="([^"]+)"', tag)[1]] = re.search(r'value="([^"]+)"', tag)[1]
    return sent


def page_of(one: Project, other: Project) -> str:
    return f"/projects/{one.code}/merge/?with={other.code}"


def test_both_stand_side_by_side_and_the_filled_value_is_proposed(two, chief: User) -> None:
    page = client_of(chief).get(page_of(*two))
    sent = form_of(page)
    assert (sent["project.remarks"], sent["project.park_id"], sent["commitments"], sent["lead"]) == (
        "gone",
        "kept",
        "kept",
        "kept",
    )
    html = page.content.decode()
    for words in ("区府", "重点", "5.00", "5.20", "10.20", "甲公司", "乙公司"):
        assert words in html
    assert not Merge.objects.exists()


def test_merged_found_by_the_old_number_and_taken_back(two, chief: User) -> None:
    kept, gone = two
    client, before = client_of(chief), digest()
    sent = form_of(client.get(page_of(*two)))
    assert client.post(page_of(*two), sent | {"project.lead_unit": "gone"}).url == kept.get_absolute_url()
    kept.refresh_from_db()
    assert (kept.remarks, kept.lead_unit, kept.agreed_capital) == ("重点", "", 5 * YI)
    assert client.get(gone.get_absolute_url()).url == kept.get_absolute_url()
    assert "P-2" in client.get(kept.get_absolute_url()).content.decode()
    listed = client.get("/projects/?q=P-2").content.decode()
    assert kept.get_absolute_url() in listed
    assert gone.get_absolute_url() not in listed
    done = Merge.objects.get()
    assert done.get_absolute_url() in client.get("/duplicates/").content.decode()
    page = client.get(done.get_absolute_url())
    assert client.post(done.get_absolute_url(), form_of(page)).url == done.get_absolute_url()
    assert digest() == before
    assert client.get(gone.get_absolute_url()).status_code == 200
    assert "chief" in client.get(done.get_absolute_url()).content.decode()


def test_the_old_name_finds_the_kept_project(chief: User) -> None:
    kept = make_project("甲一厂", code="P-1", agreed="5", park="shuangfu", investor="甲公司")
    gone = make_project("壬二厂", code="P-2", agreed="5", park="shuangfu", investor="甲公司", short_name="二分厂")
    client = client_of(chief)
    done = merge(kept, gone, user=chief)
    for words in ("壬二厂", "二分厂", "rec", "壬二厂 甲公司"):
        listed = client.get("/projects/", {"q": words}).content.decode()
        assert kept.get_absolute_url() in listed, words
        assert gone.get_absolute_url() not in listed, words
    assert kept.get_absolute_url() not in client.get("/projects/", {"q": "壬二厂 乙公司"}).content.decode()
    take_back(done, user=chief)
    listed = client.get("/projects/", {"q": "壬二厂"}).content.decode()
    assert gone.get_absolute_url() in listed
    assert kept.get_absolute_url() not in listed


def test_the_old_name_of_a_firm_finds_the_kept_one_and_its_projects(chief: User) -> None:
    kept, gone = make_investor("长安汽车有限公司"), make_investor("己二公司", origin="重庆")
    project = make_project("一", park="shuangfu", investor="长安汽车有限公司")
    make_project("二", park="shuangfu", investor="别的公司")
    client = client_of(chief)
    merge_two_firms(kept, gone, user=chief)
    assert list(client.get("/investors/", {"q": "己二公司"}).context["page"].object_list) == [kept]
    assert list(Project.objects.search("己二公司")) == [project]


def test_a_second_click_writes_nothing(two, chief: User) -> None:
    client = client_of(chief)
    sent = form_of(client.get(page_of(*two)))
    client.post(page_of(*two), sent)
    after = digest()
    assert client.post(page_of(*two), sent).status_code == 302
    assert (digest(), Merge.objects.count()) == (after, 1)
    done = Merge.objects.get()
    page = client.get(done.get_absolute_url())
    listed = page.content.decode()
    assert page.context["shown"].values
    assert all(one.label in listed for one in page.context["shown"].values)
    said = [text for one in page.context["shown"].values for text in (one.now, one.after)]
    assert not any(text.startswith("#") for text in said)  # rows are named, not numbered
    sent = form_of(page)
    client.post(done.get_absolute_url(), sent)
    after = digest()
    assert client.post(done.get_absolute_url(), sent).status_code == 302
    assert digest() == after


def test_what_somebody_saved_meanwhile_is_shown_first(two, chief: User) -> None:
    __, gone = two
    client = client_of(chief)
    sent = form_of(client.get(page_of(*two))) | {"project.park_id": "gone"}
    stored = Project.objects.get(pk=gone.pk)
    stored.remarks = "急"
    stored.version += 1
    stored.save()
    page = client.post(page_of(*two), sent)
    assert page.status_code == 409
    assert "急" in page.content.decode()
    assert form_of(page)["project.park_id"] == "gone"
    assert not Merge.objects.exists()
    assert client.post(page_of(*two), form_of(page)).status_code == 302


def test_unlike_amounts_must_be_decided(chief: User) -> None:
    kept, gone = make_project("甲", agreed="5"), make_project("乙", agreed="9")
    client = client_of(chief)
    page = client.get(page_of(kept, gone))
    sent = form_of(page)
    assert "commitments" not in sent
    assert client.post(page_of(kept, gone), sent).status_code == 422
    client.post(page_of(kept, gone), sent | {"commitments": "both"})
    kept.refresh_from_db()
    assert kept.agreed_capital == 14 * YI


def test_who_may_not_void_both_opens_no_page(two, chief: User) -> None:
    for user in (
        make_user("half", role="manager", parks=["shuangfu"]),
        make_user("recorder", role="recorder", parks=["shuangfu", "luohuang"]),
        make_user("leader", role="leader"),
    ):
        assert client_of(user).get(page_of(*two)).status_code == 403
        assert client_of(user).post(page_of(*two), {"with": "P-2"}).status_code == 403
    done = merge(*two, user=chief)
    half = client_of(User.objects.get(username="half"))
    assert half.get(done.get_absolute_url()).status_code == 403
    sent = form_of(client_of(chief).get(done.get_absolute_url()))
    assert half.post(done.get_absolute_url(), sent).status_code == 403
    assert not Merge.objects.get().undone


def test_the_auditor_reads_mergings_and_takes_none_back(two, chief: User) -> None:
    done = merge(*two, user=chief)
    auditor = client_of(make_user("auditor", role="auditor"))
    address = done.get_absolute_url()
    page = auditor.get(address)
    html = page.content.decode()
    assert page.status_code == 200
    assert all(words in html for words in (done.kept_text, done.gone_text, "chief"))
    assert 'method="post"' not in html.split("<main")[-1]
    before = digest()
    sent = form_of(client_of(chief).get(address))
    assert auditor.post(address, sent).status_code == 403
    assert (digest(), Merge.objects.get().undone) == (before, False)
    for listed in ("/bin/?show=merges", "/duplicates/", "/history/"):
        html = auditor.get(listed).content.decode()
        assert f'href="{address}"' in html, listed
        assert "撤销 …" not in html, listed
    assert auditor.get(page.context["history_url"]).context["lines"]
    take_back(done, user=chief)
    html = auditor.get(address).content.decode()
    assert html.count("chief") > 1
    # The leader sees figures, not who wrote them.
    leader = client_of(User.objects.create(username="leader", role="leader"))
    assert leader.get(address).status_code == 403
    assert f'href="{address}"' not in leader.get("/bin/?show=merges").content.decode()


def test_a_merged_project_is_not_restored_by_hand(two, chief: User) -> None:
    __, gone = two
    merge(*two, user=chief)
    client_of(chief).post(f"/projects/{gone.code}/restore/")
    gone.refresh_from_db()
    assert gone.is_voided
    # So the bin does not offer it, but leads those who may to the merging.
    html = client_of(chief).get("/bin/").content.decode()
    assert "/restore/" not in html
    assert html.count('href="/bin/?show=merges"') == 2  # the tab, and at the project
    leader = client_of(make_user("leader", role="leader"))
    assert leader.get("/bin/").content.decode().count('href="/bin/?show=merges"') == 1


def labelled(html: str, text: str) -> str:
    """What stands before a cell of this text where a phone shows no heads."""
    return re.search(rf'data-label="([^"]+)">(?:<label.*?<span>)?{text}', html)[1]


def test_a_phone_says_which_is_which(two, chief: User) -> None:
    client = client_of(chief)
    html = client.get(page_of(*two)).content.decode()
    assert (labelled(html, "区府"), labelled(html, "重点")) == ("P-1", "P-2")
    merge(*two, user=chief)
    html = client.get("/duplicates/").content.decode()
    assert (labelled(html, "P-1"), labelled(html, "P-2")) == ("保留", "并入的")


def test_the_other_one_is_chosen_by_its_number(two, chief: User) -> None:
    client = client_of(chief)
    kept, gone = two
    page = client.get(f"/projects/{kept.code}/merge/")
    assert gone in page.context["similar"]
    for number in ("P-9", kept.code, "\x00"):
        assert client.get(f"/projects/{kept.code}/merge/", {"with": number}).status_code in {200, 422}


def test_firms_on_their_page(chief: User) -> None:
    kept, gone = make_investor("长安汽车有限公司"), make_investor("长安汽车（有限公司）", origin="重庆")
    make_project("一", park="shuangfu", investor=gone.name)
    client = client_of(chief)
    address = f"/investors/{kept.pk}/merge/?with={gone.pk}"
    sent = form_of(client.get(address))
    assert sent["investor.origin"] == "gone"
    assert client.post(address, sent).url == kept.get_absolute_url()
    assert client.get(gone.get_absolute_url()).url == kept.get_absolute_url()
    assert gone not in client.get("/investors/").context["page"].object_list
    assert client.post(address, sent).status_code == 302
    assert Merge.objects.count() == 1


# Likely duplicates.


def pairs(user: User) -> dict[tuple[str, str], list[str]]:
    return {(one.one.name, one.other.name): [str(why) for why in one.reasons] for one in likely_projects(user)}


def test_what_is_likely_one(chief: User) -> None:
    make_project("江津智能工厂项目", agreed="5", investor="甲公司")
    make_project("智能工厂", agreed="50", investor="乙公司")
    make_project("另一个名字", agreed="5.4", investor="甲公司")
    make_project("新能源汽车零部件生产基地", agreed="1", investor="丙公司")
    make_project("新能源汽车零配件生产基地", agreed="9", investor="丁公司")
    make_project("高端装备产业园一期", agreed="1", investor="戊公司")
    make_project("高端装备产业园二期", agreed="1", investor="戊公司")
    make_project("作废的智能工厂", agreed="5", investor="甲公司", voided="重复")
    found = pairs(chief)
    assert set(found) == {
        ("江津智能工厂项目", "智能工厂"),
        ("江津智能工厂项目", "另一个名字"),
        ("新能源汽车零部件生产基地", "新能源汽车零配件生产基地"),
    }
    assert [len(reasons) for reasons in found.values()] == [1, 1, 1]


def test_not_the_same_is_remembered_and_can_be_forgotten(two, chief: User) -> None:
    client = client_of(chief)
    kept, gone = two
    sent = {"kind": "project", "pk": [gone.pk, kept.pk]}
    for __ in range(2):
        assert client.post("/duplicates/not-the-same/", sent).status_code == 302
    said = NotTheSame.objects.get()
    assert said.user == chief
    page = client.get("/duplicates/")
    assert not page.context["page"].object_list
    assert "propose it again" in page.content.decode() or "重新" in page.content.decode()
    client.post(f"/duplicates/not-the-same/{said.pk}/forget/")
    assert len(pairs(chief)) == 1


def test_what_one_does_not_see_is_in_no_pair(two, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    user = make_user("recorder", role="recorder", parks=["shuangfu"])
    kept, gone = two
    client = client_of(user)
    assert not pairs(user)
    assert client.post("/duplicates/not-the-same/", {"kind": "project", "pk": [kept.pk, gone.pk]}).status_code == 404
    said = NotTheSame.objects.create(kind="project", one=kept.pk, other=gone.pk)
    assert "P-2" not in client.get("/duplicates/").content.decode()
    assert client.post(f"/duplicates/not-the-same/{said.pk}/forget/").status_code == 404
    settings.RECORDERS_SEE_OWN_PARKS = False
    assert client.post("/duplicates/not-the-same/", {"kind": "project", "pk": [kept.pk, gone.pk]}).status_code == 403


@pytest.mark.parametrize("sent", [{}, {"kind": "park", "pk": [1, 2]}, {"kind": "project", "pk": ["x", "9" * 30]}])
def test_a_wrong_pair_is_not_found(chief: User, sent: dict) -> None:
    assert client_of(chief).post("/duplicates/not-the-same/", sent).status_code == 404


def test_firms_whose_names_hardly_differ(chief: User) -> None:
    make_investor("重庆长安（集团）有限公司")
    make_investor("重庆长安集团股份有限公司")
    make_investor("重庆长安二厂")
    assert [(one.one.name, one.other.name) for one in likely_firms(chief)] == [
        ("重庆长安（集团）有限公司", "重庆长安集团股份有限公司")
    ]
    assert loose_key("公司") == "公司"
    Investor.objects.update(credit_code=None)
    for number, firm in enumerate(Investor.objects.all()):
        firm.credit_code = f"91500116MA0000{number:02d}XX"
        firm.save()
    assert likely_firms(chief) == []


def test_the_page_asks_the_same_number_of_questions_however_many_there_are(chief: User) -> None:
    client, counts = client_of(chief), []
    for more in (3, 30):
        for number in range(more):
            one = make_project(f"工厂{more}{number}", park="shuangfu", agreed="5")
            other = make_project(f"工厂{more}{number}", park="luohuang", agreed="5")
            if number % 2:
                NotTheSame.objects.create(kind="project", one=one.pk, other=other.pk, user=chief)
        client.get("/duplicates/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get("/duplicates/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_once_merge_once(vocabulary: None) -> None:
    chief = make_user("chief", role="manager", all_parks=True)
    kept = make_project("甲", agreed="5", park="shuangfu")
    gone = make_project("甲", agreed="5", park="shuangfu")
    clients = [client_of(chief), client_of(chief)]
    sent = [form_of(client.get(page_of(kept, gone))) for client in clients]
    start, answers = Barrier(2), []

    def send(client: Client, data: dict[str, str]) -> None:
        start.wait()
        try:
            answers.append(client.post(page_of(kept, gone), data).status_code)
        finally:
            connection.close()

    threads = [Thread(target=send, args=pair) for pair in zip(clients, sent, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302, 302]
    assert Merge.objects.count() == 1
    kept.refresh_from_db()
    assert kept.agreed_capital == 5 * YI


@pytest.mark.parametrize("first", ["en", "zh-hans"])
def test_likely_pairs_are_told_in_both_languages_of_one_process(two, chief: User, first: str) -> None:
    client = client_of(chief)
    for language in (first, "en", "zh-hans"):
        User.objects.filter(pk=chief.pk).update(language=language)
        page = client.get("/duplicates/")
        assert page.status_code == 200
        assert ("same name" if language == "en" else "名称相同") in page.content.decode()
