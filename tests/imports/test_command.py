"""`import_projects`: the contract that scripts rely on."""

import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command

from imports.models import ImportBatch
from projects.models import Project
from tests.builders import make_project, make_user
from tests.imports.books import codes, ledger, run, write_xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）")
KEYS = {
    *("file", "kind", "batch", "committed", "rows", "create", "update", "unchanged", "refused", "agreed_capital"),
    *("unknown_capital", "sheets", "errors", "warnings", "questions"),
}


def test_the_answer_has_every_key(tmp_path: Path) -> None:
    status, answer = run(
        ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "双福", None], header=HEADER)
    )
    assert (status, set(answer)) == (0, KEYS)
    assert (answer["file"], answer["kind"], answer["committed"]) == ("a.xlsx", "projects", True)
    assert answer["batch"] == ImportBatch.objects.get().pk
    assert (answer["rows"], answer["create"], answer["agreed_capital"], answer["unknown_capital"]) == (
        2,
        2,
        "50000.00",
        1,
    )
    sheet = answer["sheets"][0]
    assert (sheet["name"], sheet["header_rows"], sheet["rows"]) == ("台账", [1], 2)
    assert sheet["columns"][3] == {
        "column": "D",
        "header": "协议投资额（亿元）",
        "field": "agreed_capital",
        "unit": "亿元",
    }


def test_refused_rows_stop_everything_unless_they_are_skipped(tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "双福", "5-8亿"], header=HEADER)
    status, answer = run(path)
    assert (status, answer["committed"], answer["batch"], answer["refused"]) == (1, False, None, 1)
    error = answer["errors"][0]
    assert {key: error[key] for key in ("sheet", "row", "column", "field", "code", "value")} == {
        "sheet": "台账",
        "row": 3,
        "column": "D",
        "field": "agreed_capital",
        "code": "ambiguous_amount",
        "value": "5-8亿",
    }
    assert not Project.objects.exists()
    status, answer = run(path, "--skip-refused")
    assert (status, answer["committed"], answer["create"]) == (1, True, 1)
    assert Project.objects.get().code == "P-1"


def test_what_only_a_person_can_decide_needs_a_mapping(tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=(*HEADER[:3], "协议投资额"))
    status, answer = run(path)
    assert (status, codes(answer), answer["errors"][0]["need"]) == (2, [(None, "D", "needs_mapping")], "no_unit")
    mapping = tmp_path / "mapping.json"
    says = {"sheets": {"*": {"columns": {"协议投资额": {"field": "agreed_capital", "unit": "万元"}}}}}
    mapping.write_text(json.dumps(says), encoding="utf-8")
    status, answer = run(path, "--mapping", str(mapping))
    assert (status, answer["agreed_capital"]) == (0, "5.00")


def test_a_mapping_names_sheets_columns_words_and_defaults(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["名字", "钱", "地方"], ["甲", 50000, "双福新区"]], sheet="项目信息")
    mapping = tmp_path / "mapping.json"
    says = {
        "sheets": {
            "项目信息": {
                "header_rows": [1],
                "columns": {"名字": "name", "B": {"field": "agreed_capital", "unit": "元"}, "地方": "park"},
                "defaults": {"signed_on": "2020", "cluster": "materials"},
            }
        },
        "words": {"park": {"双福新区": "shuangfu"}},
    }
    mapping.write_text(json.dumps(says), encoding="utf-8")
    status, answer = run(path, "--mapping", str(mapping))
    project = Project.objects.get()
    assert (status, answer["create"]) == (0, 1)
    assert (project.park.code, project.cluster.code, str(project.signed_on)) == ("shuangfu", "materials", "2020")
    assert project.agreed_capital == 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 99),
        ("空.xls", b""),
        ("信.txt", "各单位：\n请按时上报。\n".encode()),
    ],
)
def test_no_ledger_is_one_sentence_and_status_2(tmp_path: Path, name: str, content: bytes, capsys) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    status, answer = run(path)
    assert (status, set(answer), len(answer["errors"]), answer["rows"]) == (2, KEYS, 1, 0)
    with pytest.raises(SystemExit) as stop:
        call_command("import_projects", str(path))
    assert stop.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_two_amounts_of_one_month_in_a_row_are_refused_never_added(tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", signed="2019-01-01")
    header = ("项目编号", "项目名称", "月份", "金额（万元）", "2020年3月（万元）")
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "2020-03", 100, 250], header=header)
    mapping = tmp_path / "mapping.json"
    says = {"sheets": {"台账": {"columns": {"C": "arrival_month", "D": "arrival"}}}}
    mapping.write_text(json.dumps(says), encoding="utf-8")
    status, answer = run(path, "--kind", "arrivals", "--mapping", str(mapping))
    assert (status, [code for *__, code in codes(answer)]) == (1, ["repeated_month"])
    assert answer["arrivals"] == 0


def test_a_missing_file_sheet_account_or_mapping_is_status_2(tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER)
    for wrong in (
        run(tmp_path / "nichts.xlsx"),
        run(path, "--sheet", "没有"),
        run(path, "--user", "nobody"),
        run(path, "--mapping", str(tmp_path / "nichts.json")),
        run(path, "--kind", "visits"),
    ):
        assert (wrong[0], len(wrong[1]["errors"])) == (2, 1)
    assert not Project.objects.exists()


def test_with_a_user_the_batch_is_theirs_and_their_rights_hold(tmp_path: Path) -> None:
    user = make_user("recorder", role="recorder", parks=["degan"])
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], ["P-2", "乙", "德感", 5], header=HEADER)
    status, answer = run(path, "--user", "recorder", "--skip-refused")
    assert (status, codes(answer)) == (1, [(2, "C", "park_not_yours")])
    assert ImportBatch.objects.get().user == user
    assert Project.history.get().history_user == user


def test_hidden_and_summary_sheets_are_left_out_with_the_reason(tmp_path: Path) -> None:

    book = openpyxl.load_workbook(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 5], header=HEADER))
    hidden = book.create_sheet("旧")
    hidden.append(HEADER)
    hidden.append(["P-9", "旧项目", "双福", 5])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    __, answer = run(tmp_path / "a.xlsx")
    assert answer["create"] == 1
    assert [(sheet["name"], sheet["reason"]) for sheet in answer["sheets"]] == [("台账", None), ("旧", "hidden")]
    assert run(tmp_path / "a.xlsx", "--sheet", "旧")[1]["create"] == 1
