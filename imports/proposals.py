"""What is proposed for a table: the field of each column, and what only a person can decide."""

from dataclasses import dataclass, field

from django.utils.functional import Promise

from imports.tables import HeaderColumn
from jiangjin.lib.partialday import PartialDay

Message = str | Promise
OWN_REASONS = "own_reasons"  # a column that we wrote ourselves into a workbook of refused rows


@dataclass(slots=True)
class ColumnProposal:
    """What one column is taken for.

    `why`: exact, path, leaf, upper (how the header was found), looks (its cells decided), mapping, remembered or
    month; empty where there is no field. `certain`: no warning is needed. `treatment`: sure, ask, split, derived; flag
    and matrix (yes/no columns that set `value` of `field`; a no sets nothing); mapping; month.
    """

    column: HeaderColumn
    field: str | None = None
    why: str = ""
    certain: bool = False
    treatment: str = ""
    unit: str = ""  # as written: 亿元, 万美元, 亩 …
    unit_from: str = ""  # own, upper, line (the sheet's unit line), mapping or empty
    fit: float | None = None  # share of the filled cells that read as the field's kind; None: none filled, or no list
    filled: int = 0  # filled cells looked at (at most about a thousand rows)
    competing: tuple[int, ...] = ()  # numbers of other columns for the same field
    candidates: tuple[str, ...] = ()  # every field that the header may name
    month: tuple[int, int] | None = None  # of a month column: (year, month), year 0 while it is unknown
    year: int | None = None  # the year in a header such as 2020年到位资金
    value: str = ""
    split: tuple[str, ...] = ()  # the fields that its cells part into, by imports.fits.split_cell
    reason: str = ""  # why there is no field: unknown_header, no_header, left_out, own_reasons, same_values …
    by: str = ""  # who decided for an earlier file what it holds, its unit or its filling down, and when

    @property
    def number(self) -> int:
        return self.column.number

    @property
    def letter(self) -> str:
        return self.column.letter

    @property
    def header(self) -> str:
        return self.column.header

    def drop(self, reason: str) -> None:
        """Take the column for nothing, and say why."""
        self.field, self.why, self.certain, self.reason = None, "", False, reason
        self.month, self.value, self.split, self.unit, self.unit_from = None, "", (), "", ""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only a person can decide. A blocking need stops the command (needs_mapping).

    Codes: two_columns, no_unit, two_units, no_name_column, two_years, no_year, no_month, ambiguous_month, which_kind;
    not blocking: cells_do_not_fit, which_list, no_area_unit, no_park_column.
    """

    code: str
    message: Message
    columns: tuple[int, ...] = ()
    field: str = ""
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning about a column: asked_header, column_left_out, same_values, year_from_title, not_split …"""

    code: str
    message: Message
    column: int | None = None
    field: str = ""
    beside: tuple[int, ...] = ()  # further columns that it is about


@dataclass(slots=True)
class Proposal:
    """What is proposed for one table. `year` is the year of months that do not say theirs."""

    kind: str
    columns: list[ColumnProposal]
    needs: list[Need] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    fill_down: set[int] = field(default_factory=set)  # column numbers
    defaults: dict[str, str] = field(default_factory=dict)
    proposed: dict[str, str] = field(default_factory=dict)  # defaults that a person must confirm
    year: int | None = None
    as_of: PartialDay | None = None  # of the cumulative columns, where the table says it
    may_be_either: bool = False  # a table of arrivals or a ledger of projects: a person may say which
    unit: str = ""  # of amounts that say none themselves: the mapping's, else the unit line's

    @property
    def unmapped(self) -> list[ColumnProposal]:
        """The columns that are taken for nothing."""
        return [column for column in self.columns if column.field is None]

    @property
    def mapped(self) -> list[ColumnProposal]:
        return [column for column in self.columns if column.field is not None]

    @property
    def is_blocked(self) -> bool:
        """Whether it needs a person before anything is read."""
        return any(need.blocking for need in self.needs)

    def of(self, name: str) -> list[ColumnProposal]:
        """The columns of a field, from left to right."""
        return [column for column in self.columns if column.field == name]
