"""How the list is shown: its order, its pages, and the chips that say what narrows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from projects.choices import CommitmentKind, ParticipationRole, Stage
from projects.filters import ProjectFilter
from projects.models import CapitalCommitment, Participation
from projects.querysets import ProjectQuerySet

PER_PAGE = ("20", "50", "100", "200")
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


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list; `sort` is its parameter."""

    key: str
    label: str
    number: bool = False


COLUMNS = [
    Column("code", _("number")),
    Column("name", _("project")),
    Column("investor", _("investor")),
    Column("park", _("park")),
    Column("cluster", _("cluster")),
    Column("agreed_capital", _("agreed (亿元)"), number=True),
    Column("arrived_capital", _("arrived (亿元)"), number=True),
    Column("signed_on", _("signed"), number=True),
    Column("stage", _("stage")),
    Column("next_milestone", _("next milestone")),
]


def sort_of(params: QueryDict) -> str:
    """The wanted order, or the default for one that is not known."""
    wanted = params.get("sort", "")
    return wanted if wanted.removeprefix("-") in SORTS else DEFAULT_SORT


def ordered(projects: ProjectQuerySet, sort: str) -> QuerySet:
    """In the wanted order; what is unknown comes last either way, equals by number."""
    key, backwards = sort.removeprefix("-"), sort.startswith("-")
    if key == "investor":
        lead = Participation.objects.filter(project=OuterRef("pk"), role=ParticipationRole.LEAD)
        projects = projects.annotate(investor_name=lead.values("investor__name")[:1])
    elif key == "stage":
        ranks = [When(stage=stage, then=Value(stage.rank)) for stage in Stage]
        projects = projects.annotate(stage_rank=Case(*ranks))
    elif key == "next_milestone":
        projects = projects.with_next_milestone()
    column = F(SORTS[key])
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


def page_of(projects: QuerySet, params: QueryDict, total: int) -> Page:
    """The wanted page, or the nearest there is; `total` is the number of rows in all."""
    wanted = params.get("per_page", "")
    per_page = int(wanted) if wanted in PER_PAGE else int(PER_PAGE[1])
    return CountedPaginator(projects, per_page, total).get_page(params.get("page"))


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, and the query string without it."""

    label: str
    value: str
    without: str


def chips_of(filters: ProjectFilter) -> list[Chip]:
    """One chip a condition and value, each of them removable."""
    chips = []
    params: QueryDict = filters.data
    for name, field in filters.form.fields.items():
        words = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        for value in params.getlist(name):
            if not value:
                continue
            rest = params.copy()
            rest.setlist(name, [other for other in params.getlist(name) if other != value])
            for gone in ("page", "view"):
                rest.pop(gone, None)
            shown = "" if name == "voided" else words.get(value, value)
            chips.append(Chip(str(field.label), shown, clean_query(rest)))
    return chips


def clean_query(params: QueryDict) -> str:
    """The query string without parameters that say nothing."""
    kept = QueryDict(mutable=True)
    for name, values in params.lists():
        kept.setlist(name, [value for value in values if value])
    return kept.urlencode()
