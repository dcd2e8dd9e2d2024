"""What stands typed on a preview, whichever of its buttons was pressed: corrected cells, and answers to questions.

All buttons of the page send one form, so that nothing that somebody typed is lost by pressing another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from imports import batches
from imports.corrections import LONGEST, MOST, place_of
from imports.models import ImportBatch

CELL = "cell-"  # how the fields of corrected cells are called: cell-台账!B17
ANSWER = "row-"  # and those of answers: row-台账!17
LONGEST_KEY = 200
LONGEST_ANSWER = 60


def keep_typed(*, batch: ImportBatch, data: QueryDict) -> bool:
    """Keep the corrections and answers of a sent preview; whether any of them is new.

    An emptied field leaves its cell as it is. Raises AlreadySettled, UnderWay or TooManyCorrections.
    """
    cells = {key: text for key, text in _sent(data, CELL) if place_of(key) and batch.corrections.get(key) != text}
    answers = {key: text for key, text in _sent(data, ANSWER) if batch.answers.get(key) != text[:LONGEST_ANSWER]}
    with transaction.atomic():
        if cells:
            batches.correct(batch=batch, cells=cells)
        if answers:
            batches.decide(batch=batch, answers={key: text[:LONGEST_ANSWER] for key, text in answers.items()})
    return bool(cells or answers)


def _sent(data: QueryDict, prefix: str) -> Iterator[tuple[str, str]]:
    """What was typed below names with the prefix. A cell with two problems has two boxes: one is left empty."""
    for name, texts in data.lists():
        if name.startswith(prefix) and len(name) <= LONGEST_KEY:
            yield from ((name.removeprefix(prefix), text) for text in map(_trimmed, texts) if text)


def _trimmed(text: str) -> str:
    return text.strip()[:LONGEST]


@contextmanager
def deciding(request: HttpRequest) -> Iterator[None]:
    """Say in a message why a decision was not kept, instead of failing."""
    try:
        yield
    except batches.TooManyCorrections:
        most = _("More than %(most)d cells are corrected: correct the file itself and bring it again.")
        messages.error(request, most % {"most": MOST})
    except (batches.AlreadySettled, batches.UnderWay):
        messages.info(request, _("The file is being worked on just now, or settled already; nothing was kept."))
