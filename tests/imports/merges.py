"""Merging as tests do it, and everything that the register says, to the last bit."""

from __future__ import annotations

import hashlib
from typing import Any

from accounts.models import User
from imports.firmmerging import FirmPair, merge_firms
from imports.merge_undoing import plan_merge_takeback, take_merge_back
from imports.mergechoices import chosen_of
from imports.merging import merge_projects, pair_of
from imports.models import ImportRow, Merge, Takeback
from imports.undo_rules import SUBJECTS
from projects.models import Investor, Project

PASSING = {"version", "updated_at"}  # what every write moves on


def register() -> list[tuple[Any, ...]]:
    """Every row of every table of the register, and what the rows of files speak of."""
    rows: list[tuple[Any, ...]] = []
    for subject in SUBJECTS:
        names = [field.attname for field in subject.model._meta.concrete_fields if field.name not in PASSING]
        rows += [(subject.label, *row) for row in subject.model._base_manager.order_by("pk").values_list(*names)]
    return rows + list(ImportRow.objects.order_by("pk").values_list("pk", "project"))


def digest() -> str:
    return hashlib.sha256(repr(register()).encode()).hexdigest()


def merge(kept: Project, gone: Project, *, user: User, **said: str) -> Merge:
    """As the page does it: what is not said stays as proposed. Dots of names are written as two underscores."""
    pair = pair_of(kept.pk, gone.pk)
    data = {name.replace("__", "."): value for name, value in said.items()}
    chosen = chosen_of(pair.choices, data)
    chosen["commitments"] = said.get("commitments", pair.agreed_default)
    return merge_projects(kept=kept, gone=gone, chosen=chosen, fingerprint=pair.fingerprint, user=user)


def merge_two_firms(kept: Investor, gone: Investor, *, user: User, **said: str) -> Merge:
    pair = FirmPair(Investor.objects.get(pk=kept.pk), Investor.objects.get(pk=gone.pk))
    data = {name.replace("__", "."): value for name, value in said.items()}
    chosen = chosen_of(pair.choices, data)
    return merge_firms(kept=kept, gone=gone, chosen=chosen, fingerprint=pair.fingerprint, user=user)


def take_back(done: Merge, *, user: User) -> Takeback:
    plan = plan_merge_takeback(done, user=user)
    return take_merge_back(merge=done, user=user, digest=plan.digest)
