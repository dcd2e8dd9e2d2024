"""What must hold between tables and cannot be said to the database; `manage.py check_data` asks.

Rows are read by key, a chunk at a time: memory stays the same however many there are.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.integrity import invariant
from projects import (
    capital,
    integrity_people,  # noqa: F401 – its invariants are registered with these
)
from projects.choices import CapitalOrigin, CommitmentKind, Condition, MilestoneKind
from projects.models import (
    Attachment,
    CapitalArrival,
    CapitalCommitment,
    ConditionPeriod,
    Investor,
    Milestone,
    Official,
    Participation,
    Project,
    StageMove,
)
from projects.names import NAME_COLUMNS, investor_name_columns, official_name_columns, project_name_columns
from projects.stages import (
    ACTUAL_FIELD,
    CORRECTION,
    DAY_LABELS,
    MOVES,
    PLANNED_FIELD,
    broken_order,
    in_the_future,
    stage_of,
)

CHUNK = 2000
OWN_DAYS = ("first_contact_on", "intent_on", "signed_on")

Keys = tuple[int, int]  # the first and the last of a chunk


def _chunks(model: Any, *columns: str) -> Iterator[tuple[Keys, list[tuple]]]:
    """Rows in the order of their keys: (key, *columns) of each, and between which keys they lie."""
    rows: Any = model._base_manager.order_by("pk").values_list("pk", *columns)
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        yield (chunk[0][0], last), chunk


def _sums(rows: QuerySet, keys: Keys) -> dict[int, Any]:
    return dict(rows.filter(project__pk__range=keys).order_by().values_list("project").annotate(Sum("amount")))


@invariant(gettext_lazy("agreed and arrived capital are the sums of their entries"))
def capital_is_the_sum_of_its_entries() -> Iterable[str]:
    for keys, chunk in _chunks(Project, "code", "agreed_capital", "arrived_capital"):
        agreed, arrived = _sums(CapitalCommitment.objects.all(), keys), _sums(CapitalArrival.objects.all(), keys)
        for pk, code, kept_agreed, kept_arrived in chunk:
            if kept_agreed != agreed.get(pk):
                yield _("%(code)s: agreed capital %(kept)s, but its commitments sum to %(sum)s (万元)") % {
                    "code": code,
                    "kept": kept_agreed,
                    "sum": agreed.get(pk),
                }
            if kept_arrived != arrived.get(pk):
                yield _("%(code)s: arrived capital %(kept)s, but its arrivals sum to %(sum)s (万元)") % {
                    "code": code,
                    "kept": kept_arrived,
                    "sum": arrived.get(pk),
                }


@invariant(gettext_lazy("commitments never sum to less than nothing, and begin with an initial agreement"))
def commitments_make_sense() -> Iterable[str]:
    rows = (
        CapitalCommitment.objects.order_by()
        .values("project__code")
        .annotate(whole=Sum("amount"), initial=Count("pk", filter=Q(kind=CommitmentKind.INITIAL)))
        .filter(Q(whole__lt=0) | Q(initial=0))
    )
    for code, whole, initial in rows.values_list("project__code", "whole", "initial").iterator(CHUNK):
        if whole < 0:
            yield _("%(code)s: the reductions are more than what was agreed") % {"code": code}
        if not initial:
            yield _("%(code)s: has increases without an initial agreement") % {"code": code}


@invariant(gettext_lazy("nothing is added to or taken from an agreement before the initial one"))
def commitments_follow_the_initial_one() -> Iterable[str]:
    for keys, chunk in _chunks(Project, "code"):
        found: dict[int, list[tuple]] = defaultdict(list)
        rows = CapitalCommitment.objects.filter(project__pk__range=keys).order_by()
        for pk, kind, day in rows.values_list("project", "kind", "committed_on"):
            found[pk].append((kind, day))
        for pk, code in chunk:
            if fault := capital.fault_of_days(found[pk]):
                yield f"{code}: {fault}"


@invariant(gettext_lazy("capital from outside the city is domestic"))
def outside_city_is_domestic() -> Iterable[str]:
    rows = CapitalArrival.objects.filter(origin=CapitalOrigin.FOREIGN, outside_city__gt=0).order_by("pk")
    for code, month in rows.values_list("project__code", "month").iterator(CHUNK):
        yield _("%(code)s: the foreign capital of %(month)s is partly from outside the city") % {
            "code": code,
            "month": month,
        }


@invariant(gettext_lazy("a project's stage follows from its milestones"))
def stage_follows_from_milestones() -> Iterable[str]:
    for keys, chunk in _chunks(Project, "code", "stage", "signed_on"):
        reached: dict[int, list[str]] = defaultdict(list)
        milestones = Milestone.objects.filter(project__pk__range=keys, reached=True)
        for pk, kind in milestones.order_by().values_list("project", "kind"):
            reached[pk].append(kind)
        for pk, code, stage, signed_on in chunk:
            expected = stage_of(reached[pk], signed=signed_on is not None, former=stage)
            if stage != expected:
                yield _("%(code)s: stage %(stage)s, but its milestones say %(expected)s") % {
                    "code": code,
                    "stage": stage,
                    "expected": expected,
                }


@invariant(gettext_lazy("days on a project's way follow one another, and actual ones have come"))
def days_follow_one_another() -> Iterable[str]:
    text = gettext_lazy("%(code)s: %(later)s lies before %(earlier)s")
    for keys, chunk in _chunks(Project, "code", *OWN_DAYS, "condition", "condition_on"):
        found: dict[int, dict[str, Any]] = defaultdict(dict)
        milestones = Milestone.objects.filter(project__pk__range=keys, kind__in=ACTUAL_FIELD).order_by()
        for pk, kind, planned, actual in milestones.values_list("project", "kind", "planned_on", "actual_on"):
            found[pk][ACTUAL_FIELD[MilestoneKind(kind)]] = actual
            if kind in PLANNED_FIELD:
                found[pk][PLANNED_FIELD[MilestoneKind(kind)]] = planned
        for pk, code, *own, condition, condition_on in chunk:
            days = found[pk] | dict(zip(OWN_DAYS, own, strict=True))
            days["terminated_on"] = condition_on if condition == Condition.TERMINATED else None
            for earlier, later in broken_order(days):
                yield text % {"code": code, "later": DAY_LABELS[later], "earlier": DAY_LABELS[earlier]}
            for name in in_the_future(days, timezone.localdate()):
                yield _("%(code)s: %(day)s has not come yet") % {"code": code, "day": DAY_LABELS[name]}


@invariant(gettext_lazy("a past condition ended after it began, by today"))
def past_conditions_are_over() -> Iterable[str]:
    columns = ("project__code", "condition", "since", "until")
    today = timezone.localdate()
    for __, chunk in _chunks(ConditionPeriod, *columns):
        for __, code, condition, since, until in chunk:
            if until and ((since and until.certainly_before(since)) or until.first > today):
                yield _("%(code)s: the past condition %(condition)s ends on %(day)s") % {
                    "code": code,
                    "condition": Condition(condition).label,
                    "day": until,
                }


@invariant(gettext_lazy("a stage went back with a reason alone"))
def corrections_have_a_reason() -> Iterable[str]:
    backwards = Q()
    for (start, end), kind in MOVES.items():
        if kind == CORRECTION:
            backwards |= Q(from_stage=start, to_stage=end)
    rows = StageMove.objects.filter(backwards, reason="").order_by("pk")
    for code in rows.values_list("project__code", flat=True).iterator(CHUNK):
        yield _("%(code)s: the stage went back without a reason") % {"code": code}


@invariant(gettext_lazy("where investors take part, exactly one leads"))
def one_investor_leads() -> Iterable[str]:
    rows = (
        Participation.objects.order_by()
        .values("project__code")
        .annotate(leads=Count("pk", filter=Q(role="lead")))
        .exclude(leads=1)
    )
    for row in rows.iterator(CHUNK):
        yield _("%(code)s: %(count)s lead investors") % {"code": row["project__code"], "count": row["leads"]}


@invariant(gettext_lazy("names can be found and compared"))
def names_match_their_keys() -> Iterable[str]:
    yield from _names(Project, project_name_columns)
    yield from _names(Investor, investor_name_columns)
    yield from _names(Official, official_name_columns)


def _names(model: Any, columns_of: Any) -> Iterator[str]:
    columns = [field.name for field in model._meta.concrete_fields if field.name in NAME_COLUMNS]
    for __, chunk in _chunks(model, "name", *columns):
        for __, name, *kept in chunk:
            expected = columns_of(name)
            if [expected[column] for column in columns] != kept:
                yield _("“%(name)s” is kept under the wrong key") % {"name": name}


@invariant(gettext_lazy("what an attachment belongs to is of the same project, and one thing at most"))
def evidence_is_of_its_project() -> Iterable[str]:
    owners = ("arrival", "milestone", "obstacle", "about")
    elsewhere = Q()
    for name in owners:
        elsewhere |= Q(**{f"{name}__isnull": False}) & ~Q(**{f"{name}__project": F("project")})
    for row in Attachment.objects.filter(elsewhere).select_related("project").order_by("pk").iterator(CHUNK):
        yield _("%(code)s: the attachment %(name)s belongs to another project") % {
            "code": row.project.code,
            "name": row.filename,
        }
    columns = Attachment.objects.order_by("pk").values_list("project__code", "filename", *owners)
    for code, name, *named in columns.iterator(CHUNK):
        if sum(one is not None for one in named) > 1:
            yield _("%(code)s: the attachment %(name)s belongs to several things") % {"code": code, "name": name}


@invariant(gettext_lazy("every stored attachment has its row"))
def attachments_have_rows() -> Iterable[str]:
    """A process that was killed while it stored one may have left a file; those of the last hour may be under way."""
    folder = Path(settings.MEDIA_ROOT) / "attachments"
    old = time.time() - 3600
    known = set(Attachment.objects.values_list("file", flat=True).iterator(CHUNK))
    for file in sorted(folder.rglob("*")):
        name = f"attachments/{file.relative_to(folder).as_posix()}"
        if file.is_file() and name not in known and file.stat().st_mtime < old:
            yield name


@invariant(gettext_lazy("every row's newest history says what the row says"))
def history_is_complete() -> Iterable[str]:
    for model in apps.get_models():
        if hasattr(model._meta, "simple_history_manager_attribute"):
            yield from _written_past_history(model)
            yield from _deleted_past_history(model)


def _written_past_history(model: Any) -> Iterator[str]:
    """Rows whose newest history is missing, says something else, or says that they were deleted."""
    history = model.history.model
    kept = {field.name for field in history._meta.concrete_fields}
    columns = [field.attname for field in model._meta.concrete_fields if field.name in kept and not field.primary_key]
    for keys, chunk in _chunks(model, *columns):
        newest = history.objects.filter(id__range=keys).order_by().values("id").annotate(last=Max("history_id"))
        said = {
            pk: (kind, values)
            for pk, kind, *values in history.objects.filter(history_id__in=newest.values("last")).values_list(
                "id", "history_type", *columns
            )
        }
        for pk, *values in chunk:
            kind, last = said.get(pk, ("-", []))
            if kind == "-" or last != values:
                yield _("%(model)s %(pk)s was written without history") % {"model": model._meta.verbose_name, "pk": pk}


def _deleted_past_history(model: Any) -> Iterator[str]:
    """Rows that are gone, while their newest history does not say so."""
    history = model.history.model
    newest = history.objects.order_by().values("id").annotate(last=Max("history_id"))
    gone = history.objects.filter(history_id__in=newest.values("last")).exclude(history_type="-")
    gone = gone.filter(~Exists(model._base_manager.filter(pk=OuterRef("id"))))
    for pk in gone.order_by().values_list("id", flat=True).iterator(CHUNK):
        yield _("%(model)s %(pk)s was deleted without history") % {"model": model._meta.verbose_name, "pk": pk}
