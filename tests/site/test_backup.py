"""`manage.py backup` and `restore`: nothing half, nothing lost, nothing foreign."""

import io
import json
import random
import shutil
import sqlite3
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jiangjin.serverlock import server_lock
from tests.site.sites import Site, new_site

A_SESSION = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('{}', 'x', '2030-01-01')"
SAFETY = "backups/before-restore-*.tar.gz"


def add_sessions(site: Site, *keys: str) -> None:
    """Rows of a table that every register has, whatever the rooms do."""
    site.execute(*(A_SESSION.format(key) for key in keys))


def backup(site: Site, path: Path) -> Path:
    result = site.run("backup", str(path))
    assert result.returncode == 0, result.stderr
    return path


def rewrite(path: Path, change: Callable[[dict], None]) -> None:
    """Alter the manifest of a backup and pack it again."""
    with tarfile.open(path) as archive:
        members = [(info.name, archive.extractfile(info).read()) for info in archive]
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            if name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def test_round_trip(site: Site, tmp_path: Path) -> None:
    """Rows and uploads come back as they were; what came later is gone, but kept in the safety copy."""
    uploads = site.var / "uploads"
    (uploads / "2020").mkdir()
    (uploads / "2020" / "台账.xls").write_bytes(b"old")
    add_sessions(site, "one", "two")
    before = site.signature()
    file = backup(site, tmp_path / "b.tar.gz")
    assert file.stat().st_mode & 0o077 == 0

    add_sessions(site, "three")
    (uploads / "later.xls").write_bytes(b"later")
    (uploads / "2020" / "台账.xls").unlink()
    later = site.signature()
    result = site.run("restore", str(file))

    assert result.returncode == 0, result.stderr
    assert site.signature() == before
    assert [path.name for path in uploads.rglob("*") if path.is_file()] == ["台账.xls"]
    assert (uploads / "2020" / "台账.xls").read_bytes() == b"old"
    (safety,) = site.var.glob(SAFETY)
    assert site.run("restore", str(safety)).returncode == 0
    assert site.signature() == later
    assert (uploads / "later.xls").read_bytes() == b"later"


def test_restore_on_an_empty_machine(site: Site, bare_site: Site, tmp_path: Path) -> None:
    add_sessions(site, "one")
    file = backup(site, tmp_path / "b.tar.gz")
    result = bare_site.run("restore", str(file), SECRET_KEY="k" * 60)
    assert result.returncode == 0, result.stderr
    assert bare_site.signature() == site.signature()
    assert not list(bare_site.var.glob(SAFETY))


def test_backup_into_a_folder_names_the_file(site: Site, tmp_path: Path) -> None:
    backup(site, tmp_path)
    (file,) = tmp_path.glob("jiangjin-*.tar.gz")
    assert tarfile.is_tarfile(file)


