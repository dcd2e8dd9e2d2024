"""A mapping file: what a person decided about sheets, columns and words, checked before anything is read with it."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.fields import ALL_FIELDS
from imports.headers import normal, read_month, read_unit
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.text import match_key, sentence

EVERY_SHEET = "*"
WORD_KINDS = frozenset(
    ("park", "cluster", "chain", "stage", "condition", "investor_rank", "investor_type", "capital_origin")
)
_LETTERS = re.compile(r"[A-Z]{1,3}")
_SHEET_KEYS = frozenset(("header_rows", "columns", "fill_down", "defaults", "unit", "kind"))
KINDS = ("projects", "arrivals")
_COLUMN_KEYS = frozenset(("field", "unit", "month"))


class MappingError(CellError):
    """A mapping that cannot be used. `code` is stable: mapping_invalid, unknown_field, unknown_unit …"""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What a mapping says of one column; without a field it is left out."""

    field: str | None
    unit: str = ""
    month: tuple[int | None, int] | None = None
    by: str = ""  # who decided it for an earlier file, and when; empty: decided for this one


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """What a mapping says of a sheet. `columns` and `fill_down` name columns by letter or by header path.

    `unit_by` and `fill_by`: who decided these for an earlier file, and when; empty where it was decided for this one.
    """

    header_rows: list[int] | None = None
    columns: dict[str, ColumnMapping] = field(default_factory=dict)
    fill_down: tuple[str, ...] | None = None  # None: nothing is said
    defaults: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    kind: str = ""  # projects or arrivals; empty where nothing is said
    unit_by: str = ""
    fill_by: str = ""
    # Columns of `*` need not be in every sheet; those of a named sheet must be.
    required: frozenset[str] = frozenset()

    def known(self) -> dict[str, str | None]:
        """The headers that this mapping names, for finding the header row: normal form → field."""
        return {normal(name): column.field for name, column in self.columns.items() if not is_letter(name)}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping. `words` is what `imports.vocabulary.Vocabulary` takes as remembered."""

    sheets: dict[str, SheetMapping] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    def for_sheet(self, name: str) -> SheetMapping | None:
        """What holds for a sheet: what is said of `*`, and over it what is said of the sheet by name."""
        general, own = self.sheets.get(EVERY_SHEET), self.sheets.get(name)
        if general is None or own is None:
            return own or general
        return replace(
            own,
            header_rows=own.header_rows or general.header_rows,
            columns=general.columns | own.columns,
            fill_down=tuple(dict.fromkeys((general.fill_down or ()) + (own.fill_down or ()))),
            defaults=general.defaults | own.defaults,
            unit=own.unit or general.unit,
            kind=own.kind or general.kind,
        )


def is_letter(name: str) -> bool:
    """Whether a column is named by its letter."""
    return bool(_LETTERS.fullmatch(name))


def parse_mapping(data: Any) -> Mapping:
    """The mapping that a JSON object describes; raises MappingError that says which part is wrong."""
    _expect(isinstance(data, dict), "mapping", _("an object with “sheets” and “words”"))
    unknown = sorted(set(data) - {"sheets", "words"})
    _expect(not unknown, ", ".join(unknown), _("only “sheets” and “words” here"))
    sheets, words = (_part(data, key, {}) for key in ("sheets", "words"))
    _expect(isinstance(sheets, dict), "sheets", _("an object with one entry a sheet; “*” stands for every sheet"))
    _expect(isinstance(words, dict), "words", _("an object with one entry a field"))
    return Mapping(
        {str(name): _sheet(str(name), sheet) for name, sheet in sheets.items()},
        {str(kind): _words(str(kind), entries) for kind, entries in words.items()},
    )


def _part(data: dict, key: str, empty: Any) -> Any:
    return empty if data.get(key) is None else data[key]


def _expect(right: bool, where: str, what: str | Promise) -> None:
    if not right:
        raise MappingError(
            "mapping_invalid",
            sentence(_("The mapping cannot be used at “%(where)s”: expected %(what)s."), where=where, what=what),
        )


def _sheet(name: str, data: Any) -> SheetMapping:
    _expect(isinstance(data, dict), name, _("an object with “columns”, “header_rows”, “fill_down” or “defaults”"))
    unknown = sorted(set(data) - _SHEET_KEYS)
    _expect(
        not unknown,
        ", ".join((name, *unknown)),
        _("only “columns”, “header_rows”, “fill_down”, “defaults”, “unit”, “kind”"),
    )
    columns, defaults = (_part(data, key, {}) for key in ("columns", "defaults"))
    fill_down = data.get("fill_down")
    _expect(isinstance(columns, dict), f"{name}/columns", _("an object: column letter or header → field"))
    _expect(isinstance(defaults, dict), f"{name}/defaults", _("an object: field → value"))
    _expect(
        fill_down is None or isinstance(fill_down, list), f"{name}/fill_down", _("a list of column letters or headers")
    )
    for key, value in defaults.items():
        _known_field(key)
        _expect(isinstance(value, (str, int, float)), f"{name}/defaults/{key}", _("a text"))
    kind = _part(data, "kind", "")
    _expect(kind in ("", *KINDS), f"{name}/kind", _("projects or arrivals"))
    parsed = {str(column): _column(f"{name}/columns/{column}", entry) for column, entry in columns.items()}
    return SheetMapping(
        header_rows=_header_rows(name, data.get("header_rows")),
        columns=parsed,
        fill_down=None if fill_down is None else tuple(map(str, fill_down)),
        defaults={key: str(value) for key, value in defaults.items()},
        unit=_unit(data.get("unit")),
        kind=kind,
        required=frozenset(parsed if name != EVERY_SHEET else ()),
    )


def _header_rows(name: str, rows: Any) -> list[int] | None:
    if rows is None:
        return None
    right = isinstance(rows, list) and all(type(row) is int and row >= 1 for row in rows) and rows
    right = right and sorted(rows) == list(range(min(rows), max(rows) + 1)) and len(rows) <= 5
    _expect(bool(right), f"{name}/header_rows", _("row numbers that follow each other, e.g. [3, 4]"))
    return sorted(rows)


def _column(where: str, data: Any) -> ColumnMapping:
    if data is None:
        return ColumnMapping(None)
    if isinstance(data, str):
        return ColumnMapping(_known_field(data))
    _expect(
        isinstance(data, dict) and set(data) <= _COLUMN_KEYS and "field" in data, where, _("a field, or {field, unit}")
    )
    if data["field"] is None:
        return ColumnMapping(None)
    _expect(isinstance(data["field"], str), where, _("the name of a field"))
    month = data.get("month")
    read = read_month(str(month)) if month is not None else None
    _expect(month is None or read is not None, where, _("a month, e.g. 2020-01"))
    return ColumnMapping(_known_field(data["field"]), _unit(data.get("unit")), read)


def _known_field(name: str) -> str:
    if name not in ALL_FIELDS:
        raise MappingError(
            "unknown_field",
            sentence(
                _("“%(field)s” is no field. Name one of the dictionary, e.g. name, park, agreed_capital."), field=name
            ),
        )
    return name


def _unit(unit: Any) -> str:
    if unit is None or unit == "":
        return ""
    read, kind = read_unit(match_key(unit)) if isinstance(unit, str) else ("", "")
    if kind not in ("money", "area", "count"):
        raise MappingError(
            "unknown_unit",
            sentence(_("“%(unit)s” is no unit. Write one, e.g. 亿元, 万元, 元 or 亩."), unit=str(unit)),
        )
    return read


def _words(kind: str, entries: Any) -> dict[str, str]:
    _expect(kind in WORD_KINDS, f"words/{kind}", _("one of park, cluster, chain, stage, condition …"))
    right = isinstance(entries, dict) and all(isinstance(code, str) for code in entries.values())
    _expect(right, f"words/{kind}", _("an object: word of the ledger → code"))
    return {str(word): code for word, code in entries.items()}
