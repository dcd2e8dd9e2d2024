"""What two rows of the same sort say differently, side by side: which value stays when they become one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from imports.undo_rules import SUBJECTS
from jiangjin.lib.money import format_wan
from jiangjin.lib.replay import Subject
from projects.differences import shown_value
from projects.models import CapitalArrival

KEPT, GONE = "kept", "gone"
SUBJECT_OF: dict[type[models.Model], Subject] = {subject.model: subject for subject in SUBJECTS}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that differs. `name` is what a form calls it; `default`: KEPT, or GONE where only the other is filled."""

    name: str
    label: str
    kept: str
    gone: str
    default: str


@dataclass
class Rows:
    """The rows of one table that two projects (or firms) have: `moving` have no counterpart, `both` have one."""

    model: type[models.Model]
    moving: list[Any] = field(default_factory=list)
    both: list[tuple[Any, Any]] = field(default_factory=list)  # (kept, gone)


def rows_of(model: type[models.Model], key: tuple[str, ...], kept: Iterable[Any], gone: Iterable[Any]) -> Rows:
    """Tell the rows of the other one by whether the kept one has a row of the same key."""
    known = {_key(row, key): row for row in kept}
    found = Rows(model)
    for row in gone:
        twin = known.get(_key(row, key))
        if twin is None:
            found.moving.append(row)
        else:
            found.both.append((twin, row))
    return found


def _key(row: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def choices_of(
    kept: Any, gone: Any, *, prefix: str, left_out: Collection[str], label: Callable[[str], str] = str
) -> Iterator[Choice]:
    """The values that two rows say differently. Columns that mean something only together are one value."""
    subject = SUBJECT_OF[type(kept)]
    for names in _units(subject, left_out):
        values = [tuple(getattr(row, name) for name in names) for row in (kept, gone)]
        if values[0] == values[1]:
            continue
        default = GONE if _is_empty(values[0]) and not _is_empty(values[1]) else KEPT
        told = label(str(_column(subject, names[0]).verbose_name))
        yield Choice(f"{prefix}.{names[0]}", told, _words(kept, names), _words(gone, names), default)


def take_over(kept: Any, gone: Any, *, prefix: str, left_out: Collection[str], chosen: Mapping[str, str]) -> set[str]:
    """Give `kept` the values of `gone` that were chosen; returns the columns that changed. Does not save."""
    changed = set()
    for names in _units(SUBJECT_OF[type(kept)], left_out):
        if chosen.get(f"{prefix}.{names[0]}") == GONE:
            for name in names:
                setattr(kept, name, getattr(gone, name))
            changed.update(names)
    return changed


def _units(subject: Subject, left_out: Collection[str]) -> Iterator[tuple[str, ...]]:
    for places in subject.units:
        names = tuple(subject.names[place] for place in places)
        if names[0] not in left_out:
            yield names


def _column(subject: Subject, name: str) -> models.Field:
    return next(column for column in subject.model._meta.concrete_fields if column.attname == name)


def _is_empty(values: tuple[Any, ...]) -> bool:
    return all(value is None or value == "" or value is False for value in values)


def _words(row: Any, names: tuple[str, ...]) -> str:
    told = []
    for name in names:
        column, value = _column(SUBJECT_OF[type(row)], name), getattr(row, name)
        if isinstance(column, models.BooleanField):
            told.append(_("reached") if value and not getattr(row, "actual_on", None) else "")
        elif column.is_relation:
            told.append(str(getattr(row, column.name) or ""))
        elif isinstance(row, CapitalArrival) and name == "amount":
            told.append(f"{format_wan(value)} 万元")
        else:
            told.append(shown_value(column, value, {}))
    return " · ".join(filter(None, told))


def chosen_of(choices: Iterable[Choice], data: Mapping[str, str]) -> dict[str, str]:
    """What a sent form says of these choices; what it leaves out, or says in other words, stays as proposed."""
    return {
        choice.name: said if (said := data.get(choice.name, "")) in {KEPT, GONE} else choice.default
        for choice in choices
    }
