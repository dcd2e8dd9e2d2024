"""Decisions about single cells in the preview: corrected, left out, kept as somebody typed it since."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from imports.corrections import place_of
from imports.models import ImportRow
from jiangjin.lib.money import YI
from projects.models import CapitalArrival, Project
from tests.builders import make_investor, make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of
from tests.imports.refusedbooks import refused_book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）", "签约时间", "责任单位")


@pytest.fixture
def manager() -> User:
    return make_user("manager", role="manager", all_parks=True)


@pytest.fixture
def client(manager: User) -> Client:
    return client_of(manager)


def brought(client: Client, path: Path, *rows: list[Any], header: tuple[str, ...] = HEADER) -> Any:
    bring(client, ledger(path / "a.xlsx", *rows, header=header))
    return last_batch()


def counts(client: Client, batch: Any) -> list[int]:
    shown = preview_of(client, batch).context["counts"]
    return [shown[name] for name in ("create", "update", "unchanged", "refused")]


def test_a_refused_cell_is_corrected_and_what_the_file_says_is_kept(client: Client, tmp_path: Path) -> None:
    batch = brought(
        client,
        tmp_path,
        ["P-1", "甲", "双福", "5-8亿", "2020-02-31", "商务委"],
        ["P-2", "乙", "双福", 3, "2020-03-01", "商务委"],
    )
    assert counts(client, batch) == [1, 0, 0, 1]
    assert 'name="cell-台账!D2"' in preview_of(client, batch, "refused").content.decode()
    answer = client.post(
        f"/imports/{batch.pk}/correct/?show=refused&page=1", {"cell-台账!D2": " 6.5 ", "cell-台账!E2": "2020-02-28"}
    )
    assert answer.url == f"/imports/{batch.pk}/?show=refused&page=1"
    page = preview_of(client, batch, "look")
    assert counts(client, batch) == [2, 0, 0, 0]
    assert [(cell.cell, cell.file, cell.text) for cell in page.context["corrected"]] == [
        ("D2", "5-8亿", "6.5"),
        ("E2", "2020-02-31", "2020-02-28"),
    ]
    confirm(client, batch, digest_of(page))
    project = Project.objects.get(code="P-1")
    assert (project.agreed_capital, str(project.signed_on)) == (65000, "2020-02-28")
    (row,) = ImportRow.objects.filter(project=project)
    told = {detail["field"]: detail for detail in row.details}
    assert told["agreed_capital"]["file"] == "5-8亿"
    assert "file" not in told["name"]
    assert "5-8亿" in client.get(f"/imports/{batch.pk}/").content.decode()
    sheet = client.get(f"/imports/{batch.pk}/sheet/").content.decode()
    assert '5-8亿<span class="below">改正为 6.5</span>' in sheet


def test_a_correction_that_is_wrong_itself_is_refused_and_can_be_taken_back(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", "5-8亿", "", ""])
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D2": "约七亿"})
    page = preview_of(client, batch, "refused")
    (problem,) = page.context["rows"][0].problems
    # What the file says and what was typed stand each as what they are, with what is wrong now.
    assert (problem.value, problem.corrected, problem.typed) == ("5-8亿", True, "约七亿")
    assert "约七亿" in page.content.decode()
    assert 'name="back" value="台账!D2"' in page.content.decode()
    client.post(f"/imports/{batch.pk}/correct/", {"back": "台账!D2"})
    page = preview_of(client, batch, "refused")
    assert [problem.value for row in page.context["rows"] for problem in row.problems] == ["5-8亿"]
    client.post(f"/imports/{batch.pk}/correct/", {"empty": "台账!D2"})
    assert counts(client, batch) == [1, 0, 0, 0]
    assert preview_of(client, batch).context["preview"].unknown_capital == 1


def test_a_correction_that_stays_wrong_is_told_on_the_written_batch(client: Client, tmp_path: Path) -> None:
    rows = (["P-1", "甲", "双福", "5-8亿", "", ""], ["P-2", "乙", "双福", 3, "", ""])
    batch = brought(client, tmp_path, *rows)
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D2": "约七亿"})
    confirm(client, batch, digest_of(preview_of(client, batch)), skip_refused="on")
    (row,) = client.get(f"/imports/{batch.pk}/?show=refused").context["rows"]
    assert [(problem["cell"], problem["value"], problem["file"]) for problem in row.problems] == [
        ("D2", "约七亿", "5-8亿")
    ]
    # The refused rows come back as they were corrected, the reason speaks of what stands there.
    page = refused_book(client, batch)["台账"]
    assert page["D2"].value == "约七亿"


def test_a_row_without_a_name_gets_one_in_the_preview(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", 5, "", ""], ["P-2", None, "双福", 6, "", ""])
    assert counts(client, batch) == [1, 0, 0, 1]
    page = preview_of(client, batch, "refused")
    (problem,) = page.context["rows"][0].problems
    assert (problem.code, problem.cell, problem.place) == ("no_name", "B3", "台账!B3")
    assert 'name="cell-台账!B3"' in page.content.decode()
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!B3": "乙项目"})
    page = preview_of(client, batch)
    assert counts(client, batch) == [2, 0, 0, 0]
    confirm(client, batch, digest_of(page))
    assert Project.objects.get(code="P-2").name == "乙项目"
    # Where the file says nothing, the written batch says so.
    assert "空" in client.get(f"/imports/{batch.pk}/").content.decode()


def test_what_was_left_out_is_seen_on_the_written_batch(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", park="shuangfu", signed="2020-03-01", lead_unit="旧单位")
    batch = brought(
        client,
        tmp_path,
        ["P-1", "甲", "双福", "7-8亿", "2020-04-01", "新单位"],
        ["P-2", "乙", "双福", 3, "2020-04-01", ""],
    )
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D2": "7.5"})
    client.post(f"/imports/{batch.pk}/leave/", {"leave": ["台账!2!agreed_capital", "台账!2!signed_on"]})
    sheet = client.get(f"/imports/{batch.pk}/sheet/").context["shown"]
    assert marks_of(sheet, 2) == ["same", "same", "same", "nottaken", "nottaken", "changed"]
    confirm(client, batch, digest_of(preview_of(client, batch)))
    assert Project.objects.get(code="P-1").agreed_capital == 5 * YI

    page = client.get(f"/imports/{batch.pk}/?show=left_out")
    (row,) = page.context["rows"]
    assert page.context["left_out_count"] == 1
    assert [(change.label, change.new, change.cell, change.file) for change in row.left_out] == [
        ("协议投资额（亿元）", "7.50", "D2", "7-8亿"),
        ("签约日期", "2020-04-01", "E2", ""),
    ]
    assert [change.label for change in row.changes] == ["责任单位"]
    sheet = client.get(f"/imports/{batch.pk}/sheet/").context["shown"]
    assert marks_of(sheet, 2) == ["same", "same", "same", "nottaken", "nottaken", "changed"]
    assert "7.5" in sheet.lines[1].cells[3].below
    assert sheet.lines[1].cells[3].text == "7-8亿"


def marks_of(sheet: Any, row: int) -> list[str]:
    return [cell.mark for cell in sheet.lines[row - 1].cells]


def test_the_sheet_of_a_waiting_batch_shows_what_the_file_says(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", "5-8亿", "", ""])
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D2": "6"})
    cell = client.get(f"/imports/{batch.pk}/sheet/").context["shown"].lines[1].cells[3]
    assert (cell.text, cell.mark) == ("5-8亿", "new")
    assert "6" in cell.below


def test_only_cells_of_data_rows_are_corrected(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", 5, "", ""])
    sent = {
        "cell-台账!B1": "项目",
        "cell-没有!B2": "x",
        "cell-台账!B9": "x",
        "cell-nonsense": "x",
        "cell-台账!ZZZ2": "x",
    }
    client.post(f"/imports/{batch.pk}/correct/", sent)
    page = preview_of(client, batch, "look")
    assert page.context["corrected"] == []
    assert counts(client, batch) == [1, 0, 0, 0]
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!F2": "区招商局"})  # beyond the row's own end
    assert preview_of(client, batch).context["preview"].rows["create"][0].read.values["lead_unit"] == "区招商局"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("台账!B17", ("台账", 17, 2)),
        ("a!b!AA3", ("a!b", 3, 27)),
        ("台账!17", None),
        ("台账!B", None),
        ("B17", None),
        ("台账!XFE1", None),
        ("台账!B12345678", None),
        ("台账!É1", None),
    ],
)
def test_keys_of_cells(key: str, place: Any) -> None:
    assert place_of(key) == place


def test_a_change_is_left_out_and_taken_after_all(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", park="shuangfu", signed="2020-03-01", lead_unit="旧单位")
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", 7, "2020-04-01", "新单位"])
    page = preview_of(client, batch, "update")
    assert "台账!2!signed_on" in page.content.decode()
    client.post(f"/imports/{batch.pk}/leave/", {"leave": ["台账!2!signed_on", "台账!2!agreed_capital"]})
    page = preview_of(client, batch, "look")
    (row,) = page.context["preview"].rows["update"]
    assert [change.field for change in row.changes] == ["lead_unit"]
    assert [change.label for change in page.context["left_out"][0].changes] == ["协议投资额（亿元）", "签约日期"]
    client.post(f"/imports/{batch.pk}/leave/", {"take": "台账!2!agreed_capital"})
    page = preview_of(client, batch)
    confirm(client, batch, digest_of(page))
    project = Project.objects.get()
    assert (project.agreed_capital, str(project.signed_on), project.lead_unit) == (7 * YI, "2020-03-01", "新单位")


def test_what_a_row_is_found_by_is_left_out_without_losing_its_project(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", park="shuangfu", investor="甲公司", approval_code="2019-500116-01-03-1")
    header = ("项目编号", "投资项目统一代码", "项目名称", "投资方", "协议投资额（亿元）")
    rows: list[list[Any]] = [["P-1", "2019-500116-01-03-2", "甲改名", "甲公司", 7], ["P-2", None, "乙", "乙公司", 3]]
    batch = brought(client, tmp_path, *rows, header=header)
    leave = ["台账!2!name", "台账!2!approval_code", "台账!2!project_code", "台账!3!name", "x" * 500]
    client.post(f"/imports/{batch.pk}/leave/", {"leave": leave})
    page = preview_of(client, batch)
    (row,) = page.context["preview"].rows["update"]
    assert {change.field for change in row.changes} == {"agreed_capital"}
    confirm(client, batch, digest_of(page))
    project = Project.objects.get(code="P-1")
    assert (project.name, project.approval_code, project.agreed_capital) == ("甲", "2019-500116-01-03-1", 7 * YI)
    assert Project.objects.get(code="P-2").name == "乙"  # a new project takes what its row says


def test_a_name_that_somebody_changed_can_be_kept(client: Client, manager: User, tmp_path: Path) -> None:
    header = ("项目编号", "项目名称", "投资方")
    path = ledger(tmp_path / "first.xlsx", ["SKK-001", "癸一厂", "癸公司"], header=header)
    run(path)
    project = Project.objects.get()
    project.name, project.name_key = "癸一智能工厂", "癸一智能工厂"
    project._history_user = manager
    project.save()
    batch = brought(client, tmp_path, ["SKK-001", "癸一厂", "癸公司"], header=header)
    page = preview_of(client, batch, "look")
    ((change,),) = [row.changes for row in page.context["edited"]]
    assert (change.old, change.new, change.by_hand.split()[0]) == ("癸一智能工厂", "癸一厂", "manager")
    assert 'name="leave" value="台账!2!name"' in page.content.decode()
    client.post(f"/imports/{batch.pk}/leave/", {"leave": "台账!2!name"})
    page = preview_of(client, batch, "look")
    assert (page.context["counts"]["unchanged"], page.context["counts"]["refused"]) == (1, 0)
    assert [change.label for change in page.context["left_out"][0].changes] == ["项目名称"]
    confirm(client, batch, digest_of(page))
    project.refresh_from_db()
    assert project.name == "癸一智能工厂"


def test_a_month_of_arrivals_is_left_out(client: Client, tmp_path: Path) -> None:
    make_project("甲", code="P-1", agreed="5", signed="2019-01-01")
    header = ("项目编号", "项目名称", "2020年1月（万元）", "2020年2月（万元）")
    batch = brought(client, tmp_path, ["P-1", "甲", 100, 200], header=header)
    client.post(f"/imports/{batch.pk}/leave/", {"leave": "台账!2!arrival 2020-02"})
    confirm(client, batch, digest_of(preview_of(client, batch)))
    assert [(str(row.month), row.amount) for row in CapitalArrival.objects.all()] == [("2020-01", 100)]


def test_a_value_typed_since_the_last_import_is_marked(client: Client, manager: User, tmp_path: Path) -> None:
    run(ledger(tmp_path / "first.xlsx", ["P-1", "甲", "双福", 5, "2020-03-01", "商务委"], header=HEADER))
    project = Project.objects.get()
    project.lead_unit = "招商局"
    project._history_user = manager
    project.save()
    status, answer = run(
        ledger(tmp_path / "second.xlsx", ["P-1", "甲", "双福", 6, "2020-03-01", "经信委"], header=HEADER), "--dry-run"
    )
    assert (status, answer["update"]) == (0, 1)
    assert [(w["column"], w["code"]) for w in answer["warnings"]] == [("F", "edited_by_hand")]

    batch = brought(client, tmp_path, ["P-1", "甲", "双福", 6, "2020-03-01", "经信委"])
    page = preview_of(client, batch, "look")
    (edited,) = page.context["edited"]
    assert [(change.label, bool(change.by_hand)) for change in edited.changes] == [
        ("责任单位", True),
        ("协议投资额（亿元）", False),
    ]
    assert str(manager) in page.content.decode()
    client.post(f"/imports/{batch.pk}/leave/", {"leave": "台账!2!lead_unit"})
    page = preview_of(client, batch, "look")
    assert page.context["edited"] == []
    confirm(client, batch, digest_of(page))
    project.refresh_from_db()
    assert (project.lead_unit, project.agreed_capital) == ("招商局", 6 * YI)


def test_whatever_button_is_pressed_what_is_typed_elsewhere_on_the_page_is_kept(client: Client, tmp_path: Path) -> None:
    make_project("甲项目", code="P-1", agreed="5", park="shuangfu", lead_unit="旧单位", investor="甲公司")
    batch = brought(
        client,
        tmp_path,
        ["P-1", "甲项目", "双福", 6, "", "新单位"],
        ["P-2", "乙", "双福", "5-8亿", "2020-02-31", ""],
        ["P-3", "丙", "双福", 800, "", ""],
    )
    url = f"/imports/{batch.pk}"
    pressed = [
        ("leave", {"leave": "台账!2!lead_unit"}),
        ("leave", {"take": "台账!2!lead_unit"}),
        ("accept", {"row": "台账!4"}),
        ("answer", {"again": "1"}),
        ("answer", {}),
        ("correct", {"empty": "台账!E3"}),
        ("correct", {"back": "台账!E3"}),
        ("again", {}),
    ]
    for number, (button, sent) in enumerate(pressed):
        answer = client.post(f"{url}/{button}/?show=refused", sent | {"cell-台账!D3": f"约{number}"})
        assert answer.status_code == 302
        batch.refresh_from_db()
        assert batch.corrections["台账!D3"] == f"约{number}", button
    assert batch.accepted == ["台账!4"]


def test_writing_takes_what_is_typed_first_and_shows_the_preview_again(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", 5, "", ""], ["P-2", "乙", "双福", "5-8亿", "", ""])
    sent = {"skip_refused": "on", "cell-台账!D3": "6"}
    page = confirm(client, batch, digest_of(preview_of(client, batch)), **sent)
    batch.refresh_from_db()
    assert (batch.state, batch.corrections) == ("waiting", {"台账!D3": "6"})
    assert page.context["counts"]["create"] == 2
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    # The page is sent once more as it stands: nothing in it is new.
    confirm(client, batch, digest_of(page), **sent)
    batch.refresh_from_db()
    assert batch.state == "committed"
    assert set(Project.objects.values_list("code", flat=True)) == {"P-1", "P-2"}


def test_a_cell_with_two_problems_has_two_boxes_and_either_is_kept(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", 5, "", ""], ["P-2", "乙", "双福", "5-8亿", "", ""])
    for number, typed in enumerate((["6", ""], ["", "7"])):
        assert client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D3": typed}).status_code == 302
        batch.refresh_from_db()
        assert batch.corrections == {"台账!D3": str(6 + number)}


def test_an_answer_that_was_chosen_goes_with_another_button(client: Client, tmp_path: Path) -> None:
    make_project("智能装备生产基地一期", code="P-9", agreed="5", park="shuangfu", investor="甲公司")
    header = ("项目名称", "投资方", "落户园区", "协议投资额（亿元）")
    rows: list[list[Any]] = [["智能装备生产基地二期", "甲公司", "双福", 7], ["乙", None, "双福", "5-8亿"]]
    batch = brought(client, tmp_path, *rows, header=header)
    assert preview_of(client, batch).context["open_questions"] == 1
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D3": "6", "row-台账!2": "new", "row-台账!9": ""})
    batch.refresh_from_db()
    assert batch.answers == {"台账!2": "new"}
    client.post(f"/imports/{batch.pk}/answer/", {"row-台账!2": "P-9", "cell-台账!D3": "7"})
    batch.refresh_from_db()
    assert (batch.answers, batch.corrections) == ({"台账!2": "P-9"}, {"台账!D3": "7"})


def test_what_overwrites_a_hand_is_counted_at_the_button_and_shown_once(
    client: Client, manager: User, tmp_path: Path
) -> None:
    rows = [[f"P-{n}", f"项目{n}", "双福", 5, "2020-03-01", "商务委"] for n in range(9)]
    run(ledger(tmp_path / "first.xlsx", *rows, header=HEADER))
    for project in Project.objects.filter(code__in=[f"P-{n}" for n in range(7)]):
        project.lead_unit = "招商局"
        project.remarks = "重点"
        project._history_user = manager
        project.save()
    changed = [[*row[:3], 6, row[4], "经信委"] for row in rows]
    batch = brought(client, tmp_path, *changed)
    page = preview_of(client, batch, "look")
    assert page.context["preview"].overwritten == 7
    bar = page.content.decode().partition('class="confirm-bar')[2]
    assert "7" in bar.partition("</a>")[0]
    assert 'href="?show=edited"' in bar
    # Seven rows that overwrite a hand, five of them here; beside them the two that do not, and none of them twice.
    assert [row.code for row in page.context["edited"]] == [f"P-{n}" for n in range(5)]
    assert ([row.code for row in page.context["changed"]], page.context["changed_count"]) == (["P-7", "P-8"], 2)
    assert page.content.decode().count('href="?show=edited"') == 3  # the tab, the card's foot, the bar
    tab = preview_of(client, batch, "edited")
    assert [row.code for row in tab.context["rows"]] == [f"P-{n}" for n in range(7)]
    client.post(f"/imports/{batch.pk}/leave/", {"leave": [f"台账!{n + 2}!lead_unit" for n in range(7)]})
    page = preview_of(client, batch, "edited")
    assert (page.context["preview"].overwritten, page.context["edited_count"]) == (0, 0)
    assert 'href="?show=edited"' not in page.content.decode()


def test_nobody_else_decides_about_cells(client: Client, tmp_path: Path) -> None:
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", "5-8亿", "", ""])
    other = client_of(make_user("other", role="recorder", parks=["shuangfu"]))
    auditor = client_of(make_user("auditor", role="auditor"))
    for sender, status in ((other, 404), (auditor, 403)):
        for what in ("correct", "leave"):
            sent = {"cell-台账!D2": "5", "leave": "台账!2!agreed_capital"}
            assert sender.post(f"/imports/{batch.pk}/{what}/", sent).status_code == status
    batch.refresh_from_db()
    assert (batch.corrections, batch.left_out) == ({}, [])


def test_decisions_about_cells_count_for_the_worker_as_well(client: Client, tmp_path: Path, settings: Any) -> None:
    from tests.imports.test_background import work

    settings.IMPORT_BACKGROUND_BYTES = 0
    settings.VAR_DIR = tmp_path / "var"
    batch = brought(client, tmp_path, ["P-1", "甲", "双福", "5-8亿", "", ""])
    work()
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D2": "6"})
    work()
    page = preview_of(client, batch)
    assert page.context["counts"]["create"] == 1
    confirm(client, batch, digest_of(page))
    work()
    assert Project.objects.get().agreed_capital == 6 * YI


REMARKED = ("项目编号", "项目名称", "投资方", "落户园区", "计划开工时间", "责任单位", "联系人", "备注")
AS_IMPORTED = ["P-1", "甲", "甲公司", "双福", "2021-05", "商务委", "张三", "原一"]


def edit(project: Project, user: User, **fields: Any) -> None:
    """Change columns of a project as a form does."""
    for field, value in fields.items():
        setattr(project, field, value)
    project._history_user = user
    project.save()


def edited_fields(client: Client, path: Path, *row: Any) -> dict[str, str]:
    """The labels of the changes that a file would make to what somebody typed, and whom the preview names."""
    batch = brought(client, path, list(row), header=REMARKED)
    rows = preview_of(client, batch, "look").context["edited"]
    return {change.label: change.by_hand for shown in rows for change in shown.changes if change.by_hand}


def test_a_value_emptied_by_hand_is_marked_and_can_be_kept(client: Client, manager: User, tmp_path: Path) -> None:
    run(ledger(tmp_path / "first.xlsx", AS_IMPORTED, header=REMARKED))
    project = Project.objects.get()
    edit(project, manager, remarks="")
    planned = project.milestones.get()
    planned._history_user = manager
    planned.delete()
    found = edited_fields(client, tmp_path, *AS_IMPORTED[:7], "新一")
    assert set(found) == {"备注", "计划开工"}
    assert all(hand.startswith("manager ") for hand in found.values())
    batch = last_batch()
    assert "保留库里的" in preview_of(client, batch, "look").content.decode()
    client.post(f"/imports/{batch.pk}/leave/", {"leave": ["台账!2!remarks", "台账!2!planned_start"]})
    confirm(client, batch, digest_of(preview_of(client, batch)))
    project.refresh_from_db()
    assert (project.remarks, project.milestones.count()) == ("", 0)


def test_a_value_that_no_hand_emptied_is_an_ordinary_change(client: Client, manager: User, tmp_path: Path) -> None:
    run(ledger(tmp_path / "first.xlsx", [*AS_IMPORTED[:7], None], header=REMARKED))
    edit(Project.objects.get(), manager, contact_phone="123")
    assert edited_fields(client, tmp_path, *AS_IMPORTED[:7], "新一") == {}


def test_each_marked_value_names_who_typed_it(client: Client, manager: User, tmp_path: Path) -> None:
    run(ledger(tmp_path / "first.xlsx", AS_IMPORTED, header=REMARKED))
    project = Project.objects.get()
    edit(project, manager, lead_unit="招商局")
    other = make_user("second", role="manager", all_parks=True)
    edit(project, other, contact_name="李四")
    found = edited_fields(client, tmp_path, *AS_IMPORTED[:5], "经信委", "王五", "原一")
    assert {label: hand.split()[0] for label, hand in found.items()} == {"责任单位": "manager", "联系人": "second"}


def test_another_investor_names_who_chose_it(client: Client, manager: User, tmp_path: Path) -> None:
    run(ledger(tmp_path / "first.xlsx", AS_IMPORTED, header=REMARKED))
    project = Project.objects.get()
    part = project.participations.get()
    part.investor = make_investor("乙公司")
    part._history_user = make_user("second", role="manager", all_parks=True)
    part.save()
    edit(project, manager, remarks="重点")
    found = edited_fields(client, tmp_path, "P-1", "甲", "丙公司", *AS_IMPORTED[3:])
    assert {label: hand.split()[0] for label, hand in found.items()} == {"投资方": "second", "备注": "manager"}


def test_what_a_later_import_gave_is_nobodys_hand(client: Client, manager: User, tmp_path: Path) -> None:
    """The stage went on because of a day of the same file: no person moved it."""
    header = ("项目编号", "项目名称", "项目阶段", "投产时间", "备注")
    run(ledger(tmp_path / "first.xlsx", ["P-1", "甲", "已签约", "2020-05", "原一"], header=header))
    edit(Project.objects.get(), manager, contact_phone="123")
    batch = brought(client, tmp_path, ["P-1", "甲", "已达产", "2020-05", "原一"], header=header)
    page = preview_of(client, batch, "look")
    assert (page.context["counts"]["update"], page.context["edited"]) == (1, [])


def test_a_hand_is_named_also_after_a_later_import_was_taken_back(
    client: Client, manager: User, tmp_path: Path
) -> None:
    run(ledger(tmp_path / "first.xlsx", AS_IMPORTED, header=REMARKED))
    edit(Project.objects.get(), manager, remarks="")
    run(ledger(tmp_path / "second.xlsx", [*AS_IMPORTED[:7], "新一"], header=REMARKED))
    call_command("undo_import", str(last_batch().pk), stdout=io.StringIO())
    found = edited_fields(client, tmp_path, *AS_IMPORTED[:7], "新二")
    assert {label: hand.split()[0] for label, hand in found.items()} == {"备注": "manager"}
