"""Planned rows, changes and problems as the pages show them: in words, alike problems in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from imports.corrections import NEVER_LEFT_OUT
from imports.plan import Change, RowPlan
from imports.problems import Problem
from imports.said import Words, field_label

NOTHING: Mapping[str, str] = MappingProxyType({})
A_FEW = 5  # of each sort on the tab of what needs a person
NEVER_EMPTY = frozenset(("park_not_yours", "no_park"))  # without a park the row would be refused again
CANDIDATES_ARE_PROJECTS = frozenset(("number_conflict", "unknown_project", "similar_exists"))


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change in words: what field, from what to what, by which cell."""

    label: str
    old: str
    new: str
    cell: str
    raw: str = ""
    key: str = ""  # sheet!row!field: how a decision about it is kept
    by_hand: str = ""
    file: str = ""  # what the file says, where a person corrected it

    @property
    def may_be_left_out(self) -> bool:
        return bool(self.key) and self.key.rpartition("!")[2] not in NEVER_LEFT_OUT


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A refusal or warning: where it is, what stands there, what is wrong, what would be right."""

    code: str
    sheet: str
    row: int
    cell: str
    field: str
    value: str
    message: str | Promise
    candidates: tuple[str, ...]
    projects: tuple[str, ...]  # numbers of known projects that may be meant
    can_accept: bool
    is_word: bool  # settled on the mapping page
    key: str  # sheet!row
    place: str = ""  # sheet!B17 of the one cell that it is about, where it can be corrected
    corrected: bool = False  # `value` is what the file says, `typed` what a person made of it, wrong as well
    typed: str = ""

    @property
    def may_be_empty(self) -> bool:
        """Whether its cell may be taken as not filled in."""
        return bool(self.value) and self.code not in NEVER_EMPTY

    @property
    def wants_park(self) -> bool:
        """Whether it is settled by a park for the whole sheet, on the mapping page."""
        return self.code == "no_park"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A planned row in words."""

    row: RowPlan
    changes: list[ShownChange]
    problems: list[ShownProblem]
    values: dict[str, str]
    months: str = ""

    @property
    def number(self) -> int:
        return self.row.read.row

    @property
    def name(self) -> str:
        return self.values.get("name") or self.row.name

    @property
    def comments(self) -> tuple[tuple[str, str], ...]:
        """(cell, what somebody said there)."""
        return self.row.read.comments

    @property
    def code(self) -> str:
        """The known project's number, else the one that the row gives; empty where there is none."""
        return self.row.code or self.values.get("project_code", "")

    @property
    def about(self) -> str:
        """Number, cluster and park, to know the project by."""
        return " ・ ".join(filter(None, (self.code, self.values.get("cluster"), self.values.get("park"))))


def shown_row(row: RowPlan, words: Words, corrected: Mapping[str, str] = NOTHING) -> ShownRow:
    """A planned row in words; of a table of arrivals with its months. `corrected`: as in Plan."""
    read = row.read
    values = {name: words.value(name, value) for name, value in read.values.items() if name != "arrivals"}
    arrivals = read.values.get("arrivals") or {}
    months = "、".join(
        f"{month} {words.value(f'arrival {month}', amount)}" for month, amount in sorted(arrivals.items())
    )
    problems = [shown_problem(error, corrected) for error in read.errors]
    return ShownRow(row, shown_changes(row, row.changes, words), problems, values, months)


def shown_changes(row: RowPlan, changes: Iterable[Change], words: Words) -> list[ShownChange]:
    """Changes of a planned row, in words."""
    return [
        ShownChange(
            field_label(change.field),
            words.value(change.field, change.old),
            words.value(change.field, change.new),
            change.cell,
            change.raw_text,
            f"{row.read.key}!{change.field}",
            change.by_hand,
        )
        for change in changes
    ]


def shown_left_out(row: RowPlan, words: Words) -> ShownRow:
    """A planned row with the values that a person left out of it."""
    shown = shown_row(row, words)
    return replace(shown, changes=shown_changes(row, row.left_out, words))


def shown_problem(problem: Problem, corrected: Mapping[str, str] = NOTHING) -> ShownProblem:
    """A problem with what its candidates are: words to write, or projects to look at."""
    are_projects = problem.code in CANDIDATES_ARE_PROJECTS
    place = f"{problem.sheet}!{problem.cell}" if problem.cell else ""
    return ShownProblem(
        problem.code,
        problem.sheet,
        problem.row,
        problem.cell or problem.column,
        field_label(problem.field) if problem.field else "",
        corrected.get(place, problem.value),
        problem.message,
        () if are_projects else problem.candidates,
        problem.candidates if are_projects else (),
        problem.code == "implausible_amount",
        problem.code == "unknown_word",
        f"{problem.sheet}!{problem.row}",
        place,
        place in corrected,
        problem.value if place in corrected else "",
    )


def grouped(problems: Iterable[Problem], corrected: Mapping[str, str] = NOTHING) -> list[ShownProblem]:
    """Problems in words; those that say the same of many cells stand in one line with the first cells."""
    alike: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        alike.setdefault((problem.code, problem.sheet, problem.field, str(problem.message)), []).append(problem)
    return [_of_many(same, corrected) for same in alike.values()]


def _of_many(same: list[Problem], corrected: Mapping[str, str]) -> ShownProblem:
    first = shown_problem(same[0], corrected)
    if len(same) == 1:
        return first
    cells = "、".join(problem.cell for problem in same[:A_FEW] if problem.cell)
    said = cells if len(same) <= A_FEW else _("%(cells)s … (%(count)d cells)") % {"cells": cells, "count": len(same)}
    return replace(first, cell=said, value="", place="", corrected=False, typed="")
