"""Which projects, and which firms, are likely to be one. Nothing is merged by it: a person works through the list.

Reads each table once and compares in memory only what shares a name, an investor or a rare part of a name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.models import NotTheSame, PairKind
from projects import permissions
from projects.capital import near
from projects.choices import ParticipationRole
from projects.models import Investor, Participation, Project
from projects.similarity import LIKE_DEAL, SIMILAR, alike

MOST = 500  # pairs that are worked through at a time
OF_ONE = 200  # pairs that one name or one firm may bring
RARE = 100  # a part of a name that more projects share tells nothing
SHARED = 2  # rare parts that like names share at least
# 一期 and 二期, 1号 and 2号 are two, however like the names.
NUMBERS = re.compile(r"[0-9]+|[一二三四五六七八九十]+(?=期|号|标)|[东南西北](?=区|园|片)|[a-z](?=区|栋|座)")
PUNCTUATION = re.compile(r"[\W_]+")
ENDINGS = re.compile(r"(?:集团|股份|有限|责任|公司)+$")


class Why(TextChoices):
    """What speaks for two being one."""

    SAME_NAME = "same_name", _("same name")
    SAME_FIRM = "same_firm", LIKE_DEAL
    LIKE_NAME = "like_name", _("similar names")
    FIRM_NAME = "firm_name", _("names differ in brackets, punctuation or ending only")


WEIGHTS = {Why.SAME_NAME: 4, Why.SAME_FIRM: 2, Why.LIKE_NAME: 1, Why.FIRM_NAME: 1}


@dataclass(frozen=True, slots=True)
class Listed:
    """A project as far as it is compared; `agreed` in 万元."""

    pk: int
    code: str
    name: str
    key: str
    park_id: int | None
    park: str | None
    agreed: Decimal | None
    signed_on: Any
    firm_id: int | None
    firm: str


@dataclass(slots=True)
class Likely:
    """Two rows that are likely one, the older one first, and why."""

    one: Any
    other: Any
    reasons: list[Why] = field(default_factory=list)
    may_merge: bool = False
    may_part: bool = False

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[reason] for reason in self.reasons)


def likely_projects(user: User) -> list[Likely]:
    """Pairs of projects that the account sees, the likeliest first; three queries."""
    projects = _projects(user)
    found: dict[tuple[int, int], list[Why]] = defaultdict(list)
    for reason, pairs in (
        (Why.SAME_NAME, _of_same(projects, lambda one: one.key)),
        (Why.SAME_FIRM, _of_same_firm(projects)),
        (Why.LIKE_NAME, _of_like_names(projects)),
    ):
        for pair in pairs:
            found[pair].append(reason)
    known = {one.pk: one for one in projects}
    pairs = _without_parted(PairKind.PROJECT, found)
    likely = [Likely(known[one], known[other], reasons) for (one, other), reasons in pairs]
    likely = sorted(likely, key=lambda pair: (-pair.weight, pair.one.pk, pair.other.pk))[:MOST]
    for pair in likely:
        parks = (pair.one.park_id, pair.other.park_id)
        pair.may_merge = all(permissions.may_void_in(user, park) for park in parks)
        pair.may_part = all(permissions.may_write_in(user, park) for park in parks)
    return likely


def _projects(user: User) -> list[Listed]:
    leads = Participation.objects.filter(role=ParticipationRole.LEAD).order_by()
    firms = {row[0]: row[1:] for row in leads.values_list("project_id", "investor_id", "investor__name")}
    columns = ("pk", "code", "name", "name_key", "park_id", "park__short_name", "agreed_capital", "signed_on")
    rows = Project.objects.visible_to(user).counted().order_by("pk").values_list(*columns)
    return [Listed(*row, *firms.get(row[0], (None, ""))) for row in rows]


def _of_same(rows: Iterable[Any], key_of: Any) -> Iterator[tuple[int, int]]:
    alike_ones: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        alike_ones[key_of(row)].append(row.pk)
    for keys in alike_ones.values():
        yield from _some(combinations(keys, 2))


def _some(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for number, pair in enumerate(pairs):
        if number == OF_ONE:
            return
        yield pair


def _of_same_firm(projects: list[Listed]) -> Iterator[tuple[int, int]]:
    """Neighbours in the order of their amounts: no firm costs the square of its projects."""
    by_firm: dict[int, list[Listed]] = defaultdict(list)
    for one in projects:
        if one.firm_id is not None and one.agreed is not None:
            by_firm[one.firm_id].append(one)
    for theirs in by_firm.values():
        yield from _some(_near_amounts(sorted(theirs, key=lambda one: (one.agreed, one.pk))))


def _near_amounts(ordered: list[Listed]) -> Iterator[tuple[int, int]]:
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if not near(one.agreed, other.agreed):
                break
            if NUMBERS.findall(one.key) == NUMBERS.findall(other.key):
                yield min(one.pk, other.pk), max(one.pk, other.pk)


def _of_like_names(projects: list[Listed]) -> Iterator[tuple[int, int]]:
    """Names of which a person would say that they are the same; compared where they share rare parts."""
    holders: dict[str, list[int]] = defaultdict(list)
    parts = [{one.key[at : at + 2] for at in range(len(one.key) - 1)} for one in projects]
    for place, own in enumerate(parts):
        for part in own:
            holders[part].append(place)
    for part in [part for part, places in holders.items() if len(places) > RARE]:
        del holders[part]
    for place, one in enumerate(projects):
        shared: Counter[int] = Counter()
        for part in parts[place] & holders.keys():
            later = holders[part]
            later.remove(place)  # the first: those before it have been
            shared.update(later)
        for other_place, count in shared.items():
            other = projects[other_place]
            if count >= SHARED and other.key != one.key and _are_like(one.key, other.key):
                yield one.pk, other.pk


def _are_like(one: str, other: str) -> bool:
    """`alike` is slow, so lengths are asked first: too unlike ones cannot be like names."""
    shorter, longer = sorted((len(one), len(other)))
    may_be = 2 * shorter >= SIMILAR * (shorter + longer)
    return may_be and NUMBERS.findall(one) == NUMBERS.findall(other) and alike(one, other)


def likely_firms(user: User) -> list[Likely]:
    """Pairs of firms that the account sees whose names hardly differ; two credit codes are two firms."""
    rows = list(Investor.objects.visible_to(user).defer("remarks").order_by("pk"))
    known = {row.pk: row for row in rows}
    found: dict[tuple[int, int], list[Why]] = {}
    for one, other in _of_same(rows, lambda row: loose_key(row.name_key)):
        codes = {known[one].credit_code, known[other].credit_code} - {None}
        if len(codes) < 2:
            same = known[one].name_key == known[other].name_key
            found[one, other] = [Why.SAME_NAME if same else Why.FIRM_NAME]
    may = permissions.may_merge_firms(user)
    pairs = _without_parted(PairKind.INVESTOR, found)
    likely = [
        Likely(known[one], known[other], reasons, may, permissions.may_write_some(user))
        for (one, other), reasons in pairs
    ]
    return sorted(likely, key=lambda pair: (-pair.weight, pair.one.pk, pair.other.pk))[:MOST]


def loose_key(key: str) -> str:
    """A firm's key without brackets, punctuation and what its legal form is called."""
    bare = PUNCTUATION.sub("", key)
    return ENDINGS.sub("", bare) or bare


def _without_parted(kind: PairKind, found: dict[tuple[int, int], list[Why]]) -> list[tuple[tuple[int, int], list[Why]]]:
    parted = set(NotTheSame.objects.filter(kind=kind).order_by().values_list("one", "other"))
    return [(pair, reasons) for pair, reasons in found.items() if pair not in parted]
