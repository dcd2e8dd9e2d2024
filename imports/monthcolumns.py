"""The columns of a table of arrivals: months side by side (1月 … 12月), or a row a month, and the year they are of."""

import re

from django.utils.translation import gettext_lazy as _

from imports.grid import Cell, CellValue, Sheet
from imports.headerblocks import AMOUNT_HEADERS, CUMULATIVE, MONTH_HEADERS, THIS_MONTH, YEAR_HEADERS
from imports.headerpaths import match_path
from imports.headers import AMBIGUOUS_MONTH, header_year, header_years, normal, read_header, read_month
from imports.proposals import ColumnProposal, Need, Notice, Proposal
from imports.rowkinds import is_filled, number_of, text_of
from imports.tables import Table
from jiangjin.lib.text import sentence

# What says of which project a row of arrivals is; other fields of such a table are not stored.
IDENTITY = frozenset(
    ("serial", "project_code", "approval_code", "name", "short_name", "investor", "credit_code", "remarks")
)
_ROW_SUMS = frozenset(
    (
        *("全年合计", "合计", "年度合计", "全年累计", "全年总计", "累计", "总计", "全年", "本年合计", "本年累计"),
        *("n年合计", "n年累计", "n年全年", "1-n月合计", "1-n月累计", "1-n月", "到位合计", "年累计"),
    )
)
YEAR_FROM_TITLE = _("The months' year, %(year)s, was taken from the title or the sheet's name.")
# The day on which somebody filled in the table: a table of 2020 is filled in in January 2021.
_FILLED_IN = re.compile(r"(?:填报|填表|制表|报送|编制|打印|上报)(?:日期|时间)[:：]?\s*[\d年月日./\-\s]+")
_UP_TO = re.compile(r"截[至止](?:日期|时间)?[:：]?\s*[\d年月日./\-\s]+")
_ARRIVED = frozenset(("arrived_total", "arrived_month"))
NO_MONTH = _("Neither %(headers)s nor the title says one month. Say which month the amounts are of, e.g. 2020-06.")
MONTH_FROM_TITLE = _("The month, %(month)s, was taken from the title or the sheet's name.")
_SPAN = r"[-~～—–－至到]"
_MONTH_SAID = re.compile(
    rf"(?<![\d一二三四五六七八九十])(?:(?P<first>\d{{1,2}})月?{_SPAN})?(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
)


def take_arrival_columns(columns: list[ColumnProposal]) -> None:
    """Recognise months, the sum over them, and the month and amount columns of the long form."""
    fresh = [column for column in columns if not column.treatment and column.column.path]
    months = [column for column in fresh if _take_month(column)]
    if not months:
        _take_long_form(fresh)
        return
    for column in fresh:
        if column.treatment:
            continue
        if read_header(column.column.path[-1]).bare in _ROW_SUMS:
            _set(column, "arrival_sum", "exact", "derived")
        elif _is_cumulative(column.column.path) or _is_stock(column.column.path):
            _set(column, "arrived_total", "exact", "sure")


def _set(column: ColumnProposal, name: str, why: str, treatment: str) -> None:
    column.field, column.why, column.treatment, column.certain = name, why, treatment, True


def _take_month(column: ColumnProposal) -> bool:
    *upper, leaf = column.column.path
    read = read_month(leaf)
    if read is None:
        return False
    year = read[0] or next((year for text in reversed(upper) if (year := header_year(text))), None)
    _set(column, "arrival", "month", "month")
    column.month = (year or 0, read[1])
    return True


def _take_long_form(columns: list[ColumnProposal]) -> None:
    amounts = []
    for column in columns:
        bare = read_header(column.column.path[-1]).bare
        match = match_path(column.column.path)
        if bare in MONTH_HEADERS:
            _set(column, "arrival_month", "exact", "sure")
        elif bare in YEAR_HEADERS:
            _set(column, "arrival_year", "exact", "sure")
        elif (
            bare in AMOUNT_HEADERS | THIS_MONTH
            or _is_cumulative(column.column.path)
            or (match and any(entry.field in _ARRIVED for entry in match.entries))
        ):
            amounts.append(column)
    # 累计到位资金 is a stock, and so is 已到位资金 beside 本月到位资金: only the flow is an entry.
    of_month = [column for column in amounts if is_of_this_month(column.column.path)]
    for column in amounts:
        path = column.column.path
        stock = _is_cumulative(path) or (of_month and column not in of_month and _is_stock(path))
        _set(column, "arrived_total" if stock else "arrival", "exact", "sure")


def _is_cumulative(path: tuple[str, ...]) -> bool:
    """累计到位资金, 截至2020年6月累计到位"""
    bare = read_header(path[-1]).bare
    return bool(CUMULATIVE.fullmatch(bare)) or ("累计" in bare and _is_stock(path))


def _is_stock(path: tuple[str, ...]) -> bool:
    """已到位资金, 自签约累计到位资金: what the dictionary surely takes for all that has arrived."""
    match = match_path(path)
    return bool(match) and [(one.field, one.treatment) for one in match.entries] == [("arrived_total", "sure")]


