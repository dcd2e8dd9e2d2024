"""Where values come from once two projects, or two firms, were made one: each keeps its own file and cell, or hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports.models import ImportRow, Merge
from jiangjin.lib.dates import PartialDay
from projects.models import Investor, Project
from projects.registering import save_project, write_note
from projects.sources import IMPORTED, TYPED, Source, Sources, sources_of
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run
from tests.imports.bringing import client_of
from tests.imports.merges import merge, merge_two_firms, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
HEADER = (
    "项目编号",
    "项目名称",
    "投资方",
    "落户园区",
    "责任单位",
    "签约时间",
    "协议投资额（亿元）",
    "开工时间",
    "备注",
)
FIRST = ["SKH-001", "甲一厂", "己一公司", "双福", "区府", "2020-03", 5, "2020-05", ""]
SECOND = ["SKH-002", "甲二厂", "己二公司", "双福", "区商务委", "2020-04", 5.2, "2020-06", "重点"]


@pytest.fixture
def chief() -> User:
    return make_user("王某", role="manager", all_parks=True)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Project, Project]:
    """Two rows of one ledger, and two of one table of arrivals."""
    run(ledger(tmp_path / "台账.xlsx", FIRST, SECOND, header=HEADER))
    months = ("项目编号", "项目名称", *(f"2020年{month}月到位资金（万元）" for month in (1, 2, 3)))
    rows = ["SKH-001", "甲一厂", 100, 200, None], ["SKH-002", "甲二厂", 110, 220, 330]
    status, answer = run(ledger(tmp_path / "到位.xlsx", *rows, header=months), "--kind", "arrivals")
    assert (status, answer["arrivals"]) == (0, 5)
    return Project.objects.get(code="SKH-001"), Project.objects.get(code="SKH-002")


def told_of(project: Project, user: User) -> Sources:
    rows = Project.objects.prefetch_related("participations__investor__honours", "milestones")
    return sources_of(rows.get(pk=project.pk), user=user)


def cells(project: Project, user: User) -> dict[str, str]:
    """The file and cell of what is on the page of a project."""
    told = told_of(project, user)
    found: dict[str, Source | None] = dict(told.project)
    found["agreed"] = told.of("commitments", "amount", project.commitments.get().pk)
    for milestone in project.milestones.all():
        found[milestone.kind] = told.of("milestones", "actual_on", milestone.pk)
    for part in project.participations.select_related("investor"):
        found[part.investor.name] = told.of("investors", "investor_id", part.pk)
    for row in project.arrivals.all():
        found[str(row.month)] = told.of("arrivals", "amount", row.pk)
    for code in project.codes.all():
        found[f"code {code.code}"] = told.of("codes", "code", code.pk)
    kinds = {name: source for name, source in found.items() if source and source.kind != "follows"}
    return {name: f"{one.file[:2]}!{one.cell}" if one.file else one.text for name, one in kinds.items() if one.cell}


OWN = {
    "code": "台账!A2",
    "name": "台账!B2",
    "park": "台账!D2",
    "lead_unit": "台账!E2",
    "signed_on": "台账!F2",
    "agreed": "台账!G2",
    "started": "台账!H2",
    "己一公司": "台账!C2",
    "2020-01": "到位!C2",
    "2020-02": "到位!D2",
}
OTHERS = {
    "code": "台账!A3",
    "name": "台账!B3",
    "park": "台账!D3",
    "lead_unit": "台账!E3",
    "signed_on": "台账!F3",
    "agreed": "台账!G3",
    "started": "台账!H3",
    "己二公司": "台账!C3",
    "2020-01": "到位!C3",
    "2020-02": "到位!D3",
    "2020-03": "到位!E3",
    "remarks": "台账!I3",
}


def test_kept_values_name_their_own_cells(two, chief: User) -> None:
    kept, gone = two
    assert (cells(kept, chief), cells(gone, chief)) == (OWN, OTHERS)
    done = merge(kept, gone, user=chief, project__remarks="kept")
    told = cells(kept, chief)
    assert {name: told[name] for name in OWN} == OWN
    agreed = told_of(kept, chief).of("commitments", "amount", kept.commitments.get().pk)
    assert agreed.raw == "5"
    assert agreed.notes == ()
    take_back(done, user=chief)
    assert (cells(kept, chief), cells(gone, chief)) == (OWN, OTHERS)


def notes_of(source: Source | None) -> str:
    assert source is not None
    return " ".join(source.notes)


def test_what_a_merging_brings_names_the_other_ones_cells_and_the_merging(two, chief: User) -> None:
    kept, gone = two
    names = ("name", "lead_unit", "signed_on", "remarks")
    chosen = {f"project__{name}": "gone" for name in names} | {
        "milestone__started__actual_on": "gone",
        "capitalarrival__20200299__domestic__amount": "gone",
    }
    done = merge(kept, gone, user=chief, commitments="gone", **chosen)
    came = (*names, "agreed", "started", "2020-02", "2020-03", "己二公司")
    stayed = ("code", "park", "2020-01", "己一公司")
    told = cells(kept, chief)
    expected = {name: OTHERS[name] for name in came} | {name: OWN[name] for name in stayed}
    assert {name: told.get(name) for name in expected} == expected
    assert told["code SKH-002"] == "台账!A3"
    sources = told_of(kept, chief)
    (by,) = {note for name in names for note in sources.project[name].notes}
    assert all(word in by for word in (f"合并 #{done.pk}", "王某"))
    assert notes_of(sources.of("arrivals", "amount", kept.arrivals.get(month=PartialDay(2020, 3)).pk)) == by
    assert notes_of(sources.of("arrivals", "amount", kept.arrivals.get(month=PartialDay(2020, 1)).pk)) == ""
    page = client_of(chief).get(kept.get_absolute_url(), {"sources": "1"}).content.decode()
    assert by in page
    take_back(done, user=chief)
    assert (cells(kept, chief), cells(gone, chief)) == (OWN, OTHERS)


def test_what_was_merged_on_names_each_merging(two, chief: User, tmp_path: Path) -> None:
    kept, gone = two
    row = ["SKH-003", "甲三厂", "己三公司", "双福", "区府办", "2020-05", 5, "2020-07", ""]
    run(ledger(tmp_path / "第三.xlsx", row, header=HEADER))
    last = Project.objects.get(code="SKH-003")
    first = merge(kept, gone, user=chief, project__remarks="gone")
    between = cells(kept, chief)
    second = merge(last, kept, user=chief, project__remarks="gone")
    sources = told_of(last, chief)
    month = sources.of("arrivals", "amount", last.arrivals.get(month=PartialDay(2020, 3)).pk)
    for source, cell in ((month, "E3"), (sources.project["remarks"], "I3")):
        assert source.cell == cell
        found = [f"合并 #{done.pk}" in note for done, note in zip((second, first), source.notes, strict=True)]
        assert found == [True, True]
    assert sources.project["name"].file == "第三.xlsx"
    assert cells(last, chief)["己一公司"] == "台账!C2"
    take_back(second, user=chief)
    assert cells(kept, chief) == between


def test_typed_notes_and_investors_keep_who_typed_them(chief: User) -> None:
    li = make_user("李某", role="manager", all_parks=True)
    kept = make_project("甲", agreed="5", park="shuangfu", investor="甲公司", user=li)
    gone = make_project("乙", agreed="5", park="shuangfu", investor="乙公司", joint=["丁公司"], remarks="急", user=li)
    write_note(project=gone, kind="note", text="已进场", user=li)
    done = merge(kept, gone, user=chief, project__remarks="gone")
    told = told_of(kept, chief)
    found = [told.of("notes", "text", kept.notes.get().pk), told.project["remarks"]]
    parts = kept.participations.exclude(investor__name="甲公司")
    found += [told.of("investors", "investor_id", part.pk) for part in parts]
    found.append(told.of("codes", "code", kept.codes.get().pk))
    assert len(found) == 5
    for source in found:
        assert source.kind == TYPED
        assert "李某" in source.text
        assert f"合并 #{done.pk}" in notes_of(source)
    take_back(done, user=chief)
    told = told_of(gone, chief)
    assert told.of("notes", "text", gone.notes.get().pk).notes == ()


def test_who_leads_by_the_other_ones_word_has_its_own_source(two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, lead="gone")
    told = cells(kept, chief)
    assert (told["己二公司"], told["己一公司"]) == ("台账!C3", "台账!C2")


def test_firms_made_one_leave_each_part_its_cell(two, chief: User) -> None:
    kept, gone = two
    firm, other = Investor.objects.get(name="己一公司"), Investor.objects.get(name="己二公司")
    done = merge_two_firms(firm, other, user=chief)
    told = told_of(gone, chief)
    source = told.of("investors", "investor_id", gone.participations.get().pk)
    assert (source.kind, source.file, source.cell) == (IMPORTED, "台账.xlsx", "C3")
    assert f"合并 #{done.pk}" in notes_of(source)
    own = told_of(kept, chief).of("investors", "investor_id", kept.participations.get().pk)
    assert (own.cell, own.notes) == ("C2", ())
    take_back(done, user=chief)
    assert (cells(kept, chief), cells(gone, chief)) == (OWN, OTHERS)


def test_what_is_typed_after_a_merging_is_from_who_typed_it(two, chief: User) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, project__lead_unit="gone")
    li = make_user("李某", role="manager", all_parks=True)
    kept.refresh_from_db()
    kept.lead_unit = "区招商局"
    untouched = {"official": ("", ""), "investors": None, "commitments": None, "milestones": None}
    save_project(project=kept, version=kept.version, user=li, **untouched)
    source = told_of(kept, chief).project["lead_unit"]
    assert (source.kind, source.notes) == (TYPED, ())
    assert "李某" in source.text


# The next file.


def edited_by(tmp_path: Path, row: list[Any]) -> list[tuple[str, str]]:
    """The columns of which a file with this row says that somebody changed them by hand, and what it says."""
    status, answer = run(ledger(tmp_path / "下期.xlsx", row, header=HEADER), "--dry-run")
    assert (status, answer["update"]) == (0, 1), answer["errors"]
    return [(one["column"], one["message"]) for one in answer["warnings"] if one["code"] == "edited_by_hand"]


@pytest.mark.parametrize("number", ["SKH-001", "SKH-002"])
def test_the_next_file_finds_no_hand_where_only_a_merging_was(two, chief: User, tmp_path: Path, number: str) -> None:
    kept, gone = two
    done = merge(kept, gone, user=chief, project__remarks="kept")
    row = [number, "甲二厂", "己二公司", "双福", "区招商局", "2020-04", 5.3, "2020-06", "缓"]
    assert edited_by(tmp_path, row) == []
    take_back(done, user=chief)
    assert edited_by(tmp_path, ["SKH-002", *row[1:]]) == []


def test_the_next_file_names_the_merging_that_chose(two, chief: User, tmp_path: Path) -> None:
    kept, gone = two
    done = merge(kept, gone, user=chief, project__lead_unit="gone", project__remarks="gone")
    row = ["SKH-002", *SECOND[1:4], "区招商局", *SECOND[5:8], "缓"]
    ((column, said),) = edited_by(tmp_path, row)
    assert (column, f"合并 #{done.pk}" in said) == ("E", True)


def test_what_came_with_a_merging_and_was_edited_since_is_marked(two, chief: User, tmp_path: Path) -> None:
    kept, gone = two
    merge(kept, gone, user=chief, project__remarks="gone")
    kept.refresh_from_db()
    kept.remarks = "急"
    untouched = {"official": ("", ""), "investors": None, "commitments": None, "milestones": None}
    save_project(project=kept, version=kept.version, user=chief, **untouched)
    ((column, said),) = edited_by(tmp_path, [*FIRST[:8], "缓"])
    assert (column, "王某" in said) == ("I", True)


def test_the_number_of_queries_does_not_grow_with_mergings(chief: User, tmp_path: Path) -> None:
    run(ledger(tmp_path / "a.xlsx", FIRST, header=HEADER))
    kept, counted = Project.objects.get(), []
    for number in range(2, 6):
        row = [
            f"SKH-00{number}",
            f"甲{number}厂",
            f"己{number}公司",
            "双福",
            "区",
            f"2020-0{number}",
            5,
            "",
            f"注{number}",
        ]
        run(ledger(tmp_path / f"{number}.xlsx", row, header=HEADER))
        merge(kept, Project.objects.get(code=row[0]), user=chief, project__remarks="gone")
        kept.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            told_of(kept, chief)
        counted.append(len(queries))
    assert len(set(counted)) == 1
    assert Merge.objects.count() == 4
    assert ImportRow.objects.filter(project=kept).count() == 5
