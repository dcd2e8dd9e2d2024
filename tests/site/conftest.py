"""Sites to try the commands on: `site` and `sqlite_site` are set up and empty, `bare_site` has nothing yet."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.site.sites import Site, new_site

numbers = itertools.count(1)
MakeSite = Callable[..., Site]


def set_up(site: Site) -> Site:
    result = site.run("setup")
    assert result.returncode == 0, result.stderr
    return site


@pytest.fixture(scope="session")
def server_url() -> str:
    """The PostgreSQL of this run, or "" in the run on SQLite."""
    return os.environ.get("DATABASE_URL", "")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, server_url: str) -> Site:
    """One installation made by `manage.py setup`, to copy from."""
    return set_up(new_site(tmp_path_factory.mktemp("sites"), "site0", server_url))


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory, prepared: Site) -> Site:
    """The same on SQLite, in both runs."""
    if prepared.is_sqlite:
        return prepared
    return set_up(new_site(tmp_path_factory.mktemp("sites"), "sqlite", ""))


@pytest.fixture
def make_site(tmp_path: Path, server_url: str) -> Iterator[MakeSite]:
    made: list[Site] = []

    def make(template: Site | None = None, *, sqlite: bool = False) -> Site:
        site = new_site(tmp_path, f"site{next(numbers)}", "" if sqlite else server_url, template)
        made.append(site)
        return site

    yield make
    for site in made:
        if not site.is_sqlite:
            with psycopg.connect(server_url, autocommit=True) as server:
                server.execute(f'DROP DATABASE IF EXISTS "{site.var.name}" WITH (FORCE)')


@pytest.fixture
def site(make_site: MakeSite, prepared: Site) -> Site:
    return make_site(prepared)


@pytest.fixture
def sqlite_site(make_site: MakeSite, prepared_sqlite: Site) -> Site:
    """For what SQLite alone can meet."""
    return make_site(prepared_sqlite, sqlite=True)


@pytest.fixture
def bare_site(make_site: MakeSite) -> Site:
    return make_site()
