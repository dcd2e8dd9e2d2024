"""Saving and loading a whole database, one class for each of the two engines."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.utils.translation import gettext as _

Rows = dict[str, int]

# In the transaction of the restore: everything of the old register goes, whatever version made it.
EMPTY_POSTGRESQL = """
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE item record;
BEGIN
  FOR item IN SELECT format('DROP %s IF EXISTS %I.%I CASCADE',
        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
        n.nspname, c.relname) AS command
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i'))
  LOOP EXECUTE item.command; END LOOP;
  FOR item IN SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) AS command
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'public'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE item.command; END LOOP;
END $$;
"""


class BackupError(Exception):
    """Why a backup cannot be made or put back, as a sentence for the operator."""


def in_use(reason: str) -> BackupError:
    return BackupError(_("The database is in use (%(reason)s). Stop the server first.") % {"reason": reason})


class Dump(Protocol):
    """What backups need of an engine."""

    engine: str
    member: str  # name of the database's file in the archive

    def is_empty(self) -> bool:
        """Whether there is no register yet."""

    def save(self, target: Path) -> tuple[Rows, list[str]]:
        """One consistent state into `target`, while others write; its rows by table and its migrations."""

    def verify(self, source: Path, rows: Rows) -> None:
        """Raise where `source` is no sound dump, or has other rows than the manifest says."""

    def require_alone(self) -> None:
        """Raise where another process has the database open."""

    def load(self, source: Path) -> None:
        """Put `source` in the place of the live database: all or nothing, also when killed."""


class SqliteDump:
    engine, member = "sqlite", "database.sqlite3"

    def __init__(self) -> None:
        self.path = Path(connection.settings_dict["NAME"])

    def is_empty(self) -> bool:
        return not self.path.is_file() or self.path.stat().st_size == 0

    def save(self, target: Path) -> tuple[Rows, list[str]]:
        try:
            with closing(sqlite3.connect(self.path, timeout=20)) as live, closing(sqlite3.connect(target)) as copy:
                live.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # so that the copy is one file
                migrations = copy.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
                return _sqlite_rows(copy), [name for (name,) in migrations]
        except sqlite3.Error as error:
            raise BackupError(_("The database cannot be read: %(reason)s") % {"reason": error}) from error

    def verify(self, source: Path, rows: Rows) -> None:
        try:
            with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
                sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                same = sound and _sqlite_rows(copy) == rows
        except sqlite3.Error:
            sound = same = False
        if not same:
            raise BackupError(_("The backup is damaged: its database is not whole."))

    def require_alone(self) -> None:
        """Leaving WAL needs the file for oneself, and folds the WAL into it, so that the file alone is the register."""
        if self.is_empty():
            return
        try:
            with closing(sqlite3.connect(self.path, timeout=2)) as live:
                live.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError as error:
            raise in_use(str(error)) from error
        except sqlite3.DatabaseError:
            return  # damaged: putting a backup back is what helps

    def load(self, source: Path) -> None:
        fsync(source)
        for ending in ("-wal", "-shm"):
            # Only a damaged database still has them here; SQLite would replay them into the new file.
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.replace(source, self.path)
        fsync(self.path.parent)


class PostgresDump:
    engine, member = "postgresql", "database.pgdump"

    def is_empty(self) -> bool:
        with connection.cursor() as cursor:
            return not connection.introspection.table_names(cursor)

    def save(self, target: Path) -> tuple[Rows, list[str]]:
        """pg_dump reads the very snapshot in which the rows are counted."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            rows: Rows = {}
            for table in sorted(connection.introspection.table_names(cursor)):
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
                rows[table] = cursor.fetchone()[0]
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
            migrations = [name for (name,) in cursor.fetchall()]
            options = ["--format=custom", "--no-owner", "--no-privileges", "--file", str(target)]
            self._run("pg_dump", [*options, "--snapshot", snapshot])
        return rows, migrations

    def verify(self, source: Path, rows: Rows) -> None:
        """Reads the whole dump once; what it holds is vouched for by the checksum in the manifest."""
        try:
            self._run("pg_restore", ["--file", os.devnull, str(source)], connect=False)
        except BackupError as error:
            raise BackupError(_("The backup is damaged: its database is not whole.")) from error

    def require_alone(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND coalesce(backend_type, 'client backend') = 'client backend'"
            )
            others = cursor.fetchone()[0]
        if others:
            raise in_use(_("%(count)d connections") % {"count": others})

    def load(self, source: Path) -> None:
        """One transaction drops the old register and makes the new one: psql runs both scripts in it."""
        connection.close()
        script, emptying = source.with_suffix(".sql"), source.with_name("empty.sql")
        emptying.write_text(EMPTY_POSTGRESQL, encoding="utf-8")
        options = ["--no-owner", "--no-privileges", "--file", str(script)]
        self._run("pg_restore", [*options, str(source)], connect=False)
        psql = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output", os.devnull]
        self._run("psql", [*psql, "--file", str(emptying), "--file", str(script)])

    def _run(self, program: str, options: list[str], connect: bool = True) -> None:
        """Run one of PostgreSQL's programs; the password goes by the environment, where `ps` does not show it."""
        arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
        command = [find_program(program), *options, *(arguments[1:] if connect else [])]
        result = subprocess.run(
            command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, errors="replace"
        )
        if result.returncode:
            lines = result.stderr.strip().splitlines() or [str(result.returncode)]
            raise BackupError(f"{program}: {lines[0]}")


def dump_of_this_register() -> Dump:
    """The one that fits DATABASE_URL."""
    return SqliteDump() if connection.vendor == "sqlite" else PostgresDump()


def find_program(name: str) -> str:
    """The path of one of PostgreSQL's programs, also where Debian keeps them off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*"), key=lambda path: (len(path.name), path.name), reverse=True)
    for folder in [None, *(str(path / "bin") for path in versions)]:
        if found := shutil.which(name, path=folder):
            return found
    raise BackupError(
        _("%(program)s is not on this machine: install PostgreSQL's client programs.") % {"program": name}
    )


def fsync(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sqlite_rows(database: sqlite3.Connection) -> Rows:
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    )
    names = sorted(name for (name,) in tables.fetchall())
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
