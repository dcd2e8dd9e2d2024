"""What happens to the demo when real work begins: its projects, imports and accounts go, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypedDict

from django.apps import apps
from django.core.cache import cache
from django.db import models, router, transaction
from django.db.models.fields.files import FieldFile
from django.utils.functional import partition
from django.utils.translation import gettext_lazy as _

from accounts.demo import remove_demo_accounts
from accounts.models import Role, User
from projects.models import (
    Attachment,
    BulkEdit,
    Chief,
    DefaultView,
    Handover,
    Investor,
    Note,
    Obstacle,
    Official,
    Participation,
    Project,
    SavedView,
    TaskForceMember,
)
from reports.models import FixedTable, SavedTable
from reports.targetmodels import Target, TargetActual

# Ids a statement: SQLite allows 32,766 variables.
BATCH = 10_000

# Where an official is named besides Project.lead_official.
OFFICIALS_ELSEWHERE: tuple[tuple[type[models.Model], str], ...] = (
    (Handover, "from_official"),
    (Handover, "to_official"),
    (TaskForceMember, "official"),
    (Chief, "official"),
    (Note, "official"),
    (Obstacle, "official"),
)


class Cleared(TypedDict):
    """How many of each went, and the numbers of the demo's projects that stay because real work was done on them."""

    projects: int
    investors: int
    officials: int
    imports: int
    accounts: int
    kept: list[str]


class NoOtherAdministrator(Exception):
    """A demo account would take itself out and leave nobody who can log in and look after the register."""

    message = _("You are logged in with a demo account. Make an administrator of your own first, then log in with it.")


@transaction.atomic
def clear_demo(*, user: User | None) -> Cleared:
    """Take demo data and demo accounts out, for good and without a history.

    A project that a demo ledger brought stays where somebody who is not a demo account changed it, or another import
    met it. `user` is the acting account, or None for the command. Raises NoOtherAdministrator.
    """
    _require_somebody_left(user)
    # Neighbours do not import each other (reports, imports); the site's registry knows both.
    batches = apps.get_model("imports", "ImportBatch").objects.filter(is_demo=True)
    reasons = [batch.reason for batch in batches]
    brought = _created_by(Project, reasons)
    touched = _touched(brought, reasons)
    kept, going = partition(lambda pk: pk not in touched, sorted(brought))
    answer = Cleared(
        projects=len(going),
        investors=0,
        officials=0,
        imports=len(reasons),
        accounts=0,
        kept=list(Project.objects.filter(pk__in=kept).values_list("code", flat=True)),
    )
    _forget_batches(batches)
    _remove_files([row.file for row in Attachment.objects.filter(project__in=going)])
    _forget(Project, going)
    # What a demo account made on the way, such as the follower of a handing over, is needed as little as the rest.
    answer["investors"] = _forget_unused(Investor, Participation.objects.values_list("investor", flat=True), reasons)
    answer["officials"] = _forget_unused(Official, _named_officials(), reasons)
    # What somebody decided while trying out must not steer how real files are read.
    for name in ("RememberedWord", "RememberedMapping"):
        apps.get_model("imports", name).objects.filter(decided_by__is_demo=True).delete()
    _forget_bulk_edits()
    _forget(SavedView, SavedView.objects.filter(owner__is_demo=True).values_list("pk", flat=True))
    _forget(DefaultView, DefaultView.objects.filter(user__is_demo=True).values_list("pk", flat=True))
    _forget_tables()
    for model in (Target, TargetActual):
        _forget(model, _made_by_demo(model) - _changed_by_people(model, reasons))
    answer["accounts"] = remove_demo_accounts(user=user)
    transaction.on_commit(cache.clear)  # whether this is a demo, and which years there are, is remembered for a while
    return answer


def _require_somebody_left(user: User | None) -> None:
    if user is None or not user.is_demo:
        return
    if not User.objects.filter(is_demo=False, is_active=True, role=Role.ADMIN).exists():
        raise NoOtherAdministrator


def _created_by(model: type[models.Model], reasons: list[str]) -> set[int]:
    """Ids of the rows that these imports created and that are still there."""
    made = model.history.filter(history_type="+", history_change_reason__in=reasons).values("id")  # type: ignore[attr-defined]
    return set(model._default_manager.filter(pk__in=made).values_list("pk", flat=True))


