"""The mapping page: what the reader understood of each sheet, and what a person decides about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from imports.columns import Proposal
from imports.fields import ARRIVAL_FIELDS, FIELDS
from imports.grid import Sheet
from imports.headers import read_unit
from imports.plan import shown
from imports.problems import Problem
from imports.tables import Table
from industries.models import Cluster
from jiangjin.lib.text import match_key
from parks.models import Park

SHOWN_ROWS = 8  # data rows that the page shows below the header
SHOWN_ABOVE = 6
UNITS = ("亿元", "万元", "元", "亩", "平方米", "公顷")
LEAVE_OUT = "-"
DEFAULTS = ("signed_on", "park", "cluster")
WHY = {
    "exact": _("known header"),
    "path": _("known two-level header"),
    "leaf": _("known by its lower header"),
    "upper": _("known by its upper header"),
    "looks": _("its cells look like it"),
    "mapping": _("you chose it"),
    "month": _("a month"),
}


@dataclass(slots=True)
class ColumnChoice:
    """A column on the mapping page."""

    number: int
    letter: str
    header: str
    field: str
    unit: str
    why: str
    certain: bool
    fit: int | None  # per cent of the filled cells
    filled: int
    takes_unit: bool
    fills_down: bool
    needed: bool  # a person must decide about it


@dataclass(slots=True)
class SheetChoices:
    """A sheet on the mapping page: its first rows as they stand, and the choices about it."""

    name: str
    header_rows: list[int]
    columns: list[ColumnChoice]
    grid: list[tuple[int, str, list[str]]] = field(default_factory=list)  # row number, what it is, cells
    defaults: dict[str, str] = field(default_factory=dict)

    @property
    def header_text(self) -> str:
        """ "3" or "3-4", as it is typed."""
        first, last = self.header_rows[0], self.header_rows[-1]
        return str(first) if first == last else f"{first}-{last}"


def choices_for(sheet: Sheet, table: Table, proposal: Proposal, needs: list[Problem]) -> SheetChoices:
    """What the page shows of one table."""
    needed = {letter for need in needs if need.sheet == sheet.name for letter in need.column.split(",")}
    columns = [
        ColumnChoice(
            column.number,
            column.letter,
            column.header,
            column.field or "",
            column.unit,
            str(WHY.get(column.why, "")),
            column.certain,
            None if column.fit is None else round(column.fit * 100),
            column.filled,
            bool(column.field) and _kind(column.field) in {"money", "area", "floor_area"},
            column.number in proposal.fill_down,
            column.letter in needed,
        )
        for column in proposal.columns
    ]
    return SheetChoices(sheet.name, table.header_rows, columns, _first_rows(sheet, table), dict(proposal.defaults))


def _kind(name: str | None) -> str:
    entry = FIELDS.get(name or "") or ARRIVAL_FIELDS.get(name or "")
    return entry.kind if entry else ""


def _first_rows(sheet: Sheet, table: Table) -> list[tuple[int, str, list[str]]]:
    kinds = {skip.row: skip.reason for skip in table.skipped} | dict.fromkeys(table.rows, "")
    first = max(1, table.header_rows[0] - SHOWN_ABOVE)
    shown_rows = [*range(first, table.header_rows[-1] + 1), *table.rows[:SHOWN_ROWS]]
    numbers = [column.number for column in table.columns]
    rows = []
    for number in shown_rows:
        cells = sheet.rows[number - 1] if number <= len(sheet.rows) else []
        texts = [shown(cells[column - 1])[:60] if column <= len(cells) else "" for column in numbers]
        kind = "header" if number in table.header_rows else kinds.get(number, "")
        if any(texts):
            rows.append((number, kind, texts))
    return rows


def field_groups() -> list[tuple[str, str]]:
    """(name, label) of every field that a column may hold."""
    return [(name, str(entry.label)) for name, entry in {**FIELDS, **ARRIVAL_FIELDS}.items()]


def park_and_cluster_choices() -> dict[str, list[tuple[str, str]]]:
    """What rows without a park or cluster may be given for a whole sheet."""
    return {
        "park": list(Park.objects.values_list("code", "name")),
        "cluster": list(Cluster.objects.values_list("code", "name")),
    }


def read_decisions(data: QueryDict, sheets: list[SheetChoices], former: dict[str, Any]) -> dict[str, Any]:
    """The mapping (design, section 6) that a sent mapping page says; what stays as proposed is not written down."""
    mapping: dict[str, Any] = {"sheets": dict(former.get("sheets", {})), "words": dict(former.get("words", {}))}
    for index, sheet in enumerate(sheets):
        entry = dict(mapping["sheets"].get(sheet.name, {}))
        columns = dict(entry.get("columns", {}))
        fill_down = []
        for column in sheet.columns:
            chosen = data.get(f"field-{index}-{column.letter}")
            unit = data.get(f"unit-{index}-{column.letter}", "")
            if chosen is not None and (chosen != (column.field or LEAVE_OUT) or unit != column.unit):
                columns[column.letter] = None if chosen == LEAVE_OUT else _column(chosen, unit)
            if data.get(f"fill-{index}-{column.letter}"):
                fill_down.append(column.letter)
        entry |= {"columns": columns, "fill_down": fill_down}
        header = _header_rows(data.get(f"header-{index}", ""))
        if header and header != sheet.header_rows:
            entry["header_rows"] = header
            entry["columns"] = {}  # letters mean other headers now
        entry["defaults"] = {
            name: value for name in DEFAULTS if (value := data.get(f"default-{index}-{name}", "").strip())
        }
        mapping["sheets"][sheet.name] = {key: value for key, value in entry.items() if value}
    for key, value in data.items():
        if key.startswith("word-") and value:
            __, kind, word = key.split("-", 2)
            mapping["words"].setdefault(kind, {})[word] = value
    return mapping


def _column(name: str, unit: str) -> dict[str, str] | str:
    known = read_unit(match_key(unit))[0] if unit else ""
    return {"field": name, "unit": known} if known and _kind(name) in {"money", "area", "floor_area"} else name


def _header_rows(text: str) -> list[int] | None:
    first, __, last = text.strip().replace("－", "-").replace("—", "-").partition("-")
    if not first.isdigit() or (last and not last.isdigit()) or len(first) > 6 or len(last) > 6:
        return None
    rows = list(range(int(first), int(last or first) + 1)[:6])
    return rows if rows and rows[0] > 0 and len(rows) <= 5 else None


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that stands in a ledger's cells and in no list: a person says once what it means."""

    kind: str
    word: str
    rows: int
    first: str  # the first cell that says it
    proposals: tuple[str, ...]


def unknown_words(errors: list[Problem]) -> list[UnknownWord]:
    """Words of parks, clusters, chains and stages that refused rows, the most frequent first."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for error in errors:
        if error.code == "unknown_word":
            found.setdefault((error.field, error.value.strip()), []).append(error)
    words = [
        UnknownWord(kind, word, len(problems), f"{problems[0].sheet} {problems[0].cell}", problems[0].candidates)
        for (kind, word), problems in found.items()
    ]
    return sorted(words, key=lambda word: -word.rows)
