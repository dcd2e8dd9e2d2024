"""Monthly arrivals of many projects in one grid: rows are projects, columns the months of a year, amounts in 万元.

Only cells that the sender changed are written, all or nothing. Where somebody else wrote the same cell meanwhile, the
page says what stands there now.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from jiangjin.lib import typedgrid
from jiangjin.lib.bulk import NewRow
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import insert_with_history, record_history, update_with_history
from jiangjin.lib.money import format_wan, parse_amount
from jiangjin.lib.rewriting import delete_rows
from jiangjin.lib.typedgrid import SomeWrong, is_empty, meanwhile
from projects import attachments, capital, differences
from projects.locking import lock_projects
from projects.models import CapitalArrival, Project
from projects.models.capital import NO_CURRENCY
from projects.permissions import may_write_in, writes_everywhere
from projects.querysets import ProjectQuerySet
from projects.reasons import VOIDING

MOST = 300  # rows of a page
MONTHS = range(1, 13)
CELL = re.compile(r"c-([0-9]{1,18})-(1[0-2]|[1-9])", re.ASCII)
EMPTIED = gettext_lazy("emptied in the grid of months")
Place = tuple[int, int]  # key of the project and month


@dataclass
class Cell:
    """A month of a project: what is stored, what stands in the box, what is wrong with it."""

    name: str
    stored: str
    text: str
    error: str = ""


@dataclass
class Row:
    """A project with its twelve cells; `other` is what arrived in the year of the other origin, in 万元."""

    project: Project
    cells: list[Cell]
    total: Decimal | None = None
    other: Decimal | None = None


@dataclass
class Sent(typedgrid.Sent[Place]):
    """What a page sent, in 万元.

    `let_go` fills as it is written: sentences by cell about what stood beside a former amount and is gone with it.
    """

    let_go: dict[Place, list[str]] = field(default_factory=dict)


def writable(projects: ProjectQuerySet, user: User) -> ProjectQuerySet:
    """Those of some visible projects whose arrivals the account may enter."""
    live = projects.counted()
    return live if writes_everywhere(user) else live.filter(park__in=user.writable_park_ids)


def cell_name(place: Place) -> str:
    return f"c-{place[0]}-{place[1]}"


def shown(amount: Decimal | None) -> str:
    """An amount in 万元 as a box holds it, without commas."""
    return "" if amount is None else f"{amount.normalize():f}"


def rows_of(projects: Iterable[Project], *, year: int, origin: str, sent: Sent | None = None) -> list[Row]:
    """The rows of the grid in two queries, with what was sent where it came back."""
    listed = list(projects)
    stored = _stored([project.pk for project in listed], year)
    texts, errors = (sent.texts, sent.errors) if sent else ({}, {})
    others: dict[int, list[Decimal]] = defaultdict(list)
    for (pk, __, its), arrival in stored.items():
        if its != origin:
            others[pk].append(arrival.amount)
    rows = []
    for project in listed:
        mine = {month: stored.get((project.pk, month, origin)) for month in MONTHS}
        cells = []
        for month, arrival in mine.items():
            place, now = (project.pk, month), shown(arrival.amount if arrival else None)
            cells.append(Cell(cell_name(place), now, texts.get(place, now), errors.get(place, "")))
        known = [arrival.amount for arrival in mine.values() if arrival]
        rows.append(Row(project, cells, capital.total(known), capital.total(others[project.pk])))
    return rows


def _stored(ids: list[int], year: int) -> dict[tuple[int, int, str], CapitalArrival]:
    """Arrivals booked in a month of the year, by project, month and origin."""
    rows = CapitalArrival.objects.filter(project__in=ids, month__year=year)
    return {(row.project_id, row.month.month, row.origin): row for row in rows if row.month.month and not row.month.day}


def read(data: Mapping[str, str], was: Mapping[str, str], *, accepts: bool) -> Sent:
    """The cells that differ from what the page had shown; `accepts`: very large amounts were confirmed.

    All that was sent is read, whatever the page would list by now: who may still write it is asked when it is written.
    """
    sent = Sent()
    sent.take(
        data,
        was,
        place_of=_place,
        value_of=lambda place, text: _amount(text, accepts),
        shown=lambda place, amount: shown(amount),
    )
    return sent


def _place(name: str) -> Place | None:
    found = CELL.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def _amount(text: str, accepts: bool) -> Decimal | None:
    if is_empty(text):
        return None
    amount = parse_amount(text, "万元").value
    if amount is not None and amount < 0:
        raise CellError("negative_amount", _("An arrival is not negative. Correct the month in which it was entered."))
    if amount is not None and not accepts and capital.implausible(amount):
        raise CellError("implausible_amount", _("Very much for a month. Check the unit, or tick the box below."))
    return amount


@transaction.atomic
def write_arrivals(*, sent: Sent, year: int, origin: str, user: User, today: datetime.date) -> list[Project]:
    """Write the changed cells with their history; returns the projects. Raises SomeWrong, then nothing is written."""
    ids = sorted({pk for pk, __ in sent.changes})
    lock_projects(ids)
    projects = Project.objects.visible_to(user).counted().in_bulk(ids)
    stored = _stored(ids, year)
    errors = dict(sent.errors)
    for place, amount in sent.changes.items():
        pk, month = place
        arrival = stored.get((pk, month, origin))
        now = shown(arrival.amount if arrival else None)
        if pk not in projects or not may_write_in(user, projects[pk].park_id):
            errors[place] = _("This project may not be written any more.")
        elif now != sent.was[place]:
            errors[place] = meanwhile(now)
        elif amount is not None and PartialDay(year, month).first > today:
            errors[place] = _("This month has not come yet.")
    if errors:
        raise SomeWrong(errors)
    _write(sent, stored, projects, year, origin, user)
    capital.recompute_and_save(ids, user=user, reason="")
    return list(projects.values())


def _write(
    sent: Sent,
    stored: dict[tuple[int, int, str], CapitalArrival],
    projects: Mapping[int, Project],
    year: int,
    origin: str,
    user: User,
) -> None:
    new: list[NewRow] = []
    changed: list[CapitalArrival] = []
    gone: list[int] = []
    for (pk, month), amount in sent.changes.items():
        arrival = stored.get((pk, month, origin))
        if amount is None:
            gone += [arrival.pk] if arrival else []
        elif arrival is None:
            new.append(NewRow(project=pk, month=PartialDay(year, month), origin=origin, amount=amount))
        else:
            sent.let_go[pk, month] = _taken(arrival, amount, projects[pk])
            changed.append(arrival)
    insert_with_history(CapitalArrival, new, user=user, reason="")
    update_with_history(CapitalArrival, changed, ["amount", "outside_city", *NO_CURRENCY], user=user, reason="")
    if gone:
        # Voided like any other: the project's page lists it, and brings it back.
        reason = f"{VOIDING}{EMPTIED}"
        attachments.let_go(of="arrival", ids=gone, user=user, reason=reason)
        record_history(CapitalArrival, gone, "-", user=user, reason=reason)
        delete_rows(CapitalArrival, gone)


def _taken(arrival: CapitalArrival, amount: Decimal, project: Project) -> list[str]:
    """Give an arrival another amount in 万元; sentences about what no longer fits it."""
    currency, outside = differences.foreign_words(arrival), arrival.outside_city
    arrival.take_amount(amount)
    beside = {"name": project.name, "month": arrival.month}
    said = []
    if currency:
        text = _("%(name)s, %(month)s: the new amount is in yuan; the currency is gone %(former)s.")
        said.append(text % {**beside, "former": currency})
    if outside is not None and arrival.outside_city is None:
        former = _("from outside the city %(amount)s") % {"amount": differences.amount_words(outside)}
        text = _("%(name)s, %(month)s: %(former)s is more than the new amount and is empty again.")
        said.append(text % {**beside, "former": former})
    return said


def warnings_of(projects: Iterable[Project], sent: Sent, year: int) -> list[str]:
    """Sentences about what was just written: what is gone with an amount, months before the signing, and more than was
    agreed."""
    written = {project.pk: project for project in projects}
    said = [sentence for place in sorted(sent.let_go) for sentence in sent.let_go[place]]
    said += _before_signing(written.values(), sent, year)
    now = Project.objects.filter(pk__in=written).exclude(agreed_capital=None)
    text = _("%(name)s: arrived %(arrived)s 万元 is more than the agreed %(agreed)s 万元.")
    return said + [
        text % {"name": one.name, "arrived": format_wan(one.arrived_capital), "agreed": format_wan(one.agreed_capital)}
        for one in now.order_by("code")
        if one.arrived_capital is not None and one.arrived_capital > one.agreed_capital
    ]


def _before_signing(projects: Iterable[Project], sent: Sent, year: int) -> Iterator[str]:
    """About amounts typed for months that ended before the project was signed, for certain."""
    text = _("%(name)s: capital arrived before the signing (%(signed)s): %(months)s. Check both days.")
    for one in sorted(projects, key=lambda one: one.code):
        if one.signed_on is None:
            continue
        days = [PartialDay(year, month) for month in MONTHS if sent.changes.get((one.pk, month))]
        if early := [str(day) for day in days if day.certainly_before(one.signed_on)]:
            yield text % {"name": one.name, "signed": one.signed_on, "months": ", ".join(early)}
