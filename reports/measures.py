"""What a cell of a table counts: sums that add up, and the rates that follow from them. Amounts in 万元.

Rates and their denominators: glossary, section 2. A rate of a whole comes from the sums of the whole, never from the
rates of its parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a cell.

    `projects` were signed in the period (the cohort); `agreed` was agreed in it; `arrived` was booked in it for the
    projects that count in it. What follows is of the cohort, up to the day.
    """

    projects: int = 0
    agreed: Decimal = ZERO
    arrived: Decimal = ZERO
    unknown: int = 0  # whose agreed amount nobody filled in
    agreed_whole: Decimal = ZERO
    arrived_to_date: Decimal = ZERO
    arrived_known: Decimal = ZERO  # of those whose agreed amount is known: both sides of the rate are the same projects
    registered: int = 0
    land: int = 0
    started: int = 0
    completed: int = 0
    producing: int = 0
    full: int = 0
    performing: int = 0
    landed: int = 0
    stalled: int = 0
    terminated: int = 0
    output: Decimal = ZERO
    tax: Decimal = ZERO
    jobs: int = 0
    land_area: Decimal = ZERO  # mu
    agreed_on_land: Decimal = ZERO  # of those whose land area is known
    # Of how many projects each of these four is known: of none, its sum says nothing (`known_sum`).
    output_known: int = 0
    tax_known: int = 0
    jobs_known: int = 0
    land_area_known: int = 0

    def __add__(self, other: Figures) -> Figures:
        return summed((self, other))

    @property
    def arrival_rate(self) -> Decimal | None:
        return ratio(self.arrived_known, self.agreed_whole)

    @property
    def performance_rate(self) -> Decimal | None:
        return ratio(self.performing, self.projects)

    @property
    def landing_rate(self) -> Decimal | None:
        return ratio(self.landed, self.projects)

    @property
    def registration_rate(self) -> Decimal | None:
        return ratio(self.registered, self.projects)

    @property
    def start_rate(self) -> Decimal | None:
        return ratio(self.started, self.projects)

    @property
    def completion_rate(self) -> Decimal | None:
        return ratio(self.completed, self.projects)

    @property
    def production_rate(self) -> Decimal | None:
        return ratio(self.producing, self.projects)

    @property
    def full_rate(self) -> Decimal | None:
        return ratio(self.full, self.projects)

    @property
    def agreed_per_mu(self) -> Decimal | None:
        """万元 a mu, of those whose land area is known."""
        return ratio(self.agreed_on_land, self.land_area)

    @property
    def average(self) -> Decimal | None:
        """Agreed, a project whose amount is known, in 万元."""
        return ratio(self.agreed_whole, self.projects - self.unknown)

    @property
    def known_output(self) -> Decimal | None:
        return known_sum(self.output, self.output_known, self.projects)

    @property
    def known_tax(self) -> Decimal | None:
        return known_sum(self.tax, self.tax_known, self.projects)

    @property
    def known_jobs(self) -> int | None:
        return known_sum(self.jobs, self.jobs_known, self.projects)

    @property
    def known_land_area(self) -> Decimal | None:
        """In mu."""
        return known_sum(self.land_area, self.land_area_known, self.projects)


ALL_OF = attrgetter(*(field.name for field in fields(Figures)))
NOTHING = Figures()


class Reading:
    """In place of Figures: notes which sums a value is made of."""

    def __init__(self) -> None:
        self.sums: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        member = getattr(Figures, name)
        if isinstance(member, property):
            return member.fget(self)  # type: ignore[misc]
        self.sums.add(name)
        return getattr(NOTHING, name)


def summed(rows: Iterable[Figures]) -> Figures:
    """Several cells as one."""
    values = [ALL_OF(row) for row in rows]
    return Figures(*map(sum, zip(*values, strict=True))) if values else NOTHING


def known_sum(total: Any, known: int, projects: int) -> Any:
    """A sum over projects of which so many know it; None where none of them does, for unknown is not 0.

    Of no projects at all it is 0. The sums below still add up: a whole is unknown only where no part knows any.
    """
    return None if projects and not known else total


def ratio(part: Any, whole: Any) -> Decimal | None:
    """A part of the whole; None on zero."""
    return Decimal(part) / Decimal(whole) if whole else None


def growth(now: Decimal, before: Decimal) -> Decimal | None:
    """Relative change; None where there is nothing to compare with."""
    return (now - before) / before if before else None