def _made_by_demo(model: type[models.Model]) -> set[int]:
    """Ids of the rows that demo accounts created and that are still there."""
    made = model.history.filter(history_type="+", history_user__is_demo=True).values("id")  # type: ignore[attr-defined]
    return set(model._default_manager.filter(pk__in=made).values_list("pk", flat=True))


def _children(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """The tables that go with a row, each with the column that points to it."""
    for relation in model._meta.related_objects:
        if getattr(relation, "on_delete", None) is models.CASCADE:
            yield relation.related_model, relation.field.attname


def _touched(ids: set[int], reasons: list[str]) -> set[int]:
    """Which of these projects were changed by an account that is not a demo account, or met by another import."""
    rows = apps.get_model("imports", "ImportRow").objects.filter(batch__is_demo=False).exclude(project=None)
    return ids & (set(rows.values_list("project", flat=True)) | _changed_by_people(Project, reasons))


def _changed_by_people(model: type[models.Model], reasons: list[str]) -> set[int]:
    """Ids of the rows that real accounts wrote, themselves or a child of them, other than by these imports."""
    found: set[int] = set()
    for table, column in [(model, "id"), *_children(model)]:
        written = table.history.filter(history_user__is_demo=False)  # type: ignore[attr-defined]
        found.update(written.exclude(history_change_reason__in=reasons).values_list(column, flat=True))
    return found


def _forget(model: type[models.Model], ids: Iterable[int]) -> None:
    """Delete rows with their children and all their history: a constant number of statements for each BATCH."""
    ids = list(ids)
    using = router.db_for_write(model)
    for start in range(0, len(ids), BATCH):
        these = ids[start : start + BATCH]
        for table, column in _children(model):
            if list(_children(table)):  # members of task forces
                _forget(table, table._default_manager.filter(**{f"{column}__in": these}).values_list("pk", flat=True))
        for table, column in [*_children(model), (model, "id")]:
            condition = {f"{column}__in": these}
            table.history.filter(**condition)._raw_delete(using)  # type: ignore[attr-defined]
            table._default_manager.filter(**condition)._raw_delete(using)


def _forget_bulk_edits() -> None:
    """Bulk changes of demo accounts go, but for those that a project which stays still speaks of."""
    edits = {edit.reason: edit.pk for edit in BulkEdit.objects.filter(user__is_demo=True)}
    records = Project.history.filter(history_change_reason__in=list(edits)).order_by()
    going = edits.keys() - set(records.values_list("history_change_reason", flat=True).distinct())
    apps.get_model("imports", "Takeback").objects.filter(subject__in=going).delete()
    BulkEdit.objects.filter(pk__in=[edits[reason] for reason in going]).delete()


def _forget_tables() -> None:
    """What demo accounts saved, and what they fixed: figures of demo projects."""
    for going in (FixedTable.objects.filter(made_by__is_demo=True), SavedTable.objects.filter(owner__is_demo=True)):
        ids = list(going.values_list("pk", flat=True))
        going.delete()
        going.model.history.filter(id__in=ids).delete()


def _forget_unused(model: type[models.Model], used: models.QuerySet, reasons: list[str]) -> int:
    """Delete what these imports or demo accounts made, nobody else changed, and no project needs. Returns how many."""
    brought = _created_by(model, reasons) | _made_by_demo(model)
    needed = set(used.order_by())
    going = brought - needed - _changed_by_people(model, reasons)
    _forget(model, going)
    return len(going)


def _named_officials() -> models.QuerySet:
    """Officials whom a project, a handover, a task force, a chief's post, a note or an obstacle still names."""
    named = (
        Project.objects.values_list("lead_official", flat=True),
        *(model._default_manager.values_list(column, flat=True) for model, column in OFFICIALS_ELSEWHERE),
    )
    first, *others = (rows.order_by() for rows in named)
    return first.union(*others)


def _forget_batches(batches: models.QuerySet) -> None:
    """Delete imports with their rows and files."""
    _remove_files([batch.file for batch in batches])
    ids = [batch.pk for batch in batches]
    rows = apps.get_model("imports", "ImportRow").objects.filter(batch__in=ids)
    rows._raw_delete(rows.db)
    batches.model.objects.filter(pk__in=ids).delete()


def _remove_files(files: list[FieldFile]) -> None:
    """Once it is certain that their rows are gone."""

    def remove() -> None:
        for file in files:
            if file:
                file.storage.delete(file.name)

    transaction.on_commit(remove)
