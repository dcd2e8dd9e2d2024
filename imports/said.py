"""What an import is said to hold, in words: fields, values, why a row or a sheet was passed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.fields import ALL_FIELDS, ARRIVAL_FIELDS
from industries.models import Chain, Cluster
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import exact_yi, format_wan
from parks.models import Park
from projects.choices import CapitalOrigin, Condition, HonourKind, InvestorType, Stage

# Why a line of a sheet is no row (imports.tables.Skipped).
SKIPPED: dict[str, Promise] = {
    "title": gettext_lazy("title"),
    "unit_line": gettext_lazy("unit line"),
    "caption": gettext_lazy("caption"),
    "header": gettext_lazy("header"),
    "header_repeat": gettext_lazy("header printed again"),
    "column_numbers": gettext_lazy("column numbers"),
    "blank": gettext_lazy("blank"),
    "group": gettext_lazy("group heading"),
    "subtotal": gettext_lazy("subtotal"),
    "total": gettext_lazy("total"),
    "note": gettext_lazy("note"),
    "footer": gettext_lazy("signature line"),
}
# Why a sheet is left out (imports.tables.Layout).
SHEETS: dict[str, Promise] = {
    "hidden": gettext_lazy("it is hidden"),
    "empty": gettext_lazy("it is empty"),
    "no_header": gettext_lazy("no header row with a project name was found"),
    "no_name_column": gettext_lazy("no column holds a project name"),
    "visits_not_supported": gettext_lazy("it lists visits, which cannot be imported yet"),
    "counts_only": gettext_lazy("it is a summary, not a list of projects"),
    "repeats_other_sheets": gettext_lazy("it repeats the other sheets"),
    "other_kind": gettext_lazy("it holds another kind of table; import it by itself"),
}
KINDS: dict[str, Promise] = {
    "projects": gettext_lazy("ledger of projects"),
    "arrivals": gettext_lazy("table of arrivals"),
}
LISTS: dict[str, Any] = {"park": Park, "cluster": Cluster, "chain": Chain}
CHOICES: dict[str, Any] = {
    "stage": Stage,
    "condition": Condition,
    "investor_rank": HonourKind,
    "investor_type": InvestorType,
    "capital_origin": CapitalOrigin,
}


def skipped_word(reason: str) -> str:
    return str(SKIPPED.get(reason, reason))


def sheet_reason(reason: str) -> str:
    return str(SHEETS.get(reason, reason))


def field_label(name: str) -> str:
    """The field's name, with the unit in which its amounts are shown."""
    if name.startswith("arrival "):
        return _("arrived in %(month)s (万元)") % {"month": name.removeprefix("arrival ")}
    entry = ALL_FIELDS.get(name)
    if entry is None:
        return name
    if entry.kind != "money":
        return str(entry.label)
    return f"{entry.label}（{'万元' if name in ARRIVAL_FIELDS else '亿元'}）"


def kind_of(name: str) -> str:
    """What kind of value a field holds; months of arrivals hold money."""
    if name.startswith("arrival "):
        return "money"
    return ALL_FIELDS[name].kind if name in ALL_FIELDS else ""


class Words:
    """The words of codes. Each list of the vocabulary is read once, and only when it is needed."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[str, str]] = {}

    def of(self, kind: str) -> dict[str, str]:
        """code → word, in the list's own order."""
        if kind not in self._lists:
            if kind in LISTS:
                found = dict(LISTS[kind].objects.values_list("code", "name"))
            else:
                found = {code: str(label) for code, label in CHOICES[kind].choices} if kind in CHOICES else {}
            self._lists[kind] = found
        return self._lists[kind]

    def value(self, name: str, value: Any) -> str:
        """A value of a field as a person reads it; amounts in 亿元 with all their digits, arrivals in
        万元; empty where there is none."""
        if value is None or value == "":
            return ""
        if isinstance(value, Decimal):
            if name.startswith("arrival "):
                return format_wan(value)
            return exact_yi(value) if kind_of(name) == "money" else format(value.normalize(), "f")
        if isinstance(value, PartialDay):
            return day_text(value)
        if isinstance(value, tuple | list):
            return "、".join(self.value(name, part) for part in value)
        return str(self.of(kind_of(name)).get(str(value), value))

    def stored(self, name: str, value: Any) -> str:
        """The same for what ImportRow keeps: amounts as text, so that nothing is lost in JSON; days as ISO text."""
        kind = kind_of(name)
        if isinstance(value, str) and value:
            if kind in {"money", "area", "floor_area"}:
                return self.value(name, Decimal(value))
            if kind == "date":
                return day_text(PartialDay.from_iso(value))
        return self.value(name, value)


def day_text(day: PartialDay) -> str:
    """2020-06-30, 2020-06, 2020 年"""
    return _("in %(year)s") % {"year": day.year} if day.precision == "year" else str(day)


def word_choices(words: Words) -> dict[str, list[tuple[str, str]]]:
    """For each kind of word what it may mean, for the mapping page."""
    return {kind: list(words.of(kind).items()) for kind in (*LISTS, *CHOICES)}
