"""Which projects lack what their stage asks for: `stages.lacks` said to the database."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q

from projects.choices import MILESTONE_OF_STAGE, LandMode, MilestoneKind, ParticipationRole, Stage
from projects.models import Milestone, Participation, Project
from projects.stages import ACTUAL_FIELD, MAY_BE_PASSED, PLANNED_FIELD, REQUIRED

ACTUAL = {name: kind for kind, name in ACTUAL_FIELD.items()}
PLANNED = {name: kind for kind, name in PLANNED_FIELD.items()}


def lacking(name: str) -> Q:
    """Projects whose stage asks for this field of the table REQUIRED, where nobody filled it in."""
    return _asked_for(name, _asks) & _empty(name)


def lacking_soon(name: str) -> Q:
    """The same where the stage or the next one asks for it."""
    return (_asked_for(name, _asks) | _asked_for(name, _asks_next)) & _empty(name)


def lacking_any() -> Q:
    """Projects that lack anything of what their stage asks for."""
    return _lacking_of(_asks)


def lacking_for_next() -> Q:
    """Projects that lack anything for the stage that usually follows: `lacks(project, next_stage(project))`."""
    return _lacking_of(_asks_next)


def _asked_for(name: str, asks: Callable[[Stage], Q]) -> Q:
    asked = Q(pk__in=[])
    for stage, names in REQUIRED.items():
        if name in names:
            asked |= asks(stage)
    return asked


def _lacking_of(asks: Callable[[Stage], Q]) -> Q:
    found = Q()
    for stage, names in REQUIRED.items():
        empty = Q()
        for name in names:
            empty |= _empty(name)
        found |= asks(stage) & empty
    return found


def _asks(stage: Stage) -> Q:
    """Projects that are in this stage, or have passed through it on their way to where they are."""
    return Q(stage=stage) | (Q(stage__in=[other for other in Stage if other.rank > stage.rank]) & _through(stage))


def _asks_next(stage: Stage) -> Q:
    """Projects to which this stage is the next one, or one that they have passed through on their way to it."""
    before = [other for other in Stage if other.rank == stage.rank - 1]
    since = [other for other in Stage if other.rank >= stage.rank and other != Stage.FULL_PRODUCTION]
    return Q(stage__in=before) | (Q(stage__in=since) & _through(stage))


def _through(stage: Stage) -> Q:
    """Projects beyond this stage that did not pass it by."""
    if stage not in MAY_BE_PASSED:
        return Q()
    through = Q(pk__in=[])
    if kind := MILESTONE_OF_STAGE.get(stage):
        through |= Q(_milestone(kind, reached=True))
    if stage == Stage.LAND:
        through |= Q(land_mode=LandMode.GRANTED)
    return through


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
