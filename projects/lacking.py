"""Which projects lack what their stage asks for: `stages.lacks` said to the database."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from projects.choices import MILESTONE_OF_STAGE, LandMode, MilestoneKind, ParticipationRole, Stage
from projects.models import Milestone, Participation, Project
from projects.stages import ACTUAL_FIELD, MAY_BE_PASSED, PLANNED_FIELD, REQUIRED

ACTUAL = {name: kind for kind, name in ACTUAL_FIELD.items()}
PLANNED = {name: kind for kind, name in PLANNED_FIELD.items()}


def lacking(name: str) -> Q:
    """Projects whose stage asks for this field of the table REQUIRED, where nobody filled it in."""
    asked = Q()
    for stage, names in REQUIRED.items():
        if name in names:
            asked |= _asks(stage)
    return asked & _empty(name)


def lacking_any() -> Q:
    """Projects that lack anything of what their stage asks for."""
    found = Q()
    for stage, names in REQUIRED.items():
        empty = Q()
        for name in names:
            empty |= _empty(name)
        found |= _asks(stage) & empty
    return found


def _asks(stage: Stage) -> Q:
    """Projects that are in this stage, or have passed through it on their way to where they are."""
    later = Q(stage__in=[other for other in Stage if other.rank > stage.rank])
    if stage in MAY_BE_PASSED:
        through = Q(pk__in=[])
        if kind := MILESTONE_OF_STAGE.get(stage):
            through |= Q(_milestone(kind, reached=True))
        if stage == Stage.LAND:
            through |= Q(land_mode=LandMode.GRANTED)
        later &= through
    return Q(stage=stage) | later


def _empty(name: str) -> Q:
    if name == "investor":
        return ~Q(Exists(Participation.objects.filter(project=OuterRef("pk"), role=ParticipationRole.LEAD)))
    if name in ACTUAL:
        return ~Q(_milestone(ACTUAL[name], actual_on__isnull=False))
    if name in PLANNED:
        return ~Q(_milestone(PLANNED[name], planned_on__isnull=False))
    column = Project._meta.get_field(name)
    return Q(**{name: ""}) if not column.null else Q(**{f"{name}__isnull": True})


def _milestone(kind: MilestoneKind, **of: object) -> Exists:
    return Exists(Milestone.objects.filter(project=OuterRef("pk"), kind=kind, **of))
