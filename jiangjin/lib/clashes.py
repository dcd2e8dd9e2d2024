"""What stands in the way of rows that are to return: values that others took, and targets that are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import models

FEW = 900  # up to so many values are asked for by name; beyond it the whole table is cheaper

Rule = tuple[tuple[str, ...], models.Q | None]


def unique_rules(model: type[models.Model]) -> list[Rule]:
    """The columns that must not repeat, each with the condition under which they must not."""
    rules: list[Rule] = [((f.attname,), None) for f in model._meta.concrete_fields if f.unique and not f.primary_key]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            columns = tuple(model._meta.get_field(name).attname for name in constraint.fields)
            rules.append((columns, constraint.condition))
    return rules


def taken_by_others(
    model: type[models.Model], names: list[str], after: Mapping[int, tuple[Any, ...]], gone: Collection[int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(key, columns) of rows whose values another row holds. `after`: rows as they shall be; `gone`: rows that go.

    One query a rule.
    """
    for columns, condition in unique_rules(model) if after else ():
        places = [names.index(column) for column in columns]
        wanted = {
            pk: key
            for pk, values in after.items()
            if None not in (key := tuple(values[place] for place in places)) and _holds(condition, names, values)
        }
        rows = model._base_manager.order_by()
        firsts = {key[0] for key in wanted.values()}
        if len(firsts) <= FEW:
            rows = rows.filter(**{f"{columns[0]}__in": list(firsts)})
        if condition is not None:
            rows = rows.filter(condition)
        holders = {
            tuple(key): pk for pk, *key in rows.values_list("pk", *columns) if pk not in gone and pk not in after
        }
        for pk, key in sorted(wanted.items()):
            if holders.setdefault(key, pk) != pk:
                yield pk, columns


def _holds(condition: models.Q | None, names: list[str], values: tuple[Any, ...]) -> bool:
    """Whether a constraint's condition speaks of a row; conditions are columns that equal a value."""
    if condition is None:
        return True
    return all(values[names.index(name)] == value for name, value in condition.children)


def missing_targets(model: type[models.Model], keys: Collection[int]) -> set[int]:
    """Which of these keys no row of the model has."""
    rows = model._base_manager.order_by()
    if len(keys) <= FEW:
        rows = rows.filter(pk__in=list(keys))
    return set(keys) - set(rows.values_list("pk", flat=True))
