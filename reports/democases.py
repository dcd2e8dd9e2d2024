"""The cases that the published year-in-review tells, beside the demo ledgers: what a ledger's row has no column for.

Written by the demo's manager through the functions that the pages use, so that clearing the demo takes it along.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Role, User
from jiangjin.lib.dates import PartialDay
from projects.choices import MilestoneKind, NoteKind
from projects.models import Project, TaskForce
from projects.moves import PlannedMilestone, save_plan
from projects.people_writing import save_task_force
from projects.registering import write_note

CASES = settings.BASE_DIR / "fixtures" / "demo" / "cases.json"
TOLD_IN = "江津区2020年招商引资年度综述报道"
YEAR = PartialDay(2020)  # the article says of the year; which day is not known


@transaction.atomic
def load_cases() -> None:
    """Write what is told of the demo's projects and is not there yet; a second run writes nothing.

    A case without its project, or with two of them, is left out: a visitor may have renamed or merged it.
    """
    user = User.objects.filter(is_demo=True, role=Role.MANAGER).order_by("pk").first()
    for case in json.loads(CASES.read_text(encoding="utf-8")):
        found = Project.objects.counted().filter(name=case["project"], participations__investor__name=case["investor"])
        if user is not None and len(found) == 1:
            _load(found[0], case, user)


def _load(project: Project, case: dict[str, Any], user: User) -> None:
    _reach(project, case.get("reached", {}), user)
    for name in case.get("task_forces", ()):
        if not project.task_forces.filter(name=name).exists():
            save_task_force(task_force=TaskForce(project=project, name=name), members=[], user=user)
    for text in case["notes"]:
        if not project.notes.filter(text=text).exists():
            said = {"noted_on": YEAR, "source": TOLD_IN}
            write_note(project=project, kind=NoteKind.NOTE, text=text, user=user, **said)


def _reach(project: Project, reached: dict[str, str], user: User) -> None:
    known = set(project.milestones.filter(kind=MilestoneKind.OTHER).values_list("name", flat=True))
    rows = [
        PlannedMilestone(MilestoneKind.OTHER, name, None, None, PartialDay.from_iso(day), reached=True)
        for name, day in reached.items()
        if name not in known
    ]
    if rows:
        save_plan(project=project, rows=rows, removed=(), version=project.version, user=user)
