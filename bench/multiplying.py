"""A very large register: some tens of thousands of made-up projects, then the same again in SQL under other numbers."""

from __future__ import annotations

import random
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Replace

from bench.filling import fill as fill_once
from bench.madeup import SEED, TABLES

ONCE = 50_000
NAMED = {"Project", "Investor", "Official"}  # by texts that no two have
PLACES = ("双福", "德感", "珞璜", "白沙", "团结湖", "鼎山", "几江", "支坪", "李市", "石蟆")
TRADES = (
    "智能装备",
    "消费品",
    "新型材料",
    "汽车配件",
    "电子信息",
    "现代物流",
    "食品加工",
    "绿色建材",
    "生物医药",
    "高端纸业",
)


def fill(count: int) -> None:
    """So many projects; `count` is a multiple of what is made up once, or less."""
    once = min(count, ONCE)
    fill_once(once)
    _rename()
    with transaction.atomic(), connection.cursor() as cursor:
        for time in range(1, count // once):
            for table in TABLES:
                cursor.execute(_again(apps.get_model("projects", table), time))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _rename() -> None:
    """Names as people give them, with their pinyin: what is searched must differ."""
    from projects.models import Investor, Project
    from projects.names import project_name_columns

    chance = random.Random(SEED)
    projects = list(Project.objects.only("pk"))
    for number, project in enumerate(projects):
        name = f"{chance.choice(PLACES)}{chance.choice(TRADES)}项目{number:05d}"
        for column, value in project_name_columns(name).items():
            setattr(project, column, value)
    Project.objects.bulk_update(projects, ["name", "name_key", "name_initials", "name_pinyin"], batch_size=2000)
    # A word that every firm has would find every project.
    Investor.objects.update(name=Replace("name", Value("智能装备"), Value("兴业")))


def _again(model: type[models.Model], time: int) -> str:
    """All rows of the first time once more: keys and what refers to them moved on, unique texts with a letter more."""
    last = {name: _last(apps.get_model("projects", name)) for name in TABLES}
    letter = chr(ord("A") + time)
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = connection.ops.quote_name(field.column)
        columns.append(column)
        values.append(column)
        to: Any = field.remote_field.model.__name__ if field.remote_field else model.__name__
        if field.primary_key or (field.remote_field and to in TABLES):
            values[-1] = f"{column} + {last[to] * time}"
        elif field.name in {"code", "name", "name_key"} and model.__name__ in NAMED:
            values[-1] = f"{column} || '{letter}'"
    table = connection.ops.quote_name(model._meta.db_table)
    first = f"{connection.ops.quote_name('id')} <= {last[model.__name__]}"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} WHERE {first}"


_FIRST: dict[str, int] = {}


def _last(model: type[models.Model]) -> int:
    """The greatest key of the first time."""
    name = model.__name__
    if name not in _FIRST:
        _FIRST[name] = model._default_manager.order_by().aggregate(last=models.Max("pk"))["last"] or 0
    return _FIRST[name]
