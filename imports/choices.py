"""The mapping page: what the reader understood of each sheet, and what is left for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.fields import ALL_FIELDS, ARRIVAL_FIELDS, FIELDS
from imports.firstrows import ShownLine, first_rows
from imports.grid import column_number
from imports.plan import Plan
from imports.problems import Problem
from imports.proposals import OWN_REASONS, ColumnProposal, Proposal
from imports.understanding import Understood
from imports.unknownwords import UnknownWord, unknown_words

MONEY_UNITS = ("亿元", "万元", "元")
AREA_UNITS = ("亩", "平方米", "公顷")
AREAS = {"area", "floor_area"}
# Asked, yet nothing stops: the column is left out until somebody says what it holds.
OPEN_WARNINGS = frozenset(("cells_do_not_fit", "which_list", "no_area_unit", "no_park_column"))

WHY: dict[str, str | Promise] = {
    "exact": _("known header"),
    "path": _("known two-level header"),
    "leaf": _("known by its lower header"),
    "upper": _("known by its upper header"),
    "looks": _("its cells look like it"),
    "mapping": _("you chose it"),
    "remembered": "",  # the line says who decided it, and when
    "month": _("a month"),
}
WHY_NOT: dict[str, Promise] = {
    "unknown_header": _("unknown header"),
    "no_header": _("no header"),
    "left_out": _("you left it out"),
    OWN_REASONS: _("what was wrong with the refused rows"),
    "empty_column": _("empty column"),
    "same_values": _("the same as another column"),
    "column_left_out": _("another column holds this field"),
    "mapped_elsewhere": _("another column was chosen"),
    "not_in_arrivals": _("not stored from a table of arrivals"),
    "cells_do_not_fit": _("its cells do not look like what the header says"),
    "which_list": _("the header does not say which list"),
    "no_area_unit": _("no unit"),
    "two_columns": _("two columns for one field"),
}
# The first field of each group in the list of fields.
KIND_LABELS: dict[str, Promise] = {"projects": _("ledger of projects"), "arrivals": _("table of arrivals")}
GROUPS: dict[str, Promise] = {
    "serial": _("The project"),
    "investor": _("The investor"),
    "park": _("Place and industry"),
    "agreed_capital": _("Amounts"),
    "first_contact_on": _("Days"),
    "build_period": _("Progress"),
    "expected_output": _("Expected results and land"),
    "lead_official": _("People and units"),
    "source": _("Other"),
}


@dataclass(slots=True)
class ColumnChoice:
    """A column on the mapping page."""

    number: int
    letter: str
    header: str
    field: str
    unit: str
    why: str
    certain: bool
    fit: int | None  # per cent of the filled cells, rounded down
    filled: int
    units: list[str]  # what its unit may be; empty where it takes none
    fills_down: bool
    month: str = ""  # of a month column, as a mapping writes it
    asks: list[str] = field(default_factory=list)  # keys of the open points that a choice here settles
    asks_field: bool = False
    asks_unit: bool = False
    asks_month: bool = False
    only_compared: bool = False
    typed_month: str = ""  # what was sent and could not be meant

    @property
    def unsure(self) -> bool:
        """Whether a person should look at it."""
        guessed = bool(self.field) and not self.certain
        return bool(self.asks) or guessed or (self.fit is not None and self.fit < 100)


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something that only a person can decide, and where on the page that is done."""

    key: str
    message: str | Promise
    anchor: str
    wants: str = ""  # settled by any column that takes this field
    is_proposed: bool = False  # the page holds the answer already; sending it confirms it


@dataclass(slots=True)
class SheetChoices:
    """A table on the mapping page: its first rows as they stand, and the choices about it."""

    index: int
    name: str
    kind: str
    header_rows: list[int]
    columns: list[ColumnChoice]
    rows: int
    skipped: int
    unit: str
    lines: list[ShownLine] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    points: list[OpenPoint] = field(default_factory=list)
    first_of_sheet: bool = True
    may_be_either: bool = False  # a table of arrivals or a ledger of projects
    said_kind: str = ""  # what a person said it is; empty: as it was recognised
    typed_header: str = ""  # what was sent and could not be meant

    @property
    def header_text(self) -> str:
        """ "3" or "3-4", as it is typed."""
        first, last = self.header_rows[0], self.header_rows[-1]
        return str(first) if first == last else f"{first}-{last}"

    @property
    def filled_down(self) -> list[ColumnChoice]:
        return [column for column in self.columns if column.fills_down]

    @property
    def may_fill_down(self) -> list[ColumnChoice]:
        """Columns whose empty cells may mean the cell above; never an amount, which would be added twice."""
        return [column for column in self.columns if column.field and not column.units]

    @property
    def asks_unit(self) -> list[str]:
        """Open points that the sheet's unit of money settles; an area's unit is asked at its own column."""
        asking = [column for column in self.columns if column.asks_unit and ALL_FIELDS[column.field].kind == "money"]
        return [point.key for point in self.points if any(point.key in column.asks for column in asking)]

    @property
    def asks_year(self) -> list[str]:
        return [point.key for point in self.points if point.anchor == f"default-{self.index}-arrival_year"]

    @property
    def shown_kind(self) -> str:
        """The kind that the page shows as chosen: none while it is asked."""
        return self.said_kind or ("" if self.asks_kind else self.kind)

    @property
    def asks_kind(self) -> list[str]:
        return [point.key for point in self.points if point.anchor == f"kind-{self.index}"]

    @property
    def asks_park(self) -> list[str]:
        """Open points that the sheet's park settles, but for one that is proposed already."""
        here = f"default-{self.index}-park"
        return [point.key for point in self.points if point.anchor == here and not point.is_proposed]

    @property
    def proposes_park(self) -> bool:
        return any(point.is_proposed for point in self.points)

    @property
    def known_columns(self) -> int:
        return sum(1 for column in self.columns if column.field and not column.asks)


