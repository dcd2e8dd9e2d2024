"""Registers of older days may lack the last handover: the form, a bulk change and an import once wrote the lead official
alone. It is added, dated as the change in the project's history, so that the handovers say who leads again."""

from django.db import migrations
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

REASON = "update"
CHUNK = 500


def add_last_handovers(apps, schema_editor):
    """So many projects at a time. A merged project has the handovers of two, and who leads was chosen: it is left."""
    using = schema_editor.connection.alias
    Project = apps.get_model("projects", "Project").objects.using(using)
    Handover = apps.get_model("projects", "Handover")
    last = Handover.objects.using(using).filter(project=OuterRef("pk")).order_by("-handed_on", "-pk")
    handed = Project.filter(Exists(last), ~Exists(Project.filter(merged_into=OuterRef("pk"))), merged_into=None)
    handed = handed.annotate(last_to=Subquery(last.values("to_official")[:1]), last_on=Subquery(last.values("handed_on")[:1]))
    same = Q(lead_official=F("last_to")) | Q(lead_official=None, last_to=None)
    wrong = list(handed.exclude(pk__in=handed.filter(same).values("pk")).order_by("pk"))
    for first in range(0, len(wrong), CHUNK):
        projects = wrong[first : first + CHUNK]
        changed = _days_of_change(apps, using, projects)
        rows = [
            Handover(
                project=project,
                from_official_id=project.last_to,
                to_official_id=project.lead_official_id,
                # Never before the handover that it follows, or it would not be the last.
                handed_on=max(project.last_on, changed.get(project.pk, project.last_on)),
            )
            for project in projects
        ]
        Handover.objects.using(using).bulk_create(rows)
        _record(apps, using, Handover, rows)


def _days_of_change(apps, using, projects):
    """The day on which the history says that the present official, or nobody, took the place of another."""
    History = apps.get_model("projects", "HistoricalProject")
    records = History.objects.using(using).filter(id__in=[project.pk for project in projects]).order_by("history_id")
    leading, since = {}, {}
    for pk, official, at in records.values_list("id", "lead_official_id", "history_date"):
        if pk not in leading or leading[pk] != official:
            leading[pk], since[pk] = official, timezone.localdate(at)
    known = (project for project in projects if project.pk in since)
    return {project.pk: since[project.pk] for project in known if leading[project.pk] == project.lead_official_id}


def _record(apps, using, Handover, rows):
    """A first history row for each, as everything that is tracked has."""
    History = apps.get_model("projects", "HistoricalHandover")
    now = timezone.now()
    columns = [field.attname for field in Handover._meta.concrete_fields]
    History.objects.using(using).bulk_create(
        History(
            history_date=now,
            history_type="+",
            history_change_reason=REASON,
            **{column: getattr(row, column) for column in columns},
        )
        for row in rows
    )


class Migration(migrations.Migration):

    dependencies = [
        ("projects", "0008_figure_indexes"),
    ]

    operations = [
        # Backwards the rows stay: the older program reads them as well.
        migrations.RunPython(add_last_handovers, migrations.RunPython.noop, elidable=True),
    ]
