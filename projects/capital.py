"""How much: the rules of committed and arrived capital. Amounts in 万元."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.amounts import FEN
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.history import record_history, update_with_history
from projects.choices import CommitmentKind
from projects.models import CapitalArrival, CapitalCommitment, Project

# A project of 500 亿元 or more, or a thousand times its former amount, is a slip of the unit until a person accepts it.
IMPLAUSIBLE = Decimal(5_000_000)
REMARKABLE = Decimal(1_000_000)
IMPLAUSIBLE_FACTOR = 1000
NEAR = Decimal("0.1")  # amounts that differ by so much at most are taken for the same undertaking


def total(amounts: Iterable[Decimal]) -> Decimal | None:
    """The sum of signed commitments; None where there is none: unknown is not zero."""
    known = list(amounts)
    return sum(known, Decimal(0)) if known else None


def recompute(project_ids: Iterable[int]) -> list[Project]:
    """Set `agreed_capital` and `arrived_capital` from the dated rows, in memory; returns the projects that changed.

    Unknown stays None: a project without commitments has no agreed amount, not a zero. The caller saves them with
    history, inside the transaction that wrote the rows.
    """
    ids = list(project_ids)
    agreed = dict(
        CapitalCommitment.objects.filter(project__in=ids).order_by().values_list("project").annotate(Sum("amount"))
    )
    arrived = dict(
        CapitalArrival.objects.filter(project__in=ids).order_by().values_list("project").annotate(Sum("amount"))
    )
    changed = []
    for project in Project.objects.filter(pk__in=ids):
        new = (agreed.get(project.pk), arrived.get(project.pk))
        if new != (project.agreed_capital, project.arrived_capital):
            project.agreed_capital, project.arrived_capital = new
            changed.append(project)
    return changed


def recompute_and_save(project_ids: Iterable[int], *, user: object, reason: str) -> None:
    """`recompute`, then write what changed; every project gets its record, also where its sums stay the same.

    The register's history follows the projects': whatever is saved about one leaves a record of it.
    """
    ids = set(project_ids)
    changed = recompute(ids)
    for project in changed:
        project.updated_at = timezone.now()
    columns = ["agreed_capital", "arrived_capital", "updated_at"]
    update_with_history(Project, changed, columns, user=user, reason=reason)
    same = sorted(ids - {project.pk for project in changed})
    if same:
        record_history(Project, same, "~", user=user, reason=reason)


def split_agreed(total: Decimal, added: Decimal | None) -> tuple[Decimal, Decimal]:
    """(initial, increase) of a ledger's agreed amount with 其中：新增. Added more than the total is refused."""
    if total <= 0:
        raise CellError(
            "zero_agreed_capital", _("An agreed amount is more than zero. Leave it empty if it is unknown.")
        )
    if added is None or added == 0:
        return total, Decimal(0)
    if added >= total:
        raise CellError(
            "added_exceeds_total",
            _("The added part is not smaller than the whole amount. Check both: the whole includes the added part."),
        )
    return total - added, added


def implausible(amount: Decimal, former: Decimal | None = None, median: Decimal | None = None) -> bool:
    """Whether a person must accept the amount first (design, section 4)."""
    if amount >= IMPLAUSIBLE:
        return True
    return bool(
        (former and amount >= former * IMPLAUSIBLE_FACTOR) or (median and amount >= median * IMPLAUSIBLE_FACTOR)
    )


def near(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two amounts differ by a tenth of the larger one at most; an unknown one is near to nothing."""
    return one is not None and other is not None and abs(one - other) <= NEAR * max(abs(one), abs(other))


def signed_amount(kind: str, amount: Decimal) -> Decimal:
    """The amount as stored: reductions are negative; people type them without a sign."""
    return -abs(amount) if kind == CommitmentKind.REDUCTION else amount


def fault_of_commitments(rows: Sequence[tuple[str, Decimal]]) -> str | Promise | None:
    """What is wrong with these (kind, signed amount in 万元) as one project's commitments; None where nothing is."""
    kinds = [kind for kind, __ in rows]
    if kinds.count(CommitmentKind.INITIAL) > 1:
        return _("A project has one initial agreement. What came later is an increase.")
    if rows and CommitmentKind.INITIAL not in kinds:
        return _("The initial agreement is missing. An increase needs something to add to.")
    if sum(amount for __, amount in rows) < 0:
        return _("The reductions are more than what was agreed.")
    return None


def fault_of_days(rows: Iterable[tuple[str, PartialDay | None]]) -> str | Promise | None:
    """What is wrong with the days of these (kind, agreed on) as one project's commitments; None where nothing is.

    Nothing is added to or taken from an agreement that was not made yet: else the sum as of a day would be below zero.
    Wrong is only what is so for every day that a partial day could mean.
    """
    known = [(kind, day) for kind, day in rows if day is not None]
    first = next((day for kind, day in known if kind == CommitmentKind.INITIAL), None)
    if first is not None and any(day.certainly_before(first) for __, day in known):
        return _("An increase or a reduction lies before the initial agreement. Check both days.")
    return None


def converted(original: Decimal, rate: Decimal) -> Decimal:
    """万 of a currency at a rate (yuan for one unit) in 万元, half up to the fen."""
    with localcontext(prec=60):  # the product of both columns has more digits than the default keeps
        return (original * rate).quantize(FEN, ROUND_HALF_UP)


def agreed_as_of(project: Project, day: datetime.date) -> Decimal | None:
    """What was agreed at the end of the day, in 万元, with today's knowledge; None where no commitment is known at all.

    A commitment dated to the month or the year counts once its last possible day is reached, one without a day always.
    For many projects: `Project.objects.with_agreed_as_of(day)`.
    """
    rows = list(project.commitments.all())
    if not rows:
        return None
    reached = (row.amount for row in rows if row.committed_on is None or row.committed_on.last <= day)
    return sum(reached, Decimal(0))
