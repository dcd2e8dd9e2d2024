"""The history of a project and of the register: which changes, narrowed, a page at a time however many there are."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jiangjin.lib.dates import PartialDayFormField
from projects.changes import Change, changes_of, row_changes, with_before
from projects.differences import ROWS, columns
from projects.models import Project
from projects.querysets import ProjectQuerySet
from projects.reasons import NUMBERED, reasons_of_number

PER_PAGE = 50
# So many history rows at most are looked through for one page: whoever asks for what is rare goes on from there.
LOOKED_THROUGH = 100_000
LOOKED_THROUGH_BY_FIELD = 20_000  # here each row is compared with the one before it
COMMAND = "none"
# Points in the history at which its day is looked up, to find a period without an index of days.
POINTS = 400
# History rows are numbered as they are written and dated a moment before: a period is looked for with this margin.
MARGIN = datetime.timedelta(hours=1)


class HistoryFilter(forms.Form):
    """What narrows a history. Empty narrows nothing; what cannot be read is said, and nothing is listed."""

    person = forms.ChoiceField(label=_("person"), required=False)
    field = forms.ChoiceField(label=_("field"), required=False)
    batch = forms.CharField(label=_("batch number"), required=False, max_length=40)
    since = PartialDayFormField(label=_("from day"), required=False)
    until = PartialDayFormField(label=_("to day"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        people = User.objects.order_by("display_name", "username").values_list("pk", "display_name", "username")
        names = [(str(pk), name or username) for pk, name, username in people]
        self.fields["person"].choices = [("", _("everybody")), (COMMAND, _("the command")), *names]
        plain = [(field.name, field.verbose_name) for field in columns()]
        tables = [(kind.key, kind.title) for kind in ROWS.values()]
        self.fields["field"].choices = [("", _("all fields")), *plain, *tables]
        self.fields["batch"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean_batch(self) -> list[str]:
        """The reasons that the wanted rows may carry."""
        text = self.cleaned_data["batch"].strip().lstrip("#")
        if not text:
            return []
        if NUMBERED.fullmatch(text):
            return [text]
        if text.isascii() and text.isdecimal() and len(text) <= 18:
            return reasons_of_number(int(text))
        raise ValidationError(
            _("This is no number of a batch. Write it as it stands beside the change, for example 12.")
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is narrowed at all."""
        return self.is_bound and any(self.data.get(name) for name in self.fields)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of changes, newest first.

    `older` is where the next page begins, None at the end; `looked_until` is the moment back to which was looked where
    that was broken off before the page was full.
    """

    changes: list[Change]
    projects: dict[int, Project]
    older: int | None
    looked_until: datetime.datetime | None


def page_of(
    visible: ProjectQuerySet, filters: HistoryFilter, before: int | None, *, of: Project | None = None
) -> HistoryPage:
    """The page of changes of these projects that begins below the history row `before`; of one project alone with `of`.

    The number of queries does not grow with the history, and neither does the work: see LOOKED_THROUGH.
    """
    if not filters.is_valid():
        return HistoryPage([], {}, None, None)
    wanted = filters.cleaned_data
    kind = ROWS.get(wanted["field"])
    model = (kind.model if kind else Project).history.model  # type: ignore[attr-defined]
    rows = model._default_manager.all()
    key = "project" if kind else "id"
    rows = rows.filter(**{key: of.pk}) if of else rows.filter(**{f"{key}__in": visible.values("pk")})
    column = wanted["field"] if not kind else ""
    rows, floor = _narrowed(rows, wanted, before, column=column, bounded=of is None)
    records = list(with_before(rows)[: PER_PAGE + 1])
    more, records = len(records) > PER_PAGE, records[:PER_PAGE]
    changes = row_changes(kind, records) if kind else changes_of(records, column)
    older = records[-1].history_id if more else floor
    looked_until = None if more or floor is None else _day_of(model, floor)
    return HistoryPage(changes, _projects(visible, changes), older, looked_until)


def _projects(visible: ProjectQuerySet, changes: Iterable[Change]) -> dict[int, Project]:
    found = visible.filter(pk__in={change.project_id for change in changes}).only("code", "name")
    return {project.pk: project for project in found}


def _narrowed(
    rows: QuerySet, wanted: dict[str, Any], before: int | None, *, column: str, bounded: bool
) -> tuple[QuerySet, int | None]:
    """The rows that the conditions leave, and the number above which they were looked for (None: all of them)."""
    if wanted["person"]:
        rows = rows.filter(history_user=None if wanted["person"] == COMMAND else int(wanted["person"]))
    if wanted["batch"]:
        rows = rows.filter(history_change_reason__in=wanted["batch"])
    first, last = _period(wanted)
    if first:
        rows = rows.filter(history_date__gte=first)
    if last:
        rows = rows.filter(history_date__lt=last)
    if column:
        rows = _changed_in(rows, column)
    low, high = _bounds(rows.model, first, last) if bounded else (None, None)
    high = min((number for number in (before, high) if number is not None), default=None)
    if high is not None:
        rows = rows.filter(history_id__lt=high)
    if not bounded:
        return rows, None
    newest = _newest(rows.model) + 1
    floor = (newest if high is None else min(high, newest)) - (LOOKED_THROUGH_BY_FIELD if column else LOOKED_THROUGH)
    if floor <= (low or 0):
        return (rows.filter(history_id__gte=low) if low else rows), None
    return rows.filter(history_id__gte=floor), floor


def _changed_in(rows: QuerySet, column: str) -> QuerySet:
    """Rows in which this column differs from the row before it."""
    field = Project._meta.get_field(column).attname
    own = rows.model._default_manager.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    rows = rows.annotate(former=Subquery(own.order_by("-history_id").values(field)[:1])).exclude(history_type="+")
    unknown_before = Q(former=None) & Q(**{f"{field}__isnull": False})
    unknown_now = Q(former__isnull=False) & Q(**{field: None})
    return rows.filter(Q(former__lt=F(field)) | Q(former__gt=F(field)) | unknown_before | unknown_now)


def _period(wanted: dict[str, Any]) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """The first moment of the period, and the first one after it."""
    since, until = wanted["since"], wanted["until"]
    day = datetime.timedelta(days=1)
    return _midnight(since.first) if since else None, _midnight(until.last + day) if until else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _newest(model: Any) -> int:
    return model._default_manager.aggregate(newest=Max("history_id"))["newest"] or 0


def _bounds(model: Any, first: Any, last: Any) -> tuple[int | None, int | None]:
    """Numbers between which the rows of a period lie: the days of some rows tell, for days have no index."""
    if not first and not last:
        return None, None
    ends = model._default_manager.aggregate(oldest=Min("history_id"), newest=Max("history_id"))
    if ends["newest"] is None:
        return None, None
    step = max(1, (ends["newest"] - ends["oldest"]) // POINTS)
    points = range(ends["oldest"], ends["newest"] + 1, step)
    known = dict(model._default_manager.filter(history_id__in=points).values_list("history_id", "history_date"))
    low = max((number for number, at in known.items() if first and at < first - MARGIN), default=None)
    high = min((number for number, at in known.items() if last and at >= last + MARGIN), default=None)
    return low, high


def _day_of(model: Any, number: int) -> datetime.datetime | None:
    """When the row of this number, or the next one there is, was written."""
    rows = model._default_manager.filter(history_id__gte=number).order_by("history_id")
    return rows.values_list("history_date", flat=True).first()
