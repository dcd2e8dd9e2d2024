"""kill -9 in the middle of an undo: the register is as before or as after, never between."""

import os
import random
import time
from pathlib import Path

from tests.imports.books import ledger
from tests.site.conftest import MakeSite
from tests.site.sites import Site
from tests.site.test_import_killed import rows

KNOWN, ROWS = 300, 600
KILLS = int(os.environ.get("UNDO_KILLS", "5"))


def signature(site: Site) -> list[tuple]:
    """Everything that an undo writes, but for keys and times."""
    return [
        *site.rows("SELECT code, name, agreed_capital, version, stage FROM projects_project ORDER BY code"),
        *site.rows("SELECT kind, SUM(amount), COUNT(*) FROM projects_capitalcommitment GROUP BY kind ORDER BY kind"),
        *site.rows("SELECT COUNT(*) FROM projects_historicalproject"),
        *site.rows("SELECT COUNT(*) FROM projects_historicalcapitalcommitment"),
        *site.rows("SELECT COUNT(*) FROM projects_investor"),
        *site.rows("SELECT COUNT(*) FROM imports_importrow WHERE project_id IS NULL"),
        *site.rows("SELECT id, state FROM imports_importbatch ORDER BY id"),
        *site.rows("SELECT subject, back, removed, returned FROM imports_takeback ORDER BY id"),
    ]


def settled(site: Site) -> list[tuple]:
    """The signature once a server that was just committing for the killed process is done: two looks in a row agree.

    It is several statements, each of which sees what was committed until then.
    """
    first, second = signature(site), None
    while first != second:
        time.sleep(0.3)
        first, second = signature(site), first
    return first


def test_nothing_is_ever_half_undone(site: Site, make_site: MakeSite, tmp_path: Path) -> None:
    for name, count, amount in (("first", KNOWN, 5), ("second", ROWS, 7)):
        path = ledger(tmp_path / f"{name}.xlsx", *rows(count, amount))
        assert site.run("import_projects", str(path)).returncode == 0
    ((batch,),) = site.rows("SELECT MAX(id) FROM imports_importbatch")
    before, whole = signature(site), make_site(site)
    started = time.monotonic()
    assert whole.run("undo_import", str(batch)).returncode == 0
    normal = time.monotonic() - started
    after = signature(whole)
    assert after != before

    victim = make_site(site)
    chance = random.Random(500116)
    for attempt in range(KILLS):
        # Most of a run is the start: the moments lie where it plans and writes.
        moment = normal * (0.5 + 0.5 * (attempt + chance.random()) / KILLS)
        with victim.start("undo_import", str(batch)) as process:
            time.sleep(moment)
            process.kill()
        state = settled(victim)
        assert state in (before, after), f"half undone after {moment:.2f} s"
        if state == after:
            victim = make_site(site)
    assert victim.run("undo_import", str(batch)).returncode == 0
    assert signature(victim) == after
    assert victim.run("check_data").returncode == 0
