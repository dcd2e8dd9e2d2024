"""A batch's life: a file is brought, previewed, and written once, or cancelled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from imports import corrections, kept
from imports.arrivals import write_arrivals
from imports.columns import parse_mapping
from imports.grid import Workbook
from imports.models import BatchState, ImportBatch, RowAction
from imports.overview import Overview, overview_of
from imports.plan import Plan
from imports.planning import Preview, make_plan
from imports.progress import READ, WRITE, Progress
from imports.reading import read_workbook
from imports.recalling import recall
from imports.remembering import remember
from imports.understanding import Request
from imports.writing import PlanOutdated, build_writes, write_built

COUNTED = ("created", "updated", "unchanged", "refused")
ATTEMPTS = 3  # how often a plan is made anew while others write


class AlreadySettled(Exception):
    """The batch was written or cancelled before: a second click, another tab."""


class Refused(Exception):
    """The plan has refused rows, and only a whole import was asked for; nothing was written."""


class UnderWay(Exception):
    """The background worker is busy with the batch; nothing can be decided about it meanwhile."""


class TooManyCorrections(Exception):
    """More cells are corrected in the preview than is sensible: the file itself should be."""


class PreviewOutdated(Exception):
    """The register changed since the preview was shown; it must be looked at again. Nothing was written."""


def bring_file(*, file: File, filename: str, user: User | None, is_demo: bool = False) -> ImportBatch:
    """Keep a file as it is, under a name of ours; `filename` is only its label."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    label = "".join(char for char in Path(filename).name if char.isprintable())[:100] or "ledger"
    batch = ImportBatch(user=user, filename=label, sha256=digest.hexdigest(), is_demo=is_demo)
    # The stored name carries neither the user's name nor its ending: readers decide by content.
    batch.file.save(f"{digest.hexdigest()[:16]}.ledger", file, save=False)
    batch.save()
    return batch


def read(batch: ImportBatch) -> Workbook:
    """The batch's file, read again as it was brought. Raises ReadError."""
    return read_workbook(Path(batch.file.path), filename=batch.filename)


def preview(batch: ImportBatch, *, user: User | None, progress: Progress | None = None) -> Preview:
    """Read the file again and plan it on the register as it is now. Raises ReadError, NoLedger or MappingError."""
    request = request_of(batch, user)
    if progress is not None:
        request.progress = progress
        progress.step(READ)
    return make_plan(read(batch), request)


def overview(batch: ImportBatch, *, user: User) -> Overview | None:
    """What the batch's preview shows; None where the worker has to make it (again). Raises as `preview` does."""
    if batch.in_background:
        found = kept.kept_preview(batch)
        return found.overview if found else None
    made = preview(batch, user=user)
    return overview_of(made.plan, made.links, made.parts, user=user)


def request_of(batch: ImportBatch, user: User | None) -> Request:
    """What is to be planned: for whom, and what a person decided about the batch."""
    return Request(
        user=user,
        mapping=parse_mapping(batch.mapping),
        remembered=recall(),
        accepted=frozenset(batch.accepted),
        answers=dict(batch.answers),
        corrections=dict(batch.corrections),
        left_out=frozenset(batch.left_out),
    )


def confirm(*, batch: ImportBatch, user: User | None, digest: str, skip_refused: bool) -> Plan:
    """Write what the preview with this digest showed, exactly once.

    Raises AlreadySettled, PreviewOutdated (the preview would look different now) or Refused.
    """
    made = preview(batch, user=user)
    if made.plan.digest != digest:
        # What was written meanwhile may have been this very batch: a second click, which must not read as a surprise.
        _still_waiting(ImportBatch.objects.get(pk=batch.pk))
        raise PreviewOutdated
    try:
        commit(made, batch=batch, skip_refused=skip_refused)
    except PlanOutdated:
        raise PreviewOutdated from None
    return made.plan


def _still_waiting(batch: ImportBatch) -> None:
    if batch.state != BatchState.WAITING:
        raise AlreadySettled


def _idle(batch: ImportBatch) -> None:
    _still_waiting(batch)
    if batch.work:
        raise UnderWay


