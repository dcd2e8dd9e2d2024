"""The source of each imported value: the cell that is named reads, in the kept file, as what the register stores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from imports.batches import read
from imports.corrections import place_of
from imports.grid import Workbook
from imports.models import ImportBatch, ImportRow
from imports.plan import ReadRow, shown
from imports.planning import make_plan
from imports.understanding import Request
from imports.undoing import take_back
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.text import investor_key
from jiangjin.management.commands.setup import DEMO_LEDGERS
from projects import registering
from projects.choices import CommitmentKind, Stage
from projects.models import Project
from projects.origins import Place
from projects.sources import IMPORTED, TYPED, Source, Sources, sources_of
from projects.stages import milestone_for
from tests.builders import make_project, make_user
from tests.imports.books import ledger, run, write_xlsx
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
LINKED = {"park_id": "park", "cluster_id": "cluster", "chain_id": "chain"}
HEADER = ("项目编号", "项目名称", "落户园区", "协议投资额（亿元）", "签约时间", "责任单位")


@pytest.fixture
def auditor() -> User:
    return make_user("auditor", role="auditor")


def loaded(**of: Any) -> Iterator[Project]:
    rows = Project.objects.select_related("park", "cluster", "chain", "lead_official")
    rows = rows.prefetch_related("participations__investor__honours", "milestones", "commitments", "arrivals", "codes")
    yield from rows.filter(**of)


def told_of(user: User, **of: Any) -> Sources:
    (project,) = loaded(**of)
    return sources_of(project, user=user)


class KeptFile:
    """A kept file, read again: what its cells say, as text, and as the import understands them."""

    def __init__(self, batch: ImportBatch) -> None:
        self.workbook: Workbook = read(batch)
        self.sheets = {sheet.name: sheet for sheet in self.workbook.sheets}
        self.understood: dict[str, list[Any]] = defaultdict(list)
        for row in make_plan(self.workbook, Request()).plan.rows:
            for name, value in _values(row.read):
                letter, __ = row.read.cell(name)
                self.understood[f"{row.read.sheet}!{letter}{row.read.row}"].append(value)

    def text(self, source: Source) -> str:
        sheet, row, column = place_of(f"{source.sheet}!{source.cell}")
        return shown(self.sheets[sheet].cell(row, column))


def _values(row: ReadRow) -> Iterator[tuple[str, Any]]:
    for name, value in row.values.items():
        if name != "arrivals":
            yield name, value
    for month, amount in (row.values.get("arrivals") or {}).items():
        yield f"arrival {month}", amount


def stored_values(project: Project) -> Iterator[tuple[Place, Any]]:
    """What the register holds of a project, as the import would read it; every value that the page shows."""
    yield from _own_columns(project)
    yield from _capital(project)
    yield from _milestones(project)
    for part in project.participations.all():
        yield Place("investors", "investor_id", part.pk), part.investor.name_key
        for honour in part.investor.honours.all():
            yield Place("honours", "kind", honour.pk), honour.kind
    for row in project.codes.all():
        yield Place("codes", "code", row.pk), row.code


def _own_columns(project: Project) -> Iterator[tuple[Place, Any]]:
    for field in Project._meta.concrete_fields:
        value = getattr(project, field.attname)
        if value in (None, "") or field.name in UNTOLD:
            continue
        if field.attname in LINKED:
            value = getattr(project, LINKED[field.attname]).code
        elif field.name == "lead_official":
            value = project.lead_official.name
        yield Place("project", field.attname), value


def _capital(project: Project) -> Iterator[tuple[Place, Any]]:
    whole = project.agreed_capital
    for row in project.commitments.all():
        # A ledger gives the whole amount and of it what was added: the initial one is what is left.
        yield Place("commitments", "amount", row.pk), whole if row.kind == CommitmentKind.INITIAL else row.amount
        if row.committed_on:
            yield Place("commitments", "committed_on", row.pk), row.committed_on
    for row in project.arrivals.all():
        yield Place("arrivals", "amount", row.pk), row.amount


def _milestones(project: Project) -> Iterator[tuple[Place, Any]]:
    for row in project.milestones.all():
        for column in ("planned_on", "actual_on"):
            if getattr(row, column):
                yield Place("milestones", column, row.pk), getattr(row, column)
        if row.reached and not row.actual_on:
            yield Place("milestones", "reached", row.pk), f"reached {row.kind}"


# What follows from others, is the register's own, or is shown only where it is not what every project begins with.
UNTOLD = {
    *(
        "id",
        "name_key",
        "name_initials",
        "name_pinyin",
        "version",
        "created_at",
        "updated_at",
        "voided_at",
        "void_reason",
    ),
    *("agreed_capital", "arrived_capital", "stage", "condition"),
}


def says(understood: list[Any], value: Any, place: Place) -> bool:
    """Whether a cell, as the import understands it, is what is stored."""
    if place.table == "investors":
        return value in {investor_key(one) for one in understood if isinstance(one, str)}
    if place.table == "honours":
        return any(value in one for one in understood if isinstance(one, tuple))
    if place.column == "reached":
        stages = [Stage(one) for one in understood if one in Stage.values]
        return any(f"reached {milestone_for(stage)}" == value for stage in stages)
    return value in understood


def test_each_value_of_the_demo_reads_in_the_cell_that_is_named(auditor: User) -> None:
    for name in DEMO_LEDGERS:
        call_command("import_projects", str(settings.BASE_DIR / "fixtures" / "demo" / name), demo=True, verbosity=0)
    files = {batch.filename: KeptFile(batch) for batch in ImportBatch.objects.all()}
    assert sorted(files) == sorted(DEMO_LEDGERS)
    wrong, numbered_here, seen, projects = [], [], Counter(), 0
    for project in loaded():
        projects += 1
        told = sources_of(project, user=auditor)
        for place, value in stored_values(project):
            source = told.found.get(place)
            if place.column == "code" and source and not source.cell:
                numbered_here.append(value)
                continue
            if source is None or source.kind != IMPORTED or not source.cell:
                wrong.append((project.code, place, value, source and source.text))
                continue
            file = files[source.file]
            raw = source.raw or file.text(source)
            if file.text(source) != raw or not says(file.understood[f"{source.sheet}!{source.cell}"], value, place):
                wrong.append((project.code, place, value, source.text))
            seen[source.file, place.table] += 1
    assert projects == 364
    assert wrong == []
    # The list of Tuanjiehu has no numbers: its seven projects that no other ledger knows got one of ours.
    assert len(numbered_here) == 7
    assert all(code.startswith("JJ-") for code in numbered_here)
    assert sum(seen.values()) > 4000, seen
    assert set(DEMO_LEDGERS) == {name for name, __ in seen}
    assert {table for __, table in seen} >= {"project", "investors", "honours", "commitments", "milestones", "arrivals"}


def test_a_value_names_file_sheet_cell_day_importer_and_leads_to_the_import(tmp_path: Path) -> None:
    wang = make_user("wang", role="manager", all_parks=True)
    wang.display_name = "王某"
    wang.save()
    client = client_of(wang)
    bring(client, ledger(tmp_path / "台账.xlsx", ["P-1", "甲", "双福", 6.2, "2020年3月", "区经信委"], header=HEADER))
    batch = last_batch()
    confirm(client, batch, digest_of(preview_of(client, batch)))
    source = told_of(wang, code="P-1").of("project", "signed_on")
    assert (source.file, source.sheet, source.cell, source.raw) == ("台账.xlsx", "台账", "E2", "2020年3月")
    day = f"{timezone.localtime(ImportBatch.objects.get().committed_at):%Y-%m}"
    assert all(word in source.text for word in ("台账!E2", "王某", f"#{batch.pk}", day))
    assert source.url == f"/imports/{batch.pk}/"
    assert client.get(source.url).status_code == 200
    page = client.get("/projects/P-1/", {"sources": "1"}).content.decode()
    assert source.text in page
    assert f'href="{source.url}"' in page


def test_who_may_not_open_the_import_gets_no_link(tmp_path: Path) -> None:
    run(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 6.2, "2020-03", "区经信委"], header=HEADER))
    recorder = make_user("recorder", parks=["shuangfu"])
    source = told_of(recorder, code="P-1").of("project", "lead_unit")
    assert (source.cell, source.url) == ("F2", "")
    client = Client()
    client.force_login(recorder)
    assert "/imports/" + str(last_batch().pk) not in client.get("/projects/P-1/").content.decode()


def test_a_later_file_or_hand_takes_over_only_what_it_changes(tmp_path: Path, auditor: User) -> None:
    wang = make_user("wang", role="manager", all_parks=True)
    run(ledger(tmp_path / "一.xlsx", ["P-1", "甲", "双福", 6.2, "2020-03", "区经信委"], header=HEADER))
    run(ledger(tmp_path / "二.xlsx", ["P-1", "甲", "双福", 7, "2020-03", "区经信委"], header=HEADER))
    project = Project.objects.get(code="P-1")
    project.lead_unit = "区商务委"
    registering.save_project(
        project=project,
        version=project.version,
        official=("", ""),
        investors=None,
        commitments=None,
        milestones=None,
        user=wang,
    )
    told = told_of(auditor, code="P-1")
    amount = told.of("commitments", "amount", project.commitments.get().pk)
    assert (amount.file, amount.cell) == ("二.xlsx", "D2")
    assert told.of("project", "signed_on").file == "一.xlsx"
    assert told.of("project", "lead_unit").kind == TYPED


def test_a_correction_says_what_the_file_says(tmp_path: Path) -> None:
    wang = make_user("wang", role="manager", all_parks=True)
    client = client_of(wang)
    bring(client, ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", "5-8亿", "2020-03", ""], header=HEADER))
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/correct/", {"cell-台账!D2": "6.5"})
    confirm(client, batch, digest_of(preview_of(client, batch)))
    source = told_of(wang, code="P-1").of("commitments", "amount", Project.objects.get().commitments.get().pk)
    assert (source.cell, source.raw) == ("D2", "")
    assert any("5-8亿" in note for note in source.notes)
    assert "5-8亿" in client.get("/projects/P-1/").content.decode()


def test_what_is_given_for_all_rows_has_no_cell_and_says_so(tmp_path: Path, auditor: User) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"sheets": {"*": {"defaults": {"signed_on": "2020"}}}}', encoding="utf-8")
    path = ledger(tmp_path / "a.xlsx", ["P-1", "甲", "双福", 6.2, "", ""], header=HEADER)
    status, __ = run(path, "--mapping", str(mapping))
    assert status == 0
    source = told_of(auditor, code="P-1").of("project", "signed_on")
    assert (source.kind, source.sheet, source.cell) == (IMPORTED, "台账", "")
    assert all(word in source.text for word in ("a.xlsx", "台账", "2"))
    assert source.text != told_of(auditor, code="P-1").of("project", "condition").text


def test_a_number_of_ours_is_not_said_to_stand_in_the_file(tmp_path: Path, auditor: User) -> None:
    run(ledger(tmp_path / "a.xlsx", ["第1号", "甲", "双福", 6.2, "2020-03", ""], header=HEADER))
    project = Project.objects.get()
    assert project.code != "第1号"
    told = told_of(auditor, pk=project.pk)
    assert told.of("project", "code").cell == ""
    assert told.of("codes", "code", project.codes.get().pk).cell == "A2"


def test_a_value_of_a_merge_or_filled_down_names_the_cell_in_which_it_stands(tmp_path: Path, auditor: User) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"sheets": {"*": {"fill_down": ["责任单位"]}}}', encoding="utf-8")
    rows = [["P-1", "甲", "双福", 6.2, "2020-03", "区经信委"], ["P-2", "乙", "德感", 3, "2020-04", None]]
    status, answer = run(write_xlsx(tmp_path / "a.xlsx", [HEADER, *rows]), "--mapping", str(mapping))
    assert status == 0, answer["errors"]
    assert told_of(auditor, code="P-2").of("project", "lead_unit").cell == "F2"
    assert told_of(auditor, code="P-2").of("project", "name").cell == "B3"
    (row,) = ImportRow.objects.filter(project__code="P-2")
    assert [detail["cell"] for detail in row.details if detail["field"] == "lead_unit"] == ["F3"]


def test_a_milestone_that_only_the_word_for_the_stage_reached_names_that_word(tmp_path: Path, auditor: User) -> None:
    run(ledger(tmp_path / "a.xlsx", ["P-1", "甲", "已投产"], header=("项目编号", "项目名称", "项目阶段")))
    milestone = Project.objects.get().milestones.get()
    source = told_of(auditor, code="P-1").of("milestones", "reached", milestone.pk)
    assert (source.cell, source.raw) == ("C2", "已投产")


def test_the_number_of_queries_does_not_grow_with_imports(tmp_path: Path, auditor: User) -> None:
    counted = []
    for rounds in (1, 6):
        for number in range(rounds):
            path = tmp_path / f"{rounds}-{number}.xlsx"
            row = ["P-1", "甲", "双福", 6 + number, str(PartialDay(2020, 1 + number)), f"单位{rounds}{number}"]
            run(ledger(path, row, header=HEADER))
        (project,) = loaded()
        with CaptureQueriesContext(connection) as queries:
            sources_of(project, user=auditor)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] <= 14


def test_a_value_that_an_undo_brought_back_has_its_former_source(tmp_path: Path) -> None:
    user = make_user("boss", role="manager", all_parks=True)
    header = ["项目编号", "项目名称", "责任单位", "协议投资额（亿元）"]
    run(write_xlsx(tmp_path / "a.xlsx", [header, ["S-1", "甲厂", "旧单位", 5]]))
    run(write_xlsx(tmp_path / "b.xlsx", [header, ["S-1", "甲厂", "新单位", 7]]))
    first, second = ImportBatch.objects.order_by("pk")

    def told() -> set[tuple[str, str]]:
        sources = told_of(user, code="S-1")
        commitment = Project.objects.get().commitments.get()
        found = (sources.of("project", "lead_unit"), sources.of("commitments", "amount", commitment.pk))
        return {(one.file, one.cell) for one in found}

    assert told() == {("b.xlsx", "C2"), ("b.xlsx", "D2")}
    take_back(batch=second, user=user, back=True)
    assert told() == {("a.xlsx", "C2"), ("a.xlsx", "D2")}
    take_back(batch=second, user=user, back=False)
    assert told() == {("b.xlsx", "C2"), ("b.xlsx", "D2")}
    take_back(batch=second, user=user, back=True)
    take_back(batch=first, user=user, back=True)  # the project goes, and comes back as it was
    take_back(batch=first, user=user, back=False)
    assert told() == {("a.xlsx", "C2"), ("a.xlsx", "D2")}


def test_what_an_undo_brought_back_from_before_any_history_names_the_undo(tmp_path: Path) -> None:
    user = make_user("boss", role="manager", all_parks=True)
    project = make_project("甲厂", code="S-1", lead_unit="旧单位")
    project.history.all().delete()
    header = ["项目编号", "项目名称", "责任单位"]
    run(write_xlsx(tmp_path / "b.xlsx", [header, ["S-1", "甲厂", "新单位"]]))
    project.refresh_from_db()
    project.lead_unit = "旧单位"
    project._history_user, project._change_reason = user, f"undo import {last_batch().pk} (1)"
    project.save()
    source = told_of(user, code="S-1").of("project", "lead_unit")
    assert (source.kind, source.url) == ("undo", last_batch().get_absolute_url())
    assert "撤销" in source.text
