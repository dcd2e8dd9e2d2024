"""Long work on a batch, done by the background worker: make its preview, write it. Asked for here, shown by its page.

Each job can be killed at any moment: a preview is replaced as a whole, writing is one transaction. What a killed worker
left unfinished is said at its next start (`interrupt_unfinished`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from imports import kept
from imports.batches import (
    ATTEMPTS,
    AlreadySettled,
    Refused,
    UnderWay,
    commit,
    preview,
)
from imports.columns import MappingError
from imports.columnspage import columns_of
from imports.models import BatchState, BatchWork, ImportBatch
from imports.overview import overview_of
from imports.planning import Preview
from imports.progress import (
    KEEP,
    PREVIEW_STEPS,
    WRITE_STEPS,
    ToldProgress,
    Unwanted,
    progress_path,
)
from imports.reading import ReadError
from imports.understanding import NoLedger
from imports.writing import PlanOutdated
from jiangjin.lib.collector import collector_paused

logger = logging.getLogger(__name__)

UNREADABLE = (ReadError, NoLedger, MappingError)


def takes_long(size: int) -> bool:
    """Whether a file of so many bytes is the worker's."""
    return size > settings.IMPORT_BACKGROUND_BYTES


@transaction.atomic
def start_preview(*, batch: ImportBatch, former_mapping: dict[str, Any] | None = None) -> None:
    """Let the worker read the file and make its preview. Raises AlreadySettled, and UnderWay while it is busy with it.

    `former_mapping` is what was decided about the columns before, to return to where the new decisions cannot be used.
    """
    _begin(batch, BatchWork.PREVIEW)
    make_preview.enqueue(batch.pk, former_mapping)


def look_again(*, batch: ImportBatch) -> None:
    """After a decision: a kept preview is made anew, any other is made at each look. Raises as `start_preview`."""
    if batch.in_background:
        start_preview(batch=batch)


@transaction.atomic
def start_writing(*, batch: ImportBatch, digest: str, skip_refused: bool) -> None:
    """Let the worker write what the preview with this digest showed. Raises AlreadySettled, and UnderWay while it is
    busy with it: a second click, another tab."""
    _begin(batch, BatchWork.WRITE)
    write_batch.enqueue(batch.pk, digest, skip_refused)


def _begin(batch: ImportBatch, work: BatchWork) -> None:
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != BatchState.WAITING:
        raise AlreadySettled
    if locked.work:
        raise UnderWay
    locked.work, locked.trouble, locked.in_background = work, "", True
    locked.save(update_fields=["work", "trouble", "in_background"])


@task()
def make_preview(pk: int, former_mapping: dict[str, Any] | None) -> None:
    """Read the file of a batch and keep its preview."""
    _work_on(pk, BatchWork.PREVIEW, PREVIEW_STEPS, lambda batch, told: _make_preview(batch, told, former_mapping))


@task()
def write_batch(pk: int, digest: str, skip_refused: bool) -> None:
    """Write a batch as its preview with this digest showed it."""
    _work_on(pk, BatchWork.WRITE, WRITE_STEPS, lambda batch, told: _write(batch, told, digest, skip_refused))


def _work_on(pk: int, work: BatchWork, steps: dict[str, float], do: Callable[[ImportBatch, ToldProgress], str]) -> None:
    """Do the work with its progress told, in the language of whoever asked; keep what `do` says went wrong."""
    batch = ImportBatch.objects.select_related("user").filter(pk=pk, work=work).first()
    if batch is None:  # cancelled before its turn came
        return
    mine = ImportBatch.objects.filter(pk=pk, work=work)
    told = ToldProgress(progress_path(pk), steps, is_wanted=mine.exists)
    with translation.override(batch.user.language if batch.user else settings.LANGUAGE_CODE):
        try:
            mine.update(work="", trouble=do(batch, told)[:500])
        except (Unwanted, AlreadySettled):
            kept.drop(pk)
        except Exception:
            logger.exception("import %d", pk)
            mine.update(work="", trouble=_("Something went wrong that should not. Nothing was written; start again."))
        finally:
            told.end()


@collector_paused()
def _make_preview(batch: ImportBatch, told: ToldProgress, former_mapping: dict[str, Any] | None) -> str:
    try:
        made = preview(batch, user=batch.user, progress=told)
    except UNREADABLE as error:
        waiting = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.WAITING)
        if former_mapping is None:
            waiting.update(state=BatchState.UNREADABLE, work="", trouble=str(error.message)[:500])
        else:
            waiting.update(mapping=former_mapping)
        return str(error.message)
    if not made.plan.needs and not made.plan.rows:
        message = _("The table has no rows of data.")
        ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.UNREADABLE, work="", trouble=message)
        return message
    _keep(batch, made, told)
    return ""


def _keep(batch: ImportBatch, made: Preview, told: ToldProgress) -> None:
    overview = overview_of(made.plan, made.links, made.parts, user=batch.user or AnonymousUser())
    told.step(KEEP, overview.row_count)
    kept.keep(batch, overview, columns_of(made), told.at)
    ImportBatch.objects.filter(pk=batch.pk).update(kind=made.plan.kind)


@collector_paused()
def _write(batch: ImportBatch, told: ToldProgress, digest: str, skip_refused: bool) -> str:
    for __ in range(ATTEMPTS):  # others may write while the plan is made
        made = preview(batch, user=batch.user, progress=told)
        if made.plan.digest != digest:
            told.steps = PREVIEW_STEPS
            _keep(batch, made, told)
            return _("The register changed since you saw this preview. Please look at it once more.")
        try:
            commit(made, batch=batch, skip_refused=skip_refused, progress=told)
        except PlanOutdated:
            continue
        except Refused:
            return _("Nothing was written: some rows are refused. Correct them, or write the good rows only.")
        kept.drop(batch.pk)
        return ""
    return _("Others keep writing at the same time. Please start again.")


def interrupt_unfinished() -> int:
    """Say of every batch whose worker ended in the middle that it was interrupted; how many there are.

    Called where no worker runs. What still waits for its turn is left to the worker that starts now.
    """
    queued = {row.args_kwargs["args"][0] for row in DBTaskResult.objects.ready()}
    left = ImportBatch.objects.exclude(work="").exclude(pk__in=queued)
    with translation.override(settings.LANGUAGE_CODE):
        count = left.update(work="", trouble=_("Interrupted: the server stopped. Nothing was written; start again."))
    for path in progress_path(0).parent.iterdir():
        path.unlink(missing_ok=True)
    kept.drop_settled()
    return count
