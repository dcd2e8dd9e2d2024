"""Columns of the firms of a project: the one that leads, those that join, ranks and honours."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from projects.choices import HonourKind, InvestorType, ParticipationRole
from projects.columnplaces import FIRMS, HONOURS, Asked, Place, Rows
from projects.models import Honour, Participation, Project


def lead_firm(column: str) -> Rows:
    """What is known of the investor that leads."""

    def read(project: Project) -> Any:
        firm = project.lead_investor
        found = getattr(firm, column) if firm else None
        if column == "type" and found:
            return str(InvestorType(found).label)
        return found or None

    return Rows(
        lambda: Participation.objects.filter(role=ParticipationRole.LEAD),
        f"investor__{column}",
        read=read,
        needs=(FIRMS,),
        name=f"firm_{column}",
    )


def joint_firms() -> Rows:
    """The firms that join, by name."""

    def read(project: Project) -> str | None:
        parts = [part for part in project.participations.all() if part.role == ParticipationRole.JOINT]
        return "、".join(part.investor.name for part in parts) or None

    return Rows(
        lambda: Participation.objects.filter(role=ParticipationRole.JOINT),
        "investor__name",
        read=read,
        needs=(FIRMS,),
    )


class Honours(Place):
    """Ranks and honours of the leading firm, each once."""

    needs = (FIRMS, HONOURS)
    derived = True

    def value(self, project: Project) -> str | None:
        firm = project.lead_investor
        kinds = [honour.kind for honour in firm.honours.all()] if firm else []
        return "、".join(str(HonourKind(kind).label) for kind in dict.fromkeys(kinds)) or None

    def fits(self, lookup: str, value: Any, asked: Asked) -> Q:
        return Q(Exists(self._held.filter(**{f"kind__{lookup}": value})))

    def empty(self, asked: Asked) -> Q:
        return ~Q(Exists(self._held))

    @property
    def _held(self) -> QuerySet:
        leads = {"investor__participations__role": ParticipationRole.LEAD}
        return Honour.objects.filter(investor__participations__project=OuterRef("pk"), **leads).order_by()
