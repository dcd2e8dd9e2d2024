"""Names can be found by their whole pinyin, officials by pinyin and initials too: new columns, and what stands in them.

The smart box asks whether a word is a lead unit or a source: an index each.
"""

from django.db import migrations, models

from jiangjin.lib.pinyin import pinyin_of, pinyin_of_person

BATCH = 2000
MOST = 1000  # characters of the column


def _of_name(name):
    initials, pinyin = pinyin_of(name)
    return pinyin[:MOST], initials[:200]


def _of_person(name):
    initials, pinyin = pinyin_of_person(name)
    return pinyin[:MOST], initials[:200]


def fill(apps, schema_editor):
    """So many rows at a time by their key, each table and its history: no row is held longer than its batch."""
    tables = [
        ("Project", _of_name),
        ("HistoricalProject", _of_name),
        ("Investor", _of_name),
        ("HistoricalInvestor", _of_name),
        ("Official", _of_person),
        ("HistoricalOfficial", _of_person),
    ]
    for name, columns_of in tables:
        _fill_table(apps.get_model("projects", name), columns_of, schema_editor.connection)


def _fill_table(model, columns_of, connection):
    quote = connection.ops.quote_name
    key = model._meta.pk
    update = "UPDATE {} SET {} = %s, {} = %s WHERE {} = %s".format(
        *map(quote, (model._meta.db_table, "name_pinyin", "name_initials", key.column))
    )
    last = 0
    while True:
        rows = model.objects.using(connection.alias).filter(pk__gt=last).order_by("pk")
        rows = list(rows.values_list("pk", "name")[:BATCH])
        if not rows:
            return
        with connection.cursor() as cursor:
            cursor.executemany(update, [[*columns_of(name), pk] for pk, name in rows])
        last = rows[-1][0]


def _pinyin():
    return models.CharField(blank=True, default="", editable=False, max_length=1000)


def _initials():
    return models.CharField(blank=True, default="", editable=False, max_length=200)


class Migration(migrations.Migration):

    dependencies = [
        ("projects", "0006_saved_views"),
    ]

    operations = [
        *(
            migrations.AddField(model_name=model, name="name_pinyin", field=_pinyin(), preserve_default=False)
            for model in (
                "project", "historicalproject", "investor", "historicalinvestor", "official", "historicalofficial"
            )
        ),
        *(
            migrations.AddField(model_name=model, name="name_initials", field=_initials(), preserve_default=False)
            for model in ("official", "historicalofficial")
        ),
        migrations.AddIndex("project", models.Index(fields=["lead_unit"], name="project_by_lead_unit")),
        migrations.AddIndex("project", models.Index(fields=["source"], name="project_by_source")),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
