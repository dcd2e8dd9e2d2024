"""Classes that figures are told apart by and a list is narrowed to: size, kind of the lead investor, highest rank.

Each project lies in exactly one class of each, `none` included, so that the parts add up to the whole.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import IsNull, LessThan
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.lib.money import YI, MoneyField
from projects.choices import HonourKind, InvestorType, ParticipationRole
from projects.models import Honour, Participation

NONE = "none"
NOT_FILLED_IN = (NONE, gettext_lazy("not filled in"))


@dataclass(frozen=True, slots=True)
class Size:
    """A class of size in 亿元 (glossary, section 5, table 4): the lower bound is included, the upper one is not."""

    least: int
    below: int | None

    @property
    def code(self) -> str:
        return f"{self.least}-{self.below or ''}"

    @property
    def label(self) -> str:
        bounds = {"least": self.least, "below": self.below}
        if not self.least:
            return _("below %(below)d 亿元") % bounds
        return _("%(least)d–%(below)d 亿元") % bounds if self.below else _("%(least)d 亿元 or more") % bounds

    def of(self, field: str) -> Q:
        """Rows whose amount lies in it."""
        found = Q(**{f"{field}__gte": self.least * YI})
        return found & Q(**{f"{field}__lt": self.below * YI}) if self.below else found


BOUNDS = (0, 1, 5, 10, 20, 50, 100, None)
SIZES = [Size(least or 0, below) for least, below in itertools.pairwise(BOUNDS)]
# Size and honours are looked up in this order: the first that fits is the class.
RANKS = list(HonourKind)


def size_choices() -> list[tuple[str, Any]]:
    return [*((size.code, size.label) for size in SIZES), NOT_FILLED_IN]


def of_sizes(projects: QuerySet, codes: list[str], field: str) -> QuerySet:
    """Projects whose amount in `field` (a column or an annotation, in 万元) lies in one of these classes."""
    wanted = Q(**{field: None}) if NONE in codes else Q(pk__in=[])
    for size in SIZES:
        if size.code in codes:
            wanted |= size.of(field)
    return projects.filter(wanted)


def size_key(amount: Any) -> Case:
    """The class of an amount in 万元, an expression."""
    cases = [
        When(LessThan(amount, Value(size.below * YI, MoneyField())), then=Value(size.code))
        for size in SIZES
        if size.below
    ]
    unknown = When(IsNull(amount, True), then=Value(NONE))
    return Case(unknown, *cases, default=Value(SIZES[-1].code), output_field=CharField())


def lead_type_key() -> Coalesce:
    """The kind of the lead investor."""
    lead = Participation.objects.filter(project=OuterRef("pk"), role=ParticipationRole.LEAD)
    kind = lead.order_by().values("investor__type")[:1]
    return Coalesce(NullIf(Subquery(kind), Value("")), Value(NONE), output_field=CharField())


def top_rank_key() -> Coalesce:
    """The highest rank or honour of a firm that takes part, in the order of `HonourKind`."""
    order = Case(*[When(kind=kind, then=Value(place)) for place, kind in enumerate(RANKS)], default=Value(len(RANKS)))
    held = Honour.objects.filter(investor__participations__project=OuterRef("pk")).annotate(place=order)
    return Coalesce(Subquery(held.order_by("place").values("kind")[:1]), Value(NONE), output_field=CharField())


LEAD_TYPES = [*InvestorType.choices, NOT_FILLED_IN]
TOP_RANKS = [*HonourKind.choices, (NONE, gettext_lazy("no rank or honour"))]
