"""What a signed project has really done: 履约 and 落地, defined once for figures and for the list (glossary, 1.2)."""

from __future__ import annotations

import datetime
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from projects.choices import LandMode, Stage
from projects.counting import happened
from projects.querysets import ProjectQuerySet
from projects.then import then

PERFORMING, LANDED = "performing", "landed"
STEPS = [(PERFORMING, _("performing")), (LANDED, _("landed"))]
LEASED = Q(land_mode=LandMode.LEASED)


def stages_from(stage: Stage) -> list[str]:
    """This stage and those after it."""
    return [one.value for one in Stage if one.rank >= stage.rank]


def paid(day: datetime.date | None) -> Any:
    """Projects to which capital had come by the day: a condition."""
    if day is None:
        return Q(arrived_capital__gt=0)
    arrival = apps.get_model("projects", "CapitalArrival")
    return Exists(arrival.objects.filter(happened("month", day), amount__gt=0, project=OuterRef("pk")))


def with_steps(projects: ProjectQuerySet, steps: list[str], day: datetime.date | None) -> ProjectQuerySet:
    """Projects that had taken one of these steps by the day.

    Performing: any real step after the signing, or money. Landed: the land is won; with a lease, the company is there.
    """
    found, stage = then(projects, "stage", day)
    wanted = Q(pk__in=[])
    if PERFORMING in steps:
        wanted |= Q(**{f"{stage}__in": stages_from(Stage.REGISTERED)}) | Q(paid(day))
    if LANDED in steps:
        wanted |= Q(**{f"{stage}__in": stages_from(Stage.LAND)}) | Q(**{stage: Stage.REGISTERED}) & LEASED
    return found.filter(wanted)
