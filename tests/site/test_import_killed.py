"""kill -9 in the middle of an import: the register is as before or as after, never between."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.imports.books import ledger
from tests.site.conftest import MakeSite
from tests.site.sites import Site

KNOWN, ROWS = 300, 600
KILLS = int(os.environ.get("KILLS", "4"))  # of each test; 50 for a thorough look
BRING = """
from django.core.files import File
from accounts.models import User
from imports.batches import bring_file
from imports.jobs import start_preview
user = User.objects.create_user("somebody", role="manager", all_parks=True)
start_preview(batch=bring_file(file=File(open({path!r}, "rb")), filename="a.xlsx", user=user))
"""
CONFIRM = """
from imports.jobs import start_writing
from imports.kept import kept_preview
from imports.models import ImportBatch
batch = ImportBatch.objects.get(user__isnull=False)
start_writing(batch=batch, digest=kept_preview(batch).overview.digest, skip_refused=False)
"""
RESTART = "from imports.jobs import interrupt_unfinished; interrupt_unfinished()"


def rows(count: int, amount: float) -> list[list]:
    return [
        [
            f"K-{number:04d}",
            f"津沙项目{number:04d}号",
            f"重庆津沙{number:04d}有限公司",
            "双福",
            "材料",
            amount,
            "2020-06-30",
            "已签约",
        ]
        for number in range(1, count + 1)
    ]


def signature(site: Site) -> list[tuple]:
    """Everything that an import writes, but for keys and times."""
    return [
        *site.rows("SELECT code, name, agreed_capital, version, stage FROM projects_project ORDER BY code"),
        *site.rows("SELECT kind, SUM(amount), COUNT(*) FROM projects_capitalcommitment GROUP BY kind ORDER BY kind"),
        *site.rows("SELECT COUNT(*) FROM projects_historicalproject"),
        *site.rows("SELECT COUNT(*) FROM projects_historicalcapitalcommitment"),
        *site.rows("SELECT COUNT(*) FROM projects_investor"),
        *site.rows("SELECT COUNT(*) FROM imports_importrow"),
    ]


@pytest.fixture
def half_known(site: Site, tmp_path: Path) -> Site:
    """A register that knows half of the rows, with other amounts."""
    first = ledger(tmp_path / "first.xlsx", *rows(KNOWN, 5))
    assert site.run("import_projects", str(first)).returncode == 0
    return site


def test_nothing_is_ever_half_written(half_known: Site, make_site: MakeSite, tmp_path: Path) -> None:
    path = str(ledger(tmp_path / "second.xlsx", *rows(ROWS, 7)))
    before = signature(half_known)
    whole = make_site(half_known)
    started = time.monotonic()
    assert whole.run("import_projects", path).returncode == 0
    normal = time.monotonic() - started
    after = signature(whole)
    assert after != before

    site = make_site(half_known)
    chance = random.Random(500116)
    for attempt in range(KILLS):
        # Most of a run is start and reading: the moments lie where it writes.
        moment = normal * (0.5 + 0.5 * (attempt + chance.random()) / KILLS)
        with site.start("import_projects", path) as process:
            time.sleep(moment)
            process.kill()
        state = signature(site)
        assert state in (before, after), f"half written after {moment:.2f} s"
        if state == after:
            site = make_site(half_known)
    assert site.run("import_projects", path).returncode == 0
    assert signature(site) == after
    states = {state for (state,) in site.rows("SELECT DISTINCT state FROM imports_importbatch")}
    assert states <= {"waiting", "committed"}


def do(site: Site, script: str) -> None:
    result = site.run("shell", "--verbosity", "0", "--command", script)
    assert result.returncode == 0, result.stderr


def work(site: Site) -> None:
    """One job of the worker; then it ends."""
    with site.start("work") as process:
        assert process.wait(60) == 0


def test_a_killed_worker_leaves_all_or_nothing_and_the_batch_says_which(
    half_known: Site, make_site: MakeSite, tmp_path: Path
) -> None:
    path = str(ledger(tmp_path / "second.xlsx", *rows(ROWS, 7)))
    do(half_known, BRING.format(path=path))
    work(half_known)
    do(half_known, CONFIRM)
    before = signature(half_known)
    whole = make_site(half_known)
    started = time.monotonic()
    work(whole)
    normal = time.monotonic() - started
    after = signature(whole)
    assert after != before

    chance = random.Random(500116)
    said = set()
    for attempt in range(KILLS):
        site = make_site(half_known)
        moment = normal * (0.4 + 0.6 * (attempt + chance.random()) / KILLS)
        with site.start("work") as process:
            time.sleep(moment)
            process.kill()
        state = signature(site)
        assert state in (before, after), f"half written after {moment:.2f} s"
        do(site, RESTART)
        ((told, busy, trouble),) = site.rows(
            "SELECT state, work, trouble FROM imports_importbatch WHERE user_id IS NOT NULL"
        )
        said.add(told)
        if state == after:
            assert (told, busy, trouble) == ("committed", "", "")
            continue
        assert told == "waiting"
        if not busy:  # it had begun
            assert "中断" in trouble
            do(site, CONFIRM)
        work(site)
        assert signature(site) == after
    assert "waiting" in said
