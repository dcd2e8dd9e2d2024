"""What a sheet was found to hold: tables with their columns and data rows, and the reason why any other row is none."""

from dataclasses import dataclass, field
from decimal import Decimal

from imports.grid import column_letter


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """A column of a table. `path` holds its header texts from the top level down; empty where it has no header."""

    number: int
    path: tuple[str, ...]
    unit: str = ""
    unit_kind: str = ""  # money, area, count, ratio, several or empty
    unit_from: str = ""  # own (its bracket) or upper (the bracket of a level above)

    @property
    def letter(self) -> str:
        return column_letter(self.number)

    @property
    def header(self) -> str:
        """协议投资额/合计"""
        return "/".join(self.path)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no data. Reasons: title, unit_line, caption, header, header_repeat, column_numbers, blank, group,
    subtotal, total, note, footer."""

    row: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading row (一、消费品产业（49个，135亿元）) and the data rows below it.

    `count` is the number of projects that it states, `stated` its whole text for amounts: nothing is taken from it.
    """

    row: int
    text: str
    rows: tuple[int, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class SumRow:
    """A subtotal or total: the data rows that it sums, its number cells by column number, the number of projects."""

    row: int
    kind: str  # subtotal or total; group where a heading row holds sums
    text: str
    rows: tuple[int, ...]
    cells: dict[int, Decimal]
    count: int | None = None


@dataclass(slots=True)
class Table:
    """One table of a sheet. Row and column numbers are the sheet's own, 1-based.

    `filled` names for a cell without value the row of the vertical merge that holds it: (row, column) → row. It is
    there for every column, also amounts: a merged amount belongs to its rows together and must not be added twice.
    """

    sheet: str
    kind: str  # projects or arrivals
    header_rows: list[int]
    columns: list[HeaderColumn]
    kind_asked: bool = False  # only a person can say which of the two it is
    may_be_either: bool = False  # whether it is worth while to let a person say so
    title: str = ""
    caption: str = ""
    said_units: list[str] = field(default_factory=list)  # the different units of money that the lines around it say
    said_area_units: list[str] = field(default_factory=list)
    unit_row: int | None = None  # where the first unit line stands
    name_column: int | None = None
    first_row: int | None = None
    last_row: int | None = None
    rows: list[int] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    sums: list[SumRow] = field(default_factory=list)
    filled: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """The money unit of the unit line; empty where there is none, or where two lines contradict each other."""
        return self.said_units[0] if len(self.said_units) == 1 else ""

    @property
    def area_unit(self) -> str:
        """The unit of areas, likewise."""
        return self.said_area_units[0] if len(self.said_area_units) == 1 else ""

    @property
    def unit_line(self) -> str:
        """What the unit lines say of money, contradictions included: what was decided under one holds under it only."""
        return "/".join(sorted(self.said_units))[:20]

    def hear_units(self, units: tuple[list[str], list[str]], row: int) -> None:
        """Take in what a line says of units: none wins over another one."""
        for said, known in zip(units, (self.said_units, self.said_area_units), strict=True):
            known.extend(unit for unit in dict.fromkeys(said) if unit not in known)
        self.unit_row = self.unit_row or row

    def column(self, number: int) -> HeaderColumn | None:
        """The column of that number, if the table has it."""
        return next((column for column in self.columns if column.number == number), None)


@dataclass(slots=True)
class Layout:
    """What a sheet is: kind ledger, not_a_ledger, summary or hidden, with a reason code, and its tables.

    Reasons: "" (a ledger), no_name_column (a ledger that needs a mapping), empty, no_header, visits_not_supported,
    counts_only and repeats_other_sheets (summaries), hidden. A hidden sheet still lists the tables it holds.
    """

    sheet: str
    kind: str
    reason: str = ""
    tables: list[Table] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)  # rows outside any table
