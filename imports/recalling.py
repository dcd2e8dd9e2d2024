"""What was decided about earlier files, applied below what is decided about this one.

The columns of tables with the same headers, and words wherever they stand. Only files that are read through the pages
ask here; what the command answers depends on its own mapping alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from imports.grid import Sheet
from imports.headerblocks import HEADER_SEARCH_ROWS
from imports.headers import cell_text, normal
from imports.layout import read_layout
from imports.mapping import EVERY_SHEET, MappingError, SheetMapping, is_letter, parse_mapping
from imports.models import RememberedMapping, RememberedWord
from imports.tables import Layout, Table


@dataclass(frozen=True, slots=True)
class RecalledWord:
    """What a word means, and who said so when."""

    kind: str
    key: str
    word: str
    code: str
    by: str


@dataclass(frozen=True, slots=True)
class RecalledTable:
    """What is remembered of tables with certain headers."""

    key: str
    headers: dict[str, str]  # letter → header, as it was then
    header_rows: int
    unit_line: str
    says: SheetMapping
    by: str
    stamp: str  # changes whenever it is decided anew

    def below(self, own: SheetMapping | None, table: Table) -> SheetMapping:
        """What holds for a table with these headers, where `own` is what was decided about its file.

        Units hold only under the unit line under which they were chosen: a wrong one is wrong by ten thousand times.
        """
        own = own or SheetMapping()
        same_unit = table.unit_line == self.unit_line
        columns = {
            name: column if same_unit else replace(column, unit="")
            for name, column in self.says.columns.items()
            if name not in own.columns and self._stands(name, table)
        }
        fills = tuple(name for name in self.says.fill_down or () if self._stands(name, table))
        unit = self.says.unit if same_unit else ""
        return replace(
            own,
            columns=columns | own.columns,  # one column under two names: what comes later holds
            fill_down=fills if own.fill_down is None else own.fill_down,
            fill_by=self.by if own.fill_down is None else "",
            unit=own.unit or unit,
            kind=own.kind or self.says.kind,
            unit_by=self.by if unit and not own.unit else "",
        )

    def _stands(self, name: str, table: Table) -> bool:
        """A letter names a column that has no header of its own: it holds while every header stands where it stood."""
        if not is_letter(name):
            return True
        now = {column.letter: normal(column.header) for column in table.columns if column.header}
        return now == {letter: normal(header) for letter, header in self.headers.items() if header}


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is remembered: tables by the key of their headers, words by (kind, key)."""

    tables: Mapping[str, RecalledTable] = field(default_factory=dict)
    words: Mapping[tuple[str, str], RecalledWord] = field(default_factory=dict)

    def table(self, table: Table) -> RecalledTable | None:
        return self.tables.get(layout_key(table)) if self.tables else None


def recall() -> Memory:
    """What is remembered now, in two queries."""
    tables = {}
    for row in RememberedMapping.objects.select_related("decided_by"):
        try:
            says = parse_mapping({"sheets": {EVERY_SHEET: row.entry}}).sheets[EVERY_SHEET]
        except MappingError:  # a field that the register knew once
            continue
        says = replace(says, columns={name: replace(column, by=row.by) for name, column in says.columns.items()})
        stamp = f"{row.key} {row.decided_at.isoformat()}"
        headers = dict(row.headers)
        tables[row.key] = RecalledTable(row.key, headers, row.header_rows, row.unit_line, says, row.by, stamp)
    words = RememberedWord.objects.select_related("decided_by")
    return Memory(
        tables, {(row.kind, row.key): RecalledWord(row.kind, row.key, row.word, row.code, row.by) for row in words}
    )


def layout_key(table: Table) -> str:
    """The same for tables with the same headers in the same order, wherever they stand."""
    headers = "\n".join("/".join(map(normal, column.path)) for column in table.columns if column.path)
    return hashlib.sha256(headers.encode()).hexdigest()


def layout_of(sheet: Sheet, own: SheetMapping | None, memory: Memory) -> Layout:
    """The layout of a sheet; where its headers are found only by what a person said of the same ones, found so."""
    known = own.known() if own else {}
    named = own.header_rows if own else None
    layout = read_layout(sheet, header_rows=named, known=known)
    if named or any(memory.table(table) for table in layout.tables):
        return layout
    for recalled in memory.tables.values():
        for rows in _rows_with(sheet, recalled):
            again = read_layout(sheet, header_rows=rows, known=known)
            if again.tables and layout_key(again.tables[0]) == recalled.key:
                return again
    return layout


def _rows_with(sheet: Sheet, recalled: RecalledTable) -> Iterator[list[int]]:
    """Rows near the top that hold all these headers, where a person had to say which rows they are."""
    if not recalled.header_rows:
        return
    wanted = {normal(text) for header in recalled.headers.values() for text in header.split("/") if header}
    for first in range(1, min(HEADER_SEARCH_ROWS, len(sheet.rows) - recalled.header_rows + 1) + 1):
        rows = list(range(first, first + recalled.header_rows))
        texts = {normal(part) for row in rows for raw in sheet.rows[row - 1] for part in cell_text(raw).split("/")}
        if wanted <= texts:
            yield rows


def still_remembered(tables: Collection[str], words: Collection[tuple[str, str, str]]) -> bool:
    """Whether nothing of this was decided otherwise or taken back: stamps of tables, (kind, key, code) of words."""
    if tables:
        rows = RememberedMapping.objects.filter(key__in=[stamp.partition(" ")[0] for stamp in tables])
        now = {f"{key} {at.isoformat()}" for key, at in rows.values_list("key", "decided_at")}
        if not now.issuperset(tables):
            return False
    if not words:
        return True
    known = RememberedWord.objects.filter(key__in={key for __, key, __ in words})
    return set(known.values_list("kind", "key", "code")).issuperset(words)
