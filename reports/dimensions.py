"""What a table can be cut by. Each project lies in one entry of each, the unknown (`none`) included."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Func, IntegerField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from industries.models import Chain, Cluster
from parks.models import Park
from projects import classes
from projects.choices import Stage
from projects.counting import agreed_by, stage_by
from projects.periods import YEAR_ALONE, Period

NONE = "none"
Key = Callable[[datetime.date | None], Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row or column of a table: its code in links, its name; `parent` is the code of the one that it lies in."""

    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """`key(day)` is what the database groups projects by; an entry of a vocabulary by its number (`cube.NUMBERED`).

    `parameter` is the condition of the list that selects an entry. A time has no key: what is signed, agreed and
    booked each has its own.
    """

    code: str
    label: str | Promise
    parameter: str
    key: Key | None = None

    @property
    def is_time(self) -> bool:
        return self.key is None


class MonthCode(Func):
    """202006 of a PartialDayField, 202099 where only the year is known."""

    template = "(%(expressions)s / 100)"
    arity = 1
    output_field = IntegerField()


def column(name: str) -> Key:
    """A column of the project, as it stands."""
    return lambda day: F(name)


# Where the code of an entry stands, seen from a project.
CODES = {
    "park": "park__code",
    "cluster": "cluster__code",
    "official": "lead_official__name",
    "lead_unit": "lead_unit",
    "source": "source",
}


def code_of(dimension: str, prefix: str = "") -> Any:
    """The code of a project's entry, `none` for the unknown; `prefix` leads from the rows asked to their project."""
    return Coalesce(NullIf(F(f"{prefix}{CODES[dimension]}"), Value("")), Value(NONE), output_field=CharField())


def _stage(day: datetime.date | None) -> Any:
    return F("stage") if day is None else stage_by(day)


def _size(day: datetime.date | None) -> Any:
    if day is None:
        return classes.size_key(F("agreed_capital"))
    return Coalesce(agreed_by(day, classes.size_key), Value(NONE))


DIMENSIONS = {
    one.code: one
    for one in (
        Dimension("park", _("park"), "park", column("park_id")),
        Dimension("cluster", _("cluster"), "cluster", column("cluster_id")),
        Dimension("chain", _("chain"), "chain", column("chain_id")),
        Dimension("stage", _("stage"), "stage", _stage),
        Dimension("year", _("year"), "period"),
        Dimension("quarter", _("quarter"), "period"),
        Dimension("month", _("month"), "period"),
        Dimension("investor_type", _("kind of the lead investor"), "lead_type", lambda day: classes.lead_type_key()),
        Dimension("rank", _("highest rank or honour"), "top_rank", lambda day: classes.top_rank_key()),
        Dimension("size", _("size"), "size", _size),
        Dimension("official", _("lead official"), "official", lambda day: code_of("official")),
        Dimension("lead_unit", _("lead unit"), "lead_unit", lambda day: code_of("lead_unit")),
        Dimension("source", _("source"), "source", lambda day: code_of("source")),
    )
}


def time_code(dimension: str, month: int | None) -> str:
    """The entry of a time dimension that a month code (202006, 202099, None) lies in."""
    if month is None:
        return NONE
    year, number = divmod(month, 100)
    if dimension == "year":
        return str(year)
    if number > 12:
        return f"{year}-{YEAR_ALONE}"
    return Period(year, month=number).code if dimension == "month" else Period(year, (number + 2) // 3).code


def time_codes(dimension: str, period: Period, found: set[str]) -> list[str]:
    """The entries of a time dimension in order: those found, and inside one year every month or quarter."""
    wanted = {code for code in found if code != NONE}
    if period.year and dimension != "year":
        months = range(period.first_month, period.last_month + 1)
        wanted |= {time_code(dimension, period.year * 100 + month) for month in months}
    ordered = sorted(wanted, key=lambda code: (code[:4], code.endswith(YEAR_ALONE), code))
    return [*ordered, *([NONE] if NONE in found else [])]


def entries(dimension: str, found: set[str], period: Period) -> list[Entry]:
    """The entries of a dimension in their order, the unknown last: a vocabulary whole, of the others those found."""
    if DIMENSIONS[dimension].is_time:
        return [Entry(code, Period.parse(code).label) for code in time_codes(dimension, period, found)]
    if dimension == "park":
        named = [Entry(park.code, park.short_name, park.parent.code if park.parent else "") for park in _parks()]
    elif dimension == "cluster":
        named = [Entry(*row) for row in Cluster.objects.values_list("code", "name")]
    elif dimension == "chain":
        named = [Entry(*row) for row in Chain.objects.values_list("code", "name")]
    else:
        named = [Entry(code, name) for code, name in _classes(dimension, found) if code in found and code != NONE]
    return [*named, *([Entry(NONE, "")] if NONE in found else [])]


def roots_of(parks: Iterable[Entry]) -> list[tuple[Entry, list[Entry]]]:
    """The parks that lie in no other, each with those inside it; the unknown lies in none."""
    named = list(parks)
    return [(root, [park for park in named if park.parent == root.code]) for root in named if not root.parent]


def _parks() -> list[Park]:
    return list(Park.objects.select_related("parent"))


def _classes(dimension: str, found: set[str]) -> list[tuple[str, str]]:
    closed: dict[str, list[tuple[str, Any]]] = {
        "stage": Stage.choices,
        "investor_type": classes.LEAD_TYPES,
        "rank": classes.TOP_RANKS,
        "size": classes.size_choices(),
    }
    if dimension in closed:
        return [(code, str(name)) for code, name in closed[dimension]]
    return [(word, word) for word in sorted(found)]
