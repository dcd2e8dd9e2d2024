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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.integrity import invariant
from projects.choices import CommitmentKind
from projects.models import Attachment, CapitalArrival, CapitalCommitment, Investor, Milestone, Participation, Project
from projects.names import investor_name_columns, project_name_columns
from projects.stages import stage_of

CHUNK = 2000

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


def _names(model: Any, columns_of: Any) -> Iterator[str]:
    for __, chunk in _chunks(model, "name", "name_key", "name_initials"):
        for __, name, key, initials in chunk:
            expected = columns_of(name)
            if (expected["name_key"], expected["name_initials"]) != (key, initials):
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
