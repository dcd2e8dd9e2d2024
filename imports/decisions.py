"""What a sent mapping page says, as the mapping that the command takes from a file (design, section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from imports.choices import AREAS, SheetChoices
from imports.fields import ALL_FIELDS
from imports.headers import read_unit
from imports.mapping import KINDS, MappingError
from imports.usedwords import UsedWord
from jiangjin.lib.text import match_key, sentence

LEAVE_OUT = "-"
DEFAULTS = ("signed_on", "park", "cluster", "arrival_year")
MOST_HEADER_ROWS = 5


def read_decisions(
    data: QueryDict,
    sheets: list[SheetChoices],
    words: Mapping[str, list[tuple[str, str]]],
    former: dict[str, Any],
    shown: Iterable[UsedWord] = (),
) -> dict[str, Any]:
    """The mapping that results. What stays as it was proposed is not written down; what was decided before stays.

    `words` are the codes that each kind of word may mean, `shown` those of which the page said what they mean. Raises
    MappingError for what cannot be meant.
    """
    kept = {name: dict(entry) for name, entry in former.get("sheets", {}).items()}
    whole: dict[str, set[str]] = {}  # sheet → columns to fill downwards, over all its tables
    for sheet in sheets:
        entry = kept.setdefault(sheet.name, {})
        _take_columns(data, sheet, entry)
        # The checkboxes of a page that was not sent are not unticked.
        if f"sheet-{sheet.index}" in data:
            whole.setdefault(sheet.name, set()).update(_filled_down(data, sheet))
        _take_defaults(data, sheet, entry)
        _take_unit(data, sheet, entry)
        _take_header_rows(data, sheet, entry)
        _take_kind(data, sheet, entry)
    _take_filling_down(sheets, whole, kept)
    named = {name: _without_empty(entry) for name, entry in kept.items()}
    return {
        "sheets": {name: entry for name, entry in named.items() if entry},
        "words": _words(data, words, former.get("words", {}), {word.key: word.code for word in shown}),
    }


def keep_sent(data: QueryDict, sheets: list[SheetChoices]) -> None:
    """Put what was sent into the choices, so that a mistake in one place loses nothing of the others."""
    for sheet in sheets:
        if f"sheet-{sheet.index}" not in data:
            continue
        sheet.typed_header = data.get(f"header-{sheet.index}", "")
        sheet.unit = data.get(f"unit-{sheet.index}", sheet.unit)
        sheet.said_kind = data.get(f"kind-{sheet.index}", sheet.said_kind)
        sheet.defaults |= {name: data.get(f"default-{sheet.index}-{name}", "") for name in DEFAULTS}
        for column in sheet.columns:
            place = f"{sheet.index}-{column.letter}"
            chosen = data.get(f"field-{place}", column.field)
            column.field = "" if chosen == LEAVE_OUT else chosen
            column.asks_field = column.asks_field and chosen != LEAVE_OUT
            column.unit = data.get(f"unit-{place}", column.unit)
            column.typed_month = data.get(f"month-{place}", "")
            column.fills_down = f"fill-{place}" in data


def _without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    # An empty list of columns to fill says something: not as it was remembered.
    return {key: value for key, value in entry.items() if value or key == "fill_down"}


def _take_columns(data: QueryDict, sheet: SheetChoices, entry: dict[str, Any]) -> None:
    columns = dict(entry.get("columns", {}))
    for column in sheet.columns:
        chosen = data.get(f"field-{sheet.index}-{column.letter}")
        unit = data.get(f"unit-{sheet.index}-{column.letter}", column.unit if column.field else "")
        month = data.get(f"month-{sheet.index}-{column.letter}", "").strip()
        if month:
            chosen = "arrival"
        if not chosen:  # not sent, or still 请选择
            continue
        as_proposed = chosen == (column.field or LEAVE_OUT) and unit == column.unit and not month
        if not as_proposed or (column.asks_field and column.letter not in columns):
            columns[column.letter] = column_says(chosen, unit, month or column.month)
    entry["columns"] = columns


def column_says(name: str, unit: str, month: str) -> dict[str, str] | str | None:
    """A decision about a column as a mapping writes it. Raises MappingError for what is no field."""
    if name == LEAVE_OUT:
        return None
    if name not in ALL_FIELDS:
        raise MappingError("unknown_field", sentence(_("“%(field)s” is no field."), field=name))
    kind = ALL_FIELDS[name].kind
    known, unit_kind = read_unit(match_key(unit)) if unit else ("", "")
    says: dict[str, str] = {"field": name}
    if known and kind in {"money", *AREAS} and (unit_kind == "money") == (kind == "money"):
        says["unit"] = known
    if name == "arrival" and month:
        says["month"] = month
    return says if len(says) > 1 else name


def _filled_down(data: QueryDict, sheet: SheetChoices) -> set[str]:
    return {column.letter for column in sheet.columns if data.get(f"fill-{sheet.index}-{column.letter}")}


def _take_filling_down(
    sheets: list[SheetChoices], whole: dict[str, set[str]], entries: dict[str, dict[str, Any]]
) -> None:
    for name, letters in whole.items():
        here = [sheet for sheet in sheets if sheet.name == name]
        as_shown = {column.letter for sheet in here for column in sheet.filled_down}
        # Without columns the header rows are others now, and the letters stand under other headers.
        if letters != as_shown and "columns" in entries[name]:
            entries[name]["fill_down"] = sorted(letters)


def _take_defaults(data: QueryDict, sheet: SheetChoices, entry: dict[str, Any]) -> None:
    defaults = dict(entry.get("defaults", {}))
    for name in DEFAULTS:
        value = data.get(f"default-{sheet.index}-{name}")
        if value is not None:
            defaults[name] = value.strip()
    entry["defaults"] = _without_empty(defaults)


def _take_unit(data: QueryDict, sheet: SheetChoices, entry: dict[str, Any]) -> None:
    """The unit of amounts that say none themselves."""
    unit = data.get(f"unit-{sheet.index}")
    if unit is not None and unit != sheet.unit:
        entry["unit"] = unit


def kind_changed(data: QueryDict, sheet: SheetChoices) -> bool:
    """Whether a sent page says that a table is of another kind than it showed."""
    return data.get(f"kind-{sheet.index}", "") in {*KINDS} - {sheet.kind}


def _take_kind(data: QueryDict, sheet: SheetChoices, entry: dict[str, Any]) -> None:
    kind = data.get(f"kind-{sheet.index}", "")
    if kind in KINDS and (kind != sheet.kind or sheet.asks_kind):
        entry["kind"] = kind
    if kind_changed(data, sheet):
        entry.pop("columns", None)  # the same headers hold other fields now
        entry.pop("fill_down", None)


def header_rows_changed(data: QueryDict, sheet: SheetChoices) -> bool:
    """Whether a sent page names other header rows than it showed."""
    return data.get(f"header-{sheet.index}", "").strip() not in {"", sheet.header_text}


def _take_header_rows(data: QueryDict, sheet: SheetChoices, entry: dict[str, Any]) -> None:
    if not header_rows_changed(data, sheet):
        return
    entry["header_rows"] = _header_rows(data[f"header-{sheet.index}"])
    entry.pop("columns", None)  # letters stand under other headers now
    entry.pop("fill_down", None)


def _header_rows(text: str) -> list[int]:
    first, __, last = text.strip().replace("－", "-").replace("—", "-").replace("–", "-").partition("-")
    first, last = first.strip(), last.strip() or first.strip()
    if first.isdecimal() and last.isdecimal() and len(first) <= 6 and len(last) <= 6:
        rows = range(int(first), int(last) + 1)
        if 1 <= len(rows) <= MOST_HEADER_ROWS and rows[0] >= 1:
            return list(rows)
    raise MappingError(
        "mapping_invalid", sentence(_("“%(text)s” is no header row. Write its row number, e.g. 3 or 3-4."), text=text)
    )


def _words(
    data: QueryDict,
    words: Mapping[str, list[tuple[str, str]]],
    former: Mapping[str, Mapping[str, str]],
    shown: Mapping[str, str],
) -> dict[str, dict[str, str]]:
    decided = {kind: dict(entries) for kind, entries in former.items()}
    for key, code in data.items():
        if not key.startswith("word-") or not code or code == shown.get(key):
            continue
        kind, __, word = key.removeprefix("word-").partition("-")
        if code in dict(words.get(kind, [])):
            others = {
                text: meant for text, meant in decided.get(kind, {}).items() if match_key(text) != match_key(word)
            }
            decided[kind] = others | {word: code}
    return decided
