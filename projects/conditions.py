"""What narrows the list, in words: the conditions in force, what is wrong with them, which one to drop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Q, Value
from django.http import QueryDict
from django.utils.translation import gettext as _

from industries.models import Chain, Cluster
from parks.models import Park
from projects import listing
from projects.columnfilters import PARAMETER as COLUMNS
from projects.filters import UNKNOWN, KnownPlace, ProjectFilter
from projects.permissions import Actor
from projects.querysets import OWN_PART, ProjectQuerySet, Totals

# Parameters that say which part of the list is shown, or what was typed for it, not which projects it holds.
VIEW_PARAMETERS = ("page", "view", "all", "said")
AMOUNTS = ("min_capital", "max_capital")
MOST_DROPS = 12  # conditions that an empty list is explained by
WORDS = ("official", "lead_unit", "source")

Choices = list[tuple[str, str]]


class Vocabulary(dict[str, Choices]):
    """Codes and names of parks, clusters and chains in their order; `places` are the same with their keys."""

    def __init__(self, kinds: Iterable[str]) -> None:
        super().__init__((kind, []) for kind in kinds)
        self.places: dict[str, list[KnownPlace]] = {kind: [] for kind in kinds}


def vocabulary() -> Vocabulary:
    """One query for the three kinds."""
    kinds = {"park": (Park, "short_name"), "cluster": (Cluster, "name"), "chain": (Chain, "name")}
    inside = {Park: F("parent__code")}
    first, *others = [
        model.objects.order_by().values_list(
            Value(kind, CharField()), "position", "code", name, "pk", inside.get(model, Value("", CharField()))
        )
        for kind, (model, name) in kinds.items()
    ]
    words = Vocabulary(kinds)
    for kind, __, code, name, key, parent in sorted(first.union(*others, all=True)):
        words[kind].append((code, name))
        words.places[kind].append(KnownPlace(key, code, parent or ""))
    return words


def narrowed(
    params: QueryDict, projects: ProjectQuerySet, words: Mapping[str, Choices], *, user: Actor | None = None
) -> ProjectFilter:
    """The filter of these parameters over these projects; its choices are the words, asked once.

    `user` is whose list it is: who follows what `followed` asks for.
    What was left empty in a form says nothing: `stage=` is no stage, not a wrong one.
    """
    filters = ProjectFilter(QueryDict(query_of(params)), queryset=projects)
    filters.user = user
    if isinstance(words, Vocabulary):
        filters.places = words.places
    for name, choices in words.items():
        filters.form.fields[name].choices = [*choices, *_own_parts(choices, params.getlist(name)), UNKNOWN]
    filters.form.fields[COLUMNS].vocabulary = words
    return filters


def _own_parts(parks: list[tuple[str, str]], asked: list[str]) -> list[tuple[str, str]]:
    """Parks asked for without those inside them, as figures do."""
    names = {f"{OWN_PART}{code}": name for code, name in parks}
    return [(code, _("%(park)s alone") % {"park": names[code]}) for code in asked if code in names]


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, and the query string without it."""

    parameter: str
    label: str
    value: str
    without: str
    raw: str = ""


def chips_of(filters: ProjectFilter) -> list[Chip]:
    """One chip a condition and value, each of them removable."""
    chips = []
    params: QueryDict = filters.data
    for name, field in filters.form.fields.items():
        words = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        in_words = getattr(field, "in_words", str)
        for value in params.getlist(name):
            if value:
                rest = [other for other in params.getlist(name) if other != value]
                without = query_of(_changed(params, name, rest))
                label, shown = _label(name, field.label), _words(name, words.get(value) or in_words(value))
                if name == COLUMNS:
                    label, shown = field.chip_words(value)
                chips.append(Chip(name, label, shown, without, value))
    return chips


def _label(name: str, label: object) -> str:
    return _("agreed capital") if name in AMOUNTS else _("signed") if name.startswith("signed_") else str(label)


def _words(name: str, value: str) -> str:
    patterns = {
        "min_capital": _("≥ %(value)s 亿元"),
        "max_capital": _("≤ %(value)s 亿元"),
        "signed_from": _("from %(value)s"),
        "signed_to": _("until %(value)s"),
        "voided": "",
        "live": "",
        "followed": "",
        "key": "",
    }
    if name in WORDS and value == UNKNOWN[0]:
        return str(UNKNOWN[1])
    return patterns.get(name, "%(value)s") % {"value": value}


