"""What was corrected since a table was fixed, by project: the same lists as of the same day, with today's knowledge."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.money import exact_yi
from projects.choices import Condition, Stage
from projects.models import CapitalArrival, CapitalCommitment, ConditionPeriod, Milestone, Project
from projects.permissions import Actor
from reports.fixing import Values, values_behind, values_then
from reports.models import FixedTable

CHANGED, ADDED, GONE = "changed", "added", "gone"
SHOWN = 300
LABELS: dict[str, str | Promise] = {
    "name": _("name"),
    "agreed": _("agreed capital"),
    "counted": _("agreed in the period"),
    "arrived": _("arrived capital"),
    "stage": _("stage"),
    "condition": _("condition"),
    "signed_on": _("signed"),
    "park": _("park"),
    "cluster": _("cluster"),
}
WORDS = {"stage": dict(Stage.choices), "condition": dict(Condition.choices)}
AMOUNTS = {"agreed", "counted", "arrived"}


@dataclass(frozen=True, slots=True)
class Who:
    """Who wrote something about the project since."""

    name: str
    at: datetime.datetime


@dataclass(slots=True)
class Correction:
    """A project that stands otherwise now: what was reported and what is known today. `url` is empty where the reader
    cannot open it."""

    kind: str
    key: int
    code: str
    name: str
    url: str = ""
    is_registered: bool = True
    differences: list[tuple[str, str, str]] = field(default_factory=list)  # label, then, now; "" is not filled in
    who: list[Who] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Corrected:
    """All corrections, the first of them in full, and what they come to: projects, and 万元 agreed in the period."""

    rows: list[Correction]
    counts: dict[str, int]
    projects: int
    agreed: Decimal

    @property
    def left_out(self) -> int:
        return sum(self.counts.values()) - len(self.rows)


def corrected_since(table: FixedTable, reader: Actor) -> Corrected:
    """Compare what was kept with the same lists as they are now, of what the reader may see."""
    now = values_behind(table, table.day, reader)
    found: list[Correction] = []
    agreed = Decimal(0)
    unseen, kept = [], set()
    for row in table.projects.all():
        kept.add(row.key)
        then = values_then(row)
        if then is None:
            unseen.append(row)
            continue
        new = now.get(row.key)
        agreed += (new.counted if new else Decimal(0)) - then.counted
        if new is None:
            found.append(Correction(GONE, row.key, row.code, row.name))
        elif differences := _differences(then, new):
            found.append(Correction(CHANGED, row.key, new.code, new.name, differences=differences))
    # Counted in what was shown, though not certainly by the day: of these only that they are still there is asked.
    still = values_behind(table, None, reader) if unseen else {}
    found += [Correction(GONE, row.key, row.code, row.name) for row in unseen if row.key not in still]
    for key, new in now.items():
        if key not in kept:
            agreed += new.counted
            found.append(Correction(ADDED, key, new.code, new.name, differences=_all_of(new)))
    counts = {kind: sum(one.kind == kind for one in found) for kind in (CHANGED, ADDED, GONE)}
    rows = sorted(found, key=lambda one: ((ADDED, GONE, CHANGED).index(one.kind), one.code))[:SHOWN]
    _tell_who(rows, table, reader)
    return Corrected(rows, counts, counts[ADDED] - counts[GONE], agreed)


def _differences(then: Values, now: Values) -> list[tuple[str, str, str]]:
    # Of amounts, none by the day is the same whether later ones are entered (0) or nothing ever was (None).
    changed = [name for name in LABELS if (getattr(then, name) or 0) != (getattr(now, name) or 0)]
    # In the period and in all the same change: said once.
    if "counted" in changed and (then.agreed or 0, now.agreed or 0) == (then.counted, now.counted):
        changed.remove("counted")
    return [
        (str(LABELS[name]), _words(name, getattr(then, name)), _words(name, getattr(now, name))) for name in changed
    ]


def _all_of(now: Values) -> list[tuple[str, str, str]]:
    return [
        (str(LABELS[name]), "", words) for name in ("agreed", "stage") if (words := _words(name, getattr(now, name)))
    ]


def _words(name: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if name in AMOUNTS:
        return f"{exact_yi(value)} 亿元"  # type: ignore[arg-type]
    return str(WORDS[name].get(str(value), value)) if name in WORDS else str(value)


def _tell_who(rows: list[Correction], table: FixedTable, reader: Actor) -> None:
    """Who wrote about these projects since, as the history says; and which of them are still to be opened."""
    listed = Project.objects.filter(pk__in=[row.key for row in rows])
    registered = set(listed.values_list("pk", flat=True))
    there = dict(listed.visible_to(reader).values_list("pk", "code"))
    # Of what lies in other parks now a reader of own parks learns nothing.
    keys = [row.key for row in rows if row.key in there or row.key not in registered]
    wrote: dict[int, dict[str, datetime.datetime]] = defaultdict(dict)
    sources = [
        (Project, "id"),
        *((model, "project") for model in (CapitalCommitment, CapitalArrival, Milestone, ConditionPeriod)),
    ]
    for model, column in sources if keys else ():
        records = model.history.filter(**{f"{column}__in": keys}, history_date__gt=table.made_at)  # type: ignore[attr-defined]
        for record in records.select_related("history_user").order_by("history_date"):
            key = record.id if column == "id" else record.project_id
            wrote[key][str(record.history_user or "")] = record.history_date
    for row in rows:
        row.is_registered = row.key in registered
        row.who = [Who(name, at) for name, at in wrote[row.key].items()]
        if row.key in there:
            row.url = reverse("projects:detail", args=[there[row.key]])
