"""The project list of a large register against hand-written SQL: `python -m bench.lists [POSTGRESQL SQLITE]`.

By default 1,000,000 projects on PostgreSQL and 100,000 on SQLite. For each way of asking: the database's time for the
rows of the page, and for the totals at its foot, each as a ratio against SQL written by hand for the same rows, in
turn in one process. The keys of the page and the sums of the foot must be the same.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench import listsql
from bench.register import Register

POSTGRESQL, SQLITE = 1_000_000, 100_000
MOST_ROWS, MOST_FOOT = 2.0, 1.5
VISITS = 15


def main() -> int:
    counts = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
    counts.update(zip(counts, map(int, sys.argv[1:]), strict=False))
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        for name, count in counts.items():
            register = Register(Path(folder) / name, name)
            register.prepare()
            command = f"from bench.multiplying import fill; fill({count})"
            register.manage("shell", "--verbosity", "0", "--command", command)
            print(f"{name}: {count:,} projects", flush=True)
            slow |= told(register.ask("bench.lists", "measure"))
    return int(slow)


def told(took: dict[str, list[float]]) -> bool:
    """Print what each way of asking took; whether one of them is too slow."""
    slow = False
    for name, (rows, rows_bare, foot, foot_bare) in took.items():
        late = rows > rows_bare * MOST_ROWS, foot > foot_bare * MOST_FOOT
        slow |= any(late)
        print(
            f"  {name}: rows {rows:.1f} ms = {rows / rows_bare:.2f} x the bare {rows_bare:.1f}{' TOO SLOW' * late[0]},"
            f" foot {foot:.0f} ms = {foot / foot_bare:.2f} x the bare {foot_bare:.0f}{' TOO SLOW' * late[1]}",
            flush=True,
        )
    return slow


def measure() -> dict[str, list[float]]:
    """Milliseconds of the database for each case: the page's rows, the bare rows, the foot, the bare foot."""
    django.setup()
    from django.db import connection

    from bench.madeup import administrator
    from projects.models import Project

    user = administrator()
    cases = listsql.cases(-(-Project.objects.count() // listsql.PER_PAGE))
    return {name: _measured(connection, user, case) for name, case in cases.items()}


def _measured(connection: Any, user: Any, case: listsql.Case) -> list[float]:
    from django.http import QueryDict

    from projects import conditions, listing, pages
    from projects.models import Project

    params, words = QueryDict(case.query), conditions.vocabulary()

    def narrowed() -> Any:
        return conditions.narrowed(params, Project.objects.visible_to(user), words, user=user)

    total = narrowed().totals(narrowed().qs)

    def rows() -> list[int]:
        filters = narrowed()
        page = listing.page_of_rows(filters.qs, params, total.projects, filters.asked)
        pages.mark_rows(page.object_list, period=filters.asked.period, today=filters.asked.today)
        return [project.pk for project in page.object_list]

    def foot() -> tuple[Any, ...]:
        filters = narrowed()
        totals = filters.totals(filters.qs)
        return totals.projects, totals.agreed, totals.arrived

    def bare_rows() -> list[int]:
        keys = [row[0] for row in _asked(connection, case.rows())]
        for query in listsql.for_lights(keys):
            _asked(connection, query)
        return keys

    def bare_foot() -> tuple[Any, ...]:
        number, agreed, arrived = _asked(connection, case.foot())[0]
        return number, (agreed or 0) / listsql.FEN, (arrived or 0) / listsql.FEN

    assert rows() == bare_rows(), case.query
    assert list(map(float, foot())) == list(map(float, bare_foot())), (case.query, foot(), bare_foot())
    # Each with its like: what reads the whole register would leave nothing in the processor's memory for a page.
    return _quickest(connection, rows, bare_rows) + _quickest(connection, foot, bare_foot)


def _asked(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


Statement = tuple[str, Any]


def _quickest(connection: Any, *dos: Callable[[], Any]) -> list[float]:
    """The database's time of each, in turn, so that what else the machine does meets all of them alike.

    Their statements are asked again bare, and all rows are read: SQLite finds the rows as they are read, so the time
    until a statement returns is that of its first row.
    """
    asked = [_statements(connection, do) for do in dos]
    took = [[_read(connection, statements) for statements in asked] for __ in range(VISITS)]
    return [min(times) * 1000 for times in zip(*took, strict=True)]


def _statements(connection: Any, do: Callable[[], Any]) -> list[Statement]:
    asked: list[Statement] = []

    def watch(execute: Any, sql: Any, values: Any, many: Any, context: Any) -> Any:
        asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(watch):
        do()
    return asked


def _read(connection: Any, statements: list[Statement]) -> float:
    """Seconds; without the wrappers around Django's cursor."""
    started = time.perf_counter()
    for sql, values in statements:
        with connection.cursor() as cursor:
            cursor.cursor.execute(sql, values)
            cursor.cursor.fetchall()
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure()))
    else:
        sys.exit(main())
