"""How the list is shown: its heads, its order and its pages. What narrows it stands in `conditions.py`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.demo import as_of_day
from projects.choices import CommitmentKind, Stage
from projects.columnplaces import Asked, Stored
from projects.columns import BY_KEY, DEFAULT, Column
from projects.fetching import fetched
from projects.models import CapitalCommitment, Project
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet
from projects.then import THEN, show_as_of, then

PER_PAGE = (20, 50, 100, 200)
DEFAULT_PER_PAGE = 50
GREATEST_PAGE = 500
DEFAULT_SORT = "-agreed_capital"
SORTED_AT_ONCE = 5000  # rows; more are not sorted to show a page of them


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: how it is sorted now (`aria-sort`, or empty), and the `sort` of its link, if it sorts."""

    column: Column
    direction: str
    next_sort: str | None


def heads(sort: str, columns: Sequence[Column] = DEFAULT) -> list[Head]:
    """The heads of these columns for the order in force."""
    made = []
    for column in columns:
        down = f"-{column.key}"
        if column.sort is None:
            made.append(Head(column, "", None))
        elif sort == column.key:
            made.append(Head(column, "ascending", down))
        elif sort == down:
            made.append(Head(column, "descending", column.key))
        else:
            made.append(Head(column, "", down if column.downwards else column.key))
    return made


def is_sort(wanted: str) -> bool:
    """Whether the list can be ordered by this parameter."""
    column = BY_KEY.get(wanted.removeprefix("-"))
    return column is not None and column.sort is not None


def sort_of(params: QueryDict) -> str:
    """The wanted order, or the default for one that is not known."""
    wanted = params.get("sort", "")
    return wanted if is_sort(wanted) else DEFAULT_SORT


def ordered(projects: ProjectQuerySet, sort: str, asked: Asked) -> QuerySet:
    """In the wanted order; what is unknown comes last either way, equals by number. As of a day, by what was then."""
    key, backwards, day = sort.removeprefix("-"), sort.startswith("-"), asked.day
    if day is not None and key in THEN:
        projects, name = then(projects, key, day)
        column = F(name)
        if key == "stage":
            projects = projects.alias(stage_rank=Case(*(When(stage_then=one, then=Value(one.rank)) for one in Stage)))
            column = F("stage_rank")
    else:
        place = BY_KEY[key].place
        projects, column = place.annotated(projects, asked), place.order()
    return projects.order_by(column.desc(nulls_last=True) if backwards else column.asc(nulls_last=True), "code")


def asked_of(period: Period | None, day: datetime.date | None = None) -> Asked:
    """What values of columns depend on besides their project, where no conditions of the list do (`filters.asked`)."""
    return Asked(period, day or as_of_day(), day)


def time_of_amounts(asked: Asked) -> str:
    """Of which time the amounts of the totals are, in words; empty where they are whole."""
    period = asked.period or ALL
    if asked.arrived_in:
        said = {"agreed": period.label, "arrived": asked.arrived_in.label}
        return _("amounts: agreed in %(agreed)s, arrived in %(arrived)s") % said
    return "" if period.is_all else _("amounts agreed and arrived in %(period)s") % {"period": period.label}


def with_increase_mark(projects: QuerySet) -> QuerySet:
    """Adds `increased`: capital was added to the project at some time (含增资)."""
    increases = CapitalCommitment.objects.filter(project=OuterRef("pk"), kind=CommitmentKind.INCREASE)
    return projects.annotate(increased=Exists(increases))


class CountedPaginator(Paginator):
    """Pages of rows that were counted already, with the totals: nothing is counted twice."""

    def __init__(self, rows: QuerySet, per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.count = total


def is_per_page(wanted: str) -> bool:
    """Whether this is a number of rows."""
    return wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 and int(wanted) > 0


def per_page_of(params: QueryDict) -> int:
    """How many rows a page has: as asked, at most GREATEST_PAGE; the default for what is no number."""
    wanted = params.get("per_page", "")
    return min(int(wanted), GREATEST_PAGE) if is_per_page(wanted) else DEFAULT_PER_PAGE


def page_of(projects: QuerySet, params: QueryDict, total: int) -> Page:
    """The wanted page, or the nearest there is; `total` is the number of rows in all."""
    return CountedPaginator(projects, per_page_of(params), total).get_page(params.get("page"))


def page_of_rows(
    found: ProjectQuerySet,
    params: QueryDict,
    total: int,
    asked: Asked,
    *,
    columns: Sequence[Column] = DEFAULT,
) -> Page:
    """The wanted page with everything that its rows show, in a constant number of queries; as of a day."""
    sort = sort_of(params)
    page = page_of(ordered(found, sort, asked).values("pk"), params, total)
    if not total:
        page.object_list = []
        return page
    # Only the numbers of the projects are sorted and cut; what a row shows is fetched for the rows of the page alone.
    keys = _keys_by_index(found, sort, page, asked) if total > SORTED_AT_ONCE else page.object_list
    here = with_increase_mark(ordered(Project.objects.filter(pk__in=keys), sort, asked))
    # The light is said with its reasons, for the rows of the page (pages.mark_rows), and asks for the milestones.
    shown = [column for column in columns if column.kind != "light"]
    if len(shown) < len(columns):
        here = here.prefetch_related("milestones")
    page.object_list = list(fetched(here, shown, asked))
    if asked.day is not None:
        show_as_of(page.object_list, asked.day)
    return page


def _keys_by_index(found: ProjectQuerySet, sort: str, page: Page, asked: Asked) -> QuerySet | list[int]:
    """The keys of a page out of very many: the known ones in the very order of an index, then the unknown.

    Sorted as one, with the unknown last, all of them would be read for every page: no index has this order both ways.
    """
    key, place = sort.removeprefix("-"), BY_KEY[sort.removeprefix("-")].place
    if type(place) is not Stored or "__" in place.path or (asked.day is not None and key in THEN):
        return page.object_list
    known = found.exclude(place.empty(asked)) if place.is_null else found
    first, most = page.start_index() - 1, page.paginator.per_page
    order = f"-{place.path}" if sort.startswith("-") else place.path
    keys = list(known.order_by(order, "code").values_list("pk", flat=True)[first : first + most])
    if place.is_null and (lacking := most - len(keys)):
        begin = max(0, first - known.count())
        keys += found.filter(place.empty(asked)).order_by("code").values_list("pk", flat=True)[begin : begin + lacking]
    return keys


def plain(amount: Decimal) -> str:
    """An amount in 万元 for scripts: digits without commas, exponent or needless zeros."""
    return f"{amount.normalize():f}"
