"""What a project's page says about capital: entries, warnings, as of a day, ledgers' figures, the plan, voided entries.

Amounts in 万元. A warning is only given where it holds for every day that a partial day could mean.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import PartialDay, parse_day
from jiangjin.lib.money import format_yi
from projects import capital, differences
from projects.capital_chart import Chart, chart_of
from projects.capital_writing import TABLES
from projects.choices import CapitalOrigin, SnapshotMeasure
from projects.models import CapitalArrival, CapitalCommitment, CapitalSnapshot, Project
from projects.plans import Plan, plan_of
from projects.reasons import VOIDING, Reason


@dataclass(frozen=True, slots=True)
class Compared:
    """A ledger's cumulative figure beside what the entries of its time come to; None where nothing can be compared."""

    row: CapitalSnapshot
    entries: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """How much more the ledger says than the entries."""
        return None if self.entries is None else self.row.amount - self.entries


@dataclass(frozen=True, slots=True)
class Voided:
    """An entry that somebody voided: who, when and why; `record` is the history row that brings it back."""

    table: str
    words: str
    record: int
    at: datetime.datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class CapitalPage:
    """See the module. `day` is the as-of day; `asked` what was typed for it where it could not be read."""

    day: datetime.date
    asked: str
    agreed: Decimal | None
    arrived: Decimal | None
    warnings: list[str]
    early: frozenset[int]  # arrivals that came before the signing
    chart: Chart | None
    undated: list[CapitalCommitment]
    plan: Plan
    snapshots: list[Compared]
    voided: list[Voided]

    @property
    def voided_in(self) -> dict[str, list[Voided]]:
        """The voided entries by table."""
        return {table: [one for one in self.voided if one.table == table] for table in TABLES}


def page_of(
    project: Project,
    *,
    commitments: Sequence[CapitalCommitment],
    arrivals: Sequence[CapitalArrival],
    snapshots: Sequence[CapitalSnapshot],
    today: datetime.date,
    asked: str | None,
) -> CapitalPage:
    """The page's capital as of `today`, or the day that was `asked` for. The number of queries is constant."""
    day = day_of(asked) or today
    return CapitalPage(
        day=day,
        asked=asked or "" if asked and day_of(asked) is None else "",
        agreed=capital.agreed_as_of(project, day),
        arrived=capital.total(one.amount for one in arrivals if one.month.last <= day),
        warnings=warnings_of(project, arrivals),
        early=frozenset(one.pk for one in early_arrivals(project, arrivals)),
        chart=chart_of(commitments, arrivals, day),
        undated=[one for one in commitments if one.committed_on is None],
        plan=plan_of(list(project.planned_arrivals.all()), arrivals, day),
        snapshots=[Compared(row, entries_of(row, arrivals)) for row in snapshots],
        voided=voided_entries(project),
    )


def day_of(text: str | None) -> datetime.date | None:
    """The day that was typed; of a month or a year its last one. None where there is none to be read."""
    try:
        found = parse_day((text or "").strip()[:40])
    except CellError:
        return None
    return found.last if found else None


def early_arrivals(project: Project, arrivals: Iterable[CapitalArrival]) -> list[CapitalArrival]:
    """Those that came before the signing for certain."""
    signed = project.signed_on
    return [one for one in arrivals if signed is not None and one.amount and one.month.certainly_before(signed)]


def warnings_of(project: Project, arrivals: Sequence[CapitalArrival]) -> list[str]:
    """What a person should look at: more came than was agreed, or something before the signing."""
    found = []
    agreed, arrived = project.agreed_capital, project.arrived_capital
    if agreed is not None and arrived is not None and arrived > agreed:
        text = _("%(more)s 亿元 more arrived than is agreed. Is an increase missing, or an amount in the wrong unit?")
        found.append(text % {"more": format_yi(arrived - agreed)})
    if early := early_arrivals(project, arrivals):
        text = _("Capital arrived before the signing (%(signed)s): %(months)s. Check both days.")
        months = ", ".join(str(one.month) for one in early)
        found.append(text % {"signed": project.signed_on, "months": months})
    return found


def entries_of(row: CapitalSnapshot, arrivals: Iterable[CapitalArrival]) -> Decimal | None:
    """What the entries come to that a ledger's figure speaks of; None where it cannot be compared.

    They count up to the last day that the figure's own day could mean, up to now where it has none.
    """
    day = row.as_of
    counted = [one for one in arrivals if day is None or one.month.last <= day.last]
    if row.measure == SnapshotMeasure.ARRIVED_TOTAL:
        return capital.total(one.amount for one in counted)
    if row.measure == SnapshotMeasure.ARRIVED_FOREIGN:
        return capital.total(one.amount for one in counted if one.origin == CapitalOrigin.FOREIGN)
    if row.measure == SnapshotMeasure.ARRIVED_OUTSIDE_CITY:
        return capital.total(one.outside_city for one in counted if one.outside_city is not None)
    if row.measure == SnapshotMeasure.ARRIVED_YEAR and day is not None:
        return capital.total(one.amount for one in counted if one.month.year == day.year)
    if row.measure == SnapshotMeasure.ARRIVED_MONTH and day is not None and day.month is not None:
        month = PartialDay(day.year, day.month)
        return capital.total(one.amount for one in arrivals if one.month == month)
    return None


def voided_entries(project: Project) -> list[Voided]:
    """Entries of the project that were voided and not brought back since, newest first. One query a table."""
    found = []
    for table, model in TABLES.items():
        history = model.history
        later = history.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"))
        records = history.filter(
            ~Exists(later), project=project.pk, history_type="-", history_change_reason__startswith=VOIDING
        )
        for record in records.select_related("history_user"):
            why = Reason.of(record.history_change_reason).voided_why or ""
            who = str(record.history_user or "")
            found.append(Voided(table, entry_words(table, record), record.history_id, record.history_date, who, why))
    return sorted(found, key=lambda one: one.at, reverse=True)


def entry_words(table: str, row: Any) -> str:
    """An entry, or a history record of one, in a line."""
    kind = differences.ROWS[table]
    return f"{kind.label(row)} {kind.words(row, {})}"
