"""What is said of the projects of a list by the day: their planned start, newest notes, open obstacles."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F, OuterRef, Prefetch, Q, Subquery

from jiangjin.lib.dates import PartialDay
from projects.choices import MilestoneKind, NoteKind, ParticipationRole
from projects.counting import happened
from projects.models import Milestone, Note, Obstacle, Participation, Project
from projects.querysets import ProjectQuerySet
from projects.then import show_as_of
from reports.monthly.asked import Month

WEEK = datetime.timedelta(days=6)  # before the day: seven days with it
KINDS = (NoteKind.PROGRESS, NoteKind.PROBLEM, NoteKind.NEXT_STEP)


@dataclass
class Told:
    """Of one project; texts are empty where nobody said anything."""

    planned_start: PartialDay | None = None
    started_on: PartialDay | None = None
    notes: dict[str, str] = field(default_factory=dict)
    obstacles: list[str] = field(default_factory=list)

    @property
    def progress(self) -> str:
        return self.notes.get(NoteKind.PROGRESS, "")

    @property
    def problems(self) -> str:
        return "；".join(self.obstacles) or self.notes.get(NoteKind.PROBLEM, "")

    @property
    def next_step(self) -> str:
        return self.notes.get(NoteKind.NEXT_STEP, "")


def loaded(
    projects: ProjectQuerySet, month: Month, parts: Prefetch | None = None, *, by_start: bool = False
) -> list[Project]:
    """The rows of a list, as they were at the end of the day, at most `month.most`; the largest or the latest first."""
    lead = Participation.objects.filter(role=ParticipationRole.LEAD).select_related("investor")
    if by_start:
        start = Milestone.objects.filter(project=OuterRef("pk"), kind=MilestoneKind.STARTED)
        rows = projects.annotate(start=Subquery(start.values("planned_on")[:1]))
        rows = rows.order_by(F("start").asc(nulls_last=True), "code")
    else:
        rows = projects.with_agreed_as_of(month.day)
        rows = rows.order_by(F("agreed_as_of").desc(nulls_last=True), "code")
    rows = rows.select_related("park", "cluster", "lead_official")
    rows = rows.prefetch_related(parts or Prefetch("participations", lead), "milestones")
    found = list(rows[: month.most])
    show_as_of(found, month.day)
    return found


def told_of(projects: Sequence[Project], day: datetime.date) -> dict[int, Told]:
    """By key, in two queries; milestones must be prefetched."""
    found: dict[int, Told] = defaultdict(Told)
    for project in projects:
        for row in project.milestones.all():
            if row.kind == MilestoneKind.STARTED:
                found[project.pk].planned_start = row.planned_on
                is_known = row.reached and row.actual_on and row.actual_on.last <= day
                found[project.pk].started_on = row.actual_on if is_known else None
    ids = [project.pk for project in projects]
    notes = Note.objects.filter(happened("noted_on", day), project__in=ids, kind__in=KINDS)
    # Oldest first, undated ones before all: the newest stays.
    for note in notes.order_by(F("noted_on").asc(nulls_first=True), "created_at", "pk"):
        found[note.project_id].notes[note.kind] = _dated(note, day) if note.kind == NoteKind.PROGRESS else note.text
    open_then = Q(resolved_on=None) | Q(resolved_on__gt=day)
    for obstacle in Obstacle.objects.filter(open_then, project__in=ids, raised_on__lte=day):
        found[obstacle.project_id].obstacles.append(obstacle.text)
    return found


def _dated(note: Note, day: datetime.date) -> str:
    """Progress of the week as it was written; of an older day with that day."""
    if note.noted_on is None or note.noted_on.last >= day - WEEK:
        return note.text
    return f"（{note.noted_on}）{note.text}"
