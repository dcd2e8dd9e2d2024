"""Pages of investors: listed, filtered, totalled, corrected with their ranks and honours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from projects.investors import correct_investor
from projects.models import Honour, Investor
from tests.builders import make_investor, make_project, make_user

pytestmark = pytest.mark.django_db
CODE = "91500116MA00000154"


@pytest.fixture
def manager(vocabulary: None, client: Client) -> Client:
    """A visitor who may do everything with projects."""
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


@pytest.fixture
def firms(vocabulary: None) -> dict[str, Investor]:
    """Three firms, three projects; one project has two of the firms."""
    made = {
        "soe": make_investor("四川和邦集团", type="central_soe", honours=["china_500", "listed"]),
        "private": make_investor("重庆玖龙纸业", type="private", credit_code=CODE, honours=["private_500"]),
        "plain": make_investor("江津某厂"),
    }
    make_project("光伏", park="luohuang", agreed="62", investor="四川和邦集团", joint=["重庆玖龙纸业"])
    make_project("包装", park="shuangfu", agreed="3", investor="重庆玖龙纸业", arrivals={"2020-09": "500"})
    make_project("小厂", park="degan", investor="江津某厂")
    make_project("作废", park="degan", agreed="9", investor="江津某厂", voided="重复")
    return made


def typed(investor: Investor, honours: list[tuple[str, str]] = (), **changes: str) -> dict[str, str]:
    """What the form of a firm sends; each honour is (kind, year)."""
    data = {
        "name": investor.name,
        "credit_code": investor.credit_code or "",
        "type": investor.type,
        "origin": "",
        "parent_name": "",
        "stock_code": "",
        "remarks": "",
        "honours-TOTAL_FORMS": str(len(honours)),
        "honours-INITIAL_FORMS": "0",
    }
    for number, (kind, year) in enumerate(honours):
        data |= {f"honours-{number}-kind": kind, f"honours-{number}-year": year}
    return data | changes


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/investors/?{query}")
    assert response.status_code == 200
    return [investor.name for investor in response.context["page"].object_list]


def test_the_list_has_each_firms_projects_and_amount_the_largest_first(firms: dict, manager: Client) -> None:
    page = manager.get("/investors/").context["page"]
    assert [(row.name, row.project_count, row.agreed) for row in page] == [
        ("重庆玖龙纸业", 2, Decimal(650000)),  # led and joined
        ("四川和邦集团", 1, Decimal(620000)),
        ("江津某厂", 1, None),  # unknown, not zero; the voided one does not count
    ]


def test_the_totals_count_a_project_of_two_firms_once(firms: dict, manager: Client) -> None:
    response = manager.get("/investors/")
    totals = response.context["totals"]
    assert (totals.projects, totals.agreed, totals.arrived, totals.unknown) == (3, Decimal(650000), Decimal(500), 1)
    assert 'data-count="3" data-projects="3" data-agreed="650000" data-arrived="500"' in response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=central_soe", ["四川和邦集团"]),
        ("type=none", ["江津某厂"]),
        ("rank=china_500", ["四川和邦集团"]),
        ("rank=private_500", ["重庆玖龙纸业"]),
        ("rank=global_500", []),
        ("q=和邦", ["四川和邦集团"]),
        ("q=schb", ["四川和邦集团"]),
        (f"q={CODE}", ["重庆玖龙纸业"]),
        ("q=重庆&rank=listed", []),
        ("type=nonsense", ["重庆玖龙纸业", "四川和邦集团", "江津某厂"]),
        ("rank=nonsense&page=99", ["重庆玖龙纸业", "四川和邦集团", "江津某厂"]),
        ("q=%00", ["重庆玖龙纸业", "四川和邦集团", "江津某厂"]),
    ],
)
def test_the_list_is_narrowed(firms: dict, manager: Client, query: str, found: list[str]) -> None:
    assert names(manager, query) == found


def test_the_totals_follow_the_conditions(firms: dict, manager: Client) -> None:
    totals = manager.get("/investors/?rank=china_500").context["totals"]
    assert (totals.projects, totals.agreed) == (1, Decimal(620000))


def test_an_empty_list_says_why(vocabulary: None, manager: Client) -> None:
    assert "/imports/" in manager.get("/investors/").content.decode()
    assert manager.get("/investors/?q=无").status_code == 200


def test_the_list_comes_in_pages(vocabulary: None, manager: Client) -> None:
    for number in range(51):
        make_investor(f"企业{number:02d}")
    assert len(names(manager)) == 50
    assert len(names(manager, "page=2")) == 1


def test_a_firm_shows_what_it_is_and_its_projects(firms: dict, manager: Client) -> None:
    response = manager.get(firms["private"].get_absolute_url())
    html = response.content.decode()
    for text in ("重庆玖龙纸业", CODE, "光伏", "包装"):
        assert text in html
    totals = response.context["totals"]
    assert (totals.projects, totals.agreed, totals.arrived) == (2, Decimal(650000), Decimal(500))
    assert 'data-count="2" data-agreed="650000"' in html


def test_a_voided_project_is_not_shown(firms: dict, manager: Client) -> None:
    html = manager.get(firms["plain"].get_absolute_url()).content.decode()
    assert "小厂" in html
    assert "作废</a>" not in html


def test_an_unknown_firm_is_404(manager: Client) -> None:
    assert manager.get("/investors/999/").status_code == 404
    assert manager.get("/investors/999/edit/").status_code == 404


def test_correcting_a_firm(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    sent = typed(
        firm,
        [("listed", "2019"), ("specialised_new", "")],
        name=" 江津某厂 ",
        type="private",
        origin="重庆",
        credit_code="91500116 ma00000154 ",
    )
    firms["private"].credit_code = None
    firms["private"].save()
    response = manager.post(f"/investors/{firm.pk}/edit/", sent)
    assert response.status_code == 302, response.context["form"].errors
    firm.refresh_from_db()
    assert (firm.name, firm.type, firm.origin, firm.credit_code) == ("江津某厂", "private", "重庆", CODE)
    assert [(row.kind, row.year) for row in firm.honours.all()] == [("listed", 2019), ("specialised_new", None)]


def test_a_corrected_name_is_found_by_its_new_key(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    manager.post(f"/investors/{firm.pk}/edit/", typed(firm, name="永川“新”厂"))
    firm.refresh_from_db()
    assert (firm.name_key, firm.name_initials) == ("永川新厂", "ycxc")


def test_honours_that_stay_keep_their_history(firms: dict, manager: Client) -> None:
    firm = firms["soe"]
    before = firm.honours.get(kind="listed")
    manager.post(f"/investors/{firm.pk}/edit/", typed(firm, [("listed", ""), ("china_500", "2020")]))
    assert firm.honours.get(kind="listed") == before
    assert before.history.count() == 1
    gone = Honour.history.filter(history_type="-").get()
    assert (gone.kind, gone.year, gone.history_user.username) == ("china_500", None, "manager")
    new = Honour.history.filter(history_type="+", year=2020).get()
    assert (new.kind, new.history_user.username) == ("china_500", "manager")


def test_a_row_that_was_taken_out_goes(firms: dict, manager: Client) -> None:
    firm = firms["soe"]
    sent = typed(firm, [("listed", ""), ("china_500", "")]) | {"honours-0-DELETE": "on"}
    manager.post(f"/investors/{firm.pk}/edit/", sent)
    assert [row.kind for row in firm.honours.all()] == ["china_500"]


def test_an_empty_row_says_nothing(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    assert manager.post(f"/investors/{firm.pk}/edit/", typed(firm, [("", "")])).status_code == 302
    assert not firm.honours.exists()


@pytest.mark.parametrize(
    "honours",
    [
        [("", "2020")],
        [("listed", "20")],
        [("listed", "abc")],
        [("nonsense", "2020")],
        [("listed", "2020"), ("listed", "2020")],
        [("listed", ""), ("listed", "")],
    ],
)
def test_honours_that_cannot_be_are_refused_and_kept_on_the_page(firms: dict, manager: Client, honours: list) -> None:
    firm = firms["plain"]
    response = manager.post(f"/investors/{firm.pk}/edit/", typed(firm, honours, name="新名称"))
    assert response.status_code == 422
    assert response.context["honours"].total_error_count() == 1
    assert 'value="新名称"' in response.content.decode()
    firm.refresh_from_db()
    assert firm.name == "江津某厂"
    assert not firm.honours.exists()


@pytest.mark.parametrize("changes", [{"name": ""}, {"name": "\u200b"}, {"credit_code": "123"}, {"type": "nonsense"}])
def test_what_cannot_be_is_refused(firms: dict, manager: Client, changes: dict[str, str]) -> None:
    firm = firms["plain"]
    response = manager.post(f"/investors/{firm.pk}/edit/", typed(firm, **changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(changes)


def test_a_credit_code_of_another_firm_is_refused(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    response = manager.post(f"/investors/{firm.pk}/edit/", typed(firm, credit_code=CODE))
    assert response.status_code == 422
    assert "credit_code" in response.context["form"].errors


def test_two_firms_without_a_credit_code_are_two_firms(firms: dict, manager: Client) -> None:
    for name in ("soe", "plain"):
        assert manager.post(f"/investors/{firms[name].pk}/edit/", typed(firms[name])).status_code == 302


def test_all_of_it_or_nothing(firms: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = Investor.objects.get(pk=firms["plain"].pk)
    firm.name = "新名称"
    monkeypatch.setattr("projects.investors.Honour.save", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        correct_investor(investor=firm, honours=[("listed", 2020)], user=make_user("m", "manager", all_parks=True))
    assert Investor.objects.get(pk=firm.pk).name == "江津某厂"


@pytest.mark.parametrize(
    ("role", "parks", "status"),
    [("leader", [], 403), ("auditor", [], 403), ("recorder", ["shuangfu"], 302), ("admin", [], 302)],
)
def test_who_may_correct(firms: dict, client: Client, role: str, parks: list[str], status: int) -> None:
    client.force_login(make_user("someone", role, parks=parks))
    firm = firms["plain"]
    assert client.post(f"/investors/{firm.pk}/edit/", typed(firm, origin="四川")).status_code == status
    firm.refresh_from_db()
    assert firm.origin == ("四川" if status == 302 else "")
    page = client.get(firm.get_absolute_url()).content.decode()
    assert (f"/investors/{firm.pk}/edit/" in page) == (status == 302)


def test_a_recorder_that_sees_its_parks_only(firms: dict, client: Client, settings) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    client.force_login(make_user("narrow", parks=["shuangfu"]))
    assert names(client) == ["重庆玖龙纸业"]
    page = client.get(firms["private"].get_absolute_url())
    assert page.context["totals"].projects == 1
    assert "光伏" not in page.content.decode()
    assert client.get(firms["soe"].get_absolute_url()).status_code == 404
    assert client.post(f"/investors/{firms['soe'].pk}/edit/", typed(firms["soe"])).status_code == 404


def test_suggestions_while_typing(firms: dict, manager: Client, client: Client) -> None:
    html = manager.get("/investors/suggestions/?investors-0-name=和邦").content.decode()
    assert "四川和邦集团" in html
    assert "玖龙" not in html
    assert "<option" not in manager.get("/investors/suggestions/?q=").content.decode()
    assert manager.get("/investors/suggestions/?q=%00").status_code == 200
    client.force_login(make_user("leader", "leader"))
    assert client.get("/investors/suggestions/?q=和邦").status_code == 403


def test_names_with_markup_are_shown_as_text(vocabulary: None, manager: Client) -> None:
    firm = make_investor("<script>alert(1)</script>厂", remarks="<b>x</b>")
    make_project(investor=firm.name, agreed="1")
    for url in ("/investors/", firm.get_absolute_url(), f"/investors/{firm.pk}/edit/"):
        html = manager.get(url).content.decode()
        assert "<script>alert" not in html
        assert "<b>x</b>" not in html


def test_the_number_of_queries_does_not_grow(firms: dict, manager: Client) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            manager.get(url)
        return len(captured)

    urls = ["/investors/", firms["soe"].get_absolute_url()]
    few = [queries(url) and queries(url) for url in urls]
    for number in range(10):
        make_investor(f"企业{number}", honours=["listed"])
        make_project(f"项目{number}", park="degan", agreed="1", investor="四川和邦集团", joint=[f"企业{number}"])
    assert [queries(url) for url in urls] == few
    assert max(few) < 20


def test_writing_needs_a_person(firms: dict) -> None:
    """The function takes whoever acts and writes their name, whatever page calls it."""
    actor = User.objects.create(username="x", display_name="x")
    firm = correct_investor(investor=firms["plain"], honours=[("listed", 2020)], user=actor)
    assert firm.history.first().history_user == actor
    assert firm.honours.get().history.get().history_user == actor


def test_who_saves_a_firm_second_sees_both_versions(firms: dict, manager: Client) -> None:
    firm = firms["private"]
    url = f"/investors/{firm.pk}/edit/"
    opened = manager.get(url).context["version"]
    first = typed(firm, [("private_500", "")], origin="重庆", version=opened)
    assert manager.post(url, first).status_code == 302
    second = typed(firm, [("private_500", ""), ("listed", "2019")], parent_name="玖龙集团", version=opened)
    page = manager.post(url, second)
    assert page.status_code == 409
    assert {(clash.label, clash.stored, clash.typed) for clash in page.context["clashes"]} == {
        ("来自", "重庆", ""),
        ("所属集团", "", "玖龙集团"),
        ("排名和荣誉", "中国民营 500 强", "上市公司 2019; 中国民营 500 强"),
    }
    assert 'value="玖龙集团"' in page.content.decode()
    firm.refresh_from_db()
    assert (firm.origin, firm.parent_name) == ("重庆", "")
    # Now both were seen: what is sent with the version of this page is meant.
    again = second | {"origin": "重庆", "version": page.context["version"]}
    assert manager.post(url, again).status_code == 302
    firm.refresh_from_db()
    assert (firm.origin, firm.parent_name, firm.honours.count()) == ("重庆", "玖龙集团", 2)


def test_the_same_honour_given_by_both_stays(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    url = f"/investors/{firm.pk}/edit/"
    opened = manager.get(url).context["version"]
    Honour.objects.create(investor=firm, kind="listed", year=2020)
    assert manager.post(url, typed(firm, [("listed", "2020")], version=opened)).status_code == 302
    assert [(row.kind, row.year) for row in firm.honours.all()] == [("listed", 2020)]


def test_an_honour_given_meanwhile_is_not_taken_away(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    url = f"/investors/{firm.pk}/edit/"
    opened = manager.get(url).context["version"]
    Honour.objects.create(investor=firm, kind="listed", year=2020)
    assert manager.post(url, typed(firm, origin="重庆", version=opened)).status_code == 409
    assert firm.honours.count() == 1


def test_two_who_write_the_same_are_both_done(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    url = f"/investors/{firm.pk}/edit/"
    sent = typed(firm, origin="重庆", version=manager.get(url).context["version"])
    assert manager.post(url, sent).status_code == 302
    assert manager.post(url, sent).status_code == 302


def test_a_mistake_does_not_make_the_version_newer(firms: dict, manager: Client) -> None:
    firm = firms["plain"]
    url = f"/investors/{firm.pk}/edit/"
    opened = manager.get(url).context["version"]
    firm.origin = "四川"
    firm.save()
    page = manager.post(url, typed(firm, name="", version=opened))
    assert (page.status_code, page.context["version"]) == (422, opened)
