"""The fixed-asset part of a commitment: never more than its amount; what an update does to old rows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from imports.models import ImportBatch
from imports.undoing import take_back
from jiangjin.integrity import all_invariants
from projects.capital_writing import COMMITMENTS, restore_entry
from projects.models import CapitalCommitment, Project
from tests.builders import make_project
from tests.imports.books import ledger, run

HEAD = ("项目编号", "项目名称", "投资方", "协议投资额（亿元）")
ROW = ("P-1", "光伏基地", "重庆某某有限公司")


def part_of(project: Project) -> tuple[Decimal, Decimal | None]:
    row = project.commitments.get(kind="initial")
    return row.amount, row.fixed_assets


def with_part(amount: str, project: Project) -> None:
    row = project.commitments.get(kind="initial")
    row.fixed_assets = Decimal(amount)
    row.save()


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "part", "fits"), [("initial", 20_000, True), ("initial", 20_001, False)])
def test_the_database_keeps_the_part_within_the_amount(kind: str, part: int, fits: bool) -> None:
    rows = make_project(agreed="2").commitments.filter(kind=kind)
    if fits:
        assert rows.update(fixed_assets=part) == 1
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(fixed_assets=part)


@pytest.mark.django_db
def test_of_a_reduction_the_part_is_said_without_a_sign() -> None:
    rows = make_project(agreed="2", reductions=[("1", "2021")]).commitments.filter(kind="reduction")
    assert rows.update(fixed_assets=10_000) == 1
    for part in (10_001, -1):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(fixed_assets=part)


@pytest.mark.django_db
def test_an_import_that_lowers_the_amount_leaves_no_larger_part_and_undo_brings_both_back(
    vocabulary: None, tmp_path: Path
) -> None:
    project = make_project("光伏基地", code="P-1", park="shuangfu", agreed="5")
    with_part("30000", project)
    assert run(ledger(tmp_path / "a.xlsx", (*ROW, "4"), header=HEAD))[0] == 0
    assert part_of(project) == (40_000, 30_000)
    assert run(ledger(tmp_path / "b.xlsx", (*ROW, "2"), header=HEAD))[0] == 0
    assert part_of(project) == (20_000, None)
    take_back(batch=ImportBatch.objects.order_by("-pk").first(), user=None, back=True)
    assert part_of(project) == (40_000, 30_000)
    # Somebody wrote a part that the former amount does not hold: both stay as they are.
    take_back(batch=ImportBatch.objects.order_by("-pk").first(), user=None, back=False)
    with_part("15000", project)
    take_back(batch=ImportBatch.objects.order_by("-pk").first(), user=None, back=True)
    assert part_of(project) == (20_000, 15_000)


@pytest.mark.django_db
def test_a_voided_entry_of_older_days_comes_back_without_a_part_that_is_too_large() -> None:
    project = make_project(agreed="5", increases=[("1", None)])
    row = project.commitments.get(kind="increase")
    row._change_reason = "void: 误登"
    row.delete()
    record = CapitalCommitment.history.filter(history_type="-").get()
    CapitalCommitment.history.filter(pk=record.pk).update(fixed_assets=20_000)
    restored: Any = restore_entry(table=COMMITMENTS, project_id=project.pk, record=record.pk, user=None)
    assert (restored.amount, restored.fixed_assets) == (10_000, None)


@pytest.mark.django_db(transaction=True)
def test_an_update_empties_what_is_more_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, right = make_project(code="P-1", agreed="2"), make_project(code="P-2", agreed="2")
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes("projects")
    executor.migrate([("projects", "0001_squashed_0004_full_way")])
    try:
        with_part("30000", wrong)
        with_part("20000", right)
        capsys.readouterr()
    finally:
        MigrationExecutor(connection).migrate(latest)
    assert [part_of(wrong), part_of(right)] == [(20_000, None), (20_000, 20_000)]
    assert "P-1" in (said := capsys.readouterr().out)
    assert "P-2" not in said
    newest, before = wrong.commitments.get().history.order_by("-history_id")[:2]
    assert (newest.fixed_assets, newest.history_change_reason, before.fixed_assets) == (None, "update", 30_000)
    assert [problem for one in all_invariants() for problem in one.find()] == []
