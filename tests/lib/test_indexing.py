"""Indexes that are taken off a table while very many rows come, and made again behind them."""

import pytest
from django.db import IntegrityError, connection, transaction

from jiangjin.lib import indexing
from jiangjin.lib.bulk import NewRow, insert_rows
from projects.models import Project

pytestmark = pytest.mark.django_db
ON_SQLITE = connection.vendor == "sqlite"  # elsewhere others write at the same time, and no index is taken off
INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'projects_project'"
    if ON_SQLITE
    else "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'projects_project'"
)


def indexes():
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        return set(cursor.fetchall())


def rows(count, start=0):
    return [
        NewRow(code=f"T-{number}", name=f"项目{number}", name_key=str(number)) for number in range(start, start + count)
    ]


@pytest.fixture
def dropped(monkeypatch, db):
    """How many indexes were taken off so far."""
    monkeypatch.setattr(indexing, "MANY", 5)
    if ON_SQLITE:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'projects_project'")  # as in a new register
    asked = []
    with connection.execute_wrapper(lambda execute, sql, *rest: asked.append(sql) or execute(sql, *rest)):
        yield lambda: sum(sql.startswith("DROP INDEX") for sql in asked)


def test_all_indexes_are_there_again_and_hold_the_rows(dropped):
    before = indexes()
    with transaction.atomic():
        insert_rows(Project, rows(8), 8)
    assert (dropped() > 5) if ON_SQLITE else dropped() == 0
    assert indexes() == before
    assert Project.objects.get(name_key="3").code == "T-3"
    if ON_SQLITE:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


def test_few_rows_and_rows_beside_many_leave_them_alone(dropped):
    insert_rows(Project, rows(4), 4)
    insert_rows(Project, rows(6, 10), 6)
    assert dropped() == 0


def test_unique_indexes_hold_meanwhile_and_a_failure_brings_all_back(dropped):
    before = indexes()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Project, [*rows(8), NewRow(code="T-1", name="again", name_key="again")], 9)
    assert (dropped() > 5) if ON_SQLITE else dropped() == 0
    assert indexes() == before
    assert not Project.objects.exists()
