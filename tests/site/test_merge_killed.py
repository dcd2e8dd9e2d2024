"""kill -9 in the middle of a merging: two projects or one, never between."""

import os
import random
import subprocess
import time

from tests.site.conftest import MakeSite
from tests.site.sites import Site
from tests.site.test_import_killed import do

KILLS = int(os.environ.get("MERGE_KILLS", "4"))
# Enough rows for a merging to take a while.
MAKE = """
from decimal import Decimal
from accounts.models import User
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import create_with_history
from projects.capital import recompute_and_save
from projects.models import CapitalArrival, Note, Project
from projects.registering import TypedCommitment, TypedInvestor, save_project
user = User.objects.create_user("chief", role="manager", all_parks=True)
for code in ("P-1", "P-2"):
    project = Project(code=code, name=f"智能工厂{code}", signed_on=PartialDay(2020))
    save_project(project=project, version=None, official=("", ""), investors=[TypedInvestor(f"甲{code}", "lead")],
        commitments=[TypedCommitment("initial", Decimal(50000), None)], milestones=[], user=user)
    months = [PartialDay(year, month) for year in range(1980, 2080) for month in range(1, 13)]
    rows = [CapitalArrival(project=project, month=month, amount=Decimal(1), origin=origin)
        for month in months for origin in (["domestic"] if code == "P-1" else ["domestic", "foreign"])]
    create_with_history(CapitalArrival, rows, user=user, reason="")
    notes = [Note(project=project, text=f"{number}") for number in range(6000)]
    create_with_history(Note, notes, user=user, reason="")
    recompute_and_save([project.pk], user=user, reason="")
"""
MERGE = """
from accounts.models import User
from imports.mergechoices import chosen_of
from imports.merging import merge_projects, pair_of
from projects.models import Project
kept, gone = Project.objects.order_by("code")
pair = pair_of(kept.pk, gone.pk)
chosen = chosen_of(pair.choices, {}) | {"commitments": "both"}
print("begins", flush=True)
merge_projects(kept=kept, gone=gone, chosen=chosen, fingerprint=pair.fingerprint, user=User.objects.get())
"""


def signature(site: Site) -> list[tuple]:
    """Everything that a merging writes, but for keys and times."""
    tables = ("capitalarrival", "note", "capitalcommitment", "participation", "projectcode")
    return [
        *site.rows("SELECT code, agreed_capital, arrived_capital, version, merged_into_id FROM projects_project"),
        *(row for table in tables for row in site.rows(
            f"SELECT project_id, COUNT(*) FROM projects_{table} GROUP BY project_id ORDER BY project_id")),
        *(row for table in tables for row in site.rows(f"SELECT COUNT(*) FROM projects_historical{table}")),
        *site.rows("SELECT COUNT(*) FROM projects_historicalproject"),
        *site.rows("SELECT kind, gone, kept, undone FROM imports_merge"),
    ]  # fmt: skip


def settled(site: Site) -> list[tuple]:
    """The signature once a server that was just committing for the killed process is done: two looks in a row agree."""
    first, second = signature(site), None
    while first != second:
        time.sleep(0.3)
        first, second = signature(site), first
    return first


def begins(process: subprocess.Popen[str]) -> float:
    """Wait until the command is about to merge; the moment."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "begins"
    return time.monotonic()


def test_nothing_is_ever_half_merged(site: Site, make_site: MakeSite) -> None:
    do(site, MAKE)
    before, whole = signature(site), make_site(site)
    with whole.start("shell", "--verbosity", "0", "--command", MERGE) as process:
        began = begins(process)
        assert process.wait(60) == 0
    normal = time.monotonic() - began
    after = signature(whole)
    assert after != before

    victim, chance, seen = make_site(site), random.Random(500116), set()
    for attempt in range(KILLS):
        with victim.start("shell", "--verbosity", "0", "--command", MERGE) as process:
            begins(process)
            time.sleep(normal * (attempt + chance.random()) / KILLS)
            process.kill()
        state = settled(victim)
        assert state in (before, after), f"half merged at attempt {attempt}"
        seen.add(state == after)
        if state == after:
            victim = make_site(site)
    assert False in seen
    do(victim, MERGE)
    assert signature(victim) == after
    assert victim.run("check_data").returncode == 0
