"""Published figures beside computed ones (对账): the same definition, the difference, the rows behind.

A figure that the register cannot answer says so, and why: it is never guessed. Qualifiers (近, 余) are the source's.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from industries.models import Cluster
from jiangjin.lib.money import YI
from parks.models import Park
from projects import classes
from projects.choices import HonourKind, ProjectSource
from projects.periods import year_of_text
from projects.querysets import ProjectQuerySet
from reports import figures
from reports.book import DISTRICT, Book
from reports.links import Place
from reports.measures import NOTHING, Figures, growth
from reports.models import PublishedFigure

AGREES, NEARLY, DIFFERS, LATER, UNANSWERED = "agrees", "nearly", "differs", "later", "unanswered"
# 近 (nearly): a little less than the printed number; 余 (and more): a little more. How little is ours.
SLACK = Decimal("0.1")
Params = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A computed value in the unit that was printed, and the conditions of the list behind it."""

    value: Decimal | None
    params: Params


@dataclass(frozen=True, slots=True)
class Line:
    """One published figure. `why`: why the register cannot answer it; empty where it can."""

    published: PublishedFigure
    scope: str
    label: str
    definition: str
    computed: Decimal | None = None
    difference: Decimal | None = None
    verdict: str = UNANSWERED
    params: Params = field(default_factory=list)
    why: str = ""


