"""Two projects, or two firms, become one and two again: nothing lost, sums right, everything found."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from imports.merge_undoing import MergedSince, plan_merge_takeback
from imports.merging import CannotMerge
from imports.models import ImportBatch
from imports.undoing import take_back as undo_import
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects.models import Attachment, CapitalArrival, CapitalCommitment, Investor, Note, Participation, Project
from projects.registering import ConcurrentEdit, find_or_make_investor, write_note
from tests.builders import make_investor, make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.merges import digest, merge, merge_two_firms, register, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
CODE, OTHER_CODE = "91500116MA00000154", "91500116MA00000234"


@pytest.fixture
def chief() -> User:
    return make_user("chief", role="manager", all_parks=True)


@pytest.fixture
def two(chief: User) -> tuple[Project, Project]:
    """The same project entered twice, each time with something that the other lacks."""
    kept = make_project(
        "智能工厂",
        code="P-1",
        park="shuangfu",
        agreed="5",
        increases=[("1", "2021")],
        investor="甲公司",
        joint=["丙公司"],
        reached={"registered": "2020-08"},
        planned={"production": "2022"},
        arrivals={"2020-09": "100", "2020-10": "200"},
        lead_unit="区府",
    )
    gone = make_project(
        "智能工厂一期",
        code="P-2",
        park="luohuang",
        agreed="5.2",
        signed="2020-07-01",
        investor="乙公司",
        joint=["甲公司", "丙公司", "丁公司"],
        reached={"registered": "2020-07", "started": "2020-12"},
        planned={"production": "2023"},
        arrivals={"2020-10": "250", "2020-11": "300"},
        remarks="重点",
        lead_unit="区商务委",
    )
    write_note(project=gone, kind="note", text="已进场", user=chief)
    return kept, gone


def assert_whole() -> None:
    broken = [line for one in all_invariants() if one.room in {"projects", "imports"} for line in one.find()]
    assert broken == []


CHOICES = [
    {},
    {"commitments": "gone", "lead": "gone"},
    {"commitments": "both", "project__name": "gone", "project__park_id": "gone", "project__signed_on": "gone"},
    {"lead": "gone", "milestone__registered__actual_on": "gone", "capitalarrival__20201099__domestic__amount": "gone"},
]


@pytest.mark.parametrize("said", CHOICES)
def test_merged_and_taken_back_is_the_register_of_before(two, chief: User, said: dict[str, str]) -> None:
    before, rows = digest(), register()
    done = merge(*two, user=chief, **{"commitments": "kept"} | said)
    assert digest() != before
    assert_whole()
    take_back(done, user=chief)
    assert register() == rows
    assert digest() == before
    assert_whole()


def test_nothing_is_lost_and_the_sums_are_right(two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, commitments="both", project__remarks="gone")
    kept.refresh_from_db()
    assert (kept.agreed_capital, kept.arrived_capital) == (Decimal("11.2") * YI, Decimal(600))
    assert (kept.stage, kept.remarks, kept.lead_unit, kept.name) == ("construction", "重点", "区府", "智能工厂")
    assert [(str(row.month), row.amount) for row in kept.arrivals.all()] == [
        ("2020-09", 100),
        ("2020-10", 200),
        ("2020-11", 300),
    ]
    assert {row.kind: str(row.actual_on or row.planned_on) for row in kept.milestones.all()} == {
        "registered": "2020-08",
        "production": "2022",
        "started": "2020-12",
    }
    parts = {part.investor.name: part.role for part in kept.participations.select_related("investor")}
    assert parts == {"甲公司": "lead", "丙公司": "joint", "乙公司": "joint", "丁公司": "joint"}
    assert kept.notes.get().text == "已进场"
    gone.refresh_from_db()
    assert gone.is_voided
    assert gone.merged_into == kept
    assert Project.objects.counted().get() == kept


@pytest.mark.parametrize(
    ("which", "agreed", "kinds"),
    [
        ("kept", "6", ["initial", "increase"]),
        ("gone", "5.2", ["initial"]),
        ("both", "11.2", ["initial", "increase", "increase"]),
    ],
)
def test_commitments_are_the_same_or_add_up(two, chief: User, which: str, agreed: str, kinds: list[str]) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, commitments=which)
    kept.refresh_from_db()
    assert kept.agreed_capital == Decimal(agreed) * YI
    assert sorted(kept.commitments.values_list("kind", flat=True)) == sorted(kinds)


def test_without_a_word_about_unlike_amounts_nothing_is_written(two, chief: User) -> None:
    kept, gone = two
    before = digest()
    with pytest.raises(CannotMerge):
        merge(kept, gone, user=chief)
    assert digest() == before


def test_the_other_ones_amount_is_taken_where_the_kept_one_has_none(chief: User) -> None:
    kept, gone = make_project("甲", investor=None), make_project("甲", agreed="3", signed="2020")
    done = merge(kept, gone, user=chief)
    kept.refresh_from_db()
    assert kept.agreed_capital == 3 * YI
    assert kept.lead_investor is not None
    assert_whole()
    take_back(done, user=chief)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.agreed_capital, gone.agreed_capital, gone.is_voided) == (None, 3 * YI, False)


def test_the_other_one_leads_where_a_person_says_so(two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, commitments="kept", lead="gone")
    parts = {part.investor.name: part.role for part in kept.participations.select_related("investor")}
    assert parts == {"乙公司": "lead", "甲公司": "joint", "丙公司": "joint", "丁公司": "joint"}


def test_days_that_would_stand_in_the_wrong_order_are_refused(chief: User) -> None:
    kept = make_project("甲", agreed="5", signed="2021-05")
    gone = make_project("甲", agreed="5", signed="2019", reached={"started": "2020-03"})
    with pytest.raises(CannotMerge):
        merge(kept, gone, user=chief)
    merge(kept, gone, user=chief, project__signed_on="gone")
    kept.refresh_from_db()
    assert str(kept.signed_on) == "2019"


def test_commitments_that_would_lie_before_the_initial_one_are_not_added_up(chief: User) -> None:
    kept = make_project("甲", agreed="5", signed="2021-05")
    gone = make_project("甲", agreed="7", signed="2019")
    with pytest.raises(CannotMerge):
        merge(kept, gone, user=chief, commitments="both")
    merge(gone, kept, user=chief, commitments="both")
    gone.refresh_from_db()
    assert gone.agreed_capital == 12 * YI
    assert_whole()


def test_who_writes_only_one_of_the_parks_merges_nothing(two) -> None:
    kept, gone = two
    before = digest()
    for user in (
        make_user("half", role="manager", parks=["shuangfu"]),
        make_user("recorder", role="recorder", all_parks=True),
    ):
        with pytest.raises(CannotMerge):
            merge(kept, gone, user=user, commitments="kept")
    assert digest() == before
    merge(kept, gone, user=make_user("both", role="manager", parks=["shuangfu", "luohuang"]), commitments="kept")


def test_merged_twice_at_once_is_merged_once(two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, commitments="kept")
    with pytest.raises(ConcurrentEdit):
        merge(kept, gone, user=chief, commitments="kept")


def test_later_edits_stay_and_go_with_their_rows(two, chief: User) -> None:
    kept, gone = two
    done = merge(kept, gone, user=chief, commitments="kept", project__lead_unit="gone")
    moved = CapitalArrival.objects.get(project=kept, month=PartialDay(2020, 11))
    moved.amount = Decimal(333)
    moved.save()
    stored = Project.objects.get(pk=kept.pk)
    stored.lead_unit = "区招商局"
    stored.save()
    taken = take_back(done, user=chief)
    kept.refresh_from_db()
    moved.refresh_from_db()
    assert (kept.lead_unit, moved.project, moved.amount) == ("区招商局", gone, Decimal(333))
    assert [one["now"] for one in taken.kept_values] == ["区招商局"]


def test_what_was_merged_on_is_taken_back_in_its_order(two, chief: User) -> None:
    kept, gone = two
    last = make_project("第三个", park="shuangfu", agreed="6")
    before = digest()
    first = merge(kept, gone, user=chief, commitments="kept")
    between = digest()
    second = merge(last, kept, user=chief, commitments="kept")
    gone.refresh_from_db()
    assert gone.merged_into == last
    assert set(last.codes.values_list("code", flat=True)) == {"P-1", "P-2"}
    with pytest.raises(MergedSince):
        plan_merge_takeback(first, user=chief)
    take_back(second, user=chief)
    assert digest() == between
    take_back(first, user=chief)
    assert digest() == before


def test_files_find_the_kept_project_by_either_number_and_name(tmp_path: Path, two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, commitments="kept")
    __, answer = run(
        ledger(
            tmp_path / "b.xlsx",
            ["智能工厂一期", "甲公司", "双福", "区府"],
            header=("项目名称", "投资方", "落户园区", "责任单位"),
        ),
        "--dry-run",
    )
    assert (answer["create"], answer["refused"]) == (0, 0)
    __, answer = run(
        ledger(
            tmp_path / "a.xlsx",
            ["P-2", "智能工厂一期", "第三人公司", "双福", "2020"],
            header=("项目编号", "项目名称", "投资方", "落户园区", "签约时间"),
        )
    )
    assert (answer["create"], answer["update"] + answer["unchanged"], answer["errors"]) == (0, 1, [])


def test_rows_of_files_follow_and_return(tmp_path: Path, chief: User) -> None:
    run(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "一公司", "双福", "材料", 5, "2020", "已签约"]))
    __, answer = run(ledger(tmp_path / "b.xlsx", ["P-2", "乙", "二公司", "双福", "材料", 5, "2020", "已签约"]))
    kept, gone = Project.objects.get(code="P-1"), Project.objects.get(code="P-2")
    before = digest()
    done = merge(kept, gone, user=chief)
    assert kept.import_rows.count() == 2
    take_back(done, user=chief)
    assert digest() == before
    # The import of what was merged is undone as if nothing had been.
    undo_import(batch=ImportBatch.objects.get(pk=answer["batch"]), user=None, back=True)
    assert Project.objects.get() == kept
    assert_whole()


def test_an_import_undone_while_merged_loses_nothing(tmp_path: Path, chief: User) -> None:
    run(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "一公司", "双福", "材料", 5, "2020", "已签约"]))
    __, answer = run(ledger(tmp_path / "b.xlsx", ["P-2", "乙", "二公司", "双福", "材料", 9, "2020", "已签约"]))
    kept, gone = Project.objects.get(code="P-1"), Project.objects.get(code="P-2")
    done = merge(kept, gone, user=chief, commitments="both")
    undo_import(batch=ImportBatch.objects.get(pk=answer["batch"]), user=None, back=True)
    assert_whole()
    take_back(done, user=chief)
    assert_whole()


def test_a_file_may_say_that_a_joint_investor_leads(tmp_path: Path, two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, commitments="kept")
    before = register()
    path = ledger(tmp_path / "a.xlsx", ["P-1", "智能工厂", "丙公司"], header=("项目编号", "项目名称", "投资方"))
    __, answer = run(path)
    assert (answer["update"], answer["errors"]) == (1, [])
    parts = {part.investor.name: part.role for part in kept.participations.select_related("investor")}
    assert parts == {"丙公司": "lead", "乙公司": "joint", "丁公司": "joint"}
    assert_whole()
    undo_import(batch=ImportBatch.objects.get(pk=answer["batch"]), user=None, back=True)
    assert [row for row in register() if len(row) > 2] == [row for row in before if len(row) > 2]


# Firms.


def test_firms_become_one_and_two_again(chief: User) -> None:
    kept = make_investor("长安汽车", honours=["china_500", "listed"], credit_code=CODE)
    gone = make_investor("长安汽车（集团）", honours=["china_500"], origin="重庆", type="state")
    one = make_project("一", park="shuangfu", agreed="1", investor="长安汽车（集团）")
    shared = make_project("二", park="shuangfu", agreed="2", investor="长安汽车（集团）", joint=["长安汽车"])
    before = digest()
    done = merge_two_firms(kept, gone, user=chief)
    assert_whole()
    kept.refresh_from_db()
    assert (kept.origin, kept.type, kept.credit_code) == ("重庆", "state", CODE)
    assert kept.honours.count() == 2
    assert {part.project_id: part.role for part in kept.participations.all()} == {one.pk: "lead", shared.pk: "lead"}
    assert not Participation.objects.filter(investor=gone).exists()
    assert list(Investor.objects.visible_to(chief)) == [kept]
    assert find_or_make_investor("长安汽车（集团）", user=chief) == kept
    take_back(done, user=chief)
    assert digest() == before
    assert find_or_make_investor("长安汽车（集团）", user=chief) == gone
    assert_whole()


def test_two_credit_codes_are_two_firms_and_the_known_one_is_kept(chief: User) -> None:
    known, other = make_investor("甲公司", credit_code=CODE), make_investor("甲（公司）")
    with pytest.raises(CannotMerge):
        merge_two_firms(other, known, user=chief)
    other.credit_code = OTHER_CODE
    other.save()
    with pytest.raises(CannotMerge):
        merge_two_firms(known, other, user=chief)


def test_firms_of_parks_that_one_may_not_write_stay(chief: User) -> None:
    kept, gone = make_investor("甲公司"), make_investor("甲（公司）")
    make_project("一", park="shuangfu", investor="甲公司")
    make_project("二", park="luohuang", investor="甲（公司）")
    with pytest.raises(CannotMerge):
        merge_two_firms(kept, gone, user=make_user("half", role="manager", parks=["shuangfu"]))


def test_a_file_means_the_kept_firm_by_the_other_ones_name(tmp_path: Path, chief: User) -> None:
    kept, gone = make_investor("甲公司"), make_investor("甲（公司）")
    project = make_project("一", park="shuangfu", agreed="5", investor="甲（公司）")
    merge_two_firms(kept, gone, user=chief)
    __, answer = run(
        ledger(
            tmp_path / "a.xlsx",
            ["一", "甲（公司）", "双福", 5],
            header=("项目名称", "投资方", "落户园区", "协议投资额（亿元）"),
        )
    )
    assert (answer["create"], answer["unchanged"]) == (0, 1)
    assert project.participations.get().investor == kept
    assert Investor.objects.count() == 2


def test_commitments_and_notes_of_the_other_are_all_somewhere(two, chief: User) -> None:
    counts = CapitalCommitment.objects.count(), Note.objects.count()
    merge(*two, user=chief, commitments="kept")
    assert (CapitalCommitment.objects.count(), Note.objects.count()) == counts


def test_evidence_of_what_both_have_goes_to_the_kept_one_and_returns(
    two, chief: User, settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    kept, gone = two
    arrival = gone.arrivals.get(month=PartialDay(2020, 10))
    step = gone.milestones.get(kind="registered")
    papers = [
        Attachment(project=gone, arrival=arrival, filename="回单.pdf"),
        Attachment(project=gone, milestone=step, filename="执照.pdf"),
        Attachment(project=gone, arrival=gone.arrivals.get(month=PartialDay(2020, 11)), filename="十一月.pdf"),
    ]
    for number, paper in enumerate(papers):
        paper.size, paper.content_type, paper.sha256 = 5, "application/pdf", str(number) * 64
        paper.file.save("0123", ContentFile(b"%PDF-"))
    done = merge(kept, gone, user=chief, commitments="kept")
    for paper in papers:
        paper.refresh_from_db()
    assert {paper.project_id for paper in papers} == {kept.pk}
    assert papers[0].arrival == kept.arrivals.get(month=PartialDay(2020, 10))
    assert papers[1].milestone == kept.milestones.get(kind="registered")
    assert papers[2].arrival == kept.arrivals.get(month=PartialDay(2020, 11))
    assert_whole()
    take_back(done, user=chief)
    for paper in papers:
        paper.refresh_from_db()
    assert [paper.project_id for paper in papers] == [gone.pk] * 3
    assert (papers[0].arrival, papers[1].milestone) == (arrival, step)
    assert_whole()