def commit(made: Preview, *, batch: ImportBatch, skip_refused: bool, progress: Progress | None = None) -> None:
    """Write a plan as its batch in one transaction: all accepted rows with their history, or nothing.

    Raises PlanOutdated where somebody wrote since the plan was made.
    """
    plan = made.plan
    if plan.needs or made.known is None:
        raise Refused
    if plan.count(RowAction.REFUSED) and not skip_refused:
        raise Refused
    progress = progress or Progress()
    # Built before the transaction: on SQLite everybody else waits from its beginning.
    writes = None
    if plan.kind != "arrivals":
        writes = build_writes(plan=plan, known=made.known, links=made.links.ids, batch=batch)
    with transaction.atomic():
        _still_waiting(ImportBatch.objects.select_for_update().get(pk=batch.pk))
        if writes is None:
            progress.step(WRITE)
            write_arrivals(plan=plan, batch=batch)
        else:
            write_built(writes, batch=batch, progress=progress)
        batch.kind = plan.kind
        batch.state, batch.committed_at = BatchState.COMMITTED, timezone.now()
        counts = plan.counts
        batch.created, batch.updated = counts[RowAction.CREATE], counts[RowAction.UPDATE]
        batch.unchanged, batch.refused = counts[RowAction.UNCHANGED], counts[RowAction.REFUSED]
        batch.work = batch.trouble = ""
        batch.save(update_fields=[*COUNTED, "kind", "state", "committed_at", "work", "trouble"])
        remember(batch=batch, parts=made.parts, links=made.links)


@transaction.atomic
def cancel(*, batch: ImportBatch) -> None:
    """Give a preview up, also while the worker is busy with it. Raises AlreadySettled for one that was written."""
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.was_written:
        raise AlreadySettled
    locked.state, locked.work = BatchState.CANCELLED, ""
    locked.save(update_fields=["state", "work"])
    kept.drop(batch.pk)


@transaction.atomic
def decide(
    *,
    batch: ImportBatch,
    mapping: dict | None = None,
    accepted: list[str] | None = None,
    answers: dict[str, str] | None = None,
) -> None:
    """Keep what a person decided about a waiting batch: columns and words, amounts that are right as they are, and
    what similar rows are. Answers add to earlier ones; an empty dict takes all of them back.
    """
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    _idle(locked)
    if mapping is not None:
        parse_mapping(mapping)
        locked.mapping = mapping
    if accepted is not None:
        locked.accepted = accepted
    if answers is not None:
        locked.answers = {**locked.answers, **answers} if answers else {}
    locked.save(update_fields=["mapping", "accepted", "answers"])


@transaction.atomic
def correct(*, batch: ImportBatch, cells: dict[str, str], taken_back: Iterable[str] = ()) -> None:
    """Keep what a person says stands in single cells of a waiting batch's file ("sheet!B17" → text; "" for empty), and
    forget what is taken back. Raises TooManyCorrections."""
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    _idle(locked)
    kept_ones = {**locked.corrections, **cells}
    for key in taken_back:
        kept_ones.pop(key, None)
    if len(kept_ones) > corrections.MOST:
        raise TooManyCorrections
    locked.corrections = kept_ones
    locked.save(update_fields=["corrections"])


@transaction.atomic
def choose_changes(*, batch: ImportBatch, leave: Iterable[str] = (), take: Iterable[str] = ()) -> None:
    """Keep which changes of a waiting batch ("sheet!row!field") are not wanted, or wanted after all."""
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    _idle(locked)
    locked.left_out = sorted({*locked.left_out, *leave} - {*take})
    locked.save(update_fields=["left_out"])


def decide_kind(*, batch: ImportBatch, kind: str) -> None:
    """Keep what the file was recognised as, for the list of imports; confirming says it again."""
    batch.kind = kind
    batch.save(update_fields=["kind"])


def forget(*, batch: ImportBatch) -> None:
    """Take a batch away whose file turned out to be no ledger; nothing was shown or written of it."""
    batch.file.delete(save=False)
    batch.delete()