Measure = Callable[[Book, PublishedFigure], Measured]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a published measure means here: its label, how it is counted, and what computes it (None: cannot)."""

    label: str | Promise
    says: str | Promise
    compute: Measure | None = None


def _now(value: Callable[[Figures], Any], params: Callable[[Place], Params]) -> Measure:
    def compute(book: Book, figure: PublishedFigure) -> Measured:
        return Measured(Decimal(value(book.inside(book.cube, figure).total())), params(book.place(figure)))

    return compute


def _change(value: Callable[[Figures, Figures], Decimal | None]) -> Measure:
    def compute(book: Book, figure: PublishedFigure) -> Measured:
        params = book.place(figure).counted()
        if book.period.year is None:  # up to a year there is no year before
            return Measured(None, params)
        now, before = book.inside(book.cube, figure).total(), book.inside(book.before, figure).total()
        return Measured(value(now, before), params)

    return compute


def _of_size(least: int) -> Measure:
    def compute(book: Book, figure: PublishedFigure) -> Measured:
        codes = [size.code for size in classes.SIZES if size.least >= least]
        found = figures.add(book.inside(book.cube, figure).by_one("size"), codes)
        return Measured(Decimal(found.projects), book.place(figure, ("min_capital", str(least))).counted())

    return compute


def _firms(kind: HonourKind) -> Measure:
    def compute(book: Book, figure: PublishedFigure) -> Measured:
        firms = figures.firms_with(book.projects_of(figure).signed_within(book.period, book.day), kind)
        return Measured(Decimal(firms), book.place(figure).cohort(("rank", kind.value)))

    return compute


def _from_visits(book: Book, figure: PublishedFigure) -> Measured:
    source = ProjectSource.VISIT.value
    found = book.inside(book.cube, figure).by_one("source").get(source, NOTHING)
    return Measured(Decimal(found.projects), book.place(figure, ("source", source)).counted())


def _in_production(book: Book, figure: PublishedFigure) -> Measured:
    stages = (("stage", "production"), ("stage", "full_production"))
    return Measured(Decimal(book.inside(book.cube, figure).total().producing), book.place(figure).cohort(*stages))


def _percent(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else ratio * 100


ELSEWHERE = _("Kept by the statistics bureau, not in this register; typed in for the plan over several years.")
NO_VISITS = _("Visits and the firms met on them are not entered here.")
NOT_OURS = _("Not a figure of projects: it comes from another office.")
DEFINITIONS: dict[str, Definition] = {
    "new_projects": Definition(
        _("projects signed"),
        _("signed in the period; up to a year: signed by its end, undated ones included"),
        _now(lambda cell: cell.projects, lambda place: place.counted()),
    ),
    "agreed_capital": Definition(
        _("agreed capital"),
        _("commitments dated in the period; up to a year: all by its end"),
        _now(lambda cell: cell.agreed / YI, lambda place: place.counted()),
    ),
    "new_projects_change": Definition(
        _("more projects than the year before"),
        _("projects signed in the year less those of the year before"),
        _change(lambda now, before: Decimal(now.projects - before.projects)),
    ),
    "agreed_capital_growth": Definition(
        _("growth of agreed capital"),
        _("over the year before"),
        _change(lambda now, before: _percent(growth(now.agreed, before.agreed))),
    ),
    "agreed_capital_change": Definition(
        _("more agreed capital than the year before"),
        _("agreed in the year less that of the year before"),
        _change(lambda now, before: (now.agreed - before.agreed) / YI),
    ),
    "projects_of_1_billion_yuan_or_more": Definition(
        _("projects of 1 billion yuan or more"),
        _("whole agreed amount; those of 5 billion are among them"),
        _of_size(10),
    ),
    "projects_of_5_billion_yuan_or_more": Definition(
        _("projects of 5 billion yuan or more"), _("whole agreed amount, the bound included"), _of_size(50)
    ),
    "china_500_firms": Definition(
        _("China 500 firms"),
        _("distinct groups that take part in projects signed in the year"),
        _firms(HonourKind.CHINA_500),
    ),
    "listed_firms": Definition(
        _("listed firms"), _("distinct groups that take part in projects signed in the year"), _firms(HonourKind.LISTED)
    ),
    "signings_from_visits": Definition(
        _("signings from visits"),
        _("signed in the year with the source 外出招商; part of all, not added"),
        _from_visits,
    ),
    "projects_in_production": Definition(
        _("projects in production"), _("in production or beyond, undated ones included"), _in_production
    ),
    "outbound_visits": Definition(_("outbound visits"), NO_VISITS),
    "firms_and_associations_met": Definition(_("firms and associations met"), NO_VISITS),
    "technology_firms_settled_around": Definition(_("technology firms settled around"), NOT_OURS),
    "firms_above_designated_size": Definition(_("firms above designated size"), ELSEWHERE),
    "new_firms_above_designated_size": Definition(_("new firms above designated size"), ELSEWHERE),
    "industrial_output": Definition(_("industrial output"), ELSEWHERE),
    "industrial_output_growth": Definition(_("growth of industrial output"), ELSEWHERE),
    "new_market_entities": Definition(_("new market entities"), NOT_OURS),
    "new_market_entities_growth": Definition(_("growth of new market entities"), NOT_OURS),
    "approval_time_cut_low": Definition(_("cut of approval time, least"), NOT_OURS),
    "approval_time_cut_high": Definition(_("cut of approval time, most"), NOT_OURS),
    "government_services_in_one_window": Definition(_("government services in one window"), NOT_OURS),
    "services_available_online": Definition(_("services available online"), NOT_OURS),
}
UNKNOWN_MEASURE = _("This register has no definition for it.")
UNKNOWN_PERIOD = _("Not a year, nor “to-” and a year: nothing is computed for it.")
UNKNOWN_SCOPE = _("There is no such cluster or park in the register.")
UNSEEN_SCOPE = _("It is of more than the parks that this account sees.")


def reconciled(
    projects: ProjectQuerySet,
    day: datetime.date | None,
    names: dict[tuple[str, str], str],
    parks: Collection[str] | None = None,
) -> list[Line]:
    """All published figures but plans; `names` are those of clusters and parks by (scope, code).

    Where the projects are of some parks alone, `parks`, only the figures of these are computed.
    """
    books: dict[str, Book] = {}
    known = {(DISTRICT, "")}
    known |= {("cluster", code) for code in Cluster.objects.order_by().values_list("code", flat=True)}
    known |= {("park", code) for code in Park.objects.order_by().values_list("code", flat=True)}
    lines = []
    for figure in PublishedFigure.objects.exclude(measure__startswith="target_"):
        period = figure.period
        year = year_of_text(period.removeprefix("to-"))
        if period not in books and year:
            books[period] = Book(projects, year, day, until=period.startswith("to-"))
        place = (figure.scope, figure.scope_code)
        problem = None
        if period not in books:
            problem = UNKNOWN_PERIOD
        elif place not in known:
            problem = UNKNOWN_SCOPE
        elif parks is not None and not (figure.scope == "park" and figure.scope_code in parks):
            problem = UNSEEN_SCOPE
        lines.append(_line(figure, books.get(period), names.get(place, figure.scope_code), problem))
    return lines


def _line(figure: PublishedFigure, book: Book | None, scope: str, problem: str | Promise | None) -> Line:
    definition = DEFINITIONS.get(figure.measure, Definition(figure.measure, UNKNOWN_MEASURE))
    label, says = str(definition.label), str(definition.says)
    if definition.compute is None:
        return Line(figure, scope, label, "", why=says)
    if book is None or problem:
        return Line(figure, scope, label, says, why=str(problem))
    found = definition.compute(book, figure)
    printed = number_of(figure.value)
    if found.value is None or printed is None:
        return Line(figure, scope, label, says, why=str(_("There is nothing to compare with.")))
    return Line(
        figure,
        scope,
        label,
        says,
        found.value,
        found.value - printed,
        _verdict(found.value, printed, figure, is_later=book.is_cut),
        found.params,
    )


def number_of(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _verdict(computed: Decimal, printed: Decimal, figure: PublishedFigure, *, is_later: bool) -> str:
    """Agrees where it rounds to the printed number; near where the qualifier says so and it is within a tenth.

    What does not agree differs, or is of a later day than the computed figure, and then says nothing against it.
    """
    step = Decimal(1).scaleb(int(printed.as_tuple().exponent))
    if computed.quantize(step, ROUND_HALF_UP) == printed:
        return AGREES
    off = computed - printed
    room = abs(printed) * SLACK
    if (figure.qualifier == "近" and -room <= off < 0) or (figure.qualifier == "余" and 0 < off <= room):
        return NEARLY
    return LATER if is_later else DIFFERS