def open_problems(plan: Plan) -> list[Problem]:
    """What is asked about columns, blocking or not."""
    return [*plan.needs, *(warning for warning in plan.warnings if warning.code in OPEN_WARNINGS)]


def left_to_decide(plan: Plan) -> int:
    """How many decisions the mapping page waits for."""
    return len(open_problems(plan)) + len(unknown_words(plan.errors))


def choices_for(part: Understood, index: int, words: list[UnknownWord], *, first_of_sheet: bool = True) -> SheetChoices:
    """What the page shows of one table."""
    table, proposal = part.table, part.proposal
    unknown = {place for word in words for cell in word.cells if (place := _place(cell, part.sheet.name))}
    made = SheetChoices(
        index,
        part.sheet.name,
        proposal.kind,
        table.header_rows,
        [_choice(column, proposal) for column in proposal.columns],
        len(table.rows),
        len(table.skipped),
        proposal.unit,
        first_rows(part.sheet, table, unknown, proposal.fill_down),
        proposal.proposed | proposal.defaults,
        first_of_sheet=first_of_sheet,
        may_be_either=proposal.may_be_either,
        said_kind=part.said_kind,
    )
    _ask(made, proposal)
    return made


def _place(cell: str, sheet: str) -> tuple[int, int] | None:
    """(row, column) of "台账!B17" where it is in this sheet."""
    name, __, at = cell.rpartition("!")
    letters = at.rstrip("0123456789")
    return (int(at[len(letters) :]), column_number(letters)) if name == sheet and letters and letters != at else None


def _choice(column: ColumnProposal, proposal: Proposal) -> ColumnChoice:
    return ColumnChoice(
        number=column.number,
        letter=column.letter,
        header=column.header,
        field=column.field or "",
        unit=column.unit,
        why=_why(column),
        certain=column.certain,
        fit=None if column.fit is None else int(column.fit * 100),
        filled=column.filled,
        units=_units(column),
        fills_down=column.number in proposal.fill_down,
        month=_month(column),
        only_compared=column.treatment == "derived",
    )


def _why(column: ColumnProposal) -> str:
    """Why a column was taken so; of an earlier decision who made it, and when."""
    recalled = gettext("remembered: %(who)s") % {"who": column.by} if column.by else ""
    plain = WHY.get(column.why) if column.field else WHY_NOT.get(column.reason)
    if recalled and column.reason == "left_out":
        return gettext("left out") + " · " + recalled
    return " · ".join(filter(None, (str(plain or ""), recalled)))


def _units(column: ColumnProposal) -> list[str]:
    kind = ALL_FIELDS[column.field].kind if column.field else ""
    if column.reason == "no_area_unit":
        kind = "area"
    units = list(MONEY_UNITS) if kind == "money" else list(AREA_UNITS) if kind in AREAS else []
    return [column.unit, *units] if units and column.unit and column.unit not in units else units


def _month(column: ColumnProposal) -> str:
    if not column.month:
        return ""
    year, month = column.month
    return f"{year}-{month:02d}" if year else f"{month}月"


def _ask(made: SheetChoices, proposal: Proposal) -> None:
    """Tie each open point to the controls that settle it."""
    by_number = {column.number: column for column in made.columns}
    for position, need in enumerate(proposal.needs):
        key = f"need-{made.index}-{position}"
        columns = [by_number[number] for number in need.columns if number in by_number]
        wants, anchor = "", f"field-{made.index}-{columns[0].letter}" if columns else f"sheet-{made.index}"
        if need.code in {"no_year", "two_years"}:
            anchor, columns = f"default-{made.index}-arrival_year", []
        elif need.code == "which_kind":
            anchor = f"kind-{made.index}"
        elif need.code == "no_park_column":
            anchor, wants = f"default-{made.index}-park", "park"
        elif need.code == "no_name_column":
            wants = "name"
        for column in columns:
            column.asks.append(key)
            column.asks_unit = column.asks_unit or need.code in {"no_unit", "two_units", "no_area_unit"}
            column.asks_month = column.asks_month or need.code in {"ambiguous_month", "no_month"}
            column.asks_field = column.asks_field or need.code in {"two_columns", "cells_do_not_fit", "which_list"}
            if need.code == "no_area_unit":
                column.field, column.units = need.field, list(AREA_UNITS)
        made.points.append(OpenPoint(key, need.message, anchor, wants, bool(wants and proposal.proposed.get(wants))))


def field_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields that a column may hold, in groups: (group, [(name, label)])."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for name, entry in FIELDS.items():
        if name in GROUPS:
            groups.append((str(GROUPS[name]), []))
        groups[-1][1].append((name, str(entry.label)))
    arrivals = [(name, str(entry.label)) for name, entry in ARRIVAL_FIELDS.items()]
    return [*groups, (str(_("Arrivals")), arrivals)]
