"""Writing one project: creating, correcting, voiding, restoring. Each one atomic, with its history."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from jiangjin.lib.dates import PartialDay
from projects import capital, stages
from projects.choices import MAIN_MILESTONES
from projects.codes import our_codes
from projects.gone import versions_of_gone
from projects.locking import lock_writable, tell_project
from projects.models import (
    CapitalCommitment,
    Investor,
    Milestone,
    Note,
    Participation,
    Project,
)
from projects.names import investor_name_columns, set_investor_name, set_project_name
from projects.officials import official_called
from projects.permissions import require_void_in
from projects.traces import leave_traces

# The same sentence by the same account within this time is a button pressed twice, or “back” and saved again.
SAME_AGAIN = datetime.timedelta(minutes=10)


class ConcurrentEdit(Exception):
    """Somebody saved the project after this page was opened; nothing was written."""


class AmbiguousInvestor(Exception):
    """Two firms carry this name; the credit code tells them apart. `name` is the one typed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class TypedInvestor:
    name: str
    role: str
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TypedCommitment:
    """`amount` in 万元 without a sign; `pk` of the row that it corrects."""

    kind: str
    amount: Decimal
    committed_on: PartialDay | None
    note: str = ""
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class TypedMilestone:
    """`name` is that of a free one. `promised`: (day, why the planned or promised day was moved); None leaves both.

    `why`: where `promised` is None, why a planned day that was there is another one now.
    """

    kind: str
    planned_on: PartialDay | None
    actual_on: PartialDay | None
    reached: bool
    name: str = ""
    promised: tuple[PartialDay | None, str] | None = None
    why: str = ""


@transaction.atomic
def save_project(
    *,
    project: Project,
    version: int | None,
    official: tuple[str, str],
    investors: Iterable[TypedInvestor] | None,
    commitments: Iterable[TypedCommitment] | None,
    milestones: Iterable[TypedMilestone] | None,
    user: User,
    reason: str | None = None,
    why_moved: str = "",
) -> Project:
    """Save a new or corrected project with everything on its page.

    `version` is the one that the page was opened with. Investors, commitments or milestones that are None stay as they
    are; `reason` is kept with the history, `why_moved` with the move where the stage became another one. Raises
    PermissionDenied where the account may not write the stored project, ConcurrentEdit where the version is no longer
    the stored one, and AmbiguousInvestor for a name that two firms carry.
    """
    former = _lock_to_save(project, version, user) if project.pk else None
    set_project_name(project, project.name)
    project.lead_official = official_called(*official, user=user)
    if project.pk is None:
        year = project.signed_on.year if project.signed_on else timezone.localdate().year
        project.code = project.code or our_codes(year, 1)[0]
        project.version = 1 + versions_of_gone(project.code).get(project.code, 0)
    else:
        project.version += 1
    if commitments is not None:
        commitments = list(commitments)
        project.agreed_capital = capital.total(capital.signed_amount(row.kind, row.amount) for row in commitments)
    milestones = typed_milestones(project) if milestones is None else list(milestones)
    reached = [row.kind for row in milestones if row.reached or row.actual_on]
    project.stage = stages.stage_of(reached, signed=project.signed_on is not None, former=project.stage)
    _save(project, user, reason)
    if investors is not None:
        _save_investors(project, investors, user=user)
    if commitments is not None:
        _save_commitments(project, commitments, user=user, reason=reason)
    _save_milestones(project, milestones, user=user, reason=reason)
    if former:
        leave_traces(project, former, user=user, why=why_moved or reason or "", reason=reason)
    return project


def _lock_to_save(project: Project, version: int | None, user: User) -> Project:
    """Let others wait until this transaction ends; the project as it was until now."""
    stored = lock_writable(project.pk, user, takes_voided=True)
    if not stored.version == version == project.version:
        raise ConcurrentEdit
    # Arrivals are written without a new version, for no form holds them: some may have come since it was read.
    project.arrived_capital = stored.arrived_capital
    return stored


def typed_milestones(project: Project) -> list[TypedMilestone]:
    """The project's main milestones as they are stored, to be saved again with one of them changed."""
    rows = project.milestones.filter(kind__in=MAIN_MILESTONES) if project.pk else ()
    return [TypedMilestone(row.kind, row.planned_on, row.actual_on, row.reached) for row in rows]


def _save(row: Any, user: User, reason: str | None = None) -> None:
    row._history_user = user
    row._change_reason = reason
    row.save()


def _delete(row: Any, user: User, reason: str | None = None) -> None:
    row._history_user = user
    row._change_reason = reason
    row.delete()


def find_or_make_investor(name: str, *, user: User) -> Investor:
    """The firm of exactly this normalised name; a new one where there is none. Never one that is merely similar.

    The name of a firm that was merged into another one finds that one.
    """
    wanted = Investor()
    set_investor_name(wanted, name)
    found = list(Investor.objects.filter(name_key=wanted.name_key).select_related("merged_into"))
    own = [firm for firm in found if firm.merged_into is None] or [firm.merged_into for firm in found]
    if len({firm.pk for firm in own}) > 1:
        raise AmbiguousInvestor(name)
    if own:
        return own[0]
    _save(wanted, user)
    return wanted


