"""What must hold between tables and cannot be said to the database; `manage.py check_data` asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.integrity import invariant
from projects.choices import CommitmentKind
from projects.models import CapitalArrival, CapitalCommitment, Investor, Milestone, Participation, Project
from projects.names import investor_name_columns, project_name_columns
from projects.stages import stage_of

CHUNK = 2000


def _sums(model: Any) -> dict[int, Any]:
    return dict(model.objects.order_by().values_list("project").annotate(Sum("amount")))


@invariant(gettext_lazy("agreed and arrived capital are the sums of their entries"))
def capital_is_the_sum_of_its_entries() -> Iterable[str]:
    agreed, arrived = _sums(CapitalCommitment), _sums(CapitalArrival)
    columns = ("pk", "code", "agreed_capital", "arrived_capital")
    for pk, code, kept_agreed, kept_arrived in Project.objects.values_list(*columns).iterator(chunk_size=CHUNK):
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
    rows = Project.objects.annotate(
        whole=Sum("commitments__amount"),
        entries=Count("commitments"),
        initial=Count("commitments", filter=Q(commitments__kind=CommitmentKind.INITIAL)),
    )
    for code, whole, entries, initial in rows.values_list("code", "whole", "entries", "initial").iterator():
        if whole is not None and whole < 0:
            yield _("%(code)s: the reductions are more than what was agreed") % {"code": code}
        if entries and not initial:
            yield _("%(code)s: has increases without an initial agreement") % {"code": code}


@invariant(gettext_lazy("a project's stage follows from its milestones"))
def stage_follows_from_milestones() -> Iterable[str]:
    reached: dict[int, list[str]] = defaultdict(list)
    for pk, kind in Milestone.objects.filter(reached=True).values_list("project", "kind"):
        reached[pk].append(kind)
    columns = ("pk", "code", "stage", "signed_on")
    for pk, code, stage, signed_on in Project.objects.values_list(*columns).iterator(chunk_size=CHUNK):
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
    for row in rows:
        yield _("%(code)s: %(count)s lead investors") % {"code": row["project__code"], "count": row["leads"]}


@invariant(gettext_lazy("names can be found and compared"))
def names_match_their_keys() -> Iterable[str]:
    yield from _names(Project, project_name_columns)
    yield from _names(Investor, investor_name_columns)


def _names(model: Any, columns_of: Any) -> Iterator[str]:
    for name, key, initials in model.objects.values_list("name", "name_key", "name_initials").iterator(CHUNK):
        expected = columns_of(name)
        if (expected["name_key"], expected["name_initials"]) != (key, initials):
            yield _("“%(name)s” is kept under the wrong key") % {"name": name}


@invariant(gettext_lazy("every row's newest history says what the row says"))
def history_is_complete() -> Iterable[str]:
    for model in apps.get_models():
        if hasattr(model, "history") and model._meta.app_label in {"projects", "parks", "industries", "reports"}:
            yield from _history(model)


def _history(model: Any) -> Iterator[str]:
    """Rows without history, and rows that were written past it."""
    history = model.history.model
    newest = history.objects.order_by().values("id").annotate(last=Max("history_id")).values("last")
    kept = {field.name for field in history._meta.concrete_fields}
    columns = [field.attname for field in model._meta.concrete_fields if field.name in kept]
    said = {row[0]: row for row in history.objects.filter(history_id__in=newest).values_list("id", *columns)}
    for pk, *values in model.objects.values_list("pk", *columns).iterator(chunk_size=CHUNK):
        found = said.get(pk)
        if found is None or list(found[1:]) != values:
            yield _("%(model)s %(pk)s was written without history") % {"model": model._meta.verbose_name, "pk": pk}