def is_of_this_month(path: tuple[str, ...]) -> bool:
    """当月到位, 本月到位资金: the month that the title names."""
    bare = read_header(path[-1]).bare
    match = match_path(path)
    return bare in THIS_MONTH or ("周" not in bare and match is not None and match.entries[0].field == "arrived_month")


def bare_month(raw: CellValue | Cell) -> int | None:
    """The month of a cell that says no year: 6月, 六月份, 6."""
    number = number_of(raw)
    if number is not None:
        return int(number) if number in range(1, 13) else None
    read = read_month(text_of(raw))
    return read[1] if read and read[0] is None else None


def months_said(table: Table) -> set[int]:
    """The months that the title says, else the caption, else the sheet's name; a span (1-6月) is several."""
    for text in (table.title, _FILLED_IN.sub("", table.caption), table.sheet):
        found: set[int] = set()
        for said in _MONTH_SAID.finditer(normal(text)):
            read = read_month(f"{said['month']}月")
            found |= {read[1]} if read else set()
            found |= {int(said["first"])} if said["first"] else set()
        if found:
            return found
    return set()


def resolve_months(proposal: Proposal, table: Table) -> None:
    """Give amounts without a month column (当月到位) the one month that the title says; else it is asked."""
    amounts = [column for column in proposal.columns if column.field == "arrival" and not column.month]
    if proposal.kind != "arrivals" or not amounts or proposal.of("arrival_month"):
        return
    numbers = tuple(column.number for column in amounts)
    said = months_said(table)
    if len(said) != 1:
        message = sentence(NO_MONTH, headers="、".join(column.header for column in amounts))
        proposal.needs.append(Need("no_month", message, numbers, "arrival"))
        return
    month = said.pop()
    for column in amounts:
        column.month = (0, month)
    message = sentence(MONTH_FROM_TITLE, month=f"{month}月")
    proposal.warnings.append(Notice("month_from_title", message, numbers[0], "arrival"))


def resolve_years(proposal: Proposal, table: Table, sheet: Sheet) -> None:
    """Give months without a year that of the mapping, the title or the sheet's name; two different years are asked."""
    if proposal.kind != "arrivals":
        return
    _need_clear_months(proposal)
    months = [column for column in proposal.columns if column.field == "arrival" and column.month]
    yearless = [column for column in months if column.month and not column.month[0]]
    long_form = any(column.field == "arrival_month" for column in proposal.columns)
    if not yearless and not long_form:
        return
    given = header_year(proposal.defaults.get("arrival_year", ""))
    years = {given} if given else _years_said(table)
    if len(years) == 1:
        proposal.year = years.pop()
        for column in yearless:
            column.month = (proposal.year, column.month[1] if column.month else 0)
        if yearless and not given:
            message = sentence(YEAR_FROM_TITLE, year=str(proposal.year))
            proposal.warnings.append(Notice("year_from_title", message, yearless[0].number, "arrival"))
    elif yearless:
        numbers = tuple(column.number for column in yearless)
        proposal.needs.append(_year_need(years, numbers))
    elif years and (asked := _bare_months(proposal, table, sheet)):
        proposal.needs.append(_year_need(years, asked))


def _bare_months(proposal: Proposal, table: Table, sheet: Sheet) -> tuple[int, ...]:
    """The columns of the long form where a month stands whose year neither its cell nor its row says."""
    years = [column.number for column in proposal.of("arrival_year")]

    def says_year(row: int) -> bool:
        return any(
            number in proposal.fill_down or (row, number) in table.filled or is_filled(sheet.cell(row, number))
            for number in years
        )

    return tuple(
        column.number
        for column in proposal.of("arrival_month")
        if any(bare_month(sheet.cell(row, column.number)) is not None and not says_year(row) for row in table.rows)
    )


def _years_said(table: Table) -> set[int]:
    """Every year that title, lines above the header and sheet's name give; a day up to which a table counts gives its
    year only where the title has none."""
    title, caption = header_years(table.title), _FILLED_IN.sub("", table.caption)
    return title | header_years(_UP_TO.sub("", caption) if title else caption) | header_years(table.sheet)


def _year_need(years: set[int], numbers: tuple[int, ...]) -> Need:
    if not years:
        message = _("Neither the months nor the title say the year. Say which year the months are of.")
        return Need("no_year", message, numbers, "arrival")
    listed = "、".join(map(str, sorted(years)))
    message = sentence(
        _("The title, the lines below it and the sheet's name say %(years)s. Say which year the months are of."),
        years=listed,
    )
    return Need("two_years", message, numbers, "arrival")


def _need_clear_months(proposal: Proposal) -> None:
    for column in proposal.unmapped:
        if column.column.path and AMBIGUOUS_MONTH.fullmatch(column.column.path[-1]):
            message = sentence(
                _("“%(header)s” may be January or October. Write 2020-01 or 2020-10."), header=column.header
            )
            proposal.needs.append(Need("ambiguous_month", message, (column.number,), "arrival"))