def _save_investors(project: Project, typed: Iterable[TypedInvestor], *, user: User) -> None:
    known = {part.investor: part for part in project.participations.select_related("investor")}
    # A name that stands there already means that very firm, whoever else is called so: an undo may bring a namesake.
    held: dict[str, list[Investor]] = defaultdict(list)
    for investor in known:
        held[investor.name_key].append(investor)
    wanted = {}
    for row in typed:
        own = held[investor_name_columns(row.name)["name_key"]]
        wanted[own.pop(0) if own else find_or_make_investor(row.name, user=user)] = row
    for investor, part in known.items():
        if investor not in wanted:
            _delete(part, user)
    # Joint ones first: the database allows one lead investor at any moment.
    for investor, row in sorted(wanted.items(), key=lambda item: item[1].role):
        part = known.get(investor) or Participation(project=project, investor=investor)
        if part.pk is None or (part.role, part.share) != (row.role, row.share):
            part.role, part.share = row.role, row.share
            _save(part, user)


def _save_commitments(project: Project, typed: Iterable[TypedCommitment], *, user: User, reason: str | None) -> None:
    known = {row.pk: row for row in project.commitments.all()}
    kept = []
    for row in typed:
        commitment = known.pop(row.pk, None) if row.pk else None
        commitment = commitment or CapitalCommitment(project=project)
        new = (row.kind, capital.signed_amount(row.kind, row.amount), row.committed_on, row.note)
        if new != (commitment.kind, commitment.amount, commitment.committed_on, commitment.note):
            if commitment.amount != new[1]:
                commitment.take_amount(new[1])
            commitment.kind, __, commitment.committed_on, commitment.note = new
            kept.append(commitment)
    for gone in known.values():
        _delete(gone, user, reason)
    # A row that stops being the initial one is written before the row that becomes it.
    for commitment in sorted(kept, key=lambda row: row.kind == "initial"):
        _save(commitment, user, reason)


def _save_milestones(project: Project, typed: Iterable[TypedMilestone], *, user: User, reason: str | None) -> None:
    known = {(row.kind, row.name): row for row in project.milestones.all()}
    for row in typed:
        milestone = known.get((row.kind, row.name)) or Milestone(project=project, kind=row.kind, name=row.name)
        promised = milestone.promised_on if row.promised is None else row.promised[0]
        new = (row.planned_on, promised, row.actual_on, row.reached or row.actual_on is not None)
        old = (milestone.planned_on, milestone.promised_on, milestone.actual_on, milestone.reached)
        # A free one is there by its name alone.
        if new == old and (milestone.pk or not row.name):
            continue
        if new[:2] != old[:2]:  # the reason of an earlier moving is not that of this one
            own = row.why if milestone.planned_on is not None else ""
            milestone.plan_reason = row.promised[1] if row.promised else own
        milestone.planned_on, milestone.promised_on, milestone.actual_on, milestone.reached = new
        _save(milestone, user, reason)


@transaction.atomic
def void_project(*, project: Project, reason: str, user: User) -> None:
    """Take a project out of lists and figures, with a reason; it keeps its number and its history."""
    _set_voided(project, timezone.now(), reason, user=user)


@transaction.atomic
def restore_project(*, project: Project, user: User) -> None:
    """Bring a voided project back as it was."""
    _set_voided(project, None, "", user=user)


def _set_voided(project: Project, at: datetime.datetime | None, reason: str, *, user: User) -> None:
    """Write it on the project as it stands now: the caller's may be older, and would overwrite what others saved."""
    stored = Project.objects.select_for_update().get(pk=project.pk)
    if user is not None:
        require_void_in(user, stored.park_id)
    if stored.is_voided != (at is not None) and stored.merged_into_id is None:
        stored.voided_at, stored.void_reason = at, reason
        stored.version += 1
        _save(stored, user)
    project.voided_at, project.void_reason, project.version = stored.voided_at, stored.void_reason, stored.version


@transaction.atomic
def write_note(
    *, project: Project, kind: str, text: str, user: User, noted_on: PartialDay | None = None, source: str = ""
) -> Note:
    """Keep a sentence about a project under the account's name, dated today unless `noted_on` says otherwise.

    `source` is where it was read. The same one again within minutes is the one that stands there. Raises
    PermissionDenied.
    """
    lock_writable(project.pk, user)
    day = noted_on or PartialDay.of(timezone.localdate())
    return write_once(Note(project=project, kind=kind, text=text, author=user, noted_on=day, source=source), user)


def write_once(note: Note, user: User) -> Note:
    """Write a new note of a locked project; where this account wrote the very same one just now, that one."""
    told = ("project", "kind", "text", "author", "official", "noted_on", "source")
    same = Note.objects.filter(
        created_at__gte=timezone.now() - SAME_AGAIN, **{name: getattr(note, name) for name in told}
    ).first()
    if same is not None:
        return same
    tell_project(note.project_id, user)
    _save(note, user)
    return note
