"""Rows that are inserted as tuples: each in its place, however many make a statement, and their history."""

import pytest
from django.apps import apps
from django.db import connection, transaction

from jiangjin.lib.bulk import AT_ONCE, CHUNK, NewRow, insert_rows
from jiangjin.lib.history import insert_with_history, record_history
from projects.models import Investor, Participation, Project

pytestmark = pytest.mark.django_db


def test_a_chunk_is_made_of_whole_statements_and_the_widest_table_fits_into_one() -> None:
    assert CHUNK % AT_ONCE == 0
    assert max(len(model._meta.local_concrete_fields) for model in apps.get_models()) * AT_ONCE < 32_766


@pytest.mark.parametrize("count", [1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 103])
def test_every_row_is_stored_as_it_is(count: int) -> None:
    firm = NewRow(name="甲公司", name_key="甲公司")
    rows = [
        NewRow(code=f"T-{n}", name=f"项目{n}", name_key=str(n), agreed_capital=n if n % 3 else None, lead_unit="商务委")
        for n in range(1, count + 1)
    ]
    with transaction.atomic():
        insert_rows(Investor, [firm], 1)
        insert_rows(Project, iter(rows), count)
        insert_rows(Participation, [NewRow(project=row, investor=firm, role="lead") for row in rows], count)
    stored = Project.objects.order_by("pk").values_list("pk", "code", "name", "name_key", "agreed_capital", "lead_unit")
    assert list(stored) == [
        (row.pk, f"T-{n}", f"项目{n}", str(n), n if n % 3 else None, "商务委") for n, row in enumerate(rows, 1)
    ]
    assert set(Participation.objects.values_list("project_id", "investor_id")) == {(row.pk, firm.pk) for row in rows}


def test_many_rows_are_few_statements() -> None:
    asked = []
    with connection.execute_wrapper(lambda execute, sql, *rest: asked.append(sql) or execute(sql, *rest)):
        insert_rows(Project, [NewRow(code=f"T-{n}", name="项目", name_key=str(n)) for n in range(2 * CHUNK)], 2 * CHUNK)
    inserts = [sql for sql in asked if sql.startswith("INSERT")]
    assert len(inserts) == (2 if connection.vendor == "sqlite" else 0)  # PostgreSQL copies


def test_history_is_of_these_rows_alone_whether_their_keys_follow_each_other_or_not() -> None:
    rows = [NewRow(code=f"T-{n}", name="项目", name_key=str(n)) for n in range(6)]
    insert_with_history(Project, rows, user=None, reason="import 1")
    keys = [row.pk for row in rows]
    assert list(Project.history.order_by("id").values_list("id", "history_type")) == [(key, "+") for key in keys]
    for some in ([keys[4], keys[1]], [keys[0], keys[0], keys[2]], [keys[3], keys[2], keys[4]], []):
        record_history(Project, some, "~", user=None, reason=f"bulk {len(some)}")
        written = Project.history.filter(history_type="~", history_change_reason=f"bulk {len(some)}")
        assert sorted(written.values_list("id", flat=True)) == sorted(set(some))
        written.delete()