def test_backup_while_writing_is_one_state(site: Site, make_site: Callable[..., Site], tmp_path: Path) -> None:
    """A writer adds pairs of rows, each pair in one transaction: no backup may hold half a pair."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        with site.connect() as connection:
            while not stop.is_set():
                connection.execute(A_SESSION.format(f"a{number}"))
                connection.execute(A_SESSION.format(f"b{number}"))
                connection.commit()
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [backup(site, tmp_path / f"{number}.tar.gz") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    counts = []
    for file in files:
        copy = make_site()
        assert copy.run("restore", str(file), SECRET_KEY="k" * 60).returncode == 0
        pairs = copy.rows("SELECT substr(session_key, 2), count(*) FROM django_session GROUP BY 1 HAVING count(*) <> 2")
        assert pairs == []
        counts.append(copy.rows("SELECT count(*) FROM django_session")[0][0])
    assert 0 < counts[0] < counts[-1]


@pytest.fixture(scope="module")
def saved(prepared: Site, tmp_path_factory: pytest.TempPathFactory, server_url: str) -> tuple[Site, Path]:
    """A site and a backup of it as it was one row ago; the tests that share it must leave it untouched."""
    site = new_site(tmp_path_factory.mktemp("saved"), "saved", server_url, prepared)
    file = backup(site, site.var.parent / "saved.tar.gz")
    add_sessions(site, "live")
    return site, file


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2000])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def swap_checksum(path: Path) -> None:
    def change(manifest: dict) -> None:
        for entry in manifest["files"].values():
            entry[1] = "0" * 64

    rewrite(path, change)


def name_outside(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../../evil"))


def promise_more(path: Path) -> None:
    rewrite(path, lambda manifest: manifest["files"].update({"uploads/absent": [3, "0" * 64]}))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_product(path: Path) -> None:
    rewrite(path, lambda manifest: manifest.update(product="another"))


def other_format(path: Path) -> None:
    rewrite(path, lambda manifest: manifest.update(format=99, version="9.0.0"))


def other_engine(path: Path) -> None:
    rewrite(path, lambda manifest: manifest.update(engine="oracle"))


def newer(path: Path) -> None:
    rewrite(path, lambda manifest: manifest["migrations"].append("projects.9999_of_the_future"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (cut, "b.tar.gz"),
        (flip, "b.tar.gz"),
        (swap_checksum, "b.tar.gz"),
        (name_outside, "b.tar.gz"),
        (promise_more, "b.tar.gz"),
        (empty, "b.tar.gz"),
        (other_product, "b.tar.gz"),
        (other_format, "9.0.0"),
        (other_engine, "oracle"),
        (newer, "projects.9999_of_the_future"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_refused_before_live_data_is_touched(
    saved: tuple[Site, Path], tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    site, original = saved
    file = Path(shutil.copy(original, tmp_path / "b.tar.gz"))
    live = site.signature()
    spoil(file)
    result = site.run("restore", str(file))
    assert result.returncode == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert site.signature() == live
    assert not list(site.var.glob(SAFETY))
    assert not list(site.var.glob("backup-*")), "the staging folder is left behind"


def test_a_missing_file_is_said(site: Site, tmp_path: Path) -> None:
    result = site.run("restore", str(tmp_path / "nothing.tar.gz"))
    assert result.returncode == 1
    assert "nothing.tar.gz" in result.stderr
    assert "Traceback" not in result.stderr


def test_nothing_to_save(bare_site: Site, tmp_path: Path) -> None:
    result = bare_site.run("backup", str(tmp_path / "b.tar.gz"), SECRET_KEY="k" * 60)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("b.tar.gz*"))


def test_refused_while_the_server_runs(site: Site, tmp_path: Path) -> None:
    file = backup(site, tmp_path / "b.tar.gz")
    with server_lock(site.var):
        assert site.run("restore", str(file)).returncode == 1
    assert site.run("restore", str(file)).returncode == 0


def test_refused_while_another_program_has_the_database_open(site: Site, tmp_path: Path) -> None:
    file = backup(site, tmp_path / "b.tar.gz")
    with site.connect() as other:
        other.execute("BEGIN" if site.is_sqlite else "SELECT 1")
        other.execute("SELECT count(*) FROM django_session").fetchall()
        result = site.run("restore", str(file))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_a_damaged_sqlite_register_can_be_put_back(sqlite_site: Site, tmp_path: Path) -> None:
    """The case that backups are for; what is left of the file is kept."""
    before = sqlite_site.signature()
    file = backup(sqlite_site, tmp_path / "b.tar.gz")
    live = Path(sqlite_site.url.removeprefix("sqlite:///"))
    live.write_bytes(b"no database at all " * 1000)
    result = sqlite_site.run("restore", str(file))
    assert result.returncode == 0, result.stderr
    assert sqlite_site.signature() == before
    (kept,) = sqlite_site.var.glob("backups/damaged-*/register.sqlite3")
    assert kept.read_bytes().startswith(b"no database at all")


def test_killed_restore_leaves_the_old_or_the_new_register(site: Site, tmp_path: Path) -> None:
    """kill -9 at several moments; the register equals one or the other, and the next try succeeds."""
    add_sessions(site, *(f"old{number}" for number in range(300)))
    old = site.signature()
    file = backup(site, tmp_path / "b.tar.gz")
    site.execute("DELETE FROM django_session")
    new = site.signature()
    started = time.monotonic()
    assert site.run("restore", str(file)).returncode == 0
    length = time.monotonic() - started
    chance = random.Random(7)
    for _attempt in range(5):
        site.execute("DELETE FROM django_session")
        process = site.start("restore", str(file), "--no-safety-copy")
        time.sleep(length * chance.uniform(0.5, 1.05))
        process.kill()
        process.communicate()
        if not site.is_sqlite:
            wait_until_alone(site)
        assert site.signature() in {old, new}
    assert site.run("restore", str(file)).returncode == 0
    assert site.signature() == old


def wait_until_alone(site: Site) -> None:
    """psql outlives its killed parent for a moment: it ends by committing all or nothing."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 20
    while site.rows(query)[0][0] and time.monotonic() < deadline:
        time.sleep(0.1)


def test_the_copy_is_one_file_that_sqlite_finds_whole(sqlite_site: Site, tmp_path: Path) -> None:
    with tarfile.open(backup(sqlite_site, tmp_path / "b.tar.gz")) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    with sqlite3.connect(tmp_path / "out" / "database.sqlite3") as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
