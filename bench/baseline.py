"""A register to measure on, and the bare work of filling it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
import python_calamine
from psycopg.types.json import Jsonb

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = "from reports.vocabulary import load_vocabulary; load_vocabulary()"


class Register:
    """An installation in a folder of its own, on SQLite or on a PostgreSQL that the tests' plugin starts."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.is_sqlite = name == "sqlite"
        self.file = folder / "register.sqlite3"
        self.url = f"sqlite:///{self.file}" if self.is_sqlite else _postgresql()

    def run(self, *arguments: str) -> None:
        environment = {**os.environ, "JIANGJIN_VAR": str(self.folder), "DATABASE_URL": self.url, "SECRET_KEY": "bench"}
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)

    def prepare(self) -> None:
        """Tables and vocabulary, no project."""
        self.run("migrate", "--verbosity", "0")
        self.run("shell", "--verbosity", "0", "--command", VOCABULARY)

    def bare(self, ledger: Path) -> float:
        """Seconds to parse the file and to insert the rows that are there now into emptied tables."""
        return self._bare_sqlite(ledger) if self.is_sqlite else self._bare_postgresql(ledger)

    def _bare_sqlite(self, ledger: Path) -> float:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            filled = {
                table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in sorted(_ours(tables))
            }
            for table in filled:
                connection.execute(f'DELETE FROM "{table}"')
            connection.commit()
            started = time.perf_counter()
            _parse(ledger)
            for table, rows in filled.items():
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
            connection.commit()
            return time.perf_counter() - started

    def _bare_postgresql(self, ledger: Path) -> float:
        with psycopg.connect(self.url) as connection:
            listing = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            filled = {
                table: connection.execute(f'SELECT * FROM "{table}"').fetchall()
                for table in sorted(_ours([row[0] for row in connection.execute(listing)]))
            }
            connection.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in filled) + " CASCADE")
            connection.execute("SET session_replication_role = replica")  # the order of tables does not matter then
            connection.commit()
            started = time.perf_counter()
            _parse(ledger)
            with connection.cursor() as cursor:
                for table, rows in filled.items():
                    with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                        for row in rows:
                            copy.write_row([_as_sent(value) for value in row])
            connection.commit()
            return time.perf_counter() - started


def _ours(tables: list[str]) -> list[str]:
    return [table for table in tables if table.startswith(("projects_", "imports_importrow"))]


def _as_sent(value: object) -> object:
    return Jsonb(value) if isinstance(value, list | dict) else value


def _parse(ledger: Path) -> None:
    python_calamine.CalamineWorkbook.from_path(str(ledger)).get_sheet_by_index(0).to_python()


def _postgresql() -> str:
    from tests import pgtemp  # noqa: F401  starts it, stops it when this process ends

    return os.environ["DATABASE_URL"]
