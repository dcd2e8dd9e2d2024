"""The grid in which targets are typed: who by what, read, compared with what the page had shown, written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from industries.models import Cluster
from jiangjin.lib import typedgrid
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.history import create_with_history, record_history, update_with_history
from jiangjin.lib.money import YI, parse_amount
from jiangjin.lib.numbers import parse_integer
from jiangjin.lib.rewriting import delete_rows
from jiangjin.lib.text import clean_text
from jiangjin.lib.typedgrid import SomeWrong, is_empty, meanwhile
from parks.models import Park
from projects.models import Project
from reports.targetmodels import Target, TargetMeasure, TargetScope

CELL = re.compile(r"t\.([a-z]+)\.([a-z_]+)\.(.*)", re.DOTALL)
NEGATIVE = ("negative_amount", "negative_number")
MOST_CHARS = 100  # of the name of a lead unit or an official
Place = tuple[str, str, str]  # scope, key, measure


@dataclass(frozen=True, slots=True)
class Cell:
    """A target: the name of its box, what stands in it, what is wrong with it."""

    name: str
    stored: str
    text: str
    measure: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One of a scope with its targets; `level` 1 lies inside the one above."""

    name: str
    cells: list[Cell]
    level: int = 0


@dataclass
class Sent(typedgrid.Sent[Place]):
    """What a page sent, in 万元 or numbers."""

    is_outdated: bool = False  # somebody else wrote one of the changed cells meanwhile


def cell_name(place: Place) -> str:
    scope, key, measure = place
    return f"t.{scope}.{measure}.{key}"


def shown(measure: TargetMeasure, value: Decimal | None) -> str:
    """A value as a box holds it: 亿元 or a whole number, without commas."""
    if value is None:
        return ""
    plain = (value / YI if measure.is_money else value).normalize()
    return f"{plain:f}"


def typed(measure: TargetMeasure, text: str) -> Decimal | None:
    """What a box says: 万元 or a number; None where it is empty. Raises CellError."""
    if is_empty(text):
        return None
    try:
        if measure.is_money:
            return parse_amount(text, "亿元").value
        number = parse_integer(text)
    except CellError as error:
        if error.code not in NEGATIVE:
            raise
        # What is said of amounts speaks of reductions: no target has one.
        words = _("A target is not negative. Write what is to be reached, e.g. 1036.")
        raise CellError(error.code, words) from error
    return None if number is None else Decimal(number)


def people_of(scope: str, year: int) -> list[tuple[str, str, int]]:
    """Who is in a scope: key, name, level. Lead units and officials are those of projects, and who has a target."""
    if scope == TargetScope.DISTRICT:
        return [("", _("Whole district"), 0)]
    if scope == TargetScope.CLUSTER:
        return [(code, name, 0) for code, name in Cluster.objects.values_list("code", "name")]
    if scope == TargetScope.PARK:
        parks = list(Park.objects.all())
        rows = []
        for root in (park for park in parks if park.parent_id is None):
            rows.append((root.code, root.short_name, 0))
            rows += [(park.code, park.short_name, 1) for park in parks if park.parent_id == root.pk]
        return rows
    column = "lead_unit" if scope == TargetScope.DEPARTMENT else "lead_official__name"
    names = set(Project.objects.counted().order_by().values_list(column, flat=True).distinct()) - {"", None}
    names |= set(Target.objects.filter(year=year, scope=scope).order_by().values_list("key", flat=True))
    return [(name, name, 0) for name in sorted(names)]


