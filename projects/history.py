"""The history of a project and of the register: which changes, narrowed, a page at a time however many there are."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Min, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.people import people_choices
from jiangjin.lib.dates import PartialDayFormField, midnight
from projects.changes import Change, changes_of, row_changes, with_before
from projects.differences import ROWS, columns
from projects.models import Project
from projects.querysets import ProjectQuerySet
from projects.reasons import carries, subjects_in

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
        self.fields["person"].choices = [("", _("everybody")), (COMMAND, _("the command")), *people_choices()]
        plain = [(field.name, field.verbose_name) for field in columns()]
        tables = [(kind.key, kind.title) for kind in ROWS.values()]
        self.fields["field"].choices = [("", _("all fields")), *plain, *tables]
        self.fields["batch"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean_batch(self) -> list[str]:
        """What the wanted rows may be of: "import 12"."""
        text = self.cleaned_data["batch"]
        subjects = subjects_in(text)
        if text and not subjects:
            raise ValidationError(
                _("This is no number of a batch. Write it as it stands beside the change, for example 12.")
            )
        return subjects

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
    everything = rows
    rows, floor = _narrowed(rows, wanted, before, column=column, bounded=of is None)
    if column:
        rows = model._default_manager.filter(history_id__in=_changed_in(rows, everything, column))
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
        rows = rows.filter(carries(wanted["batch"]))
    first, last = _period(wanted)
    if first:
        rows = rows.filter(history_date__gte=first)
    if last:
        rows = rows.filter(history_date__lt=last)
    if not bounded:
        return (rows if before is None else rows.filter(history_id__lt=before)), None
    oldest, newest = _ends(rows.model)
    low, high = _bounds(rows.model, oldest, newest, first, last)
    high = high if before is None else min(before, high)
    floor = high - (LOOKED_THROUGH_BY_FIELD if column else LOOKED_THROUGH)
    rows = rows.filter(history_id__lt=high, history_id__gte=max(low, floor))
    return rows, floor if floor > low else None


def _changed_in(rows: QuerySet, everything: QuerySet, column: str) -> list[int]:
    """The newest of these rows in which the column differs from the same project's row before, by number.

    The rows before are read together, from a stretch of the history; only what lies before it is asked for by project.
    """
    field = Project._meta.get_field(column).attname
    wanted = list(rows.exclude(history_type="+").order_by("-history_id").values_list("history_id", field))
    if not wanted:
        return []
    newest, oldest = wanted[0][0], wanted[-1][0]
    stretch = everything.filter(history_id__lte=newest, history_id__gte=oldest - LOOKED_THROUGH_BY_FIELD)
    former: dict[int, Any] = {}
    last: dict[int, Any] = {}
    for number, project, value in stretch.order_by("history_id").values_list("history_id", "id", field):
        if project in last:
            former[number] = last[project]
        last[project] = value
    alone = [number for number, __ in wanted if number not in former]
    own = rows.model._default_manager.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    before = Subquery(own.order_by("-history_id").values(field)[:1])
    asked = rows.model._default_manager.filter(history_id__in=alone).annotate(former=before)
    former.update(asked.values_list("history_id", "former") if alone else ())
    changed = (number for number, value in wanted if number in former and former[number] != value)
    return list(itertools.islice(changed, PER_PAGE + 1))


def _period(wanted: dict[str, Any]) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """The first moment of the period, and the first one after it."""
    since, until = wanted["since"], wanted["until"]
    day = datetime.timedelta(days=1)
    return midnight(since.first) if since else None, midnight(until.last + day) if until else None


def _ends(model: Any) -> tuple[int, int]:
    """The numbers of the oldest and the newest history row."""
    ends = model._default_manager.aggregate(oldest=Min("history_id"), newest=Max("history_id"))
    return ends["oldest"] or 0, ends["newest"] or 0


def _bounds(model: Any, oldest: int, newest: int, first: Any, last: Any) -> tuple[int, int]:
    """Numbers between which the rows of a period lie, the upper one left out.

    The days of some rows tell, for days have no index.
    """
    if not first and not last:
        return oldest, newest + 1
    points = range(oldest, newest + 1, max(1, (newest - oldest) // POINTS))
    known = dict(model._default_manager.filter(history_id__in=points).values_list("history_id", "history_date"))
    low = max((number for number, at in known.items() if first and at < first - MARGIN), default=oldest)
    high = min((number for number, at in known.items() if last and at >= last + MARGIN), default=newest + 1)
    return low, high


def _day_of(model: Any, number: int) -> datetime.datetime | None:
    """When the row of this number, or the next one there is, was written."""
    rows = model._default_manager.filter(history_id__gte=number).order_by("history_id")
    return rows.values_list("history_date", flat=True).first()


def written_since(model: Any, moment: datetime.datetime) -> QuerySet:
    """The rows of a history table written at the moment or later, found without an index of days."""
    low, __ = _bounds(model, *_ends(model), moment, None)
    return model._default_manager.filter(history_id__gte=low, history_date__gte=moment)
