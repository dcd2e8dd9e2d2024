"""What the register says of the scope and the time of a published figure: its projects, its sums, its list."""

from __future__ import annotations

import datetime
from functools import cached_property

from accounts.demo import as_of_day
from parks.models import Park
from projects.periods import ALL, Period
from projects.querysets import ProjectQuerySet
from reports.asked import Asked
from reports.cube import Cube, Scope
from reports.links import Place
from reports.models import PublishedFigure

DISTRICT = "district"


class Book:
    """What the register says of a period, as of a day: asked once for all figures of it."""

    def __init__(self, projects: ProjectQuerySet, year: int, day: datetime.date | None, *, until: bool) -> None:
        self.projects, self.day = projects, day
        self.period = ALL if until else Period(year)
        end = datetime.date(year, 12, 31)
        # Published figures are of the end of their period: what is counted up to an earlier day is less than that.
        self.is_cut = day is not None and day < end
        if until:
            self.day = min(day, end) if day else end

    @property
    def base(self) -> tuple[tuple[str, str], ...]:
        return (("as_of", self.day.isoformat()),) if self.day else ()

    @cached_property
    def cube(self) -> Cube:
        return Scope(self.projects, self.period, self.day).cut("cluster", "park", "size", "source")

    @cached_property
    def before(self) -> Cube:
        """The year before up to the same day of it, as the year itself runs to the day."""
        day = Asked(self.period.year, self.day, self.day or as_of_day()).same_time_before
        return Scope(self.projects, self.period.year_before(), day).cut("cluster", "park")

    @cached_property
    def parks(self) -> dict[str, set[str]]:
        """The codes that each park counts: its own, and those of the parks inside it."""
        parks = Park.objects.order_by().values_list("code", "parent__code")
        inside: dict[str, set[str]] = {code: {code} for code, __ in parks}
        for code, parent in parks:
            if parent:
                inside[parent].add(code)
        return inside

    def inside(self, cube: Cube, figure: PublishedFigure) -> Cube:
        """The cells of the figure's own scope."""
        if figure.scope == DISTRICT:
            return cube
        codes = self.parks.get(figure.scope_code, set()) if figure.scope == "park" else {figure.scope_code}
        return cube.within(figure.scope, codes)

    def projects_of(self, figure: PublishedFigure) -> ProjectQuerySet:
        """The projects of the figure's own scope."""
        if figure.scope == DISTRICT:
            return self.projects
        if figure.scope == "park":
            return self.projects.in_parks([figure.scope_code])
        return self.projects.filter(cluster__code=figure.scope_code)

    def place(self, figure: PublishedFigure, *more: tuple[str, str]) -> Place:
        entries = () if figure.scope == DISTRICT else ((figure.scope, figure.scope_code),)
        return Place(self.period, entries, (*self.base, *more))
