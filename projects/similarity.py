"""Which projects may be the same as one that is being typed. Nothing is merged or refused by it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from jiangjin.lib.text import investor_key, name_key
from projects.models import Participation, Project
from projects.permissions import Actor

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
    """Projects like the one that is typed; `hidden`: there is one that the account may not see, and no more is said."""

    projects: list[Project] = field(default_factory=list)
    hidden: bool = False


def similar_projects(name: str, investors: Iterable[str], *, user: Actor) -> Similar:
    """The likeliest duplicates of a project of this name and these investors, the nearest first.

    What the account may not see counts only where the names are the same or nearly so: a few letters must not be enough
    to find out letter by letter what another park signed.
    """
    key = name_key(name.replace("\x00", "")[:LONGEST])
    firms = {investor_key(firm.replace("\x00", "")[:LONGEST]) for firm in investors} - {""}
    if len(key) < SHORTEST:
        return Similar()
    rated = [(_rating(key, project), project) for project in _candidates(key, firms)]
    near = sorted((pair for pair in rated if pair[0]), key=lambda pair: (-pair[0], pair[1].pk))
    visible = Project.objects.visible_to(user).filter(pk__in=[project.pk for __, project in near])
    seen = visible.select_related("park").in_bulk()
    hidden = any(alike(key, project.name_key) for __, project in near if project.pk not in seen)
    return Similar([seen[project.pk] for __, project in near if project.pk in seen][:MOST], hidden)


def _candidates(key: str, firms: set[str]) -> list[Project]:
    """Projects that share a part of the name, or an investor; a name with one or two slips keeps one of three parts."""
    size = max(SHORTEST, len(key) // 3)
    parts = {key[start : start + size] for start in (0, (len(key) - size) // 2, len(key) - size)}
    shared = Q(name_key=key)
    for part in parts:
        shared |= Q(name_key__contains=part)
    theirs = Participation.objects.filter(project=OuterRef("pk"), investor__name_key__in=firms)
    found = Project.objects.counted().annotate(of_investor=Exists(theirs)).filter(shared | Q(of_investor=True))
    # The same name and the same investor first, should there be more than are looked at.
    return list(found.only("name_key").order_by("-of_investor", "-pk")[:LOOKED_AT])


def _rating(key: str, project: Project) -> float:
    """How likely the project is the one meant; 0 where it is not likely enough to be shown."""
    other = project.name_key
    rating = similarity(key, other)
    if len(key) > SHORTEST and len(other) > SHORTEST and (key in other or other in key):
        rating = max(rating, SIMILAR)
    least = SIMILAR_OF_INVESTOR if project.of_investor else SIMILAR  # type: ignore[attr-defined]
    return rating + project.of_investor if rating >= least else 0.0  # type: ignore[attr-defined]
