"""A batch's life: a file is brought, previewed, and written once, or cancelled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from imports.arrivals import write_arrivals
from imports.columns import parse_mapping
from imports.decisions import SheetChoices, choices_for, read_decisions
from imports.known import Known
from imports.links import Links
from imports.models import BatchState, ImportBatch, RowAction
from imports.plan import Plan
from imports.planning import Request, make_plan, understand
from imports.reading import read_workbook
from imports.writing import PlanOutdated, write_plan

ATTEMPTS = 3  # how often a plan is made anew while others write


class AlreadySettled(Exception):
    """The batch was written or cancelled before: a second click, another tab."""


class Refused(Exception):
    """The plan has refused rows, and only a whole import was asked for; nothing was written."""


class PreviewOutdated(Exception):
    """The register changed since the preview was shown; it must be looked at again. Nothing was written."""


@dataclass(slots=True)
class Preview:
    """A batch's plan with what is needed to write it."""

    plan: Plan
    known: Known | None
    links: Links


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


def preview(batch: ImportBatch, *, user: User | None) -> Preview:
    """Read the file again and plan it on the register as it is now. Raises ReadError, NoLedger or MappingError."""
    workbook = read_workbook(Path(batch.file.path), filename=batch.filename)
    request = Request(user=user, mapping=parse_mapping(batch.mapping), accepted=frozenset(batch.accepted))
    return Preview(*make_plan(workbook, request))


def confirm(*, batch: ImportBatch, user: User | None, digest: str, skip_refused: bool) -> Plan:
    """Write what the preview with this digest showed, exactly once.

    Raises AlreadySettled, PreviewOutdated (the preview would look different now) or Refused.
    """
    made = preview(batch, user=user)
    if made.plan.digest != digest:
        raise PreviewOutdated
    try:
        commit(made, batch=batch, skip_refused=skip_refused)
    except PlanOutdated:
        raise PreviewOutdated from None
    return made.plan


def commit(made: Preview, *, batch: ImportBatch, skip_refused: bool) -> None:
    """Write a plan as its batch in one transaction: all accepted rows with their history, or nothing.

    Raises PlanOutdated where somebody wrote since the plan was made.
    """
    plan = made.plan
    if plan.needs or made.known is None:
        raise Refused
    if plan.count(RowAction.REFUSED) and not skip_refused:
        raise Refused
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.state != BatchState.WAITING:
            raise AlreadySettled
        if plan.kind == "arrivals":
            write_arrivals(plan=plan, batch=batch)
        else:
            write_plan(plan=plan, known=made.known, links=made.links.ids, batch=batch)
        batch.kind = plan.kind
        batch.state, batch.committed_at = BatchState.COMMITTED, timezone.now()
        batch.created, batch.updated = plan.count(RowAction.CREATE), plan.count(RowAction.UPDATE)
        batch.unchanged, batch.refused = plan.count(RowAction.UNCHANGED), plan.count(RowAction.REFUSED)
        batch.save()


@transaction.atomic
def cancel(*, batch: ImportBatch) -> None:
    """Give a preview up. Raises AlreadySettled for one that was written."""
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state == BatchState.COMMITTED:
        raise AlreadySettled
    locked.state = BatchState.CANCELLED
    locked.save(update_fields=["state"])


@transaction.atomic
def decide(*, batch: ImportBatch, mapping: dict | None = None, accepted: list[str] | None = None) -> None:
    """Keep what a person decided about a waiting batch: columns and words, and amounts that are right as they are."""
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != BatchState.WAITING:
        raise AlreadySettled
    if mapping is not None:
        parse_mapping(mapping)
        locked.mapping = mapping
    if accepted is not None:
        locked.accepted = accepted
    locked.save(update_fields=["mapping", "accepted"])


def forget(*, batch: ImportBatch) -> None:
    """Take a batch away whose file turned out to be no ledger; nothing was shown or written of it."""
    batch.file.delete(save=False)
    batch.delete()


def understand_columns(batch: ImportBatch, *, user: User | None) -> tuple[list[SheetChoices], Plan]:
    """What the mapping page shows, and the plan as far as it could be made. Raises as `preview` does."""
    workbook = read_workbook(Path(batch.file.path), filename=batch.filename)
    request = Request(user=user, mapping=parse_mapping(batch.mapping), accepted=frozenset(batch.accepted))
    plan, __, links = make_plan(workbook, request)
    parts = understand(workbook, request, links)
    return [choices_for(part.sheet, part.table, part.proposal, plan.needs) for part in parts], plan


def decide_columns(*, batch: ImportBatch, data: QueryDict, user: User | None) -> None:
    """Keep what a sent mapping page says. Raises MappingError, or NoLedger where it makes the file unreadable."""
    sheets, __ = understand_columns(batch, user=user)
    mapping = read_decisions(data, sheets, batch.mapping)
    workbook = read_workbook(Path(batch.file.path), filename=batch.filename)
    make_plan(workbook, Request(user=user, mapping=parse_mapping(mapping)))
    decide(batch=batch, mapping=mapping)
