"""The mapping page of a batch: how its columns and words were understood, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import QueryDict

from accounts.models import User
from imports import kept
from imports.batches import UnderWay, decide, preview, read, request_of
from imports.choices import OpenPoint, SheetChoices, choices_for
from imports.columns import parse_mapping
from imports.decisions import header_rows_changed, kind_changed, read_decisions
from imports.links import Links
from imports.models import ImportBatch
from imports.plan import ReadRow
from imports.planning import Preview, make_plan
from imports.rows import read_rows
from imports.said import Words, word_choices
from imports.understanding import Understood
from imports.unknownwords import MOST_WORDS, UnknownWord, unknown_words
from imports.unread import unread_sheets
from imports.usedwords import UsedWord, used_words


@dataclass(slots=True)
class ColumnsPage:
    """What the mapping page shows: the tables as they were understood, words in no list, sheets that are left out,
    words whose meaning somebody said."""

    sheets: list[SheetChoices]
    words: list[UnknownWord]
    left_out: list[tuple[str, str]]
    decided: list[UsedWord]

    @property
    def points(self) -> list[OpenPoint]:
        """What nobody has answered yet."""
        return [point for sheet in self.sheets for point in sheet.points if not point.is_proposed]

    @property
    def proposed(self) -> list[OpenPoint]:
        """What the page holds an answer to that a person must look at."""
        return [point for sheet in self.sheets for point in sheet.points if point.is_proposed]

    @property
    def left(self) -> int:
        """How many decisions are open."""
        return len(self.points) + len(self.open_words)

    @property
    def known_columns(self) -> int:
        return sum(sheet.known_columns for sheet in self.sheets)

    @property
    def open_words(self) -> list[UnknownWord]:
        return self.words


def columns_page(batch: ImportBatch, *, user: User | None) -> ColumnsPage | None:
    """What the batch's mapping page shows; None where the worker has to make it (again). Raises as `preview` does."""
    if batch.in_background:
        found = kept.kept_preview(batch)
        return found.columns() if found else None
    return columns_of(preview(batch, user=user))


def columns_of(made: Preview) -> ColumnsPage:
    """How the file's columns and words were understood."""
    plan, links, parts = made.plan, made.links, made.parts
    errors = plan.errors
    if plan.needs:  # then no row was read yet, but its unknown words can be asked about at the same time
        errors = [error for part in parts for row in _rows(part, links) for error in row.errors]
    words = unknown_words(errors)
    sheets = []
    for index, part in enumerate(parts):
        first = index == 0 or parts[index - 1].sheet is not part.sheet
        sheets.append(choices_for(part, index, words, first_of_sheet=first))
    return ColumnsPage(sheets, words[:MOST_WORDS], unread_sheets(plan.sheets), used_words(parts, links))


def _rows(part: Understood, links: Links) -> Iterable[ReadRow]:
    return read_rows(part.sheet, part.table, part.proposal, links.vocabulary)


def decide_columns(*, batch: ImportBatch, data: QueryDict, user: User | None) -> bool:
    """Keep what a sent mapping page says; False where other header rows or another kind make other columns,
    to be looked at again.

    Raises MappingError for what cannot be meant, NoLedger where it makes the file unreadable, AlreadySettled, UnderWay.
    """
    if batch.in_background:  # whether the file can be read so, the worker will find out
        page = columns_page(batch, user=user)
        if page is None:
            raise UnderWay
        mapping = read_decisions(data, page.sheets, word_choices(Words()), batch.mapping, page.decided)
    else:
        workbook, request = read(batch), request_of(batch, user)
        page = columns_of(make_plan(workbook, request))
        mapping = read_decisions(data, page.sheets, word_choices(Words()), batch.mapping, page.decided)
        make_plan(workbook, replace(request, mapping=parse_mapping(mapping)))
    decide(batch=batch, mapping=mapping)
    return not any(header_rows_changed(data, sheet) or kind_changed(data, sheet) for sheet in page.sheets)
