"""Making two firms one: which values stay, and whose parts in projects, ranks and honours move.

The other firm keeps its row, out of all lists, so that its name finds the kept one in forms and files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from imports.mergechoices import Choice, Rows, choices_of, rows_of, take_over
from imports.mergewrites import Writes
from imports.merging import CannotMerge
from imports.models import Merge, PairKind
from imports.writing import lock_imports
from projects import permissions
from projects.choices import ParticipationRole
from projects.locking import lock_projects
from projects.models import Honour, Investor, Participation, Project
from projects.names import NAME_COLUMNS, set_investor_name
from projects.registering import ConcurrentEdit

OWN_COLUMNS = frozenset(("credit_code", "merged_into_id"))


class FirmPair:
    """Two firms side by side."""

    def __init__(self, kept: Investor, gone: Investor) -> None:
        self.kept, self.gone = kept, gone
        both = (kept.pk, gone.pk)
        self.parts = [list(Participation.objects.filter(investor=pk).order_by("pk")) for pk in both]
        self.honours = [list(Honour.objects.filter(investor=pk).order_by("pk")) for pk in both]

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever somebody wrote anything of the two."""
        seen = hashlib.sha256()
        for row in (self.kept, self.gone, *self.parts[0], *self.parts[1], *self.honours[0], *self.honours[1]):
            values = [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
            seen.update(repr((row._meta.label, values)).encode())
        return seen.hexdigest()

    @cached_property
    def choices(self) -> list[Choice]:
        """Columns that differ; the credit code says which firm is kept."""
        return list(choices_of(self.kept, self.gone, prefix="investor", left_out=OWN_COLUMNS))

    @property
    def shared(self) -> Rows:
        """Parts in projects: those that move, and those in projects that both take part in."""
        return rows_of(Participation, ("project_id",), *self.parts)

    @property
    def are_two_persons(self) -> bool:
        """Two credit codes are two legal persons."""
        codes = {self.kept.credit_code, self.gone.credit_code} - {None}
        return len(codes) > 1

    @property
    def is_wrong_way_round(self) -> bool:
        """The firm whose credit code is known is the one to keep."""
        return not self.kept.credit_code and bool(self.gone.credit_code)


def may_merge_firms(user: User, *firms: Investor) -> bool:
    """Who may void the projects of all of them."""
    if not permissions.may_merge_firms(user):
        return False
    parks = Project.objects.filter(participations__investor__in=firms).values_list("park_id", flat=True)
    return all(permissions.may_void_in(user, park) for park in set(parks.order_by()))


def merge_firms(*, kept: Investor, gone: Investor, chosen: Mapping[str, str], fingerprint: str, user: User) -> Merge:
    """Make two firms one. `chosen`: by `Choice.name`.

    Raises ConcurrentEdit where either is no longer as it was shown, CannotMerge.
    """
    with transaction.atomic():
        lock_imports()
        both = Investor.objects.filter(pk__in=(kept.pk, gone.pk))
        list(both.order_by("pk").select_for_update().values_list("pk"))
        lock_projects(Participation.objects.filter(investor__in=both).values_list("project_id", flat=True))
        stored = both.in_bulk()
        if len(stored) < 2:
            raise ConcurrentEdit
        pair = FirmPair(stored[kept.pk], stored[gone.pk])
        if pair.fingerprint != fingerprint or pair.kept.merged_into_id or pair.gone.merged_into_id:
            raise ConcurrentEdit
        if not may_merge_firms(user, pair.kept, pair.gone):
            raise CannotMerge(_("These firms take part in projects of parks that you may not write."))
        if pair.are_two_persons:
            raise CannotMerge(_("Two credit codes are two legal persons: these firms stay two."))
        if pair.is_wrong_way_round:
            raise CannotMerge(_("Keep the firm whose credit code is known."))
        return _merge(pair, chosen, user)


def _merge(pair: FirmPair, chosen: Mapping[str, str], user: User) -> Merge:
    kept, gone = pair.kept, pair.gone
    done = Merge(kind=PairKind.INVESTOR, kept=kept.pk, gone=gone.pk, chosen=dict(chosen), user=user)
    done.kept_text, done.gone_text = kept.name[:250], gone.name[:250]
    done.save()
    writes = Writes(user, done.reason)
    touched = _unite_parts(pair, writes)
    for row in rows_of(Honour, ("kind", "year"), *pair.honours).moving:
        writes.change(row, investor_id=kept.pk)
    names = take_over(kept, gone, prefix="investor", left_out=OWN_COLUMNS, chosen=chosen)
    set_investor_name(kept, kept.name)
    columns = {*names, "name", *NAME_COLUMNS}
    writes.change(kept, **{name: getattr(kept, name) for name in columns})
    for firm in Investor.objects.filter(Q(pk=gone.pk) | Q(merged_into=gone)).order_by("pk"):
        writes.change(firm, merged_into_id=kept.pk)
    now = timezone.now()
    for project in Project.objects.filter(pk__in=touched).order_by("pk"):
        writes.change(project, version=project.version + 1, updated_at=now)
    writes.write()
    return done


def _unite_parts(pair: FirmPair, writes: Writes) -> set[int]:
    """A project of both has one part; who led it by either leads it. Returns the projects that changed."""
    found = pair.shared
    for row in found.moving:
        writes.change(row, investor_id=pair.kept.pk)
    for mine, theirs in found.both:
        # The other part goes first: the database allows one lead investor at any moment.
        writes.gone[Participation].append(theirs.pk)
        lead = theirs.role == ParticipationRole.LEAD
        role = ParticipationRole.LEAD if lead else mine.role
        share = mine.share if mine.share is not None else theirs.share
        if (role, share) != (mine.role, mine.share):
            writes.change(mine, role=role, share=share)
    return {row.project_id for row in pair.parts[1]}
