"""Rows of a plan that takes something back, and their values, in words: whose, which field, what it says, by whom."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _

from accounts.models import User
from imports.said import day_text
from imports.undo_rules import LABEL, chunks, project_of
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import MoneyField, exact_yi, format_wan
from jiangjin.lib.replay import Key, Record
from jiangjin.lib.takeback import Takeback
from projects.differences import names_of_rows
from projects.models import CapitalArrival, Investor, Milestone, Project
from projects.reasons import KINDS as KINDS_OF_BATCHES
from projects.reasons import Reason

# What tells a row from its sisters in words; the columns that say what it is about, where a whole row is shown.
KINDS = ("kind", "measure", "month", "role")
MAIN = ("amount", "text", "investor_id", "planned_on", "actual_on", "code", "kind", "name")
OF_MILESTONES = ("planned_on", "actual_on")


@dataclass(frozen=True, slots=True)
class Named:
    """A project or firm to look at; `url` is empty where it is gone."""

    name: str
    code: str
    url: str


class Teller:
    """Tells a plan's rows and values in words. A constant number of queries, asked once for all that is told."""

    def __init__(self, plan: Takeback, keys: Iterable[Key]) -> None:
        self.plan = plan
        self.keys = list(keys)
        self.names: dict[str, dict[int, str]] = defaultdict(dict)
        self.projects: dict[int, Named] = {}
        wanted: dict[Any, set[int]] = defaultdict(set)
        projects = set()
        for key in self.keys:
            trail = plan.trails[key]
            if (project := project_of(plan, key)) is not None:
                projects.add(project)
            for place, model, __ in trail.subject.links:
                wanted[model] |= {values[place] for values in trail.states if values[place] is not None}
        for model in wanted:
            for part in chunks(wanted[model]):
                self.names[model._meta.label] |= names_of_rows(model, part).words
        for part in chunks(projects):
            for row in Project.objects.filter(pk__in=part).only("pk", "code", "name"):
                self.projects[row.pk] = Named(row.name, row.code, row.get_absolute_url())
        self.times: dict[tuple[str, int], datetime.datetime] = {}
        people = {record.user_id for key in self.keys for record in plan.trails[key].records} - {None}
        self.people = {user.pk: str(user) for user in User.objects.filter(pk__in=people)}

    def load_times(self, records: Iterable[tuple[str, Record]]) -> None:
        """When these records, each with the label of its model, were written; one query a model."""
        wanted: dict[str, list[int]] = defaultdict(list)
        for label, record in records:
            wanted[label].append(record.history_id)
        for label, ids in wanted.items():
            rows = self.plan.subjects[label].history.objects.filter(history_id__in=ids).order_by()
            self.times |= {(label, pk): at for pk, at in rows.values_list("history_id", "history_date")}

    def what(self, key: Key) -> Named:
        project = project_of(self.plan, key)
        if project is not None and project in self.projects:
            return self.projects[project]
        trail = self.plan.trails[key]
        values = dict(zip(trail.subject.names, trail.now or trail.records[-1].values, strict=True))
        name = str(values.get("name") or self.names[LABEL[Investor]].get(values.get("investor_id") or 0, ""))
        if trail.subject.model is Investor and trail.now is not None:
            return Named(name, "", Investor(pk=key[1]).get_absolute_url())
        return Named(name, str(values.get("code") or ""), "")

    def label(self, key: Key, column: str) -> str:
        """What a column of a row holds, with its unit; of a project's rows which row, without column that alone."""
        trail = self.plan.trails[key]
        model, values = trail.subject.model, trail.now or trail.records[-1].values
        if model is CapitalArrival:
            return _("arrived in %(month)s (万元)") % {"month": values[trail.subject.names.index("month")]}
        fields = {field.attname: field for field in model._meta.concrete_fields}
        own = str(fields[column].verbose_name) if column else ""
        unit = "（亿元）" if column and isinstance(fields[column], MoneyField) else ""
        if model is Project or model is Investor:
            return own + unit
        kind = next((name for name in KINDS if name in fields), None)
        place = str(model._meta.verbose_name)
        if kind and kind != column:
            place = self.text(fields[kind], values[trail.subject.names.index(kind)]) or place
        return f"{place} · {own}{unit}" if column else place

    def row(self, key: Key, *states: Sequence[Any]) -> tuple[str, list[str]]:
        """What a whole row is about, with its unit, and what it says in each of these states; "" where it is none."""
        subject = self.plan.trails[key].subject
        columns = self._columns(key, states)
        label = self.label(key, columns[0] if len(columns) == 1 else "")
        fields = {field.attname: field for field in subject.model._meta.concrete_fields}
        said = []
        for values in states:
            told = [self._of_row(key, column, values) for column in columns] if values else [""] * len(columns)
            if len(columns) > 1:
                told = [f"{fields[name].verbose_name} {text}" for name, text in zip(columns, told, strict=True) if text]
            said.append(" · ".join(told))
        return label, said

    def _columns(self, key: Key, states: Sequence[Sequence[Any]]) -> list[str]:
        """The columns that a whole row is told by: of a milestone the days that it has, else the main one."""
        subject = self.plan.trails[key].subject
        named = [name for name in MAIN if name in subject.names] or subject.names[:1]
        filled = [name for name in named if any(values and self._of_row(key, name, values) for values in states)]
        if subject.model is Milestone:
            return [name for name in OF_MILESTONES if name in filled] or ["kind"]
        return filled[:1] or named[:1]

    def _of_row(self, key: Key, column: str, values: Sequence[Any]) -> str:
        subject = self.plan.trails[key].subject
        unit = subject.unit_of[subject.names.index(column)]
        return self.values(key, subject.unit_name(unit), subject.value(tuple(values), unit))

    def values(self, key: Key, column: str, values: Sequence[Any]) -> str:
        """The values of a unit's columns as a person reads them."""
        if not values:
            return ""
        trail = self.plan.trails[key]
        unit = trail.subject.unit_of[trail.subject.names.index(column)]
        fields = {field.attname: field for field in trail.subject.model._meta.concrete_fields}
        names = [trail.subject.names[place] for place in trail.subject.units[unit]]
        told = [self.text(fields[name], value) for name, value in zip(names, values, strict=True)]
        if trail.subject.model is CapitalArrival and isinstance(values[0], Decimal):
            return format_wan(values[0])
        if "reached" in names:
            return told[names.index("actual_on")] or (_("reached") if values[names.index("reached")] else "")
        return " · ".join(filter(None, told if len(names) == 1 or names[0] != "amount" else told[:1]))

    def text(self, field: Field, value: Any) -> str:
        if value is None or value == "":
            return ""
        if field.is_relation:
            return self.names[field.related_model._meta.label].get(value, f"#{value}")
        if isinstance(field, MoneyField):
            return exact_yi(value)
        if isinstance(value, Decimal):
            return format(value.normalize(), "f")
        if isinstance(value, PartialDay):
            return day_text(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, datetime.datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)

    def who(self, record: Record) -> str:
        """Who wrote a record: the account, and the import or the bulk change where it was one."""
        person = self.people.get(record.user_id or 0, "")
        reason = Reason.of(record.reason)
        batch = reason.words(by_person=True) if reason.kind in KINDS_OF_BATCHES else ""
        return " · ".join(filter(None, (person, batch))) or _("the command")
