"""Which projects leaders press: key ones, and those that stand still. Of a day, as far as dated rows tell."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.money import YI
from projects.choices import Condition, MilestoneKind, Stage
from projects.counting import happened
from projects.models import Milestone
from projects.querysets import ProjectQuerySet
from projects.then import then

LARGE = 10 * YI  # 万元: a project of this amount is a key one, whether anybody named it so or not
NOT_KEY = ("", "否", "无", "不是")  # what ledgers write where a project is none
START, STALLED = "start", "stalled"
STUCK = [(START, _("planned start past, not started")), (STALLED, _("stalled"))]
BEFORE_START = [Stage.SIGNED.value, Stage.REGISTERED.value, Stage.LAND.value]


def key_projects(projects: ProjectQuerySet, day: datetime.date | None = None) -> ProjectQuerySet:
    """Named as a key project, or of 10 亿元 or more as of the day."""
    found, agreed = then(projects, "agreed_capital", day)
    return found.filter(~Q(is_key_project__in=NOT_KEY) | Q(**{f"{agreed}__gte": LARGE}))


def stuck(
    projects: ProjectQuerySet, kinds: Collection[str], *, day: datetime.date | None, today: datetime.date
) -> ProjectQuerySet:
    """Of one of the kinds of STUCK, none of them terminated. `today` judges what is past where no day is asked."""
    found, stage = then(projects, "stage", day)
    found, condition = then(found, "condition", day)
    wanted = Q(pk__in=[])
    if START in kinds:
        wanted |= Q(Exists(_late_start(day, today)), **{f"{stage}__in": BEFORE_START})
    if STALLED in kinds:
        wanted |= Q(**{condition: Condition.STALLED})
    return found.filter(wanted).exclude(**{condition: Condition.TERMINATED})


def _late_start(day: datetime.date | None, today: datetime.date) -> object:
    yesterday = (day or today) - datetime.timedelta(days=1)
    planned = Milestone.objects.filter(project=OuterRef("pk"), kind=MilestoneKind.STARTED, planned_on__by=yesterday)
    return planned.exclude(happened("actual_on", day), reached=True)
