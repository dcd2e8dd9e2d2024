"""Which sheets of a workbook only repeat the others, and which are none beside proper ledgers."""

from imports.grid import Sheet
from imports.headers import normal
from imports.rowkinds import text_of
from imports.tables import Layout

SUMMARY_NAMES = ("汇总", "合计", "总表", "总台账", "全部")


def mark_summaries(layouts: list[Layout], sheets: dict[str, Sheet]) -> None:
    """Turn sheets of a workbook that only repeat the others (汇总) into summaries; a lone 汇总 is a ledger.

    A sheet without a name column beside proper ledgers is none (a dictionary sheet, a statistic).
    """
    ledgers = [layout for layout in layouts if layout.kind == "ledger" and not layout.reason]
    if len(ledgers) < 2:
        return _drop_nameless(layouts, ledgers)
    names = {layout.sheet: _names(layout, sheets[layout.sheet]) for layout in ledgers}
    for layout in ledgers:
        others = set().union(*(names[other.sheet] for other in ledgers if other is not layout))
        own = names[layout.sheet]
        summary = any(word in layout.sheet for word in SUMMARY_NAMES)
        if summary and own and len(own & others) >= 0.8 * len(own):
            layout.kind, layout.reason = "summary", "repeats_other_sheets"
    return _drop_nameless(layouts, ledgers)


def _drop_nameless(layouts: list[Layout], ledgers: list[Layout]) -> None:
    for layout in layouts:
        if ledgers and layout.kind == "ledger" and layout.reason == "no_name_column":
            layout.kind = "not_a_ledger"


def _names(layout: Layout, sheet: Sheet) -> set[str]:
    return {
        normal(text)
        for table in layout.tables
        if table.name_column
        for row in table.rows
        if (text := text_of(sheet.cell(row, table.name_column)))
    }
