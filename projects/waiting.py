"""What waits for whom: the obstacles of all visible projects, grouped by who must act. A constant number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, Min, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from parks.models import Park
from projects.models import Obstacle
from projects.obstacles import Waiting, told
from projects.querysets import ObstacleQuerySet

GROUPS_PER_PAGE = 20
ROWS_PER_GROUP = 10  # of one unit on the page of all units; its own page has the others
ROWS_PER_PAGE = 50
MOST_UNITS = 500  # offered in the filter and while typing


class WaitingFilter(forms.Form):
    """What narrows the page. Empty narrows nothing."""

    unit = forms.CharField(
        label=_("who must act"), required=False, max_length=100, widget=forms.TextInput(attrs={"list": "units"})
    )
    park = forms.ChoiceField(label=_("park"), required=False)
    overdue = forms.BooleanField(label=_("overdue only"), required=False)
    solved = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        parks = [(park.code, park.name) for park in Park.objects.all()]
        self.fields["park"].choices = [("", _("all parks")), *parks, ("none", _("park not filled in"))]

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab is chosen."""
        return any(self.data.get(name) for name in ("unit", "park", "overdue"))

    def in_words(self) -> list[tuple[str, str]]:
        """What narrows, as a person says it: label and value. Of a valid form."""
        wanted = self.cleaned_data
        parks = dict(self.fields["park"].choices)
        said = [(str(self.fields["unit"].label), wanted["unit"])]
        said.append((str(self.fields["park"].label), str(parks.get(wanted["park"], "")) if wanted["park"] else ""))
        found = [(label, value) for label, value in said if value]
        return [*found, (str(self.fields["overdue"].label), "")] if wanted["overdue"] else found


@dataclass(frozen=True, slots=True)
class Group:
    """Who must act, how much waits for them, and the rows that are shown of it."""

    unit: str
    count: int
    late: int
    rows: list[Waiting] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many of them are not shown here."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """What the page shows; `groups` of open ones, or `rows` of solved ones."""

    page: Page
    groups: list[Group]
    rows: list[Waiting]
    waiting: int
    late: int
    solved: int
    projects: int  # with something that waits


def page_of(user: User, filters: WaitingFilter, number: str | None, today: datetime.date) -> WaitingPage:
    """The page of what waits, or of what was solved, as the conditions say; nothing where they cannot be read."""
    found: ObstacleQuerySet = Obstacle.objects.visible_to(user)
    wanted: dict[str, Any] = filters.cleaned_data if filters.is_valid() else {}
    found = _narrowed(found, wanted) if filters.is_valid() else found.none()
    late = Q(resolved_on=None, due_on__by=today - datetime.timedelta(days=1))
    open_ones = late if wanted.get("overdue") else Q(resolved_on=None)  # of the solved ones none is overdue
    counts = found.order_by().aggregate(
        waiting=Count("pk", filter=open_ones),
        late=Count("pk", filter=late),
        solved=Count("pk", filter=Q(resolved_on__isnull=False)),
        projects=Count("project", filter=open_ones, distinct=True),
    )
    groups: list[Group] = []
    rows: list[Waiting] = []
    if wanted.get("solved"):
        solved = _with_project(found.solved()).order_by("-resolved_on", "-pk")
        page = Paginator(solved, ROWS_PER_PAGE).get_page(number)
        rows = [told(row, today) for row in page.object_list]
    elif wanted.get("unit"):
        waiting = _urgent_first(_with_project(found.filter(open_ones)), late)
        page = Paginator(waiting, ROWS_PER_PAGE).get_page(number)
        rows = [told(row, today) for row in page.object_list]
        groups = [Group(wanted["unit"], counts["waiting"], counts["late"], rows)] if rows else []
    else:
        page, groups = _groups(found.filter(open_ones), late, number, today)
    return WaitingPage(page, groups, rows, **counts)


def all_rows(user: User, wanted: dict[str, Any], today: datetime.date) -> ObstacleQuerySet:
    """Every row of the page's groups in its order, however many, or of the solved ones; `wanted` of a valid filter."""
    found = _narrowed(Obstacle.objects.visible_to(user), wanted)
    if wanted.get("solved"):
        return _with_project(found.solved()).order_by("-resolved_on", "-pk")
    late = Q(resolved_on=None, due_on__by=today - datetime.timedelta(days=1))
    open_ones = found.filter(late if wanted.get("overdue") else Q(resolved_on=None))
    of_unit = {"partition_by": F("unit")}
    rows = _with_project(open_ones).annotate(
        late_of_unit=Window(Count("pk", filter=late), **of_unit), oldest_of_unit=Window(Min("raised_on"), **of_unit)
    )
    return rows.order_by("-late_of_unit", "oldest_of_unit", "unit", *_urgency(late))


def _narrowed(found: ObstacleQuerySet, wanted: dict[str, Any]) -> ObstacleQuerySet:
    if wanted["unit"]:
        found = found.filter(unit=wanted["unit"])
    if wanted["park"]:
        found = found.in_parks([wanted["park"]])
    return found


def _groups(found: ObstacleQuerySet, late: Q, number: str | None, today: datetime.date) -> tuple[Page, list[Group]]:
    """Those with most overdue first, then those for whom something waits longest; the most urgent rows of each."""
    units = (
        found.order_by()
        .values("unit")
        .annotate(count=Count("pk"), late=Count("pk", filter=late), oldest=Min("raised_on"))
        .order_by("-late", "oldest", "unit")
    )
    page = Paginator(units, GROUPS_PER_PAGE).get_page(number)
    shown = list(page.object_list)
    place = Window(RowNumber(), partition_by=F("unit"), order_by=_urgency(late))
    rows = _with_project(found.filter(unit__in=[one["unit"] for one in shown])).annotate(place=place)
    by_unit: dict[str, list[Waiting]] = defaultdict(list)
    for row in rows.filter(place__lte=ROWS_PER_GROUP).order_by("unit", "place"):
        by_unit[row.unit].append(told(row, today))
    return page, [Group(one["unit"], one["count"], one["late"], by_unit[one["unit"]]) for one in shown]


def _urgency(late: Q) -> list[Any]:
    """Overdue ones first, the longest overdue before the others; then those that wait longest."""
    due = Case(When(late, then=F("due_on")), default=Value(None), output_field=IntegerField())
    return [due.asc(nulls_last=True), F("raised_on").asc(), F("pk").asc()]


def _urgent_first(found: ObstacleQuerySet, late: Q) -> ObstacleQuerySet:
    return found.order_by(*_urgency(late))


def _with_project(found: ObstacleQuerySet) -> ObstacleQuerySet:
    return found.select_related("project__park", "official")


def units_offered(user: User) -> list[str]:
    """Who must act somewhere in the projects that the account sees: for the filter and while typing."""
    found = Obstacle.objects.visible_to(user).order_by("unit").values_list("unit", flat=True).distinct()
    return list(found[:MOST_UNITS])
