"""What is agreed as fixed assets is a part of the amount; what was kept of older days and is more, is unknown again."""

import sys

from django.db import migrations, models
from django.db.models.functions import Abs
from django.utils import timezone

REASON = "update"


def empty_what_is_more(apps, schema_editor):
    """Emptied rows keep what they said in their history, and the command says which projects to look at."""
    Commitment = apps.get_model("projects", "CapitalCommitment")
    History = apps.get_model("projects", "HistoricalCapitalCommitment")
    using = schema_editor.connection.alias
    wrong = models.Q(fixed_assets__lt=0) | models.Q(fixed_assets__gt=Abs("amount"))
    rows = list(Commitment.objects.using(using).filter(wrong).select_related("project"))
    columns = [field.attname for field in Commitment._meta.concrete_fields]
    for row in rows:
        row.fixed_assets = None
        row.save(update_fields=["fixed_assets"])
    now = timezone.now()
    History.objects.using(using).bulk_create(
        [
            History(
                history_date=now,
                history_type="~",
                history_change_reason=REASON,
                **{column: getattr(row, column) for column in columns},
            )
            for row in rows
        ],
        batch_size=500,
    )
    if rows:
        codes = ", ".join(sorted({row.project.code for row in rows}))
        sys.stdout.write(f"Fixed assets above the agreed amount were emptied (see the history): {codes}\n")


class Migration(migrations.Migration):

    dependencies = [
        ("projects", "0004_full_way"),
    ]

    operations = [
        migrations.RunPython(empty_what_is_more, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="capitalcommitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fixed_assets", None),
                    models.Q(("fixed_assets__gte", 0), ("fixed_assets__lte", Abs("amount"))),
                    _connector="OR",
                ),
                name="commitment_fixed_assets_is_a_part",
            ),
        ),
    ]
