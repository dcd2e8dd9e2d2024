"""Which projects may be the same as one that is being typed. Nothing is merged or refused by it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.text import investor_key, name_key
from projects.capital import near
from projects.models import Participation, Project
from projects.permissions import Actor

LIKE_DEAL = _("same investor, amounts within 10%")
SIMILAR = 0.8  # of names, wherever they are met
SIMILAR_OF_INVESTOR = 0.5  # a firm seldom signs twice for things of like names
MOST = 5
SHORTEST = 2  # characters from which a name can be like another
LOOKED_AT = 300
LONGEST = 200


def similarity(one: str, other: str) -> float:
    """How like two keys of names are, from 0 to 1."""
    matcher = difflib.SequenceMatcher(None, one, other)
    return matcher.ratio() if matcher.quick_ratio() >= SIMILAR_OF_INVESTOR else 0.0


def alike(one: str, other: str) -> bool:
    """Whether two keys of names are so like that a person must look at them."""
    return similarity(one, other) >= SIMILAR


@dataclass(slots=True)
class Similar:
    """Projects like the one that is typed; `hidden`: there is one that the account may not see, and no more is said.

    `like_deals` are the keys of those with one of the investors and nearly the amount, whatever they are called.
    """

    projects: list[Project] = field(default_factory=list)
    hidden: bool = False
    like_deals: frozenset[int] = frozenset()
    why: ClassVar = LIKE_DEAL  # they are listed; a template cannot look up words with a percent sign


def similar_projects(name: str, investors: Iterable[str], agreed: Decimal | None, *, user: Actor) -> Similar:
    """The likeliest duplicates of a project of this name, these investors and this amount (万元), the nearest first.

    What the account may not see counts only where the names are the same or nearly so: a few letters, or an amount for
    a known firm, must not be enough to find out bit by bit what another park signed.
    """
    key = name_key(name.replace("\x00", "")[:LONGEST])
    firms = {investor_key(firm.replace("\x00", "")[:LONGEST]) for firm in investors} - {""}
    if len(key) < SHORTEST and not (firms and agreed):
        return Similar()
    rated = [(_rating(key, agreed, project), project) for project in _candidates(key, firms)]
    likely = sorted((pair for pair in rated if pair[0]), key=lambda pair: (-pair[0], pair[1].pk))
    visible = Project.objects.visible_to(user).filter(pk__in=[project.pk for __, project in likely])
    seen = visible.select_related("park").in_bulk()
    hidden = any(alike(key, project.name_key) for __, project in likely if project.pk not in seen)
    listed = [project for __, project in likely if project.pk in seen][:MOST]
    like_deals = frozenset(project.pk for project in listed if _is_like_deal(agreed, project))
    return Similar([seen[project.pk] for project in listed], hidden, like_deals)


def _candidates(key: str, firms: set[str]) -> list[Project]:
    """Projects that share a part of the name, or an investor; a name with one or two slips keeps one of three parts."""
    shared = Q(name_key=key)
    if len(key) >= SHORTEST:
        size = max(SHORTEST, len(key) // 3)
        for start in {0, (len(key) - size) // 2, len(key) - size}:
            shared |= Q(name_key__contains=key[start : start + size])
    theirs = Participation.objects.filter(project=OuterRef("pk"), investor__name_key__in=firms)
    found = Project.objects.counted().annotate(of_investor=Exists(theirs)).filter(shared | Q(of_investor=True))
    # The same name and the same investor first, should there be more than are looked at.
    return list(found.only("name_key", "agreed_capital").order_by("-of_investor", "-pk")[:LOOKED_AT])


def _is_like_deal(agreed: Decimal | None, project: Project) -> bool:
    return project.of_investor and near(agreed, project.agreed_capital)  # type: ignore[attr-defined]


def _rating(key: str, agreed: Decimal | None, project: Project) -> float:
    """How likely the project is the one meant; 0 where it is not likely enough to be shown."""
    other = project.name_key
    rating = similarity(key, other)
    if len(key) > SHORTEST and len(other) > SHORTEST and (key in other or other in key):
        rating = max(rating, SIMILAR)
    if _is_like_deal(agreed, project):
        return rating + 1.5
    least = SIMILAR_OF_INVESTOR if project.of_investor else SIMILAR  # type: ignore[attr-defined]
    return rating + project.of_investor if rating >= least else 0.0  # type: ignore[attr-defined]