def rows_of(scopes: Iterable[str], *, year: int, more: str = "", sent: Sent | None = None) -> list[Row]:
    """The rows of the grid, with what was sent where it came back; `more`: a name that has no project yet."""
    stored = {
        (row.scope, row.key, row.measure): shown(TargetMeasure(row.measure), row.value)
        for row in Target.objects.filter(year=year, scope__in=scopes).order_by()
    }
    texts, errors = (sent.texts, sent.errors) if sent else ({}, {})
    rows = []
    for scope in scopes:
        people = people_of(scope, year)
        known = {key for key, __, __ in people}
        extra = {more, *(key for kind, key, __ in texts if kind == scope)} - known - {""}
        if scope in (TargetScope.DEPARTMENT, TargetScope.OFFICIAL):
            people = [*((name, name, 0) for name in sorted(extra)), *people]
        for key, name, level in people:
            cells = []
            for measure in TargetMeasure:
                place = (scope, key, measure.value)
                now = stored.get(place, "")
                cells.append(
                    Cell(cell_name(place), now, texts.get(place, now), str(measure.label), errors.get(place, ""))
                )
            rows.append(Row(name, cells, level))
    return rows


def read(data: Mapping[str, str], was: Mapping[str, str]) -> Sent:
    """The cells that differ from what the page had shown."""
    sent = Sent()
    sent.take(
        data,
        was,
        place_of=_place,
        value_of=lambda place, text: typed(TargetMeasure(place[2]), text),
        shown=lambda place, value: shown(TargetMeasure(place[2]), value),
    )
    return sent


def _place(name: str) -> Place | None:
    found = CELL.fullmatch(name)
    if not found or found[1] not in TargetScope.values or found[2] not in TargetMeasure.values:
        return None
    return found[1], found[3], found[2]


def set_targets(*, year: int, sent: Sent, user: User) -> int:
    """Write the changed cells with their history, all or none. Returns how many. Raises SomeWrong."""
    try:
        with transaction.atomic():
            return _set(year, sent, user)
    except IntegrityError as error:
        # Somebody else set one of them first, between our look and our writing: only the database saw both.
        sent.is_outdated = True
        now = dict(_stored(year))
        taken = {place: now[place] for place in sent.changes if place in now and not sent.was[place]}
        raise SomeWrong({place: _meanwhile(place, row) for place, row in taken.items()}) from error


def _set(year: int, sent: Sent, user: User) -> int:
    stored = dict(_stored(year, lock=True))
    errors: dict[Place, str] = dict(sent.errors)
    parks, clusters = _codes(Park), _codes(Cluster)
    for place in sent.changes:
        scope, key, measure = place
        row = stored.get(place)
        known = {"district": key == "", "park": key in parks, "cluster": key in clusters}.get(scope, _is_name(key))
        if not known:
            errors[place] = _("This place is not in the register any more.")
        elif shown(TargetMeasure(measure), row.value if row else None) != sent.was[place]:
            sent.is_outdated = True
            errors[place] = _meanwhile(place, row)
    if errors:
        raise SomeWrong(errors)
    new, changed, gone = [], [], []
    for place, value in sent.changes.items():
        row = stored.get(place)
        if value is None:
            gone += [row.pk] if row else []
        elif row is None:
            scope, key, measure = place
            new.append(Target(year=year, scope=scope, key=key, measure=measure, value=value))
        else:
            row.value = value
            changed.append(row)
    create_with_history(Target, new, user=user, reason="")
    update_with_history(Target, changed, ["value"], user=user, reason="")
    if gone:
        record_history(Target, gone, "-", user=user, reason="")
        delete_rows(Target, gone)
    return len(sent.changes)


def _stored(year: int, lock: bool = False) -> Iterable[tuple[Place, Target]]:
    rows = Target.objects.filter(year=year).order_by("pk")
    return (((row.scope, row.key, row.measure), row) for row in (rows.select_for_update() if lock else rows))


def _meanwhile(place: Place, row: Target | None) -> str:
    return meanwhile(shown(TargetMeasure(place[2]), row.value if row else None))


def _codes(model: type[Park] | type[Cluster]) -> set[str]:
    return set(model._default_manager.order_by().values_list("code", flat=True))


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MOST_CHARS and clean_text(text) == text
