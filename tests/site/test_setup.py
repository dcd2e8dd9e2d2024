"""`manage.py setup` and `create_admin`: the first start and every later one."""

import stat
import subprocess
from pathlib import Path

import pytest

from tests.imports.books import write_xlsx
from tests.site.conftest import MakeSite
from tests.site.sites import Site, new_site

GOOD = "Xie-Xie-2020-Jiangjin"


def test_makes_private_things_private(prepared: Site) -> None:
    assert stat.S_IMODE(prepared.var.stat().st_mode) == 0o700
    assert stat.S_IMODE((prepared.var / "secret_key").stat().st_mode) == 0o600
    assert len((prepared.var / "secret_key").read_text(encoding="ascii").strip()) >= 50


def test_again_changes_nothing(site: Site) -> None:
    before, key = site.signature(), (site.var / "secret_key").read_bytes()
    collected = (site.var / "static" / "staticfiles.json").stat().st_mtime_ns
    result = site.run("setup")
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert site.signature() == before
    assert (site.var / "secret_key").read_bytes() == key
    assert (site.var / "static" / "staticfiles.json").stat().st_mtime_ns == collected


def test_a_key_from_outside_is_not_written_down(bare_site: Site) -> None:
    assert bare_site.run("setup", SECRET_KEY="k" * 60).returncode == 0
    assert not (bare_site.var / "secret_key").exists()


def test_makes_no_account(prepared: Site) -> None:
    assert prepared.rows("SELECT username FROM accounts_user") == []
    assert not (prepared.var / "demo_password").exists()


@pytest.fixture(scope="module")
def demo(
    prepared: Site, tmp_path_factory: pytest.TempPathFactory, server_url: str
) -> tuple[Site, subprocess.CompletedProcess[str]]:
    """A site with the demo data, and what the command said; the tests that share it must leave it untouched."""
    site = new_site(tmp_path_factory.mktemp("demo"), "demo", server_url, prepared)
    result = site.run("setup", "--demo")
    assert result.returncode == 0, result.stderr
    return site, result


def test_demo_gives_accounts_ledgers_and_one_generated_password(
    demo: tuple[Site, subprocess.CompletedProcess[str]],
) -> None:
    site, result = demo
    names = {name for (name,) in site.rows("SELECT username FROM accounts_user")}
    assert names == {"recorder", "manager", "leader", "auditor", "admin"}
    password = site.var / "demo_password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert len(password.read_text(encoding="ascii").strip()) >= 12
    assert "ledger-2019.xls" in result.stdout
    assert "ledger-2020.xlsx" in result.stdout
    assert not (site.var / "demo-unfinished").exists()
    projects = site.rows("SELECT count(*) FROM projects_project")
    assert projects[0][0] > 192

    before = site.signature()
    again = site.run("setup", "--demo")
    assert again.returncode == 0
    assert again.stdout == ""
    assert site.signature() == before


def test_an_interrupted_demo_is_finished_by_the_next_start(
    demo: tuple[Site, subprocess.CompletedProcess[str]], make_site: MakeSite
) -> None:
    """Ctrl-C between the two ledgers: the register is not empty any more, and yet the second one is missing."""
    site = make_site(demo[0])
    whole = site.rows("SELECT count(*) FROM projects_project")
    (site.var / "demo-unfinished").touch()
    result = site.run("setup", "--demo")
    assert "ledger-2020.xlsx" in result.stdout
    assert site.rows("SELECT count(*) FROM projects_project") == whole


def test_no_demo_in_a_register_in_use(site: Site) -> None:
    assert site.run("create_admin", "--username", "chen", "--password-stdin", stdin=f"{GOOD}\n").returncode == 0
    assert site.run("setup", "--demo").returncode == 0
    assert site.rows("SELECT username FROM accounts_user") == [("chen",)]
    assert not (site.var / "demo_password").exists()


def test_first_administrator(site: Site) -> None:
    result = site.run("create_admin", "--username", "chen", "--name", "陈某", "--password-stdin", stdin=f"{GOOD}\n")
    assert result.returncode == 0, result.stderr
    assert site.rows("SELECT username, display_name, role FROM accounts_user") == [("chen", "陈某", "admin")]
    assert site.run("create_admin", "--if-none").stdout == ""


def test_weak_password_and_taken_name_are_refused(site: Site) -> None:
    for password in ("", "12345678", "password"):
        result = site.run("create_admin", "--username", "chen", "--password-stdin", stdin=f"{password}\n")
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
    assert site.rows("SELECT count(*) FROM accounts_user") == [(0,)]


def test_without_a_terminal_the_command_is_named(site: Site) -> None:
    hint = site.run("create_admin", "--if-none")
    assert hint.returncode == 0
    assert "manage.py create_admin" in hint.stdout
    refused = site.run("create_admin")
    assert refused.returncode == 1
    assert "manage.py create_admin" in refused.stderr


def test_a_register_in_use_is_copied_before_an_update(sqlite_site: Site) -> None:
    """SQLite alone: there a migration that is killed may stay half."""
    sqlite_site.execute("DELETE FROM django_migrations WHERE app = 'sessions'", "DROP TABLE django_session")
    result = sqlite_site.run("setup")
    assert result.returncode == 0, result.stderr
    assert len(list(sqlite_site.var.glob("backups/before-update-*.tar.gz"))) == 1


def test_a_key_is_never_given_twice_not_even_after_a_table_was_rebuilt(site: Site, tmp_path: Path) -> None:
    """A migration rebuilds tables on SQLite, which forgets the keys of deleted rows; an undo goes by keys."""
    header = ["项目编号", "项目名称", "投资方"]
    first, second = (
        str(write_xlsx(tmp_path / f"{code}.xlsx", [header, [code, f"项目{code}", f"厂{code}"]]))
        for code in ("K-1", "K-2")
    )
    assert site.run("import_projects", first).returncode == 0
    assert site.run("undo_import", "1").returncode == 0
    gone = site.rows("SELECT MAX(id) FROM projects_historicalproject")
    for target in (["projects", "0001_squashed_0004_full_way"], []):  # back and forth: each rebuilds the table
        assert site.run("migrate", *target).returncode == 0
    assert site.run("import_projects", second).returncode == 0
    assert site.rows("SELECT id FROM projects_project") > gone
    if site.is_sqlite:  # as an earlier version may have left it
        site.execute("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'projects_project'")
        assert site.run("undo_import", "2").returncode == 0
        assert site.run("migrate").returncode == 0
        newest = site.rows("SELECT MAX(id) FROM projects_historicalproject")
        assert site.rows("SELECT seq FROM sqlite_sequence WHERE name = 'projects_project'") == newest
