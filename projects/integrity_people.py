"""What must hold of who follows, and cannot be said to the database. Registered with `projects/integrity.py`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.integrity import invariant
from projects.models import Chief, Handover, Project, TaskForce, TaskForceMember

CHUNK = 2000


@invariant(gettext_lazy("a project is led by whom the last handover names"))
def the_last_handover_names_who_leads() -> Iterable[str]:
    """Not of a project that another one was merged into: it has the handovers of both, and who leads was chosen."""
    last = Handover.objects.filter(project=OuterRef("pk")).order_by("-handed_on", "-pk")
    handed = Project.objects.filter(Exists(last)).annotate(last_to=Subquery(last.values("to_official")[:1]))
    handed = handed.filter(~Exists(Project.objects.filter(merged_into=OuterRef("pk"))), merged_into=None)
    same = Q(lead_official=F("last_to")) | Q(lead_official=None, last_to=None)
    found = handed.exclude(pk__in=handed.filter(same).values("pk")).order_by("pk")
    for code in found.values_list("code", flat=True).iterator(CHUNK):
        yield _("%(code)s: somebody else leads than the last handover says") % {"code": code}


@invariant(gettext_lazy("nothing was handed over on a day that has not come"))
def handovers_have_come() -> Iterable[str]:
    rows = Handover.objects.filter(handed_on__gt=timezone.localdate()).order_by("pk")
    for code, day in rows.values_list("project__code", "handed_on").iterator(CHUNK):
        yield _("%(code)s: handed over on %(day)s, which has not come yet") % {"code": code, "day": day}


@invariant(gettext_lazy("task forces and chiefs end after they began"))
def they_end_after_they_began() -> Iterable[str]:
    for model in (TaskForce, Chief):
        places = ("project", "park") if model is TaskForce else ("park", "chain", "official")
        for row in model._base_manager.filter(until__lt=F("since")).select_related(*places).order_by("pk"):
            yield _("%(name)s ends on %(until)s, before it began (%(since)s)") % {
                "name": row,
                "until": row.until,
                "since": row.since,
            }


@invariant(gettext_lazy("an official is once in a task force"))
def nobody_is_twice_in_a_task_force() -> Iterable[str]:
    named = ("task_force__name", "official__name")
    groups = TaskForceMember.objects.exclude(official=None).order_by("task_force", "official")
    twice = groups.values("task_force", "official", *named).annotate(times=Count("pk")).filter(times__gt=1)
    for team, name in twice.values_list(*named).iterator(CHUNK):
        yield _("%(team)s: %(name)s stands there twice") % {"team": team, "name": name}
