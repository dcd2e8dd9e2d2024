"""Which project a row means: every rule of the design, and what is never merged."""

from pathlib import Path

import pytest

from projects.models import Investor, Project, ProjectCode
from tests.builders import make_project
from tests.imports.books import codes, ledger, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

FIRM = "重庆甲乙科技有限公司"


def row(
    code="", name="智能工厂", firm=FIRM, park="双福", cluster="智能", agreed=5, signed="2020-06-30", stage="已签约"
):
    return [code, name, firm, park, cluster, agreed, signed, stage]


def known(**fields) -> Project:
    return make_project(
        **{"name": "智能工厂", "park": "shuangfu", "cluster": "intelligent", "agreed": "5", "signed": "2020-06-30"}
        | {"investor": FIRM}
        | fields
    )


def outcome(path: Path, *options: str) -> dict:
    return run(path, *options)[1]


def test_the_number_with_the_same_name(tmp_path: Path) -> None:
    known(code="P-001", investor="别的公司")
    answer = outcome(ledger(tmp_path / "a.xlsx", row("P-001", firm="")))
    assert (answer["create"], answer["unchanged"]) == (0, 1)


def test_the_number_with_the_same_investor_renames(tmp_path: Path) -> None:
    project = known(code="P-001")
    answer = outcome(ledger(tmp_path / "a.xlsx", row("P-001", name="智能工厂二期")))
    assert (answer["create"], answer["update"]) == (0, 1)
    project.refresh_from_db()
    assert project.name == "智能工厂二期"


def test_the_number_with_another_name_and_investor_is_refused(tmp_path: Path) -> None:
    known(code="P-001")
    status, answer = run(ledger(tmp_path / "a.xlsx", row("P-001", name="别的项目", firm="别的公司")))
    assert status == 1
    assert codes(answer) == [(2, "A", "number_conflict")]
    assert Project.objects.count() == 1


def test_a_former_number_still_finds_the_project(tmp_path: Path) -> None:
    project = known(code="P-002")
    ProjectCode.objects.create(project=project, code="旧-7")
    answer = outcome(ledger(tmp_path / "a.xlsx", row("旧-7")))
    assert (answer["create"], answer["unchanged"]) == (0, 1)


def test_name_and_investor_without_number(tmp_path: Path) -> None:
    known()
    answer = outcome(ledger(tmp_path / "a.xlsx", row("", name=" 江津智能工厂项目 ", firm="重庆甲乙科技有限公司 ")))
    assert answer["create"] == 0


def test_another_ledgers_number_is_remembered(tmp_path: Path) -> None:
    project = known(code="P-001")
    path = ledger(tmp_path / "a.xlsx", row("DG-17"))
    assert outcome(path)["update"] == 1
    assert list(project.codes.values_list("code", flat=True)) == ["DG-17"]
    assert outcome(path)["unchanged"] == 1


def test_the_same_name_in_the_same_park_where_one_side_has_no_investor(tmp_path: Path) -> None:
    known(investor="")
    answer = outcome(ledger(tmp_path / "a.xlsx", row()))
    assert (answer["create"], answer["update"]) == (0, 1)
    assert Project.objects.get().lead_investor.name == FIRM


def test_the_same_name_in_another_park_without_investor_is_another_project(tmp_path: Path) -> None:
    known(investor="", park="degan")
    answer = outcome(ledger(tmp_path / "a.xlsx", row(firm="")))
    assert answer["create"] == 1


def test_the_same_name_with_another_investor_is_another_project_with_a_warning(tmp_path: Path) -> None:
    known(investor="四川另一家公司")
    answer = outcome(ledger(tmp_path / "a.xlsx", row()))
    assert answer["create"] == 1
    assert (2, "B", "similar_exists") in codes(answer, "warnings")


def test_a_like_name_of_the_same_investor_is_created_with_a_warning(tmp_path: Path) -> None:
    known(name="智能装备生产基地一期")
    answer = outcome(ledger(tmp_path / "a.xlsx", row(name="智能装备生产基地二期")))
    assert answer["create"] == 1
    assert (2, "B", "similar_exists") in codes(answer, "warnings")


def test_firms_that_differ_by_one_word_are_two(tmp_path: Path) -> None:
    known(investor="重庆甲乙科技集团有限公司")
    outcome(ledger(tmp_path / "a.xlsx", row(name="另一个项目")))
    assert Investor.objects.count() == 2


def test_a_repeat_in_the_file_is_refused_with_the_first_row(tmp_path: Path) -> None:
    status, answer = run(ledger(tmp_path / "a.xlsx", row(), row("", name="别的", firm="别的公司"), row()))
    assert status == 1
    assert codes(answer) == [(4, "B", "repeated_row")]
    assert "2" in answer["errors"][0]["message"]
    assert not Project.objects.exists()


def test_two_rows_with_different_numbers_are_two_projects(tmp_path: Path) -> None:
    answer = outcome(ledger(tmp_path / "a.xlsx", row("P-001"), row("P-002")))
    assert (answer["create"], answer["refused"]) == (2, 0)


def test_two_rows_with_one_number_are_refused_at_the_second(tmp_path: Path) -> None:
    __, answer = run(ledger(tmp_path / "a.xlsx", row("P-001"), row("P-001", name="别的", firm="别的公司")))
    assert codes(answer) == [(3, "B", "repeated_row")]


def test_a_repeat_of_a_known_project_is_refused(tmp_path: Path) -> None:
    known(code="P-001")
    __, answer = run(ledger(tmp_path / "a.xlsx", row("P-001"), row("P-001")))
    assert codes(answer) == [(3, "B", "repeated_row")]


def test_a_voided_project_is_refused_and_stays_voided(tmp_path: Path) -> None:
    project = known(code="P-001", voided="登记错了")
    status, answer = run(ledger(tmp_path / "a.xlsx", row("P-001")))
    assert (status, codes(answer)) == (1, [(2, "B", "voided_project")])
    project.refresh_from_db()
    assert project.is_voided


def test_a_number_of_ours_where_the_ledger_has_none_or_an_unusable_one(tmp_path: Path) -> None:
    outcome(ledger(tmp_path / "a.xlsx", row(""), row("第7号", name="别的", firm="别的公司")))
    numbers = sorted(Project.objects.values_list("code", flat=True))
    assert numbers == ["JJ-2020-0001", "JJ-2020-0002"]
    assert ProjectCode.objects.get().code == "第7号"


def test_a_credit_code_that_belongs_to_another_name_keeps_the_known_name(tmp_path: Path) -> None:
    header = ("项目名称", "投资方", "统一社会信用代码", "协议投资额（亿元）")
    path = ledger(tmp_path / "a.xlsx", ["甲项目", FIRM, "91500116MA00000154", 1], header=header)
    assert outcome(path)["create"] == 1
    other = ledger(tmp_path / "b.xlsx", ["乙项目", "重庆甲乙公司", "91500116MA00000154", 1], header=header)
    answer = outcome(other)
    assert codes(answer, "warnings") == [(2, "B", "investor_name_differs")]
    assert Investor.objects.get().name == FIRM


def test_one_name_with_two_credit_codes_is_refused(tmp_path: Path) -> None:
    header = ("项目名称", "投资方", "统一社会信用代码", "协议投资额（亿元）")
    path = ledger(
        tmp_path / "a.xlsx",
        ["甲项目", FIRM, "91500116MA00000154", 1],
        ["乙项目", FIRM, "91500116202006304C", 1],
        header=header,
    )
    assert codes(run(path)[1]) == [(3, "B", "credit_code_conflict")]
