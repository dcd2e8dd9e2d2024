"""Conditions on any column: `f=<column>:<operator>:<value>`, repeated. docs/list-conditions.md says the rules.

All of them must hold, but for several `eq` of one column: then one of these values is enough. What is unknown is no
value: it fits `ne` and `empty`, and nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.demo import as_of_day
from jiangjin.lib.dates import PartialDay, PartialDayFormField
from jiangjin.lib.money import MoneyFormField
from projects.choices import Stage
from projects.columnplaces import Asked, AsOf, Place
from projects.columns import ALL, BY_KEY, PERCENT, Column
from projects.querysets import ProjectQuerySet
from projects.then import THEN, then

PARAMETER = "f"
CONTROLS = ("f_column", "f_op", "f_value")  # of the panel: one more condition
MOST = 30  # conditions: each makes the question to the database longer
MOST_CHARS = 200

AT_LEAST, AT_MOST, EQUAL, NOT_EQUAL, HOLDS, EMPTY, FILLED = "ge", "le", "eq", "ne", "has", "empty", "filled"
ALONE = {EMPTY, FILLED}  # these take no value
OPERATORS = {
    EQUAL: gettext_lazy("is"),
    NOT_EQUAL: gettext_lazy("is not"),
    AT_LEAST: "≥",
    AT_MOST: "≤",
    HOLDS: gettext_lazy("holds the text"),
    EMPTY: gettext_lazy("is not filled in"),
    FILLED: gettext_lazy("is filled in"),
}
SIZED = (AT_LEAST, AT_MOST, EQUAL, NOT_EQUAL, EMPTY, FILLED)
OF_KIND: dict[str, tuple[str, ...]] = {
    "text": (HOLDS, EQUAL, NOT_EQUAL, EMPTY, FILLED),
    "money": SIZED,
    "integer": SIZED,
    "decimal": SIZED,
    "partial_day": SIZED,
    "choice": (EQUAL, NOT_EQUAL, EMPTY, FILLED),
    "vocabulary": (EQUAL, NOT_EQUAL, HOLDS, EMPTY, FILLED),
    "flag": (EQUAL, NOT_EQUAL),
    "light": (EQUAL, NOT_EQUAL),
}
LOOKUPS = {AT_LEAST: "gte", AT_MOST: "lte", HOLDS: "icontains"}
SHAPE = re.compile(r"([a-z_]+):([a-z]+)(?::(.*))?", re.DOTALL)

Words = Mapping[str, Sequence[tuple[str, str]]]


def operators_of(column: Column) -> tuple[str, ...]:
    """What can be asked of a column. Stages follow one another; other choices have no order."""
    if column.key == "stage":
        return SIZED
    return column.place.operators or OF_KIND[column.kind]


@dataclass(frozen=True, slots=True)
class ColumnCondition:
    """One condition; value: money in 万元, a ratio, a PartialDay, a code or key, or text; None where none is needed."""

    column: Column
    operator: str
    value: Any = None

    def words(self, vocabulary: Words) -> str:
        """The operator and the value as a reader says them."""
        if self.operator in ALONE:
            return str(OPERATORS[self.operator])
        shown = _shown(self.column, self.value, vocabulary)
        if self.operator == EQUAL:
            return shown
        if self.operator == HOLDS:
            return _("with “%(text)s”") % {"text": shown}
        return f"{OPERATORS[self.operator]} {shown}"


def parsed(raw: str, vocabulary: Words) -> ColumnCondition:
    """What a value of the parameter says. Raises ValidationError with a sentence that names the column."""
    found = SHAPE.fullmatch(raw)
    column = BY_KEY.get(found[1]) if found else None
    if found is None or column is None:
        raise ValidationError(_("“%(text)s” names no column of the list.") % {"text": raw[:50]})
    operator, text = found[2], (found[3] or "").strip()
    if operator not in operators_of(column):
        known = "、".join(operators_of(column))
        text = _("%(column)s: “%(operator)s” cannot be asked of this column. What can be asked: %(known)s.")
        raise ValidationError(text % {"column": column.label, "operator": operator, "known": known})
    if operator in ALONE:
        return ColumnCondition(column, operator)
    if not text:
        raise ValidationError(_("%(column)s: write what to compare with.") % {"column": column.label})
    try:
        return ColumnCondition(column, operator, _value(column, operator, text, vocabulary))
    except ValidationError as error:
        problem = " ".join(error.messages)
        raise ValidationError(f"{column.label}：{problem}") from error


def _value(column: Column, operator: str, text: str, vocabulary: Words) -> Any:
    """The typed value. Raises ValidationError."""
    kind = column.kind
    if kind == "money":
        return MoneyFormField(unit=column.unit).clean(text)
    if kind == "partial_day":
        return PartialDayFormField().clean(text)
    if kind == "integer":
        return forms.IntegerField(min_value=-1_000_000, max_value=2_000_000_000).clean(text.replace(",", ""))
    if kind == "decimal":
        return _decimal(column, text)
    words = vocabulary.get(column.key, ()) if kind == "vocabulary" else column.choices
    if operator == HOLDS or kind == "text":
        return forms.CharField(max_length=MOST_CHARS).clean(text)
    for key, word in words:  # by its key, or as a reader says it
        if text in (str(key), str(word)):
            return str(key)
    known = "、".join(str(word) for __, word in words)
    raise ValidationError(_("“%(text)s” is none of its words: %(known)s.") % {"text": text[:50], "known": known})


def _decimal(column: Column, text: str) -> Decimal:
    number = text.replace(",", "").removesuffix(PERCENT)
    value = forms.DecimalField(max_digits=16, decimal_places=8, min_value=-1_000_000_000).clean(number)
    return value / 100 if column.unit == PERCENT else value


def _shown(column: Column, value: Any, vocabulary: Words) -> str:
    if column.kind == "money":
        return f"{_plain(value / MoneyFormField(unit=column.unit).scale)} {column.unit}"
    if column.kind == "decimal" and column.unit == PERCENT:
        return f"{_plain(value * 100)}%"
    if isinstance(value, Decimal | int):
        return " ".join(filter(None, (_plain(Decimal(value)), str(column.unit))))
    words = vocabulary.get(column.key, ()) if column.kind == "vocabulary" else column.choices
    return next((str(word) for key, word in words if str(key) == str(value)), str(value))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def fitting(projects: ProjectQuerySet, conditions: Sequence[ColumnCondition], asked: Asked) -> ProjectQuerySet:
    """The projects for which all of them hold."""
    wanted = Q()
    any_of: dict[str, Q] = defaultdict(Q)
    for condition in conditions:
        projects, __ = then(projects, condition.column.key, asked.day)
        projects = condition.column.place.annotated(projects, asked)
        if condition.operator == EQUAL:
            any_of[condition.column.key] |= _holds(condition, asked)
        else:
            wanted &= _holds(condition, asked)
    for alternatives in any_of.values():
        wanted &= alternatives
    return projects.filter(wanted)


def _holds(condition: ColumnCondition, asked: Asked) -> Q:
    place, value = _place(condition.column, asked), condition.value
    if condition.column.key == "stage" and condition.operator in (AT_LEAST, AT_MOST):
        rank, upwards = Stage(value).rank, condition.operator == AT_LEAST
        return place.fits("in", [one.value for one in Stage if one.rank == rank or (one.rank > rank) == upwards], asked)
    if condition.operator == EMPTY:
        return place.empty(asked)
    if condition.operator == FILLED:
        return ~place.empty(asked)
    if condition.operator == NOT_EQUAL:
        return place.empty(asked) | ~_equal(condition, asked)
    if condition.operator == EQUAL:
        return _equal(condition, asked)
    if isinstance(value, PartialDay):
        since = condition.operator == AT_LEAST
        return place.fits("since", value.first, asked) if since else place.fits("by", value.last, asked)
    return place.fits(LOOKUPS[condition.operator], value, asked)


def _place(column: Column, asked: Asked) -> Place:
    """Where the value stands; as of a day in an annotation of `projects.then`."""
    return AsOf(THEN[column.key][0]) if asked.day is not None and column.key in THEN else column.place


def _equal(condition: ColumnCondition, asked: Asked) -> Q:
    """A day fits a month or a year in which all of it lies."""
    place, value = _place(condition.column, asked), condition.value
    if isinstance(value, PartialDay):
        return place.fits("since", value.first, asked) & place.fits("by", value.last, asked)
    return place.fits("exact", value, asked)


class ConditionsField(forms.Field):
    """The repeated parameter; `vocabulary` holds the words of parks, clusters and chains (conditions.narrowed)."""

    widget = forms.MultipleHiddenInput
    vocabulary: Words = {}

    def clean(self, value: Sequence[str] | None) -> list[ColumnCondition]:
        found, faults = [], []
        for raw in list(dict.fromkeys(value or ())):
            try:
                found.append(parsed(raw, self.vocabulary))
            except ValidationError as error:
                faults += error.messages
        if len(found) > MOST:
            faults.append(_("More than %(most)d conditions on columns cannot be asked at once.") % {"most": MOST})
        if faults:
            raise ValidationError(faults)
        return found

    def chip_words(self, raw: str) -> tuple[str, str]:
        """The column's label and the rest in words; as far as it can be read."""
        try:
            condition = parsed(raw, self.vocabulary)
        except ValidationError:
            found = SHAPE.fullmatch(raw)
            column = BY_KEY.get(found[1]) if found else None
            if found is None or column is None:
                return "", raw
            return str(column.label), f"{OPERATORS.get(found[2], found[2])} {found[3] or ''}".strip()
        return str(condition.column.label), condition.words(self.vocabulary)


