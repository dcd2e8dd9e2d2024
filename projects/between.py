"""What happened between two days: by event day, from dated rows alone, with today's knowledge.

An event lies between two days where it does not count at the end of the first and counts at the end of the second
(`counting.happened`): a partial day on its last possible day; what nobody dated never, for it counts at both.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.lookups import Exact
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.lib.dates import midnight
from projects.choices import STAGE_OF_MILESTONE, CommitmentKind, Condition
from projects.counting import Totals, after, condition_by, happened, stage_by
from projects.periods import ALL, Period, day_of_text
from projects.querysets import ProjectQuerySet

# What can happen to a project between two days, in the order of the page.
KINDS: dict[str, str | Promise] = {
    "new": gettext_lazy("newly signed"),
    "agreed": gettext_lazy("amount agreed after the signing"),
    "increased": gettext_lazy("increased"),
    "reduced": gettext_lazy("reduced"),
    "arrived": gettext_lazy("capital arrived"),
    "moved": gettext_lazy("moved on"),
    "stalled": gettext_lazy("stalled"),
    "resumed": gettext_lazy("resumed"),
    "terminated": gettext_lazy("terminated"),
    "reopened": gettext_lazy("reopened"),
}
COMMITMENTS = {
    "agreed": CommitmentKind.INITIAL,
    "increased": CommitmentKind.INCREASE,
    "reduced": CommitmentKind.REDUCTION,
}
# Not what happened, but what somebody wrote down later: listed as of the earlier day.
ENTERED = "entered"
LABELS = {**KINDS, ENTERED: gettext_lazy("entered into the register")}
FLOWS = (*COMMITMENTS, "arrived")  # their amounts are what was dated between the days, not what there is in all
LIVE = "live"


def end_of(day: datetime.date) -> datetime.datetime:
    """The first moment after the day."""
    return midnight(day + datetime.timedelta(1))


def was_in(condition: str, day: datetime.date | None) -> Q:
    """Projects in this condition at the end of the day; asked of the few that were ever anything but active."""
    if day is None:
        return Q(condition=condition)
    past = apps.get_model("projects", "ConditionPeriod").objects.order_by().values("project")
    ever = ~Q(condition=Condition.ACTIVE) | Q(pk__in=past)
    return ever & Q(Exact(condition_by(day), Value(condition)))


def in_condition(condition: str, day: datetime.date | None) -> ProjectQuerySet:
    """All of them."""
    return apps.get_model("projects", "Project").objects.order_by().filter(was_in(condition, day))


@dataclass(frozen=True, slots=True)
class Between:
    """After the end of `since`, by the end of `until` (None: all that is registered), among what counts in the period.

    `live`: without terminated ones, so what was terminated by `since` is not there and what is terminated now goes.
    """

    since: datetime.date
    until: datetime.date | None = None
    period: Period = ALL
    live: bool = False

    def there(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        """What counted at the end of `since`."""
        return self.at(projects, self.since)

    def at(self, projects: ProjectQuerySet, day: datetime.date | None) -> ProjectQuerySet:
        """What counts at the end of a day."""
        found = projects.in_period(self.period, day)
        if self.live:
            found = found.exclude(pk__in=in_condition(Condition.TERMINATED, day).values("pk"))
        return found

    def of(self, kind: str, projects: ProjectQuerySet) -> ProjectQuerySet:
        """Those to which it happened."""
        now = projects.in_period(self.period, self.until)
        if kind in FLOWS:
            return self.there(projects).filter(Exists(self._rows(kind).filter(project=OuterRef("pk"))))
        if kind == "new":
            return now.exclude(pk__in=self._then().values("pk"))
        if kind == ENTERED:
            return self.there(projects).filter(created_at__gte=end_of(self.since))
        if kind == "moved":
            return self._moved(projects)
        if kind in ("stalled", "terminated"):
            was = self._then().filter(pk__in=in_condition(kind, self.since).values("pk"))
            return now.filter(pk__in=in_condition(kind, self.until).values("pk")).exclude(pk__in=was.values("pk"))
        former = Condition.STALLED if kind == "resumed" else Condition.TERMINATED
        was = projects.in_period(self.period, self.since).filter(pk__in=in_condition(former, self.since).values("pk"))
        gone = [former, Condition.TERMINATED] if kind == "resumed" else [former]
        for condition in gone:
            was = was.exclude(pk__in=in_condition(condition, self.until).values("pk"))
        return was

    def _moved(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        """Only where a milestone was reached in between can the stage be another: those alone are asked for it."""
        reached = apps.get_model("projects", "Milestone").objects.filter(
            after("actual_on", self.since), happened("actual_on", self.until), kind__in=STAGE_OF_MILESTONE
        )
        found = self.there(projects).filter(pk__in=reached.order_by().values("project"))
        stage: Any = F("stage") if self.until is None else stage_by(self.until)
        return found.alias(stage_since=stage_by(self.since), stage_until=stage).exclude(stage_since=F("stage_until"))

    def totals(self, kind: str, found: ProjectQuerySet) -> Totals:
        """What the projects of a kind come to, in 万元: of a flow what was dated between the days, else all by then."""
        return found.totals(self.period, self.until, **self.narrowed_amounts(kind))

    def flows(self, projects: ProjectQuerySet) -> dict[str, tuple[int, Decimal]]:
        """Of each kind of FLOWS how many projects it concerns and what it comes to, in 万元; in two queries."""
        there = self.there(projects).order_by().values("pk")
        sums = {"concerned": Count("project", distinct=True), "amount": Sum("amount")}
        found = dict.fromkeys(FLOWS, (0, Decimal(0)))
        names = {kind: name for name, kind in COMMITMENTS.items()}
        given = self._dated("CapitalCommitment", "committed_on").filter(project__in=there).order_by()
        for row in given.values("kind").annotate(**sums):
            found[names[row["kind"]]] = row["concerned"], row["amount"]
        came = self._rows("arrived").filter(project__in=there).aggregate(**sums)
        found["arrived"] = came["concerned"], came["amount"] or Decimal(0)
        return found

    def narrowed_amounts(self, kind: str) -> dict[str, Any]:
        """What `ProjectQuerySet.totals` must leave out for this kind."""
        if kind not in FLOWS:
            return {}
        return {"since": self.since, "kinds": [COMMITMENTS[kind]] if kind in COMMITMENTS else None}

    def _rows(self, kind: str) -> Any:
        dated = "month" if kind == "arrived" else "committed_on"
        model = "CapitalArrival" if kind == "arrived" else "CapitalCommitment"
        own = {"amount__gt": 0} if kind == "arrived" else {"kind": COMMITMENTS[kind]}
        return self._dated(model, dated).filter(**own)

    def _dated(self, model: str, dated: str) -> Any:
        between = after(dated, self.since) & happened(dated, self.until)
        return apps.get_model("projects", model).objects.filter(self.period.within(dated), between)

    def _then(self) -> ProjectQuerySet:
        return apps.get_model("projects", "Project").objects.in_period(self.period, self.since).order_by()


@dataclass(frozen=True, slots=True)
class Happened:
    """A condition of the list: what happened to a project after a day, as in `changed=increased:2020-06-30`."""

    kind: str
    since: datetime.date
    live: bool = False

    @classmethod
    def parse(cls, text: str) -> Happened:
        """KIND:DAY, with `:live` after it to leave out what was terminated before; ValueError for what is none."""
        kind, __, rest = text.partition(":")
        day, __, live = rest.partition(":")
        since = day_of_text(day)
        if kind not in LABELS or since is None or live not in ("", LIVE):
            raise ValueError(f"{text!r} is nothing that happened after a day.")
        return cls(kind, since, bool(live))

    @property
    def code(self) -> str:
        return ":".join([self.kind, self.since.isoformat(), *([LIVE] if self.live else [])])

    def between(self, until: datetime.date | None, period: Period | None) -> Between:
        """As of the day and in the period that the list is about."""
        return Between(self.since, until, period or ALL, self.live)

    def in_words(self) -> str:
        """As a chip says it."""
        return _("%(what)s after %(day)s") % {"what": LABELS[self.kind], "day": self.since}
