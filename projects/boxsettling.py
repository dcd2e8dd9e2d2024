"""What the words of a line come to together: values of one parameter joined, bounds narrowed, contradictions said."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jiangjin.lib.partialday import PartialDay
from projects.boxmeaning import Remark, Word
from projects.choices import Condition, Stage

# Parameters that take one value: of two words the first counts, the other is said.
SINGLE = ("official", "lead_unit", "source", "tag", "sort", "followed", "voided", "as_of")
# Values whose order is the list's own.
JOINED = ("park", "cluster", "chain", "stage", "condition", "light", "rank", "investor_type", "missing")

ONE_ONLY = _("Only one can be asked for at a time; the first one counts.")
BOTH_NOT = _("These exclude each other, so nothing is found.")
EXCLUDED = _("This excludes what was asked for before it, so it does not count.")
YEARS_APART = _("Only one year or years in a row can be asked for; the first one counts.")
TWO_PERIODS = _("Only one period can be asked for at a time; the first one counts.")

Params = dict[str, list[str]]


def settled(words: list[Word]) -> tuple[Params, list[Remark]]:
    """The parameters of the list, in the order of their words, and what could not be taken together."""
    params: Params = {}
    remarks: list[Remark] = []
    for settle in (_joined, _amounts, _days, _singles):
        settle(words, params, remarks)
    return params, remarks


def _said(words: list[Word], name: str) -> list[tuple[str, str]]:
    """Word and value, for every word that gives this parameter a value."""
    return [(word.text, value) for word in words if word.meaning for key, value in word.meaning.params if key == name]


def _joined(words: list[Word], params: Params, remarks: list[Remark]) -> None:
    """双福 德感 is either park; 未开工 leaves of the stages those before it."""
    limits: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for word in words:
        if word.meaning and word.meaning.only:
            limits[word.meaning.only[0]].append((word.text, word.meaning.only[1]))
    for name in JOINED:
        values = list(dict.fromkeys(value for __, value in _said(words, name)))
        for text, left in limits[name]:
            kept = [value for value in values if value in left] if values else _in_order(name, left)
            if not kept:
                remarks.append(Remark(text, EXCLUDED))
                kept = values
            values = kept
        if values:
            params[name] = values


def _in_order(name: str, values: frozenset[str]) -> list[str]:
    order = [str(one) for one in (Stage if name == "stage" else Condition)]
    return sorted(values, key=order.index)


def _amounts(words: list[Word], params: Params, remarks: list[Remark]) -> None:
    """The narrowest bounds."""
    low, high = _said(words, "min_capital"), _said(words, "max_capital")
    if low:
        params["min_capital"] = [max((value for __, value in low), key=Decimal)]
    if high:
        params["max_capital"] = [min((value for __, value in high), key=Decimal)]
    if low and high and Decimal(params["min_capital"][0]) > Decimal(params["max_capital"][0]):
        remarks.append(Remark(f"{low[-1][0]} {high[-1][0]}", BOTH_NOT))


def _days(words: list[Word], params: Params, remarks: list[Remark]) -> None:
    """A period; a year with a month that belongs to it is that month, years in a row are a period."""
    periods = [
        word for word in words if word.meaning and {"signed_from", "signed_to"} & dict(word.meaning.params).keys()
    ]
    years = list(dict.fromkeys(int(value) for __, value in _said(words, "year")))
    if len(years) > 1 and max(years) - min(years) == len(years) - 1 and not periods:
        params["signed_from"], params["signed_to"] = [str(min(years))], [str(max(years))]
        return
    if len(years) > 1:
        remarks += [Remark(text, YEARS_APART) for text, value in _said(words, "year") if int(value) != years[0]]
    if years and not any(word.meaning and word.meaning.of_year for word in periods):
        params["year"] = [str(years[0])]
    _period(periods, params, remarks)


def _period(periods: list[Word], params: Params, remarks: list[Remark]) -> None:
    """The first period, and what later words leave of it: 2020年以来 6月底前."""
    for word in periods:
        said = dict(word.meaning.params) if word.meaning else {}
        first = _later(params.get("signed_from", [""])[0], said.get("signed_from", ""))
        last = _sooner(params.get("signed_to", [""])[0], said.get("signed_to", ""))
        if first and last and PartialDay.from_iso(first).first > PartialDay.from_iso(last).last:
            remarks.append(Remark(word.text, TWO_PERIODS))
            continue
        params |= {name: [day] for name, day in (("signed_from", first), ("signed_to", last)) if day}


def _later(one: str, other: str) -> str:
    if not (one and other):
        return one or other
    return max(one, other, key=lambda day: PartialDay.from_iso(day).first)


def _sooner(one: str, other: str) -> str:
    if not (one and other):
        return one or other
    return min(one, other, key=lambda day: PartialDay.from_iso(day).last)


def _singles(words: list[Word], params: Params, remarks: list[Remark]) -> None:
    for name in SINGLE:
        said = _said(words, name)
        if said:
            params[name] = [said[0][1]]
        remarks += [Remark(text, ONE_ONLY) for text, value in said[1:] if value != said[0][1]]