class ColumnsFilter(django_filters.Filter):
    """The list's conditions on any column."""

    field_class = ConditionsField

    def filter(self, qs: ProjectQuerySet, value: list[ColumnCondition]) -> ProjectQuerySet:
        if not value:
            return qs
        day = self.parent.judged_day
        asked = self.parent.asked
        period = asked.period or self.parent.columns_period
        # Of what changed since a day (`changed`) the page shows that alone; a condition asks for the whole of the time.
        whole = replace(asked, period=period, today=day or as_of_day(), day=day, since=None, kinds=None)
        return fitting(qs, value, whole)


def gathered(params: QueryDict) -> QueryDict:
    """The parameters with what the panel's three controls say as one more condition, and words as their keys."""
    asked = [_with_key(raw) for raw in params.getlist(PARAMETER) if raw]
    column, operator, text = (params.get(name, "").strip() for name in CONTROLS)
    if column and operator and (text or operator in ALONE):
        asked.append(_with_key(f"{column}:{operator}" if operator in ALONE else f"{column}:{operator}:{text}"))
    if asked == params.getlist(PARAMETER) and not any(name in params for name in CONTROLS):
        return params
    rest = params.copy()
    for name in (*CONTROLS, PARAMETER):
        rest.pop(name, None)
    rest.setlist(PARAMETER, list(dict.fromkeys(asked)))
    return rest


def _with_key(raw: str) -> str:
    """People write the word of a choice (在建); its key means the same in every language."""
    found = SHAPE.fullmatch(raw)
    column = BY_KEY.get(found[1]) if found else None
    if found is None or column is None:
        return raw
    key = next((key for key, word in column.choices if str(word) == found[3]), None)
    return raw if key is None else f"{found[1]}:{found[2]}:{key}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A column in the panel, with what can be asked of it."""

    key: str
    label: str
    operators: str


def offered() -> list[Offer]:
    """The columns that can be asked."""
    return [Offer(column.key, column.head, " ".join(operators_of(column))) for column in ALL]
