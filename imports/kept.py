"""Previews that took long to make, kept in a file until their batch is settled, so that their pages answer at once.

A zip of pickles in the product's own folder: its head, the mapping page, and the rows in parts, of which a page reads
only what it shows. A file that is missing, damaged or of another version counts as none: the preview is made again.
"""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, overload

from django.conf import settings

from imports.models import BatchState, ImportBatch
from imports.overview import TO_LOOK_AT, WARNINGS, Overview
from imports.recalling import still_remembered

Item = TypeVar("Item")

PART = 250  # rows read at a time
HEAD, COLUMNS = "head", "columns"
WARNED = (WARNINGS, TO_LOOK_AT)
UNUSABLE = (OSError, KeyError, EOFError, ValueError, TypeError, AttributeError, ImportError, IndexError)
UNUSABLE += (zipfile.BadZipFile, pickle.UnpicklingError)


class KeptRows(Sequence[Item]):
    """Rows that stay in the file; a slice reads the parts that it touches."""

    def __init__(self, path: Path, name: str, length: int) -> None:
        self.path, self.name, self.length = path, name, length

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...
    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        if isinstance(at, int):
            return self[at : at + 1][0]
        wanted = range(self.length)[at]
        if not wanted:
            return []
        first = wanted[0] // PART
        with zipfile.ZipFile(self.path) as opened:
            parts = [_load(opened, f"{self.name}/{number}") for number in range(first, wanted[-1] // PART + 1)]
        rows = [row for part in parts for row in part]
        return [rows[number - first * PART] for number in wanted]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept preview."""

    path: Path
    overview: Overview

    def columns(self) -> Any:
        """The mapping page's content (imports.columnspage.ColumnsPage)."""
        with zipfile.ZipFile(self.path) as opened:
            return _load(opened, COLUMNS)


def kept_path(pk: int) -> Path:
    folder = settings.VAR_DIR / "previews"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{pk}.preview"


def _key(batch: ImportBatch) -> tuple[Any, ...]:
    """What a kept preview was made of, but for the register itself."""
    decided = (batch.mapping, batch.accepted, batch.answers, batch.corrections, batch.left_out)
    return (settings.VERSION, batch.sha256, *decided)


def keep(batch: ImportBatch, overview: Overview, columns: Any, tell: Callable[[int], None]) -> None:
    """Keep a preview; the batch's former one stays until this one is whole. `tell` hears how many rows are done."""
    path = kept_path(batch.pk)
    beside = path.with_suffix(".new")
    sequences = {**overview.rows, **overview.warned}
    lengths = {name: len(rows) for name, rows in sequences.items()}
    done = 0
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, rows in sequences.items():
            for number, part in enumerate(_parts(rows)):
                _store(made, f"{name}/{number}", part)
                done += len(part)
                tell(done)
        _store(made, HEAD, (_key(batch), replace(overview, rows={}, warned={}), lengths))
        _store(made, COLUMNS, columns)
    os.replace(beside, path)


def kept_preview(batch: ImportBatch) -> Kept | None:
    """The batch's kept preview; None where there is none that was made of what is decided now.

    What was recalled for it must hold still. What is remembered only since then may wait: before anything is written
    the plan is made anew and compared.
    """
    path = kept_path(batch.pk)
    try:
        with zipfile.ZipFile(path) as opened:
            key, overview, lengths = _load(opened, HEAD)
    except UNUSABLE:
        return None
    if key != _key(batch) or not still_remembered(overview.recalled.tables, overview.recalled.meanings):
        return None
    overview.rows = {name: KeptRows(path, name, lengths[name]) for name in lengths if name not in WARNED}
    overview.warned = {name: KeptRows(path, name, lengths[name]) for name in WARNED}
    return Kept(path, overview)


def drop(pk: int) -> None:
    """Forget the kept preview of a batch that is settled."""
    kept_path(pk).unlink(missing_ok=True)


def drop_settled() -> None:
    """Forget previews whose batch was settled while nobody looked, and what a killed process left behind."""
    folder = kept_path(0).parent
    waiting = set(ImportBatch.objects.filter(state=BatchState.WAITING).values_list("pk", flat=True))
    for path in folder.iterdir():
        if path.suffix == ".new" or not path.stem.isdecimal() or int(path.stem) not in waiting:
            path.unlink(missing_ok=True)


def _parts(rows: Sequence[Item]) -> Iterator[list[Item]]:
    for start in range(0, len(rows), PART):
        yield list(rows[start : start + PART])


def _store(made: zipfile.ZipFile, name: str, value: Any) -> None:
    made.writestr(name, pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))


def _load(opened: zipfile.ZipFile, name: str) -> Any:
    # Written by ourselves into a folder that holds the secret key as well.
    return pickle.loads(opened.read(name))
