"""Commitments and arrivals entered, corrected, voided and brought back; who may, and what is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import User
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects import capital_writing
from projects.capital_forms import NOT_NEGATIVE
from projects.changes import last_changes
from projects.models import Attachment, CapitalArrival, CapitalCommitment, Project
from projects.reasons import Reason
from tests.builders import make_project, make_user
from tests.projects.capitals import arrival, commitment, errors, seen_in, send, url
from tests.projects.typed import typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


DOLLARS = {"currency": "USD", "original_amount": "1000", "rate": "6.5", "rate_on": "2020-06-30"}


@pytest.fixture
def project() -> Project:
    return make_project("甲", code="P-001", park="shuangfu", agreed="20", signed="2020-06-30")


@pytest.fixture
def recorder(client: Client) -> Client:
    client.force_login(make_user("recorder", parks=["shuangfu"]))
    return client


def assert_sound() -> None:
    assert [problem for one in all_invariants() for problem in one.find()] == []


def agreed(project: Project) -> Decimal | None:
    return Project.objects.get(pk=project.pk).agreed_capital


def arrived(project: Project) -> Decimal | None:
    return Project.objects.get(pk=project.pk).arrived_capital


TABLE_OF = {"commitment_void": "commitments", "arrival_void": "arrivals", "planned_arrival_void": "planned_arrivals"}


def void(client: Client, name: str, project: Project, pk: int, reason: str = "录错了"):
    seen = capital_writing.newest_record(TABLE_OF[name], project.pk, pk)
    return client.post(url(name, project, pk), {"reason": reason, "seen": seen})


def bring_back(client: Client, project: Project, table: str, pk: int):
    model = capital_writing.TABLES[table]
    record = model.history.filter(id=pk, history_type="-").latest("history_id").history_id
    return client.post(url("entry_restore", project), {"table": table, "record": record}, follow=True)


def test_an_increase_with_everything_is_entered(recorder: Client, project: Project) -> None:
    more = {"committed_on": "2020年11月", "agreement_number": "JJ-2", "fixed_assets": "30", "note": "二期"}
    response = commitment(recorder, project, amount="42", **more)
    assert response.status_code == 302
    row = project.commitments.get(kind="increase")
    assert (row.amount, row.fixed_assets, row.agreement_number) == (42 * YI, 30 * YI, "JJ-2")
    assert (row.committed_on, row.note) == (PartialDay(2020, 11), "二期")
    stored = Project.objects.get(pk=project.pk)
    assert (stored.agreed_capital, stored.version) == (62 * YI, project.version + 1)
    html = recorder.get(project.get_absolute_url()).content.decode()
    assert "62.00" in html
    assert "JJ-2" in html
    assert_sound()


def test_one_saving_is_one_line_of_the_history(recorder: Client, project: Project) -> None:
    commitment(recorder, project, amount="42", committed_on="2020-11")
    arrival(recorder, project, amount="1200")
    newest = last_changes(project)[:2]
    assert [[one.field for one in change.differences] for change in newest] == [
        ["arrived_capital", "arrivals"],
        ["agreed_capital", "commitments"],
    ]


def test_a_correction_keeps_what_was_not_touched(recorder: Client, project: Project) -> None:
    row = project.commitments.get()
    assert commitment(recorder, project, row.pk, kind="initial", amount="25", committed_on="2020-06").status_code == 302
    row.refresh_from_db()
    assert (row.amount, row.committed_on, agreed(project)) == (25 * YI, PartialDay(2020, 6), 25 * YI)
    # Saved again as it is, nothing is written.
    before = CapitalCommitment.history.count(), Project.history.count()
    commitment(recorder, project, row.pk, kind="initial", amount="25", committed_on="2020-06")
    assert (CapitalCommitment.history.count(), Project.history.count()) == before


def test_an_entry_that_stands_too_early_is_corrected_otherwise(recorder: Client) -> None:
    project = make_project("早", park="shuangfu", agreed="5", signed="2020-06", increases=[("1", "2019-05")])
    row = project.commitments.get(kind="increase")
    sent = {"kind": "increase", "amount": "2", "committed_on": "2019-05"}
    assert commitment(recorder, project, row.pk, **sent).status_code == 302
    assert agreed(project) == 7 * YI
    assert commitment(recorder, project, row.pk, **{**sent, "committed_on": "2019-06"}).status_code == 422


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "initial", "amount": "1"}, "kind"),
        ({"kind": "reduction", "amount": "20.01"}, "kind"),
        ({"kind": "gift", "amount": "3"}, "kind"),
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-3"}, "amount"),
        ({"amount": "5-8亿"}, "amount"),
        ({"amount": "600"}, "amount"),
        ({"amount": "3", "fixed_assets": "4"}, "fixed_assets"),
        ({"amount": "3", "committed_on": "2099"}, "committed_on"),
        ({"amount": "3", "committed_on": "2020-06-29"}, "committed_on"),
        ({"amount": "3", "kind": "reduction", "committed_on": "2019"}, "committed_on"),
        ({"amount": "3", "rate": "6.5"}, "currency"),
        ({"amount": "3", **DOLLARS}, "amount"),
        ({**DOLLARS, "rate": "", "amount": "3"}, "rate"),
        ({**DOLLARS, "rate": "-6.5"}, "rate"),
        ({**DOLLARS, "rate_on": ""}, "rate_on"),
        ({**DOLLARS, "rate_on": "2020-06"}, "rate_on"),
        ({**DOLLARS, "rate_on": "2099-06-30"}, "rate_on"),
        ({**DOLLARS, "original_amount": ""}, "original_amount"),
        ({**DOLLARS, "original_amount": "NaN"}, "original_amount"),
        ({**DOLLARS, "original_amount": "9e11", "rate": "999999"}, "original_amount"),
        ({**DOLLARS, "original_amount": "0.000001", "rate": "0.000001"}, "amount"),
    ],
)
def test_what_makes_no_sense_is_refused(recorder: Client, project: Project, fields: dict, wrong: str) -> None:
    response = commitment(recorder, project, **{"note": "留着", **fields})
    errors(response)
    assert list(response.context["form"].errors) == [wrong]
    assert "留着" in response.content.decode()
    assert project.commitments.count() == 1
    assert Project.objects.get(pk=project.pk).version == project.version


def test_an_increase_needs_an_initial_agreement(recorder: Client) -> None:
    project = make_project(park="shuangfu", agreed=None)
    errors(commitment(recorder, project, amount="3"))
    assert commitment(recorder, project, kind="initial", amount="3").status_code == 302
    assert agreed(project) == 3 * YI


def test_an_implausible_amount_is_asked_once_more(recorder: Client, project: Project) -> None:
    assert 'name="accept"' in commitment(recorder, project, amount="600").content.decode()
    response = commitment(recorder, project, amount="600", accept="on")
    assert response.status_code == 302
    assert agreed(project) == 620 * YI
    # One of the largest: the page says so once.
    assert "620.00" in recorder.get(project.get_absolute_url()).content.decode()


def test_amounts_that_together_are_implausible_are_asked(recorder: Client, project: Project) -> None:
    errors(commitment(recorder, project, amount="490"))  # with the 20 that are agreed
    assert commitment(recorder, project, amount="490", accept="on").status_code == 302


def test_a_foreign_amount_is_kept_with_its_rate_and_counts_in_yuan(recorder: Client, project: Project) -> None:
    foreign = {"currency": "USD", "original_amount": "1,000.5", "rate": "6.543217", "rate_on": "2020年6月30日"}
    assert commitment(recorder, project, **foreign).status_code == 302
    row = project.commitments.get(kind="increase")
    assert row.amount == Decimal("6546.488609")  # 6546.4886085 is half a fen more than 6546.488608
    assert (row.original_amount, row.rate_on) == (Decimal("1000.5"), datetime.date(2020, 6, 30))
    form = recorder.get(url("commitment_edit", project, row.pk)).content.decode()
    assert "6,546.488609" in form
    # Another amount, said in yuan: what was said of dollars no longer holds.
    assert commitment(recorder, project, row.pk, amount="1").status_code == 302
    row.refresh_from_db()
    assert (row.currency, row.rate, row.amount) == ("", None, YI)
    assert_sound()


def test_a_reduction_is_typed_without_a_sign(recorder: Client, project: Project) -> None:
    dollars = {"currency": "USD", "original_amount": "10000", "rate": "7", "rate_on": "2020-06-30"}
    assert commitment(recorder, project, kind="reduction", **dollars).status_code == 302
    assert agreed(project) == 13 * YI
    row = project.commitments.get(kind="reduction")
    assert commitment(recorder, project, row.pk, kind="reduction", amount="5").status_code == 302
    assert agreed(project) == 15 * YI


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "9000000"}, "amount"),
        ({"amount": "5", "month": "2020"}, "month"),
        ({"amount": "5", "month": "2020-09-03"}, "month"),
        ({"amount": "5", "month": "2099-01"}, "month"),
        ({"amount": "5", "month": ""}, "month"),
        ({"amount": "5", "month": "2020-08"}, "month"),
        ({"amount": "5", "outside_city": "5.01"}, "outside_city"),
        ({"amount": "5", "outside_city": "2", "origin": "foreign"}, "outside_city"),
    ],
)
def test_arrivals_that_make_no_sense_are_refused(recorder: Client, project: Project, fields: dict, wrong: str) -> None:
    assert arrival(recorder, project, amount="1", month="2020-08").status_code == 302
    response = arrival(recorder, project, **fields)
    errors(response)
    assert list(response.context["form"].errors) == [wrong]
    assert arrived(project) == 1


def test_arrivals_are_entered_and_nothing_is_a_figure_too(recorder: Client, project: Project) -> None:
    assert arrived(project) is None
    assert arrival(recorder, project, amount="0", outside_city="0").status_code == 302
    assert arrived(project) == 0
    assert arrival(recorder, project, amount="500", origin="foreign").status_code == 302
    assert arrived(project) == 500
    assert_sound()


def test_a_negative_arrival_is_sent_to_its_month(recorder: Client, project: Project) -> None:
    said = errors(arrival(recorder, project, amount="-5"))
    assert str(NOT_NEGATIVE["negative_amount"]) in said
    assert "减资" not in said


def test_a_voided_entry_is_out_of_every_sum_and_is_told(recorder: Client, project: Project) -> None:
    commitment(recorder, project, amount="42")
    row = project.commitments.get(kind="increase")
    assert void(recorder, "commitment_void", project, row.pk, "重复录入").status_code == 302
    assert agreed(project) == 20 * YI
    html = recorder.get(project.get_absolute_url()).content.decode()
    assert "重复录入" in html
    assert "recorder" in html
    change = last_changes(project)[0]
    assert change.reason == Reason.of("void: 重复录入")
    assert "重复录入" in change.how
    assert [one.field for one in change.differences] == ["agreed_capital", "commitments"]
    assert_sound()


def test_voiding_needs_a_reason_that_the_history_can_keep(recorder: Client, project: Project) -> None:
    arrival(recorder, project, amount="5")
    row = project.arrivals.get()
    for reason in ("", "  ", "长" * 91):
        assert void(recorder, "arrival_void", project, row.pk, reason).status_code == 422
    assert arrived(project) == 5
    assert void(recorder, "arrival_void", project, row.pk, "长" * 90).status_code == 302
    assert arrived(project) is None  # nothing is known any more, which is not zero


def test_voiding_never_leaves_what_makes_no_sense(recorder: Client, project: Project) -> None:
    commitment(recorder, project, amount="42")
    commitment(recorder, project, kind="reduction", amount="61")
    initial, increase = (project.commitments.get(kind=kind).pk for kind in ("initial", "increase"))
    assert void(recorder, "commitment_void", project, initial).status_code == 422
    assert void(recorder, "commitment_void", project, increase).status_code == 422
    assert agreed(project) == YI


def test_a_voided_entry_comes_back_as_a_new_change(recorder: Client, project: Project) -> None:
    dollars = {"currency": "USD", "original_amount": "100", "rate": "7", "rate_on": "2020-06-30"}
    arrival(recorder, project, **dollars)
    row = project.arrivals.get()
    evidence = Attachment.objects.create(project=project, filename="回单.pdf", size=1, arrival=row)
    void(recorder, "arrival_void", project, row.pk)
    evidence.refresh_from_db()
    assert evidence.arrival_id is None
    assert_sound()
    bring_back(recorder, project, "arrivals", row.pk)
    back = project.arrivals.get()
    assert (back.pk, back.amount, back.currency) == (row.pk, 700, "USD")
    evidence.refresh_from_db()
    assert evidence.arrival_id == row.pk
    assert arrived(project) == 700
    assert recorder.get(project.get_absolute_url()).context["capital"].voided == []
    assert [row.history_type for row in CapitalArrival.history.order_by("history_id")] == ["+", "-", "+"]
    assert_sound()
    # Once more is too late, and does no harm.
    assert bring_back(recorder, project, "arrivals", row.pk).status_code == 200
    assert arrived(project) == 700


def test_nothing_comes_back_where_its_place_is_taken(recorder: Client, project: Project) -> None:
    arrival(recorder, project, amount="5")
    first = project.arrivals.get().pk
    void(recorder, "arrival_void", project, first)
    arrival(recorder, project, amount="6")
    bring_back(recorder, project, "arrivals", first)
    assert arrived(project) == 6
    initial = project.commitments.get().pk
    void(recorder, "commitment_void", project, initial)
    assert agreed(project) is None
    commitment(recorder, project, kind="initial", amount="3")
    bring_back(recorder, project, "commitments", initial)
    assert agreed(project) == 3 * YI
    assert_sound()


def test_what_another_project_voided_is_not_brought_back_here(recorder: Client, project: Project) -> None:
    other = make_project(park="shuangfu", agreed="1", arrivals={"2020-01": "5"})
    pk = other.arrivals.get().pk
    void(recorder, "arrival_void", other, pk)
    bring_back(recorder, project, "arrivals", pk)
    assert (arrived(project), arrived(other)) == (None, None)
    for data in ({}, {"table": "projects", "record": "1"}, {"table": "arrivals", "record": "x"}):
        assert recorder.post(url("entry_restore", project), data).status_code == 302


def test_an_entry_of_another_project_is_not_found(recorder: Client, project: Project) -> None:
    other = make_project(park="degan", agreed="1", arrivals={"2020-01": "5"})
    pk = other.arrivals.get().pk
    assert recorder.get(url("arrival_edit", project, pk)).status_code == 404
    assert recorder.get(url("arrival_void", project, pk)).status_code == 404
    assert void(recorder, "arrival_void", project, pk).status_code == 404
    send(recorder, url("arrival_edit", project, pk), seen="0", month="2020-01", origin="domestic", amount="9")
    assert arrived(other) == 5


def test_who_may_not_write_the_project_changes_nothing(client: Client, project: Project, settings) -> None:
    row = project.commitments.get().pk
    addresses = [
        url("commitment_create", project),
        url("commitment_edit", project, row),
        url("commitment_void", project, row),
        url("arrival_create", project),
        url("plan", project),
    ]
    for role, parks in (("leader", []), ("auditor", []), ("recorder", ["degan"])):
        client.force_login(make_user(f"the-{role}", role, parks=parks))
        html = client.get(project.get_absolute_url()).content.decode()
        assert "/capital/" not in html
        for address in addresses:
            assert client.get(address).status_code == 403
            assert client.post(address, {"reason": "x", "amount": "1"}).status_code == 403
    settings.RECORDERS_SEE_OWN_PARKS = True
    assert client.get(addresses[0]).status_code == 404
    client.logout()
    assert client.get(addresses[0]).status_code == 302
    assert project.commitments.count() == 1


def test_a_voided_project_takes_no_entry_and_loses_nothing_typed(recorder: Client, project: Project) -> None:
    address = url("arrival_create", project)
    seen = seen_in(recorder.get(address).content.decode())
    Project.objects.filter(pk=project.pk).update(voided_at="2020-01-01T00:00:00Z", void_reason="x")
    response = send(recorder, address, seen=seen, month="2020-09", origin="domestic", amount="1234")
    assert "1234" in response.content.decode()
    errors(response)
    assert project.arrivals.count() == 0
    assert recorder.get(address).status_code == 403


def test_who_saves_second_sees_what_the_first_wrote(recorder: Client, project: Project) -> None:
    other = Client()
    other.force_login(make_user("second", "manager", all_parks=True))
    row = project.commitments.get().pk
    address = url("commitment_edit", project, row)
    seen = seen_in(other.get(address).content.decode())
    commitment(recorder, project, row, kind="initial", amount="25")
    response = send(other, address, seen=seen, kind="initial", amount="30", currency="")
    html = response.content.decode()
    assert response.status_code == 409
    assert "25.00" in html
    assert 'value="30"' in html
    assert agreed(project) == 25 * YI
    assert send(other, address, seen=seen_in(html), kind="initial", amount="30", currency="").status_code == 302
    assert agreed(project) == 30 * YI


def test_a_correction_of_what_was_voided_meanwhile_is_said(recorder: Client, project: Project) -> None:
    arrival(recorder, project, amount="5")
    row = project.arrivals.get().pk
    address = url("arrival_edit", project, row)
    seen = seen_in(recorder.get(address).content.decode())
    void(recorder, "arrival_void", project, row)
    response = send(recorder, address, seen=seen, month="2020-09", origin="domestic", amount="1234")
    assert "1234" in response.content.decode()
    errors(response)
    assert arrived(project) is None


def test_a_button_pressed_twice_enters_once(recorder: Client, project: Project) -> None:
    address = url("commitment_create", project)
    seen = seen_in(recorder.get(address).content.decode())
    for _number in range(2):
        assert send(recorder, address, seen=seen, kind="increase", amount="3", currency="").status_code == 302
    assert agreed(project) == 23 * YI
    # Somebody else's increase of another amount is asked about.
    assert send(recorder, address, seen=seen, kind="increase", amount="4", currency="").status_code == 409


def test_an_open_form_of_the_project_meets_the_new_entry(recorder: Client, project: Project) -> None:
    row = project.commitments.get()
    form = {"name": "甲", "code": "P-001", "park": project.park_id, "signed_on": "2020-06-30", "lead_unit": "商务局"}
    form |= {"version": project.version, "investors": [{"name": "重庆某某有限公司", "role": "lead"}]}
    opened = [{"pk": row.pk, "kind": "initial", "amount": "20", "committed_on": "2020-06-30"}]
    commitment(recorder, project, amount="42")
    commitment(recorder, project, row.pk, kind="initial", amount="21", committed_on="2020-06-30")
    assert recorder.post(f"{project.get_absolute_url()}edit/", typed(**form, commitments=opened)).status_code == 302
    stored = Project.objects.get(pk=project.pk)
    assert (stored.agreed_capital, stored.lead_unit) == (63 * YI, "商务局")
    # What both changed is asked.
    opened[0]["amount"] = "22"
    assert recorder.post(f"{project.get_absolute_url()}edit/", typed(**form, commitments=opened)).status_code == 409
    assert_sound()


def test_the_big_form_keeps_what_only_the_small_one_shows(recorder: Client, project: Project) -> None:
    row = project.commitments.get()
    dollars = {"currency": "USD", "original_amount": "20000", "rate": "7", "rate_on": "2020-06-30"}
    more = {"fixed_assets": "10", "agreement_number": "JJ-1", "committed_on": "2020-06-30"}
    assert commitment(recorder, project, row.pk, kind="initial", **dollars, **more).status_code == 302
    form = {"name": "甲", "code": "P-001", "park": project.park_id, "signed_on": "2020-06-30"}
    form["investors"] = [{"name": "重庆某某有限公司", "role": "lead"}]
    for amount, kept in (("14", ("USD", 10 * YI)), ("9", ("", None))):
        version = Project.objects.get(pk=project.pk).version
        rows = [{"pk": row.pk, "kind": "initial", "amount": amount, "committed_on": "2020-06-30"}]
        edit = f"{project.get_absolute_url()}edit/"
        assert recorder.post(edit, typed(**form, version=version, commitments=rows)).status_code == 302
        row.refresh_from_db()
        assert (row.agreement_number, row.currency, row.fixed_assets) == ("JJ-1", *kept)
    assert_sound()


def test_the_verbs_ask_who_may(project: Project) -> None:
    stranger: User = make_user("stranger", parks=["degan"])
    row = project.commitments.get().pk
    with pytest.raises(PermissionDenied):
        capital_writing.void_entry(
            table="commitments", project_id=project.pk, pk=row, seen=0, reason="x", user=stranger
        )
    assert project.commitments.exists()


def test_what_was_corrected_meanwhile_is_not_voided_unseen(recorder: Client, project: Project) -> None:
    make_arrival = project.arrivals.create(month="2020-09", amount=Decimal(9))
    seen = capital_writing.newest_record("arrivals", project.pk, make_arrival.pk)
    make_arrival.amount = Decimal(900)
    make_arrival.save()
    answer = recorder.post(url("arrival_void", project, make_arrival.pk), {"reason": "录错了", "seen": seen})
    assert answer.status_code == 409
    assert project.arrivals.get(pk=make_arrival.pk).amount == 900


def test_a_correction_that_is_sent_twice_is_no_conflict(recorder: Client, project: Project) -> None:
    row = project.commitments.get()
    page = recorder.get(url("commitment_edit", project, row.pk))
    form = page.context["form"]
    sent = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    sent["note"] = "改过"
    assert [recorder.post(url("commitment_edit", project, row.pk), sent).status_code for __ in range(2)] == [302, 302]
