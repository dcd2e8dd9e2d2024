"""The bare work of filling a register: `python -m bench.baseline LEDGER` answers with its seconds.

It parses the file with the quickest reader there is and inserts the rows that an import made into every table that it
filled, by executemany (SQLite) or COPY (PostgreSQL): what no importer can be faster than. The tables are empty then.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from contextlib import closing

import psycopg
import python_calamine
from psycopg.types.json import Jsonb


def bare_sqlite(file: str, ledger: str) -> float:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        tables = _ours(row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
        filled = {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
        _empty(connection, tables)
        started = time.perf_counter()
        _parse(ledger)
        for table, rows in filled.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
        connection.commit()
        seconds = time.perf_counter() - started
        _empty(connection, tables)
        return seconds


def bare_postgresql(url: str, ledger: str) -> float:
    with psycopg.connect(url) as connection:
        listing = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = _ours(row[0] for row in connection.execute(listing))
        filled = {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
        connection.execute("SET session_replication_role = replica")  # the order of tables does not matter then
        _empty(connection, tables)
        started = time.perf_counter()
        _parse(ledger)
        with connection.cursor() as cursor:
            for table, rows in filled.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    for row in rows:
                        copy.write_row([_as_sent(value) for value in row])
        connection.commit()
        seconds = time.perf_counter() - started
        _empty(connection, tables)
        return seconds


def _ours(tables) -> list[str]:
    return sorted(table for table in tables if table.startswith(("projects_", "imports_importrow")))


def _empty(connection, tables: list[str]) -> None:
    if isinstance(connection, sqlite3.Connection):
        for table in tables:
            connection.execute(f'DELETE FROM "{table}"')
    else:
        connection.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in tables) + " CASCADE")
    connection.commit()


def _as_sent(value: object) -> object:
    return Jsonb(value) if isinstance(value, list | dict) else value


def _parse(ledger: str) -> None:
    python_calamine.CalamineWorkbook.from_path(ledger).get_sheet_by_index(0).to_python()


if __name__ == "__main__":
    place = os.environ["DATABASE_URL"]
    file = place.removeprefix("sqlite:///")
    print(json.dumps(bare_sqlite(file, sys.argv[1]) if file != place else bare_postgresql(place, sys.argv[1])))