def faults_of(filters: ProjectFilter) -> list[str]:
    """What is wrong with the parameters, a sentence each. With any of them nothing is listed."""
    faults = [
        problem  # of a column's condition: it names the column itself
        if name == COLUMNS
        else _("%(condition)s: %(problem)s") % {"condition": filters.form.fields[name].label, "problem": problem}
        for name, problems in filters.form.errors.items()
        for problem in problems
    ]
    sort, per_page = filters.data.get("sort"), filters.data.get("per_page")
    if sort and not listing.is_sort(sort):
        faults.append(_("The list cannot be sorted by “%(sort)s”.") % {"sort": sort})
    if per_page and not listing.is_per_page(per_page):
        faults.append(_("“%(number)s” is not a number of rows.") % {"number": per_page})
    return faults


@dataclass(frozen=True, slots=True)
class Drop:
    """A condition without which the list would not be empty."""

    label: str
    value: str
    without: str
    count: int


def worth_dropping(filters: ProjectFilter, projects: ProjectQuerySet, words: Vocabulary) -> list[Drop]:
    """The conditions of which one alone makes the list empty, with what would be listed without; in one query.

    Of very many conditions hardly one alone does, and each would have to be counted: none is named then.
    """
    params: QueryDict = filters.data
    chips: dict[tuple[str, str], list[Chip]] = {}
    for chip in chips_of(filters):
        # Values of one parameter are alternatives, but the conditions on columns are conditions of their own.
        chips.setdefault((chip.parameter, chip.raw if chip.parameter == COLUMNS else ""), []).append(chip)
    if not 2 <= len(chips) <= MOST_DROPS:
        return []
    rests = [
        _changed(params, name, [other for other in params.getlist(name) if raw and other != raw]) for name, raw in chips
    ]
    counts = {
        f"without_{place}": Count(
            "pk", filter=Q(pk__in=narrowed(rest, projects, words, user=filters.user).qs.values("pk"))
        )
        for place, rest in enumerate(rests)
    }
    found = list(projects.order_by().aggregate(**counts).values())
    return [
        Drop(parts[0].label, "、".join(part.value for part in parts), query_of(rest), count)
        for parts, rest, count in zip(chips.values(), rests, found, strict=True)
        if count
    ]


def bounds_amount(filters: ProjectFilter) -> bool:
    """Whether a condition asks for an agreed amount, so that projects of an unknown one are left out."""
    params: QueryDict = filters.data
    return any(params.get(name) for name in AMOUNTS) or any(map(_is_bound, params.getlist(COLUMNS)))


def _is_bound(raw: str) -> bool:
    return raw.startswith(tuple(f"agreed_capital:{operator}:" for operator in ("ge", "le", "eq")))


def unknown_beside(filters: ProjectFilter, projects: ProjectQuerySet, words: Vocabulary, totals: Totals) -> int:
    """How many projects that fit have no known amount; under a bound of the amount, those that the bound leaves out."""
    if not bounds_amount(filters):
        return totals.unknown
    rest = filters.data.copy()
    for name in AMOUNTS:
        rest.pop(name, None)
    rest.setlist(COLUMNS, [raw for raw in rest.getlist(COLUMNS) if not _is_bound(raw)])
    found = narrowed(rest, projects, words, user=filters.user).qs.filter(agreed_capital=None)
    period = filters.total_period
    return (found.signed_within(period, filters.day) if period else found).count()


def query_of(params: QueryDict) -> str:
    """The query string without parameters that say nothing."""
    kept = QueryDict(mutable=True)
    for name, values in params.lists():
        kept.setlist(name, [value for value in values if value])
    return kept.urlencode()


def _changed(params: QueryDict, name: str, values: list[str]) -> QueryDict:
    """The parameters with other values of one of them, at the first page."""
    rest = params.copy()
    rest.setlist(name, values)
    for gone in VIEW_PARAMETERS:
        rest.pop(gone, None)
    return rest
