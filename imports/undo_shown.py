"""What an undo would do, in words: what goes, what returns, what was edited since and stays."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from imports.said import day_text
from imports.undo_rules import LABEL, chunks, project_of
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import MoneyField, exact_yi, format_wan
from jiangjin.lib.replay import Key, Record
from jiangjin.lib.takeback import Conflict, Obstacle, Takeback
from projects.models import CapitalArrival, Investor, Project
from projects.reasons import KINDS as KINDS_OF_BATCHES
from projects.reasons import Reason

MOST = 200  # conflicts and projects that a page lists
KEPT = 1000  # that are remembered
WHY = {
    "taken": gettext_lazy("another row holds this value now"),
    "missing": gettext_lazy("what it refers to is gone"),
    "together": gettext_lazy("it belongs together with what was edited since"),
}
# What tells a row from its sisters in words; the column that says what it is about, where a whole row is shown.
KINDS = ("kind", "measure", "month", "role")
MAIN = ("amount", "text", "investor_id", "actual_on", "planned_on", "code", "kind", "name")


@dataclass(frozen=True, slots=True)
class Named:
    """A project or firm to look at; `url` is empty where it is gone."""

    name: str
    code: str
    url: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Something edited since, in words: what and where, before the file, by the file, now, and whose edit it was."""

    key: str  # what a form sends to have it written all the same
    what: Named
    label: str
    before: str
    written: str
    now: str
    who: str
    at: datetime.datetime | None
    may_choose: bool
    why: str = ""


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
        for model in wanted.keys() - {Project, User}:
            for part in chunks(wanted[model]):
                self.names[model._meta.label] |= {row.pk: str(row) for row in model._base_manager.filter(pk__in=part)}
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
        """What a column of a row holds, with its unit; of a project's rows also which row it is."""
        trail = self.plan.trails[key]
        model, values = trail.subject.model, trail.now or trail.records[-1].values
        if model is CapitalArrival:
            return _("arrived in %(month)s (万元)") % {"month": values[trail.subject.names.index("month")]}
        fields = {field.attname: field for field in model._meta.concrete_fields}
        own = str(fields[column].verbose_name)
        unit = "（亿元）" if isinstance(fields[column], MoneyField) else ""
        if model is Project or model is Investor:
            return own + unit
        kind = next((name for name in KINDS if name in fields), None)
        place = str(model._meta.verbose_name)
        if kind and kind != column:
            place = self.text(fields[kind], values[trail.subject.names.index(kind)]) or place
        return f"{place} · {own}{unit}"

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
        if fields[names[0]].get_internal_type() == "BooleanField" or "reached" in names:
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

    def conflict(self, one: Conflict) -> Kept:
        """What was edited since; of a row that the import made and somebody edited its main column."""
        subject = self.plan.trails[one.key].subject
        column = one.unit or next((name for name in MAIN if name in subject.names), subject.names[0])
        unit = subject.unit_of[subject.names.index(column)]
        column = subject.unit_name(unit)
        of_unit = [one.before, one.written, one.now]
        if not one.unit:
            of_unit[1:] = [subject.value(values, unit) for values in of_unit[1:]]
        before, written, now = (self.values(one.key, column, values) for values in of_unit)
        return Kept(
            key=":".join(map(str, one.choice)),
            what=self.what(one.key),
            label=self.label(one.key, column),
            before=before,
            written=written,
            now=now,
            who=self.who(one.by),
            at=self.times.get((one.key[0], one.by.history_id)),
            may_choose=one.may_choose,
        )

    def obstacle(self, one: Obstacle) -> Kept:
        """What cannot return because something took its place."""
        trail = self.plan.trails[one.key]
        subject = trail.subject
        column = next((name for name in (*one.columns, *MAIN) if name in subject.names), subject.names[0])
        label = self.label(one.key, column) if one.columns else str(subject.model._meta.verbose_name)
        return Kept("", self.what(one.key), label, "", "", "", "", None, False, str(WHY[one.why]))


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan in words: projects that go or return, what was edited since, projects that stay, what cannot return."""

    going: list[Named]
    returning: list[Named]
    kept: list[Kept]
    staying: list[Kept]
    held: list[Kept]
    left_off: int


def shown_plan(plan: Takeback) -> Shown:
    """What a settled plan does, in words; long lists are cut and say so."""
    project = LABEL[Project]
    going = [key for key in plan.deletes if key[0] == project]
    returning = [key for key in plan.inserts if key[0] == project]
    staying = [key for key in plan.stays if key[0] == project]
    held = list(plan.obstacles.values())
    parts: list[list[Any]] = [plan.conflicts, staying, held]
    left_off = sum(max(0, len(part) - MOST) for part in parts)
    conflicts, staying, held = (part[:MOST] for part in parts)
    keys = {*going[:MOST], *returning[:MOST], *staying, *(one.key for one in [*conflicts, *held])}
    teller = Teller(plan, keys)
    used = [(key[0], record) for key in staying for record in plan.trails[key].records[-1:]]
    teller.load_times([*used, *((one.key[0], one.by) for one in conflicts)])
    return Shown(
        [teller.what(key) for key in going[:MOST]],
        [teller.what(key) for key in returning[:MOST]],
        [teller.conflict(one) for one in conflicts],
        [_staying(plan, teller, key) for key in staying],
        [teller.obstacle(one) for one in held],
        left_off,
    )


def _staying(plan: Takeback, teller: Teller, key: Key) -> Kept:
    """A project that the import made and that stays, with the newest edit of it where that is told by its own rows."""
    later = [record for record in plan.trails[key].records if record.reason != plan.reason]
    if not later:
        return Kept("", teller.what(key), "", "", "", "", "", None, False)
    who, at = teller.who(later[-1]), teller.times.get((key[0], later[-1].history_id))
    return Kept("", teller.what(key), "", "", "", "", who, at, False)


def kept_values(plan: Takeback) -> list[dict[str, str]]:
    """What a settled plan keeps, to be remembered with the undo."""
    kept = plan.kept[:KEPT]
    teller = Teller(plan, {one.key for one in kept})
    told = (teller.conflict(one) for one in kept)
    return [
        {"code": one.what.code, "what": one.what.name, "label": one.label, "before": one.before}
        | {"written": one.written, "now": one.now, "who": one.who}
        for one in told
    ]
