"""How the list is shown: its columns, its order and its pages. What narrows it stands in `conditions.py`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, F, OuterRef, Prefetch, QuerySet, Value, When
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.choices import CommitmentKind, ParticipationRole, Stage
from projects.models import CapitalCommitment, Participation, Project
from projects.querysets import ProjectQuerySet

PER_PAGE = (20, 50, 100, 200)
DEFAULT_PER_PAGE = 50
GREATEST_PAGE = 500
DEFAULT_SORT = "-agreed_capital"

# Columns that sort: parameter → what the database orders by.
SORTS = {
    "code": "code",
    "name": "name",
    "investor": "investor_name",
    "park": "park__position",
    "cluster": "cluster__position",
    "agreed_capital": "agreed_capital",
    "arrived_capital": "arrived_capital",
    "signed_on": "signed_on",
    "stage": "stage_rank",
    "next_milestone": "next_planned_on",
}
# Columns whose first click asks for the largest, latest or furthest.
DOWNWARDS_FIRST = {"agreed_capital", "arrived_capital", "signed_on", "stage"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list; `key` is its parameter in `sort`."""

    key: str
    label: str | Promise
    number: bool = False


COLUMNS = [
    Column("code", _("number")),
    Column("name", _("project name")),
    Column("investor", _("investor")),
    Column("park", _("park")),
    Column("cluster", _("cluster")),
    Column("agreed_capital", _("agreed (亿元)"), number=True),
    Column("arrived_capital", _("arrived (亿元)"), number=True),
    Column("signed_on", _("signed"), number=True),
    Column("stage", _("stage")),
    Column("next_milestone", _("next milestone")),
]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: how it is sorted now (`aria-sort`, or empty), and the `sort` of its link."""

    column: Column
    direction: str
    next_sort: str


def heads(sort: str) -> list[Head]:
    """The heads of all columns for the order in force."""
    made = []
    for column in COLUMNS:
        down = f"-{column.key}"
        if sort == column.key:
            made.append(Head(column, "ascending", down))
        elif sort == down:
            made.append(Head(column, "descending", column.key))
        else:
            made.append(Head(column, "", down if column.key in DOWNWARDS_FIRST else column.key))
    return made


def is_sort(wanted: str) -> bool:
    """Whether the list can be ordered by this parameter."""
    return wanted.removeprefix("-") in SORTS


def sort_of(params: QueryDict) -> str:
    """The wanted order, or the default for one that is not known."""
    wanted = params.get("sort", "")
    return wanted if is_sort(wanted) else DEFAULT_SORT


# What a project is as of a day: its attribute, and the annotation that a queryset gives it.
THEN = {
    "agreed_capital": "agreed_as_of",
    "arrived_capital": "arrived_as_of",
    "stage": "stage_then",
    "condition": "condition_then",
}


def as_then(projects: ProjectQuerySet, day: datetime.date) -> ProjectQuerySet:
    """With everything of THEN."""
    return projects.with_agreed_as_of(day).with_arrived_as_of(day).with_stage_as_of(day).with_condition_as_of(day)


def show_as_of(rows: list[Project], day: datetime.date) -> None:
    """Give the rows of a page what they were at the end of the day. They are shown, never saved."""
    found = as_then(Project.objects.filter(pk__in=[row.pk for row in rows]), day)
    was = {pk: values for pk, *values in found.values_list("pk", *THEN.values())}
    for row in rows:
        for name, value in zip(THEN, was[row.pk], strict=True):
            setattr(row, name, value)


def ordered(projects: ProjectQuerySet, sort: str, day: datetime.date | None = None) -> QuerySet:
    """In the wanted order; what is unknown comes last either way, equals by number."""
    key, backwards = sort.removeprefix("-"), sort.startswith("-")
    if key == "investor":
        lead = Participation.objects.filter(project=OuterRef("pk"), role=ParticipationRole.LEAD)
        projects = projects.annotate(investor_name=lead.values("investor__name")[:1])
    elif key == "stage":
        if day is not None:
            projects = projects.with_stage_as_of(day)
        ranks = [When(**{"stage" if day is None else "stage_then": stage}, then=Value(stage.rank)) for stage in Stage]
        projects = projects.annotate(stage_rank=Case(*ranks))
    elif key == "next_milestone":
        projects = projects.with_next_milestone()
    elif day is not None and key in THEN:
        projects = as_then(projects, day)
    column = F(THEN[key] if day is not None and key in ("agreed_capital", "arrived_capital") else SORTS[key])
    order = column.desc(nulls_last=True) if backwards else column.asc(nulls_last=True)
    return projects.order_by(order, "code")


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


def page_of_rows(found: ProjectQuerySet, params: QueryDict, total: int, day: datetime.date | None = None) -> Page:
    """The wanted page with everything that its rows show, in three queries however long the list is; as of a day."""
    sort = sort_of(params)
    page = page_of(ordered(found, sort, day).values("pk"), params, total)
    if not total:
        page.object_list = []
        return page
    # Only the numbers of the projects are sorted and cut; what a row shows is fetched for the rows of the page alone.
    here = Project.objects.filter(pk__in=page.object_list)
    lead = Participation.objects.filter(role=ParticipationRole.LEAD).select_related("investor")
    rows = with_increase_mark(ordered(here, sort, day)).select_related("park", "cluster")
    page.object_list = list(rows.prefetch_related(Prefetch("participations", lead), "milestones"))
    if day is not None:
        show_as_of(page.object_list, day)
    return page


def plain(amount: Decimal) -> str:
    """An amount in 万元 for scripts: digits without commas, exponent or needless zeros."""
    return f"{amount.normalize():f}"
