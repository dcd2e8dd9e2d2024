"""Which question the page of changes was asked: two days, and what narrows the projects."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.demo import as_of_day
from projects import conditions
from projects.between import KINDS, LIVE
from projects.models import Project
from projects.periods import ALL, Period, day_of_text
from projects.permissions import Actor
from projects.querysets import ProjectQuerySet
from reports.asked import not_a_choice, unused
from reports.bridge import Asked

# Parameters of the page itself, and conditions of the list that a comparison of two days has no use for.
OWN = ("from", "to", LIVE, "kind", "corrected", "page", "sort", "per_page", "view")
USELESS = ("as_of", "judged_on", "changed", "arrived_in", "voided")
TIMES = ("year", "period")
# Conditions that look at a day: they are judged at the later one.
DATED = (
    *("stage", "condition", "size", "min_capital", "max_capital", "light"),
    *("f", "step", "reached", "key", "stuck", "gap"),
)


@dataclass(frozen=True, slots=True)
class AskedPage:
    """The question, what is wrong with it, and the conditions in words."""

    question: Asked
    faults: list[str]
    filters: conditions.ProjectFilter
    passed_over: list[str]

    @property
    def chips(self) -> list[conditions.Chip]:
        """The conditions in words, without those of the page itself."""
        return [chip for chip in conditions.chips_of(self.filters) if chip.parameter != "as_of"]


def asked_of(params: QueryDict, visible: ProjectQuerySet, *, user: Actor | None) -> AskedPage:
    """The question of these parameters over these projects; with a fault it is about nothing."""
    faults = []
    until = _day(params, "to", faults) or as_of_day()
    since = _day(params, "from", faults) or until.replace(day=1) - datetime.timedelta(1)
    if since > until:
        faults.append(_("The first day lies after the second. Give the earlier day first."))
    kept = params.copy()
    for name in (*OWN, *USELESS):
        kept.pop(name, None)
    kept["as_of"] = until.isoformat()
    if kept.get("year") == ALL.code:
        kept.pop("year")
    words = conditions.vocabulary()
    filters = conditions.narrowed(kept, visible, words, user=user)
    faults += conditions.faults_of(filters)
    period = filters.total_period or ALL
    named = [(name, value) for name, values in kept.lists() for value in values if value]
    narrowing = tuple(pair for pair in named if pair[0] not in ("as_of", *TIMES))
    question = Asked(
        projects=Project.objects.none() if faults else _projects(kept, visible, words, user, period),
        voided=Project.objects.none() if faults else _projects(kept, visible, words, user, period, voided="1"),
        since=since,
        until=until,
        period=period,
        live=params.get(LIVE) == "1",
        params=narrowing,
        judged=any(name in DATED for name, __ in narrowing),
    )
    return AskedPage(question, faults, filters, _passed_over(params))


def _passed_over(params: QueryDict) -> list[str]:
    return [*unused(params, USELESS), *not_a_choice(params, "kind", KINDS, _("Kind of change"))]


def _projects(
    kept: QueryDict,
    visible: ProjectQuerySet,
    words: conditions.Vocabulary,
    user: Actor | None,
    period: Period,
    *,
    voided: str = "",
) -> ProjectQuerySet:
    """What the conditions leave, whatever year: which of them count in it each day says for itself.

    A column of a year (agreed in it, arrived in it) is asked of the period all the same.
    """
    rest = kept.copy()
    for name in TIMES:
        rest.pop(name, None)
    rest["voided"] = voided
    filters = conditions.narrowed(rest, visible, words, user=user)
    filters.columns_period = period
    return filters.qs


def _day(params: QueryDict, name: str, faults: list[str]) -> datetime.date | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    if (day := day_of_text(text)) is None:
        faults.append(_("“%(text)s” is not a day. Write 2020-06-30.") % {"text": text})
    return day
