"""Two at once, and an import beside: no entry of the capital is lost, and every sum is that of its entries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from imports.models import ImportBatch
from imports.undoing import take_back
from jiangjin.integrity import all_invariants
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from projects import capital_writing
from projects.capital_writing import EntryChanged, EntryRefused, newest_record
from projects.models import CapitalArrival, Project
from projects.models.capital import NO_CURRENCY
from reports.vocabulary import load_vocabulary
from tests.builders import make_park, make_project, make_user
from tests.imports.books import ledger, run

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


@pytest.fixture
def threads() -> Iterator[list[ThreadPoolExecutor]]:
    pools = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
    yield pools
    for pool in pools:
        pool.submit(connections.close_all).result(PATIENCE)
        pool.shutdown()


@pytest.fixture
def people() -> list[User]:
    make_park("shuangfu")
    return [make_user(name, parks=["shuangfu"]) for name in ("first", "second")]


def together(threads: list[ThreadPoolExecutor], *jobs: Any) -> list[Any]:
    """What each returns, or the exception of the one that was refused."""
    barrier = Barrier(len(jobs))

    def at_once(job: Any) -> Any:
        barrier.wait(PATIENCE)
        return job()

    futures = [thread.submit(at_once, job) for thread, job in zip(threads, jobs, strict=True)]
    return [future.exception(PATIENCE) or future.result() for future in futures]


def commitment(kind: str, amount: str) -> dict[str, Any]:
    plain = {"committed_on": None, "agreement_number": "", "fixed_assets": None, "note": "", **NO_CURRENCY}
    return {"kind": kind, "amount": Decimal(amount) * YI, **plain}


def arrival(month: str, amount: int) -> dict[str, Any]:
    plain = {"origin": "domestic", "outside_city": None, "note": "", **NO_CURRENCY}
    return {"month": PartialDay.from_iso(month), "amount": Decimal(amount), **plain}


def assert_sound() -> None:
    assert [problem for one in all_invariants() for problem in one.find()] == []


def test_two_reductions_at_once_never_take_more_than_was_agreed(threads: list, people: list[User]) -> None:
    for number in range(5):
        project = make_project(park="shuangfu", agreed="10")
        seen = newest_record("commitments", project.pk)

        def reduce(user: User, amount: str, project: Project = project, seen: int = seen) -> Any:
            return capital_writing.write_entry(
                table="commitments",
                project_id=project.pk,
                pk=None,
                values=commitment("reduction", amount),
                seen=seen,
                user=user,
            )

        jobs = (lambda r=reduce: r(people[0], "-6"), lambda r=reduce: r(people[1], "-7"))
        outcomes = [type(one) for one in together(threads, *jobs)]
        assert outcomes.count(EntryChanged) == 1, (number, outcomes)
        assert Project.objects.get(pk=project.pk).agreed_capital in (4 * YI, 3 * YI)
    assert_sound()


def test_two_corrections_at_once_and_the_second_sees_the_first(threads: list, people: list[User]) -> None:
    project = make_project(park="shuangfu", agreed="10", arrivals={"2020-09": "5"})
    row = project.arrivals.get().pk
    seen = newest_record("arrivals", project.pk, row)

    def correct(user: User, amount: int) -> Any:
        return capital_writing.write_entry(
            table="arrivals", project_id=project.pk, pk=row, values=arrival("2020-09", amount), seen=seen, user=user
        )

    outcomes = together(threads, lambda: correct(people[0], 6), lambda: correct(people[1], 7))
    assert sum(isinstance(one, EntryChanged) for one in outcomes) == 1
    (written,) = [one for one in outcomes if isinstance(one, CapitalArrival)]
    assert Project.objects.get(pk=project.pk).arrived_capital == written.amount
    assert_sound()


def test_voiding_and_bringing_back_at_once_happen_once(threads: list, people: list[User]) -> None:
    project = make_project(park="shuangfu", agreed="10", arrivals={"2020-09": "5"})
    row = project.arrivals.get().pk
    seen = capital_writing.newest_record("arrivals", project.pk, row)

    def void(user: User) -> None:
        said = {"pk": row, "seen": seen, "reason": "x"}
        capital_writing.void_entry(table="arrivals", project_id=project.pk, user=user, **said)

    outcomes = together(threads, lambda: void(people[0]), lambda: void(people[1]))
    assert sum(isinstance(one, EntryRefused) for one in outcomes) == 1
    record = CapitalArrival.history.latest("history_id").history_id

    def restore(user: User) -> Any:
        return capital_writing.restore_entry(table="arrivals", project_id=project.pk, record=record, user=user)

    outcomes = together(threads, lambda: restore(people[0]), lambda: restore(people[1]))
    assert sum(isinstance(one, EntryRefused) for one in outcomes) == 1
    assert Project.objects.get(pk=project.pk).arrived_capital == 5
    assert_sound()


def test_an_import_is_undone_after_arrivals_were_entered_by_hand(tmp_path: Path) -> None:
    load_vocabulary()
    user = make_user("chief", "manager", all_parks=True)
    header = ("项目编号", "项目名称", "2020年9月（万元）", "2020年10月（万元）", "2020年11月（万元）")
    project = make_project("甲", code="P-001", park="shuangfu", agreed="10")
    path = ledger(tmp_path / "arrivals.xlsx", ("P-001", "甲", 100, 200, 300), header=header)
    __, answer = run(path, "--kind", "arrivals")
    assert answer["committed"], answer
    batch = ImportBatch.objects.get()

    def write(month: str, amount: int, pk: int | None = None) -> None:
        seen = newest_record("arrivals", project.pk, pk)
        values = arrival(month, amount)
        capital_writing.write_entry(table="arrivals", project_id=project.pk, pk=pk, values=values, seen=seen, user=user)

    pks = {str(row.month): row.pk for row in project.arrivals.all()}
    write("2020-12", 50)  # by hand
    write("2020-10", 222, pks["2020-10"])  # corrected
    pk = pks["2020-11"]
    seen = capital_writing.newest_record("arrivals", project.pk, pk)
    capital_writing.void_entry(table="arrivals", project_id=project.pk, pk=pk, seen=seen, reason="错", user=user)
    assert Project.objects.get(pk=project.pk).arrived_capital == 372
    take_back(batch=batch, user=None, back=True)
    # What the import alone wrote is gone; what a person wrote or corrected stays.
    left = {str(row.month): row.amount for row in project.arrivals.all()}
    assert left == {"2020-10": 222, "2020-12": 50}
    assert Project.objects.get(pk=project.pk).arrived_capital == 272
    assert_sound()
    batch.refresh_from_db()
    take_back(batch=batch, user=None, back=False)
    left = {str(row.month): row.amount for row in project.arrivals.all()}
    assert left == {"2020-09": 100, "2020-10": 222, "2020-12": 50}
    assert_sound()
    # The voided month comes back by hand, whatever became of the import.
    record = CapitalArrival.history.filter(id=pks["2020-11"], history_type="-").latest("history_id").history_id
    capital_writing.restore_entry(table="arrivals", project_id=project.pk, record=record, user=user)
    assert Project.objects.get(pk=project.pk).arrived_capital == 672
    assert_sound()
