"""Keeping what was decided about a file for later ones, and changing or forgetting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from imports.headers import normal, read_month
from imports.links import Links
from imports.mapping import EVERY_SHEET, parse_mapping
from imports.models import ImportBatch, Remembered, RememberedMapping, RememberedWord
from imports.recalling import layout_key
from imports.understanding import Understood
from imports.usedwords import used_words

Row = TypeVar("Row", bound=Remembered)
Headers = Sequence[Sequence[str]]  # (letter, header) of each column


@dataclass(slots=True)
class Decided:
    """What was decided in a file about tables with the same headers; `columns` as a mapping file writes them."""

    part: Understood
    columns: dict[str, Any] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)  # decided differently in two tables: no rule for later files
    fill_down: list[str] | None = None
    unit: str = ""
    kind: str = ""
    header_rows: int = 0

    def take(self, name: str, says: Any) -> None:
        if self.columns.setdefault(name, says) != says:
            self.doubtful.add(name)

    def entry(self) -> dict[str, Any]:
        """What holds for later files. The values of empty cells and the year belong to this one and are not in it."""
        columns = {name: says for name, says in self.columns.items() if name not in self.doubtful}
        entry: dict[str, Any] = {"columns": columns} if columns else {}
        if self.fill_down is not None:
            entry["fill_down"] = self.fill_down
        said = {"unit": self.unit, "kind": self.kind}
        return entry | {name: value for name, value in said.items() if value}


def remember(*, batch: ImportBatch, parts: Sequence[Understood], links: Links) -> None:
    """Keep what a person decided about the batch that is being written, in its transaction.

    What somebody else decided before stays where its owner would not let this account change it.
    """
    if batch.user is None or not batch.mapping:
        return
    _remember_words(batch, parts, links)
    _remember_tables(batch, parts)


def names_of(headers: Headers) -> dict[str, str]:
    """Letter → how a mapping names the column: by its header, by its letter where another one has the same or it has
    none; columns that cannot be named so are left out."""
    often = Counter(normal(header) for __, header in headers if header)
    names = {letter: header if header and often[normal(header)] == 1 else letter for letter, header in headers}
    return {letter: name for letter, name in names.items() if name != letter or not often[normal(letter)]}


def _remember_words(batch: ImportBatch, parts: Sequence[Understood], links: Links) -> None:
    words = [word for word in used_words(parts, links) if not word.by and len(word.match) <= 200]
    known = {(row.kind, row.key): row for row in RememberedWord.objects.filter(key__in={word.match for word in words})}
    rows = []
    for word in sorted(words, key=lambda word: (word.kind, word.match)):
        before = known.get((word.kind, word.match))
        if before is None or (before.code != word.code and before.may_be_changed_by(batch.user)):
            new = RememberedWord(kind=word.kind, key=word.match, word=word.word[:200], code=word.code)
            rows.append(_signed(new, batch.user))
    RememberedWord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["word", "code", "decided_by", "decided_at"],
    )


def _remember_tables(batch: ImportBatch, parts: Sequence[Understood]) -> None:
    decided = _decided(batch.mapping.get("sheets", {}), parts)
    known = {row.key: row for row in RememberedMapping.objects.filter(key__in=decided)}
    rows = []
    for key, says in sorted(decided.items()):
        before = known.get(key)
        if before is not None and not before.may_be_changed_by(batch.user):
            continue
        row = _row(key, says, before)
        if row is not None:
            rows.append(_signed(row, batch.user))
    RememberedMapping.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["kind", "headers", "header_rows", "unit_line", "entry", "decided_by", "decided_at"],
    )


def _decided(sheets: dict[str, Any], parts: Iterable[Understood]) -> dict[str, Decided]:
    """What the mapping page kept of each sheet, by the headers of its tables; it names columns by letter."""
    found: dict[str, Decided] = {}
    for part in parts:
        own = sheets.get(part.sheet.name)
        if not own:
            continue
        says = found.setdefault(layout_key(part.table), Decided(part))
        headers = {column.letter: column.header for column in part.table.columns}
        names = names_of(list(headers.items()))
        for letter, column in own.get("columns", {}).items():
            if letter in names:
                says.take(names[letter], _lasting(column, headers[letter]))
        if "fill_down" in own:
            says.fill_down = [names[letter] for letter in own["fill_down"] if letter in names]
        applied = own.get("unit", "") == part.proposal.unit  # to this table, and not to another one of the sheet
        if applied and part.table.unit_line == says.part.table.unit_line:
            says.unit = own.get("unit", "") or says.unit
        says.kind = own.get("kind", "") or says.kind
        if own.get("header_rows"):
            says.header_rows = len(part.table.header_rows)
    return found


def _lasting(column: Any, header: str) -> Any:
    """A decision about a column without the year of its month, unless the header says the year itself."""
    month = column.get("month") if isinstance(column, dict) else None
    read = read_month(month) if month else None
    if read is None or read[0] is None or str(read[0]) in normal(header):
        return column
    return column | {"month": f"{read[1]}月"}


def _row(key: str, says: Decided, before: RememberedMapping | None) -> RememberedMapping | None:
    """What is remembered from now on; None where nothing new was said."""
    table, new = says.part.table, says.entry()
    entry = dict(before.entry) if before else {}
    columns, unit_line = entry.get("columns", {}), before.unit_line if before else table.unit_line
    if unit_line != table.unit_line and (new.get("unit") or any(map(_unit_of, new.get("columns", {}).values()))):
        unit_line = table.unit_line  # units hold under one unit line: those that were chosen last
        entry.pop("unit", None)
        columns = {name: _without_unit(column) for name, column in columns.items()}
    entry |= new
    if columns or new.get("columns"):
        entry["columns"] = columns | new.get("columns", {})
    header_rows = says.header_rows or (before.header_rows if before else 0)
    is_known = before and (before.entry, before.unit_line, before.header_rows) == (entry, unit_line, header_rows)
    if is_known or not (entry or header_rows):
        return None
    headers = [[column.letter, column.header] for column in table.columns]
    return RememberedMapping(
        key=key,
        kind=says.part.proposal.kind,
        headers=headers,
        header_rows=header_rows,
        unit_line=unit_line,
        entry=entry,
    )


def _unit_of(column: Any) -> str:
    return column.get("unit", "") if isinstance(column, dict) else ""


def _without_unit(column: Any) -> Any:
    return {key: value for key, value in column.items() if key != "unit"} if isinstance(column, dict) else column


def _signed(row: Row, user: User | None) -> Row:
    row.decided_by, row.decided_at = user, timezone.now()
    return row


@transaction.atomic
def change_word(*, word: RememberedWord, code: str, user: User) -> None:
    """Let a word mean something else from now on."""
    locked = RememberedWord.objects.select_for_update().get(pk=word.pk)
    if locked.code != code:
        locked.code = code
        _signed(locked, user).save(update_fields=["code", "decided_by", "decided_at"])


@transaction.atomic
def change_table(*, table: RememberedMapping, entry: dict[str, Any], user: User) -> None:
    """Let the columns of tables with these headers hold something else from now on. Raises MappingError."""
    parse_mapping({"sheets": {EVERY_SHEET: entry}})
    locked = RememberedMapping.objects.select_for_update().get(pk=table.pk)
    if locked.entry != entry:
        locked.entry = entry
        _signed(locked, user).save(update_fields=["entry", "decided_by", "decided_at"])


def forget(remembered: RememberedWord | RememberedMapping) -> None:
    """Take a decision back for later files; what was written with it stays as it is."""
    remembered.delete()
