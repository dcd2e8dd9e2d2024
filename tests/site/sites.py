"""A whole installation in a folder of its own, driven by its commands as an operator drives it."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """`url` is its DATABASE_URL, `var` its JIANGJIN_VAR."""

    var: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        return {**kept, "JIANGJIN_VAR": str(self.var), "DATABASE_URL": self.url, "PYTHONUNBUFFERED": "1"}

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """A management command; its exit status is the caller's to judge."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """A management command that goes on; stderr and stdout in one."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextmanager
    def connect(self) -> Iterator[Any]:
        """A connection of another program than the site's."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)) as connection:
                yield connection
        else:
            with closing(psycopg.connect(self.url)) as connection:
                yield connection

    def execute(self, *statements: str) -> None:
        """All in one transaction."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(query).fetchall()

    def signature(self) -> str:
        """Of every row of every table: two equal registers have the same."""
        listing = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if not self.is_sqlite:
            listing = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        digest = hashlib.sha256()
        for (table,) in sorted(self.rows(listing)):
            lines = sorted(repr(row) for row in self.rows(f'SELECT * FROM "{table}"'))
            digest.update("\n".join([table, *lines]).encode())
        return digest.hexdigest()


def new_site(folder: Path, name: str, base_url: str, template: Site | None = None) -> Site:
    """An empty site, or a copy of `template`; `base_url` is the server to make its database on, or "" for SQLite."""
    var = folder / name
    if template:
        shutil.copytree(template.var, var, ignore=shutil.ignore_patterns("*.sqlite3*", "*.lock"))
    if not base_url:
        site = Site(var, f"sqlite:///{var / 'register.sqlite3'}")
        if template:
            with template.connect() as source, site.connect() as copy:
                source.backup(copy)
        return site
    with psycopg.connect(base_url, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template.var.name}"' if template else ""))
    return Site(var, urlunsplit(urlsplit(base_url)._replace(path=f"/{quote(name)}")))
