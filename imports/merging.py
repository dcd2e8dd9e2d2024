"""Making two projects one, in one transaction.

The other project is voided and says into which it went. Its arrivals, milestones, notes, snapshots, firms, former
numbers and rows of files move; what has its like in the kept project stays where it is, so that taking the merging back
(`imports.merge_undoing`) finds everything in its place. No row takes a key that another row had which stays: then the
changes may be written, and taken back, in any order (docs/decisions/0012-merging.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from imports.mergechoices import GONE, KEPT, take_over
from imports.mergepairs import BOTH, KEYED, MOVED, OWN_COLUMNS, OWN_OF_ROWS, ProjectPair, row_name
from imports.mergewrites import Writes
from imports.models import ImportRow, Merge, PairKind
from imports.writing import lock_imports
from projects import capital, permissions
from projects.choices import CommitmentKind, ParticipationRole, Stage
from projects.locking import lock_projects
from projects.models import (
    Attachment,
    CapitalArrival,
    CapitalCommitment,
    Milestone,
    Participation,
    Project,
    ProjectCode,
)
from projects.names import NAME_COLUMNS, set_project_name
from projects.registering import ConcurrentEdit
from projects.stages import stage_of


class CannotMerge(Exception):
    """These two cannot become one as was chosen; the message says why. Nothing was written."""


def may_merge(user: User, *projects: Project) -> bool:
    """Who may void both of them: a manager of their parks, or the administrator."""
    return all(permissions.may_void_in(user, project.park_id) for project in projects)


def merge_projects(*, kept: Project, gone: Project, chosen: Mapping[str, str], fingerprint: str, user: User) -> Merge:
    """Make two projects one. `chosen`: by `Choice.name`, and "commitments" (KEPT, GONE or BOTH).

    Raises ConcurrentEdit where either of them is no longer as it was shown, CannotMerge.
    """
    with transaction.atomic():
        lock_imports()
        lock_projects([kept.pk, gone.pk])
        pair = pair_of(kept.pk, gone.pk)
        if pair.fingerprint != fingerprint or pair.kept.is_voided or pair.gone.is_voided:
            raise ConcurrentEdit
        if not may_merge(user, pair.kept, pair.gone):
            raise CannotMerge(_("You may not write both projects."))
        days = [*pair.broken_days(chosen), *pair.broken_commitments(chosen.get("commitments", ""))]
        if troubles := [*_undecided(pair, chosen), *days]:
            raise CannotMerge(" ".join(troubles))
        return _merge(pair, chosen, user)


def pair_of(kept: int, gone: int) -> ProjectPair:
    """The two as they are stored now."""
    stored = Project.objects.select_related("park", "cluster", "chain", "lead_official").in_bulk([kept, gone])
    if len(stored) < 2:
        raise ConcurrentEdit
    return ProjectPair(stored[kept], stored[gone])


def _undecided(pair: ProjectPair, chosen: Mapping[str, str]) -> Iterable[str]:
    if pair.agreed and chosen.get("commitments") not in pair.agreed:
        yield _("Say whether their commitments are the same or add up.")


def _merge(pair: ProjectPair, chosen: Mapping[str, str], user: User) -> Merge:
    kept, gone = pair.kept, pair.gone
    done = Merge(kind=PairKind.PROJECT, kept=kept.pk, gone=gone.pk, chosen=dict(chosen), user=user)
    done.kept_text, done.gone_text = (f"{one.code} {one.name}"[:250] for one in (kept, gone))
    done.moved_rows = list(ImportRow.objects.filter(project=gone).order_by("pk").values_list("pk", flat=True))
    done.save()
    writes = Writes(user, done.reason)
    for model in KEYED:
        _unite_keyed(pair, model, chosen, writes)
    _unite_commitments(pair, chosen.get("commitments", ""), writes)
    _unite_investors(pair, chosen.get("lead", KEPT), writes)
    for model in MOVED:
        for row in pair.rows[model][1]:
            writes.change(row, project_id=kept.pk, **_kept_twins(pair, row))
    _unite_codes(pair, done, writes)
    writes.write()
    _write_projects(pair, chosen, writes)
    ImportRow.objects.filter(project=gone).update(project=kept)
    return done


# The column by which an attachment belongs to a row of a table of which each project has one a key.
EVIDENCE: dict[str, type[models.Model]] = {"arrival_id": CapitalArrival, "milestone_id": Milestone}


def _kept_twins(pair: ProjectPair, row: Any) -> dict[str, int]:
    """Of a moving attachment: what it is evidence of on the kept project, where what it belonged to stays behind."""
    if not isinstance(row, Attachment):
        return {}
    return {
        column: kept.pk
        for column, model in EVIDENCE.items()
        for kept, gone in pair.of(model).both
        if getattr(row, column) == gone.pk
    }


def _unite_keyed(pair: ProjectPair, model: type[models.Model], chosen: Mapping[str, str], writes: Writes) -> None:
    found = pair.of(model)
    for row in found.moving:
        writes.change(row, project_id=pair.kept.pk)
    for kept, gone in found.both:
        names = take_over(kept, gone, prefix=row_name(kept), left_out=OWN_OF_ROWS, chosen=chosen)
        if names:
            writes.change(kept, **{name: getattr(kept, name) for name in names})


# What a commitment says besides its kind.
SAID = (
    "amount",
    "currency",
    "original_amount",
    "rate",
    "rate_on",
    "committed_on",
    "agreement_number",
    "fixed_assets",
    "note",
)


def _unite_commitments(pair: ProjectPair, which: str, writes: Writes) -> None:
    """The kept project's own, the other's in their place, or both; the initial one of the other is an increase then."""
    kept, gone = pair.rows[CapitalCommitment]
    if kept and which == KEPT:
        return
    initial = next((row for row in kept if row.kind == CommitmentKind.INITIAL), None)
    for row in gone:
        if row.kind != CommitmentKind.INITIAL or initial is None:
            writes.change(row, project_id=pair.kept.pk)
        elif which == BOTH:
            writes.change(row, project_id=pair.kept.pk, kind=CommitmentKind.INCREASE)
        else:
            columns = {name: getattr(row, name) for name in SAID}
            writes.change(initial, **columns)
    if which == GONE:
        writes.gone[CapitalCommitment] += [row.pk for row in kept if row is not initial]


def _unite_investors(pair: ProjectPair, lead: str, writes: Writes) -> None:
    """Everybody takes part once; one leads. A share that only the other project knows is taken over."""
    kept, gone = pair.rows[Participation]
    known = {row.investor_id: row for row in kept}
    led, other = pair.leads
    changes_lead = led is not None and other is not None and lead == GONE and led.investor_id != other.investor_id
    for row in gone:
        mine = known.get(row.investor_id)
        if row is other and led is not None:
            # What stays there keeps its lead; the firm takes part here by a row of its own.
            if mine is None and not changes_lead:
                writes.new[Participation].append(_joining(pair.kept, row))
        elif mine is None:
            writes.change(row, project_id=pair.kept.pk)
        if mine is not None and mine.share is None and row.share is not None and not (changes_lead and row is other):
            writes.change(mine, share=row.share)
    if changes_lead and led is not None and other is not None:
        _change_lead(pair.kept, led, other, known.get(other.investor_id), writes)


def _change_lead(
    kept: Project, led: Participation, other: Participation, mine: Participation | None, writes: Writes
) -> None:
    """The leading row names the other firm, whose own part (`mine`) goes; the firm that led takes part by a new row.

    No two rows exchange their roles: halfway there would be two that lead.
    """
    share = other.share
    if mine is not None:
        writes.gone[Participation].append(mine.pk)
        share = share if share is not None else mine.share
    writes.new[Participation].append(_joining(kept, led))
    writes.change(led, investor_id=other.investor_id, share=share)


def _joining(project: Project, row: Participation) -> Participation:
    return Participation(project=project, investor_id=row.investor_id, role=ParticipationRole.JOINT, share=row.share)


def _unite_codes(pair: ProjectPair, done: Merge, writes: Writes) -> None:
    """Every number that either was met under finds the kept project."""
    mine, theirs = pair.rows[ProjectCode]
    known = {pair.kept.code, *(row.code for row in mine)}
    for row in theirs:
        if row.code not in known:
            known.add(row.code)
            writes.change(row, project_id=pair.kept.pk)
    if pair.gone.code not in known:
        source = _("merged: %(name)s") % {"name": pair.gone.name}
        writes.new[ProjectCode].append(ProjectCode(project=pair.kept, code=pair.gone.code, source=source[:200]))


def _write_projects(pair: ProjectPair, chosen: Mapping[str, str], writes: Writes) -> None:
    """The kept project with the chosen values and what follows from its rows; the other, and those merged into it."""
    kept, gone, now = pair.kept, pair.gone, timezone.now()
    names = take_over(kept, gone, prefix="project", left_out=OWN_COLUMNS, chosen=chosen)
    if "name" in names:
        set_project_name(kept, kept.name)
    for one in capital.recompute([kept.pk, gone.pk]):
        same = kept if one.pk == kept.pk else gone
        same.agreed_capital, same.arrived_capital = one.agreed_capital, one.arrived_capital
    former = max((Stage(kept.stage), Stage(gone.stage)), key=lambda stage: stage.rank)
    last = Writes(writes.user, writes.reason)
    last.change(
        kept,
        **{name: getattr(kept, name) for name in {*names, "name", *NAME_COLUMNS}},
        **_following(kept, former),
        updated_at=now,
    )
    went = {"merged_into_id": kept.pk, "updated_at": now}
    reason = _("merged into %(code)s") % {"code": kept.code}
    last.change(gone, voided_at=now, void_reason=reason, **_following(gone, gone.stage), **went)
    for earlier in Project.objects.filter(merged_into=gone).order_by("pk"):
        last.change(earlier, version=earlier.version + 1, **went)
    last.write()


def _following(project: Project, former: str) -> dict[str, Any]:
    """What follows from a project's rows, once its sums are set."""
    reached = list(Milestone.objects.filter(project=project, reached=True).values_list("kind", flat=True))
    return {
        "agreed_capital": project.agreed_capital,
        "arrived_capital": project.arrived_capital,
        "stage": stage_of(reached, signed=project.signed_on is not None, former=former),
        "version": project.version + 1,
    }
